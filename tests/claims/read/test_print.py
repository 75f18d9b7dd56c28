"""Text as it comes: wrapped to any width, with reference marks, full-width digits and invisible signs."""

from __future__ import annotations

import textwrap

import pytest

from tests.claims.read.compact import compact
from tidewaiter.claims.read import read_article

ARTICLE = """China ships more to its neighbour as border trade recovers

BEIJING, Nov 20 (Wire) - China's exports to North Korea jumped to $132.43 million in October, the highest since January 2020, customs data showed on Sunday.

Imports from North Korea came to $21.42 million in October, bringing two-way trade to $153.86 million.

Exports of rubber gloves to North Korea soared to 1.47 million pairs from 400,000 in September."""


@pytest.mark.parametrize("width", [30, 38, 50, 64, 72, 90])
def test_lines_broken_to_a_width_say_the_same(width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(part, width, break_long_words=False) for part in ARTICLE.split("\n\n"))
    there, here = read_article(ARTICLE, "2022-11-20"), read_article(wrapped, "2022-11-20")
    assert [compact(claim) for claim in here.read] == [compact(claim) for claim in there.read]
    assert len(there.read) == 6


@pytest.mark.parametrize(
    "text",
    [
        "China's exports to North Korea reached $98.1 million [1] in April 2022.[2]",
        "China's exports to North Korea reached ＄９８.１ million in April 2022.",
        "China's ex\u00adports to North\u200b Korea reached $98.1\u202fmillion in April 2022.",
    ],
)
def test_signs_that_are_no_words_are_passed_over(text: str) -> None:
    reading = read_article(text, "2022-05-27")
    assert [compact(claim) for claim in reading.read] == ["amount CHN>PRK X total USD 2022-04 98100000"]
    assert not reading.not_read
    assert reading.text == text


@pytest.mark.parametrize(
    ("word", "times"), [("twelvefold", 12), ("elevenfold", 11), ("twentyfold", 20), ("12-fold", 12)]
)
def test_folds_of_any_number_are_read(word: str, times: int) -> None:
    reading = read_article(f"China's exports to North Korea increased {word} in April 2022 from March.", "2022-05-27")
    assert [compact(claim) for claim in reading.read] == [
        f"multiple CHN>PRK X total USD 2022-04 {times} vs 2022-03 increase"
    ]


def test_an_amount_in_what_looks_like_a_menu_is_listed() -> None:
    text = "Exports fell in May.\n\nChina's exports to Russia jump 12% in May\n\nHome\n\nNothing else happened."
    reading = read_article(text, "2022-06-27")
    assert [claim.text for claim in reading.not_read] == ["China's exports to Russia jump 12% in May"]


def test_two_amounts_of_one_cell_in_one_sentence_are_both_refused() -> None:
    text = "China's exports to North Korea were $98.1 million in April 2022 and were $57 million in April 2022."
    reading = read_article(text, "2022-05-27")
    assert not reading.read
    assert len(reading.not_read) == 2
