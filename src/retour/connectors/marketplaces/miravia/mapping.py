"""What Miravia's words mean in the words of the house, both ways: tables and pure functions.

Facts: contract miravia 4.1 (fields), 6 (statuses), 7 (which call tells which decision).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from retour.connectors.contract import Unreadable
from retour.connectors.marketplaces.miravia import wire
from retour.connectors.marketplaces.miravia.config import MiraviaConfig
from retour.connectors.shapes import Garbled, decode
from retour.core.capabilities import Deadline, Granularity, MarketplaceCapabilities, ReasonChoice, Since
from retour.core.model import Handler, Handling, Money, Party, Reason, Resolution, Seen, SeenLine

REPLACEMENT: Final = "REPLACEMENT"
CANCELLATION: Final = "CANCEL"
ALIEXPRESS: Final = "ae"
OTHER_CANCELLATION: Final = "1022"

ENDS: Final = MappingProxyType(
    {
        **dict.fromkeys(
            ("REFUND_AUTHORIZED", "REFUND_SUCCESS", "SELLER_AGREE_REFUND", "CANCEL_SUCCESS"), Resolution.ACCEPT
        ),
        **dict.fromkeys(
            (
                *("REQUEST_REJECT", "SELLER_REJECT", "SELLER_REJECT_REFUND", "REFUND_REJECT"),
                *("RETURN_SELLER_REJECT", "REPLACE_REJECT"),
            ),
            Resolution.REJECT,
        ),
        "REPLACE_COMMIT": Resolution.EXCHANGE,
        **dict.fromkeys(("REQUEST_CANCEL", "CANCEL_CANCEL"), Resolution.CANCEL),
    }
)
"""The statuses that end a line. `SELLER_AGREE` and `SELLER_AGREE_RETURN` do not: the seller has agreed to the parcel,
no money has moved."""

SUCCEEDED: Final = frozenset({"SUCCESS", "RETURN_SUCCESS"})
"""The end that the customer asked for: a replacement, or else the refund."""

WAITS: Final = frozenset({"REQUEST_INITIATE", "RETURN_PENDING", "REPLACE_PENDING", "BUYER_RETURN_ITEM"})
"""Here Miravia waits for the seller, unless it shows that there is nothing for him to do."""

GOES_ON: Final = frozenset({"REFUND_PENDING", "SELLER_AGREE", "SELLER_AGREE_RETURN"})
PLATFORM_DECIDES: Final = frozenset({"CS_APPROVING", "REPLACE_WAIT_AUDIT"})

REASONS: Final = MappingProxyType(
    {
        "ya no lo necesito": Reason.CHANGED_MIND,
        "he cambiado de opinión": Reason.CHANGED_MIND,
        "change of mind": Reason.CHANGED_MIND,
        "el artículo no cumple mis expectativas": Reason.NOT_AS_DESCRIBED,
        "el artículo no coincide con la descripción": Reason.NOT_AS_DESCRIBED,
        "item does not match description or pictures": Reason.NOT_AS_DESCRIBED,
        "talla o medida equivocada": Reason.WRONG_SIZE_FIT,
        "item does not fit": Reason.WRONG_SIZE_FIT,
        "el artículo está dañado": Reason.DAMAGED_IN_TRANSIT,
        "damaged": Reason.DAMAGED_IN_TRANSIT,
        "el artículo está defectuoso": Reason.DEFECTIVE,
        "el artículo no funciona": Reason.DEFECTIVE,
        "defective": Reason.DEFECTIVE,
        "he recibido otro artículo": Reason.WRONG_ITEM_SENT,
        "wrong item": Reason.WRONG_ITEM_SENT,
        "faltan piezas o accesorios": Reason.MISSING_PARTS,
        "missing accessories": Reason.MISSING_PARTS,
        "no he recibido el artículo": Reason.LOST,
    }
)
"""Miravia's words in lower case. It publishes no list and writes in the customer's language: most stay mere text."""

REJECTIONS: Final = (ReasonChoice("1007", "The product is not damaged"),)
REJECTED_CANCELLATIONS: Final = (
    ReasonChoice("1019", "Cancellation: it was handed to the carrier already"),
    ReasonChoice("1020", "Cancellation: the carrier has moved it since"),
    ReasonChoice("1021", "Cancellation: the customer no longer wants it"),
    ReasonChoice(OTHER_CANCELLATION, "Cancellation: another reason"),
)

WHAT_TO_DO: Final = MappingProxyType(
    {
        Resolution.REPAIR: "Miravia knows no repairs. Agree on it with the customer in Seller Center, repair and send "
        "the product back, and see that the return is closed there without a refund.",
        Resolution.EXCHANGE: "Send the replacement by yourself, tell the customer in Seller Center, and see that the "
        "return is closed there without a refund.",
        Resolution.KEEP: "In Seller Center, refund the customer without waiting for the parcel.",
        Resolution.CANCEL: "At Miravia only the customer can withdraw a return. Ask for it in Seller Center, or reject "
        "the return.",
    }
)

ANSWER_BY: Final = Deadline(
    name="answer",
    after=timedelta(0),
    since=Since.STATED,
    consequence="Miravia decides without you, usually by refunding the customer.",
    source="Lazada open platform, returns API, field sla; Miravia has not published its own rule (2025)",
)

A_LITTLE = timedelta(minutes=2)
AN_HOUR = timedelta(hours=1)


def told_as(config: MiraviaConfig) -> dict[Resolution, str]:
    """Which call tells which decision."""
    calls = {
        Resolution.ACCEPT: "accept",
        Resolution.REJECT: "reject",
        Resolution.KEEP: config.keep_as,
        Resolution.EXCHANGE: config.exchange_as,
    }
    return {resolution: call for resolution, call in calls.items() if call != "by_hand"}


def capabilities(config: MiraviaConfig) -> MarketplaceCapabilities:
    """A decision is for a whole line: what of the amount belongs to which of its order items, Miravia does not say."""
    tells = {decision: Resolution.ACCEPT if decision.refunds else decision for decision in told_as(config)}
    refunds = frozenset(decision for decision in tells if decision.refunds)
    return MarketplaceCapabilities(
        tells=tells,
        granularity=Granularity.LINE,
        details_by_look=True,
        proves_absence=True,
        orders=True,
        changes={decision: refunds for decision in WHAT_TO_DO if decision not in tells and not decision.refunds},
        by_hand={decision: todo for decision, todo in WHAT_TO_DO.items() if decision not in tells},
        reasons={Resolution.REJECT: REJECTIONS + (REJECTED_CANCELLATIONS if config.cancellations else ())},
        deadlines=(ANSWER_BY,),
    )


@dataclass(frozen=True, slots=True)
class Reverse:
    """A return as it was read."""

    row: wire.Row
    lines: tuple[wire.Line, ...]
    garbled: tuple[Unreadable, ...] = ()

    @property
    def handler(self) -> Handler:
        """Miravia's, when the parcel goes to its warehouse or it refunds every line by itself."""
        own = not self.garbled and all(line.is_fast_refund or line.is_instant_refund for line in self.lines)
        return Handler.MARKETPLACE if self.row.is_rtm is False or own else Handler.MERCHANT

    def line(self, ref: str) -> wire.Line | None:
        return next((line for line in self.lines if line.reverse_order_line_id == ref), None)


def read(raw: Any, config: MiraviaConfig) -> tuple[Reverse | None, tuple[Unreadable, ...]]:
    """A return, and what of it could not be read. Neither: it is not one of those that the settings ask for."""
    try:
        row = decode(wire.Row, raw)
    except Garbled as why:
        ref = decode(wire.Ref, raw).reverse_order_id if isinstance(raw, dict) else None
        return None, (_unreadable(ref, f"A return cannot be read: {why}.", raw),)
    if word(row.request_type) == CANCELLATION and not config.cancellations:
        return None, ()
    lines, garbled = [], []
    for number, line in enumerate(row.reverse_order_lines, 1):
        try:
            lines.append(decode(wire.Line, line))
        except Garbled as why:
            why_so = f"Line {number} of the return cannot be read: {why}."
            garbled.append(_unreadable(row.reverse_order_id, why_so, line))
    if not row.reverse_order_lines:
        garbled.append(_unreadable(row.reverse_order_id, "The return holds no lines.", raw))
    wanted = tuple(line for line in lines if config.aliexpress or (line.marketplace or "").casefold() != ALIEXPRESS)
    if wanted and not any(line.return_order_line_gmt_create for line in wanted):
        garbled.append(_unreadable(row.reverse_order_id, "The return does not say when it was opened.", raw))
        wanted = ()
    return (Reverse(row, wanted, tuple(garbled)) if wanted else None), tuple(garbled)


def seen(found: Sequence[Reverse], *, single: bool, as_of: datetime | None, customer: Party | None = None) -> Seen:
    """A return, of one row or several. A list does not tell whose it is, so only a `single` view is complete."""
    reverse = Reverse(
        found[0].row,
        tuple({line.reverse_order_line_id: line for one in found for line in one.lines}.values()),
        tuple(row for one in found for row in one.garbled),
    )
    opened = [line.return_order_line_gmt_create for line in reverse.lines]
    return Seen(
        ref=reverse.row.reverse_order_id,
        opened_at=min(at for at in opened if at),
        handler=reverse.handler,
        lines=tuple(_line(reverse, line, as_of) for line in reverse.lines),
        complete=single and not reverse.garbled,
        customer=customer,
    )


def _line(reverse: Reverse, line: wire.Line, as_of: datetime | None) -> SeenLine:
    waits = awaits(reverse, line)
    text = " ".join((line.reason_text or "").split())
    return SeenLine(
        ref=line.reverse_order_line_id,
        order_ref=reverse.row.trade_order_id,
        quantity=line.quantity,
        awaits=waits,
        handlings=history(reverse, line),
        order_line_ref=line.items[0],
        sku=line.seller_sku_id,
        gtin=line.spu_eancode,
        unit_price=_refund_of_one(line),
        reason=REASONS.get(text.casefold().rstrip(".")),
        reason_text=text or None,
        tracking=line.tracking_number,
        answer_by=_answer_by(line, as_of) if waits else None,
    )


def ended_as(reverse: Reverse, line: wire.Line) -> Resolution | None:
    """How a line has ended, or None."""
    status = word(line.reverse_status)
    if status in SUCCEEDED:
        return Resolution.EXCHANGE if word(reverse.row.request_type) == REPLACEMENT else Resolution.ACCEPT
    return ENDS.get(status)


def awaits(reverse: Reverse, line: wire.Line) -> bool:
    """Whether Miravia waits for the merchant. What it lists as possible `actions` goes before the status; an empty
    list does not close what nobody has answered yet. A status that is not known waits: a person should see it."""
    end, status = ended_as(reverse, line), word(line.reverse_status)
    if is_miravias(reverse, line) or in_dispute(line) or end not in {None, Resolution.REJECT}:
        return False
    if line.actions:
        return True
    if end is not None or status in GOES_ON:
        return False
    return line.actions is None or status == "REQUEST_INITIATE"


def in_dispute(line: wire.Line) -> bool:
    """Whether Miravia decides between customer and seller."""
    return line.is_dispute is True or word(line.reverse_status) in PLATFORM_DECIDES


def is_miravias(reverse: Reverse, line: wire.Line) -> bool:
    """Whether Miravia itself handles a line."""
    return reverse.handler is Handler.MARKETPLACE or line.is_fast_refund is True or line.is_instant_refund is True


def history(reverse: Reverse, line: wire.Line) -> tuple[Handling, ...]:
    """Miravia shows one status, no history. Its end is always the second entry, after whatever came between: so it is
    new however much was seen before it, and can prove a decision that was told last."""
    end, status = ended_as(reverse, line), word(line.reverse_status)
    disputed = in_dispute(line) and end is None
    if end is None and not disputed and (status in WAITS or awaits(reverse, line)):
        return ()
    between = Handling(line.quantity, None, f"{status}, Miravia decides" if disputed else status)
    if end is None:
        return (between,)
    return (between, Handling(line.quantity, end, status, line.return_order_line_gmt_modified))


def cents(line: wire.Line) -> int | None:
    """The amount of the refund; None: it is not there, or in no whole cents."""
    amount = line.refund_amount
    return int(amount) if amount is not None and amount == int(amount) else None


def _refund_of_one(line: wire.Line) -> Money | None:
    """What the refund of one unit is, where it is the same for each; otherwise the order tells a price."""
    amount = cents(line)
    if not amount or amount % line.quantity:
        return None
    return Money(Decimal(amount // line.quantity).scaleb(-2), line.refund_currency or "EUR")


def _answer_by(line: wire.Line, as_of: datetime | None) -> datetime | None:
    """Miravia tells how long is left. Whole hours after the opening, so that it is the same whenever it is asked."""
    opened = line.return_order_line_gmt_create
    if not line.sla or line.sla >= wire.MILLISECONDS or as_of is None or opened is None:
        return None
    left = as_of + timedelta(milliseconds=float(line.sla)) - opened
    return opened + (left + A_LITTLE) // AN_HOUR * AN_HOUR


def word(status: str | None) -> str:
    """A word of Miravia's, whose case differs from answer to answer."""
    return (status or "").strip().upper()


def _unreadable(ref: str | None, why: str, raw: Any) -> Unreadable:
    return Unreadable(ref=ref, why=why, raw=json.dumps(raw))
