"""The written form: what is read is what was written, and what cannot be read is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.claims.form import COLUMNS, read_claims, read_rows
from tidewaiter.claims.hedges import HEDGES, said, said_fraction, said_order
from tidewaiter.claims.model import Claim, Kind, Said, Subject
from tidewaiter.claims.possible import impossible
from tidewaiter.claims.written import to_csv, to_toml
from tidewaiter.errors import BadFile
from tidewaiter.model import Flow, Interval, Measure
from tidewaiter.period import Period

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "claims.md"

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30).map(str.strip)
periods = st.tuples(st.integers(2000 * 12, 2030 * 12), st.integers(0, 30)).map(lambda p: Period(p[0], p[0] + p[1]))
subjects = st.builds(
    Subject,
    reporter=st.sampled_from(["CHN", "EU27", "W00"]),
    partner=st.sampled_from(["PRK", "KGZ"]),
    flow=st.sampled_from(Flow),
    goods=st.sampled_from(["total", "masks", "8703", "870323", "basket:grain", "Sunflower oil"]),
    measure=st.just(Measure.VALUE),
    unit=st.sampled_from(["USD", "EUR"]),
) | st.builds(
    Subject,
    reporter=st.just("CHN"),
    partner=st.just("PRK"),
    flow=st.just(Flow.EXPORT),
    goods=st.just("rice"),
    measure=st.just(Measure.QUANTITY),
    unit=st.sampled_from(["pieces", "pairs"]),
)


@st.composite
def numbers(draw: st.DrawFn) -> Said:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return said_fraction(draw(st.sampled_from(["half", "a fifth", "two thirds"])))
    if kind == 1:
        return said_order(draw(st.sampled_from(["dozens", "millions"])))
    if kind == 2:
        return Said("as was said", 5.0, 0.0, Interval(5.0, float("inf")))
    digits = draw(st.integers(1, 10**9))
    step = float(10 ** draw(st.integers(0, 3)))
    return said(f"{digits:,}", float(digits), step, draw(st.sampled_from(sorted(HEDGES))))


claims = st.builds(
    Claim,
    id=st.uuids().map(lambda one: f"C{one.hex}"),
    kind=st.sampled_from([kind for kind in Kind if kind not in (Kind.COUNT, Kind.NO_FIGURE, Kind.UNREAD)]),
    subject=subjects,
    period=periods,
    said=st.none() | numbers(),
    base=st.none() | periods,
    since=st.none() | periods,
    form=st.sampled_from(["times", "times more", "increase"]),
    direction=st.sampled_from(["", "highest", "record lowest", "absent", "fall"]),
    rank=st.integers(1, 9),
    length=st.integers(0, 40),
    text=words,
    span=st.none() | st.tuples(st.integers(0, 999), st.integers(0, 9999)),
    statement=words,
    publisher=words,
    published=st.sampled_from(["", "2022-05-27"]),
    published_to=st.just(""),
).filter(lambda claim: impossible(claim) is None)


@settings(max_examples=60, deadline=None)
@given(st.lists(claims, min_size=1, max_size=4, unique_by=lambda claim: claim.id))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, several: list[Claim]) -> None:
    folder = tmp_path_factory.mktemp("form")
    for name, text in (("claims.csv", to_csv(several)), ("claims.toml", to_toml(several))):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        assert list(read_claims(path)) == several


def test_numbers_in_other_scripts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(
        'reporter = "PRK"\npartner = "W00"\nflow = "X"\ngoods = "ores"\nkind = "amount"\nperiod = "2022"\n'
        '[[claim]]\nprinted = "4,458만"\n[[claim]]\nprinted = "4458万"\n[[claim]]\nprinted = "44.58 million"\n'
        '[[claim]]\nprinted = "0.4458억"\n',
        encoding="utf-8",
    )
    read = read_claims(path)
    assert [claim.said.value for claim in read if claim.said] == [44_580_000] * 4
    assert [claim.id for claim in read] == ["C001", "C002", "C003", "C004"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("kind,colour\namount,red\n", "colour"),
        ("id,goods\nC1,total\n", "no column kind"),
        ("kind,reporter,partner,flow,goods,period,printed\nguess,CHN,PRK,X,total,2022,5\n", "guess"),
        ("kind,reporter,partner,flow,goods,period,printed\namount,China,PRK,X,total,2022,5\n", "China"),
        ("kind,reporter,partner,flow,goods,period,printed\namount,CHN,PRK,Q,total,2022,5\n", "'Q'"),
        ("kind,reporter,partner,flow,goods,period,printed\namount,CHN,PRK,X,mask,2022,5\n", "mask"),
        ("kind,reporter,partner,flow,goods,period,printed\namount,CHN,PRK,X,total,2022-13,5\n", "2022-13"),
        ("kind,reporter,partner,flow,goods,period,printed\namount,CHN,PRK,X,total,2022,a lot\n", "a lot"),
        ("kind,reporter,partner,flow,goods,period,printed,hedge\namount,CHN,PRK,X,total,2022,5,maybe\n", "maybe"),
        ("kind,reporter,partner,flow,goods,period,printed,published\namount,CHN,PRK,X,total,2022,5,May\n", "May"),
        ("kind,reporter,partner,flow,goods,period,printed\namount,CHN,PRK,X,total,2022\n", "cells"),
        ("kind,reporter,partner,flow,goods,period,printed\n", "no claim"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as told:
        read_claims(path)
    assert named in str(told.value)
    assert "\n" not in str(told.value)


HEAD = "kind,reporter,partner,flow,goods,period,base,since,rank,direction,printed\n"


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("extreme,CHN,PRK,X,total,2022-10,,2022-10,,highest,", "since", "2022-10"),
        ("extreme,CHN,PRK,X,total,2022-10,,2022-12,,highest,", "since", "2022-12"),
        ("extreme,CHN,PRK,X,total,2022-10,,2022-10,,record highest,", "since", "2022-10"),
        ("extreme,CHN,PRK,X,total,2022-10,,2022-01,0,highest,", "rank", "0"),
        ("change,CHN,PRK,X,total,2022-10,2022-10,,,,5", "base", "2022-10"),
        ("change,CHN,PRK,X,total,2022-10,2022-11,,,,5", "base", "2022-11"),
        ("first,CHN,PRK,X,total,2022-10,2022-11,,,,", "base", "2022-11"),
        ("first,CHN,PRK,X,total,2022-10,2022-10,,,,", "base", "2022-10"),
        ("exceeds,CHN,PRK,X,total,2022-10,2022-10,,,,", "base", "2022-10"),
        ("streak,CHN,PRK,X,total,2022-10,2022-10,,,rise,", "base", "2022-10"),
    ],
)
def test_periods_that_cannot_be_are_refused(tmp_path: Path, row: str, column: str, value: str) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(f"{HEAD}{row}\n", encoding="utf-8")
    with pytest.raises(BadFile) as told:
        read_claims(path)
    text = str(told.value)
    assert "line 2" in text
    assert column in text
    assert repr(value) in text
    assert "valid: " in text


def test_what_a_kind_does_not_use_is_told(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(
        f"{HEAD}exceeds,CHN,PRK,X,total,2022-05,2022-06,,,lower,5\nnone,CHN,PRK,X,total,2022-05,2022-04,,,,\n"
        "share,CHN,PRK,X,total,2022-05,2022,,,,5\n",
        encoding="utf-8",
    )
    printed, base = read_rows(path).notes
    assert "line 2, column printed: '5'" in printed
    assert "line 3, column base: '2022-04'" in base


def test_a_published_span_has_two_ends(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    head = "kind,reporter,partner,flow,goods,period,printed,published\n"
    path.write_text(head + "amount,CHN,PRK,X,total,2022,5,2021-10\n", encoding="utf-8")
    (claim,) = read_claims(path)
    assert (claim.published, claim.latest) == ("2021-10-01", "2021-10-31")


def test_every_column_kind_and_word_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for column in COLUMNS:
        assert f"`{column}`" in page, column
    for kind in Kind:
        assert f"`{kind.value}`" in page, kind
    for word in filter(None, HEDGES):
        assert word in page, word


def test_every_reading_and_verdict_is_documented() -> None:
    from typing import get_args

    from tidewaiter.claims.readings import NAMES
    from tidewaiter.claims.verdict import VerdictName

    page = PAGE.read_text(encoding="utf-8")
    for name in (*NAMES, *get_args(VerdictName)):
        assert f"`{name}`" in page, name
