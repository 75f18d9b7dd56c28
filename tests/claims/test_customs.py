"""Claims against a store of customs files: cells as known on the claim's date, never blended with print."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.plain import load, rows, several
from tidewaiter.claims.court import check, sit
from tidewaiter.claims.customs import Customs
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period
from tidewaiter.sources import registry
from tidewaiter.store.store import Store

CODES = ("870323", "901920", "640399")
MONTHS = [f"2023-{month:02d}" for month in range(1, 13)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[tuple[str, str, str], float]]]:
    """A full file of two flows and three codes over a year, a third of the cells empty, and what is in it."""
    before = registry.sources
    formats = several()
    registry.sources = lambda: formats  # type: ignore[assignment]
    dice = random.Random(7)
    values: dict[tuple[str, str, str], float] = {}
    lines = []
    for flow in ("X", "M"):
        for code in CODES:
            for month in MONTHS:
                if dice.random() < 0.33:
                    values[flow, code, month] = 0.0
                    continue
                values[flow, code, month] = float(dice.randrange(1, 10 ** dice.randrange(1, 8)))
                lines.append((flow, code, month, values[flow, code, month]))
    store = Store(tmp_path_factory.mktemp("world") / "store", create=True)
    text = rows(
        flow=[line[0] for line in lines],
        cmd_code=[line[1] for line in lines],
        period=[line[2] for line in lines],
        value=[f"{line[3]:.0f}" for line in lines],
    )
    load(store, text, kind="full", published="2024-02-01", covers=["all"])
    yield store, values
    registry.sources = before


def subject(flow: str, code: str) -> Subject:
    return Subject("CHN", "PRK", Flow(flow), code, Measure.VALUE, "USD")


def verdicts(store: Store, *claims: Claim) -> list[str]:
    return [verdict.verdict for verdict in check(claims, [], customs=Customs(store))]


def total(values: dict[tuple[str, str, str], float], flow: str, code: str, first: int, last: int) -> float:
    flows = ("X", "M") if flow == "X+M" else (flow,)
    return sum(values[one, code, MONTHS[month]] for one in flows for month in range(first, last + 1))


def test_rounded_truth_is_never_contradicted_and_what_is_off_always_is(
    world: tuple[Store, dict[tuple[str, str, str], float]],
) -> None:
    store, values = world
    dice = random.Random(11)
    claims, wanted = [], []
    for number in range(300):
        flow, code = dice.choice(("X", "M", "X+M")), dice.choice(CODES)
        first = dice.randrange(12)
        last = dice.randrange(first, 12)
        truth = total(values, flow, code, first, last)
        step = float(10 ** dice.randrange(0, max(1, len(f"{truth:.0f}"))))
        printed = math.floor(truth / step + 0.5) * step
        if number % 2:
            printed = max(0.0, printed + dice.choice((-3, -2, -1, 1, 2, 3)) * step)
        number_said = said(f"{printed:.0f}", printed, step if printed else 0.0)
        period = Period.parse(f"{MONTHS[first]}..{MONTHS[last]}")
        claims.append(
            Claim(id=f"C{number}", kind=Kind.AMOUNT, subject=subject(flow, code), period=period, said=number_said)
        )
        inside = number_said.bounds.lo <= truth <= number_said.bounds.hi
        cut_off = step and printed >= 100 * step and printed <= truth <= printed + step
        wanted.append("supported" if inside else "within rounding" if cut_off else "contradicted")
    assert verdicts(store, *claims) == wanted
    assert wanted.count("contradicted") > 50


def test_rates_multiples_and_shares_are_reckoned_on_the_cells(
    world: tuple[Store, dict[tuple[str, str, str], float]],
) -> None:
    store, values = world
    dice = random.Random(13)
    claims, wanted = [], []
    for number in range(150):
        code = dice.choice(CODES)
        one, other = dice.sample(range(12), 2)
        now, base = values["X", code, MONTHS[one]], values["X", code, MONTHS[other]]
        if not base:
            continue
        kind = dice.choice((Kind.CHANGE, Kind.MULTIPLE, Kind.SHARE))
        exact = {Kind.CHANGE: (now / base - 1) * 100, Kind.MULTIPLE: now / base, Kind.SHARE: now / base * 100}[kind]
        printed = round(exact, 1) + dice.choice((0.0, 0.0, 0.7, -0.4))
        if kind is not Kind.CHANGE:
            printed = max(0.0, printed)
        number_said = said(f"{printed:.1f}", round(printed, 1), 0.1)
        claims.append(
            Claim(
                id=f"C{number}", kind=kind, subject=subject("X", code), period=Period.parse(MONTHS[one]),
                base=Period.parse(MONTHS[other]), said=number_said,
            )
        )  # fmt: skip
        wanted.append(number_said.bounds.lo - 1e-9 <= exact <= number_said.bounds.hi + 1e-9)
    found = verdicts(store, *claims)
    for claim, fits, verdict in zip(claims, wanted, found, strict=True):
        if fits:
            assert verdict == "supported", claim.id
        else:
            assert verdict in ("contradicted", "within rounding"), claim.id
    assert sum(verdict == "contradicted" for verdict in found) > 20


def test_extremes_streaks_absence_and_first_trade_against_a_plain_look(
    world: tuple[Store, dict[tuple[str, str, str], float]],
) -> None:
    store, values = world
    claims, wanted = [], []
    for code in CODES:
        series = [values["X", code, month] for month in MONTHS]
        for at in range(2, 12):
            for since in range(at - 1):
                fits = all(series[m] < series[at] for m in range(since + 1, at)) and series[since] >= series[at]
                ties = any(series[m] == series[at] for m in range(since + 1, at))
                if ties:
                    continue
                claims.append(
                    Claim(
                        id=f"E{code}{at}-{since}", kind=Kind.EXTREME, subject=subject("X", code), direction="highest",
                        period=Period.parse(MONTHS[at]), since=Period.parse(MONTHS[since]),
                    )
                )  # fmt: skip
                wanted.append("supported" if fits else "contradicted")
        for first in range(12):
            claims.append(
                Claim(
                    id=f"N{code}{first}", kind=Kind.NONE, subject=subject("X", code), period=Period.parse(MONTHS[first])
                )
            )
            wanted.append("supported" if not series[first] else "contradicted")
        for at in range(2, 12):
            rises = all(series[m] > series[m - 1] for m in (at - 1, at))
            claims.append(
                Claim(
                    id=f"S{code}{at}", kind=Kind.STREAK, subject=subject("X", code), direction="rise", length=2,
                    period=Period.parse(MONTHS[at]),
                )
            )  # fmt: skip
            wanted.append("supported" if rises else "contradicted")
            fits = series[at] > 0 and series[at - 1] == series[at - 2] == 0
            claims.append(
                Claim(
                    id=f"F{code}{at}", kind=Kind.FIRST, subject=subject("X", code), period=Period.parse(MONTHS[at]),
                    base=Period.parse(f"{MONTHS[at - 2]}..{MONTHS[at - 1]}"),
                )
            )  # fmt: skip
            wanted.append("supported" if fits else "contradicted")
    assert verdicts(store, *claims) == wanted


def test_a_claim_is_judged_on_its_date_and_what_is_known_now_stands_beside(store: Store) -> None:
    load(store, rows(period=["2023-05", "2023-06"], value=["100000", "200000"]), published="2023-07-20")
    load(store, rows(period=["2023-05"], value=["150000"]), published="2023-12-20")
    period = Period.parse("2023-05")
    claim = Claim(
        id="C", kind=Kind.AMOUNT, subject=subject("X", "300490"), period=period, said=said("100,000", 100_000, 1),
        published="2023-08-01",
    )  # fmt: skip
    (verdict,) = check([claim], [], customs=Customs(store))
    assert (verdict.verdict, verdict.now) == ("supported", "contradicted")
    early = Claim(
        id="D", kind=Kind.AMOUNT, subject=subject("X", "300490"), period=period, said=said("150,000", 150_000, 1),
        published="2023-08-01",
    )  # fmt: skip
    (verdict,) = check([early], [], customs=Customs(store))
    assert (verdict.verdict, verdict.now) == ("contradicted", "supported")
    assert verdict.reading is not None
    assert verdict.reading.name == "another vintage"
    before = Claim(
        id="E", kind=Kind.AMOUNT, subject=subject("X", "300490"), period=period, said=said("100,000", 100_000, 1),
        published="2023-07-01",
    )  # fmt: skip
    assert verdicts(store, before) == ["cannot tell"]


def test_silence_is_no_zero_and_merged_months_bound_each(store: Store) -> None:
    load(store, rows(period=["2024-01..2024-02", "2024-03"], value=["900", "50"]), published="2024-04-01")

    def claim(name: str, kind: Kind, period: str, number: float | None = None) -> Claim:
        told = None if number is None else said(f"{number:.0f}", number, 1)
        return Claim(id=name, kind=kind, subject=subject("X", "300490"), period=Period.parse(period), said=told)

    found = verdicts(
        store,
        claim("A", Kind.NONE, "2024-04"),
        claim("B", Kind.AMOUNT, "2024-01..2024-02", 900),
        claim("C", Kind.AMOUNT, "2024-02", 400),
        claim("D", Kind.AMOUNT, "2024-02", 1000),
        claim("E", Kind.AMOUNT, "2024-01..2024-03", 950),
    )
    assert found == ["cannot tell", "supported", "cannot tell", "contradicted", "supported"]


def test_another_currency_is_no_evidence(store: Store) -> None:
    load(store, rows(period=["2024-01"], value=["900"], currency="CNY"), published="2024-04-01")
    one = Claim(
        id="A",
        kind=Kind.AMOUNT,
        subject=subject("X", "300490"),
        period=Period.parse("2024-01"),
        said=said("900", 900, 1),
    )
    none = Claim(id="B", kind=Kind.NONE, subject=subject("X", "300490"), period=Period.parse("2024-01"))
    assert verdicts(store, one, none) == ["cannot tell", "contradicted"]


def test_a_line_that_is_new_makes_its_absence_unsafe(store: Store) -> None:
    load(
        store,
        rows(cmd_code=["300241"], period=["2022-02"], value=["500"]),
        kind="full",
        published="2022-12-01",
        covers=["all"],
    )
    (verdict,) = check(
        [
            Claim(
                id="A",
                kind=Kind.NONE,
                subject=subject("X", "300241"),
                period=Period.parse("2021"),
                published="2022-12-20",
            )
        ],
        [],
        customs=Customs(store),
    )
    assert verdict.verdict == "unsafe"
    assert verdict.reading is not None
    assert "300220" in verdict.reading.words


def test_claims_of_one_date_share_one_reading_of_the_store(
    world: tuple[Store, dict[tuple[str, str, str], float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tidewaiter.store.view import View

    store, values = world
    asked: list[int] = []
    real = View.many

    def counted(self: View, keys: object, period: Period) -> object:
        asked.append(1)
        return real(self, keys, period)  # type: ignore[arg-type]

    monkeypatch.setattr(View, "many", counted)
    claims = [
        Claim(
            id=f"C{code}{month}", kind=Kind.AMOUNT, subject=subject("X", code), period=Period.parse(month),
            said=said("1", values["X", code, month] + 5, 1), published="2024-03-01",
        )
        for code in CODES
        for month in MONTHS
    ]  # fmt: skip
    sit(claims, [], customs=Customs(store))
    assert len(asked) <= 3


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    formats = several()
    monkeypatch.setattr(registry, "sources", lambda: formats)
    return Store(tmp_path / "store", create=True)


def test_a_contradiction_tells_what_all_the_evidence_leaves(
    world: tuple[Store, dict[tuple[str, str, str], float]],
) -> None:
    store, values = world
    first, second = total(values, "X", "870323", 0, 5), total(values, "X", "870323", 6, 11)
    true = (second / first - 1) * 100
    wrong = 3 * true + 300  # beyond any revision
    claim = Claim(
        id="C1", kind=Kind.CHANGE, subject=subject("X", "870323"), period=Period.parse("2023-07..2023-12"),
        base=Period.parse("2023-01..2023-06"), said=said(f"{wrong:.1f}", wrong, 0.1), published="2024-03-01",
    )  # fmt: skip
    (verdict,) = check([claim], [], customs=Customs(store))
    assert verdict.verdict == "contradicted"
    assert verdict.found is not None
    assert verdict.found.lo == pytest.approx(true)
    assert verdict.found.hi == pytest.approx(true)
    assert "at least" not in verdict.why
    assert "at most" not in verdict.why
