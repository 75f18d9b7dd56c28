"""Claims about months in which a code did not exist: no customs file could ever settle them."""

from __future__ import annotations

import pytest

from tidewaiter.claims.court import check
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.codes import hs
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period


def claim(kind: Kind, goods: str, period: str, base: str = "", **fields: object) -> Claim:
    number = said("5", 5.0, 1.0) if kind in (Kind.CHANGE, Kind.MULTIPLE, Kind.AMOUNT) else None
    subject = Subject("DEU", "KAZ", Flow.EXPORT, goods, Measure.VALUE, "EUR")
    return Claim(
        id="c", kind=kind, subject=subject, period=Period.parse(period), base=Period.parse(base) if base else None, said=number,
        publisher="T", published="2023-02-15", **fields,
    )  # type: ignore[arg-type] # fmt: skip


@pytest.mark.parametrize(
    ("one", "reading", "words"),
    [
        (claim(Kind.EXCEEDS, "85171300", "2022", "2021"), "another code before", "851712"),
        (claim(Kind.MULTIPLE, "851713", "2022-08", "2021-08"), "another code before", "851712"),
        (claim(Kind.STREAK, "851713", "2022-02", direction="rise", length=3), "another code before", "851712"),
        (claim(Kind.NONE, "8803", "2022"), "another code since", "8807"),
        (claim(Kind.NONE, "8807", "2021"), "another code before", "8803"),
        (claim(Kind.FIRST, "8807", "2022-01", "2021"), "another code before", "8803"),
        (claim(Kind.NONE, "851712", "2022"), "another code since", "851713"),
        (claim(Kind.NONE, "8806", "2021"), "another code before", "8802"),
        (claim(Kind.AMOUNT, "851713", "2021-05"), "another code before", "851712"),
    ],
)
def test_a_code_that_did_not_exist_then_is_unsafe_and_its_goods_are_named(one: Claim, reading: str, words: str) -> None:
    (found,) = check([one], [])
    assert found.verdict == "unsafe"
    assert found.reading is not None
    assert found.reading.name == reading
    assert words in found.why
    assert found.reading.words != found.why
    assert not found.settle


@pytest.mark.parametrize(
    "one", [claim(Kind.EXCEEDS, "8703", "2022", "2021"), claim(Kind.CHANGE, "870323", "2021-05", "2020-05")]
)
def test_a_code_that_lives_through_is_left_to_the_files(one: Claim) -> None:
    (found,) = check([one], [])
    assert found.verdict == "cannot tell"
    assert found.settle


def test_no_code_is_called_absent_in_a_year_of_its_life() -> None:
    living = [code for code in hs.codes_of(2017) if hs.alive(code, 2022)][::400]
    for code in living:
        (found,) = check([claim(Kind.EXCEEDS, code, "2022", "2021")], [])
        assert found.verdict == "cannot tell", code
