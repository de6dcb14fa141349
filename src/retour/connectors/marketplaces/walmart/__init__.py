"""Walmart Marketplace (US): returns that customers open with Walmart, and the one answer it takes: refund these units.

A refund is told per line and quantity with one POST, without a key against repetition, and Walmart pays twice what it
is asked for twice. So each one is preceded by a fresh look, and followed by the return's own history. Returns of what
Walmart's warehouses sent (WFS) are shown and never answered. Facts: contract page walmart.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from retour.connectors.contract import (
    Check,
    Known,
    MarketplaceManifest,
    Maturity,
    Page,
    Part,
    Receipt,
    ReceiptState,
)
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Answer, Door, Limit, RateHeaders
from retour.connectors.marketplaces.walmart import history, mapping, wire
from retour.connectors.marketplaces.walmart.access import Access, Listed, told_at
from retour.connectors.marketplaces.walmart.attempts import Attempts
from retour.connectors.marketplaces.walmart.config import WalmartConfig
from retour.connectors.marketplaces.walmart.lists import Lists
from retour.connectors.shapes import Garbled, decode
from retour.core.capabilities import MarketplaceCapabilities
from retour.core.model import Handler, Order, Seen

CLOCKS_DIFFER = timedelta(minutes=5)
ENOUGH = {"returns": {"full_access"}, "orders": {"full_access", "view_only"}}
"""What the keys must be allowed (contract walmart 2.1)."""


class Walmart:
    """One seller account at Walmart."""

    def __init__(self, config: WalmartConfig, door: Door) -> None:
        self._config = config
        self._access = Access(config, door)
        self._lists = Lists(self._access, door.memory, days=config.deep_days, wfs=config.wfs)
        self._attempts = Attempts(door.memory)

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What was changed since then; in a deep sweep in the last `deep_days`, and what Walmart handles itself. The
        list has no order to rely on, so it is walked to its end whatever is known."""
        pages = self._lists.everything() if since is None else self._lists.changed(since)
        async for page in pages:
            yield page

    async def look(self, ref: str) -> Seen | None:
        """That return with all its lines; not complete where a line cannot be read."""
        listed, raw = await self._find(ref)
        handler = Handler.MERCHANT
        if raw is None and self._config.wfs:
            handler = Handler.MARKETPLACE
            listed, raw = await self._find(ref, isWFSEnabled="Y")
        if raw is None:
            return None
        seen, garbled = mapping.seen(raw, single=True, handler=handler, now=listed.at)
        if seen is None:
            raise Transient(garbled[0].why)
        return seen

    async def order(self, ref: str) -> Order | None:
        found = await self._access.order(ref) if ref else None
        return None if found is None else mapping.order(found)

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Refunds some units of one line, after a fresh look at them. Refused, and nothing sent, where they are not
        left to be refunded, or an earlier refund of theirs may still be on its way."""
        if len(parts) != 1:
            raise Refused("Walmart is told one decision at a time.")
        [part] = parts
        if part.resolution not in mapping.TELLS:
            raise Refused(f"Walmart cannot be told {part.resolution}.")
        if part.quantity < 1:
            raise Refused("Walmart refunds whole units, at least one.")
        listed, raw = await self._find(ref)
        head, row = _line(raw, part.line_ref)
        before = history.units(row, replacement=False).refunded
        await self._was_not_sent_before(ref, part, before, listed.at)
        if why := mapping.obstacle(head, row, part.quantity):
            raise Refused(f"{why} Nothing was sent.")
        await self._attempts.begins(ref, part, before, listed.at)
        try:
            await self._access.refund(ref, mapping.refund(head, row, part.quantity))
        except OutcomeUnknown:
            raise
        except ConnectorError:
            await self._attempts.ends(ref, part)
            raise
        await self._attempts.ends(ref, part)
        return Receipt(ReceiptState.DONE)

    async def check(self) -> list[Check]:
        try:
            await self._access.credentials.headers()
        except ConnectorError as error:
            return [Check("credentials", False, error.message)]
        checks = [Check("credentials", True, "Walmart lets this client id in.")]
        try:
            allowed, answer = await self._access.permissions()
            checks += [_permission(allowed.scopes, name) for name in ENOUGH]
            shown = len((await self._access.some(limit="10", status="DELIVERED")).rows)
        except ConnectorError as error:
            return [*checks, Check("returns", False, error.message)]
        told = "accept and keep as a refund; reject, repair, exchange and cancel by hand in Seller Center"
        return [
            *checks,
            Check("returns", True, f"The first page of returns that have arrived holds {shown}."),
            Check("decisions", True, f"Walmart is told {told}."),
            *_clock(answer),
        ]

    async def _find(self, ref: str, **more: str) -> tuple[Listed, Any]:
        """The return's row as it is now, among what Walmart answers to its number; None: not among it."""
        listed = await self._access.some(returnOrderId=ref, **more)
        raw = next((row for row in listed.rows if mapping.ref_of(row) == ref), None)
        if raw is None and listed.partial:
            raise Transient("Walmart showed only a part of what it was asked for (206).", code="206")
        return listed, raw

    async def _was_not_sent_before(self, ref: str, part: Part, refunded: int, now: datetime | None) -> None:
        last = await self._attempts.last(ref, part.line_ref)
        if last is None:
            return
        if last.shows(refunded):
            if last.key == part.key:
                raise Refused("Walmart shows this refund already. Nothing was sent again.")
            return
        until = last.shows_until(timedelta(minutes=self._config.refund_shows_within))
        if until and now and now < until:
            raise Refused(
                f"A refund of {last.quantity} was sent at {last.at:%H:%M} UTC and Walmart did not answer. It may take"
                f" until {until:%H:%M} UTC to show it. Nothing was sent; look again after that."
            )


def _line(raw: Any, line_ref: str) -> tuple[wire.Return, wire.Line]:
    """The line that is to be refunded. Raises Refused where it is not there to be read."""
    if raw is None:
        raise Refused("Walmart does not show this return among those that you handle. Nothing was sent.")
    try:
        head = decode(wire.Return, raw)
        numbers = [(decode(wire.Number, row).return_order_line_number, row) for row in head.return_order_lines]
        row = next((row for number, row in numbers if number == line_ref), None)
        found = None if row is None else decode(wire.Line, row)
    except Garbled as why:
        raise Refused(f"Walmart shows this return in a form that cannot be read: {why}. Nothing was sent.") from None
    if found is None:
        raise Refused(f"Walmart shows no line {line_ref} of this return. Nothing was sent.")
    return head, found


def _permission(scopes: dict[str, Any], name: str) -> Check:
    has = scopes.get(name)
    wanted = " or ".join(sorted(ENOUGH[name]))
    return Check(f"permission {name}", has in ENOUGH[name], f"The keys have {has or 'no access'}; {wanted} is needed.")


def _clock(answer: Answer) -> list[Check]:
    """A lost refund is recognised by its time. Only here is the clock read: a doctor's question, not a cycle's."""
    at = told_at(answer)
    if at is None:
        return []
    apart = abs(datetime.now(UTC) - at)
    return [Check("clock", apart < CLOCKS_DIFFER, f"Walmart's clock and ours are {apart.total_seconds():.0f} s apart.")]


def _capabilities(config: WalmartConfig) -> MarketplaceCapabilities:
    return replace(mapping.CAPABILITIES, arrives_within=timedelta(minutes=config.refund_shows_within))


MANIFEST = MarketplaceManifest(
    key="walmart",
    name="Walmart",
    config=WalmartConfig,
    limits=(
        Limit("returns", 50, timedelta(minutes=1)),
        Limit("refunds", 60, timedelta(minutes=1)),
    ),
    # Walmart tells what is left and until when, not of how many.
    rate_headers=RateHeaders("", "x-current-token-count", "x-next-replenishment-time"),
    maturity=Maturity.BETA,
    open=Walmart,
    capabilities=_capabilities,
)
