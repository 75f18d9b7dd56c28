"""Silence that is no zero though a release covers it, for whole panels: what is withheld, hidden, or of a line nobody lists.

The same rules as for one cell (:func:`tidewaiter.store.cells.silence_is_zero`), a column at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tidewaiter.model import TOTAL
from tidewaiter.period import month
from tidewaiter.store.cells import SECRET, in_nomenclature
from tidewaiter.store.withheld import withheld

if TYPE_CHECKING:
    from tidewaiter.store.view import View

__all__ = ["doubtful_silence"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def doubtful_silence(view: View, spot: tuple[str, str, str], partners: Sequence[str], codes: Sequence[str], months: Any,
                     covered: Any) -> Any:  # fmt: skip
    """Return where covered silence proves nothing, as bool ``[n_series, n_months]``.

    Parameters
    ----------
    view
        The store as of a day.
    spot
        Dataset, reporter and flow of all series.
    partners, codes
        Of each series.
    months
        Month numbers, as an array.
    covered
        Where a release covers the cell, bool ``[n_series, n_months]``; nothing else is asked about.
    """
    found = np.zeros(covered.shape, bool)
    asked = np.flatnonzero(covered.any(1))
    if not len(asked):
        return found
    who = np.array([partners[at] for at in asked.tolist()], dtype=object)
    what = np.array([codes[at] for at in asked.tolist()], dtype=object)
    part = np.zeros((len(asked), len(months)), bool)
    _withheld(part, spot, who, what, months)
    _hidden(part, view, spot, who, what, months)
    _no_line(part, view, spot[0], what, months)
    found[asked] = part & covered[asked]
    return found


def _withheld(part: Any, spot: tuple[str, str, str], who: Any, what: Any, months: Any) -> None:
    dataset, reporter, flow = spot
    for one in withheld():
        if dataset not in one.datasets or reporter != one.reporter or flow not in one.flows:
            continue
        when = (months >= month(one.start)) & ((months <= month(one.end)) if one.end else True)
        mine = np.flatnonzero(who == one.partner)
        inside = [at for at in mine.tolist() if _touches(what[at], one.codes)]
        part[np.ix_(np.array(inside, np.intp), np.flatnonzero(when))] = True


def _touches(code: str, listed: tuple[str, ...]) -> bool:
    """Whether a code is under one that is withheld, or holds one."""
    return not listed or code == TOTAL or code.startswith(listed) or any(one.startswith(code) for one in listed)


def _hidden(part: Any, view: View, spot: tuple[str, str, str], who: Any, what: Any, months: Any) -> None:
    hidden = view.hidden(*spot)
    places: dict[str, list[int]] = {}
    for at, code in enumerate(what.tolist()):
        places.setdefault(code, []).append(at)
    for column, number in enumerate(months.tolist()):
        for partner, code in hidden.get(number, ()):
            if code.isdigit() or code == TOTAL:
                # Booked under a partner kept back: missing from the code and all that hold it, with any other partner.
                holding = places if code == TOTAL else [code[:length] for length in range(1, len(code) + 1)]
                rows = [at for one in holding for at in places.get(one, ())]
                part[[at for at in rows if who[at] != partner], column] = True
                continue
            stem = code.rstrip(_LETTERS)
            rows = [at for one, listed in places.items() if one.startswith(stem) for at in listed]
            part[[at for at in rows if partner in (who[at], *SECRET)], column] = True


def _no_line(part: Any, view: View, dataset: str, what: Any, months: Any) -> None:
    years = months // 12
    every = sorted(set(what.tolist()) - {TOTAL})
    loose = [
        code for code in every if len(code) > 6 or not all(in_nomenclature(code, year) for year in set(years.tolist()))
    ]
    if not loose:
        return
    view.learn_lines(dataset, loose)
    absent = {
        code: np.array([
            not (len(code) <= 6 and in_nomenclature(code, year)) and year not in view.years_of_line(dataset, code)
            for year in years.tolist()
        ])
        for code in loose
    }  # fmt: skip
    for at, code in enumerate(what.tolist()):
        if code in absent:
            part[at] |= absent[code]
