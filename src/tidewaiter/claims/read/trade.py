"""Who traded what with whom: verbs of trade, active and passive, and the amounts that go with them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.chunks import Chunk
from tidewaiter.claims.read.drafts import Draft
from tidewaiter.claims.read.goods import Named
from tidewaiter.claims.read.predicates import Predicates

__all__ = ["OBJECT", "OBJECT_PATTERN", "Trade"]

OBJECT_PATTERN: Final = (
    r"(?:(?P<Q>[NC])o?A?(?P<G>G)|(?P<Q2>[WM])(?:l?o|i)A?(?P<G2>G)|(?P<Q7>W)A?(?P<G7>G)|(?P<Z>Z)(?P<G3>G)|A?(?P<G4>G)l(?P<Q4>[MW])|(?P<Q5>[MWC])(?!%|l(?![.,a])|[oi]+[^TfPY])|(?P<Z2>Z)"
    r"|(?P<Q6>N)(?=[tfPYaJ,.]))"
)
OBJECT: Final = re.compile(OBJECT_PATTERN)
_PASSIVE: Final = re.compile(OBJECT_PATTERN + r"(?:l(?P<worth>M))?(?P<be>(?:L|P|a|[tf]A)+)(?P<V>V)")
_PARTY: Final = re.compile(r"(?P<p>[tf])(?P<A>A)")


class Trade(Predicates):
    """A sentence, with the rules of who traded what."""

    def trade(self, place: int, owner: str) -> None:
        """Set the subject from a verb of trade and the countries that follow it."""
        kind = str(self.row[place].data).split()[0]
        sender, receiver = (owner, "") if kind == "X" else ("", owner)
        stop = self._clause_end(place)
        problem = "" if owner else "who traded is not said"
        for found in self._parties(place, stop):
            other = self.whom_for(self.row[found.start("A")], owner)
            if not other or self.row[found.start("A")].owned:
                problem = "which country is meant cannot be told"
            elif found["p"] == "t" and kind == "X":
                problem = problem or ("two countries it went to" if receiver and receiver != other else "")
                receiver = other
            elif found["p"] == "f" and kind == "M":
                problem = problem or ("two countries it came from" if sender and sender != other else "")
                sender = other
            else:
                problem = "which way the goods went is not clear"
        toward = "t" if kind == "X" else "f"
        if re.search(f"{toward}(?!A|[MWCNZ%])", self.tags[place:stop]):
            problem = problem or "with whom it traded is not understood"
        goods = OBJECT.match(self.tags, place + 1)
        inner = goods[0].find("A") if goods is not None else -1
        if goods is not None and inner >= 0:
            origin = self.whom_for(self.row[goods.start() + inner], owner)
            if kind == "M" and origin and origin != owner:
                sender = origin
            elif not (kind == "X" and origin == owner):
                problem = problem or "whose goods they are is not clear"
        for k in range(place, stop):
            data = self.row[k].data
            if isinstance(data, Actor) and data.pointing == "border":
                other = self.whom_for(self.row[k], owner)
                if kind == "X":
                    receiver = receiver or other
                else:
                    sender = sender or other
        frame = (
            None
            if problem
            else self._frame("M" if kind == "M" else "X", owner, sender, receiver, Named("", "", ""), [])
        )
        if isinstance(frame, str):
            problem, frame = frame, None
        self.sign = 0
        if frame is None:
            self.lose(problem)
            return
        self.frame, self.actor, self.dirty = frame, owner, False
        if self.contrast:
            self.blocked, self.contrast = "", False
        self._remember(owner)

    def _parties(self, place: int, stop: int) -> list[re.Match[str]]:
        """Return the countries that all that was traded went to or came from.

        In ``610,000 tonnes to Romania and 90,000 tonnes to Hungary`` each amount has its own; only the first counts here.
        """
        found = list(_PARTY.finditer(self.tags, place, stop))
        amounts = [re.search(r"[WMCN](?:l?oA?G|G)?\Z", self.tags[place : one.start()]) for one in found]
        if len(found) < 2 or not all(amounts):
            return found
        first = re.search("[WMCN]", self.tags[place:stop])
        return found[:1] if first is not None and amounts[0] is not None and first.start() == amounts[0].start() else []

    def whom_for(self, chunk: Chunk, owner: str) -> str:
        """Return the country a chunk points to, seen from the one that trades."""
        before, self.actor = self.actor, owner
        carried = self.carried()
        try:
            if chunk.data.pointing == "subject" and chunk.end - chunk.start == 2 and carried is not None:
                # "exported goods to Eritrea and bought goods from it"
                return next(iter(carried.pair - {owner})) if owner in carried.pair and len(carried.pair) == 2 else ""
            return self.whom(chunk)
        finally:
            self.actor = before

    def _clause_end(self, place: int) -> int:
        """Return where the reach of a verb ends: the next verb or noun of trade, or a contrast."""
        for k in range(place + 1, len(self.row)):
            tag = self.tags[k]
            if tag in "TV.erc" or (tag == "a" and self.row[k].data == "contrast"):
                return k
        return len(self.row)

    def passive(self) -> bool:
        """``2,198 kg of vaccines was recorded as being shipped across the border``."""
        match = _PASSIVE.match(self.tags, self.at)
        if match is None or not self.clean_left(self.at) or "L" not in match["be"]:
            return False
        if self.at and self.tags[self.at - 1] not in ",a.PKr":
            return False
        place = match.start("V")
        kind = str(self.row[place].data).split()[0]
        reach = (match.start("be"), self._clause_end(place))
        sender = receiver = problem = ""
        for found in _PARTY.finditer(self.tags, *reach):
            other = self.whom(self.row[found.start("A")])
            problem = problem or ("" if other else "which country is meant cannot be told")
            if found["p"] == "t":
                receiver = other
            else:
                sender = other
        notes: list[str] = []
        carried = self.carried()
        border = any(isinstance(c.data, Actor) and c.data.pointing == "border" for c in self.row[slice(*reach)])
        if not sender and not receiver and carried is not None and len(carried.pair) == 2 and carried.side != "B":
            sender, receiver = carried.sender, carried.receiver
            where = "across the border" if border else "the goods went"
            notes.append(f"{where}: taken to be from {sender} to {receiver}, spoken of before")
        owner = (sender if kind == "X" else receiver) or self.source
        frame = (
            problem
            if problem
            else self._frame("M" if kind == "M" else "X", owner, sender, receiver, Named("", "", ""), notes)
        )
        self.sign = 0
        if isinstance(frame, str):
            self.lose(frame)
        else:
            self.frame, self.dirty = frame, False
        made = self.objects(match, match.start())
        if made is not None:
            made.end = self.row[match.end() - 1].end
        if match["worth"]:
            value = self.draft(Kind.AMOUNT, match.start("worth") - 1, match.end("worth"), match.start("worth"))
            if value is not None:
                value.listed = value.secondary = True
        self.at = match.end()
        return True

    def goods_of(self, match: re.Match[str]) -> Named | None:
        """Return the goods of a match of :data:`OBJECT`."""
        for name in ("G", "G2", "G7", "G3", "G4"):
            if match[name]:
                data = self.row[match.start(name)].data
                assert isinstance(data, Named)
                return data
        return None

    def objects(self, match: re.Match[str], place: int) -> Draft | None:
        """Make an amount of what a verb or noun of trade is followed by."""
        goods = self.goods_of(match)
        name = next(name for name in ("Q", "Q2", "Q7", "Q4", "Q5", "Q6", "Z", "Z2") if match[name])
        number, end = match.start(name), max(match.end(n) for n in (name, "G", "G2", "G7", "G3", "G4") if match[n])
        after = self.tags[end : end + 1]
        if goods is not None and after in ("G", "T", "w", "h", "A") and not self.dirty and self.frame is not None:
            near = self.row[end]
            pointing = isinstance(near.data, Actor) and near.data.pointing == "border"
            if not pointing:
                self.refuse(number, "the goods are named in words that are not understood")
                self.frame = None
                self.spoil(end)
                return None
        if self.frame is not None:
            if goods is not None:
                self.frame = replace(self.frame, goods=goods)
                self.context.goods.add(goods.goods)
            elif self.frame.goods is None or not self.frame.goods.goods:
                carried = self.context.frame.goods if self.context.frame else None
                latest = self.drafts[-1] if self.drafts else None
                several = len({made.frame.goods for made in self.drafts}) > 1
                if several and self.row[number].tag != "M":
                    self.refuse(number, "of which of the goods is not said")
                    self.frame = None
                    self.spoil(number, "of which of the goods is not said")
                    return None
                same = (
                    latest is not None and latest.frame.pair == self.frame.pair and latest.frame.side == self.frame.side
                )
                if latest is not None and same and (name in ("Z2", "Q6") or self.row[number].tag in "WC"):
                    self.frame = replace(self.frame, goods=latest.frame.goods)  # "after sending 1,000 in April"
                elif name == "Z2" and carried is not None and latest is not None and self.last(Kind.AMOUNT) is not None:
                    self.frame = replace(self.frame, goods=latest.frame.goods)
                elif name in ("Q5",) and self.row[number].tag == "M" and (carried is None or carried.goods == "total"):
                    self.frame = replace(self.frame, goods=Named("total", "", ""))
                else:
                    self.refuse(number, "of which goods is not said")
                    self.frame = None
                    self.spoil(number, "of which goods is not said")
                    return None
        if name in ("Z", "Z2"):
            return self.draft(Kind.NONE, place, end, unit="")
        made = self.draft(Kind.AMOUNT, place, end, number)
        if made is not None:
            made.listed = True
            if self.first is not None:
                self.make_first(made)
        return made
