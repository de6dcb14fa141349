"""What a marketplace cannot be told: what to do there, until when, and how it ends. At simulated marketplaces."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from retour.core.model import Resolution, Source
from retour.store import desk
from retour.store.models import Connection, Project, Return
from tests.web.conftest import page, words_of
from tests.web.marketplaces import Market, market

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_without_waiting")]


@pytest.fixture
def fruugo(project: Project) -> Iterator[Market]:
    with market("fruugo", project, keep_as="by_hand") as running:
        yield running


@pytest.fixture
def zalando(project: Project) -> Iterator[Market]:
    with market("zalando", project, keep_as_accept=False) as running:
        yield running


def has_deadline(at: Market, **hours: float) -> None:
    """The connection's own deadlines, as the settings file says them."""
    Connection.objects.filter(pk=at.row.pk).update(options={"deadlines": hours}, fingerprint=uuid4().hex)


def decided(at: Market, resolution: Resolution) -> Return:
    """A return that was announced, and the decision on it."""
    announced = at.announce()
    row = at.is_seen()
    choice = desk.Choice(announced.line_ref, resolution)
    desk.decide(row.pk, [choice], Source.DESK, timezone.now(), "jo@example.org")
    at.sync()
    row.refresh_from_db()
    return row


def told_of(at: Market) -> list[str | None]:
    return [decision["told"] for line in at.shapes()[0]["lines"] for decision in line["decisions"]]


def test_says_what_to_do_there_and_until_when(fruugo: Market, jo: Client) -> None:
    row = decided(fruugo, Resolution.REJECT)
    due = row.opened_at + timedelta(days=14)
    [shape] = fruugo.shapes()
    assert (shape["stage"], shape["why"]["key"]) == ("attention", "tell_by_hand")
    assert datetime.fromisoformat(shape["next_deadline"]) == due.replace(microsecond=0)
    sentence = (
        f"Decided: Reject. Tell Fruugo by hand before {due:%Y-%m-%d %H:%M} UTC. "
        "Tell the customer through Fruugo's Retailer Portal why you refuse it."
    )
    for address in ("/", f"/returns/{row}"):
        assert sentence in words_of(page(jo.get(address)))
    html = page(jo.get(f"/returns/{row}"))
    assert f"Tell Fruugo by hand before {due:%Y-%m-%d %H:%M} UTC" in words_of(html)
    assert "I have told Fruugo" in html
    assert "at your cost, 14 days after proof of return" in html
    assert fruugo.money() == []


def test_without_a_deadline_none_is_named(zalando: Market, jo: Client) -> None:
    row = decided(zalando, Resolution.REJECT)
    for address in ("/", f"/returns/{row}"):
        assert "Decided: Reject. Tell Zalando by hand. Zalando has no word for it" in words_of(page(jo.get(address)))
    assert zalando.shapes()[0]["next_deadline"] is None


def test_a_person_says_that_it_is_done(fruugo: Market, jo: Client) -> None:
    row = decided(fruugo, Resolution.REJECT)
    assert jo.post(f"/returns/{row}/told").status_code == 302
    fruugo.sync()
    [shape] = fruugo.shapes()
    assert (shape["stage"], shape["why"]["key"], shape["next_deadline"]) == ("closed", "done_by_hand", None)
    html = page(jo.get(f"/returns/{row}"))
    assert "I have told Fruugo" not in html
    assert row.events.get(kind="done_by_hand").actor == "jo@example.org"


def test_it_ends_by_itself_when_the_customer_withdraws(fruugo: Market, jo: Client) -> None:
    row = decided(fruugo, Resolution.CANCEL)
    fruugo.does(fruugo.platform.command("POST", "/_sandbox/returns/1/withdraw", {}))
    fruugo.sync()
    assert (fruugo.shapes()[0]["stage"], told_of(fruugo)) == ("closed", ["confirmed"])
    assert "I have told Fruugo" not in page(jo.get(f"/returns/{row}"))
    assert fruugo.money() == []


def test_it_ends_by_itself_when_the_refund_shows(zalando: Market, jo: Client) -> None:
    row = decided(zalando, Resolution.KEEP)
    assert "I have told Zalando" in page(jo.get(f"/returns/{row}"))
    zalando.platform.simulator.return_by_zalando(row.lines.get().ref)  # type: ignore[attr-defined]
    zalando.sync()
    assert (zalando.shapes()[0]["stage"], told_of(zalando)) == ("closed", ["by_hand"])
    assert "I have told Zalando" not in page(jo.get(f"/returns/{row}"))
    assert zalando.money() == [("refund", 1)], "and nothing was refunded beside it"


def test_a_refund_against_the_decision_is_shown_to_a_person(zalando: Market, jo: Client) -> None:
    row = decided(zalando, Resolution.REJECT)
    zalando.platform.simulator.return_by_zalando(row.lines.get().ref)  # type: ignore[attr-defined]
    zalando.sync()
    assert zalando.shapes()[0]["stage"] == "attention"
    html = page(jo.get(f"/returns/{row}"))
    assert "Decided here: Reject. The marketplace says: returned . Nothing was sent" in words_of(html)
    assert '<span class="its-word">returned</span>' in html, "the marketplace's own word is set apart"
    assert "Zalando has acted otherwise" in html
    assert "I have seen to it" in html
    assert jo.post(f"/returns/{row}/told").status_code == 302
    zalando.sync()
    assert zalando.shapes()[0]["stage"] == "closed"
    assert "I have seen to it" not in page(jo.get(f"/returns/{row}"))
    assert zalando.money() == [("refund", 1)]


@pytest.mark.parametrize(
    ("hours", "colour", "said"), [(72, "far", "in 2 days"), (20, "near", "in 19 hours"), (0.000001, "past", "just now")]
)
def test_a_deadline_of_ones_own_is_counted_down(
    fruugo: Market, jo: Client, hours: float, colour: str, said: str
) -> None:
    has_deadline(fruugo, refund=hours)
    fruugo.announce()
    row = fruugo.is_seen()
    [shape] = fruugo.shapes()
    due = row.opened_at + timedelta(hours=hours)
    assert datetime.fromisoformat(shape["next_deadline"]) == due.replace(microsecond=0)
    listed = page(jo.get("/")).replace("\xa0", " ")
    [shown] = re.findall(rf'class="deadline deadline-{colour}">(.*?)</span>', listed)
    assert words_of(shown) == f"Deadline: {said}"
    html = page(jo.get(f"/returns/{row}"))
    assert f"({due:%Y-%m-%d %H:%M:%S} UTC). Fruugo refunds the customer itself" in words_of(html)
    assert ("The time to answer is over:" in html) is (colour == "past")
    assert "I have told Fruugo" not in html


def test_a_part_that_it_takes_only_as_a_whole_says_so(project: Project, jo: Client, acme: Any) -> None:
    """A marketplace that can be told this, but not for some of the units, has no words of its own for it."""
    from retour.core.capabilities import Capabilities, Granularity, MarketplaceCapabilities
    from retour.store import platforms
    from tests.web.conftest import line

    row = acme.see("41000001", line(quantity=2))
    whole = MarketplaceCapabilities(tells={Resolution.ACCEPT: Resolution.ACCEPT}, granularity=Granularity.LINE)
    for settings in list(platforms._remembered):
        platforms._remembered[settings] = Capabilities(whole, platforms._remembered[settings].shop)
    try:
        desk.decide(row.pk, [desk.Choice("70000001", Resolution.ACCEPT, 1)], Source.DESK, timezone.now(), "jo")
        html = words_of(page(jo.get(f"/returns/{row}")))
    finally:
        platforms._remembered.clear()
    assert "Tell bol by hand" in html
    assert "bol takes a decision from here for all 2 only." in html
