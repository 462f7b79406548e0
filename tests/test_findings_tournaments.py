"""Figures of the model and the sliders: titles follow the numbers, captions say what the model is not."""

from __future__ import annotations

from typing import Any

import pytest

from localgov_history import figures, incentives, widgets
from localgov_history.errors import LocalgovError
from localgov_history.findings import tournaments
from localgov_history.sources import Evidence


def made() -> dict[str, Any]:
    few = {"number": 30, "noise": 1.0, "unequal": 0.3}
    return {
        "reform": tournaments.reform(**few),
        "reform by effort": tournaments.reform("effort", **few),
        "schemes": tournaments.schemes_table(**few),
        "turning": tournaments.turning("noise", (0.1, 1.0, 2.0), number=30),
        "grant": tournaments.grant((1.0, 2.5, 5.0), **few),
        "spread": tournaments.spread(noise=1.0),
        "attention": tournaments.attention(20, (2, 10, 20)),
        "answers": tournaments.answers(),
    }


def test_every_caption_says_that_the_model_is_not_calibrated() -> None:
    for name, shown in made().items():
        assert shown.caption.endswith(incentives.UNCALIBRATED), name
        assert "hansard_2009_03_13_prg" in shown.evidence.sources, name


def test_titles_follow_the_result() -> None:
    given = {"number": 30, "noise": 1.0, "unequal": 0.3}
    side = incentives.compare(incentives.setting(**given)).to_frame()
    figure = tournaments.reform(**given)
    assert f"tournament buys {side.loc['tournament', 'effort']:.0%}" in figure.title
    assert f"targets {side.loc['targets', 'effort']:.0%}" in figure.title
    assert list(figure.data["value"]) == pytest.approx([100 * value for value in side["effort"]])
    lost = tournaments.reform(number=30, noise=0.1)
    assert lost.title == "In the model no stable tournament was found in this setting"
    assert list(lost.data["label"]) == ["Targets", "Piece rate"]
    assert tournaments.reform(number=5, reward=0.0).title.startswith("In the model nothing is bought")


def test_a_title_names_where_the_order_turns() -> None:
    figure = tournaments.turning("prize_share", (0.3, 0.9), number=30, noise=1.0, unequal=0.3)
    assert figure.title == (
        "In the model, by share of areas with a prize: the tournament buys more than targets at 0.3 and targets buy more "
        "than the tournament at 0.9"
    )
    steady = tournaments.turning("common", (0.5, 1.0), number=30, noise=1.0, unequal=0.3)
    assert steady.title == "In the model, whatever the shared shock here, the tournament buys more than targets"


def test_the_title_on_attention_names_where_effort_is_highest() -> None:
    counts = (5, 10, 20)
    efforts = {
        number: incentives.attention(20, number, 2.5, 2.5, noise=1.0, overhead=0.002).effort for number in counts
    }
    best = max(efforts, key=lambda number: efforts[number])
    figure = tournaments.attention(20, counts, noise=1.0, overhead=0.002)
    assert f"highest with {best} of 20 tasks measured, at {100 * efforts[best]:.0f}%" in figure.title


def test_a_line_stops_where_a_value_is_missing() -> None:
    import pandas as pd

    frame = pd.DataFrame({"name": ["a", "a", "b"], "x": [1, 2, 1], "y": [1.0, None, None]})
    figure = figures.curves(frame, "A title", "x", "y", Evidence(("gough_localis",)), "A caption.")
    assert figure.alt == "Lines. a: 1 at 1, 1 at 1; b: none."
    assert len(figure.plot.data) == 2


def test_marks_are_grouped_and_names_are_shown_as_they_are() -> None:
    import pandas as pd

    frame = pd.DataFrame({"label": ["<b>", "c"], "group": ["one", "two"], "x": [1, 2], "y": [3.0, 4.0]})
    figure = figures.points(frame, "A title", "x", "Chance", Evidence(("gough_localis",)), "A caption.")
    assert figure.plot.data[0].customdata[0][0] == "&lt;b&gt;"
    assert figure.alt == "Marks. one: 1 marks, chance from 3 to 3; two: 1 marks, chance from 4 to 4."


def test_without_widgets_the_chart_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(widgets, "_live", lambda: False)
    monkeypatch.setattr(widgets, "show", shown.append)
    monkeypatch.setattr(widgets, "say", shown.append)
    widgets.sliders(lambda **values: values, noise=(0.0, 2.0, 1.0), areas=(1, 9, 3))
    assert shown[0] == {"noise": 1.0, "areas": 3}
    assert "ipywidgets" in shown[1]


def test_a_slider_draws_again_and_a_mistake_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ipywidgets", reason="sliders need ipywidgets, which is not installed")
    import IPython.display

    displayed: list[Any] = []
    shown: list[Any] = []

    def make(noise: float) -> Any:
        if noise > 1.5:
            raise LocalgovError("too noisy")
        return noise

    monkeypatch.setattr(widgets, "_live", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda *items: displayed.extend(items))
    monkeypatch.setattr(widgets, "show", shown.append)
    monkeypatch.setattr(widgets, "say", shown.append)
    widgets.sliders(make, noise=(0.0, 2.0, 1.0))
    displayed[0].children[0].value = 1.25
    displayed[0].children[0].value = 1.75
    assert shown == [1.0, 1.25, "too noisy."]


def test_a_start_beyond_the_range_widens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parameter that a reader has set beyond the slider's own range must not stop the notebook."""
    pytest.importorskip("ipywidgets", reason="sliders need ipywidgets, which is not installed")
    import IPython.display

    displayed: list[Any] = []
    shown: list[Any] = []
    monkeypatch.setattr(widgets, "_live", lambda: True)
    monkeypatch.setattr(IPython.display, "display", lambda *items: displayed.extend(items))
    monkeypatch.setattr(widgets, "show", shown.append)
    widgets.sliders(lambda **values: values, noise=(0.5, 1.0, 2.0), areas=(3, 9, 1))  # type: ignore[arg-type,return-value]
    noise, areas = displayed[0].children
    assert (noise.min, noise.max, areas.min, areas.max) == (0.5, 2.0, 1, 9)
    assert shown == [{"noise": 2.0, "areas": 1}]


def test_a_range_must_run_from_its_least_to_its_greatest() -> None:
    with pytest.raises(LocalgovError, match="noise goes from 1 to 1; expected the least value first"):
        widgets.sliders(lambda **values: None, noise=(1.0, 1.0, 1.0))  # type: ignore[arg-type,return-value]
