"""Cells that a file does not list by themselves: headings of national lines, groups of countries, other units and currencies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.plain import load, rows, several
from tidewaiter.claims.court import sit
from tidewaiter.claims.customs import Customs
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.say import item_words
from tidewaiter.claims.verdict import Verdict
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period
from tidewaiter.sources import registry
from tidewaiter.store.store import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    formats = several()
    monkeypatch.setattr(registry, "sources", lambda: formats)
    return Store(tmp_path / "store", create=True)


def amount(subject: Subject, period: str, number: float, step: float, *, hedge: str = "", published: str = "") -> Claim:
    told = said(f"{number:.0f}", number, step, hedge)
    return Claim(
        id=f"{subject.partner}{subject.goods}{number}{hedge}{published}", kind=Kind.AMOUNT, subject=subject,
        period=Period.parse(period), said=told, published=published,
    )  # fmt: skip


def judged(store: Store, *claims: Claim) -> list[Verdict]:
    return list(sit(claims, [], customs=Customs(store)).verdicts)


LINES = {"cmd_code": ["12010010", "12010090", "12010010"], "period": ["2023-05", "2023-05", "2023-07"]}


def test_a_heading_is_its_lines_where_a_release_covers_all_of_them(store: Store) -> None:
    load(store, rows(value=["40", "60", "7"], **LINES), kind="full", published="2023-09-01", covers=["all"])
    soy = Subject("CHN", "PRK", Flow.EXPORT, "1201")
    none = Claim(id="none", kind=Kind.NONE, subject=soy, period=Period.parse("2023-07"))
    found = judged(store, amount(soy, "2023-05", 100, 1), amount(soy, "2023-05", 90, 1), none)
    assert [one.verdict for one in found] == ["supported", "contradicted", "contradicted"]


def test_lines_that_may_not_be_all_are_a_lower_bound(store: Store) -> None:
    load(store, rows(value=["40", "60", "7"], **LINES), published="2023-09-01")
    soy = Subject("CHN", "PRK", Flow.EXPORT, "1201")
    found = judged(
        store, amount(soy, "2023-05", 90, 1), amount(soy, "2023-05", 100, 1), amount(soy, "2023-05", 99, 1, hedge="more than"),
        amount(soy, "2023-05", 100, 1, hedge="less than"),
    )  # fmt: skip
    assert [one.verdict for one in found[:3]] == ["contradicted", "cannot tell", "supported"]
    assert "at least 100 USD" in found[1].why


def test_merged_months_of_a_heading_are_the_sum_of_its_lines(store: Store) -> None:
    text = rows(cmd_code=["12010010", "12010090"], period="2024-01..2024-02", value=["30", "12"])
    load(store, text, kind="full", published="2024-03-20", covers=["all"])
    soy = Subject("CHN", "PRK", Flow.EXPORT, "1201")
    found = judged(
        store, amount(soy, "2024-01..2024-02", 42, 1), amount(soy, "2024-02", 50, 1), amount(soy, "2024-02", 20, 1)
    )
    assert [one.verdict for one in found] == ["supported", "contradicted", "cannot tell"]


def test_a_group_is_its_own_row_before_its_members_and_a_lower_bound_where_some_are_missing(store: Store) -> None:
    load(
        store,
        rows(partner=["VNM", "THA", "EU27", "DEU"], value=["30", "12", "500", "9"], period="2023-05"),
        published="2023-07-01",
    )
    to = {code: Subject("CHN", code, Flow.EXPORT, "300490") for code in ("ASEAN", "EU27", "EU")}
    found = judged(
        store, amount(to["ASEAN"], "2023-05", 40, 1), amount(to["ASEAN"], "2023-05", 41, 1, hedge="more than"),
        amount(to["ASEAN"], "2023-05", 60, 1), amount(to["EU27"], "2023-05", 500, 1), amount(to["EU27"], "2023-05", 9, 1),
        amount(to["EU"], "2023-05", 5, 1), amount(to["EU"], "2023-05", 500, 1),
    )  # fmt: skip
    assert [one.verdict for one in found] == [
        "contradicted", "supported", "cannot tell", "supported", "contradicted", "contradicted", "cannot tell",
    ]  # fmt: skip
    words = item_words(found[2].evidence[0])
    assert "2 of 10 members known" in words
    assert "missing: BRN, IDN" in words


def test_a_group_whose_members_are_all_known_is_their_sum(store: Store) -> None:
    countries = ["ARM", "BLR", "KAZ", "KGZ", "RUS"]
    load(store, rows(partner=countries, value=["1", "2", "3", "4", "5"], period="2023-05"), published="2023-07-01")
    union = Subject("CHN", "EAEU", Flow.EXPORT, "300490")
    found = judged(store, amount(union, "2023-05", 15, 1), amount(union, "2023-05", 16, 1))
    assert [one.verdict for one in found] == ["supported", "contradicted"]


def test_quantities_in_another_scale_and_values_in_another_currency(store: Store) -> None:
    load(
        store,
        rows(value=["900"], currency="CNY", qty=["1442"], qty_unit="thousand items", period="2024-01"),
        published="2024-04-01",
    )
    pieces = Subject("CHN", "PRK", Flow.EXPORT, "300490", Measure.QUANTITY, "pieces")
    dollars = Subject("CHN", "PRK", Flow.EXPORT, "300490")
    found = judged(
        store, amount(pieces, "2024-01", 1_442_000, 1000), amount(pieces, "2024-01", 1442, 1),
        amount(dollars, "2024-01", 900, 1), amount(dollars, "2024-01", 900, 1, published="2024-03-01"),
    )  # fmt: skip
    assert [one.verdict for one in found] == ["supported", "contradicted", "cannot tell", "cannot tell"]
    assert found[1].reading is not None
    assert found[1].reading.name == "thousands"
    assert "it counts the value in CNY, not in USD" in found[2].why
