"""Texts with places in braces: the only thing that a profile can compute. The list of places is fixed; nothing in a
template is ever run."""

import re
from collections.abc import Mapping
from typing import Any, Final

PLACES: Final = frozenset(
    {
        "return_id",
        "line_id",
        "order_id",
        "order_line_id",
        "quantity",
        "decision",
        "reason_code",
        "comment",
        "reference",
        "number",
    }
)
"""What is known of a decision when it is told. `reference` is the hub's own key of this one call, in letters that a
header takes; `number` its number."""

WRITTEN_AT: Final = "written_at"
"""In a file, besides: when it is first written, by the clock of where it lies."""

_BRACED = re.compile(r"\{([^{}]*)\}")

Values = Mapping[str, str | int | None]


def unknown_places(template: Any, allowed: frozenset[str] = PLACES) -> set[str]:
    """The places of a template that do not exist, wherever in it they stand."""
    return used_places(template) - allowed


def used_places(template: Any) -> set[str]:
    """The places that a template names."""
    if isinstance(template, Mapping):
        return {place for inner in template.values() for place in used_places(inner)}
    if isinstance(template, list | tuple):
        return {place for inner in template for place in used_places(inner)}
    return set(_BRACED.findall(template)) if isinstance(template, str) else set()


def filled(template: Any, values: Values) -> Any:
    """The template with its places filled in. A text that is one place alone becomes the value as it is: a number
    stays one, and what is not known is null."""
    if isinstance(template, Mapping):
        return {name: filled(inner, values) for name, inner in template.items()}
    if isinstance(template, list | tuple):
        return [filled(inner, values) for inner in template]
    if not isinstance(template, str):
        return template
    alone = _BRACED.fullmatch(template)
    return values[alone[1]] if alone else text(template, values)


def text(template: str, values: Values) -> str:
    """The template as a text; what is not known is empty."""
    return _BRACED.sub(lambda place: "" if (value := values[place[1]]) is None else str(value), template)
