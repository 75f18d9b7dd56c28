"""Cutting a question into smaller ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

__all__ = ["chunks", "every_hs6", "halves"]

T = TypeVar("T")


def halves(many: Sequence[T]) -> tuple[tuple[T, ...], ...]:
    """Cut a sequence into two, if it has two.

    Examples
    --------
    >>> halves((1, 2, 3))
    ((1, 2), (3,))
    >>> halves((1,))
    ()
    """
    middle = (len(many) + 1) // 2
    return (tuple(many[:middle]), tuple(many[middle:])) if len(many) > 1 else ()


def chunks(many: Sequence[T], size: int) -> tuple[tuple[T, ...], ...]:
    """Cut a sequence into runs of a size at most."""
    return tuple(tuple(many[start : start + size]) for start in range(0, len(many), size))


@cache
def every_hs6() -> tuple[str, ...]:
    """Return every six-digit code of every revision that is known, and the codes that stand for no goods in particular."""
    from tidewaiter.codes import REVISIONS, codes_of

    found = {code for revision in REVISIONS for code in codes_of(revision) if len(code) == 6}
    return tuple(sorted(found | {"999999", "9999AA"}))
