"""How orders, items, lines, transitions and announced returns look on the wire (contract 3, 4, 6)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from retour.sandbox.zalando.state import NEXT, REASONS, AnnouncedReturn, Item, Line, Order, Transition
from retour.sandbox.zalando.switches import Flaw

Json = dict[str, Any]

META = {"copyright": "Zalando SE - not: a sandbox"}
ZALANDO_LOGISTICS = "bf48ba35-149d-4b76-8ac9-d08d126b517f"


def moment(at: datetime) -> str:
    """UTC, with milliseconds and Z."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


class Resources:
    """Makes the JSON:API resources of one merchant, and spoils those that are to be garbled."""

    def __init__(self, base: str, merchant_id: str, garbled: dict[str, Flaw]) -> None:
        self.root = f"{base}/merchants/{merchant_id}"
        self._merchant_id = merchant_id
        self._garbled = garbled

    def order(self, order: Order, include: Collection[str] = ()) -> Any:
        address = _address(order)
        lines = order.lines
        attributes: Json = {
            "merchant_id": self._merchant_id,
            "logistics_provider_id": ZALANDO_LOGISTICS if order.order_type == "ZalandoFulfilled" else self._merchant_id,
            "order_id": order.order_id,
            "order_number": order.number,
            "order_date": moment(order.placed_at),
            "merchant_order_id": order.merchant_order_id,
            "exported": order.exported,
            "sales_channel_id": order.sales_channel_id,
            "locale": order.locale,
            "customer_number": order.customer.number,
            "customer_email": order.customer.email,
            "order_type": order.order_type,
            "status": order.status,
            "shipping_address": address,
            "billing_address": address,
            "shipment_number": order.number,
            "order_lines_count": len(lines),
            "order_lines_price_amount": float(sum((line.price for line in lines), Decimal())),
            "order_lines_price_currency": "EUR",
            "shipping_costs": _money(order.shipping_costs),
            **_tracking(order),
            **_stamps(order.placed_at, order.modified_at),
        }
        url = f"{self.root}/orders/{order.order_id}"
        relationships = {"order_items": _relation(f"{url}/items")}
        if "order_items" in include:
            relationships["order_items"]["data"] = [{"type": "OrderItem", "id": i.item_id} for i in order.items]
        if "order_lines" in include:
            relationships["order_lines"] = {"data": [{"type": "OrderLine", "id": line.line_id} for line in lines]}
        return self._resource("Order", order.order_id, attributes, url, relationships, "order_number")

    def item(self, item: Item, include: Collection[str] = ()) -> Any:
        url = f"{self.root}/orders/{item.order.order_id}/items/{item.item_id}"
        attributes: Json = {
            "order_item_id": item.item_id,
            "order_id": item.order.order_id,
            "article_id": item.article_id,
            "external_id": item.external_id,
            "description": item.description,
            **{f"quantity_{status}": item.count(status) for status in NEXT},
            **_stamps(item.order.placed_at, item.order.modified_at),
        }
        lines = _relation(f"{url}/lines")
        if "order_lines" in include:
            lines["data"] = [{"type": "OrderLine", "id": line.line_id} for line in item.lines]
        return self._resource("OrderItem", item.item_id, attributes, url, {"order_lines": lines}, "external_id")

    def line(self, line: Line, include: Collection[str] = ()) -> Any:
        url = self.line_url(line)
        attributes: Json = {
            "order_line_id": line.line_id,
            "order_item_id": line.item.item_id,
            "status": line.status,
            "price": _money(line.price),
            **_stamps(line.created_at, line.modified_at),
        }
        history = _relation(f"{url}/transitions")
        if "order_lines.order_line_transitions" in include:
            history["data"] = [{"type": "OrderLineTransition", "id": str(past.number)} for past in line.history]
        resource = self._resource(
            "OrderLine", line.line_id, attributes, url, {"order_line_transitions": history}, "price"
        )
        if isinstance(resource, dict):
            resource["meta"] = META | {"possible_status_transitions": list(NEXT[line.status])}
        return resource

    def transition(self, past: Transition) -> Json:
        attributes: Json = {
            "original_status": past.original,
            "final_status": past.final,
            "created_at": moment(past.at),
            "created_by": past.by,
        }
        if past.reason is not None:
            description = REASONS.get(past.reason, "")
            attributes["transition_reason"] = {"code": str(past.reason), "description": description}
        return {"type": "OrderLineTransition", "id": str(past.number), "attributes": attributes}

    def included(self, items: Iterable[Item], include: Collection[str]) -> list[Any]:
        """What comes along, each kind together."""
        items = list(items)
        lines = [line for item in items for line in item.lines]
        rows: list[Any] = []
        if "order_lines" in include:
            rows += [self.line(line, include) for line in lines]
        if "order_items" in include:
            rows += [self.item(item, include) for item in items]
        if "order_lines.order_line_transitions" in include:
            rows += [self.transition(past) for line in lines for past in line.history]
        return rows

    def announced(self, announced: AnnouncedReturn) -> Any:
        """A plain object, not a JSON:API resource."""
        orders: dict[str, Json] = {}
        for line, reason in announced.lines:
            order = line.item.order
            head = {
                "order_id": order.order_id,
                "order_number": order.number,
                "merchant_order_id": order.merchant_order_id,
                "order_lines": [],
            }
            orders.setdefault(order.order_id, head)["order_lines"].append(
                {"order_line_id": line.line_id, "order_item_id": line.item.item_id, "return_reason": reason}
            )
        row: Json = {
            "announced_return_id": announced.announced_return_id,
            "sales_channel_id": announced.sales_channel_id,
            "return_tracking_number": announced.tracking_number,
            "type": "ZALANDO_ONLINE_CREATED",
            "return_registered_at": moment(announced.registered_at),
            "orders": list(orders.values()),
        }
        match self._garbled.get(announced.announced_return_id):
            case "not_an_object":
                return None
            case "no_id":
                del row["announced_return_id"]
            case "wrong_type":
                row["orders"] = "none"
            case "unknown_values":
                row |= {"type": "ZALANDO_APP_CREATED", "parcel_locker": 17}
        return row

    def line_url(self, line: Line) -> str:
        item = line.item
        return f"{self.root}/orders/{item.order.order_id}/items/{item.item_id}/lines/{line.line_id}"

    def _resource(
        self, kind: str, ref: str, attributes: Json, url: str, relationships: Json, spoiled: str
    ) -> Json | None:
        row: Json = {
            "type": kind,
            "id": ref,
            "attributes": attributes,
            "links": {"self": url},
            "relationships": relationships,
        }
        match self._garbled.get(ref):
            case "not_an_object":
                return None
            case "no_id":
                del row["id"]
                attributes.pop({"Order": "order_id", "OrderItem": "order_item_id", "OrderLine": "order_line_id"}[kind])
            case "wrong_type":
                attributes[spoiled] = ["not", "what", "you", "think"]
            case "unknown_values":
                attributes |= {"loyalty_tier": "GOLD", "locale": "xx-YY", "order_type": "MoonFulfilled"}
        return row


def _relation(url: str) -> Json:
    return {"links": {"related": url}}


def _money(amount: Decimal) -> Json:
    return {"amount": float(amount), "currency": "EUR"}


def _stamps(created: datetime, modified: datetime) -> Json:
    return {
        "created_by": "zalando-orders",
        "created_at": moment(created),
        "modified_by": "zalando-orders",
        "modified_at": moment(modified),
    }


def _tracking(order: Order) -> Json:
    numbers = {"tracking_number": order.tracking_number, "return_tracking_number": order.return_tracking_number}
    return {name: number for name, number in numbers.items() if number}


def _address(order: Order) -> Json:
    customer = order.customer
    address = {
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "address_line_1": customer.address_line_1,
        "address_line_2": customer.address_line_2,
        "zip_code": customer.zip_code,
        "city": customer.city,
        "country_code": customer.country_code,
        "address_type": "HOME_ADDRESS",
    }
    return {name: value for name, value in address.items() if value}
