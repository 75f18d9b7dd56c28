"""Headline, standfirst and key points: the same facts, said once more and shorter."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from tidewaiter.brief.gather import Asked, Evidence
from tidewaiter.brief.shape import Section
from tidewaiter.events import Event
from tidewaiter.facts.base import Known
from tidewaiter.facts.change import Multiple
from tidewaiter.facts.compare import Exceeds
from tidewaiter.facts.level import Course, Total
from tidewaiter.facts.since import NoneBefore
from tidewaiter.findings.find import LONG_RECORD, Finding
from tidewaiter.findings.voice import Voice
from tidewaiter.findings.words import amount, goods_amount, join, times, when
from tidewaiter.model import SeriesKey
from tidewaiter.period import Period, month
from tidewaiter.sources.figures import DATASET as PRESS

__all__ = ["headline", "key_points", "standfirst", "worth"]

_FIRST = ("none-before", "exceeds", "multiple", "total", "highest", "months")
"""Which sentence of a section speaks for it, the most telling kind first."""

_UNSAFE = ("exceeds", "total", "months")
MOST_POINTS = 9


def headline(
    findings: Sequence[Finding], voice: Voice, period: Period, basket: str, events: Sequence[Event] = ()
) -> str:
    """Name the amounts of the goods whose change is most unusual: up to three, or two with the event they came before."""
    if findings and findings[0].main is not None and findings[0].main.dataset != PRESS:
        return _customs(max(findings, key=worth), voice, period)
    event = _ahead(events, period) if basket else None
    whole, single = _amounts(findings, period)
    if event is not None and len(whole) > 1:
        before = event.lead.replace(voice.partner, "the country", 1)
        return f"{voice.sent(join(whole[:2]))} {when(period)}, before {before}"
    # An amount of one month is told with its month: what was not printed of the others may add to it.
    parts = [f"{join(goods)} {when(one)}" for one, goods in sorted(single.items())]
    if whole:
        return f"{voice.sent(join(whole))} {when(period)}" + (f", and {join(parts)}" if parts else "")
    if not parts:
        return _total_alone(findings, voice, period, basket)
    first, *rest = sorted(single.items())
    text = f"{voice.sent(join(first[1]))} {when(first[0])}"
    return text + (", and " + join([f"{join(goods)} {when(one)}" for one, goods in rest]) if rest else "")


def _amounts(findings: Sequence[Finding], period: Period) -> tuple[list[str], dict[Period, list[str]]]:
    """Write up to three amounts of the most unusual goods: those of the whole period, and those of a month alone."""
    ranked = sorted(
        (f for f in findings if f.subject.kind == "good" and not _is_whole(f, findings)), key=lambda f: -f.score
    )
    whole: list[str] = []
    single: dict[Period, list[str]] = {}
    for finding in sorted(ranked[:6], key=lambda f: (f.main is None or f.main.unit != "pieces", -_size(f))):
        level = _level(finding, period)
        if level is None or len(whole) + sum(map(len, single.values())) == 3:
            continue
        known, key = level
        text = goods_amount(known, key, finding.subject.phrase)
        (whole if known.period == period else single.setdefault(known.period, [])).append(text)
    return whole, single


def _ahead(events: Sequence[Event], period: Period) -> Event | None:
    """Return the first event after the period that a lead is counted to."""
    return next((event for event in events if event.lead and period.end < month(event.first[:7])), None)


def _total_alone(findings: Sequence[Finding], voice: Voice, period: Period, basket: str) -> str:
    """Tell the total where nothing is known of single goods and none were asked for."""
    total = next((finding for finding in findings if finding.subject.kind == "total"), None)
    level = _level(total, period) if total is not None else None
    if basket or total is None or level is None:
        return f"{basket or 'Trade'}: {voice.reporter} and {voice.partner}, {period.words()}"
    return f"{voice.sent(goods_amount(*level, total.subject.phrase))} {when(level[0].period)}"


def worth(finding: Finding) -> float:
    """Rank findings of a customs file: how far the trade moved from a year before, in money."""
    for fact in finding.facts:
        if isinstance(fact, Multiple) and fact.earlier.period == fact.later.period.back(12):
            return abs(fact.later.value - fact.earlier.value)
    levels = [fact for fact in (*finding.facts, *finding.aside) if isinstance(fact, Course)]
    return levels[0].months[-1].value if levels and levels[0].months else 0.0


def _customs(finding: Finding, voice: Voice, period: Period) -> str:
    """Tell the one heading that grew most, and how its trade compares with a year before."""
    level = _level(finding, period)
    if level is None:
        return f"Trade: {voice.reporter} and {voice.partner}, {period.words()}"
    known, key = level
    text = f"{voice.sent(goods_amount(known, key, finding.subject.phrase))} {when(known.period)}"
    for fact in finding.facts:
        if (
            isinstance(fact, Multiple)
            and fact.later.period == known.period
            and fact.earlier.period == known.period.back(12)
        ):
            if fact.ratio.bounds.hi < 1:
                return f"{text}, down from {amount(fact.earlier, key)} a year before"
            return f"{text}, {times(fact.ratio.bounds)} as much as a year before"
    return text


def _is_whole(finding: Finding, findings: Sequence[Finding]) -> bool:
    return any(other.subject.whole == finding.subject.id and other.facts for other in findings)


def _level(finding: Finding, period: Period) -> tuple[Known, SeriesKey] | None:
    """Return the period's total, else its only known month."""
    for fact in finding.facts:
        if isinstance(fact, Total) and fact.key == finding.main and fact.total.period == period:
            return fact.total, fact.key
    for fact in (*finding.facts, *finding.aside):
        if isinstance(fact, Course) and fact.key == finding.main and len(fact.months) == 1:
            return fact.months[0], fact.key
    return None


def _size(finding: Finding) -> float:
    level = next((fact for fact in (*finding.facts, *finding.aside) if isinstance(fact, Course | Total)), None)
    if level is None:
        return 0.0
    known = level.total if isinstance(level, Total) else (level.months[-1] if level.months else None)
    return known.value if known else 0.0


def standfirst(
    findings: Sequence[Finding], evidence: Evidence, voice: Voice, asked: Asked, events: Sequence[Event]
) -> str:
    """Say in a sentence or two how much of the subject rose, in words rather than digits."""
    period, year = asked.period, asked.period.start // 12 - 1
    goods = [finding for finding in findings if finding.subject.kind == "good"]
    if not goods:
        return _nothing_on_goods(evidence, voice, asked)
    groups = {_group(finding) for finding in goods}
    fresh = {_group(f) for f in goods if any(isinstance(x, NoneBefore) and _covers(x.none, year) for x in f.facts)}
    doubtful = fresh & {_group(f) for f in goods if f.unsafe}
    more = {_group(f) for f in goods if any(isinstance(x, Exceeds) for x in f.facts)} - fresh
    parts = []
    if fresh:
        text = f"{_count(len(fresh))} went from none in all of {year} to some"
        if doubtful:
            text += f" ({_count(len(doubtful))} of them under a customs code that changed in between)"
        parts.append(text)
    if more:
        parts.append(f"{_count(len(more))} came to more than in all of {year}")
    rest = _against_last_year(goods)
    if not parts and not rest and any(math.isinf(one.bounds.hi) for one in evidence.book.figures.values()):
        return f"What was traded before is known from below only, so what is new {when(period)} cannot be told."
    if not parts and not rest:
        return f"No figures of a year before were {_told(evidence)} for these goods, so what is new {when(period)} cannot be told."
    if len(groups) == 1:
        text = join([part.replace("one ", f"{goods[0].subject.title} ", 1) for part in parts or rest])
    elif evidence.kind == "press":
        text = f"Of {_count(len(groups))} groups of goods with figures, {join(parts or rest)}"
    else:
        text = f"Of the {_count(len(groups))} headings below, {join(parts or rest)}"
    event = _ahead(events, period)
    whole, single = _amounts(findings, period) if event is not None else ([], {})
    lead = ""
    if event is not None and evidence.groups:
        told = len(whole) > 1  # the headline has said what happened then
        text += f", all before {event.when}" if told else f", before {event.lead} on {event.when}"
        if told and single:
            also = join([f"{join(some)} {when(one)}" for one, some in sorted(single.items())])
            lead = f"{voice.who} also {voice.verb} {also}. "
    return f"{lead}{text}."


def _group(finding: Finding) -> str:
    return finding.subject.group or finding.subject.id


def _told(evidence: Evidence) -> str:
    return "printed" if evidence.kind == "press" else "on record"


def _against_last_year(goods: Sequence[Finding]) -> list[str]:
    """Count the subjects that came to more, and to less, than in the same months of the year before."""
    up: set[str] = set()
    down: set[str] = set()
    for finding in goods:
        for fact in finding.facts:
            if isinstance(fact, Multiple) and fact.earlier.period == fact.later.period.back(12):
                if fact.ratio.bounds.lo > 1:
                    up.add(_group(finding))
                elif fact.ratio.bounds.hi < 1:
                    down.add(_group(finding))
    up -= down
    parts = [f"{_count(len(up))} came to more than a year before"] if up else []
    return parts + (
        [f"{_count(len(down))} to less" if up else f"{_count(len(down))} came to less than a year before"]
        if down
        else []
    )


def _nothing_on_goods(evidence: Evidence, voice: Voice, asked: Asked) -> str:
    """Say that of the goods asked about nothing is known, and what the page tells instead."""
    by = f" by {asked.as_of}" if asked.as_of else ""
    if evidence.basket_title:
        return (
            f"No figure for the goods of this basket {when(asked.period)} was {_told(evidence)}{by}; what follows is {voice.noun} of all "
            "goods together."
        )
    told = _told(evidence)
    return f"Only {voice.noun} of all goods together were {told} for {asked.period.words()}, not the goods they consist of."


def _covers(none: Period, year: int) -> bool:
    return none.contains(Period.year(year))


def _count(value: int) -> str:
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[value] if value < len(words) else str(value)


def key_points(
    findings: Sequence[Finding], sections: Sequence[Section], unlike: Collection[str] = ()
) -> tuple[str, ...]:
    """Choose the sentences that say most, in the order of the sections; nine at the most.

    A section is told by its most telling kind of sentence; a great multiple is told beside it. Where an absence may be about
    a code, or of a few months only, the amount speaks for the section instead; so it does where codes changed their goods
    between the months that are compared (``unlike``: ids of such sentences).
    """
    unsafe = {finding.subject.group or finding.subject.id for finding in findings if finding.unsafe}
    brief_absence = {
        _group(finding)
        for finding in findings
        if any(isinstance(fact, NoneBefore) and len(fact.none) < LONG_RECORD for fact in finding.facts)
    }
    customs = any(finding.main is not None and finding.main.dataset != PRESS for finding in findings)
    first = ("multiple", "exceeds", "highest", "total", "months") if customs else _FIRST
    chosen: list[str] = []
    for section in sections:
        order = (
            ("highest", "multiple", "total") if section.id == "total" else _UNSAFE if section.id in unsafe else first
        )
        kinds = {sentence.family: sentence.id for sentence in reversed(section.sentences) if sentence.id not in unlike}
        if section.id in brief_absence:
            kinds.pop("none-before", None)
        pick = next((kinds[kind] for kind in order if kind in kinds), None)
        if pick is None:
            continue
        chosen.append(pick)
        if pick == kinds.get("none-before") and "multiple" in kinds:
            chosen.append(kinds["multiple"])
    if len(chosen) > MOST_POINTS and sections[-1].id == "total":
        return (*chosen[: MOST_POINTS - 1], chosen[-1])
    return tuple(chosen[:MOST_POINTS])
