"""National lines follow an official table where the user has one, and only there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.shared_data import shared

from tidewaiter.cli import main
from tidewaiter.codes import hs
from tidewaiter.codes.national import cn_2022, cn_after, cn_before, load_concordance, trace_line
from tidewaiter.errors import BadFile, UnknownName

# As Eurostat writes it: code before, code after, an internal number, and how much of it went there.
TABLE = """CN2021,CN2022,CNlong,part,before,after
85171200,85171300,851712000080,ex,8517 12 00,
85171200,85171400,851712000080,ex,8517 12 00,
01012100,01012100,010121000080,,,
99990000,,,,,
"""


def test_a_concordance_is_read_and_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cn.csv"
    path.write_text(TABLE, encoding="utf-8")
    table = load_concordance(path)
    assert (table.before, table.after) == ("CN2021", "CN2022")
    assert trace_line("85171300", table) == (("85171200", "85171300", "1:n"),)
    assert [step.after for step in trace_line("8517.12.00", table)] == ["85171300", "85171400"]
    assert main(["codes", "trace", "85171300", "--table", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"][0]["before"] == "85171200"
    assert trace_line("99990000", table) == ()
    with pytest.raises(UnknownName, match="unknown national line '85171500'"):
        trace_line("85171500", table)


def test_a_table_without_a_heading_names_its_columns_by_number(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("x;85171200;85171300\ny;85171200;85171400\n", encoding="utf-8")
    table = load_concordance(path)
    assert (table.before, table.after) == ("column 2", "column 3")
    assert table.ahead == {"85171200": ("85171300", "85171400")}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "no two columns"),
        (b"a,b\n1,2\n", "no two columns"),
        (b"CN2021,CN2022\n85171200,85171300\n85171200,x\n", "line 3"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_what_is_no_concordance_is_refused(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "cn.csv"
    path.write_bytes(raw)
    with pytest.raises(BadFile, match=said):
        load_concordance(path)
    with pytest.raises(BadFile, match="cannot read"):
        load_concordance(tmp_path / "none.csv")


def test_the_shipped_lines_agree_with_unsds_six_digits_to_the_last_one() -> None:
    table = cn_2022()
    assert {line[:4] for line in table.ahead} == table.headings
    six = {code for code in hs.codes_of(2017) if code[:4] in table.headings}
    assert {line[:6] for line in table.ahead} == six
    for before, later in table.ahead.items():
        assert hs.alive(before, 2021)
        assert later
        for after in later:
            assert hs.alive(after, 2022)
            assert before[:6] in [link.code for link in hs.predecessors(after[:6], 2022)]
            assert before in table.back[after]


def test_the_shipped_lines_hold_those_of_the_eu_file() -> None:
    import gzip

    path = shared("data", "comext", "eu27_exports_sanctioned_cn8_monthly_2020_2022.csv.gz")
    table = cn_2022()
    found = 0
    for row in gzip.decompress(path.read_bytes()).decode().splitlines()[1:]:
        _, _, _, code, period, _ = row.split(",")
        if len(code) == 8 and code[:4] in table.headings:
            found += 1
            assert code in (table.ahead if period < "2022" else table.back), (code, period)
    assert found > 1000


def test_a_line_is_followed_only_where_the_table_holds_all_it_could_come_from() -> None:
    assert cn_before("85171300") == ("85171200",)
    assert cn_after("85171200") == ("85171300", "85171400")
    assert cn_after("30021900") == ("38221900",)
    assert cn_before("38221900") is None  # some of it came from heading 3822, which the table does not hold
    assert cn_before("63079010") is cn_after("63079010") is None
    assert cn_after("85179999") == ()  # the heading is held, and no such line is in it


def test_without_a_table_a_line_is_followed_by_its_six_digits_and_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codes", "trace", "63079010", "--to", "2012"]) == 0
    out = capsys.readouterr().out
    assert "prefix known, line not known; followed by its first six digits" in out
    assert "no official table of its line is at hand" in out
    assert main(["codes", "show", "85171200", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["cn_2022"]["became"] == ["85171300", "85171400"]
