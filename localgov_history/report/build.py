"""Build a report: all of it, or nothing. Files are written under a temporary name and renamed."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localgov_history._resources import folder
from localgov_history.errors import BrowserMissingError, LocalgovError
from localgov_history.report import charts, document, execute, html
from localgov_history.report.plan import Plan

Say = Callable[[str], None]
# What a build writes carries this name, so that nothing else is taken for a report, or removed.
MAKER = "localgov_history"
_ENDS = (".html", ".pdf", ".png", ".json")
_SCRATCH = ".writing-"


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
    if not made.data_version:
        raise LocalgovError(f"{plan.name} shows nothing from the tables; expected a figure, a table or a sentence")
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
    known = cards(place)
    card = _card(made, sorted(contents))
    contents[f"{plan.name}.json"] = json.dumps(card, indent=1, ensure_ascii=False, sort_keys=True).encode()
    # A file of the last build in a format that this one did not write would stand beside newer ones.
    earlier = {f"{plan.name}{end}" for end in _ENDS} if plan.name in known else set()
    listed = index_page({**known, plan.name: card})
    write_all(place, {**contents, "index.html": listed}, earlier - set(contents))
    return Built(tuple(place / name for name in contents), made, refused)


def write_all(place: Path, contents: Mapping[str, bytes], gone: Iterable[str] = ()) -> None:
    """Write files, and remove those `gone`: all of it, or the folder stays as it was.

    Raises
    ------
    LocalgovError
        If a file cannot be written, replaced or removed.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=place) as scratch:
            new, old = Path(scratch) / "new", Path(scratch) / "old"
            new.mkdir()
            old.mkdir()
            for name, body in contents.items():
                (new / name).write_bytes(body)
            names = [*contents, *(name for name in gone if (place / name).is_file())]
            for name in names:
                if (place / name).is_file():
                    shutil.copy2(place / name, old / name)
            done: list[str] = []
            try:
                for name in names:
                    if name in contents:
                        os.replace(new / name, place / name)
                    else:
                        (place / name).unlink()
                    done.append(name)
            except BaseException:
                _put_back(place, old, done)
                raise
    except OSError as error:
        raise LocalgovError(f"cannot write to {place}: {error.strerror}; earlier reports are as they were") from None


def _put_back(place: Path, old: Path, names: Iterable[str]) -> None:
    try:
        for name in names:
            if (old / name).is_file():
                os.replace(old / name, place / name)
            else:
                (place / name).unlink()
    except OSError as error:
        raise LocalgovError(
            f"cannot write to {place}: {error.strerror}; some files there are new, others old; build the report again"
        ) from None


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
    """Remove what builds have written, and nothing else. Returns the number of files removed."""
    place = place or output_folder()
    if not place.is_dir():
        return 0
    written = [place / f"{name}{end}" for name in cards(place) for end in _ENDS]
    index = place / "index.html"
    if index.is_file() and _generator().encode() in index.read_bytes():
        written.append(index)
    found = [path for path in written if path.is_file()]
    for path in found:
        path.unlink()
    for path in place.iterdir():
        if re.fullmatch(re.escape(_SCRATCH) + "[a-z0-9_]{8}", path.name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
    return len(found)


def cards(place: Path) -> dict[str, dict[str, Any]]:
    """What each built report in a folder is, by its name. Other JSON files are passed over."""
    found = {}
    for path in sorted(place.glob("*.json")):
        try:
            card = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(card, dict) and card.get("made_by") == MAKER and card.get("name") == path.stem:
            card["files"] = [name for name in card["files"] if (place / name).is_file()]
            found[path.stem] = card
    return found


def index_page(known: Mapping[str, dict[str, Any]]) -> bytes:
    """The page that lists every built report, searchable."""
    page = html.environment().get_template("index.html.j2")
    listed = [known[name] for name in sorted(known)]
    return page.render(
        cards=listed, generator=html.Markup(_generator()), font_css=html.Markup(charts.font_css())
    ).encode()


def _generator() -> str:
    return f'<meta name="generator" content="{MAKER}">'


def _card(made: document.Document, files: list[str]) -> dict[str, Any]:
    return {
        "made_by": MAKER,
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
