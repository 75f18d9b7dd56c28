from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shared_data import shared
from tidewaiter.cli import main
from tidewaiter.errors import BadFile, StoreError, TidewaiterError
from tidewaiter.store.store import Store

HEADER = "reporter,partner,flow,product_code,period,value_eur\n"
ROWS = (
    "DE,KG,EXPORT,8703,2021-09,400000\n"
    "DE,KG,EXPORT,8703,2022-09,31462661\n"
    "DE,KG,EXPORT,87032410,2022-09,11909236\n"
    "LT,KG,EXPORT,8703,2022-09,6644000\n"
    "FR,KG,EXPORT,0101,2022-09,0\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "eu.csv"
    path.write_text(HEADER + ROWS)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and "sqlite" not in p.name
    }


def test_a_file_becomes_a_release_and_its_bytes_are_kept(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    release = store.load(file, published="2023-01-21")
    assert release.new
    assert release.rows == 5
    assert (tmp_path / "store" / "raw" / release.id).read_bytes() == file.read_bytes()
    again = store.load(file)
    assert not again.new
    assert len(store.releases()) == 1


def test_headings_and_finer_rows_are_never_mixed_and_zeros_lead_codes(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    store.load(file)
    headings = store.observations(partner="KGZ", digits=4)
    assert set(headings["cmd_code"].to_pylist()) == {"8703", "0101"}
    assert sum(store.observations(digits=8)["value"].to_pylist()) == 11_909_236


def test_a_corrected_file_is_a_new_release_and_wins(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    store.load(file, published="2023-01-21")
    fixed = tmp_path / "fixed.csv"
    fixed.write_text(HEADER + "DE,KG,EXPORT,8703,2022-09,30000000\n")
    store.load(fixed, published="2023-06-01")
    now = store.observations(partner="KGZ", digits=4, codes=["8703"])
    cells = {
        (r, m): v for r, m, v in zip(*(now[c].to_pylist() for c in ("reporter", "period_start", "value")), strict=True)
    }
    assert cells["DEU", 2022 * 12 + 8] == 30_000_000
    assert cells["LTU", 2022 * 12 + 8] == 6_644_000
    then = store.observations(partner="KGZ", digits=4, codes=["8703"], as_of="2023-02-01")
    assert 31_462_661 in then["value"].to_pylist()


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("DE,KG,EXPORT,8703,2022-09", "Q9,KG,EXPORT,8703,2022-09", "reporter"),
        ("LT,KG", "LT,ZZ", "partner"),
        ("LT,KG,EXPORT", "LT,KG,SIDEWAYS", "flow"),
        ("87032410", "870324X0", "product_code"),
        ("2022-09,6644000", "2022-9,6644000", "period"),
        ("6644000", "6,644", "line"),
        ("6644000", "-1", "value_eur"),
        ("6644000", "", "value_eur"),
    ],
)
def test_a_bad_row_refuses_the_file_and_names_the_place(
    tmp_path: Path, file: Path, old: str, new: str, column: str
) -> None:
    store = Store(tmp_path / "store", create=True)
    store.load(file)
    before = tree(tmp_path / "store")
    bad = tmp_path / "bad.csv"
    bad.write_text((HEADER + ROWS).replace(old, new, 1))
    with pytest.raises(BadFile) as error:
        store.load(bad)
    if column != "line":
        assert f"column {column}" in str(error.value)
        assert "line " in str(error.value)
    assert "\n" not in str(error.value)
    assert tree(tmp_path / "store") == before
    assert len(store.releases()) == 1


def test_a_cut_off_gzip_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress((HEADER + ROWS * 2000).encode())[:-40])
    store = Store(tmp_path / "store", create=True)
    with pytest.raises(BadFile):
        store.load(path)
    assert tree(tmp_path / "store").keys() == {"tidewaiter-store"}


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(HEADER.encode() + b"DE,KG,EXPORT,8703,2022-09,1\n" * 3_000_000, 9))
    with pytest.raises(BadFile, match="expands"):
        Store(tmp_path / "store", create=True).load(path)


def test_the_command_says_what_it_did_and_refuses_in_one_line(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(tmp_path / "books")]
    assert main(["load", str(file), *where, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "tidewaiter/load/1"
    assert told["releases"][0]["rows"] == 5
    assert main(["load", str(file), *where]) == 0
    assert "already there" in capsys.readouterr().out
    page = tmp_path / "error.csv"
    page.write_text("<html><body>Service unavailable</body></html>")
    for arguments in (
        ["load", str(page), *where],
        ["load", str(tmp_path / "nothing.csv"), *where],
        ["load", str(tmp_path), *where],
        ["load", str(file), *where, "--source", "gacc-website"],
        ["load", str(file), *where, "--published", "yesterday"],
        ["load", str(file), "--store", str(page)],
        ["load", str(file), "--store", str(tmp_path)],
        ["releases", "--store", str(tmp_path / "nowhere")],
    ):
        assert main(arguments) == 2, arguments
        said = capsys.readouterr()
        assert said.err.startswith("tidewaiter: ")
        assert said.err.count("\n") == 1, said.err


def test_a_refused_first_load_leaves_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "error.csv"
    page.write_text("<html></html>")
    assert main(["load", str(page), "--store", str(tmp_path / "books")]) == 2
    assert not (tmp_path / "books").exists()


@pytest.mark.skipif(os.geteuid() != 0 and not os.access("/proc", os.R_OK), reason="needs a read-only place")
def test_an_unwritable_place_is_a_store_error(file: Path) -> None:
    with pytest.raises(StoreError):
        Store(Path("/proc/tidewaiter-store"), create=True).load(file)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_mutation_of_a_file_is_a_traceback_or_half_a_load(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray((HEADER + ROWS).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        where = data.draw(st.integers(0, len(content) - 1))
        content[where : where + data.draw(st.integers(0, 2))] = data.draw(st.binary(min_size=0, max_size=3))
        if not content:
            break
    folder = tmp_path_factory.mktemp("fuzz")
    path = folder / "eu.csv"
    path.write_bytes(bytes(content))
    store = Store(folder / "store", create=True)
    try:
        release = store.load(path)
    except TidewaiterError as error:
        refused = str(error)
    else:
        assert release.rows == store.observations().num_rows
        return
    assert "\n" not in refused
    assert store.releases() == ()
    assert tree(folder / "store").keys() == {"tidewaiter-store"}


def test_the_eu_file_adds_up_to_an_independent_reading(tmp_path: Path) -> None:
    import csv
    from collections import Counter

    path = shared("data/comext/eu27_exports_sanctioned_cn8_monthly_2020_2022.csv.gz")
    store = Store(tmp_path / "store", create=True)
    release = store.load(path)
    sums: Counter[int] = Counter()
    count = 0
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            sums[len(row["product_code"])] += int(row["value_eur"])
            count += 1
    assert release.rows == count
    for digits, total in sums.items():
        assert sum(store.observations(digits=digits)["value"].to_pylist()) == total


def test_the_brief_from_the_file_says_what_the_shipped_table_says(tmp_path: Path) -> None:
    path = shared("data/comext/eu27_exports_sanctioned_cn8_monthly_2020_2022.csv.gz")
    books, one, two = tmp_path / "books", tmp_path / "one", tmp_path / "two"
    # The file holds all that there is of its countries and goods; without that being said, a sum of members is a floor.
    assert main(["load", str(path), "--store", str(books), "--published", "2023-01-21", "--covers", "all"]) == 0
    question = ["brief", "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09"]
    assert main([*question, "--store", str(books), "--out", str(one)]) == 0
    assert main(["demo", "kyrgyzstan", "--out", str(two)]) == 0

    def told(folder: Path) -> list[str]:
        brief = json.loads((folder / "brief.json").read_text(encoding="utf-8"))
        return [sentence["text"] for section in brief["sections"] for sentence in section["sentences"]]

    assert told(one) == told(two)
    assert any("EUR 42.8 million" in text and "83 times the EUR 516,022" in text for text in told(one))
