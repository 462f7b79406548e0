"""Long series with their definitions and breaks: as published, in constant prices, or as a share of another."""

from __future__ import annotations

import ast
import dataclasses
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from localgov_history import dates
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.schema import listed
from localgov_history.sources import Evidence
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

# What a break may change so that the values on both sides are not one line.
PARTING = ("definition", "geography", "price_basis", "coverage")
# Units of money, in millions of pounds.
MONEY = {"GBP": 1e-6, "GBP million": 1.0, "GBP thousand": 1e-3, "GBP billion": 1e3}


@dataclass(frozen=True, eq=False)
class Series:
    """A series of values with all that tells what they are.

    Attributes
    ----------
    key, title, unit, geography, year_kind, price_basis, definition : see the table ``series_meta``.
    frame : one row a value: ``when`` (as written), ``start`` and ``end`` of the year (datetime64), ``year`` (in
        which it starts), ``value``, ``segment`` (counts up at each break that parts the line), ``firm`` (False
        where the value is from memory), and the row's sources.
    breaks : one row a break: ``date``, ``kind``, ``what``.
    steps : what has been done to the published values, one sentence each.
    also : evidence of other series that went into it.
    book : the catalogue it comes from, where other series are looked for.
    """

    key: str
    title: str
    unit: str
    geography: str
    year_kind: str
    price_basis: str
    definition: str
    frame: pd.DataFrame
    breaks: pd.DataFrame
    steps: tuple[str, ...] = ()
    also: Evidence = field(default_factory=Evidence)
    book: Catalogue | None = field(default=None, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """The values, one row each."""
        return self.frame.copy()

    @property
    def evidence(self) -> Evidence:
        """The rows and sources it rests on."""
        return Evidence.of(self.frame, self.breaks) + self.also

    @property
    def unit_words(self) -> str:
        """The unit for a reader: ``£ million``."""
        return self.unit.replace("GBP", "£")

    def readable_steps(self) -> list[str]:
        """The steps with the titles of series in place of their keys."""
        titles = {row["series_key"]: row["title"] for row in self.book.rows("series_meta")} if self.book else {}
        bare = [
            re.sub(r" \(([a-z0-9_]+)\)", lambda key: "" if key[1] in titles else key[0], step) for step in self.steps
        ]
        return [re.sub(r"[a-z0-9_]+", lambda key: titles.get(key[0], key[0]), step) for step in bare]

    def sentence(self) -> str:
        """First and last value, and the breaks between them; no change is stated across a break."""
        first, last = self.frame.iloc[0], self.frame.iloc[-1]
        said = f"{self.title} ({self.unit_words}, {self.geography}): {_number(first['value'])} in {dates.spoken(first['when'])}"
        if len(self.frame) == 1:
            return f"{said}, the only value held."
        said += f" and {_number(last['value'])} in {dates.spoken(last['when'])}"
        if first["segment"] != last["segment"]:
            parting = self.breaks[self.breaks["kind"].isin(PARTING)]
            years = [str(day)[:4] for day in parting["date"]]
            return f"{said}; not one line: it breaks at {listing(years)}."
        gaps = self.missing()
        return f"{said}; {counted(gaps, 'year', 'years')} between them missing." if gaps else f"{said}."

    def missing(self) -> int:
        """How many years between the first and the last have no value; 0 for a series of single dates."""
        if self.year_kind not in ("calendar", "financial"):
            return 0
        years = set(self.frame["year"])
        return max(years) - min(years) + 1 - len(years)

    def summary(self) -> str:
        """What the series is, what was done to it, and where it breaks."""
        lines = [self.sentence(), f"  {self.definition}", f"  Prices: {_prices(self.price_basis)}."]
        lines += [f"  {step}" for step in self.steps]
        lines += [
            f"  Break at {dates.spoken(row.date)} ({row.kind.replace('_', ' ')}): {row.what}"
            for row in self.breaks.itertuples()
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.summary()

    def __len__(self) -> int:
        return len(self.frame)

    def real(self, base: object, index: str = "uk_retail_price_index", catalogue: Catalogue | None = None) -> Series:
        """In the prices of a year.

        Parameters
        ----------
        base : the year, as the series writes its years: ``1938`` or ``"2008/09"``.
        index : the series of prices to deflate by; it is named in `steps`.

        Returns
        -------
        A series without the years for which there is no index: their number is named in `steps`.

        Raises
        ------
        LocalgovError
            If the series is not money at current prices, `index` is no series of prices, or it has no value for
            the base year.

        Notes
        -----
        Value × index(base) ÷ index(year). Where the series has financial years and the index calendar years,
        the index of 2001/02 is three quarters of 2001 and one quarter of 2002.
        """
        if self.unit not in MONEY or self.price_basis != "current":
            said = f"{self.key} is in {self.unit} at {_prices(self.price_basis)}"
            raise LocalgovError(f"{said}; expected money at current prices")
        book = catalogue or self.book
        prices = series(index, catalogue=book)
        if _topic(index, book) != "prices":
            raise LocalgovError(f"{index} is not a series of prices; expected one with the topic prices")
        levels = _by_year(prices, self.year_kind)
        year = _year_of(base, self.year_kind)
        if year not in levels:
            held = f"{min(levels)} to {max(levels)}" if levels else "no year"
            raise LocalgovError(f"{index} has no value for {base}; expected a year it covers: {held}")
        kept = self.frame[self.frame["year"].isin(levels)]
        if kept.empty:
            raise NotEnoughDataError(f"{index} covers no year of {self.key}")
        values = [value * levels[year] / levels[at] for value, at in zip(kept["value"], kept["year"], strict=True)]
        lost = len(self.frame) - len(kept)
        step = f"Deflated to the prices of {base} by {prices.title} ({index})"
        step += f"; {counted(lost, 'year')} without an index left out." if lost else "."
        if self.year_kind == "financial" and prices.year_kind == "calendar":
            step += (
                " The index of a financial year is three quarters of its first calendar year and one of its second."
            )
        return dataclasses.replace(
            self,
            frame=kept.assign(
                value=values, segment=_segments(kept, _together(self.breaks, prices.breaks))
            ).reset_index(drop=True),
            breaks=_within(kept, _together(self.breaks, prices.breaks)),
            price_basis=f"constant:{base}",
            steps=(*self.steps, step),
            also=self.also + prices.evidence,
        )

    def share_of(self, whole: str, catalogue: Catalogue | None = None) -> Series:
        """As a percentage of another series, year by year.

        Parameters
        ----------
        whole : the key of a series of the same geography and prices: GDP, or all public spending.

        Raises
        ------
        LocalgovError
            If units, geographies or price bases differ.
        NotEnoughDataError
            If the two have no year in common.
        """
        other = series(whole, catalogue=catalogue or self.book)
        if self.geography != other.geography:
            said = f"{self.key} is for {self.geography}, {whole} for {other.geography}"
            raise LocalgovError(f"{said}; expected one geography for both")
        if self.price_basis != other.price_basis:
            said = f"{self.key} is at {_prices(self.price_basis)}, {whole} at {_prices(other.price_basis)}"
            raise LocalgovError(f"{said}; expected one price basis for both")
        if self.unit != other.unit and not (self.unit in MONEY and other.unit in MONEY):
            raise LocalgovError(f"{self.key} is in {self.unit}, {whole} in {other.unit}; expected one unit for both")
        scale = MONEY.get(self.unit, 1.0) / MONEY.get(other.unit, 1.0) if self.unit != other.unit else 1.0
        breaks = _together(self.breaks, other.breaks)
        totals = _by_year(other, self.year_kind)
        kept = self.frame[self.frame["year"].isin(totals)]
        if kept.empty:
            raise NotEnoughDataError(f"{self.key} and {whole} have no year in common")
        empty = [str(at) for at in kept["year"] if not totals[at]]
        if empty:
            raise NotEnoughDataError(f"{whole} is 0 in {listing(empty)}; a share of nothing is none")
        breaks = _within(kept, breaks)
        values = [100 * scale * value / totals[at] for value, at in zip(kept["value"], kept["year"], strict=True)]
        step = f"As a percentage of {other.title} ({whole})."
        if self.year_kind == "financial" and other.year_kind == "calendar":
            step += " Its financial year is three quarters of its first calendar year and one quarter of its second."
        return dataclasses.replace(
            self,
            title=f"{self.title}, as a share of {_lower(other.title)}",
            unit="per cent",
            price_basis="not_money",
            frame=kept.assign(value=values, segment=_segments(kept, breaks)).reset_index(drop=True),
            breaks=breaks,
            steps=(*self.steps, step),
            also=self.also + other.evidence,
        )

    def per_head(self, catalogue: Catalogue | None = None) -> Series:
        """In pounds for each person of the same geography.

        Returns
        -------
        A series without the years for which no population is known: their number is named in `steps`.

        Raises
        ------
        LocalgovError
            If the series is not money, or there is no series of the population of its geography.
        NotEnoughDataError
            If no population is known for any of its years.

        Notes
        -----
        A financial year is divided by the people in the middle of the calendar year in which it begins. See `people_of`.
        """
        if self.unit not in MONEY:
            raise LocalgovError(f"{self.key} is in {self.unit}; expected money")
        people = people_of(self.geography, catalogue or self.book)
        kept = self.frame[self.frame["year"].isin(people.numbers)]
        if kept.empty:
            raise NotEnoughDataError(f"no population of {self.geography} is known for the years of {self.key}")
        breaks = _within(kept, _together(self.breaks, people.breaks))
        pounds = 1e6 * MONEY[self.unit]
        values = [pounds * value / people.numbers[at] for value, at in zip(kept["value"], kept["year"], strict=True)]
        lost = len(self.frame) - len(kept)
        step = f"Per head of the population of {self.geography}"
        step += f"; {counted(lost, 'year')} without a population left out." if lost else "."
        if not set(kept["year"]) <= people.counted:
            step += " Between two censuses the population is taken to grow at a constant yearly rate."
        return dataclasses.replace(
            self,
            title=f"{self.title}, per head",
            unit="GBP per head",
            frame=kept.assign(value=values, segment=_segments(kept, breaks)).reset_index(drop=True),
            breaks=breaks,
            steps=(*self.steps, step),
            also=self.also + people.evidence,
        )

    def between(self, first: int, last: int) -> Series:
        """The values of the years from `first` to `last`, and the breaks among them.

        Raises
        ------
        NotEnoughDataError
            If it has no value in these years.
        """
        kept = self.frame[self.frame["year"].between(first, last)]
        if kept.empty:
            span = f"{self.frame['when'].iloc[0]} to {self.frame['when'].iloc[-1]}"
            raise NotEnoughDataError(
                f"{self.title} ({self.key}) has no value from {first} to {last}; it covers {span}"
            )
        return dataclasses.replace(self, frame=kept.reset_index(drop=True), breaks=_within(kept, self.breaks))


@dataclass(frozen=True, eq=False)
class People:
    """The population of a geography by year.

    Attributes
    ----------
    numbers : people by calendar year.
    counted : the years of a census or of an official estimate; the others lie between two censuses.
    breaks : where the population changes its definition or its geography.
    evidence : the rows it rests on.
    """

    numbers: dict[int, float]
    counted: frozenset[int]
    breaks: pd.DataFrame
    evidence: Evidence


def people_of(geography: str, catalogue: Catalogue | None = None) -> People:
    """The population of a geography: estimates for the middle of the year, else censuses.

    Between two censuses without an estimate for each year, the population grows at a constant yearly rate from one to the other.

    Raises
    ------
    LocalgovError
        If there is no series of its population.
    """
    book = catalogue or default()
    found = {}
    for kind in ("_population_census", "_population_midyear"):
        keys = [
            row["series_key"]
            for row in book.rows("series_meta")
            if row["geography"] == geography and row["series_key"].endswith(kind)
        ]
        if keys:
            found[kind] = series(keys[0], catalogue=book)
    if not found:
        known = sorted(
            row["geography"] for row in book.rows("series_meta") if row["series_key"].endswith("_population_census")
        )
        expected = f"expected {listing(known, 'or')}" if known else "there are none of anywhere"
        raise LocalgovError(f"there is no series of the population of {geography}; {expected}")
    held = [dict(zip(item.frame["year"], item.frame["value"], strict=True)) for item in found.values()]
    numbers: dict[int, float] = {}
    years = sorted(held[0])
    for left, right in itertools.pairwise(years):
        growth = (held[0][right] / held[0][left]) ** (1 / (right - left))
        numbers |= {year: held[0][left] * growth ** (year - left) for year in range(left, right)}
    for each in held:
        numbers |= each
    evidence = Evidence()
    for item in found.values():
        evidence += item.evidence
    certain = frozenset(int(year) for each in held for year in each)
    return People(numbers, certain, _together(*(item.breaks for item in found.values())), evidence)


def series(
    key: str,
    real: object = None,
    share_of: str | None = None,
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Series:
    """A series by its key, with its definition and breaks.

    Parameters
    ----------
    key : from the table ``series_meta``; a series computed from others is computed here.
    real : a year, for values in its prices (see `Series.real`).
    share_of : the key of another series, for values as a percentage of it (see `Series.share_of`).

    Returns
    -------
    The preferred value of each year, in order. Values of different definition, geography or price basis are in
    different segments.

    Raises
    ------
    UnknownNameError
        If no series is called so, with the nearest.
    NotEnoughDataError
        If none of its values is confirmed.
    """
    if real is not None and share_of is not None:
        raise LocalgovError("both real and share_of were given; expected one: a share has no prices")
    book = catalogue or default()
    meta = _meta(key, book)
    key = meta["series_key"]
    found = (
        _computed(key, meta, include_unconfirmed, book) if meta["derived"] == "true" and meta["derivation"] else None
    )
    if found is None:
        found = _published(key, meta, include_unconfirmed, book)
    if real is not None:
        found = found.real(real, catalogue=book)
    return found.share_of(share_of, catalogue=book) if share_of is not None else found


def _published(key: str, meta: dict[str, str], include_unconfirmed: bool, book: Catalogue) -> Series:
    frame = book.load("series", include_unconfirmed)
    frame = frame[
        (frame["series_key"] == key) & frame["preferred"].fillna(False).astype(bool) & frame["value"].notna()
    ]
    if frame.empty:
        raise NotEnoughDataError(f"no value of {key} is confirmed; include_unconfirmed=True gives what there is")
    start = frame["period_earliest"].fillna(frame["date_earliest"]).fillna(frame["date_latest"])
    # A value of which nobody has read the year has no place in a series.
    frame, start = frame[start.notna()], start[start.notna()]
    if frame.empty:
        raise NotEnoughDataError(
            f"the year of no value of {key} is confirmed; include_unconfirmed=True gives what there is"
        )
    frame = frame.assign(
        when=[
            period if isinstance(period, str) else day
            for period, day in zip(frame["period"], frame["date"], strict=True)
        ],
        start=start,
        end=frame["period_latest"].fillna(frame["date_latest"]),
        year=start.dt.year.astype(int),
        firm=frame["evidence"] != "recalled",
    ).sort_values(["start", "value_key"])
    breaks = _within(frame, _breaks((key,), include_unconfirmed, book))
    first = ["when", "start", "end", "year", "value", "segment", "firm"]
    frame = frame.assign(segment=_segments(frame, breaks))
    frame = frame[first + [name for name in frame.columns if name not in first]].reset_index(drop=True)
    return Series(
        key=key,
        title=meta["title"],
        unit=meta["unit"],
        geography=meta["geography"],
        year_kind=meta["year_kind"],
        price_basis=meta["price_basis"],
        definition=meta["definition"],
        frame=frame,
        breaks=breaks,
        book=book,
    )


def _computed(key: str, meta: dict[str, str], include_unconfirmed: bool, book: Catalogue) -> Series:
    """A series that is a formula of others, over the years that all of them have."""
    try:
        formula = ast.parse(meta["derivation"], mode="eval").body
    except SyntaxError:
        raise LocalgovError(f"the derivation of {key}, {meta['derivation']!r}, is no formula of series") from None
    names = sorted({node.id for node in ast.walk(formula) if isinstance(node, ast.Name)})
    if not names:
        raise LocalgovError(f"the derivation of {key}, {meta['derivation']!r}, names no series")
    _no_circle(key, (), book)
    parts = {name: series(name, include_unconfirmed=include_unconfirmed, catalogue=book) for name in names}
    kind = meta["year_kind"]
    levels = {name: _by_year(part, kind) for name, part in parts.items()}
    shared = set.intersection(*(set(values) for values in levels.values()))
    if not shared:
        raise NotEnoughDataError(f"the series that make up {key} have no year in common: {listing(names)}")
    lead = next((part for part in parts.values() if part.year_kind == kind), parts[names[0]])
    kept = lead.frame[lead.frame["year"].isin(shared)]
    values = [_evaluate(formula, {name: levels[name][year] for name in names}) for year in kept["year"]]
    firm = {name: dict(zip(part.frame["year"], part.frame["firm"], strict=True)) for name, part in parts.items()}
    sure = [all(bool(years.get(year, True)) for years in firm.values()) for year in kept["year"]]
    own = _breaks((key,), include_unconfirmed, book)
    breaks = _within(kept, _together(own, *(part.breaks for part in parts.values())))
    evidence = Evidence()
    for part in parts.values():
        evidence += part.evidence
    return Series(
        key=key,
        title=meta["title"],
        unit=meta["unit"],
        geography=meta["geography"],
        year_kind=kind,
        price_basis=meta["price_basis"],
        definition=meta["definition"],
        frame=kept.assign(value=values, segment=_segments(kept, breaks), firm=sure).reset_index(drop=True),
        breaks=breaks,
        book=book,
        steps=(f"Computed: {meta['derivation']}.",),
        also=evidence,
    )


def _no_circle(key: str, above: tuple[str, ...], book: Catalogue) -> None:
    """Refuse a derivation that comes back to itself by way of others."""
    if key in above:
        raise LocalgovError(f"the derivation of {key} comes back to it: {' → '.join((*above, key))}")
    meta = _meta(key, book)
    if meta["derived"] == "true" and meta["derivation"]:
        for name in set(re.findall(r"[A-Za-z_]\w*", meta["derivation"])):
            _no_circle(name, (*above, key), book)


def _breaks(keys: tuple[str, ...], include_unconfirmed: bool, book: Catalogue) -> pd.DataFrame:
    """The breaks of some series in order of date; what several of them share stands once."""
    breaks = book.load("series_breaks", include_unconfirmed)
    return _together(breaks[breaks["series_key"].isin(keys)])


def _together(*several: pd.DataFrame) -> pd.DataFrame:
    """Breaks in order of date; what is said twice stands once."""
    import pandas as pd

    breaks = pd.concat([each for each in several if len(each)] or [several[0]]).sort_values("date_earliest")
    return breaks.drop_duplicates(["date", "kind", "what"]).reset_index(drop=True)


def _within(frame: pd.DataFrame, breaks: pd.DataFrame) -> pd.DataFrame:
    """The breaks that lie between the first value and the last."""
    inside = breaks["date_earliest"].between(frame["start"].min(), frame["end"].max(), inclusive="right")
    return breaks[inside].reset_index(drop=True)


def _segments(frame: pd.DataFrame, breaks: pd.DataFrame) -> pd.Series:
    """For each value how many parting breaks lie before the middle of its year."""
    import pandas as pd

    days = breaks.loc[breaks["kind"].isin(PARTING), "date_earliest"].dropna()
    middle = frame["start"] + (frame["end"].fillna(frame["start"]) - frame["start"]) / 2
    return sum(((middle >= day).astype(int) for day in days), pd.Series(0, frame.index))


def _evaluate(node: ast.AST, values: dict[str, float]) -> float:
    """The value of a formula of names, numbers and the four operations; anything else is refused, never run."""
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp):
        left, right = _evaluate(node.left, values), _evaluate(node.right, values)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            if not right:
                raise LocalgovError("a derivation divides by a series that is 0 in some year")
            return left / right
    raise LocalgovError("a derivation may only add, subtract, multiply and divide series and numbers")


def _by_year(found: Series, year_kind: str) -> dict[int, float]:
    """Values by the year in which each starts, carried from calendar to financial years where that is asked."""
    if year_kind == "calendar" and found.year_kind == "financial":
        raise LocalgovError(f"{found.key} has financial years; expected a series of calendar years beside the other")
    twice = found.frame.loc[found.frame["year"].duplicated(), "year"]
    if len(twice):
        raise LocalgovError(f"{found.key} has more than one value in {twice.iloc[0]}; expected one a year")
    values = dict(zip(found.frame["year"], found.frame["value"], strict=True))
    if year_kind == "financial" and found.year_kind == "calendar":
        return {year: 0.75 * values[year] + 0.25 * values[year + 1] for year in values if year + 1 in values}
    return values


def _meta(key: str, book: Catalogue) -> dict[str, str]:
    """The row of a series, by its key or by another name of it."""
    rows = {row["series_key"]: row for row in book.rows("series_meta")}
    others = {alias: row for row in rows.values() for alias in listed(row, "aliases")}
    found = rows.get(key) or others.get(key)
    if found is None:
        raise UnknownNameError("series", key, rows)
    return found


def _topic(key: str, catalogue: Catalogue | None) -> str:
    return _meta(key, catalogue or default())["topic"]


def _year_of(base: object, year_kind: str) -> int:
    """The year that a text names, in the notation of the series."""
    text = str(base).strip()
    expected = "2008/09" if year_kind == "financial" else "2008"
    if not re.fullmatch(r"\d{4}/\d\d" if year_kind == "financial" else r"\d{4}", text):
        raise LocalgovError(f"{base!r} is not a year as the series writes them; expected e.g. {expected}")
    return int((dates.parse_financial_year(text).text if "/" in text else text)[:4])


def _prices(basis: str) -> str:
    """A price basis in words."""
    if basis == "not_money":
        return "no prices, not being money"
    return "current prices" if basis == "current" else f"prices of {basis.partition(':')[2]}"


def _number(value: Any) -> str:
    size = abs(float(value))
    return (
        f"{value:,.0f}"
        if size >= 100 or float(value).is_integer()
        else f"{value:,.1f}"
        if size >= 1
        else f"{value:.2g}"
    )


def _lower(title: str) -> str:
    first = title.split(" ", 1)[0]
    return title if first.isupper() else title[:1].lower() + title[1:]
