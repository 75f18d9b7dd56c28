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
