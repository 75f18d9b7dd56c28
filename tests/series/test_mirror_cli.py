"""The mirror on the command line: from printed figures, and from customs files in a store."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tidewaiter.cli import main

ROWS = """reporter,partner,flow,product_code,period,value_eur
DE,KG,EXPORT,8703,2021-12,10
DE,KG,EXPORT,87032319,2021-12,4
DE,KG,EXPORT,8703,2022-01,20
AT,KG,EXPORT,8703,2022-01,5
DE,KG,EXPORT,85171200,2021-12,7
DE,KG,EXPORT,85171300,2022-01,9
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    file = tmp_path / "exports.csv"
    file.write_text(ROWS, encoding="utf-8")
    folder = tmp_path / "books"
    assert main(["load", str(file), "--published", "2023-01-21", "--store", str(folder)]) == 0
    return folder


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["mirror", *arguments, "--format", "json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_north_korea_is_seen_through_china_and_nobody_else(capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "--reporter", "PRK", "--from", "2022-01", "--to", "2022-05")
    months = {row["month"]: row for row in found["months"]}  # type: ignore[attr-defined]
    assert months["2022-01"]["state"] == "merged"
    assert months["2022-01"]["missing"] == {"CHN": "merged"}
    assert months["2022-04"]["known"]["CHN"][0] <= 98_100_000 <= months["2022-04"]["known"]["CHN"][1]
    assert found["reporters"] == ["CHN"]
    assert "RUS" in found["no_book"]  # type: ignore[operator]
    assert any("floor" in text for text in found["caveats"])  # type: ignore[attr-defined]
    assert any("publishers (press)" in text for text in found["caveats"])  # type: ignore[attr-defined]


def test_without_months_all_there_are_are_shown(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "--reporter", "PRK")
    months = [row["month"] for row in found["months"]]  # type: ignore[attr-defined]
    assert months[0] == "2018-02"
    assert len(months) == len(set(months)) > 60
    found = ask(capsys, "--reporter", "KGZ", "--cmd", "8703", "--currency", "EUR", "--store", str(store))
    assert [row["month"] for row in found["months"]] == ["2021-12", "2022-01"]  # type: ignore[attr-defined]
    found = ask(
        capsys, "--reporter", "KGZ", "--cmd", "8703", "--currency", "EUR", "--from", "2022-01", "--store", str(store)
    )
    assert [row["month"] for row in found["months"]] == ["2022-01"]  # type: ignore[attr-defined]


def test_what_was_known_on_a_date_is_kept_apart(capsys: pytest.CaptureFixture[str]) -> None:
    early = ("--reporter", "PRK", "--from", "2022-04", "--to", "2022-04", "--as-of", "2022-05-01")
    assert main(["mirror", *early]) in (0, 2)
    assert "98" not in capsys.readouterr().out


def test_cars_are_added_over_reporters_and_counted_once(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--reporter", "KGZ", "--currency", "EUR", "--from", "2021-12", "--to", "2022-01", "--store", str(store))
    for goods in (("--cmd", "8703"), ("--basket", "vehicles")):
        found = ask(capsys, *asked, *goods)
        december, january = found["months"]  # type: ignore[misc]
        assert december["known"] == {"DEU": [10.0, 10.0]}
        assert december["missing"] == {"AUT": "not known"}
        assert december["at_most"] is None
        assert (january["at_least"], january["at_most"], january["state"]) == (25.0, 25.0, "value")
        # A month that is not known is told in its row; only what makes a sum a floor is a caveat of the book.
        assert not any(text.startswith("AUT: ") for text in found["caveats"])  # type: ignore[attr-defined]


def test_a_single_publisher_is_named(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(
        capsys, "--reporter", "KGZ", "--cmd", "8703", "--currency", "EUR", "--from", "2022-09", "--to", "2022-09"
    )
    assert any(text.endswith("Eurostat (comext)") for text in found["caveats"])  # type: ignore[attr-defined]


def test_a_code_is_followed_over_its_revision(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "--reporter", "KGZ", "--currency", "EUR", "--from", "2021-12", "--to", "2022-01", "--store",
                str(store), "--cmd", "851713")  # fmt: skip
    assert [row["at_least"] for row in found["months"]] == [7.0, 9.0]  # type: ignore[attr-defined]
    # The file has single lines of eight digits: they are a lower bound of the code.
    assert [row["missing_bounds"] for row in found["months"]] == [  # type: ignore[attr-defined]
        {"DEU": [7.0, None]}, {"DEU": [9.0, None]},
    ]  # fmt: skip
    caveats = " | ".join(found["caveats"])  # type: ignore[arg-type]
    assert "851712 -> 851713, primary" in caveats
    assert "nothing says that they are all of 851713" in caveats


def test_a_code_is_followed_into_years_it_did_not_live_in(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--reporter", "KGZ", "--currency", "EUR", "--store", str(store))
    found = ask(capsys, *asked, "--from", "2021-12", "--to", "2021-12", "--cmd", "851713")
    assert [row["at_least"] for row in found["months"]] == [7.0]  # type: ignore[attr-defined]
    found = ask(capsys, *asked, "--from", "2022-01", "--to", "2022-01", "--cmd", "851712")
    assert [row["at_least"] for row in found["months"]] == [9.0]  # type: ignore[attr-defined]


def test_reporters_of_the_files_without_a_row_are_named_and_are_no_zero(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ask(capsys, "--reporter", "KGZ", "--currency", "EUR", "--from", "2021-12", "--to", "2022-01", "--store",
                str(store), "--cmd", "851713")  # fmt: skip
    assert found["silent"] == ["AUT"]
    assert "AUT" not in found["no_book"]  # type: ignore[operator]
    assert any("nothing says that silence means zero" in text for text in found["caveats"])  # type: ignore[attr-defined]


def test_printed_goods_and_longer_periods_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "--reporter", "PRK", "--from", "2022-01", "--to", "2022-04", "--cmd", "masks")
    longer = {row["month"]: row for row in found["longer_periods"]}  # type: ignore[attr-defined]
    lo, hi = longer["2022-01..2022-04"]["known"]["CHN"]
    assert lo <= 265_851 <= hi
    found = ask(capsys, "--reporter", "PRK", "--from", "2022-01", "--to", "2022-02")
    longer = {row["month"]: row for row in found["longer_periods"]}  # type: ignore[attr-defined]
    assert longer["2022-01..2022-02"]["state"] == "value"


def test_books_in_another_currency_are_named(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for more in ((), ("--partner", "DEU")):
        assert main(["mirror", "--reporter", "KGZ", *more, "--cmd", "8703", "--store", str(store)]) == 2
        assert "there are books in EUR: ask with --currency EUR" in capsys.readouterr().err


def test_a_pair_shows_which_side_is_missing(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair = ("--reporter", "KGZ", "--partner", "DEU", "--cmd", "8703", "--currency", "EUR", "--from", "2021-12", "--to",
            "2022-01", "--store", str(store))  # fmt: skip
    found = ask(capsys, *pair)
    assert [row["known_only_to"] for row in found["months"]] == ["exporter"] * 2  # type: ignore[attr-defined]
    assert "KGZ has no book of this trade at hand" in found["caveats"]  # type: ignore[operator]
    assert main(["mirror", *pair, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["exporter_lo"] for row in rows] == ["10.0", "20.0"]
    assert main(["mirror", *pair]) == 0
    assert "only the exporter knows" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--reporter", "Korea", "--from", "2022-01", "--to", "2022-02"),
        ("--reporter", "PRK", "--partner", "KP", "--from", "2022-01", "--to", "2022-02"),
        ("--reporter", "PRK", "--flow", "Q", "--from", "2022-01", "--to", "2022-02"),
        ("--reporter", "PRK", "--from", "2022-03", "--to", "2022-02"),
        ("--reporter", "PRK", "--from", "2022-13", "--to", "2022-02"),
        ("--reporter", "PRK", "--from", "2022-01", "--to", "2022-02", "--basket", "chpl"),
        ("--reporter", "PRK", "--from", "2022-01", "--to", "2022-02", "--cmd", "wizards"),
        ("--reporter", "PRK", "--from", "2022-01", "--to", "2022-02", "--cif", "40"),
        ("--reporter", "PRK", "--from", "2022-01", "--to", "2022-02", "--as-of", "May"),
        ("--reporter", "PRK", "--from", "2022-01", "--to", "2022-02", "--store", "nowhere"),
        ("--reporter", "Tuvalu"),
        ("--reporter", "PRK", "--from", "2031-01"),
        ("--reporter", "Tuvalu", "--from", "2022-01", "--to", "2022-02"),
        ("--reporter", "Tuvalu", "--partner", "Nauru", "--from", "2022-01", "--to", "2022-02"),
    ],
)
def test_what_cannot_be_answered_is_one_line(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert main(["mirror", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("tidewaiter: ")
    assert said.err.count("\n") == 1


def test_a_basket_says_which_lines_a_store_does_not_report(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["basket", "check", "chpl", "--store", str(store), "--format", "json"]) == 0
    missing = json.loads(capsys.readouterr().out)["unreported"]["comext"]
    assert len(missing) == 50
    assert main(["basket", "check", "vehicles", "--store", str(store)]) == 0
    assert "comext (2021-12 to 2022-01): 0 of 1 lines not in it" in capsys.readouterr().out


def test_a_zero_by_coverage_is_a_zero_in_every_currency(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "exports.csv"
    file.write_text(ROWS, encoding="utf-8")
    folder = str(tmp_path / "covered")
    assert main(["load", str(file), "--published", "2023-01-21", "--covers", "all", "--store", folder]) == 0
    found = ask(capsys, "--reporter", "UZB", "--cmd", "8703", "--currency", "EUR", "--from", "2022-01", "--to", "2022-01", "--store", folder)  # fmt: skip
    (month,) = found["months"]  # type: ignore[misc]
    assert month["known"] == {"AUT": [0, 0], "DEU": [0, 0]}
    assert month["state"] == "zero"
    assert found["silent"] == []
    assert not any("no currency" in text for text in found["caveats"])  # type: ignore[attr-defined]


def test_a_group_is_added_up_from_its_members(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "exports.csv"
    file.write_text(ROWS + "DE,KZ,EXPORT,8703,2022-01,100\nKG,KZ,IMPORT,8703,2022-01,1000\n", encoding="utf-8")
    folder = str(tmp_path / "groups")
    assert main(["load", str(file), "--published", "2023-01-21", "--store", folder]) == 0
    question = ["--reporter", "KGZ,KAZ", "--cmd", "8703", "--currency", "EUR", "--from", "2022-01", "--to", "2022-01", "--store", folder]  # fmt: skip
    found = ask(capsys, *question)
    (month,) = found["months"]  # type: ignore[misc]
    assert month["known"] == {"DEU": [120, 120]}
    assert month["missing"] == {"AUT": "not known"}
    assert month["missing_bounds"] == {"AUT": [5, None]}
    assert (month["at_least"], month["at_most"]) == (125, None)
    assert found["reporters"] == ["AUT", "DEU"]
    assert any("KAZ (not known)" in text for text in found["caveats"])  # type: ignore[attr-defined]
    assert any("books of members of KGZ,KAZ are left out" in text for text in found["caveats"])  # type: ignore[attr-defined]
    pair = ask(capsys, *question, "--partner", "DEU,AUT")
    (month,) = pair["months"]  # type: ignore[misc]
    assert (pair["exporter"], month["exporter"], month["gap"]) == ("DEU,AUT", [125, None], None)
    assert any("AUT (not known)" in text for text in pair["caveats"])  # type: ignore[attr-defined]


def test_a_group_that_has_a_row_is_not_called_silent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "exports.csv"
    file.write_text(ROWS + "EU27_2020,KG,EXPORT,8703,2022-01,25\n", encoding="utf-8")
    folder = str(tmp_path / "books")
    assert main(["load", str(file), "--published", "2023-01-21", "--store", folder]) == 0
    found = ask(capsys, "--reporter", "KGZ", "--cmd", "8703", "--currency", "EUR", "--store", folder)
    assert found["silent"] == []
    assert any("EU27 is a group" in text for text in found["caveats"])  # type: ignore[attr-defined]
