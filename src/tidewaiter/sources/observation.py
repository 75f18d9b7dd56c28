"""The one shape that every reader of customs rows produces.

A row is one printed observation. Its key columns come first; an empty string in ``customs_regime``,
``mode_of_transport`` or ``district`` means "not broken down": the row is the total over that dimension, or the
publisher does not split by it. Rows for the world or a group of countries keep the code of that group as their
partner or reporter, so that nothing that sums countries can take them in. ``cmd_code`` is text, leading zeros kept.
Periods are month numbers (:mod:`tidewaiter.period`); a row published for a run of months keeps the run. A measure the
row does not carry is null, never zero.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import msgspec
import pyarrow as pa

__all__ = ["KEY_COLUMNS", "SCHEMA", "Asked", "Batch", "Reject"]

KEY_COLUMNS = (
    "dataset",
    "reporter",
    "partner",
    "flow",
    "cmd_code",
    "classification",
    "customs_regime",
    "mode_of_transport",
    "district",
    "period_start",
    "period_end",
)
"""The columns that tell one observation of a release from another."""

_TEXT: Any = pa.dictionary(pa.int32(), pa.string())

SCHEMA = pa.schema(
    [
        pa.field("dataset", _TEXT, nullable=False),
        pa.field("reporter", _TEXT, nullable=False),
        pa.field("partner", _TEXT, nullable=False),
        pa.field("flow", _TEXT, nullable=False),
        pa.field("cmd_code", _TEXT, nullable=False),
        pa.field("classification", _TEXT, nullable=False),
        pa.field("customs_regime", _TEXT, nullable=False),
        pa.field("mode_of_transport", _TEXT, nullable=False),
        pa.field("district", _TEXT, nullable=False),
        pa.field("period_start", pa.int32(), nullable=False),
        pa.field("period_end", pa.int32(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("currency", _TEXT),
        pa.field("net_wgt_kg", pa.float64()),
        pa.field("qty", pa.float64()),
        pa.field("qty_unit", _TEXT),
        pa.field("qty2", pa.float64()),
        pa.field("qty2_unit", _TEXT),
    ]
)
"""Arrow schema of an observation, without the release it came in."""


class Asked(msgspec.Struct, frozen=True):
    """What the user told beside the file, because the file does not say it; empty where nothing was told.

    Parameters
    ----------
    flow
        ``X`` or ``M``, for formats whose files do not carry the flow. A reader that needs it and was not told refuses.
    mapping
        The text of a mapping (:mod:`tidewaiter.sources.mapping`), for a file of no known format.
    """

    flow: str = ""
    mapping: str = ""


class Reject(msgspec.Struct, frozen=True):
    """A row that could not be read: where it stands, what it says, why it was not taken."""

    line: int
    column: str
    value: str
    reason: str


LINES: ContextVar[bool] = ContextVar("lines", default=False)
"""Whether readers that can are to say on which line each row stands: only where a file is read again to name them."""


class Batch(msgspec.Struct, frozen=True):
    """A run of rows as read: a :class:`pyarrow.RecordBatch` of :data:`SCHEMA`, what was rejected, what must be told.

    ``notes`` are sentences that belong to the release whatever it is used for: what was left out and why, what looks
    like a slip. ``lines``: the line of each row, where :data:`LINES` asked for it and the reader makes a row of a line.
    """

    rows: Any
    rejects: tuple[Reject, ...] = ()
    notes: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
