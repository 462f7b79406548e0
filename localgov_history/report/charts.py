"""Static charts for print: every figure of a run through one browser, in the bundled font, with no network."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import re
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from localgov_history._resources import folder
from localgov_history.errors import BrowserMissingError, LocalgovError
from localgov_history.figures import FONT

SECONDS_A_FIGURE = 60
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOW_TO_GET = (
    "static charts need Chrome or Chromium, and none was found. Ways to get one: on Debian or Ubuntu "
    "'apt-get install chromium'; on a Mac or Windows install Google Chrome; anywhere 'plotly_get_chrome'; "
    "or set BROWSER_PATH to one you have. The HTML needs none: 'localgov report build NAME --format html'"
)
FACES = (
    ("400", "normal", "source-sans-3-latin-400-normal.woff2"),
    ("400", "italic", "source-sans-3-latin-400-italic.woff2"),
    ("600", "normal", "source-sans-3-latin-600-normal.woff2"),
    ("700", "normal", "source-sans-3-latin-700-normal.woff2"),
)


def font_css() -> str:
    """The bundled font as CSS ``@font-face`` rules with the files inside."""
    rules = []
    for weight, style, name in FACES:
        body = base64.b64encode((folder("fonts") / name).read_bytes()).decode()
        rules.append(
            f'@font-face{{font-family:"{FONT}";font-weight:{weight};font-style:{style};'
            f'src:url(data:font/woff2;base64,{body}) format("woff2")}}'
        )
    return "".join(rules)


def find_browser() -> str:
    """The path of a Chrome or Chromium.

    Raises
    ------
    BrowserMissingError
        With the ways to get one.
    """
    given = os.environ.get("BROWSER_PATH")
    if given:
        if shutil.which(given):
            return given
        raise BrowserMissingError(f"BROWSER_PATH is {given!r}, which is not a program; {HOW_TO_GET}")
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    from choreographer.browsers.chromium import Chromium

    found = Chromium.find_browser(skip_local=False)
    if not found:
        raise BrowserMissingError(HOW_TO_GET)
    return str(found)


def draw(plots: Mapping[str, dict[str, Any]]) -> dict[str, bytes]:
    """Draw figures as SVG.

    Parameters
    ----------
    plots : figures as plotly JSON, by name.

    Returns
    -------
    SVG files by the same names.

    Raises
    ------
    BrowserMissingError
        If there is no browser.
    LocalgovError
        If the browser fails twice.
    """
    if not plots:
        return {}
    browser = find_browser()
    try:
        return _in_a_thread(plots, browser)
    except (TimeoutError, OSError, RuntimeError) as first:
        logging.getLogger(__name__).warning("the browser failed (%s); starting it once more", first)
    try:
        return _in_a_thread(plots, browser)
    except (TimeoutError, OSError, RuntimeError) as error:
        raise LocalgovError(f"{browser} failed twice to draw the charts: {error}") from None


def _in_a_thread(plots: Mapping[str, dict[str, Any]], browser: str) -> dict[str, bytes]:
    """A thread has no event loop yet, wherever the caller runs: in a terminal or in a notebook."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(lambda: asyncio.run(_draw(plots, browser))).result()


async def _draw(plots: Mapping[str, dict[str, Any]], browser: str) -> dict[str, bytes]:
    import kaleido
    import logistro

    logistro.getLogger().setLevel(logging.ERROR)

    class Page(kaleido.PageGenerator):
        """Kaleido's page with the bundled font, which must be loaded before a chart is measured."""

        header = kaleido.PageGenerator.header + f"<style>{font_css()}</style>"
        footer = _WAIT_FOR_FONTS + kaleido.PageGenerator.footer

    drawn: dict[str, bytes] = {}
    async with kaleido.Kaleido(
        n=1, timeout=SECONDS_A_FIGURE, page_generator=Page(mathjax=False), path=browser
    ) as press:
        for name, plot in plots.items():
            layout = plot["layout"]
            svg = await press.calc_fig(
                {"data": plot["data"], "layout": layout},
                opts={"format": "svg", "width": layout["width"], "height": layout["height"]},
            )
            drawn[name] = _stable(svg)
    return drawn


def _stable(svg: bytes) -> bytes:
    """The SVG with plotly's random element names numbered in order of appearance."""
    order: dict[bytes, bytes] = {}

    def numbered(match: re.Match[bytes]) -> bytes:
        return order.setdefault(match[0], b"u%d" % len(order))

    marks = sorted(set(re.findall(rb'id="(?:[a-z]+)?([0-9a-f]{6})', svg)), key=svg.index)
    if marks:
        svg = re.sub(b"|".join(re.escape(mark) for mark in marks), numbered, svg)
    return svg


_WAIT_FOR_FONTS = f"""
<script>
(() => {{
  const draw = Plotly.toImage;
  const faces = {[f"{style} {weight} 12px '{FONT}'" for weight, style, _ in FACES]};
  Plotly.toImage = (...given) =>
    Promise.all(faces.map((face) => document.fonts.load(face))).then(() => draw(...given));
}})();
</script>
"""
