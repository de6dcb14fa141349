"""Amazon's published API descriptions as judges of what is sent. They are not part of the project: they may be
missing."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

FOLDER = Path(__file__).parents[3].parent / "shared" / "specs"
EXTERNAL = "external-fulfillment-returns-2024-09-11"
FILES = tuple(
    FOLDER / f"amazon-{name}.json" for name in ("reports-2021-06-30", "feeds-2021-06-30", "orders-2026-01-01", EXTERNAL)
)
MISSING = None if all(file.exists() for file in FILES) else f"Amazon's API descriptions are not in {FOLDER}"


@dataclass(frozen=True)
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


def flaws(sent: Sent) -> list[str]:
    """What the descriptions have against a request; of the storage, that a header of the API came along."""
    secret = "x-amz-access-token" in {name.lower() for name in sent.headers}
    if sent.path.startswith("/storage/"):
        return ["the token went to the storage"] if secret else []
    document, operation = _operation(sent)
    if operation is None:
        return [f"{sent.method} {sent.path} is not described"]
    found = [] if secret else ["no token"]
    declared = {one["name"]: one for one in operation["parameters"]}
    for name, value in sent.query.items():
        if name not in declared or declared[name]["in"] != "query":
            found.append(f"parameter {name} is not described")
        else:
            found += _violations(document, _plain(declared[name]), _typed(declared[name], value))
    alone = not sent.path.startswith("/externalFulfillment/")  # there it goes with the arguments of before
    if sent.query.get("nextToken") and len(sent.query) > 1 and alone:
        found.append("nextToken goes alone")
    bodies = [one["schema"] for one in declared.values() if one["in"] == "body"]
    if not bodies:
        return found + (["a body is not described"] if sent.body else [])
    value = json.loads(sent.body)
    definition = bodies[0]["$ref"].rpartition("/")[2]
    unknown = set(value) - set(document["definitions"][definition]["properties"])
    return found + _violations(document, bodies[0], value) + [f"{name} is not described" for name in unknown]


@cache
def _documents() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(file.read_text("utf-8")) for file in FILES)


def _operation(sent: Sent) -> tuple[dict[str, Any], dict[str, Any] | None]:
    steps = sent.path.split("/")
    for document in _documents():
        for template, methods in document["paths"].items():
            names = template.split("/")
            if sent.method.lower() not in methods or len(names) != len(steps):
                continue
            if all(name == step or name.startswith("{") for name, step in zip(names, steps, strict=True)):
                return document, methods[sent.method.lower()]
    return {}, None


def _plain(parameter: dict[str, Any]) -> dict[str, Any]:
    keys = ("type", "items", "enum", "minimum", "maximum", "minItems", "maxItems", "format")
    return {key: parameter[key] for key in keys if key in parameter}


def _typed(parameter: dict[str, Any], value: str) -> Any:
    if parameter.get("type") == "array":
        return value.split(",")
    return int(value) if parameter.get("type") == "integer" and value.isdecimal() else value


def _violations(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    validator = Draft4Validator({**schema, "definitions": document["definitions"]})
    return [error.message for error in validator.iter_errors(value)]
