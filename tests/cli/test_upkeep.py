"""`retour replan` and `retour keys rotate`: what is stored is worked through, and nothing of it is lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from pytest_django import Settings

from retour.connectors.contract import OwnPage, OwnReturn, Unreadable
from retour.connectors.http import Exchange as SentAndReceived
from retour.core.model import Order, Party, ShopSays
from retour.project.home import KEYS, read_keys
from retour.store import inbox, notes
from retour.store import models as tables
from retour.store.record import record_orders, record_unreadable
from retour.store.reseal import SEALED
from retour.store.results import record_results
from retour.store.sealed import CannotOpen, unseal
from retour.store.shop_reports import record_own
from tests.cli.conftest import SEEN, marketplace, seen, shop, take_in
from tests.cli.hub import run

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def keys(settings: Settings) -> Iterator[Path]:
    """The home's keys, put back afterwards."""
    path = Path(settings.HOME) / KEYS
    before = path.read_text()
    settings.SECRET_KEYS = list(settings.SECRET_KEYS)
    yield path
    path.write_text(before)


def _sealed() -> dict[str, object]:
    return {
        f"{model.__name__} {row.pk}": unseal(getattr(row, column))
        for model, column in SEALED
        for row in model._default_manager.exclude(**{column: ""}).order_by("pk")
    }


def test_everything_opens_with_the_new_key_alone(keys: Path, settings: Settings) -> None:
    take_in(replace(seen(), customer=Party(first_name="Ada", city="Gent")))
    record_orders(marketplace(), {"C000TEST01": Order("C000TEST01", billing=Party(company="Ada BV"))}, SEEN)
    record_unreadable(marketplace(), "open", [Unreadable("1", "no date", "{}")], SEEN)
    exchange = SentAndReceived(None, "GET", "http://127.0.0.1/", 200, "{}", "{}", None)
    record_results(marketplace(), [], [exchange], SEEN)
    notes.write(marketplace().pk, {"token": {"refresh": "made up"}}, SEEN)
    inbox.keep(marketplace().pk, b"made up", SEEN)
    own = OwnReturn(ShopSays("57", "new", None), "ORD1", ("C000TEST01",))
    record_own(shop(), OwnPage((own,)), SEEN)
    before = _sealed()
    assert {name.split()[0] for name in before} == {model.__name__ for model, _ in SEALED}
    old = settings.SECRET_KEYS
    result = run("keys", "rotate")
    assert result.code == 0, result.err
    assert result.out.startswith(f"{len(before)} values are sealed with a new key.")
    new, *older = read_keys(keys.parent)
    assert older == old
    assert keys.stat().st_mode & 0o777 == 0o600
    settings.SECRET_KEYS = [new]
    assert _sealed() == before
    settings.SECRET_KEYS = old  # a process that started before the rotation
    assert _sealed() == before
    keys.write_text("\n".join(old))
    settings.SECRET_KEYS = old
    with pytest.raises(CannotOpen):
        _sealed()


def test_no_sealed_column_is_forgotten() -> None:
    """A column that holds something sealed is called so, or is one of two older names."""
    columns = {
        (model, field.name)
        for model in apps.get_app_config("store").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.TextField) and field.name in {"sealed", "secrets", "customer"}
    }
    assert columns == set(SEALED)


def test_replanning_heals_what_does_not_follow_from_the_facts() -> None:
    take_in(*(seen(str(41_000_000 + number)) for number in range(1, 6)))
    tables.Return.objects.filter(ref__in=["41000002", "41000004"]).update(stage="closed", why="done")
    tables.Effect.objects.filter(of__ref="41000004").delete()
    result = run("replan")
    assert (result.code, result.out) == (0, "5 returns planned anew; 2 changed stage.\n")
    assert set(tables.Return.objects.values_list("stage", "why")) == {("new", "to_shop")}
    assert tables.Effect.objects.filter(state="wanted").count() == 5
    assert run("replan").out == "5 returns planned anew; 0 changed stage.\n"
