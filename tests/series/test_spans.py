"""Which starts and stops in a store a change of codes explains, and how the commands show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.shared_data import shared
from tidewaiter.cli import main
from tidewaiter.period import month
from tidewaiter.series.spans import Span, breaks_of, code_breaks, code_spans, outside_life

ROWS = """reporter,partner,flow,product_code,period,value_eur
DE,KG,EXPORT,8703,2021-01,10
DE,KG,EXPORT,84713000,2021-01,1
DE,KG,EXPORT,30022010,2021-02,3
DE,KG,EXPORT,30022010,2021-12,3
DE,KG,EXPORT,85171300,2022-01,9
DE,KG,EXPORT,30024110,2022-01,4
DE,KG,EXPORT,63079098,2022-01,4
DE,KG,EXPORT,8703,2022-05,10
DE,KG,EXPORT,84713000,2022-05,1
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    file = tmp_path / "exports.csv"
    file.write_text(ROWS, encoding="utf-8")
    folder = tmp_path / "books"
    assert main(["load", str(file), "--store", str(folder)]) == 0
    return folder


def test_smartphones_are_a_new_code_whose_predecessor_is_named_and_absent(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["codes", "show", "85171300", "--store", str(store)]) == 0
    out = capsys.readouterr().out
    assert "start in 2022-01: 85171300 is a new code, born with HS 2022" in out
    assert "85171200" in out
    assert "of 85171200 the dataset has no row" in out
    assert main(["codes", "show", "851713", "--store", str(store), "--format", "json"]) == 0
    (dataset,) = json.loads(capsys.readouterr().out)["in_store"]
    (code,) = dataset["codes"]
    (one,) = code["breaks"]
    assert (one["kind"], one["others"], one["lines"], one["absent"]) == (
        "new code", ["851712"], ["85171200"], ["85171200"],
    )  # fmt: skip
    assert main(["codes", "show", "870120", "--store", str(store)]) == 0
    assert "no row of 870120, or of a line under it" in capsys.readouterr().out


def test_starts_and_stops_of_a_store_are_listed(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = {(one.event, one.found.code): one.found for one in code_breaks(store)}
    assert set(told) == {
        ("stop", "30022010"),
        ("start", "30024110"),
        ("start", "85171300"),
        ("start", "63079098"),
    }
    assert told["stop", "30022010"].absent == ()  # its successor is in the file
    assert told["start", "63079098"].kind == "line not known"
    capsys.readouterr()
    assert main(["codes", "breaks", "--store", str(store), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "tidewaiter/codes-breaks/1"
    assert [one["code"] for one in found["breaks"]] == ["30022010", "30024110", "85171300"]
    assert main(["codes", "breaks", "--store", str(store), "--kind", "line"]) == 0
    assert "whether the line 63079098 is as old is not known" in capsys.readouterr().out


def test_the_ends_of_the_data_are_no_breaks_and_foreign_codes_are_passed_over() -> None:
    first, last = month("2022-01"), month("2022-06")
    spans = {code: Span(first, last, ("CN",)) for code in ("85171300", "TOTAL", "8703", "98765432", "8517SS00")}
    assert all(not breaks_of("comext", code, spans) for code in spans)
    spans["8703"] = Span(month("2021-01"), last, ("HS",))
    assert [one.event for one in breaks_of("comext", "85171300", spans)] == ["start"]
    assert breaks_of("comext", "85171300", spans, ["ended code"]) == []
    spans["300241"] = Span(first, last, ("HS 2022",))
    assert [one.found.others for one in breaks_of("comtrade", "300241", spans)] == [("300220",)]
    assert breaks_of("comext", "98765432", spans) == []
    assert breaks_of("comext", "8517SS00", spans) == []


def test_a_code_outside_its_life_says_that_its_reporter_is_early_or_late() -> None:
    assert "adopted the revision late" in outside_life("300220", Span(month("2021-01"), month("2022-03"), ()))
    assert "before 851713 was born" in outside_life("85171300", Span(month("2021-01"), month("2022-03"), ()))
    assert outside_life("851713", Span(month("2022-01"), month("2022-03"), ())) == ""
    assert outside_life("300220", Span(month("2021-01"), month("2021-12"), ())) == ""
    assert "adopted the revision late" in outside_life("300220", Span(month("2021-01"), month("2022-01"), ()))
    assert outside_life("870321", Span(month("2021-01"), month("2022-03"), ())) == ""
    assert outside_life("TOTAL", Span(month("2021-01"), month("2022-03"), ())) == ""


def test_the_eu_file_says_so_too(tmp_path: Path) -> None:
    path = shared("data", "comext", "eu27_exports_sanctioned_cn8_monthly_2020_2022.csv.gz")
    folder = tmp_path / "books"
    assert main(["load", str(path), "--store", str(folder)]) == 0
    spans = code_spans(folder)["comext"]
    (one,) = breaks_of("comext", "85171300", spans)
    assert (one.event, one.month, one.found.lines) == ("start", month("2022-01"), ("85171200",))
    assert one.found.absent == ("85171200",)
    assert outside_life("85171300", spans["85171300"]) == ""
