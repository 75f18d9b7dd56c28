"""What comes from strangers' files, made safe for a spreadsheet, a terminal, a page.

One place for every writer. Names in a file (of a release, a unit, a procedure, a dataset) are text that somebody else chose:
a spreadsheet must not run them, a terminal must not obey them, and a line must not read as something it is not.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import IO, Any, Final

__all__ = ["SafeStream", "counted", "csv_text", "is_formula", "one_line", "plain", "safe_cell", "shown"]

# Control characters (C0, DEL, C1), the characters that turn the direction of text round or split a line, invisible tags,
# and halves of surrogate pairs, which no encoding can write.
_TURNERS: Final = "\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f"
_DRIVERS: Final = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_TURNERS}\ud800-\udfff]")
_BREAKS: Final = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]")

_NUMBER: Final = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
_RISKY: Final = tuple("=+-@\t\r\n|%＝＋－＠")

_SEVERAL: Final = re.compile(
    r"\b(row|cell|value|weight|quantit|observation|code|name|release|file|pair|good|letter|line|month|batch|reject|case)(ies|es|s)\b"
)
_VERBS: Final = {
    " are estimates": " is an estimate", " are ": " is ", " were ": " was ", " have ": " has ", " amend ": " amends ",
    " hold ": " holds ", " stand ": " stands ",
}  # fmt: skip
_VERB: Final = re.compile("|".join(_VERBS))


def counted(count: int, text: str) -> str:
    """Return a number and what is counted, told in the plural, as one says it of so many.

    Examples
    --------
    >>> counted(1, "rows were left out"), counted(1200, "rows were left out"), counted(1, "cells are confidential")
    ('1 row was left out', '1,200 rows were left out', '1 cell is confidential')
    >>> counted(1, "quantities have no unit"), counted(1, "releases"), counted(0, "rows")
    ('1 quantity has no unit', '1 release', '0 rows')
    """
    if count == 1:
        text = _SEVERAL.sub(lambda found: found[1] + ("y" if found[2] == "ies" else ""), text, count=1)
        # Only the first verb is said of what is counted, and what is joined to it; a later one has a subject of its own.
        text = _VERB.sub(lambda found: _VERBS[found[0]], text, count=1).replace(" and were ", " and was ")
        text = (
            text.replace(" of them", " of it")
            .replace(" their codes", " its code")
            .replace(" their leading", " its leading")
        )
    return f"{count:,} {text}"


def plain(text: str) -> str:
    """Return a text without control characters, direction overrides and lone surrogates; line breaks become blanks.

    Examples
    --------
    >>> plain("a" + chr(0) + "b" + chr(0x202E) + "c" + chr(10) + "d" + chr(0xD800))
    'abc d�'
    """
    text = _BREAKS.sub(" ", text)
    return _DRIVERS.sub(lambda found: "�" if "\ud800" <= found[0] <= "\udfff" else "", text)


def shown(text: str) -> str:
    r"""Return a text in which every character that would drive a terminal is written out; line feeds and tabs stay.

    The escapes are those of JSON, so that JSON stays what it was.

    Examples
    --------
    >>> shown("masks" + chr(27) + "[31m")
    'masks\\u001b[31m'
    """
    return _DRIVERS.sub(_escaped, text) if _DRIVERS.search(text) else text


def one_line(text: str) -> str:
    """Return a text on one line that cannot drive a terminal: for names in tables, and for errors.

    Examples
    --------
    >>> one_line("books" + chr(10) + "2022-01  999")
    'books 2022-01  999'
    """
    return shown(_BREAKS.sub(" ", text))


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take a text for a formula; plain numbers are none.

    Examples
    --------
    >>> is_formula("=1+1"), is_formula("-12.5"), is_formula("-x"), is_formula("masks")
    (True, False, True, False)
    """
    return text.startswith(_RISKY) and not _NUMBER.match(text)


def safe_cell(text: str) -> str:
    """Return a cell of CSV that a spreadsheet takes for text, on one line, without control characters.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-12.5"), safe_cell("-x"), safe_cell("masks")
    ("'=1+1", '-12.5', "'-x", 'masks')
    >>> safe_cell(chr(0x202E) + "=1+1"), safe_cell("  @sum")
    ("'=1+1", "'  @sum")
    """
    risky = is_formula(text)
    text = plain(text)
    # Some programs drop what is invisible in front of a cell, and then find the formula.
    return f"'{text}" if risky or is_formula(text) or is_formula(text.strip()) else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV (UTF-8 text, lines end with a line feed) that is safe to open; ``None`` is an empty cell."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows(["" if cell is None else safe_cell(str(cell)) for cell in row] for row in rows)
    return stream.getvalue()


class SafeStream:
    """A stream of text that writes out what would drive a terminal; all else is the stream's own.

    Parameters
    ----------
    stream
        Where it goes.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text; return its length as it was given."""
        text_shown = shown(text)
        try:
            self._stream.write(text_shown)
        except UnicodeEncodeError as error:
            # A terminal without letters for it (LC_ALL=C, a Windows code page) still gets the line.
            self._stream.write(text_shown.encode(error.encoding, "backslashreplace").decode(error.encoding))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
