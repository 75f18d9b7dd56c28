"""Readings that a wrong number would fit by accident are not named."""

from __future__ import annotations

from tidewaiter.claims.candidates import candidates
from tidewaiter.claims.court import check
from tidewaiter.claims.evidence import Docket, Press
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.verdict import Reading
from tidewaiter.model import Flow
from tidewaiter.period import Period

PAIR = Subject("CHN", "PRK", Flow.EXPORT, "total")


def amount(month: str, value: float, step: float, hedge: str = "", subject: Subject = PAIR) -> Claim:
    return Claim(
        id="C1", kind=Kind.AMOUNT, subject=subject, period=Period.parse(month),
        said=said(f"{value / 1e6:g} million", value, step, hedge), publisher="Test Wire", published="2022-11-30",
    )  # fmt: skip


def reading(claim: Claim) -> Reading | None:
    (verdict,) = check([claim])
    assert verdict.verdict == "contradicted", verdict.why
    return verdict.reading


def currencies(claim: Claim) -> dict[str, bool]:
    """Return the currencies a number is tried in, and whether it has to fit exactly."""
    bench = Press(Docket([]), frozenset())
    return {
        one.words.split(",")[0].removeprefix("as "): one.exact
        for one in candidates(claim, bench)
        if one.name == "another currency"
    }


def test_a_currency_is_one_of_the_pair_or_one_that_trade_is_quoted_in() -> None:
    found = reading(amount("2022-10", 953e6, 1e6))
    assert found is not None
    assert found.name == "another currency"
    assert "CNY" in found.words
    assert currencies(amount("2022-10", 953e6, 1e6)) == {"CNY": False, "EUR": False}
    british = Subject("GBR", "PRK", Flow.EXPORT, "total")
    assert "GBP" in currencies(amount("2022-10", 953e6, 1e6, subject=british))


def test_a_currency_is_not_thought_of_for_half_lines_nor_near_two_digits() -> None:
    assert currencies(amount("2022-09", 90e6, 1e7, "up to")) == {}
    assert currencies(amount("2022-09", 90e6, 1e7, "more than")) == {}
    assert currencies(amount("2022-09", 95e6, 1e6)) == {"CNY": True, "EUR": True}
