"""Static charts for print: every figure of a build through one browser, in the bundled font, with no network."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import os
import re
import shutil
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from localgov_history._resources import folder
from localgov_history.display import PLOTLY_MIME
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


@lru_cache(maxsize=1)
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


def of_notebook(notebook: Any) -> dict[str, str]:
    """The charts that an executed notebook shows: what is drawn, as JSON, by the digest of it."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if PLOTLY_MIME in output.get("data", {}):
                text = _drawn(output.data[PLOTLY_MIME])
                found[_digest(text)] = text
    return found


def digest(plot: Mapping[str, Any]) -> str:
    """The digest of a chart: of what is drawn, not of how a page may use it."""
    return _digest(_drawn(plot))


def _drawn(plot: Mapping[str, Any]) -> str:
    return json.dumps({"data": plot["data"], "layout": plot["layout"]}, sort_keys=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def identity(browser: str) -> str:
    """What tells one browser from another without starting it, and one way of drawing from another."""
    import plotly

    status = Path(browser).stat()
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    return f"{browser} of {status.st_size} bytes, plotly {plotly.__version__}, {own}"


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
    with Browser(tabs=1) as browser:
        futures = {name: browser.draw(_drawn(plot)) for name, plot in plots.items()}
        return {name: future.result() for name, future in futures.items()}


@dataclass
class _Chart:
    text: str
    future: Future[bytes]
    tries: int = 0


class Browser:
    """One browser with several tabs, started for the first chart, for all the charts of a build.

    A browser that is gone, or does not answer for `SECONDS_A_FIGURE`, is ended and started once more; a chart that then
    fails again has failed. Everything of the browser happens in one thread with an event loop of its own, wherever the
    caller runs: in a terminal or in a notebook.

    Raises
    ------
    BrowserMissingError
        If there is no browser.
    """

    def __init__(self, tabs: int) -> None:
        self.path = find_browser()
        self.number: int | None = None
        self._tabs = tabs
        self._todo: deque[_Chart] = deque()
        self._closed = False
        self._failed = ""
        # How many browsers in a row have drawn nothing.
        self._useless = 0
        self._loop = asyncio.new_event_loop()
        self._news = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *given: object) -> None:
        self.close()

    def draw(self, text: str) -> Future[bytes]:
        """Have a chart drawn, given as in `of_notebook`."""
        chart = _Chart(text, Future())

        def put() -> None:
            if self._failed:
                chart.future.set_exception(LocalgovError(self._failed))
            else:
                self._todo.append(chart)
                self._news.set()

        self._loop.call_soon_threadsafe(put)
        return chart.future

    def close(self) -> None:
        """End the browser; charts that are not drawn are given up."""

        def stop() -> None:
            self._closed = True
            self._news.set()

        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(stop)
            self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        while await self._some():
            try:
                await self._with_a_browser()
            except Exception as fault:
                # The library has errors of many kinds, and a browser that is killed shows in any of them.
                said = " ".join(str(part) for part in fault.args[:1]) or type(fault).__name__
                self._useless += 1
                if self._useless >= 2:
                    self._failed = f"{self.path} failed twice to draw a chart: {said}"
                for chart in [chart for chart in self._todo if chart.tries >= 2 or self._failed]:
                    self._todo.remove(chart)
                    chart.future.set_exception(LocalgovError(f"{self.path} failed twice to draw a chart: {said}"))
        for chart in self._todo:
            chart.future.cancel()

    async def _some(self) -> bool:
        """Wait for a chart; False when there will be none."""
        while not self._todo and not self._closed:
            self._news.clear()
            await self._news.wait()
        return not self._closed

    async def _with_a_browser(self) -> None:
        import choreographer
        import logistro

        # What the library would log of a browser that is gone is raised here.
        logistro.getLogger().setLevel(logging.CRITICAL)
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        with tempfile.TemporaryDirectory(prefix="localgov-") as place:
            page = Path(place) / "index.html"
            page.write_text(_page(), encoding="utf-8")
            browser = choreographer.Browser(path=self.path, headless=True)
            work: list[asyncio.Future[None]] = []
            try:
                await _within(browser.open())
                self.number = browser.subprocess.pid
                tabs = await _within(self._open_tabs(browser, page.as_uri()))
                work = [asyncio.ensure_future(self._draw_in(tab)) for tab in tabs]
                done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_EXCEPTION)
                for task in done:
                    task.result()
            except BaseException:
                self._end(browser)
                raise
            finally:
                for task in work:
                    task.cancel()
                await asyncio.wait([*work, asyncio.ensure_future(browser.close())], timeout=4)
                self._end(browser)

    def _end(self, browser: Any) -> None:
        process = getattr(browser, "subprocess", None)
        if process is None:
            return
        # The browser has a session of its own, with a program between that hands it the pipes.
        with suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()

    async def _open_tabs(self, browser: Any, address: str) -> list[Any]:
        tabs = [await browser.create_tab(address, window=True) for _ in range(self._tabs)]
        for tab in tabs:
            while await _evaluate(tab, "typeof draw") != "function":
                await asyncio.sleep(0.05)
        return tabs

    async def _draw_in(self, tab: Any) -> None:
        while await self._some():
            chart = self._todo.popleft()
            chart.tries += 1
            try:
                svg = await _within(_evaluate(tab, f"draw({chart.text})"))
                self._useless = 0
                chart.future.set_result(_stable(svg.encode()))
            except BaseException:
                if not chart.future.done():
                    self._todo.appendleft(chart)
                raise


async def _within(work: Coroutine[Any, Any, Any]) -> Any:
    """What some work gives, or a fault when it takes too long: a browser that hangs cannot even be told to stop."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait([task], timeout=SECONDS_A_FIGURE)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not done:
        task.cancel()
        raise TimeoutError(f"no answer within {SECONDS_A_FIGURE} seconds")
    if task.cancelled():
        raise ConnectionError("it is gone")
    return task.result()


async def _evaluate(tab: Any, expression: str) -> Any:
    answer = await tab.send_command(
        "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
    )
    result = answer.get("result", {})
    if "exceptionDetails" in result or "error" in answer:
        fault = result.get("exceptionDetails", answer.get("error"))
        raise RuntimeError(str(fault.get("exception", {}).get("description") or fault)[:200])
    return result["result"].get("value")


def _page() -> str:
    """The page that draws: plotly.js and the bundled font, which must be loaded before a chart is measured."""
    import plotly

    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    faces = [f"{style} {weight} 12px '{FONT}'" for weight, style, _ in FACES]
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><style>{font_css()}</style><script src="{script.as_uri()}"></script></head><body>
<script>
const ready = Promise.all({faces}.map((face) => document.fonts.load(face)));
const draw = ({{ data, layout }}) => ready.then(() => Plotly.toImage(
  {{ data, layout }},
  {{ format: "svg", width: layout.width, height: layout.height, imageDataOnly: true }}
));
</script></body></html>
"""


_TAG = re.compile(rb'<([a-zA-Z][\w:-]*)((?:\s[\w:-]+="[^"]*"){2,})')
_ATTRIBUTE = re.compile(rb'\s([\w:-]+="[^"]*")')


def _stable(svg: bytes) -> bytes:
    """The SVG with plotly's random names numbered in order of appearance, and attributes in order of name.

    A browser that has measured a legend before sets its attributes in another order.
    """
    svg = _TAG.sub(lambda tag: b"<" + b" ".join([tag[1], *sorted(_ATTRIBUTE.findall(tag[2]))]), svg)
    order: dict[bytes, bytes] = {}

    def numbered(match: re.Match[bytes]) -> bytes:
        return order.setdefault(match[0], b"u%d" % len(order))

    found = re.findall(rb'id="(?:[a-z]+)?([0-9a-f]{6})', svg) + re.findall(rb"\btrace([0-9a-f]{6})\b", svg)
    marks = sorted(set(found), key=svg.index)
    if marks:
        svg = re.sub(b"|".join(re.escape(mark) for mark in marks), numbered, svg)
    return svg
