"""The query of a list of orders (contract 3, 7)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from retour.sandbox.mijnwebwinkel.local_time import read_date, read_datetime
from retour.sandbox.mijnwebwinkel.orders import Order
from retour.sandbox.mijnwebwinkel.problems import invalid_fields
from retour.sandbox.mijnwebwinkel.shop import Shop
from retour.sandbox.mijnwebwinkel.switches import MijnwebwinkelSwitches

Value = TypeVar("Value")

_LIMIT: Final = 10
_LARGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of an order; None asks nothing. Dates and times are the shop's own."""

    start_date: date | None
    end_date: date | None
    changed_from: datetime | None
    changed_until: datetime | None
    status: int | None
    archived: bool | None
    test: bool
    debtors: Mapping[str, str]

    def select(self, shop: Shop) -> list[Order]:
        """By number, lowest first."""
        return sorted((order for order in shop.orders if self._takes(order, shop)), key=lambda order: order.number)

    def _takes(self, order: Order, shop: Shop) -> bool:
        if (order.test and not self.test) or self.status not in (None, order.status):
            return False
        if self.archived not in (None, order.archived):
            return False
        if self.archived is None and order.archived and shop.switches.archived_when_omitted == "hidden":
            return False
        return self._debtor_matches(order) and self._dates_match(order, shop) and self._change_matches(order, shop)

    def _debtor_matches(self, order: Order) -> bool:
        """E-mail address or id: one of them is enough."""
        if not self.debtors:
            return True
        email = self.debtors.get("debtor_email", "").casefold()
        return order.debtor.email.casefold() == email or order.debtor.id == self.debtors.get("debtor_id", "")

    def _dates_match(self, order: Order, shop: Shop) -> bool:
        if self.start_date is None and self.end_date is None:
            return True
        day = shop.local(order.placed_at).date()
        return (self.start_date or day) <= day <= (self.end_date or day)

    def _change_matches(self, order: Order, shop: Shop) -> bool:
        """Both ends count, to the second."""
        if self.changed_from is None and self.changed_until is None:
            return True
        if order.status_changed_at is None:
            return False
        at = shop.local(order.status_changed_at)
        return (self.changed_from or at) <= at <= (self.changed_until or at)


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list, in which order."""

    limit: int
    offset: int
    descending: bool

    def cut(self, orders: list[Order]) -> list[Order]:
        ordered = orders[::-1] if self.descending else orders
        return ordered[self.offset : self.offset + self.limit]


class Parameters:
    """Reads a query, and refuses at once all that cannot be read, or overlooks it (`bad_filters`)."""

    def __init__(self, query: Mapping[str, str], switches: MijnwebwinkelSwitches) -> None:
        self._query = query
        self._switches = switches
        self._errors: dict[str, str] = {}

    def filters(self, *, debtors: bool) -> Filters:
        """`debtors`: a count does not know these two."""
        names = ("debtor_email", "debtor_id") if debtors else ()
        found = Filters(
            start_date=self._read("start_date", read_date),
            end_date=self._read("end_date", read_date),
            changed_from=self._read("status_changed_start_date", read_datetime),
            changed_until=self._read("status_changed_end_date", read_datetime),
            status=self._read("status_id", int),
            archived=self._read("archived", read_boolean),
            test=self._read("test", read_boolean) or False,
            debtors={name: self._query[name] for name in names if self._query.get(name)},
        )
        self._refuse()
        return found

    def window(self) -> Window:
        limit = self._read("limit", _above(0))
        if limit is not None and limit > _LARGEST and self._switches.limit_over_100 == "refuse":
            self._errors["limit"] = f"This value should be {_LARGEST} or less."
        offset = self._read("offset", _above(-1))
        ordering = self._read("ordering", _one_of(("asc", "desc")))
        self._refuse()
        return Window(min(limit or _LIMIT, _LARGEST), offset or 0, ordering == "desc")

    def mutate_stock(self) -> bool:
        """True when it is left out (contract 5)."""
        asked = self._read("mutate_stock", read_boolean)
        self._refuse()
        return asked is not False

    def _read(self, name: str, reader: Callable[[str], Value]) -> Value | None:
        if name not in self._query:
            return None
        try:
            return reader(self._query[name])
        except ValueError:
            if self._switches.bad_filters == "refuse":
                self._errors[name] = "This value is not valid."
            return None

    def _refuse(self) -> None:
        if self._errors:
            raise invalid_fields(self._errors)


def read_boolean(text: str) -> bool:
    """Raises ValueError for any other word."""
    return {"true": True, "1": True, "false": False, "0": False}[_one_of(("true", "1", "false", "0"))(text)]


def _above(floor: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if number <= floor:
            raise ValueError(text)
        return number

    return read


def _one_of(words: Iterable[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return read
