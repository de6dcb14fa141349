"""Errors as Walmart answers them, in its four envelopes (contract 8)."""

from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web

from retour.sandbox.walmart.switches import Envelope

_CATEGORIES = {400: "DATA", 401: "DATA", 403: "DATA", 404: "DATA", 415: "REQUEST", 429: "REQUEST"}


class Refusal(Exception):
    """An answer that is an error. `gateway`: it was refused before it reached the service behind."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str = "",
        gateway: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.gateway = gateway
        self.headers = headers or {}

    def error(self) -> dict[str, Any]:
        """The entry of the current envelope."""
        entry = {
            "code": self.code,
            "message": self.message,
            "category": _CATEGORIES[self.status],
            "severity": "ERROR",
        }
        return entry | {"field": self.field} if self.field else entry

    def answer(self, envelope: Envelope, headers: dict[str, str]) -> web.Response:
        headers = headers | self.headers
        match envelope:
            case "errors":
                return web.json_response({"errors": [self.error()]}, status=self.status, headers=headers)
            case "error":
                entry = {
                    "code": self.code,
                    "field": self.field or self.code.partition(".")[0],
                    "description": self.message,
                    "info": self.message,
                    "severity": "ERROR",
                    "category": _CATEGORIES[self.status],
                    "causes": [],
                }
                return web.json_response({"error": [entry]}, status=self.status, headers=headers)
            case "xml":
                text = xml_of("errors", {"error": self.error()})
                return web.Response(status=self.status, text=text, content_type="application/xml", headers=headers)
            case "html":
                text = f"<html><body><h1>{self.status}</h1><p>{escape(self.message)}</p></body></html>"
                return web.Response(status=self.status, text=text, content_type="text/html", headers=headers)


def invalid(code: str, message: str, field: str = "") -> Refusal:
    """A 400 of the returns and orders service."""
    return Refusal(400, f"{code}.GMP_ORDER_API", message, field=field)


def not_found(message: str) -> Refusal:
    return Refusal(404, "CONTENT_NOT_FOUND.GMP_ORDER_API", message)


def xml_of(name: str, value: Any) -> str:
    """Elements named after keys; a list repeats its name."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{_element(name, value)}'


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, part) for part in value)
    if isinstance(value, dict):
        content = "".join(_element(key, part) for key, part in value.items())
    else:
        content = escape("" if value is None else str(value))
    return f"<{name}>{content}</{name}>"
