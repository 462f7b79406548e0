"""Run notebooks with papermill."""

from __future__ import annotations

import logging
import os
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

from localgov_history.errors import LocalgovError
from localgov_history.report.plan import Run

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class NotebookFailedError(LocalgovError):
    """A cell of a notebook raised: which cell, with which parameters, saying what."""

    def __init__(self, notebook: str, cell: str, parameters: dict[str, Any], message: str) -> None:
        self.notebook, self.cell, self.parameters, self.message = notebook, cell, parameters, message
        values = ", ".join(f"{key}={value!r}" for key, value in parameters.items()) or "none"
        super().__init__(f"{notebook}, {cell}: {message}\n  parameters: {values}")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.notebook, self.cell, self.parameters, self.message))


def _transport() -> dict[str, Any]:
    """Where sockets can be files, kernels use them: no ports to race for, and nothing listens on the network."""
    if os.name != "posix":
        return {}
    from traitlets.config import Config

    return {"config": Config({"KernelManager": {"transport": "ipc"}})}


def execute(run: Run) -> Any:
    """Run a notebook from top to bottom in a fresh kernel.

    Returns the executed notebook (an ``nbformat`` node).

    Raises
    ------
    NotebookFailedError
        If a cell raises.
    """
    # Importing papermill reads every optional store it knows; that must not cost a command that needs none.
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="localgov-") as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        output = Path(scratch) / run.notebook.name
        try:
            papermill.execute_notebook(
                run.notebook,
                output,
                parameters=run.parameters,
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
                cwd=scratch,
                **_transport(),
            )
        except PapermillExecutionError as error:
            first = (error.source or "").strip().splitlines()
            cell = f"cell {error.cell_index + 1} ({first[0] if first else 'empty'})"
            raise NotebookFailedError(
                run.notebook.name, cell, run.parameters, _ANSI.sub("", f"{error.ename}: {error.evalue}")
            ) from None
        return nbformat.read(output, as_version=4)
