"""A file of a stranger who means harm, through every command: nothing is run, obeyed, or read as something it is not."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.store.plain import rows, several, write
from tidewaiter.cli import main
from tidewaiter.sources import registry

EVIL = "=cmd|' /C calc'!A0"
ESCAPE = "\x1b[31m\x1b]0;owned\x07"
SCRIPT = "<script>alert(1)</script>"
TURNED = "\u202e\u2066dlrow"
FORGED = "x\n  2022-01  999,999,999  value"
NAME = f"{EVIL.replace('/', '-')}{ESCAPE}{SCRIPT.replace('/', '-')}{TURNED}\udcff.csv"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of two vintages whose every free word is an attack, loaded from a file whose name is one."""
    formats = several()
    monkeypatch.setattr(registry, "sources", lambda: formats)
    for published, value in (("2022-06-01", 5), ("2022-07-01", 7)):
        months = [f"2021-{m:02d}" for m in range(1, 13)] + [f"2022-{m:02d}" for m in range(1, 5)]
        text = rows(
            period=months, dataset=EVIL + ESCAPE, value=[value + at for at in range(len(months))], qty=3,
            qty_unit="pieces", classification="HS", note=SCRIPT + ESCAPE,
        )  # fmt: skip
        file = write(tmp_path / f"{published}{NAME}", text)
        assert main(["load", str(file), "--published", published, "--store", str(tmp_path / "books")]) == 0
    parts = rows(
        period="2022-01", dataset=f"@{SCRIPT}", value=[3, 2], qty=1, qty_unit=TURNED + FORGED, classification=ESCAPE,
        customs_regime=["", EVIL], mode_of_transport=["", SCRIPT], district=["", TURNED + FORGED], note="=1+1",
    )  # fmt: skip
    file = write(tmp_path / f"parts{NAME}", parts)
    assert main(["load", str(file), "--published", "2022-06-01", "--store", str(tmp_path / "books")]) == 0
    return tmp_path / "books"


def harmless(text: str) -> None:
    for sign in text:
        assert sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"), repr(sign)
        assert unicodedata.bidirectional(sign) not in ("RLO", "LRO", "RLE", "LRE", "LRI", "RLI", "FSI"), repr(sign)


def no_formula(text: str) -> None:
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            if cell[:1] in tuple("=+-@\t\r|%＝＋－＠"):
                float(cell)


PAIR = ["--reporter", "CHN", "--partner", "PRK"]
COMMANDS: list[list[str]] = [
    ["releases"], ["releases", "--format", "json"], ["coverage"], ["coverage", "--format", "json"], ["doctor"],
    *[["series", *PAIR, "--cmd", "300490", "--format", form] for form in ("table", "csv", "json")],
    ["series", *PAIR, "--cmd", "300490", "--measure", "qty"],
    ["series", "--reporter", "CHN,RUS", "--partner", "PRK", "--cmd", "300490"],
    *[["diff", "2022-06-15", "2022-07-15", "--format", form] for form in ("table", "csv", "json")],
    *[["mirror", "--reporter", "PRK", "--cmd", "300490", "--format", form] for form in ("table", "csv", "json")],
    *[["unit-values", *PAIR, "--cmd", "300490", "--format", form] for form in ("table", "csv", "json")],
    *[["scan", "--partner", "PRK", "--channel", "record", "spike", "--format", form] for form in ("table", "csv", "json", "html")],
    ["scan", "--reporter", "CHN,RUS", "--partner", "PRK", "--channel", "record", "spike", "--month", "2022-04", "--at-least", "1"],
    ["codes", "breaks"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_output_drives_a_terminal_or_starts_a_formula(books: Path, capsys: Capture, command: list[str]) -> None:
    capsys.readouterr()
    code = main([*command, "--store", str(books)])
    said = capsys.readouterr()
    assert code == 0, said.err
    harmless(said.out)
    harmless(said.err)
    if "csv" in command:
        no_formula(said.out)
    elif "json" in command:
        json.loads(said.out)
    elif "html" in command:
        assert "<script" not in said.out.lower()
        assert not re.search(
            r"<[^>]*\son\w+\s*=|javascript:|<(iframe|object|embed|base|link|form)\b", said.out, re.IGNORECASE
        )
        assert "default-src &#39;none&#39;" in said.out
    else:
        # A line feed in a name must not make a line of its own.
        assert not any(line.startswith("  2022-01  999,999,999") for line in said.out.splitlines())


def test_a_scan_of_hostile_units_writes_them_as_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """A dataset and a unit that are attacks, and a surge in them, so that every output prints both."""
    formats = several()
    monkeypatch.setattr(registry, "sources", lambda: formats)
    evil = "<img src=x onerror=alert(1)>"
    months = [f"20{year}-{month:02d}" for year in (19, 20, 21) for month in range(1, 13)]
    store = str(tmp_path / "books")
    for at, code in enumerate(("300490", "300420", "870323", "870322", "841381", "850440", "392690", "401511")):
        surge = [
            5_000_000 if code == "300490" and month == months[-1] else 1000 + 37 * ((7 * n + at) % 11)
            for n, month in enumerate(months)
        ]
        text = rows(
            period=months,
            dataset=EVIL + evil,
            cmd_code=code,
            value=1,
            qty=surge,
            qty_unit=evil + ESCAPE,
            classification="HS",
        )
        assert (
            main(["load", str(write(tmp_path / f"{code}{NAME}", text)), "--published", "2022-06-01", "--store", store])
            == 0
        )
    capsys.readouterr()
    for form in ("table", "csv", "json", "html"):
        question = [
            "scan",
            "--measure",
            "qty",
            "--channel",
            "spike",
            "record",
            "sustained",
            "--format",
            form,
            "--store",
            store,
        ]
        assert main(question) == 0
        said = capsys.readouterr()
        harmless(said.out + said.err)
        assert "alert(1)" in said.out, form
        if form == "csv":
            no_formula(said.out)
        if form == "html":
            assert "<img" not in said.out
            assert "&lt;img" in said.out


def test_tables_as_files_keep_words_as_words(books: Path, tmp_path: Path, capsys: Capture) -> None:
    import openpyxl
    import pyarrow.parquet as pq

    for form in ("csv", "xlsx", "parquet"):
        out = tmp_path / f"out.{form}"
        assert (
            main(["series", *PAIR, "--cmd", "300490", "--format", form, "--out", str(out), "--store", str(books)]) == 0
        )
    no_formula((tmp_path / "out.csv").read_text(encoding="utf-8"))
    harmless((tmp_path / "out.csv").read_text(encoding="utf-8"))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert not any(cell.data_type == "f" for row in book.worksheets[0].iter_rows() for cell in row)
    book.close()
    assert EVIL + ESCAPE in pq.read_table(tmp_path / "out.parquet")["dataset"].to_pylist()


def test_a_brief_of_it_is_harmless(books: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "brief"
    question = ["brief", *PAIR, "--from", "2022-03", "--to", "2022-04", "--store", str(books), "--out", str(out)]
    assert main(question) == 0
    said = capsys.readouterr()
    harmless(said.out + said.err)
    page = (out / "brief.html").read_text(encoding="utf-8")
    assert "<script" not in page.lower()
    for file in out.rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            if file.suffix == ".csv":
                no_formula(text)
            if file.suffix != ".json":
                harmless(text)
    shape: dict[str, Any] = json.loads((out / "brief.json").read_text(encoding="utf-8"))
    assert shape["sources"]
    assert "<script" not in (out / "brief.md").read_text(encoding="utf-8").replace(r"\<script", "")


@pytest.mark.parametrize(
    "cells",
    [
        {"reporter": EVIL}, {"partner": ESCAPE + FORGED}, {"product_code": TURNED}, {"value_eur": "=1+1"}, {"period": SCRIPT + ESCAPE},
        {"flow": "\x9b31m"},
    ],
    ids=lambda cells: next(iter(cells)),
)  # fmt: skip
def test_a_refusal_quotes_and_does_not_obey(tmp_path: Path, capsys: Capture, cells: dict[str, str]) -> None:
    row = {
        "reporter": "DE",
        "partner": "KG",
        "flow": "EXPORT",
        "product_code": "8703",
        "period": "2022-01",
        "value_eur": "5",
    }
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(row)
    writer.writerow((row | cells).values())
    writer.writerow(row.values())
    path = tmp_path / f"bad{NAME}"
    path.write_text(stream.getvalue(), encoding="utf-8")
    report = tmp_path / "report.csv"
    code = main(["load", str(path), "--store", str(tmp_path / "books"), "--report", str(report)])
    said = capsys.readouterr()
    assert code == 2
    assert said.err.count("\n") == 1
    harmless(said.err + said.out)
    assert not (tmp_path / "books").exists()
    if report.exists():
        no_formula(report.read_text(encoding="utf-8"))
        harmless(report.read_text(encoding="utf-8"))


def test_a_proposal_of_a_mapping_quotes_what_it_found(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "table.csv"
    head = f'Reporter,"{EVIL}{ESCAPE}",Month,"{TURNED}",Code,Value'
    path.write_text(f"{head}\nGermany,{SCRIPT},2022-01,x,870323,5\nGermany,y,2022-02,x,870323,6\n", encoding="utf-8")
    main(["mapping", "init", str(path)])
    said = capsys.readouterr()
    harmless(said.out + said.err)


def test_free_words_of_a_mapped_table_stay_words(tmp_path: Path, capsys: Capture) -> None:
    """The shipped reader that takes procedures, modes and districts as they stand."""
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'schema = "tidewaiter/mapping/1"\ndataset = "customs"\npublisher = "Nobody"\n[columns]\nperiod = "m"\npartner = "p"\n'
        'cmd_code = "c"\nvalue = "v"\ncustoms_regime = "r"\nmode_of_transport = "w"\ndistrict = "d"\n[constants]\n'
        'reporter = "CHN"\ncurrency = "USD"\nflow = "X"\n[schemes]\npartner = "iso3"\n',
        encoding="utf-8",
    )
    table = tmp_path / "t.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow("mpcvrwd")
        for value, words in ((1, (EVIL, ESCAPE, TURNED)), (2, (SCRIPT, "\x9b2J", "a\r\n2022-01 9"))):
            writer.writerow(["2022-01", "PRK", "300490", value, *words])
    books = str(tmp_path / "books")
    code = main(["load", str(table), "--mapping", str(mapping), "--published", "2022-02-01", "--store", books])
    said = capsys.readouterr()
    assert code == 0, said.err
    harmless(said.out)
    question = ["diff", "2022-01-01", "2022-03-01", "--store", books]
    assert main(question) == 0
    said = capsys.readouterr()
    harmless(said.out)
    assert len(said.out.splitlines()) == 3
    assert main([*question, "--format", "csv"]) == 0
    printed = capsys.readouterr().out
    harmless(printed)
    no_formula(printed)
    assert f"'{EVIL}" in printed
    assert main(["series", *PAIR, "--cmd", "300490", "--store", books]) == 0
    said = capsys.readouterr()
    assert "at least 3" in said.out
    harmless(said.out)
