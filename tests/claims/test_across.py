"""Several publishers in one list: evidence for each other, never for themselves, for who repeats them, or for whom they repeat."""

from __future__ import annotations

import msgspec
import pytest

from tidewaiter.claims.court import Sitting, sit
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period

SUBJECT = Subject("USA", "VNM", Flow.EXPORT, "8703")


def told(
    name: str,
    publisher: str,
    number: float,
    *,
    period: str = "2022-04",
    published: str = "2022-05-27",
    family: str = "",
) -> Claim:
    return Claim(
        id=name, kind=Kind.AMOUNT, subject=SUBJECT, period=Period.parse(period), said=said(f"{number:.0f}", number, 1.0),
        publisher=publisher, family=family, published=published,
    )  # fmt: skip


def verdicts(*claims: Claim) -> dict[str, str]:
    return {one.claim: one.verdict for one in sit(claims, []).verdicts}


def test_one_by_itself_and_one_twice_is_no_evidence() -> None:
    assert verdicts(told("A", "Alpha News", 500)) == {"A": "cannot tell"}
    assert set(
        verdicts(told("A", "Alpha News", 500), told("B", "Alpha News", 500, published="2022-06-01")).values()
    ) == {"cannot tell"}


def test_independent_publishers_support_each_other() -> None:
    assert set(verdicts(told("A", "Alpha News", 500), told("B", "Beta Wire", 500)).values()) == {"supported"}


@pytest.mark.parametrize(
    "repeat",
    [
        {"publisher": "Beta Wire", "family": "Alpha News"},
        {"publisher": "Beta Wire (re-report of Alpha News)"},
        {"publisher": "Beta Wire, quoting Alpha News"},
        {"publisher": ""},
    ],
)
def test_a_re_report_is_no_evidence_either_way(repeat: dict[str, str]) -> None:
    other = told("B", repeat["publisher"], 500, family=repeat.get("family", ""))
    assert set(verdicts(told("A", "Alpha News", 500), other).values()) == {"cannot tell"}


def test_what_is_undated_or_too_late_is_not_heard() -> None:
    assert verdicts(told("A", "Alpha News", 500), told("B", "Beta Wire", 500, published=""))["A"] == "cannot tell"
    late = told("B", "Beta Wire", 500, published="2022-09-27")
    found = {one.claim: one for one in sit([told("A", "Alpha News", 500), late], []).verdicts}
    assert (found["A"].verdict, found["A"].now) == ("cannot tell", "supported")


def test_a_sum_and_its_months_by_others_are_held_together() -> None:
    months = [told(f"B{m}", "Beta Wire", 100 * m, period=f"2022-0{m}") for m in (1, 2, 3)]
    right = told("A", "Alpha News", 600, period="2022-01..2022-03")
    wrong = told("W", "Gamma Post", 700, period="2022-01..2022-03")
    assert verdicts(*months, right)["A"] == "within rounding"
    assert verdicts(*months, wrong)["W"] == "cannot tell"
    others = [told(name, name, 600, period="2022-01..2022-03") for name in ("Delta", "Epsilon")]
    assert verdicts(*months, *others, wrong)["W"] == "contradicted"


def test_one_voice_against_one_decides_nothing() -> None:
    found = sit([told("A", "Alpha News", 500), told("B", "Beta Wire", 700)], [])
    assert {one.verdict for one in found.verdicts} == {"cannot tell"}


def group(*claims: Claim) -> dict[str, object]:
    found: Sitting = sit(claims, [])
    (one,) = found.together
    return {**msgspec.to_builtins(one), "words": one.words()}


def test_who_agrees_who_repeats_who_moved_and_what_excludes_what() -> None:
    found = group(
        told("A", "Alpha News", 123_456, published="2022-05-20"), told("B", "Beta Wire", 123_456, published="2022-05-22"),
        told("C", "Copy Site", 123_456, published="2022-05-23", family="Alpha News"),
        told("M", "Alpha News", 130_000, published="2022-07-20"), told("G", "Gamma Post", 200_000),
    )  # fmt: skip
    order = [one["claim"] for one in found["sayings"]]  # type: ignore[index,attr-defined]
    sides = [{order[i] for i in side} for side in found["sides"]]  # type: ignore[attr-defined]
    assert sides[0] == {"A", "B", "C"}
    assert {"G"} in sides
    assert {(order[i], order[j]) for i, j in found["repeats"]} == {("A", "C")}  # type: ignore[attr-defined]
    assert ("A", "M") in {(order[i], order[j]) for i, j in found["moved"]}  # type: ignore[attr-defined]
    words = str(found["words"])
    assert "exports from United States to Viet" in words or "from the United States" in words or "Vietnam" in words
    assert "Alpha News moved from 123,456" in words
    assert "Copy Site repeats Alpha News" in words


def test_months_that_nobody_has_lie_between_what_the_others_leave() -> None:
    found = group(
        told("A", "Alpha News", 600, period="2022-01..2022-03"), told("B", "Beta Wire", 600, period="2022-01..2022-03"),
        told("J", "Beta Wire", 100, period="2022-01"),
    )  # fmt: skip
    months = {name: (bounds["lo"], bounds["hi"]) for name, bounds in found["months"]}  # type: ignore[attr-defined]
    assert set(months) == {"2022-02", "2022-03"}
    assert months["2022-02"][1] == pytest.approx(501)


def test_two_without_a_publisher_are_not_one_that_moved() -> None:
    found = sit([told("A", "", 500, published="2022-05-01"), told("B", "", 900, published="2022-07-01")], [])
    assert not any(one.moved or one.repeats for one in found.together)


def test_what_is_counted_in_pairs_is_told_in_pairs() -> None:
    shoes = Subject("USA", "VNM", Flow.EXPORT, "6403", Measure.QUANTITY, "pairs")
    claims = [
        msgspec.structs.replace(told(name, name, number), subject=shoes)
        for name, number in (("Alpha News", 500), ("Beta Wire", 800))
    ]
    (group,) = sit(claims, []).together
    assert (group.unit, [one.value for one in group.sayings]) == ("pairs", [500, 800])
    assert "(pairs)" in group.words()
    assert "Alpha News 500" in group.words()
    assert "1,000" not in group.words()


def test_pairs_and_pieces_of_the_same_goods_meet_in_pieces() -> None:
    pairs, pieces = (Subject("USA", "VNM", Flow.EXPORT, "6403", Measure.QUANTITY, unit) for unit in ("pairs", "pieces"))
    claims = [
        msgspec.structs.replace(told("A", "Alpha News", 500), subject=pairs),
        msgspec.structs.replace(told("B", "Beta Wire", 1000), subject=pieces),
    ]
    (group,) = sit(claims, []).together
    assert "all agree: Alpha News 1,000; Beta Wire 1,000" in group.words()
    assert "(pieces)" in group.words()


def test_tonnes_are_told_in_tonnes() -> None:
    grain = Subject("USA", "VNM", Flow.EXPORT, "1001", Measure.NET_WEIGHT, "t")
    claims = [msgspec.structs.replace(told(name, name, 500), subject=grain) for name in ("Alpha News", "Beta Wire")]
    (group,) = sit(claims, []).together
    assert "all agree: Alpha News 500; Beta Wire 500" in group.words()
