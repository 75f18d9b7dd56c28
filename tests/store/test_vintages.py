from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

from tests.store.plain import rows, write
from tidewaiter.cli import main
from tidewaiter.store.doctor import examine
from tidewaiter.store.store import Store
from tidewaiter.store.view import View


def value(store: Store, as_of: str | None = None) -> list[float]:
    return list(View(store, as_of).rows()["value"].to_pylist())


@pytest.fixture
def back(store: Store, tmp_path: Path) -> tuple[Path, Path]:
    """A, then B, then A again."""
    one = write(tmp_path / "a.csv", rows(period="2023-01", value="10"))
    other = write(tmp_path / "b.csv", rows(period="2023-01", value="30"))
    store.load(one, published="2024-01-20")
    store.load(other, published="2024-03-20")
    return one, other


def test_a_publisher_that_goes_back_to_earlier_bytes_is_believed(store: Store, back: tuple[Path, Path]) -> None:
    again = store.load(back[0], published="2024-06-20")
    assert again.new
    assert [value(store, day) for day in ("2024-02-01", "2024-04-01", "2024-07-01", None)] == [[10], [30], [10], [10]]
    assert len(list((store.folder / "raw").iterdir())) == 2  # the bytes are kept once
    assert len({one.id for one in store.releases()}) == 3
    for day in ("2024-06-20", "2024-01-20", ""):
        assert not store.load(back[0], published=day).new
    assert len(store.releases()) == 3


def test_the_same_bytes_twice_are_looked_after_and_withdrawn_apart(store: Store, back: tuple[Path, Path]) -> None:
    again = store.load(back[0], published="2024-06-20")
    for file in (store.folder / "rows").iterdir():
        file.unlink()
    found = examine(store)
    assert (found.well, len(found.rebuilt)) == (True, 3)
    assert value(store) == [10]
    assert examine(store, rebuild=True).well
    store.withdraw(again.id)
    assert value(store) == [30]
    assert examine(store).well
    assert store.load(back[0], published="2024-06-20").new
    assert value(store) == [10]
    (store.folder / "raw" / again.raw_name).write_bytes(b"x")
    assert not examine(store).well


def test_what_changed_back_is_told(store: Store, back: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    again = store.load(back[0], published="2024-06-20")
    assert any("same content" in note for note in again.notes)
    assert main(["diff", again.id[:12], "--store", str(store.folder)]) == 0
    assert "30 > 10" in capsys.readouterr().out


def test_an_answer_seen_now_that_goes_back_is_a_release_again(store: Store, tmp_path: Path) -> None:
    one = write(tmp_path / "a.csv", rows(period="2023-01", value="10"))
    other = write(tmp_path / "b.csv", rows(period="2023-01", value="30"))
    elsewhere = write(tmp_path / "c.csv", rows(period="2023-02", value="7"))
    assert store.load(one, current=True).new
    assert store.load(elsewhere, current=True).new
    assert not store.load(one, current=True).new
    assert store.load(other, current=True).new
    assert store.load(one, current=True).new
    assert sorted(value(store)) == [7, 10]
    assert not store.load(one, current=True).new


def test_a_repack_of_loaded_content_is_the_same_file(store: Store, tmp_path: Path) -> None:
    plain = write(tmp_path / "a.csv", rows(period="2023-01", value="10"))
    first = store.load(plain)
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    again = store.load(packed)
    assert (again.new, again.id) == (False, first.id)
    packed.write_bytes(gzip.compress(plain.read_bytes().replace(b"10", b"11")))
    assert store.load(packed).new


def test_an_undated_file_says_which_dated_releases_it_stands_over(store: Store, tmp_path: Path) -> None:
    dated = store.load(write(tmp_path / "a.csv", rows(period="2023-01", value="10")), published="2024-01-20")
    apart = store.load(write(tmp_path / "b.csv", rows(period="2023-02", value="1")))
    assert not any("undated" in note for note in apart.notes)
    over = store.load(write(tmp_path / "c.csv", rows(period="2023-01", value="9")))
    assert any(note.startswith("undated") and dated.id[:12] in note for note in over.notes)


def test_a_store_of_the_version_before_is_read_and_added_to(store: Store, back: tuple[Path, Path]) -> None:
    with sqlite3.connect(store.catalogue.path) as db:
        for name in ("raw", "content"):
            db.execute(f"ALTER TABLE release DROP COLUMN {name}")
        db.execute("PRAGMA user_version = 4")
    assert value(store) == [30]
    assert not store.load(back[0]).new
    assert store.load(back[0], published="2024-06-20").new
    assert value(store) == [10]
    assert examine(store).well


def test_a_damaged_catalogue_says_what_to_do(
    store: Store, back: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for side in ("-wal", "-shm"):
        Path(f"{store.catalogue.path}{side}").unlink(missing_ok=True)
    store.catalogue.path.write_bytes(b"nothing of the kind" * 400)
    assert main(["releases", "--store", str(store.folder)]) == 2
    said = capsys.readouterr().err
    assert "put catalogue.sqlite back from a copy" in said
    assert "Traceback" not in said
