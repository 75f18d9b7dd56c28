"""A brief as it comes: Markdown, a page, or text copied from one; its lines, and which of them are its own statements."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from tidewaiter.claims.read.briefs.forms import Forms
from tidewaiter.claims.read.briefs.parts import Side
from tidewaiter.claims.read.briefs.words import PERIOD
from tidewaiter.codes import area, area_name
from tidewaiter.errors import TidewaiterError
from tidewaiter.findings.caveats import CAVEATS
from tidewaiter.findings.voice import Voice
from tidewaiter.model import Flow
from tidewaiter.sources.figures import goods
from tidewaiter.sources.headings import eu27_headings, heading_context

__all__ = ["NOTE", "WRITER", "Page", "Piece", "brief_in"]

NOTE: Final = (
    "Read as a brief that Tidewaiter wrote, by the forms of its sentences. Not judged: its tables and charts, its lists of events, sources and "
    "caveats, and what it says of statements of others, which can be checked by themselves."
)
"""What a reader is told of a brief."""

WRITER: Final = "Tidewaiter"
"""Whose voice a brief is, where nobody says who published it."""

_NOT_KNOWN: Final = "what it says is not known"
_QUESTION: Final = re.compile(
    rf"\s*\*?(?P<reporter>[^:·|*]+): (?P<flow>exports to|imports from) (?P<partner>[^:·|*]+?)(?: · [^·|]+?)? · {PERIOD}(?: · as known on (?P<day>\d{{4}}-\d\d-\d\d))?\*?\s*"
)
_HEADINGS: Final = {
    "key points": "", "good by good": "", "the background": "what it says of the country", "background": "what it says of the country",
    "what others wrote, checked": "what the brief says of a statement of others", "what holds": "what the brief says of a statement of others",
    "marked in the charts": "an event", "events": "an event", "at a glance": "a chart", "what is not known": _NOT_KNOWN,
    "not known": _NOT_KNOWN, "where sources disagree": "", "table of figures": "a table of figures", "figures": "a table of figures",
    "sources": "a source", "bear in mind": "a caveat", "reading the charts": "how its charts are read",
}  # fmt: skip
"""Each heading of a brief, and what stands below it where that is no statement of its own."""

_TELLING: Final = (
    (re.compile(r"\|"), "a table of months"),
    (re.compile(r"(?:Monthly|Daily) bars"), "what a chart shows"),
    (re.compile(r"\d{4}-\d\d to \d{4}-\d\d together: "), "what a chart shows"),
    (
        re.compile(
            r"Caveat: |Caution: |\d+ caveats?\Z|(?:Heading|Code) \d+ (?:came into being|ended with)|Code \d+ (?:\(.+\) )?(?:does not hold|did not exist|is not in)"
        ),
        "a caveat",
    ),
    (
        re.compile(r"(?:as printed|proved|conflict|cannot tell)? ?evidence(?: \(CSV\) for: .*)?\Z"),
        "a link to the evidence",
    ),
    (re.compile(r"[^.:]+ \(\d{2,10}\)(?:\*\*)?(?: \(\w+(?: \w+)?\))?\Z"), "a title"),
    (re.compile(r"(?:Made with )?Tidewaiter \d|Source: |In the tables of months"), "a line of the page"),
    (re.compile(r"No figures? for .*(?:cannot be told|was printed)\.\Z"), _NOT_KNOWN),
)
_MARKS: Final = re.compile(r"\s*(?:#{1,6} |[-*•] |\d{1,3}\. )?\s*")
_CITED: Final = re.compile(
    r"(?: \[\d+(?:–\d+)?\]\([^()]*\))*(?: \((?:as printed|proved|conflict|cannot tell)\))?(?: \[evidence\]\([^()]*\))?\s*\Z"
    r"|(?<=\.) ?\d{1,3}(?:–\d{1,3})?(?: \d{1,3}(?:–\d{1,3})?)* ?\Z"
)
_MOST_CITED: Final = 600
"""Characters at the end of a line in which its citations are looked for."""

_CAVEATS: Final = frozenset(CAVEATS.values())


class Piece(NamedTuple):
    """A line of a brief: where it stands, its words without marks, where each character of these stands, and ``why`` it is no statement."""

    start: int
    end: int
    words: str
    places: tuple[int, ...]
    why: str

    @property
    def weak(self) -> bool:
        """Whether it may be a statement after all, if it has the form of one: a page does not say where such a list ends."""
        return self.why == _NOT_KNOWN

    def span(self, words: tuple[int, int]) -> tuple[int, int]:
        """Return where a part of the words stands in the text."""
        return self.places[words[0]], self.places[words[1] - 1] + 1


class Page(NamedTuple):
    """A brief: its forms, its lines, and the day as known on which it was written (empty: all that was known)."""

    forms: Forms
    pieces: tuple[Piece, ...]
    day: str


def brief_in(text: str) -> Page | None:
    r"""Return a brief, if the text holds the line that says what was asked; None for any other text.

    Examples
    --------
    >>> brief_in("Exports rose.") is None
    True
    >>> page = brief_in("*China: exports to North Korea · grain · January–April 2022*\n\n- Rice: 5 t in May 2022. (proved)")
    >>> page.forms.side.reporter, page.pieces[1].words
    ('CHN', 'Rice: 5 t in May 2022.')
    """
    found = None
    for line in text.splitlines():
        asked = _QUESTION.fullmatch(line) if len(line) < 400 else None
        side = _side(asked) if asked is not None else None
        if asked is not None and side is not None:
            found = (side, asked["day"] or "")
            break
    if found is None:
        return None
    return Page(Forms(found[0]), tuple(_pieces(text)), found[1])


def _side(asked: re.Match[str]) -> Side | None:
    try:
        reporter, partner = (area(asked[name].strip(), name).code for name in ("reporter", "partner"))
    except TidewaiterError:
        return None
    flow = Flow.EXPORT if asked["flow"] == "exports to" else Flow.IMPORT
    return Side(reporter, partner, flow, Voice(area_name(reporter), area_name(partner), flow))


def _pieces(text: str) -> list[Piece]:
    made = []
    zone, at = "", 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        body = line.strip()
        if not body:
            continue
        first = start + len(line) - len(line.lstrip())
        words, places = _words(text, first, first + len(body))
        heading = words.lower().rstrip(".")
        if heading in _HEADINGS:
            zone = _HEADINGS[heading]
            why = "a heading of the brief"
        elif _QUESTION.fullmatch(line.strip()):
            why = "what was asked"
        else:
            why = next((why for sign, why in _TELLING if sign.match(words)), "")
            why = why or ("a caveat" if words in _CAVEATS else zone)
            why = why or ("what the goods are for" if words.startswith(_contexts()) else "")
        made.append(Piece(first, first + len(body), words, places, why))
    return made


@cache
def _contexts() -> tuple[str, ...]:
    """Return what our tables say that goods are for."""
    told = [good.context for good in goods().values()] + [heading_context(one.code) for one in eu27_headings()]
    return tuple({one for one in told if one})


def _words(text: str, start: int, end: int) -> tuple[str, tuple[int, ...]]:
    """Return a line without bullets, marks and citations, and where each of its characters stands."""
    marks = _MARKS.match(text, start, end)
    at = marks.end() if marks is not None else start
    cited = _CITED.search(text, max(at, end - _MOST_CITED), end)
    stop = cited.start() if cited is not None else end
    signs, places = [], []
    while at < stop:
        if text[at] == "\\" and at + 1 < stop and not text[at + 1].isalnum() and not text[at + 1].isspace():
            at += 1
        signs.append(text[at])
        places.append(at)
        at += 1
    return "".join(signs), tuple(places)
