"""Stitched totals are the sum of their parts, and what is not known stays not known."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.codes import hs, lineage
from tidewaiter.model import Cell, Interval, State
from tidewaiter.period import Period, month
from tidewaiter.series.stitched import add_cells, not_alive, stitched_series, unstitched_series


def known(code: str, number: int) -> Cell:
    amount = float(int(code) % 97 + number % 12)
    return Cell(Period(number, number), Interval(amount, amount), State.VALUE if amount else State.ZERO, (code,))


def test_vaccines_are_one_series_over_the_revision() -> None:
    months = range(month("2021-10"), month("2022-03"))
    found = stitched_series(["300241"], "HS 2022", months, known)
    assert found.codes == (("300220",),) * 3 + (("300241",),) * 2
    assert found.kind == "exact"
    assert [number for number, _ in found.seams] == [month("2022-01")]
    assert all(cell.state is State.VALUE for cell in found.cells)
    assert found.caveats() == ()


def test_the_code_alone_is_not_alive_before_its_birth() -> None:
    months = range(month("2021-11"), month("2022-02"))
    cells = unstitched_series("85171300", months, known)
    assert [cell.state for cell in cells] == [State.NOT_ALIVE, State.NOT_ALIVE, State.VALUE]
    assert "born with HS 2022" in cells[0].note
    assert cells[0].bounds.hi == math.inf


def test_a_seam_that_is_not_exact_is_told() -> None:
    months = range(month("2021-01"), month("2022-12"))
    found = stitched_series(["851713"], "HS 2022", months, known)
    assert found.kind == "primary"
    assert "851714" in found.caveats()[0]
    reagents = stitched_series(["382290"], "HS 2022", months, known)
    assert "300211 + 300213 + 300214 + 300215 + 300219 + 382200 = " in reagents.caveats()[0]
    assert stitched_series(["8703"], 2022, months, known).kind == "exact"


def test_a_break_outside_the_months_is_not_told() -> None:
    found = stitched_series(["851713"], "HS 2022", range(month("2022-01"), month("2023-01")), known)
    assert (found.kind, found.seams) == ("exact", ())


codes_2022 = st.sets(st.sampled_from(hs.codes_of(2022)), min_size=1, max_size=8)


@given(codes_2022, st.sampled_from(["2010-06", "2014-06", "2019-06", "2023-06"]))
@settings(max_examples=60)
def test_the_total_is_the_sum_of_the_parts(codes: set[str], when: str) -> None:
    number = month(when)
    found = stitched_series(sorted(codes), "HS 2022", [number], known)
    parts = lineage.stitch(codes, "HS 2022").codes_in(number // 12)
    assert found.codes[0] == parts
    assert len(parts) == len(set(parts))
    expected = sum(known(code, number).bounds.lo for code in parts)
    assert found.cells[0].bounds == Interval(expected, expected)


states = st.sampled_from(list(State))


@given(st.lists(st.tuples(states, st.floats(0, 1e9)), min_size=1, max_size=12))
def test_an_unknown_part_never_makes_a_known_sum(parts: list[tuple[State, float]]) -> None:
    number = month("2022-01")
    cells = []
    for state, amount in parts:
        if state is State.VALUE:
            bounds = Interval(amount, amount)
        else:
            bounds = Interval(0.0, 0.0 if state is State.ZERO else math.inf)
        cells.append(Cell(Period(number, number), bounds, state))
    total = add_cells(number, cells)
    living = [state for state, _ in parts if state is not State.NOT_ALIVE]
    if not living:
        assert total.state is State.NOT_ALIVE
    elif all(state in (State.VALUE, State.ZERO) for state in living):
        assert total.state is (State.VALUE if State.VALUE in living else State.ZERO)
        assert total.bounds.is_point
    else:
        assert total.state not in (State.VALUE, State.ZERO)
        assert total.bounds.hi == math.inf
        assert total.bounds.lo >= max([amount for state, amount in parts if state is State.VALUE], default=0)


def test_a_cell_outside_a_codes_life_says_which_end_it_lies_beyond() -> None:
    before, after = not_alive(month("2021-12"), "300241"), not_alive(month("2022-01"), "300220")
    assert before.state is after.state is State.NOT_ALIVE
    assert before.bounds == after.bounds == Interval(0.0, math.inf)
    assert "born with HS 2022" in before.note
    assert "ended with HS 2022" in after.note
    assert "ended" not in before.note
    # 300212 was born with HS 2017 and lives: a month before says the birth only.
    assert "born with HS 2017" in not_alive(month("2016-12"), "300212").note
    assert "ended" not in not_alive(month("2016-12"), "300219").note
    assert "born" not in not_alive(month("2022-01"), "300219").note
