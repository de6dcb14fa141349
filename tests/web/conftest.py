"""Two companies with made-up returns, taken in the way that real ones are."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import stamina
from django.core.cache import cache
from django.test import Client

from retour.connectors import registry
from retour.connectors.contract import Page, ShopPage
from retour.connectors.http import Exchange
from retour.core import model as core
from retour.core.model import EffectKind, EffectState, Handler, Party, Reason, SeenLine
from retour.store import record
from retour.store.models import Company, Connection, Effect, Project, Return, User
from retour.store.results import Result, record_results
from retour.store.sealed import seal

AT = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
PASSWORD = "correct horse battery"
CUSTOMER = Party(
    first_name="Sanne", last_name="de Vries", street="Voorbeeldstraat", house_number="12", postcode="1234 AB",
    city="Utrecht", country="NL", email="sanne@example.org",
)  # fmt: skip


class House:
    """A company with a shop and a marketplace, and the ways in which returns get there."""

    def __init__(self, slug: str) -> None:
        self.company = Company.objects.create(slug=slug, name=f"{slug.title()} BV")
        self.project = Project.objects.create(company=self.company, slug="webshop", name=f"{slug.title()} webshop")
        self.shop = self._connection(
            "shop", "shop", "magento2", {"base_url": "http://127.0.0.1:9/"}, {"token": "t" * 9}
        )
        self.bol = self.marketplace("bol-nl")

    def marketplace(self, slug: str, **settings: str) -> Connection:
        """One more connection to bol."""
        return self._connection(slug, "marketplace", "bol", {"client_id": "x", **settings}, {"client_secret": "s" * 9})

    def _connection(self, slug: str, role: str, connector: str, settings: Any, secrets: Any) -> Connection:
        fingerprint = f"{self.company.slug} {slug} {sorted(settings.items())}"
        return Connection.objects.create(
            project=self.project, slug=slug, role=role, connector=connector, settings=settings, secrets=seal(secrets),
            fingerprint=fingerprint[:64],
        )  # fmt: skip

    def see(self, ref: str, *lines: SeenLine, at: datetime = AT, bol: Connection | None = None, **facts: Any) -> Return:
        """bol shows a return."""
        marketplace = bol or self.bol
        seen = core.Seen(ref=ref, opened_at=at, handler=Handler.MERCHANT, lines=lines, complete=True, customer=CUSTOMER)
        record.record_page(marketplace, Page("open", (replace(seen, **facts),)), at)
        return Return.objects.get(connection=marketplace, ref=ref)

    def into_shop(self, row: Return, word: str = "new") -> None:
        """The shop takes every line of it, as return 57, 58, and so on."""
        for number, effect in enumerate(row.effects.filter(kind=EffectKind.CREATE).order_by("pk"), 57):
            self.outcome(effect, EffectState.DONE, says=core.ShopSays(str(number), word, None))

    def outcome(self, effect: Effect, state: EffectState, **how: Any) -> None:
        """What became of an effect after it was sent, with what was sent and received."""
        Effect.objects.filter(pk=effect.pk).update(state=EffectState.SENDING, sent_at=AT)
        sent = Exchange(
            effect.key,
            "PUT",
            "https://api.example.org/returns/70000001",
            202,
            '{"quantityReturned":1}',
            '{"id":"<i>"}',
            "req-1",
        )
        record_results(effect.connection, [Result(effect.key, state, **how)], [sent], AT)

    def shop_says(self, ref: str, word: str, resolution: core.Resolution | None) -> None:
        record.record_shop(self.shop, ShopPage((core.ShopSays(ref, word, resolution),)), AT)


def line(ref: str = "70000001", quantity: int = 1, **facts: Any) -> SeenLine:
    """A mug that does not fit."""
    mug = SeenLine(
        ref=ref, order_ref="C000TEST01", quantity=quantity, awaits=True, sku="MUG-BLUE", gtin="0000000000017",
        title="Mug, blue", reason=Reason.WRONG_SIZE_FIT, reason_text="Te klein", comment="Past niet.",
        unit_price=core.Money(Decimal("12.95"), "EUR"),
    )  # fmt: skip
    return replace(mug, **facts)


def effect_of(row: Return, kind: EffectKind) -> Effect:
    return row.effects.get(kind=kind)


def days(count: float) -> timedelta:
    return timedelta(days=count)


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a platform does is tested, not how fast it may be asked."""
    declared = registry.marketplace
    monkeypatch.setattr(registry, "marketplace", lambda key: replace(declared(key), limits=()))
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def acme(db: None) -> House:
    return House("acme")


@pytest.fixture
def project(transactional_db: None, acme: House) -> Project:
    """One of Acme's without a shop: whatever is not decided waits on the desk."""
    return Project.objects.create(company=acme.company, slug="only-there", name="Only there")


@pytest.fixture
def other(db: None) -> House:
    """A company that Jo does not work for."""
    return House("other")


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    def make(name: str, *companies: Company, admin: bool = False) -> User:
        user = User.objects.create_user(name, password=PASSWORD, is_superuser=admin)
        user.companies.set(companies)
        return user

    return make


@pytest.fixture
def jo(acme: House, person: Callable[..., User]) -> Client:
    """Jo of Acme, signed in."""
    return signed_in(person("jo@example.org", acme.company))


@pytest.fixture
def admin(person: Callable[..., User]) -> Client:
    return signed_in(person("admin@example.org", admin=True))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(response: Any) -> str:
    """The page that came, which must have come well."""
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def words_of(html: str) -> str:
    """What a person reads, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
