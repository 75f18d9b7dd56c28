"""Sentences that lean on the one before (``It was the highest since ...``), and shares told of goods."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.drafts import Draft
from tidewaiter.claims.read.goods import Named
from tidewaiter.claims.read.scan import NOUN
from tidewaiter.claims.read.shares import Shares

__all__ = ["Linked"]

_LEANING: Final = re.compile(r"(?P<it>[rA])?L*(?=[cEBXUD])")
_SHARE: Final = re.compile(r"(?P<G>G)v*H(?P<Q>[%F])o")


class Linked(Shares):
    """A sentence, with the rules of what links it to others."""

    def leaning(self) -> bool:
        """``That compared with $80.1 million in July``: what it is said of is the one amount of the sentence before."""
        level = self.context.level
        match = _LEANING.match(self.tags)
        if (
            self.at
            or match is None
            or not isinstance(level, Draft)
            or self.context.sentence - self.context.level_sentence != 1
        ):
            return False
        first = self.row[0]
        if match["it"] == "A":
            data = first.data
            if not isinstance(data, Actor) or data.pointing != "subject" or first.end - first.start != 2:
                return False
        elif match["it"] is None and self.tags[0] not in "LcE":
            return False
        self.frame, self.over = level.frame.noted("what was said in the sentence before"), level
        self.at = match.end("it") if match["it"] else 0
        return bool(match["it"])

    def goods_share(self) -> bool:
        """``Coal made up two-thirds of North Korea's exports to China``."""
        match = _SHARE.match(self.tags, self.at)
        if match is None or not self.clean_left(self.at):
            return False
        whole = NOUN.match(self.tags, match.end())
        if whole is None:
            return False
        named = self.row[self.at].data
        self.noun(whole)
        end = self.at
        if self.frame is None:
            self.refuse(match.start("Q"), self.why_dirty)
            return True
        assert isinstance(named, Named)
        other = self.frame
        if other.goods == named:
            self.refuse(match.start("Q"), "it would be a share of itself")
            return True
        self.frame = replace(other, goods=named)
        self.draft(Kind.SHARE, match.start(), end, match.start("Q"), other=other)
        self.at = end
        return True
