"""A scan of a store of our own making, where every event and every artefact is known."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from tidewaiter.cli import main
from tidewaiter.findings.survey import Asked, Survey, survey
from tidewaiter.model import State
from tidewaiter.period import Period, month, month_text
from tidewaiter.series.panel import STATE_NUMBERS, TOGETHER, panels
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

SPAN = Period.parse("2018-01..2022-09")
REPORTERS = ("DE", "FR", "LT", "PL")
PARTNERS = ("KG", "KZ", "UZ", "AM")
HEADINGS = ("8703", "8708", "8471", "3305", "8536", "4011", "8413", "8421", "7318", "3926")


def rows() -> list[tuple[str, str, str, str, float]]:
    """Reporter, partner, code, month, value: steady trade of every pair, and what happens to it in September 2022."""
    rng = np.random.default_rng(20220901)
    found = []
    for reporter in REPORTERS:
        for partner in PARTNERS:
            for heading in HEADINGS:
                level = np.exp(rng.normal(11, 1.0))
                lines = [f"{heading}{n}0{n}0" for n in range(1, 5)]
                for number in SPAN.months:
                    values = [round(level * np.exp(rng.normal(0, 0.3)) / 4) for _ in lines]
                    for place, line in enumerate(lines):
                        if heading == "8703" and partner == "KG" and number == SPAN.end:
                            values[place] *= 60
                        found.append((reporter, partner, line, month_text(number), values[place]))
                    found.append((reporter, partner, heading, month_text(number), sum(values)))
    for reporter in REPORTERS[:2]:
        for number in range(month("2022-01"), SPAN.end + 1):
            found.append((reporter, "KG", "85171300", month_text(number), 9_000_000 + number % 7))
    found.append(("LT", "KG", "88062100", "2022-09", 500_000))
    found.append(("LT", "KZ", "84099900", "2022-09", 4_000_000))
    found.append(("LT", "KZ", "84099900", "2018-02", 20))
    # The line is listed every year, or nobody could tell silence from a line that does not exist.
    found += [("LT", "AM", "84099900", f"{year}-03", 50 + year % 3) for year in range(2018, 2023)]
    return found


def write(path: Path, lines: list[tuple[str, str, str, str, float]]) -> Path:
    body = "".join(f"{r},{p},EXPORT,{code},{when},{value:.0f}\n" for r, p, code, when, value in lines)
    path.write_text(f"reporter,partner,flow,product_code,period,value_eur\n{body}", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("scan")
    store = Store(place / "store", create=True)
    store.load(write(place / "file.csv", rows()), published="2022-11-15", covers=("all",))
    return place / "store"


@pytest.fixture(scope="module")
def found(folder: Path) -> Survey:
    return survey(Store(folder), Asked(partners=("KGZ",), month="2022-09"))


def test_the_surge_leads_with_its_lines_as_members(found: Survey) -> None:
    first = found.events[0]
    assert (first.code, first.partner, first.reporter, first.reporters) == ("8703", "KGZ", TOGETHER, 4)
    assert first.tier in ("firm", "likely")
    assert {one.code for one in first.members} == {"87031010", "87032020", "87033030", "87034040"}
    assert first.multiple == pytest.approx(first.value / first.year_ago)
    assert 20 < first.multiple < 150
    assert first.proved
    assert "more than in any month since January 2018, the first looked at" in first.words
    assert sum(one.code.startswith("8703") for one in found.events) == 1


def test_the_amounts_are_those_of_the_file(found: Survey) -> None:
    every = rows()
    for event in found.events:
        for one in (event, *event.members):
            told = {
                when: sum(value for _, p, code, at, value in every if (p, code, at) == ("KG", one.code, when))
                for when in ("2022-09", "2021-09")
            }
            assert one.value == told["2022-09"]
            assert (one.year_ago or 0) == told["2021-09"]


def test_a_new_code_is_an_artefact_and_says_where_the_goods_were(folder: Path) -> None:
    asked = Asked(partners=("KGZ",), month="2022-01", channels=("spike", "sustained", "start", "record"))
    january = survey(Store(folder), asked)
    (one,) = [event for event in january.events if event.code == "85171300"]
    assert "new code, born with HS 2022" in one.artefact
    assert "851712" in one.artefact
    clean = [event.code for event in january.events if not event.artefact]
    assert "85171300" not in clean
    assert "85171300" not in [event.code for event in january.events][: len(clean)]


def test_a_line_that_no_row_has_before_is_told(folder: Path) -> None:
    found = survey(Store(folder), Asked(partners=("KGZ",), month="2022-09"))
    (one,) = [event for event in found.events if event.code == "88062100"]
    assert one.artefact


def test_a_start_after_a_proved_silence(folder: Path) -> None:
    found = survey(Store(folder), Asked(partners=("KAZ",), month="2022-09"))
    (one,) = [event for event in found.events if event.code == "84099900"]
    assert (one.channel, one.silent, one.artefact) == ("start", 54, "")
    assert "after 54 months without" in one.words


def test_without_coverage_silence_is_no_zero_and_no_start_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", rows()), published="2022-11-15")
    (lines,) = panels(View(store), SPAN, partners=["KAZ"], digits=8, together=True)
    at = lines.codes.index("84099900")
    assert set(lines.states[at, 2:-1].tolist()) == {STATE_NUMBERS[State.UNKNOWN]}
    assert np.isnan(lines.values[at, 2:-1]).all()
    found = survey(store, Asked(partners=("KAZ",), month="2022-09", digits=8))
    assert not any(event.channel == "start" and event.silent for event in found.events)
    assert any("load --covers" in note for note in found.notes) or all(
        "not known" in event.words for event in found.events if event.code == "84099900"
    )


def test_a_member_that_has_not_released_leaves_the_sum_open(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    late = [row for row in rows() if not (row[0] == "PL" and row[3] == "2022-09")]
    store.load(write(tmp_path / "file.csv", late), published="2022-11-15", covers=("all",))
    (whole,) = panels(View(store), SPAN, partners=["KGZ"], digits=4, together=True)
    assert set(whole.states[:, -1].tolist()) == {STATE_NUMBERS[State.UNRELEASED]}
    found = survey(store, Asked(partners=("KGZ",), month="2022-09", digits=4))
    assert found.events == ()
    assert any("is not, or not wholly, in the store" in note for note in found.notes)
    apart = survey(store, Asked(reporters=("each",), partners=("KGZ",), month="2022-09", digits=4))
    assert {event.reporter for event in apart.events if event.code == "8703"} == {"DEU", "FRA", "LTU"}


def test_a_tide_is_told_and_does_not_make_every_series_an_event(tmp_path: Path) -> None:
    flood = [
        (r, p, code, when, value * 12 if (p, when) == ("UZ", "2022-09") else value)
        for r, p, code, when, value in rows()
    ]
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", flood), published="2022-11-15", covers=("all",))
    found = survey(store, Asked(partners=("UZB",), month="2022-09", digits=8))
    above = [event for event in found.events if not event.with_the_tide]
    assert len(above) <= 4
    assert all(8 < event.tide < 18 for event in found.events)


def test_since_when_a_level_holds_is_told_with_its_months_or_not_at_all(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    moved: dict[str, list[float]] = {
        "8471": [6.0 if number >= month("2022-03") else 1.0 for number in SPAN.months],
        "8536": [float(np.exp(max(0, number - month("2020-06")) / 10)) for number in SPAN.months],
    }
    lines = []
    for heading in HEADINGS:
        level = moved.get(heading, [1.0] * len(SPAN))
        for number, by in zip(SPAN.months, level, strict=True):
            lines.append(
                ("DE", "UZ", f"{heading}1000", month_text(number), 50_000 * by * float(np.exp(rng.normal(0, 0.2))))
            )
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", lines), published="2022-11-15", covers=("all",))
    told = survey(store, Asked(month="2022-09", channels=("sustained",)))
    one = {event.code[:4]: event for event in told.events}
    step = one["8471"]
    assert step.level_since is not None
    assert step.level_earliest is not None
    assert step.level_latest is not None
    assert abs(month(step.level_since) - month("2022-03")) <= 1
    assert month(step.level_earliest) <= month("2022-03") <= month(step.level_latest)
    assert "on a higher level since about " in step.words
    if step.level_earliest != step.level_latest:
        assert " (between " in step.words
    # what grows month by month reached no level in any of them
    for event in told.events:
        if event.code.startswith("8536"):
            assert event.level_since is event.level_earliest is event.level_latest is None
            assert "level since" not in event.words


def test_the_answer_is_the_same_every_time(folder: Path, found: Survey) -> None:
    assert survey(Store(folder), Asked(partners=("KGZ",), month="2022-09")) == found
    earlier = survey(Store(folder), Asked(partners=("KGZ",), month="2022-08"))
    assert not {one.id for one in earlier.events} & {one.id for one in found.events}


def test_shares_of_memory_find_the_same_surge(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = survey(Store(folder), Asked(month="2022-09"))
    monkeypatch.setattr("tidewaiter.findings.survey.AT_ONCE", 2_000)
    monkeypatch.setattr("tidewaiter.findings.survey.COMPANY", 2)
    shared = survey(Store(folder), Asked(month="2022-09"))
    assert shared.series == whole.series
    assert shared.events[0].id == whole.events[0].id


def test_what_was_not_out_yet_is_not_used(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(f"scan --partner KGZ --as-of 2022-11-01 --store {folder}".split()) == 2
    assert "no row" in capsys.readouterr().err


def test_the_command_prints_a_table_json_and_csv(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = f"scan --partner KGZ --month 2022-09 --store {folder}".split()
    assert main(words) == 0
    table = capsys.readouterr().out
    assert "Cars (8703)" in table
    assert "EUR" in table
    assert main([*words, "--format", "json", "--top", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "tidewaiter/scan/1"
    assert told["events"][0]["code"] == "8703"
    assert told["more"] >= 0
    assert main([*words, "--format", "csv", "--top", "0"]) == 0
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {line["code"] for line in lines if line["event"] == told["events"][0]["id"]} >= {"8703", "87031010"}
    assert not any(cell[:1] in "=+-@" for line in lines for name, cell in line.items() if name in ("goods", "words"))


def test_the_page_shows_every_month_of_each_event_and_runs_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    words = f"scan --partner KGZ --month 2022-09 --top 3 --format html --out {page} --store {folder}".split()
    assert main(words) == 0
    out = capsys.readouterr()
    assert out.out == ""
    assert str(page) in out.err
    text = page.read_text(encoding="utf-8")
    found = survey(Store(folder), Asked(partners=("KGZ",), month="2022-09"), top=3)
    assert text.count('role="img"') == len(found.events) == 2
    assert "trade of all reporters · with Kyrgyzstan" in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    for event in found.events:
        assert event.words.split("; ")[0] in text
        assert len(event.history) == len(event.states) == len(SPAN)
        assert event.history[-1] == event.value
        assert [month for month, state in zip(SPAN.months, event.states, strict=True) if state == "not known"] == []
    assert main([*words[:-4], "--out", str(tmp_path), "--store", str(folder)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_heading_that_is_new_is_an_artefact_and_no_record(tmp_path: Path) -> None:
    """8807 came with HS 2022, out of 8803."""
    lines = rows()
    for number in range(month("2022-01"), SPAN.end + 1):
        big = 40_000_000 if number == month("2022-03") else 900_000
        lines += [("DE", "KG", "8807", month_text(number), big), ("DE", "KG", "88073000", month_text(number), big)]
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", lines), published="2022-11-15", covers=("all",))
    (headings,) = panels(View(store), SPAN, partners=["KGZ"], digits=4, together=True)
    at = headings.codes.index("8807")
    assert set(headings.states[at, : month("2022-01") - SPAN.start].tolist()) == {STATE_NUMBERS[State.NOT_ALIVE]}
    for when in ("2022-01", "2022-03"):
        found = survey(store, Asked(partners=("KGZ",), month=when))
        told = [one for event in found.events for one in (event, *event.members) if one.code == "8807"]
        assert when != "2022-01" or told
        for one in told:
            assert "8807 is a new heading, born with HS 2022 on 1 January 2022; its goods were in 8803" in one.artefact
            assert "2021" not in one.words
            assert "more than in any month" not in one.words


def test_a_silence_that_no_month_learnt_from_could_show_is_no_sure_start(folder: Path) -> None:
    """The start after 54 months without, seen with 31 months of past: 30 of silence, where 18 could be seen."""
    found = survey(Store(folder), Asked(partners=("KAZ",), month="2022-09", months=31))
    told = [event for event in found.events if event.code == "84099900"]
    assert all(event.tier == "watch" for event in told)
    assert survey(Store(folder), Asked(partners=("KAZ",), month="2022-09")).events[0].code == "84099900"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--top -1", "--top"),
        ("--partner Nowhere", "unknown partner"),
        ("--month 2022-13", "not a month"),
        ("--month 1999-01", "no row"),
        ("--dataset gacc", "unknown dataset"),
        ("--basket nothing", "unknown basket"),
        ("--months 2", "--months"),
        ("--reporter each DEU", "stands alone"),
        ("--reporter EU27", "name the --month"),
        ("--as-of yesterday", "not a date"),
    ],
)
def test_a_wrong_question_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str], words: str, says: str) -> None:
    assert main(["scan", *words.split(), "--store", str(folder)]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1


def test_every_field_of_an_event_is_documented() -> None:
    from tests.shared_data import ROOT
    from tidewaiter.findings.surge import Surge

    page = (ROOT / "docs/scan.md").read_text(encoding="utf-8")
    for name in Surge.__struct_fields__:
        assert f"`{name}`" in page, name


def test_the_change_is_split_by_price_and_quantity_where_weights_are_known(tmp_path: Path) -> None:
    from tests.live.playing import comtrade_answer, comtrade_row

    rng = np.random.default_rng(3)
    store = Store(tmp_path / "store", create=True)
    lines = []
    codes = [f"8703{n}" for n in (21, 22, 23, 24, 31, 32)] + ["850440", "850450", "841370", "841381"]
    for number in Period.parse("2019-01..2022-09").months:
        for code in codes:
            for partner in (408, 417, 398):
                weight = float(round(5_000 * np.exp(rng.normal(0, 0.2))))
                surging = (code, partner, month_text(number)) == ("870323", 408, "2022-09")
                row = comtrade_row(
                    month_text(number).replace("-", ""), code, weight * 4 * (40 if surging else 1), partner=partner
                )
                lines.append({**row, "partnerISO": None, "netWgt": weight * (10 if surging else 1), "qtyUnitCode": -1})
    file = tmp_path / "answer.json"
    for start in range(0, len(lines), 450):
        file.write_bytes(comtrade_answer(lines[start : start + 450]).body)
        store.load(file, covers=("partners=PRK,KGZ,KAZ; codes=all",))
    found = survey(store, Asked(reporters=("CHN",), partners=("PRK",), month="2022-09"))
    (one,) = [event for event in found.events if event.code == "870323"]
    assert one.by_price is not None
    assert one.by_quantity is not None
    assert one.by_price + one.by_quantity == pytest.approx(one.value - one.year_ago)
    assert one.by_quantity > one.by_price > 0
    assert "by quantity and" in one.words
    dear = survey(store, Asked(reporters=("CHN",), partners=("PRK",), month="2022-09", channels=("unit_value",)))
    assert [event.code for event in dear.events] == ["870323"]
    assert dear.events[0].unit_value == pytest.approx(16, rel=0.01)


def test_a_short_past_calls_nothing_firm(folder: Path) -> None:
    found = survey(Store(folder), Asked(partners=("KGZ",), month="2022-09", months=18))
    assert {event.tier for event in found.events} <= {"watch"}
    assert any("so short a past" in note for note in found.notes)


def test_a_series_without_a_recent_past_is_not_judged(tmp_path: Path) -> None:
    gap = [row for row in rows() if not (row[2].startswith("8708") and "2021-09" <= row[3] <= "2022-08")]
    jump = [(r, p, c, w, v * 50 if c.startswith("8708") and w == "2022-09" else v) for r, p, c, w, v in gap]
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", jump), published="2022-11-15")
    found = survey(store, Asked(partners=("KGZ",), month="2022-09"))
    assert not [event for event in found.events if event.code.startswith("8708")]


def test_a_group_is_named_as_it_was_asked_for_and_its_rules_are_told(tmp_path: Path) -> None:
    from tidewaiter.errors import InputError, NoData, UnknownName
    from tidewaiter.findings.survey import _countries

    words: list[str] = []
    asked = Asked(reporters=("EU",), month="2020-02", months=12)
    assert "GBR" not in list(_countries(asked.reporters, "reporter", asked, words))
    assert any("27 members" in text for text in words)
    assert any("though membership changed" in text for text in words)
    assert list(_countries(("DEU,FRA",), "partner", Asked(), [])) == ["DEU", "FRA"]
    with pytest.raises(InputError, match="membership has dates"):
        list(_countries(("ASEAN",), "partner", Asked(), []))
    with pytest.raises(NoData, match="had no members in 2010-01"):
        list(_countries(("EAEU",), "partner", Asked(month="2010-01"), []))
    with pytest.raises(UnknownName, match="Groups: ASEAN"):
        list(_countries(("EURO27",), "partner", Asked(month="2010-01"), []))


def test_what_some_reporters_did_is_another_event_than_what_all_did(folder: Path, found: Survey) -> None:
    some = survey(Store(folder), Asked(reporters=("DEU,LTU,POL",), partners=("KGZ",), month="2022-09"))
    assert {one.reporter for one in some.events} == {"DEU,LTU,POL"}
    assert not {one.id for one in some.events} & {one.id for one in found.events}
