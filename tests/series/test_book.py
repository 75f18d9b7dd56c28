from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tests.making import KEY, MONEY, book, figure, key
from tidewaiter.model import Flow, State
from tidewaiter.period import Period, month


def test_a_month_that_nobody_printed_is_not_known_and_never_zero() -> None:
    cell = book(figure("2022-01", 5)).cell(MONEY, month("2022-02"))
    assert cell.state is State.UNKNOWN
    assert (cell.bounds.lo, cell.bounds.hi) == (0, math.inf)


def test_a_printed_zero_is_zero_in_every_month_of_its_run() -> None:
    one = book(figure("2021", 0))
    assert {one.cell(MONEY, m).state for m in Period.parse("2021")} == {State.ZERO}
    assert one.cell(MONEY, month("2022-01")).state is State.UNKNOWN


def test_a_run_is_merged_and_bounds_its_months_from_above() -> None:
    cell = book(figure("2022-01..2022-02", 116_300_000, 10_000)).cell(MONEY, month("2022-01"))
    assert cell.state is State.MERGED
    assert (cell.bounds.lo, cell.bounds.hi) == (0, 116_305_000)


def test_no_trade_in_the_whole_is_no_trade_in_its_part() -> None:
    whole, part = key("good:respiration"), key("good:ventilators")
    one = book(figure("2021", 0, of=whole), wholes={part.cmd: whole.cmd})
    assert one.cell(part, month("2021-05")).state is State.ZERO


def test_figures_that_rounding_reconciles_are_one_reading_the_finest_first() -> None:
    fine, coarse = figure("2022-04", 98_100_000, 100_000), figure("2022-04", 98_000_000, 1_000_000, by="SCMP")
    reading = book(coarse, fine).reading(MONEY, Period.parse("2022-04"))
    assert reading is not None
    assert reading.best == fine
    assert not reading.others
    assert (reading.bounds.lo, reading.bounds.hi) == (98_050_000, 98_150_000)


def test_a_conflict_keeps_both_and_prints_what_most_publishers_say() -> None:
    right = figure("2022-04", 266_891, by="SCMP")
    again = figure("2022-04", 266_891, by="Reuters")
    wrong = figure("2022-04", 256_891, by="RFA")
    one = book(wrong, right, again)
    reading = one.reading(MONEY, Period.parse("2022-04"))
    assert reading is not None
    assert reading.best.value == 266_891
    assert reading.others == (wrong,)
    cell = one.cell(MONEY, month("2022-04"))
    assert cell.state is State.CONFLICT
    assert (cell.bounds.lo, cell.bounds.hi) == (256_890.5, 266_891.5)


def test_a_re_report_is_not_a_second_voice() -> None:
    ours = [figure("2022-04", 10, by="VOA"), figure("2022-04", 10, by="VOA"), figure("2022-04", 10, by="VOA")]
    theirs = [figure("2022-04", 12, by="RFA"), figure("2022-04", 12, by="Yonhap")]
    reading = book(*ours, *theirs).reading(MONEY, Period.parse("2022-04"))
    assert reading is not None
    assert reading.best.value == 12


def test_a_flow_that_does_not_fit_the_two_way_total_is_doubtful() -> None:
    imports = key("TOTAL", flow=Flow.IMPORT)
    exports = key("TOTAL")
    both = key("TOTAL", flow=Flow.TWO_WAY)
    one = book(
        figure("2021-01..2021-02", 3_280_000, 10_000, of=imports),
        figure("2021-01..2021-02", 33_000, 1_000, of=exports),
        figure("2021-01..2021-02", 3_270_000, 10_000, of=both),
    )
    run = Period.parse("2021-01..2021-02")
    assert one.doubtful == {(imports, run), (exports, run)}


@given(
    months=st.lists(st.integers(1, 10**9), min_size=2, max_size=12),
    step=st.sampled_from([1, 10, 1000, 10**5]),
)
def test_the_truth_is_never_outside_a_cell(months: list[int], step: int) -> None:
    """Print some months and the total of a made-up truth, rounded: every cell must still hold the truth."""
    start = month("2021-01")
    truth = {start + offset: value for offset, value in enumerate(months)}
    printed = [
        figure(f"{m // 12}-{m % 12 + 1:02d}", round(v / step) * step, step, of=KEY)
        for m, v in list(truth.items())[::2]
        if round(v / step)
    ]
    last = start + len(months) - 1
    run = f"2021-01..{last // 12}-{last % 12 + 1:02d}"
    one = book(*printed, figure(run, sum(months), 1, of=KEY))
    for m, value in truth.items():
        cell = one.cell(KEY, m)
        assert cell.bounds.lo <= value <= cell.bounds.hi
        assert cell.state is not State.ZERO
