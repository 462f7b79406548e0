"""What there is, in a sentence."""

from __future__ import annotations

from localgov_history import periods
from localgov_history.catalogue import Catalogue, default


def what_there_is(catalogue: Catalogue | None = None) -> str:
    """How many tables and rows there are, how many claims are answered, how many schemes of periods are held."""
    book = catalogue or default()
    tables = book.tables()
    claims = book.rows("claims")
    answered = sum(row["status"] == "answered" for row in claims)
    return (
        f"{len(tables)} tables with {int(tables['rows_by_default'].sum()):,} rows that were read in a source or coded by a rule, "
        f"{len(book.rows('sources')):,} sources, {len(periods.periodisations(book))} schemes of periods, and {answered} of "
        f"{len(claims)} claims of the deck answered."
    )
