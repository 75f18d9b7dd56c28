"""Whose trade a sentence speaks of, and what an article has said so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tidewaiter.claims.read.goods import Named
from tidewaiter.model import Flow

__all__ = ["NON_PUBLISHERS", "Context", "Frame", "books"]

NON_PUBLISHERS = frozenset({"PRK", "TKM", "ERI"})
"""Countries that publish no customs statistics: what is said of their trade is read from the other side's."""


@dataclass(frozen=True)
class Frame:
    """Who sends goods to whom, what goods, and from whose side it is told.

    ``sender`` and ``receiver`` are codes, empty where not said. ``side`` is ``X`` (the sender tells), ``M`` (the
    receiver) or ``B`` (both ways together: then sender and receiver are the pair, the teller first). ``owner`` is the
    country whose trade it was called (*China's trade with Japan*), empty where it was told of two alike. ``measure`` is
    ``value``, ``volume``, ``price``, ``surplus``, ``deficit`` or ``top`` (the first of a list of goods), where said.
    """

    sender: str = ""
    receiver: str = ""
    side: str = ""
    goods: Named | None = None
    measure: str = ""
    assumed: tuple[str, ...] = ()
    owner: str = ""

    def noted(self, note: str) -> Frame:
        """Return the frame with one more thing that was filled in."""
        return self if not note or note in self.assumed else replace(self, assumed=(*self.assumed, note))

    @property
    def teller(self) -> str:
        """From whose side it is told; empty where from neither's."""
        return self.owner if self.side == "B" else self.sender if self.side == "X" else self.receiver

    @property
    def pair(self) -> frozenset[str]:
        """The two countries."""
        return frozenset({self.sender, self.receiver} - {""})


@dataclass
class Context:
    """What carries over from sentence to sentence.

    ``goods`` are those spoken of so far; ``unsure``: a sentence before spoke of trade and was not understood, so that
    *imports* alone may be of its goods. ``undecided``: why a time in the sentence being read is no month that is known, so that none may be carried into it.
    ``level`` is the one amount of the sentence before (a draft). ``voices`` are the sides from which the article tells trade between the same two countries: where it is both,
    ``imports`` without a country could be either's.
    """

    day: str
    source: str = ""
    frame: Frame | None = None
    subject: str = ""
    period: object | None = None
    period_sentence: int = -9
    unit: tuple[str, str] = ("", "")
    sentence: int = 0
    voices: set[tuple[str, str, str]] = field(default_factory=set)
    level: object | None = None
    level_sentence: int = -9
    pairs: set[frozenset[str]] = field(default_factory=set)
    named: frozenset[str] = frozenset()
    undecided: str = ""
    epidemic: bool = False
    goods: set[str] = field(default_factory=set)
    unsure: bool = False


def _member(source: str, frame: Frame) -> str:
    """Return the member of the Union that a trade is told of, where Eurostat is named."""
    if source != "EU27" or "EU27" in frame.pair:
        return source
    from tidewaiter.codes.areas import members

    inside = frame.pair & set(members("EU27", 2022 * 12))
    return next(iter(inside)) if len(inside) == 1 else source


def books(frame: Frame, source: str, named: str = "") -> tuple[str, str, Flow, str] | None:
    """Return in whose books a trade is looked up: reporter, partner, flow, and what was decided.

    A source that the sentence names comes first (``named``); then who tells it; a country that publishes nothing is
    read from the other side. Where only the article names a source (``source``) and it is the other side's, it is not
    clear whose statistics are meant: None.

    Examples
    --------
    >>> books(Frame("CHN", "PRK", "M"), "")[:3]
    ('CHN', 'PRK', <Flow.EXPORT: 'X'>)
    >>> books(Frame("DEU", "KGZ", "M"), "")[:3], books(Frame("DEU", "KGZ", "M"), "DEU", "DEU")[:3]
    (('KGZ', 'DEU', <Flow.IMPORT: 'M'>), ('DEU', 'KGZ', <Flow.EXPORT: 'X'>))
    """
    sender, receiver = frame.sender, frame.receiver
    named = _member(named, frame)
    if not sender or not receiver or sender == receiver:
        return None
    if frame.side == "B":
        reporter = source if source in (sender, receiver) else sender
        if reporter in NON_PUBLISHERS:
            reporter = receiver if reporter == sender else sender
        if reporter in NON_PUBLISHERS or reporter == "W00":
            return None
        return reporter, receiver if reporter == sender else sender, Flow.TWO_WAY, ""
    teller = sender if frame.side == "X" else receiver
    reporter, note = teller, ""
    if named in (sender, receiver) and named != teller:
        reporter, note = named, f"told of {teller}, looked up in the statistics of {named}, which the sentence names"
    elif teller in NON_PUBLISHERS or teller == "W00":
        reporter = receiver if teller == sender else sender
        note = f"told of {teller}, looked up in the statistics of {reporter}"
    elif source in (sender, receiver) and source != teller and named != teller:
        return None
    if reporter in NON_PUBLISHERS or reporter == "W00":
        return None
    if reporter == sender:
        return reporter, receiver, Flow.EXPORT, note
    return reporter, sender, Flow.IMPORT, note
