"""The world around one hub: two simulated platforms of its own, and the hands of customers, merchant and fate.

Everything that happens is drawn from the run's own random numbers.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from retour.sandbox.app import Running, start
from retour.sandbox.bol import BolSimulator
from retour.sandbox.bol.announcements import Line
from retour.sandbox.bol.processes import Planned
from retour.sandbox.bol.samples import CUSTOMERS, product
from retour.sandbox.bol.state import Reason, Return
from retour.sandbox.bol.switches import Method
from retour.sandbox.faults import Fault
from retour.sandbox.magento.returns import DECISIONS, PENDING
from retour.sandbox.magento2 import Magento2
from retour.sandbox.magento2.returns import ReturnRow

WORDS = {
    "accept": "RETURN_RECEIVED",
    "keep": "RETURN_RECEIVED",
    "reject": "RETURN_DOES_NOT_MEET_CONDITIONS",
    "repair": "REPAIR_PRODUCT",
    "exchange": "EXCHANGE_PRODUCT",
    "cancel": "CUSTOMER_KEEPS_PRODUCT_PAID",
}
"""What bol is told for each decision (contract bol 4.1)."""
STATUSES = {
    "accepted": "accept",
    "rejected": "reject",
    "repaired": "repair",
    "exchanged": "exchange",
    "keeps": "keep",
    "cancelled": "cancel",
}
"""What each of the shop's statuses decides (contract magento.md A7)."""

Choice = tuple[str, str, int, bool]
"""(line, decision, quantity, revises)."""

EXPIRED = json.dumps({"title": "Expired JWT", "status": 401, "detail": "JWT expired"})
VENDOR_JSON = {"Content-Type": "application/vnd.retailer.v10+json;charset=UTF-8"}
WRITES_BOL = "PUT /retailer/returns/"
WRITES_SHOP = "POST /channable/returns/hook"


def word_for(resolution: str, changes: str | None) -> str:
    """What bol is told for a decision, or for a change of what it was told."""
    if changes in {"reject", "exchange", "repair"} and resolution in {"accept", "keep"}:
        return "STILL_APPROVED"
    return WORDS[resolution]


@dataclass
class Scene:
    """Both platforms of a run, and what was done there."""

    chance: random.Random
    bol: BolSimulator
    shop: Magento2
    running: list[Running] = field(default_factory=list)
    told_by_desk: list[Choice] = field(default_factory=list)
    """What the desk has taken."""
    log: list[str] = field(default_factory=list)
    """What happened, in words, for the report of a run that failed."""

    @classmethod
    async def open(cls, seed: int) -> Self:
        scene = cls(random.Random(seed), BolSimulator(seed=seed), Magento2(seed=seed))
        scene.bol.switches.limits = False
        scene.bol.switches.process_seconds = scene.chance.choice([0, 0.01, 0.05])
        scene.bol.switches.handled_after_first_put = scene.chance.random() < 0.5
        scene.running = [await start(scene.bol), await start(scene.shop)]
        return scene

    async def close(self) -> None:
        for running in self.running:
            await running.stop()

    @property
    def urls(self) -> dict[str, str]:
        bol, shop = self.running
        return {"bol": bol.url, "shop": shop.url}

    def says(self, words: str) -> None:
        self.log.append(words)

    # --- the customer ---

    def announce(self) -> Return:
        """A customer announces a return of one to three products, one to three of each."""
        account = self.bol.account()
        now = self.bol.clock.now()
        method: Method = "FBB" if self.chance.random() < 0.12 else "FBR"
        lines: list[Line] = []
        orders = self.chance.choice([1, 1, 2])
        for number in range(self.chance.randint(1, 3)):
            quantity = self.chance.choice([1, 2, 3, 3])
            item = product(self.chance.randint(1, 900), quantity, str(next(account.announcements.ids.order_items)))
            if number < orders:
                order = account.announcements.place_order([item], CUSTOMERS[0], method, now)
            else:
                order = lines[0][0]
                account.retailer.extend_order(order, item)
            lines.append((order, item, quantity, Reason("Verkeerd besteld")))
        returned = account.announcements.register(lines, now, method)
        items = [(item.rma_id, item.expected) for item in returned.items]
        self.says(f"customer announces {method} return {returned.return_id} {items}")
        return returned

    def warehouse(self) -> None:
        """bol's warehouse handles what it has of its own."""
        account = self.bol.account()
        for item in account.retailer.return_items.values():
            if item.returned.fulfilment_method == "FBB" and item.open_quantity:
                account.settlement.settle(
                    item, "RETURN_RECEIVED", item.open_quantity, self.bol.clock.now(), source="bol"
                )
                self.says(f"bol's warehouse accepts {item.rma_id}")

    # --- the merchant ---

    def undecided(self) -> list[ReturnRow]:
        return [row for row in self.shop.shop.returns if row.status == PENDING]

    def shop_decides(self, row: ReturnRow) -> None:
        status = self.chance.choice(list(DECISIONS))
        self.shop.shop.decide(row, status)
        self.says(f"shop decides {status} for {row.channel_id}")

    # --- fate ---

    def misfortune(self) -> None:
        """Some faults for the next calls, at both platforms."""
        for _ in range(self.chance.randint(0, 5)):
            simulator = self.chance.choice([self.bol, self.bol, self.shop])
            fault = Fault(**self._fault(simulator is self.bol), skip=self.chance.randint(0, 5))
            simulator.faults.add(fault)
            self.says(f"{simulator.key}: {fault.kind} {fault.status} on {fault.match}")
        if self.chance.random() < 0.3:
            outcome, applied = self.chance.choice([("TIMEOUT", True), ("TIMEOUT", False), ("LOST", True)])
            self.bol.account().processes.planned.append(Planned(outcome=outcome, applied=applied))
            self.says(f"bol: next process {outcome}, applied {applied}")

    def _fault(self, bol: bool) -> dict[str, Any]:
        write = WRITES_BOL if bol else WRITES_SHOP
        match = self.chance.choice([write, write, "GET ", "process-status" if bol else "orders"])
        often = ["slow", "drop_before", "drop_before", "drop_after", "drop_after", "500", "expired"]
        kind = self.chance.choice([*often, *often, "429", "503"])
        busy = {"Retry-After": "1"} if self.chance.random() < 0.5 else {}
        match kind:
            case "slow":
                return {"kind": "slow", "seconds": 0.05, "match": match}
            case "drop_before" | "drop_after":
                return {"kind": kind, "match": match}
            case "500":
                page = {"Content-Type": "text/html"}
                status = self.chance.choice([500, 502, 504])
                return {"kind": "answer", "status": status, "headers": page, "body": "<h1>Oops</h1>", "match": match}
            case "429":
                return {"kind": "answer", "status": 429, "headers": busy, "match": match}
            case "503":
                return {"kind": "answer", "status": 503, "headers": {"Retry-After": "1"}, "match": match}
        if not bol:
            return {"kind": "drop_before", "match": match}
        return {"kind": "answer", "status": 401, "headers": VENDOR_JSON, "body": EXPIRED, "match": match}

    def calm(self) -> None:
        """No more misfortune."""
        for simulator in (self.bol, self.shop):
            simulator.faults.clear()
        self.bol.account().processes.planned.clear()
        self.says("calm")

    # --- what a person who looks there sees ---

    def rows_of(self, line_ref: str) -> list[ReturnRow]:
        """The shop's rows of a return line, looked up by its number at bol."""
        return [row for row in self.shop.shop.returns if row.channel_id == line_ref]

    def settled(self) -> list[tuple[str, str, int]]:
        """What the hub has told bol and bol has carried out: (line, word, quantity)."""
        entries = [*self.bol.journal.of("refund"), *self.bol.journal.of("settled")]
        return [(e.ref, e.detail["handling"], e.quantity) for e in entries if e.detail["source"] == "api"]

    def refunded(self) -> Mapping[str, int]:
        """How many units of each line bol has refunded, whoever decided it."""
        units: dict[str, int] = {}
        for entry in self.bol.journal.of("refund"):
            units[entry.ref] = units.get(entry.ref, 0) + entry.quantity
        return units

    def items(self) -> Sequence[Any]:
        return list(self.bol.account().retailer.return_items.values())

    def undecided_lines(self, snapshot: dict[str, Any]) -> list[str]:
        """Lines that the hub does not know yet, or that have units left."""
        left = {line["ref"]: line["left"] for returned in snapshot["returns"] for line in returned["lines"]}
        return [item.rma_id for item in self.items() if left.get(item.rma_id, 1)]
