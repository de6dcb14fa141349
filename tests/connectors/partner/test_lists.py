"""Walking a partner's list to its end, and reading what it shows, over HTTP: contract tobedressed 3.1, 3.4 and 5."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from retour.connectors.errors import Misconfigured, Refused, Transient, Unavailable
from retour.connectors.marketplaces.generic import MANIFEST
from retour.connectors.marketplaces.generic.config import GenericConfig
from retour.core.model import Handler, Money, Party, Reason, Resolution
from retour.sandbox.generic import PartnerSimulator
from retour.sandbox.generic import Reason as Why
from retour.sandbox.generic.switches import Flaw
from tests.connectors.loopback import virtual_time

from .world import World, history, line_of, part, shown, walk, world_of

STYLES: dict[str, dict[str, Any]] = {
    "page": {},
    "offset": {"page_param": "offset", "size_param": "limit"},
    "cursor": {"page_param": "cursor", "size_param": "limit", "next_path": "next_cursor", "total_path": ""},
    "link": {"total_path": ""},
    "none": {"total_path": "", "size_param": ""},
}
LIST = "GET /api/v1/returns"


def paged(style: str, size: int = 3, **more: Any) -> dict[str, Any]:
    return {"list": {"page_style": style, "page_size": size, **STYLES[style], **more}}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", [0, 1, 3, 7])
async def test_every_style_of_pages_shows_all(world: World, style: str, count: int) -> None:
    world.switch(page_style=style)
    refs = {world.announce(1) for _ in range(count)}
    pages = await walk(world.connect(paged(style)))

    assert shown(pages).keys() == refs
    assert [page.all_open for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all(seen.complete for page in pages for seen in page.seen)


async def test_a_link_may_stand_in_the_body(world: World) -> None:
    world.switch(page_style="link", link_place="body")
    refs = {world.announce(1) for _ in range(5)}
    assert shown(await walk(world.connect(paged("link", next_path="links.next")))).keys() == refs


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("style", ["page", "offset"])
@pytest.mark.parametrize("moving", ["touched_between_pages", "opened_between_pages"])
async def test_a_list_that_moves_hides_nothing(world: World, style: str, moving: str, total: bool) -> None:
    """What changes leaves its place for the end, and all behind it moves up."""
    refs = set()
    for _ in range(10):
        refs.add(world.announce(1))
        world.partner.clock.move(60)
    world.switch(page_style=style, total_shown=total, **{moving: 4})
    found = shown(await walk(world.connect(paged(style))))
    assert refs <= found.keys()


async def test_returns_of_the_same_moment_do_not_stop_the_walk(world: World) -> None:
    world.switch(total_shown=False)
    at = world.partner.clock.now() - timedelta(days=1)
    refs = {world.announce(1, created_at=at) for _ in range(8)}
    assert shown(await walk(world.connect(paged("page")))).keys() == refs


@pytest.mark.parametrize("form", ["iso", "epoch", "date"])
async def test_only_what_changed_since_is_asked_for(world: World, form: str) -> None:
    world.switch(since_format=form)
    old = world.announce(1)
    world.partner.clock.move(3 * 24 * 3600)
    new, since = world.announce(1), world.partner.clock.now() - timedelta(days=1)
    pages = await walk(world.connect({"list": {"since_format": form}}), since)

    assert shown(pages).keys() == {new}
    assert not any(page.all_open for page in pages), "a part of the list does not show all that is open"
    assert shown(await walk(world.connect({"list": {"since_format": form}}))).keys() == {old, new}


async def test_a_list_that_ignores_the_moment_is_told_apart(world: World) -> None:
    for _ in range(6):
        world.announce(1)
        world.partner.clock.move(2 * 24 * 3600)
    with pytest.raises(Misconfigured, match="oldest_change_first"):
        await walk(world.connect(paged("page", since_param="changed_after")))
    found = shown(await walk(world.connect(paged("page", since_param="changed_after", oldest_change_first=False))))
    assert len(found) == 6


async def test_rows_without_a_place_are_not_taken_for_an_empty_list(world: World) -> None:
    world.announce(1)
    with pytest.raises(Transient, match="no rows"):
        await walk(world.connect({"list": {"items_path": "data.items"}}))


async def test_a_list_behind_a_link_never_leads_elsewhere(world: World) -> None:
    world.switch(page_style="link")
    world.announce(1)
    body = '{"returns": [], "next": "https://elsewhere.example.org/steal"}'
    world.fault("answer", f"{LIST}$", status=200, body=body, headers={"Content-Type": "application/json"})
    with pytest.raises(Refused, match="404"):
        await walk(world.connect(paged("link", next_path="next")))
    assert world.calls("GET /steal") == 1, "the path is followed, the host is ours"


# --- who lets in ---


@pytest.mark.parametrize(
    ("switches", "settings"),
    [
        ({"auth": "bearer"}, {}),
        ({"auth": "header", "auth_header": "X-Partner"}, {"auth": {"style": "header", "name": "X-Partner"}}),
        ({"auth": "query", "auth_parameter": "token"}, {"auth": {"style": "query", "name": "token"}}),
        ({"auth": "basic"}, {"auth": {"style": "basic"}}),
    ],
)
async def test_every_way_to_show_a_key(world: World, switches: dict[str, Any], settings: dict[str, Any]) -> None:
    world.switch(**switches)
    ref = world.announce(1)
    partner = world.connect(settings, username="sandbox", password="sandbox-key")
    assert shown(await walk(partner)).keys() == {ref}


async def test_a_key_in_the_address_is_never_shown(world: World) -> None:
    world.switch(auth="query", auth_parameter="token")
    exchanges: list[Any] = []
    config = GenericConfig.model_validate(
        {
            "base_url": f"{world.running.url}/api/v1",
            "api_key": "not-the-right-key",
            "profile": {"auth": {"style": "query", "name": "token"}},
        }
    )
    partner: Any = MANIFEST.open(config, world.door(record=exchanges.append))
    [check] = await partner.check()
    assert not check.ok
    assert exchanges
    assert "not-the-right-key" not in f"{exchanges}{check}"


# --- what rows look like ---


async def test_a_return_in_full(world: World) -> None:
    partner, ref = world.connect(), world.announce(2, comment="Past niet", reason=Why("too_small", "Te klein"))
    seen = await partner.look(ref)
    assert seen is not None
    [line] = seen.lines
    assert (seen.handler, seen.complete, line.quantity, line.awaits) == (Handler.MERCHANT, True, 2, True)
    assert (line.sku, line.gtin, line.title) == ("SKU-1", "0000000000001", "Product 1")
    assert (line.unit_price, line.order_line_ref) == (Money(Decimal("49.95"), "EUR"), "9001")
    assert (line.reason, line.reason_text, line.comment) == (Reason.WRONG_SIZE_FIT, "Te klein", "Past niet")
    assert (line.carrier, bool(line.tracking)) == ("PostNL", True)
    assert isinstance(seen.customer, Party)
    assert (seen.customer.house_number, seen.customer.house_number_addition) == ("14", "B")


async def test_a_reason_that_is_not_in_the_map_stays_words(world: World) -> None:
    partner, ref = world.connect(), world.announce(1, reason=Why("moon_phase", "Volle maan"))
    line = await line_of(partner, ref)
    assert (line.reason, line.reason_text) == (None, "Volle maan")


@pytest.mark.parametrize("times", ["z", "offset", "local"])
async def test_times_without_an_offset_are_the_partners(world: World, times: str) -> None:
    world.switch(times=times)
    at = datetime(2024, 7, 1, 10, 0, tzinfo=UTC)
    ref = world.announce(1, created_at=at)
    seen = await world.connect({"timezone": "Europe/Amsterdam"}).look(ref)
    assert seen is not None
    assert seen.opened_at == at


@pytest.mark.parametrize("money", ["text", "number", "comma"])
async def test_prices_in_every_form(world: World, money: str) -> None:
    world.switch(money=money)
    line = await line_of(world.connect(), world.announce(1))
    assert line.unit_price == Money(Decimal("49.95"), "EUR")


async def test_other_names_words_and_methods_are_data(world: World) -> None:
    """A partner that looks like none that is known needs a profile, and no code."""
    world.switch(
        renamed={
            "id": "uid",
            "order_id": "bestelnummer",
            "lines": "regels",
            "quantity": "aantal",
            "decision": "besluit",
        },
        status_words={"requested": "NIEUW", "accepted": "AKKOORD"},
        decision_words={"accept": "ja", "reject": "nee"},
        decision_method="PUT",
    )
    partner = world.connect(
        {
            "fields": {
                "id": "uid",
                "order_id": "bestelnummer",
                "lines": "regels",
                "line": {"id": "uid", "quantity": "aantal"},
            },
            "status_map": {"nieuw": "open", "Akkoord": "accept", "AFGEKEURD": "reject"},
            "value_map": {"accept": "ja", "reject": "nee"},
            "decision": {
                "method": "PUT",
                "body_template": {
                    "besluit": "{decision}",
                    "reference": "{reference}",
                    "regels": [{"uid": "{line_id}", "aantal": "{quantity}"}],
                    "comment": "{comment}",
                },
            },
        }
    )
    ref = world.announce(2)
    assert (await line_of(partner, ref)).awaits
    await partner.settle(ref, [part(Resolution.ACCEPT, 2)])
    assert history(await line_of(partner, ref)) == [(Resolution.ACCEPT, 2)]
    assert world.journal() == [("refund", "1", 2)]


@pytest.mark.parametrize("flaw", ["unknown_values", "bare", "nulls"])
async def test_what_is_missing_or_unknown_hides_no_return(world: World, flaw: Flaw) -> None:
    ref = world.announce(2)
    world.partner.garble(ref, flaw)
    found = shown(await walk(world.connect()))
    assert found.keys() == {ref}
    assert found[ref].lines[0].quantity == 2


async def test_a_line_that_cannot_be_read_hides_no_other(world: World) -> None:
    ref = world.announce(1, 2)
    world.partner.garble(ref, "line_no_product")
    [page, *_] = await walk(world.connect())
    assert page.unreadable
    assert {row.ref for row in page.unreadable} == {ref}
    assert not any(seen.complete for seen in page.seen)


# --- how often ---


@virtual_time
async def test_the_profiles_rate_limit_is_kept() -> None:
    async with world_of(PartnerSimulator()) as world:
        partner = world.connect({"rate_limit": {"calls": 3, "seconds": 10}})
        ref = world.announce(1)
        begun = asyncio.get_running_loop().time()
        for _ in range(7):
            await partner.look(ref)
        assert asyncio.get_running_loop().time() - begun >= 20


async def test_a_partner_that_wants_a_pause_gets_it(world: World) -> None:
    world.switch(limits=True, limit_per_minute=2)
    partner, ref = world.connect(), world.announce(1)
    await partner.look(ref)
    await partner.look(ref)
    with pytest.raises(Unavailable):
        await partner.look(ref)
