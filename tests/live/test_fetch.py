"""Live answers into a store: split at caps, gone on with after a break, held against totals, never half."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import stamina

from tests.live.playing import Play, comtrade_answer, comtrade_row, playing
from tidewaiter.cli import main
from tidewaiter.errors import SourceError
from tidewaiter.model import Flow, Measure, SeriesKey
from tidewaiter.period import Period
from tidewaiter.sources.live.census import CensusAsk
from tidewaiter.sources.live.comext import ComextAsk
from tidewaiter.sources.live.comtrade import ComtradeAsk
from tidewaiter.sources.live.http import Line
from tidewaiter.sources.live.slices import every_hs6
from tidewaiter.store.fetched import fetch
from tidewaiter.store.store import Store

MONTHS = tuple(Period.parse("2022-01..2022-02").months)


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def ask(url: str, **more: object) -> ComtradeAsk:
    return ComtradeAsk(url, "CHN", ("PRK",), ("X",), MONTHS, ("AG6",), **more)  # type: ignore[arg-type]


def codes_of(query: dict[str, list[str]]) -> list[str]:
    return query["cmdCode"][0].split(",")


def test_answers_become_releases_and_are_not_asked_for_twice(tmp_path: Path) -> None:
    def answer(path: str, query: dict[str, list[str]], headers: dict[str, str]) -> Play:
        assert path == "/public/v1/preview/C/M/HS"
        assert (query["reporterCode"], query["partnerCode"], query["flowCode"]) == (["156"], ["408"], ["X"])
        period = query["period"][0]
        return comtrade_answer([comtrade_row(period, "300241", 10.0), comtrade_row(period, "010121", 7.0)])

    store = Store(tmp_path / "store", create=True)
    with playing(answer) as server, Line() as line:
        done = fetch(store, ask(server.url).at_once(), line)
        assert (done.count("loaded"), done.requests) == (2, 2)
        again = fetch(store, ask(server.url).at_once(), line)
        assert (again.fresh, len(server.asked)) == (2, 2)
        same = fetch(store, ask(server.url).at_once(), line, refresh=True)
        assert (same.count("known"), len(server.asked)) == (2, 4)
    rows = store.observations(partner="PRK", flow="X").to_pylist()
    assert {(row["cmd_code"], row["value"]) for row in rows} == {("300241", 10.0), ("010121", 7.0)}
    assert len(rows) == 4


def test_silence_in_an_answer_is_zero_only_where_it_was_asked(tmp_path: Path) -> None:
    from tidewaiter.store.view import View

    def answer(path: str, query: dict[str, list[str]], headers: dict[str, str]) -> Play:
        if query["period"][0] == "202202":
            return comtrade_answer([])
        return comtrade_answer([comtrade_row("202201", "300241", 10.0)])

    store = Store(tmp_path / "store", create=True)
    with playing(answer) as server, Line() as line:
        done = fetch(store, ask(server.url).at_once(), line)
    assert (done.count("loaded"), done.count("empty")) == (1, 1)
    view = View(store)

    def state(partner: str, month: int) -> str:
        key = SeriesKey("comtrade", "CHN", partner, Flow.EXPORT, "901920", "", Measure.VALUE, "")
        return str(view.cells(key, Period(month, month))[0].state)

    assert state("PRK", MONTHS[0]) == "zero"
    assert state("PRK", MONTHS[1]) != "zero"
    assert state("KGZ", MONTHS[0]) != "zero"


def test_an_answer_at_the_cap_is_asked_for_in_parts_and_held_against_its_total(tmp_path: Path) -> None:
    every = every_hs6()
    traded = dict.fromkeys(every[::7], 3.0)
    assert len(traded) > 500

    def answer(path: str, query: dict[str, list[str]], headers: dict[str, str]) -> Play:
        period, codes = query["period"][0], codes_of(query)
        if codes == ["TOTAL"]:
            return comtrade_answer([comtrade_row(period, "TOTAL", 3.0 * len(traded) + missing)])
        wanted = traded if codes == ["AG6"] else {code: traded[code] for code in codes if code in traded}
        return comtrade_answer([comtrade_row(period, code, value) for code, value in wanted.items()][:500])

    missing = 0.0
    store = Store(tmp_path / "store", create=True)
    with playing(answer) as server, Line() as line:
        one = ComtradeAsk(server.url, "CHN", ("PRK",), ("X",), MONTHS[:1], ("AG6",))
        done = fetch(store, (one,), line)
        assert done.warnings == ()
        assert (done.count("split"), done.count("checked"), done.count("refused")) == (1, 1, 0)
        missing = 500.0
        held = fetch(store, (one,), line, refresh=True)
        assert len(held.warnings) == 1
        assert "codes are missing" in held.warnings[0]
    rows = store.observations(partner="PRK").to_pylist()
    assert {row["cmd_code"] for row in rows} == set(traded)


def test_a_cap_that_cannot_be_split_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", create=True)
    with (
        playing(lambda p, q, h: comtrade_answer([comtrade_row("202201", "300241", 1.0)] * 500)) as server,
        Line() as line,
    ):
        done = fetch(store, (ComtradeAsk(server.url, "CHN", ("PRK",), ("X",), MONTHS[:1], ("300241",)),), line)
    assert done.count("refused") == 1
    assert store.releases() == ()


@pytest.mark.parametrize(
    ("play", "says"),
    [
        (Play(b'{"count": 1, "data": [{"period": "2022'), "cut off"),
        (Play(b"<html>busy</html>", content="text/html"), "no JSON"),
        (Play(json.dumps({"error": "quota exceeded", "data": []}).encode()), "quota exceeded"),
        (comtrade_answer([comtrade_row("202201", "300241", 1.0, partner=410)]), "not asked for"),
        (comtrade_answer([comtrade_row("202201", "=cmd|x", 1.0)]), "=cmd"),
        (Play(b"no", status=401), "401"),
    ],
)  # fmt: skip
def test_what_is_no_answer_leaves_no_trace(tmp_path: Path, play: Play, says: str) -> None:
    store = Store(tmp_path / "store", create=True)
    with playing(lambda *asked: play) as server, Line() as line, pytest.raises(SourceError, match=says):
        fetch(store, (ComtradeAsk(server.url, "CHN", ("PRK",), ("X",), MONTHS[:1], ("AG6",)),), line)
    assert store.releases() == ()


def test_a_broken_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    broken = True

    def answer(path: str, query: dict[str, list[str]], headers: dict[str, str]) -> Play:
        period = query["period"][0]
        if period == "202202" and broken:
            return Play(b"half", length=500)
        return comtrade_answer([comtrade_row(period, "300241", 10.0)])

    store = Store(tmp_path / "store", create=True)
    with playing(answer) as server, Line() as line:
        with pytest.raises(SourceError, match="goes on"):
            fetch(store, ask(server.url).at_once(), line)
        assert len(store.releases()) == 1
        broken = False
        done = fetch(store, ask(server.url).at_once(), line)
        assert (done.fresh, done.count("loaded")) == (1, 2)
        before = len(server.asked)
        fetch(store, ask(server.url).at_once(), line, max_age=timedelta(0))
        assert len(server.asked) == before + 2


def test_the_key_travels_in_a_header_and_raises_the_cap(tmp_path: Path) -> None:
    def answer(path: str, query: dict[str, list[str]], headers: dict[str, str]) -> Play:
        assert path == "/data/v1/get/C/M/HS"
        assert headers["ocp-apim-subscription-key"] == "k3y"
        assert query["period"] == ["202201,202202"]
        return comtrade_answer([comtrade_row(period, "300241", 1.0) for period in ("202201", "202202")])

    store = Store(tmp_path / "store", create=True)
    with playing(answer) as server, Line() as line:
        done = fetch(store, ask(server.url, key="k3y").at_once(), line)
    assert done.count("loaded") == 1
    assert all("k3y" not in path.read_text(encoding="utf-8") for path in (tmp_path / "store" / "fetched").iterdir())


def test_eurostat_too_much_is_asked_for_in_parts(tmp_path: Path) -> None:
    head = "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE,OBS_FLAG"

    def answer(path: str, query: dict[str, list[str]], headers: dict[str, str]) -> Play:
        if query["startPeriod"] != query["endPeriod"]:
            return Play(b"<S:Fault>EXTRACTION_TOO_BIG</S:Fault>", status=413, content="application/xml")
        assert path.startswith("/sdmx/2.1/data/DS-045409/M.DE.KG.8703.2.VALUE_IN_EUROS+")
        line = f"ESTAT:DS-045409(1.0),17/01/23 11:00:00,M,DE,KG,8703,2,VALUE_IN_EUROS,{query['startPeriod'][0]},5000,"
        return Play(f"{head}\n{line}\n".encode(), content="text/csv")

    store = Store(tmp_path / "store", create=True)
    with playing(answer) as server, Line() as line:
        done = fetch(store, ComextAsk(server.url, ("DEU",), ("KGZ",), ("X",), MONTHS, ("8703",)).at_once(), line)
    assert (done.count("split"), done.count("loaded")) == (1, 2)
    assert [row["value"] for row in store.observations(partner="KGZ").to_pylist()] == [5000.0, 5000.0]


def test_census_without_rows_and_with(tmp_path: Path) -> None:
    def answer(path: str, query: dict[str, list[str]], headers: dict[str, str]) -> Play:
        assert path == "/timeseries/intltrade/imports/hs"
        if query["time"] == ["2022-02"]:
            return Play(status=204)
        head = [*query["get"][0].split(","), "time", "COMM_LVL", "CTY_CODE"]
        row = ["5700", "CHINA", "030199", "1234", "0", "-", "0", "-", "2022-01", "HS6", "5700"]
        return Play(json.dumps([head, row]).encode())

    store = Store(tmp_path / "store", create=True)
    with playing(answer) as server, Line() as line:
        done = fetch(store, CensusAsk(server.url, "M", ("CHN",), MONTHS, "HS6").at_once(), line)
    assert (done.count("loaded"), done.count("empty")) == (1, 1)
    assert [row["value"] for row in store.observations(partner="CHN").to_pylist()] == [1234.0]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("TIDEWAITER_COMTRADE_KEY", raising=False)
    monkeypatch.chdir(tmp_path)

    def answer(path: str, query: dict[str, list[str]], headers: dict[str, str]) -> Play:
        return comtrade_answer([comtrade_row(query["period"][0], "300241", 10.0)])

    words = [
        "fetch",
        "comtrade",
        "--reporter",
        "CHN",
        "--partner",
        "PRK",
        "--flow",
        "X",
        "--from",
        "2022-01",
        "--to",
        "2022-02",
        "--format",
        "json",
    ]
    with playing(answer) as server:
        monkeypatch.setenv("TIDEWAITER_COMTRADE_URL", server.url)
        assert main([*words, "--dry-run"]) == 0
        assert server.asked == []
        capsys.readouterr()
        monkeypatch.setattr("tidewaiter.sources.live.comtrade.ComtradeAsk.pause", 0.0)
        assert main(words) == 0
        told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "tidewaiter/fetch/1"
    assert [entry["outcome"] for entry in told["entries"]] == ["loaded", "loaded"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("fetch comtrade --partner PRK --from 2022-01 --to 2022-02", "--reporter"),
        ("fetch comtrade --reporter CHN --partner PRK --from 2022-01 --to 2022", "both"),
        ("fetch comtrade --reporter CHN --partner Nowhere --from 2022-01 --to 2022-02", "unknown partner"),
        ("fetch comtrade --reporter CHN --codes 30X --from 2022-01 --to 2022-02", "30X"),
        ("fetch comext --reporter DEU --partner KGZ --from 2022-01 --to 2022-02", "--codes"),
        ("fetch census --partner CHN --codes 12 --from 2022-01 --to 2022-02", "6 digits"),
        ("fetch census --reporter CHN --from 2022-01 --to 2022-02", "USA only"),
        ("fetch comtrade --reporter CHN --from 2022-03 --to 2022-02", "empty period"),
    ],
)
def test_a_wrong_question_is_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words.split()) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
