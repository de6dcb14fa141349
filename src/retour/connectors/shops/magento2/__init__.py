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

from retour.connectors.auth import Bearer
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
    Unauthorized,
    Unavailable,
)
from retour.connectors.http import Answer, Door
from retour.connectors.redact import Redactor
from retour.connectors.shops.magento2.config import Magento2Config
from retour.connectors.shops.magento2.mapping import candidates, matching, payload, says, search, shop_order
from retour.connectors.shops.magento2.refusals import connection_error, create_error, public, says_absent
from retour.connectors.shops.magento2.wire import FoundOrders, found_orders, plugin_answer
from retour.connectors.words import said
from retour.core.capabilities import ShopCapabilities
from retour.core.model import Order, Resolution, ShopSays

PARALLEL: Final = 8
"""How many status calls are under way at once: each is one visit to the shop, like a customer's."""

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
        )
        _there(answer)
        reply = plugin_answer(answer.body)
        if reply is None:
            raise OutcomeUnknown("The shop answered, but not as its plugin does.", request_id=answer.request_id)
        if not reply.validated:
            raise create_error(self._redacted(reply.words))
        if not reply.return_id or not _NUMBER.fullmatch(reply.return_id):
            raise OutcomeUnknown("The shop's plugin did not tell the number of the return that it made.")
        sent = self._config.settled_status if request.status == "accepted" else "new"
        return says(reply.return_id, sent)

    async def changed(self, refs: Sequence[str], since: datetime | None) -> AsyncIterator[ShopPage]:
        """One call for each request: the plugin tells neither several nor what changed `since` (A7). What could be
        read is given before the first failure is raised."""
        failure: ConnectorError | None = None
        for start in range(0, len(refs), PARALLEL):
            some = refs[start : start + PARALLEL]
            outcomes = await asyncio.gather(*map(self._status, some), return_exceptions=True)
            failed = []
            for outcome in outcomes:
                if isinstance(outcome, ConnectorError):
                    failed.append(outcome)
                elif isinstance(outcome, BaseException):
                    raise outcome
            page = ShopPage(
                returns=tuple(row for row in outcomes if isinstance(row, ShopSays)),
                unreadable=tuple(row for row in outcomes if isinstance(row, Unreadable)),
            )
            if page.returns or page.unreadable:
                yield page
            failure = next((error for error in failed if isinstance(error, Stopped | Unavailable)), failure)
            failure = failure or next(iter(failed), None)
            if isinstance(failure, Stopped | Unavailable) or len(failed) == len(some):
                break
        if failure is not None:
            raise failure

    async def check(self) -> list[Check]:
        """Asks hook and status without naming a return: both refuse, and how they refuse proves the settings. A GET
        reaches the hook like any other method (E16), and a hook without a document does nothing (A4)."""
        return [
            self._encryption(),
            await _checked("Returns hook", self._probe(self._hook, {}, "post data empty")),
            await _checked("Returns status", self._probe(self._status_url, self._status_params("0"), "missing id")),
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

    async def _status(self, ref: str) -> ShopSays | Unreadable:
        if not _NUMBER.fullmatch(ref):
            # Magento would read `1abc` as 1, which is another return (E16).
            return Unreadable(ref, "This is not a number of a return in the shop.", "")
        answer = await self._door.read("GET", self._status_url, params=self._status_params(ref), answers={404})
        _there(answer)
        reply = plugin_answer(answer.body)
        if reply is None:
            raw = public(self._redacted(answer.body.decode(errors="replace")))
            return Unreadable(ref, "The shop answered, but not as its plugin does.", raw)
        if reply.validated and reply.return_id == ref:
            return says(ref, reply.status)
        if reply.validated:
            return Unreadable(ref, "The shop answered for another return.", f"return {reply.return_id}")
        words = self._redacted(reply.words)
        if about_connection := connection_error(words):
            raise about_connection
        if says_absent(words) == ref:
            return ShopSays(ref=ref, word=None, resolution=None, gone=True)
        return Unreadable(ref, "The shop could not tell how this return stands.", public(words))

    async def _probe(self, url: str, params: dict[str, str], expected: str) -> str:
        answer = await self._door.read("GET", url, params=params, answers={404})
        _there(answer)
        reply = plugin_answer(answer.body)
        words = self._redacted(reply.words) if reply else ""
        if error := connection_error(words):
            raise error
        if not words.lower().startswith(expected):
            raise Misconfigured("The shop answers at this address, but not as its plugin does.", words=public(words))
        return "The shop's plugin accepts store view and token, and returns are on."

    def _encryption(self) -> Check:
        parts = urlsplit(self._config.base_url)
        if parts.scheme == "https":
            return Check("Encryption", True, "The shop is called over https.")
        if _is_loopback(parts.hostname or ""):
            return Check("Encryption", True, "The shop runs on this machine.")
        return Check("Encryption", False, "The token travels unencrypted: let base_url begin with https://.")


class Magento2WithOrders(Magento2):
    """The verbs when an integration of the shop lets the hub read orders."""

    async def order(self, order: Order) -> ShopOrder | None:
        """One search for every number and field; a match must be exact and the only one."""
        numbers = candidates(order, self._config)
        if not numbers:
            return None
        found = await self._search(search(numbers, self._config))
        orders = found.items or ()
        hits = matching(orders, numbers, self._config)
        if len(hits) != 1 or found.total_count > len(orders):
            return None
        return shop_order(hits[0])

    async def check(self) -> list[Check]:
        return [*await super().check(), await _checked("Order search", self._probe_search())]

    async def _probe_search(self) -> str:
        await self._search(search(["0"], self._config))
        return "The integration may read the shop's orders."

    async def _search(self, params: dict[str, str]) -> FoundOrders:
        token = self._config.integration_token
        answer = await self._door.read(
            "GET",
            f"{self._config.rest}/orders",
            params=params,
            auth=Bearer(token.get_secret_value() if token else ""),
            headers={"Accept": "application/json"},
            answers={400, 401, 403, 404},
        )
        words = said(answer.body, answer.headers)
        shown = public(self._redacted(words)) if words else None
        code = str(answer.status)
        if answer.status in {401, 403}:
            raise Unauthorized(
                "Magento does not let the integration read orders. Give it the resource Sales, and allow access tokens "
                "as standalone bearer tokens in the configuration under Services, OAuth.",
                code=code,
                words=shown,
            )
        if answer.status == 400:
            raise Misconfigured("Magento cannot search orders like this: check order_search_fields.", words=shown)
        if answer.status == 404:
            raise Misconfigured("Magento's REST interface is not at this address: fill in rest_url.", code=code)
        found = found_orders(answer.body)
        if found is None:
            raise Transient("Magento answered the order search in an unknown form.", request_id=answer.request_id)
        return found


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
