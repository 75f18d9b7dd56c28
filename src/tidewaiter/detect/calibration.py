"""What is learnt from earlier months, once, and kept: pooled constants and the null of every channel."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect import run
from tidewaiter.detect.channels import CHANNELS, Constants, learn_constants, n_strata, rough_scores, strata
from tidewaiter.detect.measured import Measured
from tidewaiter.detect.null import Null, fit_null
from tidewaiter.detect.panel import Panel
from tidewaiter.errors import InputError

__all__ = ["LOOKS", "Calibration", "calibrate_panel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LOOKS = ("spike", "sustained", "start")
"""The three ways of looking that ``score`` and ``p`` combine."""
MONTHS = 12
SAMPLE = 30_000
VERSION = 1


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
        parts |= {f"constants.{k}": np.asarray(v) for k, v in dataclasses.asdict(self.constants).items()}
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
            constants: dict[str, Any] = {}
            nulls: dict[str, dict[str, Any]] = {}
            for key in kept.files:
                kind, _, rest = key.partition(".")
                if kind == "constants":
                    constants[rest] = kept[key] if kept[key].ndim else float(kept[key])
                elif kind == "null":
                    name, _, what = rest.rpartition(".")
                    nulls.setdefault(name, {})[what] = kept[key]
            return cls(
                str(kept["family"]), season, recent, Constants(**constants), {k: Null(**v) for k, v in nulls.items()}
            )


def together(log_p: dict[str, Floats]) -> Floats:
    """Combine the looks: log of the mean of ``1 / p`` (harmonic mean p, Wilson 2019), 0 where all p are 1."""
    stacked = np.stack([np.where(log_p[c] < 0, -log_p[c], -np.inf) for c in LOOKS])
    top = stacked.max(0)
    safe = np.where(np.isfinite(top), top, 0.0)
    mean = np.log(np.exp(stacked - safe).sum(0) + 1e-300) + safe - np.log(len(LOOKS))
    return np.where(np.isfinite(top), np.maximum(mean, 1e-9), 0.0)


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


def calibrate_panel(
    panel: Panel, groups: Ints, n_groups: int, family: str, season: int, options: run.Options
) -> Calibration:
    """Run every statistic over the months before the last one, on a sample of whole groups, and fit its null."""
    rows = np.flatnonzero(sample_groups(groups, n_groups))
    part = Part(panel, rows)
    kept, small = np.unique(groups[rows], return_inverse=True)
    n_months = panel.n_months
    recent = run.recent_months(n_months)
    ends = [e for e in range(n_months - 2, n_months - 2 - MONTHS, -1) if e >= max(n_months // 2, 8)]
    quiet = run.Options(options.threads, options.batch)
    months = [
        run.measure_month(part, small.astype(np.int64), len(kept), e, family, season, recent, quiet) for e in ends
    ]
    return learn(months, family, season, recent)


def learn(months: list[Measured], family: str, season: int, recent: int) -> Calibration:
    """Fit constants and nulls to measured months."""
    constants = learn_constants(months)
    stratum = np.concatenate([strata(m) for m in months]) if months else np.zeros(0, np.int64)
    known = np.concatenate([m["now"] != np.inf for m in months]) if months else np.zeros(0, np.bool_)
    stratum = stratum[known]
    rough = [rough_scores(m, constants) for m in months]
    nulls: dict[str, Null] = {}
    log_p: dict[str, Floats] = {}
    for channel in CHANNELS:
        score = np.concatenate([r[channel] for r in rough])[known] if rough else np.zeros(0)
        nulls[channel] = fit_null(score, stratum, n_strata(family))
        if channel in LOOKS:
            log_p[channel] = nulls[channel].log_p(score, stratum)
    nulls["together"] = fit_null(together(log_p), stratum, n_strata(family))
    return Calibration(family, season, recent, constants, nulls)
