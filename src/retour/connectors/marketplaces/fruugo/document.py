"""Fruugo's XML as it comes: orders out of a document of any length, one by one, without ever holding all of it.

A document type is refused, and with it entities of its own and files from elsewhere (contract fruugo 6). Namespaces
and their prefixes vary and mean nothing here (2.3).
"""

from collections.abc import Iterator, Mapping
from functools import partial
from xml.etree.ElementTree import Element, TreeBuilder, tostring
from xml.parsers import expat

from retour.connectors.marketplaces.fruugo.wire import Raw

ROOTS = frozenset({"orders", "order"})
"""A download has `orders`; the answer to a return may be the `order` alone (2.1)."""

DEEPEST = 50


class NotOrders(ValueError):
    """What came is no document of orders; the message says why, without its content."""


class Orders:
    """Reads a document in pieces. After `NotOrders` it is of no more use."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._builder: TreeBuilder | None = None
        self._depth = self._order_depth = 0
        self._whole: list[Raw] = []

    def feed(self, piece: bytes) -> Iterator[Raw]:
        """The orders that this piece completes. Raises NotOrders."""
        yield from self._read(piece, last=False)

    def close(self) -> Iterator[Raw]:
        """Nothing follows. Raises NotOrders for a document that broke off."""
        yield from self._read(b"", last=True)

    def _read(self, piece: bytes, *, last: bool) -> list[Raw]:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as error:
            raise NotOrders(f"it is not XML ({expat.ErrorString(error.code)}, line {error.lineno})") from None
        whole, self._whole = self._whole, []
        return whole

    def _doctype(self, *_: object) -> None:
        raise NotOrders("it declares a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if self._depth == 0 and name not in ROOTS:
            raise NotOrders(f"it is a document of {name[:40]!r}")
        if self._depth == DEEPEST:
            raise NotOrders("it is nested too deeply")
        self._depth += 1
        if self._builder is None and name == "order":
            self._builder, self._order_depth = TreeBuilder(), self._depth
        if self._builder is not None:
            self._builder.start(name, {})

    def _end(self, name: str) -> None:
        if self._builder is not None:
            self._builder.end(name.rpartition(":")[2])
            if self._depth == self._order_depth:
                self._whole.append(_order(self._builder.close()))
                self._builder = None
        self._depth -= 1

    def _text(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)


def whole(body: bytes) -> list[Raw]:
    """The orders of a document that is at hand. Raises NotOrders."""
    orders = Orders()
    return [*orders.feed(body), *orders.close()]


def _order(element: Element) -> Raw:
    address = element.find("shippingAddress")
    lines = [Raw(_texts(line), partial(_shown, line)) for line in element.findall("orderLines/orderLine")]
    return Raw(_texts(element), partial(_shown, element), lines, None if address is None else _texts(address))


def _texts(element: Element) -> Mapping[str, str]:
    """The texts of the elements in it that hold nothing else. No database keeps a NUL, and XML holds none."""
    return {child.tag: (child.text or "").strip() for child in element if not len(child)}


def _shown(element: Element) -> str:
    return tostring(element, encoding="unicode")
