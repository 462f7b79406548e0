"""Speed of the model of tournaments, beside the loop that a user would write without the kit, in one run.

    python benchmarks/incentives.py            a table
    python benchmarks/incentives.py --json x   and the figures as JSON

Nothing here is a test: figures differ from machine to machine, the ratios less so.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from run import timed

from localgov_history import incentives

ROUNDS = 5
AREAS, DRAWS, PRIZES = 150, 10_000, 45


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = [*draws(), *solutions()]
    print(f"{'what':52} {'kit':>10} {'peer':>10} {'ratio':>7}  {'bound':24} held")
    for row in rows:
        ratio = f"{row['kit'] / row['peer']:.2f}" if row["peer"] else "–"
        peer = f"{row['peer']:.1f}" if row["peer"] else "–"
        print(
            f"{row['what']:52} {row['kit']:>10.1f} {peer:>10} {ratio:>7}  {row['bound']:24} "
            f"{'yes' if row['held'] else 'NO'}"
        )
    if options.json:
        about = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
        options.json.write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def draws() -> list[dict[str, Any]]:
    """Milliseconds for 150 areas and 10,000 draws: the kit, and a loop over draws in NumPy, taken in turn."""
    scheme = incentives.tournament(incentives.unequal_areas(AREAS, 2.5, 1.0, 0.3), PRIZES, 4.0)
    kit, peer = in_turn(
        lambda: incentives.simulate(scheme, draws=DRAWS),
        lambda: by_loop(scheme.effort, scheme.areas.noise, 4.0),
    )
    what = f"{AREAS} areas × {DRAWS:,} draws, with spread, ms"
    return [{"what": what, "kit": kit, "peer": peer, "bound": "under 2,000 ms", "held": kit < 2000}]


def by_loop(effort: np.ndarray, noise: np.ndarray, prize: float) -> tuple[np.ndarray, float]:
    """Draw, rank, pay and take the Gini coefficient, one draw at a time."""
    random = np.random.default_rng(1)
    won, spread = np.zeros(len(effort)), 0.0
    for _ in range(DRAWS):
        outcome = effort + noise * random.standard_normal(len(effort))
        reward = np.zeros(len(effort))
        reward[np.argsort(outcome)[-PRIZES:]] = prize
        won += reward > 0
        ranked = np.sort(reward)
        place = np.arange(1, len(effort) + 1)
        spread += 2 * (place * ranked).sum() / (len(effort) * ranked.sum()) - (len(effort) + 1) / len(effort)
    return won / DRAWS, spread / DRAWS


def solutions() -> list[dict[str, Any]]:
    """Milliseconds to find where efforts settle among 150 areas in 15 classes, and among 147 that all differ."""
    found = []
    for what, areas in (
        (f"equilibrium of {AREAS} areas in classes, ms", incentives.unequal_areas(AREAS, 2.5, 1.0, 0.3)),
        ("equilibrium of the areas of 2008, all unlike, ms", incentives.areas_of_2008(2.5, 1.0)),
    ):
        times = [timed(lambda areas=areas: incentives.tournament(areas, PRIZES, 4.0)) for _ in range(ROUNDS)]
        kit = statistics.median(times)
        found.append({"what": what, "kit": kit, "peer": 0, "bound": "under 2,000 ms", "held": kit < 2000})
    return found


def in_turn(*works: Callable[[], object]) -> list[float]:
    """Median milliseconds of each work, the order changing from round to round."""
    times: list[list[float]] = [[] for _ in works]
    for turn in range(ROUNDS):
        for place in range(len(works))[:: 1 if turn % 2 else -1]:
            times[place].append(timed(works[place]))
    return [statistics.median(each) for each in times]


if __name__ == "__main__":
    main()
