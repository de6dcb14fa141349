"""Returns and their attributes as the REST API shows them, shaped after the 2.4.8 admin schema."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from retour.sandbox.magento.search import Column
from retour.sandbox.magento_native.options import Options
from retour.sandbox.magento_native.rmas import Rma, RmaComment, RmaItem, Track
from retour.sandbox.magento_native.switches import MagentoNativeSwitches, OptionAttribute

RMA_COLUMNS: Final[Mapping[str, Callable[[Rma], Column]]] = {
    "entity_id": lambda rma: rma.entity_id,
    "increment_id": lambda rma: rma.increment_id,
    "order_id": lambda rma: rma.order_id,
    "order_increment_id": lambda rma: rma.order_increment_id,
    "store_id": lambda rma: rma.store_id,
    "customer_id": lambda rma: rma.customer_id,
    "date_requested": lambda rma: rma.date_requested,
    "status": lambda rma: rma.status,
}
"""There is no updated_at anywhere."""


def rma_document(rma: Rma, switches: MagentoNativeSwitches) -> Any:
    """`rma-data-rma-interface`, with its flaw if it has one."""
    customer = rma.customer_id if rma.customer_id is not None or not switches.guest_customer_id else 0
    document: dict[str, Any] = {
        "increment_id": rma.increment_id,
        "entity_id": rma.entity_id,
        "order_id": rma.order_id,
        "order_increment_id": rma.order_increment_id,
        "store_id": rma.store_id,
        **({} if customer is None else {"customer_id": customer}),
        "date_requested": rma.date_requested,
        "customer_custom_email": rma.customer_custom_email,
        "items": [_item(rma, item) for item in rma.items],
        "status": rma.status,
        "comments": [comment_document(rma, comment) for comment in rma.comments],
        "tracks": [track_document(rma, track) for track in rma.tracks],
    }
    match rma.flaw:
        case "not_an_object":
            return "garbled"
        case "no_id":
            del document["entity_id"]
        case "text_id":
            document["entity_id"] = f"R{rma.entity_id}"
        case "no_items":
            del document["items"]
        case "items_null":
            document["items"] = None
        case "no_status":
            del document["status"]
        case "unknown_status":
            document["status"] = "unconfirmed"
        case "unknown_item_status":
            document["items"][0]["status"] = "never_heard_of"
    return document


def comment_document(rma: Rma, comment: RmaComment) -> dict[str, Any]:
    """`rma-data-comment-interface`."""
    return {
        "comment": comment.comment,
        "rma_entity_id": rma.entity_id,
        "created_at": comment.created_at,
        "entity_id": comment.entity_id,
        "customer_notified": comment.notified,
        "visible_on_front": comment.visible,
        "status": comment.status,
        "admin": comment.admin,
    }


def track_document(rma: Rma, track: Track) -> dict[str, Any]:
    """`rma-data-track-interface`."""
    return {
        "entity_id": track.entity_id,
        "rma_entity_id": rma.entity_id,
        "track_number": track.track_number,
        "carrier_title": track.carrier_title,
        "carrier_code": track.carrier_code,
    }


def attribute_document(options: Options, attribute: OptionAttribute, place: int, *, required: bool) -> dict[str, Any]:
    """`customer-data-attribute-metadata-interface`; its first option is the empty one, as in the panel's list."""
    known = [{"label": label, "value": option} for option, label in options.of(attribute).items()]
    label = {"reason": "Reason for Return", "condition": "Item Condition", "resolution": "Resolution"}[attribute]
    return {
        "frontend_input": "select",
        "input_filter": "",
        "store_label": label,
        "validation_rules": [],
        "multiline_count": 0,
        "visible": True,
        "required": required,
        "data_model": "",
        "options": [{"label": " ", "value": ""}, *known],
        "frontend_class": "",
        "user_defined": False,
        "sort_order": 10 * place,
        "frontend_label": label,
        "note": "",
        "system": True,
        "backend_type": "int",
        "attribute_code": attribute,
    }


def _item(rma: Rma, item: RmaItem) -> dict[str, Any]:
    return {
        "entity_id": item.entity_id,
        "rma_entity_id": rma.entity_id,
        "order_item_id": item.order_item_id,
        "qty_requested": item.qty_requested,
        "qty_authorized": item.qty_authorized,
        "qty_approved": item.qty_approved,
        "qty_returned": item.qty_returned,
        "reason": item.reason,
        "condition": item.condition,
        "resolution": item.resolution,
        "status": item.status,
    }
