"""No state looks like another, no month is lost, and whatever is known is drawn inside the drawing."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.brief.sample import sample
from tidewaiter.brief._svg import nice_ticks
from tidewaiter.brief.charts import KEY, draw_chart, draw_key, states_of
from tidewaiter.brief.curve import draw_curve
from tidewaiter.brief.shape import Chart, ChartCell, ChartEvent, ChartRun, Curve
from tidewaiter.model import State
from tidewaiter.period import month_text

STATES = [state.value for state in State]


def one(state: str, lo: float, hi: float | None, **more: object) -> ElementTree.Element:
    """A chart of three months, the middle one as told, the others 10."""
    cells = (
        ChartCell("2022-01", "value", 10, 10),
        ChartCell("2022-02", state, lo, hi),
        ChartCell("2022-03", "value", 10, 10),
    )
    return ElementTree.fromstring(draw_chart(Chart("t", "u", "a", cells, **more), "x"))  # type: ignore[arg-type]


def marks(drawing: ElementTree.Element) -> list[tuple[str, str]]:
    return [
        (e.tag, e.get("class", ""))
        for e in drawing.iter()
        if e.get("class", "").split(" ")[0] not in ("grid", "axis", "tick", "letter")
    ]


def test_no_two_states_look_alike() -> None:
    shapes = {
        "value": one("value", 5, 5), "range": one("value", 4, 6), "at least": one("value", 5, None), "zero": one("zero", 0, 0),
        "not known": one("not known", 0, None), "at most": one("not known", 0, 6), "between": one("not known", 4, 6),
        "conflict": one("conflict", 4, 6), "unreleased": one("unreleased", 0, None), "withheld": one("withheld", 0, None),
        "not recorded": one("not recorded", 0, None), "code not alive": one("code not alive", 0, None),
        "run": one("merged", 0, 6, runs=(ChartRun("2022-02", "2022-02", 5, "5"),)),
    }  # fmt: skip
    seen = {}
    for name, drawing in shapes.items():
        key = str(marks(drawing))
        assert key not in seen, (name, seen.get(key))
        seen[key] = name


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_model_is_drawn_and_keyed(state: str) -> None:
    lo, hi = {"value": (5.0, 5.0), "zero": (0.0, 0.0), "conflict": (4.0, 6.0)}.get(state, (0.0, None))  # type: ignore[misc]
    chart = Chart("t", "u", "a", (ChartCell("2022-01", state, lo, hi),))
    empty = Chart("t", "u", "a", ())
    assert len(draw_chart(chart, "x")) > len(draw_chart(empty, "x")) + 100
    assert states_of(chart)


def test_only_a_zero_is_drawn_as_a_zero() -> None:
    for state in STATES:
        lo, hi = {"value": (5.0, 5.0), "zero": (0.0, 0.0), "conflict": (4.0, 6.0)}.get(state, (0.0, None))  # type: ignore[misc]
        assert ('class="nought"' in draw_chart(Chart("t", "u", "a", (ChartCell("2022-01", state, lo, hi),)), "x")) == (
            state == "zero"
        )


def test_every_mark_of_the_key_has_its_own_swatch() -> None:
    swatches = {re.sub(r"k\d+", "", draw_key(name, "k1")) for name, _ in KEY}
    assert len(swatches) == len(KEY)


def test_a_run_stands_at_its_monthly_mean() -> None:
    drawing = one("merged", 0, None, runs=(ChartRun("2022-01", "2022-02", 10, "10 together"),))
    bars = [e for e in drawing.iter("rect") if e.get("class") in ("bar", "strip merged")]
    heights = {str(e.get("class")): float(str(e.get("height"))) for e in bars}
    assert heights["strip merged"] == pytest.approx(heights["bar"] / 2, abs=0.2)
    assert "10 together" in [e.text for e in drawing.iter("text")]


def test_a_bound_far_off_does_not_flatten_what_is_known() -> None:
    near, far = one("not known", 0, None), one("not known", 0, 1e6)
    tall = [[e.get("height") for e in d.iter("rect") if e.get("class") == "bar"] for d in (near, far)]
    assert tall[0] == tall[1]
    assert any(e.get("class") == "caret" for e in far.iter())


def test_events_close_together_keep_their_numbers_apart() -> None:
    events = tuple(ChartEvent(f"2022-03-{day:02d}", "e", n) for n, day in enumerate((1, 2, 3, 30), 1))
    drawing = one("value", 5, 5, events=events)
    spots = sorted(float(str(e.get("cx"))) for e in drawing.iter("circle") if e.get("class") == "ev-dot")
    assert len(spots) == 4
    assert all(b - a >= 15 for a, b in pairwise(spots))
    assert spots[-1] <= 330


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    first = draw(st.integers(2018 * 12, 2022 * 12))
    cells = []
    for offset in range(draw(st.integers(0, 60))):
        state = draw(st.sampled_from(STATES))
        lo = draw(st.floats(0, 1e12, allow_nan=False)) if state != "zero" else 0.0
        hi = (
            0.0
            if state == "zero"
            else draw(st.one_of(st.none(), st.floats(0, 1e12).map(lambda extra, lo=lo: lo + extra)))
        )  # type: ignore[misc]
        cells.append(
            ChartCell(month_text(first + offset), state, lo, hi, draw(st.sampled_from(["", "US$1.5 million", "<b>"])))
        )
    runs = tuple(
        ChartRun(month_text(first + a), month_text(first + a + n), total, "total")
        for a, n, total in draw(
            st.lists(st.tuples(st.integers(0, 50), st.integers(0, 12), st.floats(0, 1e12)), max_size=3)
        )
    )
    events = tuple(
        ChartEvent(f"{month_text(first + m)}-{day:02d}", "e", n)
        for n, (m, day) in enumerate(draw(st.lists(st.tuples(st.integers(-3, 62), st.integers(1, 28)), max_size=8)), 1)
    )
    return Chart("t", "u", "a", tuple(cells), runs, events, month_text(first), month_text(first + 3))


@settings(max_examples=150, deadline=None)
@given(charts(), st.booleans())
def test_any_chart_is_drawn_inside_its_drawing(chart: Chart, wide: bool) -> None:
    drawing = ElementTree.fromstring(draw_chart(chart, "x", wide=wide))
    _, _, width, height = (float(part) for part in str(drawing.get("viewBox")).split())
    for element in drawing.iter():
        if element.tag == "pattern" or element.get("patternUnits"):
            continue
        for name, most in (
            ("x", width),
            ("x1", width),
            ("x2", width),
            ("cx", width),
            ("y", height),
            ("y1", height),
            ("y2", height),
        ):
            value = element.get(name)
            if value is not None:
                assert "nan" not in value
                assert -1 <= float(value) <= most + 1, ElementTree.tostring(element)
        if element.tag == "rect" and element.get("x"):
            assert float(str(element.get("x"))) + float(str(element.get("width"))) <= width + 1
            assert float(str(element.get("y"))) + float(str(element.get("height"))) <= height + 1


@given(st.floats(1e-6, 1e15), st.integers(3, 6))
def test_ticks_begin_at_zero_reach_the_top_and_are_few(top: float, most: int) -> None:
    ticks = nice_ticks(top, most)
    assert ticks[0] == 0
    assert ticks[-1] >= top * 0.999
    assert 2 <= len(ticks) <= most + 1
    assert ticks[-1] <= top * 2.6


def test_a_day_without_a_number_is_a_gap() -> None:
    curve = sample().curves[0]
    drawing = ElementTree.fromstring(draw_curve(curve, "x"))
    assert len([e for e in drawing.iter("path") if e.get("class") == "curve"]) == 2
    missing = Curve("t", "u", "a", ("2022-05-01", "2022-05-02", "2022-05-04", "2022-05-05"), (1, 2, 3, 4), "")
    drawing = ElementTree.fromstring(draw_curve(missing, "x", wide=True))
    assert len([e for e in drawing.iter("path") if e.get("class") == "curve"]) == 2


@pytest.mark.parametrize("values", [(), (None,), (0.0,), (None, 5.0, None)])
def test_a_curve_of_almost_nothing(values: tuple[float | None, ...]) -> None:
    days = tuple(f"2022-05-{n:02d}" for n in range(1, len(values) + 1))
    ElementTree.fromstring(draw_curve(Curve("t", "u", "a", days, values, ""), "x"))
