"""What every shop keeps of a return: who sends it back, to whom the invoice went; and that less will do."""

from typing import Final

import pytest

from retour.core.model import Resolution
from tests.every.shops import SHOPS, ShopWorld

SENDER: Final = {
    "first_name": "Wilhelmina",
    "surname": "Voorbeeld",
    "street_name": "Langestraat",
    "house_number": "77",
    "zip_code": "7607XX",
    "city": "Almelo",
    "country_code": "NL",
    "email": "relay.77@example.org",
}
BUYER: Final = {
    "company": "Bakkerij Proef",
    "street_name": "Korenmolen",
    "house_number": "4211",
    "zip_code": "9711YY",
    "city": "Groningen",
    "vat_number": "NL000000077B01",
}
NOBODY: Final = dict.fromkeys((*SENDER, "salutation"), "") | {"country_code": "NL"}


@pytest.mark.parametrize("shop", SHOPS)
async def test_delivery_and_invoice_details_are_in_the_shops_record(shops: ShopWorld) -> None:
    announced = await shops.announce(customer=SENDER)
    shops.invoiced_to(announced, **BUYER)
    other = await shops.announce()
    await shops.comes_to_rest(announced, other)
    record = await shops.shop.record(await shops.ref(announced))
    for known in ("surname", "street_name", "house_number", "zip_code", "city"):
        assert SENDER[known] in record, f"the sender's {known} is missing in: {record}"
    for known, told in BUYER.items():
        assert told in record, f"the invoice's {known} is missing in: {record}"
    assert announced.ref in record
    record = await shops.shop.record(await shops.ref(other))
    assert not any(told in record for told in (SENDER["street_name"], *BUYER.values()))


@pytest.mark.parametrize("shop", SHOPS)
async def test_a_return_without_personal_data_is_one_as_well(shops: ShopWorld) -> None:
    """bol tells nothing of the customer, and does not know the order any more."""
    announced = await shops.announce(customer=NOBODY)
    await shops.bol.command("DELETE", f"/_sandbox/orders/{announced.order_ref}")
    [shape] = await shops.comes_to_rest(announced)
    assert (shape["stage"], shape["why"]["key"]) == ("open", "waits_for_merchant"), shape
    record = await shops.shop.record(await shops.ref(announced))
    assert announced.ref in record
    assert "None" not in record
    await shops.shop_decides(announced, Resolution.ACCEPT)
    await shops.comes_to_its_end(announced)
    assert await shops.told(announced) == [("refund", "RETURN_RECEIVED", 1)]
    assert len(await shops.made()) == 1
