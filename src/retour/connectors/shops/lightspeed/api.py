"""Calls of the API: address, credentials, and what an answer means (contract lightspeed.md, 2)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from retour.connectors import words
from retour.connectors.auth import Basic
from retour.connectors.errors import (
    ConnectorError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Transient,
    Unauthorized,
    Unavailable,
)
from retour.connectors.http import Answer, Door
from retour.connectors.shapes import Garbled
from retour.connectors.shops.lightspeed import wire
from retour.connectors.shops.lightspeed.config import LightspeedConfig

NAME: Final = "Lightspeed eCom"
MOST: Final = 250
"""Rows of a page at most."""
PAUSE: Final = timedelta(minutes=1)
"""After a "too many calls" that stands in a body; its headers are the door's to read."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """A body that was not valid: nothing was made."""

    status: int
    words: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to something that was made."""

    body: Any
    request_id: str | None


class Api:
    """The calls of one connection. They raise only `ConnectorError`s."""

    def __init__(self, config: LightspeedConfig, door: Door) -> None:
        self._door = door
        self._base = f"{config.api_url}/{config.language}"
        self._auth = Basic(config.api_key.get_secret_value(), config.api_secret.get_secret_value())
        self.now: datetime | None = None
        """The shop's time at its last answer, as far as it tells it."""

    async def get(self, path: str, **params: str | int) -> Any:
        """The answer to a question that is always one. A path that the shop does not know is a wrong setting."""
        answer, status, body = await self._read(path, params)
        if status == 404:
            raise Misconfigured(
                f"{NAME} has no such address: check api_url, and whether language is one of the shop's.",
                code="404",
                words=self._said(answer),
            )
        return body

    async def rows(self, path: str, *roots: str, **params: str | int) -> list[Any]:
        """The rows of a list."""
        body = await self.get(path, **params)
        try:
            return wire.listed(body, *roots)
        except Garbled as why:
            flaw = str(why)
        raise Transient(f"{NAME}'s list cannot be read: {flaw}.")

    async def one(self, path: str) -> Any:
        """A single resource. None: the shop itself says that it has none."""
        _, status, body = await self._read(path, {})
        if status != 404:
            return body
        if error_of(body) is None:
            raise Misconfigured(f"{NAME} does not answer at this address: check api_url.", code="404")
        return None

    async def post(self, path: str, body: dict[str, Any]) -> Taken | Invalid:
        """Makes something, with one call."""
        answer = await self._door.write(
            "POST", self._url(path), auth=self._auth, json=body, answers={400, 404, 405, 422}
        )
        reply = _json(answer) if answer.status >= 400 else answer.json()
        status = _status(answer, reply)
        if status in {400, 422}:
            return Invalid(status, self._said(answer), answer.request_id)
        if status in {404, 405}:
            raise Misconfigured(
                f"{NAME} takes no new returns at this address: check api_url and language. If they are right, ask "
                "Lightspeed to allow returns to be made over the API in this shop.",
                code=str(status),
                words=self._said(answer),
            )
        if status >= 300:
            raise self._failure(answer, status, write=True)
        return Taken(reply, answer.request_id)

    async def _read(self, path: str, params: dict[str, str | int]) -> tuple[Answer, int, Any]:
        answer = await self._door.read(
            "GET",
            self._url(path),
            auth=self._auth,
            params={name: str(value) for name, value in params.items()},
            answers={404},
        )
        self.now = _date(answer) or self.now
        body = _json(answer) if answer.status == 404 else answer.json()
        status = _status(answer, body)
        if status >= 300 and status != 404:
            raise self._failure(answer, status, write=False)
        return answer, status, body

    def _url(self, path: str) -> str:
        return f"{self._base}/{path}.json"

    def _failure(self, answer: Answer, status: int, *, write: bool) -> ConnectorError:
        """The failure that an answer tells which calls itself a success (contract lightspeed.md, 2, Errors)."""
        ids = {"code": str(status), "words": self._said(answer), "request_id": answer.request_id}
        if status in {401, 403}:
            return Unauthorized(f"{NAME} does not allow this to these credentials.", **ids)
        if status == 429:
            return Unavailable(f"{NAME} was asked too often and wants a pause.", retry_after=PAUSE, **ids)
        if 400 <= status < 500:
            return Refused(f"{NAME} refused the call ({status}).", **ids)
        if write:
            return OutcomeUnknown(f"{NAME} failed and did not say whether it was done.", **ids)
        return Transient(f"{NAME} failed.", **ids)

    def _said(self, answer: Answer) -> str | None:
        return words.said(answer.body, answer.headers, lambda text: self._door.redacted(text, self._auth))


def error_of(body: Any) -> Any:
    """The error that an answer holds, whatever its status."""
    return body.get("error") if isinstance(body, dict) else None


def _status(answer: Answer, body: Any) -> int:
    """The answer's status; of an error that comes as a success, the error's own code, or 500 where it tells none."""
    error = error_of(body)
    if answer.status >= 300 or not error:
        return answer.status
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600 else 500


def _json(answer: Answer) -> Any:
    """The JSON of a refusal, which may also be a page of something in front of the shop."""
    try:
        return answer.json()
    except ConnectorError:
        return None


def _date(answer: Answer) -> datetime | None:
    try:
        at = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
