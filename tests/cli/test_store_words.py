from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.cli import main

HEADER = "reporter,partner,flow,product_code,period,value_eur\n"


@pytest.fixture
def books(tmp_path: Path) -> str:
    path = tmp_path / "eu.csv"
    path.write_text(f"{HEADER}DE,KG,EXPORT,8703,2022-01,5\nDE,KG,EXPORT,8703,2022-02,6\nDE,KG,EXPORT,8703,2022-03,7\n")
    assert main(["load", str(path), "--published", "2022-06-01", "--store", str(tmp_path / "books")]) == 0
    return str(tmp_path / "books")


def series(books: str, *more: str) -> list[str]:
    return ["series", "--reporter", "DEU", "--partner", "KGZ", "--flow", "X", "--store", books, *more]


def test_one_end_of_a_period_is_enough(books: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(series(books, "--cmd", "8703", "--from", "2022-02")) == 0
    said = capsys.readouterr().out
    assert "2022-02" in said
    assert "2022-03" in said
    assert "2022-01" not in said
    assert main(["coverage", "--to", "2022-02", "--store", books]) == 0
    assert "February 2022" in capsys.readouterr().out
    assert main(series(books, "--cmd", "8703", "--from", "2023-02")) == 2
    assert "ends with 2022-03" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["series", "--reporter", "DEU", "--partner", "KGZ", "--cmd", "1201901"], "no code has 7 digits"),
        (["diff", "2020-02-01", "xx"], "'xx' is no day"),
    ],
)
def test_what_is_wrong_is_named(
    books: str, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main([*arguments, "--store", books]) == 2
    assert words in capsys.readouterr().err


def test_an_unknown_dimension_of_coverage_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "eu.csv"
    path.write_text(f"{HEADER}DE,KG,EXPORT,8703,2022-01,5\n")
    assert main(["load", str(path), "--covers", "partner=ARG", "--store", str(tmp_path / "books")]) == 2
    assert "no dimension 'partner'; did you mean partners?" in capsys.readouterr().err
    assert not (tmp_path / "books").exists()


def test_a_dataset_that_is_silent_is_a_line_at_the_end(
    books: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.store.plain import rows, several, write
    from tidewaiter.sources import registry
    from tidewaiter.store.store import Store

    formats = several()
    monkeypatch.setattr(registry, "sources", lambda: formats)
    both = {"reporter": "DEU", "partner": "KGZ", "classification": "", "value": "4"}
    for name, code, months in (
        ("aplain", "120190", ["2021-12", "2022-01"]),
        ("zplain", "300241", ["2022-01", "2022-02"]),
    ):
        text = rows(dataset=name, cmd_code=code, period=months, **both)
        Store(Path(books)).load(write(tmp_path / f"{name}.csv", text), published="2022-06-01")
    capsys.readouterr()
    asked = series(books, "--cmd", "300241", "--own-number", "--from", "2021-12")
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "no currency" not in said
    assert said.index("aplain: has no row") > said.index("2022-02")
    assert main([*asked, "--dataset", "aplain"]) == 0  # by itself it is told in full
    said = capsys.readouterr().out
    assert "code not alive" in said
    assert "has no row of its" not in said
