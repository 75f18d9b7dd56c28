"""The as-of view: what the store says, as it was known on a day.

Of each cell of a dataset the newest release holds that was out by the day and has the row, or whose coverage contains the
cell. Datasets are never blended. A release whose date of publication was not told counts from the day it was loaded.

Examples
--------
``View(Store(folder), "2023-06-30").rows(partners="KGZ", digits=4)`` is an Arrow table of observations;
:meth:`View.cells` gives one series with the state of every month; :meth:`View.blocks` runs over all series with bounded
memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import StoreError
from tidewaiter.model import Cell, Measure, SeriesKey
from tidewaiter.period import Period
from tidewaiter.sources.observation import SCHEMA
from tidewaiter.store.catalogue import Release, Segment
from tidewaiter.store.coverage import Rectangle, is_group
from tidewaiter.store.newest import flags, newest
from tidewaiter.store.picked import MANY, picked
from tidewaiter.store.reading import Wanted, count_partners, listed, read_segments

if TYPE_CHECKING:
    from tidewaiter.store.blocks import Block
    from tidewaiter.store.cube import Cube
    from tidewaiter.store.store import Store

__all__ = ["ROWS", "View"]

_RELEASE: Final[Any] = pa.dictionary(pa.int32(), pa.string())

ROWS: Final = SCHEMA.append(pa.field("release", _RELEASE))
"""Arrow schema of :meth:`View.rows`: an observation and the id of its release."""

_Some = str | Iterable[str] | None


class View:
    """What a store says as of a day.

    Parameters
    ----------
    store
        The store.
    as_of
        Day (``YYYY-MM-DD``); releases that may have come out later are left out. ``None`` for all.
    releases
        Rest on these alone, the oldest first.
    through_cube
        Read through the cube where it holds the same releases and that is faster; the answers are the same.
    """

    def __init__(
        self,
        store: Store,
        as_of: str | None = None,
        *,
        releases: Sequence[Release] | None = None,
        through_cube: bool = True,
    ) -> None:
        self.store = store
        self.as_of = as_of
        self.releases: tuple[Release, ...] = store.releases(as_of) if releases is None else tuple(releases)
        """The releases it rests on, the oldest first."""
        self._rank = {release.seq: rank for rank, release in enumerate(self.releases)}
        self._by_seq = {release.seq: release for release in self.releases}
        self._rectangles: dict[int, tuple[Rectangle, ...]] | None = None
        self._spans: dict[tuple[str, str, str], dict[tuple[int, int], int]] | None = None
        self._around: dict[tuple[tuple[str, str, str], int], tuple[Period, ...]] = {}
        self._lines: dict[tuple[str, str], frozenset[int]] = {}
        self._cube: Cube | None = None
        self._look = through_cube
        self.hidden_known: dict[tuple[str, str, str], dict[int, set[tuple[str, str]]]] = {}

    # What there is

    @property
    def rectangles(self) -> dict[int, tuple[Rectangle, ...]]:
        """Coverage by number of release."""
        if self._rectangles is None:
            every = self.store.catalogue.rectangles()
            self._rectangles = {seq: every[seq] for seq in self._rank if seq in every}
        return self._rectangles

    @property
    def spans(self) -> dict[tuple[str, str, str], dict[tuple[int, int], int]]:
        """By dataset, reporter and flow: the periods (first and last month) that occur, with the number of rows."""
        if self._spans is None:
            found: dict[tuple[str, str, str], dict[tuple[int, int], int]] = {}
            for span in self.store.catalogue.spans():
                if span.release in self._rank:
                    periods = found.setdefault((span.dataset, span.reporter, span.flow), {})
                    periods[span.first, span.last] = periods.get((span.first, span.last), 0) + span.rows
            self._spans = found
        return self._spans

    def around(self, spot: tuple[str, str, str], month: int) -> tuple[Period, ...]:
        """Return the periods of a dataset, reporter and flow that hold a month."""
        if (spot, month) not in self._around:
            spans = self.spans.get(spot, ())
            self._around[spot, month] = tuple(Period(*one) for one in spans if one[0] <= month <= one[1])
        return self._around[spot, month]

    def datasets(self) -> tuple[str, ...]:
        """Return the datasets that have rows."""
        return tuple(sorted({dataset for dataset, _, _ in self.spans}))

    def reporters(self, dataset: str, flow: str | None = None) -> tuple[str, ...]:
        """Return who reports in a dataset, groups included."""
        return tuple(sorted({who for one, who, way in self.spans if one == dataset and flow in (None, way)}))

    def months(self, dataset: str, reporter: str, flow: str) -> tuple[int, ...]:
        """Return the months that were released as single months, in order."""
        return tuple(sorted(first for first, last in self.spans.get((dataset, reporter, flow), {}) if first == last))

    def digits(self, dataset: str) -> tuple[int, ...]:
        """Return the lengths of code that a dataset lists; 0 for all goods."""
        return tuple(sorted({one for release in self.releases if release.dataset == dataset for one in release.digits}))

    def runs(self, dataset: str, reporter: str, flow: str) -> tuple[Period, ...]:
        """Return the periods longer than a month that were released, such as January and February together."""
        spans = self.spans.get((dataset, reporter, flow), {})
        return tuple(sorted(Period(first, last) for first, last in spans if first < last))

    # Rows

    def rows(
        self,
        *,
        datasets: _Some = None,
        reporters: _Some = None,
        partners: _Some = None,
        flow: str | None = None,
        codes: _Some = None,
        under: _Some = None,
        digits: int | None = None,
        period: Period | None = None,
        touching: bool = False,
        whole: bool = False,
        countries: bool = False,
    ) -> Any:
        """Return observations, of each cell the one that holds, as an Arrow table of :data:`ROWS`.

        Parameters
        ----------
        datasets, reporters, partners
            One or several; all if ``None``.
        flow
            ``X``, ``M``, ``RX`` or ``RM``.
        codes
            Exactly these codes; what lies under them stands in rows of its own.
        under
            These codes and all that lie under them.
        digits
            Codes of this length only (0: all goods); rows of different lengths hold the same goods twice.
        period
            Rows whose period lies inside; with ``touching``, rows whose period overlaps it.
        whole
            Only rows that are totals over regime, mode of transport and district.
        countries
            Only rows whose partner is a single country (or "not specified"), not a group: what may be added up.

        Raises
        ------
        StoreError
            If a segment is missing or damaged; ``tidewaiter doctor`` makes it again from the raw bytes.
        """
        test = Wanted(listed(partners), listed(codes), listed(under), digits, period, touching, whole)
        if (partners is not None or codes is not None or under is not None) and (cube := self.cube()) is not None:
            from tidewaiter.store.cube_rows import rows_through

            return rows_through(
                self, cube, datasets=listed(datasets), reporters=listed(reporters), flow=flow, wanted=test,
                countries=countries,
            )  # fmt: skip
        segments = self._segments(datasets, reporters, flow, period)
        try:
            parts = self._parts(segments, test, countries)
        except StoreError:
            # A compaction may have moved the rows since the catalogue was asked.
            again = self._segments(datasets, reporters, flow, period)
            if again == segments:
                raise
            parts = self._parts(again, test, countries)
        return self.joined(parts)

    def cube(self) -> Cube | None:
        """Return the cube, opened once; ``None`` where it does not hold just these releases, or would not be faster."""
        if self._look:
            from tidewaiter.store.cube_rows import opened_for

            self._look = False
            self._cube = opened_for(self)
        return self._cube

    def partner_rows(self, dataset: str, reporter: str, flow: str) -> dict[str, int]:
        """Return how many rows of any vintage each partner has."""
        return count_partners(self.store.folder / "rows", self._segments(dataset, reporter, flow, None))

    def _segments(self, datasets: _Some, reporters: _Some, flow: str | None, period: Period | None) -> list[Segment]:
        return [
            one
            for one in self.store.catalogue.segments(dataset=datasets, reporter=reporters, flow=flow)
            if one.release in self._rank and (period is None or (one.first <= period.end and one.last >= period.start))
        ]

    def _parts(self, segments: Sequence[Segment], test: Wanted, countries: bool) -> dict[int, Any]:
        """Read the rows of each release by itself."""
        parts: dict[int, Any] = {}
        by_release: dict[int, list[Segment]] = {}
        for one in segments:
            by_release.setdefault(one.release, []).append(one)
        for seq in sorted(by_release, key=self._rank.__getitem__):
            table = read_segments(self.store.folder / "rows", by_release[seq], test)
            if countries and table.num_rows:
                table = table.filter(pa.array(flags(table["partner"], lambda word: not is_group(word))))
            if table.num_rows:
                parts[seq] = self.named(table, seq)
        return parts

    def named(self, table: Any, seq: int) -> Any:
        """Return rows with the id of their release as a column."""
        places, words = pa.array(np.zeros(table.num_rows, np.int32)), pa.array([self._by_seq[seq].id])
        return table.append_column(ROWS.field("release"), pa.DictionaryArray.from_arrays(places, words))

    def joined(self, parts: dict[int, Any]) -> Any:
        """Let the newest hold where releases speak of the same periods; put the rest side by side."""
        if not parts:
            return ROWS.empty_table()
        order = sorted(parts, key=self._rank.__getitem__)
        # A newer release can only take back older rows if it has rows or coverage of the same reporter, flow and months.
        spoken = {seq: _periods(parts[seq]) for seq in order}
        often = Counter(one for spans in spoken.values() for one in spans)
        rectangles = [seq for seq in self.rectangles if self.rectangles[seq]]
        alone: list[int] = []
        mixed: list[int] = []
        for seq in order:
            rivals = any(often[one] > 1 for one in spoken[seq])
            covering = any(self._rank[other] > self._rank[seq] for other in rectangles)
            (mixed if rivals or covering else alone).append(seq)
        tables = [parts[seq] for seq in alone]
        if mixed:
            # Releases that only cover take part with no rows of their own.
            every = sorted({*mixed, *rectangles}, key=self._rank.__getitem__)
            empty = ROWS.empty_table()
            tables.append(
                newest(
                    [parts[seq] if seq in mixed else empty for seq in every],
                    [self.rectangles.get(seq, ()) for seq in every],
                )
            )
        return pa.concat_tables(tables).unify_dictionaries()

    # Series

    def keys(
        self,
        *,
        reporter: str,
        partner: str,
        codes: _Some,
        flow: str | None = None,
        measure: Measure = Measure.VALUE,
        datasets: _Some = None,
        period: Period | None = None,
    ) -> tuple[SeriesKey, ...]:
        """Return the series that have a row: one for each dataset, flow, code and unit, so that none is blended."""
        from tidewaiter.store.cells import keys_of

        return keys_of(
            self.rows(
                datasets=datasets,
                reporters=reporter,
                partners=partner,
                codes=codes,
                flow=flow,
                period=period,
                touching=True,
            ),
            measure,
        )

    def cells(self, key: SeriesKey, period: Period) -> tuple[Cell, ...]:
        """Return one series month by month, every month with its state.

        Parameters
        ----------
        key
            The series; ``unit`` and ``classification`` may be empty: whichever the rows have.
        period
            The months.

        Returns
        -------
        tuple of Cell
            One for each month of ``period``. Evidence: ids of releases.
        """
        from tidewaiter.store.cells import cells_of

        return cells_of(self, [key], period)[key]

    def many(self, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, tuple[Cell, ...]]:
        """Return several series as :meth:`cells` does, with one reading of the store: many cells in one call.

        The rows come through the cube where it holds just this view's releases (:meth:`cube`), else from the Parquet files
        (:func:`tidewaiter.store.picked.picked`).
        """
        from tidewaiter.store.cells import cells_of

        return cells_of(self, keys, period)

    def printed_runs(self, key: SeriesKey, period: Period) -> tuple[Cell, ...]:
        """Return what was published for periods longer than a month that touch ``period``."""
        from tidewaiter.store.cells import runs_of

        return runs_of(self, key, period)

    def covered(self, key: SeriesKey, start: int, end: int, **parts: str) -> Release | None:
        """Return the newest release whose coverage contains a cell, or ``None``: there silence says nothing.

        Parameters
        ----------
        start, end
            First and last month of the cell's period.
        parts
            ``regime``, ``mode``, ``district``; the total if not given.
        """
        for seq in sorted(self.rectangles, key=self._rank.__getitem__, reverse=True):
            for rectangle in self.rectangles[seq]:
                if rectangle.has(
                    dataset=key.dataset, reporter=key.reporter, partner=key.partner, flow=key.flow.value, code=key.cmd,
                    start=start, end=end, measure=key.measure.value, **parts,
                ):  # fmt: skip
                    return self._by_seq[seq]
        return None

    def covered_months(self, keys: Any, months: Sequence[int], measure: str = "value") -> Any:
        """Return where silence means zero, as bool ``[n_series, n_months]``.

        Parameters
        ----------
        keys
            Arrow table with ``dataset, reporter, partner, flow, cmd_code``, such as :attr:`Block.keys`.
        months
            Month numbers.
        """
        found = np.zeros((keys.num_rows, len(months)), bool)
        at = np.asarray(months)
        for rectangles in self.rectangles.values():
            for one in rectangles:
                when = (at >= one.first) & (at <= one.last)
                total = one.has_part("regimes", "") and one.has_part("modes", "") and one.has_part("districts", "")
                if one.length != 1 or measure not in one.measures or not total or not when.any():
                    continue
                inside = flags(keys["dataset"], one.dataset.__eq__)
                for name, test in (
                    ("reporter", one.reporters.__contains__), ("flow", one.flows.__contains__),
                    ("partner", one.has_partner), ("cmd_code", one.has_code),
                ):  # fmt: skip
                    if not inside.any():
                        break
                    inside &= flags(keys[name], test)
                found[np.ix_(inside, when)] = True
        return found

    def years_of_line(self, dataset: str, code: str) -> frozenset[int]:
        """Return the years in which any reporter of a dataset lists a code: there the line exists."""
        key = (dataset, code)
        if key not in self._lines:
            self.learn_lines(dataset, [code])
        return self._lines[key]

    def hidden(self, dataset: str, reporter: str, flow: str) -> dict[int, set[tuple[str, str]]]:
        """Return by month the partner and code of rows that hide what they are of.

        Goods under a code with letters (``27SSSSSS``), or a partner kept back for commercial or military reasons. What
        they hold is missing elsewhere.
        """
        from tidewaiter.store.cells import SECRET

        spot = (dataset, reporter, flow)
        if spot not in self.hidden_known:
            codes = {code for release in self.releases if release.dataset == dataset for code in release.hidden}
            found: dict[int, set[tuple[str, str]]] = {}
            questions: tuple[dict[str, Any], ...] = ({"codes": sorted(codes)}, {"partners": list(SECRET)})
            for wanted in questions:
                if not all(wanted.values()):
                    continue
                table = self.rows(datasets=dataset, reporters=reporter, flow=flow, **wanted)
                columns = (table[name].to_pylist() for name in ("period_start", "partner", "cmd_code"))
                for month, partner, code in zip(*columns, strict=True):
                    found.setdefault(month, set()).add((partner, code))
            self.hidden_known[spot] = found
        return self.hidden_known[spot]

    def learn_lines(self, dataset: str, codes: Iterable[str]) -> None:
        """Find out with one reading in which years a dataset lists some codes; see :meth:`years_of_line`."""
        missing = sorted({code for code in codes if (dataset, code) not in self._lines})
        if not missing:
            return
        if (cube := self.cube()) is not None:
            from tidewaiter.store.cube_rows import years_of_codes

            years = years_of_codes(cube, dataset, missing)
            self._lines.update({(dataset, code): frozenset(listed) for code, listed in years.items()})
            return
        if len(missing) < MANY:
            table = self.rows(datasets=dataset, codes=missing)
        else:
            table = picked(self, {"dataset": [dataset] * len(missing), "cmd_code": missing})
        years = pc.cast(pc.floor(pc.divide(pc.cast(table["period_start"], pa.float64()), 12)), pa.int32())
        pairs = (
            pa.table({"code": table["cmd_code"].cast(pa.string()), "year": years})
            .group_by(["code", "year"])
            .aggregate([])
        )
        found: dict[str, set[int]] = {code: set() for code in missing}
        for row in pairs.to_pylist():
            found[row["code"]].add(row["year"])
        self._lines.update({(dataset, code): frozenset(listed) for code, listed in found.items()})

    def blocks(
        self,
        *,
        measure: Measure = Measure.VALUE,
        datasets: _Some = None,
        reporters: _Some = None,
        partners: _Some = None,
        flow: str | None = None,
        codes: _Some = None,
        digits: int | None = None,
        period: Period | None = None,
        countries: bool = True,
    ) -> Iterator[Block]:
        """Run over all series of single months, sorted, in blocks whose size memory bounds.

        Parameters
        ----------
        measure
            What is counted.
        digits
            Length of code; without it the lengths stand side by side and must not be added.
        countries
            Leave groups of countries out. Parts by regime, mode and district are always left out.
        datasets, reporters, partners, flow, codes, period
            As in :meth:`rows`.
        """
        from tidewaiter.store.blocks import blocks_of

        wanted = {
            "partners": partners, "flow": flow, "codes": codes, "digits": digits, "period": period,
            "countries": countries,
        }  # fmt: skip
        return blocks_of(self, measure, datasets, reporters, wanted)


def _periods(table: Any) -> set[tuple[str, str, str, int]]:
    """Return dataset, reporter, flow and month of a table's rows, as far as they occur."""
    from tidewaiter.store.newest import numbered

    start = table["period_start"].to_numpy()
    columns = [numbered(table[name]) for name in ("dataset", "reporter", "flow")]
    packed = start.astype(np.int64)
    for places, words in columns:
        packed = packed * len(words) + places
    found = set()
    for number in np.unique(packed).tolist():
        texts = []
        for _, words in reversed(columns):
            number, at = divmod(number, len(words))
            texts.append(words[at])
        found.add((texts[2], texts[1], texts[0], number))
    return found
