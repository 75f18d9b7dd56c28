"""The rules of places in a row of months: highest and lowest, first since, months in a row."""

from __future__ import annotations

import re

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.chunks import Chunk
from tidewaiter.claims.read.drafts import Refused
from tidewaiter.claims.read.levels import Levels
from tidewaiter.claims.read.periods import Mention

__all__ = ["Places"]


class Places(Levels):
    """A sentence, with the rules of places in a row of months."""

    def extreme(self, match: re.Match[str]) -> int:
        """``the highest level since February 2020``."""
        if match["own"] and getattr(self.row[match.start("own")].data, "pointing", "") != "subject":
            return 0
        word = str(self.row[match.start("E")].data).split()
        since = self.row[match.start("K")].data
        lead = self._lead()
        began = isinstance(since, Mention) and since.lead == "records"
        if word[0] == "record" or (began and len(word) > 1):
            self.refuse(match.start(), "a record since a month can mean two things", match.end())
            return match.end()
        made = self.draft(Kind.EXTREME, match.start(), match.end(), direction=word[0])
        if made is not None and isinstance(since, Mention):
            made.rank = int(word[1]) if len(word) > 1 else 1
            if made.rank > 1 or began:
                made.direction = f"record {word[0]}"
            made.since, made.leading = since.periods[0], lead
            made.assumed += [since.assumed] if since.assumed else []
            if lead is not None and lead.role == "main":
                made.frame = lead.frame
                made.periods, made.own_period = lead.periods, lead.own_period
        return match.end()

    def extreme_in(self, match: re.Match[str]) -> int:
        """``the highest in two years``, ``an 18-month low``: of the months of that run."""
        if match["R"]:
            direction, months = self.row[match.start("R")].data
        else:
            word = str(self.row[match.start("E")].data).split()
            months = int(self.row[match.start("d")].data[0])
            direction = word[0]
            if direction == "record" or len(word) > 1:
                return 0
            own = self.row[match.start("own")].data if match["own"] else None
            if own is not None and getattr(own, "pointing", "") != "subject":
                return 0
        if months <= 0:
            self.refuse(match.start(), self.why() or "in how many months is told only roughly", match.end())
            return match.end()
        lead = self._lead()
        made = self.draft(Kind.EXTREME, match.start(), match.end(), direction=f"record {direction}", length=months)
        if made is not None:
            made.leading = lead
            if lead is not None and lead.role == "main":
                made.frame, made.periods, made.own_period = lead.frame, lead.periods, lead.own_period
        return match.end()

    def peak_level(self, match: re.Match[str]) -> int:
        """``hit an 18-month high of $190 million``."""
        if match[0][0] == "t" and not self.sign:
            return 0
        direction, months = self.row[match.start("R")].data
        mention = self.row[match.start("P")].data if match["P"] else None
        if isinstance(mention, Mention):
            self.period, self.undecided = mention, ""
        made = self.draft(Kind.AMOUNT, match.start(), match.end(), match.start("Q"))
        if made is not None:
            high = self.draft(
                Kind.EXTREME, match.start("R"), match.end(), direction=f"record {direction}", length=months
            )
            if high is not None:
                high.leading = made
        return match.end()

    def record(self, match: re.Match[str]) -> int:
        """``a record low``: of which months is not said."""
        if self.row[match.start()].data != "record":
            return 0
        self.refuse(match.start(), self.why() or "a record: since when is not said", match.end())
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
            and lead.start <= self.row[match.start() - 2].start < lead.end
        )
        if lead is not None and (lead.clause == self.clause or beside):
            self.make_first(lead, match.end())
        return match.end()

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


def _refused(chunk: Chunk, why: str) -> Refused:
    return Refused(chunk.start, chunk.end, why)
