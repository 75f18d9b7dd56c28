"""The Harmonized System from HS 2007 to HS 2022: which codes live when, and what each descends from.

A code's *predecessors* are the codes of the revision before that its goods came from, as UNSD's correlation tables list
them; the *main* one is the one UNSD's conversion table chooses (for HS 2022), else its own number, else a rule of thumb
that is said so. What UNSD does not list is a declared line with its reason, in ``hs_declared.tsv``.

A revision counts from 1 January of its year. Some countries adopt one later; what a publisher used is in its files.

Examples
--------
>>> life("300241").born, life("382200").died
(2022, 2022)
>>> [one.code for one in predecessors("300241", 2022)]
['300220']
>>> alive("851713", "HS 2017"), alive("851713", 2022), alive("85171300", "CN 2021")
(False, True, False)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tidewaiter.codes.tables import read_lines
from tidewaiter.errors import InputError, UnknownName
from tidewaiter.model import TOTAL

__all__ = [
    "NEXT_REVISION",
    "REVISIONS",
    "Life",
    "Link",
    "alive",
    "codes_of",
    "life",
    "line_status",
    "predecessors",
    "revision_of",
    "successors",
]

REVISIONS: Final = (2007, 2012, 2017, 2022)
"""The revisions in the tables, by the year they took effect."""

_COMTRADE: Final = {"H0": 1992, "H1": 1996, "H2": 2002, "H3": 2007, "H4": 2012, "H5": 2017, "H6": 2022}
NEXT_REVISION: Final = 2028
"""The year in which the next revision takes effect; what it changes is in no table yet."""

_YEAR: Final = re.compile(r"\b(19|20)\d\d\b", re.ASCII)
_NAMED: Final = re.compile(r"HS ?(\d{4})\Z", re.ASCII | re.IGNORECASE)


class Life(NamedTuple):
    """When a six-digit code is in force.

    Parameters
    ----------
    code
        The code.
    revisions
        The revisions that have it.
    born
        The revision it first appears in, or ``None`` if it is in the oldest table: born in 2007 or before.
    died
        The revision that no longer has it, or ``None`` if it lives.
    changed
        Revisions in which it kept its number while goods came or went.
    reused
        Those of them in which the number was given to other goods: nothing of it comes from its own number.
    """

    code: str
    revisions: tuple[int, ...]
    born: int | None
    died: int | None
    changed: tuple[int, ...]
    reused: tuple[int, ...] = ()


class Link(NamedTuple):
    """One code that another came from, or became.

    Parameters
    ----------
    code
        The other code.
    main
        Whether it is the one a conversion follows.
    basis
        Who says so: ``UNSD correlation``, ``UNSD conversion``, or ``declared`` (with the reason in ``note``).
    note
        The reason of a declared line.
    """

    code: str
    main: bool
    basis: str
    note: str = ""


class Tables(NamedTuple):
    """The lineage as read; ``back`` and ``ahead``, a dict a step, leave out "the same number and nothing else"."""

    alive: dict[str, str]
    back: tuple[dict[str, tuple[str, ...]], ...]
    ahead: tuple[dict[str, tuple[str, ...]], ...]
    reasons: dict[tuple[int, str, str], str]


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Read the lineage; only what is not "same number, nothing else" is kept, so that it stays small."""
    living: dict[str, str] = {}
    back: tuple[dict[str, tuple[str, ...]], ...] = ({}, {}, {})
    for line in read_lines("hs_lineage.tsv")[1:]:
        code, mask, *cells = line.split("\t")
        living[code] = mask
        for step, cell in enumerate(cells):
            if cell:
                back[step][code] = back[step][cell[1:]] if cell[0] == "=" else tuple(cell.split())
    reasons: dict[tuple[int, str, str], str] = {}
    for line in read_lines("hs_declared.tsv")[1:]:
        revision, before, after, joins, reason = line.split("\t")
        links = back[REVISIONS.index(int(revision)) - 1]
        for code in after.split():
            reasons[int(revision), before, code] = reason
            unsd = links.get(code, (code,))
            links[code] = (before, *unsd) if joins == "main" else (*unsd, before)
    ahead: list[dict[str, tuple[str, ...]]] = []
    for step, links in enumerate(back):
        turned: dict[str, list[str]] = {}
        for code, earlier in links.items():
            for other in earlier:
                turned.setdefault(other, []).append(code)
        for code, later in turned.items():
            # An empty cell means that the later code came from its own number: that link is put back here.
            if code not in links and living[code][step] == living[code][step + 1] == "1":
                later.append(code)
            later.sort(key=lambda other, code=code: (other != code, other))  # type: ignore[misc]
        ahead.append({code: tuple(later) for code, later in turned.items()})
    return Tables(living, back, tuple(ahead), reasons)


def revision_of(classification: str | int) -> int:
    """Return the HS revision that a classification or a year rests on.

    Parameters
    ----------
    classification
        A year (``2021``), or a name with a year in it: ``HS 2017``, ``HS2017``, ``CN 2022``, ``GACC 2022``; or UN
        Comtrade's ``H5``.

    Raises
    ------
    InputError
        If there is no year in it, it lies before the oldest table or after the newest, or it names an HS revision that
        there never was (``HS 2015``).

    Examples
    --------
    >>> revision_of("HS 2017"), revision_of(2021), revision_of("CN 2022"), revision_of("H4")
    (2017, 2017, 2022, 2012)
    """
    text = str(classification).strip()
    year = _COMTRADE.get(text.upper())
    if year is None:
        found = _YEAR.search(re.sub(r"(?<=[A-Za-z])(?=\d)", " ", text))
        if not found:
            raise InputError(f"no HS revision in {text!r}; write for example 'HS 2022', 'CN 2022' or a year")
        year = int(found[0])
        named = _NAMED.match(text)
        if named and year not in REVISIONS and REVISIONS[0] < year < NEXT_REVISION:
            raise InputError(f"there is no revision {text!r}; valid: {', '.join(f'HS {one}' for one in REVISIONS)}")
    if year < REVISIONS[0]:
        raise InputError(
            f"{text!r} is before HS {REVISIONS[0]}, the oldest revision in the tables; ask for a later year"
        )
    if year >= NEXT_REVISION:
        raise InputError(
            f"{text!r} is after HS {REVISIONS[-1]}, the newest revision in the tables: HS {NEXT_REVISION} takes effect on"
            f" 1 January {NEXT_REVISION}; ask for an earlier year"
        )
    return max(revision for revision in REVISIONS if revision <= year)


def _column(revision: int) -> int:
    if revision not in REVISIONS:
        raise InputError(f"no HS revision {revision}; valid: {', '.join(map(str, REVISIONS))}")
    return REVISIONS.index(revision)


@lru_cache(maxsize=8)
def codes_of(revision: int) -> tuple[str, ...]:
    """Return the six-digit codes of a revision, sorted."""
    column = _column(revision)
    return tuple(code for code, mask in tables().alive.items() if mask[column] == "1")


@lru_cache(maxsize=8)
def _groups_of(revision: int) -> frozenset[str]:
    """Return the chapters and headings of a revision: those with a living code."""
    there = codes_of(revision)
    return frozenset({code[:2] for code in there} | {code[:4] for code in there})


def clean(code: str) -> str:
    """Return a code as digits only: ``3002.41`` and ``6307 9010`` lose their marks.

    Raises
    ------
    InputError
        If it is not 2 to 10 digits.
    """
    digits = re.sub(r"[. ]", "", code)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (2, 4, 5, 6, 7, 8, 9, 10):
        raise InputError(f"not a commodity code: {code!r}; give 2, 4, 6 or 8 digits, for example 300241")
    return digits


def alive(code: str, classification: str | int) -> bool:
    """Tell whether a code is in force in a classification or a year.

    A national line (more than six digits) is alive as far as its first six digits are: ``False`` is proved,
    ``True`` says only that the line may exist (see :func:`line_status`).

    Parameters
    ----------
    code
        2, 4, 6 or more digits; ``TOTAL`` is always alive.
    classification
        See :func:`revision_of`.

    Raises
    ------
    InputError
        If it is no such code (some publishers hide goods under codes with letters), or no such classification.
    """
    revision = revision_of(classification)
    if code == TOTAL:
        return True
    digits = clean(code)
    if len(digits) < 6:
        return digits[:4] in _groups_of(revision)
    mask = tables().alive.get(digits[:6])
    return mask is not None and mask[_column(revision)] == "1"


def line_status(code: str, classification: str | int) -> str:
    """Say what is known of a national line: ``not alive``, or ``prefix known, line not known``.

    No country's own table of lines is shipped, so a living prefix is all that can be said; for six digits and fewer the
    answer is ``alive`` or ``not alive``.

    Examples
    --------
    >>> line_status("85171300", 2021), line_status("85171300", 2022), line_status("851713", 2022)
    ('not alive', 'prefix known, line not known', 'alive')
    """
    if not alive(code, classification):
        return "not alive"
    return "alive" if len(clean(code)) <= 6 else "prefix known, line not known"


def known(code: str) -> str:
    """Return a six-digit code of any revision as digits.

    Raises
    ------
    UnknownName
        If no revision has it.
    """
    digits = clean(code)[:6]
    if digits not in tables().alive:
        near = [other for other in tables().alive if other[:4] == digits[:4]]
        raise UnknownName("commodity code", code, near, "Find one with: tidewaiter codes search WORD")
    return digits


@lru_cache(maxsize=4096)
def predecessors(code: str, revision: int) -> tuple[Link, ...]:
    """Return what a code of a revision came from in the revision before, the main one first.

    Empty for the oldest revision and for a code that is not alive in it.
    """
    column, table = _column(revision), tables()
    if column == 0 or table.alive.get(code, "0000")[column] == "0":
        return ()
    earlier = table.back[column - 1].get(code, (code,))
    basis = "UNSD conversion" if revision == 2022 and len(earlier) > 1 else "UNSD correlation"
    return tuple(_link(other, code, revision, n == 0, basis) for n, other in enumerate(earlier))


def _link(code: str, other: str, revision: int, main: bool, basis: str, *, ahead: bool = False) -> Link:
    """Make a link, saying so where a declared line and not UNSD is its basis."""
    note = tables().reasons.get((revision, other, code) if ahead else (revision, code, other), "")
    return Link(code, main, "declared" if note else basis, note)


@lru_cache(maxsize=4096)
def successors(code: str, revision: int) -> tuple[Link, ...]:
    """Return what a code of a revision became in the next one; empty for the newest, or where it is not alive.

    ``main`` marks the later codes that a conversion leads back to this one.
    """
    column, table = _column(revision), tables()
    if column == len(REVISIONS) - 1 or table.alive.get(code, "0000")[column] == "0":
        return ()
    later = REVISIONS[column + 1]
    back = table.back[column]
    return tuple(
        _link(other, code, later, back.get(other, (other,))[0] == code, "UNSD correlation", ahead=True)
        for other in table.ahead[column].get(code, (code,))
    )


@lru_cache(maxsize=8)
def declared_in(revision: int) -> frozenset[str]:
    """Return the codes of a revision that a declared line joins to an earlier one."""
    before = set(codes_of(REVISIONS[_column(revision) - 1]))
    links = tables().back[_column(revision) - 1]
    return frozenset(
        after
        for year, old, after in tables().reasons
        if year == revision and old in before and old in links.get(after, (after,))
    )


def life(code: str) -> Life:
    """Return when a six-digit code is in force, and when it changed its content.

    Raises
    ------
    UnknownName
        If no revision has it.
    """
    code = known(code)
    mask = tables().alive[code]
    revisions = tuple(year for year, there in zip(REVISIONS, mask, strict=True) if there == "1")
    born = None if revisions[0] == REVISIONS[0] else revisions[0]
    after = [year for year in REVISIONS if year > revisions[-1]]
    changed = tuple(year for year in revisions if _changed(code, year))
    reused = tuple(year for year in changed if code not in [link.code for link in predecessors(code, year)])
    return Life(code, revisions, born, after[0] if after else None, changed, reused)


def _changed(code: str, revision: int) -> bool:
    """Whether a code kept its number on entering a revision, but not its goods."""
    column = _column(revision)
    if column == 0 or tables().alive[code][column - 1] == "0":
        return False
    back = [link.code for link in predecessors(code, revision)]
    ahead = [link.code for link in successors(code, REVISIONS[column - 1])]
    return back != [code] or ahead != [code]
