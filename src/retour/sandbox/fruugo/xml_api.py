"""The v2 XML order API: downloads and the seller's actions (contract 2)."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final, get_args
from urllib.parse import parse_qs

from aiohttp import web

from retour.sandbox.fruugo import documents, eastern
from retour.sandbox.fruugo.fulfilment import Step, fulfil
from retour.sandbox.fruugo.gate import Gate, Handler
from retour.sandbox.fruugo.items import Item, Refused
from retour.sandbox.fruugo.returning import Words
from retour.sandbox.fruugo.state import Order

if TYPE_CHECKING:
    from retour.sandbox.fruugo.simulator import FruugoSimulator

_ITEM: Final = re.compile(r"([^,\s]+),([^,\s]+),([1-9][0-9]{0,5})")
Form = dict[str, list[str]]

_FORM: Final = "application/x-www-form-urlencoded"


class XmlApi:
    """`/orders/…`; every answer of 200 is XML, every other one plain text."""

    def __init__(self, simulator: "FruugoSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        steps = [
            web.post(f"/orders/{step}", gate.open(self._step(step), "v2"))  # confirm, cancel, ship
            for step in get_args(Step)
        ]
        return [
            web.get("/orders/download/v2", gate.open(self.download, "v2", download=True)),
            web.get("/orders/download", gate.open(self.download_old, "v2", download=True)),
            web.post("/orders/return", gate.open(self.give_back, "v2")),
            *steps,
        ]

    async def download(self, request: web.Request) -> web.Response:
        """Orders by the moment of their release, whatever has happened to them since (contract 2.1)."""
        return self._download(request, v2=True)

    async def download_old(self, request: web.Request) -> web.Response:
        return self._download(request, v2=False)

    async def give_back(self, request: web.Request) -> web.Response:
        """`POST /orders/return`: these units came back, Fruugo refunds the customer (contract 2.2)."""
        form = await _form(request)
        order = self._order(form)
        words = Words(_text(form, "returnReason"), _text(form, "messageToCustomer"), _text(form, "messageToFruugo"))
        if self._simulator.switches.reason_required and not words.reason:
            raise Refused("returnReason is required.")
        self._simulator.market.return_by_seller(order, _items(form), words, "v2")
        return self._answer(order)

    def _step(self, step: Step) -> Handler:
        async def serve(request: web.Request) -> web.Response:
            form = await _form(request)
            order = self._order(form)
            if step == "cancel" and not _text(form, "cancellationReason"):
                raise Refused("cancellationReason is required.")
            fulfil(order, step, _items(form), self._simulator.clock.now())
            return self._answer(order)

        return serve

    def _download(self, request: web.Request, *, v2: bool) -> web.Response:
        switches = self._simulator.switches
        now = self._simulator.clock.now()
        if "from" not in request.query:
            raise Refused("Parameter from is required.")
        since = eastern.read("from", request.query["from"], switches, zulu=switches.zulu)
        until = now
        if "to" in request.query:
            until = min(eastern.read("to", request.query["to"], switches, zulu=switches.zulu), now)
        if switches.max_window_days is not None and until - since > timedelta(days=switches.max_window_days):
            raise Refused(f"The period is longer than {switches.max_window_days:g} days.")
        rows = [
            documents.garble(documents.order(order, switches, v2=v2), switches.garbled.get(order.order_id, ""))
            for order in self._simulator.market.orders.released(since, until)
        ]
        return _xml(documents.xml(rows + rows[: switches.repeated_orders], self._simulator.merchant_id, switches))

    def _order(self, form: Form) -> Order:
        order_id = _text(form, "orderId")
        if not order_id:
            raise Refused("orderId is required.")
        return self._simulator.market.released_order(order_id)

    def _answer(self, order: Order) -> web.Response:
        switches = self._simulator.switches
        document = documents.order(order, switches)
        return _xml(documents.xml_of_one(document, self._simulator.merchant_id, switches))


async def _form(request: web.Request) -> Form:
    """What is in the query string does not count, nor does a body of another kind."""
    if request.content_type != _FORM:
        raise Refused(f"The body must be {_FORM}.")
    return parse_qs(await request.text(), keep_blank_values=True)


def _text(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def _items(form: Form) -> list[Item]:
    """`fruugoProductId,fruugoSkuId,quantity`, repeated. None: the whole order."""
    items = []
    for value in form.get("item", []):
        parts = _ITEM.fullmatch(value)
        if parts is None:
            raise Refused("item must be fruugoProductId,fruugoSkuId,quantity.")
        items.append(Item(parts[1], parts[2], int(parts[3])))
    return items


def _xml(text: str) -> web.Response:
    return web.Response(body=text.encode(), content_type="application/xml", charset="UTF-8")
