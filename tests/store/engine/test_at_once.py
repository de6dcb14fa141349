"""Several at once change one return: each column keeps what was said last of it."""

from typing import Any

from retour.connectors.contract import Page, ShopPage
from retour.core.model import Resolution, ShopSays, Source
from retour.store import desk, record
from retour.store.desk import Choice
from retour.store.models import Line
from tests.store.engine.hub import LANE, Hub, line, seen
from tests.store.engine.test_claims import in_threads


def test_a_person_the_shop_and_two_views_of_the_marketplace_lose_nothing(shared_hub: Hub) -> None:
    hub = shared_hub
    for number in range(8):
        ref, one, two = f"r{number}", f"{number}a", f"{number}b"
        row = hub.in_shop(line(one), line(two), ref=ref)
        shown = seen(ref, line(one, comment="new"), line(two, tracking="3STEST"))
        said = ShopSays(Line.objects.get(ref=two).shop_ref or "", "rejected", Resolution.REJECT)
        at = hub.later(seconds=1)

        def act(who: int, row: Any = row, one: str = one, shown: Any = shown, said: Any = said, at: Any = at) -> None:
            match who:
                case 0:
                    desk.decide(row.pk, [Choice(one, Resolution.ACCEPT)], Source.DESK, at, "noor@example.org")
                case 1:
                    record.record_shop(hub.shop, ShopPage((said,)), at)
                case 2:
                    record.record_page(hub.bol, Page(LANE, (shown,)), at)
                case 3:
                    record.record_vanished(hub.bol, [shown.ref], at)

        in_threads(4, act)
        first, second = Line.objects.get(ref=one), Line.objects.get(ref=two)
        assert [decision["resolution"] for decision in first.decisions] == ["accept"]
        assert [decision["resolution"] for decision in second.decisions] == ["reject"]
        assert (first.comment, second.tracking) == ("new", "3STEST")
        assert hub.row(ref).stale
        hub.looks(shown)
        assert sorted(hub.states(row)) == ["wanted", "wanted"]
