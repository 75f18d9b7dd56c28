"""Every month, not only the last: the full scan month by month, or a fast screen of all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tidewaiter.detect import kernel_screen, run
from tidewaiter.detect.calibration import Calibration, calibrate_panel
from tidewaiter.detect.panel import DensePanel
from tidewaiter.detect.result import ScanResult
from tidewaiter.detect.scanning import group_numbers, scan_panel
from tidewaiter.errors import InputError

__all__ = ["backscan", "screen"]


def backscan(
    values: ArrayLike,
    groups: ArrayLike | None = None,
    family: str = "value",
    season: int = 12,
    states: ArrayLike | None = None,
    *,
    months: Iterable[int] | None = None,
    calibration: Calibration | None = None,
    threads: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[int, ScanResult]]:
    """Judge earlier months as if each had been the last one, with one calibration for all of them.

    Parameters
    ----------
    values, groups, family, season, states, calibration, threads
        As for :func:`tidewaiter.detect.scan`; the calibration is learnt from the months before the last one.
    months
        Which columns; None: all that have two seasons before them.
    progress
        Called with months done and months in all.

    Yields
    ------
    tuple
        A column and its :class:`tidewaiter.detect.ScanResult`, which knows nothing of later columns but through the
        calibration.
    """
    matrix = np.asarray(values)
    marks = None if states is None else np.asarray(states)
    panel = DensePanel(matrix, marks)
    wanted = list(range(2 * season, panel.n_months)) if months is None else list(months)
    for m in wanted:
        if not 0 <= m < panel.n_months:
            raise InputError(f"month {m} is not in the panel; its columns are 0 to {panel.n_months - 1}")
    options = run.Options(threads)
    if calibration is None:
        numbers, n_groups = group_numbers(groups, panel.n_series)
        calibration = calibrate_panel(panel, numbers, n_groups, family, season, options)
    for done, m in enumerate(wanted, 1):
        upto = DensePanel(matrix[:, : m + 1], None if marks is None else marks[:, : m + 1])
        yield m, scan_panel(upto, groups, family, season, calibration, options=options)
        if progress:
            progress(done, len(wanted))


def screen(
    offsets: ArrayLike, amounts: ArrayLike, window: int = 36, floor: float = 0.1, threads: int = 0
) -> NDArray[np.float32]:
    """Compare each entry of compressed rows with the middle of those before it in its series.

    Parameters
    ----------
    offsets
        int64 [n_series + 1].
    amounts
        [n_entries], above zero, in order of time within each series.
    window
        Earlier entries that count.
    floor
        Least spread, log.

    Returns
    -------
    NDArray
        float32 [n_entries]: ``(log amount - median) / (1.4826 MAD)``; 0 where fewer than 5 entries came before.

    Examples
    --------
    >>> screen([0, 8], [10, 11, 9, 10, 10, 11, 9, 90.0]).round(1).tolist()[-1]
    15.5
    """
    edges = np.ascontiguousarray(offsets, dtype=np.int64)
    amount = np.asarray(amounts)
    if not len(edges) or edges[-1] != len(amount):
        raise InputError(
            f"offsets end at {edges[-1] if len(edges) else 'nothing'}, but there are {len(amount)} amounts"
        )
    if window < 5:
        raise InputError(f"a window of {window} months is too short; 5 or more")
    out = np.empty(len(amount), np.float32)

    def block(a: int, b: int) -> None:
        lo, hi = int(edges[a]), int(edges[b])
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(amount[lo:hi].astype(np.float32))
        if not np.isfinite(logs).all():
            raise InputError("amounts of compressed rows must be above 0; leave silent and unknown months out")
        kernel_screen.screen_rows(edges[a : b + 1] - lo, logs, 0, b - a, window, np.float32(floor), out[lo:hi])

    run.each_block(len(edges) - 1, run.Options(threads), block)
    return out
