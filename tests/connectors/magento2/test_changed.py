"""How return requests stand, row by row."""

from typing import Any

import pytest

from retour.connectors.contract import ShopPage
from retour.connectors.errors import (
    ConnectorError,
    Misconfigured,
    Transient,
    Unauthorized,
    Unavailable,
)
from retour.connectors.shops.magento2 import PARALLEL
from retour.core.model import ShopSays
from tests.connectors.asked import make, read
from tests.connectors.magento_plugin import unreadable

from .conftest import STATUS, Shop


async def test_one_failing_row_hides_no_other(shop: Shop, magento: Any) -> None:
    refs = await make(magento, 2 * PARALLEL)
    failing = PARALLEL - 3
    shop.fault("answer", STATUS, skip=3, times=3 * failing, status=500, body="Something went wrong")
    pages, error = await read(magento, refs)
    assert type(error) is Transient
    assert len({said.ref for page in pages for said in page.returns}) == 2 * PARALLEL - failing


@pytest.mark.parametrize("switches", [{"database_down": True}, {"maintenance": True}, {"token": "another"}])
async def test_a_dead_shop_is_asked_no_further(shop: Shop, magento: Any, switches: dict[str, Any]) -> None:
    refs = await make(magento, 5 * PARALLEL)
    await shop.switch(**switches)
    pages, error = await read(magento, refs)
    assert not pages
    assert error is not None
    assert PARALLEL <= await shop.asked() <= 3 * PARALLEL, "one round, and each call at most three times"


@pytest.mark.parametrize(
    ("switches", "kind"),
    [
        ({"token": None}, Misconfigured),
        ({"token": "another"}, Unauthorized),
        ({"returns_enabled": {"1": False, "2": True}}, Misconfigured),
        ({"base_url": "https://www.shop.example.org/"}, Misconfigured),
        ({"plugin_missing": True}, Misconfigured),
        ({"maintenance": True}, Unavailable),
        ({"php_down": True}, Transient),
        ({"missing_table": True}, Transient),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_failing_shop(shop: Shop, magento: Any, switches: dict[str, Any], kind: type[ConnectorError]) -> None:
    refs = await make(magento)
    await shop.switch(**switches)
    _, error = await read(magento, refs)
    assert type(error) is kind


@pytest.mark.parametrize(
    ("answer", "raw"),
    [
        ('{"validated": "true", "return_id": 2, "status": "accepted"}', "return 2"),
        ('{"validated": "true", "status": "accepted"}', "return None"),
        ('{"validated": "true", "return_id": 1, "status": ["accepted"]}', "['accepted']"),
        ('{"validated": "false", "errors": "Warning: bad in /var/www/shop/Status.php"}', "Warning: bad in [path]"),
        ('{"validated": "false", "errors": "The return with id \\"2\\" does not exist."}', '"2" does not'),
        ('{"validated": "false"}', "null"),
    ],
)
async def test_an_answer_that_is_no_answer(shop: Shop, magento: Any, answer: str, raw: str) -> None:
    assert raw in (await unreadable(shop, magento, answer)).raw


async def test_a_page_instead_of_answers(shop: Shop, magento: Any) -> None:
    refs = await make(magento, 3)
    shop.fault("answer", STATUS, status=200, body="<html>Please sign in</html>")
    pages, error = await read(magento, refs)
    assert error is None, "one row alone cannot be read"
    assert [len(page.unreadable) for page in pages] == [1]
    shop.fault("answer", STATUS, times=None, status=200, body="<html>Please sign in</html>")
    pages, error = await read(magento, refs)
    assert type(error) is Transient, "something else than the plugin answers"
    assert not pages


async def test_a_status_that_became_null_is_no_decision(shop: Shop, magento: Any) -> None:
    refs = await make(magento)
    shop.fault("answer", STATUS, status=200, body='{"validated": "true", "return_id": 1, "status": null}')
    pages, error = await read(magento, refs)
    assert error is None
    assert pages == [ShopPage((ShopSays(ref=refs[0], word=None, resolution=None),))]


async def test_only_numbers_are_asked_about(shop: Shop, magento: Any) -> None:
    await make(magento, 2)
    pages, _ = await read(magento, ["1abc", "0", "", "2", "2"])
    assert [row.ref for page in pages for row in page.unreadable] == ["1abc", "0", ""]
    assert [said.ref for page in pages for said in page.returns] == ["2"]
    assert await shop.asked() == 1
