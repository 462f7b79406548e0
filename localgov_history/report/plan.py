"""A report's definition (YAML) → the reports and the runs they need, with every parameter checked before a run starts."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localgov_history._resources import folder
from localgov_history.errors import LocalgovError, UnknownNameError, fold, suggest
from localgov_history.report import commentary, lines, members, parameters
from localgov_history.report.theme import Theme
from localgov_history.report.theme import load as read_theme

FORMATS = ("html", "pdf", "docx", "assets")
USUAL = ("html", "pdf")
# What needs the charts drawn.
PRINTED = ("pdf", "docx", "assets")
_TEXT = "text, in quotes where it looks like a number or a date"
# What each key holds: its type, in words for who got it wrong, and whether it must be there.
_SHAPES: Mapping[str, tuple[type, str, bool]] = {
    "title": (str, _TEXT, True),
    "subtitle": (str, _TEXT, False),
    "description": (str, _TEXT, False),
    "notebooks": (list, "a list of one notebook or more", True),
    "formats": (list, "a list of one format or more, such as [html, pdf]", False),
    "for_each": (dict, "parameters, each with a list or a table: {area: {table: laa_areas, column: area}}", False),
    "theme": (str, "the name of a theme file beside the definition", False),
    "commentary": (list, "a list of comments, each with a section and a text", False),
}
_NOTEBOOK_SHAPES: Mapping[str, tuple[type, str, bool]] = {
    "notebook": (str, "the name of a notebook", True),
    "parameters": (dict, "names with their values", False),
}


@dataclass(frozen=True)
class Run:
    """One notebook with all its parameters."""

    notebook: Path
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """A report ready to run. `given` are the parameters that did not come from the definition.

    A report of a batch is called after the definition and its own member of it: ``area-profile/leeds``.
    """

    name: str
    title: str
    subtitle: str
    description: str
    runs: tuple[Run, ...]
    formats: tuple[str, ...]
    definition: Path = field(compare=False)
    given: Mapping[str, Any] = field(default_factory=dict)
    theme: Theme = field(default_factory=Theme)
    theme_file: str = ""
    commentary: tuple[commentary.Comment, ...] = ()

    @property
    def printed(self) -> bool:
        """Whether its charts are to be drawn."""
        return any(name in PRINTED for name in self.formats)

    @property
    def command(self) -> str:
        """What to type to make the same report again."""
        batch, _, member = self.name.partition("/")
        words = ["localgov", "report", "build", batch, *(["--only", member] if member else [])]
        for name, value in self.given.items():
            words += ["--set", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
        if self.theme_file:
            words += ["--theme", self.theme_file]
        return shlex.join(words)


def names(place: Path | None = None) -> list[str]:
    """The reports that are defined."""
    return sorted(path.stem for path in (place or folder("reports")).glob("*.yaml"))


def plan(
    name: str,
    given: dict[str, Any] | None = None,
    formats: tuple[str, ...] = (),
    place: Path | None = None,
    notebooks: Path | None = None,
    theme: Path | None = None,
) -> Plan:
    """The plan of one report; of a batch, one is named as in ``area-profile/leeds``. See `plans`."""
    batch, _, member = name.partition("/")
    made = plans(batch, given, formats, (member,) if member else (), place, notebooks, theme)
    if len(made) > 1:
        raise LocalgovError(f"{name} is a batch of {len(made)} reports; expected one of them, such as {made[0].name}")
    return made[0]


def plans(
    name: str,
    given: dict[str, Any] | None = None,
    formats: tuple[str, ...] = (),
    only: Sequence[str] = (),
    place: Path | None = None,
    notebooks: Path | None = None,
    theme: Path | None = None,
) -> list[Plan]:
    """Read a definition and check every parameter of every notebook of every report in it.

    Parameters
    ----------
    name : a definition's name.
    given : parameters from the command line; each goes to every notebook that declares it.
    formats : overrides the definition's.
    only : of a batch, the reports wanted, by a value, what it is called, or the name of the file; all if empty.
    place, notebooks : folders of definitions and notebooks; the kit's own by default.
    theme : a theme file that takes the place of the definition's.

    Raises
    ------
    UnknownNameError, ParameterError, LocalgovError
        Naming the file, the key and the nearest valid name.
    """
    place = place or folder("reports")
    if name not in names(place):
        raise UnknownNameError("report", name, names(place))
    if name == "index":
        raise LocalgovError("index.yaml: 'index' is the page that lists the reports; expected another name")
    path = place / f"{name}.yaml"
    read, where = lines.read(path)
    body = _checked(path.name, read, _SHAPES)
    for said, chosen in (("--format", formats), (path.name, body["formats"])):
        for item in chosen:
            if item not in FORMATS:
                raise LocalgovError(f"{said}: {item!r} is not a format; {suggest(str(item), FORMATS)}")
    file = theme or (path.parent / body["theme"] if body["theme"] else None)
    look = read_theme(file) if file else Theme()
    comments = commentary.read(path.name, body["commentary"], where) if body["commentary"] else ()
    for key in given or {}:
        if key in body["for_each"]:
            raise LocalgovError(f"--set {key}: {path.name} makes a report for each {key}; expected --only")
    every = members.of(path.name, body["for_each"])
    if only and not body["for_each"]:
        raise LocalgovError(f"{name} is one report, not a batch; expected no --only")
    texts = {key: body[key] for key in ("title", "subtitle", "description")}
    entries = _entries(path.name, body["notebooks"], notebooks or folder("notebooks"), body["for_each"])
    return [
        Plan(
            f"{name}/{member.slug}" if member.slug else name,
            **_filled(path, texts, member, where),
            runs=_runs(name, entries, member, dict(given or {})),
            formats=formats or tuple(body["formats"]) or USUAL,
            definition=path,
            given=dict(given or {}),
            theme=look,
            theme_file=str(theme) if theme else "",
            commentary=comments,
        )
        for member in _chosen(path.name, every, only)
    ]


def _chosen(file: str, every: list[members.Member], only: Sequence[str]) -> list[members.Member]:
    """The members of a batch that are wanted, in its order."""
    wanted: set[str] = set()
    for name in only:
        found = [member for member in every if fold(name) in {fold(text) for text in member.names}]
        if not found:
            known = [label for member in every for label in member.labels.values()]
            raise LocalgovError(f"--only {name}: {file} makes no such report; {suggest(name, dict.fromkeys(known))}")
        wanted.update(member.slug for member in found)
    return [member for member in every if not only or member.slug in wanted]


def _filled(path: Path, texts: Mapping[str, str], member: members.Member, where: lines.Where) -> dict[str, str]:
    """The texts of a definition with the named values of a batch put in."""
    if not member.labels:
        return dict(texts)
    found = {}
    for key, text in texts.items():
        try:
            found[key] = members.filled(text, member.labels)
        except LocalgovError as error:
            raise LocalgovError(f"{path.name}, row {where[(key,)]}: {key}: {error}") from None
    return found


def _entries(
    file: str, items: list[Any], shelf: Path, for_each: Mapping[str, Any]
) -> list[tuple[Path, dict[str, Any]]]:
    """The notebooks of a definition with the parameters it gives them."""
    found = []
    for item in items:
        entry = _entry(file, item)
        source = shelf / f"{entry['notebook']}.ipynb"
        if not source.is_file():
            known = [item.stem for item in shelf.glob("*.ipynb")]
            raise LocalgovError(
                f"{file}: no notebook is called {entry['notebook']!r}; {suggest(entry['notebook'], known)}"
            )
        found.append((source, entry["parameters"]))
    declared = {key for source, _ in found for key in parameters.declared(source)}
    for key in for_each:
        if key not in declared:
            raise LocalgovError(f"{file}: for_each: no notebook has a parameter {key!r}; {suggest(key, declared)}")
    return found


def _runs(
    name: str, entries: list[tuple[Path, dict[str, Any]]], member: members.Member, given: dict[str, Any]
) -> tuple[Run, ...]:
    """A report's runs, each parameter checked."""
    runs = []
    unused = dict(given)
    for source, own in entries:
        declared = parameters.declared(source)
        values = {**own, **{key: value for key, value in {**member.values, **given}.items() if key in declared}}
        for key in declared:
            unused.pop(key, None)
        runs.append(Run(source, parameters.resolve(source, values)))
    if unused:
        every = sorted({key for run in runs for key in run.parameters})
        first = next(iter(unused))
        raise LocalgovError(f"{name} has no parameter {first!r}; {suggest(first, every)}")
    return tuple(runs)


def _entry(file: str, item: Any) -> dict[str, Any]:
    """One of the notebooks of a definition: its name alone, or its name and parameters."""
    entry = {"notebook": item} if isinstance(item, str) else item
    if not isinstance(entry, dict) or "notebook" not in entry:
        raise LocalgovError(f"{file}: expected 'notebook: NAME' in each item of notebooks, not {item!r}")
    return _checked(file, entry, _NOTEBOOK_SHAPES, f" of {entry['notebook']}")


def _checked(
    file: str, body: Mapping[Any, Any], shapes: Mapping[str, tuple[type, str, bool]], where: str = ""
) -> dict[str, Any]:
    """A value for every key, empty where there was none; every other shape is refused."""
    for key in body:
        if key not in shapes:
            raise LocalgovError(f"{file}: no key{where} is called {key!r}; {suggest(str(key), shapes)}")
    values = {}
    for key, (kind, words, needed) in shapes.items():
        value = body.get(key)
        if value is None and not needed:
            value = kind()
        elif value is not None and not isinstance(value, kind):
            raise LocalgovError(f"{file}: {key!r}{where} is {value!s:.60}; expected {words}")
        elif not value and (needed or kind is list):
            raise LocalgovError(f"{file}: {key!r}{where} is missing or empty; expected {words}")
        values[key] = value
    return values
