"""``tidewaiter fetch``: a publisher's interface asked live."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidewaiter.sources.live.ask import Ask

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter fetch comtrade --reporter CHN --partner PRK --flow X --from 2022-01 --to 2022-04
  tidewaiter fetch comtrade --reporter CHN --partner PRK --from 2021 --to 2023 --codes TOTAL
  tidewaiter fetch comext --reporter DEU LTU --partner KGZ --flow X --from 2022-09 --to 2022-09 --codes 8703
  tidewaiter fetch census --partner CHN --flow M --from 2023-01 --to 2023-03 --level HS6

Keys come from the environment: TIDEWAITER_COMTRADE_KEY, TIDEWAITER_CENSUS_KEY. Without one, Comtrade answers 500 rows at most
and longer answers are asked for in parts. A run that broke off goes on where it stopped when the same command is given again.
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    fetch = commands.add_parser(
        "fetch",
        help="get figures from a publisher's interface",
        description="Ask a publisher's interface, keep every answer as a release. An answer at a row limit is asked again in"
        " smaller parts, never kept.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    fetch.add_argument("source", choices=("comtrade", "comext", "census"), help="whom to ask")
    fetch.add_argument("--reporter", metavar="R", nargs="+", default=[], help="whose books (Comext takes several)")
    fetch.add_argument("--partner", metavar="P", nargs="+", default=[], help="trade with whom; none: every partner")
    fetch.add_argument("--flow", choices=("X", "M", "X+M"), default="X+M", help="exports, imports or both (default)")
    fetch.add_argument("--from", dest="first", metavar="MONTH", required=True, help="first month YYYY-MM, or year YYYY")
    fetch.add_argument("--to", dest="last", metavar="MONTH", required=True, help="last month, or year")
    fetch.add_argument(
        "--codes", metavar="CODE", nargs="+", default=[], help="HS codes; Comtrade also TOTAL, AG2, AG4, AG6 (default)"
    )
    fetch.add_argument("--basket", metavar="B", help="the codes of a basket in place of --codes")
    fetch.add_argument("--level", choices=("HS2", "HS4", "HS6", "HS10"), default="HS6", help="detail of the US Census")
    fetch.add_argument("--refresh", action="store_true", help="ask again what was answered within --max-age")
    fetch.add_argument(
        "--max-age", metavar="HOURS", type=float, default=24.0, help="an answer stays fresh for so long (default: 24)"
    )
    fetch.add_argument("--dry-run", action="store_true", help="list the questions, ask none")
    fetch.add_argument(
        "--store", metavar="DIR", type=Path, help="folder of the store (default: the one in the settings)"
    )
    fetch.add_argument("--format", choices=("text", "json"), default="text", help="how to print what was done")
    fetch.set_defaults(run=_fetch)


def _fetch(arguments: argparse.Namespace) -> int:
    import json
    import sys
    from datetime import timedelta

    import msgspec

    from tidewaiter.config import load_config
    from tidewaiter.errors import InputError
    from tidewaiter.sources.live.http import Line

    asks = _asks(arguments)
    if arguments.dry_run:
        if arguments.format == "json":
            print(json.dumps({"schema": "tidewaiter/fetch/1", "questions": [ask.identity for ask in asks]}))
        else:
            print("\n".join(ask.label for ask in asks))
        return 0
    if not 0 <= arguments.max_age <= 24 * 366:
        raise InputError(f"--max-age: not between 0 hours and a year: {arguments.max_age:g}")
    from tidewaiter.store.fetched import fetch
    from tidewaiter.store.store import Store

    folder = arguments.store if arguments.store is not None else Path(load_config().store)
    fresh = not folder.exists()
    store = Store(folder, create=True)

    def tell(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    with Line(pause=max(ask.pause for ask in asks), tell=tell) as line:
        try:
            done = fetch(
                store, asks, line, max_age=timedelta(hours=arguments.max_age), refresh=arguments.refresh, tell=tell
            )
        except BaseException:
            if fresh and not (folder / "fetched").exists():
                store.discard()
            raise
    if arguments.format == "json":
        print(json.dumps({"schema": "tidewaiter/fetch/1", **msgspec.to_builtins(done)}))
    else:
        print(
            f"{done.requests} requests: {done.count('loaded')} new releases, {done.count('known')} unchanged,"
            f" {done.count('empty')} without rows, {done.count('refused')} refused at a limit, {done.fresh} answered before"
        )
    for warning in done.warnings:
        tell(f"warning: {warning}")
    for entry in done.entries:
        if entry.outcome == "refused":
            tell(f"refused: {entry.label}: {entry.note}")
    return 1 if done.count("refused") or done.warnings else 0


def _asks(arguments: argparse.Namespace) -> tuple[Ask, ...]:
    """Turn the options into questions, checked before anything is asked."""
    from tidewaiter.codes import area
    from tidewaiter.config import load_config
    from tidewaiter.errors import InputError
    from tidewaiter.period import Period
    from tidewaiter.sources.live.keys import key_of

    config = load_config()
    flows = ("X", "M") if arguments.flow == "X+M" else (arguments.flow,)
    partners = tuple(area(name).code for name in arguments.partner)
    reporters = tuple(area(name, "reporter").code for name in arguments.reporter)
    first, last = Period.parse(arguments.first), Period.parse(arguments.last)
    annual = len(arguments.first) == 4 and len(arguments.last) == 4
    if not annual and (len(arguments.first) == 4 or len(arguments.last) == 4):
        raise InputError("--from and --to are both months (2022-01) or both years (2022)")
    months = tuple(Period(first.start, last.end).months)
    codes = _codes(arguments)
    key = key_of(arguments.source)
    if arguments.source == "comtrade":
        from tidewaiter.sources.live.comtrade import ComtradeAsk

        if len(reporters) != 1:
            raise InputError("fetch comtrade asks for one --reporter, for example CHN")
        periods = tuple(number for number in months if number % 12 == 0) if annual else months
        whole = ComtradeAsk(config.comtrade_url, reporters[0], partners, flows, periods, codes or ("AG6",), annual, key)
        return whole.at_once()
    if annual and arguments.source == "comext":
        raise InputError("fetch comext takes months, for example --from 2022-01 --to 2022-12")
    if arguments.source == "comext":
        from tidewaiter.sources.live.comext import ComextAsk

        if not (reporters and partners and codes):
            raise InputError("fetch comext needs --reporter, --partner and --codes (or --basket), each one or more")
        return ComextAsk(config.comext_url, reporters, partners, flows, months, codes).at_once()
    from tidewaiter.sources.live.census import CensusAsk

    if reporters not in ((), ("USA",)):
        raise InputError(f"the US Census Bureau reports for USA only, not for {', '.join(reporters)}")
    digits = int(arguments.level[2:])
    wrong = [code for code in codes if len(code) != digits]
    if wrong:
        raise InputError(f"--codes: {wrong[0]} has not the {digits} digits of --level {arguments.level}")
    return tuple(
        ask
        for flow in flows
        for ask in CensusAsk(config.census_url, flow, partners, months, arguments.level, codes, key).at_once()
    )


def _codes(arguments: argparse.Namespace) -> tuple[str, ...]:
    from tidewaiter.errors import InputError
    from tidewaiter.sources.live.comtrade import LEVELS

    if arguments.basket and arguments.codes:
        raise InputError("--codes and --basket exclude each other")
    if arguments.basket:
        from tidewaiter.baskets import load_basket, resolve
        from tidewaiter.codes import REVISIONS, revision_of
        from tidewaiter.period import Period

        # A reporter may stay with an older revision for years, so Comtrade is asked for the codes of every one.
        years = range(Period.parse(arguments.first).start // 12, Period.parse(arguments.last).end // 12 + 1)
        in_force = {revision_of(year) for year in years}
        basket = load_basket(arguments.basket)
        wanted = REVISIONS if arguments.source == "comtrade" else sorted(in_force)
        return tuple(sorted({code for revision in wanted for code in resolve(basket, revision).codes}))
    for code in arguments.codes:
        plain = code.isascii() and code.isdigit() and 2 <= len(code) <= 10
        if not plain and not (code == "TOTAL" or (arguments.source == "comtrade" and code in LEVELS)):
            raise InputError(f"--codes: not a commodity code: {code!r}; write 2 to 10 digits, or TOTAL")
    return tuple(arguments.codes)
