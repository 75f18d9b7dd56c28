"""What was printed of a month itself comes before what a yearly total of other releases leaves for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.claims.court import check
from tidewaiter.claims.form import read_claims
from tidewaiter.claims.verdict import Verdict
from tidewaiter.claims.written import to_csv
from tidewaiter.cli import main
from tidewaiter.sources.figures import read_figures, shipped_figures

HEAD = "kind,reporter,partner,flow,goods,period,base,printed,direction,since,published\n"
FIGURES = "reporter,partner,flow,good,period,measure,unit,printed,publisher,published,address\n"


def judged(folder: Path, row: str, figures: str | None = None) -> Verdict:
    path = folder / "claims.csv"
    path.write_text(HEAD + row + "\n", encoding="utf-8")
    evidence = list(shipped_figures())
    if figures is not None:
        own = folder / "figures.csv"
        own.write_text(FIGURES + figures, encoding="utf-8")
        evidence = list(read_figures(own))
    return check(read_claims(path), evidence)[0]


@pytest.mark.parametrize(
    ("period", "published", "verdict"),
    [("2022-05", "2022-07-20", "supported"), ("2022-10", "2022-12-21", "contradicted")],
)
def test_a_record_low_is_not_a_record_high(tmp_path: Path, period: str, published: str, verdict: str) -> None:
    row = f"extreme,CHN,PRK,X,total,{period},,,record lowest,2022-03,{published}"
    assert judged(tmp_path, row).verdict == verdict


@pytest.mark.parametrize(
    ("row", "verdicts"),
    [
        ("amount,CHN,PRK,X,total,2022-09,,90.07 million,,,2022-12-21", {"supported"}),
        ("amount,CHN,PRK,X,total,2022-09,,88.8 million,,,2022-12-21", {"cannot tell", "contradicted"}),
        ("difference,CHN,PRK,X,total,2022-10,2022-09,43.6 million,,,2022-12-21", {"cannot tell", "contradicted"}),
        ("difference,CHN,PRK,X,total,2022-10,2022-09,42.36 million,,,2022-12-21", {"supported", "within rounding"}),
    ],
)
def test_a_chain_of_conflicts_does_not_outvote_what_was_printed(tmp_path: Path, row: str, verdicts: set[str]) -> None:
    found = judged(tmp_path, row)
    assert found.verdict in verdicts
    assert len(set(found.conflicts)) == len(found.conflicts)
    assert all(len(one) < 400 for one in found.conflicts)


@pytest.mark.parametrize(("published", "verdict"), [("2023-03-20", "within rounding"), ("2023-05-20", "cannot tell")])
def test_a_residual_supports_only_within_one_release(tmp_path: Path, published: str, verdict: str) -> None:
    figures = (
        "KGZ,CHN,M,total,2023-01..2023-02,value,USD,10000000,The Daily,2023-03-20,https://example.org\n"
        f"KGZ,CHN,M,total,2023-01..2023-03,value,USD,16000000,The Weekly,{published},https://example.org\n"
    )
    found = judged(tmp_path, "amount,KGZ,CHN,M,total,2023-03,,6000000,,,2023-05-25", figures)
    assert found.verdict in ({verdict, "supported"} if verdict != "cannot tell" else {verdict})


def test_the_later_month_that_was_higher_is_named(tmp_path: Path) -> None:
    # 132.43 million against 122.37: more than one release of a year differs from the next.
    found = judged(tmp_path, "extreme,CHN,PRK,X,total,2022-12,,,record highest,2022-01,2023-01-20")
    assert found.verdict == "contradicted"
    assert "October 2022 was higher" in found.why


def test_merged_months_cite_their_own_release(tmp_path: Path) -> None:
    found = judged(tmp_path, "extreme,CHN,PRK,X,total,2022-04,,,highest,2020-02,2022-05-27")
    assert found.verdict == "contradicted"
    assert found.reading is not None
    assert found.reading.name == "merged months"
    assert "197,400,000 USD" in found.reading.words
    assert found.reading.rows == ("F011",)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@sum", "'=1+1", "'quoted'", "-5"])
def test_written_claims_hold_no_formula(tmp_path: Path, text: str) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(
        f'kind,reporter,partner,flow,goods,period,printed,publisher\namount,CHN,PRK,X,total,2022-09,5 million,"\'{text}"\n',
        encoding="utf-8",
    )
    claims = read_claims(path)
    written = to_csv(claims)
    assert not any(cell.startswith(("=", "+", "@", "-x")) for line in written.splitlines() for cell in line.split(","))
    path.write_text(written, encoding="utf-8")
    assert read_claims(path) == claims


@pytest.mark.parametrize(
    ("printed", "options"), [("-5 million", []), ("5 million", ["--date", ""]), ("5 million", ["--date", "2999-01-01"])]
)
def test_what_cannot_be_is_an_error_of_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], printed: str, options: list[str]
) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(HEAD + f"amount,CHN,PRK,X,total,2022-09,,{printed},,,\n", encoding="utf-8")
    assert main(["check", str(path), *options]) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert not told.out


@pytest.mark.parametrize(("good", "bad"), [("PRK", "ZZZ"), ("2022-09", "2022-19"), ("USD", "parsec")])
def test_what_does_not_exist_is_named_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], good: str, bad: str
) -> None:
    row = "amount,CHN,PRK,X,total,USD,2022-09,5 million\n".replace(good, bad)
    path = tmp_path / "claims.csv"
    path.write_text("kind,reporter,partner,flow,goods,unit,period,printed\n" + row, encoding="utf-8")
    assert main(["check", str(path)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.count(bad) == 1
