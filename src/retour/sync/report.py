"""What a check of a connection brought."""

from dataclasses import dataclass


@dataclass(slots=True)
class Report:
    """One connection's part of a pass. `words` says in a sentence what went wrong, or is empty."""

    connection_id: int
    connection: str
    ok: bool = True
    words: str = ""
    new: int = 0
    changed: int = 0
    created: int = 0
    settled: int = 0
    confirmed: int = 0
    questions: int = 0
    unreadable: int = 0
    vanished: int = 0
    seconds: float = 0.0

    @property
    def brought_anything(self) -> bool:
        """Whether the marketplace or the shop showed something new."""
        return bool(self.new or self.changed or self.vanished)

    def add(self, other: "Report") -> None:
        """Takes in a later check of the same connection."""
        self.ok, self.words = other.ok, other.words
        for name in (
            "new",
            "changed",
            "created",
            "settled",
            "confirmed",
            "questions",
            "unreadable",
            "vanished",
            "seconds",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
