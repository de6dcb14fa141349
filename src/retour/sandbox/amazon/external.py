"""External Fulfillment Returns 2024-09-11: where the parcels of special programmes are (contract 4). Read-only.

What it shows follows from the returns that were opened with `external`: a row for each line, or for each piece.
"""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from aiohttp import web

from retour.sandbox.amazon.gate import Answer, Call, Gate, iso, moment_of
from retour.sandbox.amazon.problems import Invalid, NotFound
from retour.sandbox.amazon.state import EXTERNAL_STATUSES, Return, ReturnLine, Seller

if TYPE_CHECKING:
    from retour.sandbox.amazon.simulator import AmazonSimulator

LOCATION = "EXSB"
MOST = 100
_FILTERS = ("returnLocationId", "rmaId", "status", "reverseTrackingId")
_KNOWN = {
    *_FILTERS, "createdSince", "createdUntil", "lastUpdatedSince", "lastUpdatedUntil", "lastUpdatedAfter",
    "lastUpdatedBefore", "maxResults", "nextToken",
}  # fmt: skip

Row = dict[str, Any]


class ExternalApi:
    """`/externalFulfillment/2024-09-11/returns`, oldest first."""

    def __init__(self, simulator: "AmazonSimulator") -> None:
        self._simulator = simulator

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        root = "/externalFulfillment/2024-09-11/returns"
        return [
            web.get(root, gate.open("listReturns", self.list, "external")),
            web.get(f"{root}/{{return_id}}", gate.open("getReturn", self.get, "external")),
        ]

    async def list(self, call: Call) -> Answer:
        query = call.request.query
        if unknown := sorted(set(query) - _KNOWN):
            raise Invalid(f"{unknown[0]} is not a parameter.")
        if query.get("status", "CREATED") not in EXTERNAL_STATUSES:
            raise Invalid("status is unknown.")
        size = query.get("maxResults", "10")
        if not size.isdecimal() or not 1 <= int(size) <= MOST:
            raise Invalid(f"maxResults must be from 1 to {MOST}.")
        start, gap = _place(query)
        rows = [row for row in self._rows(call.seller) if _fits(row, query)]
        if gap:
            return Answer({"returns": [], "nextToken": _token(query, start, gap=False)})
        end = start + int(size)
        body: Row = {"returns": [row for _, row in rows[start:end]]}
        if end < len(rows):
            body["nextToken"] = _token(query, end, gap=self._simulator.switches.external_empty_pages)
        return Answer(body)

    async def get(self, call: Call) -> Answer:
        for _, row in self._rows(call.seller):
            if row["id"] == call.request.match_info["return_id"]:
                return Answer(row)
        raise NotFound("The return")

    def _rows(self, seller: Seller) -> Iterator[tuple[datetime, Row]]:
        """With the moment of their making, which the row may not tell."""
        external = (one for one in seller.returns.values() if one.external)
        for returned in sorted(external, key=lambda one: one.requested_at):
            for place, line in enumerate(returned.lines):
                pieces = [1] * line.quantity if self._simulator.switches.external_split else [line.quantity]
                for number, units in enumerate(pieces):
                    yield returned.requested_at, self._row(seller, returned, line, units, f"{place}:{number}")

    def _row(self, seller: Seller, returned: Return, line: ReturnLine, units: int, piece: str) -> Row:
        order, flaw, status = returned.order, returned.flaw, returned.external_status
        name = self._simulator.switches.external_marketplace_name or f"AMAZON_{order.marketplace.country}"
        back = {"carrierName": "ATS", "trackingId": returned.tracking_id} if returned.tracking_id else None
        metadata = {
            "returnReason": line.reason,
            "rmaId": None if flaw == "no_rma_id" else returned.rma_id,
            "fulfillmentOrderId": str(uuid5(NAMESPACE_URL, f"order:{order.order_id}")),
            "invoiceInformation": {"id": f"{LOCATION}-{order.order_id[-3:]}"},
        }
        shipping = {
            "forwardTrackingInfo": {"carrierName": "ATS", "trackingId": f"OUT{order.order_id[-7:]}"},
            "reverseTrackingInfo": back,
            "deliveryDateTime": iso(returned.delivered_at) if returned.delivered_at else None,
        }
        channel = {
            "marketplaceChannel": {"marketplaceName": name, "channelName": "MFN"},
            "merchantId": seller.seller_id,
            "shipmentId": f"D{order.order_id[-7:]}",
            "customerOrderId": None if flaw == "no_order_id" else order.order_id,
            "returnLocationId": LOCATION,
            "channelSku": line.item.sku,
        }
        unknown = flaw == "unknown_values"
        row: Row = {
            "id": str(uuid5(NAMESPACE_URL, f"{seller.seller_id}:{returned.rma_id}:{piece}")),
            "returnLocationId": LOCATION,
            "merchantSku": None if flaw == "no_items" else line.item.sku,
            "returnType": "CUSTOMER",
            "returnSubType": {"Replacement": "REPLACEMENT", "Exchange": "EXCHANGE"}.get(line.resolution, "NORMAL"),
            "numberOfUnits": {"no_quantity": None, "wrong_type": "two"}.get(flaw or "", units),
            "status": "SOMETHING_NEW" if unknown else status,
            "fulfillmentLocationId": str(uuid5(NAMESPACE_URL, LOCATION)),
            "creationDateTime": "yesterday" if flaw == "bad_date" else iso(returned.requested_at),
            "lastUpdatedDateTime": iso(returned.changed_at or returned.requested_at),
            "returnMetadata": _filled(metadata),
            "returnShippingInfo": _filled(shipping),
            "marketplaceChannelDetails": _filled(channel),
        }
        if status == "OUT_FOR_DELIVERY":
            until = (returned.changed_at or returned.requested_at) + timedelta(days=1)
            row |= {"otpDetails": {"otp": "000000", "validTill": int(until.timestamp())}}
        if status == "DELIVERED":
            row |= {"packageDeliveryMode": "WITH_OTP"}
        return _filled(row) | ({"fieldOfTomorrow": 1} if unknown else {})


def _fits(entry: tuple[datetime, Row], query: Any) -> bool:
    created, row = entry
    shown = {
        "returnLocationId": row["returnLocationId"],
        "rmaId": row["returnMetadata"].get("rmaId"),
        "status": row["status"],
        "reverseTrackingId": row["returnShippingInfo"].get("reverseTrackingInfo", {}).get("trackingId"),
    }
    if any(name in query and query[name] != shown[name] for name in _FILTERS):
        return False
    updated = moment_of(row["lastUpdatedDateTime"], "lastUpdatedDateTime") or created
    if {"lastUpdatedSince", "lastUpdatedUntil"} & set(query) and not {"returnLocationId", "status"} <= set(query):
        raise Invalid("lastUpdatedSince and lastUpdatedUntil need returnLocationId and status.")
    spans = (
        (created, "createdSince", "createdUntil"),
        (created, "lastUpdatedAfter", "lastUpdatedBefore"),  # deprecated names of the same
        (updated, "lastUpdatedSince", "lastUpdatedUntil"),
    )
    for moment, since, until in spans:
        start, end = moment_of(query.get(since), since), moment_of(query.get(until), until)
        if (start and moment < start) or (end and moment > end):
            return False
    return True


def _token(query: Any, start: int, *, gap: bool) -> str:
    """Holds the arguments of its call: the next one must have the same."""
    return base64.urlsafe_b64encode(json.dumps([start, gap, _arguments(query)]).encode()).decode()


def _place(query: Any) -> tuple[int, bool]:
    """Where a page begins, and whether it is one of the empty ones."""
    if "nextToken" not in query:
        return 0, False
    try:
        start, gap, arguments = json.loads(base64.urlsafe_b64decode(query["nextToken"]))
    except ValueError:
        raise Invalid("nextToken is not valid.") from None
    if arguments != _arguments(query):
        raise Invalid("nextToken goes with the same arguments as before.")
    return start, gap


def _arguments(query: Any) -> list[list[str]]:
    return sorted([name, value] for name, value in query.items() if name != "nextToken")


def _filled(row: Row) -> Row:
    """Without what is not there."""
    return {name: value for name, value in row.items() if value is not None}
