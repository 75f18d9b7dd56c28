"""The brief's judge of others' statements and the court: the same statement, two ways, no opposite verdicts."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest

from tidewaiter.claims.court import sit
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Said, Subject
from tidewaiter.claims.verdict import Verdict
from tidewaiter.findings.statements import Judged, judge
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period
from tidewaiter.sources.figures import figure_bounds, good_key, goods, shipped_figures
from tidewaiter.sources.statements import Statement, statements

FIRM = ("supported", "within rounding")
KINDS = {
    "amount": Kind.AMOUNT, "count": Kind.COUNT, "highest since": Kind.EXTREME, "none in": Kind.NONE, "times": Kind.MULTIPLE, "exceeds": Kind.EXCEEDS,
    "fell": Kind.EXCEEDS, "price": Kind.UNIT_VALUE,
}  # fmt: skip
OPEN = [one for one in statements() if one.kind in KINDS]


def as_claim(one: Statement) -> Claim:
    """The statement as a claim of its publisher on its day."""
    count = one.kind == "count"
    unit = {"value": "USD", "net_wgt_kg": "kg"}.get(one.measure, "pieces")
    subject = Subject(
        one.reporter, one.partner, Flow(one.flow), "total" if count else one.good, Measure.VALUE if count else Measure(one.measure),
        "USD/piece" if one.kind == "price" else "USD" if count else unit,
    )  # fmt: skip
    words: Said | None = None
    if one.kind == "times":
        words = said(f"{one.value:.0f}", one.value, one.value)
    elif one.value:
        words = Said(f"{one.value:,.10g}", one.value, one.step, figure_bounds(one.value, one.step))
    origin = one.source
    direction = {"highest since": "highest", "fell": "lower", "exceeds": "higher"}.get(one.kind, "")
    return Claim(
        id="c", kind=KINDS[one.kind], subject=subject, period=None if count else Period.parse(one.period), said=words,
        base=Period.parse(one.earlier) if one.earlier else None, since=Period.parse(one.since) if one.since else None,
        direction=one.measure if count else direction, indicator=one.good if count else "", day=one.period if count else "",
        publisher=origin.publisher, family=origin.family, published=origin.published_from, published_to=origin.published_to,
        address=origin.address,
    )  # fmt: skip


def both(one: Statement) -> tuple[Judged, Verdict]:
    wholes = {good_key(good.id): good_key(good.part_of) for good in goods().values() if good.part_of}
    (verdict,) = sit([as_claim(one)]).verdicts
    return judge(one, shipped_figures(), wholes), verdict


@pytest.mark.parametrize("one", OPEN, ids=lambda one: one.says[:40])
def test_no_statement_is_judged_in_opposite_ways(one: Statement) -> None:
    ours, theirs = both(one)
    verdicts = {ours.verdict, theirs.verdict}
    assert not ("contradicted" in verdicts and verdicts & {*FIRM}), (ours, theirs)


def test_the_two_judges_say_the_same() -> None:
    """Not only nothing opposite: the same verdict, give or take rounding."""
    differ = {}
    for one in OPEN:
        ours, theirs = both(one)
        if ours.verdict != theirs.verdict and {ours.verdict, theirs.verdict} != {*FIRM}:
            differ[one.says] = (ours.verdict, theirs.verdict, theirs.why)
    assert differ == {}


def varied(one: Statement, dice: random.Random) -> Statement:
    """Another statement of the kind, true or false."""
    fields: dict[str, object] = {}
    if one.value:
        fields["value"] = one.value * dice.choice((0.1, 0.5, 0.9, 0.99, 1.01, 1.1, 2, 10))
    if one.since:
        number = Period.parse(one.since).start + dice.choice((-6, -1, 1, 2, 12, 20))
        fields["since"] = str(Period(number, number))
    if one.earlier and dice.random() < 0.5:
        fields["period"], fields["earlier"] = one.earlier, one.period
        if Period.parse(one.period).start >= Period.parse(one.earlier).start:
            fields = {}
    return msgspec.structs.replace(one, **fields)


def test_statements_that_nobody_made_are_judged_alike(soak: bool) -> None:
    """Whatever is claimed, true or false: what one judge supports the other does not contradict."""
    dice = random.Random(7)
    verdicts: Counter[tuple[str, str]] = Counter()
    for _ in range(40 if soak else 2):
        for one in OPEN:
            other = varied(one, dice)
            ours, theirs = both(other)
            assert not ("contradicted" in {ours.verdict, theirs.verdict} and {ours.verdict, theirs.verdict} & {*FIRM}), (
                other, ours, theirs,
            )  # fmt: skip
            verdicts[ours.verdict, theirs.verdict] += 1
    assert verdicts["contradicted", "contradicted"] > 10, verdicts
