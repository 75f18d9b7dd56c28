"""Following goods across a break of codes: seams, stitching, closed groups.

A *seam* joins the codes that hold certain goods before a revision to those that hold them after it, and says how well:

``exact``
    the same goods: what is summed before is what is summed after.
``primary``
    one side holds the goods whole, and others too: the wider code is followed, the others are listed.
``partial``
    the goods are spread over codes that also hold others; only the main one is followed, as UNSD's conversion does, and
    what is left out is listed.

Sets of codes are stitched as sets, so that a basket or a heading whose codes only swap goods among themselves keeps an
exact seam, and no code is counted twice.

Examples
--------
>>> seam(("300241",), 2022).kind, seam(("382290",), 2022).kind, seam(("382212",), 2022).kind
('exact', 'primary', 'partial')
>>> plan = stitch(("300241",), "HS 2022")
>>> plan.parts[2017], plan.parts[2012]
(('300220',), ('300220',))
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final, NamedTuple

from tidewaiter.codes import hs
from tidewaiter.errors import InputError

__all__ = ["Group", "Seam", "Step", "Stitch", "closed_group", "seam", "seam_ahead", "stitch", "trace"]

CLOSED_LIMIT: Final = 25
"""Closed groups beyond this many codes chain through half the nomenclature and are not offered."""

_CATCH_ALL: Final = 25
"""A later code that took goods from more codes than this (electrical waste, flat panels) says little of each."""


class Seam(NamedTuple):
    """How goods are followed across 1 January of a revision's year.

    Parameters
    ----------
    revision
        The later revision.
    earlier, later
        The codes that are summed before and after.
    kind
        ``exact``, ``primary`` or ``partial``.
    left_out
        Codes on the far side that hold some of the goods too, and are not followed.
    also_holds
        Codes on the near side that the followed codes share goods with: the far side is wider by these.
    basis
        Who says so: ``UNSD correlation``, ``UNSD conversion``, ``declared``, or ``rule of thumb`` for a main
        predecessor that no table names.
    minor
        Whether all that keeps the seam from being exact is catch-all codes such as 8549 (electrical waste), which took
        a little from hundreds of codes.
    """

    revision: int
    earlier: tuple[str, ...]
    later: tuple[str, ...]
    kind: str
    left_out: tuple[str, ...] = ()
    also_holds: tuple[str, ...] = ()
    basis: str = "UNSD correlation"
    minor: bool = False

    def words(self) -> str:
        """Describe the seam in a sentence, the way a caveat prints it."""
        same = self.earlier == self.later
        joined = _some(self.later) if same else f"{_some(self.earlier)} -> {_some(self.later)}"
        if self.kind == "none":
            return f"HS {self.revision}: no table says what became of {_some(self.earlier)}; it cannot be followed"
        text = f"HS {self.revision}: {joined}, {self.kind} ({self.basis})"
        if self.minor:
            return text + "; only catch-all codes such as electrical waste (8549) stand between this and exact"
        if self.also_holds:
            text += f"; shared with {_some(self.also_holds)}"
        if self.left_out:
            text += f"; not followed: {_some(self.left_out)}"
        return text


class Stitch(NamedTuple):
    """Which codes to sum under each revision, and the seams between them."""

    revision: int
    parts: dict[int, tuple[str, ...]]
    seams: tuple[Seam, ...]

    @property
    def kind(self) -> str:
        """The weakest seam: ``exact``, ``primary`` or ``partial``; ``none`` where the goods cannot be followed."""
        kinds = [one.kind for one in self.seams]
        return next((kind for kind in ("none", "partial", "primary") if kind in kinds), "exact")

    def codes_in(self, year: int) -> tuple[str, ...]:
        """Return the codes to sum in a calendar year."""
        return self.parts[hs.revision_of(year)]


class Step(NamedTuple):
    """One link of a trace: a code of one revision and a code of the next.

    ``relation`` is earlier to later: ``1:n`` where a code split, ``n:1`` where codes merged, ``n:n`` where both.
    """

    revision: int
    before: str
    after: str
    relation: str
    main: bool
    basis: str
    note: str


class Group(NamedTuple):
    """Codes that exchange goods only among themselves across a revision: summed, both sides hold the same goods."""

    revision: int
    earlier: tuple[str, ...]
    later: tuple[str, ...]

    def words(self) -> str:
        """Offer the group, as a caveat prints it."""
        return f"HS {self.revision}: {' + '.join(self.earlier)} = {' + '.join(self.later)} would compare exactly"


def _some(codes: tuple[str, ...], limit: int = 6) -> str:
    shown = " + ".join(codes[:limit])
    return shown if len(codes) <= limit else f"{shown} and {len(codes) - limit} more"


def _column(revision: int) -> int:
    """Return the place of a revision that has one before it.

    Raises
    ------
    InputError
        If it has none.
    """
    if revision not in hs.REVISIONS[1:]:
        raise InputError(
            f"no step to HS {revision} in the tables; valid: {', '.join(f'HS {one}' for one in hs.REVISIONS[1:])}"
        )
    return hs.REVISIONS.index(revision)


def _back(code: str, revision: int) -> tuple[str, ...]:
    """Return the codes of the revision before that a code of ``revision`` came from, the main one first."""
    return hs.tables().back[hs.REVISIONS.index(revision) - 1].get(code) or (code,)


def _ahead(code: str, revision: int) -> tuple[str, ...]:
    """Return the codes of ``revision`` that a code of the revision before it became, as far as they are stitched."""
    column = _column(revision)
    found = hs.tables().ahead[column - 1].get(code)
    if found is None:
        return (code,) if hs.tables().alive[code][column] == "1" else ()
    return found


def _touched(codes: frozenset[str], revision: int) -> frozenset[str]:
    """Return those of the codes, on either side of a revision, that it did not leave exactly as they were."""
    column = _column(revision)
    table = hs.tables()
    return frozenset(
        code
        for code in codes
        if code in table.back[column - 1]
        or code in table.ahead[column - 1]
        or table.alive[code][column - 1 : column + 1] != "11"
    )


def _all_alive(codes: Iterable[str], revision: int) -> frozenset[str]:
    """Return the codes as a set.

    Raises
    ------
    InputError
        If one is not a six-digit code of the revision.
    """
    found = frozenset(codes)
    column, alive = hs.REVISIONS.index(revision), hs.tables().alive
    dead = sorted(code for code in found if alive.get(code, "0000")[column] != "1")
    if dead:
        raise InputError(f"{dead[0]} is not a code of HS {revision}; see: tidewaiter codes show {dead[0]}")
    return found


def _is_catch_all(code: str, revision: int) -> bool:
    return len(_back(code, revision)) > _CATCH_ALL


def _inside(code: str, revision: int, later: frozenset[str]) -> bool:
    """Whether what a code became lies within a set, catch-all codes aside."""
    became = _ahead(code, revision)
    if later.issuperset(became):
        return True
    main = [s for s in became if s == code or not _is_catch_all(s, revision)]
    return bool(main) and later.issuperset(main)


def seam(codes: Iterable[str], revision: int) -> Seam:
    """Follow a set of codes of a revision back into the revision before.

    Parameters
    ----------
    codes
        Six-digit codes alive in ``revision``.
    revision
        The later revision, 2012 or newer.

    Returns
    -------
    Seam
    """
    _column(revision)
    later = _all_alive(codes, revision)
    touched = _touched(later, revision)
    plain = later - touched
    reach = plain.union(p for code in touched for p in _back(code, revision))
    inside = plain.union(p for p in reach - plain if _inside(p, revision, later))
    main = plain.union(_back(code, revision)[0] for code in touched)
    follow = inside | main
    left_out = reach - follow
    also = {s for p in follow - plain for s in _ahead(p, revision)} - later
    real = {code for code in also if not _is_catch_all(code, revision)}
    several = any(len(_back(code, revision)) > 1 and _back(code, revision)[0] not in inside for code in touched)
    kind = "partial" if left_out else "primary" if also else "exact"
    basis = _basis(later, revision, several)
    minor = bool(also) and not real and not left_out
    return Seam(revision, _sorted(follow), _sorted(later), kind, _sorted(left_out), _sorted(also, real), basis, minor)


def _sorted(codes: Iterable[str], first: Iterable[str] = ()) -> tuple[str, ...]:
    """Sort codes, those that matter before the catch-all codes."""
    ahead = set(first)
    return tuple(sorted(codes, key=lambda code: (code not in ahead, code)))


def seam_ahead(codes: Iterable[str], revision: int) -> Seam:
    """Follow a set of codes of the revision before into ``revision``.

    Returns
    -------
    Seam
        ``left_out`` are codes of ``revision`` that took some of the goods and are not followed, ``also_holds`` earlier
        codes whose goods the followed ones hold too. ``kind`` is ``none``, with nothing to sum after, where no table
        says what the codes became; the declared lines of :func:`tidewaiter.codes.hs.successors` may.
    """
    earlier = _all_alive(codes, hs.REVISIONS[_column(revision) - 1])
    touched = _touched(earlier, revision)
    plain = earlier - touched
    reach = plain.union(s for code in touched for s in _ahead(code, revision))
    inside = plain.union(s for s in reach - plain if earlier.issuperset(_back(s, revision)))
    main = plain.union(
        s
        for s in reach - plain
        if _back(s, revision)[0] in earlier and (s in earlier or not _is_catch_all(s, revision))
    )
    follow: set[str] | frozenset[str] = inside | main
    lost = any(not _ahead(code, revision) for code in touched)
    if not follow:
        # Nothing is led back to these codes: follow what they went into, catch-all codes only in their own heading.
        headings = {code[:4] for code in earlier}
        follow = {s for s in reach if not _is_catch_all(s, revision) or s[:4] in headings}
    left_out = reach - follow
    real = {code for code in left_out if not _is_catch_all(code, revision)}
    also = {p for s in follow - plain for p in _back(s, revision)} - earlier
    if not follow:
        kind = "none"
    elif lost or real:
        kind = "partial"
    else:
        kind = "primary" if left_out or also else "exact"
    several = any(len(_back(s, revision)) > 1 for s in follow - inside)
    minor = kind == "primary" and not also
    basis = _basis(follow, revision, several)
    return Seam(revision, _sorted(earlier), _sorted(follow), kind, _sorted(left_out, real), _sorted(also), basis, minor)


def _basis(later: Iterable[str], revision: int, several: bool) -> str:
    """Name who says which code is the main one, the weakest first."""
    joined = hs.declared_in(revision)
    if any(code in joined for code in later):
        return "declared"
    if not several:
        return "UNSD correlation"
    if revision == 2022:
        return "UNSD conversion"
    own = all(_back(code, revision)[0] == code for code in later if len(_back(code, revision)) > 1)
    return "UNSD correlation, own number kept" if own else "rule of thumb"


def stitch(codes: Iterable[str], classification: str | int, to: int | None = None) -> Stitch:
    """Say which codes to sum under each revision so that a series goes on over the breaks.

    Parameters
    ----------
    codes
        Codes of two, four or six digits, alive in ``classification``; a chapter or heading stands for its codes.
    classification
        As in :func:`tidewaiter.codes.hs.revision_of`.
    to
        Stop at this revision; by default all are covered.

    Returns
    -------
    Stitch

    Raises
    ------
    InputError
        If a code is not alive in the classification; the message says when it is.
    """
    revision = hs.revision_of(classification)
    start = expand(codes, revision)
    parts = {revision: start}
    seams: list[Seam] = []
    at = hs.REVISIONS.index(revision)
    low, high = (hs.REVISIONS[0], hs.REVISIONS[-1]) if to is None else sorted((revision, to))
    for year in reversed([year for year in hs.REVISIONS[1 : at + 1] if year > low]):
        joined = seam(parts[year], year)
        seams.insert(0, joined)
        parts[hs.REVISIONS[hs.REVISIONS.index(year) - 1]] = joined.earlier
    for before, year in zip(hs.REVISIONS[at:], hs.REVISIONS[at + 1 :], strict=False):
        if year > high:
            break
        joined = seam_ahead(parts[before], year)
        seams.append(joined)
        parts[year] = joined.later
    return Stitch(revision, dict(sorted(parts.items())), tuple(seams))


def expand(codes: Iterable[str], revision: int) -> tuple[str, ...]:
    """Return the six-digit codes of a revision that lie under the given codes, each once, sorted.

    Raises
    ------
    InputError
        If a code has nothing alive under it; the message says when it is, or what exists.
    """
    found: set[str] = set()
    every = hs.codes_of(revision)
    for given in codes:
        code = hs.clean(given)[:6]
        # The codes under a prefix stand together in the sorted list.
        under = every[bisect_left(every, code) : bisect_left(every, code + ":")]
        if not under:
            when = ""
            if len(code) == 6:
                when = "; it is in HS " + ", ".join(map(str, hs.life(code).revisions))
            raise InputError(f"{given} is not a code of HS {revision}{when}; see: tidewaiter codes show {code}")
        found.update(under)
    return tuple(sorted(found))


def trace(code: str, start: int, to: int) -> tuple[Step, ...]:
    """List every link from a code to its successors (or predecessors, if ``to`` is the older) step by step.

    Parameters
    ----------
    code
        Six digits, alive in ``start``.
    start, to
        Revisions (:data:`tidewaiter.codes.hs.REVISIONS`).

    Returns
    -------
    tuple of Step
        In the direction asked for; empty if both are the same.

    Raises
    ------
    InputError
        If the code is not alive in ``start``.
    """
    for year in (start, to):
        if year not in hs.REVISIONS:
            raise InputError(f"no HS revision {year}; valid: {', '.join(map(str, hs.REVISIONS))}")
    (code,) = expand([hs.known(code)], start)
    first, last = hs.REVISIONS.index(start), hs.REVISIONS.index(to)
    steps: list[Step] = []
    frontier = [code]
    if last >= first:
        for before, year in zip(hs.REVISIONS[first:last], hs.REVISIONS[first + 1 : last + 1], strict=True):
            for old in frontier:
                steps += [_step(old, link.code, year, link) for link in hs.successors(old, before)]
            frontier = sorted({step.after for step in steps if step.revision == year})
    else:
        for year in reversed(hs.REVISIONS[last + 1 : first + 1]):
            for new in frontier:
                steps += [_step(link.code, new, year, link) for link in hs.predecessors(new, year)]
            frontier = sorted({step.before for step in steps if step.revision == year})
    return tuple(steps)


def _step(before: str, after: str, revision: int, link: hs.Link) -> Step:
    old = hs.REVISIONS[hs.REVISIONS.index(revision) - 1]
    left = "1" if [one.code for one in hs.predecessors(after, revision)] == [before] else "n"
    right = "1" if [one.code for one in hs.successors(before, old)] == [after] else "n"
    return Step(revision, before, after, f"{left}:{right}", link.main, link.basis, link.note)


def closed_group(codes: str | Iterable[str], revision: int, limit: int = CLOSED_LIMIT) -> Group | None:
    """Return the smallest set of codes around some that exchanges goods with no other across a revision.

    Parameters
    ----------
    codes
        A code, or several, of ``revision`` or of the revision before it.
    revision
        The later revision, 2012 or newer.
    limit
        Largest number of different codes, both sides together.

    Returns
    -------
    Group or None
        ``None`` if it would be larger than ``limit``, or no code of one side is known.
    """
    before = hs.REVISIONS[_column(revision) - 1]
    given = [hs.known(code) for code in ([codes] if isinstance(codes, str) else codes)]
    later = {code for code in given if hs.alive(code, revision)}
    earlier = {code for code in given if hs.alive(code, before)} - later
    todo = [(one, True) for one in later] + [(one, False) for one in earlier]
    while todo:
        one, is_later = todo.pop()
        reach = _back(one, revision) if is_later else _ahead(one, revision)
        side = earlier if is_later else later
        fresh = [other for other in reach if other not in side]
        side.update(fresh)
        if len(earlier | later) > limit:
            return None
        todo += [(other, not is_later) for other in fresh]
    return Group(revision, tuple(sorted(earlier)), tuple(sorted(later))) if earlier and later else None
