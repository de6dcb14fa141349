"""`retour apply` makes the database equal to the file, says what changed, and never shows a secret."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from retour.core.model import Resolution, Source
from retour.store.desk import Choice, decide
from retour.store.models import Company, Connection, Effect, MarketplaceOrder, Project, Return
from retour.store.platforms import config_of
from tests.cli.conftest import SEEN, make_in_shop, marketplace, seen, shop, take_in
from tests.cli.hub import BOL_SECRET, ENVIRONMENT, MAGENTO_TOKEN, SETTINGS, Result, run, settings_file

pytestmark = pytest.mark.django_db

BOL = "acme/webshop/bol-nl"


def _apply(file: Path, *options: str, text: str | None = None, **environment: str) -> Result:
    if text is not None:
        settings_file(file.parent, text)
    return run("apply", str(file), *options, env={**ENVIRONMENT, **environment})


def _changes(result: Result) -> dict[str, tuple[str, list[str]]]:
    assert result.code == 0, result.err
    return {change["name"]: (change["kind"], change["details"]) for change in result.json["changes"]}


def test_everything_is_added_once(file: Path) -> None:
    assert _changes(_apply(file, "--json")) == {
        "acme": ("added", []),
        "acme/webshop": ("added", []),
        "acme/webshop/shop": ("added", ["connector magento2"]),
        BOL: ("added", ["connector bol"]),
    }
    assert {kind for kind, _ in _changes(_apply(file, "--json")).values()} == {"unchanged"}
    bol = marketplace()
    assert (bol.state, bol.allow_private, bol.removed) == ("active", True, False)
    assert bol.next_at is not None
    assert config_of(bol).model_dump()["client_secret"].get_secret_value() == BOL_SECRET


def test_no_secret_is_shown_or_stored_in_clear(file: Path) -> None:
    shown = _apply(file).out
    changed = _apply(file, BOL_SECRET="another-secret-value")
    row = Connection.objects.filter(slug="bol-nl").values().get()
    for secret in (BOL_SECRET, MAGENTO_TOKEN, "another-secret-value"):
        assert secret not in shown + changed.out + changed.err + str(row)
    assert f"changed    connection  {BOL}" in changed.out
    assert "client_secret: changed" in changed.out


def test_a_changed_setting_is_named_with_both_values(file: Path) -> None:
    _apply(file)
    before = marketplace().fingerprint
    text = SETTINGS.replace('client_id = "x"', 'client_id = "y"\nfbb = false').replace("Acme BV", "Acme NV")
    assert _changes(_apply(file, "--json", text=text)) == {
        "acme": ("changed", ['name: "Acme BV" → "Acme NV"']),
        "acme/webshop": ("unchanged", []),
        "acme/webshop/shop": ("unchanged", []),
        BOL: ("changed", ['client_id: "x" → "y"', "fbb: not set → false"]),
    }
    assert marketplace().fingerprint != before
    assert Company.objects.get().name == "Acme NV"


def test_a_value_from_elsewhere_is_not_shown(file: Path) -> None:
    _apply(file)
    text = SETTINGS.replace('client_id = "x"', 'client_id = "env:BOL_ID"')
    result = _apply(file, text=text, BOL_ID="an-id-from-elsewhere")
    assert "client_id: changed" in result.out
    assert "an-id-from-elsewhere" not in result.out


def test_new_settings_are_tried_at_once(file: Path) -> None:
    _apply(file)
    later = datetime(2100, 1, 1, tzinfo=UTC)
    trouble = {"state": "reconnect", "state_words": "no", "next_at": later, "failures": 3, "trouble": "no"}
    Connection.objects.update(**trouble, deep_at=SEEN)
    _apply(file, BOL_SECRET="the-right-one")
    bol = marketplace()
    assert (bol.state, bol.state_words, bol.failures, bol.trouble, bol.deep_at) == ("active", "", 0, "", None)
    assert bol.next_at is not None
    assert bol.next_at < later
    untouched = shop()
    assert (untouched.state, untouched.next_at) == ("reconnect", later)


@pytest.mark.parametrize("state", ["stopped", "paused"])
def test_new_settings_release_nothing_that_a_person_must_release(file: Path, state: str) -> None:
    _apply(file)
    Connection.objects.update(state=state, state_words="look at this")
    _apply(file, BOL_SECRET="another-one")
    assert (marketplace().state, marketplace().state_words) == (state, "look at this")


def test_a_connection_that_is_gone_from_the_file_is_kept_and_can_come_back(file: Path) -> None:
    _apply(file)
    take_in(seen())
    before = marketplace().pk
    without = SETTINGS[: SETTINGS.index("[companies.acme.projects.webshop.marketplaces.bol-nl]")]
    assert _changes(_apply(file, "--json", text=without))[BOL] == ("removed", [])
    assert marketplace().removed
    assert Return.objects.count() == 1
    assert BOL not in _changes(_apply(file, "--json"))
    assert _changes(_apply(file, "--json", text=SETTINGS))[BOL] == ("revived", [])
    assert (marketplace().pk, marketplace().removed) == (before, False)


def test_a_project_that_is_gone_loses_its_connections(file: Path) -> None:
    _apply(file)
    text = '[companies.acme]\nname = "Acme BV"\n'
    changes = _changes(_apply(file, "--json", text=text))
    assert {name: kind for name, (kind, _) in changes.items()} == {
        "acme": "unchanged",
        "acme/webshop/shop": "removed",
        BOL: "removed",
    }
    assert Project.objects.count() == 1


def test_a_company_that_the_file_does_not_name_is_left_alone(file: Path) -> None:
    _apply(file)
    changes = _changes(_apply(file, "--json", text='[companies.other]\nname = "Other"\n'))
    assert changes == {"other": ("added", []), "acme": ("untouched", [])}
    assert not Connection.objects.filter(removed=True).exists()


def test_pausing_and_resuming(file: Path) -> None:
    paused = SETTINGS.replace('connector = "bol"', 'connector = "bol"\npaused = true')
    _apply(file, text=paused)
    assert marketplace().state == "paused"
    assert _changes(_apply(file, "--json"))[BOL] == ("unchanged", [])
    _apply(file, text=SETTINGS)
    assert marketplace().state == "paused", "a file that does not speak of it leaves it as it is"
    resumed = paused.replace("paused = true", "paused = false")
    assert _changes(_apply(file, "--json", text=resumed))[BOL] == ("changed", ["resumed"])
    assert marketplace().state == "active"


def test_options_are_kept_for_the_hub(file: Path) -> None:
    _apply(file)
    text = SETTINGS.replace('connector = "bol"', 'connector = "bol"\noptions = { refund_limit = 20 }')
    assert _changes(_apply(file, "--json", text=text))[BOL] == ("changed", ["refund_limit: not set → 20"])
    assert marketplace().options == {"refund_limit": 20}


def test_a_dry_run_says_the_same_and_changes_nothing(file: Path) -> None:
    dry = _apply(file, "--dry-run", "--json")
    assert dry.json["applied"] is False
    assert not Company.objects.exists()
    wet = _apply(file, "--json")
    assert wet.json == {**dry.json, "applied": True}


def test_mistakes_change_nothing_and_come_as_json_too(file: Path) -> None:
    text = SETTINGS.replace('connector = "bol"', 'connector = "boll"')
    result = _apply(file, "--json", text=text)
    assert result.code == 2
    (mistake,) = result.json["mistakes"]
    assert (mistake["line"], mistake["where"]) == (9, "companies.acme.projects.webshop.marketplaces.bol-nl.connector")
    assert mistake["words"].startswith("There is no marketplace connector 'boll'. Did you mean 'bol'?")
    assert result.err.splitlines() == [
        f"{file}:9: {mistake['where']}: {mistake['words']}",
        "retour: 1 mistake; nothing was changed.",
    ]
    assert not Company.objects.exists()


def test_a_shop_that_is_asked_about_returns_cannot_become_another_platform(file: Path) -> None:
    _apply(file)
    take_in(seen())
    make_in_shop()
    Connection.objects.filter(slug="shop").update(connector="another")
    result = _apply(file)
    assert result.code == 2
    assert result.err.splitlines()[0] == (
        f"{file}:6: companies.acme.projects.webshop.shop.connector: acme/webshop/shop cannot become magento2: "
        "it is another and holds 1 requests that wait for a decision. Give the new account a project of its own."
    )


def test_another_platform_as_the_shop_is_not_told_the_old_ones_orders(file: Path) -> None:
    _apply(file)
    project = Project.objects.get()
    told = {"shop_order_id": "12", "products": [["MUG", "7"]], "searches": 2}
    MarketplaceOrder.objects.create(project=project, ref="C1", shop_order="000000012", linked_by="search", **told)
    MarketplaceOrder.objects.create(project=project, ref="C2", shop_order="000000013", linked_by="import", **told)
    Connection.objects.filter(slug="shop").update(connector="another")
    kind, details = _changes(_apply(file, "--json"))["acme/webshop/shop"]
    assert kind == "changed"
    assert "1 links to the old shop's orders are searched anew" in details
    assert "1 links of people and lists stand: is it another shop, say or import them anew" in details
    searched, given = MarketplaceOrder.objects.order_by("ref")
    assert (searched.shop_order, searched.shop_order_id, searched.products, searched.searches) == ("", "", [], 0)
    assert searched.search_at is not None
    assert (given.shop_order, given.shop_order_id, given.products) == ("000000013", "", [])


def test_a_marketplace_with_returns_cannot_become_another_platform(file: Path) -> None:
    _apply(file)
    take_in(seen())
    Connection.objects.filter(slug="bol-nl").update(connector="another")
    result = _apply(file)
    assert result.code == 2
    assert "acme/webshop/bol-nl cannot become bol: it is another and has 1 returns. " in result.err
    assert marketplace().connector == "another"


def test_open_returns_follow_what_the_platforms_can_do_now(file: Path) -> None:
    """Without a shop the desk decides; with one, the return is to be made there."""
    start = SETTINGS.index("[companies.acme.projects.webshop.shop]")
    end = SETTINGS.index("[companies.acme.projects.webshop.marketplaces.bol-nl]\n")
    alone = SETTINGS[:start] + SETTINGS[end:]
    _apply(file, text=alone)
    (row,) = take_in(seen())
    assert not Effect.objects.exists()
    _apply(file, text=SETTINGS)
    (effect,) = Effect.objects.all()
    assert (effect.kind, effect.state, effect.connection.slug) == ("create", "wanted", "shop")
    row.refresh_from_db()
    assert row.stage == "new"


def test_a_decision_that_can_no_longer_be_told_asks_a_person(file: Path) -> None:
    _apply(file)
    (row,) = take_in(seen())
    make_in_shop()
    decide(row.pk, [Choice("70000011", Resolution.KEEP)], Source.DESK, SEEN, "anna")
    _apply(file, text=SETTINGS.replace('client_id = "x"', 'client_id = "x"\nkeep_as = "by_hand"'))
    row.refresh_from_db()
    assert (row.stage, row.why) == ("attention", "tell_by_hand")
    assert Effect.objects.get(kind="settle").state == "superseded"


def test_private_addresses_follow_the_operator_s_setting(file: Path, settings: Settings) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = False
    _apply(file)
    assert not marketplace().allow_private
    settings.ALLOW_PRIVATE_ADDRESSES = True
    assert _changes(_apply(file, "--json"))[BOL] == ("changed", ["private addresses: allowed"])
