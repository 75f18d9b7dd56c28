"""Whose figures are no evidence for a claim: its own publisher's, those it re-reports, those that translate it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from tidewaiter.claims.evidence import Docket, cell_terms
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.propositions import unit_frame

__all__ = ["ALIASES", "own_voices", "voices_of"]

ALIASES: Final[dict[str, str]] = {
    "SCMP": "South China Morning Post",
    "南华早报": "South China Morning Post",
    "南華早報": "South China Morning Post",
    "사우스차이나모닝포스트": "South China Morning Post",
    "akperyakpermas.ac.id": "South China Morning Post",
    "Voice of America": "VOA",
    "미국의소리": "VOA",
    "미국의 소리": "VOA",
    "美国之音": "VOA",
    "Radio Free Asia": "RFA",
    "자유아시아방송": "RFA",
    "自由亚洲电台": "RFA",
    "KBS": "KBS World",
    "NHK": "NHK World",
    "NK Pro": "NK News",
    "NK뉴스": "NK News",
    "YNA": "Yonhap",
    "연합뉴스": "Yonhap",
    "韩联社": "Yonhap",
    "韓聯社": "Yonhap",
    "聯合ニュース": "Yonhap",
    "로이터": "Reuters",
    "路透": "Reuters",
    "路透社": "Reuters",
    "ロイター": "Reuters",
    "뉴시스": "Newsis",
    "United Press International": "UPI",
    "Korea Central News Agency": "KCNA",
    "조선중앙통신": "KCNA",
    "KCNA": "KCNA",
}
"""Other names of publishers in the tables, in other scripts too, and hosts of known translations."""

_LEAST = 3
"""Characters of a name that says whose a figure is; "The" does not."""

_COMMON: Final = frozenset(
    {"the", "news", "times", "daily", "post", "world", "korea", "korean", "english", "wire", "press"}
)
"""Words that many publishers share."""

_NEAR = 7
_MOST = 0.8


def voices_of(claim: Claim, families: Iterable[str], docket: Docket | None = None) -> frozenset[str]:
    """Return whose reporting a claim is: its family, its publisher, and every publisher that those names contain.

    ``Yonhap (re-report of SCMP)`` is the voice of both. Names are matched whatever their case, in other scripts, by the
    host of an address (``scmp.com``), and by the outlets through which a figure in the tables came (``WKZO``).

    Parameters
    ----------
    claim
        Its publisher, family and address.
    families
        Whose reporting the evidence is.
    docket
        The evidence, for its outlets and addresses.

    Examples
    --------
    >>> claim = Claim(id="C1", kind=Kind.AMOUNT, publisher="Benzinga (re-report of scmp)")
    >>> sorted(voices_of(claim, ["South China Morning Post", "Reuters"]))
    ['Benzinga (re-report of scmp)', 'South China Morning Post']
    """
    texts = [claim.family] if claim.family else [claim.publisher]
    plain = [text.casefold() for text in texts if text]
    found = {name for name in (claim.family, claim.publisher) if name}
    for name, family in [*((one, one) for one in families), *ALIASES.items()]:
        if any(_holds(text, name.casefold()) for text in plain):
            found.add(family)
    if docket is not None:
        host = _host(claim.address)
        for outlet in docket.outlets():
            name, of = outlet.publisher.casefold(), _host(outlet.address)
            if any(_names(text, name) or (of and of in text) or _site(text, of) for text in plain) or (
                host and host == of
            ):
                # Who quotes another in its own story speaks for itself; who runs an agency's story is the agency.
                found.add(outlet.publisher if " quoting " in name else outlet.family)
    return frozenset(found)


def _holds(text: str, name: str) -> bool:
    """Whether a text has a name as a word of its own; scripts without spaces may go on."""
    edge = r"\w" if name.isascii() else "(?!)"
    return re.search(rf"(?<!{edge}){re.escape(name)}(?!{edge})", text) is not None


def _names(text: str, outlet: str) -> bool:
    """Whether a text is a part of an outlet's name that tells it: *WKZO* of "Reuters via WKZO"."""
    return len(text) >= _LEAST and text not in _COMMON and _holds(outlet, text)


def _site(text: str, host: str) -> bool:
    """Whether a text is the host of an address, or its name: *wkzo.com* or *wkzo* of ``wkzo.com``."""
    if not host or len(text) < _LEAST or text in _COMMON:
        return False
    return text.removeprefix("www.") == host or text in host.split(".")[:-1]


def _host(address: str) -> str:
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    return host.removeprefix("www.").removeprefix("m.")


def own_voices(claims: Sequence[Claim], docket: Docket) -> dict[str, tuple[int, int]]:
    """Return the families whose printed figures an article of unknown publisher repeats almost wholly.

    Where no publisher was told, figures in the tables may be those of the very article. A family is taken for its own
    voice if at least three figures that it published within a week of the article, and four fifths of them all, stand
    in the article.

    Returns
    -------
    dict
        Family: how many of its figures the article prints, and how many it published then.
    """
    unknown = [claim for claim in claims if not claim.publisher and not claim.family and claim.published]
    if not unknown:
        return {}
    day = date.fromisoformat(min(claim.published for claim in unknown))
    last = date.fromisoformat(max(claim.latest for claim in unknown))
    said: set[tuple[object, float]] = set()
    for claim in unknown:
        if claim.subject is None or claim.period is None:
            continue
        cells = frozenset(cell_terms(claim.subject, claim.period))
        if claim.kind is Kind.NONE:
            said.add((frozenset(_bare(cell) for cell in cells), 0.0))
        elif claim.kind is Kind.AMOUNT and claim.said is not None:
            said.add((cells, round(claim.said.value * unit_frame(claim), 6)))
        for absent in (claim.base,) if claim.kind is Kind.FIRST and claim.base is not None else ():
            said.add((frozenset(_bare(cell) for cell in cell_terms(claim.subject, absent)), 0.0))
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    pairs = {(claim.subject.reporter, claim.subject.partner): claim.subject for claim in unknown if claim.subject}
    for subject in pairs.values():
        for entry in docket.entries(subject):
            item = entry.item
            if not item.published or not item.family:
                continue
            first, end = date.fromisoformat(item.published), date.fromisoformat(item.published_to)
            if (day - end).days > _NEAR or (first - last).days > _NEAR or (end - first).days > _NEAR:
                continue
            names: frozenset[object] = frozenset(cell for cell, _ in entry.row.terms)
            bare = frozenset(_bare(cell) for cell in names)
            counts[item.family][1] += 1
            counts[item.family][0] += (names, round(item.value or 0.0, 6)) in said or (
                entry.zero and (bare, 0.0) in said
            )
    return {family: (same, every) for family, (same, every) in counts.items() if same >= 3 and same >= _MOST * every}


def _bare(cell: object) -> object:
    """Return a cell without its measure: none is none however it is counted."""
    return (*cell[:4], cell[6])  # type: ignore[index]
