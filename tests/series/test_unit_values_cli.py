"""Unit values on the command line: the forty-dollar masks, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tidewaiter.cli import main

ASKED = ("unit-values", "--reporter", "CHN", "--partner", "PRK")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_masks_at_forty_dollars_are_proposed_to_be_thousands(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *ASKED, "--cmd", "masks", "--value", "57680", "--quantity", "1442")
    assert code == 0
    assert "57,680 USD / 1,442 items = 40 / item" in out
    assert "the quantity is in thousands, which makes it 0.04 each" in out
    code, out, _ = run(capsys, *ASKED, "--cmd", "masks", "--value", "57680", "--quantity", "1442", "--unit", "千个")
    assert "0.04 / item: usual" in out


def test_printed_unit_values_carry_their_rounding(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *ASKED, "--cmd", "masks", "--format", "json")
    found = json.loads(out)
    assert (code, found["schema"]) == (0, "tidewaiter/unit-values/1")
    (book,) = found["books"]
    january = next(row for row in book["rows"] if row["period"] == "2022-01")
    lo, hi = january["each"]
    assert lo < 57680 / 1442000 < hi
    assert january["each_unit"] == "items"
    assert not any(row["unusual"] for row in book["rows"])
    code, out, _ = run(capsys, *ASKED, "--cmd", "masks", "--from", "2022-03", "--to", "2022-04", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["period"] for row in rows] == ["2022-03", "2022-04"]
    assert all(row["usual_lo"] for row in rows)  # judged by the months outside too


def test_a_file_without_quantities_says_that_none_was_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "exports.csv"
    file.write_text(
        "reporter,partner,flow,product_code,period,value_eur\nDE,KG,EXPORT,8703,2021-12,10\nDE,KG,EXPORT,87032319,2021-12,4\n",
        encoding="utf-8",
    )
    assert main(["load", str(file), "--store", str(tmp_path / "books")]) == 0
    capsys.readouterr()
    code, out, _ = run(
        capsys,
        "unit-values",
        "--reporter",
        "DEU",
        "--partner",
        "KGZ",
        "--cmd",
        "8703",
        "--store",
        str(tmp_path / "books"),
    )
    assert code == 0
    assert "not recorded" in out
    assert "what is usual is not known" in out


HEAD = "数据年月,贸易伙伴编码,贸易伙伴名称,商品编码,商品名称,第一数量,第一计量单位,第二数量,第二计量单位,人民币"
MASKS = [
    *((month, "109", "朝鲜", q, "个", q * 0.2) for month, q in (("202110", 1000), ("202111", 2000), ("202112", 1500))),
    *((month, "141", "越南", q, "个", q * 0.21) for month, q in (("202110", 5000), ("202111", 7000), ("202112", 900))),
    ("202201", "109", "朝鲜", 3, "千个", 600.0),
    ("202202", "109", "朝鲜", 1442, "个", 288_400.0),
    ("202203", "109", "朝鲜", 0, "个", 100.0),
]  # fmt: skip


@pytest.fixture
def gacc(tmp_path: Path) -> Path:
    """China's exports of masks: a month in thousands, a month of thousands printed as pieces, a month without quantity."""
    lines = [",".join(f'"{cell}"' for cell in HEAD.split(",")) + ","]
    for month, code, name, quantity, unit, value in MASKS:
        cells = (month, code, name, "63079010", "口罩", str(quantity), unit, "0", "?", f"{value:,.0f}")
        lines.append(",".join(f'"{cell}"' for cell in cells) + ",")
    file = tmp_path / "masks.csv"
    file.write_bytes(("\r\n".join(lines) + "\r\n").encode("gb18030"))
    assert main(["load", str(file), "--flow", "X", "--store", str(tmp_path / "books")]) == 0
    return tmp_path / "books"


def test_a_customs_file_shows_its_break_of_unit_its_slip_and_its_silence(
    gacc: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    code, out, _ = run(capsys, *ASKED, "--cmd", "63079010", "--store", str(gacc), "--format", "json")
    assert code == 0
    (book,) = json.loads(out)["books"]
    assert (book["dataset"], book["currency"], book["compared_with"]) == ("gacc", "CNY", 3)
    rows = {row["period"]: row for row in book["rows"]}
    assert rows["2022-01"]["unit_break"] == {
        "before": "items",
        "after": "thousand items",
        "kind": "scale",
        "factor": 1000,
    }
    assert rows["2022-01"]["each"] == pytest.approx([0.2, 0.2])
    assert not rows["2022-01"]["unusual"]
    assert rows["2022-02"]["proposal"]["factor"] == 1000
    assert "thousands" in rows["2022-02"]["proposal"]["words"]
    assert (rows["2022-03"]["quantity"], rows["2022-03"]["each"]) == (None, None)
    _, out, _ = run(capsys, *ASKED, "--cmd", "630790", "--store", str(gacc))
    assert "-- the unit changes from items to thousand items (1 thousand items = 1000 items): a break --" in out
    assert "not recorded" in out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--cmd", "masks", "--flow", "Q"), "--flow is X"),
        (("--cmd", "masks", "--value", "3"), "--quantity is missing"),
        (("--cmd", "masks", "--value", "3", "--quantity", "0"), "must be above zero"),
        (("--cmd", "masks", "--value", "3", "--quantity", "nan"), "must be above zero"),
        (("--cmd", "masks", "--value", "3", "--quantity", "5", "--unit", "furlongs"), "unknown unit 'furlongs'"),
        (("--cmd", "masks", "--from", "2022-05", "--to", "2022-01"), "turn them round"),
        (("--cmd", "wizards"), "not a commodity code"),
        (("--cmd", "010121"), "load customs files"),
        (("--basket", "medical-covid"), "needs customs files"),
        (("--cmd", "masks", "--as-of", "soon"), "not a date"),
        (("--cmd", "masks", "--store", "/nonexistent"), "not a store"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    code, out, err = run(capsys, *ASKED, *more)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_groups_have_a_unit_value_only_where_every_member_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gacc.csv"
    heads = '"数据年月","贸易伙伴编码","贸易伙伴名称","商品编码","商品名称","第一数量","第一计量单位","第二数量","第二计量单位","人民币",'
    lines = [
        f'"{when}","{code}","{name}","12019019","黄大豆","{qty}","千克","0","-","{value}",'
        for when, code, name, qty, value in [
            ("202301", "410", "巴西", 10, 20), ("202301", "502", "美国", 30, 100), ("202302", "410", "巴西", 10, 30),
        ]
    ]  # fmt: skip
    path.write_text("\n".join([heads, *lines]) + "\n", encoding="gb18030")
    folder = str(tmp_path / "books")
    assert main(["load", str(path), "--flow", "M", "--published", "2023-03-01", "--store", folder]) == 0
    question = ["unit-values", "--reporter", "CHN", "--flow", "M", "--store", folder, "--format", "json"]
    capsys.readouterr()
    assert main([*question, "--partner", "BRA,USA", "--cmd", "12019019"]) == 0
    (book,) = json.loads(capsys.readouterr().out)["books"]
    first, second = book["rows"]
    assert (first["value"], first["quantity"], first["each"]) == ([120, 120], [40, 40], [3, 3])
    assert (second["value"], second["quantity"], second["each"]) == ([30, None], [10, None], None)
    assert "missing: USA (not known)" in second["note"]
    # Of one country, a heading that is added up from its lines says that they may not be all.
    assert main([*question, "--partner", "BRA", "--cmd", "1201"]) == 0
    (book,) = json.loads(capsys.readouterr().out)["books"]
    assert book["rows"][0]["each"] == [2, 2]
    assert "nothing says that they are all of 1201" in book["rows"][0]["note"]
