"""What a decision may be, and what it does (contract 3.3): the same rules for calls and for files."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from retour.sandbox.clock import Clock
from retour.sandbox.generic.agenda import Waiting, due
from retour.sandbox.generic.problems import Problem, invalid
from retour.sandbox.generic.state import OPEN, Book, By, Return, ReturnLine, Verdict
from retour.sandbox.generic.switches import PartnerSwitches
from retour.sandbox.journal import Journal

_REMEMBERED = 100_000  # returns that wait to be called refunded


@dataclass(frozen=True, slots=True)
class Portion:
    """So many units of one line."""

    line: ReturnLine
    quantity: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks to decide: a line of the return by its id, the units, and where in the request it says so."""

    line_id: str
    quantity: int
    field: str


def all_left(returned: Return) -> list[Portion]:
    """Every unit nobody decided on."""
    return [Portion(line, line.left) for line in returned.lines if line.left]


class Decisions:
    """Checks and carries out. Money goes to the customer the moment units are accepted."""

    def __init__(self, book: Book, clock: Clock, journal: Journal, switches: PartnerSwitches) -> None:
        self._book = book
        self._clock = clock
        self._journal = journal
        self._switches = switches
        self._accepted: Waiting = deque(maxlen=_REMEMBERED)

    def verdict(self, word: object) -> Verdict:
        """What the partner's word for a decision means; raises the problem of an unknown one."""
        words = self._switches.decision_words
        meanings: dict[str, Verdict] = {
            words.get("accept", "accept"): "accept",
            words.get("reject", "reject"): "reject",
        }
        if not isinstance(word, str) or word not in meanings:
            raise invalid("decision", f"must be {' or '.join(meanings)}")
        return meanings[word]

    def portions(self, returned: Return, asked: Sequence[Asked] | None) -> list[Portion]:
        """What a client may decide of what it asks for; None is all. Raises the problem that fits."""
        if returned.by_platform and not self._switches.platform_returns_decidable:
            raise Problem(409, "handled_by_platform", f"Return {returned.return_id} is handled by the platform.")
        again = self._switches.repeated_decision == "repeats" and returned.status != "cancelled"
        portions = [_portion(returned, one) for one in asked or ()]
        if len({id(portion.line) for portion in portions}) < len(portions):
            raise invalid("lines", "names a line twice")
        if not again and (returned.status not in OPEN or any(not portion.line.left for portion in portions)):
            raise _decided(returned)
        for portion, one in zip(portions, asked or (), strict=True):
            if not again and portion.quantity > portion.line.left:
                raise invalid(f"{one.field}quantity", f"must be at most {portion.line.left}: the rest is decided")
            if not self._switches.partial_quantity and portion.quantity < portion.line.left:
                raise invalid(f"{one.field}quantity", f"must be {portion.line.left}: a line cannot be split")
        if asked is not None:
            return portions
        return all_left(returned) or [Portion(line, line.quantity) for line in returned.lines]

    def carry_out(
        self,
        returned: Return,
        verdict: Verdict,
        portions: Sequence[Portion],
        *,
        by: By,
        comment: str = "",
        reason_code: str | None = None,
    ) -> None:
        """Books it, one journal entry for each line."""
        now = self._clock.now()
        for portion in portions:
            self._book_portion(returned, verdict, portion, by, comment, reason_code)
        if self._switches.part_decides_all or not returned.left:
            returned.status = self.outcome(returned) or returned.status
            if returned.accepted:
                self._accepted.append((now, returned))
        self._book.touch(returned, now)
        self.act()

    def outcome(self, returned: Return) -> str | None:
        """The status that follows from what was decided; None when nothing was."""
        if returned.accepted and returned.rejected:
            return self._switches.mixed_status
        return "accepted" if returned.accepted else "rejected" if returned.rejected else None

    def act(self) -> None:
        """Calls accepted returns refunded, when that is due (`refunded_seconds`)."""
        now = self._clock.now()
        for returned in due(self._accepted, self._switches.refunded_seconds, now):
            if returned.return_id in self._book.returns and returned.status != "refunded":
                returned.status = "refunded"
                self._book.touch(returned, now)

    def _book_portion(
        self, returned: Return, verdict: Verdict, portion: Portion, by: By, comment: str, reason_code: str | None
    ) -> None:
        line, product = portion.line, portion.line.order_line
        detail = {
            "line_id": line.line_id,
            "order_id": returned.order.order_id,
            "order_line_id": product.order_line_id,
            "sku": product.sku,
            "comment": comment,
            "reason_code": reason_code,
            "by": by,
        }
        if verdict == "accept":
            line.accepted += portion.quantity
            amount = str(product.unit_price * portion.quantity)
            self._journal.write("refund", returned.return_id, portion.quantity, **detail, amount=amount, currency="EUR")
        else:
            line.rejected += portion.quantity
            self._journal.write("settled", returned.return_id, portion.quantity, **detail)


def _portion(returned: Return, one: Asked) -> Portion:
    line = next((line for line in returned.lines if line.line_id == one.line_id), None)
    if line is None:
        raise invalid(f"{one.field}id", f"is no line of return {returned.return_id}")
    if not 1 <= one.quantity <= line.quantity:
        raise invalid(f"{one.field}quantity", f"must be from 1 to {line.quantity}")
    return Portion(line, one.quantity)


def _decided(returned: Return) -> Problem:
    return Problem(
        409, "already_decided", f"Return {returned.return_id} is {returned.status}; this was decided before."
    )
