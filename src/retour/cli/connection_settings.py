"""A connection's settings out of a settings file, checked by its connector's own config."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from retour.cli.references import NotFound, References, holds_reference, is_reference
from retour.cli.toml_lines import Path as Place
from retour.connectors.contract import MarketplaceManifest, ShopManifest
from retour.store.wanted import Options


@dataclass(frozen=True, slots=True)
class Taken:
    """Valid settings. `quiet` are those whose values stand elsewhere and are not shown."""

    settings: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    quiet: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SettingsReader:
    """Checks settings; mistakes go to `slips` with their places."""

    references: References
    slips: list[tuple[Place, str]]

    def settings(self, place: Place, slug: str, config: type[BaseModel], given: Any) -> Taken:
        """The settings of the connection `slug`; nothing useful where there was a mistake."""
        if not isinstance(given, dict):
            self.slips.append((place, 'A table is expected, such as { base_url = "https://shop.example.org/" }.'))
            return Taken()
        before = len(self.slips)
        values, spoken_for = self._values(place, slug, config, given)
        try:
            valid = config.model_validate(values)
        except ValidationError as error:
            self._tell(place, slug, config, error, spoken_for)
            return Taken()
        if len(self.slips) > before:
            return Taken()
        return self._taken(place, slug, valid, given)

    def options(self, place: Place, given: Any) -> dict[str, Any]:
        """What the hub itself is told about a connection."""
        if not isinstance(given, dict):
            self.slips.append((place, "A table is expected, such as { refund_limit = 200 }."))
            return {}
        self._unknown(place, Options, given)
        try:
            known = {name: value for name, value in given.items() if name in Options.model_fields}
            return Options.model_validate(known).model_dump(exclude_none=True)
        except ValidationError as error:
            self._tell(place, "", Options, error, ())
            return {}

    def deadlines(
        self, place: Place, manifest: MarketplaceManifest | ShopManifest, taken: Taken, options: dict[str, Any]
    ) -> None:
        """An own deadline changes one that the platform has: any other would be waited for in vain."""
        known = []
        if isinstance(manifest, MarketplaceManifest):
            config = manifest.config.model_validate({**taken.settings, **taken.secrets})
            known = [deadline.name for deadline in manifest.capabilities(config).deadlines]
        for name in options.get("deadlines", {}):
            if name not in known:
                known_words = f"Its deadlines: {', '.join(known)}." if known else "It has none."
                self.slips.append(((*place, name), f"{manifest.name} has no such deadline. {known_words}"))

    def _values(
        self, place: Place, slug: str, config: type[BaseModel], given: dict[str, Any]
    ) -> tuple[dict[str, Any], set[str]]:
        """The values with references followed, and the names that something has been said about already."""
        values: dict[str, Any] = {}
        spoken_for = self._unknown(place, config, given)
        secret = set(_secret_fields(config))
        for name, value in given.items():
            if name in spoken_for:
                continue
            if name in secret and not is_reference(value):
                self.slips.append(
                    ((*place, name), f"This is a secret and must not stand in this file. {_mend(slug, name)}")
                )
                spoken_for.add(name)
            try:
                values[name] = self.references.follow(value)
            except NotFound as error:
                self.slips.append(((*place, name), f"{str(error)[:1].upper()}{str(error)[1:]}."))
                spoken_for.add(name)
        return values, spoken_for

    def _unknown(self, place: Place, config: type[BaseModel], given: dict[str, Any]) -> set[str]:
        if config.model_config.get("extra") == "allow":
            return set()
        known = list(config.model_fields)
        unknown = {name for name in given if name not in known}
        for name in sorted(unknown):
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            self.slips.append(((*place, name), f"There is no such setting.{hint} Settings: {', '.join(known)}."))
        return unknown

    def _tell(
        self, place: Place, slug: str, config: type[BaseModel], error: ValidationError, spoken_for: Collection[str]
    ) -> None:
        for flaw in error.errors(include_url=False, include_context=False, include_input=False):
            name = str(flaw["loc"][0]) if flaw["loc"] else ""
            if name in spoken_for:
                continue
            if flaw["type"] == "missing":
                told = config.model_fields[name].description or ""
                mend = f" {_mend(slug, name)}" if name in set(_secret_fields(config)) else ""
                words = f"This setting is missing. {told}{mend}"
            else:
                words = _sentence(flaw["msg"])
            self.slips.append(((*place, *_part(flaw["loc"])), words))

    def _taken(self, place: Place, slug: str, valid: BaseModel, given: dict[str, Any]) -> Taken:
        set_here = {name: getattr(valid, name) for name in valid.model_fields_set}
        secrets = {n: value.get_secret_value() for n, value in set_here.items() if isinstance(value, SecretStr)}
        clear = [text for name, value in given.items() if not holds_reference(value) for text in _texts(name, value)]
        for name, secret in secrets.items():
            # A connector may take a secret out of another setting, such as an address that was pasted whole.
            for holder, text in clear:
                if len(secret) >= 4 and secret in text:
                    words = f"It holds the secret {name}, which must not stand in this file."
                    self.slips.append(((*place, holder), f"{words} {_mend(slug, holder)}"))
        settings = valid.model_dump(mode="json", include=set(set_here) - set(secrets))
        return Taken(settings, secrets, frozenset(name for name, value in given.items() if holds_reference(value)))


def _secret_fields(config: type[BaseModel]) -> Iterator[str]:
    """The settings that are secrets."""
    for name, known in config.model_fields.items():
        if SecretStr in _kinds(known.annotation):
            yield name


def _kinds(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inner in get_args(annotation):
        yield from _kinds(inner)


def _mend(slug: str, name: str) -> str:
    variable = f"{slug}_{name}".upper().replace("-", "_")
    return (
        f'Write {name} = "env:{variable}" and set that variable, '
        f'or {name} = "file:PATH" with the path of a file that holds it.'
    )


def _part(place: tuple[int | str, ...]) -> Place:
    """The place inside the settings, without what pydantic adds for unions."""
    return place[:1]


def _sentence(words: str) -> str:
    words = words.removeprefix("Value error, ").rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for inner in value:
            yield from _texts(name, inner)
    elif isinstance(value, str):
        yield name, value
