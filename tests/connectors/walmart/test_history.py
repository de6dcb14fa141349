"""What became of a line's units, from rows of every kind: contract walmart 4.3, 5.1, 5.2."""

from typing import Any

import pytest

from retour.connectors.marketplaces.walmart import history, mapping, wire
from retour.connectors.marketplaces.walmart.history import Units
from retour.connectors.shapes import Garbled, decode

from .specification import MISSING, official_return

AT = "2025-03-01T10:00:00.000Z"


def row(quantity: float = 3, **fields: Any) -> wire.Line:
    return decode(
        wire.Line,
        {"returnOrderLineNumber": 1, "quantity": {"measurementValue": quantity, "unitOfMeasure": "EACH"}, **fields},
    )


def group(quantity: float, refund: str | None = None, status: str | None = "COMPLETED", at: str = AT) -> dict[str, Any]:
    return {
        "status": status,
        "statusTime": at,
        "currentRefundStatus": refund,
        "quantity": {"measurementValue": quantity},
    }


def events(*tags: str) -> list[dict[str, Any]]:
    """Newest first."""
    told = [
        {"sequenceNo": i, "eventTag": tag, "eventTime": f"2025-03-{i + 1:02}T10:00:00Z"} for i, tag in enumerate(tags)
    ]
    return told[::-1]


def channel(name: str, quantity: float) -> dict[str, Any]:
    return {"refundChannelName": name, "quantity": {"measurementValue": quantity}}


DONE = {"status": "COMPLETED"}
REFUND = {"returnTrackingDetail": events("RETURN_INITIATED", "REFUND_INITIATED")}
CANCEL = {"returnTrackingDetail": events("RETURN_INITIATED", "RETURN_CANCELLED")}

LEFT, UNCLEAR, REFUNDED, CANCELLED = (
    Units(0, 0, 0, 0, 3),
    Units(0, 0, 0, 3, 0),
    Units(3, 0, 0, 0, 0),
    Units(0, 3, 0, 0, 0),
)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, LEFT, id="nothing is told"),
        pytest.param({"status": "DELIVERED"}, LEFT, id="arrived"),
        pytest.param(DONE, UNCLEAR, id="completed, without a word how"),
        pytest.param(DONE | REFUND, UNCLEAR, id="a refund of however many"),
        pytest.param({"currentRefundStatus": "REFUND_FAILED"}, UNCLEAR, id="a word that nobody knows"),
        pytest.param({"refundedQty": 1.0}, Units(1, 0, 0, 0, 2), id="one of three"),
        pytest.param({"refundedQty": 1} | DONE | REFUND, Units(1, 0, 0, 2, 0), id="one of three, completed"),
        pytest.param({"refundedQty": 9}, REFUNDED, id="never more than there are"),
        pytest.param(
            {"refundedQty": 0, "currentTrackingStatuses": [group(1, "REFUND_INITIATED"), group(2, None, "INITIATED")]}
            | DONE
            | REFUND,
            Units(1, 0, 0, 0, 2),
            id="the count lags, the groups tell",
        ),
        pytest.param(
            {"refundedQty": 0, "refundChannels": [channel("SELLER_SYSTEM_REFUND", 3)]} | DONE | REFUND,
            REFUNDED,
            id="the count lags, the channels tell",
        ),
        pytest.param(
            {
                "currentTrackingStatuses": [group(1, "REFUND_FAILED"), group(2, None, "DELIVERED")],
                "status": "DELIVERED",
            },
            Units(0, 0, 0, 1, 2),
            id="one that nobody can explain",
        ),
        pytest.param(
            {"currentTrackingStatuses": [group(1, "REFUND_COMPLETED"), group(2, "REFUND_PENDING", "DELIVERED")]} | DONE,
            Units(1, 0, 0, 2, 0),
            id="two that nobody can explain",
        ),
        pytest.param(CANCEL | DONE, CANCELLED, id="cancelled"),
        pytest.param(CANCEL | DONE | {"refundedQty": 1}, Units(1, 2, 0, 0, 0), id="cancelled, but for one"),
        pytest.param(
            {"returnTrackingDetail": events("RETURN_CANCELLED", "REFUND_ISSUED"), "refundedQty": 1},
            Units(1, 2, 0, 0, 0),
            id="refunded after it was cancelled",
        ),
        pytest.param(
            {"returnTrackingDetail": events("RETURN_CANCELLED", "RETURN_IN_TRANSIT")}, LEFT, id="on its way after all"
        ),
        pytest.param(
            {"returnTrackingDetail": events("REFUND_INITIATED", "RETURN_CANCELLED")}, UNCLEAR, id="refunded or not?"
        ),
    ],
)
def test_units_are_counted(fields: dict[str, Any], expected: Units) -> None:
    found = history.units(row(**fields), replacement=False)
    assert found == expected
    assert found.refunded + found.cancelled + found.replaced + found.unclear + found.left == 3
    entries = history.handlings(row(**fields), found)
    assert sum(entry.quantity for entry in entries) == 3 - found.left
    assert all(entry.quantity == 1 for entry in entries if entry.resolution)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (REFUND, Units(1, 0, 0, 0, 0)),
        ({"currentRefundStatus": "REFUND_INITIATED"}, Units(1, 0, 0, 0, 0)),
        ({"currentRefundStatus": "REFUND_FAILED"} | REFUND, Units(0, 0, 0, 1, 0)),
        ({"returnTrackingDetail": events("REFUND_INITIATED", "RETURN_CANCELLED")}, Units(0, 0, 0, 1, 0)),
    ],
)
def test_of_one_unit_a_word_is_enough(fields: dict[str, Any], expected: Units) -> None:
    assert history.units(row(1, **fields), replacement=False) == expected


def test_a_replacement_that_is_completed_is_an_exchange() -> None:
    line = row(2, status="COMPLETED")
    found = history.units(line, replacement=True)
    assert found == Units(0, 0, 2, 0, 0)
    assert [entry.resolution for entry in history.handlings(line, found)] == ["exchange"] * 2
    assert history.units(row(2, status="DELIVERED"), replacement=True) == Units(0, 0, 0, 0, 2)
    assert history.units(row(2, status="COMPLETED", refundedQty=1), replacement=True) == Units(1, 0, 1, 0, 0)


def test_each_refunded_unit_has_its_time_and_who_refunded_it() -> None:
    later, sooner = "2025-03-03T10:00:00Z", "2025-03-02T10:00:00Z"
    line = row(
        3,
        currentTrackingStatuses=[group(1, "REFUND_INITIATED", at=later), group(2, "REFUND_COMPLETED", at=sooner)],
        refundChannels=[channel("SELLER_SYSTEM_REFUND", 2), channel("WALMART_TRIGGERED_REFUND", 1)],
    )
    entries = history.handlings(line, history.units(line, replacement=False))
    assert [(entry.raw, f"{entry.at:%d}") for entry in entries] == [
        ("SELLER_SYSTEM_REFUND", "02"),
        ("SELLER_SYSTEM_REFUND", "02"),
        ("WALMART_TRIGGERED_REFUND", "03"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": {"measurementValue": 1.5}},
        {"quantity": {"measurementValue": "many"}},
        {"quantity": {"measurementValue": True}},
        {"quantity": {"measurementValue": float("inf")}},
        {"quantity": {}},
        {"refundedQty": "one"},
        {"refundedQty": 0.5},
        {"currentTrackingStatuses": [{"status": "COMPLETED"}]},
        {"refundChannels": ["SELLER_SYSTEM_REFUND"]},
        {"returnTrackingDetail": "RETURN_INITIATED"},
        {"returnOrderLineNumber": "first"},
        {"returnOrderLineNumber": None},
    ],
)
def test_what_money_depends_on_must_be_readable(fields: dict[str, Any]) -> None:
    with pytest.raises(Garbled):
        row(**fields)


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_the_official_example_is_read() -> None:
    seen, garbled = mapping.seen(official_return(), single=True)
    assert not garbled
    assert seen is not None
    [line] = seen.lines
    assert [(entry.resolution, entry.raw) for entry in line.handlings] == [
        ("accept", "SELLER_MANUAL_REFUND"),
        ("accept", "SELLER_MANUAL_REFUND"),
        ("accept", "InstantRefund"),
    ]
    assert (line.quantity, line.awaits, line.carrier) == (3, False, "FEDEX")
