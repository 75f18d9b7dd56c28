"""What stands between a stranger's words and a spreadsheet, a terminal, a page."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.safe import SafeStream, csv_text, one_line, plain, safe_cell, shown

HOSTILE = st.text(
    st.one_of(st.sampled_from("=+-@|%\t\r\n\x00\x1b\x7f\x9b\u202e\u2066\ufeff\ud800'\"<&"), st.characters()),
    max_size=30,
)


def drives(text: str) -> set[str]:
    """The characters of a text that a terminal obeys, or that turn its direction, but for line feed and tab."""
    return {
        one
        for one in text
        if (unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") and one not in "\n\t")
        or unicodedata.bidirectional(one) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    }


@given(HOSTILE)
def test_no_cell_is_a_formula_and_none_drives_a_terminal(text: str) -> None:
    done = safe_cell(text)
    for seen in (done, done.strip()):
        if seen[:1] in tuple("=+-@|%＝＋－＠"):
            float(seen)
    assert not drives(done)
    assert "\n" not in done
    assert done.removeprefix("'") in (plain(text), plain(text).removeprefix("'"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers(number: float) -> None:
    assert safe_cell(repr(number)) == repr(number)


def test_cells_survive_the_round_trip() -> None:
    rows = [["a", 'quo"te', "com,ma"], ["line\nbreak", "한국", "=SUM(A1)"], ["-12", "1e5", "\ud800"], [None, 1.5, True]]
    back = list(csv.reader(csv_text(rows).splitlines(keepends=True)))
    assert back == [
        ["a", 'quo"te', "com,ma"],
        ["line break", "한국", "'=SUM(A1)"],
        ["-12", "1e5", "�"],
        ["", "1.5", "True"],
    ]


@given(HOSTILE)
def test_what_is_shown_and_what_is_plain_drive_nothing(text: str) -> None:
    assert not drives(shown(text))
    assert not drives(plain(text))
    assert not {"\n", "\t"} & set(one_line(text) + plain(text))
    assert shown(shown(text)) == shown(text)
    # Nothing that is harmless is touched.
    harmless = "".join(one for one in text if one not in drives(text) and unicodedata.category(one) not in ("Cf", "Zl"))
    assert shown(harmless) == harmless


@given(st.dictionaries(HOSTILE, HOSTILE, max_size=3))
def test_json_through_the_stream_is_the_same_json(data: dict[str, str]) -> None:
    out = io.StringIO()
    SafeStream(out).write(json.dumps(data, ensure_ascii=False))
    assert not drives(out.getvalue())
    assert json.loads(out.getvalue()) == data


def test_a_stream_that_has_no_letters_for_it_still_prints_the_line() -> None:
    raw = io.BytesIO()
    stream = SafeStream(io.TextIOWrapper(raw, "ascii"))
    print("中国: 12\x1b[2J", file=stream)
    stream.flush()
    assert raw.getvalue() == b"\\u4e2d\\u56fd: 12\\u001b[2J\n"
