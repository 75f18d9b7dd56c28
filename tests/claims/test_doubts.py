"""A claim that the evidence does not fit and does not exclude: which of the reasons it is, by name."""

from __future__ import annotations

import pytest

from tests.making import figure
from tidewaiter.claims.court import check
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.model import Figure, Flow
from tidewaiter.period import Period

CUT, CONFLICT, REVISED = "cut off instead of rounded", "publishers conflict there", "may quote different releases"


@pytest.mark.parametrize(
    ("goods", "period", "value", "step", "published", "reason", "named"),
    [
        ("soybean-oil", "2022-01..2022-03", 16.5e6, 1e5, "2022-05-01", CUT, "Shore News Network's 16,400,000"),
        ("ventilators-non-invasive", "2022-04", 260e3, 1e4, "2022-05-25", CONFLICT, "RFA Korean 256,891"),
        ("total", "2022-12", 118e6, 1e6, "2024-02-01", REVISED, "2023-01-18"),
    ],
)
def test_the_reason_is_told_and_no_other(
    goods: str, period: str, value: float, step: float, published: str, reason: str, named: str
) -> None:
    claim = Claim(
        id="C1", kind=Kind.AMOUNT, subject=Subject("CHN", "PRK", Flow.EXPORT, goods), period=Period.parse(period),
        said=said(f"{value:,.0f}", value, step), publisher="Test Wire", published=published,
    )  # fmt: skip
    (verdict,) = check([claim])
    assert verdict.verdict == "cannot tell"
    assert [one for one in (CUT, CONFLICT, REVISED) if one in verdict.why] == [reason]
    assert named in verdict.why


def _record(*figures: Figure, published: str = "") -> str:
    """Why it cannot be told that May 2022 was the highest since January 2022, when March 2022 was printed as higher."""
    claim = Claim(
        id="C1", kind=Kind.EXTREME, subject=Subject("CHN", "PRK", Flow.EXPORT, "masks"), period=Period.parse("2022-05"),
        since=Period.parse("2022-01"), direction="highest", publisher="Test Wire", published=published,
    )  # fmt: skip
    (verdict,) = check([claim], figures)
    assert verdict.verdict == "cannot tell", verdict
    assert "March 2022 was higher" in verdict.why
    return verdict.why


def test_a_record_tells_one_reason_and_the_right_one() -> None:
    others = [figure("2022-01", 900), figure("2022-02", 100), figure("2022-04", 100), figure("2022-05", 500)]
    disputed = _record(
        *others, figure("2022-03", 700), figure("2022-03", 700, by="AFP"), figure("2022-03", 300, by="UPI")
    )
    assert "publishers conflict about March 2022" in disputed
    assert "revised" not in disputed
    moved = _record(*others, figure("2022-03", 520))
    assert "one of the two may have been revised since" in moved
    assert "conflict" not in moved
