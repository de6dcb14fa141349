"""Which orders of the shop it may be: by e-mail address or by time, with few calls (contract lightspeed.md, 2, 4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from retour.core.match_order import Clues, rank
from retour.core.model import Order, Party
from retour.sandbox.lightspeed import WantedBuyer, WantedLine
from retour.testing.shop import MOST_CALLS
from tests.core.builders import item

from .conftest import Shop

PLACED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OTHER = WantedBuyer(firstname="Sanne", lastname="Other", email="sanne@example.org")
NOOR = Party("Noor", "Example", postcode="3526KL", house_number="12", email="noor@example.org")
RELAY = Party("Noor", "Example", postcode="3526KL", house_number="12", email="x1@relay.example.org")


def clues(*people: Party, **order: Any) -> Clues:
    return Clues(Order("C000TEST01", placed_at=PLACED, **order), (item(sku="MUG-BLUE", gtin="17"),), people=people)


async def test_by_e_mail_address_first(shop: Shop, lightspeed: Any) -> None:
    shop.place("ORD1", placed_at=PLACED)
    shop.place("ORD2", placed_at=PLACED, buyer=OTHER)
    asked = clues(NOOR)
    found = await lightspeed.candidates(asked)
    assert [one.number for one in found] == ["ORD1"]
    assert shop.asked == 2, "the search, and the order's lines"
    [best] = rank(asked, found, {})
    assert {why.key for why in best.reasons} == {"email", "address", "name", "sku", "near"}


async def test_else_by_the_time(shop: Shop, lightspeed: Any) -> None:
    shop.place("ORD1", placed_at=PLACED + timedelta(hours=3))
    shop.place("ORD2", placed_at=PLACED + timedelta(hours=3), buyer=OTHER, lines=(WantedLine("JUG", ean="99"),))
    shop.place("ORD3", placed_at=PLACED - timedelta(days=2))
    asked = clues(RELAY)
    found = await lightspeed.candidates(asked)
    assert [scored.candidate.number for scored in rank(asked, found, {})] == ["ORD1"]
    assert shop.asked <= MOST_CALLS


async def test_a_weak_sign_does_not_end_the_search(shop: Shop, lightspeed: Any) -> None:
    shop.place("ORD1", placed_at=PLACED - timedelta(days=2), buyer=WantedBuyer("A", "B", email="noor@example.org"))
    shop.place("ORD2", placed_at=PLACED, buyer=OTHER, comment="import x-C000TEST01/a")
    asked = clues(Party(email="noor@example.org"))
    found = await lightspeed.candidates(asked)
    assert [scored.candidate.number for scored in rank(asked, found, {})] == ["ORD2", "ORD1"]


async def test_however_many_there_are_few_are_looked_into(shop: Shop, lightspeed: Any) -> None:
    for number in range(30):
        shop.place(f"ORD1{number:02}", placed_at=PLACED + timedelta(minutes=number))
    found = await lightspeed.candidates(clues(NOOR, RELAY))
    assert 0 < len(found) <= 4
    assert shop.asked <= MOST_CALLS


async def test_its_lines_tell_what_they_are_known_by(shop: Shop, lightspeed: Any) -> None:
    order = shop.place("ORD1", placed_at=PLACED, lines=(WantedLine("A", article_code="ART-A", ean="17", quantity=3),))
    [one] = await lightspeed.candidates(clues(NOOR))
    [line] = one.lines
    number = str(order.lines[0].id)
    assert (line.ref, line.product, line.quantity) == (number, number, 3)
    assert (line.sku, line.codes, line.gtins) == ("A", ("ART-A",), ("17",))
