"""The simulator of OTTO Market: one partner, and everything that others than the client under test can do."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from aiohttp import web

from retour.sandbox.app import Simulator
from retour.sandbox.otto.commerce import Commerce, Product
from retour.sandbox.otto.control import Control
from retour.sandbox.otto.decisions_api import DecisionsApi
from retour.sandbox.otto.gate import Gate
from retour.sandbox.otto.orders_api import OrdersApi
from retour.sandbox.otto.pages import Pages
from retour.sandbox.otto.returns_api import ReturnsApi
from retour.sandbox.otto.samples import CUSTOMERS, REASONS, place_sample_orders, product
from retour.sandbox.otto.shipments_api import ShipmentsApi
from retour.sandbox.otto.state import Customer, Fulfillment, Order, ParcelState, Partner, Shipment, Unit
from retour.sandbox.otto.switches import Flaw, OttoSwitches
from retour.sandbox.otto.token import Tokens


class OttoSimulator(Simulator):
    """One partner with an app; ids of units are position item ids."""

    key = "otto"
    switches: OttoSwitches

    def __init__(self, *, seed: int = 0, samples: bool = False) -> None:
        """Empty, or with orders that a newcomer can send back on the page."""
        super().__init__(OttoSwitches(), seed=seed)
        self.tokens = Tokens(self.switches, self.clock)
        self.partner = Partner()
        self.commerce = Commerce(self.partner, self.clock, self.journal, self.switches, seed)
        if samples:
            place_sample_orders(self)

    def routes(self) -> list[web.AbstractRouteDef]:
        gate = Gate(self)
        return [
            web.post("/v1/token", self.tokens.serve),
            *ReturnsApi(self).routes(gate),
            *DecisionsApi(self).routes(gate),
            *OrdersApi(self).routes(gate),
            *ShipmentsApi(self).routes(gate),
            *Control(self).routes(),
            *Pages(self).routes(),
        ]

    def catch_up(self) -> None:
        """What OTTO does by the clock (`warehouse_seconds`, `auto_accept_seconds`, `parcel_seconds`)."""
        self.commerce.act()

    def place_order(
        self,
        products: Sequence[Product],
        *,
        customer: Customer = CUSTOMERS[0],
        ordered_at: datetime | None = None,
        status: Fulfillment = "SENT",
        order_number: str = "",
        shown: bool = True,
    ) -> Order:
        """A customer's order, placed a week ago unless told otherwise; `shown` on the page."""
        at = ordered_at or self.clock.now() - timedelta(days=7)
        order = self.commerce.place_order(products, customer, at, status, order_number)
        if shown:
            self.partner.recent_orders.append(order)
        return order

    def announce(
        self,
        unit_ids: Sequence[str],
        *,
        reason: str = REASONS[0],
        announced_at: datetime | None = None,
        to_warehouse: bool = False,
    ) -> Shipment:
        """The customer announces units on otto.de in one parcel; `to_warehouse`: OTTO's, which accepts by itself."""
        units = [self.unit(unit_id) for unit_id in unit_ids]
        return self.commerce.announce(units, reason, announced_at or self.clock.now(), to_warehouse=to_warehouse)

    def announce_one(self) -> Unit:
        """Any customer announces any unit of a new order."""
        (unit,) = self.place_order([product(0)], shown=False).units
        self.announce([unit.position_item_id])
        return unit

    def send_back(self, unit_ids: Sequence[str], *, tracked: bool = True) -> Shipment | None:
        """With the enclosed label, unannounced: in no list of returns; a return shipment only when `tracked`."""
        return self.commerce.send_back([self.unit(unit_id) for unit_id in unit_ids], tracked=tracked)

    def withdraw(self, unit_id: str) -> None:
        """The customer keeps what was announced."""
        self.commerce.withdraw(self.unit(unit_id))

    def misdirect(self, unit_id: str) -> None:
        """The goods arrive at a warehouse of OTTO by mistake: MISDIRECTED."""
        self.commerce.misdirect(self.unit(unit_id))

    def accept_by_otto(self, unit_id: str, reason: str = "RETURN_RECEIVED") -> None:
        """OTTO's staff accepts and refunds; nothing when the unit is accepted already."""
        unit = self.unit(unit_id)
        if unit.return_status != "ACCEPTED":
            self.commerce.accept(unit, None, reason, "otto")

    def move_parcel(self, shipment_id: str, state: ParcelState) -> None:
        self.commerce.move_parcel(self.partner.shipments[shipment_id], state)

    def garble(self, unit_id: str, flaw: Flaw) -> None:
        """Spoils the unit's row in the list of returns from now on."""
        self.switches.garbled = {**self.switches.garbled, unit_id: flaw}

    def revoke_tokens(self) -> None:
        """Every token issued so far is answered 401."""
        self.tokens.revoke()

    def unit(self, unit_id: str) -> Unit:
        """A unit as it is now: whatever was due has happened. KeyError when there is none."""
        self.catch_up()
        return self.partner.units[unit_id]
