"""What each form of a brief's sentences says: amounts, absences and comparisons."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import Final

from tidewaiter.claims.model import Said
from tidewaiter.claims.read.briefs.parts import Parts, Unknown, goods_of
from tidewaiter.claims.read.briefs.patterns import (
    COUNTED,
    FOLDS,
    MANY,
    MEASURES,
    NESTED,
    RIVAL,
    Match,
    between,
    day_of,
    goods_told,
    named,
    quotes,
    run_of,
    runs_of,
    said_amount,
    same_amount,
    when,
)
from tidewaiter.claims.read.briefs.words import AMOUNT, NUMBER, PERIOD, TIMES, Amount, goods_amounts, times
from tidewaiter.events import indicators
from tidewaiter.model import Interval, Measure
from tidewaiter.period import Period

# -- amounts ---------------------------------------------------------------------------------------------------------


def absent(match: Match, parts: Parts) -> None:
    """``No exports of rice to North Korea were recorded in all of 2021``."""
    parts.none(goods_of(match["g"]), runs_of(match["none"]), match.span())


def absent_months(match: Match, parts: Parts) -> None:
    """``No exports of rice ... were recorded in March and May 2021``."""
    parts.none(goods_of(match["g"]), runs_of(match["months"]), match.span())


def traded(match: Match, parts: Parts) -> tuple[str, Amount]:
    """``China exported 1,300 patient monitors to North Korea in April 2022, worth ...; none in ...``."""
    said, goods = goods_told(match)
    fields = match.groupdict()
    period = run_of(match["p"])
    parts.amount(goods, said, period, between(match, "ga", "p"))
    if fields.get("worth"):
        parts.amount(goods, said_amount(match["worth"]), period, match.span("worth"))
        parts.counted[goods] = (said.measure, said.unit)
    for name in ("rivals", "worth_rivals"):
        if fields.get(name):
            quotes(match[name], match.start(name), parts, goods, period)
    if fields.get("note") and re.search(r"\d", match["note"]):
        parts.aside(match.span("note"), "how many members reported is not judged")
    if fields.get("tail"):
        tail(match, parts, goods, said)
    return goods, said


def told(match: Match, parts: Parts) -> None:
    """Read it where nothing follows that needs the goods."""
    traded(match, parts)


def none_before(match: Match, parts: Parts) -> None:
    """``..., after none in all of 2021``."""
    goods, _ = traded(match, parts)
    parts.none(goods, runs_of(match["none"]), match.span("none"))


def tail(match: Match, parts: Parts, goods: str, like: Amount) -> None:
    """Read ``; none in March 2022; April and May 2022 only together: 500; June 2022: not printed``."""
    at = match.start("tail")
    for piece in match["tail"].split("; ")[1:]:
        start = at + 2
        at = start + len(piece)
        none = re.fullmatch(rf"none in {named('m', MANY)}", piece)
        run = re.fullmatch(rf"{named('p', PERIOD)} only together: {named('a', AMOUNT)}{named('r', RIVAL)}", piece)
        gap = re.fullmatch(rf"{MANY}: (?:not printed|no row)", piece)
        if none is not None and none["m"].endswith("other months"):
            parts.aside((start, at), "which months they are is not said")
        elif none is not None:
            parts.none(goods, runs_of(none["m"]), (start, at))
        elif run is not None:
            parts.amount(goods, said_amount(run["a"]), run_of(run["p"]), (start, start + run.end("a")))
            if run["r"]:
                quotes(run["r"], start + run.start("r"), parts, goods, run_of(run["p"]))
        elif gap is None:
            raise Unknown(piece)


def summed(match: Match, parts: Parts) -> None:
    """``; the four published months add up to exactly that (1 + 2)``, ``... to 10.683 million, the same within rounding``."""
    goods, said = traded(match, parts)
    period, start = run_of(match["p"]), match.start("sum")
    exact = re.fullmatch(r"exactly that \((?P<terms>[\d,]+(?: \+ [\d,]+)*)\)\.", match["sum"])
    near = re.fullmatch(rf"(?P<a>{NUMBER}), the same within rounding\.", match["sum"])
    apart = re.fullmatch(
        rf"(?P<a>{AMOUNT}), which no rounding reconciles: one of them was revised or misprinted\.", match["sum"]
    )
    if exact is not None:
        terms = [int(term.replace(",", "")) for term in exact["terms"].split(" + ")]
        span = (start + exact.start("terms"), start + exact.end("terms"))
        whole = Said(f"{sum(terms)}", float(sum(terms)), 0.0, Interval(float(sum(terms)), float(sum(terms))))
        parts.amount(goods, said._replace(said=whole), period, span)
        if len(terms) == len(period) and match["parts"].endswith("months"):
            for month, term in zip(period, terms, strict=True):
                one = Said(f"{term}", float(term), 0.0, Interval(float(term), float(term)))
                parts.amount(goods, said._replace(said=one), Period(month, month), span)
    elif near is not None:
        found = said_amount(near["a"])
        parts.amount(goods, said._replace(said=found.said), period, (start, start + near.end("a")))
    elif apart is not None:
        parts.aside(
            (start, start + apart.end("a")), "a sum that the printed total excludes, told as a conflict: not judged"
        )
    else:
        raise Unknown(match["sum"])


def _like(match: Match, said: Amount) -> Amount:
    """Return an amount in a list that tells once what it counts."""
    word = match["m"]
    if word not in MEASURES and said.measure is not Measure.VALUE and said.unit in ("pieces", word):
        return said._replace(unit=word, measure=Measure.QUANTITY)
    if MEASURES.get(word) is said.measure:
        return said
    raise Unknown(word)


def extremes(match: Match, parts: Parts) -> None:
    """``Cars (8703), value: between EUR 41,544 (April 2020) and EUR 42.8 million (September 2022) in the 35 months ...``."""
    goods = goods_of(match["t"])
    for value, period, rival in (("least", "p1", "r1"), ("most", "p2", "r2")):
        parts.amount(
            goods, _like(match, said_amount(match[value])), run_of(match[period]), between(match, value, period)
        )
        if match[rival]:
            quotes(match[rival], match.start(rival), parts, goods, run_of(match[period]))
    parts.aside(match.span("known"), COUNTED)
    tail(match, parts, goods, said_amount(match["most"]))


def listed(match: Match, parts: Parts) -> None:
    """``Face masks, pieces: 1.442 million in January 2022 and 2.87 million in February 2022``."""
    goods, at = goods_of(match["t"]), match.start("list")
    for one in re.finditer(rf"{named('a', AMOUNT)} {when('p')}{named('r', RIVAL)}", match["list"]):
        parts.amount(
            goods, _like(match, said_amount(one["a"])), run_of(one["p"]), (at + one.start(), at + one.end("p"))
        )
        if one["r"]:
            quotes(one["r"], at + one.start("r"), parts, goods, run_of(one["p"]))
    tail(match, parts, goods, said_amount(one["a"]))


def wider(match: Match, parts: Parts) -> None:
    """``In 2021 the wider line came to US$362,000, so face masks alone came to no more than that``."""
    said, period = said_amount(match["a"]), run_of(match["p"])
    parts.amount(goods_of(match["g"]), said, period, between(match, "p", "a"))
    most = Said(said.said.printed, said.said.value, said.said.step, Interval(0.0, said.said.bounds.hi), "at most")
    parts.amount(goods_of(match["part"]), said._replace(said=most), period, (match.start("part"), match.end()))


# -- comparisons -----------------------------------------------------------------------------------------------------


def against_none(match: Match, parts: Parts) -> None:
    """``1,300 patient monitors in April 2022, against none in all of 2021``."""
    said, goods = goods_told(match)
    parts.amount(goods, said, run_of(match["p"]), between(match, "ga", "p"))
    parts.none(goods, runs_of(match["b"]), match.span("b"))


def exceeds(match: Match, parts: Parts) -> None:
    """``94,840 thermometers in ... against 2,844 in all of 2021: 33 times as many``."""
    said, goods = goods_told(match)
    period, base = run_of(match["p"]), run_of(match["b"])
    parts.amount(goods, said, period, between(match, "ga", "p"))
    parts.amount(goods, same_amount(said, match["a"]), base, between(match, "a", "b"))
    parts.exceeds(goods, said, period, (base,), between(match, "ga", "b"))
    if match["x"]:
        parts.times(goods, said, period, base, times(match["x"]), match.span("x"))
    if match["x3"]:
        month = run_of(match["p3"])
        parts.amount(goods, same_amount(said, match["a3"]), month, between(match, "p3", "a3"))
        parts.times(goods, said, month, run_of(match["b3"]), times(match["x3"]), between(match, "x3", "b3"))


def _pair(match: Match, parts: Parts, goods: str, said: Amount, whole: str = "") -> None:
    """Read two amounts and what the later is of the earlier."""
    period, base = run_of(match["p"]), run_of(match["q"])
    parts.amount(goods, said, period, between(match, "ga" if "ga" in match.re.groupindex else "a", "p"))
    parts.amount(whole or goods, same_amount(said, match["b"]), base, between(match, "b", "q"))
    if match.groupdict().get("x"):
        parts.times(goods, said, period, base, times(match["x"]), match.span("x"), whole=whole)
    else:
        parts.exceeds(goods, said, period, (base,), between(match, "a", "q"), direction="lower")
    if match["rivals"]:
        _rival_multiples(match, parts, {period: (goods, said), base: (whole or goods, _same_as(match))})


def _same_as(match: Match) -> Amount:
    return said_amount(match["b"])


_RIVAL_MULTIPLE: Final = re.compile(
    rf"on the (?P<a>{AMOUNT}) that (?P<who>{NESTED}) printed for (?P<p>{PERIOD}), (?P<x>{TIMES})(?:, | and |\Z)"
)
_PRINTED: Final = re.compile(rf"(?P<a>{AMOUNT}) \((?P<who>{NESTED})\)(?:, | and |\Z)")


def _rival_multiples(match: Match, parts: Parts, sides: dict[Period, tuple[str, Amount]]) -> None:
    """Read `` (on the US$256,891 that RFA printed for April 2022, 93 times)``: who printed it, and whether that follows."""
    text = match["rivals"][2:-1]
    start, place = match.start("rivals") + 2, 0
    for one in _RIVAL_MULTIPLE.finditer(text):
        period = run_of(one["p"])
        if one.start() != place or period not in sides:
            raise Unknown(text)
        span = (start + one.start(), start + one.end("x"))
        goods, _ = sides[period]
        amount = said_amount(one["a"])
        parts.quote(goods, amount, period, (one["who"],), span)
        (other,) = [said for when, (_, said) in sides.items() if when != period]
        later, earlier = (amount, other) if period == run_of(match["p"]) else (other, amount)
        low, high = (
            later.said.bounds.lo / earlier.said.bounds.hi,
            later.said.bounds.hi / max(earlier.said.bounds.lo, 1e-9),
        )
        if not times(one["x"]).bounds.meets(Interval(low, high)):
            parts.aside(span, "the multiple does not follow from the two numbers")
        place = one.end()
    if place != len(text):
        raise Unknown(text)


def multiple(match: Match, parts: Parts) -> None:
    """``1,500 garments in February 2022, 2.4 times the 625 of January 2022``."""
    said, goods = goods_told(match)
    _pair(match, parts, goods, said)


def down(match: Match, parts: Parts) -> None:
    """``Rice: 5,000 kg in May 2022, down from 9,000 kg in May 2021``."""
    _pair(match, parts, goods_of(match["g"]), said_amount(match["a"]))


def before_event(match: Match, parts: Parts) -> None:
    """``..., the last month known singly before the border closed in January 2020``: the month has to lie before it."""
    _pair(match, parts, goods_of(match["g"]), said_amount(match["a"]))
    if run_of(match["q"]).end >= run_of(match["e"]).start:
        parts.aside(between(match, "q", "e"), "the month does not lie before the event")


def part_alone(match: Match, parts: Parts) -> None:
    """``Non-invasive ventilators alone came to US$266,891 in April 2022: 96 times the US$2,769 of all ...``."""
    said, whole = said_amount(match["a"]), goods_of(match["g"])
    _pair(match, parts, goods_of(match["part"]), said, whole)
    if match["fold"]:
        value = FOLDS[match["fold"]]
        round_ = Said(match["fold"], float(value), float(value), Interval(value * 0.95, value * 1.5))
        parts.times(
            goods_of(match["part"]),
            said,
            run_of(match["p"]),
            run_of(match["q"]),
            round_,
            match.span("fold"),
            whole=whole,
        )


def year_on_year(match: Match, parts: Parts) -> None:
    """``..., 83 times as much as a year before``, of a headline."""
    said, goods = goods_told(match)
    period = run_of(match["p"])
    parts.amount(goods, said, period, between(match, "ga", "p"))
    if "x" in match.re.groupindex:
        parts.times(goods, said, period, period.back(12), times(match["x"]), match.span("x"))
    else:
        parts.amount(goods, same_amount(said, match["b"]), period.back(12), match.span("b"))
        parts.exceeds(goods, said, period, (period.back(12),), match.span("b"), direction="lower")


def price(match: Match, parts: Parts) -> None:
    """``Face masks: US$0.025 a piece in January–April 2022, value divided by quantity``."""
    high = said_amount(match["a"])
    low = said_amount(match["low"]) if match["low"] else high
    if high.measure is not Measure.VALUE or low.unit != high.unit:
        raise Unknown(match["a"])
    bounds = Interval(low.said.bounds.lo, high.said.bounds.hi)
    shown = f"{low.said.printed} to {high.said.printed}" if match["low"] else high.said.printed
    said = Said(shown, low.said.value, low.said.step, bounds)
    parts.price(
        goods_of(match["t"]),
        f"{high.unit}/{match['u']}",
        said,
        run_of(match["p"]),
        between(match, "low" if match["low"] else "a", "p"),
    )


def lead(match: Match, parts: Parts) -> None:
    """``... came 12 to 41 days before ... on 12 May 2022``: the days have to follow from the month and the day."""
    period, day = run_of(match["p"]), day_of(match["day"])
    parts.some(goods_of(match["t"]), period, match.span("p"))
    first, after = (date(number // 12, number % 12 + 1, 1) for number in (period.start, period.end + 1))
    least, most = (day - after).days + 1, (day - first).days
    if match["days"] != f"{least} to {most} days":
        parts.aside(
            between(match, "days", "day"),
            f"the days do not follow from the dates: these lie {least} to {most} days apart",
        )


# -- counts, conflicts, headline -------------------------------------------------------------------------------------


def _indicator(parts: Parts, noun: str) -> str:
    found = next((one.id for one in indicators(parts.side.partner) if one.noun == noun), None)
    if found is None:
        raise Unknown(noun)
    return found


def _reported(match: Match, parts: Parts, direction: str) -> None:
    parts.count(
        _indicator(parts, match["noun"]),
        direction,
        day_of(match["day"]).isoformat(),
        said_amount(match["n"]),
        match.span(),
    )


peak = partial(_reported, direction="new")
count = partial(_reported, direction="cumulative")


def conflict(match: Match, parts: Parts) -> None:
    """``Face masks, March 2022: printed as 3.2 million (A) and 3.1 million (B)``: the numbers are those of others."""
    goods, period, place = goods_of(match["t"]), run_of(match["p"]), 0
    for one in _PRINTED.finditer(match["quotes"]):
        if one.start() != place:
            raise Unknown(match["quotes"])
        names = [name for name in one["who"].split(", ") if not re.match(r"\d{4}", name)]
        at = match.start("quotes")
        parts.quote(goods, said_amount(one["a"]), period, names, (at + one.start(), at + one.end("who") + 1))
        place = one.end()
    if place != len(match["quotes"]):
        raise Unknown(match["quotes"])


def headline(match: Match, parts: Parts) -> None:
    """``China exported 10.68 million face masks and 94,840 thermometers to North Korea in January–April 2022, and ... in ...``."""
    found = goods_amounts(match["gs"])
    if found is None:
        raise Unknown(match["gs"])
    for said, goods in found:
        parts.amount(goods_of(goods), said, run_of(match["p"]), between(match, "gs", "p"))
    if match["more"]:
        start = match.start("more") + len(", and ")
        _dated(match["more"].removeprefix(", and "), parts, start)


def _dated(text: str, parts: Parts, start: int) -> None:
    """Read ``1,300 patient monitors in April 2022 and 1,500 garments in February 2022``."""
    place = 0
    for one in re.finditer(rf"(?:(?<=^)|(?<=, )|(?<= and ))(?P<gs>.+?) {when('p')}(?:, | and |$)", text):
        found = goods_amounts(one["gs"])
        if found is None or one.start() != place:
            raise Unknown(text)
        for said, goods in found:
            parts.amount(goods_of(goods), said, run_of(one["p"]), (start + one.start(), start + one.end("p")))
        place = one.end()
    if place != len(text):
        raise Unknown(text)


def standfirst(match: Match, parts: Parts) -> None:
    """``Of eight groups of goods with figures, three went from none ...``: what it counts is told below it."""
    if match["also"]:
        _dated(match["also"], parts, match.start("also"))
    parts.aside(match.span("counts"), "it counts what the sentences of the brief tell: not judged by itself")
