"""Whose figures are no evidence for a claim: its own publisher's, those it re-reports, those that translate it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from tidewaiter.claims.evidence import Docket, cell_terms
from tidewaiter.claims.model import Claim, Kind

__all__ = ["ALIASES", "own_voices", "voices_of"]

ALIASES: Final[dict[str, str]] = {
    "SCMP": "South China Morning Post",
    "Voice of America": "VOA",
    "Radio Free Asia": "RFA",
    "KBS": "KBS World",
    "NHK": "NHK World",
    "NK Pro": "NK News",
    "KCNA": "KCNA",
}
"""Other names of publishers in the tables."""

_NEAR = 7
_MOST = 0.8


def voices_of(claim: Claim, families: Iterable[str]) -> frozenset[str]:
    """Return whose reporting a claim is: its family, its publisher, and every publisher that those names contain.

    ``Yonhap (re-report of SCMP)`` is the voice of both.

    Examples
    --------
    >>> claim = Claim(id="C1", kind=Kind.AMOUNT, publisher="Benzinga (re-report of SCMP)")
    >>> sorted(voices_of(claim, ["South China Morning Post", "Reuters"]))
    ['Benzinga (re-report of SCMP)', 'South China Morning Post']
    """
    names = {claim.family} if claim.family else {claim.publisher}
    found = {name for name in (claim.family, claim.publisher) if name}
    for text in filter(None, names):
        for name, family in [*((one, one) for one in families), *ALIASES.items()]:
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                found.add(family)
    return frozenset(found)


def own_voices(claims: Sequence[Claim], docket: Docket) -> dict[str, tuple[int, int]]:
    """Return the families whose printed figures an article of unknown publisher repeats almost wholly.

    Where no publisher was told, figures in the tables may be those of the very article. A family is taken for its own
    voice if at least three figures that it published within a week of the article, and four fifths of them all, stand
    in the article.

    Returns
    -------
    dict
        Family: how many of its figures the article prints, and how many it published then.
    """
    unknown = [claim for claim in claims if not claim.publisher and not claim.family and claim.published]
    if not unknown:
        return {}
    day = date.fromisoformat(min(claim.published for claim in unknown))
    last = date.fromisoformat(max(claim.latest for claim in unknown))
    said: set[tuple[object, float]] = set()
    for claim in unknown:
        if claim.subject is None or claim.period is None:
            continue
        cells = frozenset(cell_terms(claim.subject, claim.period))
        if claim.kind is Kind.NONE:
            said.add((frozenset(_bare(cell) for cell in cells), 0.0))
        elif claim.kind is Kind.AMOUNT and claim.said is not None:
            said.add((cells, claim.said.value))
        for absent in (claim.base,) if claim.kind is Kind.FIRST and claim.base is not None else ():
            said.add((frozenset(_bare(cell) for cell in cell_terms(claim.subject, absent)), 0.0))
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    pairs = {(claim.subject.reporter, claim.subject.partner): claim.subject for claim in unknown if claim.subject}
    for subject in pairs.values():
        for entry in docket.entries(subject):
            item = entry.item
            if not item.published or not item.family:
                continue
            first, end = date.fromisoformat(item.published), date.fromisoformat(item.published_to)
            if (day - end).days > _NEAR or (first - last).days > _NEAR or (end - first).days > _NEAR:
                continue
            names: frozenset[object] = frozenset(cell for cell, _ in entry.row.terms)
            bare = frozenset(_bare(cell) for cell in names)
            counts[item.family][1] += 1
            counts[item.family][0] += (names, item.value) in said or (entry.zero and (bare, 0.0) in said)
    return {family: (same, every) for family, (same, every) in counts.items() if same >= 3 and same >= _MOST * every}


def _bare(cell: object) -> object:
    """Return a cell without its measure: none is none however it is counted."""
    return (*cell[:4], cell[6])  # type: ignore[index]
