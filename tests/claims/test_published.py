"""Published claims with the arithmetic behind each: verdicts that can be argued, never a false "contradicted"."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.shared_data import shared
from tidewaiter.claims.court import check
from tidewaiter.claims.form import read_claims
from tidewaiter.claims.model import Claim
from tidewaiter.claims.verdict import Verdict

HERE = Path(__file__).parent

PREMISES = {"S03b", "T05b", "T09b", "B07b", "B09b", "B11b", "V03b"}
"""Levels that a sentence prints beside its rate or share; judged too, but the row speaks of the rate."""


@cache
def judged() -> dict[str, list[tuple[Claim, Verdict]]]:
    claims = read_claims(HERE / "published.csv")
    found = defaultdict(list)
    for claim, verdict in zip(claims, check(claims), strict=True):
        found[claim.statement].append((claim, verdict))
    return dict(found)


@cache
def expected() -> dict[str, tuple[set[str], str]]:
    path = shared("data", "claims", "open_claims.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: (set(row["expected"].split("|")), row["reading"]) for row in csv.DictReader(file)}


def test_every_published_claim_gets_a_verdict_that_can_be_argued() -> None:
    wrong = {}
    for statement, (verdicts, reading) in expected().items():
        rows = [pair for pair in judged()[statement] if pair[0].id not in PREMISES]
        given = {verdict.verdict for _, verdict in rows}
        readings = {verdict.reading.name for _, verdict in rows if verdict.reading}
        if not given <= verdicts or (reading and reading not in readings):
            wrong[statement] = (given, readings, verdicts, reading)
    assert not wrong


def test_nothing_is_contradicted_that_should_not_be() -> None:
    for statement, (verdicts, _) in expected().items():
        for claim, verdict in judged()[statement]:
            assert verdict.verdict != "contradicted" or "contradicted" in verdicts, claim.id


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("S14", "merged months"),
        ("S16", "one month printed as the sum"),
        ("S17", "digits"),
        ("F05", "digits"),
        ("V02", "thousands"),
        ("B03", "year to date"),
    ],
)
def test_a_contradiction_has_its_proof_and_its_reading(statement: str, words: str) -> None:
    _, verdict = judged()[statement][0]
    assert verdict.verdict == "contradicted"
    assert verdict.evidence
    assert verdict.reading is not None
    assert verdict.reading.name == words


def test_own_figures_and_re_reports_are_no_evidence() -> None:
    for pairs in judged().values():
        for claim, verdict in pairs:
            families = {item.family for item in verdict.evidence if item.kind == "figure"}
            for name in families:
                assert name != claim.publisher
            if claim.publisher.startswith("Benzinga"):
                assert "South China Morning Post" not in families
