"""Check that a brief holds together before anything of it is written.

A link to a proof that is not there would be worse than no page at all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable

from tidewaiter.brief.shape import SCHEMA, Brief, Chart, Sentence
from tidewaiter.errors import InputError, OutputError
from tidewaiter.period import month

__all__ = ["check_brief", "evidence_file", "sentences_of"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}\Z")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", re.IGNORECASE)


def evidence_file(name: str) -> str:
    """Return the file name of a proof inside ``evidence/``; ``.csv`` may be left out.

    Raises
    ------
    OutputError
        If it is a path, is hidden, or holds anything but letters, digits, dot, dash and underscore.

    Examples
    --------
    >>> evidence_file("masks-multiple"), evidence_file("masks.csv")
    ('masks-multiple.csv', 'masks.csv')
    """
    full = name if name.endswith(".csv") else f"{name}.csv"
    if not _NAME.match(full) or _RESERVED.match(full):
        raise OutputError(
            f"evidence name {name!r} cannot be a file name; use letters, digits, '.', '-' and '_' only, "
            "beginning with a letter or digit, at most 120, for example masks-total.csv"
        )
    return full


def sentences_of(brief: Brief) -> list[Sentence]:
    """Return every sentence of a brief, in the order of the page."""
    found = [s for section in brief.sections for s in section.sentences]
    found += [s for curve in brief.curves for s in curve.sentences]
    return [*found, *brief.conflicts]


def check_brief(brief: Brief, evidence: Collection[str] | None = None) -> None:
    """Refuse a brief whose references lead nowhere or whose numbers cannot be drawn.

    Parameters
    ----------
    brief
        The brief to be written.
    evidence
        File names of the proofs that will be written with it; ``None`` if that is not known yet.

    Raises
    ------
    OutputError
        Naming the first reference, date or number that is wrong.
    """
    if brief.schema_ != SCHEMA:
        raise OutputError(f"this writer prints {SCHEMA!r}, not {brief.schema_!r}; set schema_ to {SCHEMA!r}")
    sentences = sentences_of(brief)
    _once("sentence", (s.id for s in sentences))
    _once("source", (s.id for s in brief.sources))
    known_sources = {s.id for s in brief.sources}
    in_sections = {s.id for section in brief.sections for s in section.sentences}
    for ident in brief.key_points:
        if ident not in in_sections:
            raise OutputError(f"key point {ident!r} is no sentence of a section; valid: {_some(in_sections)}")
    for sentence in sentences:
        for ident in sentence.sources:
            if ident not in known_sources:
                raise OutputError(
                    f"sentence {sentence.id!r} names source {ident!r}, which is not among the sources; "
                    f"valid: {_some(known_sources)}"
                )
    names = [evidence_file(s.evidence) for s in sentences]
    names += [evidence_file(s.evidence) for s in brief.statements if s.evidence]
    if evidence is not None:
        for name in names:
            if name not in evidence:
                raise OutputError(f"no evidence was given for {name!r}; given: {_some(evidence)}")
    for section in brief.sections:
        for chart in section.charts:
            _check_chart(chart)
    for curve in brief.curves:
        if len(curve.days) != len(curve.values):
            raise OutputError(f"curve {curve.title!r} has {len(curve.days)} days and {len(curve.values)} values")


def _check_chart(chart: Chart) -> None:
    before: int | None = None
    try:
        for cell in chart.cells:
            number = month(cell.month)
            if before is not None and number != before + 1:
                raise OutputError(
                    f"chart {chart.title!r}: {cell.month} does not follow the month before it; "
                    "give every month of the window in order, a missing one with its state"
                )
            before = number
            upper = math.inf if cell.hi is None else cell.hi
            if not math.isfinite(cell.lo) or cell.lo < 0 or math.isnan(upper) or upper < cell.lo:
                raise OutputError(f"chart {chart.title!r}, {cell.month}: [{cell.lo}, {cell.hi}] is no range from 0 up")
            if cell.state == "zero" and cell.hi != 0:
                raise OutputError(f"chart {chart.title!r}, {cell.month}: state zero, but at most {cell.hi}")
        for run in chart.runs:
            month(run.first), month(run.last)
    except InputError as error:
        raise OutputError(f"chart {chart.title!r}: {error}") from error


def _once(kind: str, idents: Iterable[str]) -> None:
    seen: set[str] = set()
    for ident in idents:
        if ident in seen:
            raise OutputError(f"two {kind}s have the id {ident!r}; give each its own")
        seen.add(ident)


def _some(names: Collection[str], limit: int = 6) -> str:
    shown = ", ".join(sorted(names)[:limit]) or "none"
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")
