"""What a connection's connector is and can do, under its settings."""

from typing import Any

from pydantic import BaseModel, ValidationError

from retour.connectors import registry
from retour.connectors.contract import MarketplaceManifest, ShopManifest
from retour.core.capabilities import Capabilities
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


_remembered: dict[tuple[str, str, str | None], Capabilities] = {}


def capabilities_of(marketplace: Connection, shop: Connection | None) -> Capabilities:
    """What both sides of a project's returns can do. Kept as long as the settings stay as they are."""
    key = (marketplace.connector, marketplace.fingerprint, f"{shop.connector} {shop.fingerprint}" if shop else None)
    if key not in _remembered:
        _remembered[key] = Capabilities(
            registry.marketplace(marketplace.connector).capabilities(config_of(marketplace)),
            registry.shop(shop.connector).capabilities(config_of(shop)) if shop else None,
        )
    return _remembered[key]


def shop_of(connection: Connection) -> Connection | None:
    """The shop of a connection's project."""
    shops = Connection.objects.filter(project_id=connection.project_id, role=Connection.Role.SHOP, removed=False)
    return shops.first()
