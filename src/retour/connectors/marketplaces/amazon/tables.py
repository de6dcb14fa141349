"""Reading the returns reports piece by piece, so that the largest one never is in memory (contract 2.1 to 2.3).

What comes out are raw values by name, those of the XML; `wire` says what they are.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from retour.connectors.errors import Transient

LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Raw:
    """A return as a report shows it: its own values, and those of each product."""

    head: Mapping[str, str]
    items: tuple[Mapping[str, str], ...] = ()
    flaw: str | None = None
    """Why it cannot be read, where that is known already."""


@dataclass(slots=True)
class _Builder:
    """Takes the parser's events. Only the values of one return are kept at a time."""

    rows: list[Raw] = field(default_factory=list)
    _head: dict[str, str] | None = None
    _item: dict[str, str] | None = None
    _items: list[Mapping[str, str]] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)

    def start(self, tag: str, _attributes: Any) -> None:
        self._text.clear()
        if tag == "return_details":
            self._head, self._items = {}, []
        elif tag == "item_details":
            self._item = {}

    def data(self, text: str) -> None:
        if self._head is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if self._head is None:
            return
        if tag == "return_details":
            self.rows.append(Raw(self._head, tuple(self._items)))
            self._head = None
        elif tag == "item_details" and self._item is not None:
            self._items.append(self._item)
            self._item = None
        else:
            values = self._head if self._item is None else self._item
            values.setdefault(tag, "".join(self._text))
        self._text.clear()

    def close(self) -> None:
        return

    def taken(self) -> list[Raw]:
        rows, self.rows = self.rows, []
        return rows


async def from_xml(pieces: AsyncIterator[str]) -> AsyncIterator[list[Raw]]:
    """The rows of the XML report, some at a time. Raises Transient where it is no XML: what came before counts."""
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    try:
        async for piece in pieces:
            parser.feed(piece)
            if builder.rows:
                yield builder.taken()
        parser.close()
    except (ParseError, DefusedXmlException):
        flaw = True
    else:
        flaw = False
    if builder.rows:
        yield builder.taken()
    if flaw:
        raise Transient("Amazon's report cannot be read from some point on: it is no proper XML.")


_NAMES: Final = MappingProxyType({"return_reason": "return_reason_code", "refunded_amount": "refund_amount"})
"""Where the tab-separated report calls it otherwise; in all other names only case and blanks differ."""

_OF_AN_ITEM: Final = frozenset(
    {
        "return_quantity",
        "merchant_sku",
        "asin",
        "item_name",
        "return_reason_code",
        "resolution",
        "refund_amount",
        "order_item_id",
    }
)


async def from_lines(pieces: AsyncIterator[str]) -> AsyncIterator[list[Raw]]:
    """The rows of a tab-separated report, bound by the names in its first line. A line with too few or too many cells
    is shown as one that cannot be read."""
    names: list[str] | None = None
    async for lines in _lines(pieces):
        rows = []
        for line in lines:
            if not line.strip():
                continue
            cells = line.split("\t")
            if names is None:
                names = [_name(cell) for cell in cells]
                if "order_id" not in names:
                    yield [Raw({"line": line[:1000]}, flaw="the report has no column for the order id")]
                    return
            elif len(cells) != len(names):
                rows.append(Raw({"line": line[:1000]}, flaw=f"it has {len(cells)} cells instead of {len(names)}"))
            else:
                rows.append(Raw({n: cell for n, cell in zip(names, cells, strict=True) if cell.strip()}))
        if rows:
            yield rows


def _name(cell: str) -> str:
    plain = cell.strip().lower().replace(" ", "_").replace("-", "_")
    return _NAMES.get(plain, plain)


async def _lines(pieces: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    rest = ""
    async for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        if len(rest) > LONGEST_LINE:
            raise Transient("Amazon's report has a line without an end.")
        yield [line.removesuffix("\r") for line in lines]
    yield [rest.removesuffix("\r")]


async def from_flat(pieces: AsyncIterator[str]) -> AsyncIterator[list[Raw]]:
    """The returns of the tab-separated report: neighbouring lines of one RMA are one return."""
    last: Raw | None = None
    async for rows in from_lines(pieces):
        whole: list[Raw] = []
        for row in rows:
            if row.flaw:
                whole.append(row)
                continue
            head = {name: value for name, value in row.head.items() if name not in _OF_AN_ITEM}
            item = {name: value for name, value in row.head.items() if name in _OF_AN_ITEM}
            rma = head.get("amazon_rma_id")
            if last is not None and rma and last.head.get("amazon_rma_id") == rma:
                last = Raw(last.head, (*last.items, item))
                continue
            if last is not None:
                whole.append(last)
            last = Raw(head, (item,))
        if whole:
            yield whole
    if last is not None:
        yield [last]
