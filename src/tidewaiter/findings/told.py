"""What is said of a scan as a whole: what is too small to be listed, and that nothing was found."""

from __future__ import annotations

from tidewaiter.findings.account import WITH_TRADE, WITHOUT
from tidewaiter.findings.survey import Survey
from tidewaiter.findings.words import number

__all__ = ["nothing_found", "small_words"]


def small_words(found: Survey) -> list[str]:
    """Say how many events are left out for being small; nothing where nobody asked."""
    if found.at_least <= 0:
        return []
    many = "1 event is" if found.small == 1 else f"{found.small:,} events are"
    return [
        f"{many if found.small else 'no event is'} left out because smaller than {number(found.at_least)} (--at-least);"
        " tiers were settled with all of them"
    ]


def nothing_found(found: Survey) -> str:
    """Say what it means that no event is listed."""
    if found.small:
        return f"Nothing as large as {number(found.at_least)} stands out."
    done = found.judged.get(WITH_TRADE, 0) + found.judged.get(WITHOUT, 0)
    if not done:
        return "No series could be judged, so nothing is said of this month."
    many = "The one series judged does not stand out" if done == 1 else f"None of the {done:,} series judged stands out"
    return (
        f"{many} above its own past and the whole trade of its pair by more than chance"
        " would make one series in a hundred do, in the ways looked at (--channel)."
    )
