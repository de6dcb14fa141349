"""What settings change of a connector's abilities: found by trying every choice that a setting has."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from retour.connectors.contract import MarketplaceManifest, ShopManifest
from retour.core.capabilities import MarketplaceCapabilities, ShopCapabilities, Starts
from retour.core.model import Resolution
from retour.documents.words import becomes, parts_of

FILLED_IN = SecretStr("filled in")


def standard(config: type[BaseModel], **changes: Any) -> BaseModel:
    """The settings as they are by default. Not validated: what is needed and has no default is left out, since no
    ability may depend on a name or an address."""
    return config.model_construct(**changes)


def values_of(field: FieldInfo) -> list[Any]:
    """The choices of a setting; none where anything may be filled in."""
    kinds = list(parts_of(field.annotation))
    for kind in kinds:
        if get_origin(kind) is Literal:
            return list(get_args(kind))
    return [True, False] if field.annotation is bool else []


def variations(manifest: MarketplaceManifest | ShopManifest) -> Iterator[tuple[str, str, list[str]]]:
    """Every choice that changes an ability: the setting, the choice as it is shown, and what changes."""
    usual = _facts(manifest.capabilities(standard(manifest.config)))
    for name, field in manifest.config.model_fields.items():
        for value, shown in _others(field):
            facts = _facts(manifest.capabilities(standard(manifest.config, **{name: value})))
            changed = [f"{what}: {words}" for what, words in facts.items() if usual.get(what) != words]
            if changed:
                yield name, shown, changed


def _others(field: FieldInfo) -> Iterator[tuple[Any, str]]:
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    for value in values_of(field):
        if value != default:
            yield value, str(value).lower() if isinstance(value, bool) else f'"{value}"'
    if default is None and not field.is_required() and SecretStr in parts_of(field.annotation):
        yield FILLED_IN, "(filled in)"


def _facts(able: MarketplaceCapabilities | ShopCapabilities) -> dict[str, str]:
    """Each ability by its name, in words that can be compared."""
    if isinstance(able, ShopCapabilities):
        decided = {f"decision {r}": "possible" if r in able.decides else "not possible" for r in Resolution}
        return {
            **decided,
            "orders": _yes(able.orders),
            "orders are offered to choose from": _yes(able.candidates),
            "lost requests are found": _yes(able.finds),
            "its own returns are reported": _yes(able.shows_own),
        }
    told = {}
    for resolution in Resolution:
        if resolution not in able.tells:
            told[str(resolution)] = f"by hand. {able.by_hand.get(resolution, '')}".strip()
        else:
            later = becomes(able, resolution)
            may = "" if later == "-" else f", may later become {later}"
            told[str(resolution)] = f"told, shows as {able.tells[resolution]}{may}"
    return {
        **told,
        "smallest part": able.granularity,
        "orders": _yes(able.orders),
        "returns that you report yourself": _yes(Starts.SELLER in able.starts),
        "lost decisions are found": _yes(able.finds),
        "silence proves absence": _yes(able.proves_absence),
    }


def _yes(able: bool) -> str:
    return "yes" if able else "no"
