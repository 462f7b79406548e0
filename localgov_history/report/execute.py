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
from localgov_history.report import parameters
from localgov_history.report.plan import Run

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class NotebookFailedError(LocalgovError):
    """A cell of a notebook failed: which cell, with which parameters, saying what."""

    def __init__(self, notebook: str, cell: str, parameters: dict[str, Any], message: str) -> None:
        self.notebook, self.cell, self.parameters, self.message = notebook, cell, parameters, message
        values = ", ".join(f"{key}={value!r}" for key, value in parameters.items()) or "none"
        super().__init__(f"{notebook}, {cell}: {message}\n  parameters: {values}")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.notebook, self.cell, self.parameters, self.message))


def execute(run: Run) -> Any:
    """Run a notebook from top to bottom in a fresh kernel.

    Returns the executed notebook (an ``nbformat`` node) with the cells of the file, no more.

    Raises
    ------
    NotebookFailedError
        If a cell raises, or the kernel dies in it.
    LocalgovError
        If there is no kernel, or it does not start.
    """
    # Importing papermill reads every optional store it knows; that must not cost a command that needs none.
    import nbformat
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from papermill.exceptions import PapermillExecutionError

    injected = _injected(run)
    begun: list[tuple[int, str]] = []

    def failed(index: int, source: str, message: str) -> NotebookFailedError:
        # The number is that of the cell in the file: a cell that papermill put in does not count.
        number = index + 1 - (injected is not None and index >= injected)
        first = (source.strip().splitlines() or ["empty"])[0]
        return NotebookFailedError(run.notebook.name, f"cell {number} ({first})", run.parameters, message)

    # What papermill would log is what is raised below.
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
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
                on_cell_start=lambda cell, cell_index: begun.append((cell_index, cell.source)),
                **_kernel(),
            )
        except PapermillExecutionError as error:
            message = _ANSI.sub("", f"{error.ename}: {error.evalue}")
            raise failed(error.cell_index, error.source or "", message) from None
        except NoSuchKernel:
            raise LocalgovError(
                "no Python kernel to run notebooks with; expected ipykernel: pip install 'localgov-history[report]'"
            ) from None
        except (RuntimeError, TimeoutError) as error:
            if not begun:
                raise LocalgovError(f"{run.notebook.name}: the kernel did not start: {error}") from None
            raise failed(
                *begun[-1], f"the kernel died ({error}): the code ended its process, or memory ran out"
            ) from None
        executed = nbformat.read(output, as_version=4)
    if executed.metadata.papermill.exception:
        # papermill takes a SystemExit without an error for a good end, and leaves the cells after it unrun.
        raise failed(*begun[-1], "SystemExit; expected the notebook to run to its last cell")
    if injected is not None:
        del executed.cells[injected]
    return executed


def _injected(run: Run) -> int | None:
    """Where papermill puts a cell of its own with the parameters; None where the file's cells stay as they are."""
    tags = [cell.metadata.get("tags", []) for cell in parameters.cells(run.notebook)]
    if not run.parameters or any("injected-parameters" in each for each in tags):
        return None
    return next((index + 1 for index, each in enumerate(tags) if "parameters" in each), 0)


def _kernel() -> dict[str, Any]:
    """How kernels start: with this very Python, and where sockets can be files, without ports.

    A kernel that is registered under the same name may be of another environment, with another version of the kit.
    Ports would have to be raced for, and listen on the network.
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from traitlets import default
    from traitlets.config import Config

    class OwnKernel(AsyncKernelManager):
        @default("kernel_spec_manager")
        def _only_the_native_one(self) -> KernelSpecManager:
            return KernelSpecManager(kernel_dirs=[])

    settings = {"KernelManager": {"transport": "ipc"}} if os.name == "posix" else {}
    return {"kernel_manager_class": OwnKernel, "config": Config(settings)}
