"""The register of named authorities: who existed on a date, how complete that answer is, and who came from whom."""

from __future__ import annotations

import itertools
import re
import warnings
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history import dates
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import AmbiguousNameError, LocalgovError, UnknownNameError, fold
from localgov_history.text import counted, escape_html, listing, yes

if TYPE_CHECKING:
    import pandas as pd

# The last day of an authority that continues.
FAR = "9999-12-31"
# The choice that leaves nothing out, where a type or a region narrows what is shown.
EVERY = "all"
# How the types of authority are shortened in lists and in speech.
ABBREVIATIONS = {
    "ac": "administrative_county",
    "cb": "county_borough",
    "cbc": "county_borough",
    "mb": "municipal_borough",
    "nb": "municipal_borough",
    "ud": "urban_district",
    "udc": "urban_district",
    "rd": "rural_district",
    "rdc": "rural_district",
    "metb": "metropolitan_borough",
    "lb": "london_borough",
    "lbc": "london_borough",
    "md": "metropolitan_district",
    "mbc": "metropolitan_district",
    "mdc": "metropolitan_district",
    "mcc": "metropolitan_county",
    "nmd": "non_metropolitan_district",
    "nmc": "non_metropolitan_county",
    "ua": "unitary",
    "unitaryauthority": "unitary",
    "ca": "combined_authority",
}
# Words of style around the name of a place.
_STYLE = re.compile(
    r"\b(the|city and county of|city of|county of|county borough of|metropolitan borough of|london borough of|"
    r"royal borough of|borough of|district of|council|corporation|mayoral)\b",
    re.IGNORECASE,
)


class CoverageWarning(UserWarning):
    """The register does not hold every authority of a class at the date asked for."""


@dataclass(frozen=True, eq=False)
class Register:
    """Authorities in being on a date, with how complete the answer is.

    Attributes
    ----------
    frame : one row an authority: the columns of ``authorities``, and ``known_by`` (``dates``: its first and last
        day are known; ``list``: it stands in lists of those years) and ``throughout`` (False where it began or
        ended within the time asked for).
    coverage : one row a class (type and country) that existed: ``status`` (complete, partial, none) and why.
    as_of : the time asked for, in words (``on 2 April 1974``, ``at some time in 1974``); empty where none was given.
    """

    frame: pd.DataFrame
    coverage: pd.DataFrame
    as_of: str

    def __len__(self) -> int:
        return len(self.frame)

    def to_frame(self) -> pd.DataFrame:
        """The authorities, one row each."""
        return self.frame.copy()

    def counts(self) -> pd.DataFrame:
        """How many authorities of each class were found, beside the coverage of that class."""
        found = self.frame.groupby(["type", "country"]).size().rename("authorities").reset_index()
        merged = self.coverage.merge(found, on=["type", "country"], how="outer")
        return merged.assign(
            authorities=merged["authorities"].fillna(0).astype(int),
            # A class without any row of coverage leaves these without a type of text.
            status=merged["status"].astype(object).fillna("not stated"),
            why=merged["why"].astype(object).fillna(""),
        )

    def summary(self) -> str:
        """Counts by class with the coverage of each, a line a class."""
        lines = [self.sentence()]
        for row in self.counts().itertuples():
            said = f"  {type_words(row.type)} ({row.country}): {row.authorities}, {row.status}"
            lines.append(said + (f": {row.why}" if isinstance(row.why, str) and row.why else ""))
        return "\n".join(lines)

    def sentence(self) -> str:
        """How many there were, and for which classes that is not the whole number."""
        when = f" in being {self.as_of}" if self.as_of else ""
        said = f"{counted(len(self.frame), 'authority', 'authorities')}{when} in the register"
        if self.coverage.empty:
            return f"{said}, which states nothing of that time."
        short = self.coverage[self.coverage["status"] != "complete"]
        if short.empty:
            return f"{said}; complete for the classes asked for."
        return f"{said}; not complete for {listing([type_words(kind) for kind in dict.fromkeys(short['type'])])}."

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        shown = ["name", "type", "county", "region", "start", "end", "known_by"]
        return (
            f"<p>{escape_html(self.sentence())}</p>{self.counts().to_html(index=False, escape=True)}"
            f"{self.frame[shown].to_html(max_rows=40, escape=True, na_rep='')}"
        )


def authorities(
    as_of: object = None,
    type: str | tuple[str, ...] | None = None,
    region: str | None = None,
    country: str | None = "England",
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Register:
    """The authorities of the register, on a date or ever.

    Parameters
    ----------
    as_of : see `dates.as_of`; all that ever existed if not given. An authority counts where it is known to have
        been in being then: between its first and last day, or, where those are not known, between the years in
        which lists name it.
    type : one or more types, as in the column ``type``; plurals and usual short forms are understood.
    region : an English region of 1994 to 2011.
    country : ``England``, ``Wales`` or None for both. Of Wales there are only the counties and county boroughs
        of 1889 to 1974.

    Raises
    ------
    UnknownNameError
        If no type, region or country is called so.
    DateError
        If `as_of` is not a date.

    Warns
    -----
    CoverageWarning
        Where the register is not complete for a class that existed then.
    """
    import pandas as pd

    book = catalogue or default()
    frame = _known(book.load("authorities", include_unconfirmed))
    every = frame if include_unconfirmed else _known(book.load("authorities", include_unconfirmed=True))
    cover = book.load("register_coverage")
    wanted = (type,) if isinstance(type, str) else tuple(type or ())
    types = [type_named(word, book) for word in wanted]
    placeless: set[str] = set()
    for column, value in (("country", country), ("region", region)):
        if value is not None:
            known = set(frame[column].dropna())
            if value not in known:
                raise UnknownNameError(column, value, known)
            if column == "region":
                placeless = set(frame.loc[frame["region"].isna(), "type"])
            frame, every = frame[frame[column] == value], every[every[column] == value]
            cover = cover if column == "region" else cover[cover[column] == value]
    if types:
        frame, cover = frame[frame["type"].isin(types)], cover[cover["type"].isin(types)]
    said = ""
    if as_of is not None:
        asked = dates.as_of(as_of)
        whole = asked.earliest == asked.latest
        said = f"on {asked.readable()}" if whole else f"at some time in {asked.readable()}"
        first, last = pd.Timestamp(asked.earliest), pd.Timestamp(asked.latest)
        frame = frame[(frame["known_from"] <= last) & (frame["known_to"] >= first)]
        every = every[(every["known_from"] <= last) & (every["known_to"] >= first)]
        frame = frame.assign(throughout=(frame["known_from"] <= first) & (frame["known_to"] >= last))
        cover = cover[
            (cover["start_earliest"] <= last) & (cover["end_latest"].isna() | (cover["end_latest"] >= first))
        ]
    else:
        frame = frame.assign(throughout=True)
    cover = _without_unread(
        _one_a_class(cover.assign(why=cover["why"].astype(object).fillna("")), types), frame, every
    )
    if region is not None:
        cover = _without_region(cover, placeless)
    register = Register(frame.sort_values(["type", "name", "authority_key"]).reset_index(drop=True), cover, said)
    short = cover[cover["status"] != "complete"]
    if not short.empty:
        each = [f"{type_words(row.type)} ({row.status})" for row in short.drop_duplicates("type").itertuples()]
        when = f" {said}" if said else ""
        warnings.warn(f"the register is not complete{when}: {listing(each)}", CoverageWarning, stacklevel=2)
    return register


def _without_unread(cover: pd.DataFrame, frame: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Classes of which some are left out because nobody has read their dates are partial."""
    import pandas as pd

    gone = every[~every["authority_key"].isin(frame["authority_key"])].groupby(["type", "country"]).size()
    statuses, reasons = [], []
    for row in cover.itertuples():
        missing = int(gone.get((row.type, row.country), 0))
        statuses.append("partial" if missing and row.status == "complete" else row.status)
        unread = f" {counted(missing, 'more is', 'more are')} left out, with dates not yet read in a source."
        reasons.append(row.why + (unread if missing else ""))
    # Text even where there is no class: an empty list would become a column of numbers.
    return cover.assign(
        status=pd.Series(statuses, cover.index, dtype=object), why=pd.Series(reasons, cover.index, dtype=object)
    )


def _one_a_class(cover: pd.DataFrame, types: list[str]) -> pd.DataFrame:
    """One row a class; where its years differ in how complete they are, it is partial and says when.

    A class that was asked for and of which nothing is stated then is none, never complete.
    """
    import pandas as pd

    records = []
    for (kind, country), rows in cover.groupby(["type", "country"], sort=True):
        if rows["status"].nunique() == 1:
            status, why = rows["status"].iloc[0], rows["why"].iloc[-1]
        else:
            status = "partial"
            ends = [str(end)[:4] if isinstance(end, str) else "now" for end in rows["end"]]
            parts = zip(rows["status"], rows["start"], ends, strict=True)
            spans = [f"{part} {str(start)[:4]} to {end}" for part, start, end in parts]
            why = f"{listing(spans)}.".capitalize()
        records.append({"type": kind, "country": country, "status": status, "why": why})
    for kind in types:
        if kind not in set(cover["type"]):
            why = "There was no such class then, or the register does not say how much of it it has."
            records.append({"type": kind, "country": "", "status": "none", "why": why})
    return pd.DataFrame(records, columns=["type", "country", "status", "why"])


def _without_region(cover: pd.DataFrame, placeless: set[str]) -> pd.DataFrame:
    """Classes whose authorities have no region in the register cannot be complete for one."""
    lacking = cover["type"].isin(placeless)
    return cover.assign(
        status=cover["status"].mask(lacking & (cover["status"] == "complete"), "partial"),
        why=cover["why"].mask(lacking, cover["why"] + " Some have no region in the register and are left out."),
    )


def types(catalogue: Catalogue | None = None) -> list[str]:
    """The types of authority that have any in England, in order of name."""
    columns = (catalogue or default()).columns("authorities")
    return sorted(
        {str(kind) for kind, country in zip(columns["type"], columns["country"], strict=True) if country == "England"}
    )


def regions(catalogue: Catalogue | None = None) -> list[str]:
    """The regions of England, in order of name."""
    columns = (catalogue or default()).columns("authorities")
    pairs = zip(columns["region"], columns["country"], strict=True)
    return sorted({str(region) for region, country in pairs if country == "England" and region})


def type_named(name: str, catalogue: Catalogue | None = None) -> str:
    """The type of authority called so: ``"county boroughs"``, ``"CB"``, ``"unitary"``.

    Raises
    ------
    UnknownNameError
        If there is none, with the nearest.
    """
    known = (catalogue or default()).schema("authorities").column("type").choices
    folded = {fold(kind): kind for kind in known} | ABBREVIATIONS
    word = fold(name)
    endings = (word, word.removesuffix("s"), word.removesuffix("ies") + "y", word.removesuffix("council"))
    for spelling in endings:
        if spelling in folded:
            return folded[spelling]
    raise UnknownNameError("type of authority", name, known)


def find(
    name: str, as_of: object = None, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> pd.DataFrame:
    """The authorities that a name may mean.

    Parameters
    ----------
    name : a key, or a name with or without its type: ``"Leeds"``, ``"Leeds CB"``, ``"City of Leeds"``,
        ``"Rutland (unitary)"``. A former name will do.
    as_of : only those in being then; see `dates.as_of`.

    Returns
    -------
    Rows of ``authorities`` in order of their start; never empty.

    Raises
    ------
    UnknownNameError
        If no authority is called so, with the nearest names.
    """
    import pandas as pd

    book = catalogue or default()
    frame = _known(book.load("authorities", include_unconfirmed))
    if as_of is not None:
        asked = dates.as_of(as_of)
        first, last = pd.Timestamp(asked.earliest), pd.Timestamp(asked.latest)
        frame = frame[(frame["known_from"] <= last) & (frame["known_to"] >= first)]
    exact = frame[frame["authority_key"] == name.strip()]
    if not exact.empty:
        return exact.reset_index(drop=True)
    told = frame.loc[[fold(name) == fold(each) for each in frame["name"]]]
    if not told.empty:
        return told.sort_values(["known_from", "authority_key"]).reset_index(drop=True)
    place, kinds = _split(name, book)
    named = [
        place
        in {_place(word) for word in (row.name_, row.full_name, *row.former_names, *row.aliases) if word == word}
        and (not kinds or row.type in kinds)
        for row in frame.rename(columns={"name": "name_"}).itertuples()
    ]
    found = frame.loc[named]
    if found.empty:
        raise UnknownNameError("authority", name, _near(name, place, frame))
    return found.sort_values(["known_from", "authority_key"]).reset_index(drop=True)


def one(
    name: str, as_of: object = None, include_unconfirmed: bool = False, catalogue: Catalogue | None = None
) -> pd.Series:
    """The one authority that a name means, as a row of ``authorities``.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If there is none, or more than one: then with the candidates.
    """
    found = find(name, as_of, include_unconfirmed, catalogue)
    if len(found) > 1:
        raise AmbiguousNameError("authority", name, [_told_apart(row) for row in found.itertuples()])
    return found.iloc[0]


@dataclass(frozen=True, eq=False)
class Lineage:
    """Where an authority came from and what became of it.

    Attributes
    ----------
    place : the name asked for.
    focus : keys of the authorities that the name means, one after another in time.
    bodies : one row an authority in the lineage: the columns of ``authorities`` and ``generation`` (0 for the
        focus, negative for predecessors, positive for successors).
    links : one row a link: the columns of ``authority_changes``, with the names of both ends.
    left_out : how many authorities lie beyond the generations asked for.
    unread : how many links of these bodies are left out because nobody has read them in a source.
    """

    place: str
    focus: tuple[str, ...]
    bodies: pd.DataFrame
    links: pd.DataFrame
    left_out: int = 0
    unread: int = 0

    def to_frame(self) -> pd.DataFrame:
        """The links, in order of date."""
        return self.links.copy()

    def summary(self) -> str:
        """The links, a line each."""
        lines = [self.sentence()]
        for row in self.links.itertuples():
            part = " (part)" if yes(row.part) else ""
            lines.append(
                f"  {row.date}  {row.predecessor or '–'}{part} → {row.successor or '–'}: {type_words(row.kind)}"
            )
        return "\n".join(lines)

    def sentence(self) -> str:
        """How many bodies went before and came after."""
        before = int((self.bodies["generation"] < 0).sum())
        after = int((self.bodies["generation"] > 0).sum())
        own = self.bodies[self.bodies["authority_key"].isin(self.focus)].sort_values("known_from")
        chain = [type_words(kind) for kind in own["type"]]
        more = f" {counted(self.left_out, 'more body lies', 'more bodies lie')} further off." if self.left_out else ""
        if self.unread:
            more += f" {counted(self.unread, 'link is', 'links are')} left out, not yet read in a source."
        if (own["country"] == "Wales").any():
            more += " Of Wales the register has nothing after 1974."
        return (
            f"{self.place} in the register: {listing(chain, 'then')}; "
            f"{counted(before, 'other body', 'other bodies') if before else 'no other body'} before it "
            f"and {after or 'none'} after it.{more}"
        )

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        shown = ["date", "kind", "predecessor", "successor", "part", "what", "order"]
        return (
            f"<p>{escape_html(self.sentence())}</p>{self.links[shown].to_html(index=False, escape=True, na_rep='')}"
        )


def lineage(
    name: str,
    generations: int | None = None,
    include_unconfirmed: bool = False,
    catalogue: Catalogue | None = None,
) -> Lineage:
    """Predecessors and successors of an authority, through every reorganisation the register knows.

    Parameters
    ----------
    name : as in `find`. A bare name means every body of that name that lived one after another: ``"Leeds"`` the
        county borough and the metropolitan district.
    generations : how many steps to go in each direction; all if not given. Predecessors of predecessors are
        followed, their other successors are not.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If there is no such authority, or bodies of that name lived side by side: then with the candidates.
    """
    import pandas as pd

    if generations is not None and generations < 1:
        raise LocalgovError(f"{generations} generations were asked for; expected 1 or more, or none for all")
    book = catalogue or default()
    found = find(name, None, include_unconfirmed, book)
    spans = [(row.known_from, row.known_to) for row in found.itertuples()]
    if any(after[0] <= before[1] for before, after in itertools.pairwise(spans)):
        raise AmbiguousNameError("authority", name, [_told_apart(row) for row in found.itertuples()])
    every = _known(book.load("authorities", include_unconfirmed)).set_index("authority_key", drop=False)
    changes = book.load("authority_changes", include_unconfirmed)
    linked = changes[
        changes["predecessor_key"].notna()
        & changes["successor_key"].notna()
        & (changes["predecessor_key"] != changes["successor_key"])
    ]
    focus = tuple(found["authority_key"])
    # Functions that pass between tiers tie a body to its neighbour, not to the neighbour's own past or future.
    passing = linked["what"] == "functions"
    back = _walk(focus, _onward(linked[~passing], "successor_key", "predecessor_key"), generations)
    forth = _walk(focus, _onward(linked[~passing], "predecessor_key", "successor_key"), generations)
    for steps, here, there in (
        (back[0], "successor_key", "predecessor_key"),
        (forth[0], "predecessor_key", "successor_key"),
    ):
        beside = linked[passing & linked[here].isin(focus)][there]
        for key in beside:
            steps.setdefault(key, 1)
    # A body that is both before one of the focus and after another stands between them.
    depth = {key: -step for key, step in back[0].items()} | {
        key: (0 if key in back[0] else step) for key, step in forth[0].items()
    }
    depth |= dict.fromkeys(focus, 0)
    bodies = every.loc[[key for key in depth if key in every.index]].reset_index(drop=True)
    bodies = bodies.assign(generation=[depth[key] for key in bodies["authority_key"]])
    bodies = bodies.sort_values(["generation", "known_from", "name"]).reset_index(drop=True)
    ahead = {key for key in depth if depth[key] >= 0}
    behind = {key for key in depth if depth[key] <= 0}
    inside = linked["predecessor_key"].isin(ahead) & linked["successor_key"].isin(ahead)
    inside |= linked["predecessor_key"].isin(behind) & linked["successor_key"].isin(behind)
    inside &= ~passing | linked["predecessor_key"].isin(focus) | linked["successor_key"].isin(focus)
    own = changes[
        (changes["predecessor_key"].isin(focus) & (changes["successor_key"].isna()))
        | (changes["successor_key"].isin(focus) & (changes["predecessor_key"].isna()))
        | (changes["successor_key"].isin(focus) & (changes["predecessor_key"] == changes["successor_key"]))
    ]
    links = pd.concat([linked[inside], own]).sort_values(["date_earliest", "change_key"]).reset_index(drop=True)
    named = every.loc[every.index.isin({*links["predecessor_key"], *links["successor_key"]}), ["name", "type"]]
    titles = {key: f"{called} {type_words(kind)}" for key, called, kind in named.itertuples()}
    links = links.assign(
        predecessor=[titles.get(key, "") for key in links["predecessor_key"]],
        successor=[titles.get(key, "") for key in links["successor_key"]],
    )
    every_change = book.load("authority_changes", include_unconfirmed=True)
    touching = every_change["predecessor_key"].isin(set(depth)) | every_change["successor_key"].isin(set(depth))
    both = every_change["predecessor_key"].notna() & every_change["successor_key"].notna()
    unread = 0 if include_unconfirmed else int((touching & both & (every_change["evidence"] == "recalled")).sum())
    return Lineage(name, focus, bodies, links, back[1] + forth[1], unread)


def totals(catalogue: Catalogue | None = None) -> pd.DataFrame:
    """Published totals beside the numbers that the register gives.

    Returns
    -------
    Rows of ``published_totals`` with ``register`` (authorities counted on the day, those with unread dates
    included), ``agrees``, and ``independent``: True where no row counted cites a source of the total.
    """
    import pandas as pd

    book = catalogue or default()
    bodies = _known(book.load("authorities", include_unconfirmed=True))
    printed = book.load("published_totals")
    counts, apart = [], []
    for row in printed.itertuples():
        day = pd.Timestamp(row.counted_on_earliest)
        inside = (bodies["known_from"] <= day) & (bodies["known_to"] >= day) & bodies["type"].isin(row.types)
        for column in ("country", "county", "region"):
            value = getattr(row, column)
            if isinstance(value, str):
                inside &= bodies[column] == value
        found = bodies[inside]
        counts.append(len(found))
        cited = {key for cell in found["source_key"] for key in cell}
        apart.append(not cited & set(row.source_key))
    printed = printed.assign(register=counts, independent=apart, comparable=printed["comparable"].astype(bool))
    return printed.assign(agrees=printed["register"] == printed["total"])


def _onward(links: pd.DataFrame, here: str, there: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for start, end in zip(links[here], links[there], strict=True):
        found.setdefault(start, []).append(end)
    return found


def _walk(start: tuple[str, ...], onward: dict[str, list[str]], limit: int | None) -> tuple[dict[str, int], int]:
    """Everything reached from the start with its distance, and how many lie just beyond the limit."""
    steps = dict.fromkeys(start, 0)
    beyond: set[str] = set()
    queue = deque(start)
    while queue:
        key = queue.popleft()
        for other in onward.get(key, []):
            if other in steps:
                continue
            if limit is not None and steps[key] >= limit:
                beyond.add(other)
                continue
            steps[other] = steps[key] + 1
            queue.append(other)
    return steps, len(beyond - set(steps))


def _known(frame: pd.DataFrame) -> pd.DataFrame:
    """With the first and last day on which each authority is known to have been in being, and how."""
    import pandas as pd

    listed_from = frame["first_listed_earliest"]
    listed_to = frame["last_listed_latest"].mask(frame["end_status"] == "continuing", pd.Timestamp(FAR))
    certain = frame["start_latest"].notna()
    return frame.assign(
        known_from=frame["start_latest"].fillna(listed_from),
        known_to=frame["end_earliest"].fillna(listed_to),
        known_by=["dates" if known else "list" for known in certain],
    )


def _near(name: str, place: str, frame: pd.DataFrame) -> list[str]:
    """Names that a mistaken one may stand for: the same place of another type, then names with its words in them."""
    same = [f"{row.name} {type_words(row.type)}" for row in frame.itertuples() if place == _place(row.name)]
    if same:
        return same
    words = set(re.findall(r"\w+", name.lower()))
    inside = [each for each in frame["name"] if words <= set(re.findall(r"\w+", each.lower()))]
    return sorted(set(inside)) or sorted(set(frame["name"]))


def _split(name: str, book: Catalogue) -> tuple[str, tuple[str, ...]]:
    """The place and the types that a name means: ``"Leeds CB"`` is Leeds and county borough."""
    text = re.sub(r"[(),]", " ", name).strip()
    words = text.split()
    for size in (4, 3, 2, 1):
        if len(words) > size:
            tail = " ".join(words[-size:])
            try:
                return _place(" ".join(words[:-size])), (type_named(tail, book),)
            except UnknownNameError:
                if size == 1 and fold(tail) in ("county", "cc"):
                    kinds = ("administrative_county", "metropolitan_county", "non_metropolitan_county")
                    return _place(" ".join(words[:-1])), kinds
    return _place(text), ()


def _place(name: str) -> str:
    bare = fold(_STYLE.sub(" ", name))
    return bare or fold(name)


def type_words(kind: object, number: int = 1) -> str:
    """A type of authority in words: ``non-metropolitan county``, ``London boroughs``."""
    if number != 1:
        word = type_words("unitary authority" if kind == "unitary" else kind)
        return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s" if not word.endswith("s") else word
    words = str(kind).replace("non_metropolitan", "non-metropolitan").replace("_", " ").replace("london", "London")
    words = words.replace("inner London education authority", "education authority")
    words = words.replace("greater London authority", "Greater London Authority")
    return words.replace("greater London", "Greater London")


def _told_apart(row: Any) -> str:
    """An authority as it can be told from others of its name."""
    where = f", {row.county}" if isinstance(row.county, str) else ""
    years = f", to {row.end[:4]}" if isinstance(row.end, str) else ""
    return f"{row.name} {type_words(row.type)}{where}{years} ({row.authority_key})"
