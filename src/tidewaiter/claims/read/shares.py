"""The rules of parts of a whole, and of prices."""

from __future__ import annotations

import re
from dataclasses import replace

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.places import Places
from tidewaiter.claims.read.scan import NOUN

__all__ = ["Shares"]


class Shares(Places):
    """A sentence, with the rules of shares."""

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
