"""What Magento's REST API shows of an order in any shop, shaped after the 2.4.8 admin schema.

A field without a value is left out, as Magento does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from retour.sandbox.magento.search import Column


@dataclass(frozen=True, slots=True)
class Address:
    """Who pays, and where the parcel went."""

    firstname: str = "Noor"
    lastname: str = "Example"
    email: str = "noor@example.org"
    company: str | None = None
    vat_id: str | None = None
    street: tuple[str, ...] = ("Kanaalweg 12 B",)
    postcode: str = "3526 KL"
    city: str = "Utrecht"
    country_id: str = "NL"
    telephone: str = "0000000000"


class Order(Protocol):
    """What every shop keeps of an order; times are "YYYY-MM-DD HH:MM:SS" as the shop writes them."""

    entity_id: int
    increment_id: str
    ext_order_id: str | None
    store_id: int
    state: str
    status: str
    created_at: str
    updated_at: str
    billing: Address
    currency: str
    shipping_amount: float
    shipping_refunded: float
    payment_method: str

    @property
    def subtotal(self) -> float: ...

    @property
    def grand_total(self) -> float: ...


ORDER_COLUMNS: Final[Mapping[str, Callable[[Order], Column]]] = {
    "entity_id": lambda order: order.entity_id,
    "increment_id": lambda order: order.increment_id,
    "ext_order_id": lambda order: order.ext_order_id,
    "store_id": lambda order: order.store_id,
    "status": lambda order: order.status,
    "state": lambda order: order.state,
    "created_at": lambda order: order.created_at,
    "updated_at": lambda order: order.updated_at,
    "customer_email": lambda order: order.billing.email,
    "customer_firstname": lambda order: order.billing.firstname,
    "customer_lastname": lambda order: order.billing.lastname,
    "grand_total": lambda order: order.grand_total,
}
"""Only top-level attributes can be searched."""


def order_fields(order: Order) -> dict[str, Any]:
    """Those of `sales-data-order-interface` that do not hang on the order's lines or its history."""
    billing = order.billing
    return present(
        {
            "base_currency_code": order.currency,
            "base_grand_total": order.grand_total,
            "billing_address_id": order.entity_id * 2,
            "created_at": order.created_at,
            "customer_email": billing.email,
            "customer_firstname": billing.firstname,
            "customer_lastname": billing.lastname,
            "customer_taxvat": billing.vat_id,
            "entity_id": order.entity_id,
            "ext_order_id": order.ext_order_id,
            "grand_total": order.grand_total,
            "increment_id": order.increment_id,
            "order_currency_code": order.currency,
            "shipping_amount": order.shipping_amount,
            "shipping_refunded": order.shipping_refunded or None,
            "state": order.state,
            "status": order.status,
            "store_id": order.store_id,
            "subtotal": order.subtotal,
            "total_paid": order.grand_total,
            "updated_at": order.updated_at,
            "billing_address": _billing(order),
            "payment": {
                "account_status": "",
                "additional_information": [order.payment_method],
                "amount_ordered": order.grand_total,
                "cc_last4": "",
                "entity_id": order.entity_id,
                "method": order.payment_method,
                "parent_id": order.entity_id,
            },
        }
    )


def present(document: dict[str, Any]) -> dict[str, Any]:
    """The document without the fields that have no value."""
    return {name: value for name, value in document.items() if value is not None}


def _billing(order: Order) -> dict[str, Any]:
    address = order.billing
    return present(
        {
            "address_type": "billing",
            "city": address.city,
            "company": address.company,
            "country_id": address.country_id,
            "email": address.email,
            "entity_id": order.entity_id * 2,
            "firstname": address.firstname,
            "lastname": address.lastname,
            "parent_id": order.entity_id,
            "postcode": address.postcode,
            "street": list(address.street),
            "telephone": address.telephone,
            "vat_id": address.vat_id,
        }
    )
