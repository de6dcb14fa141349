"""The switchboard of faults: what a simulated platform is told to do wrong, and how often."""

import random
import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FaultKind = Literal["slow", "answer", "answer_after", "drop_before", "drop_after"]


class Fault(BaseModel):
    """One rule of misbehaviour, matched against `"METHOD /path"`.

    * `slow` waits `seconds`, then serves normally.
    * `answer` answers `status` with `body` and `headers` and does nothing else.
    * `answer_after` does the work, then answers so, as a gateway does that has waited too long.
    * `drop_before` closes the connection; nothing happens.
    * `drop_after` does the work, then closes the connection without an answer: the effect took place.
    """

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    match: str = ".*"
    skip: int = Field(default=0, ge=0, description="how many matching requests pass first")
    times: int | None = Field(default=1, description="how many requests it strikes; null for all")
    chance: float = Field(default=1.0, ge=0, le=1)
    seconds: float = 0
    status: int = 503
    headers: dict[str, str] = {}
    body: str = ""


class Faults:
    """The rules in force; the first that strikes wins. Seeded, so that a run can be repeated."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - chance of a fault, not a secret
        self.rules: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.rules.append(fault)

    def clear(self) -> None:
        self.rules.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, if any; counts it."""
        call = f"{method} {path}"
        for rule in self.rules:
            if rule.times == 0 or not re.search(rule.match, call):
                continue
            if rule.skip:
                rule.skip -= 1
                continue
            if self._random.random() >= rule.chance:
                continue
            if rule.times is not None:
                rule.times -= 1
            return rule
        return None
