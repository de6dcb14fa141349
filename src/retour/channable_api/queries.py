"""What a request asks for: paths, queries and bodies, checked (contract channable-api.md, 2)."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from django.http import HttpRequest
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from retour.channable_api.answers import Invalid, Problem
from retour.channable_api.statuses import Verdict
from retour.store.listed import Between, Wanted

M = TypeVar("M", bound=BaseModel)
LARGEST = 2**63 - 1
"""The largest number that the database counts with: no id is larger, and no list so long."""
MOST_TERMS = 20
"""Of one search."""
_DIGITS = re.compile(r"-?[0-9]+")
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)


class Moment(BaseModel):
    """A date or a date-time of a filter, which lasts as long as it is exact: a day, a second, or no time."""

    since: datetime
    until: datetime

    @classmethod
    def read(cls, text: Any) -> "Moment":
        """A time without an offset is UTC (contract channable-api.md, 1)."""
        try:
            if len(text) == 10:
                begins, lasts = datetime.combine(date.fromisoformat(text), time(), UTC), _DAY
            else:
                begins = datetime.fromisoformat(text)
                begins = begins.replace(tzinfo=UTC) if begins.tzinfo is None else begins.astimezone(UTC)
                lasts = timedelta() if begins.microsecond else _SECOND
            return cls(since=begins, until=begins + lasts)
        except (TypeError, ValueError, OverflowError):
            raise PydanticCustomError(
                "datetime_from_date_parsing", "Input should be a valid date or datetime in ISO 8601"
            ) from None


_EITHER = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
Time = Annotated[Moment, PlainValidator(Moment.read), WithJsonSchema(_EITHER)]


def _whole(value: Any) -> Any:
    """Digits, and nothing that only resembles them: `true`, `1.0`, `1_000`, ` 1`."""
    if isinstance(value, bool) or (isinstance(value, str) and not _DIGITS.fullmatch(value)):
        raise PydanticCustomError("int_parsing", "Input should be a valid integer")
    return value


Whole = Annotated[int, BeforeValidator(_whole)]
"""Of a path or a query."""
Number = Annotated[Whole, WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]+$"}]})]
"""Of a body. Rows show an order's number as text, so a client may send it back as such."""


def _few_terms(text: str) -> str:
    """Each costs a look through the lines' numbers."""
    if len(set(text.split())) > MOST_TERMS:
        raise PydanticCustomError("too_many_terms", "String should have at most {most} terms", {"most": MOST_TERMS})
    return text


Search = Annotated[str, AfterValidator(_few_terms)]


class Paths(BaseModel):
    """The numbers of a path."""

    company_id: Whole
    project_id: Whole
    return_id: Whole = 0
    order_id: Whole = 0


class AnonymousQuery(BaseModel):
    """The filters of both lists."""

    limit: Whole = Field(default=100, ge=1, le=100)
    offset: Whole = Field(default=0, ge=0)
    search: Search | None = Field(default=None, min_length=1)
    start_date: Time | None = None
    end_date: Time | None = None
    last_modified_after: Time | None = None
    last_modified_before: Time | None = None

    def wanted(self) -> Wanted:
        """Ends include the second or the day that they name, since times are shown in whole seconds; `before` does
        not."""
        return Wanted(
            limit=self.limit,
            offset=min(self.offset, 2**31),
            terms=None if self.search is None else tuple(self.search.split()),
            offered=_between(self.start_date, self.end_date),
            changed=Between(
                self.last_modified_after.since if self.last_modified_after else None,
                self.last_modified_before.since if self.last_modified_before else None,
            ),
        )


class Query(AnonymousQuery):
    """The filters of the list with personal data."""

    errors: bool = False
    download: bool = False
    retrieved_at_start: Time | None = None
    retrieved_at_end: Time | None = None

    def wanted(self) -> Wanted:
        usual = super().wanted()
        seen = _between(self.retrieved_at_start, self.retrieved_at_end)
        return Wanted(
            usual.limit, usual.offset, usual.terms, self.errors, offered=usual.offered, seen=seen, changed=usual.changed
        )


class StatusBody(BaseModel):
    """The merchant's decision."""

    status: Verdict


class TrialBody(BaseModel):
    """A test return of an order."""

    order_id: Number


class CameBackProduct(BaseModel):
    """A product that came back unannounced."""

    id: str
    quantity: Number
    status: Literal["accepted", "rejected"] = "accepted"


class ManualBody(BaseModel):
    """What came back of an order."""

    products: list[CameBackProduct]


def path(**numbers: str) -> Paths:
    """The numbers of a path. Raises Invalid."""
    try:
        return Paths.model_validate(numbers)
    except ValidationError as error:
        raise Invalid.of(error, "path") from None


def query(request: HttpRequest, kind: type[M]) -> M:
    """The request's query; what is not known is ignored. Raises Invalid."""
    try:
        return kind.model_validate(request.GET.dict())
    except ValidationError as error:
        raise Invalid.of(error, "query") from None


def body(request: HttpRequest, kind: type[M]) -> M:
    """The request's JSON document. Raises Problem and Invalid."""
    try:
        document = json.loads(request.body or b"{}", parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON.") from None
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise Invalid.of(error, "body") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _between(first: Moment | None, last: Moment | None) -> Between:
    return Between(first.since if first else None, last.until if last else None)
