"""What a sentence was found to say, before it is a claim."""

from __future__ import annotations

from dataclasses import dataclass, field

from tidewaiter.claims.model import Kind
from tidewaiter.claims.read.frame import Frame
from tidewaiter.claims.read.quantities import Quantity
from tidewaiter.period import Period

__all__ = ["Draft", "Refused"]


@dataclass
class Draft:
    """A claim in the making.

    ``role`` is ``main`` or ``base`` (a level that another is compared with: it takes no month but its own). ``back``
    counts months from ``period`` to the base. ``trailed``: words that are
    not known follow it, so that no month of another sentence may stand in. ``by_value``: the sentence says that it counts by value. ``inherited``: ``back`` was
    said of a rate before it. ``over``: the level of other months that a share is told of. ``secondary``: the other measure of the amount before it (*worth*). ``relative``: told in a clause with *which*, whose month is its own. ``undecided``: why the time named before it is no month; only a
    month ``given`` to it after that counts. ``shift``:
    months to count back from that month. ``start`` and ``end`` are characters of the article.
    """

    kind: Kind
    frame: Frame
    start: int
    end: int
    quantity: Quantity | None = None
    sign: int = 1
    role: str = "main"
    periods: tuple[Period, ...] = ()
    own_period: bool = False
    base: Period | None = None
    back: int = 0
    since: Period | None = None
    direction: str = ""
    form: str = "times"
    rank: int = 1
    length: int = 0
    other: Frame | None = None
    over: Draft | None = None
    measure: str = ""
    unit: str = ""
    clause: int = 0
    place: int = 0
    assumed: list[str] = field(default_factory=list)
    why: str = ""
    number: int = -1
    sum_of_months: bool = False
    leading: Draft | None = None
    listed: bool = False
    trailed: bool = False
    undecided: str = ""
    given: bool = False
    by_value: bool = False
    inherited: bool = False
    relative: bool = False
    secondary: bool = False
    shift: int = 0
    printed: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Refused:
    """Something that has a number or a comparison and was not read: where, and why."""

    start: int
    end: int
    why: str
