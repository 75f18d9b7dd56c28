"""A start that only a new code makes is told as such."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared_data import shared

from tidewaiter.codes import hs
from tidewaiter.codes.breaks import start_of, stop_of


def test_smartphones_start_in_the_eu_file_because_their_code_is_new() -> None:
    path = shared("data", "comext", "eu27_exports_sanctioned_cn8_monthly_2020_2022.csv.gz")
    months: dict[str, str] = {}
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        code = row["product_code"]
        months[code] = min(row["period"], months.get(code, "9999-12"))
    assert months["85171300"] == "2022-01"
    found = start_of("85171300", months["85171300"], months)
    assert found is not None
    assert (found.kind, found.others, found.absent) == ("new code", ("851712",), ("851712",))
    assert "has no row" in found.words
    # Of the eight-digit lines that start in that month, most are explained by the revision.
    fresh = [code for code, first in months.items() if first == "2022-01" and len(code) == 8]
    told = [one for code in fresh if (one := start_of(code, "2022-01", months))]
    assert len(told) == len(fresh)
    assert sum(one.kind == "new code" for one in told) > 20


def test_ends_and_changes() -> None:
    ended = stop_of("38220000", "2021-12")
    assert ended is not None
    assert ended.kind == "ended code"
    assert ended.others[0] == "382219"
    changed = start_of("701919", "2022-01")
    assert changed is not None
    assert (changed.kind, changed.others) == ("changed code", ("701931",))
    line = start_of("63079010", "2022-01")
    assert line is not None
    assert line.kind == "line not known"
    assert start_of("630790", "2022-01") is None
    many = stop_of("44186000", "2021-12")
    assert many is not None
    assert len(many.others) == 5
    assert "and 1 more since" in many.words
    assert all(code in many.words for code in many.others[:4])
    assert start_of("85171300", "2023-05") is None
    assert stop_of("300220", "2020-12") is None


@pytest.mark.parametrize("year", hs.REVISIONS[1:])
def test_every_birth_and_death_is_told(year: int) -> None:
    before = hs.REVISIONS[hs.REVISIONS.index(year) - 1]
    old, new = set(hs.codes_of(before)), set(hs.codes_of(year))
    assert all((one := start_of(code, year * 12)) and one.kind == "new code" and one.others for code in new - old)
    assert all((one := stop_of(code, year * 12 - 1)) and one.kind == "ended code" and one.others for code in old - new)


@given(st.sampled_from(hs.codes_of(2022)), st.integers(2007 * 12, 2026 * 12))
def test_a_start_outside_a_first_year_is_not_explained_away(code: str, month: int) -> None:
    found = start_of(code, month)
    if month // 12 not in hs.REVISIONS[1:]:
        assert found is None
    elif found is not None:
        assert found.revision == month // 12
        assert code in found.words
