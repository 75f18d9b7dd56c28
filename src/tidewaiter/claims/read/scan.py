"""The grammar: a row of chunks, read from left to right into drafts of claims.

A rule fires only where every chunk it spans is known. A word that no rule knows spoils what follows it until a new
subject stands; a number that no rule reads is refused with the reason. Rules are regular expressions over the tags of
:mod:`tidewaiter.claims.read.words`, tried in order at each chunk.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.chunks import Chunk
from tidewaiter.claims.read.drafts import Draft, Refused
from tidewaiter.claims.read.frame import NON_PUBLISHERS, Context, Frame
from tidewaiter.claims.read.goods import Named
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.quantities import Quantity

__all__ = ["NOUN", "Scan"]

_TOTAL: Final = Named("total", "", "")

# A noun phrase of trade: whose, of what, with whom.
NOUN: Final = re.compile(
    r"(?P<pre>(?:AhA|A)?P?v*(?:vo)?(?:A)?v*G?v*)(?P<T>T)(?P<v>v*)(?P<post>(?:oA?G(?:[ai]G)?|[tf]A|aA(?=[^V])|iAaA|bA)*)"
)


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
            elif self.tags[quantity] == "O":
                why = _odd(self.row[quantity])
        if why:
            self.refuse(quantity if quantity >= 0 else place, why, None if quantity >= 0 else end)
            return None
        assert self.frame is not None
        data = self.row[quantity].data if quantity >= 0 else None
        made = Draft(
            kind, self.frame, self.row[place].start, self.row[end - 1].end,
            quantity=data if isinstance(data, Quantity) else None, clause=self.clause, place=place, number=quantity,
        )  # fmt: skip
        if quantity >= 0:
            made.printed = (self.row[quantity].start, self.row[quantity].end)
        for name, value in more.items():
            setattr(made, name, value)
        made.shift, made.undecided = self.shift, self.undecided
        if self.period is not None and made.role == "main":
            made.periods = self.period.periods
            made.assumed += [self.period.assumed] if self.period.assumed else []
        if self.over is not None and made.leading is None and made.kind is not Kind.AMOUNT:
            made.leading = self.over
        if made.kind is Kind.CHANGE or made.kind is Kind.MULTIPLE:
            made.back = made.back or self.back
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

    def noun(self, match: re.Match[str], post: tuple[int, int] | None = None, held: Named | None = None) -> None:
        """Read a noun phrase of trade as the new subject.

        ``post`` is where the words after it stand, if a quantity comes between; ``held`` the goods of that quantity.
        """
        place = match.start()
        after, end = post or (match.start("post"), match.end("post"))
        chunk = self.row[match.start("T")]
        kind, _, measure = str(chunk.data).partition(" ")
        same = kind == "="  # "those to Japan": what the sentence spoke of, with another country
        for volume in self.row[match.start("v") : match.end("v")] + self.row[match.start("pre") : match.end("pre")]:
            if volume.tag == "v" and volume.data in ("volume", "value", "price"):
                measure = str(volume.data)
        sender = receiver = owner = ""
        goods: Named | None = None
        notes: list[str] = []
        problem = ""
        pre = [self.row[k] for k in range(match.start("pre"), match.end("pre"))]
        actors = [c for c in pre if c.tag == "A"]
        if len(actors) == 2 and "h" in "".join(c.tag for c in pre):
            sender, receiver = self.whom(actors[0]), self.whom(actors[1])
            owner, kind = sender, "B" if kind == "B" else "?"
        elif len(actors) > 2 or (len(actors) == 2 and not actors[0].owned):
            problem = "two countries stand before the word for trade"
        elif actors:
            owner = self.whom(actors[0])
            if not owner:
                problem = "which country is meant cannot be told"
            if len(actors) == 2:
                problem = problem or ("" if kind == "M" else "two countries stand before the word for trade")
                sender = self.whom(actors[1])
        named = [c.data for c in pre if c.tag == "G"] + ([held] if held else [])
        if same and (self.frame is None or self.dirty or self.frame.side == "B"):
            problem = "what 'those' stands for is not clear"
        elif same and self.frame is not None:
            kind, goods = self.frame.side, self.frame.goods
            owner = self.frame.sender if self.frame.side == "X" else self.frame.receiver
        all_goods = same or any(c.tag == "v" and c.data == "" for c in pre)
        k = after
        while k < end:
            tag = self.tags[k]
            if tag == "o":
                k += 1
                if self.tags[k] == "A":
                    other = self.whom(self.row[k])
                    if kind == "M":
                        sender = sender or other
                    elif other != owner:
                        owner = owner or other
                    k += 1
                named.append(self.row[k].data)
                k += 1
            elif tag in "ai" and self.tags[k + 1 : k + 2] == "G":
                problem = "more than one kind of goods"
                k += 2
            elif tag == "i":
                first, second = self.whom(self.row[k + 1]), self.whom(self.row[k + 3])
                if self.row[k].data != "between" or not first or not second:
                    problem = "which countries are meant cannot be told"
                sender, receiver, owner = first, second, owner or first
                k += 4
            elif tag in "tf":
                other = self.whom(self.row[k + 1])
                if not other:
                    problem = "which country is meant cannot be told"
                if tag == "t":
                    receiver = receiver or other
                else:
                    sender = sender or other
                k += 2
            elif tag == "b":
                owner = owner or self.whom(self.row[k + 1])
                k += 2
            else:  # trade with a country, or between the two
                data = self.row[k + 1].data
                if isinstance(data, Actor) and data.pointing == "both":
                    carried = self.carried()
                    if carried is None or len(carried.pair) != 2:
                        problem = "which two countries are meant cannot be told"
                    else:
                        sender, receiver = carried.sender, carried.receiver
                        owner = owner or sender
                elif self.row[k].data == "with":
                    receiver = receiver or self.whom(self.row[k + 1])
                else:
                    break
                k += 2
        if self.tags[end - 1] == "A" and re.match(r"aA(?!V)|,A(?:a|,A)", self.tags[end:]) and self._and(end):
            problem = "more than one country"
        if self.tags[end - 1] in "GT" and re.match(r"[a,]G", self.tags[end:]):
            problem = "more than one kind of goods"
        if place and self.tags[place - 1] == "r" and not actors:
            problem = "whose trade it is stands before it in words that are not read"
        for c in pre:
            if c.tag == "P" and isinstance(c.data, Mention):
                self.period = c.data
        for other in named:
            if goods is not None and goods.goods != other.goods:
                problem = "more than one kind of goods"
            goods = other
        end = k
        if not self.clean_left(place):
            before = self.row[place - 1].data
            named_word = repr(before) if isinstance(before, str) and before else "what stands"
            problem = problem or f"{named_word} before it is not understood"
        self.at = end
        carried = self.carried()
        if (
            goods is None
            and not all_goods
            and carried is not None
            and carried.goods not in (None, _TOTAL)
            and len({owner, sender, receiver} - {""}) < 2
        ):
            bare = not owner and not sender and not receiver
            if kind != "B" and not (bare and carried.side == ("M" if kind == "M" else "X")):
                problem = problem or "all goods, or those spoken of before, is not said"
        frame = self._frame(kind, owner, sender, receiver, goods, notes) if not problem else None
        if isinstance(frame, str):
            problem, frame = frame, None
        if frame is None:
            self.lose(problem or "whose trade it is cannot be told")
            return
        self.frame = replace(frame, measure=measure)
        self.actor = owner or (frame.sender if frame.side != "M" else frame.receiver)
        self.dirty = False
        self.sign = 0
        if self.contrast:
            self.blocked, self.contrast = "", False
        self._remember(owner)

    def _and(self, place: int) -> bool:
        """Whether a country is joined by ``and`` or a comma to the one before."""
        return self.tags[place] == "," or self.row[place].data == ""

    def _remember(self, owner: str) -> None:
        frame = self.frame
        assert frame is not None
        if len(frame.pair) == 2:
            self.context.pairs.add(frame.pair)
        if owner and frame.sender and frame.receiver:
            self.context.voices.add((owner, frame.side, "".join(sorted(frame.pair))))

    def _frame(
        self, kind: str, owner: str, sender: str, receiver: str, goods: Named | None, notes: list[str]
    ) -> Frame | str:
        """Complete who sends to whom from what was said before; a text says why it cannot be."""
        carried = self.carried()
        source = self.source
        if kind == "?":
            return "which way the goods went is not said"
        if kind == "B":
            first = owner or sender or source
            second = receiver if receiver != first else sender
            second = second or (sender if sender != first else "")
            if first and not second and carried is not None and first in carried.pair and len(carried.pair) == 2:
                second = next(iter(carried.pair - {first}))
                notes.append(f"trade of {first} is taken to be with {second}, spoken of before")
            if not first and carried is not None and len(carried.pair) == 2 and (not second or second in carried.pair):
                second = second or carried.receiver
                first = next(iter(carried.pair - {second}))
                notes.append(f"trade is taken to be that between {first} and {second}, spoken of before")
            if not first or not second:
                return "with whom the trade is, is not said"
            return Frame(first, second, "B", goods or _TOTAL, assumed=tuple(notes))
        side = "M" if kind == "M" else "X"
        if kind == "S" and owner and owner == receiver:
            side = "M"
        if side == "X":
            sender = sender or owner
        else:
            receiver = receiver or owner
        if sender and receiver:
            if sender == receiver:
                return "both sides would be the same country"
            return Frame(sender, receiver, side, goods or _TOTAL, assumed=tuple(notes))
        return self._completed(side, owner, sender, receiver, goods, carried, notes)

    def _completed(
        self,
        side: str,
        owner: str,
        sender: str,
        receiver: str,
        goods: Named | None,
        carried: Frame | None,
        notes: list[str],
    ) -> Frame | str:
        known = sender or receiver
        full = carried is not None and len(carried.pair) == 2 and carried.side != ""
        if known:
            if full and carried is not None and known in carried.pair:
                other = next(iter(carried.pair - {known}))
                # Of a country that publishes nothing, only its partners' books tell.
                only = owner in NON_PUBLISHERS and self.source == other and len(self.context.pairs) == 1
                if owner and other != "W00" and not only and not self._anaphoric(side):
                    return f"with whom {owner} trades is not said: {other}, as before, or the world"
                notes.append(f"the other side is taken to be {other}, spoken of before")
            elif (
                not owner
                and full
                and carried is not None
                and carried.side != "B"
                and len({voice[0] for voice in self.context.voices}) < 2
            ):
                other = carried.sender if carried.side == "X" else carried.receiver
                if other in ("W00", known):
                    return "with whom the trade is, is not said"
                notes.append(f"taken to be trade of {other}, spoken of before")
            elif not owner and self.source and self.source != known:
                other = self.source
                notes.append(f"the other side is taken to be {other}, whose statistics the article names")
            elif owner and not full:
                other = "W00"
                notes.append("no partner is named: read as trade with the world")
            else:
                return "with whom the trade is, is not said"
            pair = (sender or other, receiver or other)
            return Frame(*pair, side, goods or _TOTAL, assumed=tuple(notes))
        if not full or carried is None:
            return "whose trade it is, is not said"
        if len(self.context.pairs) > 1 and self.frame is None:
            return "with whom the trade is, is not said: several countries are spoken of"
        same = goods is not None and carried.goods is not None and goods.goods == carried.goods.goods
        if side == carried.side or same:
            notes.append(f"taken to be the trade from {carried.sender} to {carried.receiver}, spoken of before")
            return Frame(
                carried.sender, carried.receiver, side, goods or self._carried_goods(carried), assumed=tuple(notes)
            )
        if carried.side == "B":
            return "which of the two countries is meant is not said"
        teller = carried.sender if carried.side == "X" else carried.receiver
        pair_key = "".join(sorted(carried.pair))
        tellers = {voice[0] for voice in self.context.voices if voice[2] == pair_key}
        if tellers - {teller}:
            return f"whose {'exports' if side == 'X' else 'imports'} they are is not said"
        notes.append(f"taken to be the other way of the trade of {teller}, spoken of before")
        return Frame(carried.receiver, carried.sender, side, goods or _TOTAL, assumed=tuple(notes))

    def _carried_goods(self, carried: Frame) -> Named:
        return _TOTAL if carried.goods is None else carried.goods

    def _anaphoric(self, side: str) -> bool:
        """Whether the same sentence has named the partner already."""
        return self.frame is not None and len(self.frame.pair) == 2 and not self.dirty


def _odd(chunk: Chunk) -> str:
    if isinstance(chunk.data, Quantity):
        return chunk.data.why or "a unit that customs does not count"
    return str(chunk.data or "a number in a form that is not read")
