"""Briefs from customs files in a store: one dataset, one length of code, one currency; annual rows are no months."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sources.test_comtrade import answer, record
from tidewaiter.cli import main

EU = "reporter,partner,flow,product_code,period,value_eur\n"
CARS = (
    "DE,KG,EXPORT,8703,2021-09,400000\n"
    "HU,KG,EXPORT,8703,2021-09,100000\n"  # Hungary sold in the year before only, and counts in it
    "DE,KG,EXPORT,8703,2022-09,31000000\n"
    "DE,KG,EXPORT,87032410,2022-09,11909236\n"
    "LT,KG,EXPORT,8703,2022-09,9000000\n"
)


MEMBERS = "AUT,BEL,BGR,CYP,CZE,DEU,DNK,ESP,EST,FIN,FRA,GRC,HRV,HUN,IRL,ITA,LTU,LUX,LVA,MLT,NLD,POL,PRT,ROU,SVK,SVN,SWE"
COVERS = f"reporters={MEMBERS}; partners=KGZ; codes=8703; periods=2021-01..2022-09"


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return loaded(tmp_path, COVERS)


def loaded(folder: Path, covers: str = "") -> Path:
    file = folder / "eu.csv"
    file.write_text(EU + CARS)
    more = ["--covers", covers] if covers else []
    assert main(["load", str(file), "--store", str(folder / "books"), "--published", "2023-01-21", *more]) == 0
    return folder / "books"


def load(books: Path, *rows: dict[str, Any], covers: str = "") -> None:
    file = books.parent / f"comtrade-{len(list(books.parent.iterdir()))}.json"
    file.write_bytes(answer(*rows))
    more = ["--covers", covers] if covers else []
    assert main(["load", str(file), "--store", str(books), "--published", "2023-03-01", *more]) == 0


def written(books: Path, *question: str) -> dict[str, Any]:
    out = books.parent / f"out-{len(list(books.parent.iterdir()))}"
    assert main(["brief", *question, "--store", str(books), "--out", str(out)]) == 0
    found: dict[str, Any] = json.loads((out / "brief.json").read_text(encoding="utf-8"))
    return found


def texts(found: dict[str, Any]) -> str:
    return "\n".join(sentence["text"] for section in found["sections"] for sentence in section["sentences"])


def germany(**changes: Any) -> dict[str, Any]:
    """A monthly row of Germany's exports to Kyrgyzstan, in dollars."""
    own = {"reporterCode": 276, "reporterISO": "DEU", "reporterDesc": "Germany", "partnerCode": 417, "partnerISO": "KGZ",
           "partnerDesc": "Kyrgyzstan", "cmdCode": "8703", "cmdDesc": "Cars", "aggrLevel": 4, "isLeaf": False,
           "refMonth": 9, "period": "202209", "refPeriodId": 20220901, "primaryValue": 7e6, "fobvalue": 7e6}  # fmt: skip
    return record(**own | changes)


def test_a_member_that_sold_nothing_in_the_period_counts_in_the_year_before(books: Path) -> None:
    found = written(books, "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09")
    assert (
        "EUR 40 million worth of cars (heading 8703) in September 2022, 80 times the EUR 500,000 of September 2021."
        in (texts(found))
    )


def test_a_sum_without_some_members_is_at_least_so_much_and_compared_with_nothing(tmp_path: Path) -> None:
    found = written(loaded(tmp_path), "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09")
    said = texts(found)
    assert "at least EUR 40 million worth of cars (heading 8703)" in said
    assert "2 of 27 members known" in said
    assert "times" not in said
    assert "highest" not in said
    assert "known from below only" in found["standfirst"]
    caveats = {line for section in found["sections"] for one in section["sentences"] for line in one["caveats"]}
    assert any("nothing says that silence means zero" in line for line in caveats)
    row = next(one for one in found["table"] if one["period"] == "2022-09")
    assert row["printed"].startswith("at least")
    assert "missing: all but DEU, LTU (not known)" in row["note"]


def test_membership_of_a_sum_goes_by_the_month(tmp_path: Path) -> None:
    file = tmp_path / "eu.csv"
    file.write_text(EU + "GB,KG,EXPORT,8703,2020-01,700000\nGB,KG,EXPORT,8703,2020-02,700000\n"
                    "DE,KG,EXPORT,8703,2020-01,100000\nDE,KG,EXPORT,8703,2020-02,200000\n")  # fmt: skip
    books = tmp_path / "books"
    covers = f"reporters={MEMBERS},GBR; partners=KGZ; codes=8703; periods=2020-01..2020-02"
    assert main(["load", str(file), "--store", str(books), "--published", "2023-01-21", "--covers", covers]) == 0
    found = written(books, "--reporter", "EU", "--partner", "KGZ", "--from", "2020-02", "--to", "2020-02")
    rows = {one["period"]: one for one in found["table"]}
    assert (rows["2020-01"]["printed"], rows["2020-02"]["printed"]) == ("EUR 800,000", "EUR 200,000")
    assert "reported by 2 of the 28 members of EU" in rows["2020-01"]["note"]


def test_a_group_of_partners_is_added_up_and_its_own_row_is_not(tmp_path: Path) -> None:
    question = ("--reporter", "DEU", "--partner", "EAEU", "--from", "2022-09", "--to", "2022-09")
    file = tmp_path / "eu.csv"
    file.write_text(EU + "DE,KG,EXPORT,8703,2022-09,3000000\nDE,KZ,EXPORT,8703,2022-09,4000000\n")
    books = tmp_path / "books"
    covers = "partners=ARM,BLR,KAZ,KGZ,RUS; codes=8703; periods=2022-09"
    assert main(["load", str(file), "--store", str(books), "--published", "2023-01-21", "--covers", covers]) == 0
    found = written(books, *question)
    assert "Germany exported EUR 7 million worth of cars" in texts(found)
    assert found["table"][0]["note"].startswith("with 2 of the 5 members of EAEU")


def test_two_datasets_are_never_blended(books: Path) -> None:
    load(books, germany())
    found = written(books, "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09")
    assert "EUR 40 million" in texts(found)
    assert "US$" not in texts(found)
    assert any("comtrade" in line and "never blended" in line for line in found["not_known"])


def test_one_country_is_told_as_itself(books: Path) -> None:
    found = written(books, "--reporter", "DEU", "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09")
    assert found["headline"].startswith("Germany exported EUR 31 million worth of cars")
    assert not any("Summed over" in line for s in found["sections"][0]["sentences"] for line in s["caveats"])


def test_a_year_is_not_its_january(tmp_path: Path) -> None:
    books = tmp_path / "books"
    load(
        books, record(freqCode="A", period="2022", refMonth=52, refPeriodId=20220101, primaryValue=12e6, fobvalue=12e6)
    )
    question = ("brief", "--reporter", "CHN", "--partner", "PRK", "--from", "2022-01", "--store", str(books))
    found = written(books, *question[1:7], "--to", "2022-12")
    assert "US$12 million worth of" in texts(found)
    assert {cell["state"] for cell in found["sections"][0]["charts"][0]["cells"]} == {"merged"}
    # Of January alone the store knows nothing, so the printed figures answer.
    found = written(books, *question[1:7], "--to", "2022-01")
    assert "12 million" not in texts(found)


def test_parts_by_mode_of_transport_do_not_add_to_their_total(tmp_path: Path) -> None:
    books = tmp_path / "books"
    load(
        books,
        germany(),
        germany(motCode=2100, motDesc="Sea", primaryValue=4e6, fobvalue=4e6),
        germany(motCode=3200, motDesc="Road", primaryValue=3e6, fobvalue=3e6),
    )
    found = written(books, "--reporter", "DEU", "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09")
    assert "US$7 million worth of cars" in texts(found)


def test_silence_is_none_only_where_the_file_covers_it(tmp_path: Path) -> None:
    question = ("--reporter", "DEU", "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09")
    bare, covered = tmp_path / "a" / "books", tmp_path / "b" / "books"
    earlier = germany(cmdCode="8704", refMonth=8, period="202208", refPeriodId=20220801)
    for books, covers in ((bare, ""), (covered, "codes=8703; periods=2022-08; partners=KGZ")):
        books.parent.mkdir()
        load(books, germany(), earlier, covers=covers)
        found = texts(written(books, *question))
        assert ("after none in August 2022" in found) is bool(covers), found


def test_a_subheading_is_told_by_its_own_text(tmp_path: Path) -> None:
    books = tmp_path / "books"
    load(books, germany(cmdCode="850440", cmdDesc="Converters", aggrLevel=6))
    found = written(books, "--reporter", "DEU", "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09")
    assert "electrical static converters (code 850440)" in texts(found)
    assert "Four-digit" not in json.dumps(found)
