"""The crash machine: a hub that is killed again and again must settle every unit once, and lose nothing.

Each run has a hub, two simulated platforms, customers, a merchant and fate of its own, all drawn from one seed. What a
seed draws is repeated exactly; when a process is killed is up to the machine, so a rare failure may need several tries:

    RETOUR_CRASH_SEED=4711 RETOUR_CRASH_RUNS=20 pytest tests/sync/test_crashes.py    # runs 4711 to 4730
"""

import asyncio
import os
import shutil
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from django.conf import settings

from tests.sync.crash.hub import Hub, Hubs
from tests.sync.crash.run import run

ON_POSTGRESQL = "RETOUR_DATABASE" in os.environ
RUNS = int(os.environ.get("RETOUR_CRASH_RUNS", "25" if ON_POSTGRESQL else "200"))
SEED = int(os.environ.get("RETOUR_CRASH_SEED", "1"))
Database = Callable[[int], Awaitable[str]]
SIDE_BY_SIDE = 8
GROUP = 25 if ON_POSTGRESQL else 50


@pytest.mark.timeout(900)
@pytest.mark.parametrize("first", range(SEED, SEED + RUNS, GROUP))
async def test_a_hub_that_is_killed_again_and_again_settles_everything_once(
    first: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if ON_POSTGRESQL:
        with capsys.disabled():
            sys.stdout.write(f"\n{RUNS} runs, not 200: making a database for each takes PostgreSQL longer\n")
    async with Hubs({"RETOUR_HOME": str(settings.HOME)}, tmp_path / "driver.log") as hubs:
        database = await (_postgresql if ON_POSTGRESQL else _sqlite)(hubs, tmp_path)
        free = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(seed: int) -> Counter[str]:
            async with free:
                (tmp_path / str(seed)).mkdir()
                return await run(hubs, tmp_path / str(seed), await database(seed), seed)

        seeds = range(first, min(first + GROUP, SEED + RUNS))
        ended = await asyncio.gather(*(one(seed) for seed in seeds), return_exceptions=True)
    failures = [error for error in ended if isinstance(error, Exception)]
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(ended)} runs failed", failures)
    seen = sum((counts for counts in ended if isinstance(counts, Counter)), Counter[str]())
    if len(ended) == GROUP:
        seen["asked"] = seen["said_there"] + seen["retried"]
        missed = [kind for kind in ("lost", "proven", "absent", "asked") if not seen[kind]]
        assert not missed, f"this machine met no {missed}: a crash machine that nothing happens to proves nothing"


async def _sqlite(hubs: Hubs, folder: Path) -> Database:
    template = folder / "template.sqlite3"
    await Hub(hubs, folder, str(template)).call("migrate")

    async def copy(seed: int) -> str:
        return str(shutil.copy(template, folder / str(seed) / "retour.sqlite3"))

    return copy


async def _postgresql(hubs: Hubs, folder: Path) -> Database:
    everything = Hub(hubs, folder, settings.DATABASES["default"]["NAME"])
    mark = f"crash_{os.getpid()}"
    await everything.call("execute", sql=f"DROP DATABASE IF EXISTS {mark}")
    await everything.call("execute", sql=f"CREATE DATABASE {mark}")
    await Hub(hubs, folder, mark).call("migrate")
    one_at_a_time = asyncio.Lock()

    async def copy(seed: int) -> str:
        async with one_at_a_time:
            await everything.call("execute", sql=f"DROP DATABASE IF EXISTS {mark}_{seed} WITH (FORCE)")
            await everything.call("execute", sql=f"CREATE DATABASE {mark}_{seed} TEMPLATE {mark}")
        return f"{mark}_{seed}"

    return copy
