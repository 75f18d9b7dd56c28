"""Claims on headings that exist only as finer lines, on groups, and on what a store cannot settle and says why."""

from __future__ import annotations

import pytest

from tests.store.conftest import store as store
from tests.store.plain import load, rows
from tidewaiter.claims.court import check
from tidewaiter.claims.customs import Customs
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.verdict import Verdict
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period
from tidewaiter.store.store import Store

LINES = ("12011000", "12019010", "12019090")


def claim(printed: str = "", **fields: object) -> Claim:
    told = {
        "reporter": "CHN",
        "partner": "BRA",
        "flow": Flow.IMPORT,
        "goods": "1201",
        "unit": "CNY",
        "hedge": "",
    } | fields
    subject = Subject(
        str(told["reporter"]),
        str(told["partner"]),
        Flow(told["flow"]),
        str(told["goods"]),
        Measure.VALUE,
        str(told["unit"]),
    )
    return Claim(
        id="c", kind=Kind.AMOUNT if printed else Kind.NONE, subject=subject, period=Period.parse(str(told.get("period", "2023-05"))),
        said=said(printed, float(printed), 1.0, str(told["hedge"])) if printed else None, publisher="T", published=str(told.get("published", "2024-02-01")),
    )  # fmt: skip


def judged(store: Store, one: Claim) -> Verdict:
    (found,) = check([one], [], customs=Customs(store))
    return found


@pytest.fixture
def beans(store: Store) -> Store:
    """Three lines of one heading by two partners, all of the heading covered; nothing from Argentina in May."""
    text = rows(
        flow="M", currency="CNY", partner=["BRA", "BRA", "BRA", "ARG"], cmd_code=[*LINES, LINES[1]],
        period=["2023-05", "2023-05", "2023-05", "2023-06"], value=[100, 20, 3, 7],
    )  # fmt: skip
    load(store, text, published="2024-01-20", covers=["partners=ARG,BRA; codes=1201; periods=2023"])
    return store


def test_a_heading_is_the_sum_of_its_lines_where_all_are_covered(beans: Store) -> None:
    assert judged(beans, claim("123")).verdict == "supported"
    assert judged(beans, claim("124")).verdict == "contradicted"
    assert judged(beans, claim(partner="ARG", period="2023-04..2023-05")).verdict == "supported"
    assert judged(beans, claim(partner="ARG", period="2023-05..2023-06")).verdict == "contradicted"


def test_without_coverage_the_lines_are_a_lower_bound(store: Store) -> None:
    load(store, rows(flow="M", currency="CNY", partner="BRA", cmd_code=list(LINES), period="2023-05", value=[100, 20, 3]),
         published="2024-01-20")  # fmt: skip
    assert judged(store, claim("120", hedge="more than")).verdict == "supported"
    assert judged(store, claim("110", hedge="less than")).verdict == "contradicted"
    open_ = judged(store, claim("130"))
    assert open_.verdict == "cannot tell"
    assert "at least 123 CNY" in open_.why
    assert "3 lines of 8 digits" in open_.why
    assert judged(store, claim(partner="USA")).verdict == "cannot tell"


def test_a_group_is_its_own_row_else_its_members_else_a_lower_bound(store: Store) -> None:
    eaeu = ["ARM", "BLR", "KAZ", "KGZ", "RUS"]
    load(
        store,
        rows(reporter=eaeu, partner="BRA", cmd_code="300490", period="2023-05", value=[1, 2, 3, 4, 5]),
        published="2024-01-20",
    )
    load(
        store,
        rows(reporter=eaeu[:3], partner="BRA", cmd_code="300490", period="2023-06", value=[1, 2, 3]),
        published="2024-01-20",
    )
    load(
        store,
        rows(reporter="EU27", partner="BRA", cmd_code="300490", period="2023-05", value=900),
        published="2024-01-20",
    )
    load(
        store,
        rows(reporter=["DEU", "FRA"], partner="BRA", cmd_code="300490", period="2023-05", value=[5, 6]),
        published="2024-01-20",
    )
    fields = {"reporter": "EAEU", "flow": "X", "goods": "300490", "unit": "USD"}
    assert judged(store, claim("15", **fields)).verdict == "supported"
    assert judged(store, claim("16", **fields)).verdict == "contradicted"
    assert judged(store, claim("6", hedge="at least", period="2023-06", **fields)).verdict == "supported"
    few = judged(store, claim("7", period="2023-06", **fields))
    assert few.verdict == "cannot tell"
    assert "3 of 5 members known; missing: KGZ, RUS" in few.why
    assert judged(store, claim("900", **(fields | {"reporter": "EU27"}))).verdict == "supported"
    assert judged(store, claim("11", **(fields | {"reporter": "EU27"}))).verdict == "contradicted"


def test_what_came_out_after_the_claim_is_said_to_have(beans: Store) -> None:
    early = judged(beans, claim("124", published="2023-12-01"))
    assert (early.verdict, early.now) == ("cannot tell", "contradicted")
    assert "came out on 2024-01-20, after the claim" in early.why


def test_another_currency_is_named(beans: Store) -> None:
    other = judged(beans, claim("124", unit="USD"))
    assert other.verdict == "cannot tell"
    assert "in CNY, not in USD" in other.why


def test_a_store_that_knows_nothing_of_it_says_so_before_it_speaks_of_print(beans: Store) -> None:
    other = judged(beans, claim("124", reporter="JPN"))
    assert other.why.startswith("The loaded customs files say nothing of trade of Japan from Brazil")


def test_of_an_extreme_the_months_that_are_really_open_are_named(store: Store) -> None:
    months = [f"2023-{month:02d}" for month in range(1, 13) if month not in (4, 9)]
    load(
        store, rows(partner="PRK", cmd_code="300490", period=months, value=[*range(1, 10), 50]), published="2024-02-01"
    )
    subject = Subject("CHN", "PRK", Flow.EXPORT, "300490", Measure.VALUE, "USD")
    one = Claim(
        id="c", kind=Kind.EXTREME, subject=subject, period=Period.parse("2023-12"), since=Period.parse("2023-01"), publisher="T",
        direction="record highest", published="2024-03-01",
    )  # fmt: skip
    found = judged(store, one)
    assert found.verdict == "cannot tell"
    assert "April 2023, September 2023 are not known" in found.why
    assert found.settle.endswith("for April 2023, September 2023, each by itself")


def test_a_release_that_may_have_been_revised_by_the_day_of_the_claim_refutes_only_what_misses_by_more(
    beans: Store,
) -> None:
    # 123 by the release of 20 January.
    assert judged(beans, claim("124", published="2024-02-01")).verdict == "contradicted"
    later = judged(beans, claim("124", published="2024-05-01"))
    assert later.verdict == "cannot tell"
    assert "is of the release of 2024-01-20, and may have been revised since" in later.why
    assert judged(beans, claim("123", published="2024-05-01")).verdict == "supported"
    assert judged(beans, claim("130", published="2024-05-01")).verdict == "contradicted"
    assert judged(beans, claim("130", published="2024-09-01")).verdict == "cannot tell"
    assert judged(beans, claim("150", published="2024-09-01")).verdict == "contradicted"


def test_a_month_that_was_not_over_is_said_so(beans: Store) -> None:
    early = judged(beans, claim("123", published="2023-05-20"))
    assert early.verdict == "cannot tell"
    assert "not over on 2023-05-20" in early.why


def test_a_file_that_is_silent_on_it_is_said_to_be(beans: Store) -> None:
    other = judged(beans, claim("124", partner="USA"))
    assert other.verdict == "cannot tell"
    assert "Nobody (plain): May 2023 is" in other.why
