"""The control routes: what everybody but the seller does. They are listed in the package's docstring."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.commands import Bulk, Impossible, Nothing, read
from retour.sandbox.generic.commands import Export, Garble, IssueKey, OpenReturn, PlaceOrder, Staff
from retour.sandbox.generic.inbox import Report
from retour.sandbox.generic.keys import PASSWORD, USERNAME
from retour.sandbox.generic.samples import open_many
from retour.sandbox.generic.state import Return

if TYPE_CHECKING:
    from retour.sandbox.generic.simulator import PartnerSimulator


class Control:
    """The hands of everybody but the client under test."""

    def __init__(self, simulator: "PartnerSimulator") -> None:
        self._simulator = simulator

    def routes(self) -> list[web.AbstractRouteDef]:
        one = "/_sandbox/returns/{ref}"
        return [
            web.post("/_sandbox/orders", self.place_order),
            web.post("/_sandbox/returns", self.open_return),
            web.get("/_sandbox/returns", self.returns),
            web.post(f"{one}/withdraw", self.withdraw),
            web.post(f"{one}/receive", self.receive),
            web.post(f"{one}/staff", self.staff),
            web.post(f"{one}/forget", self.forget),
            web.post("/_sandbox/garble", self.garble),
            web.post("/_sandbox/keys", self.issue_key),
            web.post("/_sandbox/keys/revoke", self.revoke_keys),
            web.post("/_sandbox/bulk", self.bulk),
            web.post("/_sandbox/files", self.export),
            web.get("/_sandbox/files", self.files),
            web.post("/_sandbox/files/{ref}/repeat", self.repeat),
            web.get("/_sandbox/decision-files", self.decision_files),
            web.get("/_sandbox/sftp", self.sftp),
        ]

    async def place_order(self, request: web.Request) -> web.Response:
        command = await read(request, PlaceOrder)
        order = self._simulator.place_order(
            [ordered.product() for ordered in command.products], order_id=command.order_id, placed_at=command.placed_at
        )
        lines = [{"order_line_id": line.order_line_id, "sku": line.sku} for line in order.lines]
        return web.json_response({"order_id": order.order_id, "lines": lines}, status=201)

    async def open_return(self, request: web.Request) -> web.Response:
        command = await read(request, OpenReturn)
        order = self._simulator.book.orders[command.order_id]
        returned = self._simulator.open_return(
            command.order_id,
            [line.back(order) for line in command.lines],
            created_at=command.created_at,
            by_platform=command.by_platform,
        )
        return web.json_response(_shape(returned), status=201)

    async def returns(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        return web.json_response([_shape(returned) for returned in self._simulator.book.rows(None, 0, None)])

    async def withdraw(self, request: web.Request) -> web.Response:
        await read(request, Nothing)
        self._simulator.withdraw(request.match_info["ref"])
        return web.json_response({})

    async def receive(self, request: web.Request) -> web.Response:
        await read(request, Nothing)
        self._simulator.receive(request.match_info["ref"])
        return web.json_response({})

    async def staff(self, request: web.Request) -> web.Response:
        self._simulator.decide_by_staff(request.match_info["ref"], (await read(request, Staff)).decision)
        return web.json_response({})

    async def forget(self, request: web.Request) -> web.Response:
        await read(request, Nothing)
        self._simulator.forget(request.match_info["ref"])
        return web.json_response({})

    async def garble(self, request: web.Request) -> web.Response:
        command = await read(request, Garble)
        self._simulator.garble(command.return_id, command.flaw)
        return web.json_response(self._simulator.switches.garbled)

    async def issue_key(self, request: web.Request) -> web.Response:
        command = await read(request, IssueKey)
        return web.json_response({"key": self._simulator.keys.issue(command.key, command.seconds)}, status=201)

    async def revoke_keys(self, request: web.Request) -> web.Response:
        await read(request, Nothing)
        self._simulator.keys.revoke()
        return web.json_response({})

    async def bulk(self, request: web.Request) -> web.Response:
        command = await read(request, Bulk)
        made = open_many(self._simulator, command.count, command.seed, command.days)
        return web.json_response({"count": len(made), "first": made[0], "last": made[-1]}, status=201)

    async def export(self, request: web.Request) -> web.Response:
        command = await read(request, Export)
        return web.json_response({"name": self._simulator.export(command.scope, command.name)}, status=201)

    async def files(self, _: web.Request) -> web.Response:
        exports = self._simulator.file_lane.exports
        return web.json_response([{"name": name, "growing": name in exports.growing} for name in exports.names])

    async def repeat(self, request: web.Request) -> web.Response:
        await read(request, Nothing)
        name = self._simulator.file_lane.exports.repeat(request.match_info["ref"])
        return web.json_response({"name": name}, status=201)

    async def decision_files(self, _: web.Request) -> web.Response:
        self._simulator.catch_up()
        return web.json_response([_report(report) for report in self._simulator.file_lane.inbox.reports])

    async def sftp(self, _: web.Request) -> web.Response:
        server = self._simulator.file_lane.sftp
        if server is None or server.address is None:
            raise Impossible("This simulator was made without an SFTP server.")
        return web.json_response({**asdict(server.address), "username": USERNAME, "password": PASSWORD})


def _shape(returned: Return) -> dict[str, Any]:
    return {
        "return_id": returned.return_id,
        "order_id": returned.order.order_id,
        "status": returned.status,
        "by_platform": returned.by_platform,
        "lines": [
            {
                "line_id": line.line_id,
                "order_line_id": line.order_line.order_line_id,
                "sku": line.order_line.sku,
                "quantity": line.quantity,
                "accepted": line.accepted,
                "rejected": line.rejected,
                "left": line.left,
            }
            for line in returned.lines
        ],
    }


def _report(report: Report) -> dict[str, Any]:
    return {**asdict(report), "at": report.at.isoformat()}
