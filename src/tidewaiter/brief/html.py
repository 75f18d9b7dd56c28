"""The brief as one self-contained HTML page: no script, no request to anywhere, readable on a phone and on paper.

The page carries its own Content-Security-Policy, which allows nothing but its own style sheet (by hash). Every text
is escaped by the template engine; addresses become links only if they are plain ``http`` or ``https``.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

import jinja2
from markupsafe import Markup

from tidewaiter.brief.charts import KEY, draw_chart, draw_key, states_of
from tidewaiter.brief.check import check_brief, evidence_file, sentences_of
from tidewaiter.brief.curve import draw_curve
from tidewaiter.brief.shape import STATEMENTS_NOTE, Brief, Chart, Event, Question
from tidewaiter.errors import InputError
from tidewaiter.period import Period
from tidewaiter.safe import plain

__all__ = ["FLOW_WORDS", "question_line", "render_html", "spans", "web_address"]

FLOW_WORDS = {"X": "exports", "M": "imports", "RX": "re-exports", "RM": "re-imports", "X+M": "two-way trade"}
"""How a flow is said."""

MOST_ROWS = 150
"""A longer table of figures is folded away on the screen, never on paper."""

FIRM = ("supported", "within rounding")
"""Verdicts that raise no question; statements that got them stand together and small."""

_HANGUL = re.compile("[ᄀ-ᇿ㄰-㆏가-힣]")
_KANA = re.compile("[぀-ヿ]")
_HAN = re.compile("[㐀-鿿豈-﫿]")
_ADDRESS = re.compile(r"https?://[^\s<>\"\\^`{|}\x00-\x20\x7f]+\Z", re.IGNORECASE)


def render_html(brief: Brief) -> str:
    """Write a brief as an HTML page.

    Parameters
    ----------
    brief
        The composed brief; nothing is computed from it, only printed.

    Returns
    -------
    str
        The page, to be encoded as UTF-8. Links to proofs are relative: ``evidence/NAME.csv`` beside the page.

    Raises
    ------
    OutputError
        If the brief refers to a sentence, source or month that it does not have.
    """
    check_brief(brief)
    environment = _environment()
    css = _style()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    sentences = {s.id: s for s in sentences_of(brief)}
    page = environment.get_template("brief.html.j2").render(
        statements_note=STATEMENTS_NOTE,
        brief=brief,
        css=Markup(css),
        csp=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        question=question_line(brief.question),
        numbers={source.id: index for index, source in enumerate(brief.sources, 1)},
        sentences=sentences,
        anchors=_anchors(list(sentences)),
        most_rows=MOST_ROWS,
        glance=_glance(brief),
        marked=_marked(brief),
        firm=[s for s in brief.statements if s.verdict in FIRM],
        open=[s for s in brief.statements if s.verdict not in FIRM],
        first_total=next((s.id for s in brief.sections if s.id == "total"), None),
        key=KEY,
    )
    return _tidy(page) + "\n"


def question_line(question: Question) -> str:
    """Say in one line what was asked."""
    try:
        period = Period.parse(f"{question.period_from}..{question.period_to}").words()
    except InputError:
        period = f"{question.period_from} to {question.period_to}"
    flow = FLOW_WORDS.get(question.flow, question.flow)
    way = "from" if question.flow in ("M", "RM") else "to"
    line = f"{question.reporter_name}: {flow} {way} {question.partner_name}"
    if question.flow == "X+M":
        line = f"{question.reporter_name} and {question.partner_name}: {flow}"
    known = f"as known on {question.as_of}" if question.as_of else ""
    return " · ".join(part for part in (line, question.basket_title, period, known) if part)


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Gather the numbers of sources into ranges of three and more; a sentence may rest on ninety daily reports.

    Examples
    --------
    >>> spans([9, 1, 7, 8, 3, 2, 12, 13])
    [(1, 3), (7, 9), (12, 12), (13, 13)]
    """
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return [
        part
        for first, last in found
        for part in ([(first, last)] if last - first != 1 else [(first, first), (last, last)])
    ]


def web_address(text: str) -> str | None:
    """Return an address that may become a link: plain ``http`` or ``https`` with a host, and nothing else.

    Examples
    --------
    >>> web_address("https://example.org/a?b=1")
    'https://example.org/a?b=1'
    >>> web_address("javascript:alert(1)") is None, web_address("https:///x") is None, web_address("see p. 3") is None
    (True, True, True)
    """
    text = plain(text).strip()
    if not _ADDRESS.match(text):
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    # A name before an @ is not the host, but looks like it.
    return text if host and parts.username is None and parts.password is None else None


def language_of(text: str) -> str | None:
    """Return the language to declare for a text in Hangul, kana or ideographs, so that the right glyphs are used."""
    if _HANGUL.search(text):
        return "ko"
    if _KANA.search(text):
        return "ja"
    return "zh" if _HAN.search(text) else None


def _glance(brief: Brief) -> list[tuple[int, Chart]]:
    """Return the first chart of each section with the section's number, to be seen side by side; the total is told apart."""
    return [
        (number, section.charts[0])
        for number, section in enumerate(brief.sections, 1)
        if section.charts and section.id != "total"
    ]


def _marked(brief: Brief) -> list[Event]:
    """Return the events that a chart marks by their number."""
    numbers = {event.number for section in brief.sections for chart in section.charts for event in chart.events}
    return [event for event in brief.events if event.number in numbers]


def _anchors(idents: list[str]) -> dict[str, str]:
    """Give each sentence an anchor fit for an address, all different."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for ident in idents:
        base = "s-" + re.sub(r"[^A-Za-z0-9_.-]+", "-", ident)
        name, count = base, 2
        while name in used:
            name, count = f"{base}-{count}", count + 1
        used.add(name)
        found[ident] = name
    return found


def _finalize(value: object) -> object:
    return plain(value) if type(value) is str else value


def _lang(text: str) -> Markup:
    """Write a text with its language where that is plain from its script."""
    language = language_of(text)
    text = plain(text)
    return Markup('<span lang="{}">{}</span>').format(language, text) if language else Markup("{}").format(text)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("tidewaiter.brief", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["lang"] = _lang
    environment.filters["evidence"] = lambda name: "evidence/" + quote(evidence_file(name))
    environment.filters["address"] = web_address
    environment.globals.update(
        draw_chart=draw_chart,
        draw_curve=draw_curve,
        draw_key=draw_key,
        spans=spans,
        states_of=states_of,
        key_words=dict(KEY),
    )
    return environment


@functools.cache
def _style() -> str:
    environment = _environment()
    assert environment.loader is not None
    source, _, _ = environment.loader.get_source(environment, "style.css")
    return _tidy(source)  # as the page prints it, or the hash would not be that of the page


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip())
