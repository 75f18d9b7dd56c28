"""``tidewaiter codes``: what a commodity code is, where it came from, what became of it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter codes show 300241
  tidewaiter codes trace 382200 --to 2022
  tidewaiter codes search ventilator
  tidewaiter codes show 85171300 --store books
  tidewaiter codes breaks --store books
  tidewaiter codes country "north korea"
"""


def register(commands: Any) -> None:
    """Declare the commands."""
    codes = commands.add_parser(
        "codes",
        help="what a commodity code or a country code is, and what it descends from",
        description="Look up codes of the Harmonized System (HS 2007 to HS 2022) and of countries.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = codes.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="a code's text, life, predecessors and successors")
    show.add_argument("code", help="2, 4, 6 or 8 digits; dots are ignored")
    show.add_argument(
        "--store", metavar="DIR", type=Path, help="also say since when this store's files have it, and why"
    )
    show.set_defaults(run=_show)
    trace = actions.add_parser("trace", help="every link from a code to another revision")
    trace.add_argument("code", help="6 digits; or a national line, with --table")
    trace.add_argument("--to", metavar="YEAR", help="the revision to go to: a year, or HS 2022 (default: the newest)")
    trace.add_argument("--table", metavar="FILE", help="an official concordance of national lines (CSV: before, after)")
    trace.add_argument("--from", dest="start", metavar="YEAR", help="the revision it is meant in (default: its last)")
    trace.set_defaults(run=_trace)
    search = actions.add_parser("search", help="find codes by a word in English, Chinese or Korean")
    search.add_argument("words", nargs="+", help="one or more words")
    search.add_argument("--limit", type=int, default=20, metavar="N", help="most codes to list (default: 20)")
    search.set_defaults(run=_search)
    breaks = actions.add_parser("breaks", help="starts and stops in a store that new and ended codes explain")
    breaks.add_argument(
        "--store", metavar="DIR", type=Path, help="store of customs files (default: the one in the settings)"
    )
    breaks.add_argument("--dataset", metavar="D", help="only this dataset")
    breaks.add_argument(
        "--kind", action="append", choices=("new", "ended", "changed", "line"),
        help="which to list, may be repeated (default: new and ended codes)",
    )  # fmt: skip
    breaks.add_argument("--as-of", metavar="DATE", help="only what had been published by this date, YYYY-MM-DD")
    breaks.set_defaults(run=_breaks)
    country = actions.add_parser("country", help="a country's or group's codes with each publisher")
    country.add_argument("name", help="code or name in English, Chinese or Korean")
    country.set_defaults(run=_country)
    for action in (show, trace, search, breaks, country):
        action.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")


def _print(arguments: argparse.Namespace, schema: str, answer: dict[str, Any], lines: list[str]) -> int:
    if arguments.format == "json":
        print(json.dumps({"schema": f"tidewaiter/{schema}/1", **answer}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from tidewaiter.codes import hs, lineage, texts
    from tidewaiter.errors import UnknownName

    digits = hs.clean(arguments.code)
    if len(digits) < 6:
        revisions = [year for year in hs.REVISIONS if hs.alive(digits, year)]
        if not revisions:
            raise UnknownName("commodity code", arguments.code, hint="Find one with: tidewaiter codes search WORD")
        under = {str(year): [code for code in hs.codes_of(year) if code.startswith(digits)] for year in revisions}
        answer: dict[str, Any] = {"code": digits, "text": texts.text_of(digits), "revisions": revisions, "codes": under}
        newest = under[str(revisions[-1])]
        lines = [f"{digits}  {texts.text_of(digits)}".rstrip(), f"in HS {', '.join(map(str, revisions))}",
                 f"{len(newest)} {'code' if len(newest) == 1 else 'codes'} in HS {revisions[-1]}: {' '.join(newest)}"]  # fmt: skip
        _add_store(arguments, digits, answer, lines)
        return _print(arguments, "codes-show", answer, lines)
    life = hs.life(digits)
    national = digits if len(digits) > 6 else ""
    steps = []
    lines = [f"{digits[:6]}  {texts.text_of(digits)}", _life_words(life)]
    terms = texts.terms_of(digits[:6])
    if terms:
        lines.append(f"also called: {', '.join(terms)}")
    if texts.standard_unit(digits):
        lines.append(f"standard unit: {texts.standard_unit(digits)}")
    if national:
        lines.append(
            f"national line {national}: {hs.line_status(national, life.revisions[-1])} in HS {life.revisions[-1]}"
        )
    for year in hs.REVISIONS[1:]:
        before = hs.REVISIONS[hs.REVISIONS.index(year) - 1]
        back = hs.predecessors(life.code, year) if year in life.revisions else ()
        ahead = hs.successors(life.code, before) if before in life.revisions else ()
        if (not back and not ahead) or [one.code for one in back] == [life.code] == [one.code for one in ahead]:
            continue
        joined = lineage.seam([life.code], year) if back else lineage.seam_ahead([life.code], year)
        group = lineage.closed_group(life.code, year)
        step = {
            "revision": year,
            "came_from": [_link(one) for one in back],
            "became": [_link(one) for one in ahead],
            "seam": joined.kind,
            "seam_words": joined.words(),
            "closed_group": None if group is None else {"earlier": group.earlier, "later": group.later},
        }
        steps.append(step)
        lines.append(f"HS {year}:")
        if back:
            lines.append(f"  came from {_links(back)}")
        if ahead:
            lines.append(f"  became {_links(ahead)}")
        lines.append(f"  stitched: {joined.words().partition(': ')[2]}")
        if group is not None and (len(group.earlier), len(group.later)) != (1, 1):
            lines.append(f"  closed group: {' + '.join(group.earlier)} = {' + '.join(group.later)}")
    answer = {
        "code": life.code,
        "national_line": national or None,
        "national_line_status": hs.line_status(national, life.revisions[-1]) if national else None,
        "text": texts.text_of(digits),
        "also_called": terms,
        "standard_unit": texts.standard_unit(digits) or None,
        "revisions": life.revisions,
        "born": life.born,
        "died": life.died,
        "content_changed": life.changed,
        "number_reused": life.reused,
        "steps": steps,
    }
    _add_lines(national, answer, lines)
    _add_store(arguments, digits, answer, lines)
    return _print(arguments, "codes-show", answer, lines)


def _add_lines(national: str, answer: dict[str, Any], lines: list[str]) -> None:
    """Say what an official table says of a line as one of the Combined Nomenclature."""
    from tidewaiter.codes.national import cn_2022, cn_after, cn_before

    if len(national) != 8:
        return
    before, after = cn_before(national), cn_after(national)
    answer["cn_2022"] = {"came_from": before, "became": after, "source": cn_2022().path}
    for name, found in (("CN 2022: came from", before), ("CN 2022: became", after)):
        if found and found != (national,):
            lines.append(f"  as a line of the Combined Nomenclature, {name} {', '.join(found)} ({cn_2022().path})")
    if not before and not after:
        lines.append("  no official table of its line is at hand; with one: tidewaiter codes trace --table FILE")


def _add_store(arguments: argparse.Namespace, digits: str, answer: dict[str, Any], lines: list[str]) -> None:
    """Say what a store has of the code."""
    if arguments.store is not None:
        from tidewaiter.cli.code_breaks import in_store

        answer["in_store"], told = in_store(arguments.store, digits)
        lines += told


def _breaks(arguments: argparse.Namespace) -> int:
    from tidewaiter.cli.code_breaks import run

    return run(arguments)


def _life_words(life: Any) -> str:
    text = "in HS " + ", ".join(map(str, life.revisions))
    text += f"; born with HS {life.born}" if life.born else "; in HS 2007 or earlier already"
    if life.died:
        text += f"; ended with HS {life.died}"
    kept = [year for year in life.changed if year not in life.reused]
    if kept:
        text += f"; kept its number but changed its content in HS {', '.join(map(str, kept))}"
    if life.reused:
        text += f"; its number was given to other goods in HS {', '.join(map(str, life.reused))}"
    return text


def _link(link: Any) -> dict[str, Any]:
    return {"code": link.code, "main": link.main, "basis": link.basis, "note": link.note}


def _links(links: tuple[Any, ...], limit: int = 8) -> str:
    told = [f"{one.code}{' (main)' if one.main and len(links) > 1 else ''}" for one in links[:limit]]
    text = ", ".join(told)
    if len(links) > limit:
        text += f" and {len(links) - limit} more"
    notes = sorted({one.note for one in links if one.note})
    return text + "".join(f"\n    declared: {note}" for note in notes)


def _trace(arguments: argparse.Namespace) -> int:
    from tidewaiter.codes import hs, lineage, texts
    from tidewaiter.errors import InputError

    if arguments.table:
        return _trace_line(arguments)
    if len(hs.clean(arguments.code)) < 6:
        raise InputError(
            f"{arguments.code} is a chapter or heading; trace one of its codes of six digits, see: tidewaiter codes show"
            f" {hs.clean(arguments.code)}"
        )
    life = hs.life(arguments.code)
    to = hs.revision_of(arguments.to) if arguments.to else hs.REVISIONS[-1]
    start = hs.revision_of(arguments.start) if arguments.start else _nearest(life.revisions, to)
    steps = lineage.trace(life.code, start, to)
    forth = to >= start
    lines = [f"{life.code} (HS {start})  {texts.text_of(life.code)}"]
    national = hs.clean(arguments.code) if len(hs.clean(arguments.code)) > 6 else ""
    line_status = hs.line_status(national, start) if national else ""
    if national:
        lines.append(f"  national line {national}: {line_status}; followed by its first six digits")
    if not steps:
        lines.append(f"  alive in HS {to} itself; nothing to trace")
    noted: set[str] = set()
    for one in steps:
        near, far = (one.before, one.after) if forth else (one.after, one.before)
        arrow = "->" if forth else "<-"
        main = ", main" if one.main and one.relation != "1:1" else ""
        what = texts.text_of(far).rpartition(";")[2].strip()[:80]
        lines.append(f"  HS {one.revision}  {near} {arrow} {far}  {one.relation}{main} ({one.basis})  {what}")
        if one.note and one.note not in noted:
            lines.append(f"           {one.note}")
            noted.add(one.note)
    answer: dict[str, Any] = {"code": life.code, "national_line": national or None,
                              "national_line_status": line_status or None, "from": start, "to": to,
                              "steps": [one._asdict() for one in steps]}  # fmt: skip
    _add_lines(national, answer, lines)
    return _print(arguments, "codes-trace", answer, lines)


def _trace_line(arguments: argparse.Namespace) -> int:
    from tidewaiter.codes import hs, national

    table = national.load_concordance(arguments.table)
    steps = national.trace_line(arguments.code, table)
    lines = [f"{table.before} {one.before} -> {table.after} {one.after}  {one.relation}" for one in steps]
    lines = lines or [f"{hs.clean(arguments.code)} has no other side in {table.path}"]
    answer = {"code": hs.clean(arguments.code), "table": table.path, "from": table.before, "to": table.after,
              "steps": [one._asdict() for one in steps]}  # fmt: skip
    return _print(arguments, "codes-trace", answer, lines)


def _nearest(revisions: tuple[int, ...], to: int) -> int:
    """Start from the revision of a code's life that is nearest to the one asked for."""
    return min(revisions, key=lambda year: abs(year - to))


def _search(arguments: argparse.Namespace) -> int:
    from tidewaiter.codes import hs, texts
    from tidewaiter.errors import InputError, NoData

    if arguments.limit < 1:
        raise InputError(f"--limit must be 1 or more, not {arguments.limit}")
    words = " ".join(arguments.words)
    hits = texts.search(words, arguments.limit)
    if not hits:
        single = [(one, texts.search(one, 1)) for one in arguments.words for one in one.split()]
        nearest = [f"{one} ({found[0].code})" for one, found in single if found]
        advice = (
            f"there are codes for {', '.join(nearest)}"
            if nearest
            else "try a single word, or the Chinese or Korean one"
        )
        raise NoData(f"no code has the words {words!r}; {advice}")
    lines = []
    for hit in hits:
        dead = "" if hit.revisions[-1:] == (hs.REVISIONS[-1],) else f"  [HS {', '.join(map(str, hit.revisions))} only]"
        called = f"  ({hit.words})" if hit.found_by == "term" else ""
        lines.append(f"{hit.code:<8}{hit.text[:90]}{called}{dead}")
    return _print(arguments, "codes-search", {"words": words, "hits": [hit._asdict() for hit in hits]}, lines)


def _country(arguments: argparse.Namespace) -> int:
    from tidewaiter.codes import areas

    found = areas.area(arguments.name, "country")
    lines = [f"{found.code}  {found.name}" + (f" ({found.official})" if found.official else "") + f", {found.kind}"]
    for label, value in (
        ("Chinese", found.zh),
        ("Korean", found.ko),
        ("UN Comtrade (M49)", ", ".join(found.m49)),
        ("ISO 3166-1 alpha-2", found.iso2),
        ("Eurostat", ", ".join(found.eurostat)),
        ("China Customs", found.gacc),
        ("US Census Bureau", found.census),
    ):
        if value:
            lines.append(f"  {label}: {value}")
    answer = {key: value for key, value in found._asdict().items() if key != "aliases"}
    return _print(arguments, "codes-country", {**answer, "aliases": found.aliases}, lines)
