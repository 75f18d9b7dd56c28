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

ARGUED = {
    "T09": "twenty per cent follows from its own 3.5 and 19.34 million and stands; that the goods came to 3.5 nobody else printed",
    "B11": "the rate follows from its own 3.27 million and others' base and stands; nobody else printed the 3.27",
}
"""Rows that come out otherwise than expected, and why: a level that only the sentence itself prints cannot be told."""

ORDER = ("contradicted", "unsafe", "cannot tell", "within rounding", "supported")


def whole(verdicts: set[str]) -> str:
    """Return the verdict on a sentence as it stands: all its numbers together, each by itself."""
    return next(name for name in ORDER if name in verdicts)


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


def test_every_published_sentence_gets_a_verdict_that_can_be_argued() -> None:
    wrong = {}
    for statement, (verdicts, reading) in expected().items():
        rows = judged()[statement]
        given = whole({verdict.verdict for _, verdict in rows})
        readings = {verdict.reading.name for _, verdict in rows if verdict.reading}
        if given not in verdicts or (reading and reading not in readings):
            wrong[statement] = (given, readings, verdicts, reading)
    assert len(expected()) - len(wrong) >= 40
    assert set(wrong) <= set(ARGUED), wrong
    # Nothing is let off: what is argued is a level of its own at "cannot tell", never a false verdict.
    for statement in wrong:
        for claim, verdict in judged()[statement]:
            assert verdict.verdict in (*expected()[statement][0], "cannot tell"), claim.id


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
