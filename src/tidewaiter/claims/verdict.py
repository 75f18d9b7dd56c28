"""The verdict on one claim, with its evidence, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from tidewaiter.claims import breaks
from tidewaiter.claims.bench import Bench
from tidewaiter.claims.doubts import doubt_words
from tidewaiter.claims.evidence import Item
from tidewaiter.claims.extremes import extreme_words
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.propositions import Atom, Clause, compile_claim, subjects_of, unit_frame
from tidewaiter.claims.say import amount_words, period_words, said_words, settle_words, why_words
from tidewaiter.claims.vintages import REVISION
from tidewaiter.claims.weigh import Status, Weighed, apart, inside, linear, measure, weigh
from tidewaiter.ledger import Bounds, Conflict, Ledger, Row
from tidewaiter.model import Interval

__all__ = ["Given", "Verdict", "VerdictName", "judge_claim"]

VerdictName = Literal["supported", "within rounding", "contradicted", "unsafe", "cannot tell", "no figure", "not read"]

DERIVED = frozenset({Kind.CHANGE, Kind.MULTIPLE, Kind.DIFFERENCE, Kind.SHARE, Kind.EXCEEDS, Kind.UNIT_VALUE})
"""Kinds that follow from levels; a sentence may print those beside them."""

_COMPARING = frozenset({Kind.CHANGE, Kind.MULTIPLE, Kind.DIFFERENCE, Kind.EXCEEDS, Kind.EXTREME, Kind.STREAK})


_FEW = 4
"""Figures of a conflict that are all named; of more only those that are no longer relied on."""


class Reading(msgspec.Struct, frozen=True):
    """Another way to read a claim that would fit.

    Parameters
    ----------
    name
        One of the names in :data:`tidewaiter.claims.readings.NAMES`.
    words
        What it would say, and what it rests on.
    distance
        How far it misses, in parts of the number; 0 if it fits.
    rows
        Ids of the evidence it rests on.
    """

    name: str
    words: str
    distance: float = 0.0
    rows: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a court says of a claim.

    Parameters
    ----------
    claim
        Its id.
    verdict
        On the statement as it stands, on the evidence of its date.
    why
        The reason, in words.
    found
        What the evidence leaves for the number that was printed, in its unit; None where nothing bounds it.
    evidence
        What it rests on; for a contradiction a set of which nothing can be left out.
    reading
        Another reading that would fit, if the claim does not stand as printed.
    now, now_why, now_found
        The same on all that is known today; empty where it is the same.
    settle
        What would settle it, where it cannot be told.
    conflicts
        Evidence that excludes other evidence about the same cells.
    given
        Ids of claims of the same sentence whose levels were taken as printed.
    """

    claim: str
    verdict: VerdictName
    why: str
    found: Interval | None = None
    unit: str = ""
    evidence: tuple[Item, ...] = ()
    reading: Reading | None = None
    now: str = ""
    now_why: str = ""
    now_found: Interval | None = None
    settle: str = ""
    conflicts: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


class Given(msgspec.Struct, frozen=True):
    """A level that the claim's own sentence prints: the claim, and the row it makes."""

    claim: Claim
    row: Row
    item: Item


class _Outcome(msgspec.Struct, frozen=True):
    verdict: VerdictName
    weighed: Weighed
    clauses: tuple[Clause, ...]
    ledger: Ledger
    rows: tuple[str, ...]
    given: tuple[Given, ...] = ()
    own_only: bool = False
    cut_off: bool = False
    against: bool = False


def _cut_off(claim: Claim) -> Claim | None:
    """Return a claim whose number was cut off instead of rounded; None if it has too few digits for that, or a hedge."""
    said = claim.said
    if said is None or said.hedge or not said.step or abs(said.value) < 100 * said.step * 0.999:
        return None
    size = abs(said.value)
    ends = (size - said.step / 2, size + said.step)
    bounds = Interval(-ends[1], -ends[0]) if said.value < 0 else Interval(*ends)
    return msgspec.structs.replace(claim, said=msgspec.structs.replace(said, bounds=bounds))


def judge_claim(claim: Claim, bench: Bench, *, givens: Sequence[Given] = ()) -> Verdict:
    """Judge a claim that speaks of cells, without looking for other readings.

    Parameters
    ----------
    claim
        Of a kind that compiles to clauses.
    bench
        The evidence.
    givens
        Levels that its own sentence prints.

    Raises
    ------
    InputError
        If the claim lacks a field that its kind needs.
    """
    outcome = _best_frame(claim, bench, givens)
    if outcome.verdict == "contradicted" or (outcome.verdict == "cannot tell" and outcome.weighed.doubt):
        longer = _cut_off(claim)
        again = _best_frame(longer, bench, givens) if longer is not None else None
        if again is not None and again.verdict in ("supported", "within rounding"):
            outcome = msgspec.structs.replace(again, verdict="within rounding", cut_off=True)
    if outcome.verdict == "contradicted" and _is_word_against_word(claim, bench, outcome):
        # Whoever counted first-hand and one other paper: one of them is wrong, and nobody can tell which.
        doubt = msgspec.structs.replace(outcome.weighed, status="open", doubt=True)
        outcome = msgspec.structs.replace(outcome, verdict="cannot tell", weighed=doubt, against=True)
    verdict, weighed = outcome.verdict, outcome.weighed
    broken = None
    absent = claim.kind in (Kind.NONE, Kind.FIRST)
    if (absent and verdict != "contradicted") or (claim.kind in _COMPARING and verdict != "cannot tell"):
        broken = breaks.break_of(claim, bench)
    if broken is None and (verdict == "cannot tell" or (absent and verdict != "contradicted")):
        broken = breaks.gone_of(claim)
    behind: tuple[Item, ...] = ()
    if verdict == "contradicted":
        weighed = _as_proved(outcome)
        if weighed is outcome.weighed and weighed.bounds is not None and len(outcome.clauses) == 1:
            behind = _items(bench, outcome.given, _split(weighed.bounds.rows))
    found, unit = _shown(claim, weighed)
    items = _items(bench, outcome.given, outcome.rows)
    if verdict == "cannot tell" and any(item.kind == "definition" for item in items) and not weighed.doubt:
        # That a good is at most what holds it is true and tells nobody anything.
        items, found = (), None
    touching = _conflicts(outcome)
    conflicts = tuple(dict.fromkeys(_conflict_words(bench, one) for one in touching))
    settle = settle_words(claim, weighed) if verdict == "cannot tell" else ""
    why = why_words(
        claim, verdict, weighed, found, unit, items,
        behind=behind, doubt=_doubt(claim, bench, outcome, items, touching), own_only=outcome.own_only, given=bool(outcome.given),
    )  # fmt: skip
    if claim.kind is Kind.EXTREME:
        told, rows = extreme_words(claim, outcome.ledger, verdict)
        if told:
            why = told
            items = tuple(
                dict.fromkeys((*(items if verdict != "cannot tell" else ()), *_items(bench, (), _split(rows))))
            )
    reading = None
    if broken is not None:
        verdict, why, settle = "unsafe", broken.why, ""
        reading = Reading(broken.reading, broken.told, 0.0, broken.rows)
        more = [bench.item(row) for row in broken.rows if row not in {item.id for item in items}]
        items = (*items, *(item for item in more if item is not None))
    elif outcome.cut_off:
        reading = Reading("cut off", "the number was cut off after its last digit, not rounded")
    elif claim.kind is Kind.MULTIPLE and claim.form != "times" and weighed.atom is not None:
        reading = _more_reading(verdict, weighed.atom, claim)
    return Verdict(
        claim=claim.id,
        verdict=verdict,
        why=why,
        found=found,
        unit=unit,
        evidence=items,
        reading=reading,
        settle=settle,
        conflicts=conflicts,
        given=tuple(given.claim.id for given in outcome.given),
    )


def _is_word_against_word(claim: Claim, bench: Bench, outcome: _Outcome) -> bool:
    """Whether one voice speaks against a claim that another stands by, or only one other claim of the same list does."""
    if len(_voices(bench, outcome.rows)) != 1:
        return False
    if bench.stands_by(claim):
        return True
    atom = outcome.weighed.atom
    if atom is None or not any(row.startswith("claim ") for row in outcome.rows):
        return False
    # The shortest proof names one; others may have printed the same.
    said = frozenset(atom.top)
    against = {
        row.voice
        for row in outcome.ledger.rows
        if frozenset(row.terms) == said and apart(atom.said, row.bounds, strict=atom.strict)
    }
    return len(against) < 2


def _voices(bench: Bench, rows: Sequence[str]) -> set[str]:
    """Return whose reporting some evidence is."""
    items = [item for row in rows if (item := bench.item(row)) is not None and item.kind != "definition"]
    return {item.family or item.publisher for item in items}


def _more_reading(verdict: str, atom: Atom, claim: Claim) -> Reading | None:
    if verdict in ("supported", "within rounding") and atom.show == "more":
        return Reading("N times more", f"It fits as {said_words(claim)} more, which is one more than as many times.")
    return None


def _best_frame(claim: Claim, bench: Bench, givens: Sequence[Given]) -> _Outcome:
    """Judge; where only trade or no trade is spoken of, by whatever measure decides it."""
    if claim.kind not in (Kind.NONE, Kind.FIRST):
        return _judge(claim, bench, givens)
    assert claim.subject is not None
    frames = dict.fromkeys([(claim.subject.measure, claim.subject.unit), *bench.frames(claim)])
    order = ("contradicted", "supported", "within rounding", "cannot tell")
    outcomes = []
    for counted, unit in frames:
        subject = msgspec.structs.replace(claim.subject, measure=counted, unit=unit)
        outcomes.append(_judge(msgspec.structs.replace(claim, subject=subject), bench, givens))
    return min(outcomes, key=lambda outcome: order.index(outcome.verdict))


def _judge(claim: Claim, bench: Bench, givens: Sequence[Given]) -> _Outcome:
    clauses = compile_claim(claim)
    subjects = subjects_of(claim)

    cells = dict.fromkeys(cell for clause in clauses for atom in clause.atoms for cell in atom.cells)

    def ledger(*, doubting: bool, extra: Sequence[Row] = ()) -> Ledger:
        return bench.ledger(claim, subjects, cells, doubting=doubting, extra=extra)

    plain = ledger(doubting=False)
    weighed = weigh(clauses, plain, lambda: ledger(doubting=True))
    if weighed.status == "open" and givens and claim.kind in DERIVED:
        taken = _needed(givens, clauses, plain)
        if taken:
            rows = [given.row for given in taken]
            with_given = ledger(doubting=False, extra=rows)
            loose = [_loosened(given, claim) for given in taken]
            again = weigh(clauses, with_given, lambda: ledger(doubting=True, extra=loose))
            proof = _proof(again, lambda: ledger(doubting=True, extra=loose))
            names = {row.id for row in rows}
            others = [one for one in proof if one not in names and bench.item(one) is not None]
            used = tuple(given for given in taken if given.row.id in proof)
            if again.status == "contradicted" or (again.status != "open" and others):
                return _Outcome(_name(again.status), again, clauses, with_given, proof, used)
            if again.status != "open":
                return _Outcome("cannot tell", again, clauses, with_given, proof, used, own_only=True)
    return _Outcome(_name(weighed.status), weighed, clauses, plain, _proof(weighed, lambda: ledger(doubting=True)))


def _needed(givens: Sequence[Given], clauses: Sequence[Clause], plain: Ledger) -> list[Given]:
    """Return the levels of the claim's own sentence that others leave open and that bear on it."""
    asked = {cell for clause in clauses for atom in clause.atoms for cell in atom.cells}
    taken = []
    for given in givens:
        cells = dict(given.row.terms)
        if not asked.intersection(cells):
            continue
        if not plain.bounds(cells).settled:
            taken.append(given)
    return taken


def _loosened(given: Given, claim: Claim) -> Row:
    """Let a level of another period than the claim's move, as a revision may have moved what the rate was reckoned on."""
    if given.claim.period == claim.period:
        return given.row
    bounds = given.row.bounds
    return msgspec.structs.replace(given.row, bounds=Interval(bounds.lo * (1 - REVISION), bounds.hi * (1 + REVISION)))


def _name(status: Status) -> VerdictName:
    return "cannot tell" if status == "open" else status


def _proof(weighed: Weighed, doubting: Callable[[], Ledger]) -> tuple[str, ...]:
    """Return the rows behind an outcome; for a contradiction a set of which none can be left out."""
    if weighed.status != "contradicted" or weighed.atom is None or weighed.bounds is None:
        return _split(weighed.rows)
    atom, every = weighed.atom, doubting()
    # What was printed of the very sums is the shortest proof, then what was printed of their parts.
    for ledger in (every.exact([atom.top, atom.bottom]), every.within(atom.cells), every):
        for row in linear(atom):
            found = ledger.excluding([row])
            if found:
                return _split(found)
    return _split(weighed.rows)


def _as_proved(outcome: _Outcome) -> Weighed:
    """Return what was weighed with the bounds that follow from its proof alone, where all evidence leaves no less than these.

    What is shown is what all the evidence leaves: 88.58 per cent, not the "at least 82.62" that a shortest proof needs.
    """
    weighed = outcome.weighed
    if weighed.atom is None or weighed.bounds is None or len(outcome.clauses) != 1:
        return weighed
    names = set(outcome.rows)
    own = Ledger([row for row in outcome.ledger.rows if names.intersection(row.id.split(" | "))])
    bounds = measure(own, weighed.atom)
    if own.conflicts or not apart(weighed.atom.said, bounds.interval, strict=weighed.atom.strict):
        return weighed
    every = weighed.bounds.interval
    if inside(bounds.interval, every, strict=False) and not inside(every, bounds.interval, strict=False):
        return weighed
    return msgspec.structs.replace(weighed, bounds=bounds)


def _split(rows: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for row in rows for part in row.split(" | ")))


def _items(bench: Bench, givens: Sequence[Given], rows: Sequence[str]) -> tuple[Item, ...]:
    own = {given.row.id: given.item for given in givens}
    found = []
    for row in rows:
        item = bench.item(row) or own.get(row)
        if item is None:
            item = Item(row, "definition", row, "", "", None, Interval(0, math.inf))
        found.append(item)
    return tuple(found)


def _conflicts(outcome: _Outcome) -> list[Conflict]:
    """Return the conflicts that touch a verdict: about a sum that the claim speaks of, or in evidence it rests on."""
    atoms = [atom for clause in outcome.clauses for atom in clause.atoms]
    sums = {frozenset(cell for cell, _ in terms) for atom in atoms for terms in (atom.top, atom.bottom)}
    by_id = {row.id: row for row in outcome.ledger.rows}
    found = []
    for conflict in outcome.ledger.conflicts_about(cell for atom in atoms for cell in atom.cells):
        if conflict.how == "revised" and len(conflict.rows) > _FEW:
            continue  # A dozen months as first printed do not add up to the year: that says nothing of any of them.
        rows = [by_id[one] for one in _split(conflict.rows) if one in by_id and not by_id[one].structural]
        direct = any(frozenset(cell for cell, _ in row.terms) in sums for row in rows)
        if direct or any(row.id in outcome.rows for row in rows):
            found.append(conflict)
    return found


def _conflict_words(bench: Bench, conflict: Conflict) -> str:
    def named(rows: Sequence[str]) -> list[str]:
        items = [item for one in _split(rows) if (item := bench.item(one)) is not None]
        said = [f" {amount_words(item)}" if item.value is not None else "" for item in items]
        told = [f"{item.publisher}{text} ({period_words(item.period)})" for item, text in zip(items, said, strict=True)]
        return list(dict.fromkeys(told))

    every, out = named(conflict.rows), named(conflict.left_out)
    if conflict.how == "revised":
        newer = [one for one in every if one not in out]
        told = f"{len(out)} figures of earlier releases" if len(out) > _FEW else "; ".join(out)
        later = f"{len(newer)} later figures" if len(newer) > _FEW else "; ".join(newer)
        return f"{told} cannot hold with {later}: revised since, so that the later was followed"
    if len(every) > _FEW and len(out) < len(every):
        rest = len([one for one in every if one not in out])
        return f"{'; '.join(out)} cannot hold with {rest} other figures about parts of the same sum: set aside"
    if conflict.how == "cut off":
        how = f"within a whole unit of its last digit {'; '.join(out)} fits: cut off instead of rounded"
    elif conflict.how == "outvoted":
        how = "the larger number of independent voices was followed"
    elif set(every) <= set(out):
        how = "neither was relied on"
    else:
        how = f"{'; '.join(out)} was set aside"
    return f"{'; '.join(every)}: {how}"


def _doubt(claim: Claim, bench: Bench, outcome: _Outcome, items: Sequence[Item], touching: Sequence[Conflict]) -> str:
    """Return why evidence that does not fit does not exclude a claim; empty where that is not the case."""
    weighed = outcome.weighed
    if outcome.verdict != "cannot tell" or not weighed.doubt or claim.kind is Kind.EXTREME:
        return ""
    if outcome.against:
        whom = claim.publisher or "the claim"
        return f"it is one voice against one: {' and '.join(sorted(_voices(bench, outcome.rows)))} against {whom}"
    cells = dict.fromkeys(cell for clause in outcome.clauses for atom in clause.atoms for cell in atom.cells)
    doubting = bench.ledger(claim, subjects_of(claim), cells, doubting=True)
    told = list(dict.fromkeys(_conflict_words(bench, one) for one in touching if one.how != "revised"))
    shown = [item for item in items if item.kind in ("figure", "customs")]
    return doubt_words(claim, weighed, outcome.ledger, doubting, shown, told)


def _shown(claim: Claim, weighed: Weighed) -> tuple[Interval | None, str]:
    """Return what the evidence leaves, in the unit in which the claim was printed."""
    bounds: Bounds | None = weighed.bounds
    if bounds is None or weighed.atom is None or claim.subject is None:
        return None, ""
    interval = bounds.interval
    if math.isinf(interval.lo) or (interval.lo <= 0 and math.isinf(interval.hi)):
        return None, ""
    show = weighed.atom.show
    if show == "change":
        return Interval((interval.lo - 1) * 100, (interval.hi - 1) * 100), "%"
    if show == "share":
        return Interval(interval.lo * 100, interval.hi * 100), "%"
    if show == "more":
        return Interval(interval.lo - 1, interval.hi - 1), "times more"
    if show == "price":
        from tidewaiter.claims.goods import canonical_unit

        pieces = subjects_of(claim)[1]
        factor = canonical_unit(pieces.measure, pieces.unit)[2]
        return Interval(interval.lo * factor, interval.hi * factor), claim.subject.unit
    if weighed.atom.bottom:
        return interval, "times"
    frame = unit_frame(claim)
    return Interval(interval.lo / frame, interval.hi / frame), claim.subject.unit
