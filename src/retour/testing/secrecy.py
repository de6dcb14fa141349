"""Whether a secret can be seen where a person may look."""

import traceback
from collections.abc import Iterable
from dataclasses import asdict
from urllib.parse import quote

from retour.connectors.http import Exchange


def shown_by(error: BaseException) -> str:
    """All that an error shows: its text, its fields, and the traceback with every error behind it."""
    fields = [f"{name}: {value!r}" for name, value in vars(error).items()]
    return "\n".join([str(error), repr(error), repr(error.args), *fields, *traceback.format_exception(error)])


def shown_by_exchange(exchange: Exchange) -> str:
    """All that a recorded exchange shows."""
    return repr(asdict(exchange))


def assert_hidden(secrets: Iterable[str], where: str, text: str) -> None:
    """Fails when a text holds one of the secrets, as it is or as it stands in a URL."""
    for secret in secrets:
        for spelling in {secret, quote(secret, safe="")}:
            assert spelling not in text, f"{where} shows a secret:\n{text}"
