"""The rules of what is said of a subject: levels, changes, multiples, comparisons, shares, records, streaks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.changes import Changes
from tidewaiter.claims.read.goods import Named
from tidewaiter.claims.read.nouns import NOUN
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.quantities import Quantity

__all__ = ["Levels"]


_SUBJECT_ALONE: Final = re.compile(r"(?:P,?)?A?G?T(?:oG|[tf]A|bA)*P?")
"""Trade and its month from the start of the sentence: not the price of it, or a rise in it."""


_BESIDE: Final = re.compile(r",i(?P<Q>[MWC])(?=[P,])")
_AHEAD: Final = re.compile(r"i(?P<Q>[MWC]),")


class Levels(Changes):
    """A sentence, with the rules of predicates."""

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
        if self.tags[number - 1] == "o" and (record < 0 or self.row[match.start() + record].data != "record"):
            return 0
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
        if made is not None and hedge == "listed":
            made.listed = True
        if made is not None and self.first is not None:
            self.make_first(made)
        if made is not None and record >= 0 and self.row[match.start() + record].data == "record":
            made.assumed.append("a record: since when is not said, only the level is read")
            self.refuse(match.start() + record, "a record: since when is not said")
        return end

    def came_to(self, match: re.Match[str]) -> int:
        """``of which exports made up $894 million``."""
        self.draft(Kind.AMOUNT, match.start(), match.end("Q"), match.start("Q"))
        return match.end("Q")

    def none(self, match: re.Match[str]) -> int:
        """``stood at zero``, ``fell to nothing``."""
        self.draft(Kind.NONE, match.start(), match.end(), unit="")
        return match.end()

    def no_trade(self, match: re.Match[str]) -> int:
        """``No exports of coal were recorded in May``."""
        found = NOUN.match(self.tags, match.start() + 1)
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

    def beyond(self, match: re.Match[str]) -> int:
        """``still below the $210 million of July 2019``."""
        mention = self.row[match.end()].data
        if (
            self.row[match.start()].data != "state"
            or not isinstance(mention, Mention)
            or mention.lead not in ("of", "in")
        ):
            return 0
        return self.compared(match)

    def compared_none(self, match: re.Match[str]) -> int:
        """``compared with none in March``."""
        if self._lead() is None or self._several(self._lead()):
            self.refuse(match.end() - 1, self.why() or "what it is compared with is not understood")
        else:
            self.draft(Kind.NONE, match.start(), match.end(), unit="", role="base", leading=self._lead())
        return match.end()

    def none_too(self, match: re.Match[str]) -> int:
        """``$208,000 in March and nothing in February``, ``38 million euros in April but none in June``."""
        latest = self.drafts[-1] if self.drafts else None
        place = match.start()
        if (
            latest is None
            or latest.kind is not Kind.AMOUNT
            or not latest.own_period
            or self.tags[place - 1 : place] != "a"
        ):
            return 0
        if self._several(latest):
            return 0
        made = self.draft(Kind.NONE, place, place + 1, unit="", role=latest.role, leading=latest.leading)
        if made is not None:
            made.frame, made.periods, made.own_period = latest.frame, (), False
        return place + 1

    def exceeds_period(self, match: re.Match[str]) -> int:
        """``exceeding the total for 2021``."""
        lead = self._lead()
        if lead is not None and lead.kind is not Kind.AMOUNT and lead.frame == self.frame:
            lead = self._main()
        mention = self.row[match.start("P")].data
        if match[0][0] == "U" and "c" not in match[0] and getattr(mention, "lead", "") != "than":
            return 0  # "more in April"
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
        if way is None and self.drafts and place and self.tags[place - 1] == "a":
            return self.exceeds_period(match)  # "and exceeded the total for 2021"
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
        here = self.row[match.start("Q")].data
        if here.kind == "number":
            if (
                lead is None
                or lead.quantity is None
                or lead.quantity.kind != "money"
                or not (here.scaled and lead.quantity.scaled)
            ):
                self.refuse(match.start("Q"), self.why() or "in what it is counted is not said")
                return match.end("Q")
            self.like(lead, match.start("Q"))
        made = self.draft(Kind.AMOUNT, match.start(), match.end("Q"), match.start("Q"))
        if made is not None and lead is not None and lead is self.drafts[-2] and lead.frame.goods == made.frame.goods:
            made.secondary = True
        if (
            made is not None
            and not made.shift
            and lead is not None
            and lead.frame.goods == made.frame.goods
            and self.tags[match.start() - 1] != "T"
        ):
            made.periods, made.own_period, made.assumed = lead.periods, False, [*made.assumed, *lead.assumed]
            made.listed = lead.listed
        return match.end("Q")

    def paid(self, match: re.Match[str]) -> int:
        """``exported 1,000 ventilators to North Korea in April for $266,891``."""
        lead = self._main()
        preposition = self.row[match.start()]
        if preposition.end - preposition.start != len("for") or lead is None or not lead.listed or self._several(lead):
            return 0
        if lead.quantity is None or lead.quantity.kind == "money" or lead.clause != self.clause:
            return 0
        made = self.draft(Kind.AMOUNT, match.start(), match.end(), match.start("Q"))
        if made is not None:
            made.periods, made.own_period, made.assumed = lead.periods, lead.own_period, [*made.assumed, *lead.assumed]
        return match.end()

    def summed(self, match: re.Match[str]) -> int:
        """``taking the total to 10.68 million``."""
        number, lead = match.start("Q"), self._main()
        if lead is None or lead.quantity is None:
            self.refuse(number, self.why() or "what it is the total of is not understood")
            return match.end()
        both = self.tags.find("T", match.start(), number)
        if both >= 0 and str(self.row[both].data) == "B" and lead.frame.side in "XM" and lead.frame.teller:
            # "bringing two-way trade to $154 million": of the same months, both ways
            teller = lead.frame.teller
            other = next(iter(lead.frame.pair - {teller}), "")
            goods = lead.frame.goods
            made = (
                self.draft(Kind.AMOUNT, match.start(), match.end(), number)
                if goods and goods.goods == "total"
                else None
            )
            if made is None:
                self.refuse(number, "what it is the total of is not understood")
                return match.end()
            made.frame = replace(lead.frame, sender=teller, receiver=other, side="B", owner=teller, measure="")
            made.periods, made.own_period, made.assumed = lead.periods, lead.own_period, list(lead.assumed)
            return match.end()
        if both >= 0 and str(self.row[both].data) == "B":
            self.refuse(number, "what it is the total of is not understood")
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
        again = self.tags[number - 2 : number] == "at" and self.row[number - 2].data == "" and number > 1
        if lead is None or lead.quantity is None or (self.tags[number - 1 : number] not in (",", "a") and not again):
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

    def of_month(self) -> bool:
        """``(up 31 per cent) from May's $14.5 million``: the level of a month before."""
        place, chunk = self.at, self.row[self.at]
        mention = chunk.data
        if not chunk.owned or self.tags[place + 1 : place + 2] not in ("M", "W", "C", "N"):
            return False
        assert isinstance(mention, Mention)
        against = mention.lead in ("from", "than", "versus", "against", "vs") or (
            place and self.tags[place - 1] in "ce"
        )
        lead = self._lead()
        if not against or lead is None or self._several(lead) or len(mention.periods) != 1:
            return False
        for made in self.drafts:
            if made.kind in (Kind.CHANGE, Kind.MULTIPLE, Kind.DIFFERENCE) and not made.back and made.base is None:
                made.base = mention.periods[0]
        self.like(lead, place + 1)
        level = self.draft(Kind.AMOUNT, place, place + 2, place + 1, role="base", leading=lead)
        if level is not None:
            level.periods, level.own_period = mention.periods, True
            level.assumed += [mention.assumed] if mention.assumed else []
        self.comparing = False
        self.at = place + 2
        return True

    def beside(self) -> bool:
        """``exports of tractors, at $41 million, were ...``: the level of the subject just named."""
        colon = self.row[self.at].data == ":" and re.match(r",[MWC](?=[.,P]|\Z)", self.tags[self.at :])
        if colon and self.noun_end >= 0 and not self.dirty and self.tags[self.noun_end : self.at] in ("", "P"):
            self.clause += 1
            made = self.draft(Kind.AMOUNT, self.at + 1, self.at + 2, self.at + 1)
            if made is not None and self.tags[self.noun_end : self.at] == "P":
                made.own_period = True
            self.at += 2
            return True
        match = _BESIDE.match(self.tags, self.at)
        if match is None or self.row[match.start("Q") - 1].data != "at" or self.noun_end < 0:
            return False
        if self.tags[self.noun_end : self.at] not in ("", "P") or self.dirty:
            return False
        self.clause += 1
        made = self.draft(Kind.AMOUNT, match.start("Q") - 1, match.end("Q"), match.start("Q"))
        if made is not None:
            made.trailed = True  # no month of another sentence
        if made is not None and self.tags[self.noun_end : self.at] == "P":
            made.own_period = True
        self.at = match.end("Q")
        return True

    def ahead(self) -> None:
        """``At $190 million, exports were the highest since ...``: a level told before its subject."""
        match = _AHEAD.match(self.tags)
        if match is None or self.row[0].data != "at" or self.dirty or self.frame is None or self.drafts:
            return
        number = match.start("Q")
        self.refused = [one for one in self.refused if one.start != self.row[number].start]
        self.draft(Kind.AMOUNT, number, match.end("Q"), number)

    def noun_of(self, match: re.Match[str]) -> int:
        """``exports to North Korea of $110 million``."""
        between = self.tags[self.noun_end : match.start()] if self.noun_end >= 0 else "?"
        if between not in ("", "P"):
            return 0
        self.draft(Kind.AMOUNT, match.start(), match.end("Q"), match.start("Q"))
        return match.end("Q")
