"""One table of units for every publisher, and nothing converts that should not."""

from __future__ import annotations

import csv
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared_data import shared

from tidewaiter.codes import units
from tidewaiter.errors import InputError, UnknownName


def rows(name: str) -> list[dict[str, str]]:
    with shared("data", "reference", name).open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_all_124_units_of_china_customs_are_in_the_table() -> None:
    listed = rows("gacc_units.csv")
    assert len(listed) == 124
    for row in listed:
        named = units.unit_by_scheme("gacc", row["UNIT_NAME"])
        assert named is not None, row
        assert named == units.unit_by_scheme("gacc_code", row["UNIT_CODE"])


def test_all_units_of_comtrade_are_in_the_table() -> None:
    for row in rows("comtrade_qty_units.csv"):
        named = units.unit_by_scheme("comtrade", row["qtyAbbr"])
        assert named is not None, row
        assert named == units.unit_by_scheme("comtrade_code", row["qtyCode"])


def test_all_standard_units_of_the_nomenclature_are_in_the_table() -> None:
    for year in (2007, 2012, 2017, 2022):
        for name in {row["standardUnitAbbr"] for row in rows(f"hs{year}_nomenclature_comtrade.csv")}:
            assert units.unit_by_scheme("comtrade", name) is not None, name


@pytest.mark.parametrize(
    ("scheme", "name", "items"),
    [("gacc", "千个", 1000), ("gacc", "万双", 20000), ("gacc", "打", 12), ("gacc", "百支", 100), ("gacc", "亿个", 1e8),
     ("comtrade", "1000u", 1000), ("comtrade", "12u", 12), ("comtrade", "2u", 2), ("eurostat", "pa", 2),
     ("census", "DOZ", 12), ("census", "no", 1), ("hmrc", "NAR", 1), ("hmrc", "NPR", 2), ("eurostat", "CEN", 100),
     ("comexstat", "11", 1), ("comexstat", "12", 1000), ("comexstat", "13", 2), ("comexstat", "20", 12), ("words", "pieces", 1), ("words", "Pairs", 2)],
)  # fmt: skip
def test_scales_of_count(scheme: str, name: str, items: float) -> None:
    found = units.unit_by_scheme(scheme, name)
    assert found is not None
    assert units.convert(1, found, units.unit("items")) == items


@pytest.mark.parametrize(
    ("name", "kg"), [("吨", 1000), ("斤", 0.5), ("磅", 0.45359237), ("公担", 100), ("克拉", 0.0002)]
)
def test_chinese_weights(name: str, kg: float) -> None:
    found = units.unit_by_scheme("gacc", name)
    assert found is not None
    assert units.convert(1, found, units.unit("kg")) == pytest.approx(kg)


def test_no_quantity_is_a_unit_of_its_own_and_converts_into_nothing() -> None:
    for scheme, name in (("gacc", "?"), ("gacc", "-"), ("comtrade", "N/A"), ("comtrade_code", "-1")):
        found = units.unit_by_scheme(scheme, name)
        assert found is not None
        assert found.is_none
        assert units.factor(found, found) is None


def test_pieces_do_not_become_kilograms() -> None:
    with pytest.raises(InputError, match="do not convert"):
        units.convert(1, units.unit("items"), units.unit("kg"))
    with pytest.raises(UnknownName, match="unknown unit 'furlongs'"):
        units.unit("furlongs")
    assert units.unit_by_scheme("gacc", "furlongs") is None
    with pytest.raises(InputError, match="unknown scheme"):
        units.unit_by_scheme("ons", "kg")


def test_all_units_of_the_inspection_list_that_customs_uses_are_in_the_table() -> None:
    used = [row for row in rows("gacc_sw_quantity_units.csv") if row["CUS_CODE"]]
    assert len(used) > 120
    for row in used:
        named = units.unit_by_scheme("gacc", row["CUS_NAME"])
        assert named is not None, row
        assert (
            named == units.unit_by_scheme("gacc_code", row["CUS_CODE"]) == units.unit_by_scheme("gacc", row["GB_NAME"])
        )


CENSUS = "BBL CAR CKG CM2 CTN CUR CYK DOZ DPC DPR FBM GCN GM GRS HUN KG KM3 KTS L M M2 M3 MC NO PCS PFL PK PRS RBA SQ T THS X"
"""The units of the US Census Bureau's Schedule B."""


def test_all_units_of_schedule_b_and_of_comex_stat_are_in_the_table() -> None:
    assert all(units.unit_by_scheme("census", name) for name in CENSUS.split())
    assert all(units.unit_by_scheme("comexstat", str(code)) for code in range(10, 25))


@pytest.mark.parametrize(
    ("scheme", "name", "other", "amount"),
    [
        ("census", "PFL", "l alcohol", 0.5),  # a proof litre holds half a litre of alcohol
        ("census", "KM3", "m3", 1000),
        ("census", "CUR", "MBq", 37000),
        ("comexstat", "18", "kWh", 1000),
        ("hmrc", "DTN", "kg", 100),
    ],
)
def test_scales_that_are_easily_mistaken(scheme: str, name: str, other: str, amount: float) -> None:
    found = units.unit_by_scheme(scheme, name)
    assert found is not None
    assert units.convert(1, found, units.unit(other)) == pytest.approx(amount)


def test_what_a_good_holds_is_not_what_it_weighs() -> None:
    for scheme, name in (("census", "CKG"), ("census", "CYK"), ("census", "KTS"), ("comexstat", "24")):
        found = units.unit_by_scheme(scheme, name)
        assert found is not None
        assert units.factor(found, units.unit("kg")) is None


def test_a_bottle_is_not_a_crate() -> None:
    kinds = {"瓶", "箱", "袋", "盒", "包", "桶", "罐", "批"}
    found = [units.unit_by_scheme("gacc", name) for name in kinds]
    assert len({one.id for one in found if one}) == len(kinds)
    (one,) = units.unit_breaks(["bottles", "cases"])
    assert (one.kind, one.factor) == ("dimension", None)
    assert units.convert(2, units.unit("千盒"), units.unit("盒")) == 2000
    assert units.factor(units.unit("人份"), units.unit("份")) is None


unit_ids = st.sampled_from(sorted(units.all_units()))


@given(unit_ids, unit_ids, st.floats(1e-6, 1e12))
def test_converting_there_and_back_changes_nothing(first: str, second: str, quantity: float) -> None:
    one, two = units.unit(first), units.unit(second)
    if units.factor(one, two) is None:
        assert units.factor(two, one) is None
        return
    assert units.convert(units.convert(quantity, one, two), two, one) == pytest.approx(quantity)


@given(st.lists(st.one_of(st.none(), unit_ids), max_size=30))
def test_every_change_of_unit_is_shown(names: list[str | None]) -> None:
    told = [name for name in names if name not in (None, "none")]
    changes = sum(a != b for a, b in pairwise(told))
    found = units.unit_breaks(names)
    assert len(found) == changes
    for one in found:
        assert names[one.position] == one.after
        assert (one.kind == "scale") == (one.factor is not None)
