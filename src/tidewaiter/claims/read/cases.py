"""Counts of an epidemic: ``recorded 115,970 new "fever" cases on Wednesday, taking the total to 3.06 million``.

Only counts of a daily indicator that ships with the project are read; others are listed as not read.
"""

from __future__ import annotations

import re
from typing import Final

from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.chunks import Chunk
from tidewaiter.claims.read.drafts import Refused
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.quantities import Quantity

__all__ = ["read_cases"]

_INDICATORS: Final = {"PRK": "fever"}
_NEW: Final = re.compile(r"N[wq-]*Q")
_TOTAL: Final = re.compile(r"k[v-]*[?KPJ]?t(?P<N>N)")
_NONE: Final = re.compile(r"Z[w-]*(?P<Q>Q)")


def read_cases(row: list[Chunk], text: str, day: str, country: str) -> tuple[list[Claim], list[Refused]]:
    """Read the counts of a sentence that speaks of cases and not of trade.

    Parameters
    ----------
    row
        Chunks as tagged.
    text
        The article.
    day
        Its date.
    country
        The country spoken of before, for a sentence that names none.
    """
    tags = "".join(chunk.tag for chunk in row)
    named = [chunk.data.code for chunk in row if isinstance(chunk.data, Actor) and chunk.data.code]
    place = (named or [country])[0]
    days = [
        chunk.data
        for chunk in row
        if isinstance(chunk.data, Mention) and chunk.data.role == "day" and chunk.data.lead != "since"
    ]
    fever = "fever" in " ".join(text[chunk.start : chunk.end].lower() for chunk in row)
    numbers = [
        k
        for k, tag in enumerate(tags)
        if tag in "NCMW%XO" or (tag == "w" and row[k].data == "one" and "Q" in tags[k + 1 : k + 3])
    ]
    why = ""
    if any(tag in "mn" for tag in tags):
        why = "it is denied, or tells what may be"
    elif place not in _INDICATORS:
        why = "no daily count of that country is at hand"
    elif not fever:
        why = "which count is meant is not said"
    elif len(days) != 1 or not days[0].day:
        why = "of which day it is, is not said"
    if why:
        return [], [Refused(row[k].start, row[k].end, why) for k in numbers]
    on = days[0]
    claims: list[Claim] = []
    read: set[int] = set()
    none: list[Refused] = []

    def add(first: int, last: int, number: int, direction: str) -> None:
        data = row[number].data
        start, end = row[first].start, row[last - 1].end
        notes = (f"the day is {on.day}, {on.assumed}",) if on.assumed else ()
        claims.append(
            Claim(
                id="", kind=Kind.COUNT, indicator=_INDICATORS[place], day=on.day, direction=direction, text=text[start:end], span=(start, end),
                said=data.said(), assumed=notes,
            )
        )  # fmt: skip
        read.add(number)

    for match in _NEW.finditer(tags):
        number = match.start()
        words = [text[chunk.start : chunk.end].lower() for chunk in row[number : match.end()]]
        if (
            isinstance(row[number].data, Quantity)
            and row[match.end() - 1].data == "cases"
            and "new" in " ".join(words).split()
        ):
            add(number, match.end(), number, "new")
    for match in _TOTAL.finditer(tags):
        if claims:
            add(match.start(), match.end(), match.start("N"), "cumulative")
    for match in _NONE.finditer(tags):
        if (
            row[match.start("Q")].data == "deaths"
            and claims
            and "new" in text[row[match.start()].start : row[match.start("Q")].end].lower()
        ):
            start, end = row[match.start()].start, row[match.end() - 1].end
            none.append(Refused(start, end, "no daily count of deaths is at hand"))
    refused = [
        Refused(row[k].start, row[k].end, "what is counted is not understood")
        for k in numbers
        if k not in read and tags[k] != "Z"
    ]
    return claims, [*refused, *none]
