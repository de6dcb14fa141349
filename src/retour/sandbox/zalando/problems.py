"""Errors as Zalando answers them: JSON:API objects, and problem+json for what is not about orders (contract 5)."""

from typing import Any

JSON_API = "application/vnd.api+json"
PROBLEM = "application/problem+json"

_TITLES = {
    400: "The request is not valid.",
    403: "The operation is not allowed.",
    404: "The resource requested could not be found.",
    406: "The media type that is asked for is not supported.",
    409: "The request conflicts with the current status of the target.",
    415: "The media type of the request is not supported.",
}


class Problem(Exception):
    """An answer that is an error."""

    media_type = JSON_API

    def __init__(self, status: int, detail: str, *, pointer: str = "", parameter: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers: dict[str, str] = {}
        self._source = {"pointer": pointer} if pointer else {"parameter": parameter} if parameter else {}

    def body(self) -> dict[str, Any]:
        error = {
            "status": str(self.status),
            "code": f"ORDERS-{self.status}",
            "title": _TITLES[self.status],
            "detail": self.detail,
            **({"source": self._source} if self._source else {}),
        }
        return {"errors": [error]}


class Unauthorized(Problem):
    """No order service was reached, so the answer is not JSON:API either."""

    media_type = PROBLEM

    def __init__(self, detail: str) -> None:
        super().__init__(401, detail)

    def body(self) -> dict[str, Any]:
        return {"type": "about:blank", "title": "Unauthorized", "status": 401, "detail": self.detail}


class TooMany(Problem):
    """`limit` calls in a window; `seconds` until the next begins."""

    def __init__(self, limit: int, seconds: int) -> None:
        super().__init__(429, "Rate limit exceeded.")
        self.headers = {"Retry-After": str(seconds), "X-Rate-Limit": str(limit)}

    def body(self) -> dict[str, Any]:
        return {"message": self.detail}
