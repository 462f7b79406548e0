"""Titles say what the numbers say, in all their forms; a figure without its words does not exist."""

from __future__ import annotations

import csv
import dataclasses
import re
from pathlib import Path

import pandas as pd
import pytest

from localgov_history import bodies, figures, findings, periods
from localgov_history.catalogue import Catalogue
from localgov_history.display import Missing, Table
from localgov_history.errors import LocalgovError
from localgov_history.figures import Figure
from localgov_history.sources import Evidence, bibliography

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


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"a": 0.4, "b": 0.1, "c": 0.3}, "Boards: the smallest share in b (10%), the largest in a (40%)"),
        ({"a": 0.4, "b": 0.1, "c": 0.395}, "Boards: the smallest share in b (10%), the largest in a and c (40%)"),
        ({"a": 0.40, "b": 0.41, "c": 0.42}, "No clear difference: boards, 40% to 42% in every period"),
        ({"a": 0.40, "b": None, "c": None}, "Not enough data to compare boards across the periods"),
    ],
)
def test_the_forms_of_a_title_over_many_periods(values: dict[str, float | None], said: str) -> None:
    assert findings.sequence_title("Boards", values) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((6, 12, 15), "Councils held 6 of 15 functions in 1874 and 12 in 1931"),
        ((6, 6, 15), "No clear difference: councils held 6 of 15 functions in both years"),
        ((1, 2, 3), "Not enough data to compare the functions of 1874 and 1931: 3 have a known holder in both years"),
    ],
)
def test_the_forms_of_a_title_on_holders(counts: tuple[int, int, int], said: str) -> None:
    assert findings.held_title("Councils", *counts, 1874, 1931) == said


def test_an_end_after_the_scheme_is_no_end_within_it() -> None:
    """A scheme that stops in 1912 cannot say that a body abolished in 1930 had ended."""
    short = periods.periodisation("ogg_1913")
    last = short.periods[-1].end.year
    known = bodies.in_being(bodies.kinds(True), short.periods[0].start.year, last)
    known = known[known["purpose"] == "single"]
    ended = int(((known["end_status"] == "ended") & (known["last_year"] <= last)).sum())
    assert findings.lives("single", short).title.startswith(f"{ended} of {len(known)} kinds")


def test_evidence_counts_a_row_once_and_marks_unread_dates() -> None:
    kinds = bodies.kinds(include_unconfirmed=True)
    once, twice = Evidence.of(kinds), Evidence.of(kinds) + Evidence.of(kinds)
    assert once.rows == twice.rows == len(kinds)
    unread = sum(row.evidence == "recalled" or "end" in row.unconfirmed_fields for row in kinds.itertuples())
    assert Evidence.of(kinds, dates=("end",)).recalled == unread


def test_no_address_runs_out_of_its_column_in_print() -> None:
    for source in bibliography().values():
        assert max(map(len, re.split(r"[/-](?!\d)", source.link_text))) <= 34, source.key
        assert bool(source.link_text) == bool(source.url)


def test_tables_show_what_frames_hold() -> None:
    import pandas as pd

    frame = pd.DataFrame({"n": pd.array([1200, None], dtype="Int64"), "x": [0.5, float("inf")], "t": [True, None]})
    made = Table(frame, "Title", "Caption.", Evidence(("gough_localis",)))
    assert made.cells() == [["0", "1,200", "0.50", "True"], ["1", "", "inf", ""]]
    with pytest.raises(LocalgovError, match="has 2 widths; expected 4"):
        dataclasses.replace(made, widths=(1, 2))


def test_every_figure_has_all_its_words_and_sources() -> None:
    made = [
        findings.landmark_acts(DECK),
        *(findings.lives(purpose, DECK) for purpose in ("single", "multi", "partnership")),
        findings.kinds_by_year(DECK),
        findings.purposes(DECK),
        findings.selections(DECK),
        findings.money(DECK),
        findings.holders(DECK, "1830s_1880s", "1880s_1945"),
        findings.holders(DECK, "1880s_1945", "1945_1980s", about="state"),
        findings.selections(DECK, about="appointed"),
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
    with pytest.raises(LocalgovError, match="no row with a source"):
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


def test_what_cannot_be_drawn_says_why_and_does_not_stop_a_notebook() -> None:
    made = findings.lives("partnership", periods.periodisation("ogg_1913"))
    assert isinstance(made, Missing)
    assert (
        made.sentence == "Not enough data here: no kind of body of purpose 'partnership' is known from 1801 to 1912."
    )


def test_kinds_outside_a_scheme_are_not_said_to_lack_years() -> None:
    """Area electricity boards (1948 on) have known years; a scheme that stops in 1912 just does not reach them."""
    assert "electricity" not in findings.lives("single", periods.periodisation("ogg_1913")).caption


def test_two_periods_use_the_rows_of_those_two() -> None:
    two = findings.purposes(DECK, ("1830s_1880s", "2000s"))
    kinds = bodies.kinds()
    kinds = kinds[kinds["purpose"].notna()]
    alive = set(bodies.in_being(kinds, *DECK["1830s_1880s"].years)["row"])
    alive |= set(bodies.in_being(kinds, *DECK["2000s"].years)["row"])
    assert set(two.evidence.kinds) == alive


def test_no_two_periods_have_the_same_mark() -> None:
    figure = findings.money(periods.periodisation("chandler_2007"))
    marks = [(trace.marker.symbol, trace.marker.color) for trace in figure.plot.data]
    assert len(set(marks)) == len(marks) == 11


def test_long_labels_of_bars_are_wrapped_whole_and_never_cut() -> None:
    long = "NI 117: 16 to 18 year olds not in education, employment or <training> (NEET)"
    frame = pd.DataFrame({"label": [long, "short"], "value": [2.0, 1.0]})
    evidence = findings.indicator_choices().evidence
    drawn = figures.bars(frame, "Title", "Areas", evidence, "Caption.")
    wrapped, short = drawn.plot.layout.yaxis.ticktext
    assert wrapped.count("<br>") == 1
    assert wrapped.replace("<br>", " ").replace("&lt;", "<").replace("&gt;", ">") == long
    assert short == "short"
    brief = figures.bars(frame.iloc[1:], "Title", "Areas", evidence, "Caption.")
    assert drawn.plot.layout.height - brief.plot.layout.height > 24


def test_an_indicator_without_a_read_title_is_said_to_have_none(copied: Path) -> None:
    path = copied / "national_indicators.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["ni"] in ("117", "112"):
            row.update(evidence="recalled", coded_fields="", unconfirmed_fields="")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    drawn = findings.indicator_choices(Catalogue(base=copied))
    assert [label for label in drawn.data["label"] if re.fullmatch(r"NI \d+", label)] == ["NI 117", "NI 112"]
    assert "2 shown by number only" in drawn.caption
