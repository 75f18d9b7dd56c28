"""One event in forty codes is one finding: groups are tested first, from the widest down, then their members.

A node of the tree (a chapter, a heading) is tested as a series of its own, and by how many of its members alarm at once.
It is told as one event if it alarms and several of its children take part; else the children are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from tidewaiter.detect.fdr import q_values
from tidewaiter.detect.panel import DensePanel
from tidewaiter.detect.result import ScanResult
from tidewaiter.detect.scanning import scan
from tidewaiter.detect.states import KNOWN_STATES, STATES
from tidewaiter.errors import InputError

__all__ = ["Event", "scan_hierarchy"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOT_ALIVE = STATES.index("code not alive")
MEMBER_P = 0.01
"""A member alarms at this level when alarming members are counted."""
PART_P = 0.05
"""A member takes part in its group's event at this level."""
ALONE = 0.8
"""A child that makes up this share of a node's rise is the event itself."""


@dataclass(frozen=True)
class Event:
    """One finding.

    Attributes
    ----------
    level
        Index into ``levels``; ``len(levels)`` for a single series.
    node
        The node's name, as in ``levels[level]``; the series' index where it is a single one.
    members
        Series that take part, most surprising first.
    p, q, score, channel
        Of the node; ``channel`` is ``"many"`` where the number of members alarming at once is what is surprising.
    value, expected
        The node's month, and what was to be expected.
    """

    level: int
    node: int
    members: Ints
    p: float
    q: float
    score: float
    channel: str
    value: float
    expected: float


@dataclass(frozen=True)
class _Level:
    """One level of the tree, tested; ``of`` is each series' node, ``names`` the nodes' names."""

    of: Ints
    names: NDArray[np.int64]
    p: Floats
    q: Floats
    channel: NDArray[np.str_]
    value: Floats
    expected: Floats
    rise: Floats

    def event(self, level: int, node: int, members: Ints) -> Event:
        """Return a node as a finding."""
        p, q = float(self.p[node]), float(self.q[node])
        score = float(-np.log(max(p, 1e-300)))
        value, expected = float(self.value[node]), float(self.expected[node])
        return Event(level, int(self.names[node]), members, p, q, score, str(self.channel[node]), value, expected)


def sums(values: Floats, states: NDArray[np.uint8] | None, nodes: Ints, n_nodes: int) -> Floats:
    """Sum members; a month of which one living member is not known is not known, a dead code adds nothing."""
    order = np.argsort(nodes, kind="stable")
    starts = np.searchsorted(nodes[order], np.arange(n_nodes))
    unknown = np.isnan(values)
    if states is not None:
        unknown = (unknown | (states >= KNOWN_STATES)) & (states != NOT_ALIVE)
        values = np.where(states >= KNOWN_STATES, 0.0, values)
    total = np.add.reduceat(np.where(np.isnan(values), 0.0, values)[order], starts, axis=0)
    some = np.add.reduceat(unknown[order].astype(np.int64), starts, axis=0) > 0
    return np.where(some, np.nan, total)


def scan_hierarchy(
    values: ArrayLike,
    levels: Sequence[ArrayLike],
    family: str = "value",
    season: int = 12,
    states: ArrayLike | None = None,
    *,
    sure: float = 0.2,
    threads: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Event], ScanResult]:
    """Judge the last month of every series and of every group of them, one finding an event.

    Parameters
    ----------
    values, family, season, states
        As for :func:`tidewaiter.detect.scan`.
    levels
        Integer arrays [n_series], widest first: chapter, heading, subheading. Each has to lie within the one before.
    sure
        Highest q-value of a finding, at each level.

    Returns
    -------
    tuple
        Events, most surprising first, and the scan of the single series, their groups' common moves left in.

    Raises
    ------
    InputError
        As for ``scan``; levels that do not nest.
    """
    panel = np.asarray(values, dtype=np.float64)
    marks = None if states is None else np.asarray(states)
    DensePanel(panel, marks)
    tree = [_numbered(np.asarray(level), len(panel)) for level in levels]
    for i in range(1, len(tree)):
        wider = np.full(int(tree[i][0].max(initial=-1)) + 1, -1)
        wider[tree[i][0]] = tree[i - 1][0]
        if (wider[tree[i][0]] != tree[i - 1][0]).any():
            raise InputError(f"level {i} does not lie within level {i - 1}: one of its groups is in two of them")
    finest = tree[-1][0] if tree else None
    single = scan(panel, finest, family, season, marks, net=False, threads=threads, progress=progress)
    tested: list[_Level] = []
    for i, (of, names) in enumerate(tree):
        parents = None
        if i:
            parents = np.empty(len(names), np.int64)
            parents[of] = tree[i - 1][0]
        whole = scan(sums(panel, marks, of, len(names)), parents, family, season, net=False, threads=threads)
        tested.append(_test(whole, of, names, single))
    return _choose(tested, single, sure), single


def _numbered(level: NDArray[np.int64], n: int) -> tuple[Ints, NDArray[np.int64]]:
    if level.shape != (n,) or level.dtype.kind not in "iu":
        raise InputError(
            f"each level must be whole numbers, one for each of {n} series; got {level.dtype} {level.shape}"
        )
    names, of = np.unique(level, return_inverse=True)
    return of.astype(np.int64), names


def _test(whole: ScanResult, of: Ints, names: NDArray[np.int64], single: ScanResult) -> _Level:
    alarms = np.bincount(of, np.nan_to_num(single.p, nan=1.0) <= MEMBER_P, len(names))
    tested = np.bincount(of, single.tested, len(names))
    # at least so many of so many by chance
    many = np.where(alarms >= 2, betainc(np.maximum(alarms, 1), np.maximum(tested - alarms + 1, 1), MEMBER_P), 1.0)
    p = np.where(np.isnan(whole.p), many, np.minimum(1.0, 2.0 * np.fmin(whole.p, many)))
    channel = np.where(many < np.nan_to_num(whole.p, nan=1.0), "many", whole.channel)
    rise = np.nan_to_num(whole.value - whole.expected)
    return _Level(of, names, p, q_values(p), channel, whole.value, whole.expected, rise)


def _choose(tested: list[_Level], single: ScanResult, sure: float) -> list[Event]:
    """Walk from the widest level down; what is told at one level is not told again below it."""
    free = single.tested.copy()
    rise = np.nan_to_num(single.value - single.expected)
    taking_part = free & (np.nan_to_num(single.p, nan=1.0) <= PART_P) & (rise > 0)
    events: list[Event] = []
    for i, level in enumerate(tested):
        below = tested[i + 1] if i + 1 < len(tested) else None
        for node in np.flatnonzero(level.q <= sure).tolist():
            inside = np.flatnonzero((level.of == node) & free)
            members = inside[taking_part[inside]]
            if len(members) < 2:
                continue
            children = below.of[members] if below else members
            alarming = (below.p[children] if below else single.p[members]) <= MEMBER_P
            gains = np.bincount(np.unique(children[alarming], return_inverse=True)[1], rise[members[alarming]])
            if len(gains) < 2 or gains.max() > ALONE * gains.sum():
                continue
            order = members[np.argsort(-single.score[members], kind="stable")]
            events.append(level.event(i, node, order))
            free[inside[taking_part[inside]]] = False
    for k in np.flatnonzero(free & (np.nan_to_num(single.q, nan=1.0) <= sure)):
        p, q, score = float(single.p[k]), float(single.q[k]), float(single.score[k])
        value, expected = float(single.value[k]), float(single.expected[k])
        events.append(Event(len(tested), int(k), np.array([k]), p, q, score, str(single.channel[k]), value, expected))
    return sorted(events, key=lambda e: (-e.score, e.level, e.node))
