"""``tidewaiter basket``: named lists of codes, in the codes of any year."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter basket list
  tidewaiter basket show medical-covid --classification "HS 2022"
  tidewaiter basket check my-goods.toml
  tidewaiter basket diff chpl my-list.toml
"""


def register(commands: Any) -> None:
    """Declare the commands."""
    basket = commands.add_parser(
        "basket",
        help="named lists of codes: list, show, check, compare",
        description="Baskets hold codes with the reason and source of each; they follow their goods over a revision.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = basket.add_subparsers(title="actions", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="all baskets, shipped ones and your own")
    listed.set_defaults(run=_list)
    show = actions.add_parser("show", help="a basket's groups and lines in the codes of a classification")
    show.add_argument("basket", help="name, or path of a TOML file")
    show.add_argument("--classification", default="HS 2022", metavar="C", help="such as 'HS 2017' (default: HS 2022)")
    show.add_argument("--year", type=int, metavar="Y", help="the year, where the classification does not say it")
    show.set_defaults(run=_show)
    check = actions.add_parser("check", help="check that a basket can be read and resolves in every revision")
    check.add_argument("basket", help="name, or path of a TOML file")
    check.add_argument("--store", metavar="DIR", type=Path, help="also say which lines the datasets of this store lack")
    check.set_defaults(run=_check)
    diff = actions.add_parser("diff", help="lines that two baskets or two versions do not share (exit code 1 if any)")
    diff.add_argument("old", help="name, or path of a TOML file")
    diff.add_argument("new", help="name, or path of a TOML file")
    diff.set_defaults(run=_diff)
    for action in (listed, show, check, diff):
        action.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")


def _print(arguments: argparse.Namespace, schema: str, answer: dict[str, Any], lines: list[str]) -> None:
    from tidewaiter.safe import one_line

    if arguments.format == "json":
        print(json.dumps({"schema": f"tidewaiter/{schema}/1", **answer}, ensure_ascii=False, indent=2))
    else:
        # A line feed in a name must not make a line of its own.
        print("\n".join(map(one_line, lines)))


def _list(arguments: argparse.Namespace) -> int:
    from tidewaiter.baskets import list_baskets, load_basket
    from tidewaiter.baskets.basket import home_of

    found = [(name, load_basket(name), home_of(name)) for name in list_baskets()]
    lines = []
    for name, basket, home in found:
        where = "" if home == "shipped" else f"  [{home}]"
        called = f" (calls itself {basket.name})" if basket.name != name else ""
        lines.append(f"{name:<20}{len(basket.lines):>4} lines  {basket.title} ({basket.version}){called}{where}")
    answer = {"baskets": [{"name": name, "version": b.version, "title": b.title, "purpose": b.purpose, "from": home,
                           "lines": len(b.lines), "groups": [g.id for g in b.groups]} for name, b, home in found]}  # fmt: skip
    _print(arguments, "basket-list", answer, lines)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    import msgspec

    from tidewaiter.baskets import load_basket, resolve

    basket = load_basket(arguments.basket)
    found = resolve(basket, arguments.classification, arguments.year)
    lines = [f"{basket.title} ({basket.name} {basket.version})", basket.purpose, ""]
    lines += [f"source: {s.title}, {s.publisher}, {s.date}, {s.address}" for s in basket.sources]
    flows = {"X": "what the country may not sell", "M": "what the country may not be sold", "": ""}
    for group in basket.groups:
        way = f" [{flows[group.flow]}]" if group.flow else ""
        lines += ["", f"{group.id}: {group.title}{way}  ({len(found.groups[group.id])} codes in HS {found.revision})"]
        if group.context:
            lines.append(f"  {group.context}")
        for row in found.lines:
            if row.line.group == group.id:
                mark = "" if row.line.verified else "  [not verified]"
                codes = " ".join(row.codes[:6]) + (f" and {len(row.codes) - 6} more" if len(row.codes) > 6 else "")
                where = f" ({row.line.paragraph})" if row.line.paragraph else ""
                same = row.codes == (row.line.code,)
                arrow = "" if same else f" -> {codes or 'nothing'}, {row.kind}"
                lines.append(f"  {row.line.code}{arrow}  {row.line.reason}{where}{mark}")
                lines += [
                    f"    {n.scheme} {n.code}  {n.name}{f', since {n.since}' if n.since else ''}"
                    f"{'' if n.verified else '  [line not verified]'}"
                    for n in row.line.national
                ]
    caveats = found.caveats()
    lines += ["", *(f"caveat: {text}" for text in caveats)] if caveats else []
    answer: dict[str, Any] = {
        "basket": msgspec.to_builtins(basket),
        "classification": found.classification,
        "revision": found.revision,
        "groups": found.groups,
        "lines": [{"code": r.line.code, "group": r.line.group, "codes": r.codes, "kind": r.kind, "note": r.note,
                   "verified": r.line.verified} for r in found.lines],
        "caveats": caveats,
    }  # fmt: skip
    _print(arguments, "basket-show", answer, lines)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from tidewaiter.baskets import failures, load_basket, resolve
    from tidewaiter.codes import hs

    basket = load_basket(arguments.basket)
    lines = [f"{basket.name} {basket.version}: {len(basket.lines)} lines in {len(basket.groups)} groups, well formed"]
    rows, empty = [], False
    for revision in hs.REVISIONS:
        found = resolve(basket, revision)
        counts = {
            kind: sum(row.kind == kind for row in found.lines) for kind in ("exact", "primary", "partial", "none")
        }
        said = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
        lines.append(f"HS {revision}: {len(found.codes)} codes; lines: {said}")
        lost = [row for row in found.lines if not row.codes and not row.line.revisions]
        lines += [f"  {row.line.code}: {row.note}" for row in lost]
        empty = empty or not found.codes
        rows.append({"revision": revision, "codes": len(found.codes), "lines": counts,
                     "without_codes": [row.line.code for row in lost]})  # fmt: skip
    failed = failures(basket)
    if basket.checks:
        lines.append(f"its own tests ({len(basket.checks)}): " + ("; ".join(failed) if failed else "passed"))
    loose = [line.code for line in basket.lines if not line.verified]
    if loose:
        lines.append(f"not verified against the source's own text: {len(loose)} lines ({', '.join(loose[:12])}"
                     + (" ...)" if len(loose) > 12 else ")"))  # fmt: skip
    answer: dict[str, Any] = {
        "name": basket.name, "version": basket.version, "revisions": rows, "not_verified": loose,
    }  # fmt: skip
    if arguments.store is not None:
        answer["unreported"] = _unreported(arguments.store, basket, lines)
    _print(arguments, "basket-check", answer, lines)
    return 1 if empty or failed else 0


def _unreported(folder: Path, basket: Any, lines: list[str]) -> dict[str, list[str]]:
    """Say, for each dataset of a store, of which lines it has no code: there silence is neither zero nor trade."""
    from tidewaiter.baskets import resolve, unreported
    from tidewaiter.period import month_text
    from tidewaiter.series.sides import reported_codes

    found = {}
    for dataset, (codes, first, last) in reported_codes(folder).items():
        missing = unreported(resolve(basket, dataset, last // 12), codes)
        found[dataset] = [row.line.code for row in missing if row.codes]
        span = f"{month_text(first)} to {month_text(last)}"
        said = f"{len(found[dataset])} of {len(basket.lines)} lines not in it"
        named = f": {', '.join(found[dataset])}" if found[dataset] else ""
        lines.append(f"{dataset} ({span}): {said}{named}")
    return found


def _diff(arguments: argparse.Namespace) -> int:
    from tidewaiter.baskets import diff, load_basket

    old, new = load_basket(arguments.old), load_basket(arguments.new)
    found = diff(old, new)
    marks = {"added": "+", "removed": "-", "changed": "~"}
    lines = [f"{marks[key]} {text}" for key in ("added", "removed", "changed") for text in found[key]]
    answer = {"old": f"{old.name} {old.version}", "new": f"{new.name} {new.version}", **found}
    _print(arguments, "basket-diff", answer, lines or ["no difference"])
    return 1 if any(found.values()) else 0
