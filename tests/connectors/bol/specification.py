"""bol's published API description as a judge of what is sent. It is not part of the project: it may be missing."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

FOLDER = Path(__file__).parents[3].parent / "shared" / "specs"
FILES = (FOLDER / "bol-retailer-v10.json", FOLDER / "bol-shared-v10.json")
MISSING = None if all(file.exists() for file in FILES) else f"bol's API description is not in {FOLDER}"

MEDIA_TYPE = "application/vnd.retailer.v10+json"


@dataclass(frozen=True)
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    accept: str
    content_type: str | None
    body: bytes


def flaws(sent: Sent) -> list[str]:
    """What the description, and the contract's section 1.2, have against a request."""
    document, operation, in_path = _operation(sent)
    if operation is None:
        return [f"{sent.method} {sent.path} is not described"]
    found = [] if sent.accept == MEDIA_TYPE else [f"Accept: {sent.accept}"]
    declared = {one["name"]: one for one in operation.get("parameters", [])}
    for name, value in (sent.query | in_path).items():
        if name not in declared:
            found.append(f"parameter {name} is not described")
        else:
            found += _violations(document, declared[name]["schema"], _typed(declared[name]["schema"], value))
    found += [
        f"parameter {name} is missing"
        for name, one in declared.items()
        if one["required"] and name not in sent.query | in_path
    ]
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return found + (["a body is not described"] if sent.body else [])
    if sent.content_type != MEDIA_TYPE:
        return [*found, f"Content-Type: {sent.content_type}"]
    # For one call the description says application/json, where bol's demo page has its own type (contract 1.2).
    described = content.get(MEDIA_TYPE) or content["application/json"]
    return found + _violations(document, described["schema"], json.loads(sent.body))


@cache
def _documents() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(file.read_text("utf-8")) for file in FILES)


def _operation(sent: Sent) -> tuple[dict[str, Any], dict[str, Any] | None, dict[str, str]]:
    steps = sent.path.split("/")
    for document in _documents():
        for template, methods in document["paths"].items():
            names = template.split("/")
            if sent.method.lower() not in methods or len(names) != len(steps):
                continue
            if all(name == step or name.startswith("{") for name, step in zip(names, steps, strict=True)):
                variable = {name[1:-1]: step for name, step in zip(names, steps, strict=True) if name.startswith("{")}
                return document, methods[sent.method.lower()], variable
    return {}, None, {}


def _typed(schema: dict[str, Any], value: str) -> Any:
    if schema["type"] == "integer" and value.isdecimal():
        return int(value)
    if schema["type"] == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value


def _violations(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    validator = Draft4Validator({**schema, "components": document["components"]})
    return [error.message for error in validator.iter_errors(value)]
