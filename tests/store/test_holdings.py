"""The commands that ask the store: series, coverage, diff, doctor."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.shared_data import shared
from tests.store.plain import load, rows
from tidewaiter.cli import main
from tidewaiter.period import Period
from tidewaiter.series.customs import customs_series, in_currency
from tidewaiter.store.doctor import compact, examine
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, store: Store, *arguments: str) -> str:
    assert main([*arguments, "--store", str(store.folder)]) == 0
    return capsys.readouterr().out


def series(capsys: Capture, store: Store, *arguments: str) -> list[dict[str, Any]]:
    out = told(capsys, store, "series", "--reporter", "CHN", "--partner", "PRK", *arguments, "--format", "json")
    shape = json.loads(out)
    assert shape["schema"] == "tidewaiter/series/1"
    return list(shape["series"])


def test_the_gacc_files_are_printed_exactly(tmp_path: Path, capsys: Capture) -> None:
    store = Store(tmp_path / "store", create=True)
    path = shared("data/gacc/gacc_soybean_2023.gb18030.csv")
    assert main(["load", str(path), "--flow", "M", "--store", str(store.folder)]) == 0
    capsys.readouterr()
    expected = {}
    for line in path.read_text(encoding="gb18030").splitlines():
        cells = next(csv.reader([line]))
        if len(cells) > 9 and cells[1] == "502" and cells[3] == "12019019":
            expected[f"{cells[0][:4]}-{cells[0][4:]}"] = (cells[9], cells[5])
    question = ["--reporter", "CHN", "--partner", "USA", "--cmd", "12019019", "--store", str(store.folder)]
    assert main(["series", *question, "--measure", "value"]) == 0
    out = capsys.readouterr().out
    for month, (value, _) in expected.items():
        assert f"{month}  {value:>14}" in out
    assert "CNY" in out and "General Administration of Customs" in out  # noqa: PT018
    assert main(["series", *question, "--measure", "qty", "--format", "csv"]) == 0
    printed = {row["period"]: row["value"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert printed == {month: qty for month, (_, qty) in expected.items()}
    # The file lists three partners: Canada is not zero there.
    assert main(["series", *question[:2], "--partner", "CAN", *question[4:]]) == 2
    assert "no row and no coverage" in capsys.readouterr().err


def test_every_dataset_currency_and_flow_is_listed_by_itself(store: Store, capsys: Capture) -> None:
    load(store, rows(period="2022-01", value=[1, 2, 3, 4], dataset=["plain", "plain", "other", "plain"],
                     currency=["CNY", "USD", "USD", "USD"], flow=["X", "M", "X", "X"], partner=["PRK", "PRK", "PRK", "RUS"]))  # fmt: skip
    found = series(capsys, store, "--cmd", "300490")
    assert [(one["dataset"], one["flow"], one["unit"]) for one in found] == [
        ("other", "X", "USD"), ("plain", "M", "USD"), ("plain", "X", "CNY"),
    ]  # fmt: skip
    assert [one["months"][0]["value"] for one in found] == [3, 2, 1]


def test_a_heading_is_added_up_from_its_lines_only_if_all_are_covered(store: Store, capsys: Capture) -> None:
    lines = rows(
        period=["2022-01", "2022-01", "2022-02"], cmd_code=["30049010", "30049090", "30049010"], value=[1, 2, 4]
    )
    load(store, lines)
    (one,) = series(capsys, store, "--cmd", "300490", "--period", "2022-01..2022-02")
    assert [(month["state"], month["lo"], month["hi"]) for month in one["months"]] == [
        ("not known", 3, None), ("not known", 4, None),
    ]  # fmt: skip
    shutil.rmtree(store.folder)
    store = Store(store.folder, create=True)
    load(store, lines, covers=["codes=3004; periods=2022-01..2022-03"])
    (one,) = series(capsys, store, "--cmd", "300490", "--period", "2022-01..2022-03")
    assert [(month["state"], month["value"]) for month in one["months"]] == [("value", 3), ("value", 4), ("zero", 0)]
    assert one["codes"] == ["30049010", "30049090"]


def test_a_code_that_has_rows_of_its_own_is_not_added_to_its_lines(store: Store, capsys: Capture) -> None:
    load(store, rows(period="2022-01", cmd_code=["3004", "300490", "30049010"], value=[10, 7, 5]))
    for code, value in (("3004", 10), ("300490", 7), ("30049010", 5)):
        (one,) = series(capsys, store, "--cmd", code)
        assert one["months"][0]["value"] == value


def test_a_basket_follows_its_codes_through_the_editions(store: Store, capsys: Capture) -> None:
    load(store, rows(period=["2021-12", "2022-01", "2022-01"], cmd_code=["300220", "300241", "300490"], value=[5, 6, 7]),
         covers=["codes=all; periods=2021-12..2022-01"])  # fmt: skip
    (one,) = series(capsys, store, "--basket", "medical-covid", "--period", "2021-12..2022-01")
    assert [month["state"] for month in one["months"]] == ["value", "value"]
    assert one["months"][0]["value"] == 5
    assert "300241" in one["codes"] and "300220" in one["codes"]  # noqa: PT018


def test_merged_months_are_printed_as_they_were_published(store: Store, capsys: Capture) -> None:
    load(store, rows(period=["2022-01..2022-02", "2022-03"], value=[110, 30]))
    (one,) = series(capsys, store, "--cmd", "300490", "--period", "2022-01..2022-03")
    assert [month["state"] for month in one["months"]] == ["merged", "merged", "value"]
    assert [(run["period"], run["value"]) for run in one["longer"]] == [("2022-01..2022-02", 110)]
    assert "at most 110" in told(capsys, store, "series", "--reporter", "CHN", "--partner", "PRK", "--cmd", "300490")


def test_files_are_safe_to_open_and_hold_the_same_numbers(store: Store, capsys: Capture, tmp_path: Path) -> None:
    load(store, rows(period=["2022-01", "2022-02"], dataset="=1+1", value=[0.1, 19871761143]))
    question = ["series", "--reporter", "CHN", "--partner", "PRK", "--cmd", "300490"]
    printed = told(capsys, store, *question, "--format", "csv")
    assert "'=1+1" in printed
    assert [row["value"] for row in csv.DictReader(io.StringIO(printed))] == ["0.1", "19871761143"]
    import openpyxl
    import pyarrow.parquet as pq

    told(capsys, store, *question, "--format", "parquet", "--out", str(tmp_path / "x.parquet"))
    assert pq.read_table(tmp_path / "x.parquet")["value"].to_pylist() == [0.1, 19871761143]
    told(capsys, store, *question, "--format", "xlsx", "--out", str(tmp_path / "x.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    cells = list(book.worksheets[0].iter_rows(min_row=2))
    assert [row[10].value for row in cells] == [0.1, 19871761143]
    assert (cells[0][0].value, cells[0][0].data_type) == ("=1+1", "s")
    book.close()


@pytest.mark.parametrize(
    "arguments",
    [["--cmd", "12x"], ["--cmd", "300490", "--from", "2023-01"],
     ["--cmd", "300490", "--flow", "in"],
     ["--cmd", "300490", "--format", "xlsx"], ["--cmd", "300490", "--as-of", "soon"], ["--basket", "toys"],
     ["--cmd", "300490", "--dataset", "nobody"], ["--cmd", "870323"],
     ["--cmd", "300490", "--period", "2022", "--to", "2022-01"]],
)  # fmt: skip
def test_questions_that_cannot_be_answered_are_refused_in_one_line(
    store: Store, capsys: Capture, arguments: list[str]
) -> None:
    load(store, rows(period="2022-01", value=5))
    question = ["series", "--reporter", "CHN", "--partner", "PRK", "--store", str(store.folder)]
    assert main([*question, *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("tidewaiter: ")
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_conversion_says_its_rate_and_leaves_out_what_has_none(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-02", "2022-03"], value=[70, 72, 0], currency="CNY"))
    (one,) = customs_series(View(store), reporter="CHN", partner="PRK", codes=["300490"])
    rates = {("CNY", Period.parse("2022-01").start): 0.15}
    made = in_currency(one, "USD", lambda unit, month: rates.get((unit, month)), "a table of the tests")
    assert [(cell.state.value, cell.bounds.lo) for cell in made.cells] == [
        ("value", 10.5),
        ("not recorded", 0),
        ("zero", 0),
    ]
    assert made.key.unit == "USD"
    assert any("a table of the tests" in note for note in made.notes)
    assert any("no rate for 2022-02" in note for note in made.notes)


def test_coverage_draws_what_is_there(store: Store, capsys: Capture) -> None:
    load(store, rows(period=["2022-01..2022-02", "2022-03", "2022-04", "2022-06"], value=[1, 2, 3, 4]))
    load(store, rows(period="2022-04", partner="RUS", value=9), covers=["partners=RUS,CAN; codes=all"])
    load(store, rows(period="2022-06", partner="RUS", value=9), kind="full")
    assert "CHN    X  --o+.#" in told(capsys, store, "coverage")
    shape = json.loads(told(capsys, store, "coverage", "--reporter", "China", "--format", "json"))
    assert shape["schema"] == "tidewaiter/coverage/2"
    assert shape["extents"][0]["months"]["2022-05"] == "not held"
    assert "not here: 2022-05: not held (its publisher keeps no days): all" in told(capsys, store, "coverage")
    assert main(["coverage", "--reporter", "JPN", "--store", str(store.folder)]) == 2


def test_a_missing_month_is_told_by_the_release_calendar(store: Store, capsys: Capture) -> None:
    months = ["2022-01..2022-02", "2022-03", "2022-04", "2022-06"]
    load(store, rows(period=months, value=[1, 2, 3, 4], dataset="gacc"), published="2022-07-20")
    question = ["coverage", "--from", "2022-01", "--to", "2022-10", "--as-of", "2022-09-20"]
    out = told(capsys, store, *question)
    assert "CHN    X  --oo!o!d~~" in out
    assert "not here: 2022-05: overdue: it was due by 2022-06-25: all" in out
    assert "not here: 2022-08: due since 2022-09-18, expected by 2022-09-25: all" in out
    assert (
        "not here: 2022-09..2022-10: not yet due (expected 2022-10-18 to 2022-10-25), the last by 2022-11-25: all"
        in out
    )
    assert "next: 2022-07: overdue" in told(capsys, store, "coverage", "--as-of", "2022-09-20")
    shape = json.loads(told(capsys, store, *question, "--format", "json"))
    missing = shape["extents"][0]["missing"]
    assert list(missing) == ["2022-05", "2022-07", "2022-08", "2022-09", "2022-10"]
    assert (missing["2022-10"]["state"], missing["2022-10"]["first"]) == ("not yet due", "2022-11-18")
    # The same months, asked of the series.
    question = ["series", "--reporter", "CHN", "--partner", "PRK", "--cmd", "300490", "--period", "2022-05..2022-10"]
    shape = json.loads(told(capsys, store, *question, "--as-of", "2022-09-20", "--format", "json"))
    states = [month["state"] for month in shape["series"][0]["months"]]
    assert states == ["not known", "value", "not known", "unreleased", "unreleased", "unreleased"]


def test_coverage_of_a_partner_and_a_code_tells_zeros_from_silence(
    store: Store, capsys: Capture, tmp_path: Path
) -> None:
    load(store, rows(period=["2021-12", "2022-01", "2022-02", "2022-03"], cmd_code="300241", value=[1, 2, 3, 4], partner="RUS"),
         covers=["partners=PRK,RUS; codes=all; periods=2021-12..2022-02"])  # fmt: skip
    assert "  CHN    X  x00?  0 rows" in told(capsys, store, "coverage", "--partner", "PRK", "--cmd", "300241")
    # The row of December 2021 is there, though the code was born a month later.
    assert "  CHN    X  oooo  4 rows" in told(capsys, store, "coverage", "--partner", "RUS", "--cmd", "300241")
    assert "  CHN    X  000?  0 rows" in told(capsys, store, "coverage", "--partner", "PRK")
    assert "  CHN    X  ????  0 rows" in told(capsys, store, "coverage", "--partner", "CAN")
    picture = tmp_path / "x.svg"
    told(capsys, store, "coverage", "--partner", "PRK", "--cmd", "300241", "--svg", str(picture))
    drawn = picture.read_text(encoding="utf-8")
    ElementTree.fromstring(drawn)
    assert "CHN X: 2021-12 code not alive, 2022-01 to 2022-02 zero, 2022-03 silent" in drawn
    assert drawn.count('class="zero"') == 3  # one of them in the legend
    assert main(["coverage", "--svg", str(tmp_path / "no" / "x.svg"), "--store", str(store.folder)]) == 2
    assert "--svg" in capsys.readouterr().err


def test_a_month_that_the_file_has_of_others_is_not_overdue(store: Store, capsys: Capture) -> None:
    load(
        store, rows(period=["2022-01", "2022-02", "2022-01"], reporter=["DEU", "DEU", "MLT"], value=1, dataset="comext")
    )
    out = told(capsys, store, "coverage")
    assert "  MLT    X  o?  1 row\n" in out
    assert "not here" not in out


def test_diff_tells_new_gone_and_changed_by_how_much(store: Store, capsys: Capture) -> None:
    first = load(
        store, rows(period="2022-01", partner=["PRK", "RUS", "CAN"], value=[10, 20, 30]), published="2022-03-20"
    )
    second = load(store, rows(period=["2022-01", "2022-01", "2022-02"], partner=["PRK", "CAN", "PRK"], value=[15, 30, 7]),
                  kind="full", published="2022-05-20")  # fmt: skip
    found = {}
    for arguments in (("2022-04-01", "2022-06-01"), (second.id[:10],), (first.id[:10], second.id[:10])):
        shape = json.loads(told(capsys, store, "diff", *arguments, "--format", "json"))
        assert shape["schema"] == "tidewaiter/diff/1"
        assert shape["counts"] == {"changed": 1, "gone": 1, "new": 1}
        found = {one["kind"]: one for one in shape["changes"]}
        assert (found["changed"]["before"], found["changed"]["after"], found["changed"]["by"]) == (10, 15, 5)
        assert (found["gone"]["partner"], found["new"]["period"]) == ("RUS", "2022-02")
    out = told(capsys, store, "diff", "2022-04-01", "2022-06-01", "--partner", "PRK")
    assert "10 > 15  +5 (+50.0%)" in out
    assert "no difference" in told(capsys, store, "diff", "2022-04-01", "2022-05-01")
    # A query says nothing of what it does not list.
    third = load(store, rows(period="2022-01", partner="CAN", value=30), published="2022-07-01")
    shape = json.loads(told(capsys, store, "diff", second.id[:10], third.id[:10], "--format", "json"))
    assert shape["counts"] == {"not listed": 2}


def answers(store: Store) -> Any:
    view = View(store)
    table = view.rows().to_pylist()
    table.sort(key=lambda row: (row["release"], row["reporter"], row["partner"], row["period_start"]))
    return table, view.spans, {seq: sorted(map(repr, listed)) for seq, listed in view.rectangles.items()}


def test_the_doctor_makes_everything_again_from_raw_bytes_and_the_catalogue(store: Store, capsys: Capture) -> None:
    load(store, rows(period=["2022-01", "2022-02"], value=[1, "bad"]), keep_going=True)
    load(store, rows(period=["2022-01", "2022-02"], value=[3, 4], qty=[5, ""]), kind="full", published="2022-05-20")
    load(store, rows(period=["2022-03"], value=[3]), covers=["all"], flow="M")
    before = answers(store)
    for name in ("rows", "rejects", "cube"):
        shutil.rmtree(store.folder / name, ignore_errors=True)
    with store.catalogue.open(write=True) as db:
        db.execute("DELETE FROM segment")
        db.execute("DELETE FROM span")
        db.execute("DELETE FROM coverage")
    health = examine(store)
    assert health.well
    assert len(health.rebuilt) == 3
    assert answers(store) == before
    assert [path.suffix for path in (store.folder / "rejects").iterdir()] == [".csv"]
    assert "the store is well" in told(capsys, store, "doctor")


def test_the_doctor_mends_rows_sweeps_orphans_and_names_damaged_bytes(store: Store, capsys: Capture) -> None:
    release = load(store, rows(period="2022-01", value=1))
    (segment,) = (store.folder / "rows").iterdir()
    segment.write_bytes(segment.read_bytes()[:-30])
    (store.folder / "rows" / "stray.parquet").write_bytes(b"x")
    (store.folder / "raw" / "stray").write_bytes(b"x")
    out = told(capsys, store, "doctor")
    assert "made again" in out
    assert "removed: raw/stray" in out
    assert View(store).rows()["value"].to_pylist() == [1]
    (store.folder / "raw" / release.id).write_bytes(b"other")
    assert main(["doctor", "--store", str(store.folder), "--format", "json"]) == 1
    shape = json.loads(capsys.readouterr().out)
    assert shape["damaged"] == [release.id]
    assert "put it back" in shape["problems"][0]


def test_a_compaction_changes_no_answer(store: Store, capsys: Capture) -> None:
    for month in range(1, 6):
        load(store, rows(period=f"2022-0{month}", reporter=["CHN", "USA"], value=[month, 10 * month]))
    load(store, rows(period="2022-01", value=77))
    before = answers(store)
    view = View(store)
    assert compact(store) == 6
    # A reader that asked before finds the rows after.
    assert view.rows().num_rows == 10
    assert answers(store) == before
    out = told(capsys, store, "doctor", "--compact")
    assert out.count("removed") == 6
    assert len(list((store.folder / "rows").iterdir())) == 1
    assert answers(store) == before
