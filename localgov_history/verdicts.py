"""What a verdict is: a claim read in one way and again in every variant of a fixed list.

The share of variants that agree is its firmness: firm from 90 %, leaning from 60 %, open below (``FIRM``, ``LEANING``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history import bodies
from localgov_history.catalogue import Catalogue
from localgov_history.sources import Evidence

if TYPE_CHECKING:
    import pandas as pd

    from localgov_history.periods import Periodisation

FIRM, LEANING = 0.9, 0.6
SUPPORTED, PARTLY, NOT_SUPPORTED, OPEN, UNTESTABLE = (
    "supported",
    "partly",
    "not supported",
    "open",
    "cannot be tested",
)
TO_COME = "to come"


@dataclass(frozen=True)
class Variant:
    """One way of reading the same tables.

    Attributes
    ----------
    name : what is different, for a reader.
    include_unconfirmed : also rows from memory and cells nobody has read.
    shift : years by which inner boundaries move; the years of comparison move with them.
    scope : which kinds count as local bodies.
    special_cases : count special cases beside their wider kind.
    roles : which roles make a body a holder of a function.
    wide_councils : count every elected local body of several headings as a council, boards of guardians included.
    seen_only : leave out responsibilities that are our judgement and not read in a source.
    narrow_purpose : a kind with more than one function has several purposes, even under one heading.
    rival : another scheme of periods, whose own periods stand for the first and the last.
    dropped : a measure left out of the profiles.
    choice : another definition, for claims that have one of their own.
    """

    name: str
    include_unconfirmed: bool = False
    shift: int = 0
    scope: tuple[str, ...] = bodies.LOCAL_SCOPE
    special_cases: bool = False
    roles: tuple[str, ...] = bodies.HOLDING
    wide_councils: bool = False
    seen_only: bool = False
    narrow_purpose: bool = False
    rival: str = ""
    dropped: str = ""
    choice: str = ""


MAIN = Variant("main reading")
UNCONFIRMED = Variant("with rows and cells not yet confirmed", include_unconfirmed=True)


@dataclass(frozen=True)
class Answer:
    """What one reading says: a verdict, the sentence for it, its numbers, the rows used, what it cannot show."""

    verdict: str
    sentence: str
    numbers: tuple[tuple[str, str], ...]
    evidence: Evidence
    caveat: str = ""


@dataclass(frozen=True)
class Verdict:
    """A claim answered.

    Attributes
    ----------
    key, claim : from the table ``claims``.
    answer : the main reading.
    readings : each variant's name and verdict, the main one first.
    would_change : what would count against it.
    rule : how the verdict is computed, in words.
    """

    key: str
    claim: str
    answer: Answer
    readings: tuple[tuple[str, str], ...]
    would_change: str
    rule: str

    @property
    def verdict(self) -> str:
        """The main reading's verdict."""
        return self.answer.verdict

    @property
    def agreement(self) -> float:
        """Share of the variants that give the main reading's verdict, 0 to 1."""
        return sum(verdict == self.verdict for _, verdict in self.readings) / len(self.readings)

    @property
    def firmness(self) -> str:
        """``firm``, ``leaning`` or ``open``, by the share of variants that agree."""
        return "firm" if self.agreement >= FIRM else "leaning" if self.agreement >= LEANING else "open"

    @property
    def standing(self) -> str:
        """The verdict with its firmness in words; an untestable claim has none, and an ``open`` firmness is not firm."""
        if self.verdict == UNTESTABLE:
            return self.verdict
        return f"{self.verdict} ({'not firm' if self.firmness == OPEN else self.firmness})"

    def dissent(self) -> str:
        """Which readings give another verdict, as a sentence; empty where all agree."""
        others = [f"{verdict} {name}" for name, verdict in self.readings if verdict != self.verdict]
        return f"Otherwise: {'; '.join(others)}. " if others else ""

    def sentence(self) -> str:
        """The verdict in a sentence, with its firmness and the readings that differ."""
        agree = sum(verdict == self.verdict for _, verdict in self.readings)
        stands = self.standing.capitalize().rstrip(")")
        how = f": {agree} of {len(self.readings)} readings agree)" if "(" in stands else ""
        return f"{stands}{how}. {self.dissent()}{self.answer.sentence} {self.answer.caveat}".rstrip()

    def summary(self) -> str:
        """The verdict and its numbers, as lines of text."""
        return "\n".join([self.sentence(), *(f"  {name}: {value}" for name, value in self.answer.numbers)])

    def to_frame(self) -> pd.DataFrame:
        """The numbers behind the main reading."""
        import pandas as pd

        return pd.DataFrame(self.answer.numbers, columns=["Measure", "Value"]).set_index("Measure")


Rule = Callable[[Variant, "Periodisation", Catalogue], Answer]
