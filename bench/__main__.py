"""Runs every benchmark, each beside its bare counterpart and in turns, prints the table and writes it down."""

import json
import platform
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROUNDS = 3
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> None:
    rows = []
    calls: dict[str, int] = {}
    for title, module, figure, target in (
        ("End to end, 2,000 returns: wall time / bare script", "bench.end_to_end", "wall", "at most 2.0"),
        ("Import of 20,000 returns: wall time / decode and insert", "bench.import_lists", "wall", "at most 2.0"),
        ("A check that finds nothing new: CPU / its bare requests", "bench.idle_check", "cpu", "at most 3"),
    ):
        pairs = []
        for _ in range(ROUNDS):
            bare, hub = _run(module, "bare"), _run(module, "hub")
            pairs.append((bare[figure], hub[figure]))
            calls = hub["calls"] if module == "bench.end_to_end" else calls
            if "grown_mib" in hub:
                grown = hub["grown_mib"]
        ratio = statistics.median(hub / bare for bare, hub in pairs)
        bare, hub = (statistics.median(side) for side in zip(*pairs, strict=True))
        unit = 1000 if bare < 0.1 else 1
        shown = "ms" if unit == 1000 else "s"
        rows.append((title, f"{ratio:.1f}", f"{hub * unit:.1f} {shown} / {bare * unit:.1f} {shown}", target))
        print(rows[-1], flush=True)
    rows.append(("… memory grown by the import of 20,000", f"{grown:.0f} MB", "", "at most 50 MB"))
    serving = _run("bench.serving")
    rows += [
        ("`retour serve` answers after", f"{serving['answers_after']:.1f} s", "", "at most 3 s"),
        ("Resident memory, 100,000 returns stored", f"{serving['resident_mib']:.0f} MB", "", "at most 200 MB"),
        ("The overview's first page, 100,000 returns", f"{serving['page'] * 1000:.0f} ms", "", "at most 50 ms"),
    ]
    api = _run("bench.compatible_api")
    for kind in ("lists", "searches"):
        some = api[kind]
        shown = f"median {some['median'] * 1000:.0f} ms, CPU {some['cpu'] * 1000:.0f} ms"
        title = f"Compatible API, 100,000 returns, {kind} at 4 requests/s: p95"
        rows.append((title, f"{some['p95'] * 1000:.0f} ms", shown, "at most 50 ms"))
    PAGE.write_text(_page(rows, calls))
    print(PAGE.read_text())


def _run(module: str, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", module, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _page(rows: list[tuple[str, str, str, str]], calls: dict[str, int]) -> str:
    table = "\n".join(f"| {title} | {value} | {detail} | {target} |" for title, value, detail, target in rows)
    counted = "\n".join(f"| `{call}` | {count} |" for call, count in sorted(calls.items()))
    return f"""# Performance

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, two cores, simulators in a
process of their own on the same machine. Ratios are medians of {ROUNDS} pairs that ran in turns.

| what | measured | hub / bare | aim |
| --- | --- | --- | --- |
{table}

## Calls of the end-to-end run

{calls.get("POST /channable/returns/hook/{parameters}", 0)} lines of 2,000 returns, two passes.

| call | times |
| --- | --- |
{counted}

{_NOTES}"""


_NOTES = (Path(__file__).parent / "notes.md").read_text()


if __name__ == "__main__":
    main()
