"""What a form of sentence is made into: claims on the pair of the brief, each with the words that say it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from tidewaiter.claims.goods import resolve_goods
from tidewaiter.claims.model import Claim, Kind, Said, Subject
from tidewaiter.claims.read.briefs.words import Amount
from tidewaiter.errors import InputError
from tidewaiter.findings.voice import Voice
from tidewaiter.model import Flow, Interval, Measure
from tidewaiter.period import Period
from tidewaiter.sources.figures import goods as named_goods

__all__ = ["Parts", "Side", "Unknown", "goods_of"]

_CODED: Final = re.compile(
    r".+ \((?:heading |code |line )?(?P<code>\d{2,10})\)\Z|[Gg]oods of (?:heading|code|line) (?P<plain>\d{2,10})\Z"
)


class Unknown(Exception):
    """Words of a known form of sentence that are no goods, months or amount."""


class Side(msgspec.Struct, frozen=True):
    """Whose trade with whom a brief tells: codes, and the words it uses."""

    reporter: str
    partner: str
    flow: Flow
    voice: Voice


def goods_of(text: str) -> str:
    """Return goods as a claim holds them, from a brief's phrase or title.

    Raises
    ------
    Unknown
        If it names none.

    Examples
    --------
    >>> goods_of("cars (heading 8703)"), goods_of("Goods of line 87032410 (87032410)"), goods_of("Face masks"), goods_of("goods of all kinds")
    ('8703', '87032410', 'masks', 'total')
    """
    coded = _CODED.match(text)
    if coded is not None:
        return coded["code"] or coded["plain"]
    whole = named_goods()["total"]
    if text.lower() in (whole.title.lower(), whole.phrase.lower()):
        return "total"
    if re.search(r"[:;.]", text):
        raise Unknown(text)  # words of a reader's own table are a name, no half of a sentence
    try:
        return resolve_goods(text)
    except InputError:
        raise Unknown(text) from None


class Parts:
    """The claims of one line of a brief.

    ``counted`` remembers how each good was counted last, for sentences that say only that there was none.
    """

    def __init__(self, side: Side, counted: dict[str, tuple[Measure, str]]) -> None:
        self.side = side
        self.counted = counted
        self.made: list[Claim] = []

    def subject(self, goods: str, measure: Measure, unit: str) -> Subject:
        """Return a series of the brief's pair."""
        return Subject(self.side.reporter, self.side.partner, self.side.flow, goods, measure, unit)

    def _series(self, goods: str, amount: Amount | None) -> Subject:
        if amount is None:
            return self.subject(goods, *self.counted.get(goods, (Measure.VALUE, "USD")))
        self.counted[goods] = (amount.measure, amount.unit)
        return self.subject(goods, amount.measure, amount.unit)

    def _add(self, kind: Kind, span: tuple[int, int], **fields: object) -> None:
        self.made.append(Claim(id="", kind=kind, span=span, **fields))  # type: ignore[arg-type]

    def amount(self, goods: str, amount: Amount, period: Period, span: tuple[int, int]) -> None:
        """It came to so much; "none" where the number is zero."""
        if amount.said.value == 0 and not amount.said.hedge:
            return self.none(goods, (period,), span)
        return self._add(Kind.AMOUNT, span, subject=self._series(goods, amount), period=period, said=amount.said)

    def quote(self, goods: str, amount: Amount, period: Period, whose: Iterable[str], span: tuple[int, int]) -> None:
        """Others printed so much for it."""
        for name in whose:
            subject = self.subject(goods, amount.measure, amount.unit)
            self._add(Kind.AMOUNT, span, subject=subject, period=period, said=amount.said, quoted=name)

    def some(self, goods: str, period: Period, span: tuple[int, int]) -> None:
        """There was trade, of whatever amount."""
        said = Said("some", 1.0, 0.0, Interval(1.0, float("inf")), "at least")
        self._add(Kind.AMOUNT, span, subject=self._series(goods, None), period=period, said=said)

    def none(self, goods: str, runs: Iterable[Period], span: tuple[int, int]) -> None:
        """There was no trade in any month of the runs."""
        for run in runs:
            self._add(Kind.NONE, span, subject=self._series(goods, None), period=run)

    def times(
        self,
        goods: str,
        like: Amount,
        period: Period,
        base: Period,
        said: Said,
        span: tuple[int, int],
        *,
        whole: str = "",
    ) -> None:
        """The period was so many times the base; ``whole`` are the goods of the base where they are wider."""
        other = self.subject(whole, like.measure, like.unit) if whole else None
        self._add(
            Kind.MULTIPLE, span, subject=self.subject(goods, like.measure, like.unit), period=period, base=base, said=said, other=other
        )  # fmt: skip

    def exceeds(
        self,
        goods: str,
        like: Amount,
        period: Period,
        bases: Iterable[Period],
        span: tuple[int, int],
        *,
        direction: str = "higher",
    ) -> None:
        """The period was above (below) each of the others."""
        for base in bases:
            subject = self.subject(goods, like.measure, like.unit)
            self._add(Kind.EXCEEDS, span, subject=subject, period=period, base=base, direction=direction)

    def highest(
        self, goods: str, like: Amount, period: Period, since: Period, span: tuple[int, int], *, record: bool
    ) -> None:
        """The month was the highest since another, or of a record that starts there."""
        direction = "record highest" if record else "highest"
        subject = self.subject(goods, like.measure, like.unit)
        self._add(Kind.EXTREME, span, subject=subject, period=period, since=since, direction=direction)

    def price(self, goods: str, unit: str, said: Said, period: Period, span: tuple[int, int]) -> None:
        """The value came to so much a piece."""
        self._add(Kind.UNIT_VALUE, span, subject=self.subject(goods, Measure.VALUE, unit), period=period, said=said)

    def count(self, indicator: str, direction: str, day: str, amount: Amount, span: tuple[int, int]) -> None:
        """A daily count stood at so much."""
        subject = self.subject("total", Measure.VALUE, "USD")
        self._add(
            Kind.COUNT, span, subject=subject, indicator=indicator, direction=direction, day=day, said=amount.said
        )

    def aside(self, span: tuple[int, int], why: str) -> None:
        """Something with a number that no claim can hold: listed with the reason, never passed over."""
        if span[1] > span[0]:
            self._add(Kind.UNREAD, span, why=why)
