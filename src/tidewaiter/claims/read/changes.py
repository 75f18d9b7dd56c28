"""The rules of changes: per cent, differences, multiples, and what they are measured from."""

from __future__ import annotations

import re
from decimal import Decimal

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.drafts import Draft
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.quantities import Quantity
from tidewaiter.claims.read.scan import NOUN, Scan

__all__ = ["Changes"]


class Changes(Scan):
    """A sentence, with the rules of changes."""

    def _main(self) -> Draft | None:
        return next((made for made in reversed(self.drafts) if made.kind is Kind.AMOUNT and made.role == "main"), None)

    def _several(self, lead: Draft | None) -> bool:
        """Whether the amount before is one of several under one verb."""
        return lead is not None and sum(1 for made in self.drafts if made.listed and made.clause == lead.clause) > 1

    def _lead(self) -> Draft | None:
        return next((made for made in reversed(self.drafts) if made.role == "main"), self.over)

    def like(self, lead: Draft | None, number: int) -> None:
        """Give a number of millions without a unit that of the millions it is compared with."""
        here = self.row[number].data
        if lead is None or lead.quantity is None or not isinstance(here, Quantity):
            return
        if here.kind == "number" and here.scaled and lead.quantity.scaled and lead.quantity.kind in ("money", "weight"):
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
        if made is not None and not before and not after and not re.match(r"[vocfPY]", self.tags[match.end() :]):
            made.why = "a multiple of what is not said"
        self.sign = 1
        return self.against(made, match.end())

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
            made.quantity = read
        self.sign = 1 if value > 1 else -1
        return self.against(made, match.end())
