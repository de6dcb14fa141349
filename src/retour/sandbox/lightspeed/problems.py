"""Errors as Lightspeed answers them (contract 2, Errors)."""

from typing import Any

Fields = dict[str, list[str]]


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, fields: Fields | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.fields = fields

    def body(self, method: str, path: str) -> dict[str, Any]:
        error = {"code": self.status, "method": method, "request": path, "message": str(self)}
        return {"error": error} if self.fields is None else {"error": error, "errors": self.fields}


class Invalid(Exception):
    """A body or a query that is not valid, by field. The gate gives it the status that the switches say."""

    def __init__(self, fields: Fields) -> None:
        super().__init__("; ".join(f"{field}: {' '.join(words)}" for field, words in fields.items()))
        self.fields = fields


def not_found(what: str) -> Problem:
    return Problem(404, f"{what} not found")
