"""The resource `returns` (contract 3)."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from retour.sandbox.lightspeed import bodies, lists
from retour.sandbox.lightspeed.documents import return_document
from retour.sandbox.lightspeed.gate import Answer, Call, Gate
from retour.sandbox.lightspeed.problems import Fields, Invalid, Problem, not_found
from retour.sandbox.lightspeed.returns import ReturnRow
from retour.sandbox.lightspeed.shop import Shop


class ReturnApi:
    """List, count, read, create, update, delete."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        many, one = "/{lang}/returns.json", r"/{lang}/returns/{id:\d+}.json"
        return [
            web.get(many, gate.open("orders", self.list_returns)),
            web.get("/{lang}/returns/count.json", gate.open("orders", self.count)),
            web.get(one, gate.open("orders", self.read)),
            web.post(many, gate.open("orders", self.create)),
            web.put(one, gate.open("orders", self.update)),
            web.delete(one, gate.open("orders", self.delete)),
        ]

    async def list_returns(self, call: Call) -> Answer:
        query = lists.read(self._parameters(call), self._shop.switches)
        rows = lists.cut(query, self._matching(call), self._shop.switches)
        return Answer({"returns": [query.only_fields(self._document(row, call)) for row in rows]})

    async def count(self, call: Call) -> Answer:
        query = lists.read(self._parameters(call), self._shop.switches)
        return Answer({"count": sum(query.matches(row) for row in self._matching(call))})

    async def read(self, call: Call) -> Answer:
        return Answer({"return": self._document(self._row(call), call)})

    async def create(self, call: Call) -> Answer:
        shop, switches = self._shop, self._shop.switches
        match switches.create:
            case "not_found":
                raise not_found("Resource")
            case "not_allowed":
                raise Problem(405, "Method not allowed")
            case "both":
                body = await bodies.unwrap(call.request, "return", "returns")
            case root:
                body = await bodies.unwrap(call.request, "return" if root == "singular" else "returns")
        wrong: Fields = {}
        changes = bodies.typed(body, bodies.RETURN_FIELDS, wrong)
        status = bodies.status(body, switches.status_words, wrong)
        order = bodies.ordered(body, shop, wrong)
        picked = bodies.picked(body, order, wrong) if order else []
        if order and not wrong and switches.quantity_checked:
            bodies.check_quantities(order, picked, shop, wrong)
        if wrong or order is None:
            raise Invalid(wrong)
        row = shop.new_return(order, picked)
        row.notify = switches.notify_by_default
        row.status = status or row.status
        for name, value in changes.items():
            setattr(row, name, value)
        shop.register(row, "api")
        return Answer({"return": self._document(row, call)}, switches.created_status)

    async def update(self, call: Call) -> Answer:
        row = self._row(call)
        body = await bodies.unwrap(call.request, "return")
        wrong: Fields = {}
        changes = bodies.typed(body, bodies.RETURN_FIELDS, wrong)
        status = bodies.status(body, self._shop.switches.status_words, wrong)
        if wrong:
            raise Invalid(wrong)
        self._shop.edit_return(row, changes if status is None else changes | {"status": status}, by="api")
        return Answer({"return": self._document(row, call)})

    async def delete(self, call: Call) -> Answer:
        self._shop.remove(self._row(call).id, by="api")
        return Answer(None, HTTPStatus.NO_CONTENT)

    def _row(self, call: Call) -> ReturnRow:
        row = self._shop.returns.get(call.number("id"))
        if row is None:
            raise not_found("Return")
        return row

    def _document(self, row: ReturnRow, call: Call) -> Any:
        return return_document(row, self._shop.switches, call.links)

    def _parameters(self, call: Call) -> dict[str, str]:
        ignored = self._shop.switches.ignored_filters
        return {name: value for name, value in call.request.query.items() if name not in ignored}

    def _matching(self, call: Call) -> Iterable[ReturnRow]:
        """By the bare names `order` and `customer`, and by status."""
        asked, words = self._parameters(call), self._shop.switches.status_words
        rows: Iterable[ReturnRow] = self._shop.returns
        if "order" in asked:
            order = self._shop.orders.get(int(asked["order"])) if asked["order"].isdecimal() else None
            rows = self._shop.returns.of_order(order) if order else ()
        if "customer" in asked:
            rows = (row for row in rows if str(row.order.buyer.customer_id) == asked["customer"])
        if "status" in asked:
            rows = (row for row in rows if words.get(row.status, row.status) == asked["status"])
        return rows
