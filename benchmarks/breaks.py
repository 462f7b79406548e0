"""Speed of the best partitions beside R strucchange, and how far tests and intervals keep what they promise.

    python benchmarks/breaks.py            tables
    python benchmarks/breaks.py --json x   and the figures as JSON

Nothing here is a test: times differ from machine to machine, the ratios less so; shares come from seeded simulations.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from localgov_history import breaks

# Observations, and how often each side is timed.
SIZES = ((200, 5), (2000, 1))
TRIALS = 400
PEER = """
suppressMessages(library(strucchange))
d <- read.csv(commandArgs(TRUE)[1])
t <- system.time(b <- breakpoints(y ~ x, data = d, h = 0.15, breaks = 5))[["elapsed"]]
cat(1000 * t, "\\n", b$extract.breaks(b$RSS.table, 5), "\\n")
"""


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = speed()
    print(f"{'what':44} {'kit':>10} {'peer':>10} {'ratio':>7}  {'bound':24} held")
    for row in rows:
        ratio = f"{row['kit'] / row['peer']:.3f}" if row["peer"] else "–"
        peer = f"{row['peer']:.1f}" if row["peer"] else "–"
        held = "–" if row["held"] is None else "yes" if row["held"] else "NO"
        print(f"{row['what']:44} {row['kit']:>10.1f} {peer:>10} {ratio:>7}  {row['bound']:24} {held}")
    shares = []
    print(f"\n{'share of ' + str(TRIALS) + ' simulated series':84} {'found':>7} {'meant':>7}")
    for row in chain(sizes(), coverage()):
        shares.append(row)
        print(f"{row['what']:84} {row['found']:>7.1%} {row['meant']:>7.1%}", flush=True)
    if options.json:
        about = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
        found = {"about": about, "rows": rows, "shares": shares}
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def speed() -> list[dict[str, Any]]:
    """Milliseconds for all partitions with up to five breaks of two coefficients, kit and peer taken in turn."""
    missing = why_no_peer()
    if missing:
        print(f"no peer: {missing}")
    found = []
    random = np.random.default_rng(1)
    for n, rounds in SIZES:
        x = random.normal(size=n)
        y = 1 + x + np.repeat([0.0, 1.0, 0.5, 2.0], n // 4) + random.normal(size=n)
        wide = np.column_stack([np.ones(n), x])
        kit, peer = [], []
        for _ in range(rounds):
            start = time.perf_counter()
            ours = breaks.bai_perron(y, wide, max_breaks=5).breaks(5)
            kit.append(1000 * (time.perf_counter() - start))
            if not missing:
                taken, theirs = timed_peer(y, x)
                peer.append(taken)
                if ours != theirs:
                    raise SystemExit(f"kit and peer differ: {ours} and {theirs}")
        mine, other = statistics.median(kit), statistics.median(peer) if peer else None
        found.append(
            {
                "what": f"partitions, {n} observations, ms",
                "kit": mine,
                "peer": other,
                "bound": "at least 3 times faster",
                "held": None if other is None else 3 * mine <= other,
            }
        )
    return found


def why_no_peer() -> str:
    """Why R strucchange cannot be run; empty where it can."""
    if not shutil.which("Rscript"):
        return "Rscript is not installed"
    ready = subprocess.run(["Rscript", "-e", "library(strucchange)"], capture_output=True, check=False)
    return "" if ready.returncode == 0 else "R has no package strucchange"


def timed_peer(y: np.ndarray, x: np.ndarray) -> tuple[float, tuple[int, ...]]:
    """Milliseconds that R takes by its own clock, without its start, and the breaks that it finds."""
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder) / "data.csv", Path(folder) / "peer.R"
        np.savetxt(data, np.column_stack([y, x]), delimiter=",", header="y,x", comments="", fmt="%.17g")
        script.write_text(PEER, encoding="utf-8")
        said = subprocess.check_output(["Rscript", str(script), str(data)], text=True).split("\n")
    return float(said[0]), tuple(int(item) for item in said[1].split())


def autocorrelated(random: np.random.Generator, n: int, passed: float) -> np.ndarray:
    """A first-order autoregression after fifty observations that are thrown away."""
    noise = random.normal(size=n + 50)
    for at in range(1, n + 50):
        noise[at] += passed * noise[at - 1]
    return noise[50:]


def sizes() -> Iterator[dict[str, Any]]:
    """How often tests at 5% find a break in series that have none."""
    for n, passed in ((50, 0.0), (150, 0.0), (150, 0.5)):
        random = np.random.default_rng(2)
        series = [autocorrelated(random, n, passed) for _ in range(TRIALS)]
        tests = {
            "sup F": lambda y: breaks.sup_f(y).pvalue < 0.05,
            "UDmax": lambda y: breaks.bai_perron(y).ud_max > 8.88,
            "UDmax, hac": lambda y: breaks.bai_perron(y, errors="hac").ud_max > 8.88,
            "Wald at the middle, hac": lambda y, n=n: breaks.wald(y, position=n // 2).pvalue < 0.05,
        }
        for name, test in tests.items():
            what = f"{name}: rejects without a break, n = {n}, autocorrelation {passed:g}"
            yield {"what": what, "found": float(np.mean([test(y) for y in series])), "meant": 0.05}


def coverage() -> Iterator[dict[str, Any]]:
    """How often a 95% interval of the date holds the true one, for a shift in the middle."""
    for n, shift, passed in ((100, 1.0, 0.0), (100, 2.0, 0.0), (100, 2.0, 0.4), (200, 1.0, 0.0)):
        for errors in ("constant", "hac"):
            random = np.random.default_rng(3)
            held = []
            for _ in range(TRIALS):
                y = autocorrelated(random, n, passed) + shift * (np.arange(n) >= n // 2)
                row = breaks.bai_perron(y, max_breaks=1, errors=errors).confidence_intervals(1).iloc[0]
                held.append(row["lower"] <= n // 2 <= row["upper"])
            what = f"interval holds the date, n = {n}, shift {shift:g}, autocorrelation {passed:g}, {errors}"
            yield {"what": what, "found": float(np.mean(held)), "meant": 0.95}


if __name__ == "__main__":
    main()
