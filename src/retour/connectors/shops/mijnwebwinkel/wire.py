"""What the store answers: only the fields that are used, read with tolerance (contract mijnwebwinkel.md, 4).

Numbers come as numbers or as text, and an empty object may come as an empty array. A note that is not where it belongs
is never taken for an empty one: it would be written over.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from retour.connectors.shapes import Garbled, Loose, Text, decode

S = TypeVar("S", bound="Shape")


def _none_if_empty(value: Any) -> Any:
    return None if value in (0, "", [], {}) else value


def _empty_if_none(value: Any) -> Any:
    return () if value is None else value


Id = Annotated[str, Field(min_length=1, max_length=60)]
MaybeId = Annotated[Id | None, BeforeValidator(_none_if_empty)]
MaybeText = Annotated[str | None, BeforeValidator(_none_if_empty)]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, coerce_numbers_to_str=True)


class Comments(Shape):
    customer: str | None = None
    internal: str | None = None


class Option(Shape):
    list_option_id: int


class Article(Shape):
    id: int
    sku: MaybeText = None
    description: Loose[Text] = None
    options: Annotated[tuple[Option, ...], BeforeValidator(_empty_if_none)] = ()


class OrderLine(Shape):
    """Of a credit order, the quantity may be below zero."""

    type: str
    quantity: int
    articles: Annotated[tuple[Article, ...], BeforeValidator(_empty_if_none)] = ()


class Address(Shape):
    name: MaybeText = None
    company: MaybeText = None
    street: Loose[Text] = None
    number: MaybeText = None
    zipcode: MaybeText = None
    taxnumber: MaybeText = None


class Order(Shape):
    """An order or, with `credited_order_number`, a credit order. `lines` and `addresses` are read when they are
    needed: nobody decides by them."""

    number: Id
    status: Annotated[int, Field(ge=0)]
    credited_order_number: MaybeId = None
    credit_order_numbers: Annotated[tuple[Id, ...], BeforeValidator(_empty_if_none)] = ()
    comments: Comments | None = None
    reference: str | None = None
    orderlines: Any = None
    debtor: Any = None

    @property
    def note(self) -> str:
        """The merchant's internal note: the only text that may be written."""
        return (self.comments and self.comments.internal) or ""

    def lines(self) -> tuple[OrderLine, ...]:
        """What was bought, and costs as lines of other types. Raises Garbled."""
        if not isinstance(self.orderlines, list):
            raise Garbled("orderlines: there are none")
        return tuple(decode(OrderLine, line) for line in self.orderlines)

    @property
    def email(self) -> str | None:
        """The buyer's, where it can be read."""
        told = self.debtor.get("email") if isinstance(self.debtor, dict) else None
        return told if isinstance(told, str) else None

    def addresses(self) -> tuple[Address, ...]:
        """Those that can be read."""
        kinds = self.debtor.get("address") if isinstance(self.debtor, dict) else None
        found = []
        for raw in kinds.values() if isinstance(kinds, dict) else ():
            try:
                found.append(decode(Address, raw))
            except Garbled:
                continue
        return tuple(found)


class Status(Shape):
    status: int
    description: str = ""
    credit_order: bool = False


class Store(Shape):
    name: str = ""


class Problem(Shape):
    """Both shapes of an error: the legacy one and the newer one (contract 2)."""

    message: MaybeText = None
    description: MaybeText = None
    title: MaybeText = None
    detail: MaybeText = None
    errors: Any = None

    @property
    def words(self) -> str:
        """On one line, with what is said of each field. Empty: it says nothing."""
        fields = self.errors.items() if isinstance(self.errors, dict) else ()
        said = [self.message, self.title, self.description, self.detail, *(f"{name}: {text}" for name, text in fields)]
        return "; ".join(dict.fromkeys(text for text in said if text))


def number_of(raw: Any) -> str | None:
    """An order's number, even if nothing else of it can be read."""
    number = raw.get("number") if isinstance(raw, dict) else None
    return str(number) if isinstance(number, int | str) and not isinstance(number, bool) and number != "" else None


def original_of(raw: Any) -> str | None:
    """Of a credit order, the number of the order that it credits, even if nothing else of it can be read."""
    number = raw.get("credited_order_number") if isinstance(raw, dict) else None
    return str(number) if number else None
