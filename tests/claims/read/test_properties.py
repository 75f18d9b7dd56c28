"""What holds for any text: numbers round trip, spans lie in the text, nothing crashes, nothing runs away."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.claims.read.compact import compact
from tidewaiter.claims.model import Kind
from tidewaiter.claims.read import parse_number, read_article
from tidewaiter.claims.read.numerals import number_at
from tidewaiter.claims.read.tokens import tokens
from tidewaiter.errors import InputError

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = [
    "China's",
    "China",
    "North",
    "Korea",
    "exports",
    "imports",
    "exported",
    "imported",
    "shipped",
    "of",
    "to",
    "from",
    "in",
    "April",
    "May",
    "2021",
    "2022",
    "and",
    "but",
    ",",
    ".",
    "–",
    "(",
    ")",
    "which",
    "$98",
    "million",
    "tonnes",
    "1,300",
    "face",
    "masks",
    "rice",
    "coal",
    "rose",
    "fell",
    "5%",
    "by",
    "a",
    "year",
    "earlier",
    "the",
    "highest",
    "since",
    "first",
    "time",
    "none",
    "zero",
    "worth",
    "valued",
    "at",
    "up",
    "down",
    "compared",
    "with",
    "more",
    "than",
    "doubled",
    "hundredfold",
    "accounting",
    "for",
    "total",
    "last",
    "month",
    "could",
    "not",
    "Covid-19",
    "01:29",
    "taking",
    "between",
    "January",
    "according",
    "customs",
    "data",
    "showed",
    "“",
    "”",
    "'",
    "-",
]


def words(value: int) -> str:
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10] + (f"-{ONES[value % 10]}" if value % 10 else "")
    if value < 1000:
        return f"{ONES[value // 100]} hundred" + (f" and {words(value % 100)}" if value % 100 else "")
    for scale, name in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if value >= scale:
            return f"{words(value // scale)} {name}" + (f" {words(value % scale)}" if value % scale else "")
    raise AssertionError(value)


def east(value: int, names: tuple[str, str]) -> str:
    great, rest = divmod(value, 10**8)
    middle, small = divmod(rest, 10**4)
    return (
        (f"{great}{names[1]}" if great else "")
        + (f"{middle:,}{names[0]}" if middle else "")
        + (str(small) if small else "")
    )


@given(st.integers(1, 10**11))
def test_numbers_in_words_round_trip(value: int) -> None:
    read = parse_number(words(value))
    assert read is not None
    assert read[0] == value


@given(st.integers(0, 10**12), st.integers(0, 3))
def test_numbers_in_digits_round_trip(value: int, decimals: int) -> None:
    printed = f"{Decimal(value).scaleb(-decimals):,.{decimals}f}"
    row = tokens(printed)
    read = number_at(row, 0)
    assert read is not None
    assert read.value == Decimal(value).scaleb(-decimals)
    assert read.last == len(row)
    assert read.step <= max(Decimal(1), read.value)


@given(st.integers(1, 10**12 - 1), st.sampled_from([("万", "亿"), ("萬", "億"), ("만", "억")]))
def test_numbers_of_ten_thousands_round_trip(value: int, names: tuple[str, str]) -> None:
    read = parse_number(east(value, names))
    assert read is not None
    assert read[0] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4,458만", 44_580_000),
        ("3.2亿", 320_000_000),
        ("三千二百万", 32_000_000),
        ("1억 2천만", 120_000_000),
        ("12万8000", 128_000),
    ],
)
def test_ten_thousands_are_never_read_as_thousands(text: str, value: int) -> None:
    read = parse_number(text)
    assert read is not None
    assert read[0] == value


@pytest.mark.parametrize("text", ["1.234.567", "12,34,567", "5,000万2亿", "1,2345", "007", "3..5", "만", "亿2"])
def test_numbers_that_could_be_two_things_are_not_read(text: str) -> None:
    assert parse_number(text) is None


def check(text: str, date: str = "2022-05-27") -> None:
    reading = read_article(text, date)
    last = 0
    for sentence in reading.sentences:
        assert last <= sentence.start < sentence.end <= len(text)
        last = sentence.end
    inside = {name: sentence for sentence in reading.sentences for name in sentence.claims}
    assert len(inside) == len(reading.claims) == len({claim.id for claim in reading.claims})
    for claim in reading.claims:
        assert claim.span is not None
        start, end = claim.span
        assert text[start:end] == claim.text
        assert inside[claim.id].start <= start < end <= inside[claim.id].end
        assert inside[claim.id].status != "furniture"
        if claim.kind in (Kind.UNREAD, Kind.NO_FIGURE):
            assert claim.why
        else:
            compact(claim)
            assert claim.said is None or claim.said.bounds.lo <= claim.said.bounds.hi
    covered = [i for s in reading.sentences for i in range(s.start, s.end)]
    assert all(
        text[i].isspace() or i in set(covered) or not text[i].isprintable() for i in range(len(text))
    ) or _bullets(text, covered)


def _bullets(text: str, covered: list[int]) -> bool:
    """What no sentence covers is a bullet before one."""
    seen = set(covered)
    left = "".join(text[i] for i in range(len(text)) if i not in seen and not text[i].isspace())
    return set(left) <= set("•·▪●*‣–-")


@given(st.text(max_size=200))
def test_any_text_is_accounted_for(text: str) -> None:
    check(text)


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_any_order_of_the_fields_words_is_accounted_for(text: str) -> None:
    check(text)
    check(text, "")


@given(st.lists(st.sampled_from([*WORDS, "\n", "\n\n", "•"]), max_size=60).map(" ".join))
def test_any_page_is_accounted_for(text: str) -> None:
    check(text)


@given(
    st.lists(st.sampled_from(WORDS), min_size=4, max_size=30).map(" ".join),
    st.sampled_from(["$7.3 million", "19 per cent", "640 tonnes"]),
)
def test_no_number_of_a_sentence_on_trade_is_dropped(words: str, number: str) -> None:
    sentence = f"China exported rice to North Korea {words.replace('.', '').replace(chr(8220), '').replace(chr(8221), '')} {number}."
    reading = read_article(sentence, "2022-05-27")
    place = sentence.rindex(number)
    assert any(
        claim.span is not None and claim.span[0] <= place < claim.span[1] + len("more than ")
        for claim in reading.claims
    ), sentence


@pytest.mark.parametrize(
    "printed",
    ["1,2 million dollars", "€1,2 million", "$1.234.567", "3.200 tonnes", "1 300 tonnes", "¥1.1bn", "as much as $3 million", "$3.2 mil"],
)  # fmt: skip
def test_numbers_in_a_form_that_could_be_another_are_listed(printed: str) -> None:
    reading = read_article(f"China's exports of rice to North Korea were {printed} in April.", "2022-05-27")
    assert not reading.read
    assert reading.not_read


@pytest.mark.parametrize(
    "printed",
    ["US$3.2 million", "US$ 3.2 million", "US $3.2 million", "U.S. $3.2 million", "USD 3.2 mln", "USD3.2mn", "$3.2m", "$3.2\u00a0million", "$3,200,000",
     "$3\u202f200\u202f000", "3.2m dollars", "3.2 million USD", "3.2 million U.S. dollars", "$3.2-million"],
)  # fmt: skip
def test_the_ways_of_printing_dollars_say_the_same(printed: str) -> None:
    reading = read_article(f"China’s exports to North Korea were {printed} in April.", "2022-05-27")
    assert [compact(claim) for claim in reading.read] == ["amount CHN>PRK X total USD 2022-04 3200000"]
    assert not reading.not_read


@pytest.mark.parametrize(
    "unit",
    ["1", "1,", "a ", "a.", "– ", "( ", "\n", "a", '"', "and 1 ", "万1", "'s ", "a@", "China exports ", "1:1", " ", "hundred ", "the first ",
     "more than ", "which , ", "$1 ", "between 1 and ", "of rice "],
)  # fmt: skip
def test_no_text_runs_away(unit: str) -> None:
    # Something that grows with the square of the length would not end here.
    text = unit * (60_000 // len(unit))
    assert read_article(text, "2022-05-27").text == text


def test_reading_twice_says_the_same() -> None:
    text = "China exported 625 garments to North Korea in January. It exported 1,500 in February. Imports rose to $3 million."
    assert read_article(text, "2022-05-27") == read_article(text, "2022-05-27")


@pytest.mark.parametrize("date", ["2022", "27 May 2022", "2022-13-01", "2022-5-27", "x"])
def test_a_date_that_is_none_is_refused(date: str) -> None:
    with pytest.raises(InputError, match="not a day"):
        read_article("Exports rose.", date)


def test_without_a_date_only_months_with_their_year_are_read() -> None:
    text = "China exported 625 masks to North Korea in January 2022. China exported 80 masks to North Korea in March."
    reading = read_article(text)
    assert [compact(claim) for claim in reading.read] == ["amount CHN>PRK X masks items 2022-01 625"]
    assert [claim.why for claim in reading.not_read] == ["of which year that month is, is not said"]
