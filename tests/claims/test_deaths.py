"""Deaths told beside a daily count: their total as reported, the new ones as the difference of two days."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.claims.court import check
from tidewaiter.claims.form import read_claims
from tidewaiter.claims.verdict import Verdict
from tidewaiter.errors import BadFile

HEAD = "kind,indicator,day,direction,printed\n"


def judged(folder: Path, *rows: str) -> list[Verdict]:
    path = folder / "claims.csv"
    path.write_text(HEAD + "".join(f"count,{row}\n" for row in rows), encoding="utf-8")
    return check(read_claims(path))


def test_no_new_deaths_is_the_difference_of_two_totals(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, "deaths,2022-05-25,new,0")
    assert found.verdict == "supported"
    assert "68 on 2022-05-24, 68 on 2022-05-25" in found.why
    assert "KCNA" in found.evidence[0].publisher


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("deaths,2022-05-27,cumulative,69", "supported"),
        ("deaths,2022-05-27,new,1", "supported"),
        ("deaths,2022-05-27,cumulative,75", "contradicted"),
        ("deaths,2022-05-25,new,6", "contradicted"),
        # The day before the first report has no total, so that nobody knows what was new.
        ("deaths,2022-05-12,new,0", "cannot tell"),
        ("deaths,2022-09-30,cumulative,74", "cannot tell"),
        ('fever,2022-05-20,new,"263,370"', "supported"),
    ],
)
def test_deaths_are_held_against_the_daily_table(tmp_path: Path, row: str, verdict: str) -> None:
    assert judged(tmp_path, row)[0].verdict == verdict


def test_an_unknown_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"column indicator.*valid: fever, deaths: 'births'"):
        judged(tmp_path, "births,2022-05-25,new,0")
