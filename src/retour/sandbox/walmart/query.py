"""What a list of returns was asked for, and the cursor that asks for more (contract 4.1, 4.2)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self
from urllib.parse import urlencode

from multidict import MultiMapping

from retour.sandbox.walmart.refusals import Refusal, invalid
from retour.sandbox.walmart.shapes import status
from retour.sandbox.walmart.state import Return
from retour.sandbox.walmart.switches import WalmartSwitches

SELLER_ID: Final = "10001500151"
_STATUSES: Final = ("INITIATED", "DELIVERED", "COMPLETED")
_KINDS: Final = ("REPLACEMENT", "REFUND")
_FILTERS: Final = (
    "returnOrderId",
    "customerOrderId",
    "status",
    "returnType",
    "replacementInfo",
    "returnCreationStartDate",
    "returnCreationEndDate",
    "returnLastModifiedStartDate",
    "returnLastModifiedEndDate",
    "isWFSEnabled",
)
_PAGING: Final = ("sellerId", "limit", "offset")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,3})?(Z| \d{4})?)?")
"""The offset's plus sign comes as a space: `%20`, or a plus that was not encoded (contract 4.1)."""


@dataclass(frozen=True, slots=True)
class ReturnsQuery:
    filters: dict[str, str]
    limit: int
    offset: int
    opened_after: datetime | None
    opened_before: datetime | None
    modified_after: datetime | None
    modified_before: datetime | None

    @classmethod
    def of(cls, query: MultiMapping[str]) -> Self:
        """Refuses what cannot be read; names that nobody knows are ignored."""
        for name in (*_FILTERS, *_PAGING):
            if len(query.getall(name, [])) > 1:
                raise _bad(name, "is given twice")
        if "offset" in query and query.get("sellerId") != SELLER_ID:
            raise _bad("sellerId", "is not this seller's")
        filters = {name: query[name] for name in _FILTERS if query.get(name)}
        _one_of(filters, "status", _STATUSES)
        _one_of(filters, "returnType", _KINDS)
        _one_of(filters, "replacementInfo", ("true", "false"))
        _one_of(filters, "isWFSEnabled", ("Y", "N"))
        return cls(
            filters,
            _number(query, "limit", 10, 1, 200),
            _number(query, "offset", 0, 0, 1 << 31),
            _date(filters, "returnCreationStartDate"),
            _date(filters, "returnCreationEndDate"),
            _date(filters, "returnLastModifiedStartDate"),
            _date(filters, "returnLastModifiedEndDate"),
        )

    @property
    def with_replacement_info(self) -> bool:
        return self.filters.get("replacementInfo") == "true"

    def matches(self, returned: Return, switches: WalmartSwitches) -> bool:
        """All but the dates of modification; a status is matched by any line."""
        wanted = self.filters
        return (
            (wanted.get("isWFSEnabled") == "Y" or not returned.by_walmart)
            and wanted.get("returnOrderId", returned.return_order_id) == returned.return_order_id
            and wanted.get("customerOrderId", returned.customer_order_id) == returned.customer_order_id
            and wanted.get("returnType", returned.kind) == returned.kind
            and ("status" not in wanted or wanted["status"] in {status(line, switches) for line in returned.lines})
            and (self.opened_after is None or returned.opened_at > self.opened_after)
            and (self.opened_before is None or returned.opened_at < self.opened_before)
        )

    def cursor(self, offset: int, *, forgets_filters: bool) -> str:
        """A ready query string."""
        paging = {"sellerId": SELLER_ID, "limit": str(self.limit), "offset": str(offset)}
        return "?" + urlencode(paging if forgets_filters else paging | self.filters)


def _bad(name: str, complaint: str) -> Refusal:
    return invalid("INVALID_REQUEST_PARAM", f"{name} {complaint}.", name)


def _one_of(filters: dict[str, str], name: str, allowed: tuple[str, ...]) -> None:
    if name in filters and filters[name] not in allowed:
        raise _bad(name, f"must be one of {', '.join(allowed)}")


def _number(query: MultiMapping[str], name: str, default: int, least: int, most: int) -> int:
    text = query.get(name, str(default))
    if not (text.isdecimal() and least <= int(text) <= most):
        raise _bad(name, f"must be a number from {least} to {most}")
    return int(text)


def _date(filters: dict[str, str], name: str) -> datetime | None:
    text = filters.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if _DATE.fullmatch(text) else "")
    except ValueError:
        raise _bad(name, "is not a date of ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
