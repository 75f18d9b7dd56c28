"""What a scan tells of itself: what it judged, what it left out, what its sums lack, and never more than it knows."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from tests.findings.test_scan import SPAN, rows, write
from tidewaiter.cli import main
from tidewaiter.findings.candidate import Candidate
from tidewaiter.findings.surge import Surge
from tidewaiter.findings.survey import Asked, Survey, survey
from tidewaiter.findings.tides import tides
from tidewaiter.model import Measure
from tidewaiter.period import Period, month, month_text
from tidewaiter.series.panel import TOGETHER, SeriesPanel, panels
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

Capture = pytest.CaptureFixture[str]
MONTH = "2022-09"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As in the tests of the scan; and a line of chassis that nobody sold before August, one of bodies never before September."""
    place = tmp_path_factory.mktemp("told")
    lines = rows()
    for partner in ("KG", "KZ"):
        lines += [("DE", partner, "87060010", "2022-08", 700), ("DE", partner, "87060010", MONTH, 9_000_000)]
        lines.append(("DE", partner, "87071010", MONTH, 2_000_000))
        lines += [
            ("FR", "AM", code, f"{year}-03", 40 + year % 3)
            for year in range(2018, 2023)
            for code in ("87060010", "87071010")
        ]
    store = Store(place / "store", create=True)
    store.load(write(place / "file.csv", list(dict.fromkeys(lines))), published="2022-11-15", covers=("all",))
    return place / "store"


def every(found: Survey) -> list[Surge]:
    return [one for event in found.events for one in (event, *event.members)]


def ask(folder: Path, capsys: Capture, words: str) -> tuple[str, str]:
    assert main([*f"scan --month {MONTH} --store {folder}".split(), *words.split()]) == 0
    said = capsys.readouterr()
    return said.out, said.err


def test_nothing_is_expected_by_a_past_without_trade(folder: Path) -> None:
    found = survey(Store(folder), Asked(partners=("KGZ",), month=MONTH))
    (late,) = [one for one in every(found) if one.code == "87060010"]
    assert (late.usual_low, late.usual_high, late.usual_months) == (None, None, 0)
    assert "no trade up to March 2022" in late.words
    assert "none in September 2021" not in late.words  # said already
    assert "expected under" not in late.words
    (never,) = [one for one in every(found) if one.code == "87071010"]
    assert (never.channel, never.high, never.high_net, never.restart) == ("start", None, None, None)
    assert "none in any month since January 2018, the first looked at" in never.words
    assert "silent as long" not in never.words
    told = survey(Store(folder), Asked(partners=("KAZ",), month=MONTH))
    (again,) = [one for one in every(told) if one.code == "84099900"]
    assert (again.restart, again.restart_of) == (None, 0)  # nothing else here is silent as long
    assert "silent as long" not in again.words


def test_a_range_of_one_or_two_months_is_not_told_as_the_past(folder: Path, capsys: Capture) -> None:
    for partner in ("KGZ", "KAZ", "UZB"):
        found = survey(Store(folder), Asked(partners=(partner,), month=MONTH))
        for one in every(found):
            assert (one.usual_high is None) == (one.usual_months < 3), one.words
            assert (one.high is None) == (one.traded < 3), one.words
            assert one.traded == sum(state == "value" for state in one.states[:-1])
            assert one.usual_months == sum(state == "value" for state in one.states[:-6])
    (late,) = [
        one for one in every(survey(Store(folder), Asked(partners=("KGZ",), month=MONTH))) if one.code == "87060010"
    ]
    assert late.traded == 1


def test_small_events_are_left_out_and_counted_and_tiers_are_as_before(folder: Path, capsys: Capture) -> None:
    whole = survey(Store(folder), Asked(month=MONTH))
    some = survey(Store(folder), Asked(month=MONTH, at_least=1_000_000))
    assert 0 < some.found < whole.found
    assert some.found + some.small == whole.found
    assert some.events == tuple(
        event for event in whole.events if max(one.value for one in (event, *event.members)) >= 1_000_000
    )
    out, _ = ask(folder, capsys, "--at-least 1m")
    assert f"{some.small} events are left out because smaller than 1 million (--at-least)" in out
    same, _ = ask(folder, capsys, "--at-least 1,000,000")
    assert same == out
    out, err = ask(folder, capsys, "--at-least 1m --format csv")
    assert "left out because smaller" in err
    assert "left out" not in out
    out, _ = ask(folder, capsys, "--at-least 1000k --format json --top 1")
    told = json.loads(out)
    assert (told["small"], told["at_least"], told["more"]) == (some.small, 1e6, some.found - 1)
    out, _ = ask(folder, capsys, "--at-least 1000bn --format html")
    assert f"{whole.found} events are left out because smaller than" in out
    assert "Nothing as large as" in out


def test_a_fall_is_as_large_as_what_is_missing_and_a_lasting_rise_as_what_it_is_above_its_past() -> None:
    states = np.zeros((1, 24), np.uint8)
    values = np.full((1, 24), 100.0)
    values[0, -1] = 10.0
    panel = SeriesPanel(
        "comext", "X", Measure.VALUE, 4, (TOGETHER,), ("KGZ",), ("8703",), Period(SPAN.end - 23, SPAN.end), values, states,
        ("EUR",), np.zeros(1, bool), np.ones(1, np.int16), np.zeros((1, 24), bool), np.zeros(1, np.int16), ("DEU",), np.ones(1),
    )  # fmt: skip
    fall = Candidate(
        panel=panel, channel="fall", weights=None, p=0.01, p_raw=0.01, expected=100, low=80, high=120, expected_net=90,
        low_net=70, high_net=110, usual=100, usual_low=80, usual_high=120, recent=6, expected_unit_value=None, told="",
        tide=None, starts=0, firsts={}, reported=frozenset(),
    )  # fmt: skip
    assert (fall.excess, fall.size) == (80, 80)
    rise = replace(fall, channel="sustained", usual=2.0)
    assert (rise.excess, rise.size) == (8, 10)
    assert replace(rise, channel="spike").excess == 0
    assert (
        replace(rise, usual=400.0).excess == 0
    )  # the goods of the pair moved by less than its past: 90 is what counts


@pytest.mark.parametrize("amount", ["much", "-5", "1e400k", "nan", "inf", "1,00", "5 apples", ""])
def test_an_amount_that_is_none_is_refused(folder: Path, capsys: Capture, amount: str) -> None:
    assert main(["scan", f"--at-least={amount}", "--store", str(folder)]) == 2
    told = capsys.readouterr().err
    assert "--at-least" in told
    assert told.count("\n") == 1


def test_every_series_is_accounted_for(folder: Path, capsys: Capture) -> None:
    for words in ("", "--partner KGZ", "--reporter each", "--month 2022-10", "--month 2018-03"):
        assert main([*f"scan --month {MONTH} --format json --store {folder}".split(), *words.split()]) == 0
        told = json.loads(capsys.readouterr().out)
        assert sum(told["judged"].values()) == told["series"]
    out, _ = ask(folder, capsys, "--month 2022-10")
    assert "0 of them judged; not judged: " in out
    assert "(the month is not, or not wholly, in the store)" in out
    assert "No series could be judged, so nothing is said of this month." in out
    out, _ = ask(folder, capsys, "--month 2018-03")
    assert "(fewer than six months before it are known)" in out
    out, _ = ask(folder, capsys, "--partner UZB --channel unit_value")
    assert re.search(r"None of the \d+ series judged stands out", out)


def test_a_slice_of_goods_is_judged_beside_all_goods_of_the_pair(folder: Path) -> None:
    whole = survey(Store(folder), Asked(partners=("KGZ",), month=MONTH))
    for slice_ in ({"digits": 4}, {"basket": "vehicles"}):
        some = survey(Store(folder), Asked(partners=("KGZ",), month=MONTH, **slice_))  # type: ignore[arg-type]
        assert some.series < whole.series
        cars, all_cars = (next(one for one in every(found) if one.code == "8703") for found in (some, whole))
        for name in ("value", "tide", "p", "p_raw", "expected", "expected_net", "usual_high"):
            assert getattr(cars, name) == getattr(all_cars, name), name


def test_a_group_with_a_member_that_is_not_known_says_at_least_in_each_sentence(folder: Path, capsys: Capture) -> None:
    known = survey(Store(folder), Asked(reporters=("DEU,FRA,LTU,POL",), partners=("KGZ",), month=MONTH))
    assert not any(one.at_least or one.open_months for one in every(known))
    found = survey(Store(folder), Asked(reporters=("DEU,FRA,LTU,POL,AUT",), partners=("KGZ",), month=MONTH))
    assert found.events
    for one in every(found):
        assert (one.at_least, one.lacking, one.proved) == (True, 1, False)
        assert len(one.open_months) == sum(state == "value" for state in one.states)
        assert f"({one.code}): at least EUR " in one.words
        assert "one reporter that is not known may have more, so all comparisons are with what is listed" in one.words
        assert "more than in any month since" not in one.words
        assert not re.search(r"times \w+ 2021", one.words)
        assert one.channel != "start" or "not proved" in one.words or "new code" in one.artefact
    (cars,) = [one for one in every(found) if one.code == "8703"]
    assert re.search(r"times what is listed for September 2021 \(EUR [\d,]+ listed\)", cars.words)
    assert "more than is listed for any of the 56 earlier months that are known" in cars.words
    out, _ = ask(folder, capsys, "--reporter DEU,FRA,LTU,POL,AUT --partner KGZ")
    assert "(4 reporters listed, " in out
    assert "% of what is listed)" in out
    page, _ = ask(folder, capsys, "--reporter DEU,FRA,LTU,POL,AUT --partner KGZ --format html")
    assert "at least: some reporters are not known" in page
    assert "at least EUR " in page


def test_all_reporters_are_no_whole_where_one_of_them_has_no_coverage(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "a.csv", rows()), published="2022-11-15", covers=("all",))
    other = [("IT", "KZ", "33051000", month_text(number), 500) for number in SPAN.months]
    store.load(write(tmp_path / "b.csv", other), published="2022-11-15")
    found = survey(store, Asked(partners=("KAZ", "KGZ"), month=MONTH))
    assert {one.reporter for one in every(found)} == {TOGETHER}
    for one in every(found):
        assert one.at_least == (one.code not in ("3305", "33051000")), one.words
    assert not any(one.channel == "start" and one.silent for one in every(found))


def test_a_sum_that_becomes_whole_has_not_risen_to_a_level(tmp_path: Path) -> None:
    """Italy has most of the trade; of the time before March 2022 it is known of one line only."""
    since = month("2022-03")
    rng = np.random.default_rng(3)

    def some(value: float) -> float:
        return round(value * float(np.exp(rng.normal(0, 0.15))))

    def levels(every_: bool) -> dict[str, Surge]:
        small = [("DE", "KG", "33051000", month_text(n), some(1000 + 5000 * (n >= since))) for n in SPAN.months]
        small += [("DE", "KG", "40111000", month_text(n), some(1000)) for n in SPAN.months]
        large = [("IT", "KG", "33051000", month_text(n), some(5000)) for n in SPAN.months if every_ or n >= since]
        large += [("IT", "KG", "40111000", month_text(n), some(9000)) for n in SPAN.months]
        store = Store(tmp_path / f"store {every_}", create=True)
        store.load(write(tmp_path / "de.csv", small), published="2022-11-15", covers=("all",))
        covers = () if every_ else ("partners=all; codes=all; periods=2022-03..2022-09",)
        store.load(write(tmp_path / "it.csv", large), published="2022-11-15", covers=covers)
        found = survey(store, Asked(partners=("KGZ",), month=MONTH, digits=8, channels=("sustained",)))
        return {one.code: one for one in every(found)}

    known = levels(every_=True)["33051000"]
    assert known.level_since is not None
    assert abs(month(known.level_since) - since) <= 1
    assert known.above == 7
    part = levels(every_=False)["33051000"]
    assert len(part.open_months) == since - SPAN.start
    assert (part.level_since, part.above) == (None, 0), part.words
    assert "level since" not in part.words


def test_one_pair_tells_what_all_goods_did_once(tmp_path: Path, capsys: Capture) -> None:
    flood = [(r, p, c, w, v * 12 if (p, w) == ("KG", MONTH) else v) for r, p, c, w, v in rows()]
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", flood), published="2022-11-15", covers=("all",))
    out, _ = ask(tmp_path / "store", capsys, "--partner KGZ")
    assert out.count("ll goods listed here of ") == 1
    assert re.search(r"All goods listed here of all reporters to Kyrgyzstan: [\d,.]+ times September 2021\.", out)
    both, _ = ask(tmp_path / "store", capsys, "--top 0")
    assert both.count("all goods listed here of the pair") > 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--flow M", "comext has no flow M, only X"),
        ("--reporter JPN", "comext has no reporter JPN (Japan), only DEU (Germany), FRA (France)"),
        (
            "--partner PRK",
            "comext has no partner PRK (North Korea) in September 2022, its latest month, only ARM (Armenia)",
        ),
        ("--digits 6", "comext has no codes of 6 digits, only of 4 and 8"),
        ("--basket grain", "no code of the basket grain"),
        ("--partner WLD", "stands for several countries"),
        ("--month 2017-12", "comext has nothing before January 2018"),
    ],
)
def test_an_empty_answer_says_what_is_not_there(folder: Path, capsys: Capture, words: str, says: str) -> None:
    assert main(["scan", *words.split(), "--store", str(folder)]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1


def test_notes_of_a_csv_are_on_the_other_stream(folder: Path, capsys: Capture) -> None:
    out, err = ask(folder, capsys, "--partner KGZ --months 18 --format csv")
    assert "with so short a past nothing is called firm or likely" in err
    assert "series looked at" in err
    assert all(len(line) == len(next(csv.reader(io.StringIO(out)))) for line in csv.reader(io.StringIO(out)))


def test_a_terminal_gets_lines_that_fit_it(folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = ask(folder, capsys, "--partner KGZ")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "90")
    out, _ = ask(folder, capsys, "--partner KGZ")
    assert max(map(len, out.splitlines())) <= 90 < max(map(len, whole.splitlines()))
    assert " ".join(out.split()) == " ".join(whole.split())


def test_the_page_lists_every_event_and_draws_what_was_expected(folder: Path, capsys: Capture) -> None:
    page, _ = ask(folder, capsys, "--partner KGZ --format html --top 0")
    found = survey(Store(folder), Asked(partners=("KGZ",), month=MONTH))
    for event in found.events:
        assert page.count(f'href="#e-{event.id}"') == page.count(f'id="e-{event.id}"') == 1
        for member in event.members:
            assert f"({member.code})" in page
    framed = [event for event in found.events if event.usual_high is not None and not event.artefact]
    assert page.count('class="expected"') >= len(framed) + 1  # and in the key
    assert "what its past let expect" in page
    (cars,) = [event for event in found.events if event.code == "8703"]
    assert np.isfinite(cars.usual_high)


def test_goods_of_which_a_month_is_not_released_count_in_neither_month_of_the_tide(tmp_path: Path) -> None:
    """Poland tells nothing of September 2021: what it usually sells is left out of September 2022 too."""
    gap = [line for line in rows() if not (line[0] == "PL" and line[3] == "2021-09")]
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", gap), published="2022-11-15", covers=("all",))
    alone = [
        ("DE", "KG", "99500000", month_text(number), 5_000 * (3 if number == SPAN.end else 1)) for number in SPAN.months
    ]
    store.load(write(tmp_path / "more.csv", alone), published="2022-11-16")
    every_panel = panels(View(store), SPAN, partners=["KGZ"], together=True)
    tide = tides(every_panel)["comext", "X", TOGETHER, "KGZ"]
    assert tide.times == pytest.approx(_by_hand(gap, alone))
    assert tide.left_out == 10


def _by_hand(*files: list[tuple[str, str, str, str, float]]) -> float:
    """Add up goods of Kyrgyzstan that Poland never lists; a heading stands for its lines."""
    lines = [line for file in files for line in file if line[1] == "KG"]
    polish = {line[2][:4] for line in lines if line[0] == "PL"}
    sums = {
        when: sum(v for _, _, c, w, v in lines if w == when and c[:4] not in polish) for when in ("2022-09", "2021-09")
    }
    return sums["2022-09"] / sums["2021-09"]


def test_groups_that_report_beside_countries_are_left_out_and_one_reporter_is_named(tmp_path: Path) -> None:
    lines = [line for line in rows() if line[0] == "DE"]
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", lines), published="2022-11-15", covers=("all",))
    alone = survey(store, Asked(partners=("KGZ",), month=MONTH))
    assert {one.reporter for one in every(alone)} == {"DEU"}
    group = [("EU27_2020", *line[1:4], 3 * line[4]) for line in lines]
    store.load(write(tmp_path / "group.csv", group), published="2022-11-15", covers=("all",))
    for whose in ((), ("each",)):
        both = survey(store, Asked(reporters=whose, partners=("KGZ",), month=MONTH))
        assert {one.reporter for one in every(both)} == {"DEU"}
        assert both.series == alone.series
    other = Store(tmp_path / "other", create=True)
    other.load(tmp_path / "group.csv", published="2022-11-15", covers=("all",))
    only = survey(other, Asked(reporters=("each",), partners=("KGZ",), month=MONTH))
    assert {one.reporter for one in every(only)} == {"EU27_2020"} or {one.reporter for one in every(only)} == {"EU27"}


def test_months_published_together_are_not_judged_and_the_next_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    from tests.store import plain
    from tidewaiter.sources import registry

    formats = plain.several()
    monkeypatch.setattr(registry, "sources", lambda: formats)
    rng = np.random.default_rng(5)
    store = Store(tmp_path / "store", create=True)
    codes = ("300490", "300420", "870323", "870322", "841381", "850440", "392690", "401519", "870899", "940360")
    months = Period.parse("2018-01..2022-03").months
    for code in codes:
        period, value = [], []
        for number in months:
            year, place = divmod(number, 12)
            if place == 0 and year >= 2020:
                continue
            merged = place == 1 and year >= 2020
            period.append(f"{year}-01..{year}-02" if merged else month_text(number))
            surge = 60 if (code, number) == ("300490", months[-1]) else 1
            value.append(round(1000 * (2 if merged else 1) * surge * float(np.exp(rng.normal(0, 0.2)))))
        file = plain.write(tmp_path / f"{code}.csv", plain.rows(period=period, value=value, cmd_code=code))
        store.load(file, published="2022-05-01")
    for when in ("2022-01", "2022-02"):
        found = survey(store, Asked(month=when))
        assert (found.found, found.judged) == (0, {"merged": len(codes)})
        assert any(
            "published only together with other months, so left out: January 2020, February 2020" in note
            for note in found.notes
        )
    found = survey(store, Asked(month="2022-03"))
    (one,) = found.events
    assert (one.code, one.states[-3:], one.history[-3:-1]) == ("300490", ("merged", "merged", "value"), (None, None))
    assert not one.proved
    assert "more than in any of the 44 earlier months that are known" in one.words


def test_new_codes_are_listed_by_size_and_nothing_is_expected_of_them(tmp_path: Path) -> None:
    new = {"85415900": 30_000_000, "87012110": 60_000, "90138010": 2_000_000}
    lines = rows()
    for code, size in new.items():
        lines += [
            ("FR", "KG", code, month_text(number), size + number) for number in range(month("2022-01"), SPAN.end + 1)
        ]
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", lines), published="2022-11-15", covers=("all",))
    found = survey(store, Asked(partners=("KGZ",), month="2022-01"))
    labelled = [event for event in found.events if event.artefact]
    assert {one.code for event in labelled for one in (event, *event.members)} >= {"85171300", "85415900", "87012110"}
    assert [event.value for event in labelled] == sorted((event.value for event in labelled), reverse=True)
    for one in every(found):
        if "new code" in one.artefact and not one.known:
            assert (one.expected, one.high, one.expected_net, one.p, one.usual_high) == (None,) * 5
            assert "expected" not in one.words


def test_who_has_not_released_the_month_is_named(tmp_path: Path) -> None:
    late = [line for line in rows() if not (line[0] == "PL" and line[3] == MONTH)]
    store = Store(tmp_path / "store", create=True)
    store.load(write(tmp_path / "file.csv", late), published="2022-11-15", covers=("all",))
    said = (
        "comext: September 2022 is not in the store for Poland; a sum is left out where it usually trades these goods"
    )
    assert any(note.startswith(said) for note in survey(store, Asked(partners=("KGZ",), month=MONTH)).notes)
    assert not any("Poland" in note for note in survey(store, Asked(partners=("KGZ",), month="2022-08")).notes)
    assert not any("Poland" in note for note in survey(store, Asked(reporters=("DEU,FRA",), month=MONTH)).notes)
