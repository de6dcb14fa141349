"""What an answer, or none, means: every failure gets its name here, and nowhere else."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from retour.connectors import words
from retour.connectors.errors import (
    ConnectorError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Transient,
    Unauthorized,
    Unavailable,
)
from retour.connectors.guard import barred
from retour.connectors.redact import Redactor
from retour.connectors.transport import Lost, Reach, Received

OVERLOADED = timedelta(seconds=30)
"""The pause after a 503 that names none."""


@dataclass(frozen=True, slots=True)
class Court:
    """What the names of failures depend on besides the answer. `name` is the platform's, as a merchant reads it."""

    name: str
    write: bool
    answers: Collection[int]
    undone: Collection[int]
    """Failures after which nothing has happened, even to a write."""
    allow_private: bool
    redactor: Callable[[], Redactor]
    """Made only where something failed."""

    def on(self, outcome: Received | Lost, pause: timedelta | None) -> Received | ConnectorError:
        """The failure, or the answer where it is one that the caller wants. `pause` is what a 429 or 503 asks for."""
        if isinstance(outcome, Lost):
            return self.unanswered(outcome)
        if 200 <= outcome.status < 300 or outcome.status in self.answers:
            return self.unreadable(outcome, outcome.flaw) if outcome.flaw else outcome
        return self._refusal(outcome, pause)

    def unreadable(self, received: Received, flaw: str) -> ConnectorError:
        """The failure of an answer whose body is not what it should be."""
        code, request_id = str(received.status), words.request_id(received.headers, self.redactor())
        if self.write:
            sentence = f"{self.name} answered, but it is not known whether it was done: {flaw}."
            return OutcomeUnknown(sentence, code=code, request_id=request_id)
        # What is too large now will be so again.
        failure = Refused if received.too_large else Transient
        return failure(f"{self.name} cannot be understood: {flaw}.", code=code, request_id=request_id)

    def broken(self, why: str) -> ConnectorError:
        """The failure of a body that did not come to its end."""
        return Transient(f"{self.name} did not send everything: {why}.")

    def unanswered(self, lost: Lost) -> ConnectorError:
        """The failure of a call that got no answer."""
        match lost.reach:
            case Reach.BARRED:
                return barred(self.name, allow_private=self.allow_private)
            case Reach.UNSENDABLE:
                return Misconfigured(f"Nothing can be sent to {self.name}: {lost.why}.")
            case Reach.UNSENT:
                return Transient(f"{self.name} cannot be reached: {lost.why}.")
            case Reach.SENT if self.write:
                return OutcomeUnknown(f"{self.name} did not say whether it was done: {lost.why}.")
            case Reach.SENT:
                return Transient(f"{self.name} did not answer: {lost.why}.")

    def _refusal(self, received: Received, pause: timedelta | None) -> ConnectorError:
        name, status, hide = self.name, received.status, self.redactor()
        # The page of a redirect says where it points to, which may hold secrets of the platform's sign-in.
        said = None if 300 <= status < 400 else words.said(received.body, received.headers, hide)
        doubtful = self.write and status not in self.undone
        failure: Callable[..., ConnectorError]
        match status:
            case 401:
                failure, sentence = Unauthorized, f"{name} does not accept these credentials."
            case 403:
                failure, sentence = Unauthorized, f"{name} does not allow this to these credentials."
            case 429:
                failure = partial(Unavailable, retry_after=pause or OVERLOADED)
                sentence = f"{name} was asked too often and wants a pause."
            case 503 if not doubtful:
                failure = partial(Unavailable, retry_after=pause or OVERLOADED)
                sentence = f"{name} is not available now."
            case _ if 300 <= status < 400:
                failure = Misconfigured
                sentence = f"{name} redirected the call ({status}): the base URL differs from what the platform uses."
            case _ if status != 408 and status < 500:
                failure, sentence = Refused, f"{name} refused the call ({status})."
            case _ if doubtful:
                failure, sentence = OutcomeUnknown, f"{name} failed ({status}) and did not say whether it was done."
            case _:
                failure, sentence = Transient, f"{name} failed ({status})."
        request_id = words.request_id(received.headers, hide)
        return failure(sentence, code=str(status), words=said, request_id=request_id)
