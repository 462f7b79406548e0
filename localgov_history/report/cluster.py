"""Notebooks on a Dask cluster: one connection a build, the same runs, nothing lost when a worker is.

A worker keeps warm workers of its own. What it sends back is the executed notebook; the tables that it read must be
those that are here, and its package the same.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from localgov_history.catalogue import VARIABLE
from localgov_history.errors import LocalgovError
from localgov_history.report import keys, work, workers
from localgov_history.report.plan import Run

# Seconds until a scheduler that does not answer is given up.
PATIENCE = 8
_EXTRA = "a Dask cluster needs the dask extra: pip install 'localgov-history[dask]'"


class Cluster:
    """The workers of a Dask cluster.

    Parameters
    ----------
    address : of the scheduler, such as ``tcp://host:8786``.
    limits : for each run; how many there are at once is the cluster's own.

    Raises
    ------
    LocalgovError
        If Dask is not installed, the scheduler is out of reach, it has no workers, or one has another package.
    """

    def __init__(self, address: str, limits: workers.Limits) -> None:
        try:
            import distributed
        except ModuleNotFoundError:
            raise LocalgovError(f"--scheduler {address}: {_EXTRA}") from None
        self._client = _connected(address, distributed.Client)
        self._limits = limits
        try:
            self.workers = self._checked(address)
        except BaseException:
            self._client.close()
            raise

    def _checked(self, address: str) -> int:
        """The number of threads of the cluster; each worker must have this very package."""
        threads = self._client.nthreads()
        if not threads:
            raise LocalgovError(f"--scheduler {address}: it has no workers; start some: dask worker {address}")
        try:
            found = self._client.run(_package)
        except Exception as error:
            raise LocalgovError(
                f"--scheduler {address}: a worker does not have this package ({error}); expected localgov-history[report]"
            ) from None
        for name, package in found.items():
            if package != _package():
                raise LocalgovError(
                    f"--scheduler {address}: {name} has another version of the package; expected this one"
                )
        return sum(threads.values())

    def submit(self, piece: work.Work, folder: Path) -> Future[Any]:
        """Have a notebook run by whichever worker is free; another does it if that one is lost."""
        if not isinstance(piece, work.RunNotebook):
            raise LocalgovError("a cluster only runs notebooks")
        folder.mkdir(parents=True)
        task = _Task(piece.run.notebook.name, piece.run.notebook.read_bytes(), piece.run.parameters, self._limits)
        answer: Future[Any] = Future()
        remote = self._client.submit(_run, task, _environment(), pure=False, retries=2)

        def ended(remote: Any) -> None:
            try:
                answer.set_result(_received(remote.result(), folder))
            except LocalgovError as error:
                answer.set_exception(error)
            except BaseException as error:
                answer.set_exception(LocalgovError(f"the cluster lost the run: {type(error).__name__}: {error}"))

        remote.add_done_callback(ended)
        return answer

    def close(self) -> None:
        """Give the cluster back; what it is still running is given up."""
        self._client.close(timeout=5)


def _connected(address: str, client: Any) -> Any:
    """A client of a scheduler that answers in time. Dask itself waits for ever for one that listens and says nothing."""
    found: list[Any] = []

    def connect() -> None:
        try:
            found.append(client(address, timeout=PATIENCE, set_as_default=False))
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(PATIENCE + 1)
    if found and not isinstance(found[0], Exception):
        return found[0]
    said = f" ({str(found[0]).partition(chr(10))[0]})" if found else ""
    raise LocalgovError(
        f"--scheduler {address}: no answer within {PATIENCE} seconds{said}; expected the address of a Dask scheduler "
        "that is running"
    )


@dataclass(frozen=True)
class _Task:
    name: str
    notebook: bytes
    parameters: dict[str, Any]
    limits: workers.Limits


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in (VARIABLE,) if name in os.environ}


def _package() -> str:
    code = {name: text for name, text in keys.of_code().items() if name.startswith("package file ")}
    return keys.key(code)


def _received(sent: tuple[work.Ran, bytes], folder: Path) -> work.Ran:
    """What a worker sent, as if it had been done here."""
    ran, body = sent
    here = keys.now(ran.reads)
    for there, own in zip(ran.reads, here, strict=True):
        if there != own:
            raise LocalgovError(
                f"a worker of the cluster has another table {there[2]} than this machine; expected the same"
            )
    path = None
    if not ran.refused:
        path = folder / "executed.ipynb.gz"
        path.write_bytes(body)
    return work.Ran(ran.reads, ran.seconds, ran.charts, path, ran.refused)


# On a worker

_lock = threading.Lock()


@lru_cache(maxsize=4)
def _team(limits: workers.Limits, environment: tuple[tuple[str, str], ...]) -> workers.Workers:
    os.environ.update(environment)
    made = workers.start(workers.usual(), limits)
    atexit.register(made.close)
    return made


def _run(task: _Task, environment: dict[str, str]) -> tuple[work.Ran, bytes]:
    """Run a notebook on a worker, by the warm workers that it keeps."""
    with _lock:
        team = _team(task.limits, tuple(environment.items()))
    place = Path(tempfile.mkdtemp(prefix="localgov-"))
    try:
        path = place / hashlib.sha256(task.notebook).hexdigest()[:12] / task.name
        path.parent.mkdir()
        path.write_bytes(task.notebook)
        ran = team.submit(work.RunNotebook(Run(path, task.parameters)), place / "work").result()
        return ran, ran.notebook.read_bytes() if ran.notebook else b""
    finally:
        shutil.rmtree(place, ignore_errors=True)
