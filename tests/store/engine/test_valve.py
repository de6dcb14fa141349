"""The safety valve: what is far more than the usual day stops."""

from datetime import timedelta

import pytest

from retour.core.model import Resolution
from retour.store.desk import Choice
from retour.store.models import Connection, Effect
from retour.store.valve import AT_LEAST, WITHOUT_EXPERIENCE, too_many_refunds
from tests.store.engine.hub import Hub, line


def waiting(hub: Hub, count: int, resolution: Resolution = Resolution.ACCEPT) -> None:
    """So many decisions wait to be told: rows only, since a thousand returns take long to make."""
    row = hub.in_shop(line("1"), ref="r1") if not hub.bol.returns.exists() else hub.row("r1")
    already = Effect.objects.count()
    Effect.objects.bulk_create(
        Effect(
            key=f"k{already + number}",
            of=row,
            connection=hub.bol,
            kind="settle",
            state="wanted",
            line_ref="1",
            quantity=1,
            resolution=resolution,
            due_at=hub.now,
            created_at=hub.now,
        )
        for number in range(count)
    )


def sent(hub: Hub, count: int, days_ago: int) -> None:
    waiting(hub, count)
    at = hub.now - timedelta(days=days_ago)
    Effect.objects.filter(state="wanted").update(state="done", sent_at=at)


def opinion(hub: Hub) -> str | None:
    return too_many_refunds(Connection.objects.get(pk=hub.bol.pk), hub.now)


def test_a_quiet_day_goes_on(hub: Hub) -> None:
    assert opinion(hub) is None
    waiting(hub, AT_LEAST)
    assert opinion(hub) is None


def test_without_a_week_to_learn_from_much_is_allowed(hub: Hub) -> None:
    sent(hub, 3, days_ago=2)
    waiting(hub, WITHOUT_EXPERIENCE)
    assert opinion(hub) is None
    waiting(hub, 1)
    assert f"{WITHOUT_EXPERIENCE + 1} refunds are waiting" in (opinion(hub) or "")


def test_ten_times_the_usual_day_is_the_limit(hub: Hub) -> None:
    for day in range(1, 11):
        sent(hub, 8, days_ago=day)
    waiting(hub, 80)
    assert opinion(hub) is None
    waiting(hub, 1)
    assert "more than 80 in a day is unusual here" in (opinion(hub) or "")


def test_what_was_sent_today_counts(hub: Hub) -> None:
    for day in range(1, 11):
        sent(hub, 8, days_ago=day)
    sent(hub, 60, days_ago=0)
    waiting(hub, 21)
    assert "21 refunds are waiting and 60 have been sent today" in (opinion(hub) or "")


@pytest.mark.parametrize("resolution", [Resolution.REJECT, Resolution.REPAIR, Resolution.EXCHANGE, Resolution.CANCEL])
def test_what_moves_no_money_does_not_count(hub: Hub, resolution: Resolution) -> None:
    Connection.objects.filter(pk=hub.bol.pk).update(options={"refund_limit": 1})
    waiting(hub, 60, resolution)
    assert opinion(hub) is None


@pytest.mark.parametrize("limit", [0, 3])
def test_a_connections_own_limit_holds(hub: Hub, limit: int) -> None:
    Connection.objects.filter(pk=hub.bol.pk).update(options={"refund_limit": limit})
    if limit:
        waiting(hub, limit)
        assert opinion(hub) is None
    waiting(hub, 1)
    assert opinion(hub)


def test_a_person_allows_one_day(hub: Hub) -> None:
    Connection.objects.filter(pk=hub.bol.pk).update(options={"refund_limit": 1}, valve_day=hub.now.date())
    waiting(hub, 5)
    assert opinion(hub) is None
    hub.later(days=1)
    assert opinion(hub)


def test_a_keep_refunds_too(hub: Hub) -> None:
    Connection.objects.filter(pk=hub.bol.pk).update(options={"refund_limit": 1})
    row = hub.in_shop(line("1", quantity=2), ref="r1")
    hub.decides(row, Choice("1", Resolution.KEEP, 2))
    waiting(hub, 1)
    hub.later(seconds=1)
    assert opinion(hub)
