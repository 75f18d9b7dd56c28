"""Claims on what somebody printed: "RFA printed US$256,891" is true where RFA did, whether or not it is so."""

from __future__ import annotations

from tidewaiter.claims.evidence import Docket, cell_terms
from tidewaiter.claims.model import Claim
from tidewaiter.claims.propositions import unit_frame
from tidewaiter.claims.say import amount_words
from tidewaiter.claims.verdict import Verdict
from tidewaiter.errors import InputError
from tidewaiter.model import Interval

__all__ = ["judge_quote"]


def judge_quote(claim: Claim, docket: Docket) -> Verdict:
    """Judge whether the publisher or reporting named in ``quoted`` printed a number for just these cells.

    Raises
    ------
    InputError
        If the claim has no number.
    """
    if claim.subject is None or claim.period is None or claim.said is None:
        raise InputError(f"claim {claim.id}: a claim on what was printed needs goods, period and printed")
    cells = frozenset(cell_terms(claim.subject, claim.period))
    factor = unit_frame(claim)
    said = Interval(claim.said.bounds.lo * factor, claim.said.bounds.hi * factor)
    items = [
        entry.item
        for entry in docket.entries(claim.subject)
        if not entry.voices
        and claim.quoted in (entry.item.family, entry.item.publisher)
        and frozenset(cell for cell, _ in entry.row.terms) == cells
    ]
    if not items:
        why = f"No figure that {claim.quoted} printed for it is at hand."
        return Verdict(claim=claim.id, verdict="cannot tell", why=why, settle=f"what {claim.quoted} printed")
    told = " and ".join(dict.fromkeys(f"{amount_words(one)} ({one.published})" for one in items))
    fits = [one for one in items if one.value is not None and said.lo <= one.value <= said.hi]
    return Verdict(
        claim=claim.id,
        verdict="supported" if fits else "contradicted",
        why=f"{claim.quoted} printed {told} for it.",
        evidence=tuple(fits or items),
    )
