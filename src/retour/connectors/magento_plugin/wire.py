"""What the plugin answers: only the fields that are used, read with tolerance."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class PluginAnswer(BaseModel):
    """An answer of hook or status. `validated` comes as the text "true" or "false", `return_id` as a number or a text
    (contract magento.md, A4, A7, E1)."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)

    validated: bool
    errors: Any = None
    return_id: str | None = None
    status: Any = None

    @property
    def words(self) -> str:
        """The plugin's own words for a refusal."""
        return self.errors.strip() if isinstance(self.errors, str) else json.dumps(self.errors)


def plugin_answer(body: bytes) -> PluginAnswer | None:
    """None: this is not an answer of the plugin, but something in front of it."""
    try:
        return PluginAnswer.model_validate_json(body)
    except ValidationError:
        return None
