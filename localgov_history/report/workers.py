"""Who does the work of a build: warm workers where a process can fork, else a process with a kernel for each piece."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from localgov_history.errors import LocalgovError, suggest
from localgov_history.report import execute, warm, work
from localgov_history.report.store import CannotWriteError

ENGINES = ("warm", "stock")
_RESTARTS = 2


class KilledError(LocalgovError):
    """A process was ended from outside before its work was done; `fault` is what to say where that happens again."""

    def __init__(self, fault: LocalgovError) -> None:
        self.fault = fault
        super().__init__(str(fault))

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.fault,))


@dataclass(frozen=True)
class Limits:
    """How much a build may take: pieces of work at once, seconds and megabytes for each."""

    jobs: int
    seconds: int = 900
    megabytes: int = 4000


class Workers(Protocol):
    """Who does pieces of work."""

    def submit(self, piece: work.Work, folder: Path) -> Future[Any]:
        """Have a piece of work done in a folder that is not there yet."""

    def close(self) -> None:
        """End at once, with all that is not done."""


def cores() -> int:
    """The processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def usual() -> str:
    """The engine where none is named. A Mac can fork, but its system libraries do not bear it."""
    return "warm" if hasattr(os, "fork") and sys.platform != "darwin" else "stock"


def start(engine: str, limits: Limits) -> Workers:
    """Start workers.

    Raises
    ------
    LocalgovError
        If the engine is unknown, or cannot work on this system.
    """
    if engine not in ENGINES:
        raise LocalgovError(f"--engine: no engine is called {engine!r}; {suggest(engine, ENGINES)}")
    if engine == "stock":
        return Stock(limits)
    if not hasattr(os, "fork"):
        raise LocalgovError("--engine warm: this system cannot fork a process; expected --engine stock")
    return Warm(limits)


def _command(module: str, *arguments: object) -> list[str]:
    """A Python process with the very modules of this one."""
    code = (
        f"import sys, json; sys.path[:] = json.loads(sys.argv.pop(1)); from localgov_history.report.{module} "
        "import main; main()"
    )
    return [sys.executable, "-c", code, json.dumps(sys.path), *(str(item) for item in arguments)]


def _environment() -> dict[str, str]:
    found = {**os.environ, **warm.ENVIRONMENT}
    home = Path(__file__).parents[2]
    if home.name not in ("site-packages", "dist-packages"):
        # A kernel takes the same package as this process, wherever another one is installed.
        found["PYTHONPATH"] = os.pathsep.join(filter(None, [str(home), os.environ.get("PYTHONPATH")]))
    return found


class Warm:
    """Children of a warm parent; the parent is started anew if it is killed, and nothing is lost."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.RLock()
        self._open: dict[str, Future[Any]] = {}
        self._closed = False
        self._restarts = _RESTARTS
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        command = _command("warm", theirs.fileno(), self._limits.jobs, self._limits.seconds, self._limits.megabytes)
        self._process = subprocess.Popen(
            command,
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            env=_environment(),
            # Ctrl-C is for the build alone, which then ends its workers.
            start_new_session=True,
        )
        theirs.close()
        self._socket = ours
        threading.Thread(target=self._listen, args=(ours,), daemon=True).start()

    @property
    def parent(self) -> int:
        """The number of the parent's process."""
        return self._process.pid

    def submit(self, piece: work.Work, folder: Path) -> Future[Any]:
        """Have a piece of work done."""
        work.leave(folder, piece)
        future: Future[Any] = Future()
        with self._lock:
            self._open[str(folder)] = future
            self._ask(str(folder))
        return future

    def _ask(self, folder: str) -> None:
        # A parent that is no more is noticed, and all is asked again, where its answers are read.
        with suppress(OSError):
            self._socket.sendall(json.dumps(folder).encode() + b"\n")

    def _listen(self, answers: socket.socket) -> None:
        with answers.makefile("rb") as lines:
            try:
                for line in lines:
                    said = json.loads(line)
                    if "folder" in said:
                        self._ended(said["folder"], said["ended"])
            except (OSError, ValueError):
                pass
        self._process.wait()
        with self._lock:
            if self._closed:
                return
            self._restarts -= 1
            if self._restarts >= 0:
                self._start()
                for folder in self._open:
                    self._ask(folder)
                return
            left, self._open = list(self._open.values()), {}
        for future in left:
            future.set_exception(LocalgovError("the workers ended again and again; is there memory for them?"))

    def _ended(self, folder: str, ended: str) -> None:
        with self._lock:
            future = self._open.pop(folder, None)
        if future is not None:
            _settle(future, lambda: _answer(Path(folder), ended, self._limits))

    def close(self) -> None:
        """End the parent and with it all its children."""
        with self._lock:
            self._closed = True
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        self._socket.close()


class Stock:
    """A process for each piece of work, which starts a kernel where it runs a notebook."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._pool = ThreadPoolExecutor(limits.jobs)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def submit(self, piece: work.Work, folder: Path) -> Future[Any]:
        """Have a piece of work done."""
        work.leave(folder, piece)
        return self._pool.submit(self._do, folder)

    def _do(self, folder: Path) -> Any:
        with self._lock:
            if self._closed:
                raise LocalgovError("the build was stopped")
            process = subprocess.Popen(
                _command("work", folder, self._limits.megabytes),
                stdin=subprocess.PIPE,
                env=_environment(),
                start_new_session=True,
            )
            self._running.add(process)
        try:
            code = process.wait(self._limits.seconds)
            ended = f"signal {-code}" if code < 0 else f"exit {code}"
        except subprocess.TimeoutExpired:
            ended = warm.LATE
            _end(process)
        finally:
            with self._lock:
                self._running.discard(process)
            if process.stdin:
                process.stdin.close()
        return _answer(folder, ended, self._limits)

    def close(self) -> None:
        """End every process. A kernel ends by itself when whoever started it is no more."""
        with self._lock:
            self._closed = True
            for process in self._running:
                _end(process)
        self._pool.shutdown(cancel_futures=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _answer(folder: Path, ended: str, limits: Limits) -> Any:
    """The answer in a folder, or a fault that says how the process ended.

    Raises
    ------
    KilledError
        If somebody else ended the process: the work may be done again.
    """
    try:
        return work.answer(folder)
    except work.NoAnswerError:
        pass
    if ended == f"exit {work.FULL}":
        raise CannotWriteError(folder, os.strerror(errno.ENOSPC))
    if ended == warm.LATE:
        said = f"it took longer than {limits.seconds} seconds; expected less, or another --time-limit"
        raise work.unfinished(folder, said)
    fault = work.unfinished(folder, execute.DIED.format(ended))
    raise KilledError(fault) if ended.startswith("signal") else fault


def _settle(future: Future[Any], find: Callable[[], Any]) -> None:
    try:
        future.set_result(find())
    except BaseException as error:
        future.set_exception(error)
