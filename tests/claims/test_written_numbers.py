"""Numbers as three scripts print them, in every ``printed`` cell, there and back; and what a list of claims refuses."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.claims.eastern import east
from tidewaiter.claims.form import read_claims, read_rows
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.written import to_csv, to_toml
from tidewaiter.cli import main
from tidewaiter.errors import BadFile, BadRows

ROW = {
    "kind": "amount",
    "reporter": "CHN",
    "partner": "PRK",
    "flow": "X",
    "goods": "total",
    "period": "2022-04",
    "printed": "1",
}


def file_of(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "claims.csv"
    columns = list(dict.fromkeys(key for row in rows for key in (ROW | row)))
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(ROW | row for row in rows)
    return path


def read(folder: Path, **cells: str) -> Claim:
    return read_claims(file_of(folder, cells))[0]


def spelled(number: int, digits: str, small: str, great: str) -> str:
    """Write a number in signs, as a person would."""
    if not number:
        return digits[0]
    text = ""
    for power in range(len(great), -1, -1):
        part = number // 10_000**power % 10_000
        for place in (3, 2, 1, 0):
            digit = part // 10**place % 10
            if digit:
                text += digits[digit] + (small[place - 1] if place else "")
        text += great[power - 1] if part and power else ""
    return text


@given(
    st.integers(0, 10**13 - 1),
    st.sampled_from(
        [
            ("零一二三四五六七八九", "十百千", "万亿兆"),
            ("영일이삼사오육칠팔구", "십백천", "만억조"),
            ("〇一二三四五六七八九", "十百千", "万億兆"),
        ]
    ),
)
def test_what_is_spelled_is_read(number: int, script: tuple[str, str, str]) -> None:
    found = east(spelled(number, *script))
    assert found is not None
    assert found[0] == number
    assert found[1] == (10 ** (len(str(number)) - len(str(number).rstrip("0"))) if number else 0)


@pytest.mark.parametrize(
    ("printed", "value", "step", "hedge"),
    [
        ("구천팔백만", 98e6, 1e6, ""), ("九千八百万", 98e6, 1e6, ""), ("9천8백만", 98e6, 1e6, ""), ("９８００万", 98e6, 1e6, ""),
        ("1億2,345万", 123.45e6, 1e4, ""), ("一百二十三", 123, 1, ""), ("两千", 2000, 1000, ""), ("3.20亿", 3.2e8, 1e6, ""),
        ("약 9,800만 달러", 98e6, 1e6, "about"), ("近一亿美元", 1e8, 1e8, "nearly"), ("98.1百万ドル", 98.1e6, 1e5, ""),
        ("1,442千", 1_442_000, 1000, ""), ("四千四百五十八万美元以上", 44.58e6, 1e4, "at least"), ("만 오천", 15_000, 1000, ""),
        ("２，７６９", 2769, 1, ""), ("US$1.4 million", 1.4e6, 1e5, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("write", [to_csv, to_toml])
def test_every_script_in_a_printed_cell_there_and_back(
    tmp_path: Path, printed: str, value: float, step: float, hedge: str, write: object
) -> None:
    claim = read(tmp_path, printed=printed)
    assert claim.said is not None
    assert (claim.said.value, claim.said.step, claim.said.hedge) == (value, step, hedge)
    again = tmp_path / ("again.csv" if write is to_csv else "again.toml")
    again.write_text(write([claim]), encoding="utf-8")  # type: ignore[operator]
    assert read_claims(again) == (claim,)


def test_rates_times_and_tenths_in_signs(tmp_path: Path) -> None:
    share = read(tmp_path, kind="share", base="2021", printed="三成")
    times = read(tmp_path, kind="multiple", base="2021", printed="사십배")
    change = read(tmp_path, kind="change", base="2021", printed="－８２．４％")
    assert [one.said.value for one in (share, times, change) if one.said] == [30, 40, -82.4]


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"unit": "RMB"}, "unit", "Write CNY"), ({"unit": "ABC"}, "unit", "ISO 4217"), ({"unit": "usd"}, "unit", "Write USD"),
        ({"measure": "qty", "unit": "USD"}, "unit", "pieces"), ({"measure": "qty", "unit": "fnords"}, "unit", "pairs"),
        ({"measure": "net_wgt_kg", "unit": "pieces"}, "unit", "kg"), ({"unit": "USD/piece"}, "unit", "unit value"),
        ({"kind": "unit value", "unit": "USD/fnord"}, "unit", "pieces"),
        ({"printed": "", "at_least": "-5"}, "at_least", "below zero"), ({"printed": "", "at_most": "-5"}, "at_most", "below zero"),
        ({"printed": "-5"}, "printed", "below zero"), ({"printed": "9,800만 위안"}, "printed", "CNY"),
        ({"printed": "26톤"}, "printed", "printed in t"), ({"printed": "万"}, "printed", "not a number"),
        ({"published": (date.today() + timedelta(days=2)).isoformat()}, "published", "still to come"),
        ({"partner": "EU27_2020"}, "partner", "EU27"), ({"partner": "North Korea"}, "partner", "PRK"),
        ({"partner": "OECD"}, "partner", "ASEAN"), ({"reporter": "XXQ"}, "reporter", "tidewaiter codes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_can(
    tmp_path: Path, cells: dict[str, str], column: str, words: str
) -> None:
    with pytest.raises(BadFile) as refused:
        read(tmp_path, **cells)
    assert (refused.value.column, refused.value.line) == (column, 2)
    assert words in str(refused.value)


@pytest.mark.parametrize("group", ["EU", "EU27", "ASEAN", "EAEU", "W00"])
def test_groups_are_partners_and_reporters(tmp_path: Path, group: str) -> None:
    for side in ("reporter", "partner"):
        claim = read(tmp_path, **{side: group})
        assert claim.subject is not None
        assert getattr(claim.subject, side) == group


def test_tonnes_in_signs_are_tonnes(tmp_path: Path) -> None:
    claim = read(tmp_path, measure="net_wgt_kg", unit="t", printed="4만6천톤")
    assert claim.said is not None
    assert claim.said.value == 46_000


def test_all_bad_rows_are_told_at_once_and_the_rest_can_be_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_of(
        tmp_path, {"id": "A", "printed": "71.54 million", "period": "2022-08"}, {"id": "B", "unit": "RMB"},
        {"id": "C", "partner": "Atlantis"}, {"id": "A", "printed": "2"},
    )  # fmt: skip
    with pytest.raises(BadRows) as refused:
        read_claims(path)
    assert [(one.line, one.column) for one in refused.value.problems] == [(3, "unit"), (4, "partner"), (5, "id")]
    assert main(["check", str(path)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len([line for line in told.err.splitlines() if ", line " in line]) >= 3
    assert main(["check", str(path), "--keep-going"]) == 0
    told = capsys.readouterr()
    assert "3 of 4 rows were refused" in told.err
    assert "A  SUPPORTED" in told.out
    assert told.out.count("NOT READ") == 3
    assert "line 4, column partner" in " ".join(told.out.split())
    kept = read_rows(path, keep_going=True)
    assert (len(kept.claims), kept.refused) == (4, 3)
    assert [one.kind for one in kept.claims[1:]] == [Kind.UNREAD] * 3
    assert len({one.id for one in kept.claims}) == 4


def test_a_file_of_which_nothing_can_be_read_is_refused_even_so(tmp_path: Path) -> None:
    with pytest.raises(BadFile):
        read_rows(file_of(tmp_path, {"unit": "RMB"}, {"partner": "Atlantis"}), keep_going=True)


def test_a_bad_claim_of_a_toml_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[[claim]]\nid = "one"\nkind = "unread"\n[[claim]]\nid = "two"\nkind = "fnord"\n', encoding="utf-8")
    with pytest.raises(BadFile, match=r"claim 2 \(two\)"):
        read_claims(path)
