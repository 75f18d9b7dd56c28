"""Sentences of our own, read as a careful person would: nothing misread, everything else listed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.claims.read.compact import compact
from tests.shared_data import shared
from tidewaiter.claims.read import read_article

_HERE = Path(__file__).parent


def _corpus(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads((_HERE / name).read_text(encoding="utf-8"))["s"]
    return entries


NAMES = (
    "corpus.toml",
    "heldout.toml",
    "second.toml",
    "adversarial.toml",
    "articles.toml",
    "links.toml",
    "undecided.toml",
)


@pytest.mark.parametrize(
    "entry", [entry for name in NAMES for entry in _corpus(name)], ids=lambda entry: entry["text"][:50]
)
def test_the_corpus_is_read_as_written(entry: dict[str, Any]) -> None:
    reading = read_article(entry["text"], entry["date"])
    assert sorted(compact(claim) for claim in reading.read) == sorted(entry["claims"])
    # What a person reads and the grammar does not is listed as not read, never passed over.
    assert bool(reading.not_read) or not entry.get("missed")
    listed = [claim.text for claim in reading.not_read]
    for wanted in entry.get("unread", []):
        assert any(wanted in text for text in listed), listed
    if entry.get("nothing"):
        assert not reading.claims


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    entries = _corpus("corpus.toml")
    assert len(entries) >= 60
    assert sum(not entry["claims"] for entry in entries) >= 25


ARTICLE = [
    "amount CHN>PRK X total USD 2022-04 98000000",
    "extreme CHN>PRK X total USD 2022-04 highest since 2020-02",
    "none CHN>PRK X respiration 2021",
    "first CHN>PRK X respiration 2022-01 after 2021",
    "amount CHN>PRK X respiration USD 2022-01 2769",
    "multiple CHN>PRK X respiration USD 2022-04 100 vs 2022-01 increase",
    "amount CHN>PRK X ventilators-non-invasive items 2022-04 1000",
    "amount CHN>PRK X ventilators-non-invasive USD 2022-04 266891",
    "amount CHN>PRK X masks items 2022-01 1400000",
    "amount CHN>PRK X masks items 2022-04 3200000",
    "amount CHN>PRK X masks items 2022-01..2022-04 10680000",
    "amount CHN>PRK X masks USD 2022-01..2022-04 265851",
    "first CHN>PRK X garments 2022-01 after 2021",
    "amount CHN>PRK X garments items 2022-01 625",
    "amount CHN>PRK X garments items 2022-02 1500",
    "amount CHN>PRK X thermometers items 2021 2844",
    "amount CHN>PRK X thermometers items 2022-01 66000",
    "amount CHN>PRK X thermometers items 2022-01..2022-04 94840",
    "amount CHN>PRK X reagents kg 2022-03 1140",
    "amount CHN>PRK X reagents kg 2022-04 60",
    "amount CHN>PRK X monitors items 2022-04 1300",
    "none CHN>PRK X monitors 2020",
    "none CHN>PRK X monitors 2021",
    "amount CHN>PRK X vaccines kg 2022-02 2198",
    "amount CHN>PRK X disinfectant kg 2022-04 3038",
    "exceeds CHN>PRK X disinfectant 2022-04 over 2021",
    "amount CHN>PRK X disinfectant kg 2021 2155",
    "count fever 2022-05-25 new 115970",
    "count fever 2022-05-25 cumulative 3060000",
    "count deaths 2022-05-25 new 0",
]


def test_the_article_is_read_in_full() -> None:
    text = shared("article", "article.txt").read_text(encoding="utf-8")
    reading = read_article(text, "2022-05-27")
    assert {compact(claim) for claim in reading.read} == set(ARTICLE)
    assert [claim.text for claim in reading.not_read] == ["at least 70 per cent"]
    furniture = [text[s.start : s.end] for s in reading.sentences if s.status == "furniture"]
    assert "01:29" in furniture
    assert "Advertisement" in furniture
    assert not any(
        claim.span and s.start <= claim.span[0] < s.end
        for claim in reading.claims
        for s in reading.sentences
        if s.status == "furniture"
    )
