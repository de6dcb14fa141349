"""Mijnwebwinkel's settings, the grammar of the note and what follows from it, without a store."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from retour.connectors.shops.mijnwebwinkel import notes
from retour.connectors.shops.mijnwebwinkel.config import MijnwebwinkelConfig
from retour.connectors.shops.mijnwebwinkel.mapping import NOTHING, Ref, Units, capabilities, verdicts
from retour.connectors.shops.mijnwebwinkel.wire import Problem
from retour.core.model import Party, Resolution

from .conftest import STATUSES
from .simulated import bare, full

R = Resolution
DECISIONS = {21: R.ACCEPT, 22: R.REJECT}
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def config(**settings: Any) -> MijnwebwinkelConfig:
    return MijnwebwinkelConfig.model_validate({"token": "sesame-1", "partner_token": "sesame-2"} | settings)


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "sentence"),
        [
            ({"base_url": "api.example.org"}, "begins with https"),
            ({"base_url": "https://a.example.org/?token=x"}, "without name"),
            ({"version": "3"}, "version"),
            ({"token": ""}, "token"),
            ({"accept_status": 21, "keep_status": 21}, "one thing"),
            ({"accept_status": 20, "requested_status": 20}, "one thing"),
            ({"strategy": "credit_order"}, "needs requested_status"),
            ({"strategy": "credit_order", "requested_status": 10, "accept_status": 11}, "needs requested_status"),
            ({"accept_status": "Retour"}, "accept_status"),
            ({"order_search": ["sku"]}, "order_search"),
        ],
    )
    def test_what_cannot_work_is_refused_with_a_reason(self, settings: dict[str, Any], sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence) as caught:
            config(**settings)
        assert "sesame" not in str(caught.value)

    def test_empty_fields_of_a_form_are_nothing(self) -> None:
        filled_in = config(
            requested_status="", accept_status=" ", reject_status="22", base_url="https://a.example.org/"
        )
        assert (filled_in.requested_status, dict(filled_in.decisions)) == (None, {22: R.REJECT})
        assert filled_in.api == "https://a.example.org/v1"

    def test_a_note_takes_every_decision_and_a_credit_order_those_of_its_statuses(self) -> None:
        assert capabilities(config(order_search=[])).decides == frozenset(R)
        assert not capabilities(config(order_search=[])).orders
        some = {"strategy": "credit_order", "requested_status": 10, "accept_status": 11, "reject_status": 12}
        assert capabilities(config(**some)).decides == {R.ACCEPT, R.REJECT}
        assert dict(config(**STATUSES).decisions).keys() == {21, 22, 23, 24, 25, 26}


class TestNotes:
    @pytest.mark.parametrize(
        ("word", "resolution"),
        [
            ("accept", R.ACCEPT),
            ("geaccepteerd", R.ACCEPT),
            ("reject", R.REJECT),
            ("afgewezen", R.REJECT),
            ("repair", R.REPAIR),
            ("reparatie", R.REPAIR),
            ("exchange", R.EXCHANGE),
            ("omgeruild", R.EXCHANGE),
            ("keep", R.KEEP),
            ("behouden", R.KEEP),
            ("cancel", R.CANCEL),
            ("geannuleerd", R.CANCEL),
            ("  Geaccepteerd \t", R.ACCEPT),
        ],
    )
    def test_known_words(self, word: str, resolution: Resolution) -> None:
        told = verdicts(2, notes.lines_in(f"[RH:bol:1:31] RETURN REQUEST A\u00d71; decision: {word}"), [], {})
        assert told[31].resolution is resolution

    @pytest.mark.parametrize("ending", ["decision: ?", "decision:", "Decision : ?  ", "decision:?\r\nMerchant: accept"])
    def test_no_word_yet(self, ending: str) -> None:
        assert verdicts(2, notes.lines_in(f"[RH:bol:1:31] RETURN REQUEST A\u00d71; {ending}"), [], {})[31] is NOTHING

    @given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
    def test_no_foreign_text_is_a_decision(self, first: str, second: str, third: str) -> None:
        """What a customer or a marketplace wrote makes no line, no marker, and no word."""
        for inside in ("", "decision: accept", "]\n[RH:bol:1:2] x; decision: accept", "; credited before 7; "):
            party = Party(last_name=inside + first, city=third)
            request = full(
                31, reason_text=first + inside + second, comment=third + inside, sku=second + inside, customer=party
            )
            line = notes.line_for(request, known=(), status_before=21, credits_before=("1050", "1051"))
            assert len(line) < 800
            line.encode()
            [read] = notes.lines_in(line)
            assert len(line.splitlines()) == 1
            assert (read.marker, read.number, read.word, read.quantity) == (notes.marker(request), 31, "?", 2)
            assert read.sku == notes.sku(request.sku)
            [bare_line] = notes.lines_in(line.removesuffix("decision: ?"))
            assert bare_line.word is None, "not even where the merchant has deleted the hub's own place for it"
            assert (read.status_before, read.credits_before) == (21, frozenset({"1050", "1051"}))

    @given(ANY_TEXT)
    def test_a_note_grows_by_one_line(self, text: str) -> None:
        line = notes.line_for(bare(31), known=None)
        grown = notes.appended(text, line)
        assert grown.startswith(text)
        assert notes.marker(bare(31)) in [found.marker for found in notes.lines_in(grown)]

    @given(st.lists(st.tuples(st.integers(1, 9), ANY_TEXT), max_size=5))
    def test_words_are_written_where_they_belong(self, lines: list[tuple[int, str]]) -> None:
        note = "\n".join(f"{text}\n{notes.line_for(bare(number), known=None)}" for number, text in lines)
        found = notes.lines_in(note)
        written = notes.with_words(note, found, dict.fromkeys(range(1, 10), "accept"))
        ours = [line.word for line in notes.lines_in(written)]
        assert ours.count("accept") >= len(lines)
        assert written.replace("decision: accept", "decision: ?") == note.replace("decision: accept", "decision: ?")

    def test_lines_that_were_joined(self) -> None:
        joined = (
            "a [RH:bol:1:1] RETURN REQUEST A\u00d71; decision: ? [RH:bol:1:2] RETURN REQUEST B\u00d72; decision: keep"
        )
        assert [(line.number, line.word, line.sku) for line in notes.lines_in(joined)] == [
            (1, "?", "A"),
            (2, "keep", "B"),
        ]

    @pytest.mark.parametrize(
        "text", ["[RH:bol:1]", "[RH::1:1]", "[RH:bol:1:0]", "[RH:bol:1:x]", "[rh:bol:1:1]", "RH:a:1:1"]
    )
    def test_what_is_no_marker(self, text: str) -> None:
        assert notes.lines_in(f"{text} decision: accept") == []

    def test_two_channels_may_share_a_number(self) -> None:
        markers = {notes.marker(full(1, marketplace=name, ref="7")) for name in ("bol", "zalando", "bol:7", "[x]", "")}
        assert len(markers) == 5

    @pytest.mark.parametrize(
        ("text", "ref"), [("1042#31", Ref("1042", 31)), ("1042", None), ("#1", None), ("1#", None)]
    )
    def test_a_ref(self, text: str, ref: Ref | None) -> None:
        assert Ref.read(text) == ref
        assert ref is None or str(ref) == text


class TestVerdicts:
    NOTE = (
        "[RH:bol:1:1] RETURN REQUEST A\u00d72; decision: ?\n"
        "[RH:bol:1:2] RETURN REQUEST B\u00d71; status was 22; decision: ?\n"
        "[RH:bol:9:3] RETURN REQUEST A\u00d71; credited before 50; decision: ?"
    )

    @pytest.mark.parametrize(
        ("status", "credited", "expected"),
        [
            (2, [], [None, None, None]),
            (21, [], ["?", "?", "?"]),
            (22, [], ["?", None, "?"]),
            (2, [Units("50", {"A": 2})], [R.ACCEPT, None, None]),
            (2, [Units("51", {"A": 2})], ["?", None, "?"]),
            (2, [Units("51", {"A": 3})], [R.ACCEPT, None, R.ACCEPT]),
            (2, [Units("50", {"A": 1}), Units("51", {"B": 1})], ["?", R.ACCEPT, None]),
            (21, [Units("51", {"A": 3})], [R.ACCEPT, R.ACCEPT, R.ACCEPT]),
            (2, [Units("51", None)], ["?", "?", "?"]),
            (2, [Units("50", None)], ["?", "?", None]),
        ],
    )
    def test_what_stands_together(self, status: int, credited: list[Units], expected: list[Any]) -> None:
        told = verdicts(status, notes.lines_in(self.NOTE), credited, DECISIONS)
        shown = ["?" if told[number].is_unclear else told[number].resolution for number in (1, 2, 3)]
        assert shown == expected


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"code": 404, "message": "Not found", "description": "no order"}, "Not found; no order"),
        (
            {"title": "Invalid", "detail": "Bad data", "errors": {"status": "unknown"}},
            "Invalid; Bad data; status: unknown",
        ),
        ({"title": "Invalid", "errors": {"lines": ["a", "b"]}}, "Invalid; lines: ['a', 'b']"),
        ({}, ""),
    ],
)
def test_both_shapes_of_an_error(raw: dict[str, Any], words: str) -> None:
    assert Problem.model_validate(raw).words == words
