"""Orders, payments and the store as the API shows them (contract 4, and PY's live shapes where it says so)."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from retour.sandbox.mijnwebwinkel.money import CENT, STANDARD_RATE, with_tax, without_tax
from retour.sandbox.mijnwebwinkel.orders import Address, Article, Line, Option, Order, Payment
from retour.sandbox.mijnwebwinkel.shop import Shop
from retour.sandbox.mijnwebwinkel.switches import Garble

Json = dict[str, Any]

_COUNTRIES = {"NL": "Nederland", "BE": "België", "DE": "Duitsland", "FR": "Frankrijk"}


class Documents:
    """Writes what the shop knows, under its switches."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def order(self, order: Order, version: str) -> Any:
        document = self._order(order)
        if version == "1":
            document |= self._deprecated(order)
        flaw = self._shop.switches.garbled_rows.get(order.name)
        return document if flaw is None else _garbled(document, flaw)

    def payments(self, order: Order, *, mutations: bool) -> Json:
        """A credit order has none of its own (contract 5)."""
        payments = [] if order.payment is None else [self._payment(order.payment, order, mutations=mutations)]
        return {"payments": payments}

    def _order(self, order: Order) -> Json:
        switches = self._shop.switches
        placed = self._shop.local(order.placed_at)
        changed = self._shop.local(order.status_changed_at) if order.status_changed_at else None
        comments = {"customer": order.comment, "internal": order.internal}
        country = order.debtor.delivery or order.debtor.invoice
        return {
            "number": order.name if switches.number_as_string or order.test else order.number,
            "uuid": order.uuid,
            "date": placed.strftime("%Y-%m-%d"),
            "time": placed.strftime("%H:%M:%S"),
            "status": order.status,
            **({"status_changed_date": changed.strftime("%Y-%m-%d")} if changed else {}),
            **({"status_changed_time": changed.strftime("%H:%M:%S")} if changed else {}),
            "weight": "0",
            "archived": order.archived,
            "taxed": "include",
            "locale": "nl_NL",
            "currency": "EUR",
            "currency_format_locale": "nl_NL",
            **({"credited_order_number": self._linked(order.credited)} if order.credited else {}),
            "credit_order_numbers": [self._linked(name) for name in order.credits],
            "comments": {name: text for name, text in comments.items() if text},
            "business_model": "B2B" if order.business else "B2C",
            **({"reference": order.reference} if order.business else {}),
            **({"offline_location_id": order.offline_location_id} if order.offline_location_id else {}),
            "tax_region": "NL",
            "tax_strategy": "",
            **({"partner": {"name": order.partner}} if order.partner else {}),
            "debtor": self._debtor(order),
            "price": {"tax": self._tax(order), "total": self._amount(_sign(order) * order.total)},
            "orderlines": [self._line(order, line) for line in order.lines] + self._costs(order),
            "shipping": [
                {"country": [] if order.pickup else _country(country.country_code)},
            ],
        }

    def _deprecated(self, order: Order) -> Json:
        """What version 2-beta no longer has."""
        payment = order.payment
        summary = {"gateway_name": payment.gateway, "method_name": payment.method} if payment else {}
        return {
            "finished": True,
            "payment_status": order.payment_status,
            **({"payment": summary} if summary else {}),
        }

    def _linked(self, name: str) -> int | str:
        as_text = self._shop.switches.linked_numbers_as_strings or not name.isdecimal()
        return name if as_text else int(name)

    def _amount(self, amount: Decimal) -> float | str:
        return float(amount) if self._shop.switches.amounts_as_numbers else str(amount)

    def _debtor(self, order: Order) -> Json:
        debtor = order.debtor
        address = {"invoice": _address(debtor.invoice)}
        if debtor.delivery is not None:
            address["delivery"] = _address(debtor.delivery)
        known = {"id": debtor.id, "link_to_account": True} if debtor.id else {}
        return {**known, "email": debtor.email, "address": address}

    def _tax(self, order: Order) -> Any:
        sums: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
        for line in order.lines:
            sums[line.rate] += line.total - without_tax(line.total, line.rate)
        for costs in (order.shipping_costs, order.payment_costs):
            if costs:
                sums[STANDARD_RATE] += with_tax(costs, STANDARD_RATE) - costs
        taxes = [
            {"rate": self._amount(rate), "amount": self._amount((_sign(order) * tax).quantize(CENT))}
            for rate, tax in sorted(sums.items())
        ]
        shape = self._shop.switches.tax_shape
        if shape == "object" or (shape == "mixed" and len(taxes) == 1):
            return taxes[0] if taxes else {"rate": self._amount(STANDARD_RATE), "amount": self._amount(Decimal("0.00"))}
        return taxes

    def _line(self, order: Order, line: Line) -> Json:
        negative = order.credited is not None and self._shop.switches.negative_credit_quantities
        total = _sign(order) * line.total
        document: Json = {
            "id": line.id,
            "type": "article" if line.article else "custom",
            "quantity": -line.quantity if negative else line.quantity,
            "weight": "0",
            "description": line.description,
            "price": self._price(total, line.rate),
        }
        if line.article is not None:
            document["articles"] = [self._article(line.article, line.options)]
        else:
            document["unit_price"] = self._price(line.unit_price, line.rate)
        return document

    def _price(self, total: Decimal, rate: Decimal) -> Json:
        return {
            "amount": self._amount(without_tax(total, rate)),
            "amount_including_tax": self._amount(total),
            "rate": self._amount(rate),
        }

    def _article(self, article: Article, options: tuple[Option, ...]) -> Json:
        amount = self._amount(without_tax(article.price, article.rate))
        return {
            "id": article.id,
            "sku": article.sku,
            "description": article.description,
            "price": {"amount": amount, "rate": self._amount(article.rate)},
            "options": [
                {
                    "list_option_id": option.list_option_id,
                    "description": option.description,
                    "price": str(option.price),
                }
                for option in options
            ],
        }

    def _costs(self, order: Order) -> list[Json]:
        """Lines of type `payment`: the costs of the payment with a list of prices, of the shipping with one."""
        lines: list[Json] = []
        for costs, listed in ((order.payment_costs, True), (order.shipping_costs, False)):
            if costs:
                price = self._price(_sign(order) * with_tax(costs, STANDARD_RATE), STANDARD_RATE)
                number = f"{order.uuid[:-1]}{'0' if listed else '1'}"
                lines.append({"id": number, "type": "payment", "quantity": 1, "price": [price] if listed else price})
        return lines

    def _payment(self, payment: Payment, order: Order, *, mutations: bool) -> Json:
        made = payment.made_at.isoformat(timespec="seconds")
        rows = [
            {
                "id": mutation.id,
                "type": mutation.type,
                "reference": None,
                "price": mutation.amount,
                "description": None,
                "createdAt": mutation.at.isoformat(timespec="seconds"),
                "expiresAt": None,
            }
            for mutation in payment.mutations
        ]
        return {
            "id": payment.id,
            "gateway": payment.gateway,
            "method": payment.method,
            "price": payment.amount,
            "currency": "EUR",
            "reference": payment.reference,
            "isTest": order.test,
            "createdAt": made,
            "updatedAt": made,
            **({"mutations": rows} if mutations else {}),
        }


def store_document(uuid: str) -> Json:
    return {
        "id": uuid,
        "name": "Sandbox Servies",
        "primary_domain": "https://servies.example.org",
        "description": "Made-up crockery",
        "open": True,
        "version": "Premium",
        "administration_language": "nl_NL",
        "currency": "EUR",
        "prices_include_tax": True,
        "default_language": "nl_NL",
        "active_languages": ["nl_NL", "en_GB"],
        "currency_format_locale": "nl_NL",
        "available_business_models": "ALL",
        "region_code": "NL",
    }


def _sign(order: Order) -> int:
    """A credit order is a negative order (contract 5)."""
    return -1 if order.credited else 1


def _country(code: str) -> Json:
    return {"description": _COUNTRIES.get(code, code), "isocode": code}


def _address(address: Address) -> Json:
    fields = {
        "gender": address.gender,
        "name": address.name,
        "company": address.company,
        "street": address.street,
        "number": address.number,
        "zipcode": address.zipcode,
        "city": address.city,
        "country": _COUNTRIES.get(address.country_code, address.country_code),
        "country_code": address.country_code,
        "phone": address.phone,
        "taxnumber": address.taxnumber,
    }
    return {name: text for name, text in fields.items() if text}


def _garbled(document: Json, flaw: Garble) -> Any:
    strange = {"id": document["uuid"], "type": "gift_wrap", "quantity": 1, "description": "Cadeauverpakking"}
    garbled: dict[Garble, Any] = {
        "no_number": {name: value for name, value in document.items() if name != "number"},
        "no_status": {name: value for name, value in document.items() if name != "status"},
        "status_text": {**document, "status": "Verzonden"},
        "comments_array": {**document, "comments": []},
        "no_orderlines": {**document, "orderlines": None},
        "not_an_object": f"order {document['number']}",
        "unknown_values": {
            **document,
            "locale": "xx_XX",
            "business_model": "C2C",
            "payment_status": "on_the_moon",
            "orderlines": [*document["orderlines"], strange],
            "field_of_tomorrow": {"a": [1, None]},
        },
    }
    return garbled[flaw]
