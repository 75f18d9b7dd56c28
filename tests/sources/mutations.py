"""What happens to files: bad disks, bad networks, bad editors, bad will; and what spreadsheets and people make of them."""

from __future__ import annotations

import json
import random
from typing import Any

__all__ = ["POISON", "cells_of_line", "mutate", "poisoned", "restructure"]

PIECES = (
    b"", b"\n", b"\r", b"\r\n", b'"', b'""', b",", b";", b"\t", b"|", b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"nan", b"-1", b"1e308", b"=1+1",
    b"9" * 40, b"null", b"[]", b"{}", b"[" * 50, "口罩".encode(), "口罩".encode("gb18030"), b"Korea", b"109", b"408", b"202213", b"0", b" ",
)  # fmt: skip

POISON = (
    "1e309", "1e999", "--5", "0x10", "1_000", "٣", "１２", "½", "inf", "-Infinity", "9" * 400, "1.2.3", "1,2,3", "1e", "e5",
    "=1+1", '=HYPERLINK("x")', "@SUM(A1)", "+1+cmd|' /C calc'!A0", "\u202e12", "\u200b7", "\x1b[31m7", "7\x00", "\x07", "../../etc/passwd", "<script>",
    "??", "None", "#REF!", "#VALUE!", "1 2", "5 000 x", "1,00,0",
)  # fmt: skip
"""Cells that no table means, whatever Python or Arrow take them for."""

ODD = ("0X1F", "-5", "5-", "1e308", "-1e308", "7\u00a0", "NaN", "null", "ZZZ", "2022-13", "0000-00", "9999-12", "1899-12", "202200", "209912", "2022-00", "99999999999", "2022-02-30",
       "8.70E+06", "", " ", "0", "00", "-0", "0.0", "1e0", "1e3", " 7 ", "7.0", "7,0", "1,234", "1.234", "1.234,5", "1 234", "'7", '"', '""', "1e-320", "5e-324", "9007199254740993",
       "TOTAL", "Total", "W00", "999999", "87", "8703", "870323", "X", "M", "202201", "2022-01", "01/2022", "PRK", "KOR", "408", "410", "Korea", "World", "\ufeff")  # fmt: skip


def mutate(data: bytes, dice: random.Random) -> bytes:
    """Change the bytes of a file as a bad disk, a bad network, a bad editor or bad will does."""
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        at, to = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
        to = min(to, at + dice.choice((1, 4, 40, 4000)))
        kind = dice.randrange(6)
        if kind == 0 and data:
            place = dice.randrange(len(data))
            data = data[:place] + bytes([dice.randrange(256)]) + data[place + 1 :]
        elif kind == 1:
            data = data[:at] + data[to:]
        elif kind == 2:
            data = data[:at] + dice.choice(PIECES) + data[at:]
        elif kind == 3:
            data = data[:to] + data[at:to] + data[to:]
        elif kind == 4:
            data = data[:at]
        else:
            cells = data.split(dice.choice((b",", b"\n", b'"', b";", b"\t")))
            cells[dice.randrange(len(cells))] = dice.choice((dice.choice(cells), dice.choice(PIECES)))
            data = b",".join(cells)
    return data


def separator(line: bytes) -> bytes:
    """Return what parts the cells of a line."""
    return max((b",", b";", b"\t", b"|"), key=line.count)


def cells_of_line(line: bytes, mark: bytes) -> list[bytes]:
    """Split a line into its cells, quotes and all; a mark inside quotes parts nothing."""
    cells = [b""]
    inside = False
    for at in range(len(line)):
        char = line[at : at + 1]
        inside ^= char == b'"'
        if char == mark and not inside:
            cells.append(b"")
        else:
            cells[-1] += char
    return cells


def _grid(data: bytes) -> tuple[list[list[bytes]], bytes]:
    lines = data.split(b"\n")
    mark = separator(max(lines[:3], key=len))
    return [cells_of_line(line, mark) for line in lines], mark


def _written(grid: list[list[bytes]], mark: bytes, end: bytes = b"\n") -> bytes:
    return end.join(mark.join(cells) for cells in grid)


def _quoted(cell: bytes, new: str) -> bytes:
    text = new.encode("utf-8", "surrogatepass")
    return b'"' + text.replace(b'"', b'""') + b'"' if cell[:1] == b'"' or b'"' in text or b"," in text else text


def poisoned(data: bytes, dice: random.Random) -> tuple[bytes, str]:
    """Put a cell that no table means into a row; return the file and the cell."""
    grid, mark = _grid(data)
    rows = [at for at, cells in enumerate(grid) if len(cells) > 3][1:]
    row = grid[dice.choice(rows)]
    at = dice.randrange(len(row))
    bad = dice.choice(POISON)
    row[at] = _quoted(row[at], bad)
    return _written(grid, mark), bad


def restructure(data: bytes, dice: random.Random) -> bytes:
    """Change a table as spreadsheets, scripts and people do: cells, columns, rows, line ends, encodings."""
    if data.lstrip()[:1] in (b"{", b"["):
        return _json(data, dice)
    if data[:2] == b"PK":
        return mutate(data, dice)
    grid, mark = _grid(data)
    end = b"\n"
    for _ in range(dice.choice((1, 1, 2, 4))):
        row = dice.choice([cells for cells in grid if cells] or [[b""]])
        at, other = dice.randrange(len(row)), dice.randrange(len(row))
        kind = dice.randrange(12)
        if kind <= 2:
            row[at] = _quoted(row[at], dice.choice(POISON if kind else ODD))
        elif kind == 3:
            row[at], row[other] = row[other], row[at]
        elif kind == 4:  # two columns, the header left where it was or taken along
            for cells in grid[dice.randrange(2) :]:
                if max(at, other) < len(cells):
                    cells[at], cells[other] = cells[other], cells[at]
        elif kind == 5:  # a column dropped or put in
            drop = dice.randrange(2)
            for cells in grid:
                if at < len(cells):
                    cells[at : at + drop] = [] if drop else [b"note"]
        elif kind == 6:
            dice.shuffle(grid)
        elif kind == 7:  # the file pasted behind itself, header and all
            grid = grid + [list(cells) for cells in grid]
        elif kind == 8:
            end = dice.choice((b"\r\n", b"\r", b"\n\n", b"\n\r", b" \n", b"\x0b", b"\x85", "\u2028".encode()))
        elif kind == 9:
            mark = dice.choice((b",", b";", b"\t", b"|", b", ", b"\xef\xbc\x8c"))
        elif kind == 10:
            grid = [[cell if cell[:1] == b'"' else b'"' + cell + b'"' for cell in cells] for cells in grid]
        else:
            grid.insert(
                dice.randrange(len(grid) + 1), [dice.choice((b"Total", b"", b"Source: x", b"<html>", b"# note"))]
            )
    data = _written(grid, mark, end)
    return _encoded(data, dice) if dice.randrange(4) == 0 else data


def _encoded(data: bytes, dice: random.Random) -> bytes:
    text = data.decode("gb18030" if dice.randrange(2) else "utf-8", "replace")
    return dice.choice(
        (
            lambda: b"\xef\xbb\xbf" + data,
            lambda: text.encode("utf-16", "replace"),
            lambda: text.encode("utf-16-be", "replace"),
            lambda: text.encode("utf-32", "replace"),
            lambda: text.encode("latin-1", "replace"),
            lambda: text.encode("gb18030", "replace"),
            lambda: text.encode("big5", "replace"),
            lambda: data + b"\x1a",
            lambda: data.replace(b" ", b"\xa0"),
            lambda: bytes(reversed(data)),
        )
    )()


def _json(data: bytes, dice: random.Random) -> bytes:
    """Change one value of an answer for one of another kind, or leave it out, or turn the whole about."""
    try:
        whole = json.loads(data)
    except ValueError:
        return mutate(data, dice)
    places: list[tuple[Any, Any]] = []

    def walk(one: Any) -> None:
        for key in list(one) if isinstance(one, dict) else range(len(one)):
            places.append((one, key))
            if isinstance(one[key], dict | list):
                walk(one[key])

    walk(whole)
    for _ in range(dice.choice((1, 1, 2, 5))):
        inside, key = dice.choice(places)
        if key not in inside if isinstance(inside, dict) else key >= len(inside):
            continue
        kind = dice.randrange(6)
        if kind == 0:
            del inside[key]
        elif kind == 1:
            inside[key] = dice.choice(places)[1]
        else:
            inside[key] = dice.choice(
                (None, True, False, [], {}, [[]], {"a": 1}, -1, 0, 1e308, -1e308, 10**400, 0.1, float("nan"), float("inf"), 2**63,
                 dice.choice(POISON), dice.choice(ODD), "x" * 10_000, "\ud800")
            )  # fmt: skip
    text = json.dumps(whole, ensure_ascii=bool(dice.randrange(2)))
    if dice.randrange(20) == 0:
        text = text[:-1] + "," + text
    return text.encode("utf-8", "surrogatepass")
