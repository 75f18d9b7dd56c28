"""Reporters added up: a sum, what it lacks, and what that makes of silence.

A sum of what several list is the whole only if each of them is known: a value, or a proved zero. Else it is at least so
much, and where nobody lists anything it is not known. Rules of one month are those of :mod:`tidewaiter.series.groups`; here
they are asked of many thousand series at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np

from tidewaiter.model import Measure, State
from tidewaiter.period import Period
from tidewaiter.store.silence import doubtful_silence
from tidewaiter.store.view import View
from tidewaiter.store.withheld import withheld

__all__ = ["STATE_NUMBERS", "TOGETHER", "Part", "added"]

TOGETHER: Final = "all reporters"
"""The reporter of sums over every country that reports in a dataset."""

STATE_NUMBERS: Final = {state: number for number, state in enumerate(State)}
"""States as small numbers, in the order of :class:`tidewaiter.model.State`."""

_VALUE, _ZERO, _UNRELEASED, _MERGED, _NOT_ALIVE, _, _, _, _UNKNOWN = range(len(State))
_RECENT: Final = 24


class Part(msgspec.Struct):
    """Series of one reporter, flow and length of code, laid out; or of several, joined."""

    reporters: list[str]
    partners: list[str]
    codes: list[str]
    values: Any
    states: Any
    units: list[str]
    changed: Any
    added: Any
    months_out: Any
    partial: Any = None
    lacking: Any = None
    largest: list[str] = []
    share: Any = None


def added(
    view: View,
    parts: Sequence[Part],
    everyone: Sequence[str],
    spot: tuple[str, str],
    period: Period,
    measure: Measure,
) -> Part:
    """Add the reporters of each partner and code.

    Parameters
    ----------
    everyone
        Whose trade the sum is said to be; one that is in no part is known only where it is covered.
    spot
        Dataset and flow.
    """
    place: dict[tuple[str, str, str], int] = {}
    for part in parts:
        for key in zip(part.partners, part.codes, part.units, strict=True):
            place.setdefault(key, len(place))
    keys = list(place)
    width = parts[0].values.shape[1]
    total = np.zeros((len(place), width))
    some, zeros, late, merged, gone = (np.zeros((len(place), width), np.int32) for _ in range(5))
    lacks = np.zeros((len(place), width), np.int16)
    changed = np.zeros(len(place), bool)
    seen = np.zeros(len(place), np.int32)
    most, whose = np.zeros(len(place)), np.full(len(place), -1)
    present: dict[str, list[Any]] = {}
    for number, part in enumerate(parts):
        at = np.array([place[key] for key in zip(part.partners, part.codes, part.units, strict=True)], np.int64)
        present.setdefault(part.reporters[0], []).append(at)
        total[at] += np.nan_to_num(part.values)
        last = np.nan_to_num(part.values[:, -1])
        more = last > most[at]
        most[at[more]], whose[at[more]] = last[more], number
        some[at] += part.states == _VALUE
        zeros[at] += part.states == _ZERO
        merged[at] += part.states == _MERGED
        gone[at] += part.states == _NOT_ALIVE
        lacks[at] += (part.states > _ZERO) & (part.states != _NOT_ALIVE)
        recent = np.cumsum(part.states == _VALUE, axis=1)
        recent[:, _RECENT:] -= recent[:, :-_RECENT].copy()
        late[at] += (part.states == _UNRELEASED) & (recent > 0)
        changed[at] |= part.changed
        seen[at] += 1
    dead = gone == seen[:, None]
    _absent(lacks, view, keys, [(one, present.get(one, [])) for one in everyone], spot, period, measure)
    lacks[dead] = 0
    states = np.full(total.shape, _UNKNOWN, np.uint8)
    # Nothing listed is none only where each of them is known to have none.
    states[(zeros > 0) & (some == 0) & (lacks == 0)] = _ZERO
    states[dead] = _NOT_ALIVE
    states[some > 0] = _VALUE
    # A sum with a hole where a member usually trades is no sum.
    states[merged > 0] = _MERGED
    states[late > 0] = _UNRELEASED
    nobody = np.logical_or.reduce([part.months_out for part in parts])
    states[:, ~nobody & (states == _UNKNOWN).all(0)] = _UNRELEASED
    total[states > _ZERO] = np.nan
    traded = states[:, -1] == _VALUE
    share = np.zeros(len(place))
    share[traded] = most[traded] / total[traded, -1]
    names = [parts[number].reporters[0] if number >= 0 else "" for number in np.where(share > 0, whose, -1).tolist()]
    return Part(
        [TOGETHER] * len(keys), [key[0] for key in keys], [key[1] for key in keys], total, states,
        [key[2] for key in keys], changed, some[:, -1].astype(np.int16), nobody,
        (lacks > 0) & (states == _VALUE), np.where(traded, lacks[:, -1], 0).astype(np.int16), names, share,
    )  # fmt: skip


def _absent(
    lacks: Any,
    view: View,
    keys: Sequence[tuple[str, str, str]],
    everyone: Sequence[tuple[str, Sequence[Any]]],
    spot: tuple[str, str],
    period: Period,
    measure: Measure,
) -> None:
    """Count reporters that have no row of a series where their silence proves nothing."""
    dataset, flow = spot
    partners, partner_at = _numbered([key[0] for key in keys])
    codes, code_at = _numbered([key[1] for key in keys])
    goods = np.unique(np.stack([partner_at, code_at], 1), axis=0, return_inverse=True)[1].reshape(-1)
    months = np.arange(period.start, period.end + 1)
    kept_back = {one.reporter for one in withheld() if dataset in one.datasets and flow in one.flows}
    for reporter, listed in everyone:
        away = np.ones(len(keys), bool)
        for at in listed:
            away[at] = False
        # A reporter that lists these goods in another unit is lacking from the sum in this one, whatever it covers.
        elsewhere = away & np.isin(goods, goods[~away])
        lacks[elsewhere] += 1
        away &= ~elsewhere
        if not away.any():
            continue
        covered = _covered(view, (dataset, reporter, flow), partners, codes, months, measure.value)
        if isinstance(covered, np.ndarray):
            known = np.broadcast_to(covered, lacks.shape)
        else:
            known = np.zeros(lacks.shape, bool)
            for with_whom, of_what, when in covered:
                known |= (with_whom[partner_at] & of_what[code_at])[:, None] & when
        if reporter in kept_back or view.hidden(dataset, reporter, flow):
            at = np.flatnonzero(away)
            doubt = doubtful_silence(
                view,
                (dataset, reporter, flow),
                [keys[i][0] for i in at.tolist()],
                [keys[i][1] for i in at.tolist()],
                months,
                known[at].copy(),
            )
            known = known.copy()
            known[at] &= ~doubt
        lacks += away[:, None] & ~known


def _covered(
    view: View, spot: tuple[str, str, str], partners: Sequence[str], codes: Sequence[str], months: Any, measure: str
) -> Any:
    """Return in which months the silence of a reporter is covered: for all series alike, or by rectangles of flags."""
    dataset, reporter, flow = spot
    everywhere = np.zeros(len(months), bool)
    found = []
    for rectangles in view.rectangles.values():
        for one in rectangles:
            when = (months >= one.first) & (months <= one.last)
            total = one.has_part("regimes", "") and one.has_part("modes", "") and one.has_part("districts", "")
            if (
                one.dataset != dataset or reporter not in one.reporters or flow not in one.flows or one.length != 1
                or measure not in one.measures or not total or not when.any()
            ):  # fmt: skip
                continue
            with_whom = np.array([one.has_partner(partner) for partner in partners], bool)
            of_what = np.array([one.has_code(code) for code in codes], bool)
            if with_whom.all() and of_what.all():
                everywhere |= when
            found.append((with_whom, of_what, when))
    return everywhere if everywhere.all() or all(one[0].all() and one[1].all() for one in found) else found


def _numbered(texts: Sequence[str]) -> tuple[list[str], Any]:
    words: dict[str, int] = {}
    at = np.fromiter((words.setdefault(text, len(words)) for text in texts), np.int64, len(texts))
    return list(words), at
