"""``tidewaiter mapping`` and ``tidewaiter sources``: which files can be read, and how any other CSV can."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter mapping init viet-nam.csv --out viet-nam.toml
  tidewaiter mapping check viet-nam.toml viet-nam.csv
  tidewaiter load viet-nam.csv --mapping viet-nam.toml
"""


def register(commands: Any) -> None:
    """Declare the commands."""
    sources = commands.add_parser(
        "sources",
        help="list the formats that are read",
        description="List the formats that are read, each recognised from a file's content.",
        epilog="examples:\n  tidewaiter sources\n  tidewaiter sources --format json\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sources.add_argument("--format", choices=("text", "json"), default="text", help="how to print them")
    sources.set_defaults(run=_sources)
    mapping = commands.add_parser(
        "mapping",
        help="read any other CSV: propose and check a mapping",
        description="A mapping says in TOML what the columns of a CSV mean.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = mapping.add_subparsers(title="actions", metavar="ACTION", required=True)
    init = actions.add_parser("init", help="propose a mapping from a file's header and a sample of its rows")
    init.add_argument("file", metavar="FILE", type=Path, help="a CSV of any publisher")
    init.add_argument("--out", metavar="FILE", type=Path, help="where to write it (default: print it)")
    init.set_defaults(run=_init)
    check = actions.add_parser("check", help="read a file through a mapping and say what came of it; nothing is loaded")
    check.add_argument("mapping", metavar="MAPPING", type=Path, help="the mapping, in TOML")
    check.add_argument("file", metavar="FILE", type=Path, help="the file")
    check.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    check.set_defaults(run=_check)


def _sources(arguments: argparse.Namespace) -> int:
    from tidewaiter.sources.registry import sources

    found = [
        {"name": one.name, "dataset": one.dataset, "title": one.title, "publisher": one.publisher, "address": one.address,
         "attribution": one.attribution, "complete_over": list(one.complete_over)}
        for one in sources()
    ]  # fmt: skip
    if arguments.format == "json":
        print(json.dumps({"schema": "tidewaiter/sources/1", "sources": found}, ensure_ascii=False, indent=2))
        return 0
    width = max(len(str(one["name"])) for one in found)
    for one in found:
        print(f"{one['name']:{width}}  {one['title']}")
    print(f"{'mapping':{width}}  any other CSV, through a mapping: tidewaiter mapping init FILE")
    return 0


def _init(arguments: argparse.Namespace) -> int:
    from tidewaiter.errors import OutputError
    from tidewaiter.sources.compressed import head_of
    from tidewaiter.sources.propose import propose_mapping

    text = propose_mapping(head_of(arguments.file), str(arguments.file))
    if arguments.out is None:
        print(text, end="")
        return 0
    try:
        with arguments.out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise OutputError(f"{arguments.out} is there already; name another file with --out, or remove it") from None
    except OSError as error:
        raise OutputError(f"cannot write {arguments.out} ({error.strerror}); name another file with --out") from error
    left = text.count("# fill in")
    print(f"{arguments.out}: {left} places to fill in, then: tidewaiter mapping check {arguments.out} {arguments.file}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from tidewaiter.sources.compressed import open_content
    from tidewaiter.sources.mapped import MappedTable
    from tidewaiter.sources.mapping import read_mapping
    from tidewaiter.sources.observation import Asked

    text = read_mapping(arguments.mapping)
    source = MappedTable(text, str(arguments.mapping))
    rows = 0
    rejects: list[Any] = []
    notes: list[str] = []
    with open_content(arguments.file) as stream:
        for batch in source.read(stream, str(arguments.file), Asked(mapping=text)):
            rows += batch.rows.num_rows if batch.rows is not None else 0
            rejects += batch.rejects
            notes += batch.notes
    if arguments.format == "json":
        told = [{"line": one.line, "column": one.column, "value": one.value, "reason": one.reason} for one in rejects]
        answer = {
            "schema": "tidewaiter/mapping-check/1",
            "dataset": source.dataset,
            "rows": rows,
            "rejects": told,
            "notes": notes,
        }
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print(f"{arguments.file}: {rows:,} rows of {source.dataset}, {len(rejects):,} that cannot be read")
        for one in rejects[:20]:
            print(f"  line {one.line}, column {one.column or '-'}: {one.reason}: {one.value!r}")
        if len(rejects) > 20:
            print(f"  and {len(rejects) - 20:,} more")
        for note in notes:
            print(f"  note: {note}")
    return 1 if rejects or not rows else 0
