"""What goes wrong with customs statistics, tried from outside: files made to mislead, through the commands a reader uses."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.sources.test_comtrade import answer, record
from tidewaiter.cli import main

Capture = pytest.CaptureFixture[str]
GACC = ["数据年月", "贸易伙伴编码", "贸易伙伴名称", "商品编码", "商品名称", "第一数量", "第一计量单位", "第二数量", "第二计量单位", "人民币"]  # fmt: skip
NORTH, SOUTH = ("109", "朝鲜"), ("133", "韩国")
EU = "reporter,partner,flow,product_code,period,value_eur\n"
CENSUS = "CTY_CODE,CTY_NAME,GEN_VAL_MO,AIR_VAL_MO,AIR_WGT_MO,VES_VAL_MO,VES_WGT_MO,CNT_VAL_MO,CNT_WGT_MO,MONTH,SUMMARY_LVL,COMM_LVL,I_COMMODITY,YEAR\n"
LEGACY = "Classification,Year,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Partner Code,Partner,Commodity Code,Commodity,Trade Value (US$),Flag\n"


def gacc(path: Path, *rows: tuple[str, tuple[str, str], str, str, str, int]) -> Path:
    """Write China's portal CSV: month, partner, code, quantity, unit, yuan."""
    lines = [
        GACC,
        *([when, *who, code, "x", qty, unit, "0", "?", f"{value:,}"] for when, who, code, qty, unit, value in rows),
    ]
    text = "".join(",".join(f'"{cell}"' for cell in line) + ",\n" for line in lines)
    path.write_bytes(text.encode("gb18030"))
    return path


def load(store: Path, file: Path, *more: str) -> None:
    assert main(["load", str(file), "--store", str(store), *more]) == 0


def months(capsys: Capture, store: Path, *question: str) -> dict[str, tuple[str, Any, Any]]:
    """Return of the one series there is, by period: state, number, lower bound."""
    capsys.readouterr()
    assert main(["series", *question, "--store", str(store), "--format", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["series"]
    return {cell["period"]: (cell["state"], cell["value"], cell["lo"]) for cell in (*one["months"], *one["longer"])}


def refused(capsys: Capture, tmp_path: Path, file: Path, words: str, *more: str) -> None:
    capsys.readouterr()
    assert main(["load", str(file), "--store", str(tmp_path / "none"), *more]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (tmp_path / "none").exists()


CHINA = ("--reporter", "CHN", "--partner", "PRK", "--flow", "X")


def test_a_revision_changes_today_and_not_what_was_known(tmp_path: Path, capsys: Capture) -> None:
    store = tmp_path / "books"
    load(
        store,
        gacc(tmp_path / "a.csv", ("202212", NORTH, "63079010", "1", "千克", 123)),
        "--flow",
        "X",
        "--published",
        "2023-01-18",
    )
    load(
        store,
        gacc(tmp_path / "b.csv", ("202212", NORTH, "63079010", "1", "千克", 137)),
        "--flow",
        "X",
        "--published",
        "2023-07-18",
    )
    asked = (*CHINA, "--cmd", "63079010")
    assert months(capsys, store, *asked)["2022-12"] == ("value", 137, 137)
    assert months(capsys, store, *asked, "--as-of", "2023-02-01")["2022-12"] == ("value", 123, 123)
    assert main(["diff", "2023-02-01", "2023-08-01", "--store", str(store)]) == 0
    assert "123 > 137" in capsys.readouterr().out


def test_two_months_in_one_release_stay_together_and_make_no_record(tmp_path: Path, capsys: Capture) -> None:
    store = tmp_path / "books"
    rows = [(f"2021{month:02d}", NORTH, 40 + month) for month in range(1, 13)]
    rows += [("202201-202202", NORTH, 116), ("202203", NORTH, 57), ("202204", NORTH, 98)]
    file = gacc(tmp_path / "a.csv", *[(when, who, "63079010", "1", "千克", value) for when, who, value in rows])
    load(store, file, "--flow", "X", "--published", "2022-05-18")
    found = months(capsys, store, *CHINA, "--cmd", "63079010")
    assert (found["2022-01"][0], found["2022-02"][0]) == ("merged", "merged")
    assert found["2022-01..2022-02"] == ("value", 116, 116)
    out = tmp_path / "brief"
    question = ["brief", "--reporter", "CHN", "--partner", "PRK", "--from", "2022-04", "--to", "2022-04"]
    assert main([*question, "--store", str(store), "--out", str(out)]) == 0
    said = (out / "brief.md").read_text(encoding="utf-8")
    # 98 is more than any month that is known singly, and may be less than January's share of the 116.
    assert "highest of any month" not in said
    assert "highest since" not in said
    # The same months apart: then the record is proved.
    single = [("202201", NORTH, 60), ("202202", NORTH, 56), *(row for row in rows if len(row[0]) == 6)]
    load(tmp_path / "apart", gacc(tmp_path / "b.csv", *[(when, who, "63079010", "1", "千克", value) for when, who, value in single]),
         "--flow", "X", "--published", "2022-05-18")  # fmt: skip
    assert main([*question, "--store", str(tmp_path / "apart"), "--out", str(out)]) == 0
    assert "highest of any month" in (out / "brief.md").read_text(encoding="utf-8")


def test_a_code_that_is_new_had_no_zero_before(tmp_path: Path, capsys: Capture) -> None:
    store = tmp_path / "books"
    file = gacc(
        tmp_path / "a.csv",
        ("202112", SOUTH, "63079010", "1", "千克", 3),
        ("202203", NORTH, "30024100", "5", "千克", 900),
    )
    load(
        store,
        file,
        "--flow",
        "X",
        "--published",
        "2022-04-20",
        "--covers",
        "partners=all; codes=30,63; periods=2021-11..2022-03",
    )
    found = months(capsys, store, *CHINA, "--cmd", "30024100", "--own-number", "--from", "2021-11")
    assert [found[month][0] for month in ("2021-11", "2021-12", "2022-01", "2022-03")] == [
        "code not alive", "code not alive", "zero", "value",
    ]  # fmt: skip
    out = tmp_path / "brief"
    question = ["brief", "--reporter", "CHN", "--partner", "PRK", "--from", "2022-03", "--to", "2022-03"]
    assert main([*question, "--store", str(store), "--out", str(out)]) == 0
    said = (out / "brief.md").read_text(encoding="utf-8")
    assert "none in all of 2021" not in said
    assert "after none" not in said


def test_silence_is_five_things_and_only_one_of_them_is_zero(tmp_path: Path, capsys: Capture) -> None:
    store = tmp_path / "books"
    file = gacc(tmp_path / "a.csv", ("202201", NORTH, "63079010", "1", "千克", 5), ("202202", SOUTH, "63079010", "1", "千克", 6),
                ("202203", SOUTH, "63079010", "1", "千克", 6), ("202204", NORTH, "63079010", "1", "千克", 6))  # fmt: skip
    load(
        store, file, "--flow", "X", "--published", "2022-05-20", "--covers", "partners=PRK; codes=6307; periods=2022-02"
    )
    question = [*CHINA, "--cmd", "63079010", "--from", "2022-01", "--to", "2022-06"]
    found = months(capsys, store, *question, "--as-of", "2022-06-10")
    assert [found[f"2022-0{month}"][0] for month in range(1, 7)] == [
        "value", "zero", "not known", "value", "unreleased", "unreleased",
    ]  # fmt: skip
    # Long past the days they were due, the last two may be out: they are only not in this store.
    found = months(capsys, store, *question)
    assert [found[f"2022-0{month}"][0] for month in (5, 6)] == ["not known", "not known"]


def test_goods_kept_out_of_the_tables_are_no_zero_under_any_code(tmp_path: Path, capsys: Capture) -> None:
    store = tmp_path / "books"
    file = gacc(
        tmp_path / "a.csv",
        ("202202", SOUTH, "27101210", "1", "千克", 9),
        ("202203", NORTH, "27090000", "1", "千克", 500),
    )
    load(
        store,
        file,
        "--flow",
        "X",
        "--published",
        "2022-04-20",
        "--covers",
        "partners=all; codes=27; periods=2022-01..2022-03",
    )
    for code in ("27090000", "270900", "2709", "27"):
        found = months(capsys, store, *CHINA, "--cmd", code, "--from", "2022-01")
        assert [found[month][0] for month in ("2022-01", "2022-02")] == ["withheld", "withheld"], code
        # A row that is there all the same is told.
        assert found["2022-03"][2] == 500, code
    group = months(capsys, store, "--reporter", "CHN", "--partner", "PRK,KOR", "--flow", "X", "--cmd", "27090000")
    assert group["2022-02"][:2] == ("withheld", None)


def test_world_and_parts_and_two_lengths_of_code_count_once(tmp_path: Path, capsys: Capture) -> None:
    store = tmp_path / "books"
    own = {"partnerCode": 408, "partnerISO": "PRK", "partnerDesc": "DPRK"}
    world = {"partnerCode": 0, "partnerISO": "W00", "partnerDesc": "World"}
    rows = [record(**own, primaryValue=10, fobvalue=10), record(**world, primaryValue=999, fobvalue=999)]
    rows += [record(**own, motCode=code, primaryValue=part, fobvalue=part) for code, part in ((2100, 6), (3200, 4))]
    path = tmp_path / "a.json"
    path.write_bytes(answer(*rows))
    load(store, path, "--published", "2022-06-01")
    (code,) = {row["cmdCode"] for row in rows}
    found = months(capsys, store, *CHINA, "--cmd", code)
    assert {cell[1] for cell in found.values() if cell[1] is not None} == {10}
    lines = tmp_path / "eu.csv"
    lines.write_text(
        f"{EU}DE,KG,EXPORT,8703,2022-01,5\nDE,KG,EXPORT,87032319,2022-01,3\nDE,KG,EXPORT,87032410,2022-01,2\n"
    )
    load(tmp_path / "eu", lines, "--published", "2022-06-01")
    pair = ("--reporter", "DEU", "--partner", "KGZ", "--flow", "X")
    assert months(capsys, tmp_path / "eu", *pair, "--cmd", "8703")["2022-01"] == ("value", 5, 5)
    assert months(capsys, tmp_path / "eu", *pair, "--cmd", "87")["2022-01"] == ("not known", None, 5)
    assert main(["mirror", "--reporter", "KGZ", "--cmd", "8703", "--currency", "EUR", "--store", str(tmp_path / "eu"), "--format", "json"]) == 0  # fmt: skip
    assert json.loads(capsys.readouterr().out)["months"][0]["at_least"] == 5


@pytest.mark.parametrize("packed", [False, True])
def test_a_result_at_a_cap_is_no_result(tmp_path: Path, capsys: Capture, packed: bool) -> None:
    rows = [("202201", NORTH, f"{10_000_000 + at}", "1", "千克", at) for at in range(10_000)]
    file = gacc(tmp_path / "a.csv", *rows)
    if packed:
        (tmp_path / "a.gz").write_bytes(gzip.compress(file.read_bytes()))
        file = tmp_path / "a.gz"
    refused(capsys, tmp_path, file, "exactly 10,000 rows", "--flow", "X", "--keep-going")


def test_a_page_in_place_of_a_table_and_a_flow_that_is_not_said(tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "page.csv"
    page.write_bytes("<!DOCTYPE html><html><title>查询失败</title></html>".encode("gb18030"))
    refused(capsys, tmp_path, page, "web page", "--flow", "X")
    refused(
        capsys,
        tmp_path,
        gacc(tmp_path / "a.csv", ("202201", NORTH, "63079010", "1", "千克", 5)),
        "--flow X or --flow M",
    )


def test_a_misread_thousand_is_a_question_about_the_data(capsys: Capture) -> None:
    asked = [
        "unit-values",
        "--reporter",
        "CHN",
        "--partner",
        "PRK",
        "--cmd",
        "masks",
        "--value",
        "57680",
        "--quantity",
        "1442",
    ]
    assert main([*asked, "--format", "json"]) == 0
    judged = json.loads(capsys.readouterr().out)["books"][0]["judged"]
    assert judged["unusual"]
    assert judged["proposal"]["factor"] == 1000


def test_a_weight_of_zero_is_no_weight(tmp_path: Path, capsys: Capture) -> None:
    store = tmp_path / "books"
    load(
        store,
        gacc(tmp_path / "a.csv", ("202201", NORTH, "63079010", "0", "千克", 55)),
        "--flow",
        "X",
        "--published",
        "2022-02-18",
    )
    assert months(capsys, store, *CHINA, "--cmd", "63079010", "--measure", "qty")["2022-01"][:2] == (
        "not recorded",
        None,
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("census.csv", f'{CENSUS}5790,"KOREA, SOUTH",100,0,0,0,0,0,0,01,DET,HS6,030111,2018\n'),
        ("legacy.csv", f"{LEGACY}H5,2017,1,Import,842,USA,408,Rep. of Korea,30,x,100,4\n"),
    ],
)
def test_the_wrong_korea_is_refused(tmp_path: Path, capsys: Capture, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    refused(capsys, tmp_path, tmp_path / name, "two different countries")


def test_the_wrong_korea_is_refused_in_chinas_file_and_in_a_question(tmp_path: Path, capsys: Capture) -> None:
    file = gacc(tmp_path / "a.csv", ("202201", ("109", "韩国"), "63079010", "1", "千克", 5))
    refused(capsys, tmp_path, file, "two different countries", "--flow", "X")
    assert main(["series", "--reporter", "CHN", "--partner", "Korea", "--cmd", "8703"]) == 2
    assert "say 'North Korea' (PRK) or 'South Korea' (KOR)" in capsys.readouterr().err
    assert main(["series", "--reporter", "CHN", "--partner", "408", "--cmd", "8703"]) == 2
    assert "different countries to different publishers" in capsys.readouterr().err


def test_yuan_and_dollars_are_two_series(tmp_path: Path, capsys: Capture) -> None:
    store = tmp_path / "books"
    file = gacc(tmp_path / "a.csv", ("202201", NORTH, "63079010", "1", "千克", 700))
    load(store, file, "--flow", "X", "--published", "2022-02-18")
    dollars = tmp_path / "b.csv"
    dollars.write_bytes(
        file.read_bytes().decode("gb18030").replace("人民币", "美元").replace('"700"', '"110"').encode("gb18030")
    )
    load(store, dollars, "--flow", "X", "--published", "2022-02-18")
    capsys.readouterr()
    assert main(["series", *CHINA, "--cmd", "63079010", "--store", str(store), "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {(row["dataset"], row["unit"], row["value"]) for row in rows} == {
        ("gacc", "CNY", "700"),
        ("gacc-usd", "USD", "110"),
    }


CLAIMS = "kind,reporter,partner,flow,goods,measure,unit,period,printed,base,direction,since,publisher,published\n"


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (
            "extreme,CHN,PRK,X,total,value,USD,2022-04,,,highest,2020-02,South China Morning Post,2022-05-27",
            "contradicted",
        ),
        ("change,CHN,PRK,X,total,value,USD,2021-04,-82.4,2020-04,,,Reuters,2021-05-18", "contradicted"),
        (
            "multiple,CHN,PRK,X,respiration,value,USD,2022-04,hundredfold,2022-01,,,South China Morning Post,2022-05-27",
            "",
        ),
    ],
)
def test_claims_that_misled_are_judged(tmp_path: Path, capsys: Capture, row: str, verdict: str) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(CLAIMS + row + "\n", encoding="utf-8")
    code = main(["check", str(path), "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    text = json.dumps(found)
    assert code == (1 if verdict == "contradicted" else 0)
    if verdict:
        assert f'"verdict": "{verdict}"' in text
    else:
        assert '"verdict": "contradicted"' not in text
