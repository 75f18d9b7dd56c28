"""Whose evidence counts: never a claim's own, by whatever name; one voice against one is a conflict, not a contradiction."""

from __future__ import annotations

import pytest

from tidewaiter.claims.court import sit
from tidewaiter.claims.evidence import Docket
from tidewaiter.claims.model import Claim, Kind, Said, Subject
from tidewaiter.claims.verdict import Verdict
from tidewaiter.claims.voices import voices_of
from tidewaiter.model import TOTAL, Figure, Flow, Measure
from tidewaiter.period import Period
from tidewaiter.sources.figures import shipped_figures

DOCKET = Docket(shipped_figures())


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("south china morning post", "South China Morning Post"), ("scmp.com", "South China Morning Post"),
        ("南华早报", "South China Morning Post"), ("akperyakpermas.ac.id", "South China Morning Post"),
        ("REUTERS", "Reuters"), ("WKZO", "Reuters"), ("wkzo.com", "Reuters"), ("로이터 통신", "Reuters"),
        ("YNA", "Yonhap"), ("연합뉴스", "Yonhap"), ("Yonhap News Agency", "Yonhap"), ("미국의소리", "VOA"),
        ("KBS", "KBS quoting VOA"), ("Al Jazeera citing Reuters", "Reuters"),
    ],
)  # fmt: skip
def test_a_publisher_is_known_by_its_other_names(name: str, family: str) -> None:
    assert family in voices_of(Claim(id="c", kind=Kind.AMOUNT, publisher=name), DOCKET.families(), DOCKET)


@pytest.mark.parametrize("name", ["The News", "News", "Times", "Korea Times", "The Guardian", "Daily NK", "T", "Post"])
def test_a_word_that_many_share_is_nobodys_name(name: str) -> None:
    assert voices_of(Claim(id="c", kind=Kind.AMOUNT, publisher=name), DOCKET.families(), DOCKET) == {name}


def test_an_address_tells_whose_page_it_is() -> None:
    claim = Claim(id="c", kind=Kind.AMOUNT, publisher="A mirror", address="https://www.scmp.com/economy/1")
    assert "South China Morning Post" in voices_of(claim, DOCKET.families(), DOCKET)


def as_claim(figure: Figure, publisher: str) -> Claim:
    key = figure.key
    goods = "total" if key.cmd == TOTAL else key.cmd.removeprefix("good:")
    subject = Subject(key.reporter, key.partner, key.flow, goods, key.measure, key.unit)
    said = Said(f"{figure.value:.12g}", figure.value, 0.0, figure.bounds) if figure.bounds.hi else None
    return Claim(
        id=figure.id, kind=Kind.AMOUNT if said else Kind.NONE, subject=subject, period=figure.period, said=said, publisher=publisher,
        published=figure.origin.published_from, published_to=figure.origin.published_to,
    )  # fmt: skip


def contradicted(publisher: str = "") -> dict[str, Verdict]:
    claims = [as_claim(one, publisher or one.origin.publisher) for one in shipped_figures()]
    return {one.claim: one for one in sit(claims).verdicts if one.verdict == "contradicted"}


def test_what_was_printed_first_hand_is_not_contradicted_by_one_other_voice() -> None:
    # RFA's 256,891 for ventilators stands against two newspapers that printed 266,891.
    assert set(contradicted()) == {"F166"}


def test_what_was_printed_is_not_contradicted_where_another_repeats_it() -> None:
    assert not contradicted("Another paper")


def amount(printed: float, half: float, flow: str, period: str, day: str, publisher: str = "T") -> Claim:
    from tidewaiter.model import Interval

    said = Said(f"{printed:.12g}", printed, 2 * half, Interval(printed - half, printed + half))
    return Claim(
        id="c", kind=Kind.AMOUNT, subject=Subject("CHN", "PRK", Flow(flow), "total", Measure.VALUE, "USD"), said=said,
        period=Period.parse(period), publisher=publisher, published=day,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        # First printed on 18 May, as 33.64 a month later.
        (amount(34.2e6, 5e4, "M", "2023-04", "2023-05-25"), "supported"),
        (amount(36.2e6, 5e4, "M", "2023-04", "2023-05-25"), "contradicted"),
        # Of June, told in August: either release may be meant.
        (amount(19.05e6, 5e3, "X", "2022-06", "2022-08-20"), "cannot tell"),
        (amount(17.05e6, 5e3, "X", "2022-06", "2022-08-20"), "contradicted"),
        # What a later rate says that a level was revised to.
        (amount(102.1e6, 5e4, "X", "2022-11", "2023-12-25"), "cannot tell"),
        (amount(91.1e6, 5e4, "X", "2022-11", "2023-12-25"), "contradicted"),
    ],
)
def test_a_revision_is_allowed_for_and_no_more(claim: Claim, verdict: str) -> None:
    assert sit([claim]).verdicts[0].verdict == verdict
