"""Adobe's published description of the REST interface as a judge of what is sent. It is not part of the project: it may
be missing."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft4Validator

FILE = Path(__file__).parents[3].parent / "shared" / "specs" / "adobe-commerce-admin-schema-2.4.8.yaml"
MISSING = None if FILE.exists() else f"the API description is not there: {FILE}"

ASSIGNED = {
    "rma-data-rma-interface": {"increment_id", "entity_id", "customer_id", "store_id"},
    "rma-data-item-interface": {"entity_id", "rma_entity_id", "reason", "condition", "resolution"},
    "rma-data-comment-interface": {"entity_id", "created_at"},
}
"""The description calls every field required; these are the shop's to fill (contract magento-native.md, A2), or are
missing where the shop has none."""


@dataclass(frozen=True)
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


def flaws(sent: Sent) -> list[str]:
    """What the description has against a request."""
    path = re.sub(r"^/rest/\w+/", "/", sent.path)
    operation: dict[str, Any] = next(
        (methods for template, methods in _document()["paths"].items() if _fits(template, path)), {}
    )
    described = operation.get(sent.method.lower())
    if described is None:
        return [f"{sent.method} {path} is not described"]
    declared = described.get("parameters", [])
    bodies = [one["schema"] for one in declared if one["in"] == "body"]
    if not bodies:
        return ["a body is not described"] if sent.body else []
    schema = {**bodies[0], "definitions": _document()["definitions"]}
    body = json.loads(sent.body)
    return [error.message for error in Draft4Validator(schema).iter_errors(body)] + _undescribed(bodies[0], body)


def _undescribed(schema: dict[str, Any], value: Any, where: str = "") -> list[str]:
    if "$ref" in schema:
        schema = _document()["definitions"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [flaw for one in value for flaw in _undescribed(schema["items"], one, where)]
    if not isinstance(value, dict):
        return []
    found: list[str] = []
    for name, one in value.items():
        known = schema["properties"].get(name)
        found += [f"{where}{name} is not described"] if known is None else _undescribed(known, one, f"{where}{name}.")
    return found


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


@cache
def _document() -> Any:
    document = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
    for name, optional in ASSIGNED.items():
        definition = document["definitions"][name]
        definition["required"] = [field for field in definition["required"] if field not in optional]
    return document
