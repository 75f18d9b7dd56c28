"""The states of a cell as small numbers, for arrays; same words and order as :class:`tidewaiter.model.State`."""

from __future__ import annotations

__all__ = ["KNOWN_STATES", "STATES"]

STATES = (
    "value",
    "zero",
    "unreleased",
    "merged",
    "code not alive",
    "withheld",
    "not recorded",
    "conflict",
    "not known",
)
"""``states[i, m]`` is an index into this; only 0 and 1 say what was traded, all others are months not known."""

KNOWN_STATES = 2
"""States below this number are known amounts."""
