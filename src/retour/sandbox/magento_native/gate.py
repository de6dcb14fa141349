"""The door of the REST API: routes under each store code, who may pass, bodies, lists and errors (contract A1)."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn, Protocol, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from retour.sandbox.magento.front import admit, page
from retour.sandbox.magento.integration import Integration
from retour.sandbox.magento.problems import Problem, bad, internal, no_route, required
from retour.sandbox.magento.search import BadSearch, Column, Filter, Search, read_search
from retour.sandbox.magento_native.shop import Refused
from retour.sandbox.magento_native.switches import ANY_STORE_CODES, MagentoNativeSwitches


class Numbered(Protocol):
    """A row of a table."""

    entity_id: int


Row = TypeVar("Row", bound=Numbered)
Input = TypeVar("Input", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """What an endpoint is given."""

    match: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    def number(self, name: str) -> int:
        return int(self.match[name])

    def read(self, name: str, shape: type[Input]) -> Input:
        """The one object of the body, or the problem Magento has with it."""
        return _shaped(self._object().get(name), name, shape)

    def read_all(self, shape: type[Input]) -> Input:
        """The whole body, for the calls whose arguments stand side by side."""
        return _shaped(self._object(), "body", shape)

    def _object(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            raise bad("Decoding error: Syntax error") from None
        if not isinstance(found, dict):
            raise bad("Decoding error: an object is expected")
        return found


Endpoint = Callable[[Call], Any]


class Gate:
    """Makes routes out of endpoints."""

    def __init__(self, switches: MagentoNativeSwitches, integration: Integration) -> None:
        self._switches = switches
        self._integration = integration

    def route(
        self, method: str, path: str, resource: str, endpoint: Endpoint, *, commerce: bool = False
    ) -> list[web.AbstractRouteDef]:
        """An endpoint at `/rest/V1{path}` and `/rest/{store}/V1{path}`; `commerce`: of that edition only."""

        async def serve(request: web.Request) -> web.Response:
            def answer(body: bytes) -> Any:
                self._permit(request, resource, commerce=commerce)
                return endpoint(Call(request.match_info, request.query, body))

            return await self._serve(request, answer)

        return [web.route(method, f"{prefix}{path}", serve) for prefix in ("/rest/V1", "/rest/{store}/V1")]

    def nowhere(self) -> web.AbstractRouteDef:
        """Every other address of the API, a known path with another verb among them."""

        async def serve(request: web.Request) -> web.Response:
            return await self._serve(request, _nothing)

        return web.route("*", "/rest/{path:.*}", serve)

    def listed(
        self,
        call: Call,
        rows: Iterable[Row],
        columns: Mapping[str, Callable[[Row], Column]],
        document: Callable[[Row], Any],
        indexes: Mapping[str, Callable[[str], Iterable[Row]]],
    ) -> dict[str, Any]:
        """A collection's answer to its `searchCriteria`. An index gives the rows with a value, fast."""
        search = self._search(call.query)
        try:
            found = search.select(_candidates(search, rows, indexes), columns)
        except BadSearch:
            raise internal() from None
        page_rows = search.page(found, repeat_last=self._switches.repeat_last_page)
        return {
            "items": [document(row) for row in page_rows],
            "search_criteria": search.as_json(),
            "total_count": len(found),
        }

    def _search(self, query: Mapping[str, str]) -> Search:
        search = read_search(query)
        if search is None:
            raise required("searchCriteria")
        limit = self._switches.page_size_limit
        if limit is not None:
            if search.page_size is not None and search.page_size > limit:
                raise bad("Maximum SearchCriteria pageSize is %max", {"max": limit})
            search.page_size = search.page_size or limit
        return search

    def _permit(self, request: web.Request, resource: str, *, commerce: bool) -> None:
        """A route that is not there is said before anybody is asked who they are: that is how a client probes."""
        if request.match_info.get("store", "all") not in ANY_STORE_CODES:
            raise no_route()
        if commerce and self._switches.edition != "commerce":
            raise no_route()
        authorization = request.headers.get("Authorization", "")
        # `raw_path` is the request's own text: what the client signed, not what a library makes of it.
        self._integration.admit(authorization, request.method, request.scheme, request.host, request.raw_path, resource)

    async def _serve(self, request: web.Request, answer: Callable[[bytes], Any]) -> web.Response:
        body = await admit(request, self._switches, _database_gone)
        if isinstance(body, web.Response):
            return body
        try:
            return web.json_response(answer(body))
        except Refused as refused:
            problem = bad(str(refused))
        except Problem as said:
            problem = said
        return web.json_response(problem.body(trace=self._switches.developer_mode), status=problem.status)


def empty_list(items: list[dict[str, Any]]) -> dict[str, Any]:
    """A list that is not searched: all of it, under criteria without a filter."""
    return {"items": items, "search_criteria": {"filter_groups": []}, "total_count": len(items)}


def _shaped(value: Any, name: str, shape: type[Input]) -> Input:
    if value is None:
        raise required(name)
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"]) or name
        if first["type"] == "missing":
            raise required(field) from None
        details = {"fieldName": field, "details": f"{first['msg']}. Verify and try again."}
        raise bad('Error occurred during "%fieldName" processing. %details', details) from None


def _candidates(
    search: Search, rows: Iterable[Row], indexes: Mapping[str, Callable[[str], Iterable[Row]]]
) -> Iterable[Row]:
    """The rows that indexes find for one of the groups, when they can; else all of them."""
    for group in search.groups:
        found = [_indexed(entry, indexes) for entry in group]
        if all(some is not None for some in found):
            distinct = {row.entity_id: row for some in found for row in some or ()}
            return [row for _, row in sorted(distinct.items())]
    return rows


def _indexed(entry: Filter, indexes: Mapping[str, Callable[[str], Iterable[Row]]]) -> list[Row] | None:
    values = entry.looked_up()
    if values is None or entry.field not in indexes:
        return None
    return [row for value in values for row in indexes[entry.field](value)]


def _database_gone() -> web.Response:
    return page(HTTPStatus.INTERNAL_SERVER_ERROR, "There has been an error processing your request")


def _nothing(_: bytes) -> NoReturn:
    raise no_route()
