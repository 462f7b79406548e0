"""Functions changing hands: years of change, losses and gains, bars with open ends, one kind of body."""

from __future__ import annotations

import csv
import sys
from typing import Any

import pandas as pd
import pytest

from localgov_history import bodies, coding, dates, figures, periods, transfers, widgets
from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.display import Missing, Table
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import boots, charge, functions, held, one_kind
from localgov_history.report import plan
from localgov_history.report.parameters import Parameter

DECK = periods.periodisation("gough")


def rows(*given: tuple[str, str, str, str]) -> pd.DataFrame:
    """Rows of responsibilities from holder, role, start and end (empty: open)."""
    records = []
    for number, (holder, role, start, end) in enumerate(given):
        spans = {name: dates.parse(text) if text else None for name, text in (("start", start), ("end", end))}
        records.append(
            {
                "row": f"r/{number}",
                "responsibility_key": str(number),
                "function": "gas",
                "plural": holder,
                "name": holder,
                "body_key": holder,
                "role": role,
                "start": start or None,
                "end": end or None,
                "end_status": "ended" if end else "continuing",
                "evidence": "seen",
                "unconfirmed_fields": (),
                "generated": False,
                **{
                    f"{name}_{bound}": pd.Timestamp(getattr(span, bound) if span else None)
                    for name, span in spans.items()
                    for bound in ("earliest", "latest")
                },
            }
        )
    frame = pd.DataFrame(records)
    for name in ("start", "end"):
        for bound in ("earliest", "latest"):
            frame[f"{name}_{bound}"] = pd.to_datetime(frame[f"{name}_{bound}"])
    return frame


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("1835", "1948-03-31", (1835, 1948)),
        # Gone at the end of 31 December, and so not there on 1 January.
        ("1949-05-01", "1972-12-31", (1949, 1973)),
        ("1875", "1974", (1875, 1974)),
        ("183X", "", (None, None)),
        ("", "1969-10-01/1970-01-01", (None, 1969)),
    ],
)
def test_a_change_has_a_year_only_where_its_date_is_known_to_the_year(
    start: str, end: str, years: tuple[int | None, int | None]
) -> None:
    made = transfers.with_change_years(rows(("boards", "provide", start, end))).iloc[0]
    assert tuple(None if pd.isna(made[name]) else int(made[name]) for name in ("began_in", "ended_in")) == years


def test_who_stopped_and_who_began_stand_in_one_year_and_who_went_on_does_not() -> None:
    made = transfers.turning_points(
        rows(
            ("guardians", "provide", "1834", "1930"),
            ("counties", "provide", "1930", "1948-07-04"),
            ("boards", "provide", "1900", "1930"),
            ("boards", "provide", "1930", "1974"),
            ("hospital boards", "provide", "1948-07-05", ""),
        )
    )
    found = {
        row.year: ([name for name, _ in row.ended], [name for name, _ in row.began]) for row in made.itertuples()
    }
    assert found == {
        1834: ([], ["guardians"]),
        1900: ([], ["boards"]),
        1930: (["guardians"], ["counties"]),
        1948: (["counties"], ["hospital boards"]),
        1974: (["boards"], []),
    }


def test_what_councils_lost_from_1945_to_1985() -> None:
    """Read off the table by hand: the ends of council rows, and the bodies that begin in the same year."""
    found = transfers.moves(1945, 1985)
    lost = {
        "electricity",
        "hospitals",
        "gas",
        "ambulance",
        "community_health",
        "sanitation_and_sewerage",
        "water_supply",
    }
    assert set(found.functions("lost")) == lost
    gas = found.frame[found.frame["function"] == "gas"].iloc[0]
    assert (gas["year"], gas["others"]) == (1949, ("area gas boards",))
    assert "municipal gas undertakings" in gas["councils"]
    water = found.frame[(found.frame["function"] == "water_supply") & (found.frame["year"] == 1974)].iloc[0]
    assert water["others"] == ("regional water authorities",)
    assert held.acts_said(water["began_rows"]) == ("Water Act 1973",)
    assert "7 left councils for another body" in found.sentence()
    assert len(found.summary().splitlines()) == len(found.to_frame()) + 1


def test_the_years_may_come_in_either_order() -> None:
    assert transfers.moves(1985, 1945).frame.equals(transfers.moves(1945, 1985).frame)


def test_a_council_that_may_hold_at_the_end_keeps_work_from_being_called_lost() -> None:
    """Relief left councils in 1948; districts have rent rebates under the same function from 1974."""
    fates = {last: transfers.moves(1945, last).frame.set_index("function")["fate"] for last in (1960, 1985)}
    assert fates[1960]["poor_relief"] == "lost"
    assert fates[1985]["poor_relief"] == "shared"


def test_a_new_kind_of_council_is_no_gain() -> None:
    """London boroughs were made in 1965, and nothing tells whether waste was new to councils then."""
    found = transfers.moves(1945, 1985)
    assert "waste" in found.functions("new")
    assert found.functions("gained") == ["adult_social_care"]
    hospitals = transfers.moves(1900, 1940).frame
    hospitals = hospitals[hospitals["function"] == "hospitals"]
    assert set(hospitals["fate"]) == {"gained"}


def test_no_change_is_said_so() -> None:
    assert transfers.moves(2012, 2012).sentence() == (
        "From 2012 to 2012 no function is known to have left councils or come to them."
    )


@pytest.mark.parametrize(
    ("start", "end", "drawn"),
    [
        # A year counts from its first day to its last; a day ends at its end.
        ("1835", "1974", (1835.0, 1975.0, 1835.0, 1975.0)),
        ("183X", "1850", (1839.99, 1851.0, 1830.0, 1851.0)),
        ("", "1948-12-31", (1949.0, 1949.0, 1939.0, 1949.0)),
        ("1900", "", (1900.0, 2013.0, 1900.0, 2013.0)),
        ("/1997", "2000", (1997.99, 2001.0, 1987.99, 2001.0)),
    ],
)
def test_bars_reach_as_far_as_dates_allow(start: str, end: str, drawn: tuple[float, ...]) -> None:
    bar = held.drawn(rows(("boards", "provide", start, end))).iloc[0]
    found = [bar["sure_from"], bar["sure_to"], bar["fade_from"], bar["fade_to"]]
    assert found == pytest.approx(list(drawn), abs=0.02)


def test_an_end_that_is_not_known_fades_and_a_row_without_dates_is_not_drawn() -> None:
    frame = rows(("boards", "provide", "1900", ""), ("trusts", "provide", "", "")).assign(end_status="unknown")
    made = held.drawn(frame)
    assert list(made["plural"]) == ["boards"]
    assert made.iloc[0]["sure_to"] == 1900
    assert made.iloc[0]["fade_to"] == 1900 + held.FADE
    assert made.iloc[0]["said"].endswith("1900 to end not known")


def test_dates_in_words() -> None:
    made = [
        held.dates_said(row)
        for row in rows(("a", "provide", "/1997", ""), ("a", "fund", "", "1949-04-30")).itertuples()
    ]
    assert made == ["by 1997 to beyond 2012", "start not known to 30 April 1949"]


def test_each_holder_has_one_class() -> None:
    frame = pd.DataFrame(
        {
            "council": [True, False, False, False, False],
            "scope": ["council_committee", "central_body", "private_body", "local_body", "local_body"],
            "selection_class": [None, "appointed", None, "appointed", "part_elected"],
        }
    )
    assert list(held.with_class(frame)["class"]) == ["council", "central", "other", "appointed", "local"]
    assert set(held.with_class(frame)["class"]) == set(figures.HOLDER_CLASSES)


def test_an_unread_act_is_marked() -> None:
    key = "gas-municipal_borough-provide-1848"
    assert [name[-1] for name in held.acts_said([key])] == [held.UNREAD]


def test_an_unknown_role_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="provide"):
        held.roles_of("provides")


def first_of_each_heading() -> list[str]:
    head = coding.headings()
    return [next(name for name in head if head[name] == heading) for heading in dict.fromkeys(head.values())]


@pytest.mark.parametrize("function", [*first_of_each_heading(), "airports", "elementary_and_primary_education"])
def test_any_function_gives_a_page(function: str) -> None:
    assert functions.introduction(function).startswith(coding.function_labels()[function])
    made: list[Any] = [
        functions.timeline(function, DECK),
        functions.timeline(function, periods.periodisation("ogg_1913"), "holding", True),
        functions.turns(function),
        functions.doubts(function),
        functions.beside(function, 2012, 1835),
    ]
    for item in made:
        assert isinstance(item, Figure | Table | Missing)
        if isinstance(item, Missing):
            assert item.sentence.startswith("Not enough data here")


@pytest.mark.parametrize("role", held.ROLE_CHOICES)
def test_any_role_gives_a_page(role: str) -> None:
    timeline = functions.timeline("hospitals", DECK, role)
    if isinstance(timeline, Figure):
        assert set(timeline.data["role"]) <= set(held.roles_of(role))
        assert held.roles_said(role) in timeline.title
    assert isinstance(functions.matrix(1874, 1874, role), Figure | Missing)
    assert isinstance(functions.turns("hospitals", role), Table | Missing)


def test_the_years_of_hospitals() -> None:
    """1930 and 1948, as the Acts of 1929 and 1946 had it."""
    table = functions.turns("hospitals", "provide")
    assert isinstance(table, Table)
    assert "boards of guardians" in table.frame.loc["1930", "Stopped"]
    assert table.frame.loc["1930", "Act"] == "Local Government Act 1929"
    assert "voluntary hospitals" in table.frame.loc["1948", "Stopped"]
    assert "regional hospital boards" in table.frame.loc["1948", "Began"]


def test_most_bodies_are_counted_at_the_end_of_a_year() -> None:
    """Seven kinds were there at some time in 1948, before or after 5 July; never so many at once."""
    rows_ = bodies.responsibilities(roles=("provide",))
    hospitals = rows_[rows_["function"] == "hospitals"]
    at_some_time = bodies.in_being(hospitals, 1948)["body_key"].nunique()
    figure = functions.timeline("hospitals", DECK, "provide")
    assert isinstance(figure, Figure)
    said = int(figure.title.split("at most ")[1].split()[0])
    assert said < at_some_time


def test_open_and_unread_dates_are_listed() -> None:
    table = functions.doubts("gas", "provide")
    assert isinstance(table, Table)
    assert "start open" in table.frame.loc["County borough councils", "What is not known"]
    assert "Area gas boards" not in table.frame.index


def test_grants_of_grants_and_taxes_by_hand(shipped: Catalogue) -> None:
    """1950, from the published values: grants over grants, taxes on production and other current taxes."""
    with (folder("datasets") / "series.csv").open(encoding="utf-8", newline="") as handle:
        values = {
            row["series_key"]: float(row["value"])
            for row in csv.DictReader(handle)
            if (row["date"] or row["period"]) == "1950" and row["preferred"] == "true" and row["value"]
        }
    grants = values["uk_local_government_current_grants_from_central_government"]
    taxes = values["uk_local_government_taxes_on_production"] + values.get(
        "uk_local_government_other_current_taxes", 0
    )
    frame = boots.series(boots.OF_INCOME, shipped).frame
    assert frame.loc[frame["when"] == "1950", "value"].iloc[0] == pytest.approx(100 * grants / (grants + taxes))


@pytest.mark.parametrize("measure", boots.CHARTS)
@pytest.mark.parametrize("years", [(1945, 1985), (1835, 2012), (1990, 1990), (1850, 1860)])
def test_any_measure_and_years_give_a_chart_or_a_reason(measure: str, years: tuple[int, int]) -> None:
    chart = boots.grant_chart(measure, transfers.moves(*years), DECK)
    if isinstance(chart, Figure):
        drawn = chart.data["when"].str[:4].astype(int)
        assert drawn.between(*years).all()
        assert ("measured in different ways" in chart.title) == (chart.data["segment"].nunique() > 1)
    else:
        assert "no value from" in chart.sentence


def test_a_measure_outside_the_list_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="grants_of_income"):
        boots.grant_chart("grant_of_income", transfers.moves(1945, 1985), DECK)


@pytest.mark.parametrize("years", [(1945, 1985), (1835, 1836), (2012, 2012)])
def test_losses_and_gains_show_or_say_why(years: tuple[int, int]) -> None:
    found = transfers.moves(*years)
    made = [boots.moved_table(found, fate) for fate in ("lost", "shared", "gained")]
    made += [boots.lost_chart(found, DECK), boots.changed_matrix(found), boots.money_table(found)]
    assert all(isinstance(item, Figure | Table | Missing) for item in made)
    assert boots.untold(found).endswith(".")
    if years == (1945, 1985):
        assert not any(isinstance(item, Missing) for item in made)


def test_a_mark_by_rule_is_hollow_only_where_nothing_else_says_so() -> None:
    """In 2009 councils paid for elections by rule; for fire a row read in a source says so."""
    figure = charge.roles_chart(DECK, "2000s")
    assert isinstance(figure, Figure)
    marks = figure.data.set_index(["function", "role", "class"])["by_rule"]
    assert marks["elections", "fund", "council"]
    assert not marks["fire", "fund", "council"]
    table = charge.roles_table(DECK, "2000s", "civic")
    assert isinstance(table, Table)
    paid = table.frame[table.frame["Role"] == "Fund"].loc["Elections", "Kinds of body"]
    assert f"unitary councils{charge.BY_RULE}" in paid
    assert "made by rule" in table.caption


@pytest.mark.parametrize("scheme", ["gough", "ogg_1913"])
def test_any_period_and_heading_give_a_page(scheme: str) -> None:
    chosen = periods.periodisation(scheme)
    assert isinstance(charge.councils_by_role(chosen), Table | Missing)
    for period in (chosen.keys[0], chosen.keys[-1]):
        assert isinstance(charge.roles_chart(chosen, period), Figure | Missing)
        for heading in ("health", "civic"):
            assert isinstance(charge.roles_table(chosen, period, heading), Table | Missing)
            assert isinstance(charge.seats(chosen, period, heading), Table | Missing)
    with pytest.raises(UnknownNameError, match="health"):
        charge.seats(chosen, chosen.keys[0], "helth")


def test_the_chairs_of_2004() -> None:
    """The answer of 16 June 2006: 46, 16, 11, 11 and 7 per cent."""
    figure = charge.chairs()
    assert isinstance(figure, Figure)
    assert list(figure.data["value"]) == [46, 16, 11, 11, 7]
    assert figure.title.endswith("add up to 91%")


def test_findings_on_boards_and_scrutiny_are_of_their_kind() -> None:
    others, own, roles = charge.comparators(), charge.scrutiny(), charge.scrutiny_roles()
    assert isinstance(others, Table)
    assert isinstance(own, Table)
    assert isinstance(roles, Table)
    assert "625,000" in set(others.frame["Found"])
    assert "little evidence" in set(own.frame["Found"])
    assert "Unitary councils" in roles.frame.index


def test_school_boards() -> None:
    found = one_kind.history("school_board", DECK)
    assert found.opening.startswith("School boards: ")
    card = found.of("its life")[0]
    assert isinstance(card, Table)
    assert card.title == "School boards: 1870 to 1904"
    assert card.frame.loc["Ended by", "What is known"] == "Education Act 1902"
    assert card.frame.loc["Members", "What is known"] == "elected directly"
    after = found.of("who had its work before and after")[0]
    assert isinstance(after, Table)
    assert "local education authorities" in after.frame["Other kinds of body"].iloc[0]
    assert "named bodies" in found.without
    assert "named bodies" in found.closing()
    assert not set(found.parts) & set(found.without)


def test_county_boroughs_have_names_and_links() -> None:
    found = one_kind.history("county_borough", DECK)
    links = found.of("named authorities and their successors")[0]
    assert isinstance(links, Table)
    with (folder("datasets") / "authorities.csv").open(encoding="utf-8", newline="") as handle:
        number = sum(row["body_key"] == "county_borough" for row in csv.DictReader(handle))
    assert links.title.startswith(f"{number} named authorities")


def test_a_kind_from_memory_is_said_to_be_one(shipped: Catalogue) -> None:
    recalled = next(row["body_key"] for row in shipped.rows("body_types") if row["evidence"] == "recalled")
    found = one_kind.history(recalled, DECK)
    assert "from memory only" in found.opening
    assert "its life" in found.without
    assert "its life" in one_kind.history(recalled, DECK, include_unconfirmed=True).parts


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="school_board"):
        one_kind.history("school_bord", DECK)


def test_the_longest_lists_are_cut_and_say_so() -> None:
    found = one_kind.history("urban_district", DECK, include_unconfirmed=True)
    for item in found.of(*found.parts):
        if isinstance(item, Table) and "links to others" in item.title:
            assert len(item.frame) <= one_kind.MOST_NAMES
            assert (len(item.frame) < one_kind.MOST_NAMES) or "left out" in item.caption


def test_a_chart_of_many_rows_fits_a_page() -> None:
    bars = held.drawn(rows(*[(f"kind {number}", "provide", "1900", "1950") for number in range(60)]))
    bars = bars.assign(lane=range(60), size=1.0, group="provide")
    evidence = functions.timeline("hospitals", DECK).evidence
    made = figures.spans(
        bars, list(bars["plural"]), coding.ROLES, (1890, 1960), "Title", "Caption.", "Alternative text.", evidence
    )
    assert made.plot.layout.height < 860
    assert [trace.name for trace in made.plot.data if trace.showlegend] == ["Provide"]
    assert "fade" not in made.caption


def test_choices_of_bodies_and_headings() -> None:
    kinds = Parameter("body", "school_board", "A kind", "column body_key of body_types").allowed({})
    assert "school_board" in kinds
    assert len(kinds) == len(bodies.kinds(True, tuple(bodies._scopes(Catalogue())), special_cases=True))
    assert Parameter("heading", "health", "A heading", "headings").allowed({}) == sorted(
        set(coding.headings().values())
    )


@pytest.mark.parametrize(
    ("report", "name", "value"), [("function-history", "function", "gas"), ("body-history", "body", "county_borough")]
)
def test_there_is_a_report_for_each_function_and_body(report: str, name: str, value: str) -> None:
    (made,) = plan.plans(report, only=(value,))
    assert made.runs[0].parameters[name] == value
    with pytest.raises(LocalgovError, match="makes no such report"):
        plan.plans(report, only=("nothing",))


def test_without_widgets_the_first_choice_is_shown_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    shown: list[object] = []
    monkeypatch.setattr(widgets, "show", shown.append)
    widgets.explore(lambda year, place: Missing(f"{place} {year}"), year=[1835, 1888], place=["here"])
    assert shown == [Missing("here 1835")]


def test_a_choice_without_values_is_refused() -> None:
    with pytest.raises(LocalgovError, match="year has no values"):
        widgets.explore(lambda year: Missing(str(year)), year=[])


def test_a_series_without_values_in_the_years_says_where_it_has_them() -> None:
    with pytest.raises(NotEnoughDataError, match="it covers 1946"):
        boots.series(boots.OF_INCOME).between(1850, 1860)
