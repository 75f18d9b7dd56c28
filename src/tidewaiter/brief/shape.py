"""The shape of a brief: what ``brief.json`` holds and what the HTML and Markdown pages are drawn from.

Nothing is computed after this point: the writers print what stands here. Every sentence names the CSV that proves it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = [
    "SCHEMA",
    "STATEMENTS_NOTE",
    "Brief",
    "Chart",
    "ChartCell",
    "ChartEvent",
    "ChartRun",
    "Curve",
    "Event",
    "Question",
    "Section",
    "Sentence",
    "Source",
    "Statement",
    "TableRow",
]

SCHEMA = "tidewaiter/brief/1"

STATEMENTS_NOTE = (
    "In our own words, not quoted. Each is held against figures that other publishers printed; a publisher's own figures are no "
    "witness for it."
)
"""What stands above the statements of others on every page."""


class Question(msgspec.Struct, frozen=True):
    """What was asked: codes, their printable names, the period, and the date of knowledge (empty: all that is known)."""

    reporter: str
    reporter_name: str
    partner: str
    partner_name: str
    flow: str
    basket: str
    basket_title: str
    period_from: str
    period_to: str
    as_of: str


class Sentence(msgspec.Struct, frozen=True):
    """One statement with its proof.

    ``evidence`` is the file name of its CSV inside ``evidence/``; ``sources`` are ids of :class:`Source`;
    ``caveats`` are whole sentences; ``strength`` says how firmly it holds.
    """

    id: str
    text: str
    family: str
    evidence: str
    sources: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    strength: Literal["proved", "as printed", "conflict", "cannot tell"] = "as printed"


class ChartCell(msgspec.Struct, frozen=True):
    """One month of a chart: state as in :class:`tidewaiter.model.State`; ``hi`` is null where the upper end is open."""

    month: str
    state: str
    lo: float
    hi: float | None
    label: str = ""


class ChartRun(msgspec.Struct, frozen=True):
    """A number known only for a run of months together, drawn across them at its monthly mean.

    ``total`` is the printed number; the run's months appear among the cells with state ``merged``.
    """

    first: str
    last: str
    total: float
    label: str


class ChartEvent(msgspec.Struct, frozen=True):
    """A dated event to mark: position by day, a short label, and its number in the list of events."""

    day: str
    label: str
    number: int


class Chart(msgspec.Struct, frozen=True):
    """A monthly chart of one series.

    ``cells`` has every month of the window in order, known or not; ``period_from``/``period_to`` are highlighted.
    """

    title: str
    unit: str
    alt: str
    cells: tuple[ChartCell, ...]
    runs: tuple[ChartRun, ...] = ()
    events: tuple[ChartEvent, ...] = ()
    period_from: str = ""
    period_to: str = ""
    source_line: str = ""


class Curve(msgspec.Struct, frozen=True):
    """A daily indicator series set beside the trade (fever counts, say), with its own caveat."""

    title: str
    unit: str
    alt: str
    days: tuple[str, ...]
    values: tuple[float | None, ...]
    caveat: str
    sentences: tuple[Sentence, ...] = ()
    source_line: str = ""


class Section(msgspec.Struct, frozen=True):
    """One good or group of goods: a line of context, sentences, charts."""

    id: str
    title: str
    context: str
    sentences: tuple[Sentence, ...]
    charts: tuple[Chart, ...] = ()
    not_known: tuple[str, ...] = ()


class Statement(msgspec.Struct, frozen=True):
    """What somebody else wrote, judged: ``verdict`` in the project's words, and the reading that would fit."""

    publisher: str
    published: str
    address: str
    says: str
    verdict: Literal["supported", "within rounding", "contradicted", "unsafe", "cannot tell", "no figure"]
    why: str
    reading: str = ""
    evidence: str = ""


class Event(msgspec.Struct, frozen=True):
    """A dated event; ``first`` and ``last`` are equal where the day is known."""

    number: int
    first: str
    last: str
    when: str
    what: str
    source: str
    address: str = ""


class TableRow(msgspec.Struct, frozen=True):
    """One row of the table of figures, all cells as printed on the page."""

    id: str
    good: str
    period: str
    printed: str
    between: str
    publisher: str
    published: str
    source: str
    note: str = ""


class Source(msgspec.Struct, frozen=True):
    """A publisher's item: who, when, where."""

    id: str
    publisher: str
    published: str
    address: str
    note: str = ""


class Brief(msgspec.Struct, frozen=True, rename={"schema_": "schema"}):
    """A whole brief.

    ``key_points`` are ids of sentences of the sections, the most telling first. ``not_known`` says what the evidence
    cannot say, ``caveats`` what a reader must bear in mind for all of it.
    """

    schema_: str
    headline: str
    standfirst: str
    question: Question
    context: tuple[str, ...]
    key_points: tuple[str, ...]
    sections: tuple[Section, ...]
    curves: tuple[Curve, ...]
    statements: tuple[Statement, ...]
    not_known: tuple[str, ...]
    conflicts: tuple[Sentence, ...]
    events: tuple[Event, ...]
    table: tuple[TableRow, ...]
    sources: tuple[Source, ...]
    caveats: tuple[str, ...]
    made_with: str
    attribution: tuple[str, ...] = ()
