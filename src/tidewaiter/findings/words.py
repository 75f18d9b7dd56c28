"""Months in words, for reasons that name them."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter.period import month_words

__all__ = ["month_list"]


def month_list(months: Sequence[int]) -> str:
    """Write months one by one, in order.

    Examples
    --------
    >>> month_list([24265, 24264])
    'January 2022 and February 2022'
    """
    words = [month_words(month) for month in sorted(months)]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
