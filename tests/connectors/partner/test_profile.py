"""A profile is data: what it can say, what it cannot, and what follows from it. Contract tobedressed 2, 5 and 6."""

import tomllib
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from retour.connectors.contract import Maturity
from retour.connectors.marketplaces import generic, tobedressed
from retour.connectors.marketplaces.generic.config import GenericConfig
from retour.connectors.partner import paths, template
from retour.connectors.partner.values import moment, number, quantity, written
from retour.core.capabilities import Granularity, MarketplaceCapabilities, Since, Starts
from retour.core.model import Resolution

R = Resolution
WHERE = {"base_url": "https://partner.example.org/api/v1", "api_key": "a-key"}


def config(**settings: Any) -> GenericConfig:
    return GenericConfig.model_validate(WHERE | settings)


def able(**profile: Any) -> MarketplaceCapabilities:
    return generic.MANIFEST.capabilities(config(profile=profile))


def flaw(**settings: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        config(**settings)
    return str(caught.value)


def test_the_built_in_profiles() -> None:
    rest, files = able(), generic.MANIFEST.capabilities(config(profile="csv"))
    for one in (rest, files):
        assert one.tells == {R.ACCEPT: R.ACCEPT, R.KEEP: R.ACCEPT, R.REJECT: R.REJECT}
        assert set(one.by_hand) == {R.REPAIR, R.EXCHANGE, R.CANCEL}
        assert one.granularity is Granularity.QUANTITY
        assert one.reason_required == {R.REJECT}
        assert one.starts == {Starts.CUSTOMER}
        assert [deadline.after for deadline in one.deadlines] == [timedelta(days=14)]
    assert (rest.looks, rest.finds, rest.proves_absence) == (True, False, True)
    assert (files.looks, files.finds, files.proves_absence) == (False, True, False)


def test_capabilities_follow_the_profile() -> None:
    one = able(
        value_map={"accept": "ok", "cancel": "stop"},
        capabilities={
            "granularity": "return",
            "refund_days": None,
            "send_again": False,
            "by_hand": {"reject": "Call them."},
        },
        list={"shows_all": False},
    )
    assert one.tells == {R.ACCEPT: R.ACCEPT, R.CANCEL: R.CANCEL}
    assert one.by_hand[R.REJECT] == "Call them."
    assert (one.granularity, one.deadlines, one.proves_absence) == (Granularity.RETURN, (), False)
    assert (one.reason_required, one.details_by_look) == (frozenset(), True)
    assert able(comments={"reject": "No."}).reason_required == frozenset()
    dated = able(fields={"line": {"answer_by": "respond_before"}})
    assert [(deadline.name, deadline.since) for deadline in dated.deadlines] == [
        ("answer", Since.STATED),
        ("refund_by_law", Since.OPENED),
    ]


def test_tobedressed_is_the_same_adapter_under_its_own_name() -> None:
    ours = tobedressed.MANIFEST
    assert ours.maturity is Maturity.EXPERIMENTAL
    assert ours.open is generic.MANIFEST.open
    assert ours.config.model_fields["base_url"].is_required(), "no host is built in"
    assert ours.capabilities(ours.config.model_validate(WHERE)) == able()


def test_a_profile_is_a_table_of_the_settings_file() -> None:
    text = """
        base_url = "https://partner.example.org"
        api_key = "a-key"
        [profile]
        transport = "rest"
        status_map = { new = "open", ok = "accept", no = "reject", gone = "closed" }
        [profile.fields]
        id = "number"
        [profile.fields.line]
        sku = "product.codes[0]"
    """
    shape = GenericConfig.model_validate(tomllib.loads(text)).shape
    assert (shape.fields.id, shape.fields.order_id, shape.fields.line.sku) == ("number", "order_id", "product.codes[0]")
    assert shape.status_map["gone"] == "closed"


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ({"transport": "carrier pigeon"}, "rest"),
        ({"lists": {}}, "lists: Extra inputs"),
        ({"list": {"page_style": "scroll"}}, "list.page_style"),
        ({"list": {"page_style": "cursor"}}, "next_path"),
        ({"fields": {"id": "a..b"}}, "fields.id"),
        ({"fields": {"id": "a[x]"}}, "fields.id"),
        ({"timezone": "Mars/Olympus"}, "no such time zone"),
        ({"decision": {"path": "/x/{return_id.__class__}"}}, "no place {return_id.__class__}"),
        (
            {"decision": {"body_template": {"id": "{line_id}", "n": "{quantity}", "x": ["{secret}"]}}},
            "no place {secret}",
        ),
        ({"decision": {"headers": {"X": "{api_key}"}}}, "no place {api_key}"),
        ({"decision": {"body_template": {"word": "{decision}"}}}, "do not name {line_id}"),
        ({"value_map": {"accept": "done", "reject": "done"}}, "cannot have the same word"),
        ({"value_map": {"repair": "fix"}}, "no word of status_map means repair"),
        ({"value_map": {}}, "value_map"),
        ({"capabilities": {"reads_as": {"keep": "reject"}}}, "must not read back"),
        ({"status_map": {"ok": "accept", "no": "reject"}}, "means open"),
        ({"seller_initiated": True}, "look-up of orders"),
        ({"transport": "csv", "files": {"outgoing": "decisions.csv"}}, "{digest}"),
        ({"transport": "csv", "files": {"incoming_folder": "../etc"}}, "below the address"),
        ({"transport": "csv", "files": {"outgoing_folder": "/etc"}}, "below the address"),
    ],
)
def test_what_a_profile_must_not_say_is_told_with_its_place(profile: dict[str, Any], words: str) -> None:
    assert words in flaw(profile=profile)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"base_url": "partner.example.org"}, "an address"),
        ({"base_url": "https://user:pass@partner.example.org"}, "without name, password"),
        ({"base_url": "https://partner.example.org/?key=1"}, "query"),
        ({"base_url": "file:///srv/files"}, "https://"),
        ({"base_url": "sftp://partner.example.org", "profile": "csv", "username": "u"}, "host_fingerprint"),
        ({"host_fingerprint": "MD5:00:11"}, "host_fingerprint"),
        ({"api_key": None}, "api_key"),
        ({"profile": {"auth": {"style": "basic"}}}, "username and password"),
        ({"profile": "xml"}, "rest, csv or a table"),
    ],
)
def test_settings_that_do_not_fit_together(settings: dict[str, Any], words: str) -> None:
    assert words in flaw(**settings)


def test_a_template_computes_nothing() -> None:
    values = {"quantity": 2, "comment": None, "decision": "{quantity} $(x) %s"}
    told = {"n": "{quantity}", "c": "{comment}", "d": ["{decision}", "{decision}/{comment}!"], "f": True}
    assert template.filled(told, values) == {
        "n": 2,
        "c": None,
        "d": ["{quantity} $(x) %s", "{quantity} $(x) %s/!"],
        "f": True,
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", {"b": [1, {"c": 2}]}),
        ("a.b[0]", 1),
        ("a.b[1].c", 2),
        ("a.b[7]", None),
        ("a.b.c", None),
        ("a.b[1].c.d", None),
        ("", {"a": {"b": [1, {"c": 2}]}}),
    ],
)
def test_a_path_leads_to_a_value_or_nowhere(path: str, value: Any) -> None:
    assert paths.value_at({"a": {"b": [1, {"c": 2}]}}, path) == value


@pytest.mark.parametrize(
    ("told", "style", "value"),
    [
        ("49.95", "auto", "49.95"),
        ("49,95", "auto", "49.95"),
        ("1.234,56", "auto", "1234.56"),
        ("1,234.56", "auto", "1234.56"),
        ("1.234", "comma", "1234"),
        ("1,234", "point", "1234"),
        (49.95, "comma", "49.95"),
        (3, "comma", "3"),
        (True, "auto", None),
        ("€ 5", "auto", None),
        ("1e9", "auto", None),
        ("", "auto", None),
        (float("nan"), "auto", None),
    ],
)
def test_numbers(told: Any, style: str, value: str | None) -> None:
    found = number(told, style)
    assert (None if found is None else str(found)) == value


@pytest.mark.parametrize(("told", "value"), [("1,00", 1), ("2", 2), (3, 3), ("1,5", None), ("-1", None), (2**40, None)])
def test_quantities(told: Any, value: int | None) -> None:
    assert quantity(told, "auto") == value


@pytest.mark.parametrize(
    ("told", "pattern", "utc"),
    [
        ("2024-07-01 12:00:00", "iso", "2024-07-01T10:00:00"),
        ("2024-01-01 12:00:00", "iso", "2024-01-01T11:00:00"),
        ("2024-07-01T12:00:00+00:00", "iso", "2024-07-01T12:00:00"),
        ("2024-07-01T12:00:00Z", "iso", "2024-07-01T12:00:00"),
        ("01-07-2024 12:00", "%d-%m-%Y %H:%M", "2024-07-01T10:00:00"),
        ("2024-10-27 02:30:00", "iso", "2024-10-27T00:30:00"),
        ("yesterday", "iso", None),
        (20240701, "iso", None),
        ("0001-01-01 00:00:00", "iso", None),
    ],
)
def test_times_are_amsterdams_unless_they_say_otherwise(told: Any, pattern: str, utc: str | None) -> None:
    found = moment(told, pattern, "Europe/Amsterdam")
    assert (None if found is None else found.isoformat()) == (utc and f"{utc}+00:00")
    if found is not None and pattern == "iso":
        assert moment(written(found, "iso", "Europe/Amsterdam"), "iso", "Europe/Amsterdam") == found
