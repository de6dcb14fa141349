"""The words that people read, in their language: for stages, decisions, reasons, and why something is so."""

import re
from collections.abc import Mapping, Set

from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from retour.connectors.contract import Maturity
from retour.core.match_order import REASONS as REASONS_OF_MATCHES
from retour.core.model import Reason, Resolution, Source, Stage, Told
from retour.core.why import SENTENCES
from retour.store.events import EVENTS
from retour.store.models import Connection

STAGES: Mapping[Stage, Promise] = {
    Stage.NEW: pgettext_lazy("stage", "New"),
    Stage.OPEN: pgettext_lazy("stage", "Open"),
    Stage.SENDING: pgettext_lazy("stage", "Sending"),
    Stage.ATTENTION: pgettext_lazy("stage", "Attention"),
    Stage.CLOSED: pgettext_lazy("stage", "Closed"),
}

DECISIONS: Mapping[Resolution, Promise] = {
    Resolution.ACCEPT: pgettext_lazy("decision", "Accept"),
    Resolution.REJECT: pgettext_lazy("decision", "Reject"),
    Resolution.REPAIR: pgettext_lazy("decision", "Repair"),
    Resolution.EXCHANGE: pgettext_lazy("decision", "Exchange"),
    Resolution.KEEP: pgettext_lazy("decision", "Keep"),
    Resolution.CANCEL: pgettext_lazy("decision", "Cancel"),
}

CONSEQUENCES: Mapping[Resolution, Promise] = {
    Resolution.ACCEPT: gettext_lazy("You take the product back."),
    Resolution.REJECT: gettext_lazy("The return is refused. No refund."),
    Resolution.REPAIR: gettext_lazy("You repair the product and send it back. No refund."),
    Resolution.EXCHANGE: gettext_lazy("You send another product. No refund."),
    Resolution.KEEP: gettext_lazy("The customer keeps the product."),
    Resolution.CANCEL: gettext_lazy("The return is called off. No refund."),
}

REASONS: Mapping[Reason, Promise] = {
    Reason.DEFECTIVE: gettext_lazy("Defective"),
    Reason.DAMAGED_IN_TRANSIT: gettext_lazy("Damaged in transit"),
    Reason.WRONG_ITEM_SENT: gettext_lazy("Wrong item sent"),
    Reason.NOT_AS_DESCRIBED: gettext_lazy("Not as described"),
    Reason.WRONG_SIZE_FIT: gettext_lazy("Wrong size or fit"),
    Reason.CHANGED_MIND: gettext_lazy("Changed mind"),
    Reason.ORDERED_TOO_MANY: gettext_lazy("Ordered too many"),
    Reason.ARRIVED_LATE: gettext_lazy("Arrived late"),
    Reason.MISSING_PARTS: gettext_lazy("Parts are missing"),
    Reason.REFUSED: gettext_lazy("Refused at the door"),
    Reason.UNDELIVERABLE_ADDRESS: gettext_lazy("Address could not be reached"),
    Reason.NOT_COLLECTED: gettext_lazy("Not collected"),
    Reason.LOST: gettext_lazy("Lost"),
    Reason.WARRANTY: gettext_lazy("Warranty"),
    Reason.SUSPECTED_MISUSE: gettext_lazy("Suspected misuse"),
    Reason.OTHER: gettext_lazy("Another reason"),
}

SOURCES: Mapping[Source, Promise] = {
    Source.SHOP: gettext_lazy("decided in the shop"),
    Source.DESK: gettext_lazy("decided on the returns desk"),
    Source.CLI: gettext_lazy("decided on the command line"),
    Source.API: gettext_lazy("decided by a program"),
    Source.MARKETPLACE: gettext_lazy("decided by the marketplace"),
    Source.RULE: gettext_lazy("decided by a rule"),
}

CONNECTION_STATES: Mapping[str, Promise] = {
    Connection.State.ACTIVE: gettext_lazy("Active"),
    Connection.State.PAUSED: gettext_lazy("Paused by a person"),
    Connection.State.RECONNECT: gettext_lazy("Not let in: check the settings"),
    Connection.State.STOPPED: gettext_lazy("Stopped as a precaution: a person must look"),
}

MATURITIES: Mapping[Maturity, Promise] = {
    Maturity.STABLE: gettext_lazy("stable"),
    Maturity.BETA: gettext_lazy("beta"),
    Maturity.EXPERIMENTAL: gettext_lazy("experimental"),
}


TELL_BY_HAND = gettext_lazy("Decided: {ours}. Tell {marketplace} by hand. {words}")
TELL_BY_HAND_BEFORE = gettext_lazy("Decided: {ours}. Tell {marketplace} by hand before {deadline}. {words}")
"""A person stands before the marketplace and the deadline that the plan, which is the same for all, does not name."""

ITS_OWN_WORDS = frozenset({"word", "theirs"})
"""Parameters that hold what a platform calls it."""


def why(key: str, params: Mapping[str, str], *, marketplace: str = "", deadline: str = "") -> SafeString:
    """Why a return stands where it stands. Decisions are named in the reader's language; a platform's own words are
    set apart. `deadline` is written as it is to be read."""
    sentence: str | Promise = SENTENCES.get(key, key)
    if key == "tell_by_hand":
        sentence = TELL_BY_HAND_BEFORE if deadline else TELL_BY_HAND
    known = {name: value if name in ITS_OWN_WORDS else decisions_in(value) for name, value in params.items()}
    return _filled(sentence, {**known, "marketplace": marketplace, "deadline": deadline}, ITS_OWN_WORDS)


def event(kind: str, params: Mapping[str, str]) -> SafeString:
    """One line of the timeline. Decisions are named in the reader's language."""
    known = dict(params)
    for name in ("resolution", "words"):
        if known.get(name) in set(Resolution):
            known[name] = str(DECISIONS[Resolution(known[name])])
    if known.get("source") in set(Source):
        known["source"] = str(SOURCES[Source(known["source"])])
    return _filled(EVENTS.get(kind, kind), known, {"word"})


def reason_of_match(key: str, params: Mapping[str, str]) -> SafeString:
    """What speaks for an order, in the reader's language."""
    return _filled(REASONS_OF_MATCHES[key], params, {"word"})


def decisions_in(text: str) -> str:
    """A text in which decisions stand by their names (`accept (2), keep (1)`), in the reader's language."""
    return _DECISION.sub(lambda found: str(DECISIONS[Resolution(found[0])]), text) if _NAMED.fullmatch(text) else text


def told(state: Told | None, *, by_person: bool, shown: bool, marketplace: str, source: Source) -> str:
    """How far a decision has come at the marketplace. `shown`: it never left, and the marketplace shows its end."""
    if source is Source.MARKETPLACE:
        return _("This is what %(marketplace)s says") % {"marketplace": marketplace}
    sentences = {
        Told.CONFIRMED: _("%(marketplace)s confirms it"),
        Told.PENDING: _("Told; waiting for %(marketplace)s to confirm"),
        Told.UNKNOWN: _("The answer was lost; not known whether %(marketplace)s has it"),
        Told.REFUSED: _("Refused by %(marketplace)s"),
        Told.BY_HAND: _("You have told %(marketplace)s by hand")
        if by_person
        else _("%(marketplace)s shows it as done")
        if shown
        else _("%(marketplace)s cannot be told: do it there by hand"),
        None: _("Not told to %(marketplace)s yet"),
    }
    return sentences[state] % {"marketplace": marketplace}


def units(count: int) -> str:
    return ngettext("%(count)d piece", "%(count)d pieces", count) % {"count": count}


def _filled(sentence: str | Promise, params: Mapping[str, str], set_apart: Set[str]) -> SafeString:
    """The sentence in the reader's language, filled in. Whatever a platform has said stays text, never markup."""
    translated = _(sentence) if isinstance(sentence, str) else str(sentence)
    values = {name: _set_apart(value) if name in set_apart else escape(value) for name, value in params.items()}
    return SafeString(escape(translated).format_map(_Blank(values)).strip())


def _set_apart(word: str) -> SafeString:
    return format_html('<span class="its-word">{}</span>', word) if word else SafeString("")


_DECISION = re.compile("|".join(Resolution))
_NAMED = re.compile(rf"(?:{_DECISION.pattern})(?: \(\d+\))?(?:, (?:{_DECISION.pattern})(?: \(\d+\))?)*")


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
