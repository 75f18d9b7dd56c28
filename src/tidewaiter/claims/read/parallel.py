"""Two lists told side by side: ``exports of rice and flour came to 3,000 and 1,200 tonnes respectively``.

Such a sentence is read once for each pair, as if the other items were not there; the rest of the grammar stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from tidewaiter.claims.read.chunks import Chunk
from tidewaiter.claims.read.quantities import Quantity

__all__ = ["Pairs", "pairs_in"]

_WORD: Final = "respectively"
_JOIN: Final = r"(?:,a|,|a)"
_NUMBERS: Final = re.compile(rf"[MWCN](?:{_JOIN}[MWCN])+")
_ITEMS: Final = (r"(?:[NCWM]l?oA?|[NC]A?)G", r"G", r"A", r"T", r"P")


class Pairs(NamedTuple):
    """The sentence once for each pair, and where its number and its item stand (characters)."""

    rows: list[list[Chunk]]
    numbers: list[tuple[int, int]]
    items: list[tuple[int, int]]


def pairs_in(row: list[Chunk], text: Callable[[Chunk], str]) -> Pairs | None:
    """Return the readings of a sentence that tells two lists side by side; None where it does not, or not clearly.

    Parameters
    ----------
    row
        Chunks in plain order.
    text
        Returns the words of a chunk.
    """
    row = [part for chunk in row for part in _split(chunk, text)]
    at = next((k for k, chunk in enumerate(row) if chunk.tag == "x" and chunk.data == _WORD), -1)
    tags = "".join(chunk.tag for chunk in row)
    if "x" in tags.replace("x", "", 1) if at >= 0 else "x" in tags:
        return None
    found = [one for one in _NUMBERS.finditer(tags) if _plain(row, one)]
    if at >= 0:
        before = [one for one in found if one.end() <= at and set(tags[one.end() : at]) <= set(",P")]
        found = before[-1:]
    else:
        # without the word only right after the verb, and only numbers of one kind
        found = [
            one
            for one in found
            if one.start() and tags[one.start() - 1] in "Ll" and "G" not in tags[one.end() : one.end() + 1]
        ]
    if len(found) != 1:
        return None
    numbers = _units(row, found[0])
    if numbers is None or (at < 0 and len({one.data.unit for one in numbers}) != 1):
        return None
    items = _list(row, tags, len(numbers), found[0].start(), at)
    if items is None:
        return None
    rows = []
    last = at if at >= 0 else -1
    for place, number in enumerate(numbers):
        made: list[Chunk] = []
        for k, chunk in enumerate(row):
            if last >= 0 and (k == last or (abs(k - last) == 1 and chunk.tag == ",")):
                continue
            if found[0].start() <= k < found[0].end():
                if k == found[0].start():
                    made.append(number)
            elif items[0][0] <= k < items[-1][1]:
                if k == items[0][0]:
                    made += row[slice(*items[place])]
            else:
                made.append(chunk)
        rows.append(made)
    places = [(row[first].start, row[end - 1].end) for first, end in items]
    return Pairs(rows, [(number.start, number.end) for number in numbers], places)


def _split(chunk: Chunk, text: Callable[[Chunk], str]) -> list[Chunk]:
    """Take ``exports and imports``, one word for both together, apart."""
    first, _, second = text(chunk).partition(" and ")
    kinds = {"exports": "X", "imports": "M"}
    if chunk.tag != "T" or first.lower() not in kinds or second.lower() not in kinds:
        return [chunk]
    a, b = chunk.start + len(first), chunk.end - len(second)
    return [
        chunk._replace(end=a, data=kinds[first.lower()], owned=False),
        chunk._replace(tag="a", start=a + 1, end=b - 1, data="", owned=False),
        chunk._replace(start=b, data=kinds[second.lower()]),
    ]


def _plain(row: list[Chunk], match: re.Match[str]) -> bool:
    """Whether the joints of a list are commas and *and*."""
    return all(chunk.tag not in "a" or chunk.data == "" for chunk in row[match.start() : match.end()])


def _units(row: list[Chunk], match: re.Match[str]) -> list[Chunk] | None:
    """Return the numbers of a list, each with the unit of the last where it has none (``3,000 and 1,200 tonnes``)."""
    numbers = [chunk for chunk in row[match.start() : match.end()] if isinstance(chunk.data, Quantity)]
    last = numbers[-1]
    made = []
    for chunk in numbers:
        if chunk.tag == last.tag and chunk.data.unit == last.data.unit:
            made.append(chunk)
        elif chunk.tag == "N" and last.tag in "WCM" and (not last.data.scaled or chunk.data.scaled):
            made.append(
                chunk._replace(tag=last.tag, data=chunk.data._replace(kind=last.data.kind, unit=last.data.unit))
            )
        elif chunk.tag == "N" and last.data.scaled:
            return None  # "3 and 4 million": three million, or three
        elif {chunk.tag, last.tag} <= set("MWC"):
            made.append(chunk)
        else:
            return None
    return made


def _list(row: list[Chunk], tags: str, count: int, stop: int, at: int) -> list[tuple[int, int]] | None:
    """Return the places of the items of the one other list of that length."""
    for item in _ITEMS:
        pattern = re.compile(rf"{item}(?:{_JOIN}{item}){{{count - 1}}}(?!{_JOIN}{item})")
        lists = [one for one in pattern.finditer(tags) if _plain(row, one) and (one.end() <= stop or item == "P")]
        lists = [one for one in lists if not re.match("G", tags[one.end() :])]
        told = {str(chunk.data) for one in lists for chunk in row[one.start() : one.end()] if chunk.tag == "T"}
        if told - {"X", "M"}:
            return None
        if len(lists) > 1 or (lists and at < 0 and item not in ("A", "G")):
            return None
        if lists:
            start = lists[0].start()
            return [(start + one.start(), start + one.end()) for one in re.finditer(item, lists[0][0])]
    return None
