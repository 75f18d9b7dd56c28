from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.making import KEY, MONEY, book, figure, key
from tidewaiter.facts.change import multiple
from tidewaiter.facts.compare import exceeds
from tidewaiter.facts.level import course, total
from tidewaiter.facts.proof import Proof, evaluate
from tidewaiter.facts.relation import lead, unit_value
from tidewaiter.facts.remainder import at_most
from tidewaiter.facts.since import highest_since, none_before
from tidewaiter.model import Flow, Interval
from tidewaiter.period import Period, month, month_text

P = Period.parse


def test_months_that_add_up_to_the_unit_are_said_to() -> None:
    one = book(*(figure(f"2022-0{n}", v) for n, v in enumerate((57_680, 86_406, 39_710, 82_055), 1)))
    assert total(one, MONEY, P("2022-01..2022-04"), "masks").total.summed
    two = book(*one.figures.values(), figure("2022-01..2022-04", 265_851))
    assert total(two, MONEY, P("2022-01..2022-04"), "masks").agrees == "exact"
    three = book(*one.figures.values(), figure("2022-01..2022-04", 266_000, 1000))
    assert total(three, MONEY, P("2022-01..2022-04"), "masks").agrees == "rounding"
    four = book(*one.figures.values(), figure("2022-01..2022-04", 275_851))
    assert total(four, MONEY, P("2022-01..2022-04"), "masks").agrees == "no"


def test_a_sum_with_a_month_missing_is_no_sum() -> None:
    one = book(figure("2022-01", 5), figure("2022-03", 6))
    assert total(one, MONEY, P("2022-01..2022-03"), "masks") is None
    told = course(one, MONEY, P("2022-01..2022-03"), "masks")
    assert told is not None
    assert [month_text(m) for m in told.unknown] == ["2022-02"]


def test_a_sum_may_be_laid_from_runs_that_leave_no_gap() -> None:
    one = book(figure("2022-01..2022-02", 116_300_000, 10_000), figure("2022-03", 57_060_000, 10_000))
    told = total(one, MONEY, P("2022-01..2022-03"), "all")
    assert told is not None
    assert told.total.value == 173_360_000


def test_a_part_divided_by_an_earlier_whole_is_a_least_multiple() -> None:
    whole, part = key("good:respiration"), key("good:ventilators")
    one = book(figure("2022-01", 2_769, of=whole), figure("2022-04", 266_891, of=part))
    fact = multiple(one, whole, P("2022-04"), P("2022-01"), "equipment", later_key=part, later_what="ventilators")
    assert fact is not None
    assert fact.at_least
    assert fact.ratio.value == pytest.approx(96.385, abs=0.001)
    assert "tiny-base" in fact.caveats


def test_no_multiple_of_nothing() -> None:
    one = book(figure("2021-04", 0), figure("2022-04", 100))
    assert multiple(one, MONEY, P("2022-04"), P("2021-04"), "masks") is None


def test_exceeds_only_when_no_rounding_can_undo_it() -> None:
    sure = book(figure("2021", 2_155), figure("2022-04", 3_038))
    assert exceeds(sure, MONEY, P("2022-01..2022-04"), P("2021"), "disinfectant") is not None
    unsure = book(figure("2021", 3_000, 1000), figure("2022-04", 3_038))
    assert exceeds(unsure, MONEY, P("2022-01..2022-04"), P("2021"), "disinfectant") is None


def test_unit_value_needs_figures_that_agree() -> None:
    one = book(figure("2022-04", 100), figure("2022-04", 4, of=KEY))
    assert unit_value(one, MONEY, KEY, P("2022-04"), "masks").price.value == 25
    two = book(*one.figures.values(), figure("2022-04", 200, by="RFA"))
    assert unit_value(two, MONEY, KEY, P("2022-04"), "masks") is None


def test_lead_counts_from_the_last_and_the_first_day_of_the_month() -> None:
    fact = lead(book(figure("2022-01", 5)), (MONEY,), P("2022-01..2022-04"), "masks", "2022-05-12", "it began")
    assert fact is not None
    assert fact.days == (101, 131)
    december = lead(book(figure("2021-12", 5)), (MONEY,), P("2021-12..2022-04"), "masks", "2022-05-12", "it began")
    assert december is not None
    assert december.days == (132, 162)
    assert lead(book(figure("2022-05", 5)), (MONEY,), P("2022-05"), "masks", "2022-05-12", "it began") is None


def test_none_before_stops_at_a_month_that_is_not_known() -> None:
    one = book(figure("2020", 0), figure("2021-06..2021-12", 0), figure("2022-01", 625))
    fact = none_before(one, (MONEY,), P("2022-01..2022-04"), "garments")
    assert fact is not None
    assert str(fact.none) == "2021-06..2021-12"
    assert not fact.gap


def test_none_before_names_the_gap() -> None:
    one = book(figure("2020-01..2021-12", 0), figure("2022-04", 1300))
    fact = none_before(one, (MONEY,), P("2022-01..2022-04"), "monitors")
    assert fact is not None
    assert str(fact.none) == "2020-01..2021-12"
    assert [month_text(m) for m in fact.gap] == ["2022-01", "2022-02", "2022-03"]


def test_nothing_is_said_of_absence_where_absence_was_not_printed() -> None:
    assert none_before(book(figure("2022-01", 625)), (MONEY,), P("2022-01..2022-04"), "garments") is None


def test_highest_since_leaves_a_merged_month_undecided() -> None:
    one = book(
        figure("2020-01", 186_851_000, 1000),
        figure("2020-02", 10_345_000, 1000),
        figure("2020-03", 50_000_000, 1000),
        figure("2020-04..2020-05", 116_300_000, 10_000),
        figure("2020-06", 98_100_000, 100_000),
    )
    fact = highest_since(one, MONEY, month("2020-06"), "all")
    assert fact is not None
    assert [month_text(m) for m in fact.undecided] == ["2020-05", "2020-04"]
    assert fact.higher is not None
    assert str(fact.higher.period) == "2020-01"
    assert [str(k.period) for k in fact.together] == ["2020-04..2020-05"]


def test_an_unprinted_month_is_bounded_by_what_is_left_of_its_year() -> None:
    months = [figure(f"2020-{n:02d}", 40, of=MONEY) for n in range(1, 12)]
    one = book(*months, figure("2020", 500), figure("2021-01", 90))
    fact = highest_since(one, MONEY, month("2021-01"), "all")
    assert fact is not None
    assert month("2020-12") in fact.lower
    assert fact.bounded == (month("2020-12"),)
    assert fact.most == pytest.approx(500.5 - 11 * 39.5)


def test_a_two_way_total_bounds_a_flow() -> None:
    both, imports = key("TOTAL", flow=Flow.TWO_WAY), key("TOTAL", flow=Flow.IMPORT)
    exports = key("TOTAL")
    one = book(
        figure("2021-12", 100, 0, of=both), figure("2021-12", 30, 0, of=imports), figure("2022-01", 90, 0, of=exports)
    )
    row = at_most(one, exports, month("2021-12"), Proof(), "all", 90)
    assert row is not None
    assert row.bounds.hi == 70


@given(
    truth=st.lists(st.integers(0, 10**6), min_size=13, max_size=30),
    printed=st.lists(st.booleans(), min_size=30, max_size=30),
    step=st.sampled_from([1, 100, 10_000]),
)
def test_highest_since_is_never_claimed_over_a_month_that_was_higher(
    truth: list[int], printed: list[bool], step: int
) -> None:
    """Draw a truth, print a part of it rounded, with sums: no month said to be lower may have been higher."""
    start = month("2020-01")
    figures = []
    for offset, value in enumerate(truth):
        last = offset == len(truth) - 1
        if (printed[offset] or last) and round(value / step):
            figures.append(figure(month_text(start + offset), round(value / step) * step, step))
    figures.append(figure(f"{month_text(start)}..{month_text(start + len(truth) - 2)}", sum(truth[:-1]), 1))
    one = book(*figures)
    fact = highest_since(one, MONEY, start + len(truth) - 1, "all")
    if fact is None:
        return
    for m in fact.lower:
        assert truth[m - start] <= truth[-1]
    if fact.higher is not None:
        assert truth[fact.higher.period.start - start] >= truth[-1]
    judged = {*fact.lower, *fact.undecided}
    first = fact.higher.period.start + 1 if fact.higher else start
    assert judged == set(range(first, start + len(truth) - 1))


@pytest.mark.parametrize("text", ["__import__('os')", "A ** 2", "A.b", "[A]", "A if A else A", "A * A"])
def test_an_expression_is_arithmetic_and_nothing_else(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        evaluate(text, {"A": Interval(1, 2)})


@given(
    a=st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)),
    b=st.tuples(st.floats(0.001, 1e9), st.floats(0.001, 1e9)),
    at=st.floats(0, 1),
    bt=st.floats(0, 1),
)
def test_interval_arithmetic_holds_every_point(
    a: tuple[float, float], b: tuple[float, float], at: float, bt: float
) -> None:
    one, other = Interval(min(a), max(a)), Interval(min(b), max(b))
    x = one.lo + at * (one.hi - one.lo)
    y = other.lo + bt * (other.hi - other.lo)
    names = {"A": one, "B": other}
    slack = 1e-6 * (1 + abs(x) + abs(y))
    for text, value in (("A + B", x + y), ("A - B", x - y), ("A / B", x / y), ("A - 2 * B", x - 2 * y)):
        found = evaluate(text, names)
        assert found.lo - slack <= value <= found.hi + slack * max(1, value / 1e3 if value > 0 else 1)
