"""What a build does when a run, a worker, the browser, the disk, the cluster or the build itself comes to grief."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import press_example as example
from localgov_history.errors import LocalgovError
from localgov_history.report import build, charts, plan, publish, store, work, workers

pytestmark = pytest.mark.slow
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and fork")

# The first run for Kent waits, so that a test can do harm meanwhile; the next goes through.
WAITING = (
    "import os, time\nfrom pathlib import Path\nimport localgov_history as lg\n"
    "mark = Path({mark!r})\n"
    "if area == 'Kent' and not mark.exists():\n"
    "    mark.with_suffix('.new').write_text(f'{{os.getpid()}} {{os.getppid()}}')\n"
    "    os.replace(mark.with_suffix('.new'), mark)\n"
    "    time.sleep(120)\n"
    "lg.load('laa_areas')\nlg.say(f'On {{area}}.')\n"
)
BUILD = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import press_example as example
from localgov_history import cli
from localgov_history.report import plan
home = Path({home!r})
kit = plan.folder
plan.folder = lambda name: home if name in ("reports", "notebooks") else kit(name)
sys.exit(cli.main(["report", "build", "area-note", "--output", str(home / "out"), "--jobs", "2"]))
"""


def waiting(place: Path, more: tuple[str, ...] = ()) -> tuple[Path, Path]:
    """A batch in which the run for Kent waits; and the file in which it leaves its number and its parent's."""
    mark = place / "mark"
    return example.example(place / "home", example.AREAS[:3], (WAITING.format(mark=str(mark)), *more)), mark


def seen(test: Callable[[], bool], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while not test():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def built_while(home: Path, harm: Callable[[], None], mark: Path, **options: object) -> build.Outcome:
    """Build, and do harm as soon as the run for Kent waits."""
    found: list[build.Outcome | BaseException] = []

    def go() -> None:
        try:
            found.append(build.build_all(example.plans(home), home / "out", build.Options(jobs=2, **options)))  # type: ignore[arg-type]
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    assert seen(mark.exists)
    harm()
    thread.join(90)
    assert not thread.is_alive()
    outcome = found[0]
    assert isinstance(outcome, build.Outcome), outcome
    return outcome


def test_sixty_four_runs_at_once(tmp_path: Path) -> None:
    path = example.notebook(tmp_path / "n.ipynb", ("import localgov_history as lg\nlg.say(f'On {area}.')",))
    team = workers.start(workers.usual(), workers.Limits(64))
    try:
        runs = [
            team.submit(work.RunNotebook(plan.Run(path, {"area": f"Area {number}"})), tmp_path / str(number))
            for number in range(64)
        ]
        for number, run in enumerate(runs):
            said = store.read_notebook(run.result(timeout=120).notebook).cells[-1].outputs[0]
            assert said.data["text/plain"] == f"On Area {number}."
    finally:
        team.close()


@posix
@pytest.mark.parametrize("which", [0, 1], ids=["a worker", "the parent of the workers"])
def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path, which: int) -> None:
    home, mark = waiting(tmp_path)
    done = built_while(home, lambda: os.kill(int(mark.read_text().split()[which]), signal.SIGKILL), mark)
    assert (sorted(done.built), done.failed) == (["area-note/barnet", "area-note/kent", "area-note/leeds"], {})


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_build_that_is_ended_leaves_no_process_and_no_half_file(tmp_path: Path, number: int) -> None:
    home, mark = waiting(tmp_path, example.CODE[:2])
    code = BUILD.format(tests=str(Path(__file__).parent), home=str(home))
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    # The others are published, so the browser is there; Kent waits.
    assert seen(lambda: mark.exists() and len(list((home / "out" / "area-note").glob("*.json"))) == 2)
    started = psutil.Process(process.pid).children(recursive=True)
    assert len(started) >= 3
    process.send_signal(number)
    said = process.communicate(timeout=30)[1]
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "localgov: stopped; no file was left half-written" in said
        assert "Traceback" not in said
    assert seen(lambda: not [each for each in started if each.is_running() and each.status() != "zombie"], 15)
    names = {path.name for path in (home / "out" / "area-note").iterdir() if not path.name.startswith(".")}
    assert names == {f"{name}.{end}" for name in ("leeds", "barnet") for end in ("html", "pdf", "png", "json")}
    done = build.build_all(example.plans(home, ("html", "pdf")), home / "out", build.Options(jobs=1))
    assert (done.runs, done.built, len(done.unchanged)) == (1, ["area-note/kent"], 2)
    assert list((home / "out" / store.FOLDER / "scratch").iterdir()) == []
    assert not list((home / "out").rglob(".writing-*"))


def test_a_run_that_takes_too_long_or_too_much_is_stopped_and_named(tmp_path: Path) -> None:
    code = (
        "if area == 'Kent':\n    import time\n    time.sleep(100)",
        "if area == 'Leeds':\n    taken = bytearray(2_000_000_000)",
        "import localgov_history as lg\nlg.load('laa_areas')\nlg.say(area)",
    )
    home = example.example(tmp_path, example.AREAS[:3], code)
    done = build.build_all(example.plans(home), home / "out", build.Options(jobs=2, seconds=8, megabytes=500))
    assert done.built == ["area-note/barnet"]
    said = {name: str(error).partition("\n")[0] for name, error in done.failed.items()}
    assert said == {
        "area-note/kent": "area_note.ipynb, cell 3 (if area == 'Kent':): it took longer than 8 seconds; expected less, or "
        "another --time-limit",
        "area-note/leeds": "area_note.ipynb, cell 4 (if area == 'Leeds':): MemoryError: ",
    }


def figures() -> list[str]:
    import plotly.graph_objects as go

    made = []
    for number in range(6):
        plot = go.Figure(go.Bar(y=[1, number]), layout={"width": 400, "height": 300})
        made.append(charts._drawn(plot.to_plotly_json()))
    return made


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_browser_that_is_gone_or_hangs_is_started_once_more(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "SECONDS_A_FIGURE", 15)
    texts = figures()
    with charts.Browser(tabs=2) as browser:
        first = browser.draw(texts[0]).result(timeout=60)
        before = browser.number
        assert before is not None
        os.killpg(before, number)
        drawn = [browser.draw(text) for text in texts]
        assert drawn[0].result(timeout=90) == first
        assert all(each.result(timeout=60).startswith(b"<svg") for each in drawn)
        after = browser.number
    assert after != before
    assert not psutil.pid_exists(before) or psutil.Process(before).status() == "zombie"
    assert not psutil.pid_exists(after)  # type: ignore[arg-type]


@posix
def test_a_browser_that_never_answers_is_a_clear_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "SECONDS_A_FIGURE", 1)
    (tmp_path / "browser").write_text("#!/bin/sh\nexec sleep 600\n")
    (tmp_path / "browser").chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "browser"))
    with charts.Browser(tabs=1) as browser:
        for each in [browser.draw(text) for text in figures()]:
            with pytest.raises(
                LocalgovError, match="browser failed twice to draw a chart: no answer within 1 seconds"
            ):
                each.result(timeout=60)
    assert not [
        each for each in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(each.info["cmdline"] or [])
    ]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this machine does not let us make a small disk (mount needs root)")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_is_said_and_earlier_reports_are_whole(tmp_path: Path, tiny_disk: Path) -> None:
    home = example.example(tmp_path / "home")
    with pytest.raises(
        LocalgovError, match=r"cannot write to .*: No space left on device; earlier reports are as they were"
    ):
        build.build_all(example.plans(home), tiny_disk / "out", build.Options(jobs=1))
    pages = list((tiny_disk / "out" / "area-note").glob("*.html"))
    assert len(pages) == 1
    assert pages[0].read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert not list((tiny_disk / "out" / "area-note").glob(".writing-*"))


def test_a_disk_that_cannot_be_written_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = example.example(tmp_path, example.AREAS[:1])

    def refusing(*given: object, **more: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(publish.tempfile, "TemporaryFile", refusing)
    monkeypatch.setattr(build.workers, "start", lambda *given: pytest.fail("workers were started"))
    with pytest.raises(LocalgovError, match="Read-only file system"):
        build.build_all(example.plans(home), home / "out")


# The cluster


def test_a_scheduler_out_of_reach_is_said_soon(tmp_path: Path) -> None:
    home = example.example(tmp_path, example.AREAS[:1])
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        begun = time.monotonic()
        with pytest.raises(LocalgovError, match=f"--scheduler {address}: no answer within 8 seconds"):
            build.build_all(example.plans(home), home / "out", build.Options(jobs=1, scheduler=address))
        # Ten seconds, and what it takes to import Dask on a busy machine.
        assert time.monotonic() - begun < 25


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and two workers, each a process of its own."""
    pytest.importorskip("distributed", reason="needs the dask extra")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    root = str(Path(build.__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    common = ["--no-dashboard"]
    commands = [["scheduler", "--host", "127.0.0.1", "--port", str(port), *common]]
    commands += [["worker", address, "--nthreads", "1", "--no-nanny", *common] for _ in range(2)]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for words in commands
    ]
    try:
        yield address, started
    finally:
        for process in started:
            process.kill()
            process.wait()


@posix
def test_a_worker_of_the_cluster_that_is_killed_loses_nothing(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    import distributed

    address, started = cluster
    with distributed.Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    home, mark = waiting(tmp_path)
    killed: list[list[psutil.Process]] = []

    def harm() -> None:
        # A run's parent is the warm one, and whoever started that is the worker of the cluster.
        worker = psutil.Process(int(mark.read_text().split()[1])).parent()
        assert worker is not None
        assert worker.pid in [process.pid for process in started[1:]]
        killed.append(worker.children(recursive=True))
        worker.kill()

    done = built_while(home, harm, mark, scheduler=address)
    assert (sorted(done.built), done.failed) == (["area-note/barnet", "area-note/kent", "area-note/leeds"], {})
    assert seen(lambda: not [each for each in killed[0] if each.is_running() and each.status() != "zombie"], 15)
    # The same runs as here: what the cluster made is what this machine would make.
    there = (home / "out" / "area-note" / "kent.html").read_bytes()
    build.build_all(example.plans(home, only=("Kent",)), tmp_path / "here", build.Options(jobs=1))
    assert (tmp_path / "here" / "area-note" / "kent.html").read_bytes() == there
