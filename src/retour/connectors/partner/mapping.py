"""What a partner's words mean in the words of the house, and the other way round: a profile's tables, applied."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from retour.connectors.contract import Part, Unreadable
from retour.connectors.errors import Refused
from retour.connectors.partner.ledger import Account, Unit
from retour.connectors.partner.profile import CsvProfile, Profile, Standing
from retour.connectors.partner.template import Values
from retour.connectors.partner.wire import Head, Line
from retour.core.capabilities import Deadline, MarketplaceCapabilities, Since
from retour.core.model import Handler, Handling, Money, Reason, Resolution, Seen, SeenLine

UNKNOWN = None
"""What a status means that the profile does not name."""

BY_HAND = {
    Resolution.ACCEPT: "Accept the return at the partner, so that the customer is refunded.",
    Resolution.REJECT: "Reject the return at the partner, and tell the customer why.",
    Resolution.REPAIR: "Agree on the repair with the customer, and tell the partner how the return ends.",
    Resolution.EXCHANGE: "Agree on the exchange with the customer, and tell the partner how the return ends.",
    Resolution.KEEP: "Have the partner refund the customer, who keeps the product.",
    Resolution.CANCEL: "Ask the partner to cancel the return; the customer is not refunded.",
}


def capabilities(profile: Profile) -> MarketplaceCapabilities:
    """What the partner can be told follows from the profile's tables."""
    able, files = profile.capabilities, isinstance(profile, CsvProfile)
    words = BY_HAND | able.by_hand
    return MarketplaceCapabilities(
        tells={told: able.reads_as.get(told, told) for told in profile.value_map},
        by_hand={resolution: words[resolution] for resolution in Resolution if resolution not in profile.value_map},
        granularity=able.granularity,
        details_by_look=not isinstance(profile, CsvProfile) and not profile.list.shows_all,
        looks=not files,
        finds=files,
        proves_absence=not profile.files.taken_away if isinstance(profile, CsvProfile) else able.send_again,
        reason_required=frozenset(
            told for told in able.comment_required if told in profile.value_map and not profile.comments.get(told)
        ),
        deadlines=tuple(_deadlines(profile)),
    )


def _deadlines(profile: Profile) -> Iterator[Deadline]:
    if profile.fields.line.answer_by:
        yield Deadline(
            "answer",
            timedelta(0),
            "The partner wants the answer by then. What it does otherwise is not known: ask it.",
            "the partner's own date for each return, as the profile reads it",
            since=Since.STATED,
        )
    if profile.capabilities.refund_days:
        yield Deadline(
            "refund_by_law",
            timedelta(days=profile.capabilities.refund_days),
            "The law wants a customer who withdrew refunded by then. What the partner does is not known: ask it.",
            "EU consumer law, 14 days after the withdrawal; a hint, not the partner's rule",
        )


def standing(profile: Profile, status: str) -> Standing | None:
    """What a status means; UNKNOWN where the profile does not name it. Where none is told, all waits."""
    return profile.status_map.get(status.casefold(), UNKNOWN) if status else "open"


def reason(profile: Profile, line: Line) -> Reason | None:
    """By the code, else by the words."""
    words = (word.casefold() for word in (line.reason_code, line.reason) if word)
    return next((profile.reason_map[word] for word in words if word in profile.reason_map), None)


def seen(profile: Profile, head: Head, lines: Sequence[Line], account: Account, *, complete: bool) -> Seen:
    """A return, from what the partner shows and what is remembered of it."""
    handler = Handler.MARKETPLACE if head.partners_own else Handler.MERCHANT
    told = {line.ref: handlings(profile, head, line, lines, account) for line in lines}
    return Seen(
        ref=head.ref,
        opened_at=head.opened_at,
        handler=handler,
        lines=tuple(_line(profile, head, line, told[line.ref]) for line in lines),
        complete=complete,
        customer=head.customer,
    )


def _line(profile: Profile, head: Head, line: Line, handled: tuple[Handling, ...]) -> SeenLine:
    currency = line.currency or profile.currency
    waits = standing(profile, line.status or head.status) in {"open", UNKNOWN} and not head.partners_own
    return SeenLine(
        ref=line.ref,
        order_ref=head.order_ref,
        quantity=line.quantity,
        awaits=waits and _ended(handled) < line.quantity,
        handlings=handled,
        order_line_ref=line.order_line_ref,
        sku=line.sku,
        gtin=line.gtin,
        title=line.title,
        unit_price=Money(line.unit_price, currency) if line.unit_price is not None and currency else None,
        reason=reason(profile, line),
        reason_text=line.reason or line.reason_code,
        comment=line.comment,
        tracking=head.tracking,
        carrier=head.carrier,
        received_at=line.received_at,
        answer_by=line.answer_by,
    )


def handlings(
    profile: Profile, head: Head, line: Line, lines: Sequence[Line], account: Account
) -> tuple[Handling, ...]:
    """A line's history: the parts that the partner took, and then what its word says of the rest.

    A word for several lines or units says what became of all of them only where they were not told different things,
    or some of them nothing: then the rest ended, and nobody knows how."""
    word = line.status or head.status
    means = standing(profile, word)
    if head.partners_own:
        ended = means if isinstance(means, Resolution) else Resolution.ACCEPT
        return (Handling(line.quantity, ended, word, head.changed_at),)
    if line.accepted is not None or line.rejected is not None:
        return _remembered(account.of(line.ref), word)
    # A partner that only has files has confirmed nothing of what was written for it before its own word says so.
    confirmed = () if isinstance(profile, CsvProfile) and means == "open" else account.of(line.ref)
    if means == "open":
        return _remembered(confirmed, word)
    if isinstance(means, Resolution) and _alike([line] if line.status else lines, account):
        return (Handling(line.quantity, means, word, head.changed_at),)
    known = _remembered(confirmed, word)
    rest = line.quantity - _ended(known)
    return (*known, Handling(rest, None, word, head.changed_at)) if rest > 0 else known


def _remembered(units: Sequence[Unit], word: str) -> tuple[Handling, ...]:
    return tuple(Handling(unit.quantity, unit.resolution, word) for unit in units)


def _alike(lines: Sequence[Line], account: Account) -> bool:
    """Whether one word can hold for all of these lines: nothing was told of the return, or the same of all of it."""
    told = {unit.resolution for units in account.units.values() for unit in units}
    whole = all(sum(unit.quantity for unit in account.of(line.ref)) >= line.quantity for line in lines)
    return not told or (whole and len(told) == 1)


def _ended(handled: Sequence[Handling]) -> int:
    return sum(entry.quantity for entry in handled if entry.resolution is not None)


def obstacle(profile: Profile, seen: Seen, part: Part) -> str | None:
    """Why this part can no longer be told, in words for the merchant; None: it can."""
    line = next((one for one in seen.lines if one.ref == part.line_ref), None)
    if line is None:
        return "The partner's return no longer has this line. Nothing was sent."
    if seen.handler is Handler.MARKETPLACE:
        return "The partner handles this return itself. Nothing was sent."
    strange = next((entry.raw for entry in line.handlings if entry.resolution is None), None)
    if strange is not None:
        return (
            f"The partner shows this return as {strange!r}, which leaves open what became of it. Nothing was sent; look"
            " there, and name the word in the profile's status_map."
        )
    left = line.quantity - _ended(line.handlings)
    if left < part.quantity or not line.awaits:
        words = ", ".join(dict.fromkeys(entry.raw for entry in line.handlings)) or "closed"
        return f"The partner shows this return as {words} already. Nothing was sent."
    return None


def values(profile: Profile, ref: str, part: Part, *, order_ref: str | None) -> Values:
    """What a decision's template can name. Raises Refused for what cannot be told."""
    word = profile.value_map.get(part.resolution)
    if word is None:
        raise Refused(f"By its profile, this partner is not told {part.resolution}.")
    if part.quantity < 1:
        raise Refused("The partner is told about at least one unit.")
    comment = (part.reason or "").strip() or profile.comments.get(part.resolution, "")
    if not comment and part.resolution in profile.capabilities.comment_required:
        raise Refused(f"This partner wants to know why: {part.resolution} needs a comment.")
    return {
        "return_id": ref,
        "line_id": part.line_ref,
        "order_id": part.order_ref or order_ref,
        "order_line_id": part.order_line_ref,
        "quantity": part.quantity,
        "decision": word,
        "reason_code": part.code,
        "comment": comment,
        "reference": quote(part.key, safe=":"),
        "number": part.number,
    }


def shows_as(profile: Profile, resolution: Resolution) -> Resolution:
    return profile.capabilities.reads_as.get(resolution, resolution)


def unreadable(ref: str | None, why: str, raw: Any) -> Unreadable:
    return Unreadable(ref=ref, why=why, raw=json.dumps(raw, default=str))
