"""Scan the last month of a panel: which series did something worth telling, in which way, how sure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tidewaiter.detect import run
from tidewaiter.detect.calibration import LOOKS, Calibration, calibrate_panel
from tidewaiter.detect.channels import CHANNELS, MANY, scores, strata
from tidewaiter.detect.fdr import TIERS, q_values, tiers
from tidewaiter.detect.measured import Measured
from tidewaiter.detect.panel import DensePanel, Panel
from tidewaiter.detect.result import ScanResult
from tidewaiter.detect.silences import FEW, FEW_LATELY, testable
from tidewaiter.errors import InputError

__all__ = ["calibrate", "scan", "scan_both", "scan_panel"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FAMILIES = ("value", "count")
BUDGET = 100
ARTEFACTS = ("", "no past", "no recent past", "group moved as one", "many start at once", "a thousandfold")
AS_ONE = np.log(3.0)
"""Log move of a group that is worth a label."""
AS_ONE_MEMBERS = 10
"""Trading members below which a group's common move gets none."""


def scan(
    values: ArrayLike,
    groups: ArrayLike | None = None,
    family: str = "value",
    season: int = 12,
    states: ArrayLike | None = None,
    *,
    calibration: Calibration | None = None,
    net: bool = True,
    channels: Sequence[str] = CHANNELS,
    quantities: ArrayLike | None = None,
    budget: int = BUDGET,
    threads: int = 0,
    batch: int = 16384,
    progress: Callable[[int, int], None] | None = None,
    on_compile: Callable[[], None] | None = None,
) -> ScanResult:
    """Judge the last month of every series.

    Parameters
    ----------
    values
        [n_series, n_months], amounts; NaN for a month that is not known, 0 for a true zero.
    groups
        int [n_series]: series that are alike (the same heading, the same partner); None: all are one group.
    family
        ``"value"`` for money and weight, ``"count"`` for counts and small integers.
    season
        Months, or other steps, in a year.
    states
        uint8 of the shape of ``values``, indices into :data:`tidewaiter.detect.STATES`; whatever is neither value
        nor zero is a month not known.
    calibration
        From an earlier scan of the same kind of panel; None: learnt from the months before the last one.
    net
        Whether a series is judged net of what its group as a whole did that month. A reopened railway lifts every
        series; raw (``False``) they all alarm, net only those that rose more than the others.
    channels
        Which to fill; of those left out p is NaN, and ``score``, ``p`` and ``channel`` are of those of spike, sustained and
        start that are not. Without sustained and start a third of the work is saved.
    quantities
        [n_series, n_months] in one unit a series, NaN where not known: unit values are judged too (``p_unit_value``).
    budget
        How many alarms a month are wanted at least; see ``tier``.
    threads, batch
        Threads (0: one a core, four at most) and series a block; neither changes the answer.
    progress
        Called with series done and series in all.
    on_compile
        Called when code has to be compiled first, which takes some seconds once on a machine.

    Returns
    -------
    ScanResult
        Arrays in the order of ``values``.

    Raises
    ------
    InputError
        Shapes that do not fit, negative or infinite amounts, an unknown family.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values = np.exp(rng.normal(10, 0.3, (300, 48)))
    >>> values[7, -1] *= 30
    >>> found = scan(values)
    >>> int(found.score.argmax()), str(found.channel[7]), str(found.tier[7])
    (7, 'spike', 'firm')
    """
    panel = DensePanel(np.asarray(values), None if states is None else np.asarray(states))
    options = run.Options(threads, batch, progress)
    found = scan_panel(panel, groups, family, season, calibration, budget, options, on_compile, net, channels)
    if quantities is None:
        return found
    quiet = run.Options(threads, batch)
    prices = scan_panel(unit_prices(panel, np.asarray(quantities)), groups, "value", season, options=quiet)
    return with_unit_values(found, prices)


def group_numbers(groups: ArrayLike | None, n: int) -> tuple[Ints, int]:
    if groups is None:
        return np.zeros(n, np.int64), 1
    given = np.asarray(groups)
    if given.shape != (n,):
        raise InputError(f"groups must name one group for each of {n} series; got shape {given.shape}")
    names, numbers = np.unique(given, return_inverse=True)
    return numbers.astype(np.int64), max(len(names), 1)


def _check(panel: Panel, family: str, season: int, calibration: Calibration | None) -> None:
    if family not in FAMILIES:
        raise InputError(f"unknown family {family!r}; there are {', '.join(FAMILIES)}")
    if season < 1:
        raise InputError(f"season must be 1 or more steps; got {season}")
    if panel.n_months < 1:
        raise InputError("values holds no month; at least one is needed")
    if calibration is not None and (calibration.family, calibration.season) != (family, season):
        raise InputError(
            f"the calibration is for family {calibration.family!r} and season {calibration.season}, "
            f"not {family!r} and {season}; make one from this panel"
        )


def calibrate(
    values: ArrayLike,
    groups: ArrayLike | None = None,
    family: str = "value",
    season: int = 12,
    states: ArrayLike | None = None,
    *,
    threads: int = 0,
) -> Calibration:
    """Learn from all months but the last what :func:`scan` needs; parameters as there."""
    panel = DensePanel(np.asarray(values), None if states is None else np.asarray(states))
    _check(panel, family, season, None)
    numbers, n_groups = group_numbers(groups, panel.n_series)
    return calibrate_panel(panel, numbers, n_groups, family, season, run.Options(threads))


def scan_panel(
    panel: Panel,
    groups: ArrayLike | None = None,
    family: str = "value",
    season: int = 12,
    calibration: Calibration | None = None,
    budget: int = BUDGET,
    options: run.Options | None = None,
    on_compile: Callable[[], None] | None = None,
    net: bool = True,
    channels: Sequence[str] = CHANNELS,
) -> ScanResult:
    """Do what :func:`scan` does for any :class:`tidewaiter.detect.panel.Panel`, for one that is not in memory too."""
    options = options or run.Options()
    wrong = [name for name in channels if name not in CHANNELS]
    if wrong or not channels:
        raise InputError(f"unknown channel {', '.join(map(repr, wrong)) or 'none'}; there are {', '.join(CHANNELS)}")
    measured, calibration = _measured(panel, groups, family, season, calibration, options, on_compile)
    return judge(measured, calibration, budget, run.Options(options.threads, options.batch), net, channels)


def scan_both(
    panel: Panel,
    groups: ArrayLike | None = None,
    family: str = "value",
    season: int = 12,
    calibration: Calibration | None = None,
    budget: int = BUDGET,
    options: run.Options | None = None,
    on_compile: Callable[[], None] | None = None,
) -> tuple[ScanResult, ScanResult]:
    """Judge the last month net of what the groups did and raw, as two calls of :func:`scan_panel` would, measured once."""
    options = options or run.Options()
    measured, calibration = _measured(panel, groups, family, season, calibration, options, on_compile)
    quiet = run.Options(options.threads, options.batch)
    return judge(measured, calibration, budget, quiet), judge(measured, calibration, budget, quiet, net=False)


def _measured(
    panel: Panel,
    groups: ArrayLike | None,
    family: str,
    season: int,
    calibration: Calibration | None,
    options: run.Options,
    on_compile: Callable[[], None] | None,
) -> tuple[Measured, Calibration]:
    """Measure the last month; learn from those before it where nothing is learnt yet."""
    _check(panel, family, season, calibration)
    numbers, n_groups = group_numbers(groups, panel.n_series)
    if on_compile and not run.compiled():
        on_compile()
    if calibration is None:
        calibration = calibrate_panel(panel, numbers, n_groups, family, season, options)
    end = panel.n_months - 1
    measured = run.measure_month(panel, numbers, n_groups, end, family, season, calibration.recent, options)
    return measured, calibration


def judge(
    measured: Measured,
    calibration: Calibration,
    budget: int,
    options: run.Options,
    net: bool = True,
    channels: Sequence[str] = CHANNELS,
) -> ScanResult:
    """Turn a measured month into calibrated p-values and what there is to say about it."""
    looks = [name for name in LOOKS if name in channels]
    rough = scores(measured, calibration.constants, options, net, odds=looks not in ([], ["spike"]))
    stratum = strata(measured)
    log_p = {c: calibration.nulls[c].log_p(rough[c], stratum) for c in CHANNELS if c in channels}
    log_all, which = _looks(measured, calibration, rough, stratum, log_p, looks)
    # a series known for a few months has no past to be judged by
    known = testable(measured)
    p = np.where(known, np.exp(log_all), np.nan)
    score = np.where(known, -log_all, 0.0) + 0.0
    q = q_values(p)
    channel = np.array([*LOOKS, ""])[np.where(score > 0, which, len(LOOKS))]
    described = _describe(measured, rough)
    nothing = np.full(len(p), np.nan)
    return ScanResult(
        score=score,
        p=p,
        q=q,
        channel=channel,
        tier=np.array(TIERS)[tiers(q, score, budget)],
        **{f"p_{c}": np.where(known, np.exp(log_p[c]), np.nan) if c in log_p else nothing for c in CHANNELS},
        artefact=label(measured, rough, net),
        p_unit_value=nothing,
        unit_value=nothing,
        expected_unit_value=nothing,
        **described,
        calibration=calibration,
    )


def _looks(
    m: Measured, c: Calibration, rough: dict[str, Floats], stratum: Ints, log_p: dict[str, Floats], looks: list[str]
) -> tuple[Floats, Ints]:
    """Return log p of the looks together, and which of :data:`LOOKS` it is; a single one stands for itself."""
    if len(looks) == len(LOOKS):
        return c.nulls["together"].log_p(rough["together"], stratum), rough["looks"].astype(np.int64)
    if not looks:
        return np.zeros(len(m.level)), np.zeros(len(m.level), np.int64)
    every = np.stack([log_p[name] for name in looks])
    best = every.argmin(0)
    log_all = np.minimum(every.min(0) + np.log(len(looks)), 0.0)
    return log_all, np.array([LOOKS.index(name) for name in looks])[best]


def label(m: Measured, rough: dict[str, Floats], net: bool) -> NDArray[np.str_]:
    """What a month may owe to the books and not to trade; see :data:`ARTEFACTS`."""
    out = np.zeros(len(m.level), np.int64)
    moved = np.abs(np.nan_to_num(rough["common"])) > AS_ONE
    trade = np.isfinite(m["now"])
    members = np.bincount(m.groups, trade, m.n_groups)[m.groups]
    # three headings that rise together are news; thirty are the books or the tide
    out[moved & trade & (members >= AS_ONE_MEMBERS) & net] = ARTEFACTS.index("group moved as one")
    out[rough["at_once"] > MANY] = ARTEFACTS.index("many start at once")
    if m.family == "value":
        left = m["now"] - np.nan_to_num(rough["expected"])
        thousand = np.isfinite(left) & (np.abs(np.abs(left) - np.log(1000.0)) < 0.7) & (m["active"] >= FEW)
        out[thousand & (rough["spread"] < 0.7)] = ARTEFACTS.index("a thousandfold")
    out[(m["now"] != np.inf) & (m["lately"] < FEW_LATELY)] = ARTEFACTS.index("no recent past")
    out[(m["now"] != np.inf) & (m["known"] < FEW)] = ARTEFACTS.index("no past")
    return np.array(ARTEFACTS)[out]


def unit_prices(panel: DensePanel, quantities: NDArray[Any]) -> DensePanel:
    """Return value over quantity as a panel; months without either are not known, never zero."""
    given = DensePanel(quantities)
    if quantities.shape != panel.values.shape:
        raise InputError(f"quantities must have the shape of values, {panel.values.shape}; got {quantities.shape}")
    value, quantity = panel.block(0, panel.n_series), given.block(0, panel.n_series)
    both = (value > 0) & (quantity > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return DensePanel(np.where(both, value / quantity, np.nan))


def with_unit_values(found: ScanResult, prices: ScanResult) -> ScanResult:
    """Add to a scan what the scan of :func:`unit_prices` says, judged both ways."""
    p = np.minimum(1.0, 2.0 * np.fmin(prices.p_spike, prices.p_fall))
    usual = np.where(prices.tested, prices.expected, np.nan)
    return dataclasses.replace(found, p_unit_value=p, unit_value=prices.value, expected_unit_value=usual)


def t_quantile(share: Floats) -> Floats:
    """Quantile of Student's t with 4 degrees of freedom (Shaw 2006, closed form).

    Examples
    --------
    >>> t_quantile(np.array([0.5, 0.95])).round(4).tolist()
    [0.0, 2.1318]
    """
    root = np.sqrt(np.maximum(4.0 * share * (1.0 - share), 1e-300))
    q = np.cos(np.arccos(root) / 3.0) / root
    return np.asarray(np.sign(share - 0.5) * 2.0 * np.sqrt(np.maximum(q - 1.0, 0.0)))


def _describe(m: Measured, rough: dict[str, Floats]) -> dict[str, Any]:
    chance = rough["chance"]

    def quantile(share: float) -> Floats:
        """Quantile of silence and trade together."""
        within = (share - (1.0 - chance)) / chance
        amount = np.exp(rough["expected"] + rough["spread"] * t_quantile(np.clip(within, 1e-9, 1 - 1e-9)))
        return np.where(within <= 0, 0.0, amount)

    now = m["now"]
    with np.errstate(over="ignore"):
        value = np.where(
            now == np.inf, np.nan, np.where(np.isnan(now), 0.0, np.exp(np.where(np.isfinite(now), now, 0)))
        )
        return {
            "value": value,
            "expected": quantile(0.5),
            "low": quantile(0.05),
            "high": quantile(0.95),
            "usual": np.exp(m["baseline"]),
            "usual_high": np.exp(m["baseline"] + rough["spread"] * t_quantile(np.full(1, 0.95))),
            "usual_low": np.exp(m["baseline"] - rough["spread"] * t_quantile(np.full(1, 0.95))),
            "chance": chance,
            "gap": m["gap"].astype(np.int32),
            "year_ago": m["year_ago"].copy(),
            "previous_record": m["top"].copy(),
            "record_month": m["top_at"].astype(np.int32),
            "common": np.exp(rough["common"]),
        }
