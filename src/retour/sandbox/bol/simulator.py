"""The simulator of bol: accounts, their state, and the web app that speaks for them."""

import random
from dataclasses import dataclass

from aiohttp import web

from retour.sandbox.agenda import Agenda
from retour.sandbox.app import Simulator
from retour.sandbox.bol.announcements import Announcements, Ids
from retour.sandbox.bol.api import RetailerApi
from retour.sandbox.bol.control import Control
from retour.sandbox.bol.demo import DemoApi
from retour.sandbox.bol.gate import Gate
from retour.sandbox.bol.pages import Pages
from retour.sandbox.bol.process_api import ProcessStatusApi
from retour.sandbox.bol.processes import Processes
from retour.sandbox.bol.samples import place_sample_orders
from retour.sandbox.bol.settlement import Settlement
from retour.sandbox.bol.state import Retailer
from retour.sandbox.bol.switches import BolSwitches
from retour.sandbox.bol.token import Tokens

DEFAULT_CLIENT_ID = "sandbox-client"
DEFAULT_SECRET = "sandbox-secret"  # noqa: S105 - opens nothing but this simulator


@dataclass(slots=True)
class Account:
    """One seller."""

    client_id: str
    active: bool
    retailer: Retailer
    settlement: Settlement
    announcements: Announcements
    processes: Processes


class BolSimulator(Simulator):
    """Each account has its own orders, returns, processes and rate limits."""

    key = "bol"
    switches: BolSwitches

    def __init__(self, *, seed: int = 0) -> None:
        super().__init__(BolSwitches(), seed=seed)
        self._chance = random.Random(seed)  # noqa: S311 - ids of a simulator
        self._agenda = Agenda()
        self._ids = Ids()
        self._secrets: dict[str, str] = {}
        self._accounts: dict[str, Account] = {}
        self.tokens = Tokens(self._secrets, self.switches, self.clock)
        place_sample_orders(self.add_account(DEFAULT_CLIENT_ID, DEFAULT_SECRET).announcements)

    def routes(self) -> list[web.AbstractRouteDef]:
        gate = Gate(self)
        return [
            web.post("/token", self.tokens.serve),
            *RetailerApi(self).routes(gate),
            *ProcessStatusApi(self).routes(gate),
            *DemoApi().routes(gate),
            *Control(self).routes(),
            *Pages(self).routes(),
        ]

    def catch_up(self) -> None:
        """Runs the processes that are due by the platform's clock."""
        self._agenda.run(self.clock.now())

    def add_account(self, client_id: str, secret: str, *, active: bool = True) -> Account:
        """A new seller, or another secret or state for a known one."""
        self._secrets[client_id] = secret
        if client_id in self._accounts:
            self._accounts[client_id].active = active
            return self._accounts[client_id]
        retailer = Retailer()
        settlement = Settlement(client_id, retailer, self.journal, self.switches)
        account = Account(
            client_id,
            active,
            retailer,
            settlement,
            Announcements(self._ids, retailer, settlement, self._agenda, self.switches, self.clock.now),
            Processes(self._agenda, self.switches, self._chance),
        )
        self._accounts[client_id] = account
        return account

    def account(self, client_id: str = DEFAULT_CLIENT_ID) -> Account:
        """An account as it is now: whatever was due has run. KeyError when there is none."""
        self.catch_up()
        return self._accounts[client_id]
