"""A claim that the evidence does not fit and does not exclude: which of the reasons it is, by name."""

from __future__ import annotations

import pytest

from tidewaiter.claims.court import check
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.model import Flow
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
