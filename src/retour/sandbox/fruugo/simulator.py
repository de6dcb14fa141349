"""The simulator of Fruugo: one merchant's account, and the web app that speaks for it."""

from datetime import timedelta

from aiohttp import web

from retour.sandbox.agenda import Agenda
from retour.sandbox.app import Simulator
from retour.sandbox.fruugo.callbacks import Callbacks, Webhook
from retour.sandbox.fruugo.control import Control
from retour.sandbox.fruugo.gate import Credentials, Gate
from retour.sandbox.fruugo.json_api import JsonApi
from retour.sandbox.fruugo.market import Market
from retour.sandbox.fruugo.pages import Pages
from retour.sandbox.fruugo.samples import SAMPLE_ORDERS
from retour.sandbox.fruugo.switches import FruugoSwitches
from retour.sandbox.fruugo.xml_api import XmlApi

DEFAULT_USERNAME = "sandbox@example.org"
DEFAULT_PASSWORD = "sandbox-secret"  # noqa: S105 - opens nothing but this simulator


class FruugoSimulator(Simulator):
    """`market` is what happens on Fruugo, `callbacks` what v3 answers."""

    key = "fruugo"
    merchant_id = "4099"
    switches: FruugoSwitches

    def __init__(self, *, seed: int = 0) -> None:
        super().__init__(FruugoSwitches(), seed=seed)
        self._agenda = Agenda()
        self.credentials = Credentials(DEFAULT_USERNAME, DEFAULT_PASSWORD)
        self.market = Market(self.journal, self.switches, self.clock, self._agenda)
        self.callbacks = Callbacks(self, self._agenda, seed)
        for days, products in SAMPLE_ORDERS:
            order = self.market.place_order(products, placed_at=self.clock.now() - timedelta(days=days))
            self.market.orders.recent.append(order)

    def routes(self) -> list[web.AbstractRouteDef]:
        gate = Gate(self)
        return [
            *XmlApi(self).routes(gate),
            *JsonApi(self).routes(gate),
            *Control(self).routes(),
            *Pages(self).routes(),
        ]

    def app(self) -> web.Application:
        app = super().app()
        app.cleanup_ctx.append(self.callbacks.serve)
        return app

    def catch_up(self) -> None:
        """Does what is due, in order of time: requests of v3, proofs of return, Fruugo's own refunds."""
        self._agenda.run(self.clock.now())

    def set_credentials(self, username: str, password: str) -> None:
        """The login that is right from now on; any other is refused."""
        self.credentials = Credentials(username, password)

    def set_webhook(self, url: str, username: str = "", password: str = "") -> None:
        """Where callbacks go, with Basic authorization when there is a username. ValueError when not loopback, or when
        the login stands in the address."""
        self.callbacks.webhook = Webhook(url, Credentials(username, password) if username else None)
