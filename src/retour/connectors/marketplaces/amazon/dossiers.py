"""What External Fulfillment Returns shows of a return, and how it reads in the words of the house (contract 4, 7).

It tells where a parcel is and nothing of money. A return that a report has shown as well is the same one, and what the
report says of it stands; only what no report tells comes from here: the parcel's number, and when it arrived.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from retour.connectors.contract import Unreadable
from retour.connectors.marketplaces.amazon import mapping, wire
from retour.connectors.marketplaces.amazon.lines import Ledger, Line
from retour.connectors.marketplaces.amazon.regions import marketplace_of
from retour.connectors.shapes import Garbled
from retour.core.model import Handler, Handling, Seen, SeenLine

ENDED: Final = frozenset({"PROCESSED", "REJECTED", "CANCELLED"})
"""An open set; whatever else there is leaves a return open. None says what became of the money."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A row: some units of a product."""

    sku: str
    units: int
    status: str
    reason: str | None
    tracking: str | None
    carrier: str | None
    arrived: str | None
    """When, as text."""

    @property
    def ended(self) -> bool:
        return self.status.upper() in ENDED


@dataclass(frozen=True, slots=True)
class Place:
    """Whose row it is: by RMA id and SKU, and by order, SKU and day where there is none (contract 7)."""

    marketplace: str
    ref: str
    line: str

    @classmethod
    def of(cls, row: wire.External, ours: tuple[str, ...]) -> "Place":
        """`ours`: the marketplaces of the settings. Raises Garbled where it cannot be told."""
        marketplace = marketplace_of(row.marketplace_name, ours)
        if marketplace is None:
            raise Garbled("marketplaceName: it names no marketplace of Amazon's that is known")
        if not row.merchant_sku:
            raise Garbled("merchantSku: it is missing")
        if not row.order_id:
            raise Garbled("customerOrderId: it is missing")
        if row.rma_id:
            own = f"{marketplace}:{row.rma_id}"
            return cls(marketplace, mapping.fitting(own), mapping.fitting(f"{own}:{row.merchant_sku}"))
        ref = mapping.fitting(f"{marketplace}:{row.order_id}:{row.merchant_sku}:{row.created.date().isoformat()}")
        return cls(marketplace, ref, ref)


@dataclass(slots=True)
class Dossier:
    """All rows of one return that were seen so far: they may come on different pages."""

    ref: str
    marketplace: str
    order: str
    opened: datetime
    lines: dict[str, dict[str, Piece]] = field(default_factory=dict)
    """By line, then by the row's id."""

    def put(self, place: Place, row: wire.External) -> None:
        self.opened = min(self.opened, row.created)
        self.lines.setdefault(place.line, {})[row.id] = Piece(
            row.merchant_sku or "",
            row.units,
            row.status,
            row.reason or None,
            row.tracking or None,
            row.carrier or None,
            row.delivered.isoformat() if row.delivered else None,
        )

    def note(self) -> dict[str, Any]:
        return {
            "market": self.marketplace,
            "order": self.order,
            "opened": self.opened.isoformat(),
            "lines": {
                line: {name: {slot: getattr(piece, slot) for slot in Piece.__slots__} for name, piece in pieces.items()}
                for line, pieces in self.lines.items()
            },
        }

    @classmethod
    def recalled(cls, ref: str, note: Mapping[str, Any]) -> "Dossier":
        lines = {
            line: {name: Piece(**piece) for name, piece in pieces.items()} for line, pieces in note["lines"].items()
        }
        return cls(ref, note["market"], note["order"], datetime.fromisoformat(note["opened"]), lines)

    def seen(
        self, reported: Mapping[str, Line], ledgers: Mapping[str, Ledger], closed: str, *, alone: bool
    ) -> Seen | None:
        """`reported`: its lines that a report has shown. `alone`: those that none has shown are shown by this alone.
        None: it adds nothing to what the reports tell."""
        shown = [line for line in self.lines if alone or line in reported]
        if not any(self._adds(line, reported.get(line)) for line in shown):
            return None
        lines = tuple(self._shown(line, reported.get(line), ledgers.get(line, Ledger()), closed) for line in shown)
        return Seen(self.ref, self.opened, Handler.MERCHANT, lines, complete=False, all_lines=True)

    def _adds(self, line: str, reported: Line | None) -> bool:
        if reported is None:
            return True
        parcel = self._parcel(line)
        return bool((parcel.tracking and not reported.tracked) or (self._arrived(line) and not reported.arrived))

    def _parcel(self, line: str) -> Piece:
        """A piece that stands for the line."""
        pieces = self.lines[line].values()
        return next((piece for piece in pieces if piece.tracking), next(iter(pieces)))

    def _arrived(self, line: str) -> datetime | None:
        """When the last of its pieces arrived. None: not all have."""
        arrivals = [piece.arrived for piece in self.lines[line].values()]
        times = [datetime.fromisoformat(arrived) for arrived in arrivals if arrived]
        return max(times) if len(times) == len(arrivals) else None

    def _shown(self, ref: str, reported: Line | None, ledger: Ledger, closed: str) -> SeenLine:
        one, arrived = self._parcel(ref), self._arrived(ref)
        if reported is not None:
            told = mapping.standing(ref, reported, ledger, closed)
            if not reported.tracked:
                told = replace(told, tracking=one.tracking, carrier=one.carrier)
            return told if reported.arrived else replace(told, received_at=arrived)
        pieces = self.lines[ref].values()
        return SeenLine(
            ref=ref,
            order_ref=self.order,
            quantity=sum(piece.units for piece in pieces),
            awaits=not all(piece.ended for piece in pieces),
            handlings=tuple(Handling(piece.units, None, piece.status) for piece in pieces if piece.ended),
            sku=one.sku,
            reason=mapping.reason(one.reason),
            reason_text=one.reason,
            tracking=one.tracking,
            carrier=one.carrier,
            received_at=arrived,
        )


def unreadable(raw: Any, why: Garbled) -> Unreadable:
    """Without the password by which the carrier hands over a parcel."""
    ref = raw.get("id") if isinstance(raw, dict) else None
    kept = {name: value for name, value in raw.items() if name != "otpDetails"} if isinstance(raw, dict) else raw
    words = f"A row of External Fulfillment Returns cannot be read: {why}."
    return Unreadable(ref if isinstance(ref, str) else None, words, json.dumps(kept, ensure_ascii=False))
