"""Zalando (zDirect Orders API): units that come back to a merchant who sends them himself, and what Zalando refunds.

A unit is an order line, and a hub return is one unit: `order/item/line`. So a return that a customer announced and one
that the merchant reports are the same. Zalando knows one decision: a unit set to `returned` is refunded, at once and
for good. Facts: contract page zalando.
"""

import re
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from retour.connectors.auth import ClientCredentials
from retour.connectors.contract import CameBack, Check, Known, MarketplaceManifest, Page, Part, Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Answer, Door, Limit
from retour.connectors.marketplaces.zalando import mapping, orders, wire
from retour.connectors.marketplaces.zalando.config import ZalandoConfig
from retour.connectors.marketplaces.zalando.lists import REASON, Lists, decoded, moment
from retour.connectors.marketplaces.zalando.orders import Place, Sale, Why
from retour.connectors.shapes import Garbled
from retour.core.model import Handler, Order, Seen

MEDIA_TYPE = "application/vnd.api+json"

ORDER_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Zalando:
    """One merchant at Zalando."""

    def __init__(self, config: ZalandoConfig, door: Door) -> None:
        self._config = config
        self._door = door
        self._url = f"{config.api_url}/merchants/{config.merchant_id}"
        self._auth = ClientCredentials(
            door,
            f"{config.api_url}/auth/token",
            config.client_id,
            config.client_secret.get_secret_value(),
            form={"scope": config.token_scope} if config.token_scope else {},
        )
        self._lists = Lists(config, door.memory, self._read, self._sale)

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What was refunded since, then what customers announced. Lists remember how far they were read: `known` is
        not asked."""
        async for page in self._lists.changed(since):
            yield page
        if self._config.announced_returns:
            async for page in self._lists.announced(since):
                yield page

    async def look(self, ref: str) -> Seen | None:
        """That unit with its order. When its return began, Zalando tells only in the list: here it is now."""
        place = Place.of(ref)
        if place is None:
            return None
        answer, sale = await self._answered(place.order)
        if sale is None or not _holds(sale, place):
            return None
        at = moment(answer) or sale.lines[place.line].modified_at or sale.head.order_date
        if at is None:
            raise Transient("Zalando's answer shows no time at all.", request_id=answer.request_id)
        return sale.seen(self._config, place.line, Why(at), complete=True)

    async def order(self, ref: str) -> Order | None:
        """By its id, or by the number that the merchant reads on the delivery note. Raises Refused where several
        orders share the number."""
        sale = await (self._sale(ref) if ORDER_ID.fullmatch(ref) else self._numbered(ref))
        return sale.order(self._config) if sale else None

    async def _numbered(self, number: str) -> Sale | None:
        query = urlencode({"order_number": number, "include": orders.INCLUDE})
        document = decoded(wire.Orders, await self._read("orders", f"{self._url}/orders?{query}"))
        found = list(orders.several(document))
        if len(found) > 1:
            raise Refused("Several orders at Zalando have this number; use the order's id.")
        for sale in found:
            if isinstance(sale, Sale):
                return sale
            raise Transient(sale.why)
        return None

    async def declare(self, order: Order, units: Sequence[CameBack]) -> Sequence[Seen]:
        """The order is read anew: a unit may have come back meanwhile."""
        answer, sale = await self._answered(order.ref)
        at = moment(answer)
        if sale is None or at is None:
            raise Refused("Zalando does not show this order, or no longer: it may be older than a year.")
        if mapping.handler(self._config, sale.head) is Handler.MARKETPLACE:
            raise Refused(mapping.HANDLES_ITSELF)
        if len({unit.order_line_ref for unit in units}) != len(units):
            raise Refused("Each line of a Zalando order is one unit; it can come back once.")
        for unit in units:
            line = sale.lines.get(unit.order_line_ref)
            if line is None or unit.quantity != 1:
                raise Refused("Each line of a Zalando order is one unit; choose as many lines as came back.")
            if line.status != mapping.SHIPPED:
                raise Refused(mapping.why_not(line.status, line.modified_at))
        await self._keep_reasons(units, at)
        return [sale.seen(self._config, unit.order_line_ref, Why(at, unit.reason), complete=True) for unit in units]

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Reports one unit as returned: Zalando refunds it. It is looked at first and, where Zalando says no, again:
        that a repeated report is refused is assumed, not known (contract zalando 5)."""
        place = Place.of(ref)
        if len(parts) != 1 or parts[0].quantity != 1 or place is None or parts[0].line_ref != place.line:
            raise Refused("Zalando is told of one unit at a time.")
        [part] = parts
        if part.resolution not in mapping.capabilities(self._config).tells:
            raise Refused(f"By its settings, Zalando is not told {part.resolution}.")
        code = await self._code(part)
        await self._may_come_back(place)
        answer = await self._door.write(
            "PATCH",
            f"{self._url}/orders/{place.order}/items/{place.item}/lines/{place.line}",
            group="returned",
            auth=self._auth,
            headers={"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE},
            json={
                "data": {
                    "id": place.line,
                    "type": "OrderLine",
                    "attributes": {"status": mapping.RETURNED, "reason": code},
                }
            },
            answers={403, 409},
        )
        if answer.status in {403, 409}:
            await self._may_come_back(place)
            raise Refused(
                "Zalando refused the return of this unit although it shows it as shipped. May the app write orders"
                " (scope orders/write)? Or does Zalando handle this return itself (ZSS, ZRS)? Nothing was refunded.",
                code=str(answer.status),
                request_id=answer.request_id,
            )
        if answer.status != 204:
            raise OutcomeUnknown(
                f"Zalando answered with an unexpected status ({answer.status}).",
                code=str(answer.status),
                request_id=answer.request_id,
            )
        return Receipt(ReceiptState.DONE)

    async def _may_come_back(self, place: Place) -> None:
        """Raises Refused for a unit that is not out with a customer."""
        sale = await self._sale(place.order)
        if sale is None or not _holds(sale, place):
            raise Refused("Zalando does not show this unit, or no longer: it may be older than a year.")
        line = sale.lines[place.line]
        if mapping.handler(self._config, sale.head) is Handler.MARKETPLACE:
            raise Refused(mapping.HANDLES_ITSELF)
        if line.status != mapping.SHIPPED:
            raise Refused(mapping.why_not(line.status, line.modified_at), code=line.status)

    async def _code(self, part: Part) -> int:
        """Zalando's code for why it came back: what a person chose, what the customer said, or that nobody knows."""
        if part.code is not None:
            if not part.code.isdecimal() or int(part.code) not in mapping.CODES:
                raise Refused(f"Zalando has no reason {part.code!r}.")
            return int(part.code)
        said = mapping.code_of(part.reason)
        if said is None:
            note = (await self._door.memory.read(REASON + part.line_ref)).get(REASON + part.line_ref)
            said = note["code"] if note else None
        return mapping.UNKNOWN_CAUSE if said is None else said

    async def _keep_reasons(self, units: Sequence[CameBack], at: datetime) -> None:
        codes = {unit.order_line_ref: mapping.FROM_REASON.get(unit.reason) for unit in units if unit.reason}
        notes = {REASON + ref: {"code": code, "at": at.isoformat()} for ref, code in codes.items() if code is not None}
        if notes:
            await self._door.memory.write(notes)

    async def check(self) -> list[Check]:
        try:
            await self._auth.headers()
        except ConnectorError as error:
            return [Check("credentials", False, error.message)]
        checks = [Check("credentials", True, "Zalando lets this client id in.")]
        asked = {"orders": "orders?page[size]=1"}
        if self._config.announced_returns:
            asked["announced"] = "announced-returns?limit=1"
        for group, path in asked.items():
            try:
                await self._read(group, f"{self._url}/{path}")
            except ConnectorError as error:
                return [*checks, Check(group, False, error.message)]
            checks.append(Check(group, True, f"Zalando shows {path.partition('?')[0]} of this merchant."))
        told = ", ".join(mapping.capabilities(self._config).tells) or "nothing"
        return [*checks, Check("decisions", True, f"Zalando is told {told}; the rest is done by hand.")]

    async def _sale(self, order: str) -> Sale | None:
        return (await self._answered(order))[1]

    async def _answered(self, order: str) -> tuple[Answer, Sale | None]:
        answer = await self._read(
            "order", f"{self._url}/orders/{quote(order, safe='')}?include={orders.INCLUDE}", answers={404}
        )
        if answer.status == 404:
            return answer, None
        document = decoded(wire.OneOrder, answer)
        try:
            return answer, orders.one(document)
        except Garbled as why:
            raise Transient(f"Zalando's order cannot be read: {why}.", request_id=answer.request_id) from None

    async def _read(self, group: str, url: str, answers: Collection[int] = ()) -> Answer:
        return await self._door.read(
            "GET", url, group=group, auth=self._auth, headers={"Accept": MEDIA_TYPE}, answers=answers
        )


def _holds(sale: Sale, place: Place) -> bool:
    """Whether the order shows the unit, and where it should stand. Raises Transient where it cannot be read: what is
    missing is reported as gone."""
    line = sale.lines.get(place.line)
    if line is None and sale.unreadable:
        raise Transient(sale.unreadable[0].why)
    return line is not None and line.order_item_id == place.item


MANIFEST = MarketplaceManifest(
    key="zalando",
    name="Zalando",
    config=ZalandoConfig,
    limits=(
        Limit("orders", 40, timedelta(minutes=1)),
        Limit("announced", 40, timedelta(minutes=1)),
        Limit("order", 2000, timedelta(minutes=1)),
        Limit("returned", 2000, timedelta(minutes=1)),
    ),
    open=Zalando,
    capabilities=mapping.capabilities,
)
