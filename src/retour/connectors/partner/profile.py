"""A partner's profile: how its interface looks, as data. The defaults are the two profiles that are built in.

Everything here is ASSUMED (contract tobedressed 2-6): nobody has published what such partners really have, so every
path, word and number can be set. Nothing in a profile is run; nothing in it is secret.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator, model_validator

from retour.connectors.partner import template
from retour.connectors.partner.fields import COLUMNS, Fields, Part, Path
from retour.core.capabilities import Granularity
from retour.core.model import Reason, Resolution

Standing = Literal["open", "closed"] | Resolution
"""What a partner's status means for a line: it waits for the merchant, it waits no longer and nobody knows how it
ended, or it ended as this decision."""

_A, _R, _K = Resolution.ACCEPT, Resolution.REJECT, Resolution.KEEP


def _templated(places: frozenset[str] = template.PLACES) -> AfterValidator:
    def checked(value: Any) -> Any:
        if unknown := template.unknown_places(value, places):
            known = ", ".join(sorted(places))
            raise ValueError(f"there is no place {{{min(unknown)}}}; places: {known}")
        return value

    return AfterValidator(checked)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("a time zone is expected, such as Europe/Amsterdam") from None
    except KeyError:
        raise ValueError("there is no such time zone; one is, for example, Europe/Amsterdam") from None
    return name


def _folder(path: str) -> str:
    if path.startswith("/") or "\\" in path or ".." in path.split("/"):
        raise ValueError("a folder below the address is expected")
    return path.strip("/")


Folder = Annotated[str, AfterValidator(_folder)]


class When(Part):
    """A value by which a partner marks the returns that it handles itself."""

    path: Path
    value: str


class Able(Part):
    """What the partner can be told, besides the words for it."""

    granularity: Granularity = Granularity.QUANTITY
    reads_as: dict[Resolution, Resolution] = {_K: _A}
    """As what a decision shows in the partner's status, where that is not itself."""
    comment_required: frozenset[Resolution] = frozenset({_R})
    refund_days: int | None = Field(default=14, ge=1, le=365)
    """A hint only: by when the law wants the customer refunded. Not set: no deadline is shown."""
    send_again: bool = True
    """A decision whose answer was lost, and that does not show, is sent again under the same key."""
    by_hand: dict[Resolution, str] = {}


class Words(Part):
    """What is the same for every transport: what words, times and numbers mean."""

    status_map: dict[str, Standing] = {
        "requested": "open",
        "received": "open",
        "accepted": _A,
        "rejected": _R,
        "cancelled": Resolution.CANCEL,
        "refunded": _A,
    }
    reason_map: dict[str, Reason] = {
        "too_small": Reason.WRONG_SIZE_FIT,
        "too_large": Reason.WRONG_SIZE_FIT,
        "too_big": Reason.WRONG_SIZE_FIT,
        "te klein": Reason.WRONG_SIZE_FIT,
        "te groot": Reason.WRONG_SIZE_FIT,
        "damaged": Reason.DAMAGED_IN_TRANSIT,
        "beschadigd": Reason.DAMAGED_IN_TRANSIT,
        "defective": Reason.DEFECTIVE,
        "defect": Reason.DEFECTIVE,
        "wrong_item": Reason.WRONG_ITEM_SENT,
        "verkeerd artikel": Reason.WRONG_ITEM_SENT,
        "not_as_described": Reason.NOT_AS_DESCRIBED,
        "changed_mind": Reason.CHANGED_MIND,
        "bedacht": Reason.CHANGED_MIND,
        "late": Reason.ARRIVED_LATE,
        "te laat": Reason.ARRIVED_LATE,
        "other": Reason.OTHER,
        "anders": Reason.OTHER,
    }
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """Of times that carry no offset."""
    date_format: str = Field(default="iso", min_length=1)
    """`iso`, or a pattern such as `%d-%m-%Y %H:%M`."""
    number_format: Literal["auto", "point", "comma"] = "auto"
    """What divides the decimals. `auto`: whichever stands last."""
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")
    """Of prices that name none."""
    value_map: dict[Resolution, str] = Field(default={_A: "accept", _K: "accept", _R: "reject"}, min_length=1)
    """The partner's word for each decision that it is told. What is missing here is told by hand."""
    comments: dict[Resolution, str] = {_K: "customer keeps item"}
    """What is said with a decision to which the merchant says nothing."""
    capabilities: Able = Able()
    auto_accept_when: When | None = None
    seller_initiated: bool = False

    @field_validator("status_map", "reason_map", mode="after")
    @classmethod
    def _folded(cls, words: dict[str, Any]) -> dict[str, Any]:
        """Words are compared without regard to case."""
        return {word.strip().casefold(): meaning for word, meaning in words.items()}

    @field_validator("seller_initiated", mode="after")
    @classmethod
    def _not_yet(cls, wanted: bool) -> bool:
        if wanted:
            raise ValueError("returns that the merchant reports need a look-up of orders, which profiles do not have")
        return wanted

    @model_validator(mode="after")
    def _true_to_money(self) -> Self:
        for told in self.value_map:
            shown = self.capabilities.reads_as.get(told, told)
            if told.refunds != shown.refunds:
                raise ValueError(f"{told} must not read back as {shown}: one refunds the customer, the other does not")
            if shown not in self.status_map.values():
                raise ValueError(f"no word of status_map means {shown}, so that {told} would never be seen there")
        for one in self.value_map:
            for other in self.value_map:
                if self.value_map[one] == self.value_map[other] and one.refunds != other.refunds:
                    raise ValueError(f"{one} and {other} cannot have the same word: only one refunds the customer")
        if "open" not in self.status_map.values():
            raise ValueError("no word of status_map means open")
        return self


class Credentials(Part):
    """How a call shows who makes it. The values themselves are settings of their own."""

    style: Literal["bearer", "header", "basic", "query", "none"] = "bearer"
    name: str = Field(default="X-Api-Key", pattern=r"^[A-Za-z0-9_.-]+$")
    """The header's or the parameter's, for the styles header and query."""


class Listing(Part):
    """The list of returns."""

    path: str = Field(default="/returns", pattern="^/")
    params: dict[str, str] = {}
    since_param: str = "updated_since"
    """Empty: the list cannot be limited to what has changed."""
    since_format: str = Field(default="iso", min_length=1)
    """`iso`, `epoch`, `date`, or a pattern such as `%Y-%m-%dT%H:%M:%S`."""
    page_style: Literal["page", "offset", "cursor", "link", "none"] = "page"
    page_param: str = "page"
    """The parameter for the page, the offset or the cursor."""
    size_param: str = "page_size"
    page_size: int = Field(default=100, ge=1, le=1000)
    items_path: Path = "returns"
    total_path: Path = "total"
    next_path: Path = ""
    """Where an answer names the next cursor or link. Empty: links stand in the `Link` header."""
    oldest_change_first: bool = True
    """The list is sorted by the moment of the last change, so that a walk can go on from there."""
    shows_all: bool = True
    """A row is the whole return. Otherwise each return is looked at for its details."""

    @model_validator(mode="after")
    def _cursors_have_a_place(self) -> Self:
        if self.page_style == "cursor" and not self.next_path:
            raise ValueError("the page style cursor needs next_path, where an answer names the next one")
        return self


class Detail(Part):
    """One return."""

    path: Annotated[str, Field(pattern="^/"), _templated(frozenset({"return_id"}))] = "/returns/{return_id}"
    item_path: Path = ""


class Telling(Part):
    """The call that tells a decision about units of one line."""

    path: Annotated[str, Field(pattern="^/"), _templated()] = "/returns/{return_id}/decision"
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    per_line: bool = False
    """Each line has a decision of its own at the partner, without naming a part of a return: the line stands in the
    path, or alone in the body."""
    body_template: Annotated[dict[str, Any], _templated()] = {
        "decision": "{decision}",
        "reference": "{reference}",
        "lines": [{"id": "{line_id}", "quantity": "{quantity}"}],
        "reason_code": "{reason_code}",
        "comment": "{comment}",
    }
    headers: Annotated[dict[str, str], _templated()] = {"Idempotency-Key": "{reference}"}
    answers_with: Literal["return", "nothing"] = "return"
    already_decided: str = "already_decided"
    """The error's code with a 409 for what has its decision."""
    code_path: Path = "error.code"


class RateLimit(Part):
    calls: int = Field(default=60, ge=1)
    seconds: int = Field(default=60, ge=1)


class RestProfile(Words):
    """JSON over HTTP (contract tobedressed 3)."""

    transport: Literal["rest"] = "rest"
    auth: Credentials = Credentials()
    list: Listing = Listing()
    detail: Detail = Detail()
    decision: Telling = Telling()
    fields: Fields = Fields()
    rate_limit: RateLimit = RateLimit()

    @model_validator(mode="after")
    def _names_what_it_tells(self) -> Self:
        told = template.used_places(self.decision.path) | template.used_places(self.decision.body_template)
        granularity = self.capabilities.granularity
        needed = {"return_id"} if not self.decision.per_line else {"line_id"}
        needed |= {"line_id"} if granularity is not Granularity.RETURN else set()
        needed |= {"quantity"} if granularity is Granularity.QUANTITY else set()
        if missing := needed - told:
            raise ValueError(f"the decision's path and body do not name {{{min(missing)}}}")
        return self


class FileNames(Part):
    """Where files lie, below the address, and what they are called."""

    incoming: str = Field(default="returns_*.csv", pattern=r"^[^/\\]+$")
    """Names of files of returns; `*` stands for anything."""
    incoming_folder: Folder = ""
    outgoing: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_.{}-]+\.csv$"), _templated(frozenset({"number", "digest"}))
    ] = "decisions_{number}_{digest}.csv"
    """`number` grows with each decision; `digest` is of the file's content."""
    outgoing_folder: Folder = ""
    taken_folder: Folder = ""
    """Where the partner puts files of decisions that it has read. Empty: nowhere that can be seen."""
    taken_away: bool = True
    """The partner may take a file away, so that one that is not there may have been read."""
    quiet_seconds: int = Field(default=60, ge=0, le=3600)
    """A file that changed within this time is still being written."""

    @field_validator("outgoing", mode="after")
    @classmethod
    def _one_of_its_own(cls, name: str) -> str:
        if not {"number", "digest"} <= template.used_places(name):
            raise ValueError("the name needs {number} and {digest}, or one file could replace another")
        return name


class CsvProfile(Words):
    """Files that are exchanged (contract tobedressed 4)."""

    transport: Literal["csv"]
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Amsterdam"
    auth: Credentials = Credentials()
    files: FileNames = FileNames()
    columns: Annotated[dict[str, str], Field(min_length=1), _templated(template.PLACES | {template.WRITTEN_AT})] = {
        "return_id": "{return_id}",
        "line_id": "{line_id}",
        "quantity": "{quantity}",
        "decision": "{decision}",
        "reason": "{reason_code}",
        "comment": "{comment}",
        "decided_at": "{written_at}",
    }
    separator: Literal[";", ","] = ";"
    """Of files of decisions; that of incoming files is found out."""
    escape: bool = True
    """A cell that a spreadsheet would take for a formula gets an apostrophe."""
    fields: Fields = COLUMNS


Profile = RestProfile | CsvProfile

BUILT_IN: Mapping[str, Profile] = {"rest": RestProfile(), "csv": CsvProfile(transport="csv")}
