"""Charts as a reader sees them, in headless Chromium: nothing clipped, overlapping, too small or in a stray font."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from localgov_history import figures
from localgov_history._resources import folder
from localgov_history.report import build, charts
from test_report import FLAGSHIP, built, place  # noqa: F401

pytestmark = pytest.mark.slow
# A chart is printed across the text column of an A4 page: 210 mm less two margins of 20 mm.
POINTS_A_PIXEL = (210 - 40) / 25.4 * 72 / figures.WIDTH
LEAST_POINTS = 8

TEXTS = """
(root) => {
  const frame = root.querySelector("svg").getBoundingClientRect();
  const shown = [...root.querySelectorAll("text")].filter((node) => {
    if (node.closest(".hoverlayer, .modebar")) return false;
    const style = getComputedStyle(node);
    return node.textContent.trim() && style.visibility !== "hidden" && style.opacity !== "0";
  });
  return {
    frame: [frame.left, frame.top, frame.right, frame.bottom],
    texts: shown.map((node) => {
      const box = node.getBoundingClientRect();
      const style = getComputedStyle(node);
      return {
        text: node.textContent,
        box: [box.left, box.top, box.right, box.bottom],
        size: parseFloat(style.fontSize),
        family: style.fontFamily,
        loaded: document.fonts.check(`12px ${style.fontFamily}`),
      };
    }),
  };
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as driver:
        chrome = driver.chromium.launch(executable_path=charts.find_browser(), args=arguments)
        yield chrome
        chrome.close()


def faults(found: dict[str, Any]) -> list[str]:
    """What is wrong with the texts of one chart."""
    said = []
    left, top, right, bottom = found["frame"]
    for item in found["texts"]:
        a, b, c, d = item["box"]
        if a < left - 1 or b < top - 1 or c > right + 1 or d > bottom + 1:
            said.append(f"{item['text']!r} leaves the figure")
        if item["size"] * POINTS_A_PIXEL < LEAST_POINTS:
            said.append(f"{item['text']!r} prints at {item['size'] * POINTS_A_PIXEL:.1f} pt")
        if not item["family"].strip('"').startswith(figures.FONT) or not item["loaded"]:
            said.append(f"{item['text']!r} is set in {item['family']}")
    for one, other in itertools.combinations(found["texts"], 2):
        across = min(one["box"][2], other["box"][2]) - max(one["box"][0], other["box"][0])
        down = min(one["box"][3], other["box"][3]) - max(one["box"][1], other["box"][1])
        # A box of text is taller than its letters, by a third of their size and more.
        letters = min(one["box"][3] - one["box"][1], other["box"][3] - other["box"][1])
        if across > 1 and down > 0.28 * letters:
            said.append(f"{one['text']!r} and {other['text']!r} overlap by {across:.0f} × {down:.0f} px")
    return said


def test_charts_in_the_page(built: build.Built, place: Path, browser: Any) -> None:  # noqa: F811
    page = browser.new_page(viewport={"width": 1000, "height": 1400})
    errors: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((place / f"{FLAGSHIP}.html").as_uri())
    page.wait_for_selector("html[data-charts=drawn]", timeout=60_000)
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    drawn = page.query_selector_all(".chart")
    assert len(drawn) == len(built.document.figures)
    said = {
        figure.anchor: faults(page.evaluate(TEXTS, node))
        for figure, node in zip(built.document.figures, drawn, strict=True)
    }
    assert {name: found for name, found in said.items() if found} == {}


def test_charts_in_print(built: build.Built, browser: Any) -> None:  # noqa: F811
    drawn = charts.draw({figure.anchor: figure.plot for figure in built.document.figures})
    page = browser.new_page(viewport={"width": 1000, "height": 1400})
    said = {}
    for name, svg in drawn.items():
        page.set_content(f"<style>{charts.font_css()}</style><div id=chart>{svg.decode()}</div>")
        page.evaluate(f"document.fonts.load('12px \"{figures.FONT}\"')")
        said[name] = faults(page.evaluate(TEXTS, page.query_selector("#chart")))
    assert {name: found for name, found in said.items() if found} == {}


def test_the_charts_of_every_notebook_in_print(browser: Any) -> None:
    stored = {
        f"{path.stem}, {number}": json.loads(text)
        for path in sorted(folder("notebooks").glob("*.ipynb"))
        for number, text in enumerate(charts.of_notebook(nbformat.read(path, as_version=4)).values(), start=1)
    }
    assert len(stored) > 60
    page = browser.new_page(viewport={"width": 1000, "height": 1400})
    page.set_content(f"<style>{charts.font_css()}</style><div id=chart></div>")
    said = {}
    for name, svg in charts.draw(stored).items():
        page.evaluate("(svg) => { document.querySelector('#chart').innerHTML = svg }", svg.decode())
        page.evaluate(f"document.fonts.load('12px \"{figures.FONT}\"')")
        said[name] = faults(page.evaluate(TEXTS, page.query_selector("#chart")))
    assert {name: found for name, found in said.items() if found} == {}


def test_the_check_itself_sees_a_fault(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(
        "<div id=chart><svg width=200 height=60><text x=5 y=20 font-size=12>one text</text>"
        "<text x=8 y=22 font-size=5>another</text><text x=190 y=50>clipped off</text></svg></div>"
    )
    said = " ".join(faults(page.evaluate(TEXTS, page.query_selector("#chart"))))
    for word in ("overlap", "leaves the figure", "prints at", "is set in"):
        assert word in said


def test_the_page_can_be_used_from_the_keyboard_and_on_a_phone(place: Path, browser: Any) -> None:  # noqa: F811
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((place / f"{FLAGSHIP}.html").as_uri())
    page.wait_for_selector("html[data-charts=drawn]", timeout=60_000)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_index_can_be_searched(place: Path, browser: Any) -> None:  # noqa: F811
    page = browser.new_page()
    page.goto((place / "index.html").as_uri())
    assert page.locator(".card:visible").count() == 1
    page.fill("#filter", "no such thing")
    assert page.locator(".card:visible").count() == 0
    page.fill("#filter", "REINVENTING wheel")
    assert page.locator(".card:visible").count() == 1
