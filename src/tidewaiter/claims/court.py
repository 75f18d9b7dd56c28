"""The court: every claim of an article or a list, judged on the evidence of its date.

``check(claims, evidence)`` is the whole of it: claims in, one verdict each, in their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.claims.bench import Bench
from tidewaiter.claims.counts import judge_count
from tidewaiter.claims.evidence import CellName, Docket, Item, Press, cell_terms
from tidewaiter.claims.goods import phrase
from tidewaiter.claims.heard import heard, names_in
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.prices import price_reading
from tidewaiter.claims.propositions import compile_claim, subjects_of, unit_frame
from tidewaiter.claims.quotes import judge_quote
from tidewaiter.claims.readings import best_reading, longer_reading, parted, reading_cells
from tidewaiter.claims.say import NOTHING_PRINTED, said_words
from tidewaiter.claims.together import Group, together
from tidewaiter.claims.unsettled import unsettled_words
from tidewaiter.claims.verdict import DERIVED, Given, Verdict, judge_claim
from tidewaiter.claims.vintages import last_day
from tidewaiter.claims.voices import own_voices, voices_of
from tidewaiter.errors import InputError
from tidewaiter.ledger import Row
from tidewaiter.model import Figure, Flow, Interval
from tidewaiter.period import Period
from tidewaiter.sources.figures import shipped_figures

if TYPE_CHECKING:
    from tidewaiter.claims.customs import Customs

__all__ = ["Sitting", "check", "shipped_evidence", "sit"]


class Sitting(msgspec.Struct, frozen=True):
    """Claims and verdicts, in the same order.

    ``own`` are the families taken for the article's own voice because no publisher was told, in words; ``together`` what
    several publishers said of the same cells.
    """

    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    own: tuple[str, ...] = ()
    together: tuple[Group, ...] = ()

    @property
    def contradicted(self) -> bool:
        """Whether any claim is contradicted."""
        return any(verdict.verdict == "contradicted" for verdict in self.verdicts)


def check(
    claims: Iterable[Claim],
    evidence: Iterable[Figure] | None = None,
    *,
    customs: Customs | None = None,
) -> list[Verdict]:
    """Judge claims.

    Parameters
    ----------
    claims
        Judged apart; those of one ``statement`` may rest on each other's levels.
    evidence
        Printed figures; by default the tables that ship with Tidewaiter.
    customs
        Cells of customs files (:class:`tidewaiter.claims.customs.Customs`).

    Returns
    -------
    list of Verdict
        In the order of the claims.

    Raises
    ------
    InputError
        If a claim lacks a field that its kind needs; the message names both.
    """
    return list(sit(claims, evidence, customs=customs).verdicts)


def sit(
    claims: Iterable[Claim], evidence: Iterable[Figure] | None = None, *, customs: Customs | None = None
) -> Sitting:
    """Judge claims and keep what was found out about them; see :func:`check`."""
    every = tuple(claims)
    docket = Docket(shipped_evidence(every) if evidence is None else evidence)
    families = docket.families()
    own = own_voices(every, docket)
    groups = together(every, docket, next(iter(own), ""))
    docket.hear(heard(every, docket))
    families |= names_in(every, docket)
    loaded = customs.benches(every) if customs is not None else None
    by_statement: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in every:
        if claim.statement:
            by_statement[claim.publisher, claim.statement].append(claim)
    cases = []
    for claim in every:
        voices = voices_of(claim, families, docket)
        if not claim.publisher and not claim.family:
            voices |= frozenset(own)
        same = tuple(one for one in by_statement.get((claim.publisher, claim.statement), ()) if one is not claim)
        cases.append(_judged(claim, same, docket, voices, loaded.get(claim.id, ()) if loaded is not None else None))
    _prepare(cases)
    verdicts = [_explained(case, docket) for case in cases]
    told = tuple(
        f"No publisher was told; the article prints {same} of the {total} figures that {family} published that week, so that "
        f"{family} is taken for its own voice and is no evidence for it."
        for family, (same, total) in own.items()
    )
    return Sitting(every, tuple(verdicts), told, groups)


def shipped_evidence(claims: Iterable[Claim]) -> list[Figure]:
    """Return what ships with Tidewaiter that may speak on claims: printed figures, and Eurostat's headings for the partners told of."""
    from tidewaiter.sources.headings import eu27_headings, heading_figures

    series = [one for claim in claims for one in (claim.subject, claim.other) if one is not None]
    partners = {one.partner for one in series if one.reporter == "EU27" and one.flow is Flow.EXPORT}
    headings = eu27_headings() if partners else ()
    return [
        *shipped_figures(),
        *(one for head in headings if head.partner in partners for one in heading_figures(head)),
    ]


class _Case(msgspec.Struct, frozen=True):
    """A claim with its verdict, before other readings are sought."""

    claim: Claim
    same: tuple[Claim, ...]
    verdict: Verdict
    bench: Bench | None = None


def _judged(
    claim: Claim, same: tuple[Claim, ...], docket: Docket, voices: frozenset[str], customs: Sequence[Bench] | None
) -> _Case:
    if claim.kind is Kind.UNREAD:
        why = claim.why or "It was not understood."
        return _Case(claim, same, Verdict(claim=claim.id, verdict="not read", why=why))
    if claim.kind is Kind.NO_FIGURE:
        why = "No figure was printed for it, so there is nothing to check."
        return _Case(claim, same, Verdict(claim=claim.id, verdict="no figure", why=why))
    if claim.kind is Kind.COUNT:
        return _Case(claim, same, judge_count(claim))
    if claim.subject is None or claim.period is None:
        raise InputError(
            f"claim {claim.id}: a claim of kind {claim.kind.value!r} needs goods, reporter, partner, flow and period"
        )
    if claim.latest and claim.latest < _over(claim.period):
        why = (
            f"{claim.period.words()} {'was' if claim.period.is_month else 'were'} not over on {claim.latest}, so that nobody can have had the figures: "
            "the day or the period is wrong."
        )  # fmt: skip
        return _Case(claim, same, Verdict(claim=claim.id, verdict="cannot tell", why=why))
    if claim.quoted:
        return _Case(claim, same, judge_quote(claim, docket))
    givens = [given for one in same if (given := _given(one)) is not None]
    press = Press(docket, voices)
    # The customs service's own cells come first; what they leave open may be in print.
    benches = (*(customs or ()), press)
    found: list[tuple[Bench, Verdict]] = []
    for bench in benches:
        found.append((bench, judge_claim(claim, bench, givens=givens)))
        if found[-1][1].verdict != "cannot tell":
            break
    bench, verdict = found[-1]
    if verdict.verdict == "cannot tell":
        # Nothing decides it: what is told is what the first that knows anything of it says.
        bench, verdict = next((one for one in found if one[1].evidence), found[-1])
    verdict = _with_now(verdict, claim, benches, bench, givens)
    if customs is not None and verdict.verdict == "cannot tell":
        verdict = msgspec.structs.replace(verdict, why=_after(unsettled_words(claim, customs), verdict.why))
    return _Case(claim, same, verdict, bench)


def _prepare(cases: Sequence[_Case]) -> None:
    """Fetch what the readings of all contradicted claims will ask for, once for each body of evidence."""
    wanted: dict[object, tuple[Bench, list[CellName], list[tuple[Subject, Period]]]] = {}
    for case in cases:
        if case.verdict.verdict == "contradicted" and case.bench is not None:
            now = case.bench.today
            _, cells, parts = wanted.setdefault(now.body, (now, [], []))
            cells += reading_cells(case.claim, now)
            parts += parted(case.claim)
    for bench, cells, parts in wanted.values():
        bench.prepare(cells, parts)


def _explained(case: _Case, docket: Docket) -> Verdict:
    """Add the reading that would fit."""
    verdict = case.verdict
    if verdict.reading is not None or case.bench is None:
        return verdict
    found = None
    if verdict.verdict == "contradicted":
        found = best_reading(case.claim, case.bench, same=case.same)
    elif verdict.verdict == "cannot tell":
        found = longer_reading(case.claim, case.bench)
        if found is None and not verdict.evidence:
            found = price_reading(case.claim, case.same, docket)
        if found is None and case.claim.kind in DERIVED:
            found = best_reading(case.claim, case.bench, vintages_only=True)
    return msgspec.structs.replace(verdict, reading=found)


def _given(claim: Claim) -> Given | None:
    """Return the level that a claim of the same sentence prints; None if it prints none."""
    if (
        claim.kind is not Kind.AMOUNT
        or claim.quoted
        or claim.subject is None
        or claim.period is None
        or claim.said is None
    ):
        return None
    factor = unit_frame(claim)
    bounds = claim.said.bounds
    if not bounds.is_bounded:
        # "More than 3.5 million" is less than the next step, or that would have been printed.
        bounds = Interval(bounds.lo, claim.said.value + claim.said.step)
    bounds = Interval(bounds.lo * factor, bounds.hi * factor)
    identity = f"given {claim.id}"
    row = Row(identity, tuple(cell_terms(claim.subject, claim.period).items()), bounds, identity)
    item = Item(
        id=identity, kind="given", what=f"{phrase(claim.subject.goods)}: {said_words(claim)}", period=str(claim.period),
        unit=claim.subject.unit, value=claim.said.value, bounds=bounds, publisher=claim.publisher,
        published=claim.published, published_to=claim.latest,
    )  # fmt: skip
    return Given(claim, row, item)


def _told_since(claim: Claim, bench: Bench) -> bool:
    """Whether anything that bears on a claim was published after what it is judged on."""
    cells = [cell for clause in compile_claim(claim) for atom in clause.atoms for cell in atom.cells]
    then, today = (one.ledger(claim, subjects_of(claim), cells, doubting=False).rows for one in (bench, bench.today))
    return {row.id: row.bounds for row in then} != {row.id: row.bounds for row in today}


def _over(period: Period) -> str:
    """Return the first day after a period."""
    return f"{(period.end + 1) // 12:04d}-{(period.end + 1) % 12 + 1:02d}-01"


def _after(words: str, why: str) -> str:
    """Put what customs files say before what was printed."""
    if words and why == NOTHING_PRINTED:
        why = "Nor did another publisher print a figure that decides it."
    return f"{words} {why}" if words else why


def _with_now(
    verdict: Verdict, claim: Claim, benches: Sequence[Bench], deciding: Bench, givens: Sequence[Given]
) -> Verdict:
    """Add what would be said on all that is known today, where it is another thing."""
    if not claim.latest:
        return verdict
    today = verdict
    for bench in benches:
        if bench.today is not bench and _told_since(claim, bench):
            found = judge_claim(claim, bench.today, givens=givens)
            if found.verdict != "cannot tell" or bench is deciding:
                today = found
                break
        elif bench is deciding:
            break
    if today.verdict == verdict.verdict and today.found == verdict.found:
        return verdict
    until = last_day(claim) or ""
    if today.verdict == "cannot tell" and all(item.published_to <= until for item in today.evidence):
        # No later figure decides: it is only longer ago, and earlier ones may have been revised since.
        return verdict
    why = today.why
    newest = max((item.published_to for item in today.evidence), default="")
    if (
        verdict.verdict in ("supported", "within rounding")
        and today.verdict == "contradicted"
        and newest > claim.latest
    ):
        why = f"As published since, by {newest}: {why[0].lower()}{why[1:]}"
    return msgspec.structs.replace(verdict, now=today.verdict, now_why=why, now_found=today.found)
