"""Groups of countries: a number only where every member is known, held against a count by hand."""

from __future__ import annotations

import math
import shutil
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shared_data import shared
from tests.store.plain import load, rows
from tidewaiter.codes.parties import changes_in, party, who_is_missing
from tidewaiter.errors import InputError, UnknownName
from tidewaiter.model import Cell, Interval, State
from tidewaiter.period import Period, month, month_text
from tidewaiter.series.groups import GroupSeries, add_members, cell_over, group_series
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

SPAN = Period.parse("2015-06..2015-09")
"""Kyrgyzstan joined the EAEU in August 2015."""
EAEU = ("ARM", "BLR", "KAZ", "RUS")
AMOUNT = st.one_of(st.none(), st.integers(0, 9))


def told(store: Store, reporter: str, partner: str, **more: object) -> list[GroupSeries]:
    found = group_series(
        View(store), reporter=party(reporter, "reporter"), partner=party(partner), codes=["300490"], flow="X", **more
    )  # type: ignore[arg-type]
    assert all(isinstance(one, GroupSeries) for one in found)
    return found  # type: ignore[return-value]


def make(folder: Path, lines: list[tuple[str, str, str, int]], covers: list[str], **more: object) -> Store:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    store = Store(folder / "store", create=True)
    text = rows(
        reporter=[one[0] for one in lines], partner=[one[1] for one in lines], period=[one[2] for one in lines],
        value=[one[3] for one in lines], **more,
    )  # fmt: skip
    load(store, text, covers=covers)
    return store


@pytest.mark.usefixtures("store")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.fixed_dictionaries(
        {(r, p, m): AMOUNT for r in (*EAEU, "KGZ") for p in ("DEU", "KGZ", "RUS") for m in SPAN}
    ),
    covered=st.lists(st.tuples(st.sampled_from((*EAEU, "KGZ")), st.sampled_from(list(SPAN))), max_size=12),
    partner=st.sampled_from(["DEU", "DEU,KGZ", "EAEU", "DEU,EAEU"]),
)
def test_a_month_is_what_a_count_by_hand_makes_it(
    tmp_path: Path,
    cells: dict[tuple[str, str, int], int | None],
    covered: list[tuple[str, int]],
    partner: str,
) -> None:
    # A row of another country keeps every month released, and lets a file be made of nothing else.
    lines = [("ARM", "FRA", month_text(m), 1) for m in SPAN]
    lines += [(r, p, month_text(m), value) for (r, p, m), value in cells.items() if value is not None]
    covers = [
        f"reporters={r}; partners=DEU,KGZ,RUS,ARM,BLR,KAZ; periods={month_text(m)}" for r, m in dict.fromkeys(covered)
    ]
    store = make(tmp_path / "made", lines, covers)
    found = told(store, "EAEU", partner, period=SPAN)
    if not found:
        assert all(value is None for value in cells.values())
        assert not covered
        return
    (one,) = found

    def known(r: str, p: str, m: int) -> int | None:
        value = cells.get((r, p, m))
        return value if value is not None else 0 if (r, m) in covered else None

    for cell in one.cells:
        m = cell.period.start
        inside = {*EAEU, *(["KGZ"] if m >= month("2015-08") else [])}
        others = {"DEU": {"DEU"}, "DEU,KGZ": {"DEU", "KGZ"}, "EAEU": inside, "DEU,EAEU": inside | {"DEU"}}[partner]
        pairs = [(r, p) for r, p in product(sorted(inside), sorted(others)) if r != p]
        amounts = [known(r, p, m) for r, p in pairs]
        whole = math.fsum(value for value in amounts if value is not None)
        assert cell.bounds.lo == whole
        if None in amounts:
            assert cell.state not in (State.VALUE, State.ZERO)
            assert cell.bounds.hi == math.inf
            gone = {r for (r, p), value in zip(pairs, amounts, strict=True) if value is None}
            assert set(one.missing[cell.period]) == gone
            assert all(who in cell.note for who in gone) or "all but" in cell.note or "missing: all (" in cell.note
        else:
            assert cell.state is (State.VALUE if whole else State.ZERO)
            assert cell.bounds.hi == whole
            assert cell.period not in one.missing


def test_membership_goes_by_the_month_and_its_change_is_told(store: Store) -> None:
    load(store, rows(reporter=["FRA", "GBR"] * 3, period=["2020-01", "2020-01", "2020-02", "2020-02", "2020-03", "2020-03"],
                     value=[1, 10, 2, 20, 3, 30]), covers=["reporters=AUT,BEL,BGR,CYP,CZE,DEU,DNK,ESP,EST,FIN,FRA,GBR,GRC,HRV,HUN,IRL,ITA,LTU,LUX,LVA,MLT,NLD,POL,PRT,ROU,SVK,SVN,SWE"])  # fmt: skip
    # Members without any row are covered: their zeros are declared.
    (one,) = told(store, "FRA,GBR", "PRK")
    assert [cell.bounds.lo for cell in one.cells] == [11, 22, 33]
    spans = changes_in(party("EU"), Period.parse("2020-01..2020-03"))
    assert [(str(span), "GBR" in there, len(there)) for span, there in spans] == [
        ("2020-01", True, 28), ("2020-02..2020-03", False, 27),
    ]  # fmt: skip
    (eu,) = told(store, "EU", "PRK")
    assert any("without GBR" in note for note in eu.notes)
    # The United Kingdom's rows count to January 2020 only.
    assert [(cell.state, cell.bounds.lo) for cell in eu.cells] == [
        (State.VALUE, 11),
        (State.VALUE, 2),
        (State.VALUE, 3),
    ]


def test_the_publishers_own_row_is_used_and_never_added_to_members(store: Store) -> None:
    load(store, rows(reporter=["EU27", "DEU", "FRA"], period="2022-01", value=[100, 3, 4]))
    (one,) = told(store, "EU27", "PRK")
    assert (one.cells[0].state, one.cells[0].bounds.lo) == (State.VALUE, 100)
    assert any("own row of the group" in note for note in one.notes)
    assert not one.reporters
    (one,) = told(store, "DEU,FRA,EU27", "PRK")
    assert one.cells[0].bounds.lo == 7
    assert any("counted once" in note for note in one.notes)


def test_a_group_that_a_reporter_lists_as_partner_is_its_own_row(store: Store) -> None:
    load(store, rows(partner=["ASEAN", "VNM", "THA", "W00"], period="2022-01", value=[50, 1, 2, 1000]))
    (one,) = told(store, "CHN", "ASEAN")
    assert one.cells[0].bounds.lo == one.cells[0].bounds.hi == 50
    assert any(note.startswith("ASEAN: the publisher's own row") for note in one.notes)
    # Beside another country it cannot be told from its members: they are added up, and its row is not.
    (one,) = told(store, "CHN", "ASEAN,PRK")
    assert one.cells[0].bounds.lo == 3
    assert one.cells[0].state is State.UNKNOWN


def test_an_own_row_of_other_goods_or_months_does_not_stand_for_the_group(store: Store) -> None:
    load(
        store,
        rows(
            reporter=["EU27", "DEU", "FRA"], cmd_code=["TOTAL", "300490", "300490"], period="2022-01", value=[100, 3, 4]
        ),
    )
    (one,) = told(store, "EU27", "PRK", period=Period.parse("2022-01"))
    assert one.cells[0].bounds.lo == 7
    assert one.cells[0].state is State.UNKNOWN
    assert len(one.missing[one.cells[0].period]) == 25


def test_months_without_the_groups_own_row_are_its_members(store: Store) -> None:
    load(
        store,
        rows(
            reporter=["EU27", "DEU", "FRA", "DEU"],
            period=["2022-02", "2022-01", "2022-01", "2022-02"],
            value=[50, 5, 7, 6],
        ),
    )
    (one,) = told(store, "EU27", "PRK", period=Period.parse("2022-01..2022-02"))
    assert [(cell.state, cell.bounds.lo, cell.bounds.hi) for cell in one.cells] == [
        (State.UNKNOWN, 12, math.inf), (State.VALUE, 50, 50),
    ]  # fmt: skip
    assert one.cells[1].note == "the publisher's own row of EU27"
    assert set(one.missing) == {one.cells[0].period}
    assert any("never added" in note for note in one.notes)
    # The same on the side of the partner.
    load(store, rows(partner=["ASEAN", "VNM", "THA"], period=["2022-03", "2022-03", "2022-04"], value=[50, 1, 2]))
    (one,) = told(store, "CHN", "ASEAN", period=Period.parse("2022-03..2022-04"))
    assert [cell.bounds for cell in one.cells] == [Interval(50, 50), Interval(2, math.inf)]


def test_nobody_trades_with_itself_in_a_sum(store: Store) -> None:
    load(store, rows(reporter=["DEU", "DEU", "FRA", "FRA"], partner=["DEU", "FRA", "DEU", "FRA"], period="2022-01",
                     value=[1000, 1, 2, 2000]))  # fmt: skip
    (one,) = told(store, "DEU,FRA", "DEU,FRA")
    assert (one.cells[0].bounds.lo, one.cells[0].state) == (3, State.VALUE)
    assert any("on both sides" in note for note in one.notes)
    (one,) = told(store, "DEU,FRA", "DEU")
    assert (one.cells[0].bounds.lo, one.cells[0].state) == (2, State.VALUE)
    assert any("DEU is itself in DEU,FRA" in note for note in one.notes)


def test_currencies_are_not_added_and_are_named(store: Store) -> None:
    load(
        store, rows(reporter=["DEU", "FRA", "HUN"], currency=["EUR", "EUR", "HUF"], period="2022-01", value=[3, 4, 900])
    )
    found = {one.key.unit: one for one in told(store, "DEU,FRA,HUN", "PRK")}
    assert set(found) == {"EUR", "HUF"}
    assert found["EUR"].cells[0].bounds == Interval(7, math.inf)
    assert found["EUR"].missing[found["EUR"].cells[0].period] == {"HUN": "in HUF, not in EUR"}
    assert "HUN (in HUF, not in EUR)" in found["EUR"].cells[0].note


def test_quantities_without_a_unit_are_not_added_to_those_with_one(store: Store) -> None:
    from tidewaiter.model import Measure

    load(store, rows(reporter=["DEU", "FRA"], qty=[3, 4], qty_unit=["pieces", ""], period="2022-01", value=[1, 1]))
    found = {one.key.unit: one for one in told(store, "DEU,FRA", "PRK", measure=Measure.QUANTITY)}
    assert found["pieces"].cells[0].bounds == Interval(3, math.inf)
    assert "FRA (in no unit, not in pieces)" in found["pieces"].cells[0].note


def test_merged_and_longer_periods_of_members(store: Store) -> None:
    load(store, rows(reporter=["CHN", "RUS", "RUS", "RUS", "CHN"], period=["2022-01..2022-02", "2022-01", "2022-02", "2022-03", "2022-03"],
                     value=[110, 1, 2, 3, 4]))  # fmt: skip
    (one,) = told(store, "CHN,RUS", "PRK", period=Period.parse("2022-01..2022-03"))
    assert [cell.state for cell in one.cells] == [State.MERGED, State.MERGED, State.VALUE]
    assert [cell.bounds for cell in one.cells] == [Interval(1, 111), Interval(2, 112), Interval(7, 7)]
    assert [(str(cell.period), cell.bounds.lo, cell.state) for cell in one.longer] == [
        ("2022-01..2022-02", 113, State.VALUE)
    ]


def test_a_year_in_which_membership_changes_is_no_sum(store: Store) -> None:
    load(store, rows(reporter=["ARM", "KGZ"], period="2015-01..2015-12", value=[1, 2]))
    (one,) = told(store, "EAEU", "PRK", period=Period.parse("2015"))
    (year,) = one.longer
    assert (year.state, year.bounds.lo, year.bounds.hi) == (State.UNKNOWN, 0, math.inf)
    assert "changes inside" in year.note


def test_a_group_before_its_first_month_is_not_known() -> None:
    cell, missing = add_members(SPAN, {})
    assert (cell.state, missing) == (State.UNKNOWN, {})
    assert party("EAEU").members(month("2014-12")) == ()


def test_names_of_groups_and_lists() -> None:
    assert party("eurasian union").code == "EAEU"
    assert party("Germany, FRA ,de").code == "DEU,FRA"
    assert party("Korea, Republic of").is_one if "korea, republic of" else True
    with pytest.raises(UnknownName, match="Groups: ASEAN, BRICS"):
        party("EUR27")
    with pytest.raises(UnknownName, match="unknown partner 'XQ'"):
        party("DEU,XQ")
    with pytest.raises(InputError, match="empty name"):
        party("DEU,,FRA")
    with pytest.raises(InputError, match="members are in no table"):
        party("W00,DEU")
    assert party("OECD").is_one


def test_reasons_stand_beside_those_who_are_missing() -> None:
    said = who_is_missing({"A": "unreleased", "B": "withheld", "C": "withheld"}, ["A", "B", "C", "D"])
    assert said == "1 of 4 members known; missing: B, C (withheld); A (unreleased)"


@given(
    st.dictionaries(st.text("ABC", min_size=3, max_size=3), st.tuples(st.integers(0, 9), st.sampled_from(list(State))))
)
def test_a_sum_with_a_hole_is_no_number(parts: dict[str, tuple[int, State]]) -> None:
    when = Period.parse("2022-01")
    cells = {}
    for who, (amount, state) in parts.items():
        point = state is State.VALUE or state is State.ZERO
        bounds = Interval(
            amount if state is State.VALUE else 0, amount if state is State.VALUE else 0 if point else math.inf
        )
        cells[who] = Cell(when, bounds, state)
    cell, missing = add_members(when, cells)
    whole = all(state in (State.VALUE, State.ZERO) for _, state in parts.values()) and bool(parts)
    assert (cell.state in (State.VALUE, State.ZERO)) is whole
    assert set(missing) == {who for who, (_, state) in parts.items() if state not in (State.VALUE, State.ZERO)}
    assert cell.bounds.lo == sum(amount for amount, state in parts.values() if state is State.VALUE)


def test_a_longer_period_needs_all_of_its_months() -> None:
    jan, feb = Period.parse("2022-01"), Period.parse("2022-02")
    run = Period(jan.start, feb.end)
    one = Cell(jan, Interval(1, 1), State.VALUE)
    assert cell_over({jan.start: one}, {}, run) is None
    both = cell_over({jan.start: one, feb.start: Cell(feb, Interval(2, 2), State.VALUE)}, {}, run)
    assert both is not None
    assert both.bounds == Interval(3, 3)


def test_the_eu_file_adds_up_to_an_independent_reading(tmp_path: Path) -> None:
    import csv
    import gzip

    path = shared("data/comext/eu27_exports_sanctioned_cn8_monthly_2020_2022.csv.gz")
    expected: dict[str, int] = {}
    with gzip.open(path, "rt", encoding="ascii") as file:
        for row in csv.DictReader(file):
            if row["partner"] in ("KG", "KZ") and row["product_code"] == "8703" and row["period"] >= "2022-06":
                expected[row["period"]] = expected.get(row["period"], 0) + int(row["value_eur"])
    store = Store(tmp_path / "store", create=True)
    store.load(path, covers=["all"], published="2023-01-21")
    (one,) = group_series(
        View(store),
        reporter=party("EU27"),
        partner=party("KGZ,KAZ"),
        codes=["8703"],
        period=Period.parse("2022-06..2022-11"),
    )
    assert {str(cell.period): cell.bounds.lo for cell in one.cells} == expected
    assert {cell.state for cell in one.cells} == {State.VALUE}
