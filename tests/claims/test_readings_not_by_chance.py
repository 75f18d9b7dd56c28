"""Readings that a wrong number would fit by accident are not named."""

from __future__ import annotations

from tidewaiter.claims.candidates import candidates
from tidewaiter.claims.court import check
from tidewaiter.claims.evidence import Docket, Press
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.propositions import compile_claim
from tidewaiter.claims.readings import _as_shown, _distance
from tidewaiter.claims.slips import slip_of
from tidewaiter.claims.verdict import Reading
from tidewaiter.model import Flow, Interval
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


def test_another_month_has_to_fit_what_was_printed() -> None:
    # August 2022 was 71.54 million; 0.8 per cent off is no fit. Its own digits are.
    assert reading(amount("2022-10", 70.9e6, 1e5)) is None
    found = reading(amount("2022-10", 71.54e6, 1e4))
    assert found is not None
    assert (found.name, found.distance) == ("another month", 0)


def test_the_month_before_may_be_near() -> None:
    # September 2022 was 90.07 million.
    found = reading(amount("2022-10", 90.4e6, 1e5))
    assert found is not None
    assert found.name == "another month"
    assert "September 2022" in found.words
    assert 0 < found.distance < 0.01


def test_only_china_publishes_january_and_february_together() -> None:
    bench = Press(Docket([]), frozenset())
    names = {
        reporter: {
            one.name
            for one in candidates(
                amount("2022-02", 5e6, 1e4, subject=Subject(reporter, "KGZ", Flow.EXPORT, "total")), bench
            )
        }
        for reporter in ("CHN", "EU27")
    }
    assert "merged months" in names["CHN"]
    assert "merged months" not in names["EU27"]
    assert "year to date" in names["EU27"]


def test_a_rise_is_no_mistyped_fall_and_numbers_are_rounded_not_cut() -> None:
    assert slip_of(said("-19.6", -19.6, 0.1), 15.6) == ("", 0.0)
    assert slip_of(said("26.8", 26.8, 0.1), -28.61) == ("", 0.0)
    # 189.9 to three digits is 190, never 189: no digits of 198 are swapped in it.
    assert slip_of(said("198", 198, 1), 189.9) == ("", 0.0)
    assert slip_of(said("198", 198, 1), 189.2) == ("two digits are swapped in", 189.0)


def test_a_rate_is_near_as_a_rate() -> None:
    # As multiples 0.99 and 1 are near; as rates -0.93 per cent and none are not.
    change = Claim(
        id="C1", kind=Kind.CHANGE, subject=PAIR, period=Period.parse("2022-02"), base=Period.parse("2022-01"),
        said=said("-0.928", -0.928, 0.001),
    )  # fmt: skip
    atom = compile_claim(change)[0].atoms[0]
    assert _distance(_as_shown(atom, atom.said), _as_shown(atom, Interval(1, 1))) > 0.9
