"""Every series of a slice of a store side by side: a matrix of months, each cell with its state.

A scan needs thousands of series at once. Reporters may stand apart or be added together; then a sum is what they list, and a
month that a reporter of weight has not released yet is unreleased for the sum. Silence is a zero only where coverage says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from tidewaiter.codes import REVISIONS, codes_of
from tidewaiter.errors import NoData
from tidewaiter.model import Measure, State
from tidewaiter.period import Period
from tidewaiter.series.added import STATE_NUMBERS, TOGETHER, Part, added
from tidewaiter.store.blocks import Block
from tidewaiter.store.coverage import is_group
from tidewaiter.store.silence import doubtful_silence
from tidewaiter.store.view import View

__all__ = ["STATE_NUMBERS", "TOGETHER", "SeriesPanel", "panels"]

_VALUE, _ZERO, _UNRELEASED, _MERGED, _NOT_ALIVE, _, _NOT_RECORDED, _, _UNKNOWN = range(len(State))


class SeriesPanel(msgspec.Struct, frozen=True):
    """Series of one dataset, flow and length of code.

    Parameters
    ----------
    reporters, partners, codes
        Of each series; the reporter is :data:`TOGETHER` where they were added.
    period
        The months of the columns.
    values
        float64 ``[n_series, n_months]``; NaN where not known, 0 where known to be none.
    states
        uint8 of the same shape, :data:`STATE_NUMBERS`.
    units
        Currency, or unit of the quantity in the last month.
    changed
        bool ``[n_series]``: the unit changed inside the series; months in another unit than the last are not compared.
    added
        int16 ``[n_series]``: how many reporters the last month's sum has; 1 where they stand apart.
    partial
        bool ``[n_series, n_months]``: the month is a sum that lacks what some reporter may have: it is at least so much.
    lacking
        int16 ``[n_series]``: how many reporters the last month's sum lacks.
    largest, share
        The reporter that has the largest part of the last month, and how large a part (float64 ``[n_series]``); empty and
        0 where there is no trade.
    """

    dataset: str
    flow: str
    measure: Measure
    digits: int
    reporters: tuple[str, ...]
    partners: tuple[str, ...]
    codes: tuple[str, ...]
    period: Period
    values: Any
    states: Any
    units: tuple[str, ...]
    changed: Any
    added: Any
    partial: Any
    lacking: Any
    largest: tuple[str, ...]
    share: Any

    def __len__(self) -> int:
        return len(self.codes)

    def groups(self) -> Any:
        """Number the pairs of reporter and partner: what the whole trade of a pair does, each of its goods is expected to do."""
        pairs: dict[tuple[str, str], int] = {}
        at = (pairs.setdefault(pair, len(pairs)) for pair in zip(self.reporters, self.partners, strict=True))
        return np.fromiter(at, np.int64, len(self))

    def only(self, at: int) -> SeriesPanel:
        """Return one series as a panel of its own, so that the others need not be kept."""
        row = slice(at, at + 1)
        return SeriesPanel(
            self.dataset, self.flow, self.measure, self.digits, self.reporters[row], self.partners[row], self.codes[row],
            self.period, self.values[row].copy(), self.states[row].copy(), self.units[row], self.changed[row].copy(),
            self.added[row].copy(), self.partial[row].copy(), self.lacking[row].copy(), self.largest[row],
            self.share[row].copy(),
        )  # fmt: skip

    def known(self, at: int) -> bool:
        """Whether every month of a series is wholly known, so that a record or an absence is proved."""
        return bool((self.states[at] <= _ZERO).all() and not self.partial[at].any())


def panels(
    view: View,
    period: Period,
    *,
    measure: Measure = Measure.VALUE,
    datasets: Sequence[str] | None = None,
    reporters: Sequence[str] | None = None,
    partners: Sequence[str] | None = None,
    flow: str | None = None,
    digits: int | None = None,
    codes: Iterable[str] | None = None,
    together: bool = False,
) -> tuple[SeriesPanel, ...]:
    """Return the panels of a slice: one for each dataset, flow and length of code.

    Parameters
    ----------
    period
        Months to take in, the last one the month that is asked about.
    reporters
        Those named; all countries that report if None, and groups that report beside them only where no country does.
    together
        Add the reporters up, those named or all that report in the dataset; groups of countries that report beside their
        members are left out. What one of them may have and the store does not know makes a month *at least* so much, and
        no zero.

    Raises
    ------
    NoData
        If the slice has no row.
    """
    wanted = None if codes is None else sorted(set(codes))
    gathered: dict[tuple[str, str, int], list[Part]] = {}
    blocks = list(
        view.blocks(
            measure=measure, datasets=datasets, reporters=reporters, partners=partners, flow=flow, codes=wanted,
            digits=digits, period=period,
        )
    )  # fmt: skip
    _learn_lines(view, blocks)
    for block in blocks:
        dataset, reporter, way = (block.keys[name][0].as_py() for name in ("dataset", "reporter", "flow"))
        if is_group(reporter) and (together or (reporters is None and not _only_groups(view, dataset))):
            continue
        for length, part in _parts(view, block, period, measure, reporter):
            gathered.setdefault((dataset, way, length), []).append(part)
    found = []
    for (dataset, way, length), parts in sorted(gathered.items()):
        if together:
            everyone = (
                [one for one in view.reporters(dataset, way) if not is_group(one)] if reporters is None else reporters
            )
            joined = added(view, parts, everyone, (dataset, way), period, measure)
        else:
            joined = _beside(parts)
        found.append(_panel(dataset, way, measure, length, period, joined))
    if not found:
        raise NoData("the store has no row of what was asked for; tidewaiter coverage shows what it has")
    return tuple(found)


def _learn_lines(view: View, blocks: Iterable[Block]) -> None:
    """Find out in one reading, not one for each reporter, in which years national lines exist."""
    lines: dict[str, set[str]] = {}
    for block in blocks:
        found = block.keys["cmd_code"].unique().to_pylist()
        lines.setdefault(block.keys["dataset"][0].as_py(), set()).update(code for code in found if len(code) > 6)
    covered = {one.dataset for rectangles in view.rectangles.values() for one in rectangles}
    for dataset in sorted(covered & set(lines)):
        view.learn_lines(dataset, lines[dataset])


def _only_groups(view: View, dataset: str) -> bool:
    return all(is_group(one) for one in view.reporters(dataset))


def _parts(view: View, block: Block, period: Period, measure: Measure, reporter: str) -> list[tuple[int, Part]]:
    """Lay a sparse block out, every cell with its state, and divide it by length of code."""
    count, width = len(block), len(period)
    values = np.full((count, width), np.nan)
    unit_at = np.full((count, width), -1, np.int16)
    series = np.repeat(np.arange(count), np.diff(block.offsets))
    column = block.months - period.start
    values[series, column] = block.values
    unit_at[series, column] = block.units
    listed = unit_at >= 0
    dataset, flow = block.keys["dataset"][0].as_py(), block.keys["flow"][0].as_py()
    months = np.arange(period.start, period.end + 1)
    states = np.full((count, width), _UNKNOWN, np.uint8)
    out = np.isin(months, view.months(dataset, reporter, flow))
    covered = view.covered_months(block.keys, months.tolist(), measure.value)
    states[covered] = _ZERO
    states[:, ~out] = _UNRELEASED
    for run in view.runs(dataset, reporter, flow):
        inside = (months >= run.start) & (months <= run.end) & ~out
        states[:, inside] = _MERGED
    codes = block.keys["cmd_code"].to_pylist()
    if covered.any():
        partners = block.keys["partner"].to_pylist()
        silent = doubtful_silence(view, (dataset, reporter, flow), partners, codes, months, covered & ~listed)
        states[silent & (states == _ZERO)] = _UNKNOWN
    states[~_alive(codes, months)] = _NOT_ALIVE
    finite = np.isfinite(values)
    states[listed & finite & (values > 0)] = _VALUE
    states[listed & finite & (values == 0)] = _ZERO
    states[listed & ~finite] = _NOT_RECORDED
    # Months in another unit than the latest are not compared with it.
    latest = np.where(listed.any(1), unit_at[np.arange(count), width - 1 - listed[:, ::-1].argmax(1)], -1)
    other = listed & (unit_at != latest[:, None])
    states[other] = _NOT_RECORDED
    values[states == _ZERO] = 0.0
    values[states > _ZERO] = np.nan
    names = [block.unit_names[place] if place >= 0 else "" for place in latest.tolist()]
    lengths = np.array([0 if code == "TOTAL" else len(code) for code in codes])
    partners = block.keys["partner"].to_pylist()
    found = []
    for length in sorted(set(lengths.tolist())):
        at = np.flatnonzero(lengths == length)
        found.append(
            (
                length,
                Part(
                    [reporter] * len(at), [partners[i] for i in at], [codes[i] for i in at], values[at], states[at],
                    [names[i] for i in at], other[at].any(1), np.ones(len(at), np.int16), out,
                ),
            )
        )  # fmt: skip
    return found


@lru_cache(maxsize=1)
def _editions() -> dict[int, frozenset[str]]:
    """Return the six-digit codes and the headings of each revision of the Harmonized System; under 0, those of all."""
    found = {}
    for revision in REVISIONS:
        six = [code for code in codes_of(revision) if len(code) == 6]
        found[revision] = frozenset(six) | {code[:4] for code in six}
    return {0: frozenset().union(*found.values()), **found}


def _alive(codes: Sequence[str], months: Any) -> Any:
    """Return whether each code exists in each month, as far as headings and six digits tell; longer codes follow their six."""
    years = months // 12
    alive = np.ones((len(codes), len(months)), bool)
    every = _editions()
    short = [code[:6] if len(code) >= 6 else code for code in codes]
    known = np.array([len(code) >= 4 and code in every[0] for code in short], bool)
    for year in np.unique(years).tolist():
        there = every[max((one for one in REVISIONS if one <= year), default=REVISIONS[0])]
        dead = known & np.array([code not in there for code in short], bool)
        alive[np.ix_(dead, years == year)] = False
    return alive


def _beside(parts: list[Part]) -> Part:
    values = np.concatenate([part.values for part in parts])
    reporters = [name for part in parts for name in part.reporters]
    trades = np.nan_to_num(values[:, -1]) > 0
    return Part(
        reporters,
        [name for part in parts for name in part.partners],
        [code for part in parts for code in part.codes],
        values,
        np.concatenate([part.states for part in parts]),
        [unit for part in parts for unit in part.units],
        np.concatenate([part.changed for part in parts]),
        np.concatenate([part.added for part in parts]),
        parts[0].months_out,
        np.zeros(values.shape, bool),
        np.zeros(len(values), np.int16),
        [name if there else "" for name, there in zip(reporters, trades.tolist(), strict=True)],
        trades.astype(np.float64),
    )


def _panel(dataset: str, flow: str, measure: Measure, digits: int, period: Period, part: Part) -> SeriesPanel:
    keys = list(zip(part.reporters, part.partners, part.codes, strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    at = np.array(order, np.int64)
    return SeriesPanel(
        dataset, flow, measure, digits,
        tuple(part.reporters[i] for i in order), tuple(part.partners[i] for i in order),
        tuple(part.codes[i] for i in order), period, part.values[at], part.states[at],
        tuple(part.units[i] for i in order), part.changed[at], part.added[at], part.partial[at], part.lacking[at],
        tuple(part.largest[i] for i in order), part.share[at],
    )  # fmt: skip
