"""The connections: how each one is, and what people do about it."""

import re

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from retour.connectors import registry
from retour.connectors.contract import Unreadable
from retour.core.model import EffectKind, EffectState
from retour.store import record
from retour.store.models import Connection, Project, Return
from tests.cli.hub import run
from tests.web.conftest import AT, House, days, effect_of, line, page
from tests.web.marketplaces import market

pytestmark = pytest.mark.django_db


def card(client: Client, row: Connection) -> str:
    """What the page says of one connection, without tags, on one line."""
    html = page(client.get("/connections"))
    one = html.split(f'aria-labelledby="connection-{row.pk}"')[1].split("</article>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", one).split())


def test_a_healthy_connection(acme: House, jo: Client) -> None:
    now = timezone.now()
    acme.see("A1", line())
    Connection.objects.filter(pk=acme.bol.pk).update(
        checked_at=now - days(0.002), next_at=now + days(0.0022), quota={"returns": {"limit": 20, "remaining": 17}}
    )
    text = card(jo, acme.bol).replace("\xa0", " ")
    for shown in (
        "bol-nl Marketplace · bol (", "All is well", "Last check that went well 2 minutes ago",
        "Next check in 3 minutes", "Returns not closed 1", "Calls left (returns) 17 of 20", "Check now", "Pause",
    ):  # fmt: skip
        assert shown in text, shown
    assert "Resume" not in text
    assert "To be sent 1" in card(jo, acme.shop)


def test_of_many_kinds_of_calls_only_what_runs_short_is_shown(acme: House, jo: Client) -> None:
    left = {"feeds": 2, "orders": 30, "reports": 10, "uploads": 15}
    quota = {group: {"limit": 2 * n if group == "orders" else 10, "remaining": n} for group, n in left.items()}
    quota |= {"storage": {"limit": None, "remaining": None}, "a-second": {"limit": 2, "remaining": 0}}
    Connection.objects.filter(pk=acme.bol.pk).update(quota=quota)
    text = card(jo, acme.bol)
    assert text.count("Calls left (") == 1
    assert "Calls left (feeds) 2 of 10" in text
    assert "Enough calls left of 4 kinds a-second 0 of 2 orders 30 of 60 reports 10 of 10 uploads 15 of 10" in text
    assert "storage" not in text


def test_what_is_used_up_is_shown_whatever_the_limit(acme: House, jo: Client) -> None:
    quota = {name: {"limit": None, "remaining": n} for n, name in enumerate(("a", "b", "c", "d"))}
    Connection.objects.filter(pk=acme.bol.pk).update(quota=quota)
    text = card(jo, acme.bol)
    assert "Calls left (a) 0" in text
    assert "Enough calls left of 3 kinds b 1 c 2 d 3" in text


def test_trouble_is_shown_in_its_own_words(acme: House, jo: Client) -> None:
    Connection.objects.filter(pk=acme.bol.pk).update(
        trouble="bol answered <503>.", trouble_since=timezone.now() - days(0.1)
    )
    text = card(jo, acme.bol).replace("\xa0", " ")
    assert "Trouble bol answered &lt;503&gt;. for 2 hours, 24 minutes" in text
    assert "All is well" not in text


def test_lost_answers_are_counted(acme: House, jo: Client) -> None:
    row = acme.see("A1", line())
    acme.outcome(effect_of(row, EffectKind.CREATE), EffectState.UNKNOWN, asks=True)
    assert "Answer lost 1 1 needs a person" in card(jo, acme.shop)


def test_a_connection_that_is_not_let_in_says_how_to_mend_it(acme: House, jo: Client) -> None:
    Connection.objects.filter(pk=acme.bol.pk).update(state="reconnect", state_words="bol says no.")
    text = card(jo, acme.bol)
    assert "Not let in: check the settings" in text
    assert "bol says no." in text
    assert "correct this connection in the settings file, then run retour apply" in text


def test_a_stopped_connection_says_what_resuming_means(acme: House, jo: Client) -> None:
    Connection.objects.filter(pk=acme.bol.pk).update(state="stopped", state_words="14 refunds at once.")
    text = card(jo, acme.bol)
    assert "Stopped as a precaution" in text
    assert "14 refunds at once." in text
    assert "Resuming says that all is well for today" in text
    assert "Resume" in text
    assert "Check now" not in text


def test_pause_resume_and_check_now(acme: House, jo: Client) -> None:
    response = jo.post(f"/connections/{acme.bol.pk}/pause", follow=True)
    assert "bol-nl is paused." in page(response)
    acme.bol.refresh_from_db()
    assert acme.bol.state == "paused"
    assert "Paused by a person" in card(jo, acme.bol)
    jo.post(f"/connections/{acme.bol.pk}/resume")
    acme.bol.refresh_from_db()
    assert acme.bol.state == "active"
    Connection.objects.filter(pk=acme.bol.pk).update(next_at=timezone.now() + days(1))
    jo.post(f"/connections/{acme.bol.pk}/check-now")
    acme.bol.refresh_from_db()
    assert acme.bol.next_at is not None
    assert acme.bol.next_at <= timezone.now()


@pytest.mark.parametrize("act", ["pause", "resume", "check-now"])
def test_connections_of_other_companies_do_not_exist(other: House, jo: Client, act: str) -> None:
    assert jo.post(f"/connections/{other.bol.pk}/{act}").status_code == 404
    assert jo.get(f"/connections/{other.bol.pk}/unreadable").status_code == 404
    assert "Other" not in page(jo.get("/connections"))
    other.bol.refresh_from_db()
    assert (other.bol.state, other.bol.next_at) == ("active", None)


@pytest.mark.parametrize("act", ["pause", "resume", "check-now"])
def test_changes_are_made_by_post_only(acme: House, jo: Client, act: str) -> None:
    assert jo.get(f"/connections/{acme.bol.pk}/{act}").status_code == 405


def test_a_removed_connection_is_shown_without_buttons(acme: House, jo: Client) -> None:
    Connection.objects.filter(pk=acme.bol.pk).update(removed=True)
    text = card(jo, acme.bol)
    assert "No longer in the settings file." in text
    assert "Check now" not in text
    assert jo.post(f"/connections/{acme.bol.pk}/resume").status_code == 404


def test_a_connector_that_is_gone_hides_no_connection(acme: House, jo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(key: str) -> None:
        raise registry.UnknownConnector("gone")

    monkeypatch.setattr(registry, "marketplace", gone)
    assert "bol-nl Marketplace · bol" in card(jo, acme.bol)


def test_rows_that_cannot_be_read_are_shown_with_the_reason(acme: House, jo: Client) -> None:
    rows = [Unreadable("41000009", "A return cannot be read: <no date>.", '{"x": "</pre><script>"}')]
    record.record_unreadable(acme.bol, "open", rows, AT)
    assert "Rows that cannot be read 1" in card(jo, acme.bol)
    response = jo.get(f"/connections/{acme.bol.pk}/unreadable")
    html = page(response)
    for shown in ("41000009", "A return cannot be read: &lt;no date&gt;.", "&lt;/pre&gt;&lt;script&gt;", "open"):
        assert shown in html, shown
    assert "no-store" in response.headers["Cache-Control"]


def test_asks_the_database_as_often_for_two_connections_as_for_ten(acme: House, jo: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(database) as asked:
            page(jo.get("/connections"))
        return len(asked)

    few = queries()
    for number in range(8):
        acme.marketplace(f"bol-{number}")
    assert queries() == few <= 8


def test_refreshes_without_the_rest_of_the_page(acme: House, jo: Client) -> None:
    html = page(jo.get("/connections", headers={"HX-Request": "true"}))
    assert html.strip().startswith('<div id="connections"')
    assert "csrfmiddlewaretoken" in html


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_without_waiting")
def test_a_list_that_is_a_report_says_as_of_when_it_is(project: Project, jo: Client) -> None:
    with market("amazon", project) as amazon:
        amazon.announce()
        amazon.is_seen()
        amazon.row.refresh_from_db()
        assert amazon.row.lanes
        text = card(jo, amazon.row)
        for lane in amazon.row.lanes:
            assert f"Last report ({lane})" in text
        assert "Marketplace · Amazon experimental" in text
        html = page(jo.get(f"/returns/{Return.objects.get()}"))
        assert "Amazon (experimental)" in html
        [finding] = run("doctor", "--connection", amazon.row.slug, "--json").json["connections"]
        assert finding["lanes"] == amazon.row.lanes
        told = run("doctor", "--connection", amazon.row.slug).out
        for lane, time in amazon.row.lanes.items():
            assert f"last report of {lane}: {time}" in told


def test_lists_that_are_no_reports_say_nothing_of_it(acme: House, jo: Client) -> None:
    assert "Last report" not in card(jo, acme.bol)
