"""An article with the verdicts beside its sentences: one self-contained page, no script, no request to anywhere.

The text is the article's own, escaped, every character of it; a claim's words are underlined in the manner of its
verdict and numbered, and the note of that number stands beside the paragraph. The page's policy allows its own style
sheet (by hash) and nothing else.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import itertools
import re
import unicodedata
from collections import Counter
from typing import Final, NamedTuple

import jinja2
from markupsafe import Markup

from tidewaiter.claims.court import Sitting
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.output import claim_words
from tidewaiter.claims.read.article import Reading, Sentence
from tidewaiter.claims.say import item_words
from tidewaiter.claims.verdict import Verdict
from tidewaiter.codes.areas import area_name
from tidewaiter.errors import InputError

__all__ = ["render_article"]

_WORST: Final = ("contradicted", "unsafe", "not read", "cannot tell", "within rounding", "supported", "no figure")
"""Verdicts, the one that asks for a reader's eye first: where claims overlap in the text, it gives the underline."""

_SIGNS: Final = {
    "contradicted": "✕", "unsafe": "!", "within rounding": "≈", "supported": "✓", "cannot tell": "?", "not read": "–",
    "no figure": "·",
}  # fmt: skip
_MEANINGS: Final = {
    "contradicted": "the evidence excludes it as it stands",
    "unsafe": "true or false only by an accident of codes or coverage",
    "within rounding": "it fits as far as printed rounding goes",
    "supported": "the evidence bears it out",
    "cannot tell": "nothing at hand decides it",
    "not read": "has a number or comparison and was not understood",
    "no figure": "a comparison without a number",
}
_MOST: Final = 8
"""Lines of evidence shown with one claim; the rest is counted."""

_BIDI: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_AREA: Final = re.compile(r"\b[A-Z]{3}\b")


class _Piece(NamedTuple):
    """A run of text: ``manner`` is the verdict that underlines it, ``ends`` the numbers of the claims that end here."""

    text: str
    manner: str
    ends: tuple[int, ...]


class _Note(NamedTuple):
    number: int
    claim: Claim
    verdict: Verdict
    words: str
    evidence: tuple[str, ...]
    more: int
    assumed: tuple[str, ...]
    settle: str


class _Row(NamedTuple):
    """A paragraph with the notes beside it, or pieces of the page, the sign by which each was told as its manner."""

    kind: str
    pieces: tuple[_Piece, ...]
    notes: tuple[_Note, ...]


def render_article(reading: Reading, sitting: Sitting, *, title: str = "") -> str:
    """Write the annotated article as an HTML page.

    Parameters
    ----------
    reading
        The article as it was read.
    sitting
        The verdicts on its claims, in any order.
    title
        What to call the page; by default the article's first words.

    Returns
    -------
    str
        The page, to be encoded as UTF-8.

    Raises
    ------
    InputError
        If a claim of the article has no verdict: a sentence must not look judged that was not.
    """
    verdicts = {verdict.claim: verdict for verdict in sitting.verdicts}
    missing = [claim.id for claim in reading.claims if claim.id not in verdicts]
    if missing:
        raise InputError(
            f"no verdict on {len(missing)} claims of the article, the first {missing[0]}; judge all of them"
        )
    rows = _rows(reading, verdicts)
    counts = Counter(verdicts[claim.id].verdict for claim in reading.claims)
    css = _style()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    first = next((row for row in rows if row.kind != "furniture"), None)
    opening = "".join(piece.text for piece in first.pieces) if first else "An article"
    page = _environment().get_template("article.html.j2").render(
        title=_clean(title) or (opening if len(opening) <= 110 else opening[:110].rsplit(" ", 1)[0] + " …"),
        css=Markup(css),
        csp=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        rows=rows,
        counts=[(name, counts[name], _SIGNS[name], _MEANINGS[name]) for name in _WORST if counts[name]],
        signs=_SIGNS,
        date=reading.date,
        publisher=_clean(next((claim.publisher for claim in reading.claims if claim.publisher), "")),
        sentences=Counter(sentence.status for sentence in reading.sentences),
        own=sitting.own,
        together=[_clean(group.words()) for group in sitting.together],
    )  # fmt: skip
    return page + "\n"


def _rows(reading: Reading, verdicts: dict[str, Verdict]) -> list[_Row]:
    """Gather sentences into paragraphs, and number the claims in the order of the text."""
    by_id = {claim.id: claim for claim in reading.claims}
    rows: list[_Row] = []
    group: list[Sentence] = []
    number = 0

    def flush() -> None:
        nonlocal number
        if not group:
            return
        notes = []
        for sentence in group:
            for name in sentence.claims:
                number += 1
                notes.append(_note(number, by_id[name], verdicts[name]))
        start, end = group[0].start, group[-1].end
        pieces = _pieces(reading.text, start, end, notes)
        if group[0].status == "furniture":
            pieces = tuple(_Piece(_clean(reading.text[one.start : one.end]), _clean(one.why), ()) for one in group)
        rows.append(_Row(group[0].status, pieces, tuple(notes)))
        group.clear()

    # Pieces of the page that stand together are shown together.
    for sentence in reading.sentences:
        furniture = sentence.status == "furniture"
        same = bool(group) and furniture and group[-1].status == "furniture"
        if (
            group
            and not same
            and (furniture or group[-1].status == "furniture" or "\n" in reading.text[group[-1].end : sentence.start])
        ):
            flush()
        group.append(sentence)
    flush()
    return rows


def _pieces(text: str, start: int, end: int, notes: list[_Note]) -> tuple[_Piece, ...]:
    """Cut a paragraph wherever a claim begins or ends."""
    spans = [(*note.claim.span, note) for note in notes if note.claim.span is not None]
    # A comparison without a number underlines nothing: it is the whole sentence.
    marked = [(first, last, note) for first, last, note in spans if note.claim.kind is not Kind.NO_FIGURE]
    cuts = sorted(
        {start, end, *(max(start, first) for first, _, _ in spans), *(min(end, last) for _, last, _ in spans)}
    )
    made = []
    for first, last in itertools.pairwise(cuts):
        over = [note.verdict.verdict for a, b, note in marked if a <= first and last <= b]
        manner = next((name for name in _WORST if name in over), "")
        ends = tuple(note.number for _, b, note in spans if min(end, b) == last)
        made.append(_Piece(_clean(text[first:last]), manner.replace(" ", "-"), ends))
    return tuple(made)


def _note(number: int, claim: Claim, verdict: Verdict) -> _Note:
    told = list(dict.fromkeys(_clean(item_words(item)) for item in verdict.evidence))
    words = "" if claim.kind in (Kind.UNREAD, Kind.NO_FIGURE) else _named(claim_words(claim))
    more = max(0, len(told) - _MOST)
    return _Note(
        number,
        claim,
        verdict,
        words,
        tuple(told[:_MOST]),
        more,
        tuple(map(_named, claim.assumed)),
        _named(verdict.settle),
    )


def _named(text: str) -> str:
    """Write the codes of countries in a remark as names."""

    def name(match: re.Match[str]) -> str:
        from tidewaiter.codes.areas import all_areas

        if match[0] == "W00":
            return "the world"
        return area_name(match[0]) if match[0] in all_areas() else match[0]

    return _clean(_AREA.sub(name, text))


def _clean(text: str) -> str:
    """Return a text of the same length without what could drive a terminal or turn the reading direction."""
    return "".join(
        " "
        if sign in "\n\r\t"
        else "\ufffd"
        if sign in _BIDI or unicodedata.category(sign) in ("Cc", "Cs", "Cn")
        else sign
        for sign in text
    )


@functools.cache
def _style() -> str:
    from importlib.resources import files

    text = files("tidewaiter.claims").joinpath("templates", "article.css").read_text(encoding="utf-8")
    return "\n" + text.strip() + "\n"


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("tidewaiter.claims", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
