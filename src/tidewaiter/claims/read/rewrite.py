"""Turns of phrase put into the plain order that the grammar reads; what cannot be told is refused.

``a $1.1 billion deficit`` is *a deficit of $1.1 billion*; ``sold Turkey 45,000 tonnes`` is *sold to Turkey*; ``coal
($560 million)`` is *coal worth $560 million*. Nothing is added that the words do not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.chunks import Chunk
from tidewaiter.claims.read.drafts import Refused
from tidewaiter.claims.read.quantities import Quantity

__all__ = ["rewrite"]

_RAN: Final = frozenset(
    ("ran", "runs", "run", "logged", "logs", "registered", "suffered", "incurred", "had", "has", "notched", "chalked", "booked",
     "reported", "saw", "swung", "enjoyed")
)  # fmt: skip
_LEAVING: Final = frozenset(
    ("resulting", "leaving", "yielding", "producing", "creating", "generating", "giving", "posting")
)
_RESUMED: Final = frozenset(("resumed", "restarted", "resuming", "resume"))

Text = Callable[[Chunk], str]


def _shipping(row: list[Chunk], text: Text) -> list[Chunk]:
    """``resumed exports of urea, shipping 2,300 tonnes``: exports of urea, of 2,300 tonnes."""
    found = re.search(r"T[tfoAGP]*,(?P<V>V)(?=[WMC][,.])", _tags(row))
    if found is None or not text(row[found.start("V")]).endswith("ing"):
        return row
    place = found.start("V")
    return [*row[:place], row[place]._replace(tag="L", data="listed"), *row[place + 1 :]]


def rewrite(row: list[Chunk], text: Text) -> tuple[list[Chunk], list[Refused]]:
    """Put a cleaned row into plain order.

    Parameters
    ----------
    row
        Chunks of a sentence, those that change nothing taken out.
    text
        Returns the words of a chunk.

    Returns
    -------
    tuple
        The row, and numbers that were taken out of it with the reason.
    """
    refused: list[Refused] = []
    row = _brackets(_other_unit(list(row), refused), text, refused)
    row = _listed(_neighbours(row), text)
    row = _given_to(row)
    row = _spent(row)
    row = _no_trade(row)
    row = _after(row, text)
    row = _shipping(_resumed(row), text)
    return _balances(row), refused


def _tags(row: list[Chunk]) -> str:
    return "".join(chunk.tag for chunk in row)


def _brackets(row: list[Chunk], text: Text, refused: list[Refused]) -> list[Chunk]:
    """Read ``(worth $2 million)`` and ``($2 million)`` after goods or their amount; a conversion is left out."""
    made: list[Chunk] = []
    place = 0
    while place < len(row):
        chunk = row[place]
        shut = next(
            (k for k in range(place + 2, min(place + 4, len(row))) if row[k].tag == "," and text(row[k]) == ")"), 0
        )
        inner = row[place + 1 : shut]
        if chunk.tag != "," or text(chunk) != "(" or not shut or _tags(inner) not in ("M", "W", "C", "N", "lM", "lW"):
            made.append(chunk)
            place += 1
            continue
        before = made[-1].tag if made else ""
        number = inner[-1]
        worth = inner[0] if len(inner) == 2 else chunk._replace(tag="l", data="")
        if before == "M" and number.tag == "M":
            why = "the amount before it in another currency, converted by whoever wrote it"
            refused.append(Refused(number.start, number.end, why))
        elif before and before in "MWCNGP" and number.tag in "MWC" and number.tag != before:
            if place + len(inner) + 4 <= len(row) and _tags(row[shut + 1 : shut + 3]) == "oG":
                made += row[shut + 1 : shut + 3]  # "12,000 tons (worth $3.2 million) of rice"
                shut += 2
            made += [worth, number]
        else:
            made += row[place : shut + 1]
        place = shut + 1
    return made


def _other_unit(row: list[Chunk], refused: list[Refused]) -> list[Chunk]:
    """``, or 1.76 million barrels per day`` at the end: the same told in another unit; a price is read."""
    place = next((k for k in range(len(row) - 1, 0, -1) if row[k].tag == "w" and row[k].data == "or"), 0)
    inside = re.match("[MWCN],", _tags(row[place + 1 :]))
    if place > 1 and row[place - 1].tag == "," and inside is not None and row[place - 2].tag in "MWCN":
        number = row[place + 1]
        refused.append(Refused(number.start, number.end, "the same told in another unit"))
        return [*row[: place - 1], *row[place + 3 :]]
    tail = _tags(row[place + 1 :])
    if not place or row[place - 1].tag != "," or not re.fullmatch("[MWCNOu%F][wxo]*\\.?", tail):
        return row
    if tail[0] == "u":
        return [*row[:place], *row[place + 1 :]]
    refused.append(Refused(row[place + 1].start, row[place + 1].end, "the same told in another unit, or as a part"))
    return [*row[: place - 1], *row[len(row) - (tail[-1] == ".") :]]


def _neighbours(row: list[Chunk]) -> list[Chunk]:
    """``its neighbour North Korea``: the name says it all."""
    return [
        chunk
        for place, chunk in enumerate(row)
        if not (
            getattr(chunk.data, "pointing", "") == "other"
            and not chunk.owned
            and place + 1 < len(row)
            and isinstance(row[place + 1].data, Actor)
            and row[place + 1].data.code
            and not row[place + 1].data.adjective
        )
    ]


def _listed(row: list[Chunk], text: Text) -> list[Chunk]:
    """``the biggest items China sold were sugar``, ``tyres at $5.7 million``, ``of the $90 million that China exported``."""
    tags = _tags(row)
    if re.match("E[wG](?:A?V)", tags) and text(row[1]).lower() in ("items", "item", "products", "product", "goods"):
        row, tags = row[2:], tags[2:]
    if re.match("o[MW]rAV", tags):
        row = [row[3], row[4], row[1], *row[5:]]
        tags = _tags(row)
    for found in re.finditer("(?<=[,a])Gi[MW](?=[,.a])", tags):
        joint = text(row[found.start() + 1])
        if joint == "at" or (joint == "for" and re.search("GH[MW]", tags[: found.start()])):
            row[found.start() + 1] = row[found.start() + 1]._replace(tag="l", data="")
    return row


def _given_to(row: list[Chunk]) -> list[Chunk]:
    """``sold Turkey 45,000 tonnes of barley``, ``supplied China with crude oil``: to Turkey, to China."""
    made: list[Chunk] = []
    place = 0
    while place < len(row):
        made.append(row[place])
        place += 1
        if made[-1].tag != "V" or str(made[-1].data) != "X" or place + 1 >= len(row):
            continue
        whom = row[place]
        data = whom.data
        if not isinstance(data, Actor) or data.adjective or whom.owned or data.pointing == "border":
            continue
        after = place + (2 if row[place + 1].tag == "a" and row[place + 1].data == "with" else 1)
        if after < len(row) and (row[after].tag in "NCWMZ" or _tags(row[after : after + 3]) in ("GlM", "GlW")):
            made += [whom._replace(tag="t", data=""), whom]
            place = after
    return made


def _spent(row: list[Chunk]) -> list[Chunk]:
    """``spent $12 million on Chinese fertiliser``: bought it, worth so much."""
    found = re.search(r"V(?:,?a?MiA?G(?![GTwhAl]))+", _tags(row))
    if found is None or row[found.start()].data != "M spent":
        return row
    made = [*row[: found.start()], row[found.start()]._replace(data="M")]
    tags = _tags(row)
    place = found.start() + 1
    for one in re.finditer("(?P<join>,?a?)(?P<M>M)(?P<i>i)(?P<what>A?G)", tags[place : found.end()]):
        what = row[place + one.start("what") : place + one.end("what")]
        worth = row[place + one.start("i")]._replace(tag="l", data="")
        made += [*row[place + one.start("join") : place + one.end("join")], *what, worth, row[place + one.start("M")]]
    return [*made, *row[found.end() :]]


def _no_trade(row: list[Chunk]) -> list[Chunk]:
    """``China recorded no imports of coal``: no Chinese imports of coal."""
    found = re.match(r"(?:P,?)?(?P<A>A)[Lw](?P<Z>Z)(?P<T>G?T)", _tags(row))
    if found is None or (row[found.end("A")].tag == "w" and row[found.end("A")].data not in _RAN):
        return row
    whose = row[found.start("A")]._replace(owned=True)
    return [*row[: found.start("A")], row[found.start("Z")], whose, *row[found.start("T") :]]


def _after(row: list[Chunk], text: Text) -> list[Chunk]:
    """``after none in March``, ``after 2,900 kg in July``: compared with it."""
    tags = _tags(row)
    return [
        chunk._replace(tag="c", data="")
        if chunk.tag == "a" and text(chunk) == "after" and re.match("[MWCNZ][PY]", tags[place + 1 :])
        else chunk
        for place, chunk in enumerate(row)
    ]


def _resumed(row: list[Chunk]) -> list[Chunk]:
    """``resumed exports of urea``, ``exports of urea resumed in February with 3,300 tonnes``."""
    tags = _tags(row)
    for place, chunk in enumerate(row):
        if chunk.tag != "w" or chunk.data not in _RESUMED:
            continue
        if place and tags[place - 1] == "A" and re.match(r"[vG]*T", tags[place + 1 :]):
            return [*row[: place - 1], row[place - 1]._replace(owned=True), *row[place + 1 :]]
        later = re.match(r"(?P<P>P)?a(?P<Q>[MWCN])", tags[place + 1 :])
        if later is not None and row[place + later.start("Q")].data == "with":
            number = place + 1 + later.start("Q")
            month = row[place + 1 : place + 2] if later["P"] else []
            return [*row[:place], chunk._replace(tag="L", data="listed"), row[number], *month, *row[number + 1 :]]
    return row


def _balances(row: list[Chunk]) -> list[Chunk]:
    """``ran a $1.1 billion trade deficit with China``: its trade deficit with China was $1.1 billion."""
    place = 0
    while place < len(row):
        kind = str(row[place].data)
        if row[place].tag != "T" or not kind.endswith(("surplus", "deficit")):
            place += 1
            continue
        end = place + 1
        while re.match("(?:a|[tf])A", _tags(row[end : end + 2])) and row[end].data in ("with", ""):
            end += 2
        amount: list[Chunk] = []
        start = place
        of = re.match("oM(?:a|[tf])A", _tags(row[end : end + 4]))
        if of is not None and end == place + 1 and row[end + 2].data in ("with", ""):
            row[end : end + 4] = [*row[end + 2 : end + 4], *row[end : end + 2]]  # "of $1.1 billion with China"
            end += 2
        if start and row[start - 1].tag == "M" and isinstance(row[start - 1].data, Quantity):
            start -= 1
            amount = [row[start]._replace(tag="L", data=""), row[start]]
        verb = start
        while verb and (row[verb - 1].tag == "L" or (row[verb - 1].tag == "w" and row[verb - 1].data in _RAN)):
            verb -= 1
        left = row[:start]
        if verb and row[verb - 1].tag == "A" and verb < start:
            left = [*row[: verb - 1], row[verb - 1]._replace(owned=True)]
        elif _left(row[:start]) < start:
            left = row[: _left(row[:start])]
        row = [*left, *row[place:end], *amount, *row[end:]]
        place = len(left) + (end - place) + len(amount)
    return row


def _left(row: list[Chunk]) -> int:
    """Return where ``, resulting in`` or ``, leaving it with`` before a balance begins."""
    place = len(row)
    if place and row[place - 1].tag in "ia":
        place -= 1
    if (
        place
        and row[place - 1].tag == "w"
        and row[place - 1].data in _LEAVING
        and place > 1
        and row[place - 2].tag == ","
    ):
        return place - 1
    if place and place < len(row) and row[place - 1].tag == "," and row[place].data == "with":
        return place
    return len(row)
