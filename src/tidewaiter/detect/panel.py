"""Where the kernel gets its series from: a matrix, or compressed sparse rows, block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect import kernel
from tidewaiter.detect.states import KNOWN_STATES, STATES
from tidewaiter.errors import InputError

__all__ = ["DensePanel", "Panel", "SparsePanel"]

Floats = NDArray[np.float64]


class Panel(Protocol):
    """Series by months, read in blocks of series."""

    @property
    def n_series(self) -> int:
        """How many series."""

    @property
    def n_months(self) -> int:
        """How many months."""

    def block(self, first: int, last: int) -> Floats:
        """Return series ``first .. last`` as float64 [last - first, n_months], months not known as -1."""


@dataclass(frozen=True)
class DensePanel:
    """A matrix in memory.

    Parameters
    ----------
    values
        [n_series, n_months]; NaN for a month that is not known, 0 for no trade.
    states
        uint8 of the same shape, indices into :data:`tidewaiter.detect.STATES`, or None.
    """

    values: NDArray[Any]
    states: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no panel."""
        if self.values.ndim != 2:
            raise InputError(f"values must be series by months, two dimensions; got shape {self.values.shape}")
        if self.values.dtype.kind not in "fiu":
            raise InputError(f"values must be numbers; got {self.values.dtype}")
        if self.states is not None:
            if self.states.shape != self.values.shape:
                raise InputError(f"states must have the shape of values, {self.values.shape}; got {self.states.shape}")
            if self.states.dtype.kind not in "iu":
                raise InputError(f"states must be small integers, indices into STATES; got {self.states.dtype}")
            if self.states.size and (int(self.states.max()) >= len(STATES) or int(self.states.min()) < 0):
                bad = int(self.states.max()) if int(self.states.max()) >= len(STATES) else int(self.states.min())
                raise InputError(f"state {bad} is not one of 0 to {len(STATES) - 1}: {', '.join(STATES)}")

    @property
    def n_series(self) -> int:
        """How many series."""
        return int(self.values.shape[0])

    @property
    def n_months(self) -> int:
        """How many months."""
        return int(self.values.shape[1])

    def block(self, first: int, last: int) -> Floats:
        """Return series ``first .. last``; a negative or infinite amount is refused."""
        raw = np.array(self.values[first:last], dtype=np.float64, order="C")
        unknown = np.isnan(raw)
        if self.states is not None:
            unknown |= self.states[first:last] >= KNOWN_STATES
        raw[unknown] = 0.0
        if raw.size and (raw.min() < 0 or raw.max() == np.inf):
            i, m = np.argwhere((raw < 0) | (raw == np.inf))[0]
            raise InputError(
                f"series {first + i}, month {m}: {raw[i, m]:g} is no amount of trade; amounts are 0 or more, NaN if not known"
            )
        raw[unknown] = kernel.UNKNOWN
        return raw


@dataclass(frozen=True)
class SparsePanel:
    """Compressed sparse rows: only months with trade, or not known, are stored.

    Parameters
    ----------
    offsets
        int64 [n_series + 1]; series ``i`` has entries ``offsets[i] .. offsets[i + 1]``.
    months
        int64 [n_entries], column of each entry, below ``n_months``.
    amounts
        float64 [n_entries]; NaN where that month of that series is not known.
    n_months
        How many months.
    unknown
        bool [n_months], months of which nothing is known unless an entry says so; None for no such month.
    """

    offsets: NDArray[Any]
    months: NDArray[Any]
    amounts: NDArray[Any]
    n_months: int
    unknown: NDArray[np.bool_] | None = None
    _silent: NDArray[np.bool_] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        if len(self.months) != len(self.amounts) or not len(self.offsets) or self.offsets[-1] != len(self.months):
            raise InputError(
                f"offsets end at {self.offsets[-1] if len(self.offsets) else 'nothing'}, but there are "
                f"{len(self.months)} months and {len(self.amounts)} amounts"
            )
        if len(self.offsets) > 1 and (np.diff(self.offsets) < 0).any():
            raise InputError("offsets must not fall")
        if len(self.months) and not 0 <= int(self.months.min()) <= int(self.months.max()) < self.n_months:
            raise InputError(f"months must lie in 0 to {self.n_months - 1}")
        if len(self.amounts) and (np.nanmin(self.amounts) < 0 or np.nanmax(self.amounts) == np.inf):
            raise InputError("amounts must be 0 or more, NaN where not known")
        silent = np.zeros(self.n_months, np.bool_) if self.unknown is None else np.asarray(self.unknown, np.bool_)
        object.__setattr__(self, "_silent", silent)

    @property
    def n_series(self) -> int:
        """How many series."""
        return len(self.offsets) - 1

    @property
    def unknown_months(self) -> NDArray[np.bool_]:
        """Which months are not known unless an entry says so, bool [n_months]."""
        return self._silent

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]:
        """Return offsets, months and amounts as they lie; offsets as int64."""
        return np.ascontiguousarray(self.offsets, dtype=np.int64), self.months, self.amounts

    def block(self, first: int, last: int) -> Floats:
        """Return series ``first .. last`` laid out."""
        lo, hi = int(self.offsets[first]), int(self.offsets[last])
        out = np.empty((last - first, self.n_months))
        amounts = np.array(self.amounts[lo:hi], dtype=np.float64)
        amounts[np.isnan(amounts)] = kernel.UNKNOWN
        offsets = np.ascontiguousarray(self.offsets[first : last + 1], dtype=np.int64) - lo
        months = np.ascontiguousarray(self.months[lo:hi], dtype=np.int64)
        kernel.unpack(offsets, months, amounts, self._silent, 0, last - first, out)
        return out
