"""The Idempotency-Key (contract 3.3): same key and same body, same answer; same key and other body, 409."""

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from retour.sandbox.clock import Clock
from retour.sandbox.generic.problems import Json, Problem
from retour.sandbox.generic.switches import PartnerSwitches

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class _Answered:
    fingerprint: str
    body: Json
    at: datetime


class Remembered:
    """Answers given to decisions that were carried out; a refused one leaves its key free."""

    def __init__(self, clock: Clock, switches: PartnerSwitches) -> None:
        self._clock = clock
        self._switches = switches
        self._answers: OrderedDict[str, _Answered] = OrderedDict()

    def answer(self, key: str | None, fingerprint: str) -> Json | None:
        """What was answered to this call before, if it was. Raises the 409 of a key that stood for another call."""
        if self._switches.idempotency == "ignored" or key is None:
            return None
        oldest = self._clock.now() - timedelta(hours=self._switches.idempotency_hours)
        while self._answers and next(iter(self._answers.values())).at < oldest:
            self._answers.popitem(last=False)
        answered = self._answers.get(key)
        if answered is None:
            return None
        if answered.fingerprint != fingerprint:
            raise Problem(409, "idempotency_key_reused", "This Idempotency-Key stood for another call.")
        return answered.body

    def keep(self, key: str | None, fingerprint: str, body: Json) -> None:
        if key is None:
            return
        self._answers[key] = _Answered(fingerprint, body, self._clock.now())
        if len(self._answers) > _MOST:
            self._answers.popitem(last=False)


def fingerprint(return_id: str, body: Json) -> str:
    """Equal for equal calls: the order of fields and white space do not count."""
    return hashlib.sha256(json.dumps([return_id, body], sort_keys=True).encode()).hexdigest()
