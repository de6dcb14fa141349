"""The verdict on a run: the platforms' journals against what the hub says."""

from collections import Counter
from typing import Any

from tests.sync.crash.scene import STATUSES, Scene, word_for

Told = tuple[str, str, int]


def told(snapshot: dict[str, Any]) -> Counter[Told]:
    """What the hub says it has told bol with proof: (line, word, quantity)."""
    changes = {(e["of"], e["line_ref"], e["decision"]): e["changes"] for e in snapshot["effects"]}
    done = Counter[Told]()
    for effect in snapshot["effects"]:
        if effect["kind"] == "settle" and effect["state"] == "done":
            changed = changes[effect["of"], effect["line_ref"], effect["decision"]]
            done[effect["line_ref"], word_for(effect["resolution"], changed), effect["quantity"]] += 1
    return done


def check_midway(scene: Scene, snapshot: dict[str, Any]) -> None:
    """At any moment: nothing is said to be told that bol's journal does not hold. The snapshot was taken first."""
    claimed, happened = told(snapshot), Counter(scene.settled())
    assert claimed <= happened, f"told, but not in bol's journal: {claimed - happened}"
    check_journals(scene)


def check_journals(scene: Scene) -> None:
    """At any moment: no line refunded beyond what came back, no request made twice, no word about bol's own returns."""
    refunded = scene.refunded()
    for item in scene.items():
        assert refunded.get(item.rma_id, 0) <= item.expected, f"{item.rma_id} was refunded too often"
        rows = scene.rows_of(item.rma_id)
        assert len(rows) <= 1, f"{item.rma_id} was made {len(rows)} times in the shop"
        if item.returned.fulfilment_method == "FBB":
            assert not [e for e in scene.bol.journal.of("put") if e.ref == item.rma_id], f"{item.rma_id}: PUT for FBB"


def check_end(scene: Scene, snapshot: dict[str, Any]) -> None:
    """When all is quiet: every unit was settled once, as somebody decided; every return is in the shop; all is closed,
    and the timeline tells the same story."""
    check_midway(scene, snapshot)
    assert told(snapshot) == Counter(scene.settled()), "what was told is not what happened at bol"
    lines = {line["ref"]: (r, line) for r in snapshot["returns"] for line in r["lines"]}
    items = {item.rma_id: item for item in scene.items()}
    assert lines.keys() == items.keys(), f"lost or invented: {lines.keys() ^ items.keys()}"
    for ref, item in items.items():
        returned, line = lines[ref]
        if item.returned.fulfilment_method == "FBB":
            _check_marketplace_line(scene, ref)
        else:
            _check_merchant_line(scene, ref, line, item.expected)
        assert returned["stage"] == "closed", f"{returned['id']} is {returned['stage']}: {returned['why']}"
    for column, returned in zip(snapshot["columns"], snapshot["returns"], strict=True):
        said = returned["stage"], returned["why"]["key"]
        assert (column["stage"], column["why"]) == said, f"{returned['id']}: a column is out of date"
        assert column["look_at"] is None, f"{returned['id']} still waits for a look"
    for effect in snapshot["effects"]:
        assert effect["state"] in {"done", "superseded"}, f"an effect is stuck: {effect}"
    for connection in snapshot["connections"]:
        assert connection["lease_owner"] == "", f"a lease is left: {connection}"
    _check_timeline(scene, snapshot)


def _check_marketplace_line(scene: Scene, ref: str) -> None:
    [row] = scene.rows_of(ref)
    assert row.status == "accepted", f"{ref} arrived in the shop as {row.status}"


def _check_merchant_line(scene: Scene, ref: str, line: dict[str, Any], expected: int) -> None:
    decided = [(d["source"], d["resolution"], d["quantity"], d["told"]) for d in line["decisions"]]
    assert all(told == "confirmed" for *_, told in decided), f"{ref} was not told: {decided}"
    assert line["left"] == 0, f"{ref}: {line['left']} left to decide"
    happened = Counter(word for line_ref, word, n in scene.settled() if line_ref == ref for _ in range(n))
    still_approved = happened.pop("STILL_APPROVED", 0)
    assert happened.total() == expected, f"{ref}: {expected} came back, {dict(happened)} settled"
    assert sum(n for *_, n, _ in decided) == expected + still_approved, f"{ref}: {decided}"
    rows = scene.rows_of(ref)
    for source, resolution, quantity, _ in decided:
        if source == "shop":
            assert rows, f"{ref} was decided in a shop that never had it"
            assert STATUSES[rows[0].status] == resolution, f"{ref}: the shop says {rows[0].status}, told {resolution}"
        else:
            desk = [(r, q) for told_line, r, q, _ in scene.told_by_desk if told_line == ref]
            assert (resolution, quantity) in desk, f"{ref}: nobody decided {resolution} x {quantity}"
    if not rows:
        assert all(source == "desk" for source, *_ in decided), f"{ref} never came to the shop"


def _check_timeline(scene: Scene, snapshot: dict[str, Any]) -> None:
    """One line for each thing that happened once."""
    kinds: dict[int, Counter[str]] = {}
    latest: dict[int, str] = {}
    for event in snapshot["events"]:
        kinds.setdefault(event["of"], Counter())[event["kind"]] += 1
        latest[event["of"]] = max(latest.get(event["of"], ""), str(event["at"]))
    for column in snapshot["columns"]:
        seen = kinds[column["pk"]]
        effects = [e for e in snapshot["effects"] if e["of"] == column["pk"]]
        settled = sum(e["kind"] == "settle" and e["state"] == "done" for e in effects)
        proofs = seen["confirmed"] + seen["proven"] + seen["done_by_hand"]
        assert proofs == settled, f"{column['ref']}: {settled} settled, the timeline has {dict(seen)}"
        created = sum(e["kind"] == "create" and e["state"] == "done" for e in effects)
        assert seen["created"] + seen["said_there"] == created, f"{column['ref']}: {created} made, {dict(seen)}"
        assert seen["seen"] == 1, f"{column['ref']} was seen first {seen['seen']} times"
