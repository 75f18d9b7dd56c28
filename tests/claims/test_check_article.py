"""``tidewaiter check ARTICLE``: read, judged, printed in each form, and told in an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.shared_data import shared
from tidewaiter.claims.form import read_claims
from tidewaiter.cli import main

TEXT = (
    "China's exports to North Korea reached $98.1 million in April. China exported 3.2 million face masks to North Korea in April. "
    "Trade may grow by 5%. The weather was fine.\n"
)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_the_table_counts_every_sentence(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(article), "--date", "2022-05-27"]) == 0
    told = capsys.readouterr().out
    assert "4 sentences and pieces of the page: 2 claims, 1 not read, 1 no claim" in told
    assert "it tells what may be" in told


def test_json_tells_where_each_sentence_stands(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(article), "--date", "2022-05-27", "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "tidewaiter/check/1"
    assert [one["status"] for one in told["sentences"]] == ["claims", "claims", "not read", "no claim"]
    assert all(TEXT[one["start"] : one["end"]].endswith(".") for one in told["sentences"])
    assert {name for one in told["sentences"] for name in one["claims"]} == {
        one["claim"]["id"] for one in told["claims"]
    }


def test_html_is_written_and_a_wrong_claim_is_told_in_the_exit_code(article: Path, tmp_path: Path) -> None:
    article.write_text("China's exports to North Korea reached $12 million in April.", encoding="utf-8")
    out = tmp_path / "page.html"
    assert main(["check", str(article), "--date", "2022-05-27", "--format", "html", "--out", str(out)]) == 1
    assert "contradicted" in out.read_text(encoding="utf-8")


def test_what_was_read_can_be_corrected_and_judged(article: Path, tmp_path: Path) -> None:
    claims = tmp_path / "claims.toml"
    assert main(["check", str(article), "--date", "2022-05-27", "--claims", str(claims)]) == 0
    assert len(read_claims(claims)) == 3
    assert main(["check", str(claims)]) == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"The weather was fine.", "no claim"),
        (b"x" * 5_000_000, "larger than"),
        (b"a\0b", "zero bytes"),
    ],
)
def test_what_is_no_article_is_refused_in_one_line(
    article: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str
) -> None:
    article.write_bytes(content)
    assert main(["check", str(article), "--date", "2022-05-27"]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.err.count("\n") == 1


def test_html_of_a_list_of_claims_is_refused(article: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = tmp_path / "claims.toml"
    main(["check", str(article), "--date", "2022-05-27", "--claims", str(claims)])
    capsys.readouterr()
    assert main(["check", str(claims), "--format", "html"]) == 2
    assert "a list of claims has none" in capsys.readouterr().err


def test_the_story_it_grew_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared("article", "article.txt")
    assert main(["check", str(file), "--date", "2022-05-27", "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    verdicts = {one["claim"]["text"]: one["verdict"] for one in told["claims"]}
    since = verdicts["highest level since February 2020"]
    assert since["verdict"] == "contradicted"
    assert since["reading"]["name"] == "merged months"
    assert verdicts["to 3.2 million in April"]["verdict"] == "supported"
    assert verdicts["taking the total to 10.68 million in the first four months of the year"]["verdict"] in (
        "supported",
        "within rounding",
    )
    wrong = [text for text, one in verdicts.items() if one["verdict"] == "contradicted"]
    assert wrong == ["highest level since February 2020"]
    distinct = {json.dumps({k: v for k, v in one["claim"].items() if k in ("kind", "subject", "period", "said", "base", "since", "day", "direction")}, sort_keys=True)
                for one in told["claims"] if one["claim"]["kind"] not in ("unread", "no figure")}  # fmt: skip
    assert len(distinct) >= 25
