"""The grammar: a row of chunks, read from left to right into drafts of claims.

A rule fires only where every chunk it spans is known. A word that no rule knows spoils what follows it until a new
subject stands; a number that no rule reads is refused with the reason. Rules are regular expressions over the tags of
:mod:`tidewaiter.claims.read.words`, tried in order at each chunk.
"""

from __future__ import annotations

import re

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.chunks import Chunk
from tidewaiter.claims.read.drafts import Draft, Refused
from tidewaiter.claims.read.frame import Context, Frame
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.quantities import Quantity

__all__ = ["Scan"]


class Scan:
    """One sentence being read.

    Parameters
    ----------
    row
        Cleaned chunks of the sentence.
    context
        What the article has said so far; it is changed as the sentence is read.
    source
        Whose statistics the sentence or the article names.
    """

    def __init__(self, row: list[Chunk], context: Context, source: str) -> None:
        self.row = row
        self.tags = "".join(chunk.tag for chunk in row)
        self.context = context
        self.source = source
        self.drafts: list[Draft] = []
        self.refused: list[Refused] = []
        self.at = 0
        self.frame: Frame | None = None
        self.actor = ""
        self.dirty = False
        self.clause = 0
        self.sign = 0
        self.verb_at = 0
        self.period: Mention | None = None
        self.back = 0
        self.blocked = ""
        self.why_dirty = ""
        self.contrast = False
        self.comparing = False
        self.first: Chunk | None = None
        self.first_since: Mention | tuple[int, bool] | None = None
        self.shift = 0
        self.lost = False
        self.over: Draft | None = None
        self.period_at = -1
        self.undecided = ""
        self.by_value = False
        self.also = False
        self.base_ahead: Mention | None = None
        self.noun_end = -1
        self.relative: tuple[Mention | None, int] | None = None

    # -- helpers -----------------------------------------------------------------------------------------------------

    def refuse(self, place: int, why: str, end: int | None = None) -> None:
        """Note a number that is not read."""
        last = self.row[(end or place + 1) - 1]
        self.refused.append(Refused(self.row[place].start, last.end, why))

    def why(self) -> str:
        """Return what stands in the way of reading here, empty if nothing does."""
        if self.blocked:
            return self.blocked
        if self.dirty:
            return self.why_dirty or "the words before it are not understood"
        return "" if self.frame is not None else "whose trade it is, is not said in words that are known"

    def spoil(self, place: int, why: str = "") -> None:
        """Note that what follows cannot be tied to the subject."""
        self.dirty = True
        for made in self.drafts:
            if made.clause == self.clause and not made.own_period:
                made.trailed = True
        word = self.row[place]
        self.why_dirty = why or (f"{word.data!r} is not understood" if isinstance(word.data, str) and word.data else "")

    def draft(self, kind: Kind, place: int, end: int, quantity: int = -1, **more: object) -> Draft | None:
        """Make a draft of the chunks ``place`` to ``end``; refuse it where something stands in the way."""
        why = self.why()
        if not why and quantity >= 0:
            if self.tags[end : end + 1] in ("w", "h", "O") and self.row[end].data != "exactly":
                why = f"{self.row[end].data!r} after the number is not understood"
            elif re.match("o[wVEh]", self.tags[end:]):
                why = "of what it is an amount is not understood"
            elif self.tags[quantity] == "O":
                why = _odd(self.row[quantity])
        if why:
            self.refuse(quantity if quantity >= 0 else place, why, None if quantity >= 0 else end)
            return None
        assert self.frame is not None
        if not why and self.frame.measure in ("surplus", "deficit") and kind is not Kind.AMOUNT:
            why = "a change or rank of a balance of trade: a claim has no place for it"
        elif not why and self.frame.measure == "top":
            why = "what the first of a list came to is told of no goods that are named"
        if why:
            self.refuse(quantity if quantity >= 0 else place, why, None if quantity >= 0 else end)
            return None
        data = self.row[quantity].data if quantity >= 0 else None
        made = Draft(
            kind, self.frame, min(chunk.start for chunk in self.row[place:end]), max(chunk.end for chunk in self.row[place:end]),
            quantity=data if isinstance(data, Quantity) else None, clause=self.clause, place=place, number=quantity,
        )  # fmt: skip
        if quantity >= 0:
            made.printed = (self.row[quantity].start, self.row[quantity].end)
        for name, value in more.items():
            setattr(made, name, value)
        made.relative = self.relative is not None
        made.shift, made.undecided, made.by_value = self.shift, self.undecided, self.by_value
        if self.period is not None and made.role == "main":
            made.periods = self.period.periods
            made.assumed += [self.period.assumed] if self.period.assumed else []
        if self.over is not None and made.leading is None and made.kind is not Kind.AMOUNT:
            made.leading = self.over
        if made.kind in (Kind.CHANGE, Kind.MULTIPLE, Kind.DIFFERENCE) and self.base_ahead is not None and not made.back:
            made.base, made.assumed = (
                self.base_ahead.periods[0],
                [*made.assumed, *([self.base_ahead.assumed] if self.base_ahead.assumed else [])],
            )
            self.base_ahead = None
        elif made.kind in (Kind.CHANGE, Kind.MULTIPLE) and not made.back and self.back:
            made.back, made.inherited = self.back, True
        self.drafts.append(made)
        return made

    def last(self, *kinds: Kind, role: str = "") -> Draft | None:
        """Return the latest draft of some kinds."""
        for made in reversed(self.drafts):
            if made.kind in kinds and (not role or made.role == role):
                return made
        return None

    def refusal(self, made: Draft, why: str) -> Refused:
        """Return a draft as something that was not read."""
        if made.number >= 0:
            return Refused(self.row[made.number].start, self.row[made.number].end, why)
        return Refused(made.start, made.end, why)

    def carried(self) -> Frame | None:
        """Return the trade spoken of before; nothing once this sentence has had a subject that was not understood."""
        if self.frame is not None and len(self.frame.pair) == 2:
            return self.frame
        return None if self.lost else self.context.frame

    def lose(self, why: str) -> None:
        """Note that the subject is not understood."""
        self.frame, self.dirty, self.why_dirty, self.lost, self.sign = None, True, why, True, 0

    # -- subjects ----------------------------------------------------------------------------------------------------

    def whom(self, chunk: Chunk) -> str:
        """Return the country a chunk names or points to; empty if it cannot be told."""
        data = chunk.data
        assert isinstance(data, Actor)
        if data.code == "EU27" and self.context.day and self.context.day < "2020-03":
            return ""  # it had other members then
        if data.code:
            return data.code if not data.epithet or data.code in self.context.named else ""
        carried = self.carried()
        own = self.actor or self.context.subject
        if data.pointing in ("subject",):
            return own
        if (
            data.pointing in ("other", "border", "country")
            and carried is not None
            and len(carried.pair) == 2
            and own in carried.pair
        ):
            return next(iter(carried.pair - {own}))
        return ""

    def clean_left(self, place: int) -> bool:
        """Whether what stands before a noun phrase cannot belong to it."""
        if place == 0:
            return True
        before = self.tags[place - 1]
        if before == "a" and self.row[place - 1].data == "" and place > 1 and self.tags[place - 2] in "AGwh":
            return False  # "rice and flour exports", "China and Russia exported"
        return before not in "wGOhNJ!xm"


def _odd(chunk: Chunk) -> str:
    if isinstance(chunk.data, Quantity):
        return chunk.data.why or "a unit that customs does not count"
    return str(chunk.data or "a number in a form that is not read")
