"""bol's words and shapes, without HTTP: contract bol 2, 3.1, 3.5 and 4."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from retour.connectors.contract import ReceiptState
from retour.connectors.marketplaces.bol import mapping, wire
from retour.connectors.marketplaces.bol.config import BolConfig
from retour.connectors.shapes import Garbled, decode
from retour.core.model import Handler, Handling, Money, Party, Reason, Resolution

R = Resolution
CONFIG = BolConfig.model_validate({"client_id": "shop", "client_secret": "hidden"})


def item(**changes: Any) -> dict[str, Any]:
    return {
        "rmaId": "70000001",
        "orderId": "C000TEST01",
        "ean": "0000000000017",
        "expectedQuantity": 2,
        "returnReason": {"mainReason": "Verkeerd besteld", "detailedReason": "Dubbel besteld"},
        "handled": False,
    } | changes


def a_return(*items: Any, **changes: Any) -> dict[str, Any]:
    return {
        "returnId": "41000001",
        "registrationDateTime": "2026-03-02T10:15:30+01:00",
        "fulfilmentMethod": "FBR",
        "returnItems": list(items or (item(),)),
    } | changes


def result(processing: Any, handling: Any, at: Any = "2026-03-04T09:00:00+01:00", quantity: Any = 1) -> dict[str, Any]:
    return {
        "quantity": quantity,
        "processingResult": processing,
        "handlingResult": handling,
        "processingDateTime": at,
    }


def only_line(raw: dict[str, Any]) -> Any:
    seen, unreadable = mapping.seen(raw, single=True)
    assert seen is not None
    assert not unreadable
    [line] = seen.lines
    return line


# --- reading a return ---


def test_a_row_of_a_list_as_the_contract_shows_it() -> None:
    seen, unreadable = mapping.seen(a_return(), single=False)

    assert unreadable == ()
    assert seen is not None
    assert (seen.ref, seen.handler, seen.complete, seen.customer) == ("41000001", Handler.MERCHANT, False, None)
    assert seen.opened_at == datetime(2026, 3, 2, 9, 15, 30, tzinfo=UTC)
    assert seen.opened_at.tzinfo is UTC
    [line] = seen.lines
    assert (line.ref, line.order_ref, line.gtin, line.quantity) == ("70000001", "C000TEST01", "0000000000017", 2)
    assert line.awaits
    assert line.handlings == ()
    assert (line.reason, line.reason_text) == (Reason.ORDERED_TOO_MANY, "Verkeerd besteld: Dubbel besteld")
    assert (line.comment, line.title, line.tracking, line.carrier, line.sku, line.unit_price) == (None,) * 6


def test_the_single_form_tells_title_parcel_and_customer() -> None:
    seen, _ = mapping.seen(
        a_return(
            item(
                title="Mug, blue",
                trackAndTrace="3SBOL0987654321",
                transporterName="PostNL",
                returnReason={"mainReason": "Anders", "customerComments": " Toch niet mooi. "},
                customerDetails={
                    "salutation": "FEMALE",
                    "firstName": "Noor",
                    "surname": "Example",
                    "streetName": "Dorpstraat",
                    "houseNumber": 1,
                    "houseNumberExtension": "B",
                    "extraAddressInformation": "",
                    "zipCode": "1111ZZ",
                    "city": "Utrecht",
                    "countryCode": "NL",
                    "email": "relay@example.org",
                    "deliveryPhoneNumber": "012123456",
                    "company": "Example BV",
                    "vatNumber": "NL999999999B99",
                },
            )
        ),
        single=True,
    )

    assert seen is not None
    assert seen.complete
    assert seen.customer == Party(
        first_name="Noor",
        last_name="Example",
        company="Example BV",
        gender="female",
        street="Dorpstraat",
        house_number="1",
        house_number_addition="B",
        postcode="1111ZZ",
        city="Utrecht",
        country="NL",
        email="relay@example.org",
        phone="012123456",
        vat_number="NL999999999B99",
    )
    [line] = seen.lines
    assert (line.title, line.tracking, line.carrier) == ("Mug, blue", "3SBOL0987654321", "PostNL")
    assert (line.reason, line.reason_text, line.comment) == (Reason.OTHER, "Anders", "Toch niet mooi.")


@pytest.mark.parametrize("details", [None, {}, {"salutation": "UNKNOWN"}, {"salutationCode": "02"}, "garbled", []])
def test_a_customer_of_whom_nothing_is_told(details: Any) -> None:
    seen, unreadable = mapping.seen(a_return(item(customerDetails=details)), single=True)

    assert seen is not None
    assert seen.customer is None
    assert not unreadable


def test_old_returns_tell_only_where_the_customer_lives() -> None:
    details = {"zipCode": "1111ZZ", "countryCode": "NL", "email": "relay@example.org"}
    seen, _ = mapping.seen(a_return(item(), item(rmaId="70000002", customerDetails=details)), single=True)

    assert seen is not None
    assert seen.customer == Party(postcode="1111ZZ", country="NL", email="relay@example.org")


@pytest.mark.parametrize(
    ("method", "handled", "handler", "awaits"),
    [
        ("FBR", False, Handler.MERCHANT, True),
        ("FBR", True, Handler.MERCHANT, False),
        ("FBB", False, Handler.MARKETPLACE, False),
        ("FBB", True, Handler.MARKETPLACE, False),
        ("FBX", False, Handler.MARKETPLACE, False),
    ],
)
def test_only_what_the_merchant_ships_is_ours_to_answer(
    method: str, handled: bool, handler: Handler, awaits: bool
) -> None:
    seen, _ = mapping.seen(a_return(item(handled=handled), fulfilmentMethod=method), single=False)

    assert seen is not None
    assert seen.handler is handler
    assert seen.lines[0].awaits is awaits


def test_times_with_an_offset_and_milliseconds_become_utc() -> None:
    seen, _ = mapping.seen(a_return(registrationDateTime="2016-07-14T00:06:48.423+02:00"), single=False)

    assert seen is not None
    assert seen.opened_at == datetime(2016, 7, 13, 22, 6, 48, 423000, tzinfo=UTC)


# --- history ---

WRITABLE = {
    "RETURN_RECEIVED": R.ACCEPT,
    "STILL_APPROVED": R.ACCEPT,
    "EXCHANGE_PRODUCT": R.EXCHANGE,
    "REPAIR_PRODUCT": R.REPAIR,
    "RETURN_DOES_NOT_MEET_CONDITIONS": R.REJECT,
    "CUSTOMER_KEEPS_PRODUCT_PAID": R.CANCEL,
}
READ_ONLY = [
    "CUSTOMER_KEEPS_PRODUCT_FREE_OF_CHARGE",
    "RETURN_ITEM_LOST",
    "RETURN_ITEM_DESTROYED",
    "EXPIRED",
    "EXCESSIVE_RETURN",
    "STILL_RECEIVED",
    "CANCELLED_BY_CUSTOMER",
    "FAILED_TO_CREATE_SHIPPING_LABEL",
    "FAILED_TO_COLLECT_BY_TRANSPORTER",
    "SOMETHING_NEW",
]
ENDS = {"ACCEPTED": R.ACCEPT, "REJECTED": R.REJECT, "CANCELLED": R.CANCEL}


def handled_as(processing: Any, handling: Any) -> Any:
    line = only_line(a_return(item(handled=True, processingResults=[result(processing, handling)])))
    [entry] = line.handlings
    assert entry.quantity == 1
    return entry


@pytest.mark.parametrize(("word", "resolution"), WRITABLE.items())
def test_a_writable_word_means_what_it_told(word: str, resolution: Resolution) -> None:
    entry = handled_as("ACCEPTED", word)

    assert entry.resolution is resolution
    assert entry.raw == f"ACCEPTED/{word}"
    assert entry.revises is (word == "STILL_APPROVED")


@pytest.mark.parametrize(("end", "resolution"), [("REJECTED", R.REJECT), ("CANCELLED", R.CANCEL)])
@pytest.mark.parametrize("word", ["RETURN_RECEIVED", "STILL_APPROVED"])
def test_no_refund_is_read_where_bol_ended_it_otherwise(word: str, end: str, resolution: Resolution) -> None:
    assert handled_as(end, word).resolution is resolution


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    "word", ["EXCHANGE_PRODUCT", "REPAIR_PRODUCT", "RETURN_DOES_NOT_MEET_CONDITIONS", "CUSTOMER_KEEPS_PRODUCT_PAID"]
)
def test_a_decision_without_money_reads_back_however_bol_ends_it(word: str, end: str) -> None:
    assert handled_as(end, word).resolution is WRITABLE[word]


@pytest.mark.parametrize(("end", "resolution"), ENDS.items())
@pytest.mark.parametrize("word", [*READ_ONLY, None])
def test_any_other_word_means_how_bol_ended_it(word: Any, end: str, resolution: Resolution) -> None:
    assert handled_as(end, word).resolution is resolution


@pytest.mark.parametrize("end", ["PENDING", "UNDER_REVIEW", None, 7])
@pytest.mark.parametrize("word", [*WRITABLE, *READ_ONLY])
def test_what_bol_has_not_ended_is_not_final(word: str, end: Any) -> None:
    assert handled_as(end, word).resolution is None


def test_an_expired_return_is_cancelled() -> None:
    at = datetime(2026, 3, 4, 8, tzinfo=UTC)
    assert handled_as("CANCELLED", "EXPIRED") == Handling(1, R.CANCEL, "CANCELLED/EXPIRED", at)


def test_history_is_sorted_by_time_and_keeps_its_order_on_ties() -> None:
    entries = [
        result("PENDING", "NEXT", at=None, quantity=5),
        result("ACCEPTED", "STILL_APPROVED", at="2026-03-06T09:00:00+01:00", quantity=1),
        result("REJECTED", "RETURN_DOES_NOT_MEET_CONDITIONS", at="2026-03-04T09:00:00+01:00", quantity=2),
        result("ACCEPTED", "RETURN_RECEIVED", at="2026-03-04T08:00:00+00:00", quantity=3),
        result("ACCEPTED", "RETURN_RECEIVED", at="2026-03-04T09:30:00+02:00", quantity=4),
    ]
    line = only_line(a_return(item(handled=True, processingResults=entries)))

    assert [entry.quantity for entry in line.handlings] == [4, 2, 3, 1, 5]


def test_history_may_hold_more_than_was_expected() -> None:
    entries = [result("ACCEPTED", "RETURN_RECEIVED"), result("ACCEPTED", "EXCESSIVE_RETURN")]
    line = only_line(a_return(item(expectedQuantity=1, handled=True, processingResults=entries)))

    assert sum(entry.quantity for entry in line.handlings) == 2


# --- reasons ---

OF_SIZE, DEFECTIVE, OTHER_THAN_SHOWN = Reason.WRONG_SIZE_FIT, Reason.DEFECTIVE, Reason.NOT_AS_DESCRIBED
MIND, MANY = Reason.CHANGED_MIND, Reason.ORDERED_TOO_MANY
PAIRS: dict[str, dict[str | None, Reason]] = {
    "Verkeerde maat of afmeting": {
        "Te groot": OF_SIZE,
        "Te klein": OF_SIZE,
        "Artikel werkt niet op mijn apparatuur": OF_SIZE,
        "Meerdere maten/afmetingen besteld": MANY,
        "Aanbevolen accessoire past niet": OF_SIZE,
        "Meerdere opties/artikelen besteld": MANY,
        "Pasvorm valt tegen": OF_SIZE,
        "Anders-namelijk": OF_SIZE,
    },
    "Verkeerd besteld": {
        "Onduidelijke productinformatie": OTHER_THAN_SHOWN,
        "Onduidelijke afbeelding": OTHER_THAN_SHOWN,
        "Dubbel besteld": MANY,
        "Artikel had ik toch niet nodig": MIND,
        "Aanbevolen accessoire past niet": OF_SIZE,
        "Anders-namelijk": MIND,
    },
    "Artikel werkt niet": {None: DEFECTIVE},
    "Klacht over artikel": {
        "Artikel is beschadigd": DEFECTIVE,
        "Artikel werkt niet": DEFECTIVE,
        "Artikel is incompleet": Reason.MISSING_PARTS,
        "Kwaliteit valt tegen": OTHER_THAN_SHOWN,
        "Gebruiksaanwijzing onduidelijk": Reason.OTHER,
        "Artikel doet niet wat het belooft": OTHER_THAN_SHOWN,
        "Anders-namelijk": Reason.OTHER,
    },
    "Klacht over de bezorging": {
        "Artikel is te laat bezorgd": Reason.ARRIVED_LATE,
        "Verpakking is beschadigd": Reason.DAMAGED_IN_TRANSIT,
        "Artikel is beschadigd": Reason.DAMAGED_IN_TRANSIT,
        "Ander artikel ontvangen dan besteld": Reason.WRONG_ITEM_SENT,
        "Anders-namelijk": Reason.OTHER,
    },
    "Elders goedkoper": {None: MIND},
    "Ander artikel ontvangen dan besteld": {
        "Onduidelijke productinformatie": OTHER_THAN_SHOWN,
        "Onduidelijke afbeelding": OTHER_THAN_SHOWN,
        "Ander artikel ontvangen dan besteld": Reason.WRONG_ITEM_SENT,
    },
    "Anders": {
        "Artikel cadeau ontvangen": MIND,
        "Ik heb me bedacht": MIND,
        "Artikel had ik toch niet nodig": MIND,
        "Kwaliteit valt tegen": OTHER_THAN_SHOWN,
        "Andere kleur dan gedacht": OTHER_THAN_SHOWN,
        "Meerdere opties/artikelen besteld": MANY,
        "Dubbel besteld": MANY,
        "Anders-namelijk": Reason.OTHER,
    },
    "Artikel is defect": {None: DEFECTIVE},
    "Geen reden": {None: Reason.OTHER},
    "Niet naar verwachting": {None: OTHER_THAN_SHOWN},
    "Verkeerde maat of formaat": {None: OF_SIZE},
    "Verkeerd artikel ontvangen": {None: Reason.WRONG_ITEM_SENT},
    "Artikel is defect/werkt niet": {None: DEFECTIVE},
    "Anders, namelijk:": {None: Reason.OTHER},
}


def reason_of(main: Any, detail: Any) -> tuple[Reason | None, str | None]:
    line = only_line(a_return(item(returnReason={"mainReason": main, "detailedReason": detail})))
    return line.reason, line.reason_text


@pytest.mark.parametrize(
    ("main", "detail", "reason"),
    [(main, detail, reason) for main, details in PAIRS.items() for detail, reason in details.items()],
)
def test_every_documented_reason(main: str, detail: str | None, reason: Reason) -> None:
    assert reason_of(main, detail) == (reason, f"{main}: {detail}" if detail else main)
    assert reason_of(f" {main.upper()}", detail and detail.lower())[0] is reason


@pytest.mark.parametrize("main", [main for main, details in PAIRS.items() if None not in details])
def test_every_main_reason_has_a_meaning_without_detail(main: str) -> None:
    assert reason_of(main, None)[0] is not None


def test_a_reason_never_seen_keeps_its_own_words() -> None:
    assert reason_of("Kat lust het niet", None) == (None, "Kat lust het niet")
    assert reason_of("Kat lust het niet", "Te groot") == (Reason.WRONG_SIZE_FIT, "Kat lust het niet: Te groot")
    assert reason_of("Verkeerde maat of afmeting", "Te vierkant")[0] is Reason.WRONG_SIZE_FIT


@pytest.mark.parametrize("garbled", [None, "Te groot", [], {}, {"mainReason": 7.5}])
def test_a_garbled_reason_costs_no_return(garbled: Any) -> None:
    line = only_line(a_return(item(returnReason=garbled)))

    assert (line.reason, line.reason_text, line.comment) == (None, None, None)


# --- rows that cannot be read ---

GARBLED_ITEMS: list[Any] = [
    None,
    "text",
    [],
    {},
    item(rmaId=None),
    item(rmaId=""),
    item(rmaId=" \0"),
    item(rmaId=True),
    item(rmaId=7.5),
    item(rmaId="9" * 101),
    item(orderId={}),
    item(expectedQuantity="two"),
    item(expectedQuantity=0),
    item(expectedQuantity=-1),
    item(expectedQuantity=True),
    item(expectedQuantity=2**31),
    item(handled="no"),
    item(handled=None),
    item(handled=True, processingResults={}),
    item(handled=True, processingResults=[result("ACCEPTED", "RETURN_RECEIVED", quantity="one")]),
    item(handled=True, processingResults=[result("ACCEPTED", "RETURN_RECEIVED", quantity=-1)]),
    item(handled=True, processingResults=[result("ACCEPTED", "RETURN_RECEIVED"), None]),
]
GARBLED_RETURNS: list[Any] = [
    None,
    "text",
    7,
    [],
    {},
    a_return(returnId=None),
    a_return(registrationDateTime="yesterday"),
    a_return(registrationDateTime="2026-03-02T10:15:30"),
    a_return(registrationDateTime=1772442930),
    a_return(registrationDateTime="0001-01-01T00:00:00+14:00"),
    a_return(fulfilmentMethod=None),
    a_return(returnItems=None),
    a_return(returnItems={}),
    a_return() | {"returnItems": []},
]


@pytest.mark.parametrize("garbled", GARBLED_ITEMS)
def test_a_garbled_item_hides_no_other(garbled: Any) -> None:
    seen, unreadable = mapping.seen(a_return(item(), garbled, item(rmaId="70000003")), single=True)

    assert seen is not None
    assert [line.ref for line in seen.lines] == ["70000001", "70000003"]
    assert not seen.complete
    [row] = unreadable
    assert row.ref == "41000001"
    assert row.why.startswith("Item 2 of the return cannot be read: ")
    assert json.loads(row.raw) == garbled


@pytest.mark.parametrize("garbled", GARBLED_RETURNS)
def test_a_garbled_return_is_kept_with_the_reason(garbled: Any) -> None:
    seen, [row] = mapping.seen(garbled, single=False)

    assert seen is None
    assert row.why.endswith(".")
    assert json.loads(row.raw) == garbled
    assert row.ref == (garbled.get("returnId") if isinstance(garbled, dict) else None)


def test_the_reason_why_tells_no_content() -> None:
    _, [row] = mapping.seen(a_return(registrationDateTime="Noor Example, Dorpstraat 1"), single=False)

    assert "registrationDateTime" in row.why
    assert "Noor" not in row.why


def test_text_that_no_database_keeps_is_mended() -> None:
    line = only_line(json.loads(json.dumps(a_return(item(title="Mug\0 \ud83d blue", ean=17)))))

    assert line.title == "Mug ? blue"
    assert line.gtin == "17"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TIMES = st.sampled_from(["2026-03-02T10:15:30+01:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", ""])


def like(shape: dict[str, Any], deep: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects of this shape whose fields may be anything, or missing."""
    fields = {key: st.just(value) | deep | (TIMES if "Time" in key else JSON) for key, value in shape.items()}
    return st.fixed_dictionaries({}, optional=fields) | JSON


ITEMS = like(item(handled=True, title="Mug", customerDetails={}), JSON) | st.builds(
    lambda entries: item(processingResults=entries), st.lists(like(result("ACCEPTED", "EXPIRED"), JSON), max_size=3)
)
RETURNS = like(a_return(), JSON) | st.builds(lambda items: a_return(*items), st.lists(ITEMS, max_size=4))


@given(RETURNS, st.booleans())
def test_nothing_that_bol_may_send_raises(raw: Any, single: bool) -> None:
    seen, unreadable = mapping.seen(raw, single=single)

    assert seen is not None or unreadable
    assert all(row.why and json.loads(row.raw) is not ... for row in unreadable)
    if seen:
        assert len(seen.lines) + len(unreadable) == len(raw["returnItems"])
        assert seen.opened_at.utcoffset() == timedelta()


@given(st.lists(ITEMS, max_size=4), st.lists(ITEMS, max_size=4))
def test_a_readable_item_is_never_dropped(before: list[Any], after: list[Any]) -> None:
    seen, unreadable = mapping.seen(a_return(*before, item(rmaId="777"), *after), single=False)

    assert seen is not None
    assert "777" in [line.ref for line in seen.lines]
    assert len(seen.lines) + len(unreadable) == len(before) + len(after) + 1


@given(JSON)
def test_other_answers_are_read_or_named_garbled(raw: Any) -> None:
    for shape in (wire.Listing, wire.Processes, wire.Process, wire.Order):
        with suppress(Garbled):
            assert isinstance(decode(shape, raw), shape)


# --- orders and processes ---


def test_an_order_tells_billing_and_the_sellers_references() -> None:
    address = {"firstName": "Noor", "surname": "Example", "zipCode": "1111ZZ", "city": "Utrecht", "countryCode": "NL"}
    body = {
        "orderId": "A2K8290LP8",
        "orderPlacedDateTime": "2026-02-09T12:39:48+01:00",
        "billingDetails": address | {"company": "Example BV", "vatNumber": "NL999999999B99", "email": "b@example.org"},
        "shipmentDetails": address | {"salutation": "MALE", "streetName": "Dorpstraat", "houseNumber": "1"},
        "orderItems": [
            {
                "orderItemId": "2012345678",
                "quantity": 2,
                "unitPrice": 12.99,
                "offer": {"offerId": "x", "reference": "MUG-BLUE"},
                "product": {"ean": "0000000000017", "title": "Mug, blue"},
            },
            "garbled",
            {"orderItemId": 2012345679, "quantity": 1, "unitPrice": "much", "offer": {}, "product": None},
            {"orderItemId": "2012345680", "quantity": 1, "fulfilment": {"method": "FBB"}},
        ],
    }
    order = mapping.order(decode(wire.Order, body), {"2012345678": 1})

    assert (order.ref, order.placed_at) == ("A2K8290LP8", datetime(2026, 2, 9, 11, 39, 48, tzinfo=UTC))
    assert order.billing is not None
    assert (order.billing.company, order.billing.vat_number) == ("Example BV", "NL999999999B99")
    assert order.shipping is not None
    assert (order.shipping.gender, order.shipping.street) == ("male", "Dorpstraat")
    mug, plain, theirs = order.lines
    assert (mug.ref, mug.quantity, mug.sku, mug.gtin, mug.title, mug.unit_price) == (
        "2012345678",
        2,
        "MUG-BLUE",
        "0000000000017",
        "Mug, blue",
        Money(Decimal("12.99"), "EUR"),
    )
    assert (plain.ref, plain.sku, plain.gtin, plain.unit_price) == ("2012345679", None, None, None)
    assert [line.returnable for line in (mug, plain, theirs)] == [1, 1, 0], "sent, less what was reported here"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PENDING", ReceiptState.PENDING),
        ("SUCCESS", ReceiptState.DONE),
        ("FAILURE", ReceiptState.REFUSED),
        ("TIMEOUT", ReceiptState.LOST),
        ("PAUSED", ReceiptState.PENDING),
        (None, ReceiptState.PENDING),
    ],
)
def test_a_process_is_a_receipt(status: str | None, state: ReceiptState) -> None:
    body = {"processStatusId": "019bbcbc", "status": status, "errorMessage": "No."}
    receipt = mapping.receipt(decode(wire.Process, body))

    assert (receipt.state, receipt.ref, receipt.words) == (state, "019bbcbc", "No.")


# --- telling ---


def test_every_decision_can_be_told_and_reads_back() -> None:
    abilities = mapping.capabilities(CONFIG)

    assert set(abilities.tells) == set(Resolution)
    for resolution, read_back in abilities.tells.items():
        word = mapping.handling_result(CONFIG, resolution, None)
        assert handled_as("ACCEPTED", word).resolution is read_back
        assert resolution.refunds is read_back.refunds
    assert not abilities.by_hand
    assert not abilities.deadlines


@pytest.mark.parametrize(
    ("settings", "resolution"), [({"keep_as": "by_hand"}, R.KEEP), ({"cancel_as": "by_hand"}, R.CANCEL)]
)
def test_what_is_done_by_hand_is_not_offered(settings: dict[str, Any], resolution: Resolution) -> None:
    config = CONFIG.model_copy(update=settings)
    abilities = mapping.capabilities(config)

    assert set(abilities.tells) == set(Resolution) - {resolution}
    assert set(abilities.by_hand) == {resolution}
    assert all(resolution not in becomes for becomes in abilities.changes.values())
    assert mapping.handling_result(config, resolution, None) is None
    assert mapping.handling_result(config, resolution, R.REJECT) is None


@pytest.mark.parametrize("told", [R.REJECT, R.EXCHANGE, R.REPAIR])
def test_a_refusal_may_become_a_refund_and_nothing_else(told: Resolution) -> None:
    assert mapping.capabilities(CONFIG).changes[told] == {R.ACCEPT, R.KEEP}
    assert mapping.handling_result(CONFIG, R.ACCEPT, told) == "STILL_APPROVED"
    assert mapping.handling_result(CONFIG, R.KEEP, told) == "STILL_APPROVED"
    assert mapping.handling_result(CONFIG, R.REPAIR, told) == "REPAIR_PRODUCT"


@pytest.mark.parametrize("told", [R.ACCEPT, R.KEEP, R.CANCEL])
def test_a_refund_and_a_cancellation_stay(told: Resolution) -> None:
    assert told not in mapping.capabilities(CONFIG).changes
    assert mapping.handling_result(CONFIG, R.ACCEPT, told) == "RETURN_RECEIVED"


def test_a_cancellation_told_as_a_refusal_reads_back_as_one() -> None:
    config = CONFIG.model_copy(update={"cancel_as": "RETURN_DOES_NOT_MEET_CONDITIONS"})

    assert mapping.capabilities(config).tells[R.CANCEL] is R.REJECT


# --- settings ---


def test_settings_take_addresses_with_and_without_a_slash() -> None:
    addresses = {"api_url": "http://127.0.0.1:9102/", "login_url": " https://login.example.org/token/ "}
    config = BolConfig.model_validate({"client_id": "a", "client_secret": "b"} | addresses)

    assert (config.api_url, config.login_url) == ("http://127.0.0.1:9102", "https://login.example.org/token")
    assert CONFIG.api_url == "https://api.bol.com"
    assert CONFIG.login_url == "https://login.bol.com/token"
    assert "hidden" not in repr(CONFIG)


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_url": "ftp://api.example"},
        {"api_url": "api.bol.com"},
        {"api_url": "https://user:pass@api.example"},
        {"login_url": "https://l.example/token?x=1"},
        {"client_id": ""},
        {"client_secret": ""},
        {"keep_as": "CUSTOMER_KEEPS_PRODUCT_PAID"},
        {"cancel_as": "RETURN_RECEIVED"},
        {"handled_pages": 0},
        {"unknown": 1},
    ],
)
def test_settings_refuse_what_cannot_work(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        BolConfig.model_validate({"client_id": "a", "client_secret": "hidden"} | wrong)
    assert "hidden" not in str(refused.value)


def test_every_setting_is_described() -> None:
    assert all(field.description for field in BolConfig.model_fields.values())
