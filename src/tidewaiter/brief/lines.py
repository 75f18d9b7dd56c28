"""Commodity codes as subjects of a brief: what a heading or a line is called, what it holds, in which months it exists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tidewaiter.codes import hs
from tidewaiter.codes.texts import text_of
from tidewaiter.errors import UnknownName
from tidewaiter.findings.find import Subject
from tidewaiter.model import TOTAL, Figure
from tidewaiter.period import Period
from tidewaiter.sources.figures import goods
from tidewaiter.sources.headings import heading_context, heading_phrase

__all__ = ["HEADING", "code_subject", "life_of", "lives_of", "without_row"]

HEADING = 4
"""Digits of a heading of the Harmonized System."""
_SUBHEADING = 6
_MOST_TEXT = 70
_SHORT_TEXT = 45
_MOST_CODES = 60

FIRST_MONTH, LAST_MONTH = 1900 * 12, 2199 * 12 + 11
"""Ends of a life that is open."""


def code_subject(code: str, figures: Sequence[Figure], *, members: str = "members") -> Subject:
    """Return the subject of a commodity code.

    Parameters
    ----------
    code
        A heading (4 digits), a subheading (6), a national line (longer), or all goods.
    figures
        Those of the brief; the subject has the series of the code among them.
    members
        The caveat of sums over the members of a group; empty where they are none.
    """
    keys = tuple(sorted({figure.key for figure in figures if figure.key.cmd == code}))
    added = (members,) if members else ()
    if code == TOTAL:
        whole = goods()["total"]
        return Subject(id="total", title=whole.title, phrase=whole.phrase, context=whole.context, keys=keys, kind="total",
                       caveats=added)  # fmt: skip
    name, phrase, context = _called(code)
    life = life_of(code)
    notes: tuple[str, ...] = ()
    if life is not None:
        born = life.start > FIRST_MONTH
        change = f"came into being on 1 January {life.start // 12}" if born else f"ended with December {life.end // 12}"
        kind = "Heading" if len(code) == HEADING else "Code"
        notes = (f"{kind} {code} {change}: on the other side of that date its goods are counted under other codes.",)
    return Subject(
        id=code,
        title=f"{name[:1].upper()}{name[1:]} ({code})",
        phrase=phrase,
        context=context,
        keys=keys,
        caveats=(*(("headings",) if len(code) == HEADING else ()), *added),
        notes=notes,
        born=life.start if life is not None and life.start > FIRST_MONTH else None,
    )


def _called(code: str) -> tuple[str, str, str]:
    """Return the name of a code, what it is called inside a sentence, and a line on what it holds."""
    if len(code) == HEADING and heading_phrase(code) != f"goods of heading {code}":
        name = heading_phrase(code)
        return name, f"{name} (heading {code})", heading_context(code)
    try:
        text = text_of(code[:_SUBHEADING])
    except UnknownName:
        text = ""
    if len(code) > _SUBHEADING:
        # A national line is narrower than the text of its subheading, and nothing here says how.
        return (
            "Goods of line",
            f"goods of line {code}",
            f"A national line within {code[:_SUBHEADING]}: {text}" if text else "",
        )
    word = "heading" if len(code) == HEADING else "code"
    if not text:
        return f"Goods of {word}", f"goods of {word} {code}", ""
    name = _short(text)
    return name, f"{name[:1].lower()}{name[1:]} ({word} {code})", text if text != name else ""


def _short(text: str) -> str:
    """Cut an official text to a name at a comma; never inside a clause, where the rest may turn its meaning.

    Examples
    --------
    >>> _short("Fish; frozen, trout (Salmo trutta), excluding fillets")
    'Fish, frozen, trout'
    >>> _short("Crustaceans; frozen, crabs, in shell or not, smoked, cooked or not before or during smoking; in shell")
    'Crustaceans, frozen, crabs, in shell or not'
    """
    plain = text.split(" (")[0].replace("; ", ", ").rstrip(" ,;.")
    if len(plain) <= _MOST_TEXT:
        return plain
    parts = plain.split(", ")
    name = parts[0]
    for part in parts[1:]:
        if len(name) + len(part) + 2 > _SHORT_TEXT:
            break
        name += f", {part}"
    return name


def lives_of(codes: Iterable[str]) -> dict[str, Period]:
    """Return the lives of the codes that a revision limits."""
    return {code: life for code in codes if (life := life_of(code)) is not None}


def life_of(code: str) -> Period | None:
    """Return the months in which a heading or subheading exists, where a revision of the Harmonized System limits them."""
    if len(code) > _SUBHEADING or not code.isdigit():
        return None
    alive = [year for year in hs.REVISIONS if hs.alive(code, year)]
    if not alive or len(alive) == len(hs.REVISIONS):
        return None
    start = alive[0] * 12 if alive[0] != hs.REVISIONS[0] else FIRST_MONTH
    after = [year for year in hs.REVISIONS if year > alive[-1]]
    return Period(start, after[0] * 12 - 1 if after else LAST_MONTH)


def without_row(wanted: Iterable[str], told: Iterable[str], digits: int, year: int) -> tuple[str, ...]:
    """Name the codes of a basket that have no row in the period, at the length that is told; they are not read as zero.

    Parameters
    ----------
    wanted
        Codes of the basket, headings or subheadings.
    told
        Codes that have a row.
    digits
        Length of code that the brief is told in.
    year
        A code that the Harmonized System does not have in this year is left out.
    """
    cut = {code[:digits] for code in wanted if len(code) >= min(digits, HEADING)}
    missing = sorted(cut - {code[:digits] for code in told})
    missing = [code for code in missing if len(code) > _SUBHEADING or hs.alive(code, year)]
    if not missing:
        return ()
    shown = ", ".join(missing[:_MOST_CODES]) + (
        f" and {len(missing) - _MOST_CODES} more" if len(missing) > _MOST_CODES else ""
    )
    word = "headings" if digits == HEADING else "codes"
    return (f"No row in the period, and not read as zero, for these {word} of the basket: {shown}.",)
