"""Speed and size of report building, beside what a user would do without the kit, in one run.

    python benchmarks/press.py                    a table
    python benchmarks/press.py --json x           and the figures as JSON
    python benchmarks/press.py --batch NAME       of another batch than area-profile

By hand: for each report the papermill command, nbconvert to HTML, and the page printed to PDF by headless Chromium.
Fair pool: two processes, each with nbclient in a loop and nbconvert's exporter, and one Chromium for all PDFs.
Both peers are timed on a few reports and scaled; the kit builds all. Nothing here is a test: figures differ from
machine to machine, the ratios less so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

from localgov_history.report import build, charts, execute, plan, work, workers

JOBS = 2
# The peers' pages ask for scripts from the network: refused at once, they cost the peers no time.
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND"
BIN = Path(sys.executable).parent


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--batch", default="area-profile")
    parser.add_argument("--place", type=Path, help="folder with the definition and notebook (default: the kit's own)")
    parser.add_argument("--sample", type=int, default=8, help="reports that the peers are timed on")
    parser.add_argument("--most", type=int, help="build only so many reports")
    options = parser.parse_args()
    place = options.place
    plans = plan.plans(options.batch, place=place, notebooks=place)[: options.most]
    sample = plans[:: max(1, len(plans) // options.sample)][: options.sample]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        step(f"{len(plans)} reports by the kit")
        whole, peak = kit(plans, home / "all")
        count = len(plans)
        step(f"{len(sample)} reports by hand, then by the pool")
        hand = by_hand(sample, home / "hand") * count
        pool = fair_pool(sample, home / "pool") * count
        rows.append(
            row(f"{count} reports, HTML and PDF, s", whole, hand, "12 × faster than by hand", hand / whole >= 12)
        )
        rows.append(
            row(f"{count} reports, HTML and PDF, s", whole, pool, "2 × faster than a pool", pool / whole >= 2)
        )
        again = timed(lambda: kit(plans, home / "all"))
        names = [options.batch] if options.most else plan.names(place)
        every = [made for name in names for made in plan.plans(name, place=place, notebooks=place)][: options.most]
        kit(every, home / "all")
        nothing = timed(lambda: command(every, home / "all", place))
        rows.append(row("nothing changed, this batch, s", again, None, "", True))
        rows.append(row(f"nothing changed, all {len(every)} reports, s", nothing, None, "at most 2 s", nothing <= 2))
        step("single runs")
        warm, stock = per_run(sample, home / "runs")
        rows.append(row("a run, less the time in its cells, s", warm, stock, "at most 0.25 s", warm <= 0.25))
        if count >= 60:
            few, _ = kit(plans[:30], home / "few")
            growth = (whole / count) / (few / 30)
            bound = "at most 10 % more than of 30"
            rows.append(row("a report of all, and of 30, s", whole / count, few / 30, bound, growth <= 1.1))
        rows.append(row("most memory of all processes, MB", peak, None, "under 2,000 MB", peak < 2000))
        kit(sample, home / "shared", shared_assets=True)
        for what, folder in (("HTML", home / "all"), ("HTML, shared assets", home / "shared"), ("PDF", home / "all")):
            files = list(folder.rglob(f"*.{what[:4].strip().lower().removesuffix(',')}"))
            size = sum(path.stat().st_size for path in files if path.name != "index.html") / len(files) / 1000
            rows.append(row(f"a report as {what}, kB", size, None, "", True))
    show(rows)
    if options.json:
        about = {"python": platform.python_version(), "machine": platform.machine(), "cores": workers.cores()}
        options.json.write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def step(text: str) -> None:
    """Say what is being timed."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def row(what: str, kit: float, peer: float | None, bound: str, held: bool) -> dict[str, Any]:
    """A row of the table."""
    return {"what": what, "kit": kit, "peer": peer, "bound": bound, "held": held}


def show(rows: list[dict[str, Any]]) -> None:
    """Print the table."""
    print(f"{'what':44} {'kit':>10} {'peer':>10} {'peer/kit':>8}  {'bound':30} held")
    for each in rows:
        peer = f"{each['peer']:.2f}" if each["peer"] else "–"
        ratio = f"{each['peer'] / each['kit']:.1f}" if each["peer"] else "–"
        held = ("yes" if each["held"] else "NO") if each["bound"] else ""
        print(f"{each['what']:44} {each['kit']:>10.2f} {peer:>10} {ratio:>8}  {each['bound']:30} {held}")


def timed(action: Callable[[], Any]) -> float:
    """The seconds that something takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def kit(plans: list[plan.Plan], output: Path, **options: Any) -> tuple[float, float]:
    """The seconds that a build takes, and the most memory of all its processes at once, in megabytes."""
    peak, stop = [0.0], threading.Event()
    watcher = threading.Thread(target=watch, args=(peak, stop))
    watcher.start()
    begun = time.perf_counter()
    done = build.build_all(plans, output, build.Options(jobs=JOBS, **options))
    taken = time.perf_counter() - begun
    stop.set()
    watcher.join()
    if done.failed or done.no_pdf:
        raise SystemExit(f"{done.summary()}: {done.no_pdf or next(iter(done.failed.values()))}")
    return taken, peak[0]


def watch(peak: list[float], stop: threading.Event) -> None:
    """Keep the most memory seen: that of each process which no other shares, and shared pages by their share."""
    own = psutil.Process()
    while not stop.wait(0.5):
        total = 0.0
        for process in (own, *own.children(recursive=True)):
            try:
                memory = process.memory_full_info()
            except psutil.Error:
                continue
            total += getattr(memory, "pss", memory.rss) / 1e6
        peak[0] = max(peak[0], total)


def command(plans: list[plan.Plan], output: Path, place: Path | None) -> None:
    """A build from the command line, the start of Python included."""
    words = [sys.executable, "-m", "localgov_history.cli", "report", "build", "all", "--output", str(output)]
    if place is None:
        subprocess.run(words, check=True, capture_output=True)
    else:
        build.build_all(plans, output, build.Options(jobs=JOBS))


def per_run(plans: list[plan.Plan], place: Path) -> tuple[float, float]:
    """Seconds a run takes beyond those in its cells: by a warm worker, and with a kernel of its own."""
    team = workers.start("warm", workers.Limits(1))
    over = []
    try:
        for number, made in enumerate(plans):
            begun = time.perf_counter()
            ran = team.submit(work.RunNotebook(made.runs[0]), place / str(number)).result()
            # The first waits for the parent to be warm.
            over += [time.perf_counter() - begun - ran.seconds] if number else []
    finally:
        team.close()
    begun = time.perf_counter()
    seconds = sum(execute.run_notebook(made.runs[0]).seconds for made in plans[:3])
    return sum(over) / len(over), (time.perf_counter() - begun - seconds) / len(plans[:3])


def by_hand(plans: list[plan.Plan], place: Path) -> float:
    """Seconds a report takes with the commands that a user would type, one after another."""
    place.mkdir()
    browser = charts.find_browser()

    def one(made: plan.Plan) -> None:
        stem = made.name.rpartition("/")[2]
        for run in made.runs:
            given = [word for name, value in run.parameters.items() for word in ("-p", name, str(value))]
            quiet: dict[str, Any] = {"check": True, "cwd": place, "capture_output": True}
            subprocess.run([BIN / "papermill", run.notebook, f"{stem}.ipynb", *given], **quiet)
            subprocess.run([BIN / "jupyter-nbconvert", "--to", "html", f"{stem}.ipynb"], **quiet)
            page = (place / f"{stem}.html").as_uri()
            words = ["--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={stem}.pdf", page]
            subprocess.run([browser, *words, NO_NETWORK], **quiet, timeout=120)

    return timed(lambda: [one(made) for made in plans]) / len(plans)


def fair_pool(plans: list[plan.Plan], place: Path) -> float:
    """Seconds a report takes with two processes that run notebooks in a loop, and one browser for all PDFs."""
    from playwright.sync_api import sync_playwright

    place.mkdir()

    def all_of_it() -> None:
        with ProcessPoolExecutor(JOBS, get_context("spawn")) as pool, sync_playwright() as player:
            browser = player.chromium.launch(executable_path=charts.find_browser(), args=["--no-sandbox", NO_NETWORK])
            page = browser.new_page()
            for path in pool.map(pool_one, plans, [place] * len(plans)):
                page.goto(path.as_uri(), wait_until="load")
                page.pdf(path=path.with_suffix(".pdf"))
            browser.close()

    return timed(all_of_it) / len(plans)


def pool_one(made: plan.Plan, place: Path) -> Path:
    """One report of the pool as HTML."""
    import nbclient
    from nbconvert import HTMLExporter
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    path = place / f"{made.name.rpartition('/')[2]}.html"
    for run in made.runs:
        node = load_notebook_node(str(run.notebook))
        node = parameterize_notebook(node, run.parameters, kernel_name="python3", language="python")
        nbclient.NotebookClient(node, kernel_name="python3", resources={"metadata": {"path": str(place)}}).execute()
        path.write_text(HTMLExporter().from_notebook_node(node)[0], encoding="utf-8")
    return path


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
