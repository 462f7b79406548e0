"""Run notebooks with papermill: in a kernel of their own, or in this process where it was forked for just that."""

from __future__ import annotations

import json
import logging
import os
import re
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from localgov_history import catalogue
from localgov_history.errors import LocalgovError, ReportRefusedError
from localgov_history.report import parameters
from localgov_history.report.plan import Run

# (base folder, folder laid over it, table, SHA-256), as `catalogue.everything_read` gives them.
Reads = list[tuple[str, str, str, str]]
How = Literal["stock", "in-process"]

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# ipykernel keeps the cells' code in files named after its process.
_CELL_FILE = re.compile(r"\S*[\\/]ipykernel_\d+[\\/]\d+\.py")
# One cell more, at the end: what the kernel has read. It is taken out again.
_ASK = "from localgov_history.catalogue import everything_read as _read; import json; print(json.dumps(_read()))"
_LONGEST_TRACE = 12


class NotebookFailedError(LocalgovError):
    """A cell of a notebook failed: which cell, with which parameters, saying what; with the end of the trace."""

    def __init__(
        self, notebook: str, cell: str, parameters: dict[str, Any], message: str, trace: tuple[str, ...] = ()
    ) -> None:
        self.notebook, self.cell, self.parameters, self.message, self.trace = (
            notebook,
            cell,
            parameters,
            message,
            trace,
        )
        values = ", ".join(f"{key}={value!r}" for key, value in parameters.items()) or "none"
        super().__init__(f"{notebook}, {cell}: {message}\n  parameters: {values}")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.notebook, self.cell, self.parameters, self.message, self.trace))


@dataclass(frozen=True)
class Executed:
    """An executed notebook with the cells of the file, no more; the tables read; and the seconds spent in cells.

    Where the notebook says that there is too little for a report, `refused` is its reason and there is no notebook.
    """

    notebook: Any
    reads: Reads
    seconds: float
    refused: str = ""


def execute(run: Run) -> Any:
    """The executed notebook (an ``nbformat`` node) of `run_notebook`, in a fresh kernel.

    Raises
    ------
    ReportRefusedError
        If a cell says that there is too little for a report.
    """
    done = run_notebook(run)
    if done.refused:
        raise ReportRefusedError(done.refused)
    return done.notebook


def run_notebook(run: Run, how: How = "stock", scratch: Path | None = None) -> Executed:
    """Run a notebook from top to bottom.

    Parameters
    ----------
    how : ``stock`` starts a kernel; ``in-process`` runs the cells here, which only a process forked for this run can
        do without keeping something of it.
    scratch : a folder for what the run leaves; a temporary one if not given. In it, ``begun`` names the cell last begun.

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

    source = nbformat.read(run.notebook, as_version=4)
    for cell in source.cells:
        if cell.cell_type == "code":
            # Outputs of an earlier run would only be carried to and fro.
            cell.outputs, cell.execution_count = [], None
    injected = _injected(run)
    source.cells.append(nbformat.v4.new_code_cell(_ASK))
    begun: list[tuple[int, str]] = []

    def failed(index: int, source: str, message: str, trace: tuple[str, ...] = ()) -> NotebookFailedError:
        return NotebookFailedError(run.notebook.name, _named(index, source, injected), run.parameters, message, trace)

    # What papermill would log is what is raised below.
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory(prefix="localgov-", dir=scratch) as cells,
        # The address of a socket may have a hundred letters at most, so it is not in a folder of the user's.
        tempfile.TemporaryDirectory(prefix="localgov-") as sockets,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")

        kept: list[list[Any] | None] = []

        def starting(cell: Any, cell_index: int) -> None:
            begun.append((cell_index, cell.source))
            if scratch is not None:
                (scratch / "begun").write_text(_named(cell_index, cell.source, injected), encoding="utf-8")

        try:
            executed = papermill.execute_notebook(
                source,
                None,
                parameters=run.parameters,
                kernel_name="python3",
                progress_bar=False,
                request_save_on_cell_execute=False,
                cwd=cells,
                on_cell_start=starting,
                **_engine(how, Path(sockets), kept),
            )
            for cell, outputs in zip(executed.cells, kept, strict=bool(kept)):
                if cell.cell_type == "code":
                    cell.outputs = outputs
        except PapermillExecutionError as error:
            message = _ANSI.sub("", f"{error.ename}: {error.evalue}")
            if error.ename == ReportRefusedError.__name__:
                return Executed(None, _reads_of_a_refusal(how), 0.0, _ANSI.sub("", str(error.evalue)))
            raise failed(error.cell_index, error.source or "", message, _trace(error.traceback)) from None
        except NoSuchKernel:
            raise LocalgovError(
                "no Python kernel to run notebooks with; expected ipykernel: pip install 'localgov-history[report]'"
            ) from None
        except (RuntimeError, TimeoutError) as error:
            if not begun:
                raise LocalgovError(f"{run.notebook.name}: the kernel did not start: {error}") from None
            raise failed(*begun[-1], DIED.format(error)) from None
    if executed.metadata.papermill.exception:
        # papermill takes a SystemExit without an error for a good end, and leaves the cells after it unrun.
        raise failed(*begun[-1], "SystemExit; expected the notebook to run to its last cell")
    said = "".join(output.get("text", "") for output in executed.cells.pop().outputs)
    seconds = sum(cell.metadata.papermill.duration or 0 for cell in executed.cells if cell.cell_type == "code")
    if injected is not None:
        del executed.cells[injected]
    return Executed(_tidied(executed), [tuple(item) for item in json.loads(said)], seconds)


def _reads_of_a_refusal(how: How) -> Reads:
    """What was read before a notebook stopped: known in its own process, else it may have been any table."""
    if how == "in-process":
        return catalogue.everything_read()
    book = catalogue.default()
    return [("", str(book.overlay or ""), name, book.digest(name)) for name in book.schemas]


DIED = "the kernel died ({}): the code ended its process, or memory ran out"


def _named(index: int, source: str, injected: int | None) -> str:
    """A cell as a user finds it. The number is that in the file: a cell that papermill put in does not count."""
    number = index + 1 - (injected is not None and index >= injected)
    return f"cell {number} ({(source.strip().splitlines() or ['empty'])[0]})"


def _trace(lines: list[str]) -> tuple[str, ...]:
    """The end of a trace, as plain lines."""
    text = _CELL_FILE.sub("cell", _ANSI.sub("", "\n".join(lines))).splitlines()
    return tuple(text[-_LONGEST_TRACE:])


def _tidied(notebook: Any) -> Any:
    """The notebook without what differs from run to run: times, and where in a cell streams were cut."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    return notebook


def _joined(outputs: list[Any]) -> list[Any]:
    """Streams between two other outputs as one each, the standard one first: in between they are cut by the clock."""
    found: list[Any] = []
    pending: dict[str, Any] = {}
    for output in [*outputs, None]:
        if output is not None and output.output_type == "stream":
            output.text = _CELL_FILE.sub("cell", output.text)
            if output.name in pending:
                pending[output.name].text += output.text
            else:
                pending[output.name] = output
            continue
        found += [pending[name] for name in sorted(pending, reverse=True)]
        pending = {}
        if output is not None:
            found.append(output)
    return found


def _injected(run: Run) -> int | None:
    """Where papermill puts a cell of its own with the parameters; None where the file's cells stay as they are."""
    tags = [cell.metadata.get("tags", []) for cell in parameters.cells(run.notebook)]
    if not run.parameters or any("injected-parameters" in each for each in tags):
        return None
    return next((index + 1 for index, each in enumerate(tags) if "parameters" in each), 0)


def _engine(how: How, sockets: Path, kept: list[list[Any] | None]) -> dict[str, Any]:
    if how == "in-process":
        from localgov_history.report import inprocess

        return {"engine_name": inprocess.NAME, "outputs": kept}
    return _kernel(sockets)


def _kernel(sockets: Path) -> dict[str, Any]:
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

    settings = {"KernelManager": {"transport": "ipc", "ip": str(sockets / "kernel")}} if os.name == "posix" else {}
    return {"kernel_manager_class": OwnKernel, "config": Config(settings)}
