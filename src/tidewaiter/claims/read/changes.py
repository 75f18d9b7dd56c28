"""The rules of changes: per cent, differences, multiples, and what they are measured from."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.drafts import Draft, Refused
from tidewaiter.claims.read.nouns import NOUN, Nouns
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.quantities import Quantity

__all__ = ["Changes"]


_AGAIN: Final = re.compile(r",?a?b?L*(?P<Q>[%F])(?P<way>[UD])?")
_BASE_OF: Final = re.compile(r"(?:c[vfoi]*)?[PY]")
_FROM: Final = ("from", "than", "on", "over", "versus", "against", "vs")
_TURNED: Final = {"more than": "less than", "almost": "just over", "nearly": "just over"}
"""What a word beside *halved* says of the half that is left."""


class Changes(Nouns):
    """A sentence, with the rules of changes."""

    def _main(self) -> Draft | None:
        return next((made for made in reversed(self.drafts) if made.kind is Kind.AMOUNT and made.role == "main"), None)

    def _several(self, lead: Draft | None) -> bool:
        """Whether the amount before is one of several under one verb."""
        return (
            lead is not None
            and sum(made.listed and not made.secondary and made.clause == lead.clause for made in self.drafts) > 1
        )

    def _lead(self) -> Draft | None:
        return next((made for made in reversed(self.drafts) if made.role == "main"), self.over)

    def like(self, lead: Draft | None, number: int) -> None:
        """Give a number of millions without a unit that of the millions it is compared with."""
        here = self.row[number].data
        if lead is None or lead.quantity is None or not isinstance(here, Quantity):
            return
        counted = lead.quantity.kind in ("count", "weight")
        if here.kind == "number" and counted:
            tag = "C" if lead.quantity.kind == "count" else "W"
            self.row[number] = self.row[number]._replace(
                tag=tag, data=here._replace(kind=lead.quantity.kind, unit=lead.quantity.unit)
            )
        elif (
            here.kind == "number" and here.scaled and lead.quantity.scaled and lead.quantity.kind in ("money", "weight")
        ):
            self.row[number] = self.row[number]._replace(
                data=here._replace(kind=lead.quantity.kind, unit=lead.quantity.unit)
            )

    def change(self, match: re.Match[str]) -> int:
        """``rose 5 per cent``, ``a 12 percent drop``, ``down by a fifth``."""
        word = self.row[match.start("U") if match["U"] else match.start("D")]
        sign = 1 if word.tag == "U" else -1
        number = match.start("Q")
        if (
            self.tags[match.end() : match.end() + 1] == "i"
            and self.row[match.end()].end - self.row[match.end()].start == 2
        ):
            found = NOUN.match(self.tags, match.end() + 1)
            if found is not None and match.start("Q") < max(match.start("U"), match.start("D")):
                self.noun(found)
                end = self.at
                self.draft(Kind.CHANGE, match.start(), end, number, sign=sign)
                self.sign = sign
                return end
        self.draft(Kind.CHANGE, match.start(), match.end(), number, sign=sign)
        self.sign = sign
        return match.end()

    def again(self) -> bool:
        """``up 6 per cent from April and 138 per cent from a year earlier``: the same, from another base."""
        match = _AGAIN.match(self.tags, self.at)
        latest = self.drafts[-1] if self.drafts else None
        if match is None or self.dirty:
            return False
        if "b" in match[0] and self.sign and not match["way"] and (latest is None or latest.kind is Kind.STREAK):
            self.draft(Kind.CHANGE, match.start("Q"), match.end(), match.start("Q"), sign=self.sign)
            self.at = match.end()
            return True
        if latest is None or latest.kind is not Kind.CHANGE:
            return False
        based = latest.base is not None or (latest.back and not latest.inherited)
        if not based or not self._from_base(match.end()):
            return False
        sign = latest.sign if not match["way"] else 1 if match["way"] == "U" else -1
        made = self.draft(Kind.CHANGE, match.start("Q"), match.end(), match.start("Q"), sign=sign)
        if made is not None:
            made.back, made.inherited = 0, False
            made.leading = latest.leading
            if latest.own_period:
                made.periods = latest.periods
                same = self.period is not None and self.period.periods == latest.periods
                made.assumed = [self.period.assumed] if same and self.period and self.period.assumed else []
        self.at = match.end()
        return True

    def _from_base(self, place: int) -> bool:
        """Whether what follows names the month that a rate is measured from."""
        found = _BASE_OF.match(self.tags, place)
        if found is None:
            return False
        mention = self.row[found.end() - 1].data
        if not isinstance(mention, Mention):
            return False
        return found.end() - place > 1 or mention.role == "back" or mention.lead in _FROM

    def difference(self, match: re.Match[str]) -> int:
        """``rose by $5 million``."""
        sign = 1 if match["U"] else -1
        self.draft(Kind.DIFFERENCE, match.start(), match.end(), match.start("Q"), sign=sign)
        self.sign = sign
        return match.end()

    def multiple(self, match: re.Match[str]) -> int:
        """``increased 40.7 times``, ``a hundredfold increase``, ``33 times the level of``."""
        if match["D"]:
            self.refuse(match.start("X"), "a fall by a multiple can mean two things")
            return match.end()
        before, after = match["U"], match["U2"]
        form = "times"
        if before or after:
            form = "increase"
        if after and self.row[match.start("U2")].data == "state":
            form = "times more"
        made = self.draft(Kind.MULTIPLE, match.start(), match.end(), match.start("X"), form=form)
        self.sign = 1
        end = self.times_amount(made, match.end())
        bare = not before and not after and end == match.end() and not re.match(r"[vocfPY]", self.tags[end:])
        if made is not None and bare:
            made.why = "a multiple of what is not said"
        return self.against(made, end)

    def times_amount(self, made: Draft | None, end: int) -> int:
        """``three times the $19 million of June``: what it is a multiple of."""
        if (
            self.tags[end : end + 1] == "P"
            and self.row[end].owned
            and self.tags[end + 1 : end + 2] in ("M", "W", "C", "N")
        ):
            mention = self.row[end].data
            level = None
            if made is not None and len(mention.periods) == 1 and not self._several(self._main()):
                made.base = mention.periods[0]
                self.like(self._main(), end + 1)
                level = self.draft(Kind.AMOUNT, end, end + 2, end + 1, role="base", leading=made)
            if level is None:
                self.refuse(end + 1, self.why() or "what it is a multiple of is not understood")
            else:
                level.periods, level.own_period = mention.periods, True
            return end + 2
        told = re.match("[MWCN](?P<verb>[VL])?[PY]", self.tags[end:])
        if told is None:
            return end
        mention = self.row[end + told.end() - 1].data
        of = isinstance(mention, Mention) and mention.lead in ("of", "in", "for", "during")
        if made is None or not of or self._several(self._main()):
            return end
        self.like(self._main(), end)
        self.draft(Kind.AMOUNT, end, end + 1, end, role="base", leading=made)
        return end + (2 if told["verb"] else 1)

    def against(self, made: Draft | None, end: int) -> int:
        """Read ``(33 times) the number in all of 2021``: what follows is what it is a multiple of, not its month."""
        found = re.compile(r"[vo]+(?P<P>P)").match(self.tags, end)
        if found is None:
            return end
        mention = self.row[found.start("P")].data
        lead = self._main()
        if made is None or lead is None or not isinstance(mention, Mention) or len(mention.periods) != 1:
            if made is not None:
                made.why = made.why or "a multiple of which months is not clear"
            return found.end()
        made.base, made.end = mention.periods[0], self.row[found.end() - 1].end
        made.periods, made.own_period, made.leading = lead.periods, lead.own_period, lead
        made.assumed = [*lead.assumed, *([mention.assumed] if mention.assumed else [])]
        return found.end()

    def doubled(self, match: re.Match[str]) -> int:
        """``more than doubled``, ``halved``."""
        chunk = self.row[match.start()]
        value = Decimal(str(chunk.data))
        read = Quantity(
            "times",
            value,
            Decimal("0.2") if value < 1 else Decimal(1) if value > 2 else Decimal("0.5"),
            "times",
            chunk.hedge,
            0,
            0,
        )
        made = self.draft(Kind.MULTIPLE, match.start(), match.end(), quantity=-1)
        if made is not None:
            made.quantity = read if value > 1 else read._replace(hedge=_TURNED.get(chunk.hedge, chunk.hedge))
        self.sign = 1 if value > 1 else -1
        return self.against(made, self.times_amount(made, match.end()))

    def make_first(self, lead: Draft, end: int = 0) -> None:
        """Make the claim that there was none before the amount."""
        assert self.first is not None
        how, chunk = self.first_since, self.first
        self.first, self.first_since = None, None
        last = self.row[end - 1].end if end else max(lead.end, chunk.end)
        if not lead.listed or (lead.quantity is not None and lead.quantity.hedge):
            self.refused.append(
                Refused(
                    chunk.start,
                    chunk.end,
                    "the first time of what is not understood: of any trade, of a rise, or of so much",
                )
            )
            return
        if how is None:
            self.refused.append(Refused(chunk.start, chunk.end, "for the first time since when is not said"))
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
