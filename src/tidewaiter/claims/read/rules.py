"""The rules of the grammar, in the order in which they are tried at each chunk."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.nouns import NOUN
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.times import Times
from tidewaiter.claims.read.trade import OBJECT, OBJECT_PATTERN

__all__ = ["Rules"]

_NOUN_OF: Final = re.compile(
    r"(?P<pre>(?:A)?v*G?v*)(?P<T>T)(?P<v>v*)(?:o|l)" + OBJECT_PATTERN + r"(?P<post>(?:[tf]A)*)"
)
_TO_ANOTHER: Final = re.compile(r"(?:[,a]+|,or)(?P<Q>[WMCN])(?P<w>w)?(?P<p>[tf])(?P<A>A)")
_MORE_THAN: Final = re.compile(r"U(?P<G>G)(?:[tf]A)*(?P<own>P)?(?:[tf]A)*c?(?P<P>P)")
_ACTIVE: Final = re.compile(r"(?:(?P<A>A)(?:1[dK]?|S|,)?a?)?(?P<V>V)")


class Rules(Times):
    """A sentence read by the rules."""

    def run(self) -> None:
        """Read the whole sentence."""
        if "x" in self.tags:
            word = self.row[self.tags.index("x")]
            self.blocked = f"{word.data!r} changes what is meant"
        while self.at < len(self.row):
            before = self.at
            self._step()
            if self.at == before:
                self.at += 1

    def _step(self) -> None:
        tag = self.tags[self.at]
        if self.at == 0 and self.leaning():
            return
        if tag in "GAo" and self.parts():
            return
        if tag in ",a":
            self._boundary()
        elif tag in "mn":
            self._block(tag)
        elif (tag in "LI" and self.itemised()) or (
            (tag in "AvGT" and self._subject())
            or (tag in "AV" and self._verb())
            or (tag in "NCWMGZ" and self.passive())
        ):
            pass
        elif tag in "PKYJ?d":
            if not (tag == "P" and self.of_month()):
                self.time()
        elif not self.levels():
            self._rest()

    # -- boundaries and blocks ---------------------------------------------------------------------------------------

    def _boundary(self) -> None:
        chunk = self.row[self.at]
        if chunk.tag == "," and self.tags[self.at + 1 : self.at + 2] == "r":
            self.relative = (self.period, self.period_at)
        if chunk.tag == "a" and chunk.data == "" and re.match("atE?[MWCN]P", self.tags[self.at :]) and self.drafts:
            self.clause += 1
            self.at += 2  # "to $166 million in March and to $171 million in April"
            return
        if chunk.tag == "," and self.relative is not None and self.tags[self.at + 1 : self.at + 2] != "r":
            (self.period, self.period_at), self.relative = self.relative, None
        if self._list() or self._party_list() or self.again() or self.beside():
            return
        self.clause += 1
        if chunk.tag == "a":
            self.sign = 0
            self.contrast = self.contrast or chunk.data == "contrast"
        self.at += 1

    def _list(self) -> bool:
        """``3,000 tonnes of rice, 1,200 tonnes of flour and 500 tonnes of sugar``: one verb, one month, several goods."""
        latest = self.drafts[-1] if self.drafts else None
        place = self.at + 1
        while self.tags[place : place + 1] in (",", "a"):
            place += 1
        match = OBJECT.match(self.tags, place)
        if latest is None or not latest.listed or match is None or self.goods_of(match) is None or self.dirty:
            return False
        self.sign = 0
        within = latest.start <= self.row[self.at - 1].start < latest.end or self._only_parties(latest.end, self.at)
        if not within and not latest.own_period:
            return False
        if latest.own_period:
            self.clause += 1
        made = self.objects(match, match.start())
        if made is not None and latest.own_period:
            made.periods, made.own_period = latest.periods, False
        self.at = match.end()
        return True

    def _party_list(self) -> bool:
        """``610,000 tonnes to Romania, 320,000 tonnes to Poland``: the same goods, to another country."""
        match = _TO_ANOTHER.match(self.tags, self.at)
        latest = self.drafts[-1] if self.drafts else None
        if match is None or latest is None or not latest.listed or self.dirty or latest.quantity is None:
            return False
        if match["w"] and self.row[match.start("w")].data not in ("came", "went"):
            return False
        number = self.row[match.start("Q")].data
        other = self.whom(self.row[match.start("A")])
        way = "t" if latest.frame.side == "X" else "f"
        if match["p"] != way or not other or number.kind not in (latest.quantity.kind, "number"):
            return False
        if self.tags[match.end() : match.end() + 1] not in (",", "a", ".", "P", ""):
            return False
        frame = replace(latest.frame, receiver=other) if way == "t" else replace(latest.frame, sender=other)
        if frame.sender == frame.receiver:
            return False
        self.frame = frame
        self.like(latest, match.start("Q"))
        made = self.draft(Kind.AMOUNT, match.start("Q"), match.end(), match.start("Q"))
        if made is not None:
            made.listed = True
            if latest.periods:
                made.periods, made.assumed = latest.periods, list(latest.assumed)
            self._remember(frame.teller)
        self.at = match.end()
        return True

    def itemised(self) -> bool:
        """``imports included rice worth $1.9 million and 300 tonnes of sugar``: goods of a trade, one by one."""
        start = self.at
        while self.tags[self.at : self.at + 1] in ("L", "I"):
            self.at += 1
        match = OBJECT.match(self.tags, self.at)
        named = self.goods_of(match) if match is not None else None
        plain = self.tags[start] == "L" and not (match is not None and match["G4"])
        own = self.frame.goods if self.frame is not None else None
        if match is None or named is None or plain or (own is not None and own.goods not in ("", "total")):
            self.at = start
            if self.tags[start] == "I":
                self.spoil(start, "what is included is not understood")
                self.at = start + 1
                return True
            return False
        if self.frame is not None:
            self.frame = replace(self.frame, measure="")
        self.objects(match, start)
        self.at = match.end()
        return True

    def _block(self, tag: str) -> None:
        chunk = self.row[self.at]
        word = chunk.data if isinstance(chunk.data, str) and chunk.data else ""
        seen = re.match(r"n[wm]?K", self.tags[self.at :])
        if tag == "n" and (seen is not None or word == "neither"):
            last = self.at + (seen.end() if seen is not None else 1)
            self.refuse(self.at, "what has not been, or been seen, is not understood", last)
        kind = "it is denied, or said of what did not happen" if tag == "n" else "it tells what may be, or is expected"
        self.blocked = f"{kind} ({word!r})" if word else kind
        for made in [made for made in self.drafts if made.clause == self.clause]:
            self.drafts.remove(made)
            self.refused.append(self.refusal(made, self.blocked))
        self.at += 1

    # -- subjects ----------------------------------------------------------------------------------------------------

    def _subject(self) -> bool:
        if self.tags[self.at : self.at + 2] == "Tl" and self.frame is not None and not self.dirty:
            self.at += 1  # "with trade valued at": the trade just spoken of
            return True
        of = _NOUN_OF.match(self.tags, self.at)
        if of is not None and self._clean_pre(of) and "A" not in self.tags[of.end("T") : of.start("post")]:
            self.noun(of, of.span("post"), self.goods_of(of))
            end, self.at = self.at, of.end("post")
            self.at = end
            self.objects(of, of.start("T"))
            self.at = max(end, of.end("post"))
            return True
        match = NOUN.match(self.tags, self.at)
        if match is None:
            return self._volume() or self._pronoun()
        self.noun(match)
        self.ahead()
        return True

    def _clean_pre(self, match: re.Match[str]) -> bool:
        return match.start("T") - match.start() < 4

    def _volume(self) -> bool:
        """``The volume soared``: what was spoken of before, counted as before."""
        if self.tags[self.at] != "v" or self.at + 1 >= len(self.row) or self.tags[self.at + 1] not in "ULDBRl":
            return False
        data = self.row[self.at].data
        carried = None if self.dirty else self.carried()
        if not self.clean_left(self.at) or carried is None or data not in ("", "value", "volume", "they"):
            return False
        if data == "they":
            near = self.context.sentence - self.context.level_sentence == 1 and self.context.level is not None
            if self.frame is None and not near:
                return False
            if self.at and self.tags[self.at - 1] == "a":
                self._when(self.at - 1)
            data = ""
        self.frame, self.dirty, self.sign = replace(carried, measure=data), False, 0
        if self.contrast:
            self.blocked, self.contrast = "", False
        self.at += 1
        return True

    def _when(self, place: int) -> None:
        """``from March, when they came to $57 million``: of that month."""
        before = place - (2 if place > 1 and self.tags[place - 1] == "," else 1)
        mention = self.row[before].data if before >= 0 and self.tags[before] == "P" else None
        if isinstance(mention, Mention):
            self.period, self.undecided = mention, ""
        elif self.row[place].data == "time":
            self.open_time("when that was is not said")

    def _pronoun(self) -> bool:
        """``and it comprised of``: the trade this sentence speaks of."""
        data = self.row[self.at].data
        if (
            not isinstance(data, Actor)
            or data.pointing != "subject"
            or self.row[self.at].end - self.row[self.at].start != 2
        ):
            return False
        if (
            self.frame is None
            or self.dirty
            or not self.clean_left(self.at)
            or self.tags[self.at + 1 : self.at + 2] not in ("L", "U", "D", "H", "B")
        ):
            return False
        self.at += 1
        return True

    def _verb(self) -> bool:
        match = _ACTIVE.match(self.tags, self.at)
        if match is None:
            if (
                self.tags[self.at] == "A"
                and self.clean_left(self.at)
                and self.tags[self.at - 1 : self.at] not in ("t", "f", "o", "i", "b")
            ):
                found = self.whom(self.row[self.at])
                self.actor = found or self.actor
                if self.tags[self.at + 1 : self.at + 2] == "1":
                    return False
            return False
        owner = self.actor or self.context.subject
        if match["A"]:
            place = match.start("A")
            if place and self.tags[place - 1] in "tf" and self.tags[match.start("V") - 1] == "a":
                return False  # "exported goods to Eritrea and bought"
            if not self.clean_left(place) or (place and self.tags[place - 1] in "tfoib"):
                self.lose("who traded is not understood")
                self.at = match.end()
                return True
            owner = self.whom(self.row[place])
        elif self.dirty and not self._since_boundary(match.start("V")):
            self.at = match.end()
            return True
        if self.tags[match.start() : match.end()].count("1"):
            self.first = self.row[match.start() + self.tags[match.start() : match.end()].index("1")]
            follow = self.row[self.tags.index("1", match.start()) + 1]
            self.first_since = follow.data if follow.tag in "dK" else None
        self.trade(match.start("V"), owner)
        self.at = match.end()
        if str(self.row[match.start("V")].data).endswith("none"):
            return self._none_of(match.start("V"))
        more = _MORE_THAN.match(self.tags, self.at)
        if more is not None and self._more_than(more):
            return True
        while re.match("[tf]A", self.tags[self.at :]):
            self.at += 2  # "exported to North Korea 2.8 million face masks"
        goods = OBJECT.match(self.tags, self.at)
        if goods is not None:
            self.objects(goods, match.start("V"))
            self.at = goods.end()
        return True

    def _more_than(self, match: re.Match[str]) -> bool:
        """``bought more medicines in May than in all of 2021``."""
        base = self.row[match.start("P")].data
        own = self.row[match.start("own")].data if match["own"] else self.period
        if not isinstance(base, Mention) or ("c" not in match[0] and base.lead != "than"):
            return False
        self.at = match.end()
        if self.frame is None or self.row[match.start()].data != "state" or own is None:
            self.refuse(match.start(), self.why() or "what is compared is not understood", match.end())
            return True
        if len(base.periods) != 1 or len(own.periods) != 1:
            self.refuse(match.start(), "what is compared is not understood", match.end())
            return True
        self.frame, self.period = replace(self.frame, goods=self.row[match.start("G")].data), own
        made = self.draft(Kind.EXCEEDS, match.start(), match.end(), direction="higher", base=base.periods[0])
        if made is not None:
            made.own_period = True
        return True

    def _none_of(self, place: int) -> bool:
        """``did not export any coal``."""
        end = self.at + 1
        if self.tags[self.at : end] != "G" or self.tags[end : end + 1] in tuple("GTwhA"):
            self.refuse(place, "what there was none of is not understood")
            return True
        if self.frame is not None:
            self.frame = replace(self.frame, goods=self.row[self.at].data)
        self.draft(Kind.NONE, place, end, unit="")
        self.at = end
        return True

    def _since_boundary(self, place: int) -> bool:
        """Whether a verb without a subject stands right after a comma or ``and``, so that it has the last one's."""
        return place > 0 and self.tags[place - 1] in ",a" and bool(self.actor)

    def _known_party(self, place: int) -> bool:
        """Whether a country after ``to`` or ``from``, or the border, says no more than the subject does."""
        if self.frame is None:
            return False
        if getattr(self.row[place].data, "pointing", "") == "border":
            return True
        return place > 0 and self.tags[place - 1] in "tf" and self.whom(self.row[place]) in self.frame.pair

    # -- what no rule reads ------------------------------------------------------------------------------------------

    def _rest(self) -> None:
        place, tag = self.at, self.tags[self.at]
        if tag in "NMWC%XFuOZ":
            joined = place > 1 and self.tags[place - 1] == "a" and self.row[place - 1].data == ""
            if joined and self.drafts and self.drafts[-1].end == self.row[place - 2].end:
                self.drafts[-1].why = self.drafts[-1].why or "two numbers for one"
            self.refuse(
                place,
                self.why()
                or ("what the number counts is not understood" if tag != "O" else _odd_words(self.row[place].data)),
            )
            if tag == "O":
                self.spoil(place, "a number beside it is not understood")
        elif (
            tag in "BS"
            or (tag in "E1" and self.tags[place + 1 : place + 2] in tuple("KdvT"))
            or (
                tag == "E"
                and self.tags[place + 1 : place + 2] in tuple("P?Y")
                and self.row[place].end - self.row[place].start > len("least")  # "at least in May", "most in May"
            )
        ):
            self.refuse(place, self.why() or "what is compared is not understood")
        elif (
            tag == "L" and self.row[place].data == "more than" and self.tags[place + 1 : place + 2] in tuple("vTPY?Er")
        ):
            self.refuse(place, self.why() or "what it exceeds is not understood")
        elif tag == "A" and self._known_party(place):
            pass
        elif tag in "UD":
            self.sign = 1 if tag == "U" else -1
        elif tag in "wGAhQ!":
            self.spoil(place)
            if self.row[place].data == "one" and self.tags[place + 1 : place + 2] == "Q":
                self.refuse(place, "what is counted is no trade", place + 2)
            if self.row[place].data in ("or", "either"):
                for made in self.drafts:
                    if made.clause == self.clause:
                        made.why = made.why or "one thing or another ('or')"
        elif tag == "c":
            self.comparing = True


def _odd_words(data: object) -> str:
    why = getattr(data, "why", None)
    return why or (data if isinstance(data, str) else "") or "a unit that customs does not count"
