"""Seeds for developing and seeds for reporting, kept apart: nothing is tuned on a report seed.

A method may be developed on anything :func:`develop` gives. The numbers in ``docs/detection.md`` come from :func:`report`,
which gives other streams for the same purpose; a test holds that the two never meet.
"""

from __future__ import annotations

import zlib

__all__ = ["develop", "report"]

_DEVELOP = 1_000_000
_REPORT = 7_000_000


def _of(base: int, purpose: str, number: int) -> int:
    if not 0 <= number < 1000:
        raise ValueError(f"seed number {number} is not in 0..999")
    return base + 1000 * (zlib.crc32(purpose.encode()) % 5000) + number


def develop(purpose: str, number: int = 0) -> int:
    """Return a seed to develop on, 1,000,000 to 5,999,999.

    >>> develop("trade") != report("trade")
    True
    """
    return _of(_DEVELOP, purpose, number)


def report(purpose: str, number: int = 0) -> int:
    """Return a seed to report on, 7,000,000 to 11,999,999."""
    return _of(_REPORT, purpose, number)
