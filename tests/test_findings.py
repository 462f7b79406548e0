"""Titles say what the numbers say, in all their forms; a figure without its words does not exist."""

from __future__ import annotations

import dataclasses

import pytest

from localgov_history import bodies, findings, periods
from localgov_history.errors import LocalgovError, NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.sources import Evidence

DECK = periods.periodisation("gough")


@pytest.mark.parametrize(
    ("earlier", "later", "said"),
    [
        (0.40, 0.10, "Boards fell from 40% in the 1870s to 10% in the 2000s"),
        (0.10, 0.40, "Boards rose from 10% in the 1870s to 40% in the 2000s"),
        (0.40, 0.42, "No clear difference: boards, 40% in the 1870s and 42% in the 2000s"),
        (None, 0.42, "Not enough data to compare boards between the 1870s and the 2000s"),
        (0.4, None, "Not enough data to compare boards between the 1870s and the 2000s"),
    ],
)
def test_the_forms_of_a_title(earlier: float | None, later: float | None, said: str) -> None:
    assert findings.change_title("Boards", earlier, later, "the 1870s", "the 2000s") == said


def test_every_figure_has_all_its_words_and_sources() -> None:
    made = [
        findings.landmark_acts(DECK),
        *(findings.lives(purpose, DECK) for purpose in ("single", "multi", "partnership")),
        findings.kinds_by_year(DECK),
        findings.purposes(DECK),
        findings.selections(DECK),
        findings.money(DECK),
        findings.holders(DECK, "1830s_1880s", "1880s_1945"),
        findings.nearest_periods(DECK),
        findings.quango_counts(),
    ]
    for figure in made:
        assert figure.title[0].isupper() or figure.title[0].isdigit()
        assert len(figure.alt) > 40
        assert figure.evidence.rows > 0
        assert len(figure.data) > 0
        assert figure.plot.layout.width == 680


@pytest.mark.parametrize("name", ["title", "caption", "alt"])
def test_a_figure_without_words_is_refused(name: str) -> None:
    figure = findings.purposes(DECK)
    with pytest.raises(LocalgovError, match=f"no {name}"):
        dataclasses.replace(figure, **{name: " "})


def test_a_figure_without_sources_is_refused() -> None:
    with pytest.raises(LocalgovError, match="no sources"):
        dataclasses.replace(findings.purposes(DECK), evidence=Evidence())


def test_a_fingerprint_changes_with_what_is_drawn_and_only_then() -> None:
    one, two = findings.purposes(DECK), findings.purposes(DECK)
    assert one.fingerprint() == two.fingerprint()
    data = one.data.copy()
    data.loc[0, "share"] += 0.001
    assert dataclasses.replace(one, data=data).fingerprint() != one.fingerprint()


def test_one_bar_a_kind_and_no_more_than_fit() -> None:
    figure = findings.lives("single", DECK)
    assert isinstance(figure, Figure)
    assert len(figure.data) <= findings.MOST_BARS
    assert figure.data["body_key"].is_unique
    spans = bodies.kinds(include_unconfirmed=True).set_index("body_key").loc[figure.data["body_key"]]
    assert (spans["purpose"] == "single").all()


def test_the_same_period_twice_is_said_and_drawn_without_a_change() -> None:
    assert "nothing can differ" in findings.introduction(DECK, "2000s", "2000s")
    assert "backwards" in findings.introduction(DECK, "2000s", "1830s_1880s")
    table = findings.comparison(DECK, "2000s", "2000s")
    assert table.title.endswith("differ clearly on 0 of 8 measures")


def test_a_purpose_without_dated_kinds_is_not_drawn() -> None:
    with pytest.raises(NotEnoughDataError, match="no kind of body"):
        findings.lives("none", DECK)
