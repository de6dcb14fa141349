"""The settings file: TOML to what is wanted, with every mistake at once, each with its line and what mends it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from retour.cli.connection_settings import SettingsReader
from retour.cli.references import References
from retour.cli.toml_lines import Lines
from retour.cli.toml_lines import Path as Place
from retour.connectors import registry
from retour.store.wanted import SHOP_SLUG, WantedCompany, WantedConnection, WantedProject

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,48}[a-z0-9])?")
_AT: Final = re.compile(r" ?\(at (?:line (?P<line>\d+), column \d+|end of document)\)")
_TWICE: Final = re.compile(r"Cannot declare \((?P<names>.*)\) twice")


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake in a settings file."""

    file: str
    line: int
    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.where}{': ' if self.where else ''}{self.words}"


class Slips(Exception):
    """All the mistakes of a settings file, in the order of its lines."""

    def __init__(self, slips: list[Slip]) -> None:
        self.slips = sorted(slips, key=lambda slip: slip.line)
        super().__init__("\n".join(map(str, self.slips)))


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a settings file asks for."""

    companies: tuple[WantedCompany, ...]
    name: str
    lines: Lines

    def slip(self, place: Place, words: str) -> Slip:
        """A mistake at a place of the file."""
        return Slip(self.name, self.lines.of(place), ".".join(map(str, place)), words)


def read(path: Path, environment: Mapping[str, str]) -> SettingsFile:
    """Reads and checks a settings file. Raises Slips."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Slips([Slip(name, 1, "", f"The file cannot be read: {error.strerror}.")]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Slips([Slip(name, line, "", "The file is not text in UTF-8. Save it as UTF-8.")]) from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Slips([_syntax(name, text, str(error))]) from None
    reader = _Reader(References(path.resolve().parent, environment))
    companies = reader.companies(document)
    result = SettingsFile(companies, name, Lines(text))
    if reader.slips:
        raise Slips([result.slip(place, words) for place, words in reader.slips])
    return result


def _syntax(name: str, text: str, words: str) -> Slip:
    at = _AT.search(words)
    line = int(at["line"]) if at and at["line"] else text.count("\n", 0, len(text.rstrip())) + 1
    words = _AT.sub("", words)
    if twice := _TWICE.fullmatch(words):
        names = re.findall(r"'([^']*)'", twice["names"])
        hint = " A project has one shop: give the other one a project of its own." if names[-1:] == ["shop"] else ""
        return Slip(name, line, ".".join(names), f"This table is there twice.{hint}")
    return Slip(name, line, "", f"This is not TOML: {words[:1].lower()}{words[1:].rstrip('.')}.")


class _Reader:
    """Walks the document and collects mistakes instead of stopping at the first."""

    def __init__(self, references: References) -> None:
        self.slips: list[tuple[Place, str]] = []
        self._settings = SettingsReader(references, self.slips)

    def companies(self, document: dict[str, Any]) -> tuple[WantedCompany, ...]:
        self._only(document, (), ("companies",))
        return tuple(
            self._company(("companies", slug), slug, company)
            for slug, company in self._tables(document, (), "companies")
        )

    def _company(self, place: Place, slug: str, given: dict[str, Any]) -> WantedCompany:
        self._only(given, place, ("name", "projects"))
        self._slug(place, slug)
        projects = [
            self._project((*place, "projects", key), key, p) for key, p in self._tables(given, place, "projects")
        ]
        return WantedCompany(slug, self._name(given, place, slug), tuple(projects))

    def _project(self, place: Place, slug: str, given: dict[str, Any]) -> WantedProject:
        self._only(given, place, ("name", "shop", "marketplaces"))
        self._slug(place, slug)
        connections = []
        shop = given.get("shop", {})
        if isinstance(shop, list):
            self._slip((*place, "shop"), "A project has one shop: give each other one a project of its own.")
        elif not isinstance(shop, dict):
            self._not_a_table((*place, "shop"))
        elif "shop" in given:
            connections.append(self._connection((*place, "shop"), SHOP_SLUG, "shop", shop))
        for key, marketplace in self._tables(given, place, "marketplaces"):
            here = (*place, "marketplaces", key)
            self._slug(here, key)
            if key == SHOP_SLUG:
                self._slip(here, "A marketplace cannot be called shop: that is the name of the project's shop.")
            connections.append(self._connection(here, key, "marketplace", marketplace))
        return WantedProject(slug, self._name(given, place, slug), tuple(c for c in connections if c))

    def _connection(
        self, place: Place, slug: str, role: Literal["shop", "marketplace"], given: dict[str, Any]
    ) -> WantedConnection | None:
        self._only(given, place, ("connector", "settings", "options", "paused"))
        paused = given.get("paused")
        if paused is not None and not isinstance(paused, bool):
            self._slip((*place, "paused"), "true or false is expected, without quotes.")
        options = self._settings.options((*place, "options"), given.get("options", {}))
        key = given.get("connector")
        if not isinstance(key, str):
            known = ", ".join(registry.shops() if role == "shop" else registry.marketplaces())
            hint = f'It says which platform this is, such as connector = "{known.split(",")[0]}". Installed: {known}.'
            self._slip((*place, "connector"), f"{'It is missing' if key is None else 'A name is expected'}. {hint}")
            return None
        try:
            manifest = registry.shop(key) if role == "shop" else registry.marketplace(key)
        except registry.UnknownConnector as error:
            self._slip((*place, "connector"), str(error))
            return None
        slips = len(self._settings.slips)
        taken = self._settings.settings((*place, "settings"), slug, manifest.config, given.get("settings", {}))
        if len(self._settings.slips) == slips:
            self._settings.deadlines((*place, "options", "deadlines"), manifest, taken, options)
        return WantedConnection(slug, role, key, taken.settings, taken.secrets, taken.quiet, options, paused)

    def _tables(self, given: dict[str, Any], place: Place, name: str) -> list[tuple[str, dict[str, Any]]]:
        value = given.get(name, {})
        if not isinstance(value, dict):
            self._not_a_table((*place, name))
            return []
        for key, inner in value.items():
            if not isinstance(inner, dict):
                self._not_a_table((*place, name, key))
        return [(key, inner) for key, inner in value.items() if isinstance(inner, dict)]

    def _only(self, given: dict[str, Any], place: Place, known: tuple[str, ...]) -> None:
        for name in given:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                self._slip((*place, name), f"This is not known here.{hint} Known: {', '.join(known)}.")

    def _name(self, given: dict[str, Any], place: Place, slug: str) -> str:
        name = given.get("name", slug)
        if not isinstance(name, str) or not name.strip() or len(name) > 200:
            self._slip((*place, "name"), "A name of 1 to 200 letters is expected, in quotes.")
            return slug
        return name.strip()

    def _slug(self, place: Place, slug: str) -> None:
        if not _SLUG.fullmatch(slug):
            plain = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-")[:50].strip("-")
            hint = f" {plain!r} would do." if plain else ""
            words = "A short name has 1 to 50 small letters, digits and hyphens, and no hyphen at its ends."
            self._slip(place, f"{words}{hint}")

    def _not_a_table(self, place: Place) -> None:
        self._slip(place, f"A table is expected, such as [{'.'.join(map(str, place))}].")

    def _slip(self, place: Place, words: str) -> None:
        self.slips.append((place, words))
