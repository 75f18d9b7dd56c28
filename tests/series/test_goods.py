"""Which rows make up the goods asked for: each good once, whatever lengths of code stand side by side."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.codes import hs
from tidewaiter.errors import InputError, UnknownName
from tidewaiter.series.goods import codes_in_years, rows_of_codes


def rows(*codes: str, reporter: str = "DEU") -> list[dict[str, Any]]:
    return [{"dataset": "comext", "reporter": reporter, "cmd_code": code} for code in codes]


def kept(asked: list[str], *codes: str) -> list[str]:
    return sorted(row["cmd_code"] for row in rows_of_codes(rows(*codes), asked))


@pytest.mark.parametrize(
    ("asked", "there", "taken"),
    [
        (["8703"], ["8703", "870321", "87032110"], ["8703"]),
        (["8703"], ["870321", "87032110", "870322"], ["870321", "870322"]),
        (["8703"], ["87032110", "87032190"], ["87032110", "87032190"]),
        (["870321"], ["8703", "87032110"], ["87032110"]),
        (["870321"], ["8703"], []),
        (["30"], ["30", "3002", "300241"], ["30"]),
        (["30"], ["3002", "3004", "300241", "31"], ["3002", "3004"]),
        (["3002", "3004"], ["3002", "300241", "30049000"], ["3002", "30049000"]),
        (["85171300"], ["85171300", "851713", "8517"], ["85171300"]),
        (["85171300"], ["851713"], []),
        (["8703"], ["8704", "TOTAL"], []),
        (["870321", "870322"], ["870321", "87032210"], ["870321", "87032210"]),
    ],
)
def test_a_row_of_the_code_itself_goes_before_finer_ones(asked: list[str], there: list[str], taken: list[str]) -> None:
    assert kept(asked, *there) == taken


def test_the_row_of_a_heading_stands_for_all_its_codes_and_for_nothing_less() -> None:
    cars = [code for code in hs.codes_of(2022) if code.startswith("8703")]
    assert kept(cars, "8703", "87032110") == ["8703"]
    assert kept(cars, "8703", "870321", "870322") == ["870321", "870322"]
    assert kept(cars[:-1], "8703", "87032110") == ["87032110"]


def test_reporters_do_not_take_each_others_rows_away() -> None:
    found = rows_of_codes([*rows("8703"), *rows("87032110", reporter="AUT")], ["8703"])
    assert sorted((row["reporter"], row["cmd_code"]) for row in found) == [("AUT", "87032110"), ("DEU", "8703")]


@given(st.data())
def test_no_row_kept_lies_under_another(data: st.DataObject) -> None:
    heading = data.draw(st.sampled_from(["8703", "3002", "8517"]))
    six = [code for code in hs.codes_of(2022) if code.startswith(heading)]
    pool = [heading[:2], heading, *six, *(code + end for code in six for end in ("00", "10"))]
    there = data.draw(st.lists(st.sampled_from(pool), unique=True))
    asked = data.draw(st.sampled_from([[heading], [heading[:2]], six, six[:3]]))
    found = kept(asked, *there)
    assert len(found) == len(set(found))
    assert not any(one != other and other.startswith(one) for one in found for other in found)
    for code in found:
        assert any(code.startswith(one) for one in asked) or code == heading


def test_a_code_is_followed_into_years_it_did_not_live_in() -> None:
    before = codes_in_years("300241", None, [2021])
    assert before.in_year(2021) == ("300220",)
    assert "300220 -> 300241, exact" in before.caveats[0]
    after = codes_in_years("300220", None, [2022, 2023])
    assert after.in_year(2023) == ("300241",)
    assert codes_in_years("851713", None, [2021, 2022]).caveats[0].startswith("HS 2022: 851712 -> 851713, primary")
    assert codes_in_years("870321", None, [2020, 2021]).caveats == ()
    assert codes_in_years("85171300", None, [2021, 2022]).in_year(2021) == ("85171300",)
    assert codes_in_years(None, None, [2021]).in_year(2021) is None
    assert codes_in_years("total", None, [2021]).in_year(2021) is None
    assert set(codes_in_years(None, "vehicles", [2021]).in_year(2021) or ()) == {
        code for code in hs.codes_of(2017) if code.startswith("8703")
    }


def test_goods_and_years_that_are_in_no_table_are_refused() -> None:
    with pytest.raises(InputError, match="not a chapter or heading"):
        codes_in_years("7799", None, [2022])
    with pytest.raises(UnknownName):
        codes_in_years("300299", None, [2022])
    with pytest.raises(InputError, match="HS 2028 takes effect"):
        codes_in_years("300241", None, [2028])
    with pytest.raises(InputError, match="before HS 2007"):
        codes_in_years("300241", None, [1999])
