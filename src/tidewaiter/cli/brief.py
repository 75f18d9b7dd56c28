"""``tidewaiter brief`` and ``tidewaiter demo``: write up what is known."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter brief --reporter CHN --partner PRK --basket medical-covid --from 2022-01 --to 2022-04 --out brief
  tidewaiter brief --partner KGZ --from 2022-09 --to 2022-09 --out brief
  tidewaiter brief --reporter CHN --partner PRK --basket medical-covid --from 2022-01 --to 2022-04 --as-of 2022-05-31
"""
_DEMO = """examples:
  tidewaiter demo
  tidewaiter demo kyrgyzstan --out kyrgyzstan
"""

DEMOS: dict[str, dict[str, Any]] = {
    "north-korea": {
        "reporter": "CHN",
        "partner": "PRK",
        "basket": "medical-covid",
        "start": "2022-01",
        "end": "2022-04",
    },
    "kyrgyzstan": {"reporter": None, "partner": "KGZ", "basket": None, "start": "2022-09", "end": "2022-09"},
}
"""What each demo asks; the same as the command of its name in the examples of ``brief``."""


def register(commands: Any) -> None:
    """Declare the commands."""
    brief = commands.add_parser(
        "brief",
        help="write a brief on one pair of countries: HTML, Markdown, JSON and the evidence",
        description="Write up what is known of a reporter's trade with a partner in a period, every sentence with its proof.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    brief.add_argument(
        "--reporter", metavar="R", help="whose books (code or name); found by itself where only one has data"
    )
    brief.add_argument("--partner", metavar="P", required=True, help="with whom (code or name), for example PRK")
    brief.add_argument(
        "--flow", metavar="F", default="X", help="X exports (default) or M imports, seen from the reporter"
    )
    brief.add_argument(
        "--basket", metavar="B", help="a named list of goods (tidewaiter basket list); all goods by default"
    )
    brief.add_argument("--from", dest="start", metavar="MONTH", required=True, help="first month, YYYY-MM")
    brief.add_argument("--to", dest="end", metavar="MONTH", required=True, help="last month, YYYY-MM")
    brief.add_argument(
        "--event",
        metavar="DATE=TEXT",
        action="append",
        default=[],
        help="mark an event of your own in the charts, for example 2022-05-12='First case admitted'; may be repeated",
    )
    brief.add_argument("--as-of", metavar="DATE", help="use only what had been published by this date, YYYY-MM-DD")
    brief.add_argument(
        "--figures",
        metavar="FILE",
        action="append",
        default=[],
        type=Path,
        help="your own table of printed figures (CSV)",
    )
    brief.add_argument(
        "--store", metavar="DIR", type=Path, help="store of customs files (default: the one in the settings)"
    )
    brief.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("brief"), help="folder to write (default: brief)"
    )
    brief.add_argument("--format", choices=("text", "json"), default="text", help="what to print when done")
    brief.set_defaults(run=_brief)
    demo = commands.add_parser(
        "demo",
        help="write a brief from the shipped figures, end to end",
        description="Write the brief on North Korea's medical imports, or on the EU's exports to Kyrgyzstan.",
        epilog=_DEMO,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    demo.add_argument("story", nargs="?", default="north-korea", metavar="STORY", help=" or ".join(DEMOS))
    demo.add_argument("--out", metavar="DIR", type=Path, default=Path("demo"), help="folder to write (default: demo)")
    demo.add_argument("--format", choices=("text", "json"), default="text", help="what to print when done")
    demo.set_defaults(run=_demo)


def _brief(arguments: argparse.Namespace) -> int:
    from tidewaiter.config import load_config

    store = arguments.store
    if store is None:
        configured = Path(load_config().store)
        store = configured if configured.is_dir() else None
    return _write(
        {name: getattr(arguments, name) for name in ("reporter", "partner", "basket", "start", "end")},
        arguments.out,
        arguments.format,
        flow=arguments.flow,
        as_of=arguments.as_of,
        files=arguments.figures,
        store=store,
        events=arguments.event,
    )


def _demo(arguments: argparse.Namespace) -> int:
    from tidewaiter.errors import UnknownName

    if arguments.story not in DEMOS:
        raise UnknownName("demo", arguments.story, list(DEMOS))
    return _write(DEMOS[arguments.story], arguments.out, arguments.format)


def _write(
    question: dict[str, Any],
    out: Path,
    form: str,
    *,
    flow: str = "X",
    as_of: str | None = None,
    files: list[Path] | None = None,
    store: Path | None = None,
    events: Sequence[str] = (),
) -> int:
    import json

    from tidewaiter.brief.compose import compose
    from tidewaiter.brief.gather import ask, gather
    from tidewaiter.brief.write import write_brief

    asked = ask(
        question["reporter"],
        question["partner"],
        flow,
        question["basket"],
        question["start"],
        question["end"],
        as_of,
        events,
    )
    composed = compose(asked, gather(asked, files or [], store))
    written = write_brief(composed.brief, composed.evidence, out)
    if form == "json":
        print(
            json.dumps(
                {
                    "schema": "tidewaiter/brief-written/1",
                    "headline": composed.brief.headline,
                    "files": [str(path) for path in written],
                },
                ensure_ascii=False,
            )
        )
        return 0
    print(composed.brief.headline)
    print(composed.brief.standfirst)
    told = sum(len(section.sentences) for section in composed.brief.sections)
    print(f"{told} sentences with their evidence, {len(composed.brief.sources)} sources: {out / 'brief.html'}")
    return 0
