"""What the claims of one list say of each other's cells: publishers that are independent are evidence for one another.

An amount or an absence is heard where its publisher and its day are told: a voice that cannot be told apart is nobody's. It is
never evidence for a claim that shares a voice with it: its own reporting, what it repeats or translates, what repeats it. What the
tables of figures have of the same voice already is not heard twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tidewaiter.claims.evidence import Docket, cell_terms, speaks_for
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.propositions import unit_frame
from tidewaiter.claims.voices import voices_of
from tidewaiter.model import TOTAL, Figure, Interval, Origin, SeriesKey

__all__ = ["LEAD", "heard", "names_in"]

LEAD = "claim "
"""How the id of evidence begins that is a claim of the list."""


def names_in(claims: Iterable[Claim], docket: Docket) -> frozenset[str]:
    """Return whose reporting the evidence and the claims are, by which a name within another is known."""
    return docket.families() | {claim.voice for claim in claims if claim.voice}


def heard(claims: Sequence[Claim], docket: Docket) -> list[tuple[Figure, frozenset[str]]]:
    """Return what the claims of a list say as evidence for each other, each with every voice that is behind it."""
    names = names_in(claims, docket)
    found = []
    for claim in claims:
        figure = _figure(claim)
        if figure is None or claim.subject is None or claim.period is None:
            continue
        voices = voices_of(claim, names, docket)
        cells = frozenset(cell_terms(claim.subject, claim.period))
        factor = unit_frame(claim)
        known = any(
            speaks_for(entry, voices)
            and frozenset(cell for cell, _ in entry.row.terms) == cells
            and entry.item.value == figure.value * factor
            for entry in docket.entries(claim.subject)
        )
        if not known:
            found.append((figure, voices))
    return found


def _figure(claim: Claim) -> Figure | None:
    subject, said = claim.subject, claim.said
    if subject is None or claim.period is None or not claim.voice or not claim.published or claim.quoted:
        return None
    if claim.kind is Kind.NONE:
        value, bounds, printed = 0.0, Interval(0.0, 0.0), "none"
    elif claim.kind is Kind.AMOUNT and said is not None:
        value, bounds, printed = said.value, said.bounds, said.printed
    else:
        return None
    goods = TOTAL if subject.goods == "total" else subject.goods
    cmd = goods if goods == TOTAL or goods.isdigit() else f"good:{goods}"
    key = SeriesKey("claims", subject.reporter, subject.partner, subject.flow, cmd, "", subject.measure, subject.unit)
    origin = Origin(
        f"{LEAD}{claim.id}", claim.publisher or claim.family, "", claim.address, claim.published, claim.latest,
        family=claim.voice,
    )  # fmt: skip
    return Figure(f"{LEAD}{claim.id}", key, claim.period, printed, value, bounds, origin, "a claim of the same list")
