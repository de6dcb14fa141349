"""The command line as its users run it: in this process for speed, or as a process of its own where that matters."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from retour.cli import app

MAGENTO_TOKEN = "magento-token-0123456789abcdef"
BOL_SECRET = "bol-secret-0123456789abcdef"
SETTINGS = """\
[companies.acme]
name = "Acme BV"
[companies.acme.projects.webshop]
name = "Acme webshop"
[companies.acme.projects.webshop.shop]
connector = "magento2"
settings = { base_url = "http://127.0.0.1:9101/", store_id = "1", token = "env:ACME_MAGENTO_TOKEN" }
[companies.acme.projects.webshop.marketplaces.bol-nl]
connector = "bol"
[companies.acme.projects.webshop.marketplaces.bol-nl.settings]
api_url = "http://127.0.0.1:9102"
login_url = "http://127.0.0.1:9102/token"
client_id = "x"
client_secret = "env:BOL_SECRET"
"""
ENVIRONMENT = {"ACME_MAGENTO_TOKEN": MAGENTO_TOKEN, "BOL_SECRET": BOL_SECRET}


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*words: str, env: Mapping[str, str] | None = None, stdin: str | None = None) -> Result:
    """Runs a command in this process, on the test's database."""
    umask = os.umask(0o077)
    try:
        result = CliRunner().invoke(app, list(words), env=dict(env or {}), input=stdin)
    finally:
        os.umask(umask)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Result(result.exit_code, result.stdout, result.stderr)


def start(*words: str, env: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Runs a command as a process of its own, with a home of its own (`RETOUR_HOME` in `env`)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RETOUR_")}
    return subprocess.Popen(
        [sys.executable, "-m", "retour.cli", *words],
        env={**kept, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def process(*words: str, env: Mapping[str, str]) -> Result:
    """Runs a command as a process of its own, to its end."""
    running = start(*words, env=env)
    out, err = running.communicate(timeout=120)
    return Result(running.returncode, out, err)


def settings_file(folder: Path, text: str = SETTINGS) -> Path:
    """A settings file."""
    path = folder / "retour.toml"
    path.write_text(text, encoding="utf-8")
    return path
