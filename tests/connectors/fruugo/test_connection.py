"""Settings, login and doctor: contract fruugo 2.1."""

from typing import Any

import pytest
from pydantic import ValidationError

from retour.connectors.errors import Transient, Unauthorized
from retour.connectors.marketplaces.fruugo import MANIFEST
from retour.connectors.marketplaces.fruugo.config import FruugoConfig
from retour.core.model import Resolution

from .simulated import LOGIN
from .world import DOWNLOAD, World

ODD = "Käse-Zürich-é"


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8"])
async def test_the_login_is_sent_in_the_charset_that_is_set(world: World, charset: str) -> None:
    world.switch(v2_charset=charset)
    world.simulator.set_credentials("händler@example.org", ODD)
    world.connect(login_charset=charset, username="händler@example.org", password=ODD)
    await world.walk()
    other = "utf-8" if charset == "iso-8859-1" else "iso-8859-1"
    world.connect(login_charset=other, username="händler@example.org", password=ODD)
    with pytest.raises(Unauthorized):
        await world.walk()


@pytest.mark.parametrize(
    "settings",
    [
        {"password": "secret-密码"},
        {"username": "a:b"},
        {"username": ""},
        {"orders_url": "fruugo.example.org/orders"},
        {"orders_url": "https://a:b@fruugo.example.org/orders"},
        {"orders_url": "https://fruugo.example.org/orders?x=1"},
        {"window_days": 30},
        {"slice_days": 0},
        {"return_reason": "no reason"},
    ],
)
def test_a_setting_that_cannot_work_is_refused_without_being_shown(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        FruugoConfig.model_validate({**LOGIN, **settings})
    assert "密码" not in str(refused.value)
    assert "a:b" not in str(refused.value)


@pytest.mark.parametrize("keep_as", ["return", "by_hand"])
@pytest.mark.parametrize("send_again", [True, False])
def test_the_settings_are_the_capabilities(keep_as: str, send_again: bool) -> None:
    config = FruugoConfig.model_validate({**LOGIN, "keep_as": keep_as, "send_again": send_again})
    able = MANIFEST.capabilities(config)
    told = {Resolution.ACCEPT} | ({Resolution.KEEP} if keep_as == "return" else set())
    assert set(able.tells) == set(able.reasons) == told
    assert set(able.by_hand) == set(Resolution) - told
    assert able.proves_absence is send_again
    by_callback = MANIFEST.capabilities(config.model_copy(update={"transport": "v3"}))
    assert not by_callback.proves_absence, "what is not there yet may still wait in Fruugo's queue"
    assert "14 days" in able.by_hand[Resolution.REJECT]


async def test_the_doctor_hears_that_all_is_well(world: World) -> None:
    world.sell(1)
    checks = {check.name: check for check in await world.connect(keep_as="by_hand").check()}
    assert all(check.ok for check in checks.values())
    assert list(checks) == ["credentials", "orders", "decisions"]
    assert checks["decisions"].words.startswith("accept as Fruugo's return; by hand: reject")


async def test_the_doctor_hears_what_is_wrong(world: World) -> None:
    line = world.returned(1)
    world.switch(garbled={line.partition(":")[0]: "bad_counter"})
    assert [check.ok for check in await world.fruugo.check()] == [True, False, True]
    world.answers(DOWNLOAD, "<html/>", skip=1)
    assert [check.ok for check in await world.fruugo.check()] == [True, False]
    [check] = await world.connect(password="wrong").check()
    assert (check.name, check.ok) == ("credentials", False)


async def test_the_doctor_changes_nothing(fresh: World) -> None:
    fresh.returned(1)
    await fresh.fruugo.check()
    assert await fresh.memory.begins("") == {}


async def test_an_answer_without_a_date_is_asked_for_again(world: World) -> None:
    world.answers(DOWNLOAD, "<orders/>", headers={"Date": "soon"}, times=None)
    with pytest.raises(Transient, match="time"):
        await world.walk()
