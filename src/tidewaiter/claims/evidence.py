"""Evidence for a claim: what others published and what customs files say, as known when the claim was published.

Printed figures are eligible up to :data:`~tidewaiter.claims.vintages.LATE` days after the claim, since they report the same release; those of the
claim's own reporting never are. A figure that is older than the claim's release and whose year was not yet frozen may
have been revised since: what is to be *contradicted* by it must miss by more than :data:`~tidewaiter.claims.vintages.REVISION`, the largest
revision in ``sources/tables/press_vintages.csv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from tidewaiter.claims.goods import canonical_unit, contains, is_code, phrase, way_of
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.vintages import REVISION, last_day, may_have_moved, shifted
from tidewaiter.ledger import Ledger, Row
from tidewaiter.ledger.rows import APART, moved
from tidewaiter.model import TOTAL, Figure, Flow, Interval, Measure
from tidewaiter.period import Period, month_words
from tidewaiter.sources.vintages import revised_bases

__all__ = [
    "CellName",
    "Docket",
    "Entry",
    "Item",
    "Press",
    "cell_terms",
    "speaks_for",
]

CellName: TypeAlias = tuple[str, str, Flow, str, Measure, str, int]
"""Reporter, partner, flow, goods, measure, unit, month: one unknown of the ledger."""


class Item(msgspec.Struct, frozen=True):
    """A piece of evidence as it is shown: what was printed, by whom, and the row it makes.

    ``kind`` is ``figure`` (printed), ``customs`` (a cell of a loaded file), ``given`` (a level that the claim's own
    sentence prints) or ``definition`` (a part does not exceed its whole). ``value`` and ``bounds`` are in ``unit``; where a
    figure was printed in another unit (pairs, tonnes), ``printed`` says how.
    """

    id: str
    kind: str
    what: str
    period: str
    unit: str
    value: float | None
    bounds: Interval
    publisher: str = ""
    family: str = ""
    published: str = ""
    published_to: str = ""
    address: str = ""
    note: str = ""
    printed: str = ""


def cell_terms(subject: Subject, period: Period) -> dict[CellName, float]:
    """Return the cells that add up to a subject over a period; two-way trade is both flows."""
    measure, unit, _ = canonical_unit(subject.measure, subject.unit)
    flows = (Flow.EXPORT, Flow.IMPORT) if subject.flow is Flow.TWO_WAY else (subject.flow,)
    return {
        (subject.reporter, subject.partner, flow, subject.goods, measure, unit, month): 1.0
        for month in period
        for flow in flows
    }


class Entry(msgspec.Struct, frozen=True):
    """A figure as a row of a ledger, with what decides whether it may be used.

    ``voices`` are those behind a claim of the list that is judged; none for a figure.
    """

    item: Item
    row: Row
    goods: str
    measure: Measure
    unit: str
    zero: bool
    period: Period
    flow: Flow
    voices: frozenset[str] = frozenset()


class Docket:
    """All evidence, by pair of countries.

    Parameters
    ----------
    figures
        Printed figures of any dataset.
    """

    def __init__(self, figures: Iterable[Figure] = ()) -> None:
        self._entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self.items: dict[str, Item] = {}
        self._ledgers: dict[tuple[object, ...], Ledger] = {}
        self._outlets: tuple[Item, ...] | None = None
        self._parts: dict[object, object] = {}
        self._implied: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for figure in figures:
            self._add(figure, self._entries)
        for figure in revised_bases():
            self._add(figure, self._implied)

    def hear(self, heard: Iterable[tuple[Figure, frozenset[str]]]) -> None:
        """Let what independent publishers say in the list that is judged be evidence for the rest of it."""
        for figure, voices in heard:
            self._add(figure, self._entries, voices)

    def _add(
        self, figure: Figure, entries: dict[tuple[str, str], list[Entry]], voices: frozenset[str] = frozenset()
    ) -> None:
        key = figure.key
        identity = figure.id
        while identity in self.items:
            identity += "_"
        goods = "total" if key.cmd == TOTAL else key.cmd.removeprefix("good:")
        measure, unit, factor = canonical_unit(key.measure, key.unit)
        bounds = Interval(figure.bounds.lo * factor, figure.bounds.hi * factor)
        subject = Subject(key.reporter, key.partner, key.flow, goods, measure, unit)
        width = bounds.hi - bounds.lo
        # A number cut off instead of rounded misses by up to a unit: thinkable where it has three digits or more.
        step = width if bounds.is_bounded and 0 < width * 100 <= bounds.hi else 0.0
        item = Item(
            id=identity,
            kind="figure",
            what=phrase(goods) + way_of(key.flow),
            period=str(figure.period),
            unit=unit,
            value=figure.value * factor,
            bounds=bounds,
            publisher=figure.origin.publisher,
            family=figure.origin.family,
            published=figure.origin.published_from,
            published_to=figure.origin.published_to,
            address=figure.origin.address,
            note=figure.note,
            printed="" if factor == 1 else f"{figure.value:,.12g} {key.unit}",
        )
        self.items[identity] = item
        row = Row(
            identity, tuple(cell_terms(subject, figure.period).items()), bounds, figure.origin.family, step,
            release=figure.origin.published_from, moves=REVISION if _was_open(figure) else 0.0,
        )  # fmt: skip
        entries[key.reporter, key.partner].append(
            Entry(item, row, goods, measure, unit, bounds.hi == 0, figure.period, key.flow, voices)
        )

    def families(self) -> frozenset[str]:
        """Return whose reporting the evidence is."""
        return frozenset(item.family for item in self.items.values() if item.family)

    def outlets(self) -> tuple[Item, ...]:
        """Return through whom the figures came: one of each outlet's."""
        if self._outlets is None:
            told = {(one.publisher, one.address, one.family): one for one in self.items.values() if one.family}
            self._outlets = tuple(told.values())
        return self._outlets

    def entries(self, subject: Subject) -> Sequence[Entry]:
        """Return the figures on the same pair of countries."""
        return self._entries.get((subject.reporter, subject.partner), ())

    def implied(self, subject: Subject) -> Sequence[Entry]:
        """Return revised levels that follow from printed rates: to explain, never to judge."""
        return self._implied.get((subject.reporter, subject.partner), ())

    def eligible(self, claim: Claim, voices: frozenset[str], *, now: bool, own: bool = False) -> list[Entry]:
        """Return the figures that may speak on a claim.

        Parameters
        ----------
        claim
            Its subject, and its date.
        voices
            Whose figures may not.
        now
            Use whatever is known today.
        own
            Let the claim's own reporting speak too: to explain a slip, never to judge.
        """
        assert claim.subject is not None
        until = last_day(claim) if not now else None
        found = [
            entry
            for entry in self.entries(claim.subject)
            if (own or not speaks_for(entry, voices)) and (until is None or entry.item.published_to <= until)
        ]
        if until is None:
            return found
        # What was known of a sum on the day is not replaced by what the next release says of it.
        then = shifted(claim.latest, APART)
        known = {entry.row.terms for entry in found if entry.item.published <= then}
        asked = [tuple(cell_terms(claim.subject, one).items()) for one in (claim.period, claim.base) if one is not None]
        if all(terms in known for terms in asked):
            return [entry for entry in found if entry.item.published <= then]
        return [entry for entry in found if entry.item.published <= then or entry.row.terms not in known]

    def ledger(
        self,
        claim: Claim,
        subjects: Iterable[Subject],
        voices: frozenset[str],
        *,
        doubting: bool = False,
        now: bool = False,
        own: bool = False,
        extra: Sequence[Row] = (),
    ) -> Ledger:
        """Return the ledger on which a claim is judged.

        Parameters
        ----------
        subjects
            What the claim speaks of; goods that hold or make up its goods come along.
        doubting
            Trust no side of a conflict, and let figures that were not final move (:data:`~tidewaiter.claims.vintages.REVISION`).
        extra
            Rows to add: levels that the claim's own sentence prints.
        """
        asked = tuple(dict.fromkeys(subjects))
        dated = () if now else (claim.published, claim.latest)
        around = (claim.period, claim.base, claim.since)
        key = (asked, voices, doubting, now, own, dated, around, tuple(extra))
        found = self._ledgers.get(key)
        if found is None:
            rows: list[Row] = []
            for subject in asked:
                rows += self._rows(claim, subject, voices, doubting=doubting, now=now, own=own)
            rows = list({row.id: row for row in rows}.values())
            rows += extra
            rows += _definitions(rows, asked)
            found = self._ledgers[key] = Ledger(rows, doubting=doubting, known=self._parts)
        return found

    def _rows(
        self, claim: Claim, subject: Subject, voices: frozenset[str], *, doubting: bool, now: bool, own: bool
    ) -> list[Row]:
        measure, unit, _ = canonical_unit(subject.measure, subject.unit)
        around = [period for period in (claim.period, claim.base, claim.since) if period is not None]
        rows = []
        for entry in self.eligible(claim, voices, now=now, own=own):
            if not _related(entry, subject, around):
                continue
            row = entry.row
            if (entry.measure, entry.unit) != (measure, unit):
                if not entry.zero:
                    continue
                # No trade in one measure is no trade in any.
                other = msgspec.structs.replace(subject, flow=entry.flow, goods=entry.goods)
                row = msgspec.structs.replace(row, terms=tuple(cell_terms(other, entry.period).items()))
            if doubting and row.step:
                # It may have been cut off instead of rounded.
                row = msgspec.structs.replace(
                    row, bounds=Interval(row.bounds.lo, row.bounds.hi + row.step / 2), step=0.0
                )
            if doubting and (
                far := may_have_moved(row, entry.item.published, entry.item.published_to, entry.period, claim, now=now)
            ):
                row = moved(msgspec.structs.replace(row, moves=far))
            rows.append(row)
        if doubting:
            rows += self._revised(claim, subject, {row.terms for row in rows}, now=now)
        return rows

    def _revised(self, claim: Claim, subject: Subject, terms: Collection[object], *, now: bool) -> list[Row]:
        """Return revised levels that printed rates imply, of sums that somebody printed: the truth may be on their side."""
        until = last_day(claim) if not now else None
        return [
            entry.row
            for entry in self.implied(subject)
            if entry.goods == subject.goods
            and entry.row.terms in terms
            and (until is None or entry.item.published_to <= until)
        ]


def speaks_for(entry: Entry, voices: frozenset[str]) -> bool:
    """Whether a figure is of one of some voices: its reporting, or the outlet that printed it.

    What the list that is judged says speaks on nothing whose voice is not told: it may be the same article.
    """
    if entry.voices and (not voices or entry.voices & voices):
        return True
    return entry.item.family in voices or entry.item.publisher in voices


def _related(entry: Entry, subject: Subject, around: Sequence[Period]) -> bool:
    """Whether a figure bears on a series: the same goods, a part of them, or what holds them.

    The total of all goods bounds a good loosely, so that only totals of the claim's own months are taken; and it is
    not built up from the few goods that somebody printed.
    """
    if entry.goods == subject.goods:
        return True
    if subject.goods == "total":
        return False
    if entry.goods == "total":
        return entry.flow is subject.flow and any(entry.period == period for period in around)
    return contains(entry.goods, subject.goods) or contains(subject.goods, entry.goods)


def _was_open(figure: Figure) -> bool:
    """Whether the year of a figure was still open to revision when it was printed: until 1 August of the next."""
    day = figure.origin.published_from
    return bool(day) and day < f"{figure.period.end // 12 + 1}-08-01" and figure.bounds.hi > 0


class Press:
    """Printed figures as a bench of evidence for one claim.

    Parameters
    ----------
    docket
        All figures.
    voices
        Whose may not speak.
    now
        Whatever is known today, instead of what was known when the claim was published.
    """

    def __init__(self, docket: Docket, voices: frozenset[str], *, now: bool = False) -> None:
        self.docket = docket
        self.voices = voices
        self.now = now

    @property
    def today(self) -> Press:
        """The same figures, whenever they were printed."""
        return Press(self.docket, self.voices, now=True)

    @property
    def body(self) -> object:
        """The docket: all figures are one body of evidence."""
        return id(self.docket)

    @property
    def everybody(self) -> Press:
        """The figures of everybody, the claim's own reporting included: to explain a slip, never to judge."""
        return Press(self.docket, frozenset(), now=True)

    def ledger(
        self,
        claim: Claim,
        subjects: Iterable[Subject],
        cells: Iterable[CellName],
        *,
        doubting: bool,
        extra: Sequence[Row] = (),
    ) -> Ledger:
        """Return the ledger of what bears on some series."""
        del cells
        return self.docket.ledger(claim, subjects, self.voices, doubting=doubting, now=self.now, extra=extra)

    def prepare(self, cells: Iterable[CellName], parts: Iterable[tuple[Subject, Period]]) -> None:
        """Do nothing: figures are all there."""

    def parts(self, subject: Subject, period: Period) -> list[tuple[str, Item]]:
        """Return nothing: figures of parts are bounds among others."""
        del subject, period
        return []

    def item(self, row: str) -> Item | None:
        """Return a piece of evidence."""
        return self.docket.items.get(row)

    def frames(self, claim: Claim) -> Iterator[tuple[Measure, str]]:
        """Yield the measures in which the goods of a claim were printed."""
        assert claim.subject is not None
        for entry in self.docket.eligible(claim, self.voices, now=self.now):
            if entry.goods == claim.subject.goods:
                yield entry.measure, entry.unit

    def stands_by(self, claim: Claim) -> bool:
        """Whether it is one voice against one: the claim's own reporting printed it for exactly its cells, one other another."""
        if claim.subject is None or claim.period is None or claim.said is None or claim.kind is not Kind.AMOUNT:
            return False
        cells = frozenset(cell_terms(claim.subject, claim.period))
        factor = canonical_unit(claim.subject.measure, claim.subject.unit)[2]
        said = Interval(claim.said.bounds.lo * factor, claim.said.bounds.hi * factor)
        mine, against = False, set()
        for entry in self.docket.entries(claim.subject):
            if frozenset(cell for cell, _ in entry.row.terms) != cells:
                continue
            if entry.voices:
                continue  # A claim of the list does not stand by itself.
            if speaks_for(entry, self.voices):
                mine = mine or entry.item.bounds.meets(said)
            elif not entry.item.bounds.meets(said):
                against.add(entry.item.family)
        return mine and len(against) < 2

    def printed(self, subject: Subject, period: Period) -> list[Item]:
        """Return what was printed for exactly a series and a period, at any time, by voices that may speak."""
        cells = frozenset(cell_terms(subject, period))
        entries = [*self.docket.entries(subject), *(() if self.voices else self.docket.implied(subject))]
        return [
            entry.item
            for entry in entries
            if not speaks_for(entry, self.voices) and frozenset(cell for cell, _ in entry.row.terms) == cells
        ]

    def goods_near(self, subject: Subject) -> tuple[str, ...]:
        """Return goods that hold those of a series or are held by them."""
        found = dict.fromkeys(entry.goods for entry in self.docket.entries(subject))
        return tuple(one for one in found if contains(one, subject.goods) or contains(subject.goods, one))

    def wider(self, claim: Claim, goods: str, before: Period) -> list[Item]:
        """Return figures of trade in wider goods that overlap a period, as known when the claim was published."""
        return [
            entry.item
            for entry in self.docket.eligible(claim, frozenset(), now=self.now)
            if entry.goods == goods and entry.item.bounds.lo > 0 and entry.period.overlaps(before)
        ]


def _definitions(rows: Sequence[Row], asked: Sequence[Subject]) -> list[Row]:
    """Return the rows that hold by definition: what is part of other goods does not exceed them, month by month."""
    cells: set[CellName] = {cell for row in rows for cell, _ in row.terms}  # type: ignore[misc]
    by_frame: dict[tuple[object, ...], list[CellName]] = defaultdict(list)
    # Goods of which nothing was printed are still bounded by their parts and by what holds them.
    cells |= {
        (*cell[:3], subject.goods, *cell[4:])
        for cell in cells
        for subject in asked
        if contains(cell[3], subject.goods) or contains(subject.goods, cell[3])
    }
    for cell in cells:
        by_frame[(*cell[:3], *cell[4:])].append(cell)
    found = []
    for group in by_frame.values():
        if len(group) < 2:
            continue
        for whole in group:
            inside = [part for part in group if contains(whole[3], part[3])]
            # Of parts within parts only the widest count, so that nothing is added twice.
            inside = [part for part in inside if not any(contains(other[3], part[3]) for other in inside)]
            # Goods named in words may overlap, so that each by itself is held against the total, not their sum.
            apart = whole[3] == "total"
            for parts in [[part] for part in inside] if apart else [inside] * bool(inside):
                name = _definition_words(whole, parts)
                terms = ((whole, 1.0), *((part, -1.0) for part in sorted(parts, key=str)))
                found.append(Row(name, terms, Interval(0, float("inf")), structural=True))
    return found


def _definition_words(whole: CellName, parts: Sequence[CellName]) -> str:
    names = " and ".join(sorted(phrase(part[3]) for part in parts))
    frame = f"{month_words(whole[6])}{way_of(whole[2])}, in {whole[5]}"
    return f"{names} {'is' if is_code(parts[0][3]) else 'are'} part of {phrase(whole[3])} ({frame})"
