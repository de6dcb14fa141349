"""What the plugin's refusals mean: its text to the failure that says what happens next (contract magento.md, A4, A7,
B, E8, E9, E11)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from retour.connectors.errors import ConnectorError, Misconfigured, OutcomeUnknown, Refused, Transient, Unauthorized

Meanings = Mapping[str, tuple[type[ConnectorError], str]]
"""The plugin's words in small letters, without the mark at their end, to what they mean for the connection."""

CONNECTION: Final[Meanings] = {
    "store param missing in request": (Misconfigured, "The shop was not told the store view: fill in store_id."),
    "token not set in admin": (Misconfigured, "The shop's Channable plugin has no token yet. Make one there."),
    "token param missing in request": (Unauthorized, "The shop was not told the token: fill in token."),
    "invalid token": (Unauthorized, "The shop does not accept the token. Copy it again from the plugin's settings."),
    "unknown token": (Unauthorized, "The shop does not accept the token. Copy it again from the plugin's settings."),
}
"""What both generations say."""

_PHP = re.compile(r"^(?P<what>(?:Warning|Notice|Deprecated)[^\n]*?)(?: in [/\\A-Z].*)?$", re.DOTALL)
_SQLSTATE = re.compile(r"SQLSTATE\[\w+\]")
_PATH = re.compile(r"(?:\b[A-Za-z]:)?(?:[/\\][\w.@-]+){2,}")


def public(words: str, length: int = 300) -> str:
    """The shop's words without server paths and SQL statements, cut: fit to be shown to a merchant."""
    shown = _PATH.sub("[path]", words.partition(", query was")[0]).strip()
    return shown if len(shown) <= length else shown[: length - 1] + "…"


@dataclass(frozen=True, slots=True)
class Refusals:
    """A generation's words. `misread`: it could not read the request. `unsaved`: its database has saved nothing.
    `absent`: it does not have the return that the group `id` names."""

    connection: Meanings
    misread: re.Pattern[str]
    unsaved: re.Pattern[str]
    absent: re.Pattern[str]

    def says_absent(self, words: str) -> str | None:
        """The number of the return that the shop says does not exist; None: it says something else."""
        absent = self.absent.match(words)
        return absent["id"] if absent else None

    def connection_error(self, words: str) -> ConnectorError | None:
        """The failure, when these words are about the connection as a whole and not about one return."""
        known = self.connection.get(words.strip().rstrip("!.").lower())
        return known[0](known[1], words=words) if known else None

    def create_error(self, words: str) -> ConnectorError:
        """What became of a create that the plugin refused with these words. Nothing was saved, unless the database
        itself failed in an unknown way."""
        if about_connection := self.connection_error(words):
            return about_connection
        if self.unsaved.match(words):
            state = _SQLSTATE.search(words)
            return Transient(
                "The shop's database could not save the return.",
                code=state[0] if state else None,
                words="Could not save the return",
            )
        if _SQLSTATE.search(words):
            return OutcomeUnknown("The shop's database failed while it registered the return.", words=public(words))
        if php := _PHP.match(words):
            return Refused("The shop's plugin stumbled over the return request.", words=public(php["what"]))
        if self.misread.match(words):
            return Refused("The shop's plugin could not read the return request.", words=public(words))
        return Refused("The shop refused the return request.", words=public(words))
