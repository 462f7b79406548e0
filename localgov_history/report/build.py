"""Build a report: all of it, or nothing. Files are written under a temporary name and renamed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localgov_history._resources import folder
from localgov_history.errors import BrowserMissingError, LocalgovError
from localgov_history.report import charts, document, execute, html
from localgov_history.report.plan import Plan

Say = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What a build wrote. `refused` says why a format that was asked for is not there, or is empty."""

    files: tuple[Path, ...]
    document: document.Document
    refused: str = ""


def output_folder() -> Path:
    """Where reports go unless told otherwise: ``reports/build`` of a checkout, else of the present folder."""
    place = folder("reports")
    checkout = place.parent / "pyproject.toml"
    return (place if checkout.is_file() else Path.cwd() / "reports") / "build"


def build(plan: Plan, output: Path | None = None, say: Say = lambda text: None) -> Built:
    """Run a plan and write its files and the index.

    Parameters
    ----------
    plan : from `plan.plan`.
    output : the folder to write to.
    say : called with a line for each step, for progress.

    Raises
    ------
    LocalgovError
        If a notebook fails or a folder cannot be written; earlier files stay as they were.
    """
    place = output or output_folder()
    writable(place)
    refused = ""
    if "pdf" in plan.formats:
        try:
            charts.find_browser()
        except BrowserMissingError as error:
            refused = f"no PDF: {error}"
            say(refused)
    executed = []
    for index, run in enumerate(plan.runs, start=1):
        begun = time.monotonic()
        say(f"[{index}/{len(plan.runs)}] running {run.notebook.stem}")
        executed.append(execute.execute(run))
        say(f"[{index}/{len(plan.runs)}] {run.notebook.stem} done in {time.monotonic() - begun:.1f} s")
    made = document.build(plan, executed)
    contents: dict[str, bytes] = {}
    if "html" in plan.formats:
        say("writing the HTML")
        contents[f"{plan.name}.html"] = html.render(made).encode()
    if "pdf" in plan.formats and not refused:
        from localgov_history.report import pdf

        say(f"drawing {len(made.figures)} charts for print")
        drawn = charts.draw({figure.anchor: figure.plot for figure in made.figures})
        say("setting the PDF")
        contents[f"{plan.name}.pdf"], contents[f"{plan.name}.png"] = pdf.render(made, drawn)
    contents[f"{plan.name}.json"] = _card(made, sorted(contents))
    files = write_all(place, contents)
    write_all(place, {"index.html": index_page(place)})
    return Built(files, made, refused)


def write_all(place: Path, contents: dict[str, bytes]) -> tuple[Path, ...]:
    """Write files so that each is either whole or as it was before: temporary names first, then renames."""
    try:
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=place) as scratch:
            for name, body in contents.items():
                (Path(scratch) / name).write_bytes(body)
            for name in contents:
                os.replace(Path(scratch) / name, place / name)
    except OSError as error:
        raise LocalgovError(f"cannot write to {place}: {error.strerror}; earlier reports are as they were") from None
    return tuple(place / name for name in contents)


def writable(place: Path) -> None:
    """Make the folder, and refuse early if it cannot be written to."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise LocalgovError(
            f"cannot write to {place}: {error.strerror}; expected a folder you may write to (--output DIR)"
        ) from None


def clean(place: Path | None = None) -> int:
    """Remove what builds have written. Returns the number of files removed."""
    place = place or output_folder()
    if not place.is_dir():
        return 0
    if place.name != "build" and not (place / "index.html").is_file():
        raise LocalgovError(f"{place} does not look like a folder of built reports; nothing was removed")
    count = 0
    for path in place.iterdir():
        if path.is_dir() and path.name.startswith(".writing-"):
            shutil.rmtree(path)
        elif path.suffix in (".html", ".pdf", ".png", ".json"):
            path.unlink()
            count += 1
    return count


def index_page(place: Path) -> bytes:
    """The page that lists every built report, searchable."""
    cards = []
    for path in sorted(place.glob("*.json")):
        card = json.loads(path.read_text(encoding="utf-8"))
        card["files"] = [name for name in card["files"] if (place / name).is_file()]
        cards.append(card)
    page = html.environment().get_template("index.html.j2")
    return page.render(cards=cards, font_css=html.Markup(charts.font_css())).encode()


def _card(made: document.Document, files: list[str]) -> bytes:
    card: dict[str, Any] = {
        "name": made.name,
        "title": made.title,
        "subtitle": made.subtitle,
        "description": made.description,
        "data_version": made.data_version,
        "data_date": made.data_date,
        "figures": len(made.figures),
        "tables": len(made.tables),
        "sources": len(made.sources),
        "sections": [block.text for block in made.sections],
        "runs": [[name, values] for name, values in made.runs],
        "files": files,
    }
    return json.dumps(card, indent=1, ensure_ascii=False, sort_keys=True).encode()
