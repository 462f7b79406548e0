"""Findings on quangos: definitions that nest, counts with their rivals, sums read off the tables by hand."""

from __future__ import annotations

import csv
import itertools

import pytest

import localgov_history as lg
from localgov_history import bodies, periods, shares
from localgov_history._resources import folder
from localgov_history.display import Missing, Table
from localgov_history.errors import UnknownNameError
from localgov_history.figures import Figure
from localgov_history.findings import appointed_counts, appointed_schemes, quangos
from localgov_history.report import parameters

DECK = periods.periodisation("gough")
NOTEBOOK = folder("notebooks") / "07_quangos.ipynb"
YEARS = (1974, 2012)


def rows_of(table: str) -> list[dict[str, str]]:
    with (folder("datasets") / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize(
    ("selection", "key", "under"),
    [
        (("appointed_by_minister",), "nhs_trust", "local_appointed"),
        (("mixed", "appointed_by_justices", "indirectly_elected"), "police_authority", "local_appointed"),
        (("mixed", "appointed_by_minister", "directly_elected"), "board", None),
        (("self_appointing",), "college", "self_governing"),
        (("mixed", "self_appointing", "directly_elected"), "school", "self_governing"),
        (("appointed_by_minister", "self_appointing"), "trust", "local_appointed"),
        (("indirectly_elected",), "joint_board", None),
        (("directly_elected",), "council", None),
        ((), "unknown", None),
        ((), "registered_social_landlord", "self_governing"),
    ],
)
def test_how_members_are_chosen_decides_the_definition(
    selection: tuple[str, ...], key: str, under: str | None
) -> None:
    assert quangos.definition_of(selection, key) == under


def test_each_definition_takes_in_the_one_before() -> None:
    sets = [set(quangos.kinds_counted(name, *YEARS, True)["body_key"]) for name in quangos.DEFINITIONS]
    assert sets[0] == set()
    assert sets[0] < sets[1] < sets[2]
    assert {"nhs_trust", "urban_development_corporation", "housing_action_trust"} <= sets[1]
    assert {"training_and_enterprise_council", "grant_maintained_school", "registered_social_landlord"} <= sets[2]
    every = bodies.kinds(True, ("local_body", "private_body")).set_index("body_key")
    assert not every.loc[sorted(sets[2]), "council"].fillna(False).any()
    assert not (every.loc[sorted(sets[2]), "purpose"] == "partnership").any()
    # Private companies are no quangos, though their owners choose their directors.
    assert "water_company" not in sets[2]


def test_an_unknown_definition_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean self_governing"):
        quangos.taken_in("self-governing bodies")


def test_the_choices_of_the_notebook_are_the_definitions() -> None:
    assert parameters.declared(NOTEBOOK)["definition"].allowed({}) == list(quangos.DEFINITIONS)


def test_official_counts_show_their_rivals_and_what_is_from_memory() -> None:
    figure = appointed_counts.official_counts(*YEARS, DECK)
    assert isinstance(figure, Figure)
    crosses = [trace for trace in figure.plot.data if trace.marker.symbol == "x-thin"]
    # 1979: 2,117 and 2,197 beside the preferred 2,167; 1982 and 1983 a value from memory beside one read.
    assert sorted(crosses[0].y) == [1691, 1810, 2117, 2197]
    assert "Hollow" in figure.caption
    assert figure.title == "4 of 4 official counts of quangos fell from the first year counted to the last"
    read = appointed_counts.official_counts(*YEARS, DECK, include_unconfirmed=False)
    assert isinstance(read, Figure)
    assert "Hollow" not in read.caption
    assert read.data["firm"].all()


def test_conflicts_are_kept_and_the_reason_said() -> None:
    table = appointed_counts.conflicts_table(*YEARS)
    assert isinstance(table, Table)
    first = table.frame[table.frame["Year"] == "1979"].iloc[0]
    assert (first["Preferred"], first["Also counted"]) == ("2,167", "2,117 and 2,197")
    assert "official base of April 1979" in first["Why"]
    assert len(table.frame) == 3


def test_counts_of_one_time_by_several_definitions() -> None:
    table = appointed_counts.estimates_table(*YEARS)
    assert isinstance(table, Table)
    # The printed 5,521 is 358 executive, 629 health and 4,534 local bodies.
    numbers = table.frame["Number"].to_dict()
    assert numbers["Extra-governmental organisations"] == 5521
    assert (
        numbers["Executive non-departmental public bodies"]
        + numbers["NHS bodies"]
        + numbers["Local extra-governmental organisations"]
        == 5521
    )
    assert table.title == "Around 1993, 5 counts of quangos run from 358 to 5,521"
    read = appointed_counts.estimates_table(*YEARS, include_unconfirmed=False)
    assert isinstance(read, Table)
    assert set(read.frame["Known"]) == {"read"}


def test_the_wide_count_and_its_parts() -> None:
    table = appointed_counts.wide_count_parts(*YEARS)
    assert isinstance(table, Table)
    # All 4,653 but the 22 Scottish enterprise companies.
    assert table.frame["Number"].sum() == 4653 - 22
    assert table.title.startswith("Of 4,653 local bodies in the wide count of 1996, 2,565 were registered social")
    assert isinstance(appointed_counts.wide_count_parts(*YEARS, include_unconfirmed=False), Missing)


def test_money_of_named_bodies_is_the_sum_of_the_rows() -> None:
    table = appointed_schemes.named_money("local_appointed", *YEARS)
    assert isinstance(table, Table)
    trusts = {row["body_id"] for row in rows_of("appointed_bodies") if row["body_key"] == "housing_action_trust"}
    grants = [
        float(row["value"])
        for row in rows_of("appointed_body_values")
        if row["body_id"] in trusts and row["measure"] == "grant_in_aid" and row["period"] == "1993/94"
    ]
    row = table.frame[table.frame["Year"] == "1993/94"].iloc[0]
    assert row["Sum"] == f"£{sum(grants):.1f} million"
    assert row["Bodies with a figure"] == f"{len(grants)} of {len(trusts)}"
    wider = appointed_schemes.named_money("self_governing", *YEARS)
    assert isinstance(wider, Table)
    assert len(wider.frame) > len(table.frame)


def test_areas_in_being_by_hand() -> None:
    figure = appointed_schemes.areas_in_being(*YEARS, DECK)
    assert isinstance(figure, Figure)
    values = figure.data.set_index(["panel", "when"])["value"]
    # Eleven City Challenge areas from April 1992, twenty more from April 1993; the first eleven ended in March 1997.
    assert [values["City Challenge areas", year] for year in ("1991", "1992", "1993", "1997", "1998")] == [
        0,
        11,
        31,
        20,
        0,
    ]
    assert "education action zones 1 of 26" in figure.caption
    more = appointed_schemes.areas_in_being(*YEARS, DECK, include_unconfirmed=True)
    assert isinstance(more, Figure)
    assert "New Deal for Communities areas" in set(more.data["panel"])
    assert not more.data["firm"].all()


def test_transfers_are_summed_by_year() -> None:
    figure = appointed_schemes.transfers(*YEARS)
    assert isinstance(figure, Figure)
    done = [row for row in rows_of("stock_transfers") if row["status"] == "transferred" and row["transfer_date"]]
    total = sum(int(row["dwellings"]) for row in done if row["transfer_date"].startswith("1998"))
    assert figure.data.set_index("label")["value"].filter(like="1998").iloc[0] == total


def test_members_beside_councillors_of_the_same_years() -> None:
    table = appointed_counts.members_table(*YEARS)
    assert isinstance(table, Table)
    assert "from 30,000 to 73,000" in table.title
    years = {str(day)[-4:] for day in table.frame["Date"]}
    councillors = table.frame[[str(name).startswith("Principal councils") for name in table.frame.index]]
    assert {str(day)[-4:] for day in councillors["Date"]} <= years
    assert "over 50,000" in set(table.frame["Number"])


def test_bodies_for_each_million_people() -> None:
    table = appointed_counts.latest_counts("local_appointed", *YEARS)
    assert isinstance(table, Table)
    people = lg.series("england_population_midyear").frame.set_index("year")["value"]
    assert table.frame.loc["NHS trusts", "For each million people"] == f"{1e6 * 342 / people[1999]:.1f}"
    assert table.title == "Most numerous at its last count: NHS trusts, 342 (1 April 1999)"


def test_every_choice_gives_something_to_show() -> None:
    spans = ((2012, 1974), (1830, 1830))
    for definition, span, unread in itertools.product(quangos.DEFINITIONS, spans, (True, False)):
        assert quangos.introduction(definition, *span, unread)
        for made in (
            quangos.kinds_table(definition, *span, unread),
            appointed_counts.counts_over_time(definition, *span, DECK, unread),
            appointed_counts.latest_counts(definition, *span, unread),
        ):
            assert isinstance(made, Figure | Table | Missing)
    for definition, span in itertools.product(quangos.DEFINITIONS, spans):
        assert isinstance(appointed_schemes.money(definition, *span, DECK), Figure | Missing)
        assert isinstance(appointed_schemes.named_money(definition, *span), Table | Missing)
    for span, unread in itertools.product(spans, (True, False)):
        for made in (
            quangos.definitions_table(*span, unread),
            appointed_counts.official_counts(*span, DECK, unread),
            appointed_counts.estimates_table(*span, unread),
            appointed_counts.wide_count_parts(*span, unread),
            appointed_counts.conflicts_table(*span, unread),
            appointed_schemes.areas_in_being(*span, DECK, unread),
        ):
            assert isinstance(made, Figure | Table | Missing)
    for span in spans:
        assert isinstance(appointed_counts.members_table(*span), Table | Missing)
        assert isinstance(appointed_schemes.transfers(*span), Figure | Missing)


@pytest.mark.parametrize("name", periods.periodisations())
def test_every_scheme_gives_a_table_of_roles(name: str) -> None:
    made = quangos.selection_by_role(periods.periodisation(name))
    assert isinstance(made, Table | Missing)
    if isinstance(made, Table):
        assert (made.frame["Functions known"] >= 5).all()


def test_shares_by_role_are_those_of_the_measure() -> None:
    made = quangos.selection_by_role(DECK)
    assert isinstance(made, Table)
    found = shares.holders_by_selection([1874])
    share = found.share(1874, "provide", "appointed")
    assert made.frame.loc["Provide, 1874", shares.SELECTION_NAMES["appointed"]] == f"{share:.0%}"
    assert "Plan or coordinate, 1874" not in made.frame.index


def test_the_sentence_on_the_official_count() -> None:
    said, known = appointed_counts.official_sentence(*YEARS)
    assert known
    assert said.startswith(
        "Officially there were 2,167 non-departmental public bodies in 1979 and 766 in 2009; the widest"
    )
    assert "5,521 extra-governmental organisations in 1993, and the official one nearest to it 1,389 in 1993" in said
    assert appointed_counts.official_sentence(1830, 1850)[1] is False
