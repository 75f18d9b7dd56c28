"""The lines about an event: between whom, and what the whole trade of the pair did."""

from __future__ import annotations

from tidewaiter.codes import area_name
from tidewaiter.findings.surge import DOWN, Surge
from tidewaiter.findings.words import number
from tidewaiter.series.panel import TOGETHER

__all__ = ["tide_line", "who_line"]


def who_line(event: Surge) -> str:
    """Name both sides, and who among many reporters has the largest part."""
    partner, largest = area_name(event.partner), event.largest_reporter
    who = event.reporter if event.reporter == TOGETHER else area_name(event.reporter)
    if event.reporter == TOGETHER and event.reporters == 1 and largest:
        who = f"{area_name(largest)} alone"
    told = f"{who} to {partner}" if event.flow in ("X", "RX") else f"{who} from {partner}"
    if event.reporters > 1:
        part = f"{100 * event.largest_share:.0f}" if event.largest_share < 0.995 else "over 99"
        told += f" ({event.reporters} reporters"
        told += f", {area_name(largest)} {part} %)" if largest else ")"
    return told


def tide_line(event: Surge) -> str:
    """Say what the whole trade of the pair did, where it moved; empty where it did not, or is not known."""
    if event.tide is None or 0.8 < event.tide < 1.2:
        return ""
    net = event.net_multiple
    beyond = f"; set against that, {_net(net)} times" if net is not None and event.channel not in DOWN else ""
    only = "; above that it is not unusual for this series" if event.with_the_tide else ""
    return f"all goods listed here of the pair: {event.tide:,.1f} times the year before{beyond}{only}"


def _net(multiple: float) -> str:
    return number(round(multiple)) if multiple >= 10 else f"{multiple:.1f}" if multiple >= 0.1 else f"{multiple:.2g}"
