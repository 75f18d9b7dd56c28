"""Amounts below zero: corrections that a publisher books in a month. No level, no zero, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.test_comtrade import answer, record
from tests.sources.test_eurostat import bulk
from tidewaiter.cli import main
from tidewaiter.model import Flow, Measure, SeriesKey, State
from tidewaiter.period import Period
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

NOTE = "below zero, read as not recorded: a correction is no level of trade"
Capture = pytest.CaptureFixture[str]


def loaded(folder: Path, content: bytes, name: str, *more: str) -> Store:
    file = folder / name
    file.write_bytes(content)
    assert main(["load", str(file), "--store", str(folder / "books"), "--published", "2023-01-21", *more]) == 0
    return Store(folder / "books")


def states(
    store: Store, reporter: str, partner: str, flow: Flow, code: str, measure: Measure, when: str
) -> set[tuple[State, float]]:
    view = View(store)
    found = set()
    for dataset in view.datasets():
        key = SeriesKey(dataset, reporter, partner, flow, code, "", measure, "")
        for cell in view.cells(key, Period.parse(when)):
            found.add((cell.state, cell.bounds.lo))
    return found


def test_a_value_of_comtrade_below_zero_is_not_recorded(tmp_path: Path, capsys: Capture) -> None:
    row = record(primaryValue=-5.0, fobvalue=-5.0, netWgt=7.0, qty=7.0)
    store = loaded(tmp_path, answer(row), "a.json")
    said = capsys.readouterr()
    assert "1 cell below zero" in said.out + said.err
    assert any(NOTE in note for note in store.releases()[0].notes)
    when, code = f"{row['period'][:4]}-{row['period'][4:]}", row["cmdCode"]
    assert states(store, "CHN", "PRK", Flow("X"), code, Measure.VALUE, when) == {(State.NOT_RECORDED, 0.0)}
    assert states(store, "CHN", "PRK", Flow("X"), code, Measure.NET_WEIGHT, when) == {(State.VALUE, 7.0)}


def test_a_part_below_zero_counts_in_its_total_and_is_no_level_itself(tmp_path: Path, capsys: Capture) -> None:
    rows = (("DE", "KG", "87032410", 2, 1, "", 900, 90, 0), ("DE", "KG", "87032410", 2, 2, "", -200, -20, 0))
    store = loaded(tmp_path, bulk(*rows), "full_v2_202209.dat")
    assert "below zero" in capsys.readouterr().out
    assert states(store, "DEU", "KGZ", Flow.EXPORT, "87032410", Measure.VALUE, "2022-09") == {(State.VALUE, 700.0)}
    table = store.observations(partner="KGZ", flow="X").to_pylist()
    assert {row["value"] for row in table if row["customs_regime"]} <= {None}
    assert not any(row["value"] is not None and row["value"] < 0 for row in table)


def test_a_month_below_zero_breaks_no_command(tmp_path: Path, capsys: Capture) -> None:
    values = [5, 7, -3, 9, 11, 4, 6, 8, 10, 12, 3, 5, 7, 40]
    listed = []
    for at, value in enumerate(values):
        year, number = 2021 + at // 12, at % 12 + 1
        when = {
            "period": f"{year}{number:02d}",
            "refMonth": number,
            "refYear": year,
            "refPeriodId": year * 10000 + number * 100 + 1,
        }
        listed.append(
            record(primaryValue=value * 1e6, fobvalue=value * 1e6, cmdCode="8703", aggrLevel=4, isLeaf=False, **when)
        )
    loaded(tmp_path, answer(*listed), "a.json")
    books = str(tmp_path / "books")
    capsys.readouterr()
    question = ["series", "--reporter", "CHN", "--partner", "PRK", "--cmd", "8703", "--store", books]
    assert main([*question, "--format", "json"]) == 0
    said = capsys.readouterr().out
    assert "-3000000" not in said
    assert "not recorded" in said
    out = tmp_path / "out"
    asked = ["--reporter", "CHN", "--partner", "PRK", "--from", "2022-02", "--to", "2022-02", "--store", books]
    assert main(["brief", *asked, "--out", str(out)]) == 0
    page = (out / "brief.md").read_text(encoding="utf-8")
    assert "US$40 million" in page
    assert "March 2021" in page  # nobody knows that month, so nothing is called a record over it
    assert "the highest of any month" not in page
    assert NOTE in page
    assert main(["scan", "--partner", "PRK", "--store", books, "--channel", "record", "spike"]) == 0
    assert main(["check", str(out / "brief.md"), "--store", books]) == 0


def test_a_weight_below_zero_leaves_the_value(tmp_path: Path) -> None:
    store = loaded(tmp_path, answer(record(primaryValue=5.0, fobvalue=5.0, netWgt=-7.0)), "a.json")
    row = store.observations(partner="PRK", flow="X").to_pylist()[0]
    assert (row["value"], row["net_wgt_kg"]) == (5.0, None)


def test_nothing_is_told_where_nothing_is_below_zero(tmp_path: Path, capsys: Capture) -> None:
    loaded(tmp_path, answer(record(primaryValue=5.0, fobvalue=5.0)), "a.json")
    said = capsys.readouterr()
    assert "below zero" not in said.out + said.err


def test_a_store_made_again_from_raw_bytes_says_the_same(tmp_path: Path, capsys: Capture) -> None:
    store = loaded(tmp_path, answer(record(primaryValue=-5.0, fobvalue=-5.0, netWgt=7.0)), "a.json")
    before = store.observations(partner="PRK", flow="X").to_pylist()
    for file in (tmp_path / "books" / "rows").rglob("*.parquet"):
        file.unlink()
    main(["doctor", "--store", str(tmp_path / "books"), "--rebuild"])
    assert Store(tmp_path / "books").observations(partner="PRK", flow="X").to_pylist() == before
