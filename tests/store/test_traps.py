"""What goes wrong with customs statistics, on real files where they are there."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

from tests.shared_data import shared
from tidewaiter.model import Flow, Measure, SeriesKey, State
from tidewaiter.period import Period, month
from tidewaiter.store.store import Store
from tidewaiter.store.view import View


def test_world_and_group_rows_of_the_census_are_never_added_to_countries(tmp_path: Path) -> None:
    path = shared("data/census/us_imports_fish_hs6_monthly_2018.csv.gz")
    store = Store(tmp_path / "store", create=True)
    store.load(path)
    view = View(store)
    every = view.rows(period=Period.parse("2018-03"), digits=6, whole=True)
    world = {row["cmd_code"]: row["value"] for row in every.to_pylist() if row["partner"] == "W00"}
    countries: Counter[str] = Counter()
    for row in view.rows(period=Period.parse("2018-03"), digits=6, whole=True, countries=True).to_pylist():
        countries[row["cmd_code"]] += row["value"]
    assert world
    assert {code: value for code, value in countries.items() if value} == {c: v for c, v in world.items() if v}
    doubled = sum(value for value in every["value"].to_pylist())
    assert doubled > 2 * sum(world.values())


def test_headings_and_lines_of_the_eu_file_are_never_added_together(tmp_path: Path) -> None:
    path = shared("data/comext/eu27_exports_sanctioned_cn8_monthly_2020_2022.csv.gz")
    store = Store(tmp_path / "store", create=True)
    store.load(path)
    lines: Counter[tuple[str, str]] = Counter()
    with gzip.open(path, "rt", encoding="ascii") as file:
        for row in csv.DictReader(file):
            if row["partner"] == "KG" and row["period"] == "2022-09":
                lines[row["reporter"], row["product_code"]] += int(row["value_eur"])
    view = View(store)
    for digits in (4, 8):
        table = view.rows(partners="KGZ", period=Period.parse("2022-09"), digits=digits, whole=True, countries=True)
        expected = sum(value for (_, code), value in lines.items() if len(code) == digits)
        assert sum(table["value"].to_pylist()) == expected
    blocks = list(view.blocks(partners="KGZ", digits=8))
    assert {len(code) for block in blocks for code in block.keys["cmd_code"].to_pylist()} == {8}
    # The line for smartphones is born in 2022: none before is about the code, not the goods.
    key = SeriesKey("comext", "DEU", "KGZ", Flow.EXPORT, "85171300", "", Measure.VALUE, "EUR")
    cells = view.cells(key, Period.parse("2021-11..2022-02"))
    assert [cell.state for cell in cells[:2]] == [State.NOT_ALIVE, State.NOT_ALIVE]
    assert all(cell.state is not State.ZERO for cell in cells)


def test_three_partners_in_a_file_say_nothing_of_a_fourth(tmp_path: Path) -> None:
    path = shared("data/gacc/gacc_soybean_2023.gb18030.csv")
    store = Store(tmp_path / "store", create=True)
    store.load(path, flow="M", covers=["partners=ARG,BRA,USA; codes=1201; periods=2023"])
    view = View(store)
    assert view.months("gacc", "CHN", "M") == tuple(range(month("2023-01"), month("2023-12") + 1))

    def states(partner: str) -> set[State]:
        key = SeriesKey("gacc", "CHN", partner, Flow.IMPORT, "12019019", "", Measure.VALUE, "CNY")
        return {cell.state for cell in view.cells(key, Period.parse("2023"))}

    assert states("USA") == {State.VALUE}
    assert states("CAN") == {State.UNKNOWN}
    assert states("ARG") <= {State.VALUE, State.ZERO}
