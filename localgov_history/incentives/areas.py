"""The areas that a scheme of reward is for: made ones, unequal ones, and those that had agreements in 2008."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.incentives.checks import numbers
from localgov_history.sources import Evidence
from localgov_history.text import counted

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Areas:
    """The areas that a scheme rewards.

    Attributes
    ----------
    cost, noise : one number an area: what effort costs, and the standard deviation of its own noise.
    measurement, common : standard deviation of error of measurement, and of the shock that all areas share.
    shape : distribution of own noise and error of measurement together; the shared shock is normal.
    names : of the areas.
    evidence : rows that the areas come from, where they are real ones.
    """

    cost: np.ndarray
    noise: np.ndarray
    measurement: float
    common: float
    shape: str
    names: tuple[str, ...]
    evidence: Evidence = dataclasses.field(default_factory=Evidence)

    def __len__(self) -> int:
        return len(self.cost)

    @property
    def own(self) -> np.ndarray:
        """Standard deviation of noise and error of measurement together, an area each."""
        return (self.noise**2 + self.measurement**2) ** 0.5

    @property
    def all(self) -> np.ndarray:
        """The same with the shared shock, which a fixed target or a piece rate does not filter out."""
        return (self.own**2 + self.common**2) ** 0.5


def make_areas(
    number: int = 150,
    cost: float | Sequence[float] = 2.5,
    noise: float | Sequence[float] = 0.5,
    measurement: float = 0.0,
    common: float = 0.0,
    shape: str = "normal",
    names: Sequence[str] = (),
) -> Areas:
    """Areas with given costs of effort and noise.

    Parameters
    ----------
    number : how many.
    cost, noise : one number for all, or one an area; above nothing.
    measurement, common : see `Areas`; nothing or more.
    shape : ``normal``, ``uniform`` or ``gumbel``.
    names : one an area; numbers by default.

    Raises
    ------
    LocalgovError
        If there are no areas, lengths differ, or a number is out of its range.
    UnknownNameError
        If there is no such shape.
    """
    from localgov_history.incentives import contests

    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise LocalgovError(f"number of areas is {number!r}; expected a whole number, one or more")
    if shape not in contests.SHAPES:
        raise UnknownNameError("shape of noise", shape, contests.SHAPES)
    if names and len(names) != number:
        raise LocalgovError(f"there are {len(names)} names for {counted(number, 'area')}; expected one an area")
    return Areas(
        numbers("cost of effort", cost, number),
        numbers("noise", noise, number),
        float(numbers("error of measurement", measurement, 1, zero=True)[0]),
        float(numbers("shared shock", common, 1, zero=True)[0]),
        shape,
        tuple(names) or tuple(str(place) for place in range(1, number + 1)),
    )


def unequal_areas(number: int, cost: float, noise: float, unequal: float, **rest: Any) -> Areas:
    """Areas in five classes of cost by three of noise.

    Parameters
    ----------
    number, cost, noise : how many; cost and noise of the middle class, before costs are levelled.
    unequal : standard deviation of the logarithm of cost between areas, and half as much of noise; 0 makes all alike.
    rest : as for `make_areas`.

    Notes
    -----
    Costs are levelled so that the mean of their inverses is the same however unequal they are: a piece rate then buys
    the same effort, and what differs between schemes is due to the inequality alone.
    """
    import numpy as np
    from scipy.special import ndtri

    spread = float(numbers("inequality of areas", unequal, 1, zero=True)[0])
    numbers("cost of effort", cost, 1)
    numbers("noise", noise, 1)
    if spread == 0:
        return make_areas(number, cost, noise, **rest)
    five, three = (ndtri((np.arange(classes) + 0.5) / classes) for classes in (5, 3))
    place = np.arange(number)
    costs = np.exp(spread * (five / five.std())[place % 5])
    noises = np.exp(spread / 2 * (three / three.std())[place // 5 % 3])
    return make_areas(number, cost * costs * np.mean(1 / costs), noise * noises, **rest)


def areas_of_2008(
    cost: float,
    noise: float,
    deprivation: float = 0.5,
    size: float = 0.25,
    catalogue: Catalogue | None = None,
    **rest: Any,
) -> Areas:
    """The areas that had agreements in 2008, with costs and noise made from their deprivation and population.

    Parameters
    ----------
    cost, noise : of an area of middling deprivation and population, before costs are levelled as in `unequal_areas`.
    deprivation : power of an area's mean deprivation score with which cost rises; an assumption.
    size : power of its population with which noise falls; a half is that of a mean over people. An assumption.
    rest : as for `make_areas`.

    Notes
    -----
    Areas without a known population are left out.
    """
    import numpy as np

    rows = (catalogue or default()).load("laa_areas")
    rows = rows[rows["population_mid_2008"].notna() & rows["imd2007_mean_lsoa_score"].notna()]
    if rows.empty:
        raise NotEnoughDataError("laa_areas has no area with both a population and a deprivation score")
    score = rows["imd2007_mean_lsoa_score"].to_numpy(dtype=float)
    people = rows["population_mid_2008"].to_numpy(dtype=float)
    numbers("cost of effort", cost, 1)
    numbers("noise", noise, 1)
    costs = (score / np.median(score)) ** deprivation
    noises = noise * (people / np.median(people)) ** -size
    made = make_areas(len(rows), cost * costs * np.mean(1 / costs), noises, names=list(rows["area"]), **rest)
    return dataclasses.replace(made, evidence=Evidence.of(rows))
