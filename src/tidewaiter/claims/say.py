"""Verdicts in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tidewaiter.claims.goods import phrase
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.codes.areas import all_areas
from tidewaiter.model import Flow, Interval
from tidewaiter.period import Period, month_words

if TYPE_CHECKING:
    from tidewaiter.claims.evidence import Item
    from tidewaiter.claims.weigh import Weighed

__all__ = [
    "NOTHING_PRINTED",
    "item_words",
    "number",
    "period_words",
    "said_words",
    "settle_words",
    "span",
    "subject_words",
    "why_words",
]

NOTHING_PRINTED = "No other publisher printed a figure that decides it."

_FLOWS = {"X": "exports", "M": "imports", "X+M": "exports and imports together", "RX": "re-exports", "RM": "re-imports"}


def number(value: float) -> str:
    """Write a number with separators, without noise.

    Examples
    --------
    >>> number(266891.0), number(0.0400), number(-82.4216), number(1.5e9)
    ('266,891', '0.04', '-82.42', '1,500,000,000')
    """
    if math.isinf(value):
        return "any number" if value > 0 else "any number below"
    if abs(value - round(value)) < 1e-9 * max(1.0, abs(value)):
        return f"{round(value):,}"
    if abs(value) >= 10_000:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:,.1f}"
    return f"{float(f'{value:.4g}'):,}"


def span(bounds: Interval, unit: str = "") -> str:
    """Write an interval as a reader would say it.

    Examples
    --------
    >>> span(Interval(5, 5), "kg"), span(Interval(4, 5)), span(Interval(4, float("inf"))), span(Interval(0, 5))
    ('5 kg', '4 to 5', 'at least 4', 'at most 5')
    """
    unit = unit_words(unit)
    tail = f" {unit}" if unit and unit != "%" else unit
    if bounds.lo == bounds.hi or number(bounds.lo) == number(bounds.hi):
        return number(bounds.lo) + tail
    if math.isinf(bounds.hi):
        return f"at least {number(bounds.lo)}{tail}"
    if bounds.lo == 0 or math.isinf(bounds.lo):
        return f"at most {number(bounds.hi)}{tail}"
    return f"{number(bounds.lo)} to {number(bounds.hi)}{tail}"


def subject_words(claim: Claim) -> str:
    """Return the series of a claim in words."""
    if claim.subject is None:
        return ""
    subject = claim.subject
    return f"{_FLOWS[subject.flow.value]} {way_words(subject.reporter, subject.partner, subject.flow)} of {phrase(subject.goods)}"


def way_words(reporter: str, partner: str, flow: Flow) -> str:
    """Say between whom, and which way, by the names of the countries.

    Examples
    --------
    >>> way_words("CHN", "PRK", Flow.EXPORT), way_words("CHN", "W00", Flow.IMPORT), way_words("CHN", "PRK", Flow.TWO_WAY)
    ('from China to North Korea', 'of China from the world', 'between China and North Korea')
    """
    one, other = place(reporter), place(partner)
    if flow in (Flow.EXPORT, Flow.RE_EXPORT):
        return f"from {one} to {other}"
    if flow in (Flow.IMPORT, Flow.RE_IMPORT):
        return f"of {one} from {other}"
    return f"between {one} and {other}"


def place(code: str) -> str:
    """Return the name of a country or group within a sentence."""
    if code == "W00":
        return "the world"
    found = all_areas().get(code)
    return found.name if found else code


def unit_words(unit: str) -> str:
    """Return a unit as people say it: what customs services call items are pieces."""
    return "pieces" if unit == "items" else unit


def said_words(claim: Claim) -> str:
    """Return the number of a claim as it was printed, with its unit."""
    if claim.said is None:
        return ""
    hedge = f"{claim.said.hedge} " if claim.said.hedge else ""
    printed = claim.said.printed or span(claim.said.bounds)
    tail = ""
    if claim.kind in (Kind.CHANGE, Kind.SHARE):
        tail = "" if "%" in printed or "cent" in printed or not printed[-1:].isdigit() else " per cent"
    elif claim.kind is Kind.MULTIPLE:
        tail = " times" if printed[-1:].isdigit() else ""
    elif claim.subject is not None and not any(one in printed for one in ("$", "€", "£", "¥")):
        tail = f" {claim.subject.unit}".rstrip()
    return hedge + printed + tail


def item_words(item: Item) -> str:
    """Return a piece of evidence in words."""
    if item.kind == "definition":
        return f"by definition {item.what}"
    what = amount_words(item)
    when = f", {item.published}" if item.published else ""
    who = "its own sentence" if item.kind == "given" else item.publisher
    if item.kind in ("given", "count"):
        return f"{who}: {item.what}" + ("" if item.kind == "given" else f": {what}")
    note = f" ({item.note})" if item.kind == "customs" and item.note else ""
    return f"{who}: {item.what}, {period_words(item.period)}: {what}{note}{when}"


def amount_words(item: Item) -> str:
    """Return the number of a piece of evidence as it was printed, and in the unit of the claim where that is another."""
    if item.bounds.hi == 0:
        return "none"
    if item.value is None:
        return span(item.bounds, item.unit)
    what = f"{number(item.value)} {unit_words(item.unit)}"
    if item.printed:
        what = f"{item.printed} ({what})"
    return f"more than {what}" if math.isinf(item.bounds.hi) else what


def period_words(text: str) -> str:
    """Return a period of evidence as a sentence names it; nothing for none."""
    return Period.parse(text).words() if text else ""


def why_words(
    claim: Claim,
    verdict: str,
    weighed: Weighed,
    found: Interval | None,
    unit: str,
    items: Sequence[Item],
    *,
    behind: Sequence[Item] = (),
    doubt: str = "",
    own_only: bool,
    given: bool,
) -> str:
    """Return the reason of a verdict, in one or two sentences.

    ``items`` are shown as its evidence; ``behind`` what is found, where that rests on more than these;
    ``doubt`` is why what does not fit does not exclude it.
    """
    shown = [item for item in items if item.kind not in ("definition", "given")]
    whose = _whose(shown)
    what = _found_words(claim, weighed, found, unit)
    if own_only:
        return f"Its own numbers give {what}; nobody else printed a level to hold them against."
    if verdict == "cannot tell":
        if claim.kind is Kind.EXTREME and claim.rank == 1 and (against := _against(claim, weighed)):
            return against
        if weighed.doubt:
            return _first_up(
                f"{whose} leave {what}, which does not fit; but {doubt or 'it may have been revised'}, so that it is not excluded."
            )
        if weighed.suspect:
            return _first_up(
                f"by {whose} it is {what}, as it says; but a later figure shows that this was revised since."
            )
        if claim.kind is Kind.EXTREME and claim.period is not None and claim.since is not None:
            return _open_extreme(claim, weighed)
        if found is not None and shown:
            return _first_up(f"{whose} leave {what}: that neither proves nor excludes it.")
        return NOTHING_PRINTED
    taken = "with the level that its own sentence prints, " if given else ""
    if weighed.atom is None:
        return _first_up(f"{taken}by {whose} its parts cannot all hold at once.")
    tail = ": it fits as far as the rounding goes" if verdict == "within rounding" else ""
    if weighed.suspect and verdict != "contradicted":
        tail += "; a later figure suggests that one of them was revised since"
    whole = len(items) == 1 and len(shown) == 1 and shown[0].period == str(claim.period) and _same(shown[0], claim)
    if claim.kind in (Kind.AMOUNT, Kind.NONE) and len(items) == 1 and len(shown) == 1 and shown[0].value is not None:
        one = shown[0]
        if whole:
            return f"{one.publisher} has {amount_words(one)} for it{tail}."
        if not behind:
            return f"{one.publisher} has {amount_words(one)} for {one.what}, {period_words(one.period)}, which leaves {what}{tail}."
    whose = _whose([item for item in behind if item.kind not in ("definition", "given")]) if behind else whose
    return _first_up(f"{taken}by {whose} it is {what}{tail}.")


def _same(item: Item, claim: Claim) -> bool:
    """Whether a figure is of just the goods and flow of a claim; a customs cell always is."""
    assert claim.subject is not None
    return item.kind != "figure" or item.what == what_words(claim.subject.goods, claim.subject.flow)


def what_words(goods: str, flow: Flow) -> str:
    """Return goods and flow as evidence names them."""
    way = {"X": ", exports", "M": ", imports", "X+M": ", exports and imports together"}
    return phrase(goods) + way.get(flow.value, "")


def _open_extreme(claim: Claim, weighed: Weighed) -> str:
    assert claim.period is not None
    assert claim.since is not None
    open_months = [atom for atom in weighed.undecided if " was at" not in atom.words]
    every = claim.period.start - (
        claim.since.end + 1 if claim.rank == 1 and not claim.direction.startswith("record") else claim.since.start
    )
    if len(weighed.undecided) == len(open_months) and every > len(open_months):
        named = f"{len(open_months)} of the {every} months in between"
        return f"{named} {'is' if len(open_months) == 1 else 'are'} not known singly, or not known to be on one side; the rest fits."
    return "Too few of the months in between are known singly."


def _against(claim: Claim, weighed: Weighed) -> str:
    """Name the month that speaks against an extreme, as it was printed, where a revision could still explain it."""
    atom, bounds = weighed.atom, weighed.bounds
    if not weighed.doubt or atom is None or bounds is None or bounds.interval.hi >= 0 or " was at" in atom.words:
        return ""
    less = span(Interval(-bounds.interval.hi, -bounds.interval.lo), claim.subject.unit if claim.subject else "")
    return (
        f"As printed, {month_words(_month(atom.words))} speaks against it, by {less}; but that month may have been "
        "revised since, so that it is not excluded."
    )


def _first_up(text: str) -> str:
    return text[0].upper() + text[1:]


def _found_words(claim: Claim, weighed: Weighed, found: Interval | None, unit: str) -> str:
    atom = weighed.atom
    if claim.kind in (Kind.EXTREME, Kind.STREAK, Kind.EXCEEDS, Kind.FIRST) and weighed.bounds is not None:
        bounds = weighed.bounds.interval
        of = f" ({atom.words})" if atom is not None and atom.words else ""
        if claim.kind is Kind.FIRST:
            return f"{span(bounds, claim.subject.unit if claim.subject else '')}{of}"
        if bounds.lo > 0:
            return f"so by {span(bounds, claim.subject.unit if claim.subject else '')}{of}"
        if bounds.hi <= 0:
            less = Interval(-bounds.hi, -bounds.lo)
            return f"not so: it misses by {span(less, claim.subject.unit if claim.subject else '')}{of}"
        return f"anything from {number(bounds.lo)} to {number(bounds.hi)} between them{of}"
    return _finely(claim, found, unit) if found is not None else "nothing that bounds it"


def _finely(claim: Claim, found: Interval, unit: str) -> str:
    """Write what was found with as many digits as tell it from what was said: 133.47 beside a printed 134."""
    said = claim.said.bounds if claim.said is not None else None
    if said is not None and found.is_point and not said.lo <= found.lo <= said.hi:
        shown = float(number(found.lo).replace(",", "")) if math.isfinite(found.lo) else found.lo
        for digits in range(4, 10):
            if said.lo <= shown <= said.hi:
                shown = float(f"{found.lo:.{digits}g}")
        if shown != round(shown) and f"{shown:,}" != number(found.lo):
            return f"{shown:,}" + (f" {unit}" if unit and unit != "%" else unit)
    return span(found, unit)


def _whose(items: Sequence[Item]) -> str:
    names = list(dict.fromkeys(item.publisher for item in items if item.publisher and item.kind != "given"))
    if not names:
        return "its own numbers"
    if len(names) == 1:
        return f"the figures of {names[0]}"
    return f"the figures of {', '.join(names[:-1])} and {names[-1]}"


def settle_words(claim: Claim, weighed: Weighed) -> str:
    """Return what would settle a claim that cannot be told."""
    if claim.subject is None or claim.period is None:
        return ""
    if claim.kind is Kind.EXTREME:
        months = [atom.words for atom in weighed.undecided if atom.words]
        if months:
            named = [one.split(" was at")[0] if " was at" in one else month_words(_month(one)) for one in months]
            shown = ", ".join(named[:6]) + (f" and {len(named) - 6} more months" if len(named) > 6 else "")
            return f"the customs figures on {subject_words(claim)} for {shown}, each by itself"
    periods = [claim.period]
    if claim.base is not None and claim.base != claim.period:
        periods.append(claim.base)
    what = subject_words(claim)
    if claim.subject.measure.value != "value":
        what += f", in {claim.subject.unit}"
    return f"the customs figures on {what} for {' and '.join(one.words() for one in periods)}"


def _month(text: str) -> int:
    return Period.parse(text).start
