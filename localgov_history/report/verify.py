"""Make a report anew from what its own file says, and compare: the same, or what differs."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localgov_history.errors import LocalgovError
from localgov_history.report import build, manifest, pdf, plan

_JSON_LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest inside a report, HTML or PDF.

    Raises
    ------
    LocalgovError
        If the file cannot be read, or has none.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise LocalgovError(f"{path} cannot be read: {error.strerror}; expected an HTML or PDF of a report") from None
    text = _from_pdf(body) if body.startswith(b"%PDF") else _from_html(body)
    try:
        found = json.loads(text)
        if manifest.value(found, manifest.RECIPE):
            return dict(found)
    except (ValueError, AttributeError, TypeError):
        pass
    raise LocalgovError(f"{path.name} does not say what it was made from; expected an HTML or PDF of a report")


def _from_html(body: bytes) -> str:
    found = _JSON_LD.search(body.decode("utf-8", "replace"))
    return found[1] if found else ""


def _from_pdf(body: bytes) -> str:
    return pdf.attached(body).decode("utf-8", "replace")


def verify(
    path: Path, place: Path | None = None, notebooks: Path | None = None, options: build.Options | None = None
) -> list[str]:
    """Every difference between a report and what the same definition, parameters and tables give now; none if the same.

    Nothing that an earlier build kept is used: every notebook is run.

    Parameters
    ----------
    place, notebooks : folders of definitions and notebooks; the kit's own by default.

    Raises
    ------
    LocalgovError
        If the file has no manifest, or the report cannot be made.
    """
    old = read_manifest(path)
    recipe = manifest.value(old, manifest.RECIPE)
    kind = "pdf" if path.read_bytes().startswith(b"%PDF") else "html"
    made = plan.plan(recipe["report"], recipe["given"], (kind,), place, notebooks)
    shared = kind == "html" and bool(re.search(r'<link rel="stylesheet" href="[^"]*assets/', path.read_text("utf-8")))
    given = options or build.Options()
    how = build.Options(given.engine, given.jobs, given.seconds, given.megabytes, shared)
    with tempfile.TemporaryDirectory(prefix="localgov-") as scratch:
        done = build.build(made, Path(scratch), options=how)
        if done.refused:
            raise LocalgovError(done.refused)
        fresh = next(each for each in done.files if each.suffix == f".{kind}")
        if fresh.read_bytes() == path.read_bytes():
            return []
        new = read_manifest(fresh)
    return compared(old, new) or [
        f"{path.name} is not as it was written: what it says it was made from and shows is the same, the file is not"
    ]


def compared(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What differs between two manifests, a sentence each: what went in first, then what is shown."""
    said = []
    for name in ("name", "description"):
        if old.get(name) != new.get(name):
            said.append(f"the {'title' if name == 'name' else name} was {old.get(name)!r}, now {new.get(name)!r}")
    if old.get("version") != new.get("version"):
        said.append(f"the version of the tables was {old.get('version')}, now {new.get('version')}")
    said += _pairs(_named(old, "isBasedOn", "identifier"), _named(new, "isBasedOn", "identifier"), "table")
    said += _pairs(_named(old, "instrument", "version"), _named(new, "instrument", "version"), "the version of")
    own = (manifest.RECIPE, manifest.SHOWN)
    before, after = (
        {name: text for name, text in _named(each, "additionalProperty", "value").items() if name not in own}
        for each in (old, new)
    )
    said += _pairs(before, after, "the parameters of")
    shown = [manifest.value(dict(each), manifest.SHOWN) or {} for each in (old, new)]
    said += [f"{name} differs" for name in sorted({*shown[0], *shown[1]}) if shown[0].get(name) != shown[1].get(name)]
    return said


def _named(body: Mapping[str, Any], key: str, value: str) -> dict[str, str]:
    return {item["name"]: item[value] for item in body.get(key, [])}


def _pairs(old: Mapping[str, str], new: Mapping[str, str], kind: str) -> list[str]:
    return [
        f"{kind} {name} was {old.get(name, 'not used')}, now {new.get(name, 'not used')}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
