"""Structural breaks in a series: at a known date, at one unknown date, at several.

Every position is that of the first observation of a new regime, counted from 0; a label is its date. Regressors are
given as they are: without any, a level alone may change; a column of ones is the level. Results say in words how far
they may be trusted: the order of integration, trends, small samples and errors that are not as assumed.

A series of the kit: ``lg.series("…").frame.set_index("year")["value"]``.

>>> import numpy as np
>>> step = np.r_[np.zeros(30), np.ones(30)] + np.tile([0.1, -0.1], 30)
>>> bai_perron(step, max_breaks=2).select().positions
(30,)
"""

from localgov_history.breaks.known import KnownBreak, chow, wald
from localgov_history.breaks.multiple import CRITERIA, MultipleBreaks, Selection, bai_perron
from localgov_history.breaks.observed import Caveat
from localgov_history.breaks.told import ERRORS
from localgov_history.breaks.unknown import Statistic, SupF, sup_f

__all__ = [
    "CRITERIA",
    "ERRORS",
    "Caveat",
    "KnownBreak",
    "MultipleBreaks",
    "Selection",
    "Statistic",
    "SupF",
    "bai_perron",
    "chow",
    "sup_f",
    "wald",
]
