"""A sentence as a row of chunks, each with its tag (:mod:`tidewaiter.claims.read.words`) and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from tidewaiter.claims.read.actors import actors_lexicon
from tidewaiter.claims.read.durations import length_at
from tidewaiter.claims.read.goods import goods_lexicon
from tidewaiter.claims.read.periods import mention_at
from tidewaiter.claims.read.quantities import quantity_at
from tidewaiter.claims.read.tokens import Token
from tidewaiter.claims.read.words import word_lexicon

__all__ = ["QUANTITIES", "Chunk", "chunks"]

QUANTITIES: Final = "MWCNXFu%OZ"
"""Tags of what is a number, or stands for one."""

_KINDS: Final = {
    "money": "M", "weight": "W", "count": "C", "number": "N", "percent": "%", "times": "X", "part": "F", "price": "u",
    "odd": "O",
}  # fmt: skip
_ROLES: Final = {"in": "P", "since": "K", "back": "Y", "day": "J", "vague": "?"}
_REFERENCES: Final = frozenset(
    [
        "resolution",
        "resolutions",
        "hs",
        "code",
        "codes",
        "heading",
        "subheading",
        "chapter",
        "no",
        "number",
        "article",
        "page",
        "section",
        "paragraph",
        "annex",
        "phase",
        "flight",
        "route",
        "highway",
        "tier",
        "step",
        "version",
        "model",
        "class",
        "category",
        "boeing",
        "airbus",
        "room",
        "floor",
        "tel",
        "phone",
        "line",
        "platform",
        "pier",
        "berth",
        "rule",
    ]
)
"""A number after one of these is a name."""

_ROUGHLY: Final = frozenset(("several", "few", "many", "couple", "various", "some"))
_SCALES: Final = frozenset(("hundred", "thousand", "million", "billion", "dozen", "hundreds", "thousands", "millions"))
_YEAR: Final = re.compile(r"(?:19[5-9]|20)[0-9]\d?\Z", re.ASCII)


class Chunk(NamedTuple):
    """One chunk: ``tag``, tokens ``first`` to ``last`` (one past), characters ``start`` to ``end``, and ``data``.

    ``data`` is an :class:`Actor`, a :class:`Named`, a :class:`Quantity`, a mention of time, or the meaning of a word.
    ``owned`` tells a possessive; ``hedge`` a word of rounding beside a verb (*more than doubled*).
    """

    tag: str
    first: int
    last: int
    start: int
    end: int
    data: Any = None
    owned: bool = False
    hedge: str = ""


def chunks(row: Sequence[Token], day: str) -> list[Chunk]:
    """Tag the tokens of a sentence.

    Parameters
    ----------
    row
        Tokens.
    day
        ISO date of the article, empty if not known.

    Examples
    --------
    >>> from tidewaiter.claims.read.tokens import tokens
    >>> text = "China's exports to North Korea reached US$98 million in April, the highest level since February 2020."
    >>> "".join(chunk.tag for chunk in chunks(tokens(text), "2022-05-27"))
    'ATtALMP,-EvK.'
    """
    made: list[Chunk] = []
    place = 0
    while place < len(row):
        if row[place].kind == "poss":
            if made:
                made[-1] = made[-1]._replace(owned=True)
            place += 1
            continue
        # "rose 3 million to 4 million", "from 3 million to 4 million": a change, not a range.
        moved = _moved(made)
        chunk = _one(row, place, day, ranges=not moved)
        made.append(chunk)
        place = max(chunk.last, place + 1)
    return made


def _moved(made: Sequence[Chunk]) -> bool:
    """Whether a number that follows says by how much, or from where: ``rose sharply by about $20 million to $132 million``."""
    for one in reversed(made):
        if one.tag in "UDfb":
            return True
        if one.tag not in "-ovwFL":
            return False
    return False


def _make(row: Sequence[Token], tag: str, first: int, last: int, data: Any = None, hedge: str = "") -> Chunk:
    return Chunk(tag, first, last, row[first].start, row[last - 1].end, data, False, hedge)


def _one(row: Sequence[Token], at: int, day: str, *, ranges: bool = True) -> Chunk:
    token = row[at]
    length = length_at(row, at)
    if length is not None:
        return _make(row, length.tag, at, length.last, length.data)
    special = _hedged_verb(row, at)
    if special is not None:
        return special
    mention = mention_at(row, at, day)
    if mention is not None:
        return _make(row, _ROLES[mention.role], at, min(mention.last, len(row)), mention)
    trade = word_lexicon().at(row, at)
    if trade is not None and trade[0][0] == "T" and trade[1] > 1:
        return _make(row, "T", at, at + trade[1], trade[0][1])
    quantity = _quantity(row, at, ranges)
    if quantity is not None:
        return quantity
    if row[at].low in _ROUGHLY and at + 1 < len(row) and row[at + 1].low in _SCALES:
        return _make(row, "O", at, at + 2, "a number told only roughly")
    best: tuple[int, str, Any] | None = None
    actor = actors_lexicon().at(row, at)
    if actor is not None:
        best = (actor[1], "A", actor[0])
    goods = goods_lexicon().at(row, at)
    if goods is not None and (best is None or goods[1] > best[0]):
        best = (goods[1], "G", goods[0])
    word = word_lexicon().at(row, at)
    if word is not None and (best is None or word[1] > best[0] or (word[1] == best[0] and best[1] == "G")):
        best = (word[1], word[0][0], word[0][1])
    if best is not None and best[2] == "=" and not (at + 1 < len(row) and row[at + 1].low in ("to", "from")):
        best = (best[0], "-", "")
    if token.text in "-/‑" and 0 < at < len(row) - 1 and row[at - 1].touches(token) and token.touches(row[at + 1]):
        return _make(row, "h", at, at + 1)
    if best is not None:
        return _make(row, best[1], at, at + best[0], best[2])
    if token.kind in ("number", "odd", "scale"):
        return _make(row, "O", at, at + 1, "a number in a form that is not read")
    if token.kind == "mark" and token.text in ".!?":
        return _make(row, ".", at, at + 1)
    return _make(row, "w", at, at + 1, token.low)


def _quantity(row: Sequence[Token], at: int, ranges: bool) -> Chunk | None:
    before = row[at - 1].low.rstrip(".") if at else ""
    if before == "." and at > 1:
        before = row[at - 2].low
    if before in _REFERENCES and row[at].kind == "number":
        return _make(row, "w", at, at + 1, "reference")
    read = quantity_at(row, at, ranges=ranges)
    if read is None:
        return None
    tag = "O" if read.why else _KINDS[read.kind]
    # "one of the", "no one": a pronoun, not an amount.
    if read.kind == "number" and row[at].low == "one":
        return _make(row, "w", at, read.last, "one")
    if tag == "N" and read.value == 0:
        tag = "Z"
    if tag == "N" and read.bounds is not None and _YEAR.match(row[at].text) and _YEAR.match(row[read.last - 1].text):
        return _make(row, "O", at, read.last, "a run of years, or numbers that look like it")
    if tag == "N" and _YEAR.match(row[at].text) and read.last == at + 1:
        follows = goods_lexicon().at(row, at + 1) if at + 1 < len(row) else None
        if follows is None:
            return _make(row, "O", at, at + 1, "a year, or a number that looks like one")
    return _make(row, tag, at, read.last, read)


def _hedged_verb(row: Sequence[Token], at: int) -> Chunk | None:
    """Read ``more than doubled``, ``nearly halved``."""
    low = row[at].low
    if low in ("more", "almost", "nearly", "about", "roughly"):
        place = at + (2 if low == "more" and at + 1 < len(row) and row[at + 1].low == "than" else 1)
        if low == "more" and place != at + 2:
            return None
        found = word_lexicon().at(row, place) if place < len(row) else None
        if found is not None and found[0][0] == "B":
            hedge = "more than" if low == "more" else low
            return _make(row, "B", at, place + found[1], found[0][1], hedge)
    return None
