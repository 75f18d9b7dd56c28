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
    channel, score, p, q
        As in :class:`tidewaiter.detect.ScanResult`, net of the whole trade of the pair; q among all series asked about.
    tier, tier_by
        That of the surest of its series, and the code of that one.
    p_raw, with_the_tide
        The same without taking the tide out; whether only that finds it.
    value, at_least, lacking
        The month; whether it is a sum that lacks what some reporters may have, so that it is at least so much; how many.
    expected, low, high
        Median and 90 % range of what its own past and season let expect, None where that cannot be told; ``high`` is None for a flow that
        traded in fewer than three months before.
    expected_net, low_net, high_net
        The same with how the goods of the pair moved on the whole taken in: what tiers and order go by.
    usual_low, usual_high, usual_until, usual_months
        Lower and upper end of the 90 % range of a month with trade that its past up to this month lets expect: the last months, which are judged together for a
        sustained rise, are left out. None where it traded in fewer than three months up to then; in how many it did.
    traded
        How many months with trade there were before this one.
    tide, tide_left_out
        How many times the same month a year before all listed goods of the pair came to, each good once. None where not
        known, or where they are counted in more than one unit. How many goods are left out because a month of theirs is not
        released.
    year_ago, year_ago_at_least, multiple, net_multiple
        Same month a year before, and whether it is at least so much; how many times; how many times that of the tide. None
        where not known. Where either month is at least so much, a multiple is that of what is listed.
    record, record_month
        The largest earlier month that is known.
    proved, known
        Whether every earlier month is known, so that a record or an absence is proved; how many are.
    silent, restart, restart_of
        Months of proved silence before; the share of months that saw trade among those of flows that traded as seldom and were
        silent as long, in the year before; how many months these are. None and 0 where they are too few, as they are where it
        never traded before.
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
    since, history, states, open_months
        The first month looked at; from there on each month's amount (None: not known) and state, the last one included; months
        that are at least so much.
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
    tier_by: str
    with_the_tide: bool
    score: float
    p: float | None
    p_raw: float | None
    q: float | None
    value: float
    at_least: bool
    lacking: int
    expected: float | None
    low: float | None
    high: float | None
    expected_net: float | None
    low_net: float | None
    high_net: float | None
    usual_low: float | None
    usual_high: float | None
    usual_until: str
    usual_months: int
    traded: int
    tide: float | None
    tide_left_out: int
    year_ago: float | None
    year_ago_at_least: bool
    multiple: float | None
    net_multiple: float | None
    record: float | None
    record_month: str | None
    proved: bool
    known: int
    silent: int
    restart: float | None
    restart_of: int
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
    open_months: tuple[str, ...]
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
    listed = bool(surge.open_months)

    def amount(value: float) -> str:
        if panel.measure is Measure.VALUE:
            return money(value, surge.unit)
        return f"{number(value)} {surge.unit or 'kg'}"

    name = surge.goods[:1].upper() + surge.goods[1:]
    now = ("at least " if surge.at_least else "") + amount(surge.value)
    parts = [f"{name} ({surge.code}): {now} in {month_words(month)}"]
    if surge.at_least:
        parts.append(f"{_reporters(surge.lacking)} may have more, so all comparisons are with what is listed")
    elif listed:
        parts.append("some reporters may have more in earlier months, so all comparisons are with what is listed")
    if surge.year_ago is not None and surge.multiple is not None and surge.year_ago > 0 and surge.value > 0:
        open_ = surge.at_least or surge.year_ago_at_least
        before = f"{month_words(month - 12)} ({amount(surge.year_ago)}{' listed' if surge.year_ago_at_least else ''})"
        parts.append(f"{_times(surge.multiple)} {'what is listed for ' if open_ else ''}{before}")
    elif surge.year_ago == 0 and not (surge.known and _never_before(surge, month - 12)):
        parts.append(f"none in {month_words(month - 12)}")
    if surge.known:
        parts.append(_expected_words(surge, amount))
    if surge.channel == "start" and not (surge.traded == 0 and 0 < surge.silent == surge.known):
        parts.append(_start_words(surge))
    if surge.channel not in ("start", *DOWN) and surge.record is not None and surge.value > surge.record > 0:
        first = month_words(panel.period.start)
        if surge.proved:
            parts.append(f"more than in any month since {first}, the first looked at")
        elif listed:
            parts.append(f"more than is listed for any of the {surge.known} earlier months that are known")
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


def _reporters(many: int) -> str:
    return "one reporter that is not known" if many == 1 else f"{many} reporters that are not known"


_FEW: Final = 6


def _expected_words(surge: Surge, amount: Callable[[float], str]) -> str:
    """Say what was expected, and by what the month is out of the ordinary where its own past would allow for it.

    Nothing is said to be expected by a past with hardly any trade: the range of such a flow is that of others.
    """
    until = month_words(month_number(surge.usual_until))
    past = f"by its past up to {until}"
    if surge.usual_months < _FEW:
        past += f", only {_months_of_trade(surge.usual_months)},"
    if surge.channel in DOWN:
        if surge.usual_low is None:
            return _little(surge.usual_months, until, surge)
        if surge.value < surge.usual_low:
            return f"{past} expected {amount(surge.usual_low)} or more"
        if surge.low_net is not None and surge.value < surge.low_net:
            return f"its own past allows for {amount(surge.usual_low)}, but as the goods of this pair moved it would be {amount(surge.low_net)} or more"
        return f"{amount(surge.usual_low)} or more would be usual for one month"
    if surge.channel == "sustained" and surge.usual_high is not None and surge.value > surge.usual_high:
        return f"{past} expected under {amount(surge.usual_high)}"
    if surge.traded == 0:
        return _never(surge)
    if surge.usual_high is None:
        # It began, or nearly so, among the months that are judged together.
        return _little(surge.usual_months, until, surge)
    if surge.high is None or surge.high <= 0:
        return "none expected"
    if surge.value > surge.high:
        return f"expected under {amount(surge.high)}"
    if surge.high_net is not None and surge.value > surge.high_net > 0:
        return f"its own past allows for up to {amount(surge.high)}, but as the goods of this pair moved it would be under {amount(surge.high_net)}"
    return f"up to {amount(surge.high)} would be usual for one month"


def _months_of_trade(many: int) -> str:
    return "one month with trade" if many == 1 else f"{many} months with trade"


def _little(many: int, until: str, surge: Surge) -> str:
    """Say that there was no trade, or hardly any, up to a month."""
    if many:
        return f"only {_months_of_trade(many)} up to {until}"
    return f"no trade up to {until}" if surge.proved else f"no trade is known up to {until}"


def _never_before(surge: Surge, year_ago: int) -> bool:
    """Whether it is said anyway that there was no trade in a stretch of months that the one a year ago lies in."""
    if surge.channel in DOWN or not surge.proved:
        return False
    return surge.traded == 0 or (surge.usual_months == 0 and month_number(surge.usual_until) >= year_ago)


def _never(surge: Surge) -> str:
    """Say that a flow had no trade before."""
    since = month_words(month_number(surge.since))
    if surge.proved:
        return f"none in any month since {since}, the first looked at"
    return f"none in any of the {surge.known} earlier months that are known"


def _lasting_words(surge: Surge) -> str:
    """Say what lasts."""
    if surge.above:
        told = f"each of the last {surge.above} months is more than any of the twelve before them"
    elif surge.usual_high is None or surge.value > surge.usual_high:
        told = "a rise that lasts"
    elif surge.high is not None and surge.high_net is not None and surge.high_net < surge.high:
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
    alike = "of flows that traded as seldom and were silent as long"
    if surge.restart_of and not surge.restart:
        words += f"; {alike} none traded in {surge.restart_of:,} months"
    elif surge.restart is not None and surge.restart < 0.5:
        words += f"; {alike} about 1 in {max(2, round(1 / surge.restart)):,} trades in a given month"
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
