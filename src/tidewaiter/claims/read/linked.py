"""Sentences that lean on the one before (``It was the highest since ...``), and shares told of goods."""

from __future__ import annotations

import re
from typing import Final

from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.drafts import Draft
from tidewaiter.claims.read.shares import Shares

__all__ = ["Linked"]

_LEANING: Final = re.compile(r"(?P<it>[rA]|v(?=c))?L*(?=[cEBXUDR]|[%F][UD]|[%F]o|H)")


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
        elif (match["it"] == "v" and first.data != "") or (match["it"] is None and self.tags[0] not in "LcE"):
            return False
        self.frame, self.over = level.frame.noted("what was said in the sentence before"), level
        self.at = match.end("it") if match["it"] else 0
        return bool(match["it"])
