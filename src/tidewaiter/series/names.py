"""A name for each of many series, held as numbers of a short list of words, so that they are compared and grouped as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np

__all__ = ["Names", "each_in", "joint"]


class Names(Sequence[str]):
    """Texts of which few are different.

    Parameters
    ----------
    words
        Those that occur, each once.
    places
        Integer ``[n]``: which of the words each text is.

    Examples
    --------
    >>> names = Names.of(["DEU", "DEU", "FRA"])
    >>> names[2], names[1:].words, names.places.tolist(), names == ("DEU", "DEU", "FRA")
    ('FRA', ['DEU', 'FRA'], [0, 0, 1], True)
    """

    __slots__ = ("places", "words")

    def __init__(self, words: list[str], places: Any) -> None:
        self.words = words
        self.places = places

    @classmethod
    def of(cls, texts: Sequence[str]) -> Names:
        """Number texts in the order in which they come first; what is numbered already stays as it is."""
        if isinstance(texts, Names):
            return texts
        words: dict[str, int] = {}
        places = np.fromiter((words.setdefault(text, len(words)) for text in texts), np.int32, len(texts))
        return cls(list(words), places)

    def take(self, rows: Any) -> Names:
        """Return those of some rows."""
        return Names(self.words, self.places[rows])

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Names: ...
    def __getitem__(self, at: int | slice) -> str | Names:
        return self.take(at) if isinstance(at, slice) else self.words[self.places[at]]

    def __iter__(self) -> Iterator[str]:
        words = self.words
        return iter([words[place] for place in self.places.tolist()])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Names.of({list(self)!r})"


def each_in(texts: Sequence[str], some: frozenset[str] | set[str]) -> Any:
    """Return for each text whether it is one of some, bool ``[n]``."""
    names = Names.of(texts)
    return np.array([word in some for word in names.words], bool)[names.places]


def joint(columns: Sequence[Sequence[Sequence[str]]]) -> tuple[list[Any], list[tuple[str, ...]]]:
    """Number what several panels have in columns of names, alike in all of them.

    Parameters
    ----------
    columns
        Of each panel the same columns, each with a text for every series.

    Returns
    -------
    tuple
        For each panel int64 ``[n_series]``, numbers in the order in which they come first; and the texts behind each number.

    Examples
    --------
    >>> joint([[["DEU", "FRA"], ["KGZ", "KGZ"]], [["FRA"], ["KGZ"]]])
    ([array([0, 1]), array([1])], [('DEU', 'KGZ'), ('FRA', 'KGZ')])
    """
    lists: list[dict[str, int]] = [{} for _ in columns[0]] if columns else []
    packed = []
    for one in columns:
        numbers: Any = 0
        for words, texts in zip(lists, one, strict=True):
            names = Names.of(texts)
            own = np.array([words.setdefault(word, len(words)) for word in names.words], np.int64)
            # Each list is far below two thousand million words, and two columns are the most that are asked for.
            numbers = (numbers << 31) + own[names.places]
        packed.append(numbers)
    every = np.concatenate(packed) if packed else np.zeros(0, np.int64)
    unique, first, inverse = np.unique(every, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    numbered = rank[inverse.reshape(-1)]
    texts_of = [list(words) for words in lists]
    told = []
    for number in unique[order].tolist():
        told.append(
            tuple(texts_of[at][number >> 31 * (len(lists) - 1 - at) & (1 << 31) - 1] for at in range(len(lists)))
        )
    ends = np.cumsum([len(one) for one in packed])[:-1]
    return np.split(numbered, ends) if packed else [], told
