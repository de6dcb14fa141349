"""What a connection's connector is and can do, under its settings."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from retour.connectors import registry
from retour.connectors.contract import MarketplaceManifest, ShopManifest
from retour.core.capabilities import Capabilities, MarketplaceCapabilities
from retour.store import sql
from retour.store.models import Connection
from retour.store.sealed import unseal


def manifest_of(connection: Connection) -> MarketplaceManifest | ShopManifest:
    """The connector's manifest. Raises `registry.UnknownConnector`."""
    if connection.role == Connection.Role.SHOP:
        return registry.shop(connection.connector)
    return registry.marketplace(connection.connector)


def config_of(connection: Connection) -> BaseModel:
    """The validated settings, secrets included. Raises pydantic's ValidationError; show only its `flaws`."""
    settings = {**connection.settings, **(unseal(connection.secrets) or {})}
    return manifest_of(connection).config.model_validate(settings)


def flaws(error: ValidationError) -> str:
    """What is wrong with stored settings, in a sentence that holds none of their values."""
    told = [f"{'.'.join(map(str, flaw['loc']))}: {flaw['msg']}" for flaw in error.errors(include_input=False)]
    return f"The settings no longer fit ({'; '.join(told)}). Mend the settings file and apply it again."


def secret_values(document: Any) -> list[str]:
    """Every secret in an unsealed document."""
    if isinstance(document, dict):
        return [text for inner in document.values() for text in secret_values(inner)]
    if isinstance(document, list):
        return [text for inner in document for text in secret_values(inner)]
    return [str(document)] if document not in {None, ""} else []


@dataclass(frozen=True, slots=True)
class Sides:
    """The two connections of a return: its marketplace, and its project's shop where there is one, by their keys; and
    under which settings they are."""

    marketplace: int
    slug: str
    shop: int | None
    settings: tuple[str, str, str | None, str | None]


def sides_of(marketplaces: Collection[int]) -> dict[int, Sides]:
    """The sides of each of these marketplaces, as they are now. One query."""
    statement = f"""
        SELECT m.id, m.slug, s.id, m.connector, m.fingerprint, s.connector, s.fingerprint
        FROM store_connection AS m
        LEFT JOIN store_connection AS s ON s.project_id = m.project_id AND s.role = 'shop' AND NOT s.removed
        WHERE m.id IN {sql.marks(marketplaces)}
    """  # noqa: S608
    found = sql.rows(statement, [*marketplaces])
    return {key: Sides(key, slug, shop, tuple(settings)) for key, slug, shop, *settings in found}


_remembered: dict[tuple[str, str, str | None, str | None], Capabilities] = {}


def capabilities_between(sides: Sides) -> Capabilities:
    """What both sides of a project's returns can do. Kept as long as the settings stay as they are."""
    known = _remembered.get(sides.settings)
    if known is not None:
        return known
    found = Connection.objects.in_bulk([key for key in (sides.marketplace, sides.shop) if key is not None])
    return capabilities_of(found[sides.marketplace], found[sides.shop] if sides.shop else None)


def capabilities_of(marketplace: Connection, shop: Connection | None) -> Capabilities:
    """The same for connections that are at hand."""
    settings = (*_settings(marketplace), *(_settings(shop) if shop else (None, None)))
    if settings not in _remembered:
        _remembered[settings] = Capabilities(
            _with_own_deadlines(marketplace),
            registry.shop(shop.connector).capabilities(config_of(shop)) if shop else None,
        )
    return _remembered[settings]


def _with_own_deadlines(marketplace: Connection) -> MarketplaceCapabilities:
    """A marketplace's capabilities, with the deadlines that its options name otherwise."""
    able = registry.marketplace(marketplace.connector).capabilities(config_of(marketplace))
    own = marketplace.options.get("deadlines", {})
    deadlines = tuple(
        replace(one, after=timedelta(hours=own[one.name]), source="this connection's options")
        if one.name in own
        else one
        for one in able.deadlines
    )
    return replace(able, deadlines=deadlines) if own else able


def _settings(connection: Connection) -> tuple[str, str]:
    return connection.connector, connection.fingerprint


def shop_of(connection: Connection) -> Connection | None:
    """The shop of a connection's project."""
    shops = Connection.objects.filter(project_id=connection.project_id, role=Connection.Role.SHOP, removed=False)
    return shops.first()
