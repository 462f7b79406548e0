"""Targets against tournaments: a model of reward for areas that one can run. It is not calibrated.

Effort is in shares of the stretch that a target asks for, money in percent of an area's net budget. Half of `cost`
times the square of effort is what effort costs an area; its outcome is effort, plus noise of its own, plus error of
measurement, plus a shock that all areas share. Areas weigh expected reward against cost and nothing else. Targets follow
the rule of the reward grant; tournaments are those of Lazear and Rosen (1981) and Nalebuff and Stiglitz (1983); attention
over several tasks is that of Holmström and Milgrom (1991).
"""

from localgov_history.incentives.answers import (
    ATTENTION_GRID,
    GRANT_GRID,
    GRID,
    GRID_AREAS,
    REAL_GRID,
    Answered,
    fewer_indicators,
    larger_grant,
    tournaments_or_targets,
    who_never_wins,
)
from localgov_history.incentives.areas import Areas, areas_of_2008, make_areas, unequal_areas
from localgov_history.incentives.compared import (
    ALIKE,
    Comparison,
    Flips,
    Rules,
    Setting,
    compare,
    flips,
    rules,
    setting,
)
from localgov_history.incentives.histories import Simulation, simulate
from localgov_history.incentives.schemes import (
    PIECE_RATE,
    ROUNDS,
    SHUT_OUT,
    TARGETS,
    TOURNAMENT,
    UNCALIBRATED,
    Scheme,
    gini,
    piece_rate,
    targets,
    tournament,
)
from localgov_history.incentives.tasks import Attention, attention

__all__ = [
    "ALIKE",
    "ATTENTION_GRID",
    "GRANT_GRID",
    "GRID",
    "GRID_AREAS",
    "PIECE_RATE",
    "REAL_GRID",
    "ROUNDS",
    "SHUT_OUT",
    "TARGETS",
    "TOURNAMENT",
    "UNCALIBRATED",
    "Answered",
    "Areas",
    "Attention",
    "Comparison",
    "Flips",
    "Rules",
    "Scheme",
    "Setting",
    "Simulation",
    "areas_of_2008",
    "attention",
    "compare",
    "fewer_indicators",
    "flips",
    "gini",
    "larger_grant",
    "make_areas",
    "piece_rate",
    "rules",
    "setting",
    "simulate",
    "targets",
    "tournament",
    "tournaments_or_targets",
    "unequal_areas",
    "who_never_wins",
]
