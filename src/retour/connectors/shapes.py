"""What the shapes of platforms are made of: tolerant where nothing depends on it, and clear where something does.

A shape is a pydantic model with the fields that a connector uses. What money depends on must be readable, or the row is
`Garbled`; anything else, marked `Loose`, reads as None where it is missing or of the wrong kind.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class Garbled(ValueError):
    """Something that cannot be read; the message says where, without its content."""


def decode(shape: type[M], raw: Any) -> M:
    """Raw values in their shape. Raises Garbled, whose words hold none of their content."""
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    # Outside the handler: the validation error holds what was read, which may be personal.
    where = ".".join(str(step) for step in first["loc"]) or shape.__name__.lower()
    raise Garbled(f"{where}: {first['msg']}")


def storable(value: str) -> str:
    """No database keeps a NUL or half a surrogate pair; JSON may hold both."""
    return value.replace("\0", "").encode(errors="replace").decode().strip()


def in_utc(value: datetime) -> datetime:
    """An aware time in UTC. Raises ValueError where it lies beyond the calendar."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a date within the calendar is expected") from None


def _word(value: Any) -> Any:
    """Ids and house numbers now and then come as JSON numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _in_words(value: Any) -> Any:
    """Pydantic takes bare numbers for seconds since 1970."""
    if not isinstance(value, str):
        raise ValueError("a date and time in words is expected")  # noqa: TRY004 - pydantic reads ValueError
    return value


# An answer has dozens of texts, nearly all of them clean and most of them optional. Both are said in the terms of
# pydantic's core: calling back into Python for each of them was more than half of the cost of reading an answer.


@dataclass(frozen=True, slots=True)
class TextOf:
    """Annotates a text of so many letters, stripped and storable; a number is taken for its digits."""

    least: int = 0
    most: int | None = None

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        clean = core_schema.str_schema(
            strip_whitespace=True, pattern=r"^[^\x00]*$", min_length=self.least, max_length=self.most
        )
        mended = core_schema.chain_schema(
            [
                core_schema.no_info_before_validator_function(_word, core_schema.str_schema(strict=True)),
                core_schema.no_info_plain_validator_function(storable),
                core_schema.str_schema(min_length=self.least, max_length=self.most),
            ]
        )
        bounds = f" of {self.least} to {self.most} letters" if self.most else ""
        return core_schema.union_schema(
            [clean, mended],
            mode="left_to_right",
            custom_error_type="text",
            custom_error_message=f"a text{bounds} is expected",
        )


class _NoneWhenGarbled:
    @staticmethod
    def __get_pydantic_core_schema__(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


Text = Annotated[str, TextOf()]
Word = Annotated[str, Field(strict=True), AfterValidator(storable)]  # one of a list: a number there is garbled
Id = Annotated[str, TextOf(least=1, most=100)]
Moment = Annotated[AwareDatetime, BeforeValidator(_in_words), AfterValidator(in_utc)]
Loose = Annotated[T | None, _NoneWhenGarbled]
