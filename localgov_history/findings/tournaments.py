"""Figures and tables of the model of targets and tournaments: results in, a chart with a finding for a title out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from localgov_history import figures, incentives
from localgov_history.catalogue import Catalogue, default
from localgov_history.display import Table
from localgov_history.errors import NotEnoughDataError
from localgov_history.figures import Figure
from localgov_history.findings.titles import or_say_why
from localgov_history.incentives import TARGETS, TOURNAMENT, UNCALIBRATED
from localgov_history.text import capital, counted, listing

if TYPE_CHECKING:
    from localgov_history.incentives import Setting

_UNITS = "Effort is in percent of the stretch, money in percent of an area’s net budget."
_SHORT = {
    "noise": "noise",
    "measurement": "error of measurement",
    "common": "shared shock",
    "unequal": "inequality of areas",
    "prize_share": "share of areas with a prize",
    "cost": "cost of effort",
    "reward": "reward",
    "stretch": "stretch",
    "threshold": "threshold",
    "number": "areas",
}
_WORDS = {
    "noise": "Noise of an area’s outcome, in shares of the stretch",
    "measurement": "Error of measurement, in shares of the stretch",
    "common": "Shock that all areas share, in shares of the stretch",
    "unequal": "Inequality of areas (standard deviation of the logarithm of cost)",
    "prize_share": "Share of areas that win a prize",
    "cost": "Cost of effort",
    "reward": "Reward for full stretch, percent of net budget",
    "stretch": "Stretch asked for",
    "threshold": "Share of the stretch from which reward is paid",
    "number": "Areas",
}


@or_say_why
def reform(hold: str = "budget", catalogue: Catalogue | None = None, **changes: Any) -> Figure:
    """Targets, piece rate and tournament side by side in one setting.

    Parameters
    ----------
    hold : ``budget`` (bars are effort) or ``effort`` (bars are cost).
    changes : assumptions that differ from those of `incentives.setting`.
    """
    import pandas as pd

    given = incentives.setting(catalogue, **changes)
    made = incentives.compare(given, hold)
    frame = made.to_frame()
    known = frame[frame["found"]]
    money = hold == "budget"
    values = 100 * known["effort" if money else "cost"]
    labels = [capital(name) for name in known.index]
    theirs, ours = (frame.loc[kind] for kind in (TARGETS, TOURNAMENT))
    if theirs["effort"] <= 0:
        title = "In the model nothing is bought: no area makes an effort for this reward"
    elif not ours["found"]:
        title = "In the model no stable tournament was found in this setting"
    elif money:
        title = (
            f"In the model, for the same money a tournament buys {ours['effort']:.0%} of the stretch, "
            f"targets {theirs['effort']:.0%}"
        )
    else:
        title = (
            f"In the model, for the same effort a tournament costs {ours['cost']:.2f}% of net budget, "
            f"targets {theirs['cost']:.2f}%"
        )
    missing = "" if ours["found"] else " No equilibrium of the tournament was found here, so it has no bar."
    held = (
        f"Each scheme pays out what the targets do, {theirs['cost']:.2f}% of net budget a mean area."
        if money
        else f"Each scheme brings the mean effort that the targets do, {theirs['effort']:.0%} of the stretch."
    )
    return figures.bars(
        pd.DataFrame({"label": labels, "value": values.to_numpy()}),
        title,
        "Mean effort, percent of the stretch"
        if money
        else "Cost to the centre, hundredths of a percent of net budget",
        incentives.rules(catalogue).evidence,
        f"{held}{missing} {_assumed(given)} {UNCALIBRATED}",
    )


@or_say_why
def schemes_table(hold: str = "budget", catalogue: Catalogue | None = None, **changes: Any) -> Table:
    """Effort, cost and spread of rewards of each scheme in one setting; parameters are those of `reform`."""
    import pandas as pd

    given = incentives.setting(catalogue, **changes)
    made = incentives.compare(given, hold)
    rows = {}
    for each in made.schemes:
        frame = each.reward
        low, high = pd.Series(frame).quantile([0.1, 0.9])
        rows[capital(each.kind)] = (
            {
                "Effort": f"{each.mean_effort:.0%}",
                "Cost": f"{each.cost:.2f}%",
                "Reward, 10th to 90th percentile": f"{low:.2f}–{high:.2f}%",
                "Gini": f"{each.gini:.2f}",
                "Shut out": f"{each.shut_out:.0%}",
            }
            if each.found
            else dict.fromkeys(
                ("Effort", "Cost", "Reward, 10th to 90th percentile", "Gini", "Shut out"), "no equilibrium found"
            )
        )
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("Scheme")
    return Table(
        table,
        "The schemes side by side, " + ("for the same money" if hold == "budget" else "for the same effort"),
        f"{_UNITS} Expected rewards; Gini coefficient between areas. Shut out: areas with a chance below "
        f"{incentives.SHUT_OUT:.0%} of any reward over {incentives.ROUNDS} rounds. {_assumed(given)} {UNCALIBRATED}",
        incentives.rules(catalogue).evidence,
        (1.2, 0.8, 0.8, 1.4, 0.7, 0.8),
    )


@or_say_why
def turning(parameter: str, values: Sequence[float], catalogue: Catalogue | None = None, **changes: Any) -> Figure:
    """Effort that each scheme buys for the same money as one assumption moves.

    Parameters
    ----------
    parameter, values : as for `incentives.flips`.
    changes : assumptions that differ from those of `incentives.setting`.
    """
    given = incentives.setting(catalogue, **changes)
    made = incentives.flips(given, parameter, values)
    frame = made.frame.rename(columns={"scheme": "name", "value": "x"}).assign(y=100 * made.frame["effort"])
    frame = frame.assign(name=[capital(name) for name in frame["name"]])[["name", "x", "y"]]
    efforts = made.frame.pivot(index="value", columns="scheme", values="effort")
    states = [(value, _state(row[TOURNAMENT], row[TARGETS])) for value, row in efforts.iterrows()]
    runs = [
        (state, [value for value, _ in group]) for state, group in itertools.groupby(states, lambda pair: pair[1])
    ]
    if len(runs) == 1:
        title = f"In the model, whatever the {_SHORT[parameter]} here, {runs[0][0]}"
    else:
        said = [f"{state} at {held[0]:g}{f'–{held[-1]:g}' if len(held) > 1 else ''}" for state, held in runs]
        title = f"In the model, by {_SHORT[parameter]}: {listing(said)}"
    where = "".join(
        f" Of all three the best buy turns from {before} to {after} between {low:g} and {high:g}."
        for low, high, before, after in made.changes()
    )
    lost = int((~made.frame["found"]).sum())
    gaps = f" The tournament has no mark at {counted(lost, 'value')}, where no equilibrium was found." if lost else ""
    return figures.curves(
        frame,
        title,
        _WORDS[parameter],
        "Mean effort, percent of the stretch",
        incentives.rules(catalogue).evidence,
        f"At each value every scheme pays out what the targets do there.{where}{gaps} {_assumed(given, parameter)} "
        f"{UNCALIBRATED}",
    )


@or_say_why
def grant(rewards: Sequence[float], catalogue: Catalogue | None = None, **changes: Any) -> Figure:
    """Effort under targets as the reward grows, beside what the same money would buy by the other schemes.

    Parameters
    ----------
    rewards : for full stretch, in percent of net budget, from small to large.
    changes : assumptions that differ from those of `incentives.setting`.
    """
    import pandas as pd

    given = incentives.setting(catalogue, **changes)
    made = incentives.flips(given, "reward", rewards)
    named = [capital(name) for name in made.frame["scheme"]]
    frame = pd.DataFrame({"name": named, "x": made.frame["cost"], "y": 100 * made.frame["effort"]})
    paid = made.frame[made.frame["scheme"] == TARGETS].set_index("value")
    # What targets cost is the money of all three; the tournament's own is empty where it has no answer.
    frame["x"] = [paid.loc[value, "cost"] for value in made.frame["value"]]
    first, last = paid.iloc[0], paid.iloc[-1]
    start, end = first["effort"] / first["cost"], last["effort"] / last["cost"]
    title = (
        f"In the model, from the smallest to the largest reward, what targets buy for each percent of net budget "
        f"{'falls' if end < start else 'rises'} from {start:.0%} to {end:.0%} of the stretch"
    )
    return figures.curves(
        frame,
        title,
        "Paid out by the centre, percent of net budget",
        "Mean effort, percent of the stretch",
        incentives.rules(catalogue).evidence,
        f"Marks are rewards of {listing([f'{reward:g}' for reward in rewards])}% for full stretch. "
        f"{_assumed(given, 'reward')} {UNCALIBRATED}",
    )


@or_say_why
def spread(catalogue: Catalogue | None = None, **changes: Any) -> Figure:
    """Expected reward of the areas of 2008 under each scheme, in order of deprivation, for the same money.

    Parameters
    ----------
    changes : assumptions that differ from those of `incentives.setting`, and ``deprivation`` and ``size`` as in
        `incentives.areas_of_2008`.
    """
    import pandas as pd

    book = catalogue or default()
    powers = {name: changes.pop(name) for name in ("deprivation", "size") if name in changes}
    given = incentives.setting(book, **changes)
    rest = {"measurement": given.measurement, "common": given.common}
    whom = incentives.areas_of_2008(given.cost, given.noise, catalogue=book, **powers, **rest)
    made = incentives.compare(given, areas=whom)
    score = book.load("laa_areas").set_index("area").loc[list(whom.names), "imd2007_mean_lsoa_score"].astype(float)
    parts = [
        pd.DataFrame({"label": whom.names, "group": capital(each.kind), "x": score.to_numpy(), "y": each.reward})
        for each in made.schemes
        if each.found and each.kind in (TARGETS, TOURNAMENT)
    ]
    frame = pd.concat(parts, ignore_index=True)
    widths = {each.kind: each.gini for each in made.schemes if each.found}
    if TOURNAMENT not in widths:
        title = "In the model no equilibrium of the tournament among the areas of 2008 was found in this setting"
    else:
        ours, theirs = widths[TOURNAMENT], widths[TARGETS]
        much = (
            "more unequally than"
            if ours > theirs + 0.01
            else "less unequally than"
            if ours < theirs - 0.01
            else "about as unequally as"
        )
        title = (
            f"In the model a tournament spreads expected rewards {much} targets: Gini {ours:.2f} against {theirs:.2f}"
        )
    return figures.points(
        frame,
        title,
        "Mean deprivation score of the area’s small areas (2007)",
        "Expected reward, percent of net budget",
        incentives.rules(book).evidence + whom.evidence,
        f"A mark an area and scheme, {len(whom)} areas. That deprivation makes effort dear, and few people an outcome "
        f"noisy, is assumed. {_assumed(given, 'unequal', 'number')} {UNCALIBRATED}",
    )


@or_say_why
def never(rounds: int = incentives.ROUNDS, catalogue: Catalogue | None = None) -> Figure:
    """The least chance, over the stated settings, that each area of 2008 wins at least one of several tournaments."""
    import pandas as pd

    made = incentives.who_never_wins(rounds, catalogue)
    rows = made.frame
    half = rows["people"] >= rows["people"].median()
    frame = pd.DataFrame(
        {
            "label": rows.index,
            "group": ["Larger half by population" if big else "Smaller half by population" for big in half],
            "x": rows["deprivation"].to_numpy(),
            "y": 100 * rows["least"].to_numpy(),
        }
    ).sort_values("group")
    if rows["deprivation"].nunique() < 2:
        raise NotEnoughDataError(
            "fewer than two areas differ in deprivation; expected a more and a less deprived half"
        )
    more, fewer = (made.shares[f"of the {word} deprived half, shut out in some setting"] for word in ("more", "less"))
    return figures.points(
        frame,
        f"In at least one setting of the model tournaments shut out {more:.0%} of the more deprived half of areas, "
        f"{fewer:.0%} of the other",
        "Mean deprivation score of the area’s small areas (2007)",
        f"Least chance of a prize in {rounds} rounds, percent",
        made.evidence,
        f"A mark an area. Shut out: a chance below {incentives.SHUT_OUT:.0%}. That deprivation makes effort dear, and few "
        f"people an outcome noisy, is assumed. {UNCALIBRATED}",
    )


@or_say_why
def attention(tasks: int, measured: Sequence[int], catalogue: Catalogue | None = None, **changes: Any) -> Figure:
    """Effort on tasks that are measured and on others, as more of them are, for the same reward shared by all.

    Parameters
    ----------
    tasks, measured : tasks in all; numbers of them that are measured, from few to many.
    changes : other parameters of `incentives.attention`.
    """
    import pandas as pd

    rule = incentives.rules(catalogue)
    fixed = {"reward": rule.rate, "cost": rule.rate, "threshold": rule.threshold} | changes
    records = []
    for number in measured:
        made = incentives.attention(tasks, number, **fixed)
        records += [
            {"name": "Each task pursued", "x": number, "y": 100 * made.on_pursued},
            {"name": "Each other task", "x": number, "y": 100 * made.on_others if made.pursued < tasks else None},
            {"name": "All tasks, mean", "x": number, "y": 100 * made.effort},
        ]
    frame = pd.DataFrame(records).astype({"y": float})
    means = frame[frame["name"] == "All tasks, mean"].set_index("x")["y"]
    top, most = int(means.idxmax()), means.max()
    title = f"In the model mean effort is highest with {top} of {tasks} tasks measured, at {most:.0f}% of the stretch"
    if most - means.min() < 1:
        title = f"In the model the number of tasks measured makes no clear difference to mean effort, {most:.0f}% of the stretch"
    elif top != measured[-1]:
        title += f"; with {measured[-1]} it is {means.iloc[-1]:.0f}%"
    return figures.curves(
        frame,
        title,
        "Tasks with a rewarded indicator",
        "Effort, percent of a task’s stretch",
        rule.evidence,
        f"The reward of {fixed['reward']:g}% of net budget for full stretch on all is shared equally by the tasks measured. "
        f"{UNCALIBRATED}",
    )


@or_say_why
def answers(catalogue: Catalogue | None = None) -> Table:
    """The deck's three proposals on reward, each over its stated list of settings."""
    import pandas as pd

    made = [work(catalogue=catalogue) for work in _ANSWERS]
    frame = pd.DataFrame(
        {
            "Settings": [len(each.frame) for each in made],
            "What the model shows": [each.said for each in made],
        },
        index=pd.Index([each.proposal for each in made], name="Proposal"),
    )
    evidence = made[0].evidence
    for each in made[1:]:
        evidence = evidence + each.evidence
    return Table(
        frame,
        "Three proposals on the reward for areas, each run over a list of settings written down before",
        f"Every combination of the listed assumptions counts once. {UNCALIBRATED}",
        evidence,
        (1.2, 0.5, 4),
    )


_ANSWERS = (incentives.larger_grant, incentives.tournaments_or_targets, incentives.fewer_indicators)


def _state(tournament: float, targets: float) -> str:
    if tournament != tournament:
        return "no stable tournament was found"
    if abs(tournament - targets) <= incentives.ALIKE * max(tournament, targets):
        return "tournament and targets buy alike"
    return "the tournament buys more than targets" if tournament > targets else "targets buy more than the tournament"


def _assumed(given: Setting, *left_out: str) -> str:
    """The setting in words, without what moves."""
    parts = {
        "number": f"{given.number} areas",
        "noise": f"noise {given.noise:g}",
        "measurement": f"error of measurement {given.measurement:g}",
        "common": f"shared shock {given.common:g}",
        "unequal": f"inequality {given.unequal:g}",
        "cost": f"cost of effort {given.cost:g}",
        "reward": f"reward {given.reward:g}% for full stretch",
        "threshold": f"from {given.threshold:.0%} of it",
        "prize_share": f"prizes for {given.prize_share:.0%} of areas",
    }
    return f"Assumed: {', '.join(text for name, text in parts.items() if name not in left_out)}."
