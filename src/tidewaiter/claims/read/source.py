"""Whose statistics an article names: ``Chinese customs data``, ``Eurostat``, ``the Korea Customs Service``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from tidewaiter.claims.read.actors import actors_lexicon
from tidewaiter.claims.read.lexicon import Lexicon
from tidewaiter.claims.read.tokens import Token

__all__ = ["named_in", "sources_of"]

_OFFICES: Final = {
    "General Administration of Customs": "CHN", "GACC": "CHN", "Korea Customs Service": "KOR", "Eurostat": "EU27",
    "Census Bureau": "USA", "Federal Customs Service": "RUS", "Ministry of Finance of Japan": "JPN", "Destatis": "DEU",
}  # fmt: skip
_BETWEEN: Final = frozenset(("'s", "official", "government", "trade", "state", "national", "general", "the"))


@cache
def _offices() -> Lexicon[str]:
    return Lexicon(_OFFICES.items())


def sources_of(row: Sequence[Token]) -> set[str]:
    """Return the countries whose customs statistics are named.

    Examples
    --------
    >>> from tidewaiter.claims.read.tokens import tokens
    >>> sources_of(tokens("According to the Chinese customs database, exports rose.")), sources_of(tokens("China rose"))
    ({'CHN'}, set())
    """
    found: set[str] = set()
    for place, token in enumerate(row):
        office = _offices().at(row, place)
        if office is not None:
            found.add(office[0])
        if token.low != "customs" and not (
            token.low == "trade" and place + 1 < len(row) and row[place + 1].low in ("data", "figures", "statistics")
        ):
            continue
        before = place - 1
        while before >= 0 and row[before].low in _BETWEEN and place - before < 5:
            before -= 1
        for length in (1, 2, 3):
            at = before - length + 1
            if at < 0:
                break
            actor = actors_lexicon().at(row, at)
            if actor is not None and actor[1] == length and actor[0].code:
                found.add(actor[0].code)
    return found


def named_in(row: Sequence[Token]) -> frozenset[str]:
    """Return the countries that are named in full, by their adjective or by their capital."""
    found = set()
    for place in range(len(row)):
        actor = actors_lexicon().at(row, place)
        if actor is not None and actor[0].code and not actor[0].epithet:
            found.add(actor[0].code)
    return frozenset(found)
