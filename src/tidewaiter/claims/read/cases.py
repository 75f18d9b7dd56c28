"""Counts of an epidemic: ``recorded 115,970 new "fever" cases on Wednesday, taking the total to 3.06 million``.

Only counts of a daily indicator that ships with the project are read, and deaths told beside them; others are listed as
not read.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.chunks import Chunk
from tidewaiter.claims.read.drafts import Refused
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.quantities import Quantity

__all__ = ["read_cases"]

_INDICATORS: Final = {"PRK": "fever"}
_MORE: Final = frozenset(("new", "more", "additional", "further", "another", "fresh", "extra"))
_COUNTED: Final = re.compile(r"(?P<N>[Nw])[wUq-]*Q")
_TOTAL: Final = re.compile(
    r"k[vA-]*(?P<Q>o?[w-]*Q)?[?KPJ]?t(?P<N>N)(?:[w-]*(?P<Q2>Q))?(?:[a-]+(?P<N2>N)[w-]*(?P<Q3>Q)|[aA-]+(?P<Q4>Q)t(?P<N3>N))?"
)
_TOLL: Final = re.compile(r"(?P<Q>Q)[vwf-]*[UL]+t?(?P<N>N)(?![w-]*Q)")
_NONE: Final = re.compile(r"Z[w-]*(?P<Q>Q)")


def read_cases(
    row: list[Chunk], text: str, day: str, country: str, *, epidemic: bool = False
) -> tuple[list[Claim], list[Refused]]:
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
    epidemic
        Whether the article speaks of a fever or an epidemic at all: else deaths may be of anything.
    """
    return _Counts(row, text, country, epidemic).read()


class _Counts:
    """The counts of one sentence."""

    def __init__(self, row: list[Chunk], text: str, country: str, epidemic: bool) -> None:
        self.row, self.text, self.epidemic = row, text, epidemic
        self.tags = "".join(chunk.tag for chunk in row)
        named = [chunk.data.code for chunk in row if isinstance(chunk.data, Actor) and chunk.data.code]
        self.place = (named or [country])[0]
        times = [chunk.data for chunk in row if isinstance(chunk.data, Mention) and chunk.data.role == "day"]
        self.days = [mention for mention in times if mention.lead != "since"]
        self.fever = "fever" in self.words(0, len(row))
        self.claims: list[Claim] = []
        self.done: set[int] = set()

    def words(self, first: int, last: int) -> list[str]:
        """Return the words of some chunks, in lower case."""
        return " ".join(self.text[chunk.start : chunk.end].lower() for chunk in self.row[first:last]).split()

    def read(self) -> tuple[list[Claim], list[Refused]]:
        """Read them all; a number that is read of nothing is refused."""
        numbers = [
            k
            for k, tag in enumerate(self.tags)
            if tag in "NCMW%XOFuR" or (tag == "w" and self.row[k].data == "one" and self._counts_people(k))
        ]
        none = list(_NONE.finditer(self.tags))
        why = self._why()
        if why:
            spans = [(k, k + 1) for k in numbers] + [match.span() for match in none]
            return [], [Refused(self.row[a].start, self.row[b - 1].end, why) for a, b in spans]
        refused: list[Refused] = []
        self._new()
        self._totals()
        for match in none:
            kind = self._kind(match.start("Q"))
            if "new" not in self.words(match.start(), match.end()):
                start, end = self.row[match.start()].start, self.row[match.end() - 1].end
                refused.append(Refused(start, end, "what there was none of is not understood"))
            elif kind == "deaths" or self.fever:
                self.add(
                    match.start(),
                    match.end(),
                    Quantity("number", Decimal(0), Decimal(1), "", "", 0, 0, printed="0"),
                    kind,
                    "new",
                )
        left = [k for k in numbers if k not in self.done]
        refused += [Refused(self.row[k].start, self.row[k].end, "what is counted is not understood") for k in left]
        return self.claims, refused

    def _counts_people(self, k: int) -> bool:
        near = self.words(k + 1, min(k + 4, len(self.row)))
        return "Q" in self.tags[k + 1 : k + 4] or bool({"person", "people", "patient", "died"} & set(near))

    def _why(self) -> str:
        if any(tag in "mn" for tag in self.tags):
            return "it is denied, or tells what may be"
        if self.place not in _INDICATORS:
            return "no daily count of that country is at hand"
        deaths = any(chunk.tag == "Q" and chunk.data == "deaths" for chunk in self.row)
        if not self.fever and not (deaths and self.epidemic):
            return "which count is meant is not said"
        if len(self.days) != 1 or not self.days[0].day:
            return "of which day it is, is not said"
        return ""

    def _kind(self, place: int) -> str:
        return "deaths" if self.row[place].data == "deaths" else _INDICATORS[self.place]

    def _new(self) -> None:
        """Read ``115,970 new "fever" cases``, and ``and six deaths`` after it."""
        joined = -1
        for match in _COUNTED.finditer(self.tags):
            number, last = match.start(), match.end()
            if match["N"] == "w" and self.row[number].data != "one":
                continue
            kind = self._kind(last - 1)
            told = bool(_MORE & set(self.words(number, last)))
            beside = joined >= 0 and set(self.tags[joined:number]) <= set("a-,") and kind == "deaths"
            if not told and not beside:
                continue
            if kind != "deaths" and not self.fever:
                continue
            before = "k" in self.tags[:number] and _TOTAL.search(self.tags[:last]) is not None
            if before and not told:
                continue
            self.add(number, last, self.row[number].data, kind, "new", number)
            joined = last

    def _totals(self) -> None:
        """Read ``taking the total to 3.06 million``, ``the death toll rose to 69``."""
        for match in _TOTAL.finditer(self.tags):
            if match["N"] and match.start("N") in self.done:
                continue
            named = match["Q"] or match["Q2"]
            at = (match.end("Q") if match["Q"] else match.end("Q2")) - 1 if named else -1
            kind = self._kind(at) if named else _INDICATORS[self.place]
            beside = any(claim.direction == "new" and claim.indicator == kind for claim in self.claims)
            if beside or kind == "deaths" or named:
                end = match.end("Q2") if match["Q2"] else match.end("N")
                self.add(match.start(), end, self.row[match.start("N")].data, kind, "cumulative", match.start("N"))
            if match["N3"] and self._kind(match.start("Q4")) == "deaths":
                place = match.start("N3")
                self.add(match.start("Q4"), match.end("N3"), self.row[place].data, "deaths", "cumulative", place)
            if match["N2"] and self._kind(match.end("Q3") - 1) == "deaths":
                place = match.start("N2")
                self.add(place, match.end("Q3"), self.row[place].data, "deaths", "cumulative", place)
        for match in _TOLL.finditer(self.tags):
            words = self.words(match.start("Q"), match.end("Q")) + self.words(match.end("Q"), match.start("N"))
            if match.start("N") not in self.done and "toll" in words and self._kind(match.start("Q")) == "deaths":
                self.add(
                    match.start(),
                    match.end(),
                    self.row[match.start("N")].data,
                    "deaths",
                    "cumulative",
                    match.start("N"),
                )

    def add(self, first: int, last: int, data: object, kind: str, direction: str, number: int = -1) -> None:
        """Make a claim of a number."""
        read = (
            data
            if isinstance(data, Quantity)
            else Quantity("number", Decimal(1), Decimal(1), "", "", 0, 0, printed="1")
        )
        start, end = self.row[first].start, self.row[last - 1].end
        on = self.days[0]
        notes = (f"the day is {on.day}, {on.assumed}",) if on.assumed else ()
        self.claims.append(
            Claim(
                id="", kind=Kind.COUNT, indicator=kind, day=on.day, direction=direction, text=self.text[start:end],
                span=(start, end), said=read.said(), assumed=notes,
            )
        )  # fmt: skip
        self.done.add(number)
