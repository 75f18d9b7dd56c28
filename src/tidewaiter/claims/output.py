"""Verdicts as a table for a terminal and as JSON."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from tidewaiter.claims.court import Sitting
from tidewaiter.claims.evidence import Item
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.say import item_words, said_words, span, subject_words
from tidewaiter.claims.verdict import Verdict, VerdictName
from tidewaiter.model import Interval
from tidewaiter.safe import one_line

__all__ = ["SCHEMA", "claim_words", "to_json", "to_table"]

SCHEMA = "tidewaiter/check/1"
"""Name and version of the JSON shape; documented in ``docs/claims.md``."""

_WIDTH = 110
_MONTHS = 6
_ORDER: tuple[VerdictName, ...] = (
    "contradicted",
    "unsafe",
    "within rounding",
    "supported",
    "cannot tell",
    "no figure",
    "not read",
)


def to_json(sitting: Sitting) -> dict[str, Any]:
    """Return the one documented shape."""
    counts = Counter(verdict.verdict for verdict in sitting.verdicts)
    return {
        "schema": SCHEMA,
        "counts": {name: counts[name] for name in _ORDER},
        "claims": [
            {"claim": _claim(claim), "verdict": _verdict(verdict)}
            for claim, verdict in zip(sitting.claims, sitting.verdicts, strict=True)
        ],
        "together": [_plain(msgspec.to_builtins(one)) for one in sitting.together],
        "notes": list(sitting.own),
    }


def _claim(claim: Claim) -> dict[str, Any]:
    found = {key: value for key, value in msgspec.to_builtins(claim).items() if value not in ("", None, [], ())}
    for name in ("period", "base", "since"):
        period = getattr(claim, name)
        if period is not None:
            found[name] = str(period)
    found["words"] = claim_words(claim)
    plain: dict[str, Any] = _plain(found)
    return plain


def _verdict(verdict: Verdict) -> dict[str, Any]:
    found: dict[str, Any] = _plain(msgspec.to_builtins(verdict))
    found.pop("claim")
    for item, told in zip(verdict.evidence, found["evidence"], strict=True):
        told["words"] = item_words(item)
    return found


def _plain(value: Any) -> Any:
    """Return a value without infinities, which JSON does not have: an open end is null."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def claim_words(claim: Claim) -> str:
    """Say what a claim says, as it was understood."""
    if claim.kind in (Kind.UNREAD, Kind.NO_FIGURE):
        return claim.text
    if claim.kind is Kind.COUNT:
        return f"{claim.indicator or 'daily count'}, {claim.direction or 'new or cumulative'}, {claim.day}: {said_words(claim)}"
    what = subject_words(claim)
    period = claim.period.words() if claim.period else ""
    base = f" against {claim.base.words()}" if claim.base else ""
    of = f" of {subject_words(msgspec.structs.replace(claim, subject=claim.other))}" if claim.other else ""
    match claim.kind:
        case Kind.NONE:
            return f"no {what} in {period}"
        case Kind.EXTREME:
            rank = (
                f"number {claim.rank} of the {claim.direction.removeprefix('record ')}"
                if claim.rank > 1
                else claim.direction
            )
            if claim.direction.startswith("record ") and claim.since is not None:
                first = claim.since.words() if claim.since.is_month else f"the start of {claim.since.words()}"
                return f"{what} in {period}: {rank.removeprefix('record ')} of the months from {first} on"
            return f"{what} in {period}: {rank} since {claim.since.words() if claim.since else 'the record began'}"
        case Kind.FIRST:
            gone = "none" if claim.direction == "absent" else "first"
            return f"{what} in {period}: {gone}, after {claim.base.words() if claim.base else ''}"
        case Kind.EXCEEDS:
            return f"{what} in {period}: {claim.direction or 'higher'} than{of or ' in'} {(claim.base or claim.period).words() if claim.period else ''}"
        case Kind.STREAK:
            against = f", the last against {claim.base.words()}" if claim.base else ""
            return f"{what}: a {claim.direction} {claim.length} months in a row up to {period}{against}"
        case Kind.DIFFERENCE if claim.other is not None and claim.base is None:
            return f"{what} less {of.removeprefix(' of ')} in {period}: {said_words(claim)}"
        case Kind.DIFFERENCE if claim.base is not None and not of:
            return f"{what} in {period} less {claim.base.words()}: {said_words(claim)}"
        case Kind.SHARE:
            return f"{what} in {period}: {said_words(claim)}{of}{base}"
        case _:
            as_printed = f", as {claim.quoted} printed it" if claim.quoted else ""
            return f"{what} in {period}{base}: {said_words(claim)}{as_printed}"


def to_table(sitting: Sitting) -> str:
    """Return the verdicts as a person reads them: claim, verdict, why, evidence."""
    lines: list[str] = [*sitting.own, *([""] if sitting.own else [])]
    for claim, verdict in zip(sitting.claims, sitting.verdicts, strict=True):
        lines += _block(claim, verdict)
    counts = Counter(verdict.verdict for verdict in sitting.verdicts)
    lines.append(
        f"{len(sitting.claims)} claims: " + ", ".join(f"{counts[name]} {name}" for name in _ORDER if counts[name])
    )
    for group in sitting.together:
        lines += ["", *_wrapped(group.words(), "")]
    return "\n".join(lines)


def _block(claim: Claim, verdict: Verdict) -> list[str]:
    lines = [f"{one_line(claim.id)}  {verdict.verdict.upper()}"]
    if claim.text:
        lines += _wrapped(f"“{claim.text}”", "  ")
    if claim.kind not in (Kind.UNREAD, Kind.NO_FIGURE):
        lines += _wrapped(f"read as: {claim_words(claim)}", "  ")
    lines += _wrapped(verdict.why, "  ")
    if verdict.reading is not None:
        lines += _wrapped(f"reading: {verdict.reading.name}: {verdict.reading.words}", "  ")
    for text in _evidence(verdict.evidence):
        lines += _wrapped(text, "    ")
    for conflict in verdict.conflicts:
        lines += _wrapped(f"conflict: {conflict}", "    ")
    if verdict.settle:
        lines += _wrapped(f"would settle it: {verdict.settle}", "  ")
    if verdict.now:
        lines += _wrapped(f"on all that is known now: {verdict.now}. {verdict.now_why}", "  ")
    return [*lines, ""]


def _evidence(items: Sequence[Item]) -> list[str]:
    """Return evidence in words; many months of one customs series in one line."""
    series: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        series.setdefault((item.what, item.publisher) if item.kind == "customs" else (item.id, ""), []).append(item)
    told = []
    for (what, publisher), group in series.items():
        if len(group) > _MONTHS:
            months = sorted(item.period for item in group)
            ends = Interval(min(item.bounds.lo for item in group), max(item.bounds.hi for item in group))
            said = span(ends, group[0].unit)
            told.append(
                f"{publisher}: {what}: {len(group)} months, {months[0]} to {months[-1]}: {said}, {group[0].published}"
            )
            continue
        told += [
            (item_words(item) if item.kind in ("customs", "definition", "given") else f"{item.id}: {item_words(item)}")
            + (f"  {item.address}" if item.address else "")
            for item in group
        ]
    return told


def _wrapped(text: str, indent: str) -> list[str]:
    clean = "".join(one if one.isprintable() else " " for one in text)
    return textwrap.wrap(clean, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False)
