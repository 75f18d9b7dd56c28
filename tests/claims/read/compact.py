"""Claims as one short line each, for people to read and tests to compare."""

from __future__ import annotations

from tidewaiter.claims.model import Claim, Kind, Subject


def _number(value: float) -> str:
    return f"{value:.10g}" if abs(value) < 1e10 else f"{value:.0f}"


def _place(subject: Subject) -> str:
    return f"{subject.reporter}>{subject.partner} {subject.flow} {subject.goods}"


def compact(claim: Claim) -> str:
    if claim.kind is Kind.COUNT:
        assert claim.said is not None
        return f"count {claim.indicator} {claim.day} {claim.direction} {_number(claim.said.value)}"
    assert claim.subject is not None
    parts = [str(claim.kind), _place(claim.subject)]
    if claim.kind not in (Kind.NONE, Kind.FIRST, Kind.EXCEEDS):
        parts.append(claim.subject.unit)
    parts.append(str(claim.period))
    if claim.said is not None:
        lo, hi = claim.said.bounds.lo, claim.said.bounds.hi
        between = " to " in claim.said.printed
        parts.append(f"{_number(lo)}~{_number(hi)}" if between else _number(claim.said.value))
        parts += [claim.said.hedge] if claim.said.hedge else []
    if claim.kind is Kind.EXTREME:
        parts.append(f"{claim.direction}{f' {claim.rank}' if claim.rank > 1 else ''} since {claim.since}")
    elif claim.kind is Kind.FIRST:
        parts.append(f"after {claim.base}")
    elif claim.kind is Kind.EXCEEDS:
        parts.append(f"over {claim.base}")
        parts += ["lower"] if claim.direction == "lower" else []
    elif claim.kind is Kind.SHARE and claim.other is not None:
        parts.append(f"of {_place(claim.other)}")
        parts += [f"over {claim.base}"] if claim.base is not None else []
    elif claim.kind is Kind.SHARE and claim.base is not None:
        parts.append(f"over {claim.base}")
    elif claim.kind is Kind.STREAK:
        parts.append(f"{claim.length} {claim.direction}")
        parts += [f"vs {claim.base}"] if claim.base is not None else []
    elif claim.kind is Kind.DIFFERENCE and claim.other is not None:
        parts.append(f"less {_place(claim.other)}")
    elif claim.base is not None:
        parts.append(f"vs {claim.base}")
    if claim.kind is Kind.MULTIPLE and claim.form != "times":
        parts.append(claim.form)
    return " ".join(parts)
