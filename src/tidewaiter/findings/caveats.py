"""What must be borne in mind, each in one place: an id and a sentence."""

from __future__ import annotations

from tidewaiter.period import Period, month

__all__ = ["CAVEATS", "caveat", "changed_in", "holds"]

CAVEATS: dict[str, str] = {
    "tiny-base": "The base of this multiple is tiny, so a few items more or less would change it greatly.",
    "single-publisher": "One publisher alone printed this; no independent figure confirms it.",
    "code-masks": (
        "China's tariff counted face masks in a wider line before: an absence or a level of 2021 may be about the code, "
        "not about masks."
    ),
    "code-reagents": (
        "The Harmonized System split the reagent codes on 1 January 2022 (382200 became 382212, 382219 and 382290; test kits "
        "for some diseases came from other headings), so 2021 cannot be compared code by code."
    ),
    "code-vaccines": (
        "Vaccines for people moved to a new code on 1 January 2022 (300220 became 300241): a search for the new code finds "
        "nothing in 2021 whatever was traded."
    ),
    "part": "Only a part of the heading was printed for the later month; the whole can be larger, not smaller.",
    "bounded": (
        "Months that nobody printed are bounded by printed totals less the months that were printed; these come from "
        "releases of different dates, and customs services revise their figures."
    ),
    "conflict": "Publishers printed different numbers for this; all of them are in the evidence.",
    "rounded": "Printed figures are rounded; the evidence gives the interval each leaves open.",
    "unit-value": "A price per unit out of rounded figures; an odd one is a question about the count before it is news.",
    "lead": "The lead counts from the first month printed; trade in earlier months that nobody printed would lengthen it.",
    "headings": "Four-digit headings hold many goods; what exactly was traded, and where it went next, customs does not say.",
    "basket-headings": (
        "The basket names finer codes than the four-digit headings told here; each heading holds other goods beside those of the "
        "basket."
    ),
    "members": "Summed over the countries that reported trade in the month; the publisher lists no row for the others.",
    "members-whole": (
        "Added up from every member of the group in the month; a member without a row is covered by the file, and had none."
    ),
    "members-floor": (
        "Added up from the members that have a row. Of the others nothing says that silence means zero, so that a sum is at "
        "least what it says; the evidence names those who are missing."
    ),
}

_BREAKS: dict[str, tuple[str, int]] = {
    "code-masks": ("CHN", month("2022-01")),
    "code-reagents": ("", month("2022-01")),
    "code-vaccines": ("", month("2022-01")),
}
"""Caveats about a change of codes: the reporter whose tariff it is (empty: the Harmonized System, everybody's) and its month."""


def holds(identity: str, reporter: str, period: Period) -> bool:
    """Tell whether a caveat has a place in a brief: that of a change of codes only where a comparison reaches across it.

    Examples
    --------
    >>> spring = Period.parse("2022-01..2022-04")
    >>> holds("code-masks", "CHN", spring), holds("code-masks", "THA", spring), holds("tiny-base", "THA", spring)
    (True, False, True)
    >>> holds("code-vaccines", "THA", spring), holds("code-vaccines", "CHN", Period.parse("2023-01"))
    (True, False)
    """
    if identity not in _BREAKS:
        return True
    whose, when = _BREAKS[identity]
    return whose in ("", reporter) and (period.start // 12 - 1) * 12 < when <= period.end


def changed_in(identity: str, reporter: str) -> int | None:
    """Return the month from which a reporter counts by the new code of a caveat about codes; None for any other caveat.

    Examples
    --------
    >>> changed_in("code-vaccines", "THA") == month("2022-01"), changed_in("code-masks", "THA"), changed_in("tiny-base", "CHN")
    (True, None, None)
    """
    whose, when = _BREAKS.get(identity, (None, None))
    return when if whose in ("", reporter) else None


def caveat(identity: str) -> str:
    """Return the sentence of a caveat.

    Examples
    --------
    >>> caveat("tiny-base").startswith("The base")
    True
    """
    return CAVEATS[identity]
