"""The rules of parts of a whole, and of prices."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.frame import Frame
from tidewaiter.claims.read.goods import Named
from tidewaiter.claims.read.nouns import NOUN, Phrase
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.places import Places

__all__ = ["Shares"]

_GOODS: Final = re.compile(r"(?P<G>G)(?:l(?P<M>M))?v*P?v*H(?P<Q>[%F])o")
_GOODS_AMOUNT: Final = re.compile(r"GH(?P<Q>[MW])(?=[,.aP])")
_TAKEN: Final = re.compile(r"(?P<A>A)(?:H|(?P<V>V))(?P<Q>[%F])o")
_HELD: Final = re.compile(r"(?P<A>A)j(?:o|i)")
_STOOD: Final = re.compile(r"(?P<P>P)?(?:[UD]t|L[oat]*|[UD](?P<f>f)[%F]t)(?P<Q>[%F])")
_CAME: Final = re.compile(r"(?P<P>P)?,?(?P<Q>[%F])(?:L|w)+(?P<way>[tf])(?P<A>A)")
_WHERE: Final = frozenset(("came", "come", "comes", "coming", "went", "goes", "going", "originated"))
_KIND: Final = re.compile(r"[tfi]|aA")


class Shares(Places):
    """A sentence, with the rules of shares."""

    def share(self, match: re.Match[str]) -> int:
        """``accounting for 13 per cent of China's total exports``."""
        number = match.start("Q")
        found = NOUN.match(self.tags, match.end())
        if found is None or not match[0].endswith("o"):
            self.refuse(number, self.why() or "a share of what is not understood")
            return match.end()
        kept = (self.frame, self.actor, self.dirty, self.why_dirty, self.sign, self.noun_end, self.period)
        told = self.said if self.noun_end >= 0 and self.tags[self.noun_end : match.start()] in ("", "P") else None
        whole = self.phrase(found)
        open_end = told is not None and self.frame is not None and not self.drafts and "W00" in self.frame.pair
        part = self._part(told, whole, match.start()) if self.why() or open_end else None
        part = part or (self.frame if not self.why() else None)
        if part is None or self.blocked:
            self.refuse(number, self.why() or "a share of what is not understood")
            return whole.end
        other = self._whole(part, whole, found)
        self.frame, self.actor, self.dirty, self.why_dirty, self.sign, self.noun_end, self.period = kept
        if isinstance(other, str) or (other.pair, other.side, other.goods) == (part.pair, part.side, part.goods):
            self.refuse(number, other if isinstance(other, str) else "it would be a share of itself")
            return whole.end
        lead = self._lead()
        if self.frame != part and lead is None:
            self.frame, self.dirty = part, False
        made = self.draft(Kind.SHARE, match.start(), whole.end, number)
        if made is not None:
            made.other, made.leading, made.frame = other, lead, part
            if lead is not None and lead.frame == part:
                made.periods, made.own_period = lead.periods, lead.own_period
        return whole.end

    def part_of_level(self, match: re.Match[str]) -> int:
        """``equal to 82 per cent of the $2.8 billion recorded in 2019``: of the same trade, over other months."""
        number, lead = match.start("M"), self._main() or self.over
        own = self.row[number].data
        if lead is None or lead.quantity is None or self._several(lead) or lead.quantity.kind != own.kind:
            self.refuse(match.start("Q"), self.why() or "a share of what is not understood")
            self.refuse(number, self.why() or "a share of what is not understood")
            return match.end()
        month = self.row[number - 1] if "P" in match.re.groupindex else None
        if month is not None and not (month.owned and len(month.data.periods) == 1):
            return 0
        made = self.draft(Kind.SHARE, match.start(), match.end(), match.start("Q"), leading=lead)
        level = self.draft(Kind.AMOUNT, number, match.end(), number, role="base", leading=made)
        if level is not None and month is not None:
            level.periods, level.own_period = month.data.periods, True
        if made is not None and level is not None:
            made.frame, made.periods, made.own_period, made.over = lead.frame, lead.periods, lead.own_period, level
        return match.end()

    def part_of_months(self, match: re.Match[str]) -> int:
        """``were two-thirds of those in January``: of the same trade, over other months."""
        mention = self.row[match.start("P")].data
        if not isinstance(mention, Mention) or len(mention.periods) != 1:
            return 0
        own = self.period
        problem = self.why() or (
            "" if own is not None and not self.drafts else "of which month it is said is not clear"
        )
        if problem:
            self.refuse(match.start("Q"), problem, match.end())
            return match.end()
        made = self.draft(Kind.SHARE, match.start(), match.end(), match.start("Q"), base=mention.periods[0])
        if made is not None:
            made.own_period = made.given = True
            made.assumed += [mention.assumed] if mention.assumed else []
        return match.end()

    def _part(self, told: Phrase | None, whole: Phrase, place: int) -> Frame | None:
        """Read ``exports to China made up ... of Japan's exports``: whose the part is, the whole tells."""
        if told is None or told.problem or whole.problem or place < told.end:
            return None
        owner = told.owner or whole.owner
        parties = {owner, told.sender, told.receiver, whole.sender, whole.receiver} - {""}
        if (
            not owner
            or len(parties) != 2
            or told.kind not in ("X", "M")
            or (told.owner and told.receiver + told.sender)
        ):
            return None
        other = next(iter(parties - {owner}))
        pair = (owner, other) if told.kind == "X" else (other, owner)
        return Frame(*pair, told.kind, told.goods or Named("total", "", ""), owner=owner)

    def _whole(self, part: Frame, whole: Phrase, found: re.Match[str]) -> Frame | str:
        """Return what a share is a share of."""
        if whole.problem:
            return whole.problem
        goods = whole.goods or Named("total", "", "")
        parties = {whole.owner, whole.sender, whole.receiver} - {""}
        kind = whole.kind
        if kind == "B" and part.teller and parties <= part.pair and (whole.receiver or whole.sender or not whole.owner):
            # "of two-way trade with North Korea", "of the two countries' trade", "of bilateral trade"
            other = next(iter(part.pair - {part.teller}))
            return Frame(part.teller, other, "B", goods, owner=part.teller)
        if kind in ("X", "M") and whole.owner and not _KIND.search(found["post"]) and whole.named:
            if whole.owner != part.teller and part.side != "B":
                return "a share of the trade of another country"
            world = "W00"
            pair = (whole.owner, world) if kind == "X" else (world, whole.owner)
            points = any(
                chunk.data.pointing for chunk in self.row[found.start("pre") : found.end("pre")] if chunk.tag == "A"
            )
            if points and not whole.whole:
                return "a share of the trade with whom is not said"
            return Frame(*pair, kind, goods)
        if kind not in ("X", "M", "B"):
            return "a share of what is not understood"
        frame = self.settle(whole)
        if isinstance(frame, str):
            return frame
        if kind == "B" and len(parties) < 2:
            return "a share of the trade with whom is not said"
        return frame

    def parts(self) -> bool:
        """Try the shares that begin with goods or a country; False if none fits."""
        return self.goods_amount() or self.goods_share() or self.taken() or self.held() or self.came()

    def goods_amount(self) -> bool:
        """``soybean oil accounted for $8.6 million``: of the trade the sentence speaks of."""
        match = _GOODS_AMOUNT.match(self.tags, self.at)
        own = self.frame
        if match is None or not self.clean_left(self.at) or own is None or self.dirty:
            return False
        if own.goods is None or own.goods.goods != "total" or not self.drafts:
            return False
        self.frame = replace(own, goods=self.row[self.at].data)
        made = self.draft(Kind.AMOUNT, match.start(), match.end(), match.start("Q"))
        if made is not None:
            made.listed = True
        self.at = match.end()
        return True

    def goods_share(self) -> bool:
        """``Coal made up two-thirds of North Korea's exports to China``."""
        match = _GOODS.match(self.tags, self.at)
        if match is None or not self.clean_left(self.at):
            return False
        found = NOUN.match(self.tags, match.end())
        if found is None:
            return False
        named = self.row[self.at].data
        month = self.tags[match.start() : match.start("Q")].find("P")
        period = self.row[match.start() + month].data if month >= 0 else self.period
        self.noun(found)
        end = self.at
        if self.frame is None:
            self.refuse(match.start("Q"), self.why_dirty)
            if match["M"]:
                self.refuse(match.start("M"), self.why_dirty)
            return True
        assert isinstance(named, Named)
        other = self.frame
        if other.goods == named:
            self.refuse(match.start("Q"), "it would be a share of itself")
            return True
        self.frame, self.period = replace(other, goods=named), period
        if match["M"]:
            self.draft(Kind.AMOUNT, match.start(), match.end("M"), match.start("M"))
        self.draft(Kind.SHARE, match.start(), end, match.start("Q"), other=other)
        self.at = end
        return True

    def taken(self) -> bool:
        """``China accounted for 92 per cent of Mongolia's exports``, ``bought 92 per cent of``."""
        match = _TAKEN.match(self.tags, self.at)
        if match is None or not self.clean_left(self.at) or (self.at and self.tags[self.at - 1] in "tfoib"):
            return False
        found = NOUN.match(self.tags, match.end())
        if found is None or self.row[self.at].owned:
            return False
        verb = str(self.row[match.start("V")].data).split()[0] if match["V"] else ""
        return self._partner(self.whom(self.row[self.at]), verb, found, match.start(), match.start("Q"))

    def _partner(self, who: str, verb: str, found: re.Match[str], start: int, number: int) -> bool:
        """Make a share that one country has of another's trade with the world."""
        period = self.period
        whole = self.phrase(found)
        self.at = end = whole.end
        self.noun_end = -1
        why = whole.problem or self.blocked
        parties = {whole.owner, whole.sender, whole.receiver} - {""}
        if not why and (not who or parties != {whole.owner} or not whole.named or who == whole.owner):
            why = "a share of whose trade is not understood"
        if not why and {"X": "M", "M": "X"}.get(verb, whole.kind) != whole.kind:
            why = "which way the goods went is not clear"
        if not why and whole.kind not in ("X", "M", "B"):
            why = "a share of what is not understood"
        if why:
            self.lose(why)
            self.refuse(number, why)
            return True
        goods = whole.goods or Named("total", "", "")
        ways = [(whole.owner, other) if whole.kind in ("X", "B") else (other, whole.owner) for other in (who, "W00")]
        self.period = period or self.period
        self.take(Frame(*ways[0], whole.kind, goods, owner=whole.owner), whole)
        self.draft(Kind.SHARE, start, end, number, other=Frame(*ways[1], whole.kind, goods, owner=whole.owner))
        return True

    def held(self) -> bool:
        """``Germany's share of Kyrgyzstan's imports rose to 6 per cent``."""
        match = _HELD.match(self.tags, self.at)
        if match is None or not self.row[self.at].owned or not self.clean_left(self.at):
            return False
        found = NOUN.match(self.tags, match.end())
        stood = _STOOD.match(self.tags, found.end()) if found is not None else None
        if found is None or stood is None or stood["f"]:
            return False
        who = self.whom(self.row[self.at])
        if stood["P"]:
            self.period = self.row[stood.start("P")].data
        self._partner(who, "", found, match.start(), stood.start("Q"))
        made = self.drafts[-1] if self.drafts else None
        if made is not None and made.kind is Kind.SHARE:
            made.end = self.row[stood.end() - 1].end
        self.at = stood.end()
        return True

    def came(self) -> bool:
        """``Of Kyrgyzstan's imports, 38 per cent came from China``."""
        if self.tags[self.at] != "o" or self.at:
            return False
        found = NOUN.match(self.tags, 1)
        came = _CAME.match(self.tags, found.end()) if found is not None else None
        if found is None or came is None:
            return False
        words = {str(chunk.data) for chunk in self.row[came.end("Q") : came.start("way")] if chunk.tag == "w"}
        if not words <= _WHERE or not words:
            return False
        if came["P"]:
            self.period = self.row[came.start("P")].data
        who = self.whom(self.row[came.start("A")])
        verb = "X" if came["way"] == "f" else "M"
        self._partner(who, verb, found, 0, came.start("Q"))
        made = self.drafts[-1] if self.drafts else None
        if made is not None:
            made.end = self.row[came.end() - 1].end
        self.at = came.end()
        return True

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
