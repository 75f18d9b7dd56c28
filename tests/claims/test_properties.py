"""Claims on a made-up table of figures: truth is never contradicted, and what is contradicted is so by an independent check."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tidewaiter.claims.court import check
from tidewaiter.claims.hedges import HEDGES, said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.model import TOTAL, Figure, Flow, Interval, Measure, Origin, SeriesKey
from tidewaiter.period import Period

START = 2022 * 12
LENGTH = 6


def figure(name: str, flow: Flow, first: int, last: int, lo: float, hi: float, printed: float, voice: str) -> Figure:
    return Figure(
        id=name,
        key=SeriesKey("press", "CHN", "PRK", flow, TOTAL, "words", Measure.VALUE, "USD"),
        period=Period(START + first, START + last),
        printed=f"{printed:.0f}",
        value=printed,
        bounds=Interval(lo, hi),
        origin=Origin(name, voice, "", "", "2022-07-20", "2022-07-20", family=voice),
    )


def rounded(value: float, step: float) -> tuple[float, float, float]:
    printed = math.floor(value / step + 0.5) * step
    return printed, max(0.0, printed - step / 2), printed + step / 2


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[Flow, list[float]], list[Figure]]:
    """Two flows of half a year, and figures that several publishers rounded from them."""
    amounts = st.one_of(st.just(0), st.integers(1, 2000), st.integers(1, 10**8))
    values = {flow: [float(draw(amounts)) for _ in range(LENGTH)] for flow in (Flow.EXPORT, Flow.IMPORT)}
    figures = []
    for number in range(draw(st.integers(1, 8))):
        flow = draw(st.sampled_from([Flow.EXPORT, Flow.EXPORT, Flow.IMPORT, Flow.TWO_WAY]))
        first = draw(st.integers(0, LENGTH - 1))
        last = draw(st.integers(first, LENGTH - 1))
        printed, lo, hi = rounded(total(values, flow, first, last), float(10 ** draw(st.integers(0, 5))))
        figures.append(figure(f"F{number}", flow, first, last, lo, hi, printed, f"voice {number % 3}"))
    return values, figures


def total(values: dict[Flow, list[float]], flow: Flow, first: int, last: int) -> float:
    flows = (Flow.EXPORT, Flow.IMPORT) if flow is Flow.TWO_WAY else (flow,)
    return sum(values[one][month] for one in flows for month in range(first, last + 1))


def line(flow: Flow, first: int, last: int) -> np.ndarray:
    found = np.zeros(2 * LENGTH)
    for place, one in enumerate((Flow.EXPORT, Flow.IMPORT)):
        if flow in (one, Flow.TWO_WAY):
            found[place * LENGTH + first : place * LENGTH + last + 1] = 1
    return found


def independent(figures: list[Figure], flow: Flow, first: int, last: int) -> Interval:
    """Bounds by scipy, every figure of three digits or more taken as possibly cut off."""
    a, b = [np.zeros(2 * LENGTH)], [0.0]
    for one in figures:
        row = line(one.key.flow, one.period.start - START, one.period.end - START)
        width = one.bounds.hi - one.bounds.lo
        cut = width / 2 if 0 < width * 100 <= one.bounds.hi else 0.0
        a += [row, -row]
        b += [one.bounds.hi + cut, -one.bounds.lo]
    ends = []
    for sign in (1, -1):
        found = linprog(
            sign * line(flow, first, last), A_ub=np.array(a), b_ub=np.array(b), bounds=(0, None), method="highs"
        )
        ends.append(sign * found.fun if found.status == 0 else -sign * math.inf)
    return Interval(*ends)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.data())
def test_the_truth_is_never_contradicted(
    world: tuple[dict[Flow, list[float]], list[Figure]], data: st.DataObject
) -> None:
    values, figures = world
    flow = data.draw(st.sampled_from([Flow.EXPORT, Flow.IMPORT, Flow.TWO_WAY]))
    first = data.draw(st.integers(0, LENGTH - 1))
    last = data.draw(st.integers(first, LENGTH - 1))
    truth = total(values, flow, first, last)
    step = float(10 ** data.draw(st.integers(0, 5)))
    subject = Subject("CHN", "PRK", flow, "total")
    period = Period(START + first, START + last)
    number = said("", rounded(truth, step)[0], step)
    claims = [Claim(id="amount", kind=Kind.AMOUNT, subject=subject, period=period, said=number)]
    if truth == 0:
        claims.append(Claim(id="none", kind=Kind.NONE, subject=subject, period=period))
    other = data.draw(st.integers(0, LENGTH - 1))
    base = total(values, flow, other, other)
    base_period = Period(START + other, START + other)
    if base > 0:
        for kind, exact in (
            (Kind.MULTIPLE, truth / base),
            (Kind.CHANGE, (truth / base - 1) * 100),
            (Kind.SHARE, truth / base * 100),
        ):
            claims.append(
                Claim(
                    id=kind.value, kind=kind, subject=subject, period=period, base=base_period,
                    said=said("", round(exact, 1), 0.1),
                )
            )  # fmt: skip
    if truth > base:
        claims.append(Claim(id="exceeds", kind=Kind.EXCEEDS, subject=subject, period=period, base=base_period))
    for claim, verdict in zip(claims, check(claims, figures), strict=True):
        assert verdict.verdict != "contradicted", (claim.id, verdict.why)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.data())
def test_contradicted_exactly_when_an_independent_check_says_so(
    world: tuple[dict[Flow, list[float]], list[Figure]], data: st.DataObject
) -> None:
    _, figures = world
    flow = data.draw(st.sampled_from([Flow.EXPORT, Flow.IMPORT, Flow.TWO_WAY]))
    first = data.draw(st.integers(0, LENGTH - 1))
    last = data.draw(st.integers(first, LENGTH - 1))
    step = float(10 ** data.draw(st.integers(0, 5)))
    printed = data.draw(st.integers(1, 3 * 10**8)) // step * step
    number = said("", float(printed), step)
    claim = Claim(
        id="C", kind=Kind.AMOUNT, subject=Subject("CHN", "PRK", flow, "total"),
        period=Period(START + first, START + last), said=number,
    )  # fmt: skip
    (verdict,) = check([claim], figures)
    found = independent(figures, flow, first, last)
    lo, hi = number.bounds.lo, number.bounds.hi
    if printed >= 100 * step:
        hi = max(hi, printed + step)
    noise = 1e-6 * max(1.0, printed)
    if found.hi < lo - noise or found.lo > hi + noise:
        # A cut-off claim is only forgiven where the evidence settles it.
        assert verdict.verdict == "contradicted", (found, number.bounds, verdict.why)
        assert verdict.evidence
    elif found.hi > number.bounds.lo + noise and found.lo < number.bounds.hi - noise:
        assert verdict.verdict != "contradicted", (found, number.bounds, verdict.why)


@settings(max_examples=200, deadline=None)
@given(st.floats(1, 1e10), st.integers(-2, 7), st.sampled_from(sorted(HEDGES)))
def test_what_a_word_says_holds_the_number_it_was_said_of(value: float, power: int, hedge: str) -> None:
    step = 10.0**power
    printed = math.floor(value / step + 0.5) * step
    if printed < step:
        return
    found = said("", printed, step, hedge)
    assert found.bounds.lo <= printed <= found.bounds.hi
    if HEDGES[hedge] in ("plain", "around") and abs(value - printed) < step / 2 * 0.999 and printed != step:
        assert found.bounds.lo <= value <= found.bounds.hi
    falling = said("", -printed, step, hedge).bounds
    assert (falling.lo, falling.hi) == (-found.bounds.hi, -found.bounds.lo)
