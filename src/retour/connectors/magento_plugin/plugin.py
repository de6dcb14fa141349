"""The verbs of a shop with the plugin: a return is posted into it, and each one's status is asked for.

Nothing can be read back of a create: the plugin has no look-up, and equal posts make equal rows (contract magento.md,
A6, E2). So a lost answer ends with a person.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from retour.connectors.checks import checked, encryption
from retour.connectors.contract import Check, ShopPage, Unreadable
from retour.connectors.errors import ConnectorError, Misconfigured, OutcomeUnknown, Stopped, Transient, Unavailable
from retour.connectors.http import Answer, Door
from retour.connectors.magento_plugin.refusals import Refusals, public
from retour.connectors.magento_plugin.wire import PluginAnswer, plugin_answer
from retour.connectors.redact import Redactor
from retour.core.model import ShopSays

PARALLEL: Final = 8
"""How many calls are under way at once: each is one visit to the shop, like a customer's. Status is asked in steps of
so many, so that a shop that is down is not asked about everything before that is noticed."""

NOT_THE_PLUGIN: Final = "The shop answered, but not as its plugin does."

_NUMBER: Final = re.compile(r"[1-9]\d*")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the plugin's generations, apart from the document and the addresses.

    `means`: what a found return's answer says. `missing`: the sentence for a 404."""

    refusals: Refusals
    means: Callable[[str, PluginAnswer], ShopSays | Unreadable]
    missing: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where one connection's plugin is. `create` holds store view and token; `status` takes the token beside."""

    base_url: str
    create: str = field(repr=False)
    status: str
    token: str = field(repr=False)


class Plugin:
    """A shop's verbs, for a connector to build on: it adds `create`, which makes the document and hands it over."""

    def __init__(
        self, door: Door, place: Place, dialect: Dialect, *, create_timeout: int, secrets: Iterable[str] = ()
    ) -> None:
        """`create_timeout` in seconds. `secrets` are others than the token that the shop's words might repeat."""
        self._door = door
        self._place = place
        self._dialect = dialect
        self._refusals = dialect.refusals
        self._create_timeout = timedelta(seconds=create_timeout)
        self._redacted = Redactor([place.token, *secrets])

    async def changed(self, refs: Sequence[str], since: datetime | None) -> AsyncIterator[ShopPage]:
        """One call for each request: the plugin tells neither several nor what changed `since` (A7). What could be
        read is given before a failure is raised; a failure of the connection ends the walk, one of a row does not."""
        failure: ConnectorError | None = None
        asked = list(dict.fromkeys(refs))
        for start in range(0, len(asked), PARALLEL):
            page, failed = await self._some(asked[start : start + PARALLEL])
            if page.returns or page.unreadable:
                yield page
            failure = next((error for error in failed if isinstance(error, Stopped | Unavailable)), failure)
            failure = failure or next(iter(failed), None)
            if isinstance(failure, Stopped | Unavailable) or (failed and not page.returns):
                break
        if failure is not None:
            raise failure

    async def check(self) -> list[Check]:
        """Asks hook and status without naming a return: both refuse, and how they refuse proves the settings. A GET
        reaches the hook like any other method (E16), and a hook without a document does nothing (A4)."""
        return [
            self._encryption(),
            *await asyncio.gather(
                checked("Returns hook", self._probe_hook()), checked("Returns status", self._probe_status())
            ),
        ]

    async def _made(self, document: dict[str, Any]) -> str:
        """One POST; the number of the return that it made."""
        answer = await self._door.write(
            "POST",
            self._place.create,
            json=document,
            timeout=self._create_timeout,
            answers={404},
            undone={503},  # Magento 2: the maintenance page, it has not begun (A6, E9). Magento 1 looks closer.
        )
        self._there(answer)
        reply = plugin_answer(answer.body)
        if reply is None:
            raise OutcomeUnknown(NOT_THE_PLUGIN, request_id=answer.request_id)
        if not reply.validated:
            raise self._refusals.create_error(self._redacted(reply.words))
        if not reply.return_id or not _NUMBER.fullmatch(reply.return_id):
            raise OutcomeUnknown("The shop's plugin did not tell the number of the return that it made.")
        return reply.return_id

    async def _some(self, refs: Sequence[str]) -> tuple[ShopPage, list[ConnectorError]]:
        outcomes = await asyncio.gather(*map(self._status, refs), return_exceptions=True)
        said: list[ShopSays] = []
        unreadable: list[Unreadable] = []
        failed: list[ConnectorError] = []
        for outcome in outcomes:
            match outcome:
                case ShopSays():
                    said.append(outcome)
                case Unreadable():
                    unreadable.append(outcome)
                case ConnectorError():
                    failed.append(outcome)
                case _:
                    raise outcome
        if all(row.why == NOT_THE_PLUGIN for row in unreadable) and len(unreadable) == len(refs):
            # Not one answer of the plugin: something in front of it speaks, and rows have nothing to do with it (A5).
            return ShopPage(()), [Transient(NOT_THE_PLUGIN)]
        return ShopPage(tuple(said), tuple(unreadable)), failed

    async def _status(self, ref: str) -> ShopSays | Unreadable:
        if not _NUMBER.fullmatch(ref):
            # Magento would read `1abc` as 1, which is another return (E16).
            return Unreadable(ref, "This is not a number of a return in the shop.", "")
        answer = await self._door.read("GET", self._place.status, params=self._named(ref), answers={404})
        self._there(answer)
        reply = plugin_answer(answer.body)
        if reply is None:
            return Unreadable(ref, NOT_THE_PLUGIN, public(self._redacted(answer.text())))
        if not reply.validated:
            return self._refused_status(ref, self._redacted(reply.words))
        if reply.return_id != ref:
            return Unreadable(ref, "The shop answered for another return.", f"return {reply.return_id}")
        if reply.status is not None and not isinstance(reply.status, str):
            return Unreadable(ref, "The shop's status is not a word.", public(self._redacted(str(reply.status))))
        return self._dialect.means(ref, reply)

    def _refused_status(self, ref: str, words: str) -> ShopSays | Unreadable:
        if about_connection := self._refusals.connection_error(words):
            raise about_connection
        if self._refusals.says_absent(words) == ref:
            return ShopSays(ref=ref, word=None, resolution=None, gone=True)
        return Unreadable(ref, "The shop could not tell how this return stands.", public(words))

    async def _probe_hook(self) -> str:
        try:
            await self._probe(self._place.create, {}, "post data empty")
        except Transient as error:
            if error.code == "500":  # so Magento 2 answers for a store view that it does not have (E9)
                raise Misconfigured("The shop failed at this store view: is store_id right?", code="500") from None
            raise
        return "The plugin takes returns for this store view and token."

    async def _probe_status(self) -> str:
        await self._probe(self._place.status, self._named("0"), "missing id")
        return "The plugin tells how returns stand."

    async def _probe(self, url: str, params: dict[str, str], expected: str) -> None:
        answer = await self._door.read("GET", url, params=params, answers={404})
        self._there(answer)
        reply = plugin_answer(answer.body)
        words = self._redacted(reply.words) if reply else ""
        if error := self._refusals.connection_error(words):
            raise error
        if not words.lower().startswith(expected):
            raise Misconfigured(NOT_THE_PLUGIN, words=public(words))

    def _named(self, ref: str) -> dict[str, str]:
        return {"id": ref, "code": self._place.token}

    def _there(self, answer: Answer) -> None:
        if answer.status == 404:
            raise Misconfigured(self._dialect.missing, code="404")

    def _encryption(self) -> Check:
        return encryption("base_url", self._place.base_url, "The token travels unencrypted")
