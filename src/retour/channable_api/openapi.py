"""The API in OpenAPI 3.1, for programs: served to anybody at `/v1/openapi`, as Channable serves its own (contract
channable-api.md, S1). It holds nothing of the merchant's."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from retour.channable_api import queries, schemas
from retour.channable_api.answers import Problem, answer

Json = dict[str, Any]

_PROJECT: Final = "/v1/companies/{company_id}/projects/{project_id}"
_REFS: Final = "#/components/schemas/{model}"
_ASKED: Final = (queries.StatusBody, queries.TrialBody, queries.ManualBody)
_ANSWERED: Final = (
    schemas.RecentReturns,
    schemas.AnonymizedRecentReturns,
    schemas.SingleReturn,
    schemas.UpdateReturnStatusResponse,
    schemas.TestReturnResponse,
    schemas.ResponseModel,
    schemas.ChannableErrorResponse,
    schemas.HTTPValidationError,
)
_ERRORS: Final = {
    400: "The request is malformed.",
    401: "The token is missing, unknown, expired or revoked.",
    403: "The token is another company's.",
    404: "There is nothing of this number.",
    406: "Only JSON is spoken here.",
    409: "It waits for no decision, or the order has no known products.",
    429: "Too many requests.",
    503: "Not now.",
}
_EVERYWHERE: Final = (400, 401, 403, 404, 406, 429, 503)
_PAUSES: Final = {429, 503}


@csrf_exempt
@login_not_required
def openapi(request: HttpRequest) -> HttpResponse:
    """The document."""
    if request.method != "GET":
        return Problem(405, "This address answers to GET only.", {"Allow": "GET"}).answer()
    return answer(document())


@cache
def document() -> Json:
    """All operations, with what they take and what they answer."""
    every = [(model, "validation") for model in _ASKED] + [(model, "serialization") for model in _ANSWERED]
    _, defined = models_json_schema(every, ref_template=_REFS)  # type: ignore[arg-type] # mypy sees any text as a mode
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Retour: the Channable-compatible API",
            "version": version("retour"),
            "description": "The returns of a project whose shop fetches and decides them by itself.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {
            f"{_PROJECT}/returns": {
                "get": _operation("A page of returns, newest first", schemas.RecentReturns, query=queries.Query)
            },
            f"{_PROJECT}/anonymous_returns": {
                "get": _operation(
                    "The same without personal data", schemas.AnonymizedRecentReturns, query=queries.AnonymousQuery
                )
            },
            f"{_PROJECT}/returns/test": {
                "post": _operation(
                    "Makes test returns of an order",
                    schemas.TestReturnResponse,
                    201,
                    body=queries.TrialBody,
                    conflicts=True,
                )
            },
            f"{_PROJECT}/returns/{{return_id}}": {
                "get": _operation("One return", schemas.SingleReturn, number="return_id")
            },
            f"{_PROJECT}/returns/{{return_id}}/status": {
                "post": _operation(
                    "The merchant's decision",
                    schemas.UpdateReturnStatusResponse,
                    number="return_id",
                    body=queries.StatusBody,
                    conflicts=True,
                )
            },
            f"{_PROJECT}/orders/{{order_id}}/return": {
                "post": _operation(
                    "Declares what came back unannounced",
                    schemas.ResponseModel,
                    number="order_id",
                    body=queries.ManualBody,
                )
            },
        },
        "components": {
            "schemas": defined["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    summary: str,
    success: type[BaseModel],
    status: int = 200,
    *,
    number: str | None = None,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
    conflicts: bool = False,
) -> Json:
    """One method of an address. `number`: what stands in it beside company and project."""
    errors = sorted((*_EVERYWHERE, 409) if conflicts else _EVERYWHERE)
    made: Json = {
        "summary": summary,
        "parameters": [
            *_numbers("company_id", "project_id", *filter(None, [number])),
            *(_filters(query) if query else ()),
        ],
        "responses": {
            str(status): _response("It went well.", success),
            **{str(code): _error(code) for code in errors},
            "422": _response("Understood, but not valid.", schemas.HTTPValidationError),
        },
    }
    if body:
        made["requestBody"] = {"required": True, "content": _content(body)}
    return made


def _numbers(*names: str) -> list[Json]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "integer"}} for name in names]


def _filters(model: type[BaseModel]) -> list[Json]:
    """A filter that is not given is left out: none is ever null."""
    described = model.model_json_schema()["properties"]
    return [{"name": name, "in": "query", "schema": _never_null(schema)} for name, schema in described.items()]


def _never_null(schema: Mapping[str, Any]) -> Json:
    kept = {key: value for key, value in schema.items() if key not in {"anyOf", "default", "title"}}
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if schema.get("default") is not None:
        kept["default"] = schema["default"]
    return {**kept, **kinds[0]} if len(kinds) == 1 else {**kept, **({"anyOf": kinds} if kinds else {})}


def _error(code: int) -> Json:
    made = _response(_ERRORS[code], schemas.ChannableErrorResponse)
    if code in _PAUSES:
        pause = {"description": "In how many seconds to come back.", "required": True, "schema": {"type": "integer"}}
        made["headers"] = {"Retry-After": pause}
    return made


def _response(description: str, model: type[BaseModel]) -> Json:
    return {"description": description, "content": _content(model)}


def _content(model: type[BaseModel]) -> Json:
    return {"application/json": {"schema": {"$ref": _REFS.format(model=model.__name__)}}}
