"""Claims of our own on figures of the table, true, perturbed and unknowable, each with the argument for its verdict."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from tidewaiter.claims.court import check
from tidewaiter.claims.form import COLUMNS, read_claims
from tidewaiter.claims.verdict import Verdict

TABLE = Path(__file__).parent / "argued.csv"
ROWS = {row["id"]: row for row in csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())}


@cache
def judged(folder: Path) -> dict[str, Verdict]:
    path = folder / "argued.csv"
    columns = [column for column in next(iter(ROWS.values())) if column in COLUMNS]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*columns, "publisher"], extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "publisher": "The Example Herald"} for row in ROWS.values())
    claims = read_claims(path)
    return {claim.id: verdict for claim, verdict in zip(claims, check(claims), strict=True)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("argued")


@pytest.mark.parametrize("name", ROWS)
def test_the_verdict_can_be_argued(name: str, folder: Path) -> None:
    verdict, row = judged(folder)[name], ROWS[name]
    assert verdict.verdict in row["expect"].split("|"), f"{row['argument']}: {verdict.why}"
    if row["named"]:
        assert verdict.reading is not None, row["argument"]
        assert verdict.reading.name == row["named"], verdict.reading.words
    if verdict.verdict == "contradicted":
        assert verdict.evidence
    if verdict.verdict == "cannot tell":
        assert verdict.settle
