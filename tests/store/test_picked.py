"""Many series by a join say what few by the list say: with vintages, coverage, runs, parts, classifications and compaction."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.store.plain import load, rows
from tidewaiter.errors import StoreError
from tidewaiter.model import Flow, Measure, SeriesKey
from tidewaiter.period import Period
from tidewaiter.store import cells
from tidewaiter.store.doctor import compact
from tidewaiter.store.picked import learn_hidden, picked
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

PARTNERS, CODES = ("PRK", "RUS", "W00"), ("300490", "870323", "8703", "30049010", "TOTAL")
PERIODS = ["2023-01", "2023-02", "2023-03", "2023-04", "2023-01..2023-02", "2023-11", "2023-12"]
DAYS = ["2024-01-10", "2024-02-10", "2024-02-11..2024-03-05", "2024-04-01"]


def text(draw: random.Random) -> str:
    keys: dict[tuple[str, ...], tuple[str, ...]] = {}
    for _ in range(draw.randrange(5, 40)):
        key = (draw.choice(("CHN", "JPN")), draw.choice(PARTNERS), draw.choice("XM"), draw.choice(CODES),
               draw.choice(PERIODS), draw.choice(("", "", "", "10")), draw.choice(("HS", "HS", "HS 2022")))  # fmt: skip
        keys[key] = (str(draw.randrange(9999)), draw.choice(("", "5", "0")), draw.choice(("", "USD", "CNY")) or "USD")
    names = ("reporter", "partner", "flow", "cmd_code", "period", "customs_regime", "classification")
    columns: dict[str, Any] = dict(zip(names, map(list, zip(*keys, strict=True)), strict=True))
    more = dict(zip(("value", "net_wgt_kg", "currency"), map(list, zip(*keys.values(), strict=True)), strict=True))
    return rows(**columns, **more)


def answers(store: Store, day: str | None, monkeypatch: pytest.MonkeyPatch, least: int) -> Any:
    monkeypatch.setattr(cells, "MANY", least)
    keys = [
        SeriesKey("plain", reporter, partner, Flow(flow), code, kind, measure, unit)
        for reporter in ("CHN", "JPN")
        for partner in PARTNERS
        for flow in "XM"
        for code in CODES
        for kind in ("", "HS")
        for measure, unit in ((Measure.VALUE, "USD"), (Measure.NET_WEIGHT, "kg"))
    ]
    found = View(store, day).many(keys, Period.parse("2022-11..2024-01"))
    # Which of two classifications comes first is an accident of the order of rows.
    return {
        key: [(cell.period, cell.bounds, cell.state, sorted(cell.evidence), sorted(cell.note)) for cell in listed]
        for key, listed in found.items()
    }


@pytest.mark.parametrize("seed", range(6))
def test_the_join_says_what_the_list_says(store: Store, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    draw = random.Random(seed)
    for day in DAYS:
        covers = draw.choice(([], ["partners=all; codes=all; periods=2023-01..2023-04"]))
        load(store, text(draw), kind="full" if covers else "plain", published=day, covers=covers)
    for step in range(2):
        if step:
            compact(store)
        for day in (None, "2024-01-10", "2024-03-01", "2024-03-05"):
            few, many = (answers(store, day, monkeypatch, least) for least in (10**6, 1))
            assert few == many
            assert any(cell[3] for listed in few.values() for cell in listed)


def test_what_lies_under_a_code_is_found_by_its_length(store: Store) -> None:
    load(
        store,
        rows(cmd_code=["87", "8703", "870323", "87032310", "8803"], value=["1", "2", "3", "4", "5"], period="2023-01"),
    )
    wanted = {"dataset": ["plain"], "reporter": ["CHN"], "partner": ["PRK"], "flow": ["X"], "cmd_code": ["87"]}
    table = picked(View(store), wanted, Period.parse("2023"), finer=(2, 4))
    assert sorted(table["cmd_code"].to_pylist()) == ["8703", "870323"]
    wanted["cmd_code"] = ["8'; DROP"]
    assert picked(View(store), wanted, Period.parse("2023")).num_rows == 0


def test_what_is_hidden_is_found_for_all_reporters_at_once(store: Store) -> None:
    load(
        store,
        rows(
            reporter=["DEU", "DEU", "FRA", "FRA"], partner=["PRK", "_QY", "_QZ", "PRK"],
            cmd_code=["27SSSSSS", "8703", "8703", "870323"], value=["1", "2", "3", "4"], period="2023-01",
        ),
    )  # fmt: skip
    view, other = View(store), View(store)
    learn_hidden(view, "plain")
    for spot in view.spans:
        assert view.hidden(*spot) == other.hidden(*spot)
    assert any(view.hidden(*spot) for spot in view.spans)


def test_a_missing_file_is_told_with_the_next_step(store: Store) -> None:
    load(store, rows(value=["1"], period="2023-01"))
    for path in (store.folder / "rows").iterdir():
        path.unlink()
    wanted = {"dataset": ["plain"], "reporter": ["CHN"]}
    with pytest.raises(StoreError, match="tidewaiter doctor --store"):
        picked(View(store), wanted, Period.parse("2023"))
