"""Errors as the Selling Partner API answers them (contract 1.3)."""

from typing import Any


class Problem(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str, details: str = "") -> None:
        super().__init__(message)
        self.status = status
        self._error = {"code": code, "message": message, "details": details}

    def body(self) -> dict[str, Any]:
        return {"errors": [self._error]}


class Invalid(Problem):
    def __init__(self, message: str) -> None:
        super().__init__(400, "InvalidInput", message)


class NotFound(Problem):
    def __init__(self, what: str) -> None:
        super().__init__(404, "NotFound", f"{what} was not found.")


class Denied(Problem):
    """`details` tells which of the reasons it is: expired, revoked, or a missing role."""

    def __init__(self, details: str, status: int = 403) -> None:
        super().__init__(status, "Unauthorized", "Access to requested resource is denied.", details)


class QuotaExceeded(Problem):
    def __init__(self) -> None:
        super().__init__(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
