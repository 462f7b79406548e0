"""The pieces of work of a build, each done in a process of its own: run a notebook, render a report.

A piece of work is left in a folder (``job``); who does it leaves the answer there (``answer``), whole or not at all.
"""

from __future__ import annotations

import copy
import os
import pickle
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from localgov_history.errors import LocalgovError
from localgov_history.report import charts, execute, parameters, store
from localgov_history.report.plan import Plan, Run

# What a process ends with that cannot write (EX_IOERR).
FULL = 74


class Work(Protocol):
    """A piece of work."""

    def do(self, folder: Path, how: execute.How) -> Any:
        """Do it, with `folder` for what it leaves."""


@dataclass(frozen=True)
class Ran:
    """A run that was made: the tables read, the seconds in cells, the charts (digest and JSON), and the notebook's file.

    A run that refused to make a report has a reason and no file.
    """

    reads: execute.Reads
    seconds: float
    charts: dict[str, str]
    notebook: Path | None
    refused: str = ""


@dataclass(frozen=True)
class RunNotebook:
    """Run a notebook."""

    run: Run

    def do(self, folder: Path, how: execute.How) -> Ran:
        """Run it; the executed notebook is left in the folder."""
        done = execute.run_notebook(self.run, how, folder)
        if done.refused:
            return Ran(done.reads, done.seconds, {}, None, done.refused)
        path = folder / "executed.ipynb.gz"
        store.write_notebook(path, done.notebook)
        return Ran(done.reads, done.seconds, charts.of_notebook(done.notebook), path)


@dataclass(frozen=True)
class Rendered:
    """A report's files, under the names they are to have, and what the index says of it."""

    files: dict[str, Path]
    card: dict[str, Any]


@dataclass(frozen=True)
class Render:
    """Make the files of a report from executed notebooks and drawn charts.

    Attributes
    ----------
    drawings : the SVG files by the digests of the charts; None where no PDF is made.
    shared : the address of plotly.js and the style beside the reports; empty to put them into the page.
    """

    plan: Plan
    notebooks: tuple[Path, ...]
    drawings: dict[str, Path] | None
    shared: str = ""

    def do(self, folder: Path, how: execute.How) -> Rendered:
        """Render; the files are left in the folder."""
        from localgov_history.report import assets, document, html, pdf, publish

        made = document.build(self.plan, executed(self.plan, self.notebooks))
        if not made.data_version:
            raise LocalgovError(
                f"{self.plan.name} shows nothing from the tables; expected a figure, a table or a sentence"
            )
        stem = self.plan.name.rpartition("/")[2]
        bodies: dict[str, bytes] = {}
        if "html" in self.plan.formats:
            bodies[f"{stem}.html"] = html.render(made, self.shared).encode()
        if self.drawings is not None:
            drawn = {item.anchor: self.drawings[charts.digest(item.plot)].read_bytes() for item in made.figures}
            if "pdf" in self.plan.formats:
                bodies[f"{stem}.pdf"], bodies[f"{stem}.png"] = pdf.render(made, drawn, folder)
            if "docx" in self.plan.formats:
                bodies[f"{stem}.docx"] = assets.docx(made, drawn)
            if "assets" in self.plan.formats:
                bodies |= {f"{stem}{publish.OWN}/{name}": body for name, body in assets.files(made, drawn).items()}
        for name, body in bodies.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(body)
        return Rendered({name: folder / name for name in bodies}, publish.card(made, sorted(bodies)))


def executed(plan: Plan, notebooks: Sequence[Path]) -> list[Any]:
    """The executed notebooks of a plan, with the words and tags that their files have now."""
    return [_with_words(run, store.read_notebook(path)) for run, path in zip(plan.runs, notebooks, strict=True)]


def _with_words(run: Run, notebook: Any) -> Any:
    """A cell of code keeps its outputs, wherever it stands now; all else is as in the file."""
    ran = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    found = [copy.deepcopy(cell) for cell in parameters.cells(run.notebook)]
    code = [cell for cell in found if cell.cell_type == "code" and cell.source.strip()]
    if [cell.source for cell in code] != [cell.source for cell in ran]:
        raise LocalgovError(f"{run.notebook.name} was changed while it was being built; build it again")
    for cell, done in zip(code, ran, strict=True):
        cell.outputs = done.outputs
    notebook.cells = found
    return notebook


class NoAnswerError(Exception):
    """Whoever did a piece of work ended before it was done."""


def leave(folder: Path, work: Work) -> None:
    """Leave a piece of work in a folder."""
    folder.mkdir(parents=True)
    (folder / "job").write_bytes(pickle.dumps(work))


def do(folder: Path, how: execute.How) -> int:
    """Do what was left in a folder, and leave the answer there: a value, or what was raised.

    Returns the status to end the process with: 0, or `FULL` where not even the answer could be written.
    """
    answer: tuple[str, Any]
    try:
        answer = ("done", pickle.loads((folder / "job").read_bytes()).do(folder, how))
    except LocalgovError as error:
        answer = ("raised", error)
    except OSError as error:
        answer = ("raised", store.CannotWriteError(error.filename or folder, error.strerror or str(error)))
    except Exception as error:
        answer = ("raised", LocalgovError(f"{type(error).__name__}: {error}"))
    fresh = folder / "answer.new"
    try:
        fresh.write_bytes(pickle.dumps(answer))
        os.replace(fresh, folder / "answer")
    except OSError:
        return FULL
    return 0


def answer(folder: Path) -> Any:
    """The answer in a folder; raises what is the answer, or `NoAnswerError`."""
    try:
        kind, value = pickle.loads((folder / "answer").read_bytes())
    except (OSError, EOFError, pickle.UnpicklingError):
        raise NoAnswerError from None
    if kind == "raised":
        raise value
    return value


def unfinished(folder: Path, why: str) -> LocalgovError:
    """The fault of a piece of work whose process ended before it was done: of a notebook, with the cell it was at."""
    piece = pickle.loads((folder / "job").read_bytes())
    if not isinstance(piece, RunNotebook):
        return LocalgovError(f"the process that set the report did not end: {why}")
    begun = folder / "begun"
    cell = begun.read_text(encoding="utf-8") if begun.is_file() else "before its first cell"
    return execute.NotebookFailedError(piece.run.notebook.name, cell, piece.run.parameters, why)


def main() -> None:
    """Do the work in the folder named on the command line, in a process of its own with a kernel of its own."""
    folder, memory = Path(sys.argv[1]), int(sys.argv[2])
    threading.Thread(target=_end_with, args=(sys.stdin.fileno(),), daemon=True).start()
    limit_memory(memory)
    # The thread that waits for the parent's end cannot be joined.
    os._exit(do(folder, "stock"))


def _end_with(lifeline: int) -> None:
    """End this process when nobody holds the other end: whoever wanted the work is no more."""
    while os.read(lifeline, 1):
        pass
    os._exit(1)


def limit_memory(megabytes: int) -> None:
    """Bound what this process may take beyond what it has. A system that cannot do so sets no bound."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[5])
        limit = pages * resource.getpagesize() + megabytes * 1_000_000
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    except (ImportError, OSError, ValueError):
        return
