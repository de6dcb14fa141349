"""How reverse orders look on the wire, with the platform's oddities (contract 4.1, 9)."""

from datetime import datetime
from typing import Any

from retour.sandbox.miravia.state import Line, Reverse
from retour.sandbox.miravia.switches import Garble, MiraviaSwitches

Json = dict[str, Any]

_ACTIONS = {
    ("RETURN", "REQUEST_INITIATE"): ["instantRefund", "agreeReturn", "refuseReturn"],
    ("RETURN", "BUYER_RETURN_ITEM"): ["instantRefund", "refuseReturn"],
    ("RETURN", "RETURN_PENDING"): ["confirmDelivery", "instantRefund", "refuseReturn"],
    ("RETURN", "REFUND_PENDING"): ["agreeRefund", "refuseRefund"],
    ("ONLY_REFUND", "REQUEST_INITIATE"): ["agreeRefund", "refuseRefund"],
    ("ONLY_REFUND", "REFUND_PENDING"): ["agreeRefund", "refuseRefund"],
    ("REPLACEMENT", "REQUEST_INITIATE"): ["agreeReturn", "refuseReturn"],
    ("REPLACEMENT", "BUYER_RETURN_ITEM"): ["refuseReturn"],
    ("REPLACEMENT", "REPLACE_PENDING"): ["agreeReturn", "refuseReturn"],
    ("REPLACEMENT", "RETURN_PENDING"): ["agreeReturn", "refuseReturn"],
    ("CANCEL", "REQUEST_INITIATE"): ["agreeCancel", "refuseCancel"],
}


def actions(line: Line) -> list[str]:
    """What the seller may do now."""
    if line.actions is not None:
        return line.actions
    return _ACTIONS.get((line.reverse.request_type, line.reverse_status), []) if line.waits_for_seller else []


class Shapes:
    """Writes rows as the switches say."""

    def __init__(self, switches: MiraviaSwitches) -> None:
        self._switches = switches

    def row(self, reverse: Reverse, now: datetime) -> Json:
        """A row of the list."""
        switches, strange = self._switches, self._switches.unknown_values
        body: Json = {
            "reverse_order_id": self._id(reverse.reverse_order_id, reverse.number),
            "trade_order_id": self._id(reverse.order.order_id, reverse.number),
            "request_type": reverse.request_type,
            "country": reverse.country,
            "shipping_type": "LOCKER_2031" if strange else reverse.shipping_type,
            "biz_type": "MOON_2031" if strange else reverse.biz_type,
        }
        if switches.rtm_field:
            body["is_rtm"] = self._flag(reverse.is_rtm, reverse.number)
        if strange:
            body["never_seen"] = {"deep": [1, None]}
        body["reverse_order_lines"] = [self.line(line, reverse.number + n, now) for n, line in enumerate(reverse.lines)]
        garble = switches.garbled_rows.get(reverse.reverse_order_id)
        return _garbled(body, garble) if garble else body

    def line(self, line: Line, number: int, now: datetime) -> Json:
        """`number` decides in turn how ids and booleans are written."""
        switches, strange = self._switches, self._switches.unknown_values
        item = line.parts[0].item
        body: Json = {
            "reverse_order_line_id": self._id(line.line_id, number),
            "trade_order_line_id": self._id(item.order_item_id, number),
            "trade_order_line_id_list": [self._id(part.item.order_item_id, number) for part in line.parts],
            "marketplace_trade_order_line_id": self._id(f"9{item.order_item_id}", number),
            "reverse_status": line.reverse_status,
            "ofc_status": "RETURN_ON_THE_MOON" if strange else line.ofc_status,
            "marketplace": line.reverse.marketplace,
            "seller_sku_id": item.seller_sku,
            "platform_sku_id": item.platform_sku,
            "spu_eancode": item.ean,
            "buyer": {"user_id": self._id(line.reverse.order.customer.user_id, number)},
            "reason_text": line.reason_text,
            "reason_code": line.reason_code,
            "refund_amount": self._amount(line.cents),
            "refund_currency": "EUR",
            switches.count_field: line.quantity,
            "refund_payment_method": "NEVER_SEEN" if strange else "ORIGINAL_PAYMENT",
            "tracking_number": line.tracking_number,  # empty, not absent
            "goods_status": "NEVER_SEEN" if strange else line.goods_status,
            "whqc_decision": line.whqc_decision,
            "is_dispute": self._flag(line.is_dispute, number),
            "is_fast_refund": self._flag(line.is_fast_refund, number),
            "is_instant_refund": self._flag(line.is_instant_refund, number),
            "is_not_received": self._flag(line.is_not_received, number),
            "return_able": self._flag(line.reverse.request_type in ("RETURN", "REPLACEMENT"), number),
            "trade_order_gmt_create": self.epoch(line.reverse.order.created_at),
            "return_order_line_gmt_create": self.epoch(line.reverse.created_at),
            "return_order_line_gmt_modified": self.epoch(line.modified_at),
        }
        if switches.actions_field:
            body["actions"] = actions(line)
        if switches.sla_field and line.sla_ends_at:
            body["sla"] = max(0, int((line.sla_ends_at - now).total_seconds() * 1000))
        return body

    def epoch(self, moment: datetime) -> int:
        return int(moment.timestamp() * (1000 if self._switches.epochs == "milliseconds" else 1))

    def _id(self, value: str, number: int) -> str | int:
        as_number = self._switches.ids == "numbers" or (self._switches.ids == "mixed" and number % 2)
        return int(value) if as_number and value.isdecimal() else value

    def _flag(self, value: bool, number: int) -> bool | str:
        as_string = self._switches.booleans == "strings" or (self._switches.booleans == "mixed" and number % 2)
        return str(value).lower() if as_string else value

    def _amount(self, cents: int) -> int | str:
        match self._switches.amounts:
            case "string":
                return str(cents)
            case "comma":
                return f"{cents},00"
        return cents


def _garbled(body: Json, garble: Garble) -> Json:
    line = body["reverse_order_lines"][0]
    match garble:
        case "no_order_id":
            del body["reverse_order_id"]
        case "no_line_id":
            del line["reverse_order_line_id"]
        case "no_order_line_id":
            line |= {"trade_order_line_id": None, "trade_order_line_id_list": None}
        case "wrong_type":
            line |= {"refund_amount": {"cent": "?"}, "refund_Item_counts": "two", "refund_item_counts": "two"}
        case "not_an_object":
            body["reverse_order_lines"][0] = "?"
        case "no_lines":
            body["reverse_order_lines"] = None
    return body
