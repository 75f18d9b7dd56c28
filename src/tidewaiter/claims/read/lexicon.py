"""Finding the longest phrase of a table that begins at a token: one look-up a word, however large the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from tidewaiter.claims.read.tokens import Token, tokens

__all__ = ["Lexicon"]

_T = TypeVar("_T")


class Lexicon(Generic[_T]):
    """Phrases and what they mean.

    Phrases in lower case match in any case; a phrase with a capital matches only where the text has it (``US``,
    ``Turkey``, ``May``).

    Examples
    --------
    >>> book = Lexicon([("face masks", 1), ("face", 2)])
    >>> book.at(tokens("Face masks rose"), 0), book.at(tokens("face of it"), 0), book.at(tokens("rose"), 0)
    ((1, 2), (2, 1), None)
    """

    def __init__(self, entries: Iterable[tuple[str, _T]]) -> None:
        # By the first two words: many phrases begin with "the".
        self._table: dict[tuple[str, ...], list[tuple[tuple[str, ...], tuple[str, ...] | None, _T]]] = {}
        for phrase, meaning in entries:
            row = tokens(phrase)
            if not row:
                continue
            lows = tuple(token.low for token in row)
            exact = tuple(token.text for token in row) if phrase != phrase.lower() else None
            self._table.setdefault(lows[:2], []).append((lows, exact, meaning))
        for found in self._table.values():
            found.sort(key=lambda entry: -len(entry[0]))

    def at(self, row: Sequence[Token], place: int) -> tuple[_T, int] | None:
        """Return the meaning of the longest phrase that begins at a token, and how many tokens it spans."""
        first = row[place].low
        pair = (first, row[place + 1].low) if place + 1 < len(row) else (first, "")
        longer, single = self._table.get(pair), self._table.get((first,))
        if longer is None and single is None:
            return None
        for lows, exact, meaning in (*(longer or ()), *(single or ())):
            part = row[place : place + len(lows)]
            if len(part) != len(lows) or any(token.low != low for token, low in zip(part, lows, strict=True)):
                continue
            if exact is not None and any(token.text != text for token, text in zip(part, exact, strict=True)):
                continue
            return meaning, len(lows)
        return None
