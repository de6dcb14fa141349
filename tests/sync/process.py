"""Passes in processes of their own, over the same home and database. `python -m tests.sync.process` makes one pass."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def environment() -> dict[str, str]:
    """A child's environment: it must find the database of the tests."""
    from django.db import connection

    found = connection.settings_dict
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "retour.project.settings"}
    if connection.vendor == "postgresql":
        user = f"{found['USER']}:{found['PASSWORD']}@" if found["USER"] else ""
        env["RETOUR_DATABASE"] = f"postgresql://{user}/{found['NAME']}?host={found['HOST']}"
    return env


async def one_pass() -> Process:
    """Starts a pass."""
    arguments = [sys.executable, "-m", "tests.sync.process"]
    return await asyncio.create_subprocess_exec(*arguments, cwd=ROOT, env=environment(), stdout=PIPE)


async def finished(process: Process) -> list[dict[str, Any]]:
    """Its reports."""
    out, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0
    reports: list[dict[str, Any]] = json.loads(out.splitlines()[-1])
    return reports


async def _main() -> None:
    from dataclasses import asdict

    from retour.sync.local import sync_pass

    reports = await sync_pass(until_idle=True)
    sys.stdout.write("\n" + json.dumps([asdict(report) for report in reports]) + "\n")


if __name__ == "__main__":
    import django
    import stamina

    django.setup()
    stamina.set_testing(True, attempts=3)
    asyncio.run(_main())
