"""A hub without platforms: what they would say is put straight into the store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from retour.connectors.contract import Page
from retour.core import model as core
from retour.core.model import EffectState, Handler, Handling, Party, Resolution, Seen, SeenLine, ShopSays, Source
from retour.store import claim, desk
from retour.store.models import Company, Connection, Effect, Event, Project, Return
from retour.store.record import Looked, record_looks, record_page
from retour.store.results import Result, record_results
from retour.store.sealed import seal
from retour.store.shapes import shapes

MORNING = datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
CUSTOMER = Party(first_name="Noor", last_name="Example", city="Utrecht", email="noor@example.org")
LANE = "fbr-open"


def line(ref: str = "70000001", quantity: int = 1, **facts: Any) -> SeenLine:
    """A line that waits for the merchant."""
    told: dict[str, Any] = {"awaits": True, "title": "Mug, blue", "gtin": "0000000000017"}
    return SeenLine(ref=ref, order_ref="C000TEST01", quantity=quantity, **(told | facts))


def seen(ref: str = "41000001", *lines: SeenLine, **facts: Any) -> Seen:
    """A return as bol's list shows it."""
    told: dict[str, Any] = {"handler": Handler.MERCHANT, "complete": False}
    return Seen(ref, MORNING - timedelta(days=1), lines=lines or (line(),), **(told | facts))


def accepted(quantity: int = 1, at: datetime | None = None) -> Handling:
    return Handling(quantity, Resolution.ACCEPT, "ACCEPTED/RETURN_RECEIVED", at)


@dataclass
class Hub:
    """The project `acme/webshop` with `shop` (Magento 2) and `bol-nl`, and a clock that only tests move."""

    shop: Connection
    bol: Connection
    now: datetime = MORNING

    @classmethod
    def open(cls) -> Self:
        project = Project.objects.create(company=Company.objects.create(slug="acme", name="Acme"), slug="webshop")
        shop = Connection.objects.create(
            project=project,
            slug="shop",
            role="shop",
            connector="magento2",
            settings={"base_url": "https://shop.example.org"},
            secrets=seal({"token": "a-secret-token"}),
            fingerprint="shop 1",
        )
        bol = Connection.objects.create(
            project=project,
            slug="bol-nl",
            role="marketplace",
            connector="bol",
            settings={"client_id": "client"},
            secrets=seal({"client_secret": "a-bol-secret"}),
            fingerprint="bol 1",
        )
        return cls(shop, bol)

    def later(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now

    def lists(self, *returns: Seen, lane: str = LANE) -> Any:
        """bol's list shows these."""
        return record_page(self.bol, Page(lane, returns), self.later(seconds=1))

    def looks(self, *returns: Seen) -> None:
        """Each was looked at: complete, with the customer."""
        at = self.later(seconds=1)
        whole = [replace(item, complete=True, customer=item.customer or CUSTOMER) for item in returns]
        record_looks(self.bol, [Looked(item.ref, item, at) for item in whole])

    def knows(self, *lines: SeenLine, ref: str = "41000001") -> Return:
        """A return that has come as far as its request in the shop."""
        self.lists(seen(ref, *lines))
        self.looks(seen(ref, *lines))
        return self.row(ref)

    def in_shop(self, *lines: SeenLine, ref: str = "41000001") -> Return:
        """A return whose requests the shop has made."""
        self.knows(*lines, ref=ref)
        for made in self.claims_creates():
            number = str(made.request.number)
            self.results(Result(made.key, EffectState.DONE, receipt=number, says=ShopSays(number, "new", None)))
        return self.row(ref)

    def row(self, ref: str = "41000001") -> Return:
        return Return.objects.get(ref=ref)

    def decides(self, row: Return, *choices: desk.Choice, source: Source = Source.DESK) -> None:
        desk.decide(row.pk, choices, source, self.later(seconds=1), "noor@example.org")

    def claims_creates(self, owner: str = "worker", limit: int = 200) -> list[claim.Create]:
        return claim.claim_creates(self.shop, owner, self.later(seconds=1), limit)

    def claims_settles(self, owner: str = "worker", limit: int = 200) -> list[claim.Settle]:
        return claim.claim_settles(self.bol, owner, self.later(seconds=1), limit)

    def results(self, *results: Result, connection: Connection | None = None) -> None:
        record_results(connection or self.bol, results, [], self.later(seconds=1))

    def effects(self, row: Return, kind: str = "settle") -> list[Effect]:
        return list(Effect.objects.filter(of=row, kind=kind).order_by("pk"))

    def states(self, row: Return, kind: str = "settle") -> list[str]:
        return [effect.state for effect in self.effects(row, kind)]

    def timeline(self, row: Return) -> list[str]:
        return list(Event.objects.filter(of=row).order_by("pk").values_list("kind", flat=True))

    def shape(self, row: Return) -> dict[str, Any]:
        [shape] = shapes(Return.objects.filter(pk=row.pk))
        return shape

    def told(self, row: Return) -> Sequence[tuple[str, int, str | None]]:
        decisions = [d for entry in self.shape(row)["lines"] for d in entry["decisions"]]
        return [(d["resolution"], d["quantity"], d["told"]) for d in decisions]

    def known(self, row: Return) -> core.Return:
        from retour.store import facts

        return facts.to_return(row, row.lines.order_by("pk"), row.effects.order_by("pk"))
