"""What is learnt from earlier months, once, and kept: pooled constants and the null of every channel."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect import run
from tidewaiter.detect.channels import CHANNELS, ODDS_CHANNELS, Constants, learn_constants, n_strata, scores, strata
from tidewaiter.detect.measured import Measured
from tidewaiter.detect.null import Null, fit_null
from tidewaiter.detect.panel import Panel
from tidewaiter.detect.silences import Silences, testable
from tidewaiter.detect.values import Noise, after_far_off, event_shares, weigh_mirrored
from tidewaiter.errors import InputError

__all__ = ["LOOKS", "Calibration", "calibrate_panel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LOOKS = ("spike", "sustained", "start")
"""The three ways of looking that ``score`` and ``p`` combine."""
MONTHS = 12
SAMPLE = 30_000
COUNT_WINDOW = (0.3, 0.08)
COUNT_FAITH = 0.85
"""Outbreaks last, and a sixth of all past months may belong to one: the model's word counts for more than the months'."""
CONTAMINATED = frozenset({"spike", "sustained", "together", "record"})
"""Channels whose earlier months hold events of the past."""
LEAST_SHARE = 1e-3
LEAST_BIN, BINS = 30, 40
FEW_FALLS = 2.0
"""Falls, and rises, that are taken to have been there beside those seen; a ratio of few leans on 1."""
FIRST_SHARE = 0.1
VERSION = 4


@dataclass(frozen=True)
class Calibration:
    """Statistics of earlier months; valid for panels of the same kind, and for the months that follow.

    Attributes
    ----------
    family, season
        What it was learnt for.
    recent
        Months that are judged against the baseline of those before.
    constants
        Pooled over all series.
    nulls
        One a channel, and ``"together"`` for spike, sustained and start combined.
    """

    family: str
    season: int
    recent: int
    constants: Constants
    nulls: dict[str, Null]

    def save(self, path: Path) -> None:
        """Write it to ``path`` (NumPy's ``.npz``)."""
        parts: dict[str, Any] = {"meta": np.array([VERSION, self.season, self.recent]), "family": np.array(self.family)}
        for name, part in dataclasses.asdict(self.constants).items():
            parts |= {f"{name}.{k}": np.asarray(v) for k, v in part.items()}
        for name, null in self.nulls.items():
            parts |= {f"null.{name}.{k}": v for k, v in dataclasses.asdict(null).items()}
        with path.open("wb") as file:
            np.savez(file, **parts)

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read what :meth:`save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            version, season, recent = (int(x) for x in kept["meta"])
            if version != VERSION:
                raise InputError(
                    f"{path.name} holds a calibration of form {version}; this needs {VERSION}: make it anew"
                )
            noise: dict[str, Any] = {}
            silences: dict[str, Any] = {}
            nulls: dict[str, dict[str, Any]] = {}
            for key in kept.files:
                kind, _, rest = key.partition(".")
                if kind == "noise":
                    noise[rest] = float(kept[key])
                elif kind == "silences":
                    silences[rest] = kept[key]
                elif kind == "null":
                    name, _, what = rest.rpartition(".")
                    nulls.setdefault(name, {})[what] = kept[key] if kept[key].ndim else float(kept[key])
            return cls(
                str(kept["family"]),
                season,
                recent,
                Constants(Noise(**noise), Silences(**silences)),
                {k: Null(**v) for k, v in nulls.items()},
            )


def sample_groups(groups: Ints, n_groups: int) -> NDArray[np.bool_]:
    """Whole groups, evenly spread, about :data:`SAMPLE` series in all; every series where there are not more."""
    sizes = np.bincount(groups, minlength=n_groups)
    if sizes.sum() <= SAMPLE:
        return np.ones(len(groups), np.bool_)
    # a fixed scramble of the group numbers: neighbours in a code list are alike
    order = np.argsort((np.arange(n_groups, dtype=np.uint64) * np.uint64(11400714819323198485)) >> np.uint64(11))
    chosen = np.zeros(n_groups, np.bool_)
    chosen[order[: max(1, int(np.searchsorted(np.cumsum(sizes[order]), SAMPLE)))]] = True
    return chosen[groups]


class Part:
    """Some of a panel's series, as a panel of their own."""

    def __init__(self, panel: Panel, rows: Ints) -> None:
        self._dense = np.empty((len(rows), panel.n_months))
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        edges = [0, *breaks.tolist(), len(rows)] if len(rows) else [0]
        for a, b in pairwise(edges):
            self._dense[a:b] = panel.block(int(rows[a]), int(rows[b - 1]) + 1)

    @property
    def n_series(self) -> int:
        """How many series."""
        return len(self._dense)

    @property
    def n_months(self) -> int:
        """How many months."""
        return int(self._dense.shape[1])

    def block(self, first: int, last: int) -> Floats:
        """Return series ``first .. last``."""
        return self._dense[first:last]

    def first_known(self) -> int:
        """Return the first month that is known of one series in ten; a panel whose past is not known is a short one."""
        if not len(self._dense):
            return 0
        seen = np.logical_or.accumulate(self._dense >= 0.0, axis=1).mean(axis=0) >= FIRST_SHARE
        return int(seen.argmax()) if seen.any() else 0


def calibrate_panel(
    panel: Panel, groups: Ints, n_groups: int, family: str, season: int, options: run.Options
) -> Calibration:
    """Run every statistic over the months before the last one, on a sample of whole groups, and fit its null."""
    rows = np.flatnonzero(sample_groups(groups, n_groups))
    part = Part(panel, rows)
    kept, small = np.unique(groups[rows], return_inverse=True)
    n_months = panel.n_months
    first = part.first_known()
    recent = run.recent_months(n_months - first)
    earliest = first + max((n_months - first) // 2, 8)
    ends = [e for e in range(n_months - 2, n_months - 2 - MONTHS, -1) if e >= earliest]
    quiet = run.Options(options.threads, options.batch)
    months = [
        run.measure_month(part, small.astype(np.int64), len(kept), e, family, season, recent, quiet) for e in ends
    ]
    return learn(months, family, season, recent, quiet)


def learn(months: list[Measured], family: str, season: int, recent: int, options: run.Options) -> Calibration:
    """Fit constants and nulls to measured months."""
    constants = learn_constants(months)
    stratum = np.concatenate([strata(m) for m in months]) if months else np.zeros(0, np.int64)
    # as for the month that is judged: what would not be tested tells nothing of how tested months look
    known = np.concatenate([testable(m) for m in months]) if months else np.zeros(0, np.bool_)
    stratum = stratum[known]
    scored = [scores(m, constants, options) for m in months]
    quiet = chance_quiet(months, scored, constants, known) if family == "value" and months else None
    nulls: dict[str, Null] = {}
    for channel in (*CHANNELS, "together"):
        score = np.concatenate([r[channel] for r in scored])[known] if scored else np.zeros(0)
        nulls[channel] = null_of(channel, family, score, stratum, quiet if channel in CONTAMINATED else None)
    return Calibration(family, season, recent, constants, nulls)


def chance_quiet(
    months: list[Measured], scored: list[dict[str, Floats]], constants: Constants, known: NDArray[np.bool_]
) -> Floats:
    """Chance of each earlier month that nothing rose in it: past events are no part of the null.

    A noise of logs that leans to neither side rises as often as it falls, however heavy its tails; what rises more often than it
    falls by the same odds are taken for events (a lean that only the far tail shows is, wrongly, one of them). A month counts by how many months fell with its odds over how many rose with them, never more than 1, and
    never more than a month of lower odds.
    """
    odds = [np.concatenate([s[kind] for s in scored])[known] for kind in ("surge", "shift")]
    shares = np.maximum(event_shares(*odds), LEAST_SHARE)
    turned = weigh_mirrored(months, constants.noise)
    up, down = _mixed(odds, shares), _mixed(turned, shares)
    steady = ~np.concatenate([after_far_off(m, constants.noise) for m in months])[known]
    return rises_over_falls(up, down, steady)


def _mixed(odds: Sequence[Floats], shares: Floats) -> Floats:
    """Log odds of a surge or a shift together; -inf where there was no trade."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.logaddexp(odds[0] + np.log(shares[0]), odds[1] + np.log(shares[1])))


def rises_over_falls(up: Floats, down: Floats, steady: NDArray[np.bool_]) -> Floats:
    """Return for each of ``up`` how many of ``down`` there are with such odds for one of ``up``, at most 1 and not rising.

    Parameters
    ----------
    up, down
        float64 [n], [m]: odds of months as they are, and of months upside down; -inf where there was no trade.
    steady
        bool [n]: which of ``up`` are set against ``down``, months as those are; the rest are told by their odds.
    """
    from scipy.optimize import isotonic_regression  # slow to import, and only learning needs it

    quiet = np.ones(len(up))
    at = np.flatnonzero(np.isfinite(up))
    set_against = np.flatnonzero(np.isfinite(up) & steady)
    turned = np.sort(down[np.isfinite(down)])
    if len(set_against) < LEAST_BIN or not len(turned):
        return quiet
    x = np.sort(up[set_against])
    ranks = np.unique(np.geomspace(LEAST_BIN, len(x), BINS).astype(np.int64))
    edges = np.unique(x[len(x) - ranks])
    places = np.append(np.searchsorted(x, edges), len(x))
    counts = np.diff(places).astype(np.float64)
    below = np.append(np.searchsorted(turned, edges[1:]), len(turned))
    falls = np.diff(np.append(0, below)) * (len(x) / len(turned))
    ratio = (falls + FEW_FALLS) / (counts + FEW_FALLS)
    level = -isotonic_regression(-ratio, weights=counts + FEW_FALLS).x
    middle = np.add.reduceat(x, places[:-1]) / counts
    quiet[at] = np.interp(up[at], middle, np.minimum(level, 1.0))
    return quiet


def null_of(channel: str, family: str, score: Floats, stratum: Ints, quiet: Floats | None) -> Null:
    """Fit a channel's null: odds mean the same everywhere and are pooled, other scores are not."""
    if family == "count":
        return fit_null(score, stratum, n_strata(family), window=COUNT_WINDOW, faith=COUNT_FAITH)
    if channel in ODDS_CHANNELS:
        return fit_null(score, np.zeros_like(stratum), 1, weight=quiet)
    return fit_null(score, stratum, n_strata(family), weight=quiet)
