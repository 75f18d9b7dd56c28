"""The events of a scan as one self-contained HTML page: a chart of every month looked at beside each sentence."""

from __future__ import annotations

import base64
import hashlib

import msgspec
from markupsafe import Markup

from tidewaiter import __version__
from tidewaiter.brief.charts import KEY, states_of
from tidewaiter.brief.html import _environment, _style, _tidy
from tidewaiter.brief.shape import Chart, ChartCell
from tidewaiter.findings.surge import Surge
from tidewaiter.findings.survey import Survey
from tidewaiter.findings.who import tide_line, who_line
from tidewaiter.period import Period

__all__ = ["render_scan"]

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
    charts = [one.chart for _, _, told in tiers for one in told]
    page = (
        _environment()
        .get_template("scan.html.j2")
        .render(
            css=Markup(css),
            csp=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            asked=asked,
            found=found,
            more=found.found - len(found.events),
            tiers=tiers,
            marks=[name for name, _ in KEY if any(name in states_of(chart) for chart in charts)],
            made_with=f"Made with Tidewaiter {__version__}",
        )
    )
    return _tidy(page) + "\n"


def _told(event: Surge) -> _Told:
    first = Period.parse(event.since).start
    cells = tuple(
        ChartCell(
            str(Period(first + at, first + at)),
            state,
            value or 0.0,
            None if value is None and state == "not known" else value or 0.0,
        )
        for at, (value, state) in enumerate(zip(event.history, event.states, strict=True))
    )
    unit = event.unit or {"net_wgt_kg": "kg"}.get(event.measure, "")
    chart = Chart(
        title=f"{event.goods[:1].upper()}{event.goods[1:]} ({event.code})",
        unit=f"{unit} a month",
        alt=f"{who_line(event)}, {Period(first, first + len(cells) - 1).words()}: {event.words}",
        cells=cells,
        period_from=event.month,
        period_to=event.month,
    )
    return _Told(event, who_line(event), tide_line(event), chart, event.members[:6])
