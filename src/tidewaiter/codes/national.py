"""National lines: what a tariff has below the six digits, as far as an official table says what became of them.

Shipped is Eurostat's correspondence of the Combined Nomenclature from 2021 to 2022 for some headings (:func:`cn_2022`).
Elsewhere a line is *prefix known, line not known*, unless the user has a table: Eurostat publishes one for each year as
CSV, and it is read here.

Examples
--------
>>> cn_before("85171300"), cn_after("30021900"), cn_before("63079010")
(('85171200',), ('38221900',), None)
"""

from __future__ import annotations

import csv
import io
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tidewaiter.codes import hs
from tidewaiter.codes.tables import read_lines
from tidewaiter.errors import BadFile, UnknownName

__all__ = ["Concordance", "NationalStep", "cn_2022", "cn_after", "cn_before", "load_concordance", "trace_line"]

_LINE = re.compile(r"\d{7,10}\Z", re.ASCII)


class Concordance(NamedTuple):
    """An official table of lines before and after a change of tariff.

    Parameters
    ----------
    path
        The file, as the user named it.
    before, after
        What the two columns are called, such as ``CN2021`` and ``CN2022``.
    ahead, back
        Lines after for a line before, and the other way round.
    """

    path: str
    before: str
    after: str
    ahead: dict[str, tuple[str, ...]]
    back: dict[str, tuple[str, ...]]
    headings: frozenset[str] = frozenset()
    """The earlier headings it holds all lines of; empty if it holds every heading."""


@lru_cache(maxsize=1)
def cn_2022() -> Concordance:
    """Return the shipped part of Eurostat's correspondence of the Combined Nomenclature from 2021 to 2022."""
    first, *lines = (line.split("\t") for line in read_lines("cn_2022.tsv"))
    ahead = {before: (before,) if after == "=" else tuple(after.split()) for before, after in lines}
    back: dict[str, list[str]] = {}
    for before, later in ahead.items():
        for after in later:
            back.setdefault(after, []).append(before)
    turned = {after: tuple(befores) for after, befores in back.items()}
    name = "Eurostat's correspondence of the Combined Nomenclature"
    return Concordance(name, "CN 2021", "CN 2022", ahead, turned, frozenset(first[1].split()))


def cn_after(line: str) -> tuple[str, ...] | None:
    """Return what a line of CN 2021 became in CN 2022; ``None`` if its heading is not in the shipped table."""
    table = cn_2022()
    return table.ahead.get(line, ()) if line[:4] in table.headings else None


def cn_before(line: str) -> tuple[str, ...] | None:
    """Return what a line of CN 2022 came from in CN 2021.

    ``None`` if the shipped table does not hold all headings that its six digits took goods from.
    """
    table = cn_2022()
    earlier = {link.code[:4] for link in hs.predecessors(line[:6], 2022)}
    return table.back.get(line, ()) if earlier and earlier <= table.headings else None


class NationalStep(NamedTuple):
    """One link between two lines; ``relation`` is earlier to later, as for six digits."""

    before: str
    after: str
    relation: str


def load_concordance(path: str | Path) -> Concordance:
    """Read a concordance: a CSV file of which two columns hold lines of 7 to 10 digits.

    Parameters
    ----------
    path
        The file, in UTF-8; comma, semicolon or tab between columns; blanks within a code are dropped. The first such
        column is the earlier one.

    Raises
    ------
    BadFile
        If it cannot be read, or a row has not two lines.
    """
    name = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadFile(name, f"cannot read the concordance: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadFile(name, "not UTF-8 text; save the concordance as CSV in UTF-8") from error
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=mark) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadFile(name, f"not a CSV table: {error}") from error
    columns = _columns(rows, name)
    head = [re.sub(r"\s", "", cell) for cell in rows[0]]
    names = [head[c] if c < len(head) and not _LINE.match(head[c]) else f"column {c + 1}" for c in columns]
    ahead: dict[str, dict[str, None]] = {}
    back: dict[str, dict[str, None]] = {}
    for number, row in enumerate(rows, start=1):
        cells = [re.sub(r"[\s.]", "", row[c]) if c < len(row) else "" for c in columns]
        if number == 1 and not all(map(_LINE.match, cells)):
            continue
        if any(cells) and all(not cell or _LINE.match(cell) for cell in cells) and not all(cells):
            # A line that ended without a successor, or is wholly new: it is in the table, and has no other side.
            (ahead if cells[0] else back).setdefault(cells[0] or cells[1], {})
            continue
        if not all(map(_LINE.match, cells)):
            value = row[columns[0]] if columns[0] < len(row) else ""
            raise BadFile(name, "not two national lines in this row", line=number, value=value)
        ahead.setdefault(cells[0], {})[cells[1]] = None
        back.setdefault(cells[1], {})[cells[0]] = None
    return Concordance(
        name, names[0], names[1], {a: tuple(b) for a, b in ahead.items()}, {a: tuple(b) for a, b in back.items()}
    )


def _columns(rows: list[list[str]], name: str) -> list[int]:
    """Find the two columns of codes from the second row: the first may be a heading."""
    sample = rows[1] if len(rows) > 1 else rows[0] if rows else []
    found = [n for n, cell in enumerate(sample) if _LINE.match(re.sub(r"[\s.]", "", cell))]
    if len(found) < 2:
        raise BadFile(name, "no two columns of national lines (7 to 10 digits), the code before and after")
    return found[:2]


def trace_line(code: str, table: Concordance) -> tuple[NationalStep, ...]:
    """List what a line came from, or if the table has it only before, what it became.

    Raises
    ------
    UnknownName
        If the table does not have it.
    """
    line = hs.clean(code)
    if table.back.get(line):
        pairs = [(before, line) for before in table.back[line]]
    elif line in table.ahead or line in table.back:
        pairs = [(line, after) for after in table.ahead.get(line, ())]
    else:
        near = [one for one in (*table.back, *table.ahead) if one[:6] == line[:6]]
        raise UnknownName("national line", code, near, f"{table.path} has {len(table.back)} lines")
    return tuple(
        NationalStep(a, b, f"{'1' if len(table.back[b]) == 1 else 'n'}:{'1' if len(table.ahead[a]) == 1 else 'n'}")
        for a, b in pairs
    )
