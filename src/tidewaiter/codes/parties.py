"""One side of a trade as it is asked for: a country, a group with dated membership, or a list of them.

Examples
--------
>>> from tidewaiter.period import month
>>> eu = party("EU", "reporter")
>>> len(eu.members(month("2020-01"))), len(eu.members(month("2020-02")))
(28, 27)
>>> party("DEU, fra").code, party("North Korea").is_one
('DEU,FRA', True)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tidewaiter.codes.areas import all_areas, area, has_members, known_groups, members, membership_turns
from tidewaiter.errors import InputError, NoData, UnknownName
from tidewaiter.period import Period

__all__ = ["Party", "changes_in", "listed", "nothing_added", "overlap_words", "party", "side_name", "who_is_missing"]

_MANY = 8
"""How many countries are named before "all but" is shorter."""


class Party(NamedTuple):
    """Whose books, or with whom.

    Parameters
    ----------
    code
        What it is called in a series: a code, or several with commas between.
    parts
        The codes that were named.
    alone
        Take it by its own rows only, even if it is a group.
    """

    code: str
    parts: tuple[str, ...]
    alone: bool = False

    @property
    def is_one(self) -> bool:
        """Whether it is taken as one area by its own rows: a country, the world, a group whose members are in no table."""
        return self.alone or (len(self.parts) == 1 and not has_members(self.parts[0]))

    @property
    def own(self) -> str:
        """The code under which a publisher may list all of it in rows of its own; empty for a list."""
        return self.parts[0] if len(self.parts) == 1 else ""

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return " + ".join(all_areas()[part].name for part in self.parts)

    def members(self, month: int) -> tuple[str, ...]:
        """Return the countries in it in a month, sorted, each once; none where a group did not exist yet."""
        found: set[str] = set()
        for part in self.parts:
            try:
                found.update(members(part, month) if has_members(part) else (part,))
            except NoData:
                continue
        return tuple(sorted(found))

    def ever(self, period: Period) -> tuple[str, ...]:
        """Return everybody who was in it in any month of a period, sorted."""
        return tuple(sorted({one for month in _turns(self, period) for one in self.members(month)}))

    def words(self, period: Period) -> list[str]:
        """Say who it is in a period, when that changes inside it, and who was named twice."""
        if self.is_one:
            return []
        told = []
        spans = changes_in(self, period)
        for at, (span, there) in enumerate(spans):
            when = f"{self.code} {span.words()}" if len(spans) > 1 else self.code
            if not there:
                told.append(f"{when}: had no members")
                continue
            before = set(spans[at - 1][1]) if at else set(there)
            moved = [f"with {listed(set(there) - before)}"] if set(there) - before and at else []
            moved += [f"without {listed(before - set(there))}"] if before - set(there) else []
            names = f": {listed(there)}" if len(there) <= 2 * _MANY or not at else ""
            change = f" ({', '.join(moved)})" if moved else ""
            told.append(f"{when}: {len(there)} member{'s' if len(there) > 1 else ''}{change}{'' if moved else names}")
        twice = sorted(
            part
            for part in self.parts
            for other in self.parts
            if part != other and has_members(other) and set(_each(part, period)) <= set(_each(other, period))
        )
        if twice:
            told.append(f"{listed(twice)}: in another group that was named; counted once")
        return told


def _each(part: str, period: Period) -> tuple[str, ...]:
    return Party(part, (part,)).ever(period)


def _turns(who: Party, months: Iterable[int]) -> list[int]:
    """Return the first of some months, and those in which anybody came or went."""
    inside = list(months)
    ends = {end for part in who.parts for end in membership_turns(part)}
    return [month for at, month in enumerate(inside) if not at or month in ends]


def changes_in(who: Party, period: Period) -> list[tuple[Period, tuple[str, ...]]]:
    """Return the spans of a period in which membership stays the same, in order, each with its members."""
    found: list[tuple[Period, tuple[str, ...]]] = []
    turns = _turns(who, period)
    for at, first in enumerate(turns):
        last = turns[at + 1] - 1 if at + 1 < len(turns) else period.end
        there = who.members(first)
        if found and found[-1][1] == there:
            found[-1] = (Period(found[-1][0].start, last), there)
        else:
            found.append((Period(first, last), there))
    return found


def party(text: str, kind: str = "partner") -> Party:
    """Find a country, a group, or a list of them with commas between.

    Parameters
    ----------
    text
        What the user typed; names that hold a comma are found as they are.
    kind
        What it is for, named in the error.

    Raises
    ------
    UnknownName
        If one of them is no area; the valid groups are named.
    InputError
        If a list holds an area that cannot be added to others: the world, or a group whose members are in no table.
    """
    try:
        return _of([area(text, kind).code])
    except UnknownName as error:
        pieces = [piece.strip() for piece in text.split(",")]
        if len(pieces) == 1:
            raise _with_groups(error) from None
    if not all(pieces):
        raise InputError(f"--{kind} {text!r}: an empty name in the list; write for example DEU,FRA")
    codes = []
    for piece in pieces:
        try:
            codes.append(area(piece, kind).code)
        except UnknownName as error:
            raise _with_groups(error) from None
    codes = list(dict.fromkeys(codes))
    if len(codes) > 1:
        for code in codes:
            if all_areas()[code].is_group and not has_members(code):
                raise InputError(
                    f"--{kind}: {all_areas()[code].name} ({code}) cannot be added to others: its members are in no table;"
                    f" groups with members: {', '.join(known_groups())}"
                )
    return _of(codes)


def _of(codes: Sequence[str]) -> Party:
    return Party(",".join(codes), tuple(codes))


def _with_groups(error: UnknownName) -> UnknownName:
    """Add to an unknown name which groups there are; what is said of a number or an ambiguous name stands."""
    if not error.valid or error.name.strip().isdigit():
        return error
    return UnknownName(
        error.kind, error.name, error.valid, f"Groups: {', '.join(known_groups())}; several with commas: DEU,FRA"
    )


def listed(codes: Iterable[str]) -> str:
    """Return codes in order with commas."""
    return ", ".join(sorted(codes))


def who_is_missing(missing: Mapping[str, str], whole: Sequence[str]) -> str:
    """Say which members of a group are not known, and why.

    Parameters
    ----------
    missing
        By member, the reason.
    whole
        All members.

    Examples
    --------
    >>> who_is_missing({"LAO": "not known", "MMR": "not known"}, ["BRN", "LAO", "MMR", "VNM"])
    '2 of 4 members known; missing: LAO, MMR (not known)'
    """
    reasons: dict[str, list[str]] = {}
    for one, why in missing.items():
        reasons.setdefault(why, []).append(one)
    told = []
    known = [one for one in whole if one not in missing]
    for why, codes in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(reasons) == 1 and len(codes) > _MANY and len(known) < len(codes):
            told.append(f"all but {listed(known)} ({why})" if known else f"all ({why})")
        else:
            told.append(f"{listed(codes)} ({why})")
    return f"{len(known)} of {len(whole)} members known; missing: {'; '.join(told)}"


def overlap_words(reporter: Party, partner: Party, period: Period) -> list[str]:
    """Say what is inside a group where both sides of a trade share members."""
    both = sorted(set(reporter.ever(period)) & set(partner.ever(period)))
    if not both or (reporter.is_one and partner.is_one):
        return []
    if reporter.is_one or partner.is_one:
        (one,) = both
        group = partner if reporter.is_one else reporter
        return [f"{one} is itself in {group.code}: what is told is its trade with the others"]
    return [
        f"{reporter.code} with {partner.code}: {listed(both)} {'is' if len(both) == 1 else 'are'} on both sides, so trade"
        " between them is in the sum; nobody's trade with itself is"
    ]


def side_name(code: str) -> str:
    """Return the name of a side as it is printed: of an area, or of several with commas between."""
    return " + ".join(all_areas()[part].name if part in all_areas() else part for part in code.split(","))


def nothing_added(who: Party) -> str:
    """Say why nothing was added up for a group: it has no members in the table; empty for anything else."""
    if who.is_one and who.own and all_areas()[who.own].is_group and who.own != "W00":
        return (
            f" (the members of {who.own} are in no table, so none can be added up; groups: {', '.join(known_groups())})"
        )
    if who.is_one:
        return ""
    return f" or of any of its members ({listed(who.ever(Period(2000 * 12, 2100 * 12)))})"
