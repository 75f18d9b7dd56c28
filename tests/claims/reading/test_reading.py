"""How much of what is said is read: nothing misread, nothing dropped, and a floor under what is read."""

from __future__ import annotations

import pytest

from tests.claims.reading.corpus import Count, Entry, entries, score

LOTS = ("dev.txt", "opened1.txt", "opened2.txt", "opened3.txt", "opened4.txt")


@pytest.mark.parametrize(
    "entry", [entry for name in LOTS for entry in entries(name)], ids=lambda entry: entry.text[:50]
)
def test_nothing_is_misread_and_nothing_is_dropped(entry: Entry) -> None:
    count = Count()
    score(entry, count)
    assert not count.wrong
    assert not count.astray
    assert not count.dropped


@pytest.mark.parametrize(
    ("name", "claims", "recall"),
    [
        ("dev.txt", 250, 0.98),
        ("opened1.txt", 180, 0.9),
        ("opened2.txt", 85, 0.9),
        ("opened3.txt", 60, 0.9),
        ("opened4.txt", 35, 0.9),
    ],
)
def test_most_is_read(name: str, claims: int, recall: float) -> None:
    count = Count()
    for entry in entries(name):
        score(entry, count)
    assert count.said >= claims
    assert count.recall >= recall, [words for _, words in count.missed]
