"""Files over HTTP: an index to read, files to fetch, and PUT for what is told.

Contract tobedressed 4 names HTTPS and no more, so the index may be a page of links or a JSON list."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from html import unescape
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from retour.connectors.errors import OutcomeUnknown, Transient
from retour.connectors.http import Answer
from retour.connectors.partner.calls import Calls
from retour.connectors.partner.places import Found, is_plain

LINK = re.compile(r"""(?i)<a\s[^>]*?href\s*=\s*["']?([^"'\s>]+)""")
UNSEEN = frozenset({404, 405, 501})
"""Answers of a server that has no such file, or does not let it be looked at."""


class Web:
    """The folders below the partner's address."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Web"]:
        yield self

    async def names(self, folder: str, pattern: str) -> list[Found]:
        answer = await self._calls.read(_path(folder), accept="application/json, text/html;q=0.9, */*;q=0.5")
        listed = [name for name in _listed(answer) if is_plain(name) and fnmatchcase(name, pattern)]
        return [await self._found(folder, name) for name in sorted(set(listed))]

    async def _found(self, folder: str, name: str) -> Found:
        answer = await self._calls.read(_path(folder, name), method="HEAD", accept="*/*", answers=UNSEEN)
        headers = answer.headers if answer.status < 300 else {}
        told = [headers.get(one, "") for one in ("Content-Length", "Last-Modified", "ETag")]
        size = int(told[0]) if told[0].isdecimal() else None
        return Found(name, "/".join(told) if any(told) else None, size)

    async def read(self, folder: str, name: str) -> bytes:
        return (await self._calls.read(_path(folder, name), accept="*/*")).body

    async def has(self, folder: str, name: str) -> bool:
        answer = await self._calls.read(_path(folder, name), method="HEAD", accept="*/*", answers=UNSEEN)
        return answer.status < 300

    async def now(self, folder: str) -> datetime:
        headers = (await self._calls.read(_path(folder), method="HEAD", accept="*/*", answers=UNSEEN)).headers
        at = _moment(headers.get("Date"))
        if at is None:
            raise Transient("The partner's server does not tell the time.")
        return at

    async def put(self, folder: str, name: str, content: bytes) -> None:
        """A server that has taken a file may say anything or nothing to it; but a page is for people, and comes from
        something that stands before the server."""
        headers = {"Content-Type": "text/csv; charset=utf-8"}
        answer = await self._calls.write("PUT", _path(folder, name), headers=headers, data=content)
        if answer.body and "html" in answer.headers.get("Content-Type", ""):
            raise OutcomeUnknown("The partner's server answered a file with a page.", request_id=answer.request_id)


def _path(folder: str, name: str = "") -> str:
    return "/" + (quote(folder) + "/" if folder else "") + quote(name, safe="")


def _listed(answer: Answer) -> list[str]:
    """The names in an index."""
    if "json" in answer.headers.get("Content-Type", ""):
        rows = answer.json()
        if isinstance(rows, Mapping):
            rows = rows.get("files")
        if not isinstance(rows, list):
            raise Transient("The partner's list of files cannot be read.", request_id=answer.request_id)
        return [name for row in rows if (name := _name(row))]
    targets = (urlsplit(unescape(link)).path for link in LINK.findall(answer.text()))
    return [unquote(target.removeprefix("./").rpartition("/")[2]) for target in targets]


def _name(row: Any) -> str | None:
    name = row.get("name") if isinstance(row, Mapping) else row
    return name if isinstance(name, str) else None


def _moment(written: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(written or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
