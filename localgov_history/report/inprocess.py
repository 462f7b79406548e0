"""A papermill engine that runs cells in this very process, for a process that is forked for one notebook.

The shell is ipykernel's own and so are the messages it sends; nbclient makes outputs of them. So the cells' outputs are
those of the stock engine, without a kernel, sockets or ports between.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from nbclient.exceptions import CellExecutionError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

NAME = "localgov-in-process"


class _Messages(Session):
    """Keeps what would go to a notebook's reader, in place of sending it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.kept: list[dict[str, Any]] = []

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
        message = self.msg(msg_or_type, content) if isinstance(msg_or_type, str) else msg_or_type
        self.kept.append(message)
        return message

    def take(self) -> list[dict[str, Any]]:
        """What was kept since the last call."""
        kept, self.kept = self.kept, []
        return kept


class _Stream(io.TextIOBase):
    """Standard output or error of the cells, what their child processes write included."""

    encoding = "utf-8"

    def __init__(self, name: str, number: int, session: _Messages) -> None:
        self.name, self._number, self._session = name, number, session
        self._kept: list[str] = []

    def write(self, text: str) -> int:
        self._kept.append(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def flush(self) -> None:
        size = os.fstat(self._number).st_size
        text = "".join(self._kept)
        if size:
            text += os.pread(self._number, size, 0).decode("utf-8", "replace")
            os.ftruncate(self._number, 0)
        self._kept = []
        if text:
            self._session.send(None, "stream", {"name": self.name, "text": text})


def shell() -> ZMQInteractiveShell:
    """The shell of this process. Without a history there is no thread, so the process can still fork.

    plotly asks for a shell when it is first imported, to choose how figures show: call this before.
    """
    if not ZMQInteractiveShell.initialized():
        made = ZMQInteractiveShell.instance(
            compiler_class=XCachingCompiler, config=Config({"HistoryManager": {"enabled": False}})
        )
        session = _Messages(session="localgov", username="localgov", key=b"")
        parts: tuple[Any, Any] = made.displayhook, made.display_pub
        for part in parts:
            part.session, part.pub_socket = session, None
    return ZMQInteractiveShell.instance()


@contextmanager
def _streams(session: _Messages) -> Iterator[tuple[_Stream, _Stream]]:
    """Standard output and error, of Python and of the process, kept as messages."""
    before: tuple[TextIO, TextIO] = sys.stdout, sys.stderr
    saved = os.dup(1), os.dup(2)
    made = []
    for number, name in ((1, "stdout"), (2, "stderr")):
        with tempfile.NamedTemporaryFile() as file:
            # Appending, so that what a child process writes is not lost after the file is emptied.
            handle = os.open(file.name, os.O_RDWR | os.O_APPEND)
        os.dup2(handle, number)
        os.close(handle)
        made.append(_Stream(name, number, session))
    sys.stdout, sys.stderr = made
    try:
        yield made[0], made[1]
    finally:
        sys.stdout, sys.stderr = before
        for number, old in zip((1, 2), saved, strict=True):
            os.dup2(old, number)
            os.close(old)


class _Client(PapermillNotebookClient):
    """nbclient without a kernel: a cell is run here, and what it says is read as if it came over the wire."""

    def execute(self, **kwargs: Any) -> Any:
        self.reset_execution_trackers()
        self.clear_before_next_output = False
        self._shell = shell()
        publisher: Any = self._shell.display_pub
        self._session: _Messages = publisher.session
        with _streams(self._session) as self._out, warnings.catch_warnings():
            # As a kernel finds them, whatever papermill or this kit has set for itself.
            warnings.filters[:] = _FILTERS  # type: ignore[index]
            self.papermill_execute_cells()
        self.nb.metadata["language_info"] = {"name": "python"}
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, **kwargs: Any) -> Any:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        if self.on_cell_start is not None:
            self.on_cell_start(cell=cell, cell_index=cell_index)
        cell.outputs, cell.execution_count = [], self._shell.execution_count
        self._session.take()
        done = self._shell.run_cell(cell.source, store_history=True)
        for stream in self._out:
            stream.flush()
        fault = {"status": "error", "ename": "", "evalue": "", "traceback": []}
        for message in self._session.take():
            self.process_message(message, cell, cell_index)
            if message["msg_type"] == "error":
                fault |= message["content"]
        if not done.success and "raises-exception" not in tags:
            raise CellExecutionError.from_cell_and_msg(cell, fault)
        return cell

    execute_cell.__doc__ = PapermillNotebookClient.execute_cell.__doc__


_FILTERS = list(warnings.filters)


class InProcessEngine(Engine):
    """What papermill calls by `NAME`.

    Of a run without a fault the outputs go into the list ``outputs``, a cell each, and papermill gets none: it would make
    text of the whole notebook although there is no file to write, which takes longer than many a cell.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        executed = _Client(nb_man, on_cell_start=kwargs.get("on_cell_start")).execute()
        if not any(cell.metadata.papermill.get("exception") for cell in executed.cells):
            for cell in executed.cells:
                kwargs["outputs"].append(cell.pop("outputs", None))
                if cell.cell_type == "code":
                    cell.outputs = []
        return executed


papermill_engines.register(NAME, InProcessEngine)
