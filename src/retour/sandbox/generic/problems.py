"""Errors as the partner answers them (contract 3.4)."""

import json
from typing import Any

from aiohttp import web

Json = dict[str, Any]
CONTENT_TYPE = "application/json; charset=utf-8"


class Problem(Exception):
    """An answer that is an error."""

    def __init__(
        self, status: int, code: str, message: str, field: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers or {}

    def answer(self) -> web.Response:
        body = {"error": {"code": self.code, "message": self.message, "field": self.field}}
        return answer(body, self.status, self.headers)


def answer(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(status=status, body=text.encode(), headers={"Content-Type": CONTENT_TYPE, **(headers or {})})


def bad_parameter(name: str, wish: str) -> Problem:
    """A query parameter that is not what it must be."""
    return Problem(400, "bad_request", f"{name} {wish}.", name)


def invalid(field: str, wish: str) -> Problem:
    """A field of a decision that is not what it must be."""
    return Problem(422, "validation", f"{field} {wish}.", field)
