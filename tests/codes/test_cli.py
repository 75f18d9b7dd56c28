"""The commands answer in text and in JSON, and refuse in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tidewaiter.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize(
    ("arguments", "schema"),
    [
        (("codes", "show", "300241"), "codes-show"),
        (("codes", "show", "8703"), "codes-show"),
        (("codes", "show", "85171300"), "codes-show"),
        (("codes", "trace", "382200", "--to", "2022"), "codes-trace"),
        (("codes", "search", "ventilator"), "codes-search"),
        (("codes", "country", "DPRK"), "codes-country"),
        (("basket", "list"), "basket-list"),
        (("basket", "show", "medical-covid", "--classification", "GACC", "--year", "2021"), "basket-show"),
        (("basket", "check", "chpl"), "basket-check"),
    ],
)
def test_each_command_prints_one_documented_shape(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], schema: str
) -> None:
    code, out, err = run(capsys, *arguments, "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["schema"] == f"tidewaiter/{schema}/1"
    code, out, err = run(capsys, *arguments)
    assert (code, err) == (0, "")
    assert out.strip()


def test_the_smartphones_of_the_eu_file_are_told_as_a_new_code(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "codes", "show", "85171300")
    assert "born with HS 2022" in out
    assert "came from 851712" in out
    assert "prefix known, line not known" in out


def test_a_trace_names_every_successor(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "codes", "trace", "382200", "--to", "2022")
    assert all(code in out for code in ("382212", "382219", "382290"))
    _, out, _ = run(capsys, "codes", "trace", "300219", "--to", "2022")
    assert "declared" in out
    _, out, _ = run(capsys, "codes", "trace", "300241", "--to", "2007", "--format", "json")
    steps = json.loads(out)["steps"]
    assert [(s["revision"], s["before"], s["after"]) for s in steps] == [
        (2022, "300220", "300241"),
        (2017, "300220", "300220"),
        (2012, "300220", "300220"),
    ]


@pytest.mark.parametrize(("word", "code"), [("ventilator", "901920"), ("呼吸机", "901920"), ("마스크", "630790"), ("呼吸", "901920"),
                                            ("face masks", "630790"), ("3002.41.00", "300241"), ("VENTILATORS", "901920"),
                                            ("dysprosium", "280530"), ("drone", "8806")])  # fmt: skip
def test_a_word_finds_its_code(capsys: pytest.CaptureFixture[str], word: str, code: str) -> None:
    _, out, _ = run(capsys, "codes", "search", word)
    assert out.startswith(code)


def test_living_codes_are_found_before_dead_ones() -> None:
    from tidewaiter.codes.texts import search

    for word in ("3002", "vaccines", "telephones", "semiconductor"):
        hits = [hit for hit in search(word, 500) if hit.found_by != "term"]
        dead = [hit.revisions[-1] != 2022 for hit in hits]
        assert any(dead)
        assert dead == sorted(dead)


@pytest.mark.parametrize(
    "arguments",
    [
        ("codes", "show", "300299"),
        ("codes", "show", "98"),
        ("codes", "show", "x"),
        ("codes", "trace", "300241", "--to", "soon"),
        ("codes", "trace", "300241", "--to", "2022", "--from", "2017"),
        ("codes", "trace", "8517"),
        ("codes", "trace", "300241", "--to", "HS 2015"),
        ("codes", "trace", "300241", "--to", "2031"),
        ("codes", "show", "３００２４１"),
        ("codes", "show", "300241", "--store", "/nonexistent"),
        ("codes", "breaks", "--store", "/nonexistent"),
        ("codes", "search", "("),
        ("codes", "search", "medical masks"),
        ("codes", "search", "qqqq"),
        ("codes", "search", "mask", "--limit", "0"),
        ("codes", "country", "Korea"),
        ("basket", "show", "nothing"),
        ("basket", "show", "chpl", "--classification", "SITC"),
        ("basket", "show", "chpl", "--classification", "HS 2015"),
        ("basket", "check", "missing.toml"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("tidewaiter: ")
    assert err.count("\n") == 1


def test_two_baskets_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "basket", "diff", "grain", "grain")[:2] == (0, "no difference\n")
    code, out, _ = run(capsys, "basket", "diff", "grain", "fertiliser")
    assert code == 1
    assert "+ 3102" in out
    assert "- 1006" in out


def test_all_terms_are_codes_of_their_classification() -> None:
    from tidewaiter.codes import hs, texts

    for code, classification, words in texts._terms():
        assert hs.alive(code, classification), code
        assert words


def test_a_users_file_is_a_basket(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "goods.toml"
    path.write_text("name = 'x'", encoding="utf-8")
    code, _, err = run(capsys, "basket", "check", str(path))
    assert code == 2
    assert "not a basket" in err
