"""The sentences that people read: named in their language, a platform's own words set apart, and never markup."""

import ast
import inspect
from string import Formatter
from types import ModuleType

import pytest

from retour.core import why
from retour.core.model import Resolution, Source, Told
from retour.store import events
from retour.web import words

EVIL = "<script>alert(1)</script>"


@pytest.mark.parametrize(("module", "table"), [(why, "SENTENCES"), (events, "EVENTS")])
def test_every_sentence_is_marked_for_translators(module: ModuleType, table: str) -> None:
    tree = ast.parse(inspect.getsource(module))
    [found] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == table
    ]
    assert isinstance(found, ast.Dict)
    marked = [ast.unparse(value) for value in found.values if isinstance(value, ast.Call)]
    assert len(marked) == len(getattr(module, table))
    assert all(value.startswith("_(") for value in marked)


@pytest.mark.parametrize("key", why.SENTENCES)
def test_what_a_platform_has_said_stays_text(key: str) -> None:
    names = {name for _, name, _, _ in Formatter().parse(why.SENTENCES[key]) if name}
    shown = words.why(key, dict.fromkeys(names, EVIL), marketplace=EVIL, deadline=EVIL)
    assert "<script>" not in shown
    assert ("&lt;script&gt;" in shown) is bool(names)


@pytest.mark.parametrize("kind", events.EVENTS)
def test_so_it_does_in_the_timeline(kind: str) -> None:
    names = {name for _, name, _, _ in Formatter().parse(events.EVENTS[kind]) if name}
    assert "<script>" not in words.event(kind, dict.fromkeys(names, EVIL))


def test_a_sentence_of_tomorrow_is_shown_as_it_is() -> None:
    assert words.why("of_tomorrow", {"x": "1"}) == "of_tomorrow"
    assert words.event("of_tomorrow", {}) == "of_tomorrow"
    assert "?" in words.why("marketplace_closed", {})


def test_platforms_own_words_are_set_apart() -> None:
    assert words.why("marketplace_closed", {"word": "CANCELLED/EXPIRED"}) == (
        'Closed at the marketplace: <span class="its-word">CANCELLED/EXPIRED</span>'
    )
    assert words.event("shop_says", {"word": "on_hold"}) == ('The shop now says <span class="its-word">on_hold</span>')


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("accept", "Accept"),
        ("accept (2), keep (1)", "Accept (2), Keep (1)"),
        ("accept this please", "accept this please"),
        ("", ""),
    ],
)
def test_decisions_are_named_and_other_words_left_alone(text: str, shown: str) -> None:
    assert words.decisions_in(text) == shown


@pytest.mark.parametrize("resolution", Resolution)
def test_who_must_tell_it_reads_where_and_until_when(resolution: Resolution) -> None:
    named = words.DECISIONS[resolution]
    params = {"ours": resolution.value, "words": "Write to them."}
    assert words.why("tell_by_hand", params, marketplace="OTTO", deadline="Friday") == (
        f"Decided: {named}. Tell OTTO by hand before Friday. Write to them."
    )
    assert words.why("tell_by_hand", {**params, "words": ""}, marketplace="OTTO") == (
        f"Decided: {named}. Tell OTTO by hand."
    )


@pytest.mark.parametrize("state", [*Told, None])
@pytest.mark.parametrize("source", Source)
def test_every_state_has_its_words(state: Told | None, source: Source) -> None:
    assert "OTTO" in words.told(state, by_person=False, shown=False, marketplace="OTTO", source=source)
