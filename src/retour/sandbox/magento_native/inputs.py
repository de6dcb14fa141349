"""What clients send, field by field as the 2.4.8 admin schema names them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Sent(BaseModel):
    """An unknown field is refused, as Magento has no setter for it; numbers are taken where a text is meant."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    extension_attributes: Any = None
    custom_attributes: Any = None


class RmaItemInput(_Sent):
    """`rma-data-item-interface`; the ids are the server's, on a PUT they name the item."""

    entity_id: int | None = None
    rma_entity_id: int | None = None
    order_item_id: int | None = None
    qty_requested: int | None = None
    qty_authorized: int | None = None
    qty_approved: int | None = None
    qty_returned: int | None = None
    reason: str | None = None
    condition: str | None = None
    resolution: str | None = None
    status: str | None = None


class RmaInput(_Sent):
    """`rma-data-rma-interface`."""

    entity_id: int | None = None
    increment_id: str | None = None
    order_id: int | None = None
    order_increment_id: str | None = None
    store_id: int | None = None
    customer_id: int | None = None
    date_requested: str | None = None
    customer_custom_email: str | None = None
    items: list[RmaItemInput] = []
    status: str | None = None
    comments: list[Any] = []
    tracks: list[Any] = []


class RmaCommentInput(_Sent):
    """`rma-data-comment-interface`."""

    comment: str
    rma_entity_id: int
    created_at: str | None = None
    entity_id: int | None = None
    customer_notified: bool = False
    visible_on_front: bool = False
    status: str | None = None
    admin: bool = False


class TrackInput(_Sent):
    """`rma-data-track-interface`."""

    track_number: str
    carrier_title: str
    carrier_code: str
    entity_id: int | None = None
    rma_entity_id: int | None = None


class StatusHistoryInput(_Sent):
    """`sales-data-order-status-history-interface`."""

    comment: str
    parent_id: int | None = None
    is_customer_notified: int = 0
    is_visible_on_front: int = 0
    status: str | None = None
    created_at: str | None = None
    entity_id: int | None = None
    entity_name: str | None = None


class _MemoItem(_Sent):
    order_item_id: int
    qty: float = Field(ge=0)


class _MemoComment(_Sent):
    comment: str
    is_visible_on_front: int = 0


class _RestockInput(BaseModel):
    return_to_stock_items: list[int] = []


class _MemoArguments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shipping_amount: float | None = Field(default=None, ge=0)
    adjustment_positive: float | None = Field(default=None, ge=0)
    adjustment_negative: float | None = Field(default=None, ge=0)
    extension_attributes: _RestockInput = _RestockInput()


class RefundInput(_Sent):
    """The arguments of `/order/{id}/refund` and `/invoice/{id}/refund`."""

    items: list[_MemoItem] = []
    notify: bool = False
    appendComment: bool = False
    comment: _MemoComment | None = None
    arguments: _MemoArguments = _MemoArguments()
    isOnline: bool = False
