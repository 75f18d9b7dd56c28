"""The table of pitfalls names tests that exist, for each pitfall at least one that needs no file of others."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/pitfalls.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]


@cache
def named_tests(name: str) -> dict[str, str]:
    """The test functions of a file, with their source."""
    source = (ROOT / "tests" / name).read_text(encoding="utf-8")
    found = [one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]
    return {one.name: ast.get_source_segment(source, one) or "" for one in found}


def test_every_pitfall_is_in_the_table_once() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 18))
    assert "pitfalls.md" in (ROOT / "docs/store.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_its_tests_exist_and_can_fail(row: list[str]) -> None:
    number, _, where, listed = row
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", listed)
    assert len(named) == listed.count("::") >= 2, f"pitfall {number} names too few tests"
    alone = 0
    for file, name in named:
        there = named_tests(file)
        assert name in there, f"pitfall {number}: no {name} in tests/{file}"
        assert re.search(r"\bassert\b|pytest\.raises|refused\(|harmless\(", there[name]), f"{name} asserts nothing"
        alone += "shared(" not in there[name] and "@given" not in there[name]
    assert alone, f"pitfall {number} is only tried on files that may be absent"
    for path in re.findall(r"`([\w/]+(?:\.\w+|/))`", where):
        assert (ROOT / "src/tidewaiter" / path).exists(), f"pitfall {number}: no {path}"
