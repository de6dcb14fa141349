"""What the plugin's refusals mean: its text to the failure that says what happens next (contract magento.md, A4, A7,
E8, E9, E11)."""

import re

from retour.connectors.errors import ConnectorError, Misconfigured, OutcomeUnknown, Refused, Transient, Unauthorized

_CONFIG: dict[str, tuple[type[ConnectorError], str]] = {
    "store param missing in request": (Misconfigured, "The shop was not told the store view: fill in store_id."),
    "missing store id in request": (Misconfigured, "The shop was not told the store view: fill in store_id."),
    "extension not enabled": (
        Misconfigured,
        "The Channable plugin, or its returns, is switched off in the shop. Switch both on for the store view that "
        "base_url leads to.",
    ),
    "returns not enabled": (
        Misconfigured,
        "Returns are switched off in the shop's Channable plugin for this store view. Switch them on there.",
    ),
    "token not set in admin": (Misconfigured, "The shop's Channable plugin has no token yet. Make one there."),
    "token param missing in request": (Unauthorized, "The shop was not told the token: fill in token."),
    "invalid token": (Unauthorized, "The shop does not accept the token. Copy it again from the plugin's settings."),
    "unknown token": (Unauthorized, "The shop does not accept the token. Copy it again from the plugin's settings."),
}
_BUG = re.compile(r"^(post |unable to unserialize|no returns data|missing id)", re.IGNORECASE)
_PHP = re.compile(r"^(?P<what>(?:Warning|Notice|Deprecated)[^\n]*?)(?: in [/\\A-Z].*)?$", re.DOTALL)
_NOT_SAVED = re.compile(r"^could not save the return", re.IGNORECASE)
_SQLSTATE = re.compile(r"SQLSTATE\[\w+\]")
_PATH = re.compile(r"(?:\b[A-Za-z]:)?(?:[/\\][\w.@-]+){2,}")
_ABSENT = re.compile(r'^The return with id "(?P<id>[^"]*)" does not exist\.?$')


def public(words: str, length: int = 300) -> str:
    """The shop's words without server paths and SQL statements, cut: fit to be shown to a merchant."""
    shown = _PATH.sub("[path]", words.partition(", query was")[0]).strip()
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def says_absent(words: str) -> str | None:
    """The number of the return that the shop says does not exist; None: it says something else."""
    absent = _ABSENT.match(words)
    return absent["id"] if absent else None


def connection_error(words: str) -> ConnectorError | None:
    """The failure, when these words are about the connection as a whole and not about one return."""
    known = _CONFIG.get(words.strip().rstrip("!.").lower())
    return known[0](known[1], words=words) if known else None


def create_error(words: str) -> ConnectorError:
    """What became of a create that the plugin refused with these words. Nothing was saved."""
    if about_connection := connection_error(words):
        return about_connection
    if _NOT_SAVED.match(words):
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
    if _BUG.match(words):
        return Refused("The shop's plugin could not read the return request.", words=public(words))
    return Refused("The shop refused the return request.", words=public(words))
