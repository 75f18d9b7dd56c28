"""What most articles use: year on year, a rolling z score, a record high. Each gives one score a series, higher is more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["RULES", "record_high", "rolling_z", "year_on_year"]

Floats = NDArray[np.float64]


def year_on_year(values: Floats) -> Floats:
    """Value over the same month last year; infinite from nothing, -inf for no trade now."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = values[:, -1] / values[:, -13]
    return np.where(np.isnan(ratio), -np.inf, ratio)


def rolling_z(values: Floats, months: int = 24) -> Floats:
    """Distance from the mean of the last months in their standard deviations, on log(1 + value)."""
    logs = np.log1p(values)
    past = logs[:, -1 - months : -1]
    spread = np.maximum(np.nanstd(past, axis=1), 0.1)
    return np.asarray((logs[:, -1] - np.nanmean(past, axis=1)) / spread)


def record_high(values: Floats) -> Floats:
    """Value over the highest before it; infinite where there was none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = values[:, -1] / np.nanmax(values[:, :-1], axis=1)
    return np.where(np.isnan(ratio), -np.inf, ratio)


RULES = {"rule: year on year": year_on_year, "rule: rolling z": rolling_z, "rule: record high": record_high}
