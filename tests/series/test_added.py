"""Sums over reporters: a whole only where each is known, at least so much otherwise, and no zero without proof."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tidewaiter.model import State
from tidewaiter.period import Period, month_text
from tidewaiter.series.panel import STATE_NUMBERS, SeriesPanel, panels
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

SPAN = Period.parse("2021-01..2021-12")
Rows = list[tuple[str, str, str, int]]


def written(path: Path, rows: Rows) -> Path:
    body = "".join(f"{who},KG,EXPORT,{code},{when},{value}\n" for who, code, when, value in rows)
    path.write_text(f"reporter,partner,flow,product_code,period,value_eur\n{body}", encoding="utf-8")
    return path


def every_month(who: str, code: str, value: int, months: range = range(12)) -> Rows:
    return [(who, code, month_text(SPAN.start + at), value) for at in months]


def row(panel: SeriesPanel, code: str) -> int:
    return panel.codes.index(code)


def test_a_reporter_without_coverage_leaves_a_sum_open_and_a_silence_unproved(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    covered = every_month("DE", "87031010", 5) + every_month("DE", "87032020", 7, range(3))
    store.load(written(tmp_path / "de.csv", covered), published="2022-03-01", covers=("all",))
    (alone,) = panels(View(store), SPAN, digits=8, together=True)
    assert not alone.partial.any()
    assert set(alone.states[row(alone, "87032020"), 3:].tolist()) == {STATE_NUMBERS[State.ZERO]}
    store.load(written(tmp_path / "fr.csv", every_month("FR", "87031010", 2)), published="2022-03-01")
    (both,) = panels(View(store), SPAN, digits=8, together=True)
    whole, open_ = row(both, "87031010"), row(both, "87032020")
    assert both.values[whole].tolist() == [7.0] * 12
    assert not both.partial[whole].any()
    assert both.known(whole)
    # France says nothing of the other line: what Germany lists is at least so much, and Germany's zero is not the sum's.
    assert both.partial[open_].tolist() == [True] * 3 + [False] * 9
    assert set(both.states[open_, 3:].tolist()) == {STATE_NUMBERS[State.UNKNOWN]}
    assert np.isnan(both.values[open_, 3:]).all()
    assert not both.known(open_)
    # Germany alone is what was asked for: there the silence is proved.
    (one,) = panels(View(store), SPAN, reporters=["DEU"], digits=8, together=True)
    assert set(one.states[row(one, "87032020"), 3:].tolist()) == {STATE_NUMBERS[State.ZERO]}


def test_a_member_of_a_group_that_is_in_no_file_is_lacking(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    rows = every_month("DE", "87031010", 5) + every_month("FR", "87031010", 2)
    store.load(written(tmp_path / "a.csv", rows), published="2022-03-01", covers=("all",))
    (two,) = panels(View(store), SPAN, reporters=["DEU", "FRA"], digits=8, together=True)
    assert not two.partial.any()
    assert two.lacking.tolist() == [0]
    (three,) = panels(View(store), SPAN, reporters=["DEU", "FRA", "LTU", "POL"], digits=8, together=True)
    assert three.values[0].tolist() == [7.0] * 12
    assert three.partial.all()
    assert three.lacking.tolist() == [2]
    assert not three.known(0)


def test_coverage_of_some_codes_and_months_counts_for_these(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    store.load(written(tmp_path / "a.csv", every_month("DE", "87031010", 5)), published="2022-03-01", covers=("all",))
    covers = ("partners=all; codes=8703; periods=2021-01..2021-06",)
    store.load(written(tmp_path / "b.csv", every_month("FR", "87032020", 2)), published="2022-03-01", covers=covers)
    (both,) = panels(View(store), SPAN, digits=8, together=True)
    assert both.partial[row(both, "87031010")].tolist() == [False] * 6 + [True] * 6
    assert both.lacking[row(both, "87031010")] == 1
    assert not both.partial[row(both, "87032020")].any()


def test_reporters_apart_lack_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    store.load(written(tmp_path / "a.csv", every_month("DE", "87031010", 5)), published="2022-03-01")
    store.load(written(tmp_path / "b.csv", every_month("FR", "87032020", 2)), published="2022-03-01")
    (apart,) = panels(View(store), SPAN, digits=8)
    assert not apart.partial.any()
    assert apart.lacking.tolist() == [0, 0]


def test_a_covered_silence_where_goods_are_withheld_is_lacking(tmp_path: Path) -> None:
    """China keeps crude oil to North Korea out of its tables: another's figure is not the sum."""
    from tests.live.playing import comtrade_answer, comtrade_row

    store = Store(tmp_path / "store", create=True)
    rows = [
        {
            **comtrade_row(month_text(number).replace("-", ""), code, 100.0, partner=408),
            "partnerISO": None,
            "reporterCode": who,
            "reporterISO": None,
        }
        for number in SPAN.months
        for who, code in ((643, "270900"), (643, "870323"), (643, "100199"), (156, "870323"))
    ]
    file = tmp_path / "answer.json"
    file.write_bytes(comtrade_answer(rows).body)
    store.load(file, covers=("partners=all; codes=all",))
    (sums,) = panels(View(store), SPAN, reporters=["CHN", "RUS"], flow="X", digits=6, together=True)
    assert sums.partial[row(sums, "270900")].all()
    assert not sums.partial[row(sums, "870323")].any()
    assert not sums.partial[row(sums, "100199")].any()  # covered, and nothing is known to be kept back
