"""Goods as they are asked for, in the codes of each revision that a period touches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from tidewaiter.codes import hs, lineage
from tidewaiter.errors import InputError
from tidewaiter.model import TOTAL

__all__ = ["GoodsInYears", "as_reported", "codes_in_years", "rows_of_codes"]


class GoodsInYears(NamedTuple):
    """Which codes to add up in each HS revision, and what has to be said of the seams between them.

    ``codes`` is ``None`` for all goods.
    """

    revisions: dict[int, tuple[str, ...] | None]
    caveats: tuple[str, ...]

    def in_year(self, year: int) -> tuple[str, ...] | None:
        """Return the codes of a calendar year."""
        return self.revisions[hs.revision_of(year)]


def codes_in_years(cmd: str | None, basket: str | None, years: Iterable[int]) -> GoodsInYears:
    """Say which codes stand for a code or a basket in some years.

    Parameters
    ----------
    cmd
        A code of 2, 4, 6 or more digits, or ``TOTAL``. Six digits are stitched over a revision; a chapter or heading
        stands for itself, a national line for its own number only.
    basket
        Name or path of a basket, instead.
    years
        Calendar years.

    Raises
    ------
    InputError
        If there is no such code, or basket, or a year that no table covers.
    """
    revisions = sorted({hs.revision_of(year) for year in years})
    if basket:
        from tidewaiter.baskets import load_basket, resolve

        found = {revision: resolve(load_basket(basket), revision) for revision in revisions}
        told = [text for revision in revisions for text in found[revision].caveats()]
        return GoodsInYears({revision: found[revision].codes for revision in revisions}, tuple(dict.fromkeys(told)))
    if not cmd or cmd.upper() == TOTAL:
        return GoodsInYears(dict.fromkeys(revisions), ())
    code = hs.clean(cmd)
    if len(code) < 6:
        if not any(hs.alive(code, revision) for revision in hs.REVISIONS):
            raise InputError(f"{cmd} is not a chapter or heading of HS 2007 to 2022; see: tidewaiter codes search WORD")
        return GoodsInYears(dict.fromkeys(revisions, (code,)), ())
    if len(code) > 6:
        return GoodsInYears(dict.fromkeys(revisions, (code,)), ())
    lives = hs.life(code).revisions
    home = revisions[-1] if revisions[-1] in lives else min(lives, key=lambda one: (abs(one - revisions[-1]), -one))
    plan = lineage.stitch([code], home)
    low, high = min(revisions[0], home), max(revisions[-1], home)
    told = []
    for seam in plan.seams:
        if not low < seam.revision <= high or (seam.kind == "exact" and seam.earlier == seam.later):
            continue
        if seam.kind == "exact":
            told.append(seam.words())
        else:
            group = lineage.closed_group((*seam.earlier, *seam.later), seam.revision)
            told.append(seam.words() + (f" ({group.words()})" if group else ""))
    return GoodsInYears({revision: plan.parts[revision] for revision in revisions}, tuple(told))


def as_reported(codes: Collection[str], digits: Collection[int]) -> tuple[str, ...]:
    """Return the codes to read in a dataset: a heading for all of its six-digit codes, where the dataset has no six digits.

    Parameters
    ----------
    codes
        Codes of 2 to 10 digits, none under another.
    digits
        Lengths of code that the dataset lists.

    Examples
    --------
    >>> as_reported(("310210", "300241"), (4, 8))
    ('310210', '300241')
    >>> as_reported(("100110", "110100"), (4, 8)) == as_reported(("100110", "110100"), (6,))
    False
    """
    if 6 in digits or 4 not in digits:
        return tuple(codes)
    wholes = _whole_headings(set(codes))
    kept = (code[:4] if len(code) == 6 and code[:4] in wholes else code for code in codes)
    return tuple(dict.fromkeys(kept))


def rows_of_codes(rows: Iterable[dict[str, Any]], codes: Collection[str]) -> list[dict[str, Any]]:
    """Keep the rows that make up some codes, each good once.

    Rows of different lengths hold the same goods. For each dataset, reporter and code asked for, the row of the code itself
    is taken, else the rows of the next longer codes under it. Where all codes of a heading
    are asked for and there is no row of six digits, the row of the heading stands for them.

    Parameters
    ----------
    rows
        Rows with ``dataset``, ``reporter`` and ``cmd_code``.
    codes
        Codes of 2 to 10 digits, none under another.

    Returns
    -------
    list of dict
    """
    asked = set(codes)
    lengths = sorted({len(code) for code in asked})
    wholes = _whole_headings(asked)
    under: dict[tuple[str, str, str], dict[int, list[dict[str, Any]]]] = {}
    for row in rows:
        code = row["cmd_code"]
        owner = next((code[:length] for length in lengths if code[:length] in asked), None)
        if owner is None and code not in wholes:
            continue
        if owner is None or (len(owner) == 6 and owner[:4] in wholes):
            owner = code[:4]
        under.setdefault((row["dataset"], row["reporter"], owner), {}).setdefault(len(code), []).append(row)
    kept = []
    for (_, _, owner), levels in sorted(under.items()):
        order = [6, 4] if owner in wholes else [len(owner)]
        level = next(one for one in (*order, *sorted(levels)) if one in levels)
        kept += levels[level]
    return kept


def _whole_headings(asked: set[str]) -> set[str]:
    """Return the headings of which every six-digit code is asked for, in some revision."""
    headings = {code[:4] for code in asked if len(code) == 6}
    found = set()
    for heading in headings:
        inside = {code for code in asked if len(code) == 6 and code[:4] == heading}
        if any(inside == {code for code in hs.codes_of(year) if code[:4] == heading} for year in hs.REVISIONS):
            found.add(heading)
    return found
