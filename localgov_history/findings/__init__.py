"""The figures and tables of the notebooks: measures in, a chart or a table with a finding for a title out."""

from __future__ import annotations

from localgov_history.findings.partnerships import (
    indicator_choices,
    joint_working,
    partnership_counts,
    quango_counts,
    targets_by_regime,
)
from localgov_history.findings.timeline import (
    MOST_BARS,
    kinds_by_year,
    landmark_acts,
    lives,
    periods_table,
    scheme_counts,
    schemes_table,
)
from localgov_history.findings.titles import CLEAR, NOT_CLEAR, NOT_ENOUGH, change_title, or_say_why, sequence_title
from localgov_history.findings.verdict_tables import (
    claim_sentence,
    evidence_table,
    fates_table,
    key_findings,
    readings_table,
    verdict_table,
    verdicts_table,
)
from localgov_history.findings.wheel import (
    bodies_per_function,
    comparison,
    councils_table,
    held_title,
    holders,
    introduction,
    money,
    nearest_periods,
    purposes,
    selections,
)

__all__ = [
    "CLEAR",
    "MOST_BARS",
    "NOT_CLEAR",
    "NOT_ENOUGH",
    "bodies_per_function",
    "change_title",
    "claim_sentence",
    "comparison",
    "councils_table",
    "evidence_table",
    "fates_table",
    "held_title",
    "holders",
    "indicator_choices",
    "introduction",
    "joint_working",
    "key_findings",
    "kinds_by_year",
    "landmark_acts",
    "lives",
    "money",
    "nearest_periods",
    "or_say_why",
    "partnership_counts",
    "periods_table",
    "purposes",
    "quango_counts",
    "readings_table",
    "scheme_counts",
    "schemes_table",
    "selections",
    "sequence_title",
    "targets_by_regime",
    "verdict_table",
    "verdicts_table",
]
