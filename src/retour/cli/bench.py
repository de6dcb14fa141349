"""`retour bench`: how fast it is here."""

import subprocess
import sys
from pathlib import Path

from retour.cli.endings import Failed, Mistake


def bench() -> None:
    """Run the benchmarks: each beside a bare script that does the same work. Takes some minutes.

    They come with the source, not with an installed package. The table is printed and written to docs/performance.md.
    """
    source = Path(__file__).parents[3]
    if not (source / "bench" / "__main__.py").is_file():
        raise Mistake("The benchmarks come with the source: run this in a checkout, after scripts/setup.")
    done = subprocess.run([sys.executable, "-m", "bench"], cwd=source, check=False)
    if done.returncode:
        raise Failed("A benchmark failed.")
