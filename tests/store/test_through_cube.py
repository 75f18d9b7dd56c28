"""What is read through the cube is what the Parquet files say: vintages, coverage, runs, parts, classifications, batches."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.store import test_picked as drawn
from tests.store.plain import load, rows
from tidewaiter.cli import main
from tidewaiter.model import Flow, Measure, SeriesKey
from tidewaiter.period import Period
from tidewaiter.series.amounts import store_amounts
from tidewaiter.series.customs import customs_series
from tidewaiter.series.spans import _codes_under, code_spans
from tidewaiter.store import cells, cube_rows
from tidewaiter.store.cube_build import build
from tidewaiter.store.cube_status import status
from tidewaiter.store.doctor import examine
from tidewaiter.store.picked import picked
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

SPAN = Period.parse("2022-11..2024-01")
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"partners": "PRK"},
    {"partners": ["PRK", "RUS"], "reporters": "CHN", "flow": "X"},
    {"partners": [], "reporters": "CHN"},
    {"partners": "PRK", "codes": ["300490", "TOTAL"]},
    {"codes": "8703", "countries": True},
    {"under": ["87", "3004"], "whole": True},
    {"under": ["8703"], "digits": 6},
    {"partners": "W00", "digits": 0},
    {"partners": "RUS", "period": Period.parse("2023-01..2023-02")},
    {"partners": "RUS", "period": Period.parse("2023-02"), "touching": True},
    {"partners": "RUS", "datasets": "plain", "period": Period.parse("2023-01"), "whole": True},
    {"partners": "PRK", "datasets": ["none"]},
)


def fill(store: Store, draw: random.Random) -> Iterator[str]:
    """Load vintages, one at a time, with and without coverage; yield the day of each."""
    for day in drawn.DAYS[:3]:
        covers = draw.choice(([], ["partners=all; codes=all; periods=2023-01..2023-04"], ["partners=RUS; codes=8703; periods=2023-01..2023-02; flows=X"]))  # fmt: skip
        load(store, drawn.text(draw), kind="full" if covers else "plain", published=day, covers=covers)
        yield day


def told(store: Store, day: str | None, use: bool, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the answers to all questions."""
    monkeypatch.setattr(cube_rows, "FROM_ROWS", 0 if use else 10**9)
    view = View(store, day)
    assert (view.cube() is not None) is use
    found: dict[str, Any] = {
        str(question): sorted(map(repr, view.rows(**question).to_pylist())) for question in QUESTIONS
    }
    keys = [
        SeriesKey("plain", reporter, partner, Flow(flow), code, kind, measure, unit)
        for reporter, partner, flow, code, kind, (measure, unit) in itertools.product(
            ("CHN", "JPN"), drawn.PARTNERS, "X", drawn.CODES, ("",),
            ((Measure.VALUE, "USD"), (Measure.NET_WEIGHT, "kg")),
        )
    ]  # fmt: skip
    for least in (1, 10**6):
        monkeypatch.setattr(cells, "MANY", least)
        found[f"cells {least}"] = {
            key: [(cell.period, cell.bounds, cell.state, sorted(cell.evidence), sorted(cell.note)) for cell in listed]
            for key, listed in view.many(keys, SPAN).items()
        }
    for reporter, partner, code in itertools.product(("CHN", "JPN"), ("PRK",), drawn.CODES[1:]):
        series = customs_series(view, reporter=reporter, partner=partner, codes=[code], period=SPAN)
        found[f"series {reporter} {partner} {code}"] = [
            (one.key, one.codes, one.notes, [(cell.period, cell.bounds, cell.state) for cell in (*one.cells, *one.longer)])
            for one in series
        ]  # fmt: skip
    found["amounts"] = repr(store_amounts(store.folder, "CHN", "PRK", Flow.EXPORT, cmd="8703", as_of=day))
    found["spans"] = code_spans(store.folder, day)
    found["under"] = _codes_under(view, "plain", ["8703", "30"])
    found["years"] = {code: view.years_of_line("plain", code) for code in (*drawn.CODES, "99999999")}
    found["hidden"] = [view.hidden(*spot) for spot in sorted(view.spans)]
    wanted = {"dataset": ["plain", "plain"], "partner": ["PRK", "RUS"], "cmd_code": ["87", "30"]}
    found["finer"] = sorted(map(repr, picked(view, wanted, SPAN, finer=(2, 4)).to_pylist()))
    return found


@pytest.mark.parametrize("seed", [*range(2), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 60))])
def test_the_cube_says_what_the_files_say(store: Store, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    for number, _ in enumerate(fill(store, draw)):
        assert build(store) == ("updated" if number else "built")
        if number:
            through, without = (told(store, None, use, monkeypatch) for use in (True, False))
            assert through == without
        # A day on which all that is there was out is answered by the cube too, an earlier one is not.
        if number == 2:
            assert told(store, "2024-03-31", True, monkeypatch) == told(store, "2024-03-31", False, monkeypatch)
            monkeypatch.setattr(cube_rows, "FROM_ROWS", 0)
            assert View(store, drawn.DAYS[0]).cube() is None
    assert any(status(store).each)


def test_the_command_prints_the_same_either_way(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(11)
    list(fill(store, draw))
    build(store)
    where = ["--store", str(store.folder), "--format", "json"]
    for code, day in itertools.product(("870323", "8703", "TOTAL"), ("2024-12-31", "2024-02-20")):
        printed = []
        for from_rows in (0, 10**9):
            monkeypatch.setattr(cube_rows, "FROM_ROWS", from_rows)
            asked = ["series", "--reporter", "CHN", "--partner", "PRK", "--cmd", code, "--as-of", day]
            assert main([*asked, *where]) == 0
            printed.append(capsys.readouterr().out)
        assert printed[0] == printed[1]
        assert json.loads(printed[0])["series"]


def test_a_stale_or_damaged_cube_is_passed_over(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cube_rows, "FROM_ROWS", 0)
    load(store, rows(period="2023-01", value=5))
    build(store)
    assert View(store).cube() is not None
    assert View(store, through_cube=False).cube() is None
    later = load(store, rows(period="2023-02", value=6))
    assert View(store).cube() is None
    assert View(store).rows(partners="PRK")["value"].to_pylist() == [5, 6]
    build(store)
    held = View(store)
    assert held.rows(partners="PRK")["value"].to_pylist() == [5, 6]
    store.withdraw(later.id)
    assert View(store).cube() is None
    assert View(store).rows(partners="PRK")["value"].to_pylist() == [5]
    build(store)
    next((store.folder / "cube").glob("base-*")).unlink()
    assert View(store).rows(partners="PRK")["value"].to_pylist() == [5]
    build(store)
    # What the rows were made from was read again, perhaps by a reader that reads better.
    assert View(store).cube() is not None
    examine(store, rebuild=True)
    assert View(store).cube() is None


def test_batches_are_taken_into_later_ones(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidewaiter.store.cube_build.ABSORBED", 5)
    monkeypatch.setattr(cube_rows, "FROM_ROWS", 0)
    load(store, rows(period=["2022-01", "2022-02", "2022-03", "2022-01..2022-03"] * 5, value=1,
                     partner=[word for word in ("PRK", "RUS", "CAN", "USA", "JPN") for _ in range(4)]))  # fmt: skip
    build(store)
    seen = []
    for number in range(1, 9):
        load(store, rows(period=f"2023-{number:02d}", value=number))
        assert build(store) == "updated"
        seen.append([one.rows for one in status(store).each])
        told = View(store).rows(partners="PRK")
        assert sorted(told["value"].to_pylist()) == sorted([1, 1, 1, 1, *range(1, number + 1)])
    assert seen[:5] == [[1], [2], [2, 1], [4], [4, 1]]
    # The sum of two that come together may not pass the limit.
    assert seen[5:] == [[4, 2], [4, 2, 1], [4, 4]]
    load(store, rows(period=["2023-08", "2022-02"], value=[80, 20]), published="2024-01-01")
    build(store)
    assert status(store).each[-1].rows == 6
    found = dict(zip(*(View(store).rows(partners="PRK")[name].to_pylist() for name in ("period_start", "value")), strict=True))  # fmt: skip
    assert (found[2023 * 12 + 7], found[2022 * 12 + 1], found[2023 * 12]) == (80, 20, 1)
