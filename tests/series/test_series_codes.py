"""A series asked for across a change of codes is stitched, its seams told; a code before its birth is never a zero."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tidewaiter.cli import main

ROWS = """reporter,partner,flow,product_code,period,value_eur
DE,KG,EXPORT,300220,2021-11,5
DE,KG,EXPORT,300220,2021-12,7
DE,KG,EXPORT,300241,2022-01,9
DE,KG,EXPORT,300242,2022-01,100
DE,KG,EXPORT,382200,2021-12,4
DE,KG,EXPORT,382290,2022-01,3
DE,KG,EXPORT,8703,2021-12,10
DE,KG,EXPORT,8703,2022-01,20
DE,KG,EXPORT,90013000,2021-12,1
"""
NATIONAL = """reporter,partner,flow,product_code,period,value_eur
DE,KG,EXPORT,8517,2021-12,40
DE,KG,EXPORT,8517,2022-01,50
DE,KG,EXPORT,85171300,2022-01,9
DE,KG,EXPORT,8703,2021-12,10
DE,KG,EXPORT,8703,2022-01,20
DE,KG,EXPORT,87032319,2022-01,4
"""
ASKED = ("series", "--reporter", "DEU", "--partner", "KGZ", "--from", "2021-12", "--to", "2022-01")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return _load(tmp_path, ROWS)


def _load(folder: Path, text: str) -> Path:
    file = folder / "exports.csv"
    file.write_text(text, encoding="utf-8")
    assert main(["load", str(file), "--store", str(folder / "books")]) == 0
    return folder / "books"


def ask(capsys: pytest.CaptureFixture[str], store: Path, *more: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    capsys.readouterr()
    assert main([*ASKED, *more, "--store", str(store), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (series,) = found["series"]
    return series["months"], {**series, "notes": [*series["notes"], *found["notes"]]}


def test_vaccines_go_on_under_their_new_code(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    months, series = ask(capsys, store, "--cmd", "300241")
    assert [(one["state"], one["value"]) for one in months] == [("value", 7), ("value", 9)]
    assert series["codes"] == ["300220", "300241"]
    assert any("300220 -> 300241, exact" in note for note in series["notes"])
    months, _ = ask(capsys, store, "--cmd", "300220")
    assert [one["value"] for one in months] == [7, 9]


def test_the_number_alone_is_not_alive_before_its_birth(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    months, series = ask(capsys, store, "--cmd", "300241", "--own-number")
    assert [(one["state"], one["value"]) for one in months] == [("code not alive", None), ("value", 9)]
    assert months[0]["hi"] is None
    assert any("300241 is a new code, born with HS 2022" in note for note in series["notes"])
    assert not any("has no row" in note for note in series["notes"])  # 300220 is in the file
    months, series = ask(capsys, store, "--cmd", "300220", "--own-number")
    assert [one["state"] for one in months] == ["value", "code not alive"]
    assert any("its goods are in 300241 since" in note for note in series["notes"])


def test_a_weak_seam_names_what_it_shares_and_the_closed_group(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    months, series = ask(capsys, store, "--cmd", "382290")
    assert [one["value"] for one in months] == [4, 3]
    (seam,) = [note for note in series["notes"] if "382200 -> 382290" in note]
    assert "primary" in seam
    assert "shared with 382212 + 382219" in seam
    assert "would compare exactly" in seam


def test_smartphones_are_told_as_a_new_line_without_its_predecessor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = _load(tmp_path, NATIONAL)
    months, series = ask(capsys, store, "--cmd", "85171300")
    assert [one["state"] for one in months] == ["code not alive", "value"]
    (note,) = [note for note in series["notes"] if "new code" in note]
    assert "line 85171200 of the Combined Nomenclature" in note
    assert "of 85171200 the dataset has no row" in note
    assert "the heading 8517 as a whole it has" in note


def test_the_row_of_a_heading_stands_for_a_basket_of_all_its_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    months, series = ask(capsys, _load(tmp_path, NATIONAL), "--basket", "vehicles")
    assert [one["value"] for one in months] == [10, 20]
    assert series["codes"] == ["8703"]
