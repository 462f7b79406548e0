"""Speed and memory of the tables, beside what a user would do without the kit, in one run.

    python benchmarks/run.py            a table
    python benchmarks/run.py --json x   and the figures as JSON

Nothing here is a test: figures differ from machine to machine, the ratios less so.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROUNDS = 10


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = [*imports(), *loads(), *memory()]
    print(f"{'what':44} {'kit':>10} {'peer':>10} {'ratio':>7}  {'bound':24} held")
    for row in rows:
        ratio = f"{row['kit'] / row['peer']:.2f}" if row["peer"] else "–"
        peer = f"{row['peer']:.1f}" if row["peer"] else "–"
        print(
            f"{row['what']:44} {row['kit']:>10.1f} {peer:>10} {ratio:>7}  {row['bound']:24} "
            f"{'yes' if row['held'] else 'NO'}"
        )
    if options.json:
        about = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
        options.json.write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def imports() -> list[dict[str, Any]]:
    """Milliseconds to import the kit and to import pandas, in processes of their own, taken in turn."""
    taken: dict[str, list[float]] = {"localgov_history": [], "pandas": []}
    for _ in range(ROUNDS):
        for name, times in taken.items():
            code = f"import time; a = time.perf_counter(); import {name}; print(time.perf_counter() - a)"
            times.append(1000 * float(subprocess.check_output([sys.executable, "-c", code], text=True)))
    kit, peer = (statistics.median(taken[name]) for name in ("localgov_history", "pandas"))
    bound = "at most 1.25 × pandas"
    return [{"what": "import, ms", "kit": kit, "peer": peer, "bound": bound, "held": kit <= 1.25 * peer}]


def loads() -> list[dict[str, Any]]:
    """Milliseconds to load each table from its file, and for pandas to read the same file, taken in turn."""
    import pandas as pd

    from localgov_history.catalogue import Catalogue

    found = []
    book = Catalogue()
    for name, table in book.schemas.items():
        path = book.base / table.path
        kit, peer = [], []
        for turn in range(ROUNDS):
            fresh = Catalogue()
            pair = [
                (kit, lambda fresh=fresh, name=name: fresh.load(name)),
                (peer, lambda path=path: pd.read_csv(path)),
            ]
            # Whoever comes second finds the file in the processor's cache.
            for times, work in pair if turn % 2 else reversed(pair):
                times.append(timed(work))
        ours, theirs = statistics.median(kit), statistics.median(peer)
        bound = "1.5 × read_csv + 30 ms"
        what = f"load {name}, ms"
        found.append({"what": what, "kit": ours, "peer": theirs, "bound": bound, "held": ours <= 1.5 * theirs + 30})
    return sorted(found, key=lambda row: -row["kit"])


def memory() -> list[dict[str, Any]]:
    """Megabytes that all tables take when loaded together, and those of plain pandas frames of the same files.

    Memory of numpy and of Python objects by tracemalloc; what pyarrow holds, where pandas uses it, is added.
    """
    ours = _held("[book.load(name) for name in book.schemas]")
    theirs = _held("[pd.read_csv(book.base / table.path) for table in book.schemas.values()]")
    return [
        {"what": "all tables in memory, MB", "kit": ours, "peer": theirs, "bound": "under 60 MB", "held": ours < 60}
    ]


def _held(expression: str) -> float:
    code = f"""
import tracemalloc
import pandas as pd
from localgov_history.catalogue import Catalogue
Catalogue().load("claims")
try:
    import pyarrow
    arrow = pyarrow.total_allocated_bytes
except ModuleNotFoundError:
    arrow = lambda: 0
before = arrow()
tracemalloc.start()
book = Catalogue()
kept = {expression}
print((tracemalloc.get_traced_memory()[0] + arrow() - before) / 1e6)
"""
    return float(subprocess.check_output([sys.executable, "-c", code], text=True))


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that some work takes, the collection of garbage put off as timeit does."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - start)
    finally:
        gc.enable()


if __name__ == "__main__":
    main()
