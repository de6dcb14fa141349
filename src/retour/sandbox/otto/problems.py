"""Errors as OTTO answers them (contract 4, 5)."""

from typing import Any
from uuid import uuid4

Json = dict[str, Any]


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, title: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}

    def body(self, path: str) -> Json:
        return {"errors": [{"title": self.title, "detail": self.detail, "path": path, "logref": str(uuid4())}]}


def bad_request(name: str, wish: str) -> Problem:
    """A parameter that is not what it must be."""
    return Problem(400, "BAD_REQUEST", f"Parameter '{name}' {wish}.")
