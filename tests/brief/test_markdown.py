"""The Markdown says what the page says, and nothing in it is taken for markup."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.brief.sample import sample
from tidewaiter.brief.markdown import escape_markdown, render_markdown
from tidewaiter.brief.shape import Source

GOLDEN = Path(__file__).with_name("sample.md")


def test_golden() -> None:
    """The sample as reviewed by eye; write it anew with ``python -m tests.brief.golden`` after a wanted change."""
    assert render_markdown(sample()) == GOLDEN.read_text(encoding="utf-8")


def test_each_sentence_line_ends_with_its_evidence() -> None:
    lines = render_markdown(sample()).splitlines()
    brief = sample()
    sentences = [s for section in brief.sections for s in section.sentences]
    for sentence in [*sentences, *brief.curves[0].sentences, *brief.conflicts]:
        (line,) = [
            x for x in lines if x.startswith(f"- {escape_markdown(sentence.text)} ") and " (" + sentence.strength in x
        ]
        assert line.endswith(f"[evidence](evidence/{sentence.evidence})")


def test_hostile_words_stay_words() -> None:
    text = render_markdown(sample())
    assert not re.search(r"(?<!\\)<(?!https?://[^<>\s]+>)", text)
    assert "](javascript:" not in text.replace(r"\]", "")
    for target in re.findall(r"(?<!\\)\]\(<?([^)>]*)", text):
        assert re.match(r"(https?://|evidence/[A-Za-z0-9._-]+\.csv$|#sources$)", target), target


@given(st.text(max_size=80))
def test_escaped_text_holds_no_bare_markup_and_one_line(text: str) -> None:
    done = escape_markdown(text)
    assert "\n" not in done
    assert "\r" not in done
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`<>\[\]|#~&]", done)
    assert not re.match(r"\s*([-+]|\d+[.)])(\s|$)", done)


def test_tables_have_one_number_of_columns() -> None:
    width = 0
    for line in render_markdown(sample()).splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        assert width in (0, cells), line
        width = cells


def test_an_address_cannot_close_its_link() -> None:
    brief = sample()
    odd = Source("scmp", "x", "", "https://example.org/a)b](javascript:x)")
    text = render_markdown(msgspec.structs.replace(brief, sources=(odd, *brief.sources[1:])))
    assert "<https://example.org/a)b](javascript:x)>" in text
