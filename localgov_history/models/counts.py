"""Counts: Poisson regression, a test of its variance, and the negative binomial where it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history.errors import LocalgovError, NotEnoughDataError, UnknownNameError
from localgov_history.models.words import between, p_text, shown
from localgov_history.text import counted, listing, lower

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MODELS = {
    "poisson": "Poisson",
    "negative_binomial": "negative binomial",
    "quasi_poisson": "Poisson with errors scaled by the dispersion",
}
# Below this p-value the variance is taken to be larger than the mean.
ALPHA = 0.05
# Fewer rows than this for each term and the errors, which hold for large samples, are rough.
ROWS_A_TERM = 10


@dataclass(frozen=True)
class Dispersion:
    """The regression-based test of Cameron and Trivedi (1990) that the variance of counts is their mean.

    Attributes
    ----------
    alpha, t, p : estimate, t-value and one-sided p-value of variance = mean + alpha × mean² (against larger variance).
    linear_alpha, linear_t, linear_p : the same for variance = (1 + alpha) × mean.
    pearson : Pearson's chi-square over its degrees of freedom; 1 where the variance is the mean.
    """

    alpha: float
    t: float
    p: float
    linear_alpha: float
    linear_t: float
    linear_p: float
    pearson: float

    def sentence(self) -> str:
        """What the test says."""
        verdict = "larger than" if self.p < ALPHA else "not shown to differ from"
        return (
            f"The variance of the counts is {verdict} their mean (Cameron and Trivedi, {p_text(self.p)}; Pearson dispersion "
            f"{shown(self.pearson)})."
        )


@dataclass(frozen=True, eq=False)
class Counts:
    """A model of counts, kept for a stated reason.

    Attributes
    ----------
    count, exposure : the columns.
    model : ``poisson``, ``negative_binomial`` or ``quasi_poisson``.
    why : why that one was kept.
    frame : one row a term: ``term``, ``estimate`` (of the logarithm), ``error``, ``ratio`` (by which the expected count, or
        rate, is multiplied), ``lower``, ``upper`` (of the ratio), ``p``.
    dispersion : the test of the Poisson model.
    alpha : of the negative binomial, variance = mean + alpha × mean²; 0 for the others.
    log_likelihood : of the model kept; that of the Poisson model for ``quasi_poisson``, which has none of its own.
    rows, events, level : rows used, sum of their counts, level of the intervals.
    notes : what a reader must know.
    """

    count: str
    exposure: str
    model: str
    why: str
    frame: pd.DataFrame
    dispersion: Dispersion
    alpha: float
    log_likelihood: float
    rows: int
    events: int
    level: float
    notes: tuple[str, ...]

    @property
    def theta(self) -> float:
        """The shape of the negative binomial as some books write it: 1 ÷ alpha."""
        return 1 / self.alpha if self.alpha else float("inf")

    def to_frame(self) -> pd.DataFrame:
        """One row a term."""
        return self.frame.copy()

    def sentence(self) -> str:
        """The model kept and why, and the ratios with their intervals."""
        what = f"{self.count} per {self.exposure}" if self.exposure else self.count
        ratios = [
            f"{row.term} × {shown(row.ratio)} ({between(row.lower, row.upper, self.level)})"
            for row in self.frame.itertuples()
            if row.term != "start"
        ]
        said = f"{MODELS[self.model].capitalize() if self.model != 'poisson' else 'Poisson'} model of {what}"
        effects = f": {listing(ratios)}" if ratios else ""
        notes = "".join(f" {note}" for note in self.notes)
        return f"{said}{effects}; {counted(self.rows, 'row')}, {self.events:,} in all. {self.why}{notes}"

    def summary(self) -> str:
        """The sentence, every term, and the test of the variance."""
        rows = [
            f"  {row.term}: {shown(row.estimate)} (error {shown(row.error)}, {p_text(row.p)})"
            for row in self.frame.itertuples()
        ]
        shape = [f"  alpha {shown(self.alpha)} (theta {shown(self.theta)})"] if self.alpha else []
        return "\n".join([self.sentence(), *rows, *shape, f"  {self.dispersion.sentence()}"])

    def __repr__(self) -> str:
        return self.summary()


def counts(
    frame: pd.DataFrame,
    count: str,
    by: Sequence[str] = (),
    exposure: str | None = None,
    model: str | None = None,
    level: float = 0.95,
) -> Counts:
    """A log-linear model of counts, Poisson unless its variance is shown to be too small.

    Parameters
    ----------
    frame : one row a place, year or other unit, none of the columns used with a gap.
    count : the column of counts: whole numbers, 0 or more.
    by : columns that may explain them: numbers as they are, true and false as 1 and 0, words as classes set against the
        first in order of the alphabet (or of the categories).
    exposure : a column of what the counts come from (people, years), above 0; its logarithm is the offset.
    model : ``poisson``, ``negative_binomial`` (with variance mean + alpha × mean²) or ``quasi_poisson``; if none is named,
        the test of Cameron and Trivedi (1990) decides between the first two at p < 0.05.
    level : level of the intervals, 0 to 1.

    Raises
    ------
    NotEnoughDataError
        If there are too few rows, all counts are the same, or a column does not vary.
    LocalgovError
        If counts are not whole numbers from 0, exposures not above 0, cells are empty, geographies mixed, columns overlap,
        or the negative binomial does not settle.

    Notes
    -----
    Cameron and Trivedi, Regression-based tests for overdispersion in the Poisson model, Journal of Econometrics 46
    (1990). Errors of maximum likelihood, of which those of alpha are part.
    """
    import numpy as np
    import pandas as pd
    import statsmodels.api as sm
    from scipy import stats

    if model is not None and model not in MODELS:
        raise UnknownNameError("model of counts", model, MODELS)
    by = (by,) if isinstance(by, str) else tuple(by)
    if count in by or exposure in by:
        raise LocalgovError(
            f"{count if count in by else exposure} stands on both sides; expected other columns to explain it"
        )
    if not 0 < level < 1:
        raise LocalgovError(f"level={level} is no level of an interval; expected e.g. 0.95")
    values, offset = _checked(frame, count, by, exposure)
    design, names = _columns(frame, by)
    size, width = design.shape
    if size < width + 2:
        raise NotEnoughDataError(
            f"{counted(size, 'row')} for {counted(width, 'term')}; expected at least {width + 2}"
        )
    scaled, back = _standardised(design)
    if np.linalg.matrix_rank(scaled) < width:
        raise LocalgovError(f"columns say the same twice among {listing(names[1:])}; expected each to add something")
    for column, name in zip(design.T[1:], names[1:], strict=True):
        if set(column) == {0.0, 1.0} and 0 in (values[column == 1].sum(), values[column == 0].sum()):
            raise NotEnoughDataError(f"every count is 0 on one side of {name}; expected some above 0 on both")
    poisson = sm.GLM(values, scaled, family=sm.families.Poisson(), offset=offset).fit()
    means = np.asarray(poisson.fittedvalues)
    test = _dispersion(values, means, float(poisson.pearson_chi2 / poisson.df_resid))
    kept, why = _choice(model, test)
    alpha, reach, likelihood = 0.0, float(stats.norm.ppf(0.5 + level / 2)), float(poisson.llf)
    if kept == "negative_binomial":
        fit = _negative_binomial(values, scaled, offset, np.asarray(poisson.params), test.alpha)
        alpha, likelihood = float(fit.params[-1]), float(fit.llf)
        params, covariance = np.asarray(fit.params)[:-1], np.asarray(fit.cov_params())[:-1, :-1]
    else:
        params = np.asarray(poisson.params)
        covariance = np.asarray(poisson.cov_params()) * (test.pearson if kept == "quasi_poisson" else 1.0)
    params, covariance = back @ params, back @ covariance @ back.T
    errors = np.sqrt(np.diag(covariance))
    terms = pd.DataFrame(
        {
            "term": names,
            "estimate": params,
            "error": errors,
            "ratio": np.exp(params),
            "lower": np.exp(params - reach * errors),
            "upper": np.exp(params + reach * errors),
            "p": 2 * stats.norm.sf(np.abs(params / errors)),
        }
    )
    notes = []
    if size < ROWS_A_TERM * width:
        notes.append(
            f"Only {counted(size, 'row')} for {counted(width, 'term')}: the errors, which hold for many rows, are rough."
        )
    if kept == "poisson" and test.p < ALPHA:
        notes.append("The Poisson errors are too small: the variance is larger than the mean.")
    if kept == "poisson" and test.linear_t < 0 and stats.norm.cdf(test.linear_t) < ALPHA:
        notes.append("The variance is smaller than the mean: the Poisson errors are too large.")
    said = tuple(f" {note}".strip() for note in notes)
    total = int(values.sum())
    return Counts(count, exposure or "", kept, why, terms, test, alpha, likelihood, size, total, level, said)


def _checked(
    frame: pd.DataFrame, count: str, by: Sequence[str], exposure: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Counts and the offset, refused where they cannot be what they are said to be."""
    import numpy as np
    import pandas as pd

    for name in [count, *by, *([exposure] if exposure else [])]:
        if name not in frame.columns:
            raise UnknownNameError("column", name, [str(column) for column in frame.columns])
        if frame[name].isna().any():
            raise LocalgovError(
                f"{name} is empty on {counted(int(frame[name].isna().sum()), 'row')}; none is filled in"
            )
    if "geography" in frame.columns and "geography" not in by and frame["geography"].nunique() > 1:
        found = listing(sorted(map(str, frame["geography"].unique())))
        raise LocalgovError(f"rows are for {found}; expected one geography, or geography among the explanations")
    values = pd.to_numeric(frame[count], errors="coerce").to_numpy(float)
    if not (np.isfinite(values).all() and (values >= 0).all() and (values == np.round(values)).all()):
        raise LocalgovError(f"{count} holds values that are not whole numbers from 0 up; expected counts")
    if len(values) < 3:
        raise NotEnoughDataError(f"{counted(len(values), 'row')} of counts; expected at least 3")
    if values.max() == values.min():
        raise NotEnoughDataError(f"every count is {values[0]:.0f}; expected counts that vary")
    if not exposure:
        return values, np.zeros(len(values))
    over = pd.to_numeric(frame[exposure], errors="coerce").to_numpy(float)
    if not (np.isfinite(over).all() and (over > 0).all()):
        raise LocalgovError(f"{exposure} holds values that are not above 0; expected what each count comes from")
    return values, np.log(over)


def _columns(frame: pd.DataFrame, by: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """The design: 1, numbers, and a column for each class but the first."""
    import numpy as np
    import pandas as pd

    columns, names = [np.ones(len(frame))], ["start"]
    for name in by:
        cells = frame[name]
        if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
            columns.append(cells.to_numpy(float))
            names.append(name)
        elif pd.api.types.is_bool_dtype(cells.dtype):
            columns.append(cells.to_numpy(bool).astype(float))
            names.append(name)
        else:
            classes = list(pd.Categorical(cells).remove_unused_categories().categories)
            for each in classes[1:]:
                columns.append((cells == each).to_numpy().astype(float))
                names.append(f"{name}: {each} (against {classes[0]})")
            if len(classes) < 2:
                raise NotEnoughDataError(f"{name} is {classes[0]} on every row; expected a column that varies")
        if np.ptp(columns[-1]) == 0:
            raise NotEnoughDataError(f"{name} is the same on every row; expected a column that varies")
    return np.column_stack(columns), names


def _standardised(design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The design with mean 0 and spread 1, and the matrix that carries its coefficients back.

    Years such as 1834 beside shares would otherwise make the search for the maximum fail.
    """
    import numpy as np

    centre, spread = design.mean(axis=0), design.std(axis=0)
    centre[0], spread[0] = 0.0, 1.0
    back = np.diag(1 / spread)
    back[0, 1:] = -centre[1:] / spread[1:]
    return (design - centre) / spread, back


def _dispersion(values: np.ndarray, means: np.ndarray, pearson: float) -> Dispersion:
    """Both forms of the test: ((y − m)² − y) ÷ m regressed on m without a constant, and on a constant."""
    import numpy as np
    import statsmodels.api as sm
    from scipy import stats

    excess = ((values - means) ** 2 - values) / means
    tested = []
    for regressor in (means, np.ones(len(means))):
        fit = sm.OLS(excess, regressor).fit()
        t = float(fit.tvalues[0])
        tested.append((float(fit.params[0]), t, float(stats.norm.sf(t))))
    return Dispersion(*tested[0], *tested[1], pearson)


def _choice(model: str | None, test: Dispersion) -> tuple[str, str]:
    if model is not None:
        return model, f"The model was named, not chosen. {test.sentence()}"
    if test.p < ALPHA:
        return "negative_binomial", f"The negative binomial was kept: {lower(test.sentence())}"
    return "poisson", f"The Poisson model was kept: {lower(test.sentence())}"


def _negative_binomial(
    values: np.ndarray, design: np.ndarray, offset: np.ndarray, start: np.ndarray, alpha: float
) -> Any:
    """Maximum likelihood from the Poisson estimates and the alpha of the test."""
    import warnings

    import numpy as np
    from statsmodels.discrete.discrete_model import NegativeBinomial

    model = NegativeBinomial(values, design, offset=offset)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = model.fit(start_params=[*start, max(alpha, 0.05)], method="bfgs", maxiter=1000, gtol=1e-6, disp=False)
    settled = fit.mle_retvals["converged"] or float(np.max(np.abs(model.score(fit.params)))) < 1e-3
    if not (settled and np.isfinite(np.asarray(fit.cov_params())).all() and fit.params[-1] > 0):
        raise LocalgovError(
            "the negative binomial did not settle; expected counts more spread than Poisson, model='poisson' is left"
        )
    return fit
