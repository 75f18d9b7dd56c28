"""Sentences with what they say, and the count of what the reader makes of them.

A file holds entries: a line ``DATE | text``, then a line for each claim (as ``compact.py`` writes it, ``@``, words that
its span must hold) and, after ``-``, the words of each number or comparison that cannot be checked as it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.claims.read.compact import compact
from tidewaiter.claims.read import Reading, read_article

HERE = Path(__file__).parent
_ENTRY = re.compile(r"(\d{4}-\d{2}-\d{2}) \| (.+)")


@dataclass(frozen=True)
class Entry:
    date: str
    text: str
    claims: tuple[tuple[str, str], ...]
    """What is said, and words of it that the span must hold."""
    open: tuple[str, ...]
    """What cannot be checked as it stands, and has to be listed as not read."""


@dataclass
class Count:
    """``wrong``: read and not said. ``dropped``: neither read nor listed. ``astray``: read, with a span that misses it."""

    said: int = 0
    read: int = 0
    right: int = 0
    missed: list[tuple[Entry, str]] = field(default_factory=list)
    wrong: list[tuple[Entry, str]] = field(default_factory=list)
    dropped: list[tuple[Entry, str]] = field(default_factory=list)
    astray: list[tuple[Entry, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.right / self.said

    @property
    def precision(self) -> float:
        return self.right / self.read


def entries(name: str) -> list[Entry]:
    found: list[Entry] = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        start = _ENTRY.fullmatch(line)
        if start:
            found.append(Entry(start[1], start[2].strip().replace("¶", "\n\n"), (), ()))
        elif line.startswith("    - "):
            last = found[-1]
            found[-1] = Entry(last.date, last.text, last.claims, (*last.open, line[6:].strip()))
        elif line.startswith("    "):
            claim, _, words = line.strip().partition(" @ ")
            last = found[-1]
            found[-1] = Entry(last.date, last.text, (*last.claims, (claim, words)), last.open)
        elif line.strip() and not line.startswith("#"):
            raise ValueError(f"{name}: not a line of the corpus: {line!r}")
    for entry in found:
        for words in (*(words for _, words in entry.claims), *entry.open):
            if words not in entry.text or not words:
                raise ValueError(f"{name}: {words!r} is not in {entry.text!r}")
    return found


def score(entry: Entry, count: Count) -> Reading:
    """Add what the reader makes of an entry to the count."""
    reading = read_article(entry.text, entry.date)
    left = Counter(compact(claim) for claim in reading.read)
    count.said += len(entry.claims)
    count.read += left.total()
    listed = [claim.span for claim in reading.not_read if claim.span is not None]

    def is_listed(words: str) -> bool:
        return any(
            start < place + len(words) and place < end
            for start, end in listed
            for place in (found.start() for found in re.finditer(re.escape(words), entry.text))
        )

    for claim, words in entry.claims:
        if left[claim]:
            left[claim] -= 1
            count.right += 1
            if not any(words in read.text for read in reading.read if compact(read) == claim):
                count.astray.append((entry, f"{claim} @ {words}"))
            continue
        count.missed.append((entry, f"{claim} @ {words}"))
        if not is_listed(words):
            count.dropped.append((entry, words))
    count.wrong += [(entry, claim) for claim in left.elements()]
    count.dropped += [(entry, words) for words in entry.open if not is_listed(words)]
    return reading
