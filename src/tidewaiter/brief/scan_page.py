"""The events of a scan as one self-contained HTML page: a chart of every month looked at beside each sentence."""

from __future__ import annotations

import base64
import hashlib

import msgspec
from markupsafe import Markup

from tidewaiter import __version__
from tidewaiter.brief.charts import KEY, states_of
from tidewaiter.brief.html import _environment, _style, _tidy
from tidewaiter.brief.marks import Expected
from tidewaiter.brief.shape import Chart, ChartCell
from tidewaiter.findings.account import judged_words
from tidewaiter.findings.surge import DOWN, Surge
from tidewaiter.findings.survey import Survey
from tidewaiter.findings.told import nothing_found, small_words
from tidewaiter.findings.who import same_tide, tide_line, who_line
from tidewaiter.findings.words import money, number
from tidewaiter.period import Period
from tidewaiter.safe import counted

__all__ = ["render_scan"]

MOST_MEMBERS = 60
"""Lines of an event that the page lists; it says how many more there are."""

TIERS = {
    "firm": "At most one in ten of these is expected to be a false alarm.",
    "likely": "At most three in ten of these are expected to be false alarms.",
    "watch": "Among the hundred most surprising, and of a kind that at most one series in a hundred shows by chance.",
    "may be an artefact": "Something else than trade may be behind these; the note says what.",
}


class _Told(msgspec.Struct, frozen=True):
    """An event, where it stands and its chart."""

    event: Surge
    who: str
    tide: str
    chart: Chart
    members: tuple[Surge, ...]
    amount: str
    times: str
    expected: str
    frame: Expected | None


def render_scan(found: Survey, asked: str) -> str:
    """Write a scan as an HTML page.

    Parameters
    ----------
    found
        What was found; every event of it is shown.
    asked
        The question in words, for the line above the title.
    """
    css = _style()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    tiers = []
    for name, note in TIERS.items():
        told = [
            _told(event) for event in found.events if ((event.artefact and "may be an artefact") or event.tier) == name
        ]
        if told:
            tiers.append((name, note, told))
    one_unit = len({event.unit for event in found.events}) < 2
    framed = any(one.frame is not None for _, _, told in tiers for one in told)
    charts = [one.chart for _, _, told in tiers for one in told]
    page = (
        _environment()
        .get_template("scan.html.j2")
        .render(
            css=Markup(css),
            csp=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            asked=asked,
            found=found,
            judged=judged_words(found.judged, found.series),
            many=counted(found.found, "events"),
            small=small_words(found),
            tide=same_tide(found.events),
            nothing="" if found.found else nothing_found(found),
            unit=found.events[0].unit if one_unit and found.events else "",
            more=found.found - len(found.events),
            tiers=tiers,
            marks=[
                name
                for name, _ in KEY
                if any(name in states_of(chart) for chart in charts) or (name == "expected" and framed)
            ],
            made_with=f"Made with Tidewaiter {__version__}",
        )
    )
    return _tidy(page) + "\n"


def _told(event: Surge) -> _Told:
    first = Period.parse(event.since).start
    open_ = set(event.open_months)
    cells = []
    for at, (value, state) in enumerate(zip(event.history, event.states, strict=True)):
        when = str(Period(first + at, first + at))
        upper = None if when in open_ or (value is None and state == "not known") else value or 0.0
        cells.append(ChartCell(when, state, value or 0.0, upper))
    unit = event.unit or {"net_wgt_kg": "kg"}.get(event.measure, "")
    chart = Chart(
        title=f"{event.goods[:1].upper()}{event.goods[1:]} ({event.code})",
        unit=f"{unit} a month",
        alt=f"{who_line(event)}, {Period(first, first + len(cells) - 1).words()}: {event.words}",
        cells=tuple(cells),
        period_from=event.month,
        period_to=event.month,
    )
    frame = _expected(event)
    least = "at least " if event.at_least else ""
    amount = money(event.value, event.unit) if event.measure == "value" else f"{number(event.value)} {unit}"
    times = event.multiple
    told = "" if times is None else f"{times:,.0f}" if times >= 10 else f"{times:.2g}"
    return _Told(
        event,
        who_line(event),
        tide_line(event),
        chart,
        event.members[:MOST_MEMBERS],
        least + amount,
        told,
        "" if frame is None else number(frame.lo if event.channel in DOWN else frame.hi),
        frame,
    )


def _expected(event: Surge) -> Expected | None:
    """Return the range that the sentence speaks of: of its past before the months judged together, or of this month."""
    if event.channel in ("sustained", *DOWN):
        if event.usual_low is None or event.usual_high is None:
            return None
        until = Period.parse(event.usual_until).end + 1
        return Expected(str(Period(until, until)), event.month, event.usual_low, event.usual_high)
    if event.low is None or event.high is None or event.usual_high is None:
        return None
    return Expected(event.month, event.month, event.low, event.high)
