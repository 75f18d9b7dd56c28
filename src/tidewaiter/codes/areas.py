"""Reporters and partners: one table of countries and groups, with every publisher's code for them.

A code is ISO 3166-1 alpha-3, or one of the customary extras: ``W00`` the world, ``X1`` bunkers, ``_X`` areas not
specified, ``EU27`` and other groups. What belongs to a group depends on the month: :func:`members`.

Examples
--------
>>> area("north korea").code, area("kp").code, by_scheme("gacc", "109")
('PRK', 'PRK', 'PRK')
>>> by_scheme("eurostat_label", "Ireland (Eire)"), by_scheme("gacc_name", "韩国")
('IRL', 'KOR')
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tidewaiter.codes.tables import read_lines
from tidewaiter.errors import InputError, NoData, UnknownName
from tidewaiter.period import month as month_number
from tidewaiter.period import month_text

__all__ = [
    "SCHEMES", "Area", "all_areas", "area", "area_name", "by_scheme", "has_members", "known_groups", "members",
    "membership_turns", "to_scheme",
]  # fmt: skip

SCHEMES: Final = ("m49", "iso3", "iso2", "gacc", "gacc_name", "census", "eurostat", "eurostat_label", "name")
"""Whose codes :func:`by_scheme` reads."""

_COLUMNS: Final = (
    "code",
    "name",
    "official",
    "zh",
    "ko",
    "m49",
    "iso2",
    "gacc",
    "census",
    "eurostat",
    "kind",
    "aliases",
)

_AMBIGUOUS: Final = {
    "korea": "say 'North Korea' (PRK) or 'South Korea' (KOR)",
    "조선": "say '북한' (PRK) or '한국' (KOR)",
}
"""Names that have misled: they are refused, never guessed."""


_REMARK: Final = re.compile(r" \((?:incl\. |[A-Z]{2}-\d\d/\d{4}|[A-Z]{2}, [A-Z]{2}).*\)\Z")
"""What Eurostat adds to a label: what is included, or the members. Any other remark tells areas apart: Congo (Democratic
Republic of), China (Taiwan)."""


class Area(NamedTuple):
    """A country, a group of countries, or one of the customary extras.

    Parameters
    ----------
    code
        ISO 3166-1 alpha-3 or the customary extra.
    name
        As printed in a sentence: ``North Korea``.
    official
        Its short official name where that differs: ``DPR Korea``.
    zh, ko
        Chinese (as China Customs writes it) and Korean, where known.
    m49, eurostat
        Codes of UN Comtrade and Eurostat; the first is the one they use today.
    iso2, gacc, census
        ISO 3166-1 alpha-2, China Customs, US Census Bureau (Schedule C); empty where there is none.
    kind
        ``country``, ``group``, ``territory``, ``unspecified`` or ``former``.
    aliases
        Other names it is found under.
    """

    code: str
    name: str
    official: str
    zh: str
    ko: str
    m49: tuple[str, ...]
    iso2: str
    gacc: str
    census: str
    eurostat: tuple[str, ...]
    kind: str
    aliases: tuple[str, ...]

    @property
    def is_group(self) -> bool:
        """Whether it holds other areas, so that it must never be summed with them."""
        return self.kind == "group"


def _rows(table: str) -> list[list[str]]:
    """Read a table of this package without its heading."""
    return [line.split("\t") for line in read_lines(table)[1:]]


def _list(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


@lru_cache(maxsize=1)
def all_areas() -> dict[str, Area]:
    """Return every area by its code: groups first, then countries, then the rest."""
    table = {}
    for code, name, official, zh, ko, m49, iso2, gacc, census, eurostat, kind, aliases in _rows("areas.tsv"):
        table[code] = Area(
            code, name, official, zh, ko, _list(m49), iso2, gacc, census, _list(eurostat), kind, _list(aliases)
        )
    return table


def _plain(text: str) -> str:
    """Fold case and runs of white space, so that a name is found however it is typed."""
    return " ".join(text.split()).casefold()


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Map every folded name to its code; a code outranks a name, a printed name outranks an alias."""
    table: dict[str, str] = {}
    areas = all_areas().values()
    for found in areas:
        table[found.code.casefold()] = found.code
    for found in areas:
        for text in (found.iso2, *found.eurostat):
            if text:
                table.setdefault(text.casefold(), found.code)
    for found in areas:
        for text in (found.name, found.official, found.zh, found.ko, *found.aliases):
            if text:
                table.setdefault(_plain(text), found.code)
    return table


@lru_cache(maxsize=len(SCHEMES))
def _scheme(scheme: str) -> dict[str, str]:
    """Map the codes of one publisher to ours."""
    areas = all_areas().values()
    if scheme == "m49":
        return {code: a.code for a in areas for code in a.m49}
    if scheme == "eurostat":
        return {code: a.code for a in areas for code in a.eurostat}
    if scheme == "iso3":
        return {a.code: a.code for a in areas}
    if scheme in ("iso2", "gacc", "census"):
        return {getattr(a, scheme): a.code for a in areas if getattr(a, scheme)}
    if scheme in ("gacc_name", "eurostat_label", "name"):
        return _names()
    raise InputError(f"unknown code scheme {scheme!r}; valid: {', '.join(SCHEMES)}")


def area(text: str, kind: str = "partner") -> Area:
    """Find an area by code, two-letter code, name or alias, in English, Chinese or Korean, in any case.

    Parameters
    ----------
    text
        What the user typed.
    kind
        What it is for, named in the error: ``"partner"``, ``"reporter"``.

    Returns
    -------
    Area

    Raises
    ------
    UnknownName
        If it is no area, or two areas go by that name (``Korea``), or it is a bare number: the same number means
        different countries to different publishers (408 is North Korea to the UN and Bolivia to China Customs).
    """
    plain = _plain(text)
    code = None if plain in _AMBIGUOUS else _names().get(plain)
    if code is None:
        if plain.isdigit():
            # The nearest name would be nearest in digits only.
            raise UnknownName(kind, text, [], _number_hint(plain))
        hint = _AMBIGUOUS.get(plain, "Give an ISO code (PRK, KP) or a name (North Korea)")
        valid = [] if plain in _AMBIGUOUS else [n for a in all_areas().values() for n in (a.code, a.name)]
        raise UnknownName(kind, text, valid, hint)
    return all_areas()[code]


def _number_hint(number: str) -> str:
    """Say whom publishers mean by a number, and what to write in its place."""
    meant = []
    for scheme, whose in (("m49", "the UN"), ("gacc", "China Customs"), ("census", "the US Census Bureau")):
        code = by_scheme(scheme, number)
        if code is not None:
            meant.append(f"{all_areas()[code].name} ({code}) to {whose}")
    why = f"{number} is {', '.join(meant)}" if meant else "no publisher's number for an area that is in the table"
    return f"{why}; a number means different countries to different publishers, so give an ISO code (KGZ, KG) or a name (Kyrgyzstan)"


def area_name(code: str) -> str:
    """Return the name of an area as it is printed in a sentence.

    Raises
    ------
    UnknownName
        If there is no such code.

    Examples
    --------
    >>> area_name("PRK"), area_name("EU27"), area_name("W00")
    ('North Korea', 'EU27', 'World')
    """
    found = all_areas().get(code)
    return found.name if found else area(code, "area code").name


def by_scheme(scheme: str, code: str) -> str | None:
    """Translate a publisher's code or name of an area into ours.

    Parameters
    ----------
    scheme
        One of :data:`SCHEMES`. ``m49`` is read as UN Comtrade uses it (490 is "other Asia, not specified", mostly
        Taiwan; 492 is "Europe EU, not specified", not Monaco); leading zeros do not matter. ``eurostat_label`` takes
        the long labels of Easy Comext; ``gacc_name`` the Chinese names in China Customs' files.
    code
        As the publisher writes it.

    Returns
    -------
    str or None
        ``None`` if the table does not have it: the caller rejects the row, naming the value.

    Examples
    --------
    >>> by_scheme("m49", "408"), by_scheme("gacc", "408"), by_scheme("census", "5790"), by_scheme("eurostat", "EL")
    ('PRK', 'BOL', 'PRK', 'GRC')
    >>> by_scheme("eurostat_label", "Belgium (incl. Luxembourg 'LU' -> 1998)")
    'BEL'
    """
    table = _scheme(scheme)
    code = code.strip()
    if not code:
        return None
    if scheme == "m49":
        return table.get(code.lstrip("0") or "0")
    if scheme in ("eurostat_label", "gacc_name", "name"):
        plain = _plain(code)
        if plain in _AMBIGUOUS:
            return None
        if plain not in table and scheme == "eurostat_label":
            plain = _plain(_REMARK.sub("", code))
        return table.get(plain)
    return table.get(code) or table.get(code.upper())


def to_scheme(scheme: str, code: str) -> str | None:
    """Translate our code of an area into a publisher's; ``None`` where the publisher has none.

    Examples
    --------
    >>> to_scheme("gacc", "PRK"), to_scheme("m49", "USA"), to_scheme("eurostat", "GRC")
    ('109', '842', 'GR')
    """
    if scheme not in ("m49", "iso2", "gacc", "census", "eurostat", "iso3"):
        raise InputError(f"unknown code scheme {scheme!r}; valid: m49, iso3, iso2, gacc, census, eurostat")
    found = all_areas().get(code)
    if found is None:
        return None
    if scheme in ("m49", "eurostat"):
        codes: tuple[str, ...] = getattr(found, scheme)
        return codes[0] if codes else None
    return (found.code if scheme == "iso3" else getattr(found, scheme)) or None


@lru_cache(maxsize=1)
def _memberships() -> dict[str, list[tuple[tuple[str, ...], int, int]]]:
    table: dict[str, list[tuple[tuple[str, ...], int, int]]] = {}
    for group, codes, first, last in _rows("members.tsv"):
        span = (month_number(first) if first else 0, month_number(last) if last else 10**6)
        table.setdefault(group, []).append((_list(codes), *span))
    return table


def has_members(code: str) -> bool:
    """Tell whether an area is a group whose members are in the table."""
    return code in _memberships()


def known_groups() -> tuple[str, ...]:
    """Return the groups whose members are in the table, sorted."""
    return tuple(sorted(_memberships()))


def membership_turns(code: str) -> frozenset[int]:
    """Return the months in which somebody came into a group, or had just left it; nothing for a country."""
    spans = _memberships().get(code, [])
    return frozenset(end for _, first, last in spans for end in (first, last + 1))


def members(group: str, month: int) -> tuple[str, ...]:
    """Return who belonged to a group in a month.

    Parameters
    ----------
    group
        Code of the group: ``EU`` follows accession and exit, ``EU27`` and ``EU28`` are Eurostat's fixed lists.
    month
        Month number (:mod:`tidewaiter.period`).

    Returns
    -------
    tuple of str
        Codes, sorted; a country is its own only member.

    Raises
    ------
    UnknownName
        If there is no such area.
    NoData
        If its members are not in the table, or it did not exist in that month.

    Examples
    --------
    >>> "GBR" in members("EU", month_number("2020-01")), "GBR" in members("EU", month_number("2020-02"))
    (True, False)
    >>> len(members("EU27", month_number("2022-09")))
    27
    """
    found = area(group, "group of countries")
    if not found.is_group:
        return (found.code,)
    table = _memberships()
    if found.code not in table:
        raise NoData(f"the members of {found.name} are not in the table; known groups: {', '.join(sorted(table))}")
    present = sorted(code for codes, first, last in table[found.code] if first <= month <= last for code in codes)
    if not present:
        raise NoData(f"{found.name} had no members in {month_text(month)}; ask for a later month")
    return tuple(present)
