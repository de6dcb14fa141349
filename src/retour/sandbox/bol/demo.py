"""The static demo environment: `-demo` behind the first path segment, nothing changes (contract 6)."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from retour.sandbox.bol.gate import Answer, Gate
from retour.sandbox.bol.problems import MEDIA_TYPE, Invalid, NotFound
from retour.sandbox.bol.requests import json_of, order_item_id_of, violations_of_handling
from retour.sandbox.bol.settlement import CREATE_HANDLINGS, HANDLINGS

if TYPE_CHECKING:
    from retour.sandbox.bol.simulator import Account

Json = dict[str, Any]

_TIME = "2020-02-27T17:53:41+01:00"
_REASON = {"mainReason": "Anders", "detailedReason": "Ik heb me bedacht"}
_PARCEL = {"trackAndTrace": "3SBOL0987654321", "transporterName": "PostNL"}
_CUSTOMER = {"salutation": "UNKNOWN", "zipCode": "1111ZZ", "countryCode": "NL", "email": "demo@example.org"}


def _item(rma_id: str, order_id: str, ean: str, *history: tuple[str, str]) -> Json:
    results = [
        {"quantity": 1, "processingResult": result, "handlingResult": handling, "processingDateTime": _TIME}
        for result, handling in history
    ]
    return {
        "rmaId": rma_id,
        "orderId": order_id,
        "ean": ean,
        "expectedQuantity": 1,
        "returnReason": _REASON,
        "handled": bool(history),
        **({"processingResults": results} if history else {}),
    }


def _return(return_id: str, method: str, *items: Json) -> Json:
    head = {"returnId": return_id, "registrationDateTime": _TIME, "fulfilmentMethod": method}
    return {**head, "returnItems": list(items)}


_RECEIVED = ("ACCEPTED", "RETURN_RECEIVED")
_EXPIRED = _item("60282945", "1044796551", "8712626055143", ("CANCELLED", "EXPIRED"))
_ACCEPTED = _item("60282944", "1044796552", "8712626055150", _RECEIVED)
_SINGLE = _item("60278123", "1044796553", "8718526069334", _RECEIVED)
_OPEN = _item("60283608", "1044796550", "0634154562956")
_MIXED = _item("60283607", "1044796550", "0634154562956", _RECEIVED)

LISTS: dict[tuple[str, str], list[Json]] = {
    ("FBR", "false"): [_return("15897410", "FBR", _OPEN)],
    ("FBR", "true"): [
        _return("15897410", "FBR", _MIXED),
        _return("15896813", "FBR", _ACCEPTED, _EXPIRED),
        _return("15892026", "FBR", _SINGLE),
    ],
    ("FBB", "true"): [_return("5", "FBB", _item("86127199", "1044796554", "8718526069341", _RECEIVED, _RECEIVED))],
    ("FBB", "false"): [_return("6", "FBB", _item("86127131", "1044796555", "8718526069358"))],
}


def _whole(return_id: str, *items: Json) -> Json:
    extra = {"title": "Product Title", **_PARCEL, "customerDetails": _CUSTOMER}
    return _return(return_id, "FBR", *({**item, **extra} for item in items))


RETURNS = {
    "15896813": _whole("15896813", _EXPIRED, _ACCEPTED),
    "15892026": _whole("15892026", _SINGLE),
    "15897410": _whole("15897410", _OPEN, _MIXED),
}
PUTS = {("86123452", "RETURN_RECEIVED", 3), ("86129741", "EXCHANGE_PRODUCT", 1)}
STATUSES = {"1": "PENDING", "2": "SUCCESS", "3": "TIMEOUT", "4": "FAILURE"}


def _process(process_status_id: str, event_type: str, entity_id: str | None, status: str = "PENDING") -> Json:
    links = [{"rel": "self", "href": f"/shared-demo/process-status/{process_status_id}", "method": "GET"}]
    return {
        "processStatusId": process_status_id,
        **({"entityId": entity_id} if entity_id else {}),
        "eventType": event_type,
        "description": "A process of the demo environment.",
        "status": status,
        **({"errorMessage": "Example process status error message."} if status == "FAILURE" else {}),
        "createTimestamp": _TIME,
        **({"links": links} if status != "SUCCESS" else {}),
    }


class DemoApi:
    """A table of answers; anything else is not found."""

    def routes(self, gate: Gate) -> list[web.AbstractRouteDef]:
        both = (MEDIA_TYPE, "application/json")
        status_path = "/shared-demo/process-status/{process_status_id}"
        return [
            web.get("/retailer-demo/returns", gate.open("returns", self.list_returns)),
            web.get("/retailer-demo/returns/{return_id}", gate.open("returns", self.get_return)),
            web.put("/retailer-demo/returns/{rma_id}", gate.open("returns", self.handle_return, (MEDIA_TYPE,))),
            web.post("/retailer-demo/returns", gate.open("returns", self.create_return, both)),
            web.get(status_path, gate.open("process-status", self.process_status)),
        ]

    async def list_returns(self, request: web.Request, _: "Account") -> Answer:
        key = (request.query.get("fulfilment-method", "FBR"), request.query.get("handled", "false"))
        rows = LISTS.get(key, []) if request.query.get("page", "1") == "1" else []
        return Answer({"returns": rows} if rows else {})

    async def get_return(self, request: web.Request, _: "Account") -> Answer:
        return_id = request.match_info["return_id"]
        if return_id not in RETURNS:
            raise NotFound(f"Return for return id {return_id} not found.")
        return Answer(RETURNS[return_id])

    async def handle_return(self, request: web.Request, _: "Account") -> Answer:
        body = await json_of(request)
        if violations := violations_of_handling(body, HANDLINGS):
            raise Invalid(violations)
        rma_id = request.match_info["rma_id"]
        if (rma_id, body["handlingResult"], body["quantityReturned"]) not in PUTS:
            raise NotFound(f"Return item {rma_id} with this handling is not in the demo environment.")
        return Answer(_process("1", "HANDLE_RETURN_ITEM", rma_id), 202)

    async def create_return(self, request: web.Request, _: "Account") -> Answer:
        body = await json_of(request)
        violations = violations_of_handling(body, CREATE_HANDLINGS)
        order_item_id = order_item_id_of(body, violations)
        if violations:
            raise Invalid(violations)
        if order_item_id != "1044796550":
            raise NotFound(f"Order item {order_item_id} is not in the demo environment.")
        return Answer(_process("1", "CREATE_RETURN_ITEM", None), 202)

    async def process_status(self, request: web.Request, _: "Account") -> Answer:
        process_status_id = request.match_info["process_status_id"]
        if process_status_id not in STATUSES:
            raise NotFound(f"Process status for process status id {process_status_id} not found.")
        status = STATUSES[process_status_id]
        return Answer(_process(process_status_id, "HANDLE_RETURN_ITEM", f"55555{process_status_id}", status))
