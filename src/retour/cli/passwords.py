"""Where a new password comes from."""

import os
import secrets
import sys

import typer

_ENTROPY = 15
"""Bytes; 120 bits."""


def chosen_password(variable: str, question: str) -> tuple[str, bool]:
    """A password from the environment, else asked for at a terminal, else made up; and whether it was made up."""
    if given := os.environ.get(variable):
        return given, False
    if sys.stdin.isatty():
        return str(typer.prompt(question, hide_input=True, confirmation_prompt=True, err=True)), False
    return secrets.token_urlsafe(_ENTROPY), True
