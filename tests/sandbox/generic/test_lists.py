"""The list and the detail of the simulated partner (contract 3.1, 3.2, 5)."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.generic.world import Got, World

ROW = {
    "id", "order_id", "status", "created_at", "updated_at", "customer", "address", "lines", "tracking",
}  # fmt: skip
LINE = {
    "id", "order_line_id", "sku", "ean", "title", "quantity", "reason_code", "reason", "comment", "unit_price",
    "currency",
}  # fmt: skip


async def open_days(world: World, count: int) -> list[str]:
    """Returns of consecutive days, oldest first."""
    return [await world.open(created_at=f"2026-03-{day + 1:02}T10:00:00Z") for day in range(count)]


async def test_the_shape_is_the_contract_s(world: World) -> None:
    ref = await world.open(2, 1, created_at="2026-03-02T09:15:30Z")
    got = await world.returns()
    assert set(got.body) == {"returns", "page", "page_size", "total"}
    assert (got.body["page"], got.body["page_size"], got.body["total"]) == (1, 100, 1)
    (row,) = got.body["returns"]
    assert set(row) == ROW
    assert re.fullmatch(r"R-\d+", ref)
    assert re.fullmatch(r"TBD-\d+", row["order_id"])
    assert (row["id"], row["status"], row["updated_at"]) == (ref, "requested", "2026-03-02T09:15:30Z")
    assert set(row["customer"]) == {"first_name", "last_name", "email"}
    assert set(row["address"]) == {"street", "house_number", "house_number_ext", "zip_code", "city", "country_code"}
    assert set(row["tracking"]) == {"carrier", "code", "url"}
    first, second = row["lines"]
    assert set(first) == LINE
    assert (first["id"], first["quantity"], first["sku"], first["unit_price"]) == ("1", 2, "SKU-0", "10.50")
    assert (first["reason_code"], first["reason"], first["comment"]) == ("too_small", "Te klein", "Past niet")
    assert (second["id"], second["quantity"]) == ("2", 1)
    assert await world.one(ref) == row


async def test_unknown_returns(world: World) -> None:
    assert (await world.api("GET", "/returns/R-1")).error == (404, "not_found", None)
    ref = await world.open()
    await world.control(f"returns/{ref}/forget")
    assert (await world.api("GET", f"/returns/{ref}")).error == (404, "not_found", None)
    assert (await world.returns()).ids == []


async def test_since_is_inclusive_and_order_is_by_change_then_id(world: World) -> None:
    late = await world.open(created_at="2026-03-05T10:00:00Z")
    twins = [await world.open(created_at="2026-03-04T10:00:00Z") for _ in range(2)]
    early = await world.open(created_at="2026-03-03T10:00:00Z")
    assert (await world.returns()).ids == [early, *twins, late]
    assert (await world.returns(updated_since="2026-03-04T10:00:00Z")).ids == [*twins, late]
    assert (await world.returns(updated_since="2026-03-04T11:00:00+01:00")).ids == [*twins, late]
    assert (await world.returns(updated_since="2026-03-04T10:00:01Z")).ids == [late]
    await world.decide(early, "accept")
    got = await world.returns()
    assert got.ids == [*twins, late, early]
    changed = got.body["returns"][-1]
    assert datetime.fromisoformat(changed["updated_at"]) > datetime.fromisoformat(changed["created_at"])


@pytest.mark.parametrize("text", ["yesterday", "2026-03-04T10:00:00", "2026-03-04", ""])
async def test_since_needs_a_moment(world: World, text: str) -> None:
    assert (await world.returns(updated_since=text)).error == (400, "bad_request", "updated_since")


async def test_other_forms_of_since(world: World) -> None:
    _, ref = await open_days(world, 2)
    await world.switch(since_format="epoch")
    moment = int(datetime.fromisoformat("2026-03-02T10:00:00Z").timestamp())
    assert (await world.returns(updated_since=str(moment))).ids == [ref]
    await world.switch(since_format="date")
    assert (await world.returns(updated_since="2026-03-02")).ids == [ref]
    assert (await world.returns(updated_since=str(moment))).status == 400


class TestPages:
    async def test_by_number(self, world: World) -> None:
        refs = await open_days(world, 5)
        pages = [await world.returns(page=str(page), page_size="2") for page in range(1, 5)]
        assert [page.ids for page in pages] == [refs[:2], refs[2:4], refs[4:], []]
        assert {page.body["total"] for page in pages} == {5}
        narrowed = await world.returns(page="1", page_size="2", updated_since="2026-03-04T00:00:00Z")
        assert (narrowed.ids, narrowed.body["total"]) == (refs[3:], 2)
        await world.switch(total_shown=False)
        assert "total" not in (await world.returns()).body

    @pytest.mark.parametrize(
        ("name", "value"), [("page", "0"), ("page", "x"), ("page_size", "0"), ("page_size", "101")]
    )
    async def test_numbers_that_are_refused(self, world: World, name: str, value: str) -> None:
        assert (await world.returns(**{name: value})).error == (400, "bad_request", name)

    async def test_a_page_that_is_too_large_may_be_cut(self, world: World) -> None:
        await world.switch(over_page_size="clamped")
        assert (await world.returns(page_size="500")).body["page_size"] == 100

    async def test_by_offset(self, world: World) -> None:
        refs = await open_days(world, 5)
        await world.switch(page_style="offset")
        pages = [await world.returns(offset=str(offset), limit="2") for offset in (0, 2, 4, 6)]
        assert [page.ids for page in pages] == [refs[:2], refs[2:4], refs[4:], []]
        assert {key: pages[1].body[key] for key in ("offset", "limit", "total")} == {
            "offset": 2,
            "limit": 2,
            "total": 5,
        }

    async def test_by_cursor_nothing_is_passed_over(self, world: World) -> None:
        refs = await open_days(world, 5)
        await world.switch(page_style="cursor", touched_between_pages=1)
        seen: list[str] = []
        query: dict[str, str] = {}
        while True:
            page = await world.returns(limit="2", **query)
            seen += page.ids
            if page.body["next_cursor"] is None:
                break
            query = {"cursor": page.body["next_cursor"]}
        assert seen == [*refs, refs[0]]
        assert (await world.returns(cursor="rubbish")).error == (400, "bad_request", "cursor")

    @pytest.mark.parametrize("place", ["header", "body"])
    async def test_by_link(self, world: World, place: str) -> None:
        def next_of(page: Got) -> str | None:
            if place == "body":
                link: str | None = page.body["links"]["next"]
                return link
            header = page.headers.get("Link")
            return re.fullmatch(r'<(.+)>; rel="next"', header)[1] if header else None  # type: ignore[index]

        refs = await open_days(world, 5)
        await world.switch(page_style="link", link_place=place)
        page = await world.returns(page_size="2", updated_since="2026-03-02T00:00:00Z")
        seen = page.ids
        while link := next_of(page):
            page = await world.api("GET", link)
            seen += page.ids
        assert seen == refs[1:]

    async def test_all_at_once(self, world: World) -> None:
        refs = await open_days(world, 5)
        await world.switch(page_style="none")
        got = await world.returns(page_size="2")
        assert (set(got.body), got.ids) == ({"returns"}, refs)

    async def test_what_changes_meanwhile_shifts_the_pages(self, world: World) -> None:
        refs = await open_days(world, 4)
        await world.switch(touched_between_pages=1)
        first, second = [await world.returns(page=page, page_size="2") for page in ("1", "2")]
        assert (first.ids, second.ids) == (refs[:2], [refs[3], refs[0]])  # the third was passed over
        await world.switch(opened_between_pages=1)
        assert [(await world.returns()).body["total"] for _ in range(2)] == [4, 5]


class TestRows:
    @pytest.mark.parametrize(
        ("flaw", "read"),
        [
            ("no_id", lambda row: "id" not in row),
            ("no_order_id", lambda row: "order_id" not in row),
            ("no_status", lambda row: "status" not in row),
            ("no_updated_at", lambda row: "updated_at" not in row),
            ("no_lines", lambda row: "lines" not in row),
            ("line_no_id", lambda row: "id" not in row["lines"][0]),
            ("line_no_product", lambda row: not {"sku", "ean", "order_line_id"} & set(row["lines"][0])),
            ("wrong_type", lambda row: row["lines"][0]["quantity"] == "two"),
            ("not_an_object", lambda row: isinstance(row, str)),
            ("bad_time", lambda row: row["updated_at"] == "yesterday"),
            ("unknown_status", lambda row: row["status"] == "awaiting_pickup"),
            ("unknown_values", lambda row: row["lines"][0]["reason_code"] == "colour_of_the_moon"),
            ("bare", lambda row: set(row) == {"id", "order_id", "status", "updated_at", "lines"}),
            ("nulls", lambda row: row["customer"] is None and row["lines"][0]["ean"] is None),
        ],
    )
    async def test_a_spoiled_row_spoils_no_other(self, world: World, flaw: str, read: Any) -> None:
        spoiled, sound = await open_days(world, 2)
        await world.control("garble", {"return_id": spoiled, "flaw": flaw})
        rows = (await world.returns()).body["returns"]
        assert read(rows[0])
        assert rows[1] == await world.one(sound)
        assert (await world.one(spoiled))["id"] == spoiled

    async def test_the_freedom_of_a_profile(self, world: World) -> None:
        ref = await world.open(2, created_at="2026-07-02T09:15:30Z")
        await world.switch(
            renamed={"returns": "items", "id": "number", "lines": "articles"},
            status_words={"requested": "NEW", "accepted": "OK"},
            decision_words={"accept": "APPROVED"},
            decision_method="PUT",
            money="comma",
            times="offset",
        )
        (row,) = (await world.returns()).body["items"]
        assert (row["number"], row["status"], row["created_at"]) == (ref, "NEW", "2026-07-02T11:15:30+02:00")
        assert row["articles"][0]["unit_price"] == "10,50"
        body = {"decision": "APPROVED", "articles": [{"number": "1", "quantity": 2}]}
        path = f"/returns/{ref}/decision"
        assert (await world.api("POST", path, json=body)).status == 405
        assert (await world.api("PUT", path, json=body | {"decision": "accept"})).error == (
            422,
            "validation",
            "decision",
        )
        got = await world.api("PUT", path, json=body)
        assert (got.status, got.body["status"]) == (200, "OK")
        assert await world.journal() == [("refund", ref, "1", 2)]
        await world.switch(money="number", times="local", renamed={})
        told = await world.one(ref)
        assert (told["created_at"], Decimal(str(told["lines"][0]["unit_price"]))) == (
            "2026-07-02T11:15:30",
            Decimal("10.5"),
        )

    async def test_lines_may_say_what_was_decided(self, world: World) -> None:
        ref = await world.open(3)
        await world.switch(line_outcomes=True)
        await world.decide(ref, "accept", lines=[{"id": "1", "quantity": 2}])
        (line,) = (await world.one(ref))["lines"]
        assert (line["accepted"], line["rejected"]) == (2, 0)
