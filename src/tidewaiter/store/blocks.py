"""All series of a store in blocks: sorted, sparse, of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.model import Measure
from tidewaiter.store.newest import numbered

if TYPE_CHECKING:
    from tidewaiter.store.view import View

__all__ = ["Block", "block_of", "blocks_of", "ranked", "shares_of"]

BLOCK_ROWS: Final = 4_000_000
"""Most rows of a block before it is cut by partner: some 300 MB on the way."""

_SERIES: Final = ("dataset", "reporter", "partner", "flow", "cmd_code")


class Block(msgspec.Struct, frozen=True):
    """Series of one dataset, reporter and flow, sorted by partner and code.

    Parameters
    ----------
    keys
        Arrow table, one row a series: ``dataset, reporter, partner, flow, cmd_code``.
    offsets
        int64 ``[n_series + 1]``: series ``i`` is ``offsets[i]`` to ``offsets[i + 1]`` of the arrays below.
    months
        int32, month numbers, rising within a series. A month that is not there has no row: whether that is a zero is
        asked with :meth:`tidewaiter.store.view.View.covered_months`.
    values
        float64; NaN where the row does not carry the measure.
    units
        int16, places in ``unit_names``: the unit of each value, so that a change of unit shows.
    unit_names
        Units (currencies for values); the empty text where there is none.
    """

    keys: Any
    offsets: Any
    months: Any
    values: Any
    units: Any
    unit_names: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.keys.num_rows)


def blocks_of(
    view: View, measure: Measure, datasets: Any, reporters: Any, wanted: Mapping[str, Any]
) -> Iterator[Block]:
    """Return blocks; see :meth:`tidewaiter.store.view.View.blocks`."""
    inside = {"dataset": _some(datasets), "reporter": _some(reporters), "flow": _some(wanted["flow"])}
    unit = {Measure.VALUE: "currency", Measure.QUANTITY: "qty_unit"}.get(measure)
    for dataset, reporter, flow in sorted(view.spans):
        here = {"dataset": dataset, "reporter": reporter, "flow": flow}
        if any(some is not None and here[name] not in some for name, some in inside.items()):
            continue
        rest = {name: value for name, value in wanted.items() if name != "flow"}
        for partners in shares_of(view, dataset, reporter, flow, rest["partners"]):
            table = view.rows(
                datasets=dataset, reporters=reporter, flow=flow, whole=True, **{**rest, "partners": partners}
            )
            table = table.filter(pc.equal(table["period_start"], table["period_end"]))
            if table.num_rows:
                if unit is not None:
                    table = table.append_column("unit", table[unit])
                yield block_of(table, (dataset, reporter, flow), measure.value, None if unit else "kg")


def shares_of(
    view: View, dataset: str, reporter: str, flow: str, partners: Any = None, most: int | None = None
) -> list[Any]:
    """Return the partners in shares of no more rows than a block takes (or ``most``); ``None`` stands for all of them."""
    most = most or BLOCK_ROWS
    rows = sum(view.spans[dataset, reporter, flow].values())
    if rows <= most:
        return [partners]
    return _shares(view, (dataset, reporter, flow), _some(partners), -(-rows // most))


def _some(some: Any) -> set[str] | None:
    return None if some is None else {some} if isinstance(some, str) else set(some)


def _shares(view: View, spot: tuple[str, str, str], partners: set[str] | None, count: int) -> list[list[str]]:
    """Divide the partners into shares of about as many rows, of whatever vintage."""
    counts = {word: number for word, number in view.partner_rows(*spot).items() if partners is None or word in partners}
    limit = sum(counts.values()) / count
    shares: list[list[str]] = [[]]
    filled = 0
    for word in sorted(counts):
        if filled and filled + counts[word] > limit:
            shares.append([])
            filled = 0
        shares[-1].append(word)
        filled += counts[word]
    return shares


def block_of(table: Any, spot: tuple[str, str, str], measure: str, unit: str | None) -> Block:
    """Return rows as a block.

    Parameters
    ----------
    table
        ``partner, cmd_code, classification, period_start``, the measure and, unless ``unit`` is given, ``unit``; one row a
        cell and classification.
    spot
        Dataset, reporter and flow of all of them.
    measure
        Name of the column.
    unit
        The unit of all values, where it is one.
    """
    partners, partner_words = ranked(table["partner"])
    codes, code_words = ranked(table["cmd_code"])
    classes, _ = ranked(table["classification"])
    months = table["period_start"].to_numpy()
    order = np.lexsort((classes, months, codes, partners))
    partners, codes, months = partners[order], codes[order], months[order]
    series = partners.astype(np.int64) * len(code_words) + codes
    if len(order) > 1:
        # Of two classifications in one month the later edition's row stands; View.cells tells the conflict.
        keep = np.ones(len(order), bool)
        keep[:-1] = (series[1:] != series[:-1]) | (months[1:] != months[:-1])
        order, partners, codes, months, series = (one[keep] for one in (order, partners, codes, months, series))
    edges = np.flatnonzero(np.append(True, series[1:] != series[:-1]))
    values = table[measure].to_numpy()[order].astype(np.float64)
    if unit is not None:
        units, names = np.zeros(len(order), np.int16), [unit]
    else:
        places, names = numbered(table["unit"])
        units = places[order].astype(np.int16)
    first = dict(zip(("dataset", "reporter", "flow"), spot, strict=True))
    count = len(edges)
    columns = {
        **{name: _same(text, count) for name, text in first.items()},
        "partner": pa.DictionaryArray.from_arrays(pa.array(partners[edges]), pa.array(partner_words, pa.string())),
        "cmd_code": pa.DictionaryArray.from_arrays(pa.array(codes[edges]), pa.array(code_words, pa.string())),
    }
    return Block(
        keys=pa.table({name: columns[name] for name in _SERIES}),
        offsets=np.append(edges, len(order)).astype(np.int64),
        months=months.astype(np.int32),
        values=values,
        units=units,
        unit_names=tuple(names),
    )


def ranked(column: Any) -> tuple[Any, list[str]]:
    """Number a text column so that numbers sort as texts do."""
    places, words = numbered(column)
    order = sorted(range(len(words)), key=words.__getitem__)
    rank = np.zeros(max(len(words), 1), np.int32)
    rank[order] = np.arange(len(words), dtype=np.int32)
    return rank[places], [words[at] for at in order]


def _same(text: str, count: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([text]))
