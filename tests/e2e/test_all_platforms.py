"""Every marketplace and every shop of the demo: what was there before it began goes all the way, once."""

import os
import re
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.e2e.demo import Demo, ask, until

pytestmark = pytest.mark.xdist_group("browser")

Row = dict[str, Any]

IN_JOURNAL: dict[str, Callable[[Row, Row], str]] = {
    "bol-nl": lambda _, line: line["ref"],
    "fruugo": lambda _, line: line["ref"].rpartition(":")[0],
    "miravia": lambda _, line: line["ref"],
    "zalando": lambda _, line: line["ref"],
    "otto": lambda _, line: line["ref"],
    "tobedressed": lambda row, _: row["ref"],
    "walmart": lambda row, _: row["ref"],
    "amazon": lambda row, _: row["ref"].rpartition(":")[2],
}
"""By which ref a marketplace's journal knows a line of a return."""


def test_every_marketplace_is_played(demo: Demo) -> None:
    assert demo.now["marketplaces"].keys() == IN_JOURNAL.keys()


def test_the_doctor_finds_everything_well(demo: Demo) -> None:
    found = demo.command("doctor", "--json")
    assert found["ok"], [finding for finding in found["connections"] if not finding["ok"]]
    examined = {finding["connection"].removeprefix("acme/") for finding in found["connections"]}
    shops = {f"{project}/shop" for project in demo.now["shops"]}
    assert examined >= shops
    assert {name.rpartition("/")[2] for name in examined - shops} == demo.now["marketplaces"].keys()
    assert {finding["state"] for finding in found["connections"]} == {"Active"}


def test_returns_of_every_marketplace_come_into_the_shop_and_back(demo: Demo) -> None:
    def told() -> list[tuple[Row, Row]]:
        """A line of each marketplace that was accepted in the shop, and of which the marketplace was told."""
        found = {row["connection"]: (row, line) for row, line in _lines(demo) if _told(line, "accept") == "confirmed"}
        return list(found.values()) if found.keys() == IN_JOURNAL.keys() else []

    for row, line in until(told, "not every marketplace was told something", 120):
        assert _created(demo, row["project"], line["shop_return"]) == 1, row
        ref = IN_JOURNAL[row["connection"]](row, line)
        refunds = demo.journal(row["connection"], kind="refund", ref=ref)
        assert sum(entry["quantity"] for entry in refunds) == line["quantity"], row


def test_what_cannot_be_told_is_told_by_hand(demo: Demo) -> None:
    def by_hand() -> list[tuple[Row, Row]]:
        found = [(row, line) for row, line in _lines(demo) if _told(line, "exchange") == "by_hand"]
        wanted = {"fruugo", "zalando", "otto", "walmart"}
        return found if wanted <= {row["connection"] for row, _ in found} else []

    for row, line in until(by_hand, "nothing is left to be told by hand"):
        assert row["stage"] == "attention", row
        assert not demo.journal(row["connection"], kind="refund", ref=IN_JOURNAL[row["connection"]](row, line)), row


def test_what_nobody_announced_is_reported_and_refunded(demo: Demo) -> None:
    found = re.findall(r"order (\S+) at (Zalando|OTTO)$", demo.text, re.MULTILINE)
    assert {title for _, title in found} == {"Zalando", "OTTO"}
    for order, title in found:
        connection = title.lower()
        asked = demo.command("returns", "report", connection, order, "--json")
        units = [line["line"] for line in asked["lines"] if line["returnable"]]
        options = [word for unit in units for word in ("--unit", unit)]
        demo.command("returns", "report", connection, order, *options, "--resolution", "accept", "--json")
        for unit in units:
            until(partial(demo.journal, connection, kind="refund", ref=unit, by="api"), f"{title} was not told")


def test_a_shops_own_system_reports_what_nobody_announced_over_the_api(demo: Demo) -> None:
    system = demo.address("workshop")
    assert demo.now["apis"]["workshop"] in demo.text
    orders = [order for order in ask(f"{system}/_sandbox/orders") if order["lines"][0]["quantity"] == 1]
    before = len(demo.journal("otto", kind="refund", by="api"))
    report = {"products": [{"id": orders[0]["lines"][0]["sku"], "quantity": 1}]}
    said = ask(f"{system}/_sandbox/orders/{orders[0]['number']}/report", report)
    assert said["status"] == "success", said
    until(lambda: len(demo.journal("otto", kind="refund", by="api")) > before, "OTTO was not told")
    again = ask(f"{system}/_sandbox/orders/{orders[0]['number']}/report", report)
    assert again["status"] == "error", "what has come back cannot come back again"


def test_a_hub_that_starts_again_repeats_nothing_anywhere(demo: Demo) -> None:
    until(lambda: not _under_way(demo), "something does not come to its end", 90)
    before, asked = _all_that_happened(demo), _asked(demo)
    killed = demo.now["hub_process"]
    os.kill(killed, signal.SIGKILL)
    until(lambda: demo.now["hub_process"] != killed, "the hub did not come back")
    # Amazon is asked for its next report minutes later; everybody else is looked at again.
    looked = {name for name in asked if name != "amazon"}
    until(lambda: all(_asked(demo)[name] > asked[name] for name in looked), "not everything is looked at")
    until(lambda: not _under_way(demo), "something is wanted again")
    # Marketplaces act by themselves meanwhile, on other returns: what was there must not come a second time.
    after = _all_that_happened(demo)
    again = {
        (name, entry): count
        for name, entries in after.items()
        for entry, count in entries.items()
        if entry[0] in ONCE and count > max(1, before[name][entry])
    }
    assert not again


ONCE = {"refund", "settled", "created", "credit_memo"}
"""The journals' words for money and for requests in a shop."""


def _lines(demo: Demo) -> list[tuple[Row, Row]]:
    return [(row, line) for row in demo.returns().values() for line in row["lines"]]


def _told(line: Row, resolution: str) -> str | None:
    """How far the only decision is, when it is this one of the shop."""
    shops = [(one["resolution"], one["source"]) == (resolution, "shop") for one in line["decisions"]]
    return line["decisions"][0]["told"] if shops == [True] else None


def _created(demo: Demo, project: str, shop_return: str) -> int:
    """How often the shop was given this request."""

    def name(entry: Row) -> str:
        if project != "studio":
            return str(entry["ref"])
        return f"{entry['detail']['order']}#{entry['ref'].rpartition(':')[2]}"  # a line in the note of an order

    return sum(name(entry) == shop_return for entry in demo.journal(project, kind="created"))


def _under_way(demo: Demo) -> list[Row]:
    rows = demo.returns().values()
    return [
        row for row in rows if any(e["state"] in {"wanted", "sending", "unknown", "pending"} for e in row["effects"])
    ]


def _all_that_happened(demo: Demo) -> dict[str, Counter[tuple[str, str, int]]]:
    return {
        name: Counter((entry["kind"], entry["ref"], entry["quantity"]) for entry in demo.journal(name))
        for name in demo.now["marketplaces"] | demo.now["shops"]
    }


def _asked(demo: Demo) -> dict[str, int]:
    names = demo.now["marketplaces"] | demo.now["shops"]
    return {name: sum(ask(f"{demo.address(name)}/_sandbox/calls").values()) for name in names}
