"""The rows behind a statement, and the arithmetic that leads from them to its numbers.

A proof is a table. Its first rows are printed figures; each further row is computed from rows above it by the
expression it carries (``F096 / F094``, ``F021 - F011``). The expression is evaluated here, on the printed values and
on their intervals alike, so that a number in a sentence can always be recomputed from its CSV.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Mapping

import msgspec

from tidewaiter.model import Figure, Interval

__all__ = ["COLUMNS", "Proof", "Row", "divide", "evaluate"]

COLUMNS = (
    "row", "kind", "what", "period", "measure", "unit", "value", "lo", "hi", "printed", "state", "expression",
    "publisher", "published", "address", "note",
)  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """One line of a proof: a printed ``figure``, a ``month`` and its state, a computed ``result``, or a ``date``."""

    row: str
    kind: str
    what: str
    period: str
    measure: str
    unit: str
    value: float | None
    bounds: Interval
    printed: str = ""
    state: str = ""
    expression: str = ""
    publisher: str = ""
    published: str = ""
    address: str = ""
    note: str = ""

    def cells(self) -> list[str]:
        """Return the row as text, in the order of :data:`COLUMNS`."""
        return [
            self.row, self.kind, self.what, self.period, str(self.measure), self.unit,
            "" if self.value is None else plain(self.value), plain(self.bounds.lo), plain(self.bounds.hi),
            self.printed, self.state, self.expression, self.publisher, self.published, self.address, self.note,
        ]  # fmt: skip


class Proof:
    """Rows collected while a fact is computed."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows so far, in order."""
        return tuple(self._rows.values())

    @property
    def figures(self) -> tuple[str, ...]:
        """The ids of the printed figures among them."""
        return tuple(row.row for row in self._rows.values() if row.kind == "figure")

    def figure(self, figure: Figure, what: str) -> str:
        """Add a printed figure once; returns its id, for use in expressions."""
        self._rows.setdefault(
            figure.id,
            Row(
                row=figure.id,
                kind="figure",
                what=what,
                period=str(figure.period),
                measure=figure.key.measure.value,
                unit=figure.key.unit,
                value=figure.value,
                bounds=figure.bounds,
                printed=figure.printed,
                publisher=figure.origin.publisher,
                published=figure.origin.published(),
                address=figure.origin.address,
                note=figure.note,
            ),
        )
        return figure.id

    def add(self, row: Row) -> str:
        """Add a row that is neither figure nor result (a month with its state, a date)."""
        self._rows.setdefault(row.row, row)
        return row.row

    def result(self, what: str, expression: str, unit: str, *, period: str = "", measure: str = "") -> Row:
        """Add a number computed from rows above by an expression, and return its row."""
        for row in self._rows.values():
            if row.kind == "result" and row.expression == expression and row.what == what:
                return row
        values = {name: Interval(row.value, row.value) for name, row in self._rows.items() if row.value is not None}
        value = evaluate(expression, values).lo if _has(expression, values) else None
        bounds = evaluate(expression, {name: row.bounds for name, row in self._rows.items()})
        row = Row(
            row=f"R{sum(1 for old in self._rows.values() if old.kind == 'result') + 1}",
            kind="result",
            what=what,
            period=period,
            measure=measure,
            unit=unit,
            value=value,
            bounds=bounds,
            expression=expression,
        )
        self._rows[row.row] = row
        return row

    def merge(self, rows: Iterable[Row]) -> None:
        """Take over the rows of another proof; its results are numbered anew."""
        renamed: dict[str, str] = {}
        for row in rows:
            if row.kind == "result":
                expression = _rename(row.expression, renamed)
                renamed[row.row] = self.result(
                    row.what, expression, row.unit, period=row.period, measure=row.measure
                ).row
            else:
                expression = _rename(row.expression, renamed)
                self._rows.setdefault(row.row, msgspec.structs.replace(row, expression=expression))


def divide(one: Interval, other: Interval) -> Interval:
    """Divide two intervals of numbers that are not negative; open above where the divisor may be zero.

    Examples
    --------
    >>> divide(Interval(8, 10), Interval(2, 4)), divide(Interval(1, 2), Interval(0, 4))
    (Interval(lo=2.0, hi=5.0), Interval(lo=0.25, hi=inf))
    """
    lo = one.lo / other.hi if other.hi else math.inf
    if math.isinf(other.hi):
        lo = 0.0
    hi = one.hi / other.lo if other.lo else math.inf
    return Interval(lo, hi)


def evaluate(expression: str, names: Mapping[str, Interval]) -> Interval:
    """Evaluate an expression of row names, numbers, ``+ - * /`` and brackets by interval arithmetic.

    Parameters
    ----------
    expression
        For example ``(F072 + F073) / F094``. A factor of ``*`` must be a plain number.
    names
        What each row is known to lie in.

    Raises
    ------
    ValueError
        If the expression uses anything else.

    Examples
    --------
    >>> evaluate("A - 2 * B", {"A": Interval(10, 11), "B": Interval(1, 2)})
    Interval(lo=6, hi=9)
    """
    return _walk(ast.parse(expression, mode="eval").body, names)


def _walk(node: ast.expr, names: Mapping[str, Interval]) -> Interval:
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Interval(node.value, node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return Interval(0, 0) - _walk(node.operand, names)
    if isinstance(node, ast.BinOp):
        left, right = _walk(node.left, names), _walk(node.right, names)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Div):
            return divide(left, right)
        if isinstance(node.op, ast.Mult) and (left.is_point or right.is_point):
            factor, other = (left, right) if left.is_point else (right, left)
            ends = sorted((factor.lo * other.lo, factor.lo * other.hi))
            return Interval(ends[0], ends[1])
    raise ValueError(f"not an expression of rows: {ast.unparse(node)}")


def plain(number: float) -> str:
    """Write a number in plain digits, whole numbers without a point; empty where a side is open.

    Examples
    --------
    >>> plain(266891.0), plain(0.0249), plain(math.inf)
    ('266891', '0.0249', '')
    """
    if not math.isfinite(number):
        return ""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return repr(round(number, 10))


def _has(expression: str, names: Iterable[str]) -> bool:
    known = set(names)
    return all(node.id in known for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name))


def _rename(expression: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\bR\d+\b", lambda found: names.get(found[0], found[0]), expression)
