"""A list of orders is taken in row by row; bad rows are shown and hold up no other."""

from pathlib import Path

import pytest

from retour.store.models import MarketplaceOrder
from tests.cli.hub import Result, run

pytestmark = pytest.mark.usefixtures("project")


def _import(folder: Path, content: str | bytes, *words: str) -> Result:
    path = folder / "orders.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    result = run("orders", "import", str(path), "--project", "acme/webshop", *words)
    return Result(result.code, result.out, result.err.replace(str(path), "orders.csv"))


def _links() -> dict[str, str]:
    return dict(MarketplaceOrder.objects.values_list("ref", "shop_order"))


@pytest.mark.parametrize(
    "content",
    [
        "marketplace_order,shop_order\nC1,000000001\nC2,000000002\n",
        "shop_order;marketplace_order\r\n000000001;C1\r\n000000002;C2\r\n",
        "\ufeffMarketplace Order\tremark\tShop-Order\nC1\tx\t000000001\n\nC2\t\t000000002",
        'marketplace_order,shop_order\n"C1","000000001"\n C2 , 000000002 \n',
        "marketplace_order,name,shop_order\nC1,Ren\xe9e,000000001\nC2,,000000002\n".encode("latin-1"),
    ],
)
def test_a_list_as_spreadsheets_write_it(tmp_path: Path, content: str | bytes) -> None:
    result = _import(tmp_path, content)
    assert (result.code, result.out, result.err) == (0, "2 added, 0 changed, 0 unchanged, 0 bad.\n", "")
    assert _links() == {"C1": "000000001", "C2": "000000002"}


def test_it_can_be_imported_again(tmp_path: Path) -> None:
    _import(tmp_path, "marketplace_order,shop_order\nC1,1\nC2,2\n")
    MarketplaceOrder.objects.update(shop_order_id="77", products=[["MUG", "5"]])
    result = _import(tmp_path, "marketplace_order,shop_order\nC1,1\nC2,3\nC4,4\n", "--json")
    assert result.json == {"added": 1, "changed": 1, "unchanged": 1, "bad": 0, "mistakes": []}
    rows = MarketplaceOrder.objects.order_by("ref").values_list("ref", "shop_order", "shop_order_id", "linked_by")
    assert list(rows) == [("C1", "1", "77", "import"), ("C2", "3", "", "import"), ("C4", "4", "", "import")]


def test_bad_rows_are_shown_with_their_lines(tmp_path: Path) -> None:
    content = "marketplace_order,shop_order\nC1,1\nC2,\n,3\nC1,9\nC1,1\nC5\n" + "x" * 201 + ",1\nC7,7\n"
    result = _import(tmp_path, content)
    assert (result.code, result.out) == (1, "2 added, 0 changed, 0 unchanged, 5 bad.\n")
    assert result.err.splitlines() == [
        "orders.csv:3: shop_order is empty.",
        "orders.csv:4: marketplace_order is empty.",
        "orders.csv:5: C1 is 1 in line 2 and 9 here. The first one is taken.",
        "orders.csv:7: shop_order is empty.",
        "orders.csv:8: marketplace_order is longer than 200 characters.",
    ]
    assert _links() == {"C1": "1", "C7": "7"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "",
            "orders.csv:1: The first row must name the columns marketplace_order and shop_order, each once. "
            "It names: nothing.",
        ),
        ("order,shop_order\nC1,1\n", "It names: order, shop_order."),
        ("marketplace_order,shop_order\nC1,1\n".encode("utf-16"), "orders.csv is in UTF-16. Save it as CSV in UTF-8."),
    ],
)
def test_what_is_no_such_list_is_said_so(tmp_path: Path, content: str | bytes, words: str) -> None:
    result = _import(tmp_path, content)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_a_wrong_project_or_file_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("marketplace_order,shop_order\n")
    result = run("orders", "import", str(tmp_path / "orders.csv"), "--project", "webshpo")
    assert (result.code, result.err) == (
        2,
        "retour: There is no project webshpo. Did you mean webshop? There are: acme/webshop.\n",
    )
    result = run("orders", "import", str(tmp_path / "none.csv"), "--project", "webshop")
    assert (result.code, result.err) == (
        2,
        f"retour: {tmp_path / 'none.csv'} cannot be read: No such file or directory.\n",
    )


def test_a_long_list_is_taken_in_batches(tmp_path: Path) -> None:
    rows = "".join(f"C{number},{number}\n" for number in range(2_500))
    result = _import(tmp_path, f"marketplace_order,shop_order\n{rows}", "--json")
    assert result.json["added"] == MarketplaceOrder.objects.count() == 2_500
