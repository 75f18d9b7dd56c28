"""From findings to a brief: order, sentences with their evidence, what is not known, sources, table."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tidewaiter._version import __version__
from tidewaiter.brief import figures as charts
from tidewaiter.brief import shape
from tidewaiter.brief.conflicts import conflicts
from tidewaiter.brief.curves import curves
from tidewaiter.brief.gather import Asked, Evidence
from tidewaiter.brief.headline import headline, key_points, standfirst, worth
from tidewaiter.brief.record import Record
from tidewaiter.brief.sentences import family_of, write
from tidewaiter.claims.breaks import broken_between
from tidewaiter.codes import area_name
from tidewaiter.events import Event, country, indicators, timeline
from tidewaiter.facts.base import Fact
from tidewaiter.facts.change import Multiple
from tidewaiter.facts.compare import Exceeds
from tidewaiter.facts.since import HighestSince, NoneBefore
from tidewaiter.findings.caveats import caveat
from tidewaiter.findings.find import Finding, find
from tidewaiter.findings.statements import judge
from tidewaiter.findings.voice import Voice
from tidewaiter.findings.words import join
from tidewaiter.model import TOTAL, Flow
from tidewaiter.period import Period, month
from tidewaiter.sources.figures import DATASET as PRESS
from tidewaiter.sources.figures import origins
from tidewaiter.sources.headings import ATTRIBUTION
from tidewaiter.sources.statements import statements

__all__ = ["Composed", "compose"]

TOTAL_GOODS = "total"

MOST_SECTIONS = 12
"""Sections of a brief without a basket: the findings most worth telling."""


class Composed(msgspec.Struct, frozen=True):
    """A brief and the evidence behind its sentences: file name to rows of cells, the header first."""

    brief: shape.Brief
    evidence: dict[str, list[list[str]]]


def compose(asked: Asked, evidence: Evidence) -> Composed:
    """Write up what is known.

    Parameters
    ----------
    asked
        The question, names resolved.
    evidence
        What is known of it.
    """
    book, period = evidence.book, asked.period
    voice = Voice(area_name(evidence.reporter), area_name(asked.partner), asked.flow)
    events = _events(asked)
    leads = [event for event in events if not event.baskets or asked.basket in event.baskets]
    findings = [find(book, subject, period, subjects=evidence.subjects, events=leads) for subject in evidence.subjects]
    told = [finding for finding in findings if finding.facts]
    if not asked.basket and len(told) > MOST_SECTIONS:
        told = sorted(told, key=lambda finding: -worth(finding))[:MOST_SECTIONS]
    record = Record()
    record.know(book.figures.values())
    sections, unlike = _sections(told, evidence, voice, period, events, record)
    points = key_points(told, sections, unlike)
    statements = _statements(asked, evidence, record)
    brief = shape.Brief(
        schema_=shape.SCHEMA,
        headline=headline(told, voice, period, evidence.basket_title, leads),
        standfirst=standfirst(told, evidence, voice, asked, leads),
        question=shape.Question(
            reporter=evidence.reporter,
            reporter_name=voice.reporter,
            partner=asked.partner,
            partner_name=voice.partner,
            flow=asked.flow.value,
            basket=asked.basket,
            basket_title=evidence.basket_title,
            period_from=str(Period(period.start, period.start)),
            period_to=str(Period(period.end, period.end)),
            as_of=asked.as_of or "",
        ),
        context=_context(asked),
        key_points=points,
        sections=sections,
        curves=curves(asked, record),
        statements=statements,
        not_known=_not_known(findings, evidence, voice, period),
        conflicts=conflicts(book, [f.subject for f in told], period, record),
        events=tuple(
            shape.Event(number, event.first, event.last, event.when, event.what, event.source, event.address)
            for number, event in enumerate(events, start=1)
        ),
        table=_table(evidence, told, period, events, record),
        sources=record.sources,
        caveats=_caveats(evidence, asked, told),
        made_with=f"Tidewaiter {__version__}",
        attribution=evidence.attribution,
    )
    return Composed(brief, record.files)


def _events(asked: Asked) -> list[Event]:
    """Keep the events from the year before last to three months after the period that had happened by then; all of the reader's own."""
    first = (asked.period.start // 12 - 2) * 12
    shipped = [
        event
        for event in timeline(asked.partner)
        if first <= month(event.first[:7]) <= asked.period.end + 3
        and (asked.as_of is None or event.first <= asked.as_of)
    ]
    return sorted((*shipped, *asked.events), key=lambda event: (event.first, event.last))


def _sections(
    findings: Sequence[Finding],
    evidence: Evidence,
    voice: Voice,
    period: Period,
    events: Sequence[Event],
    record: Record,
) -> tuple[tuple[shape.Section, ...], frozenset[str]]:
    """One section a basket group (a good and its parts), the most telling first, the total last.

    The second is the ids of sentences that compare what was not counted alike.
    """
    unlike: set[str] = set()
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        name = finding.subject.group or finding.subject.id
        groups.setdefault(name, []).append(finding)
    titles = {group.id: group.title for group in evidence.groups}
    rank = worth if evidence.kind == "customs" else (lambda finding: finding.score)
    ordered = sorted(groups, key=lambda name: (name == "total", -max(rank(f) for f in groups[name])))
    sections = []
    for name in ordered:
        members = groups[name]
        sentences = [_sentence(fact, finding, voice, record, unlike) for finding in members for fact in finding.facts]
        drawn = [
            charts.chart(evidence.book, f.subject, key, period, events, wide=f.subject.kind == "total")
            for f in members
            for key in ([f.main] if f.main else [])
        ]
        sections.append(
            shape.Section(
                id=name,
                title=titles.get(name, members[0].subject.title),
                context=" ".join(dict.fromkeys(_context_of(f, members[0]) for f in members if f.subject.context)),
                sentences=tuple(sentences),
                charts=tuple(drawn),
                not_known=tuple(line for f in members for line in _unsaid(f, evidence, period)),
            )
        )
    return tuple(sections), frozenset(unlike)


def _context_of(finding: Finding, first: Finding) -> str:
    """Say what a good is for; further goods of a section by their name."""
    text, title = finding.subject.context, finding.subject.title
    return text if finding is first else f"{title}: {text[:1].lower()}{text[1:]}"


def _sentence(fact: Fact, finding: Finding, voice: Voice, record: Record, unlike: set[str]) -> shape.Sentence:
    written = write(fact, finding, voice)
    name = f"{finding.subject.id}-{family_of(fact)}"
    conflict = not isinstance(fact, HighestSince) and written.conflict
    computed = any(row.kind == "result" for row in written.proof) or isinstance(fact, HighestSince)
    ids = list(dict.fromkeys((*written.caveats, *finding.subject.caveats)))
    families = {record.family(row) for row in written.proof if row.kind == "figure"}
    if len(families) == 1 and fact.key.dataset == PRESS:
        # One publisher's own numbers, divided by each other, prove nothing that it did not already say.
        ids.append("single-publisher")
        computed = False
    if isinstance(fact, HighestSince) and fact.bounded:
        ids.append("bounded")
    broken = None if any(one.startswith("code-") for one in ids) else _broken(fact)
    if any(row.unit.endswith(("per pieces", "per pairs", "per kg")) for row in written.proof):
        ids.append("unit-value")
    made = record.sentence(
        name,
        written.text,
        family_of(fact),
        written.proof,
        (*(caveat(identity) for identity in ids), *((broken,) if broken else ()), *finding.subject.notes),
        "conflict" if conflict else "proved" if computed else "as printed",
    )
    if broken:
        unlike.add(made.id)
    return made


def _broken(fact: Fact) -> str:
    """Say that what a fact compares was not counted alike: codes that changed their goods in between."""
    if isinstance(fact, Multiple):
        before, now = fact.earlier.period, fact.later.period
    elif isinstance(fact, Exceeds):
        before, now = fact.before.period, fact.now.period
    elif isinstance(fact, HighestSince):
        first = min((*fact.lower, *fact.undecided, *((fact.higher.period.start,) if fact.higher else ())))
        before, now = Period(first, first), fact.now.period
    elif isinstance(fact, NoneBefore) and fact.first is not None:
        before, now = fact.none, fact.first.period
    else:
        return ""
    goods = TOTAL_GOODS if fact.key.cmd == TOTAL else fact.key.cmd.removeprefix("good:")
    found = broken_between(goods, fact.key.reporter, before, now)
    return found.why if found is not None else ""


def _unsaid(finding: Finding, evidence: Evidence, period: Period) -> list[str]:
    """Name what cannot be said of a subject: an earlier year of which nothing was printed."""
    if finding.subject.kind in ("wider", "total") or evidence.kind != "press":
        return []
    year = Period.year(period.start // 12 - 1)
    book = evidence.book
    known = any(figure.period.overlaps(year) for key in finding.subject.keys for figure in book.of(key))
    if known or finding.subject.whole:
        return []
    return [
        f"No figure for {year} was printed for {finding.subject.phrase}, so whether this is new, or more than before, "
        "cannot be told."
    ]


def _not_known(findings: Sequence[Finding], evidence: Evidence, voice: Voice, period: Period) -> tuple[str, ...]:
    """Name the goods asked about of which nothing was told, each once; what was printed for a longer run is said so."""
    told = {finding.subject.group for finding in findings if finding.facts}
    silent = [finding for finding in findings if not finding.facts and finding.subject.kind == "good"]
    if not evidence.groups:
        titles = ", ".join(finding.subject.title for finding in silent)
        others = (f"Known for other months only, not for {period.words()}: {titles}.",) if titles else ()
        return (*others, *evidence.left_out)
    lines = []
    for group in evidence.groups:
        if group.id not in told:
            members = [finding for finding in silent if finding.subject.group == group.id]
            lines.append(_silence(group.title, members, evidence, period))
    for finding in silent:
        if finding.subject.group in told:
            phrase = finding.subject.phrase
            part = any(other.subject.whole == finding.subject.id and other.facts for other in findings)
            lines.append(
                _silence(
                    f"{phrase[:1].upper()}{phrase[1:]}{' as a whole' if part else ''}", [finding], evidence, period
                )
            )
    return (*lines, *evidence.left_out)


def _silence(title: str, members: Sequence[Finding], evidence: Evidence, period: Period) -> str:
    """Say that nothing was printed for the period alone, and for which longer runs something was."""
    runs = {
        figure.period
        for finding in members
        for key in finding.subject.keys
        for figure in evidence.book.of(key)
        if figure.period.overlaps(period)
    }
    if not runs:
        return f"{title}: no figure for {period.words()} was printed."
    return f"{title}: printed only for {join([run.words() for run in sorted(runs)])}, not for {period.words()} alone."


def _context(asked: Asked) -> tuple[str, ...]:
    line = country(asked.partner)
    return (f"{line.text} ({line.source})",) if line else ()


def _table(
    evidence: Evidence, told: Sequence[Finding], period: Period, events: Sequence[Event], record: Record
) -> tuple[shape.TableRow, ...]:
    """List the figures of the period and of the year before it, those that are drawn, and every further one a sentence rests on."""
    span = Period((period.start // 12 - 1) * 12, period.end)
    used = record.rows
    rows: dict[str, shape.TableRow] = {}
    for finding in told:
        for key in finding.subject.keys:
            shown = charts.window(evidence.book, key, period, events, wide=finding.subject.kind == "total")
            for figure in sorted(evidence.book.of(key), key=lambda one: (one.period, one.id)):
                drawn = key == finding.main and figure.period.overlaps(shown)
                if drawn or span.contains(figure.period) or figure.id in used:
                    rows[figure.id] = record.table_row(figure, finding.subject.title)
    titles = {key.cmd: finding.subject.title for finding in told for key in finding.subject.keys}
    for figure in sorted(evidence.book.figures.values(), key=lambda one: (one.key, one.period, one.id)):
        if figure.id in used and figure.id not in rows:
            way = {Flow.TWO_WAY: "exports and imports", Flow.IMPORT: "imports", Flow.EXPORT: "exports"}.get(
                figure.key.flow, ""
            )
            rows[figure.id] = record.table_row(figure, f"{titles.get(figure.key.cmd, figure.key.cmd)} ({way})")
    return tuple(rows.values())


def _caveats(evidence: Evidence, asked: Asked, told: Sequence[Finding]) -> tuple[str, ...]:
    if evidence.kind == "press":
        known = {origin.id for origin in origins().values()}
        shipped = all(figure.origin.id in known for figure in evidence.book.figures.values())
        whence = " from China's customs database" if shipped and evidence.reporter == "CHN" else ""
        first: tuple[str, ...] = (
            f"The figures were printed by others (news agencies, newspapers, ministries){whence}; they are not a customs service's own "
            "files. A month that nobody printed is not known: it is never read as zero.",
            caveat("rounded"),
        )
    else:
        first = (
            "The rows are a customs service's own. A month without a row is not read as zero unless the source covers it.",
            "Only the codes of the file are covered: here the headings under export sanctions. Exports of other goods are not in it."
            if evidence.attribution == (ATTRIBUTION,)
            else "Only the codes of the loaded files are covered; trade in other goods is not in them.",
        )
        if asked.basket:
            first = (*first, caveat("basket-headings"))
    notes = tuple(dict.fromkeys(caveat(identity) for f in told for identity in f.subject.caveats))
    return (*first, *notes)


def _statements(asked: Asked, evidence: Evidence, record: Record) -> tuple[shape.Statement, ...]:
    """Judge what others wrote about the same pair, basket and period."""
    if evidence.kind != "press":
        return ()
    groups = {group.id for group in evidence.groups}
    subjects = {subject.id for subject in evidence.subjects}
    counted = {one.id for one in indicators(asked.partner) if not one.baskets or asked.basket in one.baskets}
    found = []
    for number, statement in enumerate(statements(), start=1):
        pair = (statement.reporter, statement.partner, statement.flow)
        inside = statement.good in subjects or statement.good in groups or statement.good in counted
        if pair != (evidence.reporter, asked.partner, asked.flow) or not inside:
            continue
        if not asked.period.overlaps(Period.parse(statement.about or statement.period)):
            continue
        if asked.as_of is not None and statement.source.published_to > asked.as_of:
            continue
        judged = judge(statement, evidence.book.figures.values(), evidence.book.wholes)
        name = f"said-{number}-{statement.good}-{statement.kind}"
        proof = record.sentence(name, judged.why, "statement", judged.proof, (), "as printed") if judged.proof else None
        origin = statement.source
        found.append(
            shape.Statement(
                publisher=origin.family,
                published=origin.published(),
                address=origin.address,
                says=statement.says,
                verdict=judged.verdict,
                why=judged.why,
                reading=judged.reading,
                evidence=proof.evidence if proof else "",
            )
        )
    order = ("contradicted", "unsafe", "cannot tell", "no figure", "within rounding", "supported")
    return tuple(sorted(found, key=lambda one: order.index(one.verdict)))
