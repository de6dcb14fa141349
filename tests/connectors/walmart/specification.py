"""Walmart's published API description as a judge of what is sent. It is not part of the project: it may be missing."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft4Validator

FOLDER = Path(__file__).parents[3].parent / "shared" / "specs"
FILES = [FOLDER / f"walmart-marketplace-{name}-openapi-original.yml" for name in ("returns", "authentication")]
MISSING = None if all(file.exists() for file in FILES) else f"Walmart's API description is not in {FOLDER}"

DESCRIBED = ("/v3/returns", "/v3/token")
"""Orders are described in a file that is too large to have at hand."""
OF_CURSORS = {"sellerId", "offset"}
"""Walmart's own additions to a query, in the cursors that it gives."""
NOT_IN_THE_US_FILE = {"isWFSEnabled"}
"""In Walmart's guide, and in its files for other countries (contract walmart 4.1)."""


@dataclass(frozen=True)
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def correlation(self) -> str:
        return self.headers["WM_QOS.CORRELATION_ID"]


def flaws(sent: Sent) -> list[str]:
    """What the description has against a request."""
    if not sent.path.startswith(DESCRIBED):
        return []
    operation = _operation(sent)
    if operation is None:
        return [f"{sent.method} {sent.path} is not described"]
    declared = {one["name"]: one for one in operation["parameters"] if one["in"] == "query"}
    wanted = {one["name"] for one in operation["parameters"] if one["in"] == "header" and one["required"]}
    found = [f"header {name} is missing" for name in wanted if name.lower() not in map(str.lower, sent.headers)]
    found += [
        f"parameter {name} is not described" for name in sent.query.keys() - declared - NOT_IN_THE_US_FILE - OF_CURSORS
    ]
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        schema = content["application/json"]["schema"]
        found += [error.message for error in Draft4Validator(schema).iter_errors(json.loads(sent.body))]
        found += [f"field {name} is not described" for name in _invented(json.loads(sent.body), schema)]
    return found


def official_return() -> Any:
    """The example of a return in the description."""
    answer = _documents()[0]["paths"]["/v3/returns"]["get"]["responses"]["200"]["content"]["application/json"]
    return answer["example"]["returnOrders"][0]


def _invented(value: Any, schema: Any) -> list[str]:
    if isinstance(value, list):
        return [name for one in value for name in _invented(one, schema.get("items", {}))]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    return [name for name in value if name not in known] + [
        name for key, one in value.items() for name in _invented(one, known.get(key, {}))
    ]


@cache
def _documents() -> list[Any]:
    return [yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader) for file in FILES]


def _operation(sent: Sent) -> Any:
    steps = sent.path.split("/")
    for template, methods in ((t, m) for document in _documents() for t, m in document["paths"].items()):
        names = template.split("/")
        alike = len(names) == len(steps) and all(
            name == step or name.startswith("{") for name, step in zip(names, steps, strict=True)
        )
        if alike and sent.method.lower() in methods:
            return methods[sent.method.lower()]
    return None
