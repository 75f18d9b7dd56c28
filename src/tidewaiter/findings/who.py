"""The lines about an event: between whom, and what the whole trade of the pair did."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter.codes import area_name
from tidewaiter.codes.parties import side_name
from tidewaiter.findings.surge import DOWN, Surge
from tidewaiter.findings.words import number
from tidewaiter.model import TOTAL
from tidewaiter.period import month as month_number
from tidewaiter.period import month_words
from tidewaiter.series.panel import TOGETHER

__all__ = ["beside_tide", "same_tide", "tide_line", "who_line"]


def who_line(event: Surge) -> str:
    """Name both sides, and who among many reporters has the largest part."""
    partner, largest = area_name(event.partner), event.largest_reporter
    who = event.reporter if event.reporter == TOGETHER else side_name(event.reporter)
    if event.reporter == TOGETHER and event.reporters == 1 and largest and not event.at_least:
        who = f"{area_name(largest)} alone"
    told = f"{who} to {partner}" if event.flow in ("X", "RX") else f"{who} from {partner}"
    if event.reporters > 1:
        part = f"{100 * event.largest_share:.0f}" if event.largest_share < 0.995 else "over 99"
        listed = " of what is listed" if event.at_least else ""
        told += f" ({event.reporters} reporters{' listed' if event.at_least else ''}"
        told += f", {area_name(largest)} {part} %{listed})" if largest else ")"
    elif event.reporters == 1 and largest not in ("", event.reporter) and "alone" not in told:
        told += f" ({area_name(largest)} {'is the only one listed' if event.at_least else 'alone'})"
    return told


def tide_line(event: Surge) -> str:
    """Say what the whole trade of the pair did, where it moved; empty where it did not, is not known, or is the event itself."""
    if not _moved(event):
        return ""
    return "; ".join(filter(None, (f"{_tide(event)} the year before", beside_tide(event))))


def beside_tide(event: Surge) -> str:
    """Say what the event is beside that."""
    if not _moved(event):
        return ""
    net = event.net_multiple
    beyond = f"set against that, {_net(net)} times" if net is not None and event.channel not in DOWN else ""
    only = "above that it is not unusual for this series" if event.with_the_tide else ""
    return "; ".join(filter(None, (beyond, only)))


def same_tide(events: Sequence[Surge]) -> str:
    """Say once what the whole trade did, where all events are of one pair and way; empty where they are not."""
    pairs = {(one.dataset, one.reporter, one.partner, one.flow, one.tide) for one in events}
    if len(pairs) != 1 or len(events) < 2 or not tide_line(events[0]):
        return ""
    one = events[0]
    who = one.reporter if one.reporter == TOGETHER else side_name(one.reporter)
    way = "to" if one.flow in ("X", "RX") else "from"
    month = month_words(month_number(one.month) - 12)
    return f"{_tide(one).replace('of the pair', f'of {who} {way} {area_name(one.partner)}')} {month}"


def _moved(event: Surge) -> bool:
    return event.tide is not None and not 0.8 < event.tide < 1.2 and event.code != TOTAL


def _tide(event: Surge) -> str:
    less = f", but {event.tide_left_out} of which a month is not released" if event.tide_left_out else ""
    return f"all goods listed here of the pair{less}: {event.tide:,.1f} times"


def _net(multiple: float) -> str:
    return number(round(multiple)) if multiple >= 10 else f"{multiple:.1f}" if multiple >= 0.1 else f"{multiple:.2g}"
