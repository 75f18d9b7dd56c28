"""Queries of the portal: together they ask for everything, once, and none can be cut without our knowing."""

from __future__ import annotations

import json

import pytest

from tidewaiter.cli import main
from tidewaiter.codes import codes_of, revision_of
from tidewaiter.period import Period
from tidewaiter.sources.gacc_plan import CAP, plan_gacc


def test_by_commodity_alone_no_query_can_be_cut() -> None:
    queries = list(plan_gacc("109", ("X", "M"), Period.parse("2022-01..2022-04")))
    assert [(one.flow, one.month) for one in queries][:3] == [("X", "2022-01"), ("M", "2022-01"), ("X", "2022-02")]
    assert len(queries) == 8
    assert all(one.proved and one.most < CAP and one.codes == () for one in queries)


@pytest.mark.parametrize("detail", [("regime",), ("place",)])
def test_ranges_hold_every_code_once(detail: tuple[str, ...]) -> None:
    queries = list(plan_gacc("109", ("X",), Period.parse("2022-04"), detail))
    assert not any(one.proved for one in queries)
    assert all(one.most < CAP for one in queries)
    prefixes = [code for one in queries for code in one.codes]
    for code in codes_of(revision_of(2022)):
        if len(code) == 6 and code.isdigit():
            assert sum(code.startswith(prefix) for prefix in prefixes) == 1, code


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "gacc", "--partner", "PRK", "--from", "2022-01", "--to", "2022-02", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["cap"], len(told["queries"])) == ("tidewaiter/plan/1", CAP, 4)
    assert {one["partner"] for one in told["queries"]} == {"109"}
    assert main(["plan", "gacc", "--partner", "PRK", "--from", "2022-01", "--to", "2022-02"]) == 0
    assert "query both as one period" in capsys.readouterr().out
    assert main(["plan", "gacc", "--partner", "EU27", "--from", "2022-01", "--to", "2022-02"]) == 2
    assert "China Customs has no code" in capsys.readouterr().err
