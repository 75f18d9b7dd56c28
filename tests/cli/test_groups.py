"""Groups through the command line: what is a number, what is at least, who is missing."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tidewaiter.cli import main

HEADER = "reporter,partner,flow,product_code,period,value_eur\n"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def books(tmp_path: Path, capsys: Capture) -> str:
    path = tmp_path / "eu.csv"
    path.write_text(
        HEADER
        + "".join(
            f"{who},{to},EXPORT,8703,{when},{value}\n"
            for who, to, when, value in [
                ("DE", "KG", "2022-01", 5), ("DE", "KG", "2022-02", 6), ("FR", "KG", "2022-01", 7), ("FR", "KZ", "2022-02", 1),
                ("DE", "KZ", "2022-01", 2), ("FR", "KZ", "2022-01", 3),
            ]
        )
    )  # fmt: skip
    assert main(["load", str(path), "--published", "2022-06-01", "--store", str(tmp_path / "books")]) == 0
    capsys.readouterr()
    return str(tmp_path / "books")


def test_series_says_at_least_and_who_is_missing(books: str, capsys: Capture) -> None:
    question = ["series", "--reporter", "DEU,FRA", "--partner", "KGZ", "--cmd", "8703", "--store", books]
    assert main(question) == 0
    said = capsys.readouterr().out
    assert "Germany + France: exports, Kyrgyzstan" in said
    assert "2022-01          12  value" in said
    assert "at least 6  not known  1 of 2 members known" in said
    assert "2022-02: missing: FRA (not known)" in said
    assert main([*question, "--format", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["series"]
    assert one["reporter"] == "DEU,FRA"
    assert one["reporter_members"] == [{"period": "2022-01..2022-02", "members": ["DEU", "FRA"]}]
    assert [(month["value"], month["lo"], month["hi"], month.get("missing")) for month in one["months"]] == [
        (12, 12, 12, None), (None, 6, None, {"FRA": "not known"}),
    ]  # fmt: skip
    assert main([*question, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["reporter"], row["value"], row["at_least"]) for row in rows] == [
        ("DEU,FRA", "12", ""),
        ("DEU,FRA", "", "6"),
    ]
    assert "missing: FRA" in rows[1]["note"]


def test_both_sides_may_be_groups(books: str, capsys: Capture) -> None:
    assert main(["series", "--reporter", "DEU,FRA", "--partner", "KGZ,KAZ", "--cmd", "8703", "--store", books]) == 0
    said = capsys.readouterr().out
    assert "2022-01          17  value" in said
    assert "at least 7" in said


@pytest.mark.parametrize(
    ("reporter", "partner", "words"),
    [
        ("EU2", "KGZ", "Groups: ASEAN, BRICS"),
        ("ASEAN", "KGZ", "or of any of its members (BRN, IDN, KHM"),
        ("DEU", "OECD", "the members of OECD are in no table"),
        ("OECD,DEU", "KGZ", "members are in no table; groups with members: ASEAN"),
        ("EU27", "ASEAN", "no row and no coverage speaks of it or of any of its members (BRN, "),
    ],
)
def test_errors_name_the_group_its_members_and_the_groups_there_are(
    books: str, capsys: Capture, reporter: str, partner: str, words: str
) -> None:
    assert main(["series", "--reporter", reporter, "--partner", partner, "--cmd", "8703", "--store", books]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_members_in_several_currencies_are_converted_at_a_stated_rate_only(tmp_path: Path, capsys: Capture) -> None:
    from tests.store.plain import load, rows, several
    from tidewaiter.sources import registry
    from tidewaiter.store.store import Store

    formats = several()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "sources", lambda: formats)
        store = Store(tmp_path / "books", create=True)
        load(
            store,
            rows(reporter=["DEU", "CHN"], currency=["EUR", "CNY"], period="2022-01", value=[100, 1000], partner="KGZ"),
        )
        question = [
            "series",
            "--reporter",
            "DEU,CHN",
            "--partner",
            "KGZ",
            "--cmd",
            "300490",
            "--store",
            str(store.folder),
        ]
        assert main(question) == 0
        said = capsys.readouterr().out
        assert "at least 100  not recorded" in said
        assert "missing: CHN (in CNY, not in EUR)" in said
        assert main([*question, "--usd", "--format", "json"]) == 0
        (one,) = json.loads(capsys.readouterr().out)["series"]
        single = []
        for who in ("DEU", "CHN"):
            assert main(["series", "--reporter", who, *question[3:], "--usd", "--format", "json"]) == 0
            single.append(json.loads(capsys.readouterr().out)["series"][0]["months"][0]["value"])
        assert one["unit"] == "USD"
        assert one["months"][0]["value"] == pytest.approx(sum(single), rel=1e-3)
        assert any("converted from EUR" in note for note in one["notes"])
        assert any("converted from CNY" in note for note in one["notes"])


def test_a_brief_is_on_one_side_each(books: str, tmp_path: Path, capsys: Capture) -> None:
    question = [
        "brief",
        "--reporter",
        "DEU,FRA",
        "--partner",
        "KGZ",
        "--from",
        "2022-01",
        "--to",
        "2022-01",
        "--store",
        books,
    ]
    assert main([*question, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "one country or one group on each side" in said
    assert not (tmp_path / "out").exists()
