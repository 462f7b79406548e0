"""Warm workers: one parent that has loaded what notebooks need, and forks a child for every piece of work.

A child begins with everything imported and nothing run, so no name, setting, seed, warning or folder passes from one
run to the next. The parent has no thread, socket library or event loop of its own and only waits: it bounds how many
children there are and how long each may take, and ends with whoever started it, its children with it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LATE = "late"
# What must be in place before the libraries are first imported: one thread each, no allocator's thread of Arrow's, and
# an order of sets that does not change from run to run.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYTHONHASHSEED": "0",
}
_LIBRARIES = (
    "jinja2",
    "markdown_it",
    "nbformat",
    "numpy.random",
    "pandas",
    "plotly.graph_objects",
    "plotly.io",
    "statsmodels.api",
    "typst",
)


@dataclass
class _Child:
    folder: str
    until: float
    late: bool = False


def main() -> None:
    """Serve on the socket whose number is given, with the largest number of children and their limits."""
    number, jobs, seconds, megabytes = (int(text) for text in sys.argv[1:5])
    control = socket.socket(fileno=number)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _load_all()
    # What is there now stays for good: a child must not copy pages only to count references.
    gc.collect()
    gc.freeze()
    control.sendall(b'{"ready": true}\n')
    _Server(control, jobs, seconds, megabytes).serve()


def _load_all() -> None:
    import localgov_history
    from localgov_history.report import inprocess

    inprocess.shell()
    for name in _LIBRARIES:
        importlib.import_module(name)
    for module in pkgutil.walk_packages(localgov_history.__path__, "localgov_history."):
        # Of the press only what a child does: not the parts that start or stop others.
        if not module.name.startswith("localgov_history.report."):
            importlib.import_module(module.name)
    for name in ("document", "html", "pdf", "publish", "work"):
        importlib.import_module(f"localgov_history.report.{name}")
    from localgov_history.report import rehearsal

    rehearsal.rehearse()


class _Server:
    def __init__(self, control: socket.socket, jobs: int, seconds: int, megabytes: int) -> None:
        self._control, self._jobs, self._seconds, self._megabytes = control, jobs, seconds, megabytes
        self._waiting: deque[str] = deque()
        self._children: dict[int, _Child] = {}
        self._text = b""
        # Children read from it and end when this process, which alone can write to it, is no more.
        self._lifeline, self._held = os.pipe()

    def serve(self) -> None:
        """Work until the socket is closed."""
        woken, waker = socket.socketpair()
        woken.setblocking(False)
        waker.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *given: None)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            soonest = min((child.until for child in self._children.values() if not child.late), default=None)
            selector.select(None if soonest is None else max(0.0, soonest - time.monotonic()))
            with suppress(BlockingIOError):
                while woken.recv(4096):
                    pass
            if not self._read():
                for number in self._children:
                    _kill(number)
                return
            self._reap()
            self._stop_late()
            while self._waiting and len(self._children) < self._jobs:
                self._start(self._waiting.popleft())

    def _read(self) -> bool:
        """Take what was asked; False when nobody asks any more."""
        try:
            part = self._control.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        *lines, self._text = (self._text + part).split(b"\n")
        self._waiting.extend(json.loads(line) for line in lines)
        return bool(part)

    def _start(self, folder: str) -> None:
        number = os.fork()
        if number:
            self._children[number] = _Child(folder, time.monotonic() + self._seconds)
            return
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            # A session of its own: what the cells start is ended with them.
            os.setsid()
            self._control.close()
            os.close(self._held)
            threading.Thread(target=_end_with, args=(self._lifeline,), daemon=True).start()
            status = _child(Path(folder), self._megabytes)
        finally:
            os._exit(status)

    def _reap(self) -> None:
        while self._children:
            number, status = os.waitpid(-1, os.WNOHANG)
            if not number:
                return
            child = self._children.pop(number)
            _kill(number)
            code = os.waitstatus_to_exitcode(status)
            ended = LATE if child.late else f"signal {-code}" if code < 0 else f"exit {code}"
            with suppress(OSError):
                self._control.sendall(json.dumps({"folder": child.folder, "ended": ended}).encode() + b"\n")

    def _stop_late(self) -> None:
        for number, child in self._children.items():
            if not child.late and time.monotonic() >= child.until:
                child.late = True
                _kill(number)


def _kill(number: int) -> None:
    """End a child and all it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(number, signal.SIGKILL)


def _end_with(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


def _child(folder: Path, megabytes: int) -> int:
    import numpy as np

    from localgov_history.report import work

    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    # Python seeds its own numbers anew after a fork, numpy does not.
    np.random.seed()
    work.limit_memory(megabytes)
    return work.do(folder, "in-process")
