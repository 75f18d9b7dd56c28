"""What was reported as loaded is there, whole and once, whatever happens to the writer."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.store.mounts import read_only
from tests.store.plain import rows, several, write
from tidewaiter.errors import StoreError
from tidewaiter.sources import registry
from tidewaiter.store.cube import Cube
from tidewaiter.store.cube_build import build
from tidewaiter.store.doctor import examine
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

ROOT = Path(__file__).resolve().parents[2]
FILES = ("1.csv", "2.csv", "3.csv")
STEPS = ("1.csv", "cube", "2.csv", "compact", "cube", "3.csv", "doctor")
VALUES = {"1.csv": [1, 2, 4], "2.csv": [20, 40, 80], "3.csv": [300, 600, 900]}
PERIODS = {"1.csv": ["2021-01", "2021-02", "2021-03"], "2.csv": ["2021-02", "2021-03", "2021-04"],
           "3.csv": ["2021-05", "2021-06", "2021-07"]}  # fmt: skip


@pytest.fixture(autouse=True)
def _formats(monkeypatch: pytest.MonkeyPatch) -> None:
    formats = several()
    monkeypatch.setattr(registry, "sources", lambda: formats)


def files(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name in FILES:
        write(folder / name, rows(period=PERIODS[name], value=VALUES[name]))
    return folder


def run(
    store: Path, folder: Path, moment: int, steps: Sequence[str], **more: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.store.crash", str(store), str(folder), str(moment), *steps],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, **more,  # type: ignore[call-overload]
    )  # fmt: skip


def expected(loaded: set[str]) -> dict[int, float]:
    """Return what the view must say once these files are loaded: later files are later vintages."""
    from tidewaiter.period import month

    return {
        month(period): value
        for name in FILES
        if name in loaded
        for period, value in zip(PERIODS[name], VALUES[name], strict=True)
    }


def told(store: Store) -> dict[int, float]:
    table = View(store).rows()
    found = dict(zip(table["period_start"].to_pylist(), table["value"].to_pylist(), strict=True))
    assert len(found) == table.num_rows
    return found


def check(folder: Path, out: str) -> None:
    """Hold the store against what its writer reported before it died."""
    reported = {line.split()[1] for line in out.splitlines() if line.startswith("done")} & set(FILES)
    if not (folder / "tidewaiter-store").is_file():
        assert not reported
        return
    store = Store(folder, create=True)
    there = {one.file for one in store.releases()}
    assert reported <= there
    assert there - reported in ({name} for name in FILES) or there == reported
    assert all(one.rows == 3 for one in store.releases())
    assert told(store) == expected(there)
    health = examine(store)
    assert health.well, health
    assert not health.rebuilt
    assert told(store) == expected(there)
    owned = {one.file for one in store.catalogue.segments()}
    assert {path.name for path in (folder / "rows").iterdir()} == owned
    assert {path.name for path in (folder / "raw").iterdir()} == {one.id for one in store.releases()}


def test_a_writer_killed_at_any_moment_leaves_what_it_reported(tmp_path: Path, soak: bool) -> None:
    folder = files(tmp_path / "files")
    whole = run(tmp_path / "whole", folder, 0, STEPS)
    assert whole.returncode == 0, whole.stderr
    calls = int(whole.stdout.split()[-1])
    check(tmp_path / "whole", whole.stdout)
    draw = random.Random(None if soak else 20220512)
    for number in range(100 if soak else 6):
        where = tmp_path / f"store{number}"
        moment = draw.randrange(1, calls)
        killed = run(where, folder, moment, STEPS)
        assert killed.returncode == -signal.SIGKILL, (moment, killed)
        check(where, killed.stdout)
        # The next writer goes on as if nothing had been.
        store = Store(where, create=True)
        for name in FILES:
            store.load(folder / name, published=f"2022-0{name[0]}-01")
        assert told(store) == expected(set(FILES)), moment
        # Whatever became of the cube, it can be built, and says the same.
        build(store)
        cube = Cube(store)
        table = cube.sql("SELECT month, value FROM rows")
        assert dict(zip(table["month"].to_pylist(), table["value"].to_pylist(), strict=True)) == expected(set(FILES))
        assert sum(block.values.sum() for block in cube.panel().blocks()) == sum(expected(set(FILES)).values())
        cube.close()
        shutil.rmtree(where)


def test_two_writers_both_finish_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = files(tmp_path / "files")
    command = [sys.executable, "-m", "tests.store.crash", str(tmp_path / "store"), str(folder), "0"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    Store(tmp_path / "store", create=True)
    writers = [
        subprocess.Popen(
            [*command, *steps], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for steps in (("1.csv", "2.csv", "compact"), ("2.csv", "3.csv", "compact"))
    ]
    for writer in writers:
        _, err = writer.communicate(timeout=120)
        assert writer.returncode == 0, err
    store = Store(tmp_path / "store")
    assert sorted(one.file for one in store.releases()) == list(FILES)
    assert told(store) == expected(set(FILES))
    assert examine(store).well


@pytest.mark.parametrize("room", [50, 1500])
def test_a_full_disk_is_told_in_one_line_and_leaves_the_store_as_it_was(tmp_path: Path, room: int) -> None:
    """The system lets no file grow beyond ``room`` bytes: the copy of the raw file fails, or the rows do."""
    folder = files(tmp_path / "files")
    store = Store(tmp_path / "store", create=True)
    store.load(folder / "1.csv")
    before = {path.name for part in ("raw", "rows") for path in (store.folder / part).iterdir()}
    code = (
        "import resource, sys; from tests.store.plain import several; from tidewaiter.sources import registry\n"
        "formats = several(); registry.sources = lambda: formats\n"
        "from tidewaiter.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        f"sys.exit(main(['load', {str(folder / '2.csv')!r}, '--store', {str(store.folder)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 2, done
    assert done.stderr.startswith("tidewaiter: ")
    assert done.stderr.count("\n") == 1
    assert "no room" in done.stderr
    assert {path.name for part in ("raw", "rows") for path in (store.folder / part).iterdir()} == before
    assert told(store) == expected({"1.csv"})


def test_a_full_disk_at_the_commit_takes_the_files_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = files(tmp_path / "files")
    store = Store(tmp_path / "store", create=True)
    store.load(folder / "1.csv")

    def full(*_: object, **__: object) -> None:
        raise StoreError("database or disk is full")

    monkeypatch.setattr(store.catalogue, "add", full)
    with pytest.raises(StoreError, match="full"):
        store.load(folder / "2.csv")
    monkeypatch.undo()
    assert told(Store(store.folder)) == expected({"1.csv"})
    assert len(list((store.folder / "rows").iterdir())) == 1


def test_a_store_on_a_read_only_disk_can_be_read_and_says_why_it_cannot_be_written(tmp_path: Path) -> None:
    folder = files(tmp_path / "files")
    store = Store(tmp_path / "store", create=True)
    store.load(folder / "1.csv")
    with read_only(store.folder):
        assert told(Store(store.folder)) == expected({"1.csv"})
        with pytest.raises(StoreError, match="cannot be written"):
            Store(store.folder, create=True).load(folder / "2.csv")
    assert told(Store(store.folder)) == expected({"1.csv"})
