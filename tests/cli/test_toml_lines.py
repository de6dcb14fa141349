"""Every key of a document is found at its line, however it is written."""

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.cli.toml_lines import Lines, Path

DOCUMENT = '''\
# a comment with [brackets] and key = "value"
title = "x" # and one = behind
[companies.acme]
name = """
[not.a.header]
key = 1
"""
"quoted key"."with \\"escapes\\"" = 'literal # no comment'
[companies.acme.projects . webshop]
shop = { connector = "a", settings = { token = "env:X", list = [
  "one",  # comment ]
  { deep = 1 },
] } }
when = 1979-05-27 07:32:00
[[rows]]
id = 1
[[rows]]
id = 2
[rows.inner]
text = \'\'\'it\'s ''two'' [quotes]\'\'\'
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("companies",), 3),
        (("companies", "acme"), 3),
        (("companies", "acme", "name"), 4),
        (("companies", "acme", "quoted key", 'with "escapes"'), 8),
        (("companies", "acme", "projects", "webshop"), 9),
        (("companies", "acme", "projects", "webshop", "shop"), 10),
        (("companies", "acme", "projects", "webshop", "shop", "settings", "token"), 10),
        (("companies", "acme", "projects", "webshop", "shop", "settings", "list", 0), 11),
        (("companies", "acme", "projects", "webshop", "shop", "settings", "list", 1, "deep"), 12),
        (("companies", "acme", "projects", "webshop", "when"), 14),
        (("rows",), 15),
        (("rows", 0, "id"), 16),
        (("rows", 1), 17),
        (("rows", 1, "id"), 18),
        (("rows", 1, "inner", "text"), 20),
    ],
)
def test_a_key_stands_where_it_is_written(path: Path, line: int) -> None:
    assert Lines(DOCUMENT).of(path) == line


def test_what_is_missing_is_looked_for_where_it_would_stand() -> None:
    lines = Lines(DOCUMENT)
    assert lines.of(("companies", "acme", "projects", "webshop", "shop", "connektor")) == 10
    assert lines.of(("nothing",)) == 1


def test_line_ends_of_windows_count_once() -> None:
    assert Lines(DOCUMENT.replace("\n", "\r\n")).of(("rows", 1, "id")) == 18


TEXTS = st.text(alphabet="ab #[]{}=,.\"'\\\né", max_size=8)
VALUES = st.recursive(
    st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
TABLES = st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES, max_size=4), max_size=4)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_text(k)} = {_text(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[\n# ] comment\n" + "".join(f"{_text(inner)}\n,\n" for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@given(TABLES)
def test_a_header_stands_where_it_is_written_whatever_is_around_it(tables: dict[str, dict[str, Any]]) -> None:
    written: list[str] = []
    expected: dict[Path, int] = {}
    for name, table in tables.items():
        expected[(name,)] = "".join(written).count("\n") + 1
        written.append(f"[ {_text(name)} ]\n\n")
        for key, value in table.items():
            expected[name, key] = "".join(written).count("\n") + 1
            written.append(f"{_text(key)}={_text(value)} # end\n")
    document = "".join(written)
    assert tomllib.loads(document) == tables
    lines = Lines(document)
    assert {path: lines.of(path) for path in expected} == expected
