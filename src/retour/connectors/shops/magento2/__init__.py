"""Magento 2 with the Channable plugin: returns are pushed into the plugin's hook, decisions are read from its status
(contract magento.md, Part A; Part E was observed on real shops).

Nothing can be read back of a create: the plugin has no look-up, and equal posts make equal rows (A6, E2). So a lost
answer ends with a person. Orders are searched over Magento's own REST interface, when it may be used.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote, urlsplit

from retour.connectors.contract import (
    Check,
    Maturity,
    ReturnRequest,
    Shop,
    ShopManifest,
    ShopOrder,
    ShopPage,
    Unreadable,
)
from retour.connectors.errors import (
    ConnectorError,
    Misconfigured,
    OutcomeUnknown,
    Stopped,
    Transient,
    Unavailable,
)
from retour.connectors.http import Answer, Door
from retour.connectors.redact import Redactor
from retour.connectors.shops.magento2.config import Magento2Config
from retour.connectors.shops.magento2.mapping import payload, says, sent_status
from retour.connectors.shops.magento2.orders import OrderSearch
from retour.connectors.shops.magento2.refusals import connection_error, create_error, public, says_absent
from retour.connectors.shops.magento2.wire import plugin_answer
from retour.core.capabilities import ShopCapabilities
from retour.core.model import Order, Resolution, ShopSays

PARALLEL: Final = 8
"""How many calls are under way at once: each is one visit to the shop, like a customer's. Status is asked in steps of
so many, so that a shop that is down is not asked about everything before that is noticed."""

NOT_THE_PLUGIN: Final = "The shop answered, but not as its plugin does."

_NUMBER: Final = re.compile(r"[1-9]\d*")


class Magento2:
    """A shop's verbs, through the plugin."""

    def __init__(self, config: Magento2Config, door: Door) -> None:
        self._config = config
        self._door = door
        secrets = (config.token, config.integration_token)
        self._redacted = Redactor(secret.get_secret_value() for secret in secrets if secret)
        """For the shop's words, should they repeat a secret."""

    async def create(self, request: ReturnRequest, key: str) -> ShopSays:
        """One POST. The plugin cannot be asked for `key`; it is kept with the row for a person who looks there."""
        answer = await self._door.write(
            "POST",
            self._hook,
            json=payload(request, key, self._config),
            timeout=timedelta(seconds=self._config.create_timeout),
            answers={404},
            undone={503},  # the maintenance page: Magento has not begun (contract magento.md, A6, E9)
        )
        _there(answer)
        reply = plugin_answer(answer.body)
        if reply is None:
            raise OutcomeUnknown(NOT_THE_PLUGIN, request_id=answer.request_id)
        if not reply.validated:
            raise create_error(self._redacted(reply.words))
        if not reply.return_id or not _NUMBER.fullmatch(reply.return_id):
            raise OutcomeUnknown("The shop's plugin did not tell the number of the return that it made.")
        return says(reply.return_id, sent_status(request, self._config))

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
                _checked("Returns hook", self._probe_hook()), _checked("Returns status", self._probe_status())
            ),
        ]

    @property
    def _hook(self) -> str:
        store, token = self._config.store_id, quote(self._config.token.get_secret_value(), safe="")
        return f"{self._config.base_url}/channable/returns/hook/store/{store}/code/{token}"

    @property
    def _status_url(self) -> str:
        return f"{self._config.base_url}/channable/returns/status"

    def _status_params(self, ref: str) -> dict[str, str]:
        return {"id": ref, "code": self._config.token.get_secret_value()}

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
        answer = await self._door.read("GET", self._status_url, params=self._status_params(ref), answers={404})
        _there(answer)
        reply = plugin_answer(answer.body)
        if reply is None:
            return Unreadable(ref, NOT_THE_PLUGIN, public(self._redacted(answer.text())))
        if not reply.validated:
            return self._refused_status(ref, self._redacted(reply.words))
        if reply.return_id != ref:
            return Unreadable(ref, "The shop answered for another return.", f"return {reply.return_id}")
        if reply.status is not None and not isinstance(reply.status, str):
            return Unreadable(ref, "The shop's status is not a word.", public(self._redacted(str(reply.status))))
        return says(ref, reply.status)

    def _refused_status(self, ref: str, words: str) -> ShopSays | Unreadable:
        if about_connection := connection_error(words):
            raise about_connection
        if says_absent(words) == ref:
            return ShopSays(ref=ref, word=None, resolution=None, gone=True)
        return Unreadable(ref, "The shop could not tell how this return stands.", public(words))

    async def _probe_hook(self) -> str:
        try:
            await self._probe(self._hook, {}, "post data empty")
        except Transient as error:
            if error.code == "500":  # so Magento answers for a store view that it does not have (E9)
                raise Misconfigured("The shop failed at this store view: is store_id right?", code="500") from None
            raise
        return "The plugin takes returns for this store view and token."

    async def _probe_status(self) -> str:
        await self._probe(self._status_url, self._status_params("0"), "missing id")
        return "The plugin tells how returns stand."

    async def _probe(self, url: str, params: dict[str, str], expected: str) -> None:
        answer = await self._door.read("GET", url, params=params, answers={404})
        _there(answer)
        reply = plugin_answer(answer.body)
        words = self._redacted(reply.words) if reply else ""
        if error := connection_error(words):
            raise error
        if not words.lower().startswith(expected):
            raise Misconfigured(NOT_THE_PLUGIN, words=public(words))

    def _encryption(self) -> Check:
        parts = urlsplit(self._config.base_url)
        if parts.scheme == "https":
            return Check("Encryption", True, "The shop is called over https.")
        if _is_loopback(parts.hostname or ""):
            return Check("Encryption", True, "The shop runs on this machine.")
        return Check("Encryption", False, "The token travels unencrypted: let base_url begin with https://.")


class Magento2WithOrders(Magento2):
    """The verbs when an integration of the shop lets the hub read orders."""

    def __init__(self, config: Magento2Config, door: Door) -> None:
        super().__init__(config, door)
        self._orders = OrderSearch(config, door)

    async def order(self, order: Order) -> ShopOrder | None:
        """One search for every number and field; a match must be exact and the only one."""
        return await self._orders.find(order)

    async def check(self) -> list[Check]:
        return [*await super().check(), await _checked("Order search", self._orders.probe())]


def _there(answer: Answer) -> None:
    if answer.status == 404:
        raise Misconfigured(
            "The shop has no Channable plugin at this address: check base_url, or install the plugin.", code="404"
        )


async def _checked(name: str, probe: Awaitable[str]) -> Check:
    try:
        return Check(name, True, await probe)
    except ConnectorError as error:
        return Check(name, False, error.message)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _open(config: Magento2Config, door: Door) -> Shop:
    return Magento2WithOrders(config, door) if config.integration_token else Magento2(config, door)


def _capabilities(config: Magento2Config) -> ShopCapabilities:
    return ShopCapabilities(decides=frozenset(Resolution), finds=False, orders=config.integration_token is not None)


MANIFEST: Final = ShopManifest(
    key="magento2",
    name="Magento 2",
    config=Magento2Config,
    open=_open,
    capabilities=_capabilities,
    maturity=Maturity.BETA,
    parallel=PARALLEL,
)
