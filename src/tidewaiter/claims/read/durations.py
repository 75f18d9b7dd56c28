"""How long: ``in two years``, ``an 18-month high``, ``for the third straight month``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from tidewaiter.claims.read.numerals import number_at
from tidewaiter.claims.read.tokens import Token
from tidewaiter.claims.read.words import word_lexicon

__all__ = ["ORDINALS", "Length", "length_at"]

ORDINALS: Final = {
    word: place
    for place, word in enumerate(
        ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
         "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"], 2,
    )
}  # fmt: skip
_RANKED: Final = frozenset(
    ("highest", "largest", "biggest", "greatest", "most", "strongest", "lowest", "smallest", "least", "weakest", "level",
     "levels", "total", "figure", "volume", "value", "amount", "reading", "tally", "month", "time")
)  # fmt: skip
_SURE: Final = (["more", "than"], ["over"], ["at", "least"])
_ENDS: Final = {"high": "highest", "highs": "highest", "peak": "highest", "low": "lowest", "lows": "lowest"}


class Length(NamedTuple):
    """A length of time: ``tag`` is ``d`` (a duration), ``R`` (a high or low of so long) or ``S`` (a streak)."""

    tag: str
    last: int
    data: Any


def length_at(row: Sequence[Token], at: int) -> Length | None:
    """Read a length of time that begins at a token.

    Examples
    --------
    >>> from tidewaiter.claims.read.tokens import tokens
    >>> for text in ("in more than a year", "in 18 months", "18-month high", "for the third straight month"):
    ...     length_at(tokens(text), 0)
    Length(tag='d', last=5, data=(12, True))
    Length(tag='d', last=3, data=(17, False))
    Length(tag='R', last=4, data=('highest', 17))
    Length(tag='S', last=5, data=(3, ''))
    """
    return _duration(row, at) or _peak(row, at) or _streak(row, at)


def _months(row: Sequence[Token], place: int) -> tuple[int, int] | None:
    """Read ``a year``, ``18 months``: how many months, and the place after it."""
    if place + 1 >= len(row):
        return None
    number = number_at(row, place)
    if row[place].low in ("a", "one") and (number is None or number.last == place + 1):
        count, after = 1, place + 1
    elif number is not None and number.value == int(number.value) and 0 < number.value < 200:
        count, after = int(number.value), number.last
    else:
        return None
    if after < len(row) and row[after].text in ("-", "‑"):
        after += 1
    if after >= len(row) or row[after].low not in ("year", "years", "month", "months"):
        return None
    return count * (12 if row[after].low.startswith("year") else 1), after + 1


def _duration(row: Sequence[Token], at: int) -> Length | None:
    """Read ``in more than a year``, ``in two years``: how long, in whole months at least before the one spoken of."""
    low = row[at].low
    if low not in ("in", "after") and not (low == "for" and at and row[at - 1].low in _RANKED):
        return None
    place, words = at + 1, []
    while place < len(row) and row[place].low in ("more", "than", "over", "at", "least", "nearly", "almost", "about"):
        words.append(row[place].low)
        place += 1
    found = _months(row, place)
    if found is None:
        return None
    months, after = found
    if after < len(row) and row[after].low in ("earlier", "ago", "before", "to", "of", "through", "in", "running"):
        return None
    sure = words in _SURE
    return Length("d", after, (months if sure else months - 1 if not words else 0, sure))


def _peak(row: Sequence[Token], at: int) -> Length | None:
    """Read ``18-month high``, ``three-year low``."""
    found = _months(row, at) if row[at].low != "a" else None
    if found is None or found[1] >= len(row):
        return None
    months, after = found
    if row[after].text in ("-", "‑") and after + 1 < len(row):
        after += 1
    direction = _ENDS.get(row[after].low, "")
    return Length("R", after + 1, (direction, months - 1)) if direction else None


def _streak(row: Sequence[Token], at: int) -> Length | None:
    """Read ``for the third straight month``, ``a third consecutive monthly rise``, ``for three months in a row``."""
    place = at
    while place < len(row) and row[place].low in ("for", "a", "an", "the", "its", "marking", "their", "in"):
        place += 1
    if place >= len(row):
        return None
    low = row[place].low
    length = ORDINALS.get(low, 0)
    if row[place].kind == "ordinal" and low[:-2].isdigit():
        length = int(low[:-2])
    plural = False
    if not length:
        number = number_at(row, place)
        if number is None or number.last != place + 1 or not 1 < number.value < 100 or number.value % 1:
            return None
        length, plural = int(number.value), True
    lows = [token.low for token in row[place + 1 : place + 6]]
    if not lows:
        return None
    if lows[0] in ("straight", "consecutive", "successive"):
        used = 2
    elif lows[:4] in (["month", "in", "a", "row"], ["months", "in", "a", "row"]):
        return Length("S", place + 5, (length, ""))
    elif lows[:2] in (["month", "running"], ["months", "running"]):
        return Length("S", place + 3, (length, ""))
    elif lows[0] == "month" and not plural and place > at:
        # "for a second month", but "extended gains to an eighth month" is too loose to be a run
        return Length("S", place + 2, (length if row[at].low == "for" else 0, ""))
    else:
        return None
    if len(lows) < 2 or lows[1] not in ("month", "months", "monthly"):
        return Length("S", place + used, (0, "")) if not plural else None
    direction, end = "", place + 1 + used
    if end + 1 < len(row) and row[end].low == "of":
        end += 1
    follows = word_lexicon().at(row, end) if end < len(row) else None
    if follows is not None and follows[0][0] in "UD" and (follows[0][1] == "verb"):
        direction, end = ("rise" if follows[0][0] == "U" else "fall"), end + follows[1]
    elif lows[1] == "monthly":
        return Length("S", end, (0, ""))
    elif row[end - 1].low == "of":
        end -= 1
    return Length("S", end, (length, direction))
