"""Kinds of body and responsibilities: the rules of the coding frame hold on every shipped row."""

from __future__ import annotations

import pytest

from localgov_history import bodies, coding
from localgov_history.catalogue import Catalogue
from localgov_history.errors import AmbiguousNameError, LocalgovError, UnknownNameError


def test_purpose_follows_from_functions_on_every_row(shipped: Catalogue) -> None:
    heads = coding.headings(shipped)
    for row in shipped.rows("body_types"):
        functions = tuple(filter(None, row["functions"].split(";")))
        if functions and row["purpose"] in ("single", "multi"):
            assert coding.purpose_of(functions, heads) == row["purpose"], row["body_key"]


def test_no_kind_and_no_responsibility_ends_before_it_starts() -> None:
    for frame in (bodies.kinds(True, scope=("local_body", "central_body")), bodies.responsibilities(True)):
        known = bodies.dated(frame)
        late = known[known["start_earliest"] > known["end_latest"]]
        assert late.empty, late.iloc[:, 0].tolist()


def test_every_label_found_is_crosswalked_or_listed_as_outside(shipped: Catalogue) -> None:
    for row in shipped.rows("function_responsibilities"):
        for label in filter(None, row["label_found"].split(";")):
            codes = coding.crosswalk(label, catalogue=shipped)
            assert not codes or row["function"] in codes, (row["responsibility_key"], label)
    for row in shipped.rows("codings"):
        assert (row["status"] == "unmapped") == (row["code"] == ""), row["label"]
        assert row["rule"], row["label"]


def test_an_unknown_label_gets_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean"):
        coding.crosswalk("poor releif")


def test_rows_made_by_rule_are_left_out_unless_asked_for() -> None:
    roles = ("fund", "answer_for")
    without = bodies.responsibilities(True, roles)
    everything = bodies.responsibilities(True, roles, include_generated=True)
    assert len(everything) > len(without)
    assert not without["generated"].any()


def test_who_held_elementary_education() -> None:
    """School boards from 1870, then councils under the Education Act 1902 (in London from 1904)."""
    assert "school_board" in set(bodies.who_held("elementary_and_primary_education", 1890)["body_key"])
    every = bodies.responsibilities(include_unconfirmed=True)
    after = set(bodies.who_held("elementary_and_primary_education", 1920, every)["body_key"])
    assert "school_board" not in after
    assert {"london_county_council", "part_iii_education_authority"} <= after
    with pytest.raises(UnknownNameError, match="did you mean police"):
        bodies.who_held("polise", 1890)


def test_well_known_lives() -> None:
    """Poor law guardians 1834-1930; county boroughs 1889-1974; the Greater London Council ended 31 March 1986."""
    known = bodies.kinds().set_index("body_key")
    assert tuple(known.loc["board_of_guardians", ["first_year", "last_year"]]) == (1834, 1930)
    assert tuple(known.loc["county_borough", ["first_year", "last_year"]]) == (1889, 1974)
    assert known.loc["greater_london_council", "last_year"] == 1986
    assert bool(known.loc["board_of_guardians", "firm"])


def test_a_kind_without_known_years_is_in_being_in_no_year() -> None:
    frame = bodies.kinds()
    unknown = frame[frame["first_year"].isna()]
    assert len(unknown) > 0
    assert not set(bodies.in_being(frame, 1700, 2012)["body_key"]) & set(unknown["body_key"])


def test_counts_agree_with_published_totals(shipped: Catalogue) -> None:
    """Hansard, 20 February 1939: 83 county boroughs; the 1888 Act made 61 county boroughs by 1889."""
    counts = shipped.load("body_counts")
    wanted = counts[(counts["measure"] == "bodies") & counts["preferred"].astype(bool)]
    boroughs = wanted[wanted["body_key"] == "county_borough"].dropna(subset=["date_earliest"])
    by_year = {
        int(row.date_earliest.year): int(row.count_)
        for row in boroughs.rename(columns={"count": "count_"}).itertuples()
    }
    assert by_year[1939] == 83


def test_who_ran_elementary_education_in_1895() -> None:
    found = bodies.who_ran("elementary_and_primary_education", as_of="1895")
    providers = set(found.frame.loc[found.frame["role"] == "provide", "body_key"])
    assert {"school_board"} <= providers
    assert "local_education_authority" not in set(found.frame["body_key"])
    assert bodies.who_ran("elementary education", 1895).frame.equals(found.frame)
    assert "not every holder" in found.sentence()
    assert found._repr_html_().count("<th>") <= len(bodies._SHOWN) + 1


def test_what_may_have_been_held_is_named_and_never_counted_as_certain() -> None:
    found = bodies.who_ran("gas", as_of="1900")
    assert not set(found.frame["responsibility_key"]) & set(found.possible["responsibility_key"])
    assert len(found.possible) > 0
    assert "possible, their dates being open or too wide" in found.sentence()
    every = bodies.who_ran("gas", as_of="1900", include_unconfirmed=True)
    assert every.unread == 0
    assert len(every.frame) + len(every.possible) >= len(found.frame) + len(found.possible)


def test_a_name_of_several_kinds_means_the_one_in_being() -> None:
    assert bodies.functions_held("county council", as_of="1895").subject == "Administrative county council"
    assert bodies.functions_held("county council", as_of="1980").subject == "County council (1974 model)"
    with pytest.raises(AmbiguousNameError, match="administrative_county_council; county_council_1974"):
        bodies.kind_named("county council")
    assert bodies.kind_named("school boards") == "school_board"
    assert bodies.kind_named("metropolitan district") == "metropolitan_district_council"
    with pytest.raises(UnknownNameError, match="no kind of body is called 'scool board'; did you mean School board"):
        bodies.kind_named("scool board")


def test_after_the_last_year_of_the_table_there_is_no_answer() -> None:
    with pytest.raises(LocalgovError, match="'2020' is after 2012, where the table of functions ends"):
        bodies.who_ran("poor_relief", as_of="2020")
    with pytest.raises(LocalgovError, match="expected 1974-02-31"):
        bodies.who_ran("poor_relief", as_of="31/2/1974")
