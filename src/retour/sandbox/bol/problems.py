"""Errors as bol answers them (contract 1.4)."""

from typing import Any

MEDIA_TYPE = "application/vnd.retailer.v10+json"

Violations = list[tuple[str, str]]


class Problem(Exception):
    """An answer that is an error; `body` is what goes over the wire, but for where it happened."""

    def __init__(self, status: int, title: str, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}

    def body(self, url: str) -> dict[str, Any]:
        """Gateway errors have no `type`."""
        return {"title": self.title, "status": self.status, "detail": self.detail, "host": "Instance-101"}


class Invalid(Problem):
    """400 with violations; several may carry the same name."""

    def __init__(self, violations: Violations, status: int = 400) -> None:
        title = "Error validating request. Consult the bol.com API documentation for more information."
        super().__init__(status, title, "Bad request")
        self._violations = violations

    def body(self, url: str) -> dict[str, Any]:
        return {
            "type": "https://api.bol.com/problems",
            **super().body(url),
            "instance": url,
            "violations": [{"name": name, "reason": reason} for name, reason in self._violations],
        }


class NotFound(Problem):
    """404, live without violations though the specification requires them."""

    def __init__(self, detail: str) -> None:
        super().__init__(404, "Not Found", detail)

    def body(self, url: str) -> dict[str, Any]:
        return {"type": "https://api.bol.com/problems", **super().body(url), "instance": url}


def invalid_value(value: object, allowed: tuple[str, ...]) -> str:
    return f"Request contains invalid value(s): '{value}', allowed values: {', '.join(allowed)}."
