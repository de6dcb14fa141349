"""What the platform says when it refuses: always HTTP 200 (contract 5.2, 9)."""

import re
from typing import Any, Literal

Type = Literal["ISP", "ISV", "SYSTEM"]

WORDS = {
    "100": "the list of reverse order items is empty",
    "105": "the reverse order id is not valid",
    "106": "the order is unknown",
    "107": "the action is not valid",
    "108": "the reason is missing",
    "109": "the comment is missing",
    "110": "the image is missing",
    "111": "refusing in bulk is not supported",
    "112": "the order item has no reverse order line",
    "114": "the action is not allowed in the current status",
    "125": "the reverse order items do not belong to this reverse order",
    "127": "the order belongs to another seller",
}


class Refused(Exception):
    """An answer with `code` other than 0."""

    def __init__(self, code: str | int, message: str, *, kind: Type = "ISV", detail: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.kind = kind
        self.detail = detail

    def body(self, request_id: str, spelling: str) -> dict[str, Any]:
        code = _spelt(self.code, spelling) if isinstance(self.code, str) else self.code
        body = {"type": self.kind, "code": code, "message": self.message, "request_id": request_id}
        return body | ({"detail": list(self.detail)} if self.detail else {})


def missing(name: str) -> Refused:
    return Refused("MissingParameter", f'The input parameter "{name}" is mandatory', detail=(name,))


def invalid(name: str) -> Refused:
    return Refused("InvalidParameter", f'The input parameter "{name}" is not valid', detail=(name,))


def numbered(number: str) -> Refused:
    """One of the reverse flow's own: a number as `code`, E01xx in the message."""
    return Refused(int(number), message_of(number))


def message_of(number: str) -> str:
    return f"E0{number}: {WORDS.get(number, 'the request was refused')}"


def _spelt(code: str, spelling: str) -> str:
    match spelling:
        case "snake":
            return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", code).upper()
        case "lower":
            return code.lower()
    return code
