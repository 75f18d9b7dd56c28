"""One line to a publisher: patience, pace, completeness, secrecy."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from tests.live.playing import Play, playing
from tidewaiter.errors import InputError, SourceError
from tidewaiter.sources.live.ask import Request
from tidewaiter.sources.live.http import Line, retry_after
from tidewaiter.sources.live.keys import key_of


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    with stamina.set_testing(True, attempts=6, cap=True):
        yield


def test_transient_failures_are_tried_again(tmp_path: Path) -> None:
    plays = [Play(status=503), Play(status=429, headers={"Retry-After": "2"}), Play(b"whole")]
    told: list[str] = []
    with playing(lambda *asked: plays.pop(0)) as server, Line(tell=told.append) as line:
        answer = line.get(Request(server.url + "/x"), tmp_path / "answer")
    assert answer.path.read_bytes() == b"whole"
    assert "503" in told[0]
    assert "429" in told[1]
    assert "2 s" in told[1]


def test_a_cut_connection_is_no_answer(tmp_path: Path) -> None:
    plays = [Play(b"half", length=4000), Play(b"half", length=4000), Play(b"whole")]
    with playing(lambda *asked: plays.pop(0)) as server, Line() as line:
        assert line.get(Request(server.url + "/x"), tmp_path / "answer").path.read_bytes() == b"whole"


def test_patience_ends_with_a_line_that_says_how_to_go_on(tmp_path: Path) -> None:
    with playing(lambda *asked: Play(b"half", length=99)) as server, Line(attempts=3) as line:
        with pytest.raises(SourceError, match="same command goes on"):
            line.get(Request(server.url + "/x"), tmp_path / "answer")
        assert len(server.asked) == 3
    assert not (tmp_path / "answer").exists()


def test_a_publisher_that_asks_for_an_hour_is_not_waited_for(tmp_path: Path) -> None:
    with playing(lambda *asked: Play(status=429, headers={"Retry-After": "3600"})) as server, Line() as line:
        with pytest.raises(SourceError, match="3600 s"):
            line.get(Request(server.url + "/x"), tmp_path / "answer")
        assert len(server.asked) == 1


def test_no_message_and_no_log_holds_a_key(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = "sEcr3tkey"
    request_of = lambda url: Request(url + "/x", (("key", key),), (("Ocp-Apim-Subscription-Key", key),), (key,))  # noqa: E731
    told: list[str] = []
    with playing(lambda *asked: Play(f"your key {key} is wrong".encode(), status=403)) as server, Line() as line:
        with pytest.raises(SourceError) as error:
            line.get(request_of(server.url), tmp_path / "answer")
        assert server.asked[0][1]["key"] == [key]
    with Line(attempts=2, tell=told.append) as line, pytest.raises(SourceError) as closed:
        line.get(request_of(server.url), tmp_path / "answer")
    for text in (str(error.value), str(closed.value), caplog.text, *told):
        assert key not in text
    assert "403" in str(error.value)


def test_requests_keep_their_distance(tmp_path: Path) -> None:
    slept: list[float] = []
    with playing(lambda *asked: Play(b"x")) as server, Line(pause=30.0, sleep=slept.append) as line:
        for _ in range(3):
            line.get(Request(server.url + "/x"), tmp_path / "answer")
    assert len(slept) == 2
    assert all(25 < seconds <= 30 for seconds in slept)


def test_a_date_in_retry_after() -> None:
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    assert retry_after("Thu, 01 Jan 2026 00:00:30 GMT", now) == 30
    assert retry_after("Thu, 01 Jan 2025 00:00:30 GMT", now) == 0


@given(st.text(max_size=40))
def test_any_retry_after_is_survived(header: str) -> None:
    wait = retry_after(header)
    assert wait is None or wait >= 0


def test_keys_come_from_the_environment_and_are_not_printed() -> None:
    assert key_of("comtrade", {"TIDEWAITER_COMTRADE_KEY": " abc-1 "}) == "abc-1"
    assert key_of("comtrade", {}) == ""
    with pytest.raises(InputError) as error:
        key_of("census", {"TIDEWAITER_CENSUS_KEY": "a b\nHost: elsewhere"})
    assert "elsewhere" not in str(error.value)
