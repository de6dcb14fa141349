"""Answers and errors, byte for byte as the contract has them (channable-api.md, 5)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from pydantic import ValidationError


class Problem(Exception):
    """Ends a request with the standard body. The message holds no secret and no personal data."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers or {})

    def answer(self) -> HttpResponse:
        return answer({"status": "error", "message": self.message}, self.status, self.headers)


class Invalid(Exception):
    """Ends a request with 422: understood, but not possible."""

    def __init__(self, detail: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("a request that is not valid")
        self.detail = detail

    @classmethod
    def of(cls, error: ValidationError, where: str) -> "Invalid":
        """What pydantic found, `where` being body, query or path."""
        found = error.errors(include_url=False)
        return cls([{**flaw, "loc": [where, *flaw["loc"]]} for flaw in found])

    def answer(self) -> HttpResponse:
        return answer({"detail": self.detail}, 422)


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer. It may hold personal data: nobody on the way keeps it."""
    text = json.dumps(body, separators=(",", ":"))
    return HttpResponse(
        text, status=status, content_type="application/json", headers={"Cache-Control": "no-store", **(headers or {})}
    )
