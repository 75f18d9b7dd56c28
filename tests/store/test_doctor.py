"""Damage of every kind to a store: found, named, mended where it can be, and never counted as verified."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store.mounts import read_only
from tests.store.plain import load, rows
from tidewaiter.cli import main
from tidewaiter.errors import StoreError
from tidewaiter.store.doctor import examine
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def books(store: Store) -> Store:
    """A store of three releases, one of them with coverage."""
    load(store, rows(period=["2022-01", "2022-02"], value=[1, 2]), published="2022-03-20")
    load(
        store,
        rows(period=[f"2022-{month:02d}" for month in range(1, 10)], partner="RUS", value=list(range(1, 10))),
        covers=["all"],
    )
    load(store, rows(period=["2022-03"], cmd_code=["300490"], value=[7.5], qty=[3], qty_unit="kg"), flow="M")
    return store


def answers(store: Store) -> list[dict[str, Any]]:
    listed = View(store).rows().to_pylist()
    return sorted(listed, key=lambda row: (row["release"], row["partner"], row["period_start"]))


def flip(path: Path, place: int, bit: int = 1) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= bit
    path.write_bytes(bytes(data))


def test_a_well_store_is_intact(books: Store, capsys: Capture) -> None:
    health = examine(books)
    assert (health.releases, health.intact, health.mended, health.well) == (3, 3, 0, True)
    assert main(["doctor", "--store", str(books.folder)]) == 0
    assert "3 releases: 3 intact, 0 damaged, 0 missing\n" in capsys.readouterr().out


def test_damaged_and_missing_raw_files_are_counted_apart_and_named(books: Store, capsys: Capture) -> None:
    first, second, _ = books.releases()
    before = answers(books)
    flip(books.folder / "raw" / first.raw_name, 9)
    (books.folder / "raw" / second.raw_name).unlink()
    assert main(["doctor", "--store", str(books.folder)]) == 1
    out = capsys.readouterr().out
    assert "3 releases: 1 intact, 1 damaged, 1 missing\n" in out
    assert (
        f"to mend: the raw file of release {first.id[:12]} ({first.file}) is not what was loaded; load {first.file} again"
        in out
    )
    assert (
        f"to mend: the raw file of release {second.id[:12]} ({second.file}) is missing; load {second.file} again" in out
    )
    assert out.endswith("the store is not well\n")
    assert answers(books) == before  # the rows still stand
    shape_code = main(["doctor", "--store", str(books.folder), "--format", "json"])
    shape = json.loads(capsys.readouterr().out)
    assert shape_code == 1
    assert (shape["schema"], shape["intact"], shape["damaged"], shape["missing"]) == (
        "tidewaiter/doctor/2", 1, [first.id], [second.id],
    )  # fmt: skip
    # The next step that is told mends it.
    for release in (first, second):
        assert not books.load(books.folder.parent / release.file).new
    assert main(["doctor", "--store", str(books.folder)]) == 0


def test_any_bit_of_the_rows_that_changes_is_found_and_mended(books: Store, soak: bool) -> None:
    dice = random.Random(3)
    before = answers(books)
    for _ in range(400 if soak else 40):
        files = sorted((books.folder / "rows").iterdir())
        path = dice.choice(files)
        flip(path, dice.randrange(path.stat().st_size), 1 << dice.randrange(8))
        health = examine(books)
        assert health.well
        # What is not found cannot be read either: the answers are the same.
        assert answers(books) == before
        assert health.intact + health.mended == 3


def test_a_changed_bit_is_an_error_when_it_is_read_never_another_number(books: Store, soak: bool) -> None:
    dice = random.Random(4)
    before = answers(books)
    files = {path: path.read_bytes() for path in (books.folder / "rows").iterdir()}
    refused, said = 0, set()
    for _ in range(600 if soak else 60):
        path = dice.choice(sorted(files))
        end = (
            len(files[path]) - int.from_bytes(files[path][-8:-4], "little") - 8
        )  # of the pages; the footer comes after
        flip(path, dice.randrange(4, end), 1 << dice.randrange(8))
        try:
            assert answers(books) == before
        except StoreError as error:
            said.add("tidewaiter doctor" in str(error))
            refused += 1
        path.write_bytes(files[path])
    assert refused > 20
    assert said == {True}


@pytest.mark.parametrize("damage", ["cut", "empty", "gone", "other"])
def test_rows_that_are_cut_gone_or_those_of_another_are_made_again(books: Store, damage: str) -> None:
    before = answers(books)
    files = sorted((books.folder / "rows").iterdir())
    if damage == "cut":
        files[0].write_bytes(files[0].read_bytes()[:-30])
    elif damage == "empty":
        files[0].write_bytes(b"")
    elif damage == "gone":
        files[0].unlink()
    else:
        shutil.copy(files[1], files[0])
    health = examine(books)
    assert (health.well, health.intact, health.mended) == (True, 2, 1)
    assert answers(books) == before


def test_rows_and_raw_file_gone_together_cannot_be_mended(books: Store) -> None:
    first = books.releases()[0]
    shutil.rmtree(books.folder / "rows")
    (books.folder / "raw" / first.raw_name).unlink()
    health = examine(books)
    assert (health.missing, health.intact, health.mended) == ([first.id], 0, 2)
    assert any("cannot be made again without its raw file" in one for one in health.problems)
    books.load(books.folder.parent / first.file)
    assert examine(books).well


def test_a_damaged_catalogue_is_told_in_one_line(books: Store, capsys: Capture) -> None:
    path = books.folder / "catalogue.sqlite"
    with books.catalogue.open(write=True) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    dice = random.Random(5)
    told = 0
    for _ in range(40):
        data = bytearray(whole)
        at = dice.randrange(len(data) - 1000)
        data[at : at + 1000] = dice.randbytes(1000)
        path.write_bytes(bytes(data))
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        code = main(["doctor", "--store", str(books.folder)])
        said = capsys.readouterr()
        if code:
            told += 1
            assert said.err.count("\n") <= 1
            assert "Traceback" not in said.err
        shutil.rmtree(books.folder / "rows")  # whatever was made of a wrong catalogue, the raw bytes have it
        (books.folder / "rows").mkdir()
    assert told >= 10
    path.write_bytes(whole)
    assert examine(books).well


def test_files_of_nobody_are_removed_and_named(books: Store) -> None:
    for name in ("raw/stray", "rows/stray.parquet", "rows/half.parquet.part"):
        (books.folder / name).write_bytes(b"x")
    health = examine(books)
    assert health.swept == ["raw/stray", "rows/stray.parquet"]
    assert not (books.folder / "rows" / "half.parquet.part").exists()
    assert health.well


@pytest.fixture
def sealed(books: Store) -> Iterator[Store]:
    """The store on a disk that cannot be written, with a stray and one damaged file of rows."""
    stray = books.folder / "rows" / "stray.parquet"
    stray.write_bytes(b"x")
    flip(sorted(path for path in (books.folder / "rows").iterdir() if path != stray)[0], 50)
    with read_only(books.folder):
        yield books


def test_a_store_that_cannot_be_written_is_verified_and_left(sealed: Store, capsys: Capture) -> None:
    before = {path: path.read_bytes() for path in sealed.folder.rglob("*") if path.is_file()}
    assert main(["doctor", "--store", str(sealed.folder)]) == 1
    out = capsys.readouterr().out
    assert "3 releases: 2 intact, 1 damaged, 0 missing\n" in out
    assert "the store cannot be written (Read-only file system): it was verified, nothing was mended" in out
    assert "run tidewaiter doctor where the store can be written: its raw file is intact" in out
    assert "belongs to nobody: rows/stray.parquet" in out
    assert {path: path.read_bytes() for path in sealed.folder.rglob("*") if path.is_file()} == before
    assert main(["doctor", "--compact", "--store", str(sealed.folder)]) == 1


def test_a_store_without_a_lock_of_its_own_is_no_store(books: Store) -> None:
    (books.folder / "tidewaiter-store").unlink()
    with pytest.raises(StoreError):
        examine(books)
