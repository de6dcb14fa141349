"""A partner that is spoken to with JSON over HTTP (contract tobedressed 3).

A decision goes under the hub's own key of the call (`Idempotency-Key`), so that it counts once even where it must be
sent again. Nothing is told before a fresh look, since nobody knows what a partner does with what it has refunded
already; a 409 for what has its decision is read back.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from retour.connectors import words
from retour.connectors.contract import Check, Known, Page, Part, Receipt, ReceiptState, Unreadable
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient
from retour.connectors.http import Answer, Door
from retour.connectors.partner import doctor, mapping, paths, template, values, wire
from retour.connectors.partner.calls import Calls
from retour.connectors.partner.config import PartnerConfig
from retour.connectors.partner.ledger import Account, Ledger
from retour.connectors.partner.lists import Lists
from retour.connectors.partner.profile import RestProfile
from retour.connectors.shapes import Garbled
from retour.core.model import Resolution, Seen

LANE = "returns"


class RestPartner:
    """One account at a partner."""

    def __init__(self, config: PartnerConfig, profile: RestProfile, door: Door) -> None:
        self._profile = profile
        self._calls = Calls(config, door)
        self._lists = Lists(self._calls, profile)
        self._ledger = Ledger(door.memory)
        self._reading = wire.Reading(profile, paths.value_at)

    async def returns(self, since: datetime | None, known: Known) -> AsyncIterator[Page]:
        """What was changed since then, the oldest change first."""
        async for rows in self._lists.walk(since):
            yield await self._page(rows)
        if since is None:
            yield Page(LANE, (), all_open=True)

    async def look(self, ref: str) -> Seen | None:
        row = await self._row(ref)
        if row is None:
            return None
        page = await self._page([row], complete=True)
        if not page.seen:
            raise Transient(page.unreadable[0].why)
        return page.seen[0]

    async def settle(self, ref: str, parts: Sequence[Part]) -> Receipt:
        """Tells one part, after a look whether it still can be told."""
        if len(parts) != 1:
            raise Refused("The partner is told one decision at a time.")
        [part] = parts
        told = mapping.values(self._profile, ref, part, order_ref=part.order_ref)
        before = await self.look(ref)
        if before is None:
            raise Refused("The partner no longer knows this return. Nothing was sent.")
        if why_not := mapping.obstacle(self._profile, before, part):
            raise Refused(why_not)
        call = self._profile.decision
        answer = await self._calls.write(
            call.method,
            template.text(call.path, {name: _in_path(value) for name, value in told.items()}),
            headers={name: template.text(value, told) for name, value in call.headers.items()},
            json=template.filled(call.body_template, told),
            answers={409},
        )
        if answer.status == 409:
            return await self._decided_before(ref, part, answer)
        whole = before.complete and [line.quantity for line in before.lines] == [part.quantity]
        if call.answers_with == "return":
            self._check(ref, part, answer, whole=whole)
        if not whole:
            async with self._ledger.turn:
                account = (await self._ledger.of([ref]))[ref]
                await self._ledger.keep({ref: account.told(part, mapping.shows_as(self._profile, part.resolution))})
        return Receipt(ReceiptState.DONE)

    def _check(self, ref: str, part: Part, answer: Answer, *, whole: bool) -> None:
        """The answer must be the return, and must not say that it ended otherwise. Raises OutcomeUnknown."""
        try:
            head = self._reading.head(paths.value_at(answer.json(), self._profile.detail.item_path))
        except Garbled as why:
            raise OutcomeUnknown(
                f"The partner took the decision, but its answer cannot be read: {why}.", request_id=answer.request_id
            ) from None
        means = mapping.standing(self._profile, head.status)
        otherwise = isinstance(means, Resolution) and means is not mapping.shows_as(self._profile, part.resolution)
        if head.ref != ref or (whole and otherwise):
            raise OutcomeUnknown(
                "The partner answered, but not that it took this decision.", request_id=answer.request_id
            )

    async def _decided_before(self, ref: str, part: Part, answer: Answer) -> Receipt:
        """After a 409 nothing was done. Where the return has a decision, and it is this one, that is as good."""
        code, said = self._said(answer)
        refusal = Refused("The partner refused the decision.", code=code, words=said, request_id=answer.request_id)
        if code != self._profile.decision.already_decided:
            raise refusal
        seen = await self.look(ref)
        line = next((one for one in seen.lines if one.ref == part.line_ref), None) if seen else None
        if line is None:
            raise refusal
        wanted = mapping.shows_as(self._profile, part.resolution)
        ended = sum(entry.quantity for entry in line.handlings if entry.resolution is wanted)
        if not line.awaits and ended >= part.quantity and line.handled == ended:
            return Receipt(ReceiptState.DONE)
        raise refusal

    def _said(self, answer: Answer) -> tuple[str, str | None]:
        """The partner's own code and words for a refusal."""
        said = words.said(answer.body, answer.headers, self._calls.hidden)
        try:
            code = values.text(paths.value_at(answer.json(), self._profile.decision.code_path))
        except ConnectorError:
            code = None
        return words.line(code, self._calls.hidden) if code else str(answer.status), said

    async def check(self) -> list[Check]:
        try:
            rows = await self._lists.first()
        except ConnectorError as error:
            return [Check("returns", False, error.message)]
        page = await self._page(rows)
        good = len(page.seen)
        return [
            Check("returns", not page.unreadable, f"{good} of the {len(rows)} returns of the first page can be read."),
            *doctor.decisions(self._profile),
            *doctor.strange_words(self._profile, page),
        ]

    async def _row(self, ref: str) -> Any:
        detail = self._profile.detail
        path = template.text(detail.path, {"return_id": _in_path(ref)})
        answer = await self._calls.read(path, answers={404})
        return None if answer.status == 404 else paths.value_at(answer.json(), detail.item_path)

    async def _page(self, rows: Sequence[Any], *, complete: bool | None = None) -> Page:
        """The rows of a list, or one return that was looked at."""
        shows_all = self._profile.list.shows_all if complete is None else complete
        bad: list[Unreadable] = []
        read = [(head, lines, whole) for row in rows for head, lines, whole in self._read(row, bad)]
        async with self._ledger.turn:
            accounts = await self._ledger.of([head.ref for head, _, _ in read])
            counted = {head.ref: accounts[head.ref].counted(lines) for head, lines, _ in read}
            news: dict[str, Account] = {ref: one for ref, one in counted.items() if one != accounts[ref]}
            await self._ledger.keep(news)
        seen = tuple(
            mapping.seen(self._profile, head, lines, counted[head.ref], complete=shows_all and whole)
            for head, lines, whole in read
        )
        return Page(LANE, seen, tuple(bad))

    def _read(self, row: Any, bad: list[Unreadable]) -> list[tuple[wire.Head, list[wire.Line], bool]]:
        """The return in a row, with those of its lines that can be read, and whether these are all."""
        try:
            head, raw_lines = self._reading.head(row), self._reading.lines(row)
        except Garbled as why:
            bad.append(mapping.unreadable(self._reading.ref(row), f"A return cannot be read: {why}.", row))
            return []
        lines = []
        for number, raw in enumerate(raw_lines, 1):
            try:
                lines.append(self._reading.line(raw))
            except Garbled as why:
                bad.append(mapping.unreadable(head.ref, f"Line {number} of the return cannot be read: {why}.", raw))
        return [(head, lines, len(lines) == len(raw_lines))] if lines else []


def _in_path(value: str | int | None) -> str:
    return quote(str(value if value is not None else ""), safe="")
