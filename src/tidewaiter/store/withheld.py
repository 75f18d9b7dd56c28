"""What publishers are known to keep out of their tables (``withheld.toml``)."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from tidewaiter.model import TOTAL, SeriesKey
from tidewaiter.period import month

__all__ = ["Withheld", "withheld", "withheld_below", "withheld_note"]


class Withheld(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """One such practice. ``codes``: with all that lies under them; none means all. ``start`` and ``end``: months, ``end`` empty while it lasts."""

    datasets: tuple[str, ...]
    reporter: str
    partner: str
    flows: tuple[str, ...]
    codes: tuple[str, ...]
    start: str
    reason: str
    source: str
    end: str = ""


@lru_cache(maxsize=1)
def withheld() -> tuple[Withheld, ...]:
    """Return every practice in the table."""
    import tomllib
    from importlib.resources import files

    text = (files("tidewaiter.store") / "withheld.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["withheld"], tuple[Withheld, ...])


def withheld_note(key: SeriesKey, number: int) -> str:
    """Return why a cell without a row is withheld; empty if nothing is known of the kind.

    Examples
    --------
    >>> from tidewaiter.model import Flow, Measure
    >>> key = SeriesKey("gacc", "CHN", "PRK", Flow.EXPORT, "27090000", "", Measure.VALUE, "")
    >>> withheld_note(key, month("2022-01"))[:41]
    'China has listed no crude oil to North Ko'
    """
    return next((one.reason for one in _of(key, number) if not one.codes or key.cmd.startswith(one.codes)), "")


def withheld_below(key: SeriesKey, number: int) -> str:
    """Return why a part of a code is withheld; empty if nothing is known of the kind. Silence on the whole is then no zero.

    Examples
    --------
    >>> from tidewaiter.model import Flow, Measure
    >>> key = SeriesKey("gacc", "CHN", "PRK", Flow.EXPORT, "27", "", Measure.VALUE, "")
    >>> withheld_note(key, month("2022-01")), withheld_below(key, month("2022-01"))[:41]
    ('', 'China has listed no crude oil to North Ko')
    """
    parts = (one for one in _of(key, number) if key.cmd == TOTAL or any(code.startswith(key.cmd) for code in one.codes))
    return next((one.reason for one in parts), "")


def _of(key: SeriesKey, number: int) -> list[Withheld]:
    """Return the practices of a publisher, a pair and a flow in a month."""
    return [
        one
        for one in withheld()
        if key.dataset in one.datasets
        and (key.reporter, key.partner) == (one.reporter, one.partner)
        and key.flow.value in one.flows
        and number >= month(one.start)
        and (not one.end or number <= month(one.end))
    ]
