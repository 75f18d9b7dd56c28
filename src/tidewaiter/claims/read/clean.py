"""What is said of the saying, and asides without a number, taken out of a sentence before it is read."""

from __future__ import annotations

from collections.abc import Callable

from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.chunks import QUANTITIES, Chunk

__all__ = ["Cleaned", "clean"]

_TELLING = frozenset(QUANTITIES + "E1SBUDTV")
_SPLICED = frozenset("1dKSv-")
_SPEAKER = frozenset("wAJ-PY?rioGavhEx")
_OPEN, _SHUT = frozenset("–—("), frozenset("–—)")


class Cleaned:
    """The chunks that are left, and whose data the sentence names as its source."""

    def __init__(self, chunks: list[Chunk], sources: tuple[str, ...]) -> None:
        self.chunks = chunks
        self.sources = sources


def clean(row: list[Chunk], text: Callable[[Chunk], str]) -> Cleaned:
    """Take out ``according to ...``, ``customs data showed``, and asides that hold no number.

    Parameters
    ----------
    row
        Chunks of a sentence.
    text
        Returns the text of a chunk.
    """
    sources: list[str] = []
    row = _attributions(list(row), sources)
    row = _asides(row, text)
    row = _appositions(_relatives(row))
    return Cleaned([chunk for chunk in row if chunk.tag != "-"], tuple(sources))


def _named(part: list[Chunk], sources: list[str]) -> None:
    sources += [chunk.data.code for chunk in part if isinstance(chunk.data, Actor) and chunk.data.code]


def _attributions(row: list[Chunk], sources: list[str]) -> list[Chunk]:
    place = 0
    while place < len(row):
        if row[place].tag != "s":
            place += 1
            continue
        after = place + 1
        follows = row[after] if after < len(row) else None
        if row[place].data == "according to":
            while after < len(row) and row[after].tag not in ",.":
                after += 1
            part = row[place:after]
            if any(chunk.tag in "TVLUDB" for chunk in part if chunk.tag != "s"):
                row[place] = row[place]._replace(tag="w")
                place += 1
                continue
            _named(part, sources)
            if place == 0 and after < len(row) and row[after].tag == ",":
                after += 1
            row[place:after] = []
            continue
        start = place
        while start and row[start - 1].tag in _SPEAKER and row[start - 1].tag != ",":
            start -= 1
        before = row[start - 1] if start else None
        left = row[start:place]
        if (before is not None and before.tag not in ",.") or any(
            chunk.tag in QUANTITIES and chunk.tag != "O" for chunk in left
        ):
            row[place] = row[place]._replace(tag="w")
            place += 1
            continue
        _named(left, sources)
        trailing = (
            before is not None
            and before.tag == ","
            and (follows is None or follows.tag in ".,J?" or _only_tail(row, after))
        )
        while after < len(row) and row[after].tag in "rJ":
            after += 1
        kept = [chunk for chunk in left if chunk.tag in "P?"] if not trailing else []
        if trailing:
            while after < len(row) and row[after].tag not in ",.":
                after += 1
            start -= 1
        row[start:after] = kept
        place = start + len(kept)
    return row


def _only_tail(row: list[Chunk], after: int) -> bool:
    return all(chunk.tag in "wJ-?iPo." for chunk in row[after:])


def _asides(row: list[Chunk], text: Callable[[Chunk], str]) -> list[Chunk]:
    """Drop what stands between two dashes or brackets where it tells no number."""
    made: list[Chunk] = []
    place = 0
    while place < len(row):
        chunk = row[place]
        if chunk.tag == "," and (text(chunk) in _OPEN or text(chunk) == "-"):
            shut = place + 1
            own = text(chunk)
            while shut < len(row) and not (
                row[shut].tag == "," and (text(row[shut]) in _SHUT if own != "-" else text(row[shut]) == "-")
            ):
                shut += 1
            if shut < len(row):
                inner = row[place + 1 : shut]
                tags = {part.tag for part in inner}
                if tags and tags <= _SPLICED:
                    made += inner
                    place = shut + 1
                    continue
                if not tags & _TELLING or _explains(inner):
                    place = shut + 1
                    continue
        made.append(chunk)
        place += 1
    return made


def _explains(inner: list[Chunk]) -> bool:
    """Tell an aside that explains a word: it has no quantity, whatever else it has."""
    return not any(chunk.tag in QUANTITIES or chunk.tag in "E1SBUD" for chunk in inner)


_APPOSED = frozenset("wA-GioEvhr")


def _appositions(row: list[Chunk]) -> list[Chunk]:
    """Drop ``, its second biggest buyer,`` after a country: it says who that is."""
    made: list[Chunk] = []
    place = 0
    while place < len(row):
        if row[place].tag == "," and made and made[-1].tag == "A" and place + 1 < len(row):
            shut = place + 1
            while shut < len(row) and row[shut].tag not in ",." and shut - place < 14:
                shut += 1
            inner = row[place + 1 : shut]
            begins = inner and (
                inner[0].tag == "-" or (inner[0].tag == "A" and (inner[0].owned or inner[0].data.pointing == "subject"))
            )
            tags = {chunk.tag for chunk in inner}
            if begins and shut < len(row) and row[shut].tag == "," and tags & {"w", "E"} and tags <= _APPOSED:
                _owner(made, inner)
                place = shut + 1
                continue
        made.append(row[place])
        place += 1
    return made


def _owner(made: list[Chunk], inner: list[Chunk]) -> None:
    """``Exports to China, South Korea's biggest market,``: exports of South Korea, where no other is named."""
    if not (inner[0].tag == "A" and inner[0].owned and inner[0].data.code and "E" in {chunk.tag for chunk in inner}):
        return
    row = [chunk for chunk in made if chunk.tag != "-"]
    if len(row) < 3 or row[-3].tag != "T" or row[-2].tag not in "tf" or "A" in {chunk.tag for chunk in row[:-3]}:
        return
    if row[-1].data.code and row[-1].data.code != inner[0].data.code:
        made.insert(made.index(row[-3]), inner[0])


def _relatives(row: list[Chunk]) -> list[Chunk]:
    """Drop ``, which ... ,`` where it tells nothing."""
    made: list[Chunk] = []
    place = 0
    while place < len(row):
        if row[place].tag == "," and place + 1 < len(row) and row[place + 1].tag == "r":
            shut = place + 2
            while shut < len(row) and row[shut].tag not in ",.":
                shut += 1
            inner = row[place + 2 : shut]
            if shut < len(row) and not {part.tag for part in inner} & (_TELLING | {"m", "n", "x"}):
                place = shut + (1 if row[shut].tag == "," else 0)
                continue
        made.append(row[place])
        place += 1
    return made
