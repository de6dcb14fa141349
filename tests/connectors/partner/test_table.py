"""Tables, byte by byte: contract tobedressed 4."""

import csv
import io

import pytest

from retour.connectors.partner.table import NoTable, Row, rows, written


def read(content: str | bytes) -> list[Row]:
    return list(rows(content.encode() if isinstance(content, str) else content, "id"))


def cells(content: str | bytes) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read(content) if row.flaw is None]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_usual_form_is_read(mark: str, separator: str, end: str) -> None:
    lines = [separator.join(line) for line in (["ID ", "Name"], ["1", "Ada"], ["2", "Noor"])]
    assert cells(mark + end.join(lines) + end) == [{"id": "1", "name": "Ada"}, {"id": "2", "name": "Noor"}]


def test_quotes_hold_separators_quotes_and_breaks() -> None:
    content = 'id;text\r\n1;"a;b"\r\n2;"say ""no"""\r\n3;"two\r\nlines"\r\n4;plain\r\n'
    assert [row["text"] for row in cells(content)] == ["a;b", 'say "no"', "two\r\nlines", "plain"]


def test_a_quote_that_is_never_closed_takes_only_its_own_line() -> None:
    found = read('id;text\n1;fine\n2;"open\n3;fine\n4;fine\n')
    assert [(row.line, row.cells["id"], row.flaw is None) for row in found] == [
        (2, "1", True),
        (3, "2", False),
        (4, "3", True),
        (5, "4", True),
    ]


def test_two_such_quotes_do_not_join_what_lies_between() -> None:
    found = read('id;text\n1;"open\n2;fine\n3;19" wheel\n4;fine\n')
    assert [(row.cells["id"], row.cells["text"]) for row in found if row.flaw is None] == [
        ("2", "fine"),
        ("3", '19" wheel'),
        ("4", "fine"),
    ]
    assert [row.line for row in found if row.flaw] == [2]


@pytest.mark.parametrize("cell", ['""', '"a""b"', '""""', '"a"";""b"', 'a""b', '5"', '"a\n""b"""'])
def test_quotes_in_quotes(cell: str) -> None:
    [expected] = csv.reader(io.StringIO(f"1;{cell};z\n", newline=""), delimiter=";")
    assert [list(row.cells.values()) for row in read(f"id;text;last\n1;{cell};z\n")] == [expected]


def test_rows_of_the_wrong_length_and_of_another_alphabet_are_told() -> None:
    found = read(b"id;text\n1\n2;a;b\n3;caf\xe9\n\n4;fine\n")
    assert [(row.cells["id"], bool(row.flaw)) for row in found] == [("1", True), ("2", True), ("3", True), ("4", False)]
    assert found[2].raw == "3;caf\ufffd"


def test_letters_that_only_python_takes_for_line_ends_do_not_end_a_row() -> None:
    assert cells("id;text\n1;a\u2028b\x0bc\x85d\n2;e\n") == [
        {"id": "1", "text": "a\u2028b\x0bc\x85d"},
        {"id": "2", "text": "e"},
    ]


@pytest.mark.parametrize(("content", "words"), [("", "empty"), (" \n\n", "empty"), ("name;text\n1;2\n", "no column")])
def test_a_file_without_headings_is_none(content: str, words: str) -> None:
    with pytest.raises(NoTable, match=words):
        read(content)


@pytest.mark.parametrize("text", ["=1+1", "+31 30", "-5", "@home", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_is_escaped(text: str) -> None:
    content = written({"id": "1", "comment": text}, separator=";", escape=True).decode()
    [_, [_, cell]] = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    assert cell.startswith("'")
    plain = written({"id": "1", "comment": text}, separator=";", escape=False).decode()
    assert "'" not in plain


def test_what_is_written_reads_back() -> None:
    told = {"id": "R;1", "comment": 'He said "no"; twice\nand left', "half": "x\ud83dy"}
    [row] = cells(written(told, separator=";", escape=True))
    assert row == {"id": "R;1", "comment": 'He said "no"; twice and left', "half": "x?y"}
