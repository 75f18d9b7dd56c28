"""What publishers are known to keep out of their tables (``withheld.toml``)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

import msgspec

from tidewaiter.model import SeriesKey
from tidewaiter.period import month

__all__ = ["Withheld", "withheld", "withheld_note"]


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
    for one in withheld():
        if (
            key.dataset in one.datasets
            and (key.reporter, key.partner) == (one.reporter, one.partner)
            and key.flow.value in one.flows
            and (not one.codes or key.cmd.startswith(one.codes))
            and number >= month(one.start)
            and (not one.end or number <= month(one.end))
        ):
            return one.reason
    return ""
