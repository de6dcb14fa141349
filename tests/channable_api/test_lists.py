"""The lists: order, paging and its `total`, every filter, and who offers nothing."""

from datetime import timedelta

import pytest

from retour.core.model import EffectState
from retour.store.models import Company, Project, Return
from tests.channable_api.house import AT, House, later, line


@pytest.fixture
def four(acme: House) -> list[int]:
    """Four returns, a day apart; their numbers, newest first."""
    return [acme.offer_one(f"4100000{n}", later(days=n), order_ref=f"C000TEST0{n}") for n in range(4)][::-1]


def test_newest_first_and_total_is_the_number_of_rows_of_this_answer(acme: House, four: list[int]) -> None:
    api = acme.client()
    assert api.ids() == four
    assert api.ids(limit=2) == four[:2]
    assert api.ids(offset=1) == four[1:]
    assert api.ids(limit=2, offset=1) == four[1:3]
    assert api.listed(offset=4) == {"total": 0, "error_count": 0, "returns": []}
    assert api.ids(offset=10**30) == []


def test_a_page_holds_a_hundred_unless_it_is_told_otherwise(acme: House) -> None:
    for start in range(0, 120, 40):
        acme.see(f"4100{start:04}", *(line(f"7{n:07}") for n in range(start, start + 40)))
    acme.hand_over()
    assert len(acme.client().ids()) == 100
    assert len(acme.client().ids(offset=100)) == 20


def test_each_line_is_a_row_of_its_own(acme: House) -> None:
    first, second = acme.offer("41000001", line("70000001"), line("70000002", sku="MUG-RED"))
    rows = {row["id"]: row for row in acme.client().listed()["returns"]}
    assert {number: row["data"]["item"]["id"] for number, row in rows.items()} == {
        first: "MUG-BLUE",
        second: "MUG-RED",
    }
    assert {row["data"]["meta"]["channel_return_id"] for row in rows.values()} == {"41000001"}


def test_what_was_not_handed_over_is_not_there(acme: House) -> None:
    row = acme.see("41000001", line())
    assert acme.client().ids() == []
    [number] = row.lines.values_list("pk", flat=True)
    assert acme.client().get(f"/returns/{number}").status_code == 404
    assert acme.client().decide(number, "accepted") == 404
    assert acme.hand_over() == acme.client().ids() == [number]


def test_a_project_with_another_shop_offers_nothing(acme: House) -> None:
    number = acme.offer_one()
    acme.shop.connector = "magento2"
    acme.shop.settings = {"base_url": "http://127.0.0.1:9/"}
    acme.shop.save()
    api = acme.client()
    assert api.listed() == api.listed("/anonymous_returns") == {"total": 0, "error_count": 0, "returns": []}
    assert api.get(f"/returns/{number}").status_code == 404
    assert api.decide(number, "accepted") == 404


def test_a_project_without_a_shop_offers_nothing(acme: House) -> None:
    acme.offer_one()
    acme.shop.removed = True
    acme.shop.save()
    assert acme.client().ids() == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"start_date": "2026-03-04"}, [3, 2]),
        ({"start_date": "2026-03-04T09:15:30"}, [3, 2]),
        ({"start_date": "2026-03-04T09:15:31Z"}, [3]),
        ({"start_date": "2026-03-04T11:15:31+02:00"}, [3]),
        ({"end_date": "2026-03-03"}, [1, 0]),
        ({"end_date": "2026-03-03T09:15:30"}, [1, 0]),
        ({"end_date": "2026-03-03T09:15:29"}, [0]),
        ({"start_date": "2026-03-03", "end_date": "2026-03-03"}, [1]),
        ({"retrieved_at_start": "2026-03-04"}, [3, 2]),
        ({"retrieved_at_end": "2026-03-04"}, [2, 1, 0]),
        ({"last_modified_after": "2026-03-04T09:15:30+00:00"}, [3, 2]),
        ({"last_modified_before": "2026-03-04"}, [1, 0]),
        ({"last_modified_after": "2026-03-03", "last_modified_before": "2026-03-04"}, [1]),
        ({"start_date": "9999-12-30", "end_date": "9999-12-30"}, []),
    ],
)
def test_filters_by_time(acme: House, four: list[int], query: dict[str, str], found: list[int]) -> None:
    assert acme.client().ids(**query) == [four[3 - n] for n in found]


def test_times_of_seeing_offering_and_changing_are_told_apart(acme: House) -> None:
    acme.see("41000001", line())
    [number] = acme.hand_over(later(hours=1))
    Return.objects.update(changed_at=later(hours=2))
    row = acme.client().row(number)
    assert row["retrieved_at"] == "2026-03-02T09:15:30+00:00"
    assert row["created"] == "2026-03-02T10:15:30+00:00"
    assert row["modified"] == "2026-03-02T11:15:30+00:00"
    assert acme.client().ids(retrieved_at_start="2026-03-02T09:15:31") == []
    assert acme.client().ids(start_date="2026-03-02T10:15:30", retrieved_at_end="2026-03-02T09:15:30") == [number]
    assert acme.client().ids(last_modified_after="2026-03-02T11:15:30") == [number]
    assert acme.client().ids(last_modified_after="2026-03-02T11:15:31") == []


def test_what_changes_is_found_by_its_change(acme: House, four: list[int]) -> None:
    acme.client().decide(four[3], "accepted")
    assert acme.client().ids(last_modified_after=(AT + timedelta(days=30)).isoformat()) == [four[3]]


def test_many_changes_are_paged_through_the_list_itself(
    acme: House, four: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retour.store.listed.FEW", 1)
    assert acme.client().ids(last_modified_after="2026-03-03", limit=2) == four[:2]
    assert acme.client().ids(last_modified_after="2026-03-03", limit=2, offset=2) == four[2:3]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("MUG-BLUE", [0, 1]),
        ("mug-blue", []),
        ("Mug", [0]),
        ("mug", []),
        ("Mu", []),
        ("blue", [0, 1]),
        ("tE", [1]),
        ("t", []),
        ("C000TEST02", [1]),
        ("C000TEST", []),
        ("70000001", [0]),
        ("41000002", [1]),
        ("0000000000017", [0]),
        ("blue Mug", [0]),
        ("Mug tE", []),
        ("8355", [1]),
        ("\0", []),
        (" ", []),
        ("%", []),
        ("Sanne", []),
        ("blue 8355", [1]),
        ("blue 41000001", [0]),
        ("MUG-BLUE blue", [0, 1]),
        ("70000001 41000002", []),
    ],
)
@pytest.mark.parametrize("few", [2000, 1, 0])
def test_search_finds_whole_numbers_and_words_in_their_spelling(
    acme: House, search: str, found: list[int], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are of what is searched: what is little is begun at, what is much is walked to."""
    monkeypatch.setattr("retour.store.listed.FEW", few)
    numbers = [
        *acme.offer("41000001", line("70000001")),
        *acme.offer(
            "41000002",
            line("70000002", order_ref="C000TEST02", gtin="0000000000024", title="tE blue"),
            at=later(days=1),
        ),
    ]
    acme.order("C000TEST02", "8355")
    expected = [numbers[n] for n in sorted(found, reverse=True)]
    assert acme.client().ids(search=search) == expected
    assert acme.client().ids(search=search, offset=1) == expected[1:]
    assert acme.client().ids(search=search, retrieved_at_end=later(hours=1).isoformat()) == [
        number for number in expected if number == numbers[0]
    ]


def test_a_search_of_many_words_is_no_trouble(acme: House, four: list[int]) -> None:
    assert acme.client().ids(search="blue " * 3000) == four
    words = [f"w{number}" for number in range(20)]
    [number] = acme.offer("41000099", line("70000099", title=" ".join(words)), at=later(days=9))
    assert acme.client().ids(search=" ".join(words)) == [number]
    assert acme.client().ids(search=" ".join([*words[1:], "other"])) == []
    assert acme.client().get("/returns", {"search": " ".join([*words, "other"])}).status_code == 422


def test_a_search_finds_nothing_of_other_projects(acme: House, other: House) -> None:
    number, foreign = acme.offer_one(), other.offer_one()
    for search in ("Mug", "MUG-BLUE", "41000001", "C000TEST01", "71000001"):
        assert acme.client().ids(search=search) == [number]
        assert other.client().ids(search=search) == [foreign]
    other.offer("41000002", line("70000002", sku="Mug", title=None))
    assert acme.client().ids(search="Mug") == [number], "what is a number elsewhere is a word here"


def test_failures_are_counted_whatever_is_listed(acme: House, four: list[int]) -> None:
    api = acme.client()
    api.decide(four[0], "accepted")
    acme.tell(EffectState.REFUSED, error="not so")
    assert api.listed()["error_count"] == 1
    assert api.listed(errors="true")["error_count"] == 1
    assert api.ids(errors="true") == [four[0]]
    assert api.ids(errors="false") == four
    assert api.listed(limit=1, offset=1)["error_count"] == 1
    assert api.listed(search="nothing")["error_count"] == 0
    assert api.listed(search="C000TEST03")["error_count"] == 1
    assert api.listed(end_date="2026-03-03")["error_count"] == 0
    assert api.listed(last_modified_before="2026-03-03", errors="1")["error_count"] == 0
    assert [row["error"] for row in api.listed()["returns"]] == [True, False, False, False]


def test_one_line_of_a_return_fails_and_the_other_does_not(acme: House) -> None:
    first, second = acme.offer("41000001", line("70000001"), line("70000002"))
    acme.client().decide(first, "accepted")
    acme.tell(EffectState.REFUSED, error="not so")
    assert acme.client().ids(errors="true") == [first]
    assert not acme.client().row(second)["error"]


def test_a_download_is_the_list_as_a_file(acme: House, four: list[int]) -> None:
    answer = acme.client().get("/returns", {"download": "true"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="returns.json"'
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == acme.client().listed()


def test_the_anonymous_list_knows_fewer_filters_and_ignores_the_others(acme: House, four: list[int]) -> None:
    api = acme.client()
    ignored = {"errors": "perhaps", "download": "true", "retrieved_at_start": "never"}
    answer = api.get("/anonymous_returns", {**ignored, "limit": "1", "start_date": "2026-03-03"})
    assert answer.status_code == 200
    assert "Content-Disposition" not in answer.headers
    assert [row["id"] for row in answer.json()["returns"]] == four[:1]


def test_projects_of_one_company_are_apart(acme: House) -> None:
    number = acme.offer_one()
    second = Project.objects.create(company=acme.company, slug="second", name="Second")
    acme.connect("shop", "shop", "channable", {}, project=second)
    bol = acme.connect("bol-be", "marketplace", "bol", {"client_id": "y"}, {"client_secret": "s" * 9}, project=second)
    acme.see("41000002", line("70000002"), on=bol)
    assert acme.client().ids() == [number]
    acme.project = second
    assert acme.client().ids() == []
    assert acme.client().get(f"/returns/{number}").status_code == 404
    assert Company.objects.count() == 1


def test_a_page_takes_as_many_queries_for_many_as_for_one(
    acme: House, django_assert_max_num_queries: "pytest.FixtureRequest"
) -> None:
    for n in range(30):
        acme.offer_one(f"410000{n:02}", later(days=n))
    acme.client().ids()
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        assert len(acme.client().ids()) == 30
