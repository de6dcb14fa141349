"""Returns as stories, each with what must follow from it."""
