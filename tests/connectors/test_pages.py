"""Walks over pages: nothing is skipped, nothing goes on for ever."""

from collections.abc import AsyncIterator
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.connectors.errors import Transient
from retour.connectors.pages import Endless, by_cursor, by_link, by_offset, by_page

T = TypeVar("T")
ROWS = list("abcdefghij")


async def walked(pages: AsyncIterator[T]) -> list[T]:
    return [page async for page in pages]


def rows_of(pages: list[list[str]]) -> list[str]:
    return [row for page in pages for row in page]


class Listing:
    """A platform's list, and what was asked of it."""

    def __init__(self, rows: list[str], size: int) -> None:
        self.rows, self.size = rows, size
        self.asked: list[object] = []

    async def page(self, number: int) -> list[str]:
        self.asked.append(number)
        return self.rows[(number - 1) * self.size : number * self.size]

    async def offset(self, offset: int) -> list[str]:
        self.asked.append(offset)
        return self.rows[offset : offset + self.size]

    async def cursor(self, cursor: str | None) -> tuple[list[str], str | None]:
        self.asked.append(cursor)
        start = int(cursor or "0")
        following = start + self.size
        return self.rows[start:following], str(following) if following < len(self.rows) else None


class TestByPage:
    @given(st.lists(st.text(), unique=True, max_size=30), st.integers(1, 10))
    async def test_every_row_is_seen_once(self, rows: list[str], size: int) -> None:
        assert rows_of(await walked(by_page(Listing(rows, size).page))) == rows

    async def test_it_stops_where_the_caller_says_after_that_page(self) -> None:
        listing = Listing(ROWS, 4)
        pages = await walked(by_page(listing.page, stop=lambda page: len(page) < 4))
        assert [len(page) for page in pages] == [4, 4, 2]
        assert listing.asked == [1, 2, 3]

    async def test_it_may_count_from_nought(self) -> None:
        listing = Listing(ROWS, 6)
        assert await walked(by_page(lambda number: listing.page(number + 1), first=0)) == [ROWS[:6], ROWS[6:]]

    async def test_pages_are_fetched_when_they_are_asked_for(self) -> None:
        listing = Listing(ROWS, 2)
        async for page in by_page(listing.page):
            if "c" in page:
                break
        assert listing.asked == [1, 2]

    async def test_a_platform_that_ignores_the_number(self) -> None:
        listing = Listing(ROWS, 4)
        pages = by_page(lambda _: listing.page(1))
        assert await anext(pages) == ROWS[:4]
        with pytest.raises(Endless, match="ignores the page number"):
            await anext(pages)

    async def test_a_platform_that_repeats_its_last_page_is_fine_when_the_caller_knows_the_end(self) -> None:
        async def fetch(number: int) -> dict[str, object]:
            last = min(number, 3)
            return {"total": 10, "rows": ROWS[(last - 1) * 4 : last * 4], "number": number}

        pages = await walked(by_page(fetch, stop=lambda page: page["number"] == 3))
        assert len(pages) == 3

    async def test_a_platform_that_never_ends(self) -> None:
        with pytest.raises(Endless, match="more than 5 pages"):
            await walked(by_page(_counting, most=5))


async def _counting(number: int) -> list[int]:
    return [number]


class TestByOffset:
    @given(st.lists(st.text(), unique=True, max_size=30), st.integers(1, 10))
    async def test_every_row_is_seen_once_whatever_size_the_platform_gives(self, rows: list[str], size: int) -> None:
        assert rows_of(await walked(by_offset(Listing(rows, size).offset))) == rows

    async def test_it_stops_where_the_caller_says(self) -> None:
        listing = Listing(ROWS, 4)
        await walked(by_offset(listing.offset, stop=lambda page: len(page) < 4))
        assert listing.asked == [0, 4, 8]

    async def test_a_platform_that_ignores_the_offset(self) -> None:
        listing = Listing(ROWS, 4)
        with pytest.raises(Endless, match="ignores the offset"):
            await walked(by_offset(lambda _: listing.offset(0)))

    async def test_a_platform_that_never_ends(self) -> None:
        with pytest.raises(Endless, match="more than 5 pages"):
            await walked(by_offset(_counting, most=5))


class TestByCursor:
    @given(st.lists(st.text(), unique=True, max_size=30), st.integers(1, 10))
    async def test_every_row_is_seen_once(self, rows: list[str], size: int) -> None:
        assert rows_of(await walked(by_cursor(Listing(rows, size).cursor))) == rows

    async def test_it_begins_where_the_caller_says(self) -> None:
        assert await walked(by_cursor(Listing(ROWS, 4).cursor, first="8")) == [["i", "j"]]

    async def test_an_empty_page_in_between_is_no_end(self) -> None:
        pages = {None: (["a"], "1"), "1": ([], "2"), "2": (["b"], "")}

        async def fetch(cursor: str | None) -> tuple[list[str], str | None]:
            return pages[cursor]

        assert await walked(by_cursor(fetch)) == [["a"], ["b"]]

    @pytest.mark.parametrize("circle", [{None: "1", "1": "1"}, {None: "1", "1": "2", "2": "1"}])
    async def test_a_circle(self, circle: dict[str | None, str]) -> None:
        asked: list[str | None] = []

        async def fetch(cursor: str | None) -> tuple[list[int], str | None]:
            asked.append(cursor)
            return [len(asked)], circle[cursor]

        with pytest.raises(Endless, match="circle"):
            await walked(by_cursor(fetch))
        assert asked == list(circle)

    async def test_a_platform_that_gives_new_cursors_for_the_same_page(self) -> None:
        async def fetch(cursor: str | None) -> tuple[list[str], str | None]:
            return ["a"], str(int(cursor or "0") + 1)

        with pytest.raises(Endless, match="same page"):
            await walked(by_cursor(fetch))


class TestByLink:
    async def links(self, *following: str | None, first: str = "https://h.example.org/v1/returns?page=1") -> list[str]:
        asked: list[str] = []
        answers = iter(following)

        async def fetch(url: str) -> tuple[list[str], str | None]:
            asked.append(url)
            return [url], next(answers)

        await walked(by_link(fetch, first=first))
        return asked

    async def test_relative_and_absolute_links(self) -> None:
        assert await self.links(
            "?page=2", "/v1/returns?page=3", "https://h.example.org/v1/returns?page=4&a=%2F", None
        ) == [
            "https://h.example.org/v1/returns?page=1",
            "https://h.example.org/v1/returns?page=2",
            "https://h.example.org/v1/returns?page=3",
            "https://h.example.org/v1/returns?page=4&a=%2F",
        ]

    @pytest.mark.parametrize(
        "link",
        ["http://h.example.org/v1/x", "https://evil.example.org/v1/x", "//evil.example.org/v1/x", "https://u:p@h.example.org/v1/x"],
    )  # fmt: skip
    async def test_no_link_leads_credentials_elsewhere(self, link: str) -> None:
        assert (await self.links(link, ""))[1] == "https://h.example.org/v1/x"

    @pytest.mark.parametrize("link", ["mailto:x@example.org", "http://[::1", "javascript:alert(1)"])
    async def test_a_link_that_leads_nowhere(self, link: str) -> None:
        with pytest.raises(Endless, match="not a link"):
            await self.links(link, None)

    async def test_a_circle(self) -> None:
        with pytest.raises(Endless, match="circle"):
            await self.links("?page=2", "?page=1", None)


def test_endless_is_worth_another_try_later() -> None:
    assert issubclass(Endless, Transient)
