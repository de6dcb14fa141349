"""A project as `retour apply` makes it, and returns as its marketplace shows them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from retour.connectors.contract import Page
from retour.core.model import EffectState as State
from retour.core.model import Handler, Reason, Seen, SeenLine, ShopSays
from retour.store.claim import claim_creates
from retour.store.models import Connection, Return
from retour.store.record import Looked, record_looks, record_page
from retour.store.results import Result, record_results
from tests.cli.hub import ENVIRONMENT, run, settings_file

OPENED = datetime(2026, 3, 2, 9, 15, 30, 250_000, tzinfo=UTC)
SEEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return settings_file(tmp_path)


@pytest.fixture
def project(db: None, file: Path) -> Path:
    """acme/webshop with its shop and bol-nl; its settings file."""
    result = run("apply", str(file), env=ENVIRONMENT)
    assert result.code == 0, result.err
    return file


def marketplace() -> Connection:
    return Connection.objects.get(slug="bol-nl")


def shop() -> Connection:
    return Connection.objects.get(slug="shop")


def seen(ref: str = "41000001", lines: int = 1, quantity: int = 2) -> Seen:
    number = int(ref) - 41_000_000
    return Seen(
        ref=ref,
        opened_at=OPENED,
        handler=Handler.MERCHANT,
        complete=True,
        lines=tuple(
            SeenLine(
                ref=str(70_000_000 + number * 10 + count),
                order_ref=f"C000TEST{number:02}",
                quantity=quantity,
                awaits=True,
                sku="MUG-BLUE",
                gtin="0000000000017",
                title="Mug, blue",
                reason=Reason.WRONG_SIZE_FIT,
                reason_text="Te klein",
            )
            for count in range(1, lines + 1)
        ),
    )


def take_in(*what: Seen) -> list[Return]:
    """Returns that the marketplace shows."""
    record_page(marketplace(), Page("open", what), SEEN)
    record_looks(marketplace(), [Looked(one.ref, one, SEEN) for one in what])
    return list(Return.objects.filter(ref__in=[one.ref for one in what]).order_by("pk"))


def make_in_shop() -> None:
    """Everything that waits is made in the shop, from number 57 on."""
    creates = claim_creates(shop(), "a worker", datetime.now(UTC), 1000)
    results = [
        Result(create.key, State.DONE, says=ShopSays(str(number), "new", None))
        for number, create in enumerate(creates, start=57)
    ]
    record_results(shop(), results, [], SEEN)
