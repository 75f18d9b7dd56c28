"""National lines follow an official table where the user has one, and only there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tidewaiter.cli import main
from tidewaiter.codes.national import load_concordance, trace_line
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
