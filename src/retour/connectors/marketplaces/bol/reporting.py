"""The seller's own returns: reported here, and made at bol with the decision about them (contract bol 3.4).

bol's call has no key against repetition, and its process tells the new return's id only when it has succeeded. So each
call is written down before it leaves; one whose answer is lost is searched for among what was handled since, for as
long as bol may take, and is never repeated without a person's word.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from retour.connectors.contract import CameBack, Page, Part, Receipt, ReceiptState
from retour.connectors.errors import ConnectorError, OutcomeUnknown, Refused, Transient, Unavailable
from retour.connectors.marketplaces.bol import mapping, wire
from retour.connectors.marketplaces.bol.api import Api
from retour.connectors.marketplaces.bol.books import (
    LATEST,
    Books,
    Call,
    Report,
    came_back,
    is_report,
    ref_of,
    told_apart,
)
from retour.connectors.memory import Memory
from retour.core.model import Order, Seen

CREATE_RETURN_ITEM: Final = "CREATE_RETURN_ITEM"

TAKES: Final = timedelta(hours=3, minutes=15)
"""By then bol has carried out what it was told, or never will (contract bol 3.5), and shows it."""

Walk = Callable[[datetime], AsyncIterator[Page]]
"""Reads bol's list from its newest return back to this time; what was reported is told apart on the way."""


class Reporting:
    """What the seller reports. Its notes are changed by one at a time."""

    def __init__(self, api: Api, memory: Memory) -> None:
        self._api = api
        self._books = Books(memory)
        self._turn = asyncio.Lock()

    # Seeing

    async def open(self) -> Page:
        """What is reported and waits, whether bol knows of it or not; after what bol has made of it meanwhile."""
        async with self._turn:
            reports = await self._books.all()
            waiting = [call.process for report in reports.values() for call in report.calls.values() if call.waits]
            if waiting:
                await self._follow(await self._api.processes([one for one in waiting if one]))
                reports = await self._books.all()
        return Page("reported", tuple(report.seen(ref) for ref, report in reports.items() if report.awaits))

    async def told_apart(self, shown: Sequence[Seen]) -> Sequence[Seen]:
        """Returns of a list: what was reported under its own ref, the rest as bol shows it."""
        if not await self._books.of_orders(line.order_ref for seen in shown for line in seen.lines):
            return shown
        async with self._turn:
            told = [await self._taken(seen) for seen in shown]
        return list({seen.ref: seen for some in told for seen in some}.values())

    async def rest_of(self, returned: Seen) -> Seen | None:
        """A return without what of it was reported."""
        async with self._turn:
            told = await self._taken(returned)
        return next((seen for seen in told if seen.ref == returned.ref), None)

    async def look(self, ref: str) -> Seen | None:
        async with self._turn:
            report = await self._books.one(ref)
            if report is None:
                return None
            for return_id in {piece.return_id for piece in report.pieces.values()}:
                if (returned := await self._api.one(return_id)) is not None:
                    await self._taken(returned)
            report = await self._books.one(ref)
        return report.seen(ref) if report else None

    # Reporting

    async def order(self, found: wire.Order) -> Order:
        """An order, with how much of each line can still come back as far as is known here."""
        return mapping.order(found, came_back(await self._books.of_orders([found.order_id])))

    async def declare(self, order: Order, units: Sequence[CameBack]) -> Sequence[Seen]:
        """Remembers them; bol has no word for it before they are decided."""
        async with self._turn:
            found = await self._api.order(order.ref)
            if found is None:
                raise Refused("bol does not show this order.")
            at = self._api.now
            known = dict(await self._books.of_order(order.ref))
            fresh: dict[str, Report] = {}
            again: dict[str, Report] = {}
            for back in units:
                if same := {ref: one for ref, one in known.items() if back.key and one.key == back.key}:
                    again |= same
                    continue
                lines = {line.ref: line for line in mapping.order(found, came_back(known)).lines if line.ref}
                line = lines.get(back.order_line_ref)
                if line is None:
                    raise Refused("bol's order has no such line.")
                most = line.returnable or 0
                if not 1 <= back.quantity <= most:
                    raise Refused(f"Of this product, {most} can still come back; {back.quantity} were given.")
                asked = next((one for one in order.lines if one.ref == line.ref), line)
                number = 1 + sum(one.order_item_id == line.ref for one in known.values())
                ref = ref_of(order.ref, back.order_line_ref, number)
                fresh[ref] = known[ref] = Report(
                    order_id=order.ref,
                    order_item_id=back.order_line_ref,
                    ean=line.gtin,
                    title=line.title,
                    units=back.quantity,
                    at=at,
                    reason=back.reason,
                    key=back.key,
                    unmistakable=sum(one.gtin == line.gtin for one in lines.values()) == 1,
                    first=number == 1 and asked.returnable == line.quantity,
                )
            await self._books.keep(fresh)
        return [report.seen(ref, order.shipping) for ref, report in {**again, **fresh}.items()]

    # Telling

    async def settle(self, ref: str, part: Part, word: str, announced: Walk, handled: Walk) -> Receipt:
        """Handles what bol has of it, or makes the return that it has not. What the customer has announced meanwhile
        is looked for first."""
        report = await self._books.one(ref)
        if report is None:
            raise Refused("Nothing is remembered of this report.")
        call = report.calls.get(part.key)
        if call is not None and call.makes and (found := await self._made(ref, part.key, handled)):
            return found  # a person asks for it once more, and it has arrived after all
        await self._walked(announced, report.at - LATEST)
        if call is None and _target(await self._one(ref), part) is None:
            await self._is_not_there(report, word, part.quantity, handled)
        async with self._turn:
            report = await self._books.one(ref) or report
            target = _target(report, part)
            call = Call(word=word, units=part.quantity, at=self._api.now, makes=target is None, rma_id=target)
            await self._books.keep({ref: report.with_call(part.key, call)})
            try:
                if target is not None:
                    receipt = await self._api.handled(target, word, part.quantity)
                else:
                    receipt = await self._api.created(report.order_item_id, word, part.quantity)
            except OutcomeUnknown:
                raise
            except ConnectorError:
                await self._books.keep({ref: report})
                raise
            call = call.model_copy(update={"process": receipt.ref})
            await self._books.keep({ref: report.with_call(part.key, call)})
        return receipt

    async def _is_not_there(self, report: Report, word: str, units: int, handled: Walk) -> None:
        """Raises Refused where bol shows already what is about to be made."""
        async for page in handled(report.at):
            if any(report.may_be(returned, word, units) for returned in page.seen):
                raise Refused(
                    "bol shows a return of just these units that was handled since they were reported; nothing was "
                    "sent. If they are others, handle them in your seller account."
                )

    async def item_of(self, ref: str, key: str) -> str | None:
        """The item that a call has handled; None: it was to make one, or has never left."""
        report = await self._books.one(ref)
        call = report.calls.get(key) if report else None
        return None if call is None or call.makes else call.rma_id

    async def find(self, ref: str, key: str, handled: Walk) -> Receipt | None:
        """What became of a call that was to make a return. None: it has never left. Raises Refused where nobody but a
        person can tell."""
        report = await self._books.one(ref)
        call = report.calls.get(key) if report else None
        if call is None:
            return None
        if call.process is not None:
            for process in filter(None, await self._api.processes([call.process])):
                receipt = mapping.receipt(process)
                if receipt.state is not ReceiptState.LOST:
                    await self.follow([process])
                    return receipt
        found = await self._made(ref, key, handled)
        if found is not None:
            return found
        if self._api.now < call.at + TAKES:
            return Receipt(ReceiptState.PENDING, _lost(ref, key))
        raise Refused(
            "bol shows no return that this can have made. See in your seller account whether there is one: only if "
            "not, send it again."
        )

    async def searched(self, receipt: str, handled: Walk) -> Receipt | None:
        """How far a call is whose answer was lost and that `find` goes on looking for; None: it does not show. That
        is never said to be an end: what it means is for `find` to say."""
        ref, key = receipt.split(" ", 1)
        try:
            found = await self.find(ref, key, handled)
        except (Refused, Transient) as error:
            if isinstance(error, Unavailable):
                raise
            return None
        return None if found is None or found.state is ReceiptState.PENDING else found

    async def follow(self, processes: Sequence[wire.Process | None]) -> Collection[str]:
        """Takes in what these processes have made. The ids of those whose returns cannot be seen yet."""
        if not any(process and process.event_type == CREATE_RETURN_ITEM for process in processes):
            return ()
        async with self._turn:
            return await self._follow(processes)

    async def _follow(self, processes: Sequence[wire.Process | None]) -> Collection[str]:
        ended = {process.process_status_id: process for process in processes if process}
        unseen = set()
        for ref, report in (await self._books.all()).items():
            for key, call in report.calls.items():
                process = ended.get(call.process or "") if call.waits else None
                if process is not None and process.status == "FAILURE":
                    await self._books.keep({ref: (await self._one(ref)).with_call(key, None)})
                elif process is not None and process.status == "SUCCESS" and process.entity_id:
                    try:
                        await self._bound(ref, key, process.entity_id)
                    except Transient as error:
                        if isinstance(error, Unavailable):
                            raise
                        unseen.add(process.process_status_id)
        return unseen

    async def _bound(self, ref: str, key: str, return_id: str) -> None:
        """The return that a call has made is this report's."""
        returned = await self._api.one(return_id)
        report = await self._one(ref)
        lines = returned.lines if returned else ()
        line = lines[0] if len(lines) == 1 else next(filter(report.is_about, lines), None)
        if returned is None or line is None:
            return
        call = report.calls[key].model_copy(update={"rma_id": line.ref})
        await self._books.keep({ref: report.with_call(key, call).with_piece(returned, line)})

    async def _made(self, ref: str, key: str, handled: Walk) -> Receipt | None:
        """Whether bol shows what a call was to make, or has made."""
        call = (await self._one(ref)).calls[key]
        if call.rma_id is None:
            await self._walked(handled, call.at)
            call = (await self._one(ref)).calls[key]
        return Receipt(ReceiptState.DONE, call.process) if call.rma_id is not None else None

    async def _taken(self, returned: Seen) -> list[Seen]:
        """A return that bol shows, told apart; what changed is kept."""
        known = await self._books.of_orders(line.order_ref for line in returned.lines)
        now, rest = told_apart(returned, known)
        await self._books.keep({ref: report for ref, report in now.items() if report != known[ref]})
        reported = [report.seen(ref, returned.customer) for ref, report in now.items()]
        return [*reported, rest] if rest else reported

    async def _one(self, ref: str) -> Report:
        report = await self._books.one(ref)
        if report is None:
            raise Transient("What was remembered of this report is gone.")
        return report

    async def _walked(self, walk: Walk, since: datetime) -> None:
        async for _ in walk(since):
            pass  # what was reported is told apart as it is read


def is_lost(receipt: str) -> bool:
    """Whether a receipt stands for a call that bol has given none for."""
    return is_report(receipt.partition(" ")[0])


def _lost(ref: str, key: str) -> str:
    return f"{ref} {key}"


def _target(report: Report, part: Part) -> str | None:
    """The item at bol that a decision is about; None: there is none yet, and it is to be made. Raises Refused where
    there can be none."""
    if part.changes is not None:
        for rma_id, piece in report.pieces.items():
            if piece.stands_as is part.changes and piece.units >= part.quantity:
                return rma_id
        raise Refused("bol has no return of what was reported that could still become something else.")
    for rma_id, piece in report.pieces.items():
        if piece.open >= part.quantity:
            return rma_id
    if report.quantity - sum(piece.units for piece in report.pieces.values()) < part.quantity:
        raise Refused("bol has no return with so many open units of what was reported.")
    return None
