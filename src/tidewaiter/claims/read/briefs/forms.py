"""The forms of a brief's sentences, each a pattern and what it says: the reverse of :mod:`tidewaiter.brief.sentences`.

A form has to fit a line to its last character. What fits none is left to the reader of prose, which reads what it can and
lists the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tidewaiter.claims.model import Claim
from tidewaiter.claims.read.briefs import rules
from tidewaiter.claims.read.briefs.parts import Parts, Side, Unknown
from tidewaiter.claims.read.briefs.patterns import DAY, LIST, RIVAL, RIVAL_TIMES, Match, named, when
from tidewaiter.claims.read.briefs.records import ranked
from tidewaiter.claims.read.briefs.words import AMOUNT, NUMBER, PERIOD, TIMES
from tidewaiter.model import Measure

__all__ = ["Forms"]


LONGEST = 4000
"""Characters of the longest line that is held against the forms; the sentence on a record of five years has a quarter of it."""


class Forms:
    """The forms of one brief, in the words of its pair and flow.

    Parameters
    ----------
    side
        Whose trade with whom the brief tells.
    """

    def __init__(self, side: Side) -> None:
        self.side = side
        self.counted: dict[str, tuple[Measure, str]] = {}
        voice = side.voice
        sent = rf"{re.escape(voice.who)} {voice.verb}"
        way, noun = re.escape(voice.way), voice.noun
        trade = rf"{noun[:1].upper()}{noun[1:]} of (?P<g>.+?) {way}"
        tail = r"(?P<tail>(?:; [^;]+)*)"
        worth = rf"(?:, worth {named('worth', AMOUNT)}{named('worth_rivals', RIVAL)})?"
        absent = rf"(?:in (?:all of )?|from ){named('none', PERIOD)}(?: according to (?P<by>[^;]+?))?"
        absent += r"(?: \(under a customs code that changed (?:in between|since)\))?"
        reading: list[tuple[str, Callable[[Match, Parts], None]]] = [
            (rf"No {noun} of (?P<g>.+?) {way} were recorded {absent}\.", rules.absent),
            (rf"No {noun} of (?P<g>.+?) {way} were recorded in {named('months', LIST)}\.", rules.absent_months),
            (rf"{sent} (?P<ga>.+?) {way} {when('p')}{worth}{named('rivals', RIVAL)}, after none {absent}(?P<tail>; [^;]+)?\.", rules.none_before),
            (rf"{sent} (?P<ga>.+?) {way} {when('p')}{worth}{named('rivals', RIVAL)}(?:, the sum of its (?:months|printed parts))?\.", rules.told),
            (rf"{sent} (?P<ga>.+?) {way} {when('p')}{worth}{named('rivals', RIVAL)}; the (?P<parts>.+?) add up to (?P<sum>.+)", rules.summed),
            (rf"{sent} (?P<ga>.+?) {way} {when('p')}{worth}{named('rivals', RIVAL)}(?P<note>, [^;]+?)?{tail}\.", rules.told),
            (rf"(?P<t>.+?), (?P<m>[^,:]+): between {named('least', AMOUNT)} \({named('p1', PERIOD)}\){named('r1', RIVAL)} and {named('most', AMOUNT)} "
             rf"\({named('p2', PERIOD)}\){named('r2', RIVAL)} (?P<known>in the \d+ months known with trade){tail}\.", rules.extremes),
            (rf"(?P<t>.+?), (?P<m>[^,:]+): (?P<list>{AMOUNT} (?:in|from) {PERIOD}{RIVAL}(?:(?:, | and ){AMOUNT} (?:in|from) {PERIOD}{RIVAL})*){tail}\.", rules.listed),
            (rf"In {named('p', PERIOD)} (?P<g>.+?) came to {named('a', AMOUNT)}, so (?P<part>.+?) alone came to no more than that\.", rules.wider),
            (rf"(?P<ga>.+?) {when('p')}, against none in (?:all of )?{named('b', PERIOD)}\.", rules.against_none),
            (rf"(?P<ga>.+?) {when('p')} against {named('a', AMOUNT)} in (?:all of )?{named('b', PERIOD)}(?:: {named('x', TIMES)} as (?:much|many))?"
             rf"(?:; {named('p3', PERIOD)} alone \({named('a3', AMOUNT)}\) came to {named('x3', TIMES)} (?:all of )?(?P<b3>{PERIOD}))?\.", rules.exceeds),
            (rf"(?P<g>.+?): {named('a', AMOUNT)} {when('p')}, (?:down from|{named('x', TIMES)})(?: the)? {named('b', AMOUNT)} of {named('q', PERIOD)}, the last month "
             rf"known singly before (?P<event>.+?) in {named('e', PERIOD)}{named('rivals', RIVAL_TIMES)}\.", rules.before_event),
            (rf"(?P<part>.+?) alone came to {named('a', AMOUNT)} {when('p')}: {named('x', TIMES)}(?: the)? {named('b', AMOUNT)} of all (?P<g>.+?) {when('q')}"
             rf"(?:, (?P<fold>tenfold|a hundredfold|a thousandfold) to one digit)?{named('rivals', RIVAL_TIMES)}\. "
             rf"{PERIOD} was not printed for the whole heading; it cannot have been less\.", rules.part_alone),
            (rf"(?P<g>.+?): {named('a', AMOUNT)} {when('p')}, down from {named('b', AMOUNT)} {when('q')}{named('rivals', RIVAL_TIMES)}\.", rules.down),
            (rf"(?P<ga>.+?) {when('p')}, {named('x', TIMES)}(?: the)? {named('b', AMOUNT)} of {named('q', PERIOD)}{named('rivals', RIVAL_TIMES)}\.", rules.multiple),
            (rf"(?P<t>.+?): (?:between {named('low', AMOUNT)} and )?{named('a', AMOUNT)} a (?P<u>[\w ]+?) {when('p')}, value divided by quantity\.", rules.price),
            (rf"(?P<t>.+?): the earliest {noun} known of the period, those of {named('p', PERIOD)}, came (?P<days>\d+ to \d+ days) before (?P<event>.+?) on "
             rf"(?P<day>{DAY})\.", rules.lead),
            (rf"{trade} came to {named('a', AMOUNT)} {when('p')}(?P<rest>[,;:.].*)", ranked),
            (rf"The most (?P<noun>.+?) in a day were reported on (?P<day>{DAY}): (?P<n>{NUMBER})\.", rules.peak),
            (rf"By (?P<day>{DAY}) the count stood at (?P<n>{NUMBER}) (?P<noun>.+?)\.", rules.count),
            (rf"(?P<t>.+?), {named('p', PERIOD)}: printed as (?P<quotes>.+?)\.(?: The coarser number looks cut off, not rounded\.)?", rules.conflict),
            (rf"{sent} (?P<gs>.+?) {way} {when('p')}(?P<more>, and .+?)?(?:, before [^\d]+)?", rules.headline),
            (rf"{sent} (?P<ga>.+?) {way} {when('p')}, {named('x', TIMES)} as much as a year before", rules.year_on_year),
            (rf"{sent} (?P<ga>.+?) {way} {when('p')}, down from {named('b', AMOUNT)} a year before", rules.year_on_year),
            (rf".+?: {re.escape(voice.reporter)} and {re.escape(voice.partner)}, {PERIOD}", lambda match, parts: None),
            (rf"(?:{re.escape(voice.who)} also {voice.verb} (?P<also>.+?)\. )?(?P<counts>(?:Of (?:the )?\w+ |[^.]+? went from none|[^.]+? came to (?:more|less) than).+)", rules.standfirst),
        ]  # fmt: skip
        self._forms = [(re.compile(pattern, re.DOTALL), rule) for pattern, rule in reading]

    def read(self, text: str) -> list[Claim] | None:
        """Return the claims of a line, with spans in it; None if it has no form that is known."""
        if len(text) > LONGEST:
            return None
        for pattern, rule in self._forms:
            match = pattern.fullmatch(text)
            if match is None:
                continue
            parts = Parts(self.side, dict(self.counted))
            try:
                rule(match, parts)
            except (Unknown, ValueError):
                continue
            self.counted = parts.counted
            return parts.made
        return None
