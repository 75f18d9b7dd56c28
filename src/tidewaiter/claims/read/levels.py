"""The rules of what is said of a subject: levels, changes, multiples, comparisons, shares, records, streaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.changes import Changes
from tidewaiter.claims.read.chunks import Chunk
from tidewaiter.claims.read.drafts import Draft, Refused
from tidewaiter.claims.read.goods import Named
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.quantities import Quantity
from tidewaiter.claims.read.scan import NOUN

__all__ = ["Levels"]


_SUBJECT_ALONE: Final = re.compile(r"(?:P,?)?A?G?T(?:oG|[tf]A|bA)*P?")
"""Trade and its month from the start of the sentence: not the price of it, or a rise in it."""


class Levels(Changes):
    """A sentence, with the rules of predicates."""

    def levels(self) -> bool:
        """Try the rules of predicates at the chunk; False if none fits."""
        for pattern, rule in _RULES:
            match = pattern.match(self.tags, self.at)
            if match is not None:
                after = rule(self, match)
                if after:
                    self.at = after
                    return True
        return False

    # -- levels ------------------------------------------------------------------------------------------------------

    def level(self, match: re.Match[str]) -> int:
        """``reached US$98 million``, ``was 1,000 patient monitors``, ``exceeded $5 million``."""
        number, end = match.start("Q"), match.end("Q")
        chunk = self.row[number]
        hedge = str(self.row[match.start()].data or "")
        if hedge == "more than" and isinstance(chunk.data, Quantity):
            if chunk.data.hedge or chunk.data.bounds is not None:
                self.refuse(number, "two words of rounding beside one number")
                return end
            self.row[number] = chunk._replace(data=chunk.data._replace(hedge="more than"))
        record = self.tags[match.start() : number].find("E")
        if match["G"]:
            end = match.end("G")
            if self.frame is not None:
                named = self.row[match.start("G")].data
                assert isinstance(named, Named)
                self.frame = replace(self.frame, goods=named)
                if self.tags[end : end + 1] in ("G", "T", "w", "h"):
                    self.refuse(number, "the goods are named in words that are not understood")
                    return end
        made = self.draft(Kind.AMOUNT, match.start(), end, number)
        if made is not None and self.first is not None:
            self.make_first(made)
        if made is not None and record >= 0 and self.row[match.start() + record].data == "record":
            made.assumed.append("a record: since when is not said, only the level is read")
            self.refuse(match.start() + record, "a record: since when is not said")
        return end

    def none(self, match: re.Match[str]) -> int:
        """``stood at zero``, ``fell to nothing``."""
        self.draft(Kind.NONE, match.start(), match.end(), unit="")
        return match.end()

    def no_trade(self, match: re.Match[str]) -> int:
        """``No exports of coal were recorded in May``."""
        found = NOUN.match(self.tags, match.start("T"))
        if found is None:
            return 0
        self.noun(found)
        after = self.at
        if self.tags[after : after + 1] not in ("L", "P", ".", ",", ""):
            self.refuse(match.start(), "what there was none of is not understood")
            return after
        self.draft(Kind.NONE, match.start(), after, unit="")
        return after

    def to_level(self, match: re.Match[str]) -> int:
        """``(rose) to 3.2 million``."""
        if not self.sign or (match[0][0] == "i" and self.row[match.start()].data != "at"):
            return 0
        if match["Z"]:
            self.draft(Kind.NONE, match.start(), match.end(), unit="")
            return match.end()
        made = self.draft(Kind.AMOUNT, match.start(), match.end(), match.start("Q"))
        if made is not None and self.first is not None:
            self.make_first(made)
        return match.end()

    def from_level(self, match: re.Match[str]) -> int:
        """``(rose to 3.2 million) from 2.9 million``."""
        if not self.sign:
            return 0
        if self._several(self._lead()):
            self.refuse(match.start("Z" if match["Z"] else "Q"), "which of the goods it is compared with is not said")
        elif match["Z"]:
            self.draft(Kind.NONE, match.start(), match.end(), unit="", role="base")
        else:
            self.like(self._lead(), match.start("Q"))
            self.draft(Kind.AMOUNT, match.start(), match.end(), match.start("Q"), role="base", leading=self._lead())
        return match.end()

    def compared(self, match: re.Match[str]) -> int:
        """``compared with $1.2 billion``, ``exceeding the total of 2,155 kg``."""
        lead = self._lead()
        if lead is None or self._several(lead):
            self.refuse(match.start("Q"), self.why() or "what it is compared with is not understood")
            return match.end()
        self.like(lead, match.start("Q"))
        if lead.kind is Kind.AMOUNT and lead.quantity is not None:
            here = self.row[match.start("Q")].data
            assert isinstance(here, Quantity)
            if here.kind not in (lead.quantity.kind, "number"):
                self.refuse(match.start("Q"), "it is compared with a number of another unit")
                return match.end()
        made = self.draft(Kind.AMOUNT, match.start(), match.end(), match.start("Q"), role="base", leading=lead)
        if made is not None and match[0][0] in "eU" and lead.kind is Kind.AMOUNT:
            more = self.draft(Kind.EXCEEDS, match.start(), match.end(), direction="higher", leading=made)
            if more is not None:
                self.drafts[-1], self.drafts[-2] = made, more
                more.periods, more.own_period, more.frame = lead.periods, lead.own_period, lead.frame
                more.place = lead.place
        return match.end()

    def compared_none(self, match: re.Match[str]) -> int:
        """``compared with none in March``."""
        if self._lead() is None or self._several(self._lead()):
            self.refuse(match.end() - 1, self.why() or "what it is compared with is not understood")
        else:
            self.draft(Kind.NONE, match.start(), match.end(), unit="", role="base", leading=self._lead())
        return match.end()

    def exceeds_period(self, match: re.Match[str]) -> int:
        """``exceeding the total for 2021``."""
        lead = self._lead()
        mention = self.row[match.start("P")].data
        if (
            lead is None
            or lead.kind is not Kind.AMOUNT
            or not isinstance(mention, Mention)
            or len(mention.periods) != 1
        ):
            self.refuse(match.start(), self.why() or "what it exceeds is not understood", match.end())
            return match.end()
        made = self.draft(Kind.EXCEEDS, match.start(), match.end(), direction="higher", base=mention.periods[0])
        if made is not None:
            made.periods, made.own_period, made.frame, made.leading = lead.periods, lead.own_period, lead.frame, lead
        return match.end()

    def exceeds_bare(self, match: re.Match[str]) -> int:
        """``exports in October exceeded those in September``, ``were lower than in March``: no amount beside it."""
        place, number = match.start(), match.start("P")
        mention, way = self.row[number].data, match["way"]
        if way is None and self.row[place].data != "more than":
            return 0
        if way is not None and self.row[match.start("way")].data != "state":
            return 0
        named = [chunk for chunk in self.row[place:number] if chunk.tag == "v"]
        plain = all(
            chunk.data == "" and chunk.end - chunk.start <= 6 for chunk in named
        )  # not "the monthly total of 2021"
        own = self.period
        problem = self.why()
        if not isinstance(mention, Mention) or len(mention.periods) != 1 or not plain:
            problem = problem or "what it is compared with is not understood"
        elif self.tags[match.end() : match.end() + 1] not in ("", "."):
            problem = problem or "the words after what it is compared with are not understood"
        elif own is None or len(own.periods) != 1 or self.drafts or not _SUBJECT_ALONE.fullmatch(self.tags, 0, place):
            problem = problem or "of which month it is said is not clear"
        if problem or not isinstance(mention, Mention) or own is None:
            self.refuse(place, problem, match.end())
            return match.end()
        direction = "lower" if way == "D" else "higher"
        made = self.draft(Kind.EXCEEDS, place, match.end(), direction=direction, base=mention.periods[0])
        if made is not None:
            made.own_period = made.given = True
            made.assumed += [mention.assumed] if mention.assumed else []
        return match.end()

    def valued(self, match: re.Match[str]) -> int:
        """``valued at US$266,891``: of the amount before it, or of the trade just named."""
        lead = self._main()
        made = self.draft(Kind.AMOUNT, match.start(), match.end("Q"), match.start("Q"))
        if (
            made is not None
            and lead is not None
            and lead.frame.goods == made.frame.goods
            and self.tags[match.start() - 1] != "T"
        ):
            made.periods, made.own_period, made.assumed = lead.periods, False, [*made.assumed, *lead.assumed]
            made.listed = lead.listed
        return match.end("Q")

    def summed(self, match: re.Match[str]) -> int:
        """``taking the total to 10.68 million``."""
        number, lead = match.start("Q"), self._main()
        if lead is None or lead.quantity is None:
            self.refuse(number, self.why() or "what it is the total of is not understood")
            return match.end()
        made = self.draft(Kind.AMOUNT, match.start(), match.end(), number, sum_of_months=True)
        if made is not None:
            made.frame, made.periods, made.own_period = lead.frame, (), False
        return match.end()

    def listed(self, match: re.Match[str]) -> int:
        """``, with a further 1,500 following in February``: as the amount before it."""
        number = match.start("Q")
        latest = self.drafts[-1] if self.drafts else None
        joined = self.tags[number - 1 : number] == "a" and self.row[number - 1].data == ""
        if joined and latest is not None and latest.role == "base" and latest.own_period and latest.kind is Kind.AMOUNT:
            # "compared with $80 million in August and $156 million in July"
            self.draft(Kind.AMOUNT, number, match.end("Q"), number, role="base", leading=latest.leading)
            return match.end("Q")
        lead = self._main()
        if lead is None or lead.quantity is None or self.tags[number - 1 : number] not in (",", "a"):
            return 0
        here = self.row[number].data
        assert isinstance(here, Quantity)
        if here.kind != lead.quantity.kind and not (here.kind == "count" and lead.quantity.kind == "number"):
            self.refuse(number, "a number of another unit in a list")
            return match.end("Q")
        made = self.draft(Kind.AMOUNT, number, match.end("Q"), number)
        if made is not None:
            made.frame, made.periods, made.own_period = lead.frame, (), False
        return match.end()

    # -- places in a row of months -----------------------------------------------------------------------------------

    def extreme(self, match: re.Match[str]) -> int:
        """``the highest level since February 2020``."""
        if match["own"] and getattr(self.row[match.start("own")].data, "pointing", "") != "subject":
            return 0
        word = str(self.row[match.start("E")].data).split()
        since = self.row[match.start("K")].data
        lead = self._lead()
        if word[0] == "record":
            self.refuse(match.start(), "a record since a month can mean two things", match.end())
            return match.end()
        made = self.draft(Kind.EXTREME, match.start(), match.end(), direction=word[0])
        if made is not None and isinstance(since, Mention):
            made.rank = int(word[1]) if len(word) > 1 else 1
            if made.rank > 1:
                made.direction = f"record {word[0]}"
            made.since, made.leading = since.periods[0], lead
            made.assumed += [since.assumed] if since.assumed else []
            if lead is not None and lead.role == "main":
                made.frame = lead.frame
                made.periods, made.own_period = lead.periods, lead.own_period
        return match.end()

    def extreme_unsaid(self, match: re.Match[str]) -> int:
        """A highest or lowest without ``since``, or in so many years."""
        self.refuse(match.start(), self.why() or "the highest or lowest of which months is not said", match.end())
        return match.end()

    def first_time(self, match: re.Match[str]) -> int:
        """``for the first time in more than a year``: noted for the amount that comes with it."""
        self.first = self.row[match.start("one")]
        self.first_since = None
        if match["how"]:
            self.first_since = self.row[match.start("how")].data
        lead = self._main()
        beside = (
            lead is not None
            and lead is self.drafts[-1]
            and self.tags[match.start() - 1] == ","
            and lead.end == self.row[match.start() - 2].end
        )
        if lead is not None and (lead.clause == self.clause or beside):
            self.make_first(lead, match.end())
        return match.end()

    def make_first(self, lead: Draft, end: int = 0) -> None:
        """Make the claim that there was none before the amount."""
        assert self.first is not None
        how, chunk = self.first_since, self.first
        self.first, self.first_since = None, None
        last = self.row[end - 1].end if end else max(lead.end, chunk.end)
        if not lead.listed or (lead.quantity is not None and lead.quantity.hedge):
            self.refused.append(
                _refused(chunk, "the first time of what is not understood: of any trade, of a rise, or of so much")
            )
            return
        if how is None:
            self.refused.append(_refused(chunk, "for the first time since when is not said"))
            return
        made = Draft(
            Kind.FIRST, lead.frame, min(chunk.start, lead.start), last, clause=self.clause, leading=lead, unit=""
        )
        made.periods, made.own_period = lead.periods, lead.own_period
        if isinstance(how, Mention):
            made.since = how.periods[0] if how.periods else None
            made.assumed += [how.assumed] if how.assumed else []
        else:
            months = int(how[0])
            made.length = months
            if not months:
                made.why = "how long there was none is told only roughly"
        if made.since is None and not made.length:
            made.why = made.why or "for the first time since when is not said"
        self.drafts.append(made)

    def appeared(self, match: re.Match[str]) -> int:
        """``started to appear in January``, after ``stood at zero in 2021``."""
        none = self.last(Kind.NONE)
        why = self.why()
        if why or none is None or not none.periods:
            self.refuse(match.start(), why or "since when there was none is not said", match.end())
            return match.end()
        made = self.draft(Kind.FIRST, match.start(), match.end(), unit="")
        if made is not None:
            made.base = none.periods[0]
        return match.end()

    def streak(self, match: re.Match[str]) -> int:
        """``for the third straight month``."""
        length, direction = self.row[match.start()].data
        lead = self._lead()
        sign = lead.sign if lead is not None and lead.kind is Kind.CHANGE else self.sign
        direction = direction or {1: "rise", -1: "fall", 0: ""}[sign]
        if not length or not direction:
            self.refuse(match.start(), self.why() or "a run of what is not understood")
            return match.end()
        made = self.draft(Kind.STREAK, match.start(), match.end(), length=length, direction=direction)
        if made is not None:
            made.leading = lead
            if lead is not None:
                made.periods, made.own_period = lead.periods, lead.own_period
        return match.end()

    # -- parts of a whole --------------------------------------------------------------------------------------------

    def share(self, match: re.Match[str]) -> int:
        """``accounting for 13 per cent of China's total exports``."""
        number = match.start("Q")
        found = NOUN.match(self.tags, match.end())
        own, lead = self.frame, self._lead()
        if found is None or self.why() or own is None:
            self.refuse(number, self.why() or "a share of what is not understood")
            return match.end()
        kept = (self.frame, self.actor, self.dirty, self.why_dirty, self.sign)
        self.noun(found)
        other, end = self.frame, self.at
        if other is not None and not re.search("[tfi]|aA", found["post"]) and "A" in found["pre"]:
            # "of its total exports": to all the world, unless with whom is said
            whole = any(
                chunk.tag == "v" and chunk.data == "" for chunk in self.row[found.start("pre") : found.end("pre")]
            )
            world = replace(other, receiver="W00") if other.side == "X" else replace(other, sender="W00")
            other = replace(world, assumed=()) if whole and other.side != "B" else None
            self.why_dirty = "a share of the trade with whom is not said"
        if (
            other is not None
            and own is not None
            and (other.pair, other.side, other.goods) == (own.pair, own.side, own.goods)
        ):
            other, self.why_dirty = None, "it would be a share of itself"
        if other is None:
            why = self.why_dirty
            self.frame, self.actor, self.dirty, self.why_dirty, self.sign = kept
            self.refuse(number, why or "a share of what is not understood")
            return end
        self.frame, self.actor, self.dirty, self.why_dirty, self.sign = kept
        made = self.draft(Kind.SHARE, match.start(), end, number)
        if made is not None:
            made.other, made.leading = other, lead
            if lead is not None:
                made.periods, made.own_period, made.frame = lead.periods, lead.own_period, lead.frame
        return end

    def gateway(self, match: re.Match[str]) -> int:
        """A share of trade told of something that is no trade: a port, a company."""
        self.refuse(
            match.start("Q"), "a share that is not told of goods: a claim has no place for a gateway or a company"
        )
        self.spoil(match.start("Q"))
        found = NOUN.match(self.tags, match.end())
        return found.end() if found is not None else match.end()

    def priced(self, match: re.Match[str]) -> int:
        """``at an average price of $792 a tonne``."""
        self.draft(Kind.UNIT_VALUE, match.start(), match.end(), match.start("Q"))
        return match.end()


def _refused(chunk: Chunk, why: str) -> Refused:
    return Refused(chunk.start, chunk.end, why)


_Rule = Callable[[Levels, "re.Match[str]"], int]
_RULES: Final[tuple[tuple[re.Pattern[str], _Rule], ...]] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"ZA?(?P<T>T)", Levels.no_trade),
        (r"L*[HL]?(?P<Q>[%F])(?:(?P<U>U)|(?P<D>D))", Levels.change),
        (r"(?:(?P<U>U)|(?P<D>D))[bo]?(?P<Q>[%F])", Levels.change),
        (r"[LH]*(?:(?P<U>U)|(?P<D>D))?b?(?P<X>X)(?P<U2>U)?", Levels.multiple),
        (r"(?:(?P<U>U)|(?P<D>D))b(?P<Q>[MWCN])", Levels.difference),
        (r"L*B", Levels.doubled),
        (r"L+E?(?P<Q>N)(?P<G>G)", Levels.level),
        (r"L+E?(?P<Q>[MWCN])(?P<G>)(?!h)", Levels.level),
        (r"L+Z", Levels.none),
        (r"L(?:(?P<way>[UD])c)?v*(?P<P>P)", Levels.exceeds_bare),
        (r"[LUDt,a]*(?P<own>A)?(?P<E>E)[vTU]*(?P<K>K)", Levels.extreme),
        (r"[LUDt]*E(?:[vT]+d?|d)", Levels.extreme_unsaid),
        (r"(?:tE?v*o?|i)(?:(?P<Q>[MWCN])|(?P<Z>Z))", Levels.to_level),
        (r"f[vo]*(?:(?P<Q>[MWCN])|(?P<Z>Z))", Levels.from_level),
        (r"[ce][vofT]*(?P<Q>[MWCN])", Levels.compared),
        (r"c[vof]*Z(?!T)", Levels.compared_none),
        (r"(?:e|Uc)[voT]*(?P<P>P)", Levels.exceeds_period),
        (r"Uc[vofT]*(?P<Q>[MWCN])", Levels.compared),
        (r"l(?P<Q>[MW])", Levels.valued),
        (r"kv*[tT]?v*t?(?P<Q>[MWCN])", Levels.summed),
        (r"(?P<Q>[MWCN])(?=a?[PYf])a?", Levels.listed),
        (r"(?P<one>1)(?:v*)(?P<how>[dK])?", Levels.first_time),
        (r"!", Levels.appeared),
        (r"S", Levels.streak),
        (r"H(?P<Q>[%F])o?", Levels.share),
        (r"(?P<Q>[%F])o(?=[AvGT]*T)", Levels.gateway),
        (r"[Lvio]*(?P<Q>u)", Levels.priced),
    )
)
