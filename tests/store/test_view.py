from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.store.plain import load, rows
from tidewaiter.errors import BadFile, InputError
from tidewaiter.model import Flow, Measure, SeriesKey, State
from tidewaiter.period import Period, month
from tidewaiter.store.load import Refused
from tidewaiter.store.store import Store
from tidewaiter.store.view import ROWS, View

KEY = SeriesKey("plain", "CHN", "PRK", Flow.EXPORT, "300490", "", Measure.VALUE, "")
YEAR = Period.parse("2022-01..2022-06")


def key(**changes: Any) -> SeriesKey:
    import msgspec

    return msgspec.structs.replace(KEY, **changes)


def states(
    store: Store, what: SeriesKey = KEY, period: str = "2022-01..2022-06", as_of: str | None = None
) -> list[str]:
    return [cell.state.value for cell in View(store, as_of).cells(what, Period.parse(period))]


def values(store: Store, what: SeriesKey = KEY, as_of: str | None = None) -> list[float]:
    return [cell.bounds.lo for cell in View(store, as_of).cells(what, YEAR) if cell.state is State.VALUE]


def test_a_query_says_nothing_of_what_it_does_not_list(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-03"], value=[5, 0]))
    assert states(store) == ["value", "not known", "zero", "unreleased", "unreleased", "unreleased"]
    # Another partner, another code, another flow: not known where the month was released at all.
    assert states(store, key(partner="RUS"))[:3] == ["not known"] * 3
    assert states(store, key(cmd="300215"))[0] == "not known"
    assert states(store, key(flow=Flow.IMPORT))[0] == "not known"
    assert View(store).cells(key(partner="RUS"), YEAR)[0].bounds.hi == np.inf


def test_declared_coverage_makes_silence_a_zero_and_only_inside_it(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-03"], value=[5, 7]),
         covers=["partners=PRK,RUS; codes=3004; periods=2022-01..2022-04"])  # fmt: skip
    assert states(store) == ["value", "zero", "value", "zero", "unreleased", "unreleased"]
    assert states(store, key(partner="RUS"))[:4] == ["zero"] * 4
    assert states(store, key(partner="CAN"))[0] == "not known"
    assert states(store, key(cmd="300410"))[0] == "zero"
    assert states(store, key(cmd="300215"))[0] == "not known"
    # The file lists six digits: its silence on four or eight says nothing, nor does that on another measure.
    assert states(store, key(cmd="3004"))[0] == "not known"
    assert states(store, key(cmd="30049010"))[0] == "not known"
    assert states(store, key(measure=Measure.NET_WEIGHT, partner="RUS"))[0] == "not known"


def test_all_partners_are_countries_not_the_world(store: Store) -> None:
    load(store, rows(period="2022-01", value=5), covers=["all"])
    assert states(store, key(partner="CAN"))[0] == "zero"
    for group in ("W00", "ASEAN"):
        assert states(store, key(partner=group))[0] == "not known"


def test_a_full_file_proves_its_zeros_for_what_it_reports(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-01", "2022-02"], partner=["PRK", "RUS", "RUS"], value=[5, 6, 7],
                     reporter=["CHN", "CHN", "MNG"]), kind="full")  # fmt: skip
    assert states(store)[:2] == ["value", "unreleased"]
    assert states(store, key(partner="CAN"))[0] == "zero"
    assert states(store, key(reporter="MNG"))[:2] == ["not known", "zero"]
    assert states(store, key(reporter="JPN"))[0] == "not known"


def test_a_code_is_not_alive_before_its_birth_and_a_line_without_a_table_is_not_known(store: Store) -> None:
    load(store, rows(period=["2021-12", "2022-01"], cmd_code=["30022000", "30024100"], value=[5, 6]),
         covers=["codes=3002; periods=2021-11..2022-02"])  # fmt: skip
    life = "2021-11..2022-02"
    assert states(store, key(cmd="30024100"), life) == ["code not alive", "code not alive", "value", "zero"]
    assert states(store, key(cmd="30022000"), life) == ["zero", "value", "code not alive", "code not alive"]
    # 3002.41 lives in 2022, but whether the tariff has a line 3002 4199 nobody can say.
    assert states(store, key(cmd="30024199"), life)[2:] == ["not known", "not known"]


def test_merged_months_stay_merged_and_are_bounded(store: Store) -> None:
    load(store, rows(period=["2022-01..2022-02", "2022-03"], value=[110, 30]))
    cells = View(store).cells(KEY, YEAR)
    assert [cell.state for cell in cells[:3]] == [State.MERGED, State.MERGED, State.VALUE]
    assert (cells[0].bounds.lo, cells[0].bounds.hi) == (0, 110)
    assert [str(run.period) for run in View(store).printed_runs(KEY, YEAR)] == ["2022-01..2022-02"]
    # A later file lists January alone: it is read from the release, not from the calendar.
    load(store, rows(period=["2022-01"], value=[60]))
    cells = View(store).cells(KEY, YEAR)
    assert [cell.state for cell in cells[:2]] == [State.VALUE, State.MERGED]
    assert cells[1].bounds.hi == 50


def test_a_year_does_not_make_its_months_zero(store: Store) -> None:
    load(store, rows(period="2022", value=120, partner="RUS"), covers=["partners=all; codes=all; periods=2022"])
    assert states(store, key(partner="RUS"))[0] == "merged"
    assert states(store, key(partner="CAN"))[0] == "zero"
    assert View(store).cells(key(partner="CAN"), YEAR)[0].note.startswith("the release covers 2022 as a whole")


def test_withheld_trade_is_never_a_zero(store: Store) -> None:
    load(store, rows(period="2022-01", value=5, dataset="gacc"), covers=["all"])
    crude = key(dataset="gacc", cmd="270900")
    assert states(store, crude)[0] == "withheld"
    assert states(store, key(dataset="gacc", cmd="271012"))[0] == "zero"


def test_goods_hidden_under_letters_or_a_secret_partner_are_withheld_not_zero(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-02", "2022-03"], partner=["PRK", "RUS", "_QY"],
                     cmd_code=["27SSSSSS", "27101943", "27101943"], value=[5, 6, 7]),
         covers=["codes=27; partners=all; periods=2022-01..2022-04"])  # fmt: skip
    line = key(cmd="27101943")
    assert states(store, line, "2022-01..2022-04") == ["withheld", "zero", "withheld", "zero"]
    assert states(store, key(cmd="27101943", partner="CAN"), "2022-01..2022-02") == ["zero", "zero"]
    assert states(store, key(cmd="27101943", partner="RUS"), "2022-01..2022-03") == ["zero", "value", "withheld"]


def test_measures_that_are_not_there_or_zero_beside_a_value_are_not_recorded(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-02", "2022-03"], value=[5, 6, 0], net_wgt_kg=[2, 0, 0], qty=["", 3, ""],
                     qty_unit=["", "items", ""]))  # fmt: skip
    assert states(store, key(measure=Measure.NET_WEIGHT))[:3] == ["value", "not recorded", "zero"]
    assert states(store, key(measure=Measure.QUANTITY))[:3] == ["not recorded", "value", "not recorded"]
    assert states(store, key(measure=Measure.QUANTITY, unit="pairs"))[1] == "not recorded"


def test_a_correction_is_a_vintage_and_as_of_goes_by_publication(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-02"], value=[10, 20]), published="2022-03-20")
    load(store, rows(period=["2022-02", "2022-03"], value=[25, 30]), published="2022-07-01..2022-07-31")
    assert values(store) == [10, 25, 30]
    assert values(store, as_of="2022-05-01") == [10, 20]
    # Published some day in July: on the 15th that is not sure.
    assert values(store, as_of="2022-07-15") == [10, 20]
    assert values(store, as_of="2022-07-31") == [10, 25, 30]
    assert states(store, as_of="2022-03-01") == ["not known"] * 2 + ["unreleased"] * 4


def test_the_silence_of_a_newer_release_takes_a_row_back(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-01"], partner=["PRK", "RUS"], value=[10, 20]), published="2022-03-20")
    load(store, rows(period="2022-01", partner="RUS", value=21), kind="full", published="2022-05-20")
    assert states(store)[0] == "zero"
    assert states(store, as_of="2022-04-01")[0] == "value"
    assert View(store).rows(partners="PRK").num_rows == 0
    # An older full file does not take back what a newer one lists.
    load(store, rows(period="2022-01", partner="CAN", value=1), kind="full", published="2022-01-31")
    assert states(store, key(partner="RUS"))[0] == "value"
    assert states(store)[0] == "zero"


def test_a_release_without_a_date_counts_from_the_day_it_was_loaded(store: Store) -> None:
    release = load(store, rows(period="2022-01", value=10))
    today = release.loaded[:10]
    assert release.published == ""
    assert release.published_to == today
    assert states(store, as_of=today)[0] == "value"
    assert states(store, as_of="2022-06-30")[0] == "not known"


def test_datasets_are_never_blended(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-02"], dataset=["plain", "other"], value=[10, 20]))
    found = View(store).keys(reporter="CHN", partner="PRK", codes="300490")
    assert [one.dataset for one in found] == ["other", "plain"]
    assert states(store)[:2] == ["value", "unreleased"]


def test_units_and_currencies_make_series_of_their_own(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-02"], value=[10, 20], currency=["CNY", "USD"], qty=[1, 2],
                     qty_unit=["items", "kg"]))  # fmt: skip
    found = View(store).keys(reporter="CHN", partner="PRK", codes="300490")
    assert [one.unit for one in found] == ["CNY", "USD"]
    assert states(store, found[0])[:2] == ["value", "not recorded"]


def test_a_new_edition_of_the_nomenclature_continues_a_series(store: Store) -> None:
    load(store, rows(period=["2021-12", "2022-01"], classification=["HS 2017", "HS 2022"], value=[10, 20]))
    found = View(store).keys(reporter="CHN", partner="PRK", codes="300490")
    assert [one.classification for one in found] == [""]
    assert states(store, found[0], "2021-12..2022-01") == ["value", "value"]
    load(store, rows(period="2022-01", classification="HS 2017", value=99))
    assert states(store)[0] == "conflict"
    assert len(View(store).keys(reporter="CHN", partner="PRK", codes="300490")) == 2


def test_parts_are_no_total_unless_all_of_them_are_there(store: Store) -> None:
    text = rows(period="2022-01", customs_regime=["10", "14"], value=[10, 20])
    load(store, text)
    cell = View(store).cells(KEY, YEAR)[0]
    assert (cell.state, cell.bounds.lo, cell.bounds.hi) == (State.UNKNOWN, 30, np.inf)
    assert View(store).rows(whole=True).num_rows == 0
    other = Store(store.folder.parent / "other", create=True)
    load(other, text, covers=["regimes=all"])
    cell = View(other).cells(KEY, YEAR)[0]
    assert (cell.state, cell.bounds.lo, cell.bounds.hi) == (State.VALUE, 30, 30)


def test_sums_take_one_length_of_code_and_single_countries(store: Store) -> None:
    load(store, rows(
        period="2022-01", partner=["PRK", "RUS", "W00", "ASEAN", "PRK", "PRK"],
        cmd_code=["300490", "300490", "300490", "300490", "3004", "300490"],
        customs_regime=["", "", "", "", "", "10"], value=[1, 2, 3, 4, 5, 6],
    ))  # fmt: skip
    whole = View(store).rows(digits=6, whole=True, countries=True)
    assert sum(whole["value"].to_pylist()) == 3
    (block,) = View(store).blocks(digits=6)
    assert block.values.sum() == 3


def test_blocks_hold_what_the_rows_hold(store: Store) -> None:
    rng = np.random.default_rng(1)
    count = 400
    months = [f"202{2 + m // 12}-{m % 12 + 1:02d}" for m in rng.integers(0, 24, count)]
    cells = {
        (r, p, c, m): v
        for r, p, c, m, v in zip(
            rng.choice(["CHN", "JPN", "USA"], count).tolist(), rng.choice(["PRK", "RUS", "CAN"], count).tolist(),
            rng.choice(["010121", "300490", "870323"], count).tolist(), months, range(count), strict=True,
        )
    }  # fmt: skip
    text = [list(column) for column in zip(*cells, strict=True)]
    load(store, rows(reporter=text[0], partner=text[1], cmd_code=text[2], period=text[3], value=list(cells.values())))
    load(store, rows(reporter="USA", partner="PRK", cmd_code="010121", period="2022-01", value=7777))
    cells["USA", "PRK", "010121", "2022-01"] = 7777
    seen = {}
    for block in View(store).blocks():
        keys = block.keys.to_pylist()
        assert keys == sorted(keys, key=lambda key: (key["partner"], key["cmd_code"]))
        for at, key in enumerate(keys):
            low, high = block.offsets[at], block.offsets[at + 1]
            assert (np.diff(block.months[low:high]) > 0).all()
            for number, value in zip(block.months[low:high], block.values[low:high], strict=True):
                seen[key["reporter"], key["partner"], key["cmd_code"], int(number)] = value
    assert seen == {(r, p, c, month(m)): v for (r, p, c, m), v in cells.items()}


def test_blocks_are_cut_by_partner_where_memory_asks_for_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    partners = ["PRK", "RUS", "CAN", "USA", "JPN"]
    load(store, rows(period="2022-01", partner=partners, value=[1, 2, 3, 4, 5]))
    monkeypatch.setattr("tidewaiter.store.blocks.BLOCK_ROWS", 2)
    blocks = list(View(store).blocks())
    assert len(blocks) > 1
    assert sum(block.values.sum() for block in blocks) == 15


def test_covered_months_agree_with_the_cells(store: Store) -> None:
    load(store, rows(period=["2022-01", "2022-03"], partner=["PRK", "RUS"], value=[5, 7]),
         covers=["partners=PRK; codes=3004; periods=2022-01..2022-04"])  # fmt: skip
    (block,) = View(store).blocks()
    table = View(store).covered_months(block.keys, list(YEAR))
    assert table.tolist() == [[True] * 4 + [False] * 2, [False] * 6]


def test_a_row_that_stands_twice_counts_once_and_two_that_differ_are_refused(store: Store) -> None:
    release = load(store, rows(period=["2022-01", "2022-01"], value=[5, 5]))
    assert release.rows == 1
    assert "twice" in release.notes[0]
    with pytest.raises(BadFile, match=r"two rows tell one cell differently.*PRK.*value 5 and value 6"):
        load(store, rows(period=["2022-01", "2022-01"], value=[5, 6]))
    assert len(store.releases()) == 1


def test_more_rows_than_memory_takes_are_sorted_in_runs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    text = rows(
        period=[f"2022-{m:02d}" for m in range(1, 13)] * 3, reporter=["CHN"] * 12 + ["USA"] * 12 + ["CHN"] * 12,
        value=[*range(24), *range(12)], qty=["", 1, 2] * 12,
    )  # fmt: skip
    monkeypatch.setattr("tidewaiter.store.segments.RUN_ROWS", 10)
    release = load(store, text)
    assert release.rows == 24
    assert "12 rows" in release.notes[0]
    assert sum(View(store).rows()["value"].to_pylist()) == sum(range(24))
    assert sorted(p.name for p in (store.folder / "rows").iterdir() if "run" in p.name) == []
    clash = text.replace("2022-12,CHN,11", "2022-12,CHN,12", 1)
    with pytest.raises(BadFile, match="differently"):
        load(store, clash)


def test_a_segment_that_memory_does_not_hold_is_merged_by_partners(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tidewaiter.store.segments.RUN_ROWS", 8)
    monkeypatch.setattr("tidewaiter.store.segments.GROUP_ROWS", 3)
    partners = ["PRK", "RUS", "CAN", "USA", "JPN", "KOR", "MNG"]
    cells = [(who, f"2022-{m:02d}", 10 * at + m) for m in range(1, 7) for at, who in enumerate(partners)]
    # Some rows stand twice, far from each other.
    partner, period, value = (list(column) for column in zip(*cells, *cells[::5], strict=True))
    release = load(store, rows(period=period, partner=partner, value=value))
    assert release.rows == len(cells)
    assert "9 rows" in release.notes[0]
    read = [
        (row["partner"], row["period_start"], row["value"])
        for segment in sorted(store.catalogue.segments(), key=lambda one: (one.file, one.row_group))
        for row in pq.ParquetFile(store.folder / "rows" / segment.file).read_row_group(segment.row_group).to_pylist()
    ]
    assert read == sorted((who, month(when), told) for who, when, told in cells)
    assert View(store).partner_rows("plain", "CHN", "X") == dict.fromkeys(partners, 6)
    assert View(store).rows(partners="KOR")["value"].to_pylist() == [51, 52, 53, 54, 55, 56]
    with pytest.raises(BadFile, match=r"two rows tell one cell differently.*MNG.*value 61 and value 7"):
        load(store, rows(period=[*period, "2022-01"], partner=[*partner, "MNG"], value=[*value, 7]))


def test_bad_rows_refuse_a_file_unless_asked_to_go_on(store: Store) -> None:
    text = rows(period=["2022-01", "2022-02", "2022-03"], value=[5, "bad", 7])
    with pytest.raises(Refused) as refused:
        load(store, text, covers=["all"])
    assert (refused.value.rejects[0].line, refused.value.rejects[0].column) == (4, "value")
    release = load(store, text, covers=["all"], keep_going=True)
    assert (release.rows, release.rejected) == (2, 1)
    report = store.folder / "rejects" / f"{release.id}.csv"
    assert list(csv.reader(report.read_text().splitlines())) == [
        ["line", "column", "value", "reason"],
        ["4", "value", "bad", "not a number"],
    ]
    # The rejected cell must not be read as a zero.
    assert states(store)[1] == "not known"


def test_rejects_are_safe_to_open_in_a_spreadsheet() -> None:
    from tidewaiter.sources.observation import Reject
    from tidewaiter.store.load import rejects_csv

    assert "'=cmd" in rejects_csv([Reject(1, "partner", "=cmd|' /C calc'!A0", "not a partner")])


def test_the_same_bytes_again_change_nothing_and_a_withdrawn_release_can_be_loaded_anew(store: Store) -> None:
    text = rows(period="2022-01", value=5)
    path = store.folder.parent / "same.csv"
    path.write_text("plain\n" + text)
    first = store.load(path, flow="M")
    assert not store.load(path, flow="X").new
    assert states(store, key(flow=Flow.IMPORT))[0] == "value"
    store.withdraw(first.id[:12])
    assert View(store).rows().schema.equals(ROWS)
    assert View(store).rows().num_rows == 0
    assert store.load(path, flow="X").new
    assert states(store)[0] == "value"


@pytest.mark.parametrize(
    "text",
    ["", "partners", "partners=", "planets=all", "partners=Atlantis", "codes=twelve", "periods=2022-13", "flows=in",
     "partners=all; partners=PRK", "periods=all", "measures=weight", "reporters=all", "periods=2999"],
)  # fmt: skip
def test_a_declaration_that_cannot_be_meant_is_refused(store: Store, text: str) -> None:
    with pytest.raises(InputError) as error:
        load(store, rows(period="2022-01", value=5), covers=[text])
    assert "\n" not in str(error.value)
    assert store.releases() == ()


def test_months_and_runs_are_those_of_the_release(store: Store) -> None:
    load(store, rows(period=["2022-01..2022-02", "2022-03", "2022"], value=[1, 2, 3]))
    view = View(store)
    assert view.months("plain", "CHN", "X") == (month("2022-03"),)
    assert [str(run) for run in view.runs("plain", "CHN", "X")] == ["2022-01..2022-02", "2022"]
    assert view.datasets() == ("plain",)
    assert view.reporters("plain", "M") == ()


def test_a_segment_that_is_gone_is_said_so(store: Store) -> None:
    from tidewaiter.errors import StoreError

    load(store, rows(period="2022-01", value=5))
    for file in (store.folder / "rows").iterdir():
        file.unlink()
    with pytest.raises(StoreError, match="doctor"):
        View(store).rows()


def test_leading_zeros_of_codes_stay(store: Store, tmp_path: Path) -> None:
    load(store, rows(period="2022-01", cmd_code=["010121", "0101", "01"], value=[1, 2, 3]))
    assert sorted(View(store).rows()["cmd_code"].to_pylist()) == ["01", "0101", "010121"]
