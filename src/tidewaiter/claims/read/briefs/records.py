"""What a brief says of records: what a month was higher than, what is not decided, what was higher."""

from __future__ import annotations

import re
from typing import Final

from tidewaiter.claims.model import Said
from tidewaiter.claims.read.briefs.parts import Parts, Unknown, goods_of
from tidewaiter.claims.read.briefs.patterns import (
    LIST,
    OR,
    Match,
    between,
    named,
    quotes,
    run_of,
    runs_of,
    said_amount,
    same_amount,
)
from tidewaiter.claims.read.briefs.words import AMOUNT, PERIOD, Amount
from tidewaiter.model import Interval
from tidewaiter.period import Period

__all__ = ["ranked"]

_SINCE: Final = re.compile(rf", the highest since {named('p', PERIOD)} \({named('a', AMOUNT)}{named('r', OR)}\)\.")
_RECORD: Final = re.compile(
    rf", the highest of any month since (?:this code was born|the record begins) in {named('p', PERIOD)}\."
)
_UNRANKED: Final = re.compile(r"; how that ranks cannot be told, because the months before it are not known\.|\.")
_SCATTERED: Final = re.compile(
    rf": higher than in each of the (?P<n>\d+ earlier months) on record back to {PERIOD}; of \d+ further months nothing is known, "
    r"so it cannot be called a record\."
)
_ABOVE: Final = re.compile(r": higher than in (?P<every>[^.;]+)\.(?P<more>.*)")
_AFTER: Final = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (rf" For {named('m', LIST)} no exact figure was printed; the totals printed around (?:it leave it|them leave each of them) at most {named('a', AMOUNT)}\.", "most"),
        (rf" {named('m', PERIOD)} were published together \({named('a', AMOUNT)}\), so (?:either|any of them) could have been higher\.", "run"),
        (rf" For {named('m', LIST)} nothing printed rules out a higher value\.", "open"),
        (rf" For {named('m', LIST)} there is no row, which is not read as zero\.", "open"),
        (rf" The latest month known to have been higher is {named('m', PERIOD)} \({named('a', AMOUNT)}{named('r', OR)}\)\.", "higher"),
    )
)  # fmt: skip


def ranked(match: Match, parts: Parts) -> None:
    """``came to US$98.1 million in April 2022: higher than in every month from ...``."""
    goods, said, period = goods_of(match["g"]), said_amount(match["a"]), run_of(match["p"])
    parts.amount(goods, said, period, between(match, "a", "p"))
    rest, at = match["rest"], match.start("rest")
    since, record = _SINCE.fullmatch(rest), _RECORD.fullmatch(rest)
    scattered, above = _SCATTERED.fullmatch(rest), _ABOVE.fullmatch(rest)
    if since is not None:
        month = run_of(since["p"])
        parts.highest(goods, said, period, month, (at + 2, at + since.end("p")), record=False)
        parts.amount(goods, same_amount(said, since["a"]), month, (at + since.start("p"), at + since.end("a")))
        if since["r"]:
            quotes(since["r"], at + since.start("r"), parts, goods, month)
    elif record is not None:
        parts.highest(goods, said, period, run_of(record["p"]), (at + 2, at + record.end("p")), record=True)
    elif scattered is not None:
        parts.aside((at + scattered.start("n"), at + scattered.end("n")), "which months they are is not said")
    elif above is not None:
        told = re.sub(r"(?:in )?every month (?:from|of) |\bin |\bfrom |\bof ", "", above["every"])
        span = (at + 2, at + above.end("every"))
        months = [month for run in runs_of(told) for month in run]
        parts.exceeds(goods, said, period, (Period(month, month) for month in months), span)
        _after(parts, goods, said, period, above["more"], at + above.start("more"))
    elif _UNRANKED.fullmatch(rest) is None:
        raise Unknown(rest)


def _after(parts: Parts, goods: str, like: Amount, period: Period, text: str, at: int) -> None:
    """Read the sentences that say what is not decided, and what was higher."""
    place = 0
    while place < len(text):
        found = next(((m, kind) for pattern, kind in _AFTER if (m := pattern.match(text, place)) is not None), None)
        if found is None:
            raise Unknown(text[place:])
        match, kind = found
        runs = runs_of(match["m"])
        span = (at + match.start() + 1, at + match.end())
        if kind == "most":
            said = same_amount(like, match["a"])
            value = said.said.value
            most = said._replace(said=Said(said.said.printed, value, said.said.step, Interval(0.0, value), "at most"))
            for month in (month for run in runs for month in run):
                parts.amount(goods, most, Period(month, month), span)
        elif kind in ("run", "higher"):
            (run,) = runs
            parts.amount(goods, same_amount(like, match["a"]), run, span)
            if kind == "higher":
                parts.exceeds(goods, like, period, (run,), span, direction="lower")
                if match["r"]:
                    quotes(match["r"], at + match.start("r"), parts, goods, run)
        place = match.end()
