"""Values that a settings file does not hold itself: `env:NAME` and `file:PATH`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 64 * 1024


class NotFound(Exception):
    """A reference leads nowhere; the message says what to do."""


@dataclass(frozen=True, slots=True)
class References:
    """Follows references: `env:` into the environment, `file:` relative to the settings file's folder."""

    folder: Path
    environment: Mapping[str, str]

    def follow(self, value: Any) -> Any:
        """The value itself, or what its reference leads to; also inside lists and tables. Raises NotFound."""
        if isinstance(value, list):
            return [self.follow(inner) for inner in value]
        if isinstance(value, dict):
            return {name: self.follow(inner) for name, inner in value.items()}
        if not is_reference(value):
            return value
        kind, _, name = value.partition(":")
        return self._variable(name.strip()) if kind == "env" else self._file(name.strip())

    def _variable(self, name: str) -> str:
        if name not in self.environment:
            raise NotFound(f"the environment variable {name} is not set. Set it where `retour apply` runs")
        if not self.environment[name].strip():
            raise NotFound(f"the environment variable {name} is empty")
        return self.environment[name]

    def _file(self, name: str) -> str:
        path = self.folder / Path(name).expanduser()
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST + 1)
        except OSError as error:
            raise NotFound(f"the file {path} cannot be read: {error.strerror or error}") from None
        if len(content) > LARGEST:
            raise NotFound(f"the file {path} is larger than {LARGEST // 1024} KiB; it cannot be a setting")
        try:
            text = content.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise NotFound(f"the file {path} is not text in UTF-8") from None
        if not text.strip():
            raise NotFound(f"the file {path} is empty")
        return text


def is_reference(value: Any) -> bool:
    """Whether a value stands elsewhere."""
    return isinstance(value, str) and value.startswith(("env:", "file:"))


def holds_reference(value: Any) -> bool:
    """Whether any part of a value stands elsewhere."""
    if isinstance(value, list):
        return any(holds_reference(inner) for inner in value)
    if isinstance(value, dict):
        return any(holds_reference(inner) for inner in value.values())
    return is_reference(value)
