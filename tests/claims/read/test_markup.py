"""Web pages as articles: the words of the page, and nothing of its menus, scripts and captions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.claims.read.compact import compact
from tidewaiter.claims.read import read_article
from tidewaiter.claims.read.markup import is_markup, words_of
from tidewaiter.cli.app import main

PAGE = """<!DOCTYPE html><html><head><title>China exported 1 tonne of rice to North Korea in April.</title>
<script>var x = "China exported 2 tonnes of rice to North Korea in April.";</script></head><body>
<nav>China exported 3 tonnes of rice to North Korea in April.</nav>
<article><h1>China&#8217;s exports to N. Korea surge</h1>
<p>China&rsquo;s exports to <b>North Korea</b> rose 5&nbsp;% from a year earlier
to $98.1&nbsp;million in April.<p>Imports &mdash; &#36;4.2&nbsp;million &mdash; fell.
<figure><figcaption>China exported 4 tonnes of rice to North Korea in April.</figcaption></figure>
<ul><li>China exported 1&#8239;200 tonnes of sugar to North Korea in April.</li></ul></article>
<aside>China exported 5 tonnes of rice to North Korea in April.</aside></body></html>"""


def test_the_article_of_a_page_is_read_and_nothing_else() -> None:
    text = words_of(PAGE)
    assert text.split("\n\n")[0] == "China’s exports to N. Korea surge"
    reading = read_article(text, "2022-05-27")
    assert [compact(claim) for claim in reading.read] == [
        "change CHN>PRK X total USD 2022-04 5 vs 2021-04",
        "amount CHN>PRK X total USD 2022-04 98100000",
        "amount CHN>PRK X sugar t 2022-04 1200",
    ]
    assert "rice" not in text


def test_a_page_is_checked_as_its_words_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (("page.html", PAGE), ("words.txt", words_of(PAGE))):
        (tmp_path / name).write_text(text, encoding="utf-8")
    told = []
    for name in ("page.html", "words.txt"):
        main(["check", str(tmp_path / name), "--date", "2022-05-27"])
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert "98.1" in told[0]


@pytest.mark.parametrize("text", ["Exports < imports", "<3 exports", "", "A <p> tag in prose."])
def test_prose_is_no_page(text: str) -> None:
    assert not is_markup(text)


@given(st.text(alphabet="<>/apnavscritle &;#19\n\"'=-!", max_size=200))
def test_any_markup_gives_words(text: str) -> None:
    found = words_of(f"<html>{text}")
    assert not found.startswith("\n")
    assert "\n\n\n" not in found
