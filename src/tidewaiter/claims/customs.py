"""Cells of customs files as evidence, as known on a claim's date; one bench for each dataset, never blended.

The store is read once for all claims of the same date of knowledge: claims are grouped by the releases that were out,
and a group's series are fetched together. A reading that needs another series fetches it when it is tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.claims.archive import Archive, has_parts, sides
from tidewaiter.claims.bench import Bench
from tidewaiter.claims.evidence import CellName, Item, cell_terms
from tidewaiter.claims.goods import is_code, phrase
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.propositions import compile_claim
from tidewaiter.claims.say import way_words
from tidewaiter.claims.vintages import revision_by
from tidewaiter.ledger import Ledger, Row
from tidewaiter.ledger.rows import APART, moved
from tidewaiter.model import Cell, Interval, Measure, State
from tidewaiter.period import Period

if TYPE_CHECKING:
    from tidewaiter.store.store import Store

__all__ = ["Customs", "CustomsBench"]

_KNOWN = (State.VALUE, State.ZERO)


class Customs:
    """A store as evidence.

    Parameters
    ----------
    store
        The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._archives: dict[tuple[int, ...], Archive] = {}
        self._dates: dict[str | None, Archive] = {}

    def benches(self, claims: Sequence[Claim]) -> dict[str, Sequence[Bench]]:
        """Return, by claim, the datasets that know something of its cells, the one that knows most first.

        Parameters
        ----------
        claims
            All claims that will be asked about, so that the store is read as seldom as possible.
        """
        wanted: dict[int, tuple[Archive, list[CellName]]] = {}
        cells_of: dict[str, tuple[CellName, ...]] = {}
        today = self._archive(None)
        for claim in claims:
            cells = _cells(claim)
            if not cells:
                continue
            cells_of[claim.id] = cells
            for archive in {id(one): one for one in (self._archive(claim.latest or None), today)}.values():
                wanted.setdefault(id(archive), (archive, []))[1].extend(cells)
        for archive, names in wanted.values():
            archive.fetch(names)
        found: dict[str, Sequence[Bench]] = {}
        for claim in claims:
            if claim.id in cells_of:
                archive = self._archive(claim.latest or None)
                ranked = [*archive.ranked(cells_of[claim.id]), *today.ranked(cells_of[claim.id])]
                ranked = ranked or today.reporting(claim)
                found[claim.id] = [CustomsBench(dataset, archive, today) for dataset in dict.fromkeys(ranked)]
        return found

    def _archive(self, day: str | None) -> Archive:
        if day not in self._dates:
            from tidewaiter.store.view import View

            view = View(self._store, day)
            known = tuple(release.seq for release in view.releases)
            # What is asked of a day is the same for all days on which the same releases were out.
            self._dates[day] = self._archives.setdefault(known, Archive(view))
        return self._dates[day]


def _cells(claim: Claim) -> tuple[CellName, ...]:
    if claim.subject is None or claim.period is None:
        return ()
    clauses = compile_claim(claim)
    names = dict.fromkeys(cell for clause in clauses for atom in clause.atoms for cell in atom.cells)
    if claim.kind in (Kind.NONE, Kind.FIRST):
        # Trade or no trade: whatever the currency.
        names |= {(*name[:4], Measure.VALUE, "", name[6]): None for name in names}
    return tuple(names)


class CustomsBench:
    """One dataset's cells as a bench of evidence for claims of one date.

    Parameters
    ----------
    dataset
        Whose cells.
    archive, now
        What was known on the claim's date, and what is known today.
    """

    def __init__(self, dataset: str, archive: Archive, now: Archive) -> None:
        self.dataset = dataset
        self._archive = archive
        self._now = now
        self._items: dict[str, Item] = {}

    @property
    def today(self) -> CustomsBench:
        """The same dataset as it is known today."""
        return self if self._archive is self._now else CustomsBench(self.dataset, self._now, self._now)

    @property
    def who(self) -> str:
        """Who publishes it, and its name."""
        publishers = [one.publisher for one in self._now.publishers.values() if one.dataset == self.dataset]
        return f"{publishers[-1]} ({self.dataset})" if publishers else self.dataset

    def cell(self, name: CellName) -> Cell:
        """Return what it says of a cell."""
        return self._archive.cell(self.dataset, name)

    def units(self, name: CellName) -> tuple[str, ...]:
        """Return the units in which it counts what a cell counts."""
        return self._archive.units(self.dataset, name)

    def released(self, cell: Cell) -> str:
        """Return when what it says of a cell was published, in words; empty where no release is told."""
        days = [self._archive.publishers[one] for one in cell.evidence if one in self._archive.publishers]
        if not days:
            return ""
        last = max(days, key=lambda one: one.published_to)
        told = f"on {last.published}" if last.published else f"by {last.published_to}, the day it was loaded"
        return told + ("" if last.published else " (load it with --published to say when it came out)")

    @property
    def body(self) -> object:
        """The archive: the datasets of a store are fetched together."""
        return id(self._archive)

    @property
    def everybody(self) -> CustomsBench:
        """The same: a customs file is nobody's reporting."""
        return self.today

    def ledger(
        self,
        claim: Claim,
        subjects: Iterable[Subject],
        cells: Iterable[CellName],
        *,
        doubting: bool,
        extra: Sequence[Row] = (),
    ) -> Ledger:
        """Return the ledger of some cells, and of the longer periods that hold those known only inside them."""
        del subjects
        rows: dict[str, Row] = {}
        todo = list(dict.fromkeys(cells))
        done = set(todo)
        while todo:
            name = todo.pop()
            cell = self._archive.cell(self.dataset, name)
            if cell.state is State.MERGED:
                for run in self._archive.runs(self.dataset, name):
                    more = [(*name[:6], month) for month in run.period]
                    row = self._row(name, run, more)
                    rows[row.id] = self._loosened(row, run, claim) if doubting else row
                    fresh = [one for one in more if one not in done]
                    done.update(fresh)
                    todo += fresh
            elif cell.bounds.lo > 0 or math.isfinite(cell.bounds.hi):
                row = self._row(name, cell, [name])
                rows[row.id] = self._loosened(row, cell, claim) if doubting else row
        return Ledger([*rows.values(), *extra], doubting=doubting)

    def _row(self, name: CellName, cell: Cell, cells: Sequence[CellName]) -> Row:
        period = Period(cells[0][6], cells[-1][6])
        identity = f"{self.dataset} {name[0]}-{name[1]} {name[2].value} {name[3]} {period} {name[5] or name[4].value}"
        if identity not in self._items:
            self._items[identity] = self._item(identity, name, cell, period)
        spans = cell.state is State.CONFLICT
        return Row(identity, tuple((one, 1.0) for one in cells), cell.bounds, self.dataset, spans=spans)

    def _loosened(self, row: Row, cell: Cell, claim: Claim) -> Row:
        """Return a row as wide as a release that is not in the store may have moved it by the day of the claim."""
        if not self.outdated(cell, claim):
            return row
        return moved(msgspec.structs.replace(row, moves=revision_by(cell.period, claim.latest)))

    def outdated(self, cell: Cell, claim: Claim) -> str:
        """Return the day of the release a cell is of, where a later one may have been out on the claim's day; else nothing.

        What was released after 1 August of the next year is taken for final.
        """
        days = [self._archive.publishers[one].published_to for one in cell.evidence if one in self._archive.publishers]
        last = max(days, default="")
        if not last or not claim.latest or cell.bounds.hi == 0:
            return ""
        before = (date.fromisoformat(claim.latest) - timedelta(days=APART)).isoformat()
        return last if last < before and last < f"{cell.period.end // 12 + 1}-08-01" else ""

    def _item(self, identity: str, name: CellName, cell: Cell, period: Period) -> Item:
        releases = [self._archive.publishers[one] for one in cell.evidence if one in self._archive.publishers]
        last = releases[-1] if releases else None
        words = {"X": "exports", "M": "imports", "RX": "re-exports", "RM": "re-imports"}.get(name[2].value, "trade")
        note = cell.note or ("" if cell.state in _KNOWN else cell.state.value)
        return Item(
            id=identity,
            kind="customs",
            what=f"{phrase(name[3])}, {words} {way_words(name[0], name[1], name[2])}",
            period=str(period),
            unit=name[5],
            value=cell.bounds.lo if cell.bounds.is_point else None,
            bounds=cell.bounds,
            publisher=f"{last.publisher} ({self.dataset})" if last else self.dataset,
            published=last.published if last else "",
            published_to=last.published_to if last else "",
            address=last.file if last else "",
            note=note,
        )

    def item(self, row: str) -> Item | None:
        """Return a cell as evidence."""
        return self._items.get(row)

    def frames(self, claim: Claim) -> Iterator[tuple[Measure, str]]:
        """Yield the value in whatever currency: trade is trade."""
        del claim
        yield Measure.VALUE, ""

    def stands_by(self, claim: Claim) -> bool:
        """Return False: a customs file is not one voice among others."""
        del claim
        return False

    def printed(self, subject: Subject, period: Period) -> list[Item]:
        """Return the sum of a series over a period, if every cell of it is known."""
        names = list(cell_terms(subject, period))
        cells = [self._archive.cell(self.dataset, name) for name in names]
        if not all(cell.state in _KNOWN for cell in cells):
            return []
        total = math.fsum(cell.bounds.lo for cell in cells)
        point = Cell(period, Interval(total, total), State.VALUE, cells[-1].evidence)
        identity = f"{self.dataset} {names[0][0]}-{names[0][1]} {subject.flow.value} {subject.goods} {period} sum"
        item = self._items[identity] = self._item(identity, names[0], point, period)
        return [item]

    def prepare(self, cells: Iterable[CellName], parts: Iterable[tuple[Subject, Period]]) -> None:
        """Read the series of cells that will be asked for, and what lies under some codes."""
        self._archive.fetch(cells)
        self._archive.fetch_finer(self.dataset, [one for one in parts if has_parts(one[0])])

    def goods_near(self, subject: Subject) -> tuple[str, ...]:
        """Return the codes that hold a code and that its file lists; what lies under it comes by :meth:`parts`."""
        code = subject.goods
        listed = self._archive.view.digits(self.dataset)
        return (
            tuple(code[:length] for length in (6, 4, 2) if length < len(code) and length in listed)
            if is_code(code)
            else ()
        )

    def parts(self, subject: Subject, period: Period) -> list[tuple[str, Item]]:
        """Return the codes two or four digits finer, each with the sum of its rows over a period, by one reading."""
        if not has_parts(subject):
            return []
        measure, unit = next(iter(cell_terms(subject, period)))[4:6]
        sums: dict[str, float] = {}
        last: dict[str, str] = {}
        for reporter in sides(subject.reporter, period):
            for code, month, value, currency, release in self._archive.finer(self.dataset, reporter, subject, period):
                if currency == unit and period.start <= month <= period.end:
                    sums[code] = sums.get(code, 0.0) + value
                    last[code] = release
        found = []
        for code, total in sorted(sums.items()):
            name = (subject.reporter, subject.partner, subject.flow, code, measure, unit, period.end)
            identity = f"{self.dataset} {subject.reporter}-{subject.partner} {subject.flow.value} {code} {period} sum"
            cell = Cell(period, Interval(total, total), State.VALUE, (last[code],))
            item = self._items[identity] = self._item(identity, name, cell, period)
            found.append((code, item))
        return found

    def wider(self, claim: Claim, goods: str, before: Period) -> list[Item]:
        """Return nothing: which line a good was cut out of is known of goods named in print only."""
        del claim, goods, before
        return []
