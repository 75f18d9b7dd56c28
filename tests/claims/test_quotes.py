"""What somebody is said to have printed: true where he did, whether or not it is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.making import figure, key
from tidewaiter.claims.court import check, sit
from tidewaiter.claims.form import read_claims
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.written import to_csv, to_toml
from tidewaiter.errors import BadFile
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period

MASKS = Subject("CHN", "PRK", Flow.EXPORT, "masks")
PRINTED = [
    figure("2022-04", 500, by="AFP"),
    figure("2022-04", 900, by="UPI"),
    figure("2022-04", 900),
    figure("2022-03", 100, by="AFP"),
]


def quote(value: float, whose: str, period: str = "2022-04", subject: Subject = MASKS, publisher: str = "") -> Claim:
    return Claim(
        id="Q", kind=Kind.AMOUNT, subject=subject, period=Period.parse(period), said=said(f"{value:,.0f}", value, 1.0), quoted=whose,
        publisher=publisher,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (quote(500, "AFP"), "supported"),  # though two others printed 900
        (quote(900, "AFP"), "contradicted"),  # though it is so
        (quote(500, "AFP", "2022-03"), "contradicted"),
        (quote(900, "UPI"), "supported"),
        (quote(500, "Nobody"), "cannot tell"),
        (quote(500, "AFP", "2022-01..2022-04"), "cannot tell"),
        (quote(500, "AFP", publisher="AFP"), "supported"),
    ],
)
def test_a_quote_is_judged_by_what_was_printed(claim: Claim, verdict: str) -> None:
    (found,) = check([claim], PRINTED)
    assert found.verdict == verdict, found
    assert (found.verdict == "cannot tell") == bool(found.settle)


def test_a_quote_in_tonnes_meets_a_figure_in_kilograms() -> None:
    weight = key("good:masks", Measure.NET_WEIGHT, "kg")
    tonnes = Subject("CHN", "PRK", Flow.EXPORT, "masks", Measure.NET_WEIGHT, "t")
    (found,) = check([quote(5, "AFP", subject=tonnes)], [figure("2022-04", 5_000, of=weight, by="AFP")])
    assert found.verdict == "supported"


def test_a_quote_is_evidence_for_nothing() -> None:
    plain = Claim(
        id="A", kind=Kind.AMOUNT, subject=MASKS, period=Period.parse("2022-02"), said=said("700", 700, 1.0), publisher="Alpha", published="2022-03-20"
    )  # fmt: skip
    told = quote(700, "AFP", "2022-02", publisher="Beta")
    sitting = sit([plain, told], [])
    assert [one.verdict for one in sitting.verdicts] == ["cannot tell", "cannot tell"]
    assert not sitting.together


def test_a_quote_is_written_and_read_again(tmp_path: Path) -> None:
    for name, text in (("q.csv", to_csv([quote(500, "AFP")])), ("q.toml", to_toml([quote(500, "AFP")]))):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read_claims(tmp_path / name) == (quote(500, "AFP"),)


def test_only_an_amount_is_quoted(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "kind,reporter,partner,flow,goods,period,quoted\nnone,CHN,PRK,X,masks,2022-04,AFP\n", encoding="utf-8"
    )
    from tidewaiter.claims.form import read_rows

    assert "quoted" in read_rows(path).notes[0]
    with pytest.raises(BadFile):
        read_claims(tmp_path / "none.csv")
