"""Published figures: numbers that newspapers and ministries printed from customs data.

The table that ships with the project has one row per printed number: who printed it, where, when, for which month or
run of months, and how finely. A reader's own table in the same columns can be added (``--figures FILE``).

What a printed number says is an interval. A number is taken to be good to half a unit of its last printed digit, and
where a publisher rounds (to ten thousand dollars, to a thousand pieces) to half of that step: 1.4 million is
[1.35, 1.45] million. Pieces and kilograms below ten thousand are printed as they were
counted. "More than" leaves the upper end
open. A printed zero is zero.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec

from tidewaiter.errors import BadFile, InputError
from tidewaiter.model import TOTAL, Figure, Flow, Interval, Measure, Origin, SeriesKey
from tidewaiter.period import Period

__all__ = [
    "DATASET",
    "Good",
    "figure_bounds",
    "good_key",
    "good_named",
    "good_of",
    "goods",
    "origins",
    "read_figures",
    "shipped_figures",
]

DATASET = "press"
"""The dataset of every printed figure: never blended with a customs service's own files."""

FIGURE_COLUMNS = (
    "id", "origin", "reporter", "partner", "flow", "good", "period", "measure", "unit", "printed", "step", "sense", "note",
)  # fmt: skip
ORIGIN_COLUMNS = ("id", "publisher", "family", "published_from", "published_to", "address", "note")
OWN_COLUMNS = (*FIGURE_COLUMNS[2:12], "publisher", "published", "address")
SENSES = ("", "more than")

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z", re.ASCII)
_AREA = re.compile(r"[A-Z][A-Z0-9]{2,4}\Z")
_NUMBER = re.compile(r"\d{1,16}(\.\d{1,9})?\Z", re.ASCII)
_MAX_ROWS = 200_000
_MOST_WORDS = 80
_MAX_BYTES = 64 * 1024 * 1024


class Good(msgspec.Struct, frozen=True):
    """What a printed figure calls the goods, where no commodity code was printed.

    ``part_of`` names the good that wholly contains this one, ``group`` the basket group it belongs to. ``kind`` is
    ``total``, ``good`` or ``wider`` (a line that holds other goods too and so only bounds the group from above);
    ``caveats`` are ids of caveats that hold for everything said of it, separated by spaces. ``codes`` are the lines it
    is usually counted under, in the tariff in force in 2022, separated by spaces; empty where publishers do not agree.
    """

    id: str
    title: str
    phrase: str
    part_of: str
    group: str
    kind: str
    context: str
    caveats: str
    codes: str = ""


def good_key(good: str) -> str:
    """Return the commodity key of a good named in words.

    Examples
    --------
    >>> good_key("masks"), good_key("total")
    ('good:masks', 'TOTAL')
    """
    return TOTAL if good == "total" else f"good:{good}"


def good_named(text: str) -> str | None:
    """Return the id of a good, or its own words where a reader's table names another; None for a word that is neither.

    Words hold a space or a capital, so that a mistyped id is told from them.

    Examples
    --------
    >>> good_named("masks"), good_named("Face masks"), good_named("sunflower oil"), good_named("mask")
    ('masks', 'masks', 'Sunflower oil', None)
    """
    words = " ".join(text.split())
    if words in goods():
        return words
    for good in goods().values():
        if words.lower() in (good.title.lower(), good.phrase.lower()):
            return good.id
    proper = 2 <= len(words) <= _MOST_WORDS and words.isprintable() and words[0].isalpha()
    proper = proper and (" " in words or words.lower() != words or not words.isascii())
    return words[0].upper() + words[1:] if proper else None


def good_of(cmd: str) -> Good | None:
    """Return the good of a commodity key; one that a reader's table names in words has these words alone.

    Examples
    --------
    >>> good_of("good:masks").group, good_of("good:Sunflower oil").phrase, good_of("8703") is None
    ('masks', 'sunflower oil', True)
    """
    if cmd == TOTAL:
        return goods()["total"]
    kind, _, name = cmd.partition(":")
    if kind != "good" or not name:
        return None
    if name in goods():
        return goods()[name]
    phrase = name if name[1:2].isupper() else name[0].lower() + name[1:]
    return Good(f"own-{name.lower()}", name[0].upper() + name[1:], phrase, "", "", "good", "", "")


def _table(name: str) -> str:
    return resources.files("tidewaiter.sources").joinpath("tables", name).read_text(encoding="utf-8")


@cache
def goods() -> dict[str, Good]:
    """Return the goods that printed figures speak of, by id."""
    rows = csv.DictReader(_table("goods.csv").splitlines())
    return {row["id"]: Good(**row) for row in rows}


@cache
def origins() -> dict[str, Origin]:
    """Return who printed the shipped figures, by id."""
    return {
        row["id"]: Origin(
            id=row["id"],
            publisher=row["publisher"],
            title="",
            address=row["address"],
            published_from=row["published_from"],
            published_to=row["published_to"],
            note=row["note"],
            family=row["family"],
        )
        for row in csv.DictReader(_table("press_origins.csv").splitlines())
    }


@cache
def shipped_figures() -> tuple[Figure, ...]:
    """Return every figure of the shipped table.

    Returns
    -------
    tuple of Figure
        In the order of the table.
    """
    known = origins()
    found = []
    for row in csv.DictReader(_table("press_figures.csv").splitlines()):
        found.append(_figure(row, known[row["origin"]]))
    return tuple(found)


def figure_bounds(printed: float, step: float, sense: str = "") -> Interval:
    """Return what a printed number says.

    Parameters
    ----------
    printed
        The number as printed, in plain units.
    step
        The unit of its last printed digit; 0 for a number that is exact.
    sense
        ``"more than"`` leaves the upper end open.

    Examples
    --------
    >>> figure_bounds(1_400_000, 100_000)
    Interval(lo=1350000.0, hi=1450000.0)
    >>> figure_bounds(0, 0)
    Interval(lo=0, hi=0)
    """
    if sense == "more than":
        return Interval(printed, math.inf)
    half = step / 2
    return Interval(max(0.0, printed - half), printed + half) if half else Interval(printed, printed)


def last_digit_step(printed: str) -> float:
    """Return the unit of the last non-zero digit of a printed number (1 at the finest for whole numbers).

    Examples
    --------
    >>> last_digit_step("57060000"), last_digit_step("2844"), last_digit_step("0.25"), last_digit_step("0")
    (10000.0, 1.0, 0.01, 0.0)
    """
    whole, _, decimals = printed.partition(".")
    if decimals:
        return float(10.0 ** -len(decimals))
    stripped = whole.rstrip("0")
    return float(10 ** (len(whole) - len(stripped))) if stripped else 0.0


def read_figures(path: Path | str) -> tuple[Figure, ...]:
    """Read a reader's own table of figures.

    The columns are those of the shipped table with ``publisher``, ``published`` and ``address`` in place of
    ``origin``; ``id``, ``step``, ``sense`` and ``note`` may be missing.

    Raises
    ------
    BadFile
        If it cannot be read: names the line, the column and the value. Nothing of a bad file is used.
    """
    name = str(path)
    try:
        if Path(path).stat().st_size > _MAX_BYTES:
            raise BadFile(name, f"larger than {_MAX_BYTES // 2**20} MiB, which no table of figures is")
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadFile(name, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadFile(name, f"not UTF-8 text (byte {error.start}); save it as UTF-8 CSV") from error
    if "\0" in text:
        raise BadFile(name, "holds zero bytes, so it is not a CSV table")
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
    try:
        header = list(reader.fieldnames or [])
    except csv.Error as error:
        raise BadFile(name, f"not a CSV table ({error})", line=1) from error
    needed = [column for column in OWN_COLUMNS if column not in ("step", "sense")]
    missing = [column for column in needed if column not in header]
    if missing:
        raise BadFile(name, f"no column {', '.join(missing)}; a table of figures has {', '.join(needed)}", line=1)
    if len(set(header)) != len(header):
        raise BadFile(name, "a column stands twice in the header", line=1)
    found: list[Figure] = []
    seen: set[str] = set()
    try:
        for row in reader:
            figure = _own_figure(name, reader.line_num, row, len(found) + 1)
            if figure.id in seen:
                raise BadFile(name, "this id stands twice", line=reader.line_num, column="id", value=figure.id)
            seen.add(figure.id)
            found.append(figure)
            if len(found) > _MAX_ROWS:
                raise BadFile(name, f"more than {_MAX_ROWS} rows")
    except csv.Error as error:
        raise BadFile(name, f"not a CSV table ({error})", line=reader.line_num) from error
    if not found:
        raise BadFile(name, "no figure in it, only a header")
    return tuple(found)


def _own_figure(name: str, line: int, row: dict[str, str], number: int) -> Figure:
    """Check one row of a reader's table, cell by cell."""

    def bad(column: str, reason: str) -> BadFile:
        return BadFile(name, reason, line=line, column=column, value=row.get(column) or "")

    if None in row or None in row.values():
        raise BadFile(name, "not as many cells as the header has columns", line=line)
    row = {key: value.strip() for key, value in row.items()}
    for column in ("reporter", "partner"):
        if not _AREA.match(row[column]):
            raise bad(column, "not a country code; write three letters, for example PRK")
    if row["flow"] not in list(Flow):
        raise bad("flow", f"not a flow; valid: {', '.join(Flow)}")
    if row["measure"] not in list(Measure):
        raise bad("measure", f"not a measure; valid: {', '.join(Measure)}")
    good = good_named(row["good"])
    if good is None:
        valid = ", ".join(goods())
        raise bad(
            "good",
            f"not a good that is known; valid: {valid}; or say it in words with a capital, for example Sunflower oil",
        )
    row["good"] = good
    if not re.match(r"[A-Za-z][A-Za-z0-9 ]{0,23}\Z", row["unit"]):
        raise bad("unit", "not a unit; write USD, EUR, kg, pieces, pairs ...")
    if not _NUMBER.match(row["printed"]):
        raise bad("printed", "not a plain number; write digits without separators, for example 1400000")
    step = row.get("step", "")
    if step and not _NUMBER.match(step):
        raise bad("step", "not a plain number; write the unit of the last printed digit, for example 100000")
    if row.get("sense", "") not in SENSES:
        raise bad("sense", "unknown; leave it empty or write: more than")
    identity = row.get("id") or f"own_{number}"
    if not _ID.match(identity):
        raise bad("id", "not an id; use letters, digits and underscores, a letter first")
    try:
        date.fromisoformat(row["published"])
    except ValueError:
        raise bad("published", "not a date; write YYYY-MM-DD") from None
    try:
        Period.parse(row["period"])
    except InputError as error:
        raise bad("period", str(error)) from error
    publisher = row["publisher"]
    if not publisher or not publisher.isprintable():
        raise bad("publisher", "not a printable name")
    row = {**row, "id": identity, "step": step or repr(last_digit_step(row["printed"])), "note": row.get("note", "")}
    row.setdefault("sense", "")
    return _figure(
        row,
        Origin(
            id=f"{Path(name).name}:{line}",
            publisher=publisher,
            title="",
            address=row["address"],
            published_from=row["published"],
            published_to=row["published"],
            family=publisher,
        ),
    )


def _figure(row: dict[str, str], origin: Origin) -> Figure:
    printed = float(row["printed"])
    return Figure(
        id=row["id"],
        key=SeriesKey(
            dataset=DATASET,
            reporter=row["reporter"],
            partner=row["partner"],
            flow=Flow(row["flow"]),
            cmd=good_key(row["good"]),
            classification="words",
            measure=Measure(row["measure"]),
            unit=row["unit"],
        ),
        period=Period.parse(row["period"]),
        printed=row["printed"],
        value=printed,
        bounds=figure_bounds(printed, float(row["step"]), row["sense"]),
        origin=origin,
        note=row["note"],
    )


def known_by(figures: Iterable[Figure], as_of: str | None) -> list[Figure]:
    """Keep the figures that had surely been published by a date (ISO); all of them without one."""
    return [figure for figure in figures if as_of is None or figure.origin.published_to <= as_of]
