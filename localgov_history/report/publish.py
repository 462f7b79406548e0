"""Put reports into their folder: all of one, or nothing. Files are written under a temporary name and renamed."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from localgov_history._resources import folder
from localgov_history.errors import LocalgovError
from localgov_history.report import charts, document, html
from localgov_history.report.store import FOLDER, CannotWriteError, alive

# What a build writes carries this name, so that nothing else is taken for a report, or removed.
MAKER = "localgov_history"
_ENDS = (".html", ".pdf", ".png", ".json", ".docx")
# The folder beside a report with its charts and tables as files, after its name, and the list of what is in it.
OWN, CONTENTS = "-files", "contents.csv"
FAILURES = "failures.html"
ASSETS = "assets"
_ASSET = re.compile(r"(plotly|style)-[0-9a-f]{12}\.(js|css)")
_SCRATCH = ".writing-"


def output_folder() -> Path:
    """Where reports go unless told otherwise: ``reports/build`` of a checkout, else of the present folder."""
    place = folder("reports")
    checkout = place.parent / "pyproject.toml"
    return (place if checkout.is_file() else Path.cwd() / "reports") / "build"


def write_all(place: Path, contents: Mapping[str, bytes | Path], gone: Iterable[str] = ()) -> None:
    """Write files, and remove those `gone`: all of it, or the folder stays as it was.

    Parameters
    ----------
    contents : what each file is to hold, or a finished file on the same disk that is moved.

    Raises
    ------
    CannotWriteError
        If a file cannot be written, replaced or removed.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{_SCRATCH}{os.getpid()}-", dir=place) as scratch:
            new, old = Path(scratch) / "new", Path(scratch) / "old"
            new.mkdir()
            old.mkdir()
            for name, body in contents.items():
                for folder_of in (new, old, place):
                    (folder_of / name).parent.mkdir(parents=True, exist_ok=True)
                if isinstance(body, Path):
                    os.replace(body, new / name)
                else:
                    (new / name).write_bytes(body)
            names = [*contents, *(name for name in gone if (place / name).is_file())]
            for name in names:
                if (place / name).is_file():
                    (old / name).parent.mkdir(parents=True, exist_ok=True)
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
        raise CannotWriteError(place, error.strerror) from None


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


def put(place: Path, name: str, files: Mapping[str, Path], card: Mapping[str, Any]) -> None:
    """Put the files of a report into place, with its card; those of an earlier build that it has no more are removed."""
    home = (place / name).parent
    stem = Path(name).name
    contents: dict[str, bytes | Path] = dict(files)
    contents[f"{stem}.json"] = json.dumps(card, indent=1, ensure_ascii=False, sort_keys=True).encode()
    # A file of the last build in a format that this one did not write would stand beside newer ones.
    write_all(home, contents, _earlier(place, name) - set(contents))


def remove(place: Path, name: str) -> None:
    """Remove the files of a report that is no longer built."""
    if gone := _earlier(place, name):
        write_all((place / name).parent, {}, gone)


def _earlier(place: Path, name: str) -> set[str]:
    """The files of a report that an earlier build may have left, if it did."""
    stem = Path(name).name
    card = _card_of(place, place / f"{name}.json")
    return {f"{stem}{end}" for end in _ENDS} | set(card["files"]) if card else set()


def _card_of(place: Path, path: Path) -> dict[str, Any] | None:
    """The card in a file; none if it is another JSON file."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    name = path.relative_to(place).with_suffix("").as_posix()
    ours = isinstance(card, dict) and card.get("made_by") == MAKER and card.get("name") == name
    return card if ours else None


def sweep(place: Path) -> None:
    """Remove the unfinished files of builds that are no more."""
    for path in [*place.glob(f"{_SCRATCH}*"), *place.glob(f"*/{_SCRATCH}*")]:
        found = re.fullmatch(re.escape(_SCRATCH) + r"(\d+)-\w{8}", path.name)
        if found and path.is_dir() and not path.is_symlink() and not alive(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)


def clean(place: Path | None = None) -> int:
    """Remove what builds have written, and nothing else. Returns the number of files removed."""
    place = place or output_folder()
    if not place.is_dir():
        return 0
    written = [place / f"{name}{end}" for name in cards(place) for end in _ENDS]
    written += [(place / name).parent / file for name, card in cards(place).items() for file in card["files"]]
    for page in (place / "index.html", place / FAILURES):
        if page.is_file() and _generator().encode() in page.read_bytes():
            written.append(page)
    if (place / ASSETS).is_dir():
        written += [path for path in (place / ASSETS).iterdir() if _ASSET.fullmatch(path.name)]
    found = list(dict.fromkeys(path for path in written if path.is_file()))
    for path in found:
        path.unlink()
    sweep(place)
    shutil.rmtree(place / FOLDER, ignore_errors=True)
    folders = {above for path in found for above in path.parents if place in above.parents}
    for path in sorted(folders, key=lambda each: -len(each.parts)):
        if not any(path.iterdir()):
            path.rmdir()
    return len(found)


def cards(place: Path) -> dict[str, dict[str, Any]]:
    """What each built report in a folder is, by its name. Other JSON files are passed over."""
    found = {}
    for path in sorted([*place.glob("*.json"), *place.glob("[!.]*/*.json")]):
        if card := _card_of(place, path):
            card["files"] = [file for file in card["files"] if (path.parent / file).is_file()]
            card["folder"] = "" if path.parent == place else f"{path.parent.name}/"
            found[card["name"]] = card
    return found


def index_page(known: Mapping[str, dict[str, Any]], states: Mapping[str, dict[str, Any]]) -> bytes:
    """The page that lists every built report, searchable, and what was not built, with the reason."""
    page = html.environment().get_template("index.html.j2")
    return page.render(
        cards=[known[name] for name in sorted(known)],
        refused=_with(states, "refused"),
        failed=_with(states, "failed"),
        failures=FAILURES,
        generator=html.Markup(_generator()),
        font_css=html.Markup(charts.font_css()),
    ).encode()


def failure_page(states: Mapping[str, dict[str, Any]]) -> bytes:
    """The page on every report that failed the last time: where, with what, and how to go on."""
    page = html.environment().get_template("failures.html.j2")
    return page.render(
        failed=_with(states, "failed"), generator=html.Markup(_generator()), font_css=html.Markup(charts.font_css())
    ).encode()


def _with(states: Mapping[str, dict[str, Any]], outcome: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, state) for name, state in sorted(states.items()) if state.get("outcome") == outcome]


def write_pages(place: Path, states: Mapping[str, dict[str, Any]]) -> Path | None:
    """Write the index, and the page of failures if there is one. Returns the latter."""
    contents = {"index.html": index_page(cards(place), states)}
    failed = any(state.get("outcome") == "failed" for state in states.values())
    if failed:
        contents[FAILURES] = failure_page(states)
    write_all(place, contents, () if failed else (FAILURES,))
    return place / FAILURES if failed else None


def write_assets(place: Path) -> None:
    """Write what reports with shared assets take from beside them, where it is not there yet."""
    missing = {name: body for name, body in html.assets().items() if not (place / ASSETS / name).is_file()}
    if missing:
        write_all(place / ASSETS, missing)


def _generator() -> str:
    return f'<meta name="generator" content="{MAKER}">'


def card(made: document.Document, files: list[str]) -> dict[str, Any]:
    """What a built report is, for the index."""
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
