"""Which orders of the store it may be: by e-mail address or day, with few calls (contract mijnwebwinkel.md, 3, 4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from retour.connectors.shops.mijnwebwinkel import MANIFEST
from retour.connectors.shops.mijnwebwinkel.candidates import Candidates
from retour.core.match_order import Clues, rank
from retour.core.model import Order, Party
from retour.testing.opened import opened
from tests.core.builders import item

from .conftest import Shop

PLACED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def place(shop: Shop, number: int, at: datetime = PLACED, **order: Any) -> None:
    lines = [{"sku": "MUG", "quantity": 2, "price": "9.95"}]
    await shop.command(
        "POST", "/_sandbox/orders", {"number": number, "lines": lines, "placed_at": at.isoformat(), **order}
    )


async def asked(shop: Shop, clues: Clues) -> tuple[list[Any], int]:
    async with opened(MANIFEST, shop.settings()) as hub:
        before = sum((await shop.all_calls()).values())
        found = list(await hub.connector.candidates(clues))
        return found, sum((await shop.all_calls()).values()) - before


async def test_by_the_days_of_the_order(shop: Shop) -> None:
    await place(shop, 5001, comment="bol.com nr. web-C000TEST01-1")
    await place(shop, 5002, PLACED + timedelta(days=9))
    clues = Clues(Order("C000TEST01", placed_at=PLACED), (item(sku="MUG", quantity=2),))
    found, calls = await asked(shop, clues)
    assert [one.number for one in found] == ["5001"]
    assert calls <= 4
    [best] = rank(clues, found, {})
    assert {why.key for why in best.reasons} == {"number_in_comment", "sku", "near"}


async def test_by_e_mail_address_wherever_it_lies(shop: Shop) -> None:
    await place(shop, 5001)
    await shop.command("PATCH", "/_sandbox/switches", {"limits": False})
    documents, _ = await asked(shop, Clues(Order("C000TEST01", placed_at=PLACED)))
    [email] = {party.email for one in documents for party in one.people}
    [somebody, *_] = documents[0].people
    clues = Clues(Order("C000TEST01"), people=(somebody,))
    found, calls = await asked(shop, clues)
    assert "5001" in {one.number for one in found}
    assert calls == 2, "they live there, too: nothing more is read"
    [first, *_] = rank(clues, found, {})
    assert {"email", "address"} <= {why.key for why in first.reasons}
    _, calls = await asked(shop, Clues(Order("C000TEST01"), people=(Party(email=email),)))
    assert 2 < calls <= 8


async def test_what_cannot_be_read_and_what_is_a_credit_order_is_left_out() -> None:
    class Store:
        async def pages(self, _: Any) -> Any:
            yield ["?", {"number": "7"}, {"number": "T-8", "status": 1}, {"number": 9, "status": 1, "date": "x"}]
            yield [{"number": 10, "status": 1, "credited_order_number": 9}]

    found = await Candidates(Store()).find(Clues(Order("C000TEST01")))  # type: ignore[arg-type]
    assert [(one.number, one.placed_at, one.lines) for one in found] == [("9", None, ())]
