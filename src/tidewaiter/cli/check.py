"""``tidewaiter check``: judge what others published."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter check article.txt --date 2022-05-27 --publisher "South China Morning Post"
  tidewaiter check claims.csv --figures mine.csv --format json
  tidewaiter check article.txt --date 2022-05-27 --claims claims.toml     (what was read, to be corrected by hand)
  tidewaiter check article.txt --date 2022-05-27 --format html --out article.html     (verdicts beside each sentence)
  tidewaiter check claims.toml --store books

A claim is judged on what was known when it was published: releases up to that day, and figures printed up to 45 days after
it by others than its own reporting. Exit code 0: no claim is contradicted; 1: at least one is; 2: nothing was judged.
"""


_MAX_BYTES = 4 * 2**20
_MOST_NOTES = 10


def register(commands: Any) -> None:
    """Declare the command."""
    check = commands.add_parser(
        "check",
        help="judge the claims of an article or a list",
        description="Judge what others published, on printed figures and customs files, with the evidence of each verdict.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="an article (text, a page), a brief (.md, .html, .json), or claims (.csv, .toml)",
    )
    check.add_argument("--date", metavar="DATE", help="when it was published: YYYY-MM-DD, YYYY-MM or DATE..DATE")
    check.add_argument(
        "--publisher", metavar="NAME", default="", help="who published it; its own figures are no evidence"
    )
    check.add_argument("--family", metavar="NAME", default="", help="whose reporting it is, if it repeats another's")
    check.add_argument(
        "--figures",
        metavar="FILE",
        action="append",
        type=Path,
        default=[],
        help="a table of your own figures (may be repeated)",
    )
    check.add_argument("--only-figures", action="store_true", help="leave out the figures that ship with Tidewaiter")
    check.add_argument(
        "--keep-going",
        action="store_true",
        help="judge the claims that can be read where some rows of a list cannot; the refused are listed with the verdicts",
    )
    check.add_argument("--store", metavar="DIR", type=Path, help="a store whose customs files are evidence too")
    check.add_argument(
        "--claims", metavar="FILE", type=Path, help="also write the claims as they were read (.csv or .toml)"
    )
    check.add_argument(
        "--format",
        choices=("table", "json", "html"),
        default="table",
        help="how to print (default: table); html marks up an article",
    )
    check.add_argument("--out", metavar="FILE", type=Path, help="write to FILE instead of the screen")
    check.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    import sys

    import msgspec

    from tidewaiter.claims.court import sit
    from tidewaiter.claims.model import Kind

    claims, article = _claims(arguments)
    if arguments.claims is not None:
        _write_claims(arguments.claims, claims)
    customs = None
    if arguments.store is not None:
        from tidewaiter.claims.customs import Customs
        from tidewaiter.store.store import Store

        customs = Customs(Store(arguments.store))
    sitting = sit(claims, _figures(arguments, claims), customs=customs)
    if article is not None and article.notes:
        sitting = msgspec.structs.replace(sitting, own=(*article.notes, *sitting.own))
    _write(arguments, _text(arguments.format, sitting, article).rstrip("\n"))
    if not any(claim.kind not in (Kind.UNREAD, Kind.NO_FIGURE) for claim in claims):
        print(
            f"tidewaiter: nothing was judged: no claim of {arguments.file} could be read ({len(claims)} listed as not read or"
            " without a figure)",
            file=sys.stderr,
        )
        return 2
    return 1 if sitting.contradicted else 0


def _claims(arguments: argparse.Namespace) -> tuple[Any, Any]:
    """Return the claims of the file, and how it was read where it is an article."""
    import sys

    import msgspec

    from tidewaiter.claims.form import published_days, read_rows
    from tidewaiter.errors import BadRows, InputError
    from tidewaiter.safe import one_line

    if arguments.date is not None and not arguments.date.strip():
        raise InputError("--date is empty; write YYYY-MM-DD, YYYY-MM or DATE..DATE, or leave it out")
    first, last = published_days(arguments.date or "", "--date")
    if first > date.today().isoformat():
        raise InputError(
            f"--date {arguments.date!r} is still to come; write the day of publication, today at the latest"
        )
    if arguments.file.suffix.lower() not in (".csv", ".toml"):
        return _read_article(arguments, first, last)
    if arguments.format == "html":
        raise InputError("--format html marks up an article, and a list of claims has none; write table or json")
    told = {"published": first, "published_to": last} if first else {}
    told |= {name: value for name, value in (("publisher", arguments.publisher), ("family", arguments.family)) if value}
    try:
        read = read_rows(arguments.file, keep_going=arguments.keep_going)
    except BadRows as error:
        for problem in error.problems:
            print(f"tidewaiter: {one_line(str(problem))}", file=sys.stderr)
        raise
    claims = read.claims
    for note in read.notes[:_MOST_NOTES]:
        print(f"tidewaiter: {one_line(note)}", file=sys.stderr)
    if len(read.notes) > _MOST_NOTES:
        print(f"tidewaiter: and {len(read.notes) - _MOST_NOTES} more cells were not judged", file=sys.stderr)
    if read.refused:
        print(
            f"tidewaiter: {read.refused} of {len(claims)} rows were refused; they are listed as not read",
            file=sys.stderr,
        )
    return tuple(msgspec.structs.replace(claim, **told) for claim in claims) if told else claims, None


def _read_article(arguments: argparse.Namespace, first: str, last: str) -> tuple[Any, Any]:
    import msgspec

    from tidewaiter.claims.read import read_article
    from tidewaiter.claims.read.markup import is_markup, words_of
    from tidewaiter.errors import BadFile, NoData

    name = str(arguments.file)
    try:
        if arguments.file.stat().st_size > _MAX_BYTES:
            raise BadFile(name, f"larger than {_MAX_BYTES // 2**20} MiB, which no article is")
        text = arguments.file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadFile(name, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadFile(name, f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    if "\0" in text:
        raise BadFile(name, "holds zero bytes, so it is no text")
    if is_markup(text):
        text = words_of(text)
    elif text.lstrip().startswith("{") and '"tidewaiter/brief/' in text[:200]:
        text = _brief_text(text, name)
    found = read_article(text, last or first, publisher=arguments.publisher, family=arguments.family)
    claims = found.claims
    if last:
        claims = tuple(msgspec.structs.replace(claim, published=first, published_to=last) for claim in claims)
    if not claims:
        raise NoData(f"{name}: no claim about trade was found in it")
    return claims, found


def _brief_text(text: str, name: str) -> str:
    """Return the words of a ``brief.json``."""
    import msgspec

    from tidewaiter.brief.markdown import render_markdown
    from tidewaiter.brief.shape import Brief
    from tidewaiter.errors import BadFile, OutputError

    try:
        return render_markdown(msgspec.json.decode(text, type=Brief))
    except (msgspec.ValidationError, msgspec.DecodeError, OutputError) as error:
        raise BadFile(name, f"says that it is a brief and does not have the shape of one ({error})") from error


def _figures(arguments: argparse.Namespace, claims: Any) -> list[Any]:
    from tidewaiter.claims.court import shipped_evidence
    from tidewaiter.sources.figures import read_figures

    found: list[Any] = [] if arguments.only_figures else shipped_evidence(claims)
    for path in arguments.figures:
        found += read_figures(path)
    return found


def _text(form: str, sitting: Any, article: Any) -> str:
    import json

    import msgspec

    from tidewaiter.claims.output import to_json, to_table

    if form == "html":
        from tidewaiter.claims.annotate import render_article

        return render_article(article, sitting)
    if form == "json":
        told = to_json(sitting)
        if article is not None:
            told["sentences"] = msgspec.to_builtins(article.sentences)
        return json.dumps(told, ensure_ascii=False, indent=2)
    table = to_table(sitting)
    if article is not None:
        marks = [sentence.status for sentence in article.sentences]
        parts = [
            f"{marks.count(mark)} {mark}" for mark in ("claims", "not read", "no claim", "furniture") if mark in marks
        ]
        table += f"\n{len(marks)} sentences and pieces of the page: {', '.join(parts)}"
    return table


def _write_claims(path: Path, claims: Any) -> None:
    from tidewaiter.claims.written import to_csv, to_toml
    from tidewaiter.errors import InputError

    if path.suffix.lower() not in (".csv", ".toml"):
        raise InputError(f"{path}: claims are written as .csv or .toml")
    _put(path, to_csv(claims) if path.suffix.lower() == ".csv" else to_toml(claims))


def _write(arguments: argparse.Namespace, text: str) -> None:
    if arguments.out is None:
        print(text)
    else:
        _put(arguments.out, text + "\n")


def _put(path: Path, text: str) -> None:
    from tidewaiter.errors import OutputError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path} ({error.strerror})") from error
