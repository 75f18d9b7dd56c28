"""What a month, or a month counted back from another, says of the numbers around it."""

from __future__ import annotations

import re

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.drafts import Draft
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.trade import Trade

__all__ = ["Times"]


class Times(Trade):
    """A sentence, with the rules of time."""

    def time(self) -> None:
        """Read a time: give its months to what they belong to, or note that no month can be told."""
        chunk = self.row[self.at]
        self.at += 1
        if chunk.tag == "d":
            return
        mention = chunk.data
        assert isinstance(mention, Mention)
        if chunk.tag == "P" and mention.lead == "" and self.at > 1 and self.tags[self.at - 2] == "t":
            self._without_month("to a month: since when is not said")
        elif chunk.tag == "J":
            self._without_month("a day is named, not a month")
            if not mention.assumed and mention.lead != "bare":
                self.open_time("a day is named, not a month")
        elif chunk.tag == "?":
            self._without_month(mention.why)
            self.open_time(mention.why)
        elif chunk.tag == "K":
            for made in self.drafts:
                if (
                    made.clause == self.clause
                    and made.kind in (Kind.CHANGE, Kind.MULTIPLE)
                    and not made.back
                    and made.base is None
                ):
                    made.why = "since a month: from which month on is not clear"
        elif chunk.tag == "Y":
            self._counted_back(mention, chunk.end)
        else:
            self._months(mention, chunk.end)

    def _without_month(self, why: str) -> None:
        for made in self.drafts:
            if made.clause == self.clause and not made.own_period:
                made.why = made.why or why

    def open_time(self, why: str) -> None:
        """Note a time that is no month known: no other month may stand in for it in what follows."""
        self.period, self.period_at, self.back = None, -1, 0
        self.undecided = why or "the time named is no month that is known"

    def _months(self, mention: Mention, end: int) -> None:
        latest = self.drafts[-1] if self.drafts else None
        compared = self.comparing or mention.lead in ("from", "than", "versus", "against", "vs", "over", "on")
        self.comparing = False
        if latest is not None and latest.role == "base" and not latest.own_period:
            self._give(latest, mention, end)
            return
        open_rates = [
            made
            for made in self.drafts
            if made.kind in (Kind.CHANGE, Kind.MULTIPLE, Kind.DIFFERENCE)
            and (not made.back or (made.inherited and made.clause == self.clause))
            and made.base is None
        ]
        if mention.lead in ("over", "on") and not open_rates and not self.drafts:
            compared = False  # "Over the April-June period, exports fell"
        opens = re.match(r"(?:P?[,a])?c?P\Z", self.tags[: self.at]) or self._after_semicolon()
        if compared and opens and self.tags[self.at : self.at + 1] == "," and len(mention.periods) == 1:
            self.base_ahead = mention  # "Compared with May, exports rose 31 percent in June"
            return
        if compared:
            for made in open_rates:
                if len(mention.periods) == 1:
                    made.base, made.back, made.inherited = mention.periods[0], 0, False
                    made.end = max(made.end, end)
                    made.assumed += [mention.assumed] if mention.assumed else []
            if not open_rates:
                self._without_month("a month to compare with, and nothing that is compared")
            return
        given = False
        for made in self.drafts:
            if made.clause == self.clause and made.role == "main" and not made.own_period:
                self._give(made, mention, end)
                given = True
        if (
            not given
            and self.period is not None
            and self.period_at == len(self.drafts)
            and self.period.periods != mention.periods
        ):
            self.lose("two months are named for one number")
        listing = [made for made in self.drafts if made.role == "main"]
        plain = not self.dirty and bool(self.drafts) and self._only_parties(self.drafts[-1].end)
        alone = sum(chunk.tag in "P?JY" for chunk in self.row) == 1
        one = alone and all(made.frame == self.drafts[0].frame for made in self.drafts)
        bare = all((made.listed or one) and not made.periods for made in self.drafts)
        if not given and listing and plain and bare:
            for made in listing:  # "sold 3,200 tonnes of sugar, worth $1.9 million, to Turkey in May"
                if self.frame is not None and made.frame.pair == self.frame.pair:
                    self._give(made, mention, made.end)
                    given = True
        self.period_at = -1 if given else len(self.drafts)
        if (
            not given
            and latest is not None
            and latest.clause == self.clause
            and latest.role == "main"
            and latest.periods != mention.periods
        ):
            return
        self.period, self.undecided = mention, ""

    def _after_semicolon(self) -> bool:
        """Whether the comparison just read opens a clause of its own, after a semicolon."""
        first = self.at - 2
        while first >= 0 and self.tags[first] == "c":
            first -= 1
        return first >= 0 and self.row[first].data == ";"

    def _only_parties(self, end: int, here: int = -1) -> bool:
        """Whether only commas and countries stand between a place in the text and here."""
        last = here if here >= 0 else self.at - 1
        between = "".join(chunk.tag for chunk in self.row[:last] if chunk.start >= end)
        return set(between) <= set(",tfA")

    def _give(self, made: Draft, mention: Mention, end: int) -> None:
        made.periods, made.own_period, made.given = mention.periods, True, True
        made.end = max(made.end, end)
        made.assumed = [note for note in made.assumed if "taken from the date" not in note]
        made.assumed += [mention.assumed] if mention.assumed else []

    def _counted_back(self, mention: Mention, end: int) -> None:
        self.comparing = False
        latest = self.drafts[-1] if self.drafts else None
        if latest is not None and latest.role == "base" and not latest.own_period and not latest.back:
            if mention.why and not any(period.is_year for period in (latest.leading.periods if latest.leading else ())):
                latest.why = mention.why
            latest.back, latest.end = mention.months, max(latest.end, end)
            lead = latest.leading
            if lead is not None and lead.kind in (Kind.CHANGE, Kind.MULTIPLE) and not lead.back:
                lead.back = mention.months
            return
        given = False
        for made in self.drafts:
            if (
                made.kind in (Kind.CHANGE, Kind.MULTIPLE, Kind.DIFFERENCE, Kind.EXCEEDS)
                and (not made.back or (made.inherited and made.clause == self.clause))
                and made.base is None
            ):
                made.back, made.end, made.inherited, given = mention.months, max(made.end, end), False, True
        if mention.months < 0 and not given and self._same_months(latest, mention, end):
            return
        if mention.lead in ("in", "for", "during", "of", "throughout") and not given:
            self._without_month("a month counted back from another")
            return
        opens = self.at > 1 and self.tags[self.at - 2] == ","
        if (
            self.drafts
            and opens
            and not given
            and mention.lead == ""
            and self.tags[self.at : self.at + 1] in ("v", "A")
        ):
            self.shift, self.period = mention.months, None  # "; a year earlier they were worth 6.7 million"
        if not self.drafts and self.frame is None:
            self.shift = mention.months  # "A year earlier, the figure was ...": counted from the sentence before
        self.back = mention.months

    def _same_months(self, latest: Draft | None, mention: Mention, end: int) -> bool:
        """``from 1,200 in the first quarter of 2022 to 8,900 in the same period this year``."""
        base = next((made for made in self.drafts if made.role == "base" and made.own_period), None)
        if latest is None or base is None or latest.role != "main" or latest.own_period or len(base.periods) != 1:
            return False
        only = base.periods[0]
        latest.periods, latest.own_period, latest.given = (
            (only.back((only.end // 12 + mention.months) * 12),),
            True,
            True,
        )
        latest.end = max(latest.end, end)
        return True
