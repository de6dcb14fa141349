"""One run of the crash machine: random work, random misfortune, SIGKILL at random moments; then calm, and judgement."""

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

from retour.sandbox.magento.returns import PENDING
from tests.sync.crash.hub import Hub, Hubs, Job
from tests.sync.crash.judge import check_end, check_midway, told
from tests.sync.crash.scene import Choice, Scene, word_for

ROUNDS_TO_THE_END = 30
"""More than enough: each round answers every question and lets everything come to rest."""


class Verdict(AssertionError):
    """A run that went wrong, with all that is needed to understand and repeat it."""


async def run(hubs: Hubs, home: Path, name: str, seed: int) -> Counter[str]:
    """Carries out the run of this seed and tells how often each thing happened (the timelines' words).

    Raises Verdict."""
    scene = await Scene.open(seed)
    hub = Hub(hubs, home, name)
    try:
        await hub.call("setup", **scene.urls)
        await _chaos(scene, hub)
        scene.calm()
        snapshot = await _to_the_end(scene, hub)
    except AssertionError as wrong:
        story = "\n  ".join(scene.log)
        raise Verdict(f"RETOUR_CRASH_SEED={seed} RETOUR_CRASH_RUNS=1\n  {story}\n{wrong}") from wrong
    finally:
        await scene.close()
    return Counter(event["kind"] for event in snapshot["events"])


async def _chaos(scene: Scene, hub: Hub) -> None:
    """Several lives of a worker, each ended by SIGKILL."""
    chance = scene.chance
    for _ in range(chance.randint(1, 2)):
        scene.announce()
    for _ in range(chance.randint(3, 4)):
        scene.misfortune()
        workers = [_worker(scene, hub) for _ in range(2 if chance.random() < 0.2 else 1)]
        await _days_work(scene, hub)
        for worker, lives in workers:
            await asyncio.wait([worker.ended], timeout=lives)
            await hub.kill(worker)
            worker.ended.result()  # a fault of the hub's own is not death
        check_midway(scene, await hub.call("snapshot"))


def _worker(scene: Scene, hub: Hub) -> tuple[Job, float]:
    """A worker that kills itself at a random step of its own, or is killed at a random moment; and the seconds after
    which it is killed at the latest."""
    chance = scene.chance
    steps = chance.choice([chance.randint(1, 100), chance.randint(50, 400), chance.randint(50, 400), None])
    job = chance.choice(["passes", "work"])
    scene.says(f"a worker starts ({job}, dies at step {steps})")
    return hub.start(job, steps=steps), chance.uniform(0.1, 1.0) if steps is None else 2.5


async def _days_work(scene: Scene, hub: Hub) -> None:
    """What customers and merchant do meanwhile."""
    chance = scene.chance
    await asyncio.sleep(chance.uniform(0, 0.5))
    if chance.random() < 0.3:
        scene.announce()
    if chance.random() < 0.5:
        scene.warehouse()
    for row in scene.undecided():
        if chance.random() < 0.5:
            scene.shop_decides(row)
    for _ in range(chance.randint(0, 3)):
        await _desk_decides(scene, hub)


async def _desk_decides(scene: Scene, hub: Hub) -> None:
    """A person decides some of a line, or approves after all what was told otherwise."""
    chance = scene.chance
    snapshot = await hub.call("snapshot")
    lines = [
        (_pk(returned), line)
        for returned in snapshot["returns"]
        if returned["handler"] == "merchant"
        for line in returned["lines"]
    ]
    if not lines:
        return
    pk, line = chance.choice(lines)
    choices = _choices(chance, line)
    if not choices:
        return
    no = await hub.call("decide", return_id=pk, choices=choices)
    scene.says(f"desk decides {choices}: {no or 'done'}")
    if no is None:
        scene.told_by_desk += choices


def _choices(chance: random.Random, line: dict[str, Any]) -> list[Choice]:
    """What a person decides about a line: some or all units, alike or each otherwise, or a refusal after all."""
    if refused := _refused(line, chance):
        return [(line["ref"], "accept", refused, True)] if chance.random() < 0.6 else []
    free = line["left"] or line["quantity"]
    choices: list[Choice] = []
    while free and (not choices or chance.random() < 0.7):
        quantity = chance.randint(1, free)
        resolution = chance.choice(["accept", "accept", "accept", "reject", "repair", "exchange", "keep", "cancel"])
        choices.append((line["ref"], resolution, quantity, False))
        free -= quantity
    return choices


def _refused(line: dict[str, Any], chance: random.Random) -> int:
    """How many units a person approves after all, once all is told and some were refused. More than once, too: what
    is no longer to be changed must be refused."""
    decisions = line["decisions"]
    told = line["left"] == 0 and all(d["told"] == "confirmed" for d in decisions)
    others = all(d["resolution"] in {"reject", "repair", "exchange", "accept"} for d in decisions)
    refused = [d["quantity"] for d in decisions if d["resolution"] in {"reject", "repair", "exchange"}]
    return chance.randint(1, max(refused)) if told and others and refused else 0


async def _to_the_end(scene: Scene, hub: Hub) -> dict[str, Any]:
    """No more misfortune: the rest is decided, questions are answered truthfully, and the hub comes to rest."""
    snapshot: dict[str, Any] = {}
    for _ in range(ROUNDS_TO_THE_END):
        scene.warehouse()
        for row in scene.undecided():
            scene.shop_decides(row)
        reports = await hub.call("until_idle")
        snapshot = await hub.call("snapshot")
        check_midway(scene, snapshot)
        answered = await _answer(scene, hub, snapshot)
        quiet = not answered and all(r["stage"] == "closed" for r in snapshot["returns"])
        if quiet and not scene.undecided_lines(snapshot):
            break
        scene.says(f"until idle: {[r['words'] or 'well' for r in reports]}")
    check_end(scene, snapshot)
    return snapshot


async def _answer(scene: Scene, hub: Hub, snapshot: dict[str, Any]) -> int:
    """Everything that waits for a person, answered from what really happened. The number of answers."""
    answers = await _decide_the_rest(scene, hub, snapshot)
    for connection in snapshot["connections"]:
        if connection["state"] != "active":
            scene.says(f"a person resumes {connection['slug']}: {connection['state_words']}")
            await hub.call("resume", connection=connection["slug"])
            answers += 1
    for effect in snapshot["effects"]:
        if effect["state"] == "unknown" and effect["asks"]:
            await _answer_effect(scene, hub, snapshot, effect)
            answers += 1
    return answers


async def _decide_the_rest(scene: Scene, hub: Hub, snapshot: dict[str, Any]) -> int:
    """Where the shop has spoken already, only the desk can decide what a later decision there has left over."""
    decided = 0
    for returned in snapshot["returns"]:
        rests = [
            (line["ref"], "reject", line["left"], False)
            for line in returned["lines"]
            if line["left"] and any(row.status != PENDING for row in scene.rows_of(line["ref"]))
        ]
        if rests and await hub.call("decide", return_id=_pk(returned), choices=rests) is None:
            scene.says(f"desk decides the rest: {rests}")
            scene.told_by_desk += rests
            decided += len(rests)
    return decided


def _pk(returned: dict[str, Any]) -> int:
    return int(returned["id"].removeprefix("r-"))


async def _answer_effect(scene: Scene, hub: Hub, snapshot: dict[str, Any], effect: dict[str, Any]) -> None:
    key, line_ref = effect["key"], effect["line_ref"]
    if effect["kind"] == "create":
        rows = scene.rows_of(line_ref)
        there, shop_return = bool(rows), str(rows[0].entity_id) if rows else None
    else:
        mine = line_ref, word_for(effect["resolution"], effect["changes"]), effect["quantity"]
        there, shop_return = scene.settled().count(mine) > told(snapshot)[mine], None
    scene.says(f"asked about {key} ({effect['error']}): it is {'there' if there else 'not there'}")
    if there:
        await hub.call("mark_done", return_id=effect["of"], key=key, shop_return=shop_return)
    else:
        await hub.call("retry", return_id=effect["of"], key=key)
