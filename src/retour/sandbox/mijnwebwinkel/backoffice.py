"""The back office at `/`: where a person plays the merchant. Plain forms, no login, no JavaScript."""

from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from typing import Final

from aiohttp import web

from retour.sandbox.app import Handler
from retour.sandbox.mijnwebwinkel import notes, pages
from retour.sandbox.mijnwebwinkel.merchant import Merchant, Unknown
from retour.sandbox.mijnwebwinkel.shop import MERCHANT, Credit, Shop
from retour.sandbox.panel import sheet

Change = Callable[[web.Request], Awaitable[str]]
"""Does what a form asks for, and tells where to go next."""

_REQUESTS: Final = 50


class BackOffice:
    """The pages and what their buttons do. Every change answers 303 to an order's page."""

    def __init__(self, shop: Shop, merchant: Merchant) -> None:
        self._shop = shop
        self._merchant = merchant

    def routes(self) -> list[web.AbstractRouteDef]:
        changes = {
            "note": self._save_note,
            "status": self._change_status,
            "archive": self._archive,
            "decide": self._decide,
            "credit": self._credit,
            "stock": self._put_back_stock,
            "refund": self._refund,
        }
        return [
            web.get("/", self._home),
            web.get("/orders/{number}", self._detail),
            *(web.post(f"/orders/{{number}}/{name}", _answering(change)) for name, change in changes.items()),
        ]

    async def _home(self, request: web.Request) -> web.Response:
        shown = sheet(request, list(self._shop.orders)[::-1])
        return pages.home_page(self._shop, shown, self._merchant.requests()[-_REQUESTS:][::-1])

    async def _detail(self, request: web.Request) -> web.Response:
        try:
            order = self._merchant.order(request.match_info["number"])
        except Unknown as unknown:
            raise web.HTTPNotFound(text=str(unknown)) from None
        asked = notes.requests_in(order.internal, self._shop.switches.marker)
        return pages.order_page(self._shop, order, asked, request.query.get("done", ""))

    async def _save_note(self, request: web.Request) -> str:
        """Saves what the form holds, whatever was saved since it was opened."""
        number = request.match_info["number"]
        self._merchant.save_note(number, await _field(request, "text"))
        return f"/orders/{number}?done=note"

    async def _change_status(self, request: web.Request) -> str:
        number = request.match_info["number"]
        self._merchant.change_status(number, _whole(await _field(request, "status")))
        return f"/orders/{number}?done=status"

    async def _archive(self, request: web.Request) -> str:
        order = self._merchant.order(request.match_info["number"])
        self._merchant.archive(order.name, not order.archived)
        return f"/orders/{order.name}?done=archive"

    async def _decide(self, request: web.Request) -> str:
        order = self._merchant.decide(await _field(request, "key"), await _field(request, "word"))
        return f"/orders/{order.name}?done=decide"

    async def _credit(self, request: web.Request) -> str:
        original = self._merchant.order(request.match_info["number"])
        form = await request.post()
        units = [(line, _whole(str(form.get(f"units.{line.id}", "0")))) for line in original.lines]
        chosen = [(line, quantity) for line, quantity in units if quantity]
        if original.credited or not chosen or any(quantity > line.quantity for line, quantity in chosen):
            raise ValueError("Choose how many units of an order's items are credited.")
        whole = len(chosen) == len(original.lines) and all(line.quantity == quantity for line, quantity in chosen)
        credit = Credit(
            original=original,
            status=_whole(await _field(request, "status")),
            lines=chosen,
            shipping_costs=original.shipping_costs if whole else Decimal(0),
            payment_costs=original.payment_costs if whole else Decimal(0),
            put_back_stock="stock" in form,
        )
        return f"/orders/{self._shop.credit(credit, MERCHANT).name}?done=credit"

    async def _put_back_stock(self, request: web.Request) -> str:
        number = request.match_info["number"]
        self._merchant.put_back_stock(number)
        return f"/orders/{number}?done=stock"

    async def _refund(self, request: web.Request) -> str:
        number = request.match_info["number"]
        try:
            amount = Decimal((await _field(request, "amount")).replace(",", "."))
        except InvalidOperation:
            raise ValueError("This is not an amount.") from None
        self._merchant.refund(number, amount if amount.is_finite() else Decimal(0))
        return f"/orders/{number}?done=refund"


def _answering(change: Change) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            there = await change(request)
        except Unknown as unknown:
            raise web.HTTPNotFound(text=str(unknown)) from None
        except ValueError as refused:
            raise web.HTTPBadRequest(text=str(refused)) from None
        raise web.HTTPSeeOther(there)

    return handle


async def _field(request: web.Request, name: str) -> str:
    value = (await request.post()).get(name)
    if not isinstance(value, str):
        raise ValueError(f"The field {name} is missing.")  # noqa: TRY004 - a form's fault, answered as such
    return value


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise ValueError("This is not a number.")
    return int(text)
