"""The simulator of a marketplace partner behind the generic adapter: one seller, by REST and by files."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from retour.sandbox.app import Handler, Simulator
from retour.sandbox.commands import Impossible
from retour.sandbox.generic.control import Control
from retour.sandbox.generic.decisions import Decisions, all_left
from retour.sandbox.generic.exports import Exports
from retour.sandbox.generic.files_api import FilesApi
from retour.sandbox.generic.gate import Gate
from retour.sandbox.generic.inbox import Inbox
from retour.sandbox.generic.keys import Keys
from retour.sandbox.generic.pages import Pages
from retour.sandbox.generic.rest import Rest
from retour.sandbox.generic.samples import CUSTOMERS, REASONS, place_sample_orders, product
from retour.sandbox.generic.state import OPEN, Book, Customer, Order, Return, Verdict
from retour.sandbox.generic.switches import Flaw, PartnerSwitches
from retour.sandbox.generic.trade import Back, Product, Trade

if TYPE_CHECKING:
    from retour.sandbox.generic.sftp import SftpServer


@dataclass(frozen=True, slots=True)
class FileLane:
    """The folder in which files are exchanged: `returns/` and `decisions/`."""

    folder: Path
    exports: Exports
    inbox: Inbox
    sftp: "SftpServer | None"


class PartnerSimulator(Simulator):
    """One seller's account. Ids of lines are unique within their return only."""

    key = "generic"
    switches: PartnerSwitches

    def __init__(self, *, seed: int = 0, samples: bool = False, folder: Path | None = None, sftp: bool = False) -> None:
        """Empty, or with orders that a newcomer can send back on the page.

        Files are exchanged only when there is a folder; `sftp` serves it with a real server while the app runs.
        """
        super().__init__(PartnerSwitches(), seed=seed)
        self.keys = Keys(self.switches, self.clock)
        self.book = Book()
        self.decisions = Decisions(self.book, self.clock, self.journal, self.switches)
        self.trade = Trade(self.book, self.decisions, self.clock, self.journal, self.switches)
        self._file_lane = self._files_in(folder, sftp=sftp) if folder else None
        if samples:
            place_sample_orders(self)

    @property
    def file_lane(self) -> FileLane:
        """Raises Impossible when the simulator was made without a folder."""
        if self._file_lane is None:
            raise Impossible("This simulator was made without a folder for files.")
        return self._file_lane

    @property
    def has_files(self) -> bool:
        return self._file_lane is not None

    def routes(self) -> list[web.AbstractRouteDef]:
        gate = Gate(self)
        files = FilesApi(self, self._file_lane.folder).routes(gate) if self._file_lane else []
        return [*Rest(self).routes(gate), *files, *Control(self).routes(), *Pages(self).routes()]

    def app(self) -> web.Application:
        """With the SFTP server while it runs, and everything that is due done after each request."""
        app = super().app()
        app.middlewares.append(self._catch_up_after)
        if self._file_lane and self._file_lane.sftp:
            app.cleanup_ctx.append(self._serve_sftp)
        return app

    def catch_up(self) -> None:
        """What the partner does by the clock, and with files: it takes decisions, and lays out returns."""
        self.trade.act()
        if self._file_lane:
            self._file_lane.inbox.act()
            self._file_lane.exports.act()

    def place_order(
        self,
        products: Sequence[Product],
        *,
        customer: Customer = CUSTOMERS[0],
        placed_at: datetime | None = None,
        order_id: str = "",
        shown: bool = True,
    ) -> Order:
        """A customer's order, placed a week ago unless told otherwise; `shown` on the page."""
        at = placed_at or self.clock.now() - timedelta(days=7)
        order = self.trade.place_order(products, customer, at, order_id)
        if shown:
            self.book.recent_orders.append(order)
        return order

    def open_return(
        self, order_id: str, backs: Sequence[Back], *, created_at: datetime | None = None, by_platform: bool = False
    ) -> Return:
        """A customer announces a return; `by_platform`: the partner's own warehouse takes it in and decides.

        KeyError for an unknown order; Impossible for what cannot go back.
        """
        at = (created_at or self.clock.now()).replace(microsecond=0)
        return self.trade.open_return(self.book.orders[order_id], backs, at, by_platform=by_platform)

    def open_one(self, quantity: int = 1) -> Return:
        """Any customer returns a new order of any product."""
        order = self.place_order([product(0, quantity)], shown=False)
        return self.open_return(order.order_id, [Back(order.lines[0].order_line_id, quantity, REASONS[0])])

    def withdraw(self, return_id: str) -> None:
        """The customer keeps what nobody decided on: `cancelled`, unless some was decided. Impossible when all was."""
        self.trade.withdraw(self.returned(return_id))

    def receive(self, return_id: str) -> None:
        """The parcel arrives: `received` while a decision is awaited, which it still is."""
        self.trade.receive(self.returned(return_id))

    def decide_by_staff(self, return_id: str, verdict: Verdict) -> None:
        """The partner's own people decide all that is left. Impossible when nothing is."""
        returned = self.returned(return_id)
        if returned.status not in OPEN:
            raise Impossible(f"Return {return_id} is {returned.status}.")
        self.decisions.carry_out(returned, verdict, all_left(returned), by="platform", comment="By our service desk")

    def forget(self, return_id: str) -> None:
        """The partner knows the return no longer: 404, and in no list."""
        self.book.forget(self.returned(return_id))

    def garble(self, return_id: str, flaw: Flaw) -> None:
        """Spoils the return's row in lists and files from now on; the detail stays sound."""
        self.switches.garbled = {**self.switches.garbled, return_id: flaw}

    def export(self, scope: str = "changed", name: str = "") -> str:
        """Lays out a file of the returns that `changed` since the last file, of those still `open`, or of `all`."""
        match scope:
            case "changed":
                chosen = list(self.book.changed.values())
            case "open":
                chosen = [returned for returned in self.book.rows(None, 0, None) if returned.status in OPEN]
            case _:
                chosen = list(self.book.rows(None, 0, None))
        return self.file_lane.exports.write(chosen, name)

    def returned(self, return_id: str) -> Return:
        """A return as it is now: whatever was due has happened. KeyError when there is none."""
        self.catch_up()
        return self.book.returns[return_id]

    def _files_in(self, folder: Path, *, sftp: bool) -> FileLane:
        exports = Exports(folder / "returns", self.book, self.clock, self.switches)
        inbox = Inbox(folder / "decisions", self.book, self.decisions, self.clock, self.switches)
        server = None
        if sftp:
            from retour.sandbox.generic.sftp import SftpServer

            server = SftpServer(self, folder)
        return FileLane(folder, exports, inbox, server)

    @web.middleware
    async def _catch_up_after(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        finally:
            self.catch_up()

    async def _serve_sftp(self, _: web.Application) -> AsyncIterator[None]:
        server = self.file_lane.sftp
        if server:
            await server.start()
        yield
        if server:
            await server.stop()
