"""Companies whose shops fetch their returns by themselves, and the ways in which returns get there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from retour.connectors.contract import Page
from retour.core import model as core
from retour.core.model import EffectKind, EffectState, Handler, Handling, Party, Reason, Resolution, SeenLine
from retour.store import claim, desk, record
from retour.store.links import link_orders
from retour.store.models import Company, Connection, Effect, Line, MarketplaceOrder, Project, Return
from retour.store.results import Result, record_results
from retour.store.sealed import seal
from retour.store.tokens import new_token

AT = datetime(2026, 3, 2, 9, 15, 30, 250_000, tzinfo=UTC)
CUSTOMER = Party(
    first_name="Sanne", last_name="de Vries", gender="female", company="Vries Keramiek", street="Voorbeeldstraat",
    house_number="12", house_number_addition="B", extra="achter", postcode="1234 AB", city="Utrecht", country="NL",
    email="sanne@example.org",
)  # fmt: skip
BILLING = replace(CUSTOMER, first_name="Ada", street="Dorpsstraat", house_number="1", house_number_addition=None)
PERSONAL = ("Sanne", "Vries", "sanne@example.org", "Voorbeeldstraat", "1234 AB", "achter", "Past niet.")


class House:
    """A company with one project: a shop that fetches, and bol."""

    def __init__(self, slug: str, **terms: Any) -> None:
        self.company = Company.objects.create(slug=slug, name=slug.title())
        self.project = Project.objects.create(company=self.company, slug="webshop", name="Webshop")
        self.shop = self.connect("shop", "shop", "channable", terms)
        self.bol = self.connect("bol-nl", "marketplace", "bol", {"client_id": "x"}, {"client_secret": "s" * 9})
        _, self.token = new_token(self.company, "erp", datetime.now(UTC))

    def connect(
        self,
        slug: str,
        role: str,
        connector: str,
        settings: dict[str, Any],
        secrets: Any = None,
        project: Project | None = None,
    ) -> Connection:
        of = project or self.project
        return Connection.objects.create(
            project=of, slug=slug, role=role, connector=connector, settings=settings, secrets=seal(secrets or {}),
            fingerprint=f"{self.company.slug} {of.slug} {slug} {sorted(settings)}"[:64], allow_private=True,
        )  # fmt: skip

    def fruugo(self) -> Connection:
        """A marketplace that knows no decision but a refund."""
        return self.connect("fruugo", "marketplace", "fruugo", {"username": "x"}, {"password": "s" * 9})

    def see(self, ref: str, *lines: SeenLine, at: datetime = AT, on: Connection | None = None, **facts: Any) -> Return:
        """The marketplace shows a return."""
        marketplace = on or self.bol
        seen = core.Seen(ref=ref, opened_at=at, handler=Handler.MERCHANT, lines=lines, complete=True, customer=CUSTOMER)
        record.record_page(marketplace, Page("open", (replace(seen, **facts),)), at)
        return Return.objects.get(connection=marketplace, ref=ref)

    def hand_over(self, at: datetime = AT) -> list[int]:
        """Everything that waits is handed over, as the engine does it; the numbers of the lines."""
        creates = claim.claim_creates(self.shop, "a worker#1", at, 1000)
        said = [core.ShopSays(str(create.request.number), create.request.status, None) for create in creates]
        made = [
            Result(create.key, EffectState.DONE, receipt=says.ref, says=says)
            for create, says in zip(creates, said, strict=True)
        ]
        record_results(self.shop, made, [], at)
        return [create.request.number for create in creates]

    def offer(self, ref: str, *lines: SeenLine, at: datetime = AT, **facts: Any) -> list[int]:
        """A return that was seen and handed over at this moment; the numbers of its lines."""
        row = self.see(ref, *lines, at=at, **facts)
        self.hand_over(at)
        return list(Line.objects.filter(of=row).order_by("pk").values_list("pk", flat=True))

    def offer_one(self, ref: str = "41000001", at: datetime = AT, **facts: Any) -> int:
        """The same with one line."""
        [number] = self.offer(ref, line(f"7{ref[1:]}", **facts), at=at)
        return number

    def tell(self, state: EffectState, at: datetime | None = None, **how: Any) -> None:
        """What is on its way to the marketplace ends like this."""
        at = at or datetime.now(UTC)
        told = claim.claim_settles(self.bol, "a worker#1", at, 1000)
        assert told, "nothing is on its way to the marketplace"
        record_results(self.bol, [Result(one.key, state, **how) for one in told], [], at)

    def decide_on_the_desk(self, number: int, resolution: Resolution, quantity: int | None = None) -> None:
        row = Line.objects.get(pk=number)
        choice = desk.Choice(row.ref, resolution, quantity)
        desk.decide(row.of_id, [choice], core.Source.DESK, datetime.now(UTC), "jo@example.org")

    def told(self, number: int) -> list[tuple[str | None, str]]:
        """What the marketplace is to be told of a line, or was: (decision, state)."""
        row = Line.objects.get(pk=number)
        settles = Effect.objects.filter(of=row.of_id, line_ref=row.ref, kind=EffectKind.SETTLE).order_by("pk")
        return [(effect.resolution, effect.state) for effect in settles]

    def order(self, ref: str, number: str = "", *lines: core.OrderLine) -> int:
        """An order that the marketplace has shown, linked to the shop's number; our own number of it."""
        if lines:
            record.record_orders(self.bol, {ref: core.Order(ref, lines, billing=BILLING)}, AT)
        if number:
            link_orders(self.project, {ref: number}, "import", at=AT)
        return MarketplaceOrder.objects.get(project=self.project, ref=ref).pk

    @property
    def path(self) -> str:
        return f"/v1/companies/{self.company.pk}/projects/{self.project.pk}"

    def client(self, token: str | None = None) -> "Api":
        return Api(self, token or self.token)


class Api:
    """Django's client, with a token, at a project's path."""

    def __init__(self, house: House, token: str) -> None:
        self._house = house
        self._http = Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)

    def get(self, path: str, query: Any = None, **how: Any) -> Any:
        return self._http.get(self._house.path + path, query, **how)

    def post(self, path: str, body: Any, **how: Any) -> Any:
        return self._http.post(self._house.path + path, body, content_type="application/json", **how)

    def listed(self, path: str = "/returns", **query: Any) -> dict[str, Any]:
        """A list that came well."""
        answer = self.get(path, query)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        assert found["total"] == len(found["returns"])
        return found

    def ids(self, **query: Any) -> list[int]:
        return [row["id"] for row in self.listed(**query)["returns"]]

    def row(self, number: int) -> dict[str, Any]:
        answer = self.get(f"/returns/{number}")
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()["return"]
        return found

    def decide(self, number: int, status: str) -> int:
        return int(self.post(f"/returns/{number}/status", {"status": status}).status_code)


def line(ref: str = "70000001", quantity: int = 1, **facts: Any) -> SeenLine:
    """A mug that does not fit."""
    mug = SeenLine(
        ref=ref, order_ref="C000TEST01", quantity=quantity, awaits=True, sku="MUG-BLUE", gtin="0000000000017",
        title="Mug, blue", reason=Reason.WRONG_SIZE_FIT, reason_text="Te klein", comment="Past niet.",
        unit_price=core.Money(Decimal("12.95"), "EUR"),
    )  # fmt: skip
    return replace(mug, **facts)


def handled(resolution: Resolution, quantity: int = 1, at: datetime = AT) -> tuple[Handling, ...]:
    """The marketplace's own history: these units have ended."""
    return (Handling(quantity, resolution, resolution.upper(), at),)


def later(**length: float) -> datetime:
    return AT + timedelta(**length)
