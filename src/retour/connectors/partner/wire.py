"""A return and its lines as a partner shows them, read through a profile's fields. Tolerant where nothing depends on a
value; what money or identity depends on must be readable, or it is `Garbled` (contract tobedressed 3.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from retour.connectors.partner import values
from retour.connectors.partner.fields import Fields, LineFields
from retour.connectors.partner.profile import Profile
from retour.connectors.shapes import Garbled
from retour.core.model import Party

Take = Callable[[Any, str], Any]
"""Takes the value out of a row that stands at a path: `paths.value_at` or `paths.cell_at`."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is told once for a return."""

    ref: str
    order_ref: str
    status: str
    opened_at: datetime
    changed_at: datetime
    partners_own: bool
    """The partner handles it itself."""
    customer: Party | None
    carrier: str | None
    tracking: str | None


@dataclass(frozen=True, slots=True)
class Line:
    ref: str
    quantity: int
    status: str | None
    accepted: int | None
    rejected: int | None
    order_line_ref: str | None
    sku: str | None
    gtin: str | None
    title: str | None
    reason_code: str | None
    reason: str | None
    comment: str | None
    unit_price: Decimal | None
    currency: str | None
    received_at: datetime | None
    answer_by: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How one profile's rows are read."""

    profile: Profile
    take: Take

    @property
    def fields(self) -> Fields:
        return self.profile.fields

    def ref(self, raw: Any) -> str | None:
        """The id of a return, also where nothing else of it can be read."""
        return values.ident(self._at(raw, self.fields.id)) if isinstance(raw, dict) else None

    def head(self, raw: Any) -> Head:
        """Raises Garbled."""
        if not isinstance(raw, dict):
            raise Garbled("a return is expected")
        told, at = self.fields, partial(self._at, raw)
        created, changed = self._moment(at(told.created_at)), self._moment(at(told.updated_at))
        opened = created or changed
        if opened is None or (changed is None and told.updated_at):
            raise Garbled(f"{told.updated_at or told.created_at}: a date and time is expected")
        auto = self.profile.auto_accept_when
        return Head(
            ref=_needed(told.id, values.ident(at(told.id))),
            order_ref=_needed(told.order_id, values.ident(at(told.order_id))),
            status=_needed(told.status, values.text(at(told.status))) if told.status else "",
            opened_at=opened,
            changed_at=changed or opened,
            partners_own=auto is not None and _as_word(at(auto.path)) == auto.value,
            customer=self._party(raw),
            carrier=values.text(at(told.carrier)),
            tracking=values.text(at(told.tracking)),
        )

    def lines(self, raw: Any) -> list[Any]:
        """The rows of a return's lines; the return itself, where each is one line. Raises Garbled."""
        if not self.fields.lines:
            return [raw]
        found = self._at(raw, self.fields.lines)
        if not isinstance(found, list) or not found:
            raise Garbled(f"{self.fields.lines}: a list of lines is expected")
        return found

    def line(self, raw: Any) -> Line:
        """Raises Garbled."""
        if not isinstance(raw, dict):
            raise Garbled("a line is expected")
        told, at = self.fields.line, partial(self._at, raw)
        style = self.profile.number_format
        quantity = values.quantity(at(told.quantity), style)
        if not quantity:
            raise Garbled(f"{told.quantity}: a whole number from 1 on is expected")
        product = tuple(values.text(at(path)) for path in (told.sku, told.gtin, told.order_line_id))
        if not any(product):
            raise Garbled(f"{_named(told)}: at least one of them is expected")
        sku, gtin, order_line = product
        return Line(
            ref=_needed(told.id, values.ident(at(told.id))),
            quantity=quantity,
            status=values.text(at(told.status)),
            accepted=values.quantity(at(told.accepted), style),
            rejected=values.quantity(at(told.rejected), style),
            order_line_ref=order_line,
            sku=sku,
            gtin=gtin,
            title=values.text(at(told.title)),
            reason_code=values.text(at(told.reason_code)),
            reason=values.text(at(told.reason)),
            comment=values.text(at(told.comment)),
            unit_price=values.price(at(told.unit_price), style),
            currency=values.text(at(told.currency)),
            received_at=self._moment(at(told.received_at)),
            answer_by=self._moment(at(told.answer_by)),
        )

    def _at(self, raw: Any, path: str) -> Any:
        """What a profile leaves out is not told, wherever an empty path would lead."""
        return self.take(raw, path) if path else None

    def _moment(self, value: Any) -> datetime | None:
        return values.moment(value, self.profile.date_format, self.profile.timezone)

    def _party(self, raw: Any) -> Party | None:
        told = self.fields
        found = Party(
            first_name=values.text(self._at(raw, told.first_name)),
            last_name=values.text(self._at(raw, told.last_name)),
            company=values.text(self._at(raw, told.company)),
            street=values.text(self._at(raw, told.street)),
            house_number=values.text(self._at(raw, told.house_number)),
            house_number_addition=values.text(self._at(raw, told.house_number_addition)),
            postcode=values.text(self._at(raw, told.postcode)),
            city=values.text(self._at(raw, told.city)),
            country=values.text(self._at(raw, told.country)),
            email=values.text(self._at(raw, told.email)),
            phone=values.text(self._at(raw, told.phone)),
        )
        return None if found == Party() else found


def _needed(path: str, value: str | None) -> str:
    if value is None:
        raise Garbled(f"{path}: a text of 1 to {values.LONGEST_ID} letters is expected")
    return value


def _as_word(value: Any) -> str | None:
    """A yes or no of JSON compares as true or false."""
    return str(value).lower() if isinstance(value, bool) else values.text(value)


def _named(told: LineFields) -> str:
    return ", ".join(path for path in (told.sku, told.gtin, told.order_line_id) if path)
