"""Noun phrases of trade: whose, of what, with whom (``Chinese exports of coal to India``)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.frame import NON_PUBLISHERS, Frame
from tidewaiter.claims.read.goods import Named
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.scan import Scan

__all__ = ["NOUN", "Nouns", "Phrase"]

_TOTAL: Final = Named("total", "", "")

# A noun phrase of trade: whose, of what, with whom.
NOUN: Final = re.compile(
    r"(?P<pre>(?:AhA|A)?P?v*(?:vo)?(?:A)?v*G?v*)(?P<T>T)(?P<v>v*)(?P<post>(?:oA?G(?:[ai]G)?|[tf]A|aA(?=[^V])|iAaA|iA(?!aA)|bA)*)"
)


@dataclass(frozen=True)
class Phrase:
    """A noun phrase of trade as it stands: codes are empty where not said; ``named``: whose it is stands before it.

    ``whole``: a word such as *total* stands before it. ``problem`` says why it cannot be read.
    """

    kind: str
    measure: str
    owner: str
    sender: str
    receiver: str
    goods: Named | None
    whole: bool
    named: bool
    end: int
    problem: str = ""
    notes: tuple[str, ...] = ()


class Nouns(Scan):
    """A sentence, with the reading of subjects."""

    said: Phrase | None = None
    pointed = False

    def noun(self, match: re.Match[str], post: tuple[int, int] | None = None, held: Named | None = None) -> None:
        """Read a noun phrase of trade as the new subject.

        ``post`` is where the words after it stand, if a quantity comes between; ``held`` the goods of that quantity.
        """
        said = self.phrase(match, post, held)
        self.at = self.noun_end = said.end
        self.said = said
        frame = said.problem or self.settle(said)
        if isinstance(frame, str):
            self.lose(frame or "whose trade it is cannot be told")
            return
        self.take(frame, said)

    def take(self, frame: Frame, said: Phrase) -> None:
        """Make a trade the subject of what follows."""
        owner = said.owner
        self.frame = replace(frame, measure=said.measure, owner=owner if said.named else "")
        self.actor = owner or (frame.sender if frame.side != "M" else frame.receiver)
        self.dirty = False
        self.sign = 0
        if self.contrast:
            self.blocked, self.contrast = "", False
        self._remember(owner)

    def settle(self, said: Phrase) -> Frame | str:
        """Return whose trade a phrase names, with what was said before; or why that cannot be told."""
        parties = {said.owner, said.sender, said.receiver} - {""}
        balance = said.measure in ("surplus", "deficit")
        if said.goods is None and not said.whole and said.kind != "B" and not balance:
            meant = self._meant(said, len(parties))
            if isinstance(meant, str):
                return meant
            said = replace(said, goods=meant)
        elif said.whole and said.kind in ("X", "M", "S") and not parties and (self.frame is None or self.dirty):
            return "of all countries, or of the two spoken of before, is not said"
        return self._frame(said.kind, said.owner, said.sender, said.receiver, said.goods, list(said.notes))

    def _meant(self, said: Phrase, parties: int) -> Named | str | None:
        """Return the goods of ``exports`` alone: those spoken of before, all, or why that cannot be told.

        None leaves it to the trade spoken of before, or to all goods where none was.
        """
        carried, known = self.carried(), self.context.goods
        unsure = self.context.unsure and self.frame is None
        spoken = carried.goods if carried is not None and carried.goods not in (None, _TOTAL) else None
        if carried is None or spoken is None:
            told = "all goods, or those of a sentence before that was not understood, is not said"
            return told if unsure and parties < 2 else None
        here = self.frame is not None and not self.dirty and carried.side in "XM"
        near = self.frame is not None or self.context.sentence - self.context.level_sentence == 1
        if near and carried.side in "XM" and (len(known) < 2 or self.frame is not None) and self._counted(said.end):
            return spoken  # tonnes are never of all goods: "Purchases from Indonesia climbed to 37.6 million tons"
        if here and said.kind == "S" and parties == 1 and not said.named and not said.measure:
            return spoken  # "soybean exports to China fell, while shipments to Thailand rose"
        if unsure and parties < 2:
            return "all goods, or those of a sentence before that was not understood, is not said"
        if said.kind == "S" and parties and not here and known == {spoken.goods} and carried.side in "XM":
            return spoken  # "shipments to the U.S.": of what the article is about
        other_way = carried.side in "XM" and said.kind in ("X", "M") and said.kind != carried.side
        if other_way and "total" in known and parties == 1 and self._money(said.end):
            return _TOTAL  # "Imports from North Korea came to $21 million", after a word on one good
        same_way = not parties and carried.side == ("M" if said.kind == "M" else "X")
        if parties < 2 and not (same_way and (self.frame is not None or len(known) < 2)):
            return "all goods, or those spoken of before, is not said"
        return None

    def _money(self, place: int) -> bool:
        """Whether the clause that follows tells money, and no weights or pieces."""
        clause = re.match(r"[^aTV.]*", self.tags[place:])
        told = set(clause[0]) & set("MWCN") if clause is not None else set()
        return told == {"M"}

    def _counted(self, place: int) -> bool:
        """Whether the clause that follows tells weights or pieces, and no money."""
        clause = re.match(r"[^aTV.]*", self.tags[place:])
        told = set(clause[0]) & set("MWC") if clause is not None else set()
        return bool(told) and "M" not in told

    def phrase(self, match: re.Match[str], post: tuple[int, int] | None = None, held: Named | None = None) -> Phrase:
        """Read a noun phrase of trade: who and what it names, without what was said before."""
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
        self.pointed = False
        pre = [self.row[k] for k in range(match.start("pre"), match.end("pre"))]
        actors = [c for c in pre if c.tag == "A"]
        if len(actors) == 2 and "h" in "".join(c.tag for c in pre):
            sender, receiver = self.whom(actors[0]), self.whom(actors[1])
            owner, kind = sender, "B" if kind == "B" else "?"
        elif len(actors) > 2 or (len(actors) == 2 and not actors[0].owned):
            problem = "two countries stand before the word for trade"
        elif actors and getattr(actors[0].data, "pointing", "") == "both" and kind == "B" and len(actors) == 1:
            shared = self.carried()
            if shared is None or len(shared.pair) != 2:
                problem = "which two countries are meant cannot be told"
            else:
                sender, receiver = shared.sender, shared.receiver
        elif actors:
            owner = self.whom(actors[0])
            self.pointed = getattr(actors[0].data, "pointing", "") == "subject"
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
            elif tag == "i" and self.tags[k + 2 : k + 4] != "aA":
                shared = self.carried()
                pointing = getattr(self.row[k + 1].data, "pointing", "") == "both"
                if not pointing or self.row[k].data != "between" or shared is None or len(shared.pair) != 2:
                    problem = "which countries are meant cannot be told"
                else:
                    sender, receiver = shared.sender, shared.receiver
                    owner = owner or shared.teller
                    actors = actors or [self.row[k + 1]]
                k += 2
            elif tag == "i":
                first, second = self.whom(self.row[k + 1]), self.whom(self.row[k + 3])
                if self.row[k].data != "between" or not first or not second:
                    problem = "which countries are meant cannot be told"
                sender, receiver, owner = first, second, owner or first
                k += 4
            elif tag in "tf":
                other = self.whom(self.row[k + 1])
                if not other or (self.row[k + 1].owned and self.tags[k + 2 : k + 3] != "E"):
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
                elif self.row[k].data == "with" and kind == "M":
                    sender = sender or self.whom(self.row[k + 1])
                elif self.row[k].data == "with":
                    receiver = receiver or self.whom(self.row[k + 1])
                else:
                    break
                k += 2
        if self.tags[end - 1] == "A" and re.match(r"aA(?!V)|,A(?:a|,A)", self.tags[end:]) and self._and(end):
            problem = "more than one country"
        if self.tags[end - 1] in "GT" and re.match(r"[a,]G", self.tags[end:]):
            problem = "more than one kind of goods"
        balance = measure in ("surplus", "deficit")
        if balance and not owner and not problem:
            told = self.frame if self.frame is not None and not self.dirty else self.carried()
            owner = told.teller if told is not None else ""
            if told is None or not owner:
                problem = "whose balance of trade it is, is not said"
            elif not sender and not receiver and len(told.pair) == 2:
                receiver = next(iter(told.pair - {owner}))
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
        return Phrase(
            kind,
            measure,
            owner,
            sender,
            receiver,
            goods,
            all_goods,
            bool(actors) or balance,
            end,
            problem,
            tuple(notes),
        )

    def _and(self, place: int) -> bool:
        """Whether a country is joined by ``and`` or a comma to the one before."""
        return self.tags[place] == "," or self.row[place].data == ""

    def _remember(self, owner: str) -> None:
        frame = self.frame
        assert frame is not None
        if len(frame.pair) == 2:
            self.context.pairs.add(frame.pair)
        if frame.goods is not None and frame.goods.goods:
            self.context.goods.add(frame.goods.goods)
            if frame.goods.goods == "total":
                self.context.unsure = False
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
            if first == owner and not second and not self.context.pairs and carried is None:
                second = "W00"
                notes.append("no partner is named: read as trade with the world")
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
                also = (
                    (self.also or self.pointed)
                    and len(self.context.pairs) == 1
                    and self.context.sentence - self.context.level_sentence == 1
                )
                if owner and other != "W00" and not only and not also and not self._anaphoric(side):
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
            elif (
                owner in NON_PUBLISHERS and not full and self.source and self.source != known and not self.context.pairs
            ):
                other = self.source
                notes.append(f"the other side is taken to be {other}, whose statistics are named")
            elif owner and not full and self._named_before() - {owner}:
                return "with whom the trade is, is not said: another country is named beside it"
            elif owner and not full and all("W00" in pair for pair in self.context.pairs):
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
        teller = carried.teller
        if not teller:
            return "which of the two countries is meant is not said"
        pair_key = "".join(sorted(carried.pair))
        tellers = {voice[0] for voice in self.context.voices if voice[2] == pair_key}
        if tellers - {teller}:
            return f"whose {'exports' if side == 'X' else 'imports'} they are is not said"
        other = next(iter(carried.pair - {teller}))
        if carried.side == "B":
            notes.append(f"taken to be told of {teller}, whose trade was spoken of before")
        else:
            notes.append(f"taken to be the other way of the trade of {teller}, spoken of before")
        if side == "B":
            return Frame(teller, other, side, goods or _TOTAL, assumed=tuple(notes))
        pair = (teller, other) if side == "X" else (other, teller)
        return Frame(*pair, side, goods or _TOTAL, assumed=tuple(notes))

    def _named_before(self) -> set[str]:
        """Return the countries that the sentence has named up to here."""
        return {c.data.code for c in self.row[: self.at] if isinstance(c.data, Actor) and c.data.code}

    def _carried_goods(self, carried: Frame) -> Named:
        return _TOTAL if carried.goods is None else carried.goods

    def _anaphoric(self, side: str) -> bool:
        """Whether the same sentence has named the partner already."""
        return self.frame is not None and len(self.frame.pair) == 2 and not self.dirty
