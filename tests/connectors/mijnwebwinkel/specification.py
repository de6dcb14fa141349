"""MyOnlineStore's published API description as a judge of what is sent. It is not part of the project: it may be
missing."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft4Validator

FILE = Path(__file__).parents[3].parent / "shared" / "specs" / "myonlinestore-openapi.yaml"
MISSING = None if FILE.exists() else f"the API description is not there: {FILE}"
TOKENS = {"StoreToken": "token", "PartnerToken": "partner_token"}


@dataclass(frozen=True)
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


def flaws(sent: Sent) -> list[str]:
    """What the description has against a request."""
    document = _document()
    operation, in_path = _operation(document, sent)
    if operation is None:
        return [f"{sent.method} {sent.path} is not described"]
    security = operation.get("security", document["security"])
    wanted = {TOKENS[name] for one in security for name in one}
    given = sent.query.keys() & set(TOKENS.values())
    found = [] if wanted == given else [f"credentials: {sorted(given)} instead of {sorted(wanted)}"]
    declared = {one["name"]: one["schema"] for one in (_resolved(document, one) for one in operation["parameters"])}
    query = {name: value for name, value in sent.query.items() if name not in TOKENS.values()}
    for name, value in (query | in_path).items():
        if name not in declared:
            found.append(f"parameter {name} is not described")
        else:
            found += _violations(document, declared[name], _typed(declared[name], value))
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return found + (["a body is not described"] if sent.body else [])
    body = json.loads(sent.body)
    schema = content["application/json"]["schema"]
    return found + _violations(document, schema, body) + _undescribed(document, schema, body)


@cache
def _document() -> Any:
    return yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)


def _operation(document: Any, sent: Sent) -> tuple[dict[str, Any] | None, dict[str, str]]:
    steps = sent.path.split("/")
    # A path without variables goes before one with: `/orders/credit` is no order.
    for template in sorted(document["paths"], key=lambda path: path.count("{")):
        names = template.split("/")
        if sent.method.lower() not in document["paths"][template] or len(names) != len(steps):
            continue
        pairs = list(zip([name.replace("v{version}", "{version}") for name in names], steps, strict=True))
        if all(name == step or name.startswith("{") for name, step in pairs):
            in_path = {name[1:-1]: step for name, step in pairs if name.startswith("{")}
            in_path["version"] = in_path["version"].removeprefix("v")
            return document["paths"][template][sent.method.lower()], in_path
    return None, {}


def _resolved(document: Any, node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return _resolved(document, found)


def _typed(schema: dict[str, Any], value: str) -> Any:
    if schema["type"] == "integer" and value.isdecimal():
        return int(value)
    if schema["type"] == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value


def _violations(document: Any, schema: dict[str, Any], value: Any) -> list[str]:
    validator = Draft4Validator({**schema, "components": document["components"]})
    return [error.message for error in validator.iter_errors(value)]


def _undescribed(document: Any, schema: dict[str, Any], value: dict[str, Any]) -> list[str]:
    """Fields that the description does not have, or that only the store may write."""
    fields = _resolved(document, schema)["properties"]
    found = [f"field {name} is not described" for name in value.keys() - fields.keys()]
    for name in value.keys() & fields.keys():
        inner = _resolved(document, fields[name])
        if inner.get("readOnly"):
            found.append(f"field {name} is read-only")
        elif isinstance(value[name], dict) and "properties" in inner:
            found += _undescribed(document, inner, value[name])
    return found
