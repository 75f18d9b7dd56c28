"""What changed between two vintages: cells that are new, gone or changed, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.period import Period
from tidewaiter.store.newest import numbered, packed_keys
from tidewaiter.store.sorting import FLOATS
from tidewaiter.store.view import View

__all__ = ["Change", "changes"]

_TEXTS: Final = ("reporter", "partner", "cmd_code", "classification", "customs_regime", "mode_of_transport", "district")


class Change(msgspec.Struct, frozen=True):
    """One measure of one cell before and after.

    Parameters
    ----------
    kind
        ``new``, ``changed``, ``gone`` (the later vintage covers the cell and has no row) or ``not listed`` (it has no row and
        says nothing of the cell; only between two releases).
    before, after
        ``None`` where there is no row or the row does not carry the measure.
    unit_before, unit_after
        Currency or unit of quantity.
    """

    kind: str
    dataset: str
    reporter: str
    partner: str
    flow: str
    cmd_code: str
    classification: str
    customs_regime: str
    mode_of_transport: str
    district: str
    period: str
    measure: str
    before: float | None
    after: float | None
    unit_before: str
    unit_after: str

    @property
    def by(self) -> float | None:
        """After less before, where both are known and in one unit."""
        if self.before is None or self.after is None or self.unit_before != self.unit_after:
            return None
        return self.after - self.before


_UNITS: Final = {"value": "currency", "net_wgt_kg": "", "qty": "qty_unit", "qty2": "qty2_unit"}


def changes(before: View, after: View, *, gone_needs_coverage: bool = False, **wanted: Any) -> Iterator[Change]:
    """Compare two views.

    Parameters
    ----------
    before, after
        The store as of two days, or two releases by themselves.
    gone_needs_coverage
        Compare releases rather than vintages: a row that the later one does not have is gone only where it covers the
        cell.
    wanted
        Filters of :meth:`tidewaiter.store.view.View.rows`.

    Yields
    ------
    Change
        By dataset, reporter and flow, then by key.
    """
    datasets, reporters, flow = (_some(wanted.pop(name, None)) for name in ("datasets", "reporters", "flow"))
    for dataset, reporter, way in sorted(before.spans.keys() | after.spans.keys()):
        for name, some in ((dataset, datasets), (reporter, reporters), (way, flow)):
            if some is not None and name not in some:
                break
        else:
            here = {"datasets": dataset, "reporters": reporter, "flow": way, **wanted}
            yield from _compared(before, after, here, gone_needs_coverage)


def _some(some: Any) -> set[str] | None:
    return None if some is None else {some} if isinstance(some, str) else set(some)


def _compared(before: View, after: View, here: dict[str, Any], needs: bool) -> Iterator[Change]:
    old, new = before.rows(**here), after.rows(**here)
    both = pa.concat_tables([old, new]).unify_dictionaries()
    keys = packed_keys(both)
    # Each key stands at most once on either side: found by its place in the sorted keys of the other.
    one, other = keys[: old.num_rows], keys[old.num_rows :]
    order = np.argsort(other)
    found = np.searchsorted(other, one, sorter=order)
    inside = found < len(other)
    match = np.full(len(one), -1, np.int64)
    match[inside] = order[found[inside]]
    match[inside] = np.where(other[match[inside]] == one[inside], match[inside], -1)
    differ = np.flatnonzero((match < 0) | _differ(both, np.arange(len(one)), match + old.num_rows))
    fresh = np.ones(len(other), bool)
    fresh[match[match >= 0]] = False
    lefts = both.take(pa.array(differ)).to_pylist()
    places = [int(at) for at in match[differ]]
    kept = [at for at in places if at >= 0]
    rights = dict(
        zip(kept, both.take(pa.array([at + old.num_rows for at in kept], pa.int64())).to_pylist(), strict=True)
    )
    pairs: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = [
        (left, rights.get(at)) for left, at in zip(lefts, places, strict=True)
    ]
    pairs += [(None, row) for row in both.take(pa.array(np.flatnonzero(fresh) + old.num_rows)).to_pylist()]
    pairs.sort(key=lambda pair: [(pair[0] or pair[1] or {})[name] for name in (*_TEXTS, "period_start", "period_end")])
    for was, now in pairs:
        yield from _told(was, now, after, needs)


def _differ(both: Any, left: Any, right: Any) -> Any:
    """Return which pairs of rows say different things."""
    right = np.minimum(right, both.num_rows - 1)
    found = np.zeros(len(left), bool)
    for name in FLOATS:
        values = both[name].to_numpy()
        one, other = values[left], values[right]
        found |= ~((one == other) | (np.isnan(one) & np.isnan(other)))
    for name in ("currency", "qty_unit", "qty2_unit"):
        places, _ = numbered(both[name])
        found |= places[left] != places[right]
    return found


def _told(was: dict[str, Any] | None, now: dict[str, Any] | None, after: View, needs: bool) -> Iterator[Change]:
    row = was or now
    assert row is not None
    kind = "changed" if was and now else "new" if now else "gone"
    for measure in FLOATS:
        before: float | None = was[measure] if was else None
        later: float | None = now[measure] if now else None
        unit = _UNITS[measure]
        units = [("" if not one else str(one[unit] or "") if unit else "kg") for one in (was, now)]
        if (before is None and later is None) or (before == later and units[0] == units[1]):
            continue
        told = "not listed" if kind == "gone" and needs and not _covers(after, row, measure) else kind
        yield Change(
            told, row["dataset"], row["reporter"], row["partner"], row["flow"], row["cmd_code"], row["classification"],
            row["customs_regime"], row["mode_of_transport"], row["district"],
            str(Period(row["period_start"], row["period_end"])), measure, before, later, units[0], units[1],
        )  # fmt: skip


def _covers(view: View, row: dict[str, Any], measure: str) -> bool:
    return any(
        one.has(
            dataset=row["dataset"], reporter=row["reporter"], partner=row["partner"], flow=row["flow"],
            code=row["cmd_code"], start=row["period_start"], end=row["period_end"], measure=measure,
            regime=row["customs_regime"], mode=row["mode_of_transport"], district=row["district"],
        )
        for rectangles in view.rectangles.values()
        for one in rectangles
    )  # fmt: skip
