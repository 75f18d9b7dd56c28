"""Made-up worlds, told by the brief and put to the court: what was told stands, what was changed in it is found out."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import pytest

from tests.facts.test_world import PERIODS, World
from tests.making import figure, key
from tidewaiter.brief.sentences import write
from tidewaiter.claims.court import sit
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.read.briefs import brief_in
from tidewaiter.claims.read.briefs.forms import Forms
from tidewaiter.claims.verdict import Verdict
from tidewaiter.events import Event
from tidewaiter.findings.find import Subject, find
from tidewaiter.findings.voice import Voice
from tidewaiter.model import TOTAL, Figure, Flow, Interval, Measure
from tidewaiter.period import MONTH_NAMES, Period, month
from tidewaiter.series.book import Book
from tidewaiter.sources.figures import goods

EVENT = Event("e", "2022-05-12", "2022-05-12", "12 May 2022", "x", "x", "x", lead="the country admitted its first case")
VOICE = Voice("China", "North Korea", Flow.EXPORT)
STANDS = ("supported", "within rounding")
SHORT, LONG = 60, 600


class Told(NamedTuple):
    """A sentence about a world, and what the world's papers printed."""

    text: str
    figures: list[Figure]


def subject(good: str, series: object, **more: str) -> Subject:
    named = goods()[good]
    return Subject(id=good, title=named.title, phrase=named.phrase, context="", keys=(series,), **more)  # type: ignore[arg-type]


def printed(seed: int) -> Iterator[Told]:
    """Sentences of a world of which the press printed parts, some of it rounded, some of it only together."""
    world = World(seed)
    part, whole = (
        key("good:ventilators-non-invasive", Measure.QUANTITY, "pieces"),
        key("good:respiration", Measure.QUANTITY, "pieces"),
    )
    names = {"good:masks": part, "good:masks-wider": whole}
    figures = [msgspec.structs.replace(one, key=names[one.key.cmd]) for one in world.figures]
    subjects = [subject("ventilators-non-invasive", part, whole="respiration"), subject("respiration", whole)]
    yield from told(figures, subjects, Period.parse(PERIODS[seed % len(PERIODS)]), {part.cmd: whole.cmd})


def exact(seed: int) -> Iterator[Told]:
    """Sentences of a world whose every month is known to the unit, value and weight of one good, and all goods together."""
    dice = random.Random(seed)
    months = range(month("2020-01"), month("2022-06"))
    weight, value, every = key("good:sugar", Measure.NET_WEIGHT, "kg"), key("good:sugar"), key(TOTAL)
    figures = []
    for number in months:
        amount = 0 if dice.random() < 0.25 else dice.randint(1_000, 9_000_000)
        for of, size in (
            (weight, amount),
            (value, amount * dice.randint(1, 9)),
            (every, amount * 9 + dice.randint(10**6, 10**8)),
        ):
            figures.append(exactly(Period(number, number), float(size), of))
    subjects = [
        Subject(id="sugar", title="Sugar", phrase="sugar", context="", keys=(value, weight)),
        Subject(id="total", title="All goods", phrase="goods of all kinds", context="", keys=(every,), kind="total"),
    ]
    yield from told(figures, subjects, Period.parse(PERIODS[seed % len(PERIODS)]), {})


def exactly(period: Period, value: float, of: object) -> Figure:
    made = figure(str(period), value, 0, of=of, published="2024-09-01")  # type: ignore[arg-type]
    return msgspec.structs.replace(made, bounds=Interval(value, value))


def told(figures: list[Figure], subjects: list[Subject], period: Period, wholes: dict[str, str]) -> Iterator[Told]:
    book = Book(figures, wholes=wholes)
    for one in subjects:
        if not any(series in book.keys for series in one.keys):
            continue
        finding = find(book, one, period, subjects=subjects, events=[EVENT])
        for fact in (*finding.facts, *finding.aside):
            yield Told(write(fact, finding, VOICE).text, figures)


def forms() -> Forms:
    page = brief_in("China: exports to North Korea · January–April 2022")
    assert page is not None
    return page.forms


def put(text: str, figures: list[Figure]) -> list[tuple[Claim, Verdict]] | None:
    """Put a sentence to the court; None where it has no form."""
    parts = forms().read(text)
    if parts is None:
        return None
    claims = [
        msgspec.structs.replace(one, id=f"c{number}", statement="s", publisher="Tidewaiter")
        for number, one in enumerate(parts)
    ]
    return list(zip(claims, sit(claims, figures).verdicts, strict=True))


@pytest.mark.parametrize("world", [printed, exact])
def test_what_is_told_of_a_world_stands(world: object, soak: bool) -> None:
    counts: Counter[str] = Counter()
    kinds: Counter[Kind] = Counter()
    for seed in range(LONG if soak else SHORT):
        for text, figures in world(seed):  # type: ignore[operator]
            found = put(text, figures)
            assert found is not None, text
            for claim, verdict in found:
                assert verdict.verdict != "contradicted", (seed, text, claim, verdict)
                assert verdict.verdict != "unsafe", (seed, text, claim, verdict)
                if verdict.verdict == "not read":
                    assert "not judged" in verdict.why or "not said" in verdict.why, (text, verdict.why)
                counts[verdict.verdict] += 1
                kinds[claim.kind] += 1
    stand = counts["supported"] + counts["within rounding"]
    assert stand > 0.9 * counts.total(), counts
    if world is exact:
        assert not counts["cannot tell"], counts
    assert {Kind.AMOUNT, Kind.NONE, Kind.MULTIPLE, Kind.EXCEEDS} <= set(kinds)


MONTH = re.compile(rf"(?P<name>{'|'.join(MONTH_NAMES)}) (?P<year>\d{{4}})")
SINCE = re.compile(rf"highest since {MONTH.pattern}")
TIMES = re.compile(r"(?<![\d.,])(?P<n>\d+)(?:\.\d+)?(?= times)")
AMOUNT = re.compile(r"(?<![\d.,\w])(?!(?:19|20)\d\d\b(?!,))(?P<d>[1-9])(?=[\d,.]*(?: million| kg|\b))")


def changed(text: str, dice: random.Random) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """False variants of a sentence: what was changed, the text, and where."""
    amounts = [one for one in AMOUNT.finditer(text) if text[one.start() :].split(" ")[0].strip(".,;:()")]
    for one in amounts:
        after = text[one.end() : one.end() + 24]
        if re.match(r"[\d,.]* (?:times|months|earlier|other|further|days|of \d|published)", after) or re.match(
            r"\d? ?(?:" + "|".join(MONTH_NAMES) + ")", after
        ):
            continue
        if re.search(rf"(?:{'|'.join(MONTH_NAMES)}) \Z", text[: one.start()]):
            continue  # a year
        digit = dice.choice([sign for sign in "123456789" if sign != one["d"]])
        yield "digit", text[: one.start()] + digit + text[one.end() :], one.span()
    for one in SINCE.finditer(text):
        number = int(one["year"]) * 12 + MONTH_NAMES.index(one["name"])
        for step in (-1, 1):
            other = f"{MONTH_NAMES[(number + step) % 12]} {(number + step) // 12}"
            yield "since", text[: one.start("name")] + other + text[one.end("year") :], one.span()
    for one in TIMES.finditer(text):
        yield "multiple", text[: one.start("n")] + str(int(one["n"]) * 3 + 2) + text[one.end() :], one.span()


def test_what_is_changed_in_a_sentence_is_contradicted(soak: bool) -> None:
    """Every month of the world is known to the unit, so that nothing but the court could let a false sentence pass."""
    counts: Counter[tuple[str, str]] = Counter()
    for seed in range(LONG if soak else SHORT // 3):
        dice = random.Random(seed)
        for text, figures in exact(seed):
            for what, false, _ in changed(text, dice):
                found = put(false, figures)
                assert found is not None, false
                verdicts = {verdict.verdict for _, verdict in found}
                if what == "digit" and any("do not follow" in verdict.why for _, verdict in found):
                    counts[what, "refused"] += 1  # "101 to 131 days" is arithmetic, and no claim about trade
                    continue
                sign = (
                    "contradicted"
                    if "contradicted" in verdicts
                    else "doubted"
                    if verdicts - {*STANDS, "not read"}
                    else "passed"
                )
                counts[what, sign] += 1
                assert sign == "contradicted", (seed, what, text, false, [(c.text, v.verdict, v.why) for c, v in found])
    assert counts["digit", "contradicted"] > 100
    assert counts["since", "contradicted"] > 5
    assert counts["multiple", "contradicted"] > 20
