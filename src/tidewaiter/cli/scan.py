"""``tidewaiter scan``: what surged."""

from __future__ import annotations

import argparse
import contextlib
import io
from pathlib import Path
from typing import Any

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter scan --partner KGZ --month 2022-09
  tidewaiter scan --reporter each --partner KGZ KAZ --month 2022-09 --basket chpl --format csv
  tidewaiter scan --reporter CHN --partner PRK --channel start --format json
  tidewaiter scan --partner KGZ --month 2022-09 --at-least 100k --format html --out kyrgyzstan.html

Without --month, the latest month of each dataset is looked at. Without --reporter, all that report in a dataset are added up;
'each' keeps them apart. Expected is what a series' own past and season let expect; the tide is what the whole trade of the pair
did in the month, and tiers are for what stands out above it. Tiers: firm (at most one in ten is a false alarm), likely (three in
ten), watch (worth a look). They are settled among all series judged, before --at-least and --top leave events out.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    scan = commands.add_parser(
        "scan",
        help="find what surged in a month",
        description="Look at every series of the store, or of a slice, and list what is out of the ordinary in a month.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    scan.add_argument(
        "--reporter",
        metavar="R",
        nargs="+",
        default=[],
        help="whose books: countries, groups, lists; 'each': every reporter by itself",
    )
    scan.add_argument(
        "--partner",
        metavar="P",
        nargs="+",
        default=[],
        help="trade with whom, groups by their members (default: every partner)",
    )
    scan.add_argument("--flow", choices=("X", "M"), help="exports or imports (default: both, each by itself)")
    scan.add_argument("--basket", metavar="B", help="only the goods of a basket")
    scan.add_argument(
        "--digits", type=int, choices=(0, 2, 4, 6, 8, 10), help="only codes of this length (0: all goods)"
    )
    scan.add_argument("--dataset", metavar="D", help="only this dataset")
    scan.add_argument("--month", metavar="MONTH", help="YYYY-MM (default: the latest of each dataset)")
    scan.add_argument("--months", type=int, default=72, metavar="N", help="how far back the past goes (default: 72)")
    scan.add_argument("--as-of", metavar="DATE", help="what was known by this date, YYYY-MM-DD")
    scan.add_argument("--measure", choices=("value", "net_wgt_kg", "qty"), default="value", help="what is counted")
    scan.add_argument(
        "--channel", nargs="+", choices=("spike", "sustained", "start", "record", "stop", "fall", "unit_value"),
        default=["spike", "sustained", "start"], help="ways to look (default: the upward ones)",
    )  # fmt: skip
    scan.add_argument(
        "--at-least", metavar="AMOUNT", default="0",
        help="leave out events smaller than this, in the unit of the values (100000, 100k, 1.5m, 2bn); says how many",
    )  # fmt: skip
    scan.add_argument("--top", type=int, default=20, metavar="N", help="most events to print (default: 20; 0: all)")
    scan.add_argument(
        "--store", metavar="DIR", type=Path, help="folder of the store (default: the one in the settings)"
    )
    scan.add_argument(
        "--format", choices=("table", "json", "csv", "html"), default="table",
        help="how to print them; html: a page with a chart of every month for each event",
    )  # fmt: skip
    scan.add_argument("--out", metavar="FILE", type=Path, help="write to FILE instead of the screen")
    scan.set_defaults(run=_scan)


def _scan(arguments: argparse.Namespace) -> int:
    import sys

    from tidewaiter.config import load_config
    from tidewaiter.errors import InputError
    from tidewaiter.findings.account import judged_words
    from tidewaiter.findings.survey import Asked, survey
    from tidewaiter.findings.told import small_words
    from tidewaiter.safe import counted
    from tidewaiter.store.store import Store

    asked = Asked(
        reporters=tuple(arguments.reporter), partners=tuple(arguments.partner), flow=arguments.flow,
        basket=arguments.basket, digits=arguments.digits, dataset=arguments.dataset, month=arguments.month,
        months=arguments.months, as_of=arguments.as_of, measure=arguments.measure, channels=tuple(arguments.channel),
        at_least=_amount(arguments.at_least),
    )  # fmt: skip
    store = Store(arguments.store if arguments.store is not None else Path(load_config().store))

    def compiling() -> None:
        print("compiling the scan for this machine, once; some seconds ...", file=sys.stderr, flush=True)

    def progress(done: int, whole: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done:,} of {whole:,} series", end="\n" if done == whole else "", file=sys.stderr, flush=True)

    if arguments.top < 0:
        raise InputError(f"--top: {arguments.top} events cannot be printed; 0 prints all")
    found = survey(store, asked, top=arguments.top, on_compile=compiling, progress=progress)
    if arguments.out is None:
        _print(found, arguments)
    else:
        written = io.StringIO(newline="")
        with contextlib.redirect_stdout(written):
            _print(found, arguments)
        try:
            arguments.out.write_text(written.getvalue(), encoding="utf-8")
        except OSError as error:
            raise InputError(f"--out: {arguments.out} cannot be written ({error.strerror})") from None
        many = counted(found.found, "events")
        print(f"{many} in {found.months}, {len(found.events)} of them in {arguments.out}", file=sys.stderr)
    if arguments.format in ("table", "csv"):
        # A page and JSON hold them; lines of a table would be taken for events.
        said = [*found.notes]
        if arguments.format == "csv" or arguments.out is not None:
            said = [judged_words(found.judged, found.series), *small_words(found), *said]
        for note in said:
            print(f"note: {note}", file=sys.stderr)
    return 0


def _amount(text: str) -> float:
    """Read an amount as people write it."""
    import re

    from tidewaiter.errors import InputError

    scale = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9}
    read = re.fullmatch(
        r"(\d+(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?(?:e\d+)?)\s*(k|m|bn|)", text.strip().lower(), re.ASCII
    )
    if read is None:
        raise InputError(f"--at-least: {text!r} is no amount; write it as 100000, 100,000, 100k, 1.5m or 2bn")
    return float(read[1].replace(",", "")) * scale[read[2]]


def _print(found: Any, arguments: argparse.Namespace) -> None:
    shown = found.events
    if arguments.format == "json":
        import msgspec

        print(
            msgspec.json.encode(
                {
                    "schema": "tidewaiter/scan/1",
                    **{name: cell for name, cell in msgspec.to_builtins(found).items() if name != "found"},
                    "more": found.found - len(shown),
                }
            ).decode()
        )
    elif arguments.format == "csv":
        _csv(shown)
    elif arguments.format == "html":
        from tidewaiter.brief.scan_page import render_scan

        print(render_scan(found, _question(arguments)), end="")
    else:
        _table(found, shown)


def _question(arguments: argparse.Namespace) -> str:
    """Say in a line what was asked."""
    from tidewaiter.codes.parties import party

    flow = {"X": "exports", "M": "imports", None: "trade"}[arguments.flow]
    whose = [name if name == "each" else party(name, "reporter").name for name in arguments.reporter]
    with_whom = [party(name, "partner").name for name in arguments.partner]
    parts = [f"{flow} of {'every reporter' if whose == ['each'] else ', '.join(whose) or 'all reporters'}"]
    parts.append(f"with {', '.join(with_whom) or 'every partner'}")
    for given, what in ((arguments.basket, "basket"), (arguments.dataset, "dataset"), (arguments.as_of, "as known on")):
        if given:
            parts.append(f"{what} {given}")
    return " · ".join(parts)


def _table(found: Any, shown: Any) -> None:
    import shutil
    import sys
    import textwrap

    from tidewaiter.findings.account import judged_words
    from tidewaiter.findings.told import nothing_found, small_words
    from tidewaiter.findings.who import beside_tide, same_tide, tide_line, who_line
    from tidewaiter.safe import counted

    # Lines stay whole where a program may read them.
    width = max(shutil.get_terminal_size().columns, 60) if sys.stdout.isatty() else None

    def say(text: str, lead: str = "", under: int = 0) -> None:
        line = lead + text
        if width is not None and len(line) > width:
            line = textwrap.fill(
                text, width, initial_indent=lead, subsequent_indent=" " * under, break_long_words=False
            )
        print(line)

    say(f"{counted(found.found, 'events')} in {found.months}; {judged_words(found.judged, found.series)}.")
    for words in (*small_words(found), *([same_tide(shown)] if same_tide(shown) else [])):
        say(f"{words[:1].upper()}{words[1:]}.")
    if not found.found:
        say(nothing_found(found))
    tier = ""
    for event in shown:
        head = "may be an artefact" if event.artefact else event.tier
        if head != tier:
            tier = head
            print(f"\n{head}")
        say(f"{who_line(event)}: {event.words}", f"  {event.channel:9} ", 12)
        if event.tier_by != event.code and event.tier != "watch":
            say(f"{event.tier} by its line {event.tier_by}", " " * 12, 12)
        if event.artefact:
            say(f"note: {event.artefact}", " " * 12, 12)
        tide = beside_tide(event) if same_tide(shown) else tide_line(event)
        if tide:
            say(tide, " " * 12, 12)
        for member in event.members[:4]:
            say(f"with {member.words}" + (f" - note: {member.artefact}" if member.artefact else ""), " " * 12, 17)
        left = len(event.members) - 4
        if left > 0:
            print(f"            and {left} more {'line' if left == 1 else 'lines'} of this event")
    if len(shown) < found.found:
        print(f"\n{found.found - len(shown)} more: --top 0")


def _csv(shown: Any) -> None:
    import msgspec

    from tidewaiter.cli.books import print_csv
    from tidewaiter.findings.surge import Surge

    names = [field for field in Surge.__struct_fields__ if field not in ("members", "history", "states")]
    rows = []
    for event in shown:
        for one in (event, *event.members):
            cells = msgspec.to_builtins(one)
            rows.append([event.id, *(cells[name] for name in names)])
    print_csv(["event", *names], rows)
