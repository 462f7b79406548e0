"""How long bodies lived: survival curves, their medians, and whether groups differ.

Kaplan and Meier (1958) with lives still running (right-censored) and lives not watched from their start (left-
truncated), the log-rank test and Cox's model (1972), by way of statsmodels. Where dates are intervals the lives are
counted three times: at their longest, from middle to middle, and at their shortest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.models.lives import DATINGS, Lives, complete, durations, is_dated
from localgov_history.models.words import between, p_text, shown
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TIES = ("efron", "breslow")
FEW_EVENTS = 5
# Peduzzi, Concato, Feinstein and Holford (1995): events for each coefficient of a Cox model.
EVENTS_A_TERM = 10
ALPHA = 0.05
# A coefficient beyond this (a hazard ratio of about 22,000) has run off, not settled.
_RUNAWAY = 10.0


@dataclass(frozen=True, eq=False)
class Survival:
    """Lives by group.

    Attributes
    ----------
    frame : one row a group and time at which something ended, lives from middle to middle: ``group``, ``time``,
        ``at_risk``, ``ended``, ``survival`` (0 to 1), ``error``, ``lower``, ``upper`` (log-log interval).
    medians : one row a group and dating (`DATINGS`; one only, where dates are exact): ``group``, ``dating``, ``lives``,
        ``ended``, ``watched`` (the longest time that one was), ``median``, ``lower``, ``upper``; infinite where not reached.
    tests : one row a dating: ``dating``, ``chi2``, ``degrees``, ``p`` of the log-rank test; empty for one group.
    cox : one row a term: ``term``, ``coefficient``, ``error``, ``ratio`` (of hazards), ``lower``, ``upper``, ``p``; empty
        where there is nothing to compare or it could not be fitted.
    proportional : one row a term and one for all: ``term``, ``chi2``, ``degrees``, ``p`` of the check that hazards are
        proportional (Grambsch and Therneau 1994, against 1 − the pooled Kaplan–Meier curve).
    ties : how the Cox model treats ends at one time: ``efron`` or ``breslow``.
    unit : what times are counted in.
    level : level of the intervals.
    left_out : rows without the dates, event or group they need.
    notes : what a reader must know.
    """

    frame: pd.DataFrame
    medians: pd.DataFrame
    tests: pd.DataFrame
    cox: pd.DataFrame
    proportional: pd.DataFrame
    ties: str
    unit: str
    level: float
    left_out: int
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """The curves, one row a group and time."""
        return self.frame.copy()

    def median(self, group: object = "all", dating: str = "middle") -> float:
        """The time by which half of a group had ended; infinite where it was not reached."""
        rows = self.medians[(self.medians["group"] == group) & (self.medians["dating"] == dating)]
        if rows.empty:
            raise UnknownNameError("group", group, set(map(str, self.medians["group"])))
        return float(rows["median"].iloc[0])

    def sentence(self) -> str:
        """The medians with their intervals, the log-rank test, and what uncertain dates do to the medians."""
        middle = self.medians[self.medians["dating"] == "middle"]
        unit = f" {self.unit}" if self.unit else ""
        parts = []
        for row in middle.itertuples():
            name = "" if row.group == "all" and len(middle) == 1 else f"{row.group}: "
            reached = f"{shown(row.median)}{unit}" if row.median < float("inf") else "not reached"
            limits = between(row.lower, row.upper, self.level)
            parts.append(f"{name}{reached} ({limits}; {row.ended} of {row.lives} ended)")
        said = f"Median life: {listing(parts)}"
        if self.tests["p"].notna().any():
            test = self.tests[self.tests["dating"] == "middle"].iloc[0]
            degrees = counted(int(test["degrees"]), "degree")
            said += f"; log-rank chi-square {shown(test['chi2'])} on {degrees} of freedom, {p_text(test['p'])}"
        sentences = [f"{said}."]
        moved = self._moved()
        if moved:
            sentences.append(moved)
        return " ".join([*sentences, *self.notes])

    def _moved(self) -> str:
        """What the bounds of uncertain dates do to the medians."""
        if self.medians["dating"].nunique() == 1:
            return ""
        wide = self.medians.pivot(index="group", columns="dating", values="median")
        wide = wide[wide["shortest"] < float("inf")]
        if wide.empty:
            return ""
        parts = [
            f"{'' if group == 'all' else f'{group}: '}{shown(row['shortest'])} to {shown(row['longest'])}"
            for group, row in wide.iterrows()
        ]
        return f"With every date at the bound that makes lives shortest or longest the median is {listing(parts)}."

    def summary(self) -> str:
        """The sentence, the Cox model and the check of its assumption."""
        lines = [self.sentence()]
        lines += [
            f"  {row.term}: hazard × {shown(row.ratio)} ({between(row.lower, row.upper, self.level)}, {p_text(row.p)})"
            for row in self.cox.itertuples()
        ]
        if len(self.cox):
            whole = self.proportional.iloc[-1]
            lines.append(
                f"  Cox model, ties by {self.ties.capitalize()}; proportional hazards: {p_text(whole['p'])}."
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.summary()


def survival(
    frame: pd.DataFrame,
    *,
    end: str,
    event: str,
    start: str | None = None,
    group: str | None = None,
    entry: str | None = None,
    also: Sequence[str] = (),
    until: object = None,
    ties: str = "efron",
    level: float = 0.95,
) -> Survival:
    """Survival curves, medians, log-rank test and Cox model of lives with open ends.

    Parameters
    ----------
    frame : one row a life.
    end : the column of ends, or of the last time a life was seen; without `start`, a duration. A column of numbers, of
        days (datetime), or a date of the kit with its ``_earliest`` and ``_latest``.
    event : the column that is true where the life ended then and false where it was only last seen (right-censored).
    start : the column of starts, of the same sort as `end`.
    group : the column of groups; the Cox model sets them against the first in order.
    entry : the column from when a life was watched (left truncation): it counts among those at risk only after it. On the
        scale of `end`; a time before the start is no truncation.
    also : further columns of numbers or truth values for the Cox model.
    until : a day or number at which all watching ended: lives with a later end or none are censored there.
    ties : ``efron`` (Efron 1977) or ``breslow`` (Breslow 1974).
    level : level of the intervals, 0 to 1.

    Raises
    ------
    NotEnoughDataError
        If fewer than two lives are usable or nothing ended.
    LocalgovError
        If a life ends before it starts, or before it was watched; or columns are of different sorts.

    Notes
    -----
    The median is the first time at which the curve is at or below one half; its interval is that of Brookmeyer and
    Crowley (1982) from the log-log interval of the curve. Days become years of 365.25.
    """
    import pandas as pd

    if ties not in TIES:
        raise UnknownNameError("way with ties", ties, TIES)
    if not 0 < level < 1:
        raise LocalgovError(f"level={level} is no level of an interval; expected e.g. 0.95")
    also = (also,) if isinstance(also, str) else tuple(also)
    times = [name for name in (start, end, entry) if name]
    for name in [*times, event, *([group] if group else []), *also]:
        if name not in frame.columns:
            raise UnknownNameError("column", name, [str(column) for column in frame.columns])
    dated = [name for name in times if is_dated(frame, name)]
    if dated and len(dated) < len(times):
        raise LocalgovError(f"{listing(dated)} hold dates and the other columns do not; expected one sort for all")
    datings = DATINGS if any(f"{name}_earliest" in frame.columns for name in times) else ("middle",)
    usable = frame[complete(frame, start, end, event, group, entry, also, until)]
    read: dict[str, Lives] = {}
    notes: list[str] = []
    for dating in datings:
        read[dating], crossed = durations(usable, start, end, event, entry, until, dating)
        if crossed and dating == "middle":
            notes.append(
                f"{counted(crossed, 'life', 'lives')} may have ended before the middle of the bounds of the start: counted "
                "as 0 long."
            )
    middle = read["middle"]
    if len(usable) < 2 or not middle.ended.any():
        raise NotEnoughDataError(
            f"{counted(len(usable), 'usable life', 'usable lives')} with {counted(int(middle.ended.sum()), 'end')}; expected at "
            "least 2 lives and 1 end"
        )
    labels = usable[group].to_numpy() if group else pd.Series("all", usable.index).to_numpy()
    names = sorted(set(labels), key=str)
    curves = pd.concat(
        [_curve(middle, labels == name, level).assign(group=name) for name in names], ignore_index=True
    )
    medians = pd.DataFrame(
        [
            {"group": name, "dating": dating, **_median(read[dating], labels == name, level)}
            for dating in datings
            for name in names
        ]
    )
    compared = {dating: _logrank(read[dating], labels) for dating in datings if len(names) > 1}
    tests = pd.DataFrame(
        [{"dating": dating, **test} for dating, (test, _) in compared.items()],
        columns=["dating", "chi2", "degrees", "p"],
    )
    if compared and compared["middle"][1]:
        apart = compared["middle"][1]
        notes.append(f"The log-rank test leaves out {listing(apart)}, never at risk beside others when a life ended.")
    cox, proportional, said = _cox(middle, usable, labels, names, also, ties, level)
    left_out = len(frame) - len(usable)
    if left_out:
        notes.append(
            f"{counted(left_out, 'row')} without the dates, event or group they need {_were(left_out)} left out."
        )
    ended = medians[medians["dating"] == "middle"].set_index("group")["ended"]
    few = [str(name) for name in names if ended[name] < FEW_EVENTS]
    if few:
        where = "" if len(names) == 1 else f" in {listing(few)}"
        notes.append(f"Fewer than {FEW_EVENTS} lives ended{where}: the curve is rough.")
    for name in names:
        gone = curves.loc[(curves["group"] == name) & (curves["survival"] <= 0), "time"]
        if len(gone) and gone.min() < middle.time[labels == name].max():
            notes.append(
                f"At {shown(gone.min())} all of {name} then watched ended, so its curve says nothing of those watched later."
            )
    order = ["group", "time", "at_risk", "ended", "survival", "error", "lower", "upper"]
    unit = "years" if dated else ""
    return Survival(curves[order], medians, tests, cox, proportional, ties, unit, level, left_out, (*notes, *said))


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _curve(lives: Lives, of: np.ndarray, level: float) -> pd.DataFrame:
    """The Kaplan–Meier curve of some of the lives with its log-log interval."""
    import numpy as np
    import pandas as pd
    from scipy import stats
    from statsmodels.duration.survfunc import SurvfuncRight

    entry = None if lives.entry is None else lives.entry[of]
    if not lives.ended[of].any():
        return pd.DataFrame(columns=["time", "at_risk", "ended", "survival", "error", "lower", "upper"], dtype=float)
    found = SurvfuncRight(lives.time[of], lives.ended[of].astype(float), entry=entry)
    curve = np.where(found.surv_prob < 1e-12, 0.0, found.surv_prob)
    reach = stats.norm.ppf(0.5 + level / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = found.surv_prob_se / (curve * np.abs(np.log(curve)))
        lower, upper = curve ** np.exp(reach * spread), curve ** np.exp(-reach * spread)
    inside = (curve > 0) & (curve < 1)
    return pd.DataFrame(
        {
            "time": found.surv_times,
            "at_risk": found.n_risk.astype(int),
            "ended": found.n_events.astype(int),
            "survival": curve,
            "error": np.where(inside, found.surv_prob_se, np.nan),
            "lower": np.where(inside, lower, np.nan),
            "upper": np.where(inside, upper, np.nan),
        }
    )


def _median(lives: Lives, of: np.ndarray, level: float) -> dict[str, object]:
    """Lives, ends, and the median with its bounds: the first times at which curve and interval are at one half."""
    curve = _curve(lives, of, level)

    def first(column: str) -> float:
        reached = curve.loc[curve[column] <= 0.5 + 1e-9, "time"]
        return float(reached.iloc[0]) if len(reached) else float("inf")

    # The bound below is reached first; where the curve falls straight to nothing neither is known.
    known = bool(curve["lower"].notna().any())
    return {
        "lives": int(of.sum()),
        "ended": int(lives.ended[of].sum()),
        "watched": float(lives.time[of].max()),
        "median": first("survival"),
        "lower": first("lower") if known or curve.empty else float("nan"),
        "upper": first("upper") if known or curve.empty else float("nan"),
    }


def _logrank(lives: Lives, labels: np.ndarray) -> tuple[dict[str, float], list[str]]:
    """The log-rank test of the groups that were at risk beside others when a life ended, and those that were not."""
    import numpy as np
    from statsmodels.duration.survfunc import survdiff

    names = sorted(set(labels), key=str)
    moments = np.unique(lives.time[lives.ended])[:, None]
    at_risk = lives.time >= moments
    if lives.entry is not None:
        at_risk &= lives.entry < moments
    numbers = np.array([at_risk[:, labels == name].sum(axis=1) for name in names])
    beside = ((numbers > 0) & (numbers < numbers.sum(axis=0))).any(axis=1)
    compared = [name for name, it_is in zip(names, beside, strict=True) if it_is]
    apart = [str(name) for name in names if name not in compared]
    if len(compared) < 2:
        return {"chi2": float("nan"), "degrees": len(names) - 1, "p": float("nan")}, apart
    used = np.isin(labels, np.array(compared, dtype=labels.dtype))
    codes = np.array([compared.index(label) for label in labels[used]])
    entry = None if lives.entry is None else lives.entry[used]
    chi2, p = survdiff(lives.time[used], lives.ended[used].astype(float), codes, entry=entry)
    return {"chi2": float(chi2), "degrees": len(compared) - 1, "p": float(p)}, apart


def _cox(
    lives: Lives,
    frame: pd.DataFrame,
    labels: np.ndarray,
    names: list[Any],
    also: Sequence[str],
    ties: str,
    level: float,
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """The Cox model, the check of proportional hazards, and what to say of them."""
    import numpy as np
    import pandas as pd
    from scipy import stats
    from statsmodels.duration.hazard_regression import PHReg

    columns = [(labels == name).astype(float) for name in names[1:]]
    terms = [f"{name} (against {names[0]})" for name in names[1:]]
    for name in also:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        if numbers.isna().any():
            raise LocalgovError(f"{name} holds values that are not numbers; expected numbers or true and false")
        columns.append(numbers.to_numpy(float))
        terms.append(name)
    empty = pd.DataFrame(columns=["term", "coefficient", "error", "ratio", "lower", "upper", "p"])
    unchecked = pd.DataFrame(columns=["term", "chi2", "degrees", "p"])
    if not terms:
        return empty, unchecked, []
    without = [str(name) for name in names if not lives.ended[labels == name].any()]
    if without:
        return empty, unchecked, [f"No Cox model: nothing ended in {listing(without)}."]
    design = np.column_stack(columns)
    spread = design.std(axis=0)
    if (spread == 0).any():
        raise NotEnoughDataError(
            f"{terms[int(np.argmin(spread))]} is the same for every life; expected a column that varies"
        )
    if np.linalg.matrix_rank((design - design.mean(axis=0)) / spread) < len(terms):
        raise LocalgovError(f"columns say the same twice among {listing(terms)}; expected each to add something")
    # A life is at risk after its entry, not at it; statsmodels counts it at that time already.
    entry = None if lives.entry is None else np.nextafter(lives.entry, np.inf)
    fit = _settled(PHReg(lives.time, design, status=lives.ended.astype(int), entry=entry, ties=ties))
    if fit is None or np.abs(np.asarray(fit.params) * spread).max() > _RUNAWAY:
        return (
            empty,
            unchecked,
            ["No Cox model: its coefficients did not settle, one group ending wholly before another."],
        )
    params, errors = np.asarray(fit.params), np.sqrt(np.diag(np.atleast_2d(fit.cov_params())))
    reach = stats.norm.ppf(0.5 + level / 2)
    cox = pd.DataFrame(
        {
            "term": terms,
            "coefficient": params,
            "error": errors,
            "ratio": np.exp(params),
            "lower": np.exp(params - reach * errors),
            "upper": np.exp(params + reach * errors),
            "p": 2 * stats.norm.sf(np.abs(params / errors)),
        }
    )
    check = _proportional(fit, lives, terms)
    notes = []
    ended = int(lives.ended.sum())
    if ended < EVENTS_A_TERM * len(terms):
        notes.append(
            f"{counted(ended, 'end')} for {counted(len(terms), 'coefficient')} of the Cox model, fewer than {EVENTS_A_TERM} each."
        )
    if float(check["p"].iloc[-1]) < ALPHA:
        notes.append(
            f"Hazards are not proportional ({p_text(float(check['p'].iloc[-1]))}): a hazard ratio is a mean over changing ones."
        )
    return cox, check, notes


def _settled(model: Any) -> Any:
    """The fit, or None. Newton's steps run off from a poor start, so a slower search finds them a good one."""
    import warnings

    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            near = model.fit(method="bfgs", disp=False)
            fit = model.fit(start_params=near.params, method="newton", disp=False)
            known = np.isfinite([*fit.params, *np.sqrt(np.diag(np.atleast_2d(fit.cov_params())))]).all()
        except (ValueError, np.linalg.LinAlgError):
            return None
    return fit if known else None


def _proportional(fit: Any, lives: Lives, terms: list[str]) -> pd.DataFrame:
    """Grambsch and Therneau's (1994) test: do the Schoenfeld residuals lean with time?"""
    import numpy as np
    import pandas as pd
    from scipy import stats

    residuals = np.asarray(fit.schoenfeld_residuals)
    used = lives.ended & np.isfinite(residuals).all(axis=1)
    pooled = _curve(lives, np.ones(len(lives.time), dtype=bool), 0.95)
    before = np.concatenate([[1.0], pooled["survival"].to_numpy()[:-1]])
    clock = 1 - before[np.searchsorted(pooled["time"].to_numpy(), lives.time[used])]
    clock = clock - clock.mean()
    size = float(clock @ clock)
    lean = clock @ residuals[used]
    covariance, number = np.atleast_2d(fit.cov_params()), int(used.sum())
    if size <= 0:
        alone, whole = np.full(len(terms), np.nan), float("nan")
    else:
        scaled = number * covariance @ lean
        alone = scaled**2 / (number * np.diag(covariance) * size)
        whole = float(lean @ (number * covariance) @ lean / size)
    statistic, degrees = np.append(alone, whole), [1] * len(terms) + [len(terms)]
    return pd.DataFrame(
        {"term": [*terms, "all"], "chi2": statistic, "degrees": degrees, "p": stats.chi2.sf(statistic, degrees)}
    )
