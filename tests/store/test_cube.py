"""The cube and the panel say what the view says, whatever was loaded, built and replaced on the way."""

from __future__ import annotations

import random
import shutil
from typing import Any

import numpy as np
import pytest

from tests.store.plain import load, rows
from tidewaiter.cli import main
from tidewaiter.errors import StoreError
from tidewaiter.model import Measure
from tidewaiter.period import month
from tidewaiter.store.cube import Cube
from tidewaiter.store.cube_build import build
from tidewaiter.store.cube_status import status
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

REPORTERS, PARTNERS = ("CHN", "JPN", "USA"), ("PRK", "RUS", "CAN", "W00")
CODES = ("010121", "300490", "870323", "8703", "TOTAL")
NAMES = ("dataset", "reporter", "flow", "partner", "cmd_code", "classification", "month", "value", "currency",
         "net_wgt_kg", "qty", "qty_unit", "qty2", "qty2_unit", "release")  # fmt: skip


def drawn(draw: random.Random, count: int, months: list[str]) -> dict[tuple[str, ...], list[Any]]:
    """Draw cells: by key the value, weight and quantity."""
    return {
        (draw.choice(REPORTERS), draw.choice(PARTNERS), draw.choice(CODES), draw.choice(months), draw.choice("XM")): [
            draw.randrange(1000), draw.choice(["", 5, 7]), draw.choice(["", 0, 3])
        ]
        for _ in range(count)
    }  # fmt: skip


def text(cells: dict[tuple[str, ...], list[Any]], **more: Any) -> str:
    reporter, partner, code, period, flow = (list(column) for column in zip(*cells, strict=True))
    value, weight, qty = (list(column) for column in zip(*cells.values(), strict=True))
    return rows(reporter=reporter, partner=partner, cmd_code=code, period=period, flow=flow, value=value,
                net_wgt_kg=weight, qty=qty, qty_unit="items", **more)  # fmt: skip


def of_view(store: Store) -> list[tuple[Any, ...]]:
    found = []
    seqs = {release.id: release.seq for release in store.releases()}
    for row in View(store).rows(whole=True).to_pylist():
        if row["period_start"] == row["period_end"]:
            row["month"], row["release"] = row["period_start"], seqs[row["release"]]
            found.append(tuple(row[name] for name in NAMES))
    return sorted(found, key=repr)


def of_cube(store: Store) -> list[tuple[Any, ...]]:
    cube = Cube(store)
    table = cube.sql(f"SELECT {', '.join(NAMES)} FROM rows")
    totals = cube.sql("SELECT sum(value) AS value, sum(rows) AS rows FROM totals").to_pylist()[0]
    assert totals["rows"] == table.num_rows == cube.manifest.rows
    assert (totals["value"] or 0) == sum(value or 0 for value in table["value"].to_pylist())
    cube.close()
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


def of_blocks(blocks: Any) -> dict[tuple[Any, ...], tuple[float, str]]:
    found = {}
    for block in blocks:
        for at, key in enumerate(block.keys.to_pylist()):
            low, high = block.offsets[at], block.offsets[at + 1]
            assert (np.diff(block.months[low:high]) > 0).all()
            for number, value, unit in zip(
                block.months[low:high], block.values[low:high], block.units[low:high], strict=True
            ):
                if not np.isnan(value):
                    found[(*key.values(), int(number))] = (float(value), block.unit_names[unit])
    return found


def same_everywhere(store: Store) -> None:
    assert of_cube(store) == of_view(store)
    cube = Cube(store)
    for measure in Measure:
        panel = cube.panel(measure)
        assert (np.diff(panel.keys.astype(np.int64)) > 0).all()
        expected = of_blocks(View(store).blocks(measure=measure, countries=False))
        assert of_blocks(panel.blocks()) == expected
        assert of_blocks(panel.blocks(rows=5)) == expected
        key = next(iter(expected), None)
        if key is not None:
            names = ("dataset", "reporter", "partner", "flow", "cmd_code")
            (place,) = panel.find(**dict(zip(names, key, strict=False)))
            assert of_blocks([panel.block(np.array([place]))])[key] == expected[key]
    assert panel.find(reporter="XYZ").tolist() == []
    cube.close()


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 40))])
def test_all_ways_to_an_answer_give_the_same_answer(store: Store, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    monkeypatch.setattr("tidewaiter.store.panel.CHUNK", 20)
    months = [f"2022-{number:02d}" for number in range(1, 7)]
    load(store, text(drawn(draw, 150, months)), published="2023-01-01")
    load(store, text(drawn(draw, 60, [*months, "2022-01..2022-02"])), published="2023-02-01")
    assert build(store) == "built"
    same_everywhere(store)
    assert build(store) == "current"
    # A month is added, a month is replaced, a full file takes rows back, two releases come at once.
    load(store, text(drawn(draw, 40, ["2022-07"])), published="2023-03-01")
    assert build(store) == "updated"
    same_everywhere(store)
    load(store, text(drawn(draw, 40, ["2022-03"])), published="2023-04-01", kind="full")
    load(store, text(drawn(draw, 40, ["2022-03", "2022-04"]), customs_regime=""), published="2023-05-01")
    assert build(store) == "updated"
    same_everywhere(store)
    load(store, text(drawn(draw, 10, ["2022-05"])), published="2023-06-01",
         covers=["partners=PRK; codes=all; periods=2022-05..2022-08"])  # fmt: skip
    assert build(store) == "updated"
    same_everywhere(store)
    # What came out earlier than the newest in the cube is no batch on top of it.
    late = load(store, text(drawn(draw, 30, months)), published="2022-12-01")
    assert build(store) == "built"
    same_everywhere(store)
    store.withdraw(late.id)
    assert build(store) == "built"
    same_everywhere(store)


def test_a_stale_cube_is_refused_and_one_that_is_gone_is_built_again(store: Store) -> None:
    with pytest.raises(StoreError, match="cube build"):
        Cube(store)
    load(store, rows(period="2022-01", value=5))
    build(store)
    load(store, rows(period="2022-02", value=6))
    assert (status(store).state, status(store).releases) == ("stale", 1)
    with pytest.raises(StoreError, match="older"):
        Cube(store)
    shutil.rmtree(store.folder / "cube")
    assert status(store).state == "none"
    assert build(store) == "built"
    same_everywhere(store)
    next((store.folder / "cube").glob("base-*")).unlink()
    assert build(store) == "built"


def test_a_reader_keeps_what_it_opened_while_a_builder_swaps(store: Store) -> None:
    load(store, rows(period="2022-01", value=5))
    build(store)
    cube = Cube(store)
    panel = cube.panel()
    load(store, rows(period="2022-02", value=6))
    build(store, full=True)
    build(store, full=True)
    assert cube.sql("SELECT count(*) AS n FROM rows")["n"].to_pylist() == [1]
    assert len(of_blocks(panel.blocks())) == 1
    cube.close()
    assert len(of_cube(store)) == 2


def test_many_batches_become_a_new_base(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidewaiter.store.cube_build.MOST_BATCHES", 2)
    done = []
    for number in range(1, 6):
        load(store, rows(period=f"2022-{number:02d}", value=number))
        done.append(build(store))
        same_everywhere(store)
    assert done == ["built", "updated", "updated", "updated", "built"]
    assert Cube(store).sql("SELECT max(month) AS m FROM rows")["m"].to_pylist() == [month("2022-05")]


def test_the_command_builds_and_tells(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--store", str(store.folder)]
    load(store, rows(period="2022-01", value=5))
    assert main(["cube", *where]) == 0
    assert "no cube; make it with tidewaiter cube build" in capsys.readouterr().out
    assert main(["cube", "build", *where]) == 0
    assert "built" in capsys.readouterr().out
    assert main(["cube", "status", *where, "--format", "json"]) == 0
    assert '"state": "current"' in capsys.readouterr().out
    release = load(store, rows(period="2022-02", value=6))
    assert main(["cube", *where]) == 0
    assert f"not in it: {release.id[:12]}; bring it up" in capsys.readouterr().out
    assert main(["cube", "build", *where]) == 0
    said = capsys.readouterr().out
    assert "cube updated; state: current; 2 rows, 1 batches" in said
    assert "built for 2 releases" in said
    assert "batch 1: 1 rows of 1 months" in said
