"""``tidewaiter plan``: which queries of a portal to make by hand."""

from __future__ import annotations

import argparse

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter plan gacc --partner PRK --from 2022-01 --to 2022-04 --flow X
  tidewaiter plan gacc --partner PRK --from 2022-01 --to 2022-02 --detail regime --format csv
"""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    plan = commands.add_parser(
        "plan",
        help="list the queries of a portal that cannot be cut off",
        description="List the queries of China Customs' portal that stay under its limit of 10,000 rows, in the words of its form. By"
        " commodity alone that is certain; with further columns it is an estimate.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    plan.add_argument("source", choices=("gacc",), help="the portal")
    plan.add_argument("--partner", metavar="P", required=True, help="trade with whom")
    plan.add_argument("--flow", choices=("X", "M", "X+M"), default="X+M", help="exports, imports or both (default)")
    plan.add_argument("--from", dest="first", metavar="MONTH", required=True, help="first month, YYYY-MM")
    plan.add_argument("--to", dest="last", metavar="MONTH", required=True, help="last month, YYYY-MM")
    plan.add_argument(
        "--detail",
        choices=("regime", "place"),
        nargs="+",
        default=[],
        help="further columns: customs regime, place of registration",
    )
    plan.add_argument(
        "--currency", choices=("USD", "CNY"), default="USD", help="currency to tick in the form (default: USD)"
    )
    plan.add_argument("--format", choices=("text", "json", "csv"), default="text", help="how to print the queries")
    plan.set_defaults(run=_plan)


def _plan(arguments: argparse.Namespace) -> int:
    import json

    import msgspec

    from tidewaiter.cli.books import print_csv
    from tidewaiter.codes import area, to_scheme
    from tidewaiter.errors import InputError
    from tidewaiter.period import Period
    from tidewaiter.sources.gacc_plan import CAP, plan_gacc

    partner = area(arguments.partner)
    code = to_scheme("gacc", partner.code)
    if code is None:
        raise InputError(f"China Customs has no code for {partner.code}; name a country")
    period = Period(Period.parse(arguments.first).start, Period.parse(arguments.last).end)
    flows = ("X", "M") if arguments.flow == "X+M" else (arguments.flow,)
    queries = list(plan_gacc(code, flows, period, tuple(dict.fromkeys(arguments.detail))))
    if arguments.format == "json":
        shown = [{**msgspec.to_builtins(query), "currency": arguments.currency} for query in queries]
        print(json.dumps({"schema": "tidewaiter/plan/1", "cap": CAP, "queries": shown}))
        return 0
    if arguments.format == "csv":
        print_csv(
            ["flow", "month", "partner", "currency", "codes", "rows", "proved"],
            [
                [one.flow, one.month, one.partner, arguments.currency, " ".join(one.codes), one.most, one.proved]
                for one in queries
            ],
        )
        return 0
    words = {"X": "export 出口", "M": "import 进口"}
    detail = "".join({"regime": ", 贸易方式", "place": ", 注册地"}[name] for name in dict.fromkeys(arguments.detail))
    print(f"Output columns to tick, in this order: 商品 (8 digits), 贸易伙伴{detail}. Currency: {arguments.currency}.")
    print("Save each answer as it comes and load it with --flow; an answer of exactly 10,000 rows is refused.")
    for one in queries:
        codes = f"commodities {one.codes[0]} to {one.codes[-1]}" if one.codes else "all commodities"
        print(
            f"{words[one.flow]}, {one.month} to {one.month}, partner {one.partner}, {codes}: {'at most' if one.proved else 'planned for'} {one.most:,} rows"
        )
    print(f"{len(queries)} queries.")
    if not all(one.proved for one in queries):
        print(
            "Ranges are an estimate: no table tells the tariff lines of a chapter. Halve a range whose file has 10,000 rows."
        )
    if any(month % 12 in (0, 1) for month in period.months):
        print(
            "January and February may be published together: if a single month has no rows, query both as one period."
        )
    return 0
