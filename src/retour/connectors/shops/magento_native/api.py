"""Calls of Magento's REST interface: address, credentials, searches, and what a refusal means (contract
magento-native.md, A1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from retour.connectors import words
from retour.connectors.auth import Bearer
from retour.connectors.errors import ConnectorError, Misconfigured, Transient, Unauthorized
from retour.connectors.http import Answer, Auth, Door
from retour.connectors.oauth1 import OAuth1
from retour.connectors.pages import by_page
from retour.connectors.shops.magento_native.config import MagentoNativeConfig

NAME: Final = "Magento"
MOST: Final = 100
"""Rows of a page, and ids of one search."""

PATIENCE: Final = timedelta(seconds=60)
"""For making something: just after its cache was emptied, Magento takes its time."""

NEWEST_FIRST: Final = {
    "searchCriteria[sortOrders][0][field]": "entity_id",
    "searchCriteria[sortOrders][0][direction]": "DESC",
}

Alternatives = Mapping[str, Sequence[str]]
"""Fields and the values of which one must be in one of them."""


class Api:
    """The calls of one connection. They raise only `ConnectorError`s."""

    def __init__(self, config: MagentoNativeConfig, door: Door) -> None:
        self._door = door
        self._rest = config.rest
        self._auth = credentials(config)
        self.now: datetime | None = None
        """The shop's time at its last answer, as far as it tells it."""

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """None: Magento itself says that it has no such thing, or no such route."""
        answer = await self._door.read(
            "GET", f"{self._rest}/{path}", auth=self._auth, params=params, answers={401, 404}
        )
        self.now = _date(answer) or self.now
        if answer.status == 401:
            raise self._unauthorized(answer)
        if answer.status != 404:
            return answer.json()
        if not _is_magentos(answer):
            raise Misconfigured(f"{NAME} does not answer at this address: check base_url and rest_url.", code="404")
        return None

    async def rows(self, path: str, where: Alternatives, *, fields: str = "") -> list[Any]:
        """All rows that fit, page after page."""
        found: list[Any] = []
        total = 0

        async def fetch(number: int) -> list[Any]:
            nonlocal total
            page, total = await self.page(path, where, number=number, fields=fields)
            # Past its end a collection may show its last page again: the total ends the walk.
            found.extend(page)
            return page

        async for _ in by_page(fetch, stop=lambda page: not page or len(found) >= total):
            pass
        return found

    async def page(
        self,
        path: str,
        where: Alternatives,
        *,
        number: int = 1,
        size: int = MOST,
        fields: str = "",
        newest_first: bool = False,
    ) -> tuple[list[Any], int]:
        """A page of a search, and how many rows there are in all. Raises Misconfigured where nothing is there to be
        searched."""
        order = NEWEST_FIRST if newest_first else {}
        body = await self.get(path, _criteria(where, number, size) | order | ({"fields": fields} if fields else {}))
        if body is None:
            raise Misconfigured(
                f"{NAME} has no {path} at this address: check base_url, store_code and representation.", code="404"
            )
        items = body.get("items") if isinstance(body, dict) else ()
        total = body.get("total_count") if isinstance(body, dict) else None
        if not isinstance(items, list | None) or not isinstance(total, int):
            raise Transient(f"{NAME} answered a search in an unknown form.")
        return items or [], total

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Makes something, with one call."""
        answer = await self._door.write(
            "POST", f"{self._rest}/{path}", auth=self._auth, json=body, timeout=PATIENCE, answers={401}
        )
        if answer.status == 401:
            raise self._unauthorized(answer)
        return answer

    def _unauthorized(self, answer: Answer) -> Unauthorized:
        said = words.said(answer.body, answer.headers, lambda text: self._door.redacted(text, self._auth))
        # The text is the only sign that the credentials are good, and the integration's rights are not.
        if said and "authorized to access" in said:
            sentence = (
                f"{NAME} does not allow this to the integration. Allow it sales (view orders, comments, credit memos) "
                "and returns, then activate it again."
            )
        else:
            sentence = f"{NAME} does not accept the integration's credentials."
        # Magento says the same of a token alone that it does not take.
        if isinstance(self._auth, Bearer):
            sentence += " Access tokens alone work only where Magento allows them as standalone bearer tokens."
        return Unauthorized(sentence, code="401", words=said, request_id=answer.request_id)


def credentials(config: MagentoNativeConfig) -> Auth:
    token = config.access_token.get_secret_value()
    if config.sign_in == "bearer":
        return Bearer(token)
    others = (config.consumer_key, config.consumer_secret, config.access_token_secret)
    key, secret, token_secret = (value.get_secret_value() if value else "" for value in others)
    return OAuth1(key, secret, token, token_secret)


def chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    """As many as one search asks about."""
    return (values[start : start + MOST] for start in range(0, len(values), MOST))


def _criteria(where: Alternatives, number: int, size: int) -> dict[str, str]:
    params = {"searchCriteria[pageSize]": str(size), "searchCriteria[currentPage]": str(number)}
    for place, (field, values) in enumerate(where.items()):
        one = f"searchCriteria[filter_groups][0][filters][{place}]"
        params |= {f"{one}[field]": field, f"{one}[condition_type]": "in", f"{one}[value]": ",".join(values)}
    return params


def _is_magentos(answer: Answer) -> bool:
    """Not a page of whatever stands in front of it, which knows nothing of what is there."""
    try:
        body = answer.json()
    except ConnectorError:
        return False
    return isinstance(body, dict) and "message" in body


def _date(answer: Answer) -> datetime | None:
    try:
        at = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
