"""Errors in the platform's two shapes (contract 2, Errors)."""

from typing import Any, Literal

Shape = Literal["mixed", "legacy", "problem"]


class Problem(Exception):
    """An answer that is an error. `errors` maps a field to what is wrong with it."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        errors: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}

    def body(self, shape: Shape) -> dict[str, Any]:
        if shape == "legacy" or (shape == "mixed" and self.status != 422):
            return {"code": self.status, "message": self.title, "description": self.detail}
        problem = {
            "type": "http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html",
            "title": self.title,
            "detail": self.detail,
            "status": self.status,
        }
        return problem if self.errors is None else {**problem, "errors": self.errors}


def invalid(**errors: str) -> Problem:
    """422 for fields at the top of the body."""
    return invalid_fields(errors)


def invalid_fields(errors: dict[str, str]) -> Problem:
    """422 for fields at any depth, spelled with dots."""
    return Problem(422, "Unprocessable Entity", "The given data failed to pass validation.", errors=errors)


def order_not_found(number: str) -> Problem:
    return Problem(404, "Not Found", f"Order {number} could not be found.")
