"""The same words as the page, as plain CommonMark with tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tidewaiter.brief._svg import short_number
from tidewaiter.brief.check import check_brief, evidence_file, sentences_of
from tidewaiter.brief.html import question_line, spans, web_address
from tidewaiter.brief.shape import STATEMENTS_NOTE, Brief, Chart, ChartCell, Curve, Sentence, Source
from tidewaiter.period import MONTH_NAMES
from tidewaiter.safe import plain

__all__ = ["escape_markdown", "render_markdown"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")
_START = re.compile(r"^(\s*)(?:([-+=:])|(\d{1,9})([.)])(?=\s|$))")

_STATES = {
    "zero": "0",
    "not known": "?",
    "merged": "†",
    "unreleased": "unreleased",
    "code not alive": "no code",
    "withheld": "withheld",
    "not recorded": "not recorded",
}

_HOW = (
    "In the tables of months: `?` not known, `†` known only for several months together, `0` proved to be none, "
    "`≤` at most, `≥` at least, `a–b` rounded or known to lie between."
)


def escape_markdown(text: str) -> str:
    r"""Write a text so that Markdown prints it as it is, on one line.

    Examples
    --------
    >>> escape_markdown("1. *Masks* <script> a|b")
    '1\\. \\*Masks\\* \\<script\\> a\\|b'
    """
    text = _SPECIAL.sub(r"\\\1", " ".join(plain(text).split()))
    return _START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", text)


def render_markdown(brief: Brief) -> str:
    """Write a brief as Markdown.

    Each sentence is one line that ends with its evidence file as a link. Charts are tables of months: ``?`` is not
    known, ``†`` known only together with other months (the run is named below the table), ``≤`` at most, ``≥`` at
    least.

    Raises
    ------
    OutputError
        If the brief refers to a sentence, source or month that it does not have.
    """
    check_brief(brief)
    e = escape_markdown
    numbers = {source.id: index for index, source in enumerate(brief.sources, 1)}
    told = {s.id: s for s in sentences_of(brief)}
    lines = [f"# {e(brief.headline)}", "", e(brief.standfirst), "", f"*{e(question_line(brief.question))}*", ""]
    if brief.key_points:
        lines += ["## Key points", ""]
        lines += [f"- {e(told[ident].text)} {_link(told[ident].evidence)}" for ident in brief.key_points]
        lines.append("")
    lines += _listed("## The background", brief.context)
    lines += _statements(brief)
    if brief.sections:
        lines += ["## Good by good", "", _HOW, ""]
    for section in brief.sections:
        lines += [f"### {e(section.title)}", ""]
        if section.context:
            lines += [e(section.context), ""]
        lines += _sentences(section.sentences, numbers)
        lines += _listed("Not known:", section.not_known)
        for chart in section.charts:
            lines += _chart(chart)
    if brief.curves:
        lines += ["## Set beside the trade", ""]
    for curve in brief.curves:
        lines += _curve(curve, numbers)
    if brief.events:
        lines += ["## Events", ""]
        for event in brief.events:
            source = f" ({_address(event.source, event.address)})" if event.source else ""
            if event.source in numbers:
                source = f" {_cite(numbers[event.source])}"
            lines.append(f"{event.number}. {e(event.when)}: {e(event.what)}{source}")
        lines.append("")
    lines += _listed("## What is not known", brief.not_known)
    if brief.conflicts:
        lines += ["## Where sources disagree", "", *_sentences(brief.conflicts, numbers)]
    lines += _table(brief, numbers)
    if brief.sources:
        lines += ["## Sources", "", *(f"{n}. {_source(s)}" for n, s in enumerate(brief.sources, 1)), ""]
    for line in brief.attribution:
        lines += [e(line), ""]
    lines += _listed("## Bear in mind", brief.caveats)
    lines += ["---", "", e(brief.made_with)]
    return "\n".join(lines) + "\n"


def _link(evidence: str) -> str:
    return f"[evidence](evidence/{evidence_file(evidence)})"


def _cite(first: int, last: int = 0) -> str:
    return f"[{first}–{last}](#sources)" if last > first else f"[{first}](#sources)"


def _address(text: str, address: str) -> str:
    """A text linked to its address where that is one; parentheses cannot close the link early."""
    safe = web_address(address)
    if safe is None:
        return escape_markdown(text)
    return f"[{escape_markdown(text)}](<{safe}>)"


def _listed(title: str, texts: Iterable[str]) -> list[str]:
    items = [f"- {escape_markdown(text)}" for text in texts]
    return [title, "", *items, ""] if items else []


def _sentences(sentences: Sequence[Sentence], numbers: dict[str, int]) -> list[str]:
    lines = []
    for s in sentences:
        ranges = spans(numbers[ident] for ident in s.sources)
        cites = "".join(f" {_cite(first, last)}" for first, last in ranges)
        lines.append(f"- {escape_markdown(s.text)}{cites} ({s.strength}) {_link(s.evidence)}")
        lines += [f"  - Caveat: {escape_markdown(caveat)}" for caveat in s.caveats]
    return [*lines, ""] if lines else []


def _statements(brief: Brief) -> list[str]:
    if not brief.statements:
        return []
    lines = ["## What others wrote, checked", "", STATEMENTS_NOTE, ""]
    for s in brief.statements:
        who = f"{s.publisher}, {s.published}" if s.published else s.publisher
        lines.append(f"- **{s.verdict}**: {escape_markdown(s.says)} ({_address(who, s.address)})")
        # The proof is of the judgement, not of what was said, so it stands on the judgement's own line.
        reading = f" What would fit: {escape_markdown(s.reading)}" if s.reading else ""
        proof = f" {_link(s.evidence)}" if s.evidence else ""
        lines.append(f"  - {escape_markdown(s.why)}{reading}{proof}")
    return [*lines, ""]


def _cell(cell: ChartCell) -> str:
    """One month in a table: its own label, or the shortest truth about it."""
    if cell.state in ("not known", "merged") and cell.hi is not None:
        shown = f"≤ {short_number(cell.hi)}"
        return f"{short_number(cell.lo)}–{short_number(cell.hi)}" if cell.lo > 0 else shown
    if cell.hi is None and cell.lo > 0:
        return cell.label or f"≥ {short_number(cell.lo)}"
    if cell.state in _STATES:
        return _STATES[cell.state]
    if cell.label or cell.hi is None:
        return cell.label or "?"
    low, high = short_number(cell.lo), short_number(cell.hi)
    if cell.state == "conflict":
        return f"{low} or {high}"
    return low if low == high else f"{low}–{high}"


def _chart(chart: Chart) -> list[str]:
    """A table with a row for each year."""
    e = escape_markdown
    lines = [f"**{e(chart.title)}** ({e(chart.unit)})", "", e(chart.alt), ""]
    covered = {c.month for c in chart.cells if any(r.first <= c.month <= r.last for r in chart.runs)}
    years: dict[str, dict[str, str]] = {}
    for cell in chart.cells:
        text = "†" if cell.state == "merged" and cell.month in covered else e(_cell(cell))
        years.setdefault(cell.month[:4], {})[cell.month[5:]] = text
    months = [f"{n:02d}" for n in range(1, 13) if any(f"{n:02d}" in known for known in years.values())]
    lines.append("| Year | " + " | ".join(MONTH_NAMES[int(m) - 1][:3] for m in months) + " |")
    lines.append("| --- |" + " ---: |" * len(months))
    lines += [f"| {year} | " + " | ".join(known.get(m, "") for m in months) + " |" for year, known in years.items()]
    lines.append("")
    lines += [f"- {run.first} to {run.last} together: {e(run.label or short_number(run.total))}" for run in chart.runs]
    if chart.runs:
        lines.append("")
    if chart.source_line:
        lines += [e(chart.source_line), ""]
    return lines


def _curve(curve: Curve, numbers: dict[str, int]) -> list[str]:
    e = escape_markdown
    lines = [f"### {e(curve.title)}", "", *_sentences(curve.sentences, numbers), e(curve.alt), ""]
    if curve.caveat:
        lines += [f"Caution: {e(curve.caveat)}", ""]
    lines += [f"| Day | {e(curve.unit)} |", "| --- | ---: |"]
    for day, value in zip(curve.days, curve.values, strict=True):
        lines.append(f"| {e(day)} | {'?' if value is None else f'{value:,.10g}'} |")
    lines.append("")
    return [*lines, e(curve.source_line), ""] if curve.source_line else lines


def _table(brief: Brief, numbers: dict[str, int]) -> list[str]:
    if not brief.table:
        return []
    lines = [
        "## Table of figures",
        "",
        "| Good | Period | As printed | Between | Publisher | Published | Source | Note |",
    ]
    lines.append("| --- | --- | ---: | ---: | --- | --- | --- | --- |")
    for row in brief.table:
        source = _cite(numbers[row.source]) if row.source in numbers else escape_markdown(row.source)
        cells = (row.good, row.period, row.printed, row.between, row.publisher, row.published)
        lines.append(f"| {' | '.join(map(escape_markdown, cells))} | {source} | {escape_markdown(row.note)} |")
    return [*lines, ""]


def _source(source: Source) -> str:
    e = escape_markdown
    dated = f", {e(source.published)}" if source.published else ""
    safe = web_address(source.address)
    address = f" <{safe}>" if safe else f" {e(source.address)}" if source.address else ""
    note = f" ({e(source.note)})" if source.note else ""
    return f"{e(source.publisher)}{dated}.{address}{note}"
