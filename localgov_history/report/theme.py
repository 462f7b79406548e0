"""The look of a report, from a file: colours, fonts, logo, cover and the words around the content."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localgov_history import figures
from localgov_history.errors import LocalgovError, suggest
from localgov_history.report import lines
from localgov_history.text import escape_html
from localgov_history.text import escape_typst as quoted

COLOURS = {
    "accent": "#14304f",
    "ink": "#222222",
    "soft": "#555555",
    "wash": "#f1efe9",
    "rule": "#c9c9c9",
    "link": "#1d5a86",
}
WORDS = {
    "key_findings": "Key findings",
    "contents": "Contents",
    "bibliography": "Bibliography",
    "how_this_was_made": "How this was made",
    "figure": "Figure",
    "table": "Table",
    "sources": "Sources",
    "data_version": "data version",
    "in_words": "In words",
    "comment": "The author’s comment",
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_FONTS = (".ttf", ".otf")
_LOGOS = {".svg": "image/svg+xml", ".png": "image/png"}
_KEYS = ("colours", "charts", "font", "logo", "cover", "language", "words")


@dataclass(frozen=True)
class Theme:
    """What a report looks like.

    Attributes
    ----------
    colours : of the page, by the names of `COLOURS`.
    charts : colours that take the place of the chart's own, one for one.
    family : the font of text and charts.
    fonts : its files; none for the font that comes with the kit.
    logo : a picture for the cover, or none.
    cover : lines under the date on the cover.
    language : of the text, such as ``en-GB``.
    words : what stands around the content, by the names of `WORDS`.
    """

    colours: Mapping[str, str] = field(default_factory=lambda: dict(COLOURS))
    charts: tuple[str, ...] = ()
    family: str = figures.FONT
    fonts: tuple[Path, ...] = ()
    logo: Path | None = None
    cover: tuple[str, ...] = ()
    language: str = "en-GB"
    words: Mapping[str, str] = field(default_factory=lambda: dict(WORDS))

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it is made of, besides its own."""
        return (*self.fonts, *((self.logo,) if self.logo else ()))

    def plot(self, plot: dict[str, Any]) -> dict[str, Any]:
        """A chart (plotly JSON) in the colours and the font of the theme."""
        if not self.charts and self.family == figures.FONT:
            return plot
        text = json.dumps(plot)
        for old, new in zip(figures.COLOURS, self.charts, strict=False):
            # Placed by a mark first, so that a colour put in is not taken for one to be replaced.
            text = re.sub(old, f"#_{new[1:]}", text, flags=re.IGNORECASE)
        text = text.replace("#_", "#").replace(json.dumps(figures.FONT)[1:-1], json.dumps(self.family)[1:-1])
        return json.loads(text)

    def svg(self, drawn: bytes) -> bytes:
        """A drawn chart in the colours and the font of the theme."""
        if not self.charts and self.family == figures.FONT:
            return drawn
        text = drawn.decode("utf-8")
        for place, (old, _) in enumerate(zip(figures.COLOURS, self.charts, strict=False)):
            red, green, blue = (int(old[at : at + 2], 16) for at in (1, 3, 5))
            text = re.sub(rf"rgb\({red}, ?{green}, ?{blue}\)|{old}", f"@{place}@", text, flags=re.IGNORECASE)
        for place, new in enumerate(self.charts):
            text = text.replace(f"@{place}@", new)
        return text.replace(figures.FONT, escape_html(self.family)).encode()

    def css(self) -> str:
        """The theme as CSS: colours as variables, fonts with the files inside."""
        faces = [
            f'@font-face{{font-family:"{self.family}";src:url(data:font/{path.suffix[1:]};base64,'
            f"{base64.b64encode(path.read_bytes()).decode()})}}"
            for path in self.fonts
        ]
        if self.colours == COLOURS and self.family == figures.FONT:
            return ""
        variables = "".join(f"--{name}:{value};" for name, value in self.colours.items())
        return f'{"".join(faces)}:root{{{variables}}}body{{font-family:"{self.family}",sans-serif}}'

    def logo_address(self) -> str:
        """The logo as a data address for a page; empty where there is none."""
        if self.logo is None:
            return ""
        body = base64.b64encode(self.logo.read_bytes()).decode()
        return f"data:{_LOGOS[self.logo.suffix.lower()]};base64,{body}"

    def typst(self) -> str:
        """The theme as definitions for the printed report."""
        # Typst has a function called link.
        made = [
            f"#let {'link-colour' if name == 'link' else name} = rgb({quoted(value)})"
            for name, value in self.colours.items()
        ]
        language, _, region = self.language.partition("-")
        words = ", ".join(f"{name}: {quoted(text)}" for name, text in self.words.items())
        made += [
            f"#let family = {quoted(self.family)}",
            f"#let language = {quoted(language)}",
            f"#let region = {quoted(region) if region else 'none'}",
            f"#let words = ({words})",
            f"#let cover = ({''.join(quoted(line) + ', ' for line in self.cover)})",
            f"#let logo = {quoted(f'logo{self.logo.suffix.lower()}') if self.logo else 'none'}",
        ]
        return "\n".join(made) + "\n"


def load(path: Path) -> Theme:
    """Read a theme from a YAML file; what it does not say is as it always is.

    Raises
    ------
    LocalgovError
        Naming the file, the line and the nearest valid name.
    """
    body, where = lines.read(path)

    def wrong(way: tuple[str | int, ...], said: str) -> LocalgovError:
        return LocalgovError(f"{path.name}, row {where[way]}: {said}")

    def known(way: tuple[str | int, ...], names: Any) -> None:
        if way[-1] not in names:
            raise wrong(way, f"no key is called {way[-1]!r}; {suggest(str(way[-1]), names)}")

    for key in body:
        known((key,), _KEYS)
    colours, words = dict(COLOURS), dict(WORDS)
    for name, value in _mapping(body, "colours", wrong).items():
        known(("colours", name), COLOURS)
        colours[name] = _colour(value, ("colours", name), wrong)
    for name, value in _mapping(body, "words", wrong).items():
        known(("words", name), WORDS)
        words[name] = str(value)
    charts = body.get("charts") or []
    if not isinstance(charts, list) or len(charts) > len(figures.COLOURS):
        raise wrong(("charts",), f"expected a list of at most {len(figures.COLOURS)} colours")
    font = _mapping(body, "font", wrong)
    for name in font:
        known(("font", name), ("family", "files"))
    files = font.get("files") or []
    if bool(files) != bool(font.get("family")) or not isinstance(files, list):
        raise wrong(("font",), "expected both a family and the list of its files (.ttf or .otf)")
    language = str(body.get("language") or "en-GB")
    if not _LANGUAGE.fullmatch(language):
        raise wrong(("language",), f"{language!r} is no language; expected e.g. en-GB or cy")
    cover = body.get("cover") or []
    if not isinstance(cover, list):
        raise wrong(("cover",), "expected a list of lines")
    return Theme(
        colours=colours,
        charts=tuple(_colour(value, ("charts", place), wrong) for place, value in enumerate(charts)),
        family=str(font.get("family") or figures.FONT),
        fonts=tuple(
            _file(path, str(name), _FONTS, ("font", "files", place), wrong) for place, name in enumerate(files)
        ),
        logo=_file(path, str(body["logo"]), tuple(_LOGOS), ("logo",), wrong) if body.get("logo") else None,
        cover=tuple(str(line) for line in cover),
        language=language,
        words=words,
    )


def _mapping(body: dict[str, Any], key: str, wrong: Any) -> dict[str, Any]:
    value = body.get(key) or {}
    if not isinstance(value, dict):
        raise wrong((key,), f"{key} is {value!s:.40}; expected names with their values")
    return value


def _colour(value: Any, way: tuple[str | int, ...], wrong: Any) -> str:
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise wrong(way, f"{value!r} is no colour; expected e.g. '#14304f', in quotes")
    return value.lower()


def _file(theme: Path, name: str, ends: tuple[str, ...], way: tuple[str | int, ...], wrong: Any) -> Path:
    path = theme.parent / name
    if path.suffix.lower() not in ends:
        raise wrong(way, f"{name} is of no kind that can be used; expected {' or '.join(ends)}")
    if not path.is_file():
        near = (
            [each.name for each in path.parent.glob("*") if each.suffix.lower() in ends]
            if path.parent.is_dir()
            else []
        )
        raise wrong(way, f"no file {name} beside {theme.name}; {suggest(name, near) if near else 'none is there'}")
    return path
