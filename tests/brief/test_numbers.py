"""Every number of brief.md is in the CSV named beside it, or is recomputed from it. Reads the Markdown, not the code."""

from __future__ import annotations

import ast
import csv
import re
from fractions import Fraction
from pathlib import Path

import pytest

from tidewaiter.cli import main

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)( million| billion)?")
LINK = re.compile(r"\]\(evidence/([a-z0-9-]+\.csv)\)")
SCALE = {"": 1, " million": 10**6, " billion": 10**9}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def recompute(expression: str, values: dict[str, Fraction]) -> Fraction:
    """Evaluate an expression of rows, independently of the package."""

    def walk(node: ast.expr) -> Fraction:
        if isinstance(node, ast.Name):
            return values[node.id]
        if isinstance(node, ast.Constant):
            return Fraction(str(node.value))
        assert isinstance(node, ast.BinOp)
        one, other = walk(node.left), walk(node.right)
        if isinstance(node.op, ast.Add):
            return one + other
        if isinstance(node.op, ast.Sub):
            return one - other
        assert isinstance(node.op, ast.Div)
        return one / other

    return walk(ast.parse(expression, mode="eval").body)


def split(text: str) -> tuple[list[str], list[tuple[Fraction, Fraction]]]:
    """Split a sentence into its dates (years, months, days) and its other numbers with half a unit of the last digit."""
    dates: list[str] = []

    def date(found: re.Match[str]) -> str:
        dates.append(found[0])
        return " "

    text = re.sub(rf"\b(\d{{1,2}} )?(?:{MONTHS})(?:-(?:{MONTHS}))?(?: \d{{4}})?\b", date, text)
    text = re.sub(r"\b(?:19|20)\d\d\b(?! million)(?!,\d)", date, text)
    numbers = []
    for digits, scale in NUMBER.findall(text):
        plain = digits.replace(",", "")
        _, _, decimals = plain.partition(".")
        half = Fraction(SCALE[scale], 2 * 10 ** len(decimals))
        numbers.append((Fraction(plain) * SCALE[scale], half))
    return dates, numbers


def candidates(rows: list[dict[str, str]]) -> tuple[list[Fraction], list[Fraction]]:
    """Return the values of a CSV and its upper ends (for "at most"), results recomputed."""
    values = {row["row"]: Fraction(row["value"]) for row in rows if row["value"]}
    for row in rows:
        if row["kind"] == "result" and row["value"]:
            again = recompute(row["expression"], values)
            assert abs(again - Fraction(row["value"])) <= Fraction(1, 10**6) * max(1, abs(again)), row
    notes = [Fraction(n) for row in rows for n in re.findall(r"\d+", row["note"] + " " + row["what"])]
    ends = [Fraction(row[side]) for row in rows for side in ("lo", "hi") if row[side]]
    return [*values.values(), *notes], ends


def fits(number: Fraction, half: Fraction, values: list[Fraction], ends: list[Fraction], text: str) -> bool:
    if any(abs(value - number) <= half for value in values):
        return True
    significant = Fraction(5, 1000) * number
    if "times" in text and any(abs(value - number) <= max(half, significant * 10) for value in values):
        return True
    if "at most" in text or "between" in text:
        return any(abs(end - number) <= max(half, significant) for end in ends)
    return False


@pytest.fixture(scope="module", params=["north-korea", "kyrgyzstan"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("brief") / request.param
    assert main(["demo", request.param, "--out", str(out)]) == 0
    return out


def test_every_number_is_in_its_evidence(written: Path) -> None:
    lines = [line for line in (written / "brief.md").read_text(encoding="utf-8").splitlines() if LINK.search(line)]
    assert len(lines) > 20
    checked = 0
    for line in lines:
        (file,) = set(LINK.findall(line))
        rows = read(written / "evidence" / file)
        values, ends = candidates(rows)
        text = line[: line.index("](evidence/")].rsplit("[", 1)[0]
        text = re.sub(r"\[[^\]]*\]\([^)]*\)", " ", text)
        text = re.sub(r"\\(.)", r"\1", text)
        dates, numbers = split(text)
        held = " ".join(f"{row['period']} {row['published']} {row['what']} {row['printed']}" for row in rows)
        for found in dates:
            for year in re.findall(r"\d{4}", found):
                assert year in held, (line, found)
        for number, half in numbers:
            assert fits(number, half, values, ends, text), (line, float(number), [float(v) for v in values][:40])
            checked += 1
    assert checked > 40


def test_every_evidence_file_is_named_and_every_named_file_is_there(written: Path) -> None:
    named = set(LINK.findall((written / "brief.md").read_text(encoding="utf-8")))
    there = {path.name for path in (written / "evidence").iterdir()}
    assert named == there


def test_every_figure_in_the_evidence_says_whose_it_is(written: Path) -> None:
    for path in (written / "evidence").iterdir():
        for row in read(path):
            if row["kind"] == "figure":
                assert row["publisher"], path
                assert row["published"], path
                assert row["value"] or row["state"], path
