"""A claim: one number or one comparison that somebody published, in typed form.

A sentence with several numbers is several claims that share ``statement``. What a claim leaves empty it does not say.
Which fields a kind uses:

============== =====================================================================================================
kind           what it says
============== =====================================================================================================
amount         ``subject`` over ``period`` came to ``said`` (a month, a year to date, a sum of months)
none           there was no trade in any month of ``period``
change         from ``base`` to ``period`` it changed by ``said`` per cent (below zero: it fell)
multiple       ``period`` was ``said`` times ``base`` (or ``other``); ``form`` tells *times* from *times more*
difference     ``period`` less ``base`` (or ``other``) came to ``said``
share          ``subject`` over ``period`` was ``said`` per cent of ``other`` (by default itself) over ``base``
unit value     value over amount of ``subject``'s goods came to ``said``, in ``subject.unit`` a piece, pair, kg
exceeds        ``period`` exceeds ``base`` (or ``other``); with ``direction`` *lower* it falls short of it
extreme        ``period`` (a month) was the *highest* (*lowest*) ``since`` the month that was the last to be higher;
               with *record highest* (*record lowest*) the ``rank``-th of the months from the start of ``since`` on
first          trade in ``period`` after none in any month of ``base``; with ``direction`` *absent* the other way round
streak         the ``length`` months up to the end of ``period`` each went in ``direction`` (*rise*, *fall*)
               against the month before it, or (``base`` given) as long before it as ``base`` is before ``period``
count          the daily ``indicator`` of ``subject.partner`` stood at ``said`` on ``day``; ``direction`` *new* or *cumulative*
no figure      something is said of trade without a number that could be checked
unread         a sentence that seems to speak of trade and was not understood; ``why`` says what stood in the way
============== =====================================================================================================
"""

from __future__ import annotations

import enum

import msgspec

from tidewaiter.model import Flow, Interval, Measure
from tidewaiter.period import Period

__all__ = ["Claim", "Kind", "Said", "Subject"]


class Kind(enum.StrEnum):
    """What sort of statement a claim is; see the module for the fields each uses."""

    AMOUNT = "amount"
    NONE = "none"
    CHANGE = "change"
    MULTIPLE = "multiple"
    DIFFERENCE = "difference"
    SHARE = "share"
    UNIT_VALUE = "unit value"
    EXCEEDS = "exceeds"
    EXTREME = "extreme"
    FIRST = "first"
    STREAK = "streak"
    COUNT = "count"
    NO_FIGURE = "no figure"
    UNREAD = "unread"


class Subject(msgspec.Struct, frozen=True, order=True):
    """Whose trade, with whom, which way, which goods, counted how.

    ``goods`` is ``total``, a good named in words (``sources/tables/goods.csv``), a commodity code of digits, or
    ``basket:NAME`` (``basket:NAME/GROUP``). ``unit`` is the currency of a value or the unit of an amount; empty where
    only trade or no trade is spoken of.
    """

    reporter: str
    partner: str
    flow: Flow
    goods: str
    measure: Measure = Measure.VALUE
    unit: str = "USD"


class Said(msgspec.Struct, frozen=True):
    """A number as it was printed, and the interval that it says.

    ``value`` is in plain units (dollars, pieces, kilograms, per cent, times). ``step`` is the unit of the last printed
    digit, 0 for an exact number. ``hedge`` is the word that stood beside it (``about``, ``nearly``), empty if none; the
    bounds hold its meaning (:mod:`tidewaiter.claims.hedges`).
    """

    printed: str
    value: float
    step: float
    bounds: Interval
    hedge: str = ""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One published claim.

    Parameters
    ----------
    id
        Unique among the claims judged together.
    kind
        See the module.
    text
        The sentence or clause it was read from, or a paraphrase.
    span
        Where in the article ``text`` stands: first and one past the last character; None where there is no article.
    statement
        Claims of one sentence share it: a rate may rest on the level printed beside it.
    publisher, family
        Who published it, and whose reporting it is: re-reports and translations carry the family of the original.
        ``family`` empty means the publisher itself.
    published, published_to
        The day (ISO); where only a span is known, its two ends.
    why
        For what was not read: the reason, in words.
    quoted
        Of an amount: whose number it tells. The claim is then that this publisher printed it, not that it is so.
    assumed
        What the reader filled in from elsewhere (a carried subject, a month from the dateline), in words.
    """

    id: str
    kind: Kind
    subject: Subject | None = None
    period: Period | None = None
    said: Said | None = None
    base: Period | None = None
    other: Subject | None = None
    form: str = "times"
    direction: str = ""
    since: Period | None = None
    rank: int = 1
    length: int = 0
    indicator: str = ""
    day: str = ""
    text: str = ""
    span: tuple[int, int] | None = None
    statement: str = ""
    publisher: str = ""
    family: str = ""
    published: str = ""
    published_to: str = ""
    address: str = ""
    why: str = ""
    quoted: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def voice(self) -> str:
        """Whose reporting it is."""
        return self.family or self.publisher

    @property
    def latest(self) -> str:
        """The last day on which it can have been published; empty where none is known."""
        return self.published_to or self.published
