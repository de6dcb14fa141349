"""Whatever is asked over HTTP, the answer is as the API's own OpenAPI document says: never a 500, always JSON, always a
status and a body that are declared; what is not valid is refused, and what is valid is not; nothing without a token."""

import copy
import socket
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from schemathesis.config import SchemathesisConfig

from retour.channable_api.limits import Buckets
from retour.channable_api.openapi import document
from retour.core.model import OrderLine
from retour.project.asgi import application
from tests.channable_api.house import House, later, line

FIRST = {"company_id": 1, "project_id": 1}
LARGEST_NUMBER = 12
"""Of returns and orders that are asked for: some are there, some are not."""
SETTINGS = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def described() -> Any:
    """The document for the first company's first project, with numbers among which there is something to find."""
    known: Any = copy.deepcopy(document())
    known["paths"] = {
        "/".join(str(FIRST.get(part.strip("{}"), part)) for part in path.split("/")): operations
        for path, operations in known["paths"].items()
    }
    near = {"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER}
    for operations in known["paths"].values():
        for operation in operations.values():
            own = [one for one in operation["parameters"] if one["name"] not in FIRST]
            operation["parameters"] = [one | {"schema": near} if one["name"] == "return_id" else one for one in own]
    known["components"]["schemas"]["TrialBody"]["properties"]["order_id"] = near
    config = SchemathesisConfig()
    # What is not known is ignored, and the token is the tests' own.
    config.projects.default.generation.update(allow_extra_parameters=False, with_security_parameters=False)
    return schemathesis.openapi.from_dict(known, config=config)


api = described()
pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture
def house(db: None, allow: Callable[[Buckets], None]) -> House:
    acme = House("acme")
    assert {"company_id": acme.company.pk, "project_id": acme.project.pk} == FIRST
    allow(Buckets(1e9, 10**9))
    for number in range(3):
        acme.offer_one(f"4100000{number}", later(days=number))
    acme.offer("41000009", line("70000091"), line("70000092"))
    acme.order("C000TEST01", "5", OrderLine("1", 1, sku="MUG-BLUE"))
    return acme


@pytest.fixture
def served(house: House) -> Iterator[str]:
    """The API, as `retour serve` serves it; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(application, access_log=False, log_config=None, lifespan="off", server_header=False)
        server = uvicorn.Server(config)
        serving = Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        serving.join(10)


@api.parametrize()
@SETTINGS
def test_with_a_token(case: schemathesis.Case, house: House, served: str) -> None:
    case.call_and_validate(served, headers={"Authorization": f"Bearer {house.token}"})


@api.parametrize()
@settings(SETTINGS, max_examples=5, phases=[Phase.generate])
def test_without_a_token(case: schemathesis.Case, served: str) -> None:
    case.headers.pop("Authorization", None)
    answer = case.call(served)
    assert answer.status_code in {401, 405, 406}, answer.status_code
    case.validate_response(
        answer, checks=[status_code_conformance, content_type_conformance, response_schema_conformance]
    )
