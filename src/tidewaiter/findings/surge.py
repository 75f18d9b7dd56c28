"""One event of the scan, and its sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from tidewaiter.codes import text_of
from tidewaiter.findings.words import money, number
from tidewaiter.model import Measure
from tidewaiter.period import month as month_number
from tidewaiter.period import month_words
from tidewaiter.series.panel import SeriesPanel
from tidewaiter.sources.headings import heading_phrase

__all__ = ["CHANNELS", "DOWN", "Surge", "goods_name", "surge_words"]

CHANNELS: Final = ("spike", "sustained", "start", "record", "stop", "fall", "unit_value")
"""Ways in which a month can be out of the ordinary; the first three are ranked together."""

DOWN: Final = ("stop", "fall")


class Surge(msgspec.Struct, frozen=True):
    """One event.

    Parameters
    ----------
    id
        The same for the same event whenever it is found: of dataset, reporter, partner, flow, code, way and month.
    channel, tier, score, p, q
        As in :class:`tidewaiter.detect.ScanResult`, net of the whole trade of the pair; q among all series asked about.
    p_raw, with_the_tide
        The same without taking the tide out; whether only that finds it.
    value, expected, low, high
        The month, and the median and 90 % range of what its own past and season let expect.
    expected_net, low_net, high_net
        The same with how the goods of the pair moved on the whole taken in: what tiers and order go by.
    usual_low, usual_high, usual_until
        Lower and upper end of the 90 % range of a month with trade that its past up to this month lets expect: the last months, which are judged together for a
        sustained rise, are left out.
    tide
        How many times the same month a year before all listed goods of the pair came to, each good once. None where not
        known, or where they are counted in more than one unit.
    year_ago, multiple, net_multiple
        Same month a year before; how many times; how many times that of the tide. None where not known.
    record, record_month
        The largest earlier month that is known.
    proved, known
        Whether every earlier month is known, so that a record or an absence is proved; how many are.
    silent, restart
        Months of proved silence before, and the share of flows so silent that trade again in a given month.
    reporters, largest_reporter, largest_share
        How many report trade in the month; which of them has the largest part, and how large a part.
    above
        For a sustained rise: how many months, the last included, are each more than any of the twelve before them; 0 if not
        two, or if one of those is not known.
    level_since
        For a sustained rise: the month since which the series lies on a higher level, where one is sure.
    level_earliest, level_latest
        The months between which it rose to that level.
    unit_value, expected_unit_value, by_price, by_quantity
        Value per quantity and what its past lets expect; the change over the same month a year before, split by price and by
        quantity (they add up to it). None where quantities are not known.
    artefact
        Why this may be no event of trade; empty if nothing speaks for it.
    since, history, states
        The first month looked at; from there on each month's amount (None: not known) and state, the last one included.
    words
        It in one sentence.
    members
        Other candidates of the same event.
    """

    id: str
    dataset: str
    reporter: str
    partner: str
    flow: str
    code: str
    goods: str
    month: str
    measure: str
    unit: str
    channel: str
    tier: str
    with_the_tide: bool
    score: float
    p: float
    p_raw: float
    q: float
    value: float
    expected: float
    low: float
    high: float
    expected_net: float
    low_net: float
    high_net: float
    usual_low: float
    usual_high: float
    usual_until: str
    tide: float | None
    year_ago: float | None
    multiple: float | None
    net_multiple: float | None
    record: float | None
    record_month: str | None
    proved: bool
    known: int
    silent: int
    restart: float
    reporters: int
    largest_reporter: str
    largest_share: float
    above: int
    level_since: str | None
    level_earliest: str | None
    level_latest: str | None
    unit_value: float | None
    expected_unit_value: float | None
    by_price: float | None
    by_quantity: float | None
    artefact: str
    since: str
    history: tuple[float | None, ...]
    states: tuple[str, ...]
    words: str
    members: tuple[Surge, ...] = ()


def goods_name(code: str) -> str:
    """Return what a code is called on one line: its first words, cut at a stop."""
    if code == "TOTAL":
        return "goods of all kinds"
    if len(code) == 4 and not heading_phrase(code).startswith("goods of heading"):
        return heading_phrase(code)
    text = text_of(code) or text_of(code[:4])
    text = " ".join(text.replace(";", ",").split()).rstrip(".,: ")
    text = text if len(text) <= 80 else text[:77].rsplit(" ", 1)[0].rstrip(",") + " ..."
    return text[:1].lower() + text[1:] if text[1:2].islower() else text or f"goods of code {code}"


def surge_words(surge: Surge, panel: SeriesPanel) -> str:
    """Write an event in one sentence that the panel proves."""
    month = panel.period.end

    def amount(value: float) -> str:
        if panel.measure is Measure.VALUE:
            return money(value, surge.unit)
        return f"{number(value)} {surge.unit or 'kg'}"

    name = surge.goods[:1].upper() + surge.goods[1:]
    parts = [f"{name} ({surge.code}): {amount(surge.value)} in {month_words(month)}"]
    if surge.year_ago is not None and surge.multiple is not None and surge.year_ago > 0 and surge.value > 0:
        before = f"{month_words(month - 12)} ({amount(surge.year_ago)})"
        parts.append(f"{_times(surge.multiple)} {before}")
    elif surge.year_ago == 0:
        parts.append(f"none in {month_words(month - 12)}")
    if surge.known:
        parts.append(_expected_words(surge, amount))
    if surge.channel == "start":
        parts.append(_start_words(surge))
    elif surge.channel not in DOWN and surge.record is not None and surge.value > surge.record > 0:
        first = month_words(panel.period.start)
        if surge.proved:
            parts.append(f"more than in any month since {first}, the first looked at")
        else:
            parts.append(f"more than in any of the {surge.known} earlier months that are known")
    if surge.channel == "sustained":
        parts.append(_lasting_words(surge))
    if surge.by_price is not None and surge.by_quantity is not None:
        parts.append(
            f"over the year {_signed(surge.by_quantity, amount)} by quantity and {_signed(surge.by_price, amount)} by price"
        )
    if surge.channel == "unit_value" and surge.unit_value and surge.expected_unit_value:
        parts.append(
            f"{surge.unit_value:,.3g} {surge.unit} a unit of quantity, {surge.expected_unit_value:,.3g} expected"
        )
    return "; ".join(parts)


def _expected_words(surge: Surge, amount: Callable[[float], str]) -> str:
    """Say what was expected, and by what the month is out of the ordinary where its own past would allow for it."""
    until = month_words(month_number(surge.usual_until))
    if surge.channel in DOWN:
        if surge.value < surge.usual_low:
            return f"by its past up to {until} expected {amount(surge.usual_low)} or more"
        if surge.value < surge.low_net:
            return f"its own past allows for {amount(surge.usual_low)}, but as the goods of this pair moved it would be {amount(surge.low_net)} or more"
        return f"{amount(surge.usual_low)} or more would be usual for one month"
    if surge.channel == "sustained" and surge.value > surge.usual_high:
        return f"by its past up to {until} expected under {amount(surge.usual_high)}"
    if surge.high <= 0:
        return "none expected"
    if surge.value > surge.high:
        return f"expected under {amount(surge.high)}"
    if surge.value > surge.high_net > 0:
        return f"its own past allows for up to {amount(surge.high)}, but as the goods of this pair moved it would be under {amount(surge.high_net)}"
    return f"up to {amount(surge.high)} would be usual for one month"


def _lasting_words(surge: Surge) -> str:
    """Say what lasts."""
    if surge.above:
        told = f"each of the last {surge.above} months is more than any of the twelve before them"
    elif surge.value > surge.usual_high:
        told = "a rise that lasts"
    elif surge.high_net < surge.high:
        told = "a level that holds while the goods of this pair fall on the whole"
    else:
        told = "not much by itself, but the last months together are more than expected"
    if surge.level_since is not None:
        told += f", on a higher level since about {month_words(month_number(surge.level_since))}"
        if surge.level_earliest and surge.level_latest and surge.level_earliest != surge.level_latest:
            first, last = (month_words(month_number(month)) for month in (surge.level_earliest, surge.level_latest))
            told += f" (between {first} and {last})"
    return told


def _start_words(surge: Surge) -> str:
    if not surge.silent and not surge.known and "is a new " in surge.artefact:
        return "there was no such code before"
    if not surge.silent:
        return "earlier months are not known, so a start is not proved"
    words = f"after {surge.silent} months without" if surge.silent > 1 else "after one month without"
    if 0 < surge.restart < 0.5:
        words += f"; of flows so silent about 1 in {max(2, round(1 / surge.restart)):,} trades in a given month"
    return words


def _times(multiple: float) -> str:
    if multiple >= 1.2:
        text = f"{multiple:,.0f}" if multiple >= 10 else f"{multiple:.1f}".removesuffix(".0")
        return f"{text} times"
    if multiple > 0.95:
        return "about as much as"
    return f"{100 * multiple:.0f} % of" if multiple >= 0.01 else "under 1 % of"


def _signed(value: float, amount: Callable[[float], str]) -> str:
    return ("+" if value >= 0 else "-") + amount(abs(value))
