"""A connector's page for merchants, in Markdown: settings, decisions, lost answers, limits. All of it is read from the
manifest, but for the words in `merchants.md` of the connector's own folder, if there is such a file."""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib.resources import files

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from retour.connectors import registry
from retour.connectors.contract import MarketplaceManifest, Maturity, ShopManifest
from retour.core.capabilities import MarketplaceCapabilities, ShopCapabilities, Starts
from retour.core.model import Resolution
from retour.documents.variations import standard, values_of, variations
from retour.documents.words import DUE, LOST_CREATES, SMALLEST, becomes, lost_settles, parts_of, time

HEADING = (
    "<!-- Written by scripts/connector-pages. Change the manifest, the settings' descriptions or merchants.md in the"
    " connector's folder, and run it again. -->"
)
MATURITIES = {
    Maturity.STABLE: "stable",
    Maturity.BETA: "beta: tested against a simulator of the platform, not yet proven by months of real use",
    Maturity.EXPERIMENTAL: "experimental: try it with little at stake",
}

USUAL = timedelta(minutes=5)
"""How often a connection is checked at least, where its platform lets it."""

Manifest = MarketplaceManifest | ShopManifest


def pages() -> dict[str, str]:
    """A page for every installed connector, by its key."""
    installed: dict[str, Manifest] = {**registry.marketplaces(), **registry.shops()}
    return {key: page(manifest) for key, manifest in installed.items()}


def page(manifest: Manifest) -> str:
    """The page of one connector."""
    parts = [HEADING, f"# {manifest.name}", _summary(manifest), *_own_words(manifest)]
    parts += ["## Settings", _settings(manifest)]
    able = manifest.capabilities(standard(manifest.config))
    if isinstance(able, MarketplaceCapabilities):
        parts += list(_marketplace(able))
    else:
        parts += list(_shop(able))
    parts += [*_variations(manifest), "## Calls", *_calls(manifest)]
    return "\n\n".join(parts) + "\n"


def _summary(manifest: Manifest) -> str:
    role = "marketplace" if isinstance(manifest, MarketplaceManifest) else "shop"
    return _bullets(
        [
            f'A {role}; in the settings file: `connector = "{manifest.key}"`.',
            f"Maturity: {MATURITIES[manifest.maturity]}.",
            f"Checked at least every {time(manifest.poll_every)}, and at once when there is something to send."
            + ("" if manifest.poll_every <= USUAL else " That is the platform's own rhythm."),
        ]
    )


def _own_words(manifest: Manifest) -> Iterator[str]:
    package = manifest.config.__module__.rpartition(".")[0]
    words = files(package) / "merchants.md" if package else None
    if words is not None and words.is_file():
        yield words.read_text(encoding="utf-8").strip()


def _settings(manifest: Manifest) -> str:
    fields = manifest.config.model_fields.items()
    return _table(
        ("setting", "default", "what it is"),
        [(f"`{name}`", _default(field), _described(field)) for name, field in fields],
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "not set"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _described(field: FieldInfo) -> str:
    told = field.description or ""
    choices = [value for value in values_of(field) if isinstance(value, str)]
    if choices:
        told += f" One of {', '.join(f'`{choice}`' for choice in choices)}."
    if SecretStr in parts_of(field.annotation):
        told += " **Secret**: written as `env:NAME` or `file:PATH`."
    return told


def _marketplace(able: MarketplaceCapabilities) -> Iterator[str]:
    yield "## Decisions"
    yield _table(
        ("decision", "customer is refunded", "told", "shows in the marketplace's history as", "may later become"),
        [_decision(able, resolution) for resolution in Resolution],
    )
    facts = [SMALLEST[able.granularity]]
    if able.serial:
        facts.append("Parts of one line are told one after the other, each confirmed before the next.")
    if able.asynchronous:
        facts.append("It takes a decision first and carries it out later; Retour follows it until it is confirmed.")
    if able.reason_required:
        facts.append(f"A reason is needed for: {_listed(able.reason_required)}.")
    if able.together > 1:
        facts.append(f"Up to {able.together} decisions are told with one call; each has an outcome of its own.")
    if Starts.SELLER in able.starts:
        facts.append("You can report what came back and nobody had announced: **Report a return** on the desk.")
    if Starts.CUSTOMER not in able.starts:
        facts.append("The customer cannot announce a return there.")
    if not able.looks:
        facts.append("A single return cannot be asked for: what is new of it is in the next list.")
    if able.orders:
        facts.append("The order behind a return is fetched: billing details, prices and your own references.")
    yield _bullets(facts)
    if able.reasons:
        yield "## Reasons that the marketplace knows"
        yield _table(
            ("decision", "code", "means"),
            [
                (decision, f"`{one.code}`", one.words)
                for decision in Resolution
                for one in able.reasons.get(decision, ())
            ],
        )
    yield "## Deadlines"
    if able.deadlines:
        yield _table(
            ("name", "when", "otherwise", "source"),
            [
                (f"`{one.name}`", DUE[one.since].format(time(one.after)), one.consequence, one.source)
                for one in able.deadlines
            ],
        )
        yield (
            "Where your account has other times, say so in the settings file, in hours: "
            f"`options = {{ deadlines = {{ {able.deadlines[0].name} = 24 }} }}`."
        )
    else:
        yield "Retour counts none for this marketplace."
    yield "## When an answer is lost"
    yield lost_settles(able)


def _decision(able: MarketplaceCapabilities, resolution: Resolution) -> tuple[str, ...]:
    refunds = "yes" if resolution.refunds else "no"
    if resolution in able.tells:
        return resolution, refunds, "yes", able.tells[resolution], becomes(able, resolution)
    by_hand = f"by hand. {able.by_hand.get(resolution, '')}".strip()
    return resolution, refunds, by_hand, "-", becomes(able, resolution)


def _shop(able: ShopCapabilities) -> Iterator[str]:
    yield "## Decisions"
    yield f"The merchant can decide in the shop: {_listed(able.decides)}."
    yield "## Orders"
    if able.orders:
        yield "The shop's order of a marketplace order is searched before a return is made in the shop."
    else:
        yield (
            "The shop's order of a marketplace order is not searched. `retour orders import` takes in a list of both"
            " numbers, or a person links the order on the return's page."
        )
    if able.candidates:
        yield "Where that finds nothing certain, the shop is asked for orders that may be the one; a person chooses."
    if able.needs_order:
        yield "A return request stands with its order there: a return whose order is not known waits for it, in sight."
    else:
        yield "A return whose order is not known goes to the shop without it."
    yield "## When an answer is lost"
    yield LOST_CREATES[able.finds]


def _variations(manifest: Manifest) -> Iterator[str]:
    """What other settings change of all that."""
    rows = [(f"`{name} = {shown}`", "; ".join(changes)) for name, shown, changes in variations(manifest)]
    if rows:
        yield "## What other settings change"
        yield _table(("with", "it is so"), rows)


def _calls(manifest: Manifest) -> Iterator[str]:
    if manifest.limits:
        rows = [(limit.group, str(limit.calls), time(limit.per)) for limit in manifest.limits]
        yield _table(("kind of call", "at most", "within"), rows)
    else:
        yield "The platform tells no limits, and none is set."
    facts = [f"At most {manifest.parallel} calls are under way at once."]
    if manifest.rate_headers:
        facts.append(f"What the platform's `{manifest.rate_headers.remaining}` header tells corrects these numbers.")
    yield _bullets(facts)


def _listed(resolutions: Iterable[Resolution]) -> str:
    known = set(resolutions)
    return ", ".join(resolution for resolution in Resolution if resolution in known)


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"* {line}" for line in lines)


def _table(headings: tuple[str, ...], rows: Iterable[Iterable[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str | timedelta) -> str:
    return " ".join(str(text).replace("|", "\\|").split())
