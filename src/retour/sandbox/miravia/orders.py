"""The order reads (contract 4.2). The calls are confirmed; the fields of the answers are the Lazada sibling's."""

from datetime import datetime
from typing import TYPE_CHECKING

from retour.sandbox.miravia.gate import Call, Gate, Json
from retour.sandbox.miravia.refusals import invalid, missing, numbered
from retour.sandbox.miravia.state import Order, OrderItem

if TYPE_CHECKING:
    from aiohttp import web

    from retour.sandbox.miravia.simulator import MiraviaSimulator


class Orders:
    """Who bought what: names and addresses are only here."""

    def __init__(self, simulator: "MiraviaSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> "list[web.RouteDef]":
        return [
            gate.get("/orders/get", self.several),
            gate.get("/order/get", self.one),
            gate.get("/order/items/get", self.items),
        ]

    def several(self, call: Call) -> Json:
        """`limt` is spelled like that; times are ISO 8601 with a time zone."""
        limit = call.whole("limt", most=100) if "limt" in call.parameters else 100
        offset = call.whole("offset", least=0) if "offset" in call.parameters else 0
        after, before = _time(call, "update_after"), _time(call, "update_before")
        if after is None:
            raise missing("update_after")
        found = [
            order
            for order in call.flow.seller.orders.values()
            if order.created_at >= after and (before is None or order.created_at <= before)
        ]
        shown = [self._body(order) for order in found[offset : offset + limit]]
        return {"data": {"count": len(shown), "countTotal": len(found), "orders": shown}}

    def one(self, call: Call) -> Json:
        return {"data": self._body(self._order(call))}

    def items(self, call: Call) -> Json:
        order = self._order(call)
        return {"data": [_item(order, item) for item in order.items]}

    def _order(self, call: Call) -> Order:
        order = call.flow.seller.orders.get(call.need("order_id"))
        if order is None:
            raise numbered("106")
        return order

    def _body(self, order: Order) -> Json:
        person, null = order.customer, self._simulator.switches.null_names
        address = {
            "first_name": "null-null" if null else person.first_name,
            "last_name": "" if null else person.last_name,
            "address1": "" if null else person.street,
            "address2": "",
            "post_code": person.post_code,
            "city": person.city,
            "country": person.country,
            "phone": "" if null else person.phone,
        }
        return {
            "order_id": int(order.order_id),
            "order_number": int(order.order_id),
            "customer_first_name": address["first_name"],
            "customer_last_name": address["last_name"],
            "customer_email": person.email,
            "address_billing": address,
            "address_shipping": address,
            "items_count": len(order.items),
            "price": _euro(sum(item.cents * item.quantity for item in order.items)),
            "created_at": order.created_at.isoformat(timespec="seconds"),
            "updated_at": order.created_at.isoformat(timespec="seconds"),
            "statuses": ["delivered"],
        }


def _item(order: Order, item: OrderItem) -> Json:
    return {
        "order_id": int(order.order_id),
        "order_item_id": int(item.order_item_id),
        "sku": item.seller_sku,
        "shop_sku": item.platform_sku,
        "name": item.title,
        "quantity": item.quantity,
        "item_price": _euro(item.cents),
        "currency": "EUR",
        "status": "delivered",
    }


def _euro(cents: int) -> str:
    """With a comma (contract 9)."""
    return f"{cents // 100},{cents % 100:02}"


def _time(call: Call, name: str) -> datetime | None:
    if name not in call.parameters:
        return None
    try:
        moment = datetime.fromisoformat(call.parameters[name])
    except ValueError:
        raise invalid(name) from None
    if moment.tzinfo is None:
        raise invalid(name)
    return moment
