"""The evidence book of a brief: one CSV a sentence, one numbered source a publication."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from tidewaiter.brief.shape import Sentence, Source, TableRow
from tidewaiter.facts.proof import COLUMNS, Row, plain
from tidewaiter.findings.words import money, number, open_words
from tidewaiter.model import Figure, Measure

__all__ = ["Record"]


class Record:
    """Collects evidence files and sources while sentences are written."""

    def __init__(self) -> None:
        self.files: dict[str, list[list[str]]] = {}
        self._sources: dict[tuple[str, str, str], Source] = {}
        self._families: dict[tuple[str, str], str] = {}
        self._ids: set[str] = set()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every publication cited so far, in the order of citing."""
        return tuple(self._sources.values())

    @property
    def rows(self) -> frozenset[str]:
        """The ids of every row that a sentence so far rests on, figures among them."""
        return frozenset(row[0] for rows in self.files.values() for row in rows[1:])

    def know(self, figures: Iterable[Figure]) -> None:
        """Learn whose reporting each publisher's figures are."""
        for figure in figures:
            self._families[figure.origin.publisher, figure.origin.address] = figure.origin.family

    def family(self, row: Row) -> str:
        """Return whose reporting a row is."""
        return self._families.get((row.publisher, row.address), row.publisher)

    def source(self, publisher: str, published: str, address: str, note: str = "") -> str:
        """Number a publication; the same one keeps its number."""
        key = (publisher, published, address)
        found = self._sources.get(key)
        if found is None:
            found = Source(f"S{len(self._sources) + 1}", publisher, published, address, note)
            self._sources[key] = found
        return found.id

    def sentence(
        self,
        name: str,
        text: str,
        family: str,
        rows: Sequence[Row],
        caveats: tuple[str, ...],
        strength: Literal["proved", "as printed", "conflict", "cannot tell"],
    ) -> Sentence:
        """File the rows behind a sentence and return the sentence with its evidence and sources."""
        base = name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        count = 1
        while name in self._ids:
            count += 1
            name = f"{base}-{count}"
        self._ids.add(name)
        file = f"{name}.csv"
        self.files[file] = [list(COLUMNS), *(row.cells() for row in rows)]
        cited = tuple(
            dict.fromkeys(self.source(row.publisher, row.published, row.address) for row in rows if row.publisher)
        )
        return Sentence(name, text, family, file, cited, caveats, strength)

    def table_row(self, figure: Figure, good: str) -> TableRow:
        """Return a figure as a row of the table, as printed and with what it leaves open."""
        key, bounds = figure.key, figure.bounds
        value = key.measure is Measure.VALUE
        printed = (
            money(figure.value, key.unit, _step(figure))
            if value
            else f"{number(figure.value, _step(figure))} {key.unit}"
        )
        if math.isinf(bounds.hi):
            printed = f"{open_words(key)}{printed}"
        low, high = _grouped(bounds.lo), _grouped(bounds.hi)
        between = low if low == high else f"{low} to {high}" if high else f"{low} or more"
        return TableRow(
            id=figure.id,
            good=good,
            period=str(figure.period).replace("..", " to "),
            printed=printed,
            between=between,
            publisher=figure.origin.publisher,
            published=figure.origin.published(),
            source=self.source(figure.origin.publisher, figure.origin.published(), figure.origin.address),
            note=figure.note,
        )


def _grouped(value: float) -> str:
    """Write an end of an interval with thousands separators; empty where it is open."""
    text = plain(value)
    return f"{value:,.1f}".removesuffix(".0") if text else ""


def _step(figure: Figure) -> float:
    width = figure.bounds.hi - figure.bounds.lo
    return width if 1 < width < 1e15 else 1.0
