"""`/V1/returns` and `/V1/returnsAttributeMetadata`: Adobe Commerce only (contract A2)."""

import base64
from dataclasses import dataclass
from typing import Any, Final, get_args

from aiohttp import web

from retour.sandbox.magento.php import to_int
from retour.sandbox.magento.problems import bad, no_such, required
from retour.sandbox.magento_native.derivation import HEADER_STATUSES, ITEM_STATUSES, PENDING
from retour.sandbox.magento_native.desk import Asked, Desk
from retour.sandbox.magento_native.gate import Call, Endpoint, Gate, empty_list
from retour.sandbox.magento_native.inputs import RmaCommentInput, RmaInput, RmaItemInput, TrackInput
from retour.sandbox.magento_native.options import Options
from retour.sandbox.magento_native.rma_documents import (
    RMA_COLUMNS,
    attribute_document,
    comment_document,
    rma_document,
    track_document,
)
from retour.sandbox.magento_native.rmas import Rma
from retour.sandbox.magento_native.shop import Shop
from retour.sandbox.magento_native.switches import RETURNS, OptionAttribute

_ATTRIBUTES: Final[tuple[OptionAttribute, ...]] = get_args(OptionAttribute)
_ONE: Final = r"/returns/{id:\d+}"
_METADATA: Final = "/returnsAttributeMetadata"


@dataclass(frozen=True, slots=True)
class _Step:
    """What a PUT asks of one item."""

    item_id: int
    status: str
    resolution: str | None
    quantity: int | None


class ReturnsApi:
    """The endpoints."""

    def __init__(self, shop: Shop, desk: Desk, options: Options, gate: Gate) -> None:
        self._shop = shop
        self._switches = shop.switches
        self._desk = desk
        self._options = options
        self._gate = gate

    def routes(self) -> list[web.AbstractRouteDef]:
        endpoints: tuple[tuple[str, str, Endpoint], ...] = (
            ("POST", "/returns", self._create),
            ("GET", "/returns", self._search),
            ("GET", _ONE, lambda call: self._shown(self._rma(call))),
            ("PUT", _ONE, self._save),
            ("DELETE", _ONE, self._delete),
            ("GET", f"{_ONE}/comments", self._comments),
            ("POST", f"{_ONE}/comments", self._comment),
            ("GET", f"{_ONE}/tracking-numbers", self._tracks),
            ("POST", f"{_ONE}/tracking-numbers", self._track),
            ("DELETE", _ONE + r"/tracking-numbers/{track:\d+}", self._untrack),
            ("GET", f"{_ONE}/labels", self._labels),
            ("GET", _METADATA, lambda _: self._metadata()),
            ("GET", f"{_METADATA}/custom", lambda _: []),
            ("GET", _METADATA + r"/form/{form:\w+}", lambda _: self._metadata()),
            ("GET", _METADATA + r"/{code:\w+}", self._attribute),
        )
        found: list[web.AbstractRouteDef] = []
        for method, path, endpoint in endpoints:
            found += self._gate.route(method, path, RETURNS, endpoint, commerce=True)
        return found

    def _create(self, call: Call) -> Any:
        """Nothing notices an equal return: there is no unique key."""
        sent = call.read("rmaDataObject", RmaInput)
        if sent.order_id is None:
            raise required("order_id")
        order = self._shop.orders.get(sent.order_id)
        if order is None:
            raise no_such("order_id", sent.order_id)
        if self._switches.create_refused:
            raise bad("RMA is not enabled for this store.")
        if sent.status is not None and sent.status not in HEADER_STATUSES:
            raise bad('The status "%1" is unknown.', [sent.status])
        rows = [self._asked(item) for item in sent.items]
        email = sent.customer_custom_email or ""
        rma = self._desk.open(order, rows, email=email, date_requested=sent.date_requested, by="api")
        return self._shown(rma)

    def _asked(self, item: RmaItemInput) -> Asked:
        if item.order_item_id is None or item.qty_requested is None:
            raise required("order_item_id" if item.order_item_id is None else "qty_requested")
        status = item.status or PENDING
        if status not in ITEM_STATUSES:
            raise bad('The status "%1" is unknown.', [status])
        chosen = {name: self._option(name, getattr(item, name)) for name in _ATTRIBUTES}
        return Asked(item.order_item_id, item.qty_requested, status=status, **chosen)

    def _option(self, attribute: OptionAttribute, option: str | None) -> str:
        if not option:
            if attribute in self._switches.required_options:
                raise required(attribute)
            return ""
        if self._switches.check_options and self._options.label(attribute, option) is None:
            raise bad('"%value" is not an option of "%attribute".', {"value": option, "attribute": attribute})
        return option

    def _search(self, call: Call) -> Any:
        columns = dict(RMA_COLUMNS)
        if not self._switches.entity_id_filterable:
            del columns["entity_id"]
        rmas = self._desk.rmas

        def by_id(value: str) -> list[Rma]:
            found = rmas.get(to_int(value))
            return [found] if found is not None else []

        indexes = {"entity_id": by_id, "order_id": lambda value: rmas.of_order(to_int(value))}
        return self._gate.listed(call, rmas, columns, self._shown, indexes)

    def _save(self, call: Call) -> Any:
        """Moves items as the panel would; a decision made so is nobody's but the caller's."""
        rma, sent = self._rma(call), call.read("rmaDataObject", RmaInput)
        steps = [self._step(rma, item) for item in sent.items]
        for step in steps:
            self._desk.check_step(rma, step.item_id, step.status, step.quantity)
        for step in steps:
            self._desk.step(
                rma, step.item_id, step.status, resolution=step.resolution, quantity=step.quantity, by="api"
            )
        return self._shown(rma)

    def _step(self, rma: Rma, change: RmaItemInput) -> _Step:
        item = None if change.entity_id is None else rma.item(change.entity_id)
        if item is None:
            raise no_such("item", change.entity_id)
        status = change.status or item.status
        counts = {"authorized": change.qty_authorized, "received": change.qty_returned, "approved": change.qty_approved}
        resolution = None if change.resolution is None else self._option("resolution", change.resolution)
        return _Step(item.entity_id, status, resolution, counts.get(status) or None)

    def _delete(self, call: Call) -> bool:
        self._desk.remove(self._rma(call), by="api")
        return True

    def _comments(self, call: Call) -> Any:
        rma = self._rma(call)
        return empty_list([comment_document(rma, comment) for comment in rma.comments])

    def _comment(self, call: Call) -> bool:
        rma, sent = self._rma(call), call.read("data", RmaCommentInput)
        if sent.rma_entity_id != rma.entity_id:
            raise bad('"%fieldName" is not that of the address.', {"fieldName": "rma_entity_id"})
        self._desk.comment(
            rma,
            sent.comment,
            notified=sent.customer_notified,
            visible=sent.visible_on_front,
            admin=sent.admin,
            status=sent.status,
            by="api",
        )
        return True

    def _tracks(self, call: Call) -> Any:
        rma = self._rma(call)
        return empty_list([track_document(rma, track) for track in rma.tracks])

    def _track(self, call: Call) -> bool:
        rma, sent = self._rma(call), call.read("track", TrackInput)
        self._desk.track(rma, sent.track_number, sent.carrier_title, sent.carrier_code)
        return True

    def _untrack(self, call: Call) -> bool:
        rma, number = self._rma(call), call.number("track")
        if not any(track.entity_id == number for track in rma.tracks):
            raise no_such("track_id", number)
        rma.tracks[:] = [track for track in rma.tracks if track.entity_id != number]
        return True

    def _labels(self, call: Call) -> str:
        """A PDF in base64, once there is a track to print."""
        rma = self._rma(call)
        return base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode() if rma.tracks else ""

    def _metadata(self) -> list[Any]:
        return [self._described(attribute) for attribute in _ATTRIBUTES]

    def _attribute(self, call: Call) -> Any:
        code = call.match["code"]
        for attribute in _ATTRIBUTES:
            if attribute == code:
                return self._described(attribute)
        raise no_such("attributeCode", code)

    def _described(self, attribute: OptionAttribute) -> Any:
        required_here = attribute in self._switches.required_options
        place = _ATTRIBUTES.index(attribute) + 1
        return attribute_document(self._options, attribute, place, required=required_here)

    def _shown(self, rma: Rma) -> Any:
        return rma_document(rma, self._switches)

    def _rma(self, call: Call) -> Rma:
        rma = self._desk.rmas.get(call.number("id"))
        if rma is None:
            raise no_such("rma_id", call.number("id"))
        return rma
