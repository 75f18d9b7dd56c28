"""One linear program over the cells of some rows, kept warm between questions (HiGHS).

HiGHS: Q. Huangfu and J. A. J. Hall, Parallelizing the dual revised simplex method, Mathematical Programming
Computation 10 (2018). The problems here are small (hundreds of rows), so that presolve is left out: it hides the
multipliers that name the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tidewaiter.ledger.rows import Cell, Row

__all__ = ["Optimum", "Program"]

_MULTIPLIER = 1e-9
"""Relative to the largest multiplier; smaller ones are the noise of arithmetic."""


class Optimum(msgspec.Struct, frozen=True):
    """The end of a search: the value (infinite if nothing bounds it), and what holds it there.

    ``held`` are positions of rows with a multiplier; ``floor`` tells whether some cell's "not below zero" holds it too; ``at``
    are the cells there, in the order of the program's columns.
    """

    value: float
    held: tuple[int, ...]
    floor: bool
    at: tuple[float, ...] = ()


class Program:
    """Rows over cells that are not below zero, each cell with an optional column for the scale of a ratio.

    Parameters
    ----------
    rows
        Evidence and anything asked with it.
    scaled
        Multiply all bounds by one further unknown that is not below zero (Charnes and Cooper, Programming with linear
        fractional functionals, Naval Research Logistics Quarterly 9, 1962): a ratio becomes linear.
    divisor
        With ``scaled``: the row, not scaled itself, that fixes the scale.
    unit
        With ``scaled``: the size of the divisor, which keeps the numbers near one.
    elastic
        Positions of rows that may be broken at a price; the optimum of the price is 0 if none has to be.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        scaled: bool = False,
        divisor: Row | None = None,
        unit: float = 1.0,
        elastic: Sequence[int] = (),
    ) -> None:
        self.rows = rows
        self._divisor = divisor
        self.columns: dict[Cell, int] = {}
        for row in rows if divisor is None else (*rows, divisor):
            for cell, _ in row.terms:
                self.columns.setdefault(cell, len(self.columns))
        self._cells = len(self.columns)
        self._scaled = scaled
        self._elastic = tuple(elastic)
        self._nought = {
            self.columns[cell]: position
            for position, row in enumerate(rows)
            if row.bounds.hi == 0 and all(factor > 0 for _, factor in row.terms)
            for cell, _ in row.terms
        }
        self._unit = unit
        self._solver = self._build()

    def _build(self) -> Any:
        import highspy
        import numpy as np

        starts, index, value = [0], [], []
        lower, upper = [], []
        scale = self._cells
        first_elastic = self._cells + (1 if self._scaled else 0)
        breakable = {position: first_elastic + 2 * order for order, position in enumerate(self._elastic)}
        cost = [0.0] * (first_elastic + 2 * len(self._elastic))
        for position, row in enumerate(self.rows):
            sides = [(row.bounds.lo, row.bounds.hi)]
            if self._scaled:
                # lo t <= a y <= hi t is two rows with nought on one side, or one where both ends are the same.
                sides = [(row.bounds.lo, math.inf), (-math.inf, row.bounds.hi)]
            for lo, hi in sides:
                for cell, factor in row.terms:
                    index.append(self.columns[cell])
                    value.append(factor)
                if self._scaled:
                    end = lo if math.isfinite(lo) else hi
                    if math.isfinite(end) and end:
                        index.append(scale)
                        value.append(-end / self._unit)
                    lower.append(0.0 if math.isfinite(lo) else -math.inf)
                    upper.append(0.0 if math.isfinite(hi) else math.inf)
                else:
                    lower.append(lo)
                    upper.append(hi)
                if position in breakable:
                    column = breakable[position]
                    index += [column, column + 1]
                    value += [1.0, -1.0]
                    ends = [abs(end) for end in (lo, hi) if math.isfinite(end)]
                    price = 1.0 / max([1e-3 * max(ends, default=1.0), 1e-9])
                    cost[column] = cost[column + 1] = price
                starts.append(len(index))
        if self._divisor is not None:
            for cell, factor in self._divisor.terms:
                index.append(self.columns[cell])
                value.append(factor)
            lower.append(self._divisor.bounds.lo)
            upper.append(self._divisor.bounds.hi)
            starts.append(len(index))
        lp = highspy.HighsLp()
        lp.num_col_ = len(cost)
        lp.num_row_ = len(lower)
        lp.col_cost_ = np.array(cost, dtype=float)
        lp.col_lower_ = np.zeros(len(cost))
        lp.col_upper_ = np.full(len(cost), math.inf)
        lp.row_lower_ = np.array(lower, dtype=float)
        lp.row_upper_ = np.array(upper, dtype=float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(index, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(value, dtype=float)
        # The set-up of the Python class's callbacks prints a banner to standard output; its base is silent.
        quiet: Any = highspy.Highs.__base__
        solver = quiet()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("presolve", "off")
        solver.setOptionValue("threads", 1)
        if not self._scaled:
            solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
            solver.setOptionValue("dual_feasibility_tolerance", 1e-9)
        solver.passModel(lp)
        return solver

    def price(self) -> Optimum:
        """Return the least price of breaking rows; the rows with a multiplier are in it together."""
        return self._run(maximise=False)

    def best(self, objective: Mapping[Cell, float], *, maximise: bool) -> Optimum | None:
        """Return the greatest (or least) value of a sum of cells, None if the rows exclude each other."""
        import numpy as np

        cost = np.zeros(self._cells)
        unknown = False
        for cell, factor in objective.items():
            column = self.columns.get(cell)
            if column is None:
                # Nothing speaks of the cell: it can be nought or anything above.
                if factor and (factor > 0) == maximise:
                    return Optimum(math.inf if maximise else -math.inf, (), True)
                unknown = True
                continue
            cost[column] = factor
        if not self._cells:
            return Optimum(0.0, (), True)
        self._solver.changeColsCost(self._cells, np.arange(self._cells, dtype=np.int32), cost)
        found = self._run(maximise=maximise)
        if math.isnan(found.value):
            return None
        return msgspec.structs.replace(found, floor=True) if unknown else found

    def _run(self, *, maximise: bool) -> Optimum:
        import highspy

        sense = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
        self._solver.changeObjectiveSense(sense)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return Optimum(math.inf if maximise else -math.inf, (), True)
        if status != highspy.HighsModelStatus.kOptimal:
            return Optimum(math.nan, (), True)
        solution = self._solver.getSolution()
        per = 2 if self._scaled else 1
        least = _MULTIPLIER * max((abs(dual) for dual in solution.row_dual), default=0.0)
        held = dict.fromkeys(i // per for i, dual in enumerate(solution.row_dual) if abs(dual) > least)
        floor = False
        for column, dual in enumerate(list(solution.col_dual)[: self._cells]):
            if abs(dual) > max(least, 1e-12):
                if column in self._nought:
                    held.setdefault(self._nought[column])
                else:
                    floor = True
        at = tuple(solution.col_value[: self._cells])
        return Optimum(self._solver.getInfo().objective_function_value, tuple(held), floor, at)

    def total(self, terms: Mapping[Cell, float], at: Sequence[float]) -> float:
        """Return a sum of cells at a point."""
        return math.fsum(factor * at[self.columns[cell]] for cell, factor in terms.items() if cell in self.columns)
