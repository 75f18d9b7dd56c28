"""What ``tidewaiter codes`` says of a code in a store of customs files: since when it occurs, and what explains a start."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

__all__ = ["in_store", "run"]

_KINDS = {"new": "new code", "ended": "ended code", "changed": "changed code", "line": "line not known"}


def _told(one: Any) -> dict[str, Any]:
    """Return a break as it is printed in JSON."""
    from tidewaiter.period import month_text

    return {
        "dataset": one.dataset,
        "code": one.found.code,
        "event": one.event,
        "month": month_text(one.month),
        "kind": one.found.kind,
        "revision": one.found.revision,
        "others": one.found.others,
        "lines": one.found.lines,
        "absent": one.found.absent,
        "words": one.found.words,
    }


def in_store(folder: Path, digits: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Say of each dataset of a store which rows it has of a code, or under it, and what explains their start and stop.

    Returns
    -------
    tuple
        A record for each dataset, and the same as lines of text.
    """
    from tidewaiter.period import month_text
    from tidewaiter.series.spans import breaks_of, code_spans, outside_life

    records: list[dict[str, Any]] = []
    lines = [f"in the store {folder}:"]
    every = code_spans(folder)
    for dataset, spans in every.items():
        span_of_all = (min(one.first for one in spans.values()), max(one.last for one in spans.values()))
        words = f"{month_text(span_of_all[0])} to {month_text(span_of_all[1])}"
        found = [code for code in spans if code.startswith(digits)]
        rows = []
        if not found:
            lines.append(f"  {dataset} ({words}): no row of {digits}, or of a line under it")
        for code in found:
            span = spans[code]
            note = outside_life(code, span)
            breaks = breaks_of(dataset, code, spans)
            lines.append(f"  {dataset} ({words}): {code} from {month_text(span.first)} to {month_text(span.last)}")
            lines += [f"    {one.event} in {month_text(one.month)}: {one.found.words}" for one in breaks]
            lines += [f"    {note}"] if note else []
            rows.append({"code": code, "first": month_text(span.first), "last": month_text(span.last),
                         "breaks": [_told(one) for one in breaks], "note": note})  # fmt: skip
        records.append({"dataset": dataset, "first": month_text(span_of_all[0]), "last": month_text(span_of_all[1]),
                        "codes": rows})  # fmt: skip
    if not every:
        lines.append("  nothing is loaded")
    return records, lines


def run(arguments: argparse.Namespace) -> int:
    """List the starts and stops in a store that a change of codes explains."""
    from collections import Counter

    from tidewaiter.cli.load import day, folder
    from tidewaiter.errors import InputError
    from tidewaiter.period import month_text
    from tidewaiter.series.spans import code_breaks

    kinds = [_KINDS[name] for name in arguments.kind or ("new", "ended")]
    day(arguments.as_of, "--as-of")
    store = folder(arguments.store)
    found = code_breaks(store, arguments.as_of, kinds)
    if arguments.dataset:
        known = sorted({one.dataset for one in found})
        found = [one for one in found if one.dataset == arguments.dataset]
        if not found and known:
            raise InputError(f"no such break in dataset {arguments.dataset!r}; there are some in {', '.join(known)}")
    counts = Counter(one.found.kind for one in found)
    if arguments.format == "json":
        answer = {"schema": "tidewaiter/codes-breaks/1", "store": str(store), "kinds": kinds,
                  "breaks": [_told(one) for one in found]}  # fmt: skip
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return 0
    for one in found:
        print(f"{one.dataset}  {one.event} in {month_text(one.month)}  {one.found.words}")
    said = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
    print(f"{len(found)} starts and stops that a revision has to do with{': ' + said if said else ''}")
    return 0
