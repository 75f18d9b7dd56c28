"""Claims written as CSV or TOML, so that reading what was written gives the same claims (:mod:`tidewaiter.claims.form`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from tidewaiter.claims.form import COLUMNS, said_cells
from tidewaiter.claims.model import Claim, Subject
from tidewaiter.safe import is_formula, plain

__all__ = ["to_csv", "to_toml"]


def _cells(claim: Claim) -> dict[str, str]:
    """Return a claim as the cells of its row; what is at its default is left out."""
    row: dict[str, str] = {"id": claim.id, "statement": claim.statement, "kind": claim.kind.value}
    if claim.subject is not None:
        row |= _subject_cells(claim.subject, "")
    if claim.other is not None:
        row |= _subject_cells(claim.other, "other_")
    for name in ("period", "base", "since"):
        period = getattr(claim, name)
        row[name] = "" if period is None else str(period)
    if claim.said is not None:
        row |= said_cells(claim)
    row["form"] = "" if claim.form == "times" else claim.form
    row["rank"] = "" if claim.rank == 1 else str(claim.rank)
    row["length"] = str(claim.length or "")
    row["published"] = claim.published + (f"..{claim.published_to}" if claim.published_to else "")
    row["span"] = "" if claim.span is None else f"{claim.span[0]}-{claim.span[1]}"
    row["assumed"] = " | ".join(claim.assumed)
    for name in ("direction", "indicator", "day", "publisher", "family", "address", "text", "why", "quoted"):
        row[name] = getattr(claim, name)
    return {column: row[column] for column in COLUMNS if row.get(column)}


def _subject_cells(subject: Subject, lead: str) -> dict[str, str]:
    return {
        f"{lead}{name}": str(getattr(subject, name))
        for name in ("reporter", "partner", "flow", "goods", "measure", "unit")
    }


def to_csv(claims: Iterable[Claim]) -> str:
    """Write claims as CSV, the columns in order; safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for claim in claims:
        writer.writerow({column: _guarded(text) for column, text in _cells(claim).items()})
    return out.getvalue()


def _guarded(text: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula; :mod:`tidewaiter.claims.form` gives the text back.

    What would drive a terminal or turn the text round is left out; line feeds stay.
    """
    text = "\n".join(map(plain, text.split("\n")))
    bare = text.lstrip("'")
    return f"'{text}" if is_formula(bare) or (bare != text and is_formula(f"{bare} ")) else text


def to_toml(claims: Iterable[Claim]) -> str:
    """Write claims as TOML; what all of them share stands once, at the top."""
    rows = [_cells(claim) for claim in claims]
    shared = {
        key: rows[0][key]
        for key in ("reporter", "partner", "publisher", "family", "published", "address")
        if rows and all(row.get(key) == rows[0].get(key) for row in rows) and key in rows[0]
    }
    lines = ['schema = "tidewaiter/claims/1"', *(f"{key} = {_quoted(value)}" for key, value in shared.items())]
    for row in rows:
        lines += ["", "[[claim]]", *(f"{key} = {_quoted(value)}" for key, value in row.items() if key not in shared)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = "".join(
        {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(
            c, c if c.isprintable() else f"\\U{ord(c):08X}"
        )
        for c in text
    )
    return f'"{escaped}"'
