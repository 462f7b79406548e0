"""Where a council stands on the tile map of counties and single-tier councils, whatever became of it since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

SCHEME = "upper_tier_2019"
_UPPER = ("non_metropolitan_county", "unitary", "metropolitan_district", "london_borough", "sui_generis")
# The last day of the reorganisation of the 1990s: a council of the partnership years lived on from here, and what it
# lost before then is no successor of it.
_SINCE = "1998-04-01"


def grid(catalogue: Catalogue | None = None) -> pd.DataFrame:
    """The tiles: ``name``, ``q``, ``r``, ``region`` and the row's sources, indexed by ``gss_code``."""
    tiles = (catalogue or default()).load("tile_grid")
    return tiles[tiles["scheme"] == SCHEME].set_index("gss_code")


def of(members: Iterable[str], catalogue: Catalogue | None = None) -> dict[str, bool]:
    """The tiles on which councils stand.

    Parameters
    ----------
    members : names of councils as in the table ``authorities``; a name that a county or single-tier council and a
        district had means the former.

    Returns
    -------
    Codes of tiles, each with True where a council was all of it and False where it was a part: a district of a
    county, or a council since merged into a larger one.

    Raises
    ------
    UnknownNameError
        If no council of these years had a name.
    """
    known = _places(catalogue or default())
    found: dict[str, bool] = {}
    for name in members:
        if name not in known:
            raise UnknownNameError("council on the tile map", name, known)
        for code, whole in known[name].items():
            found[code] = found.get(code, False) or whole
    return found


def marked(groups: Mapping[str, Iterable[str]], catalogue: Catalogue | None = None) -> pd.DataFrame:
    """The tiles with the group of councils that stands on each.

    Parameters
    ----------
    groups : names of councils by group; a tile of several has the first, and a name that no council had has no tile.

    Returns
    -------
    The `grid` with ``class`` (a group, or empty), ``part`` (True where only a part of the tile is meant) and ``firm``, as
    `figures.tile_map` draws them.
    """
    book = catalogue or default()
    tiles, known = grid(book), _places(book)
    found: dict[str, tuple[str, bool]] = {}
    for group, members in groups.items():
        for code, whole in of([name for name in members if name in known], book).items():
            found.setdefault(code, (group, not whole))
    placed = [found.get(code, ("", False)) for code in tiles.index]
    return tiles.assign(
        **{"class": [group for group, _ in placed], "part": [part for _, part in placed], "firm": True}
    )


def _places(book: Catalogue) -> dict[str, dict[str, bool]]:
    """Every name of a council with the tiles it stands on."""
    return _placed(book, book.stamps("authorities", "authority_changes", "tile_grid"))


@lru_cache(maxsize=4)
def _placed(book: Catalogue, stamps: tuple[str, ...]) -> dict[str, dict[str, bool]]:
    bodies = book.load("authorities", include_unconfirmed=True)
    bodies = bodies[bodies["type"].isin([*_UPPER, "non_metropolitan_district"]) & (bodies["country"] == "England")]
    bodies = bodies[bodies["end_latest"].isna() | (bodies["end_latest"] > _SINCE)]
    codes = set(grid(book).index)
    here = {row.authority_key: row.gss_code for row in bodies.itertuples() if row.gss_code in codes}
    links = book.load("authority_changes", include_unconfirmed=True)
    links = links[links["date_earliest"] > _SINCE]
    after: dict[str, list[str]] = {}
    for row in links.itertuples():
        if isinstance(row.predecessor_key, str) and isinstance(row.successor_key, str):
            after.setdefault(row.predecessor_key, []).append(row.successor_key)
    counties = bodies[bodies["type"] == "non_metropolitan_county"].set_index("name")["authority_key"].to_dict()
    made: dict[str, dict[str, bool]] = {}
    # Districts last, so that a name that two had means the upper of them.
    for row in bodies.sort_values("type", key=lambda kinds: ~kinds.isin(_UPPER)).itertuples():
        if row.name in made:
            continue
        own = row.authority_key in here
        reached = _tiles_after(row.authority_key, here, after)
        if not reached and row.county in counties:
            reached = _tiles_after(counties[row.county], here, after)
        # A county divided since then was all of each of its parts.
        county = row.type == "non_metropolitan_county"
        if reached:
            made[row.name] = dict.fromkeys(reached, own or county)
    return made


def _tiles_after(key: str, here: dict[str, str], after: dict[str, list[str]]) -> list[str]:
    """The tiles of a council, or of those that took its place."""
    waiting, seen, found = [key], {key}, []
    while waiting:
        now = waiting.pop()
        if now in here:
            found.append(here[now])
            continue
        fresh = [following for following in after.get(now, []) if following not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return sorted(found)
