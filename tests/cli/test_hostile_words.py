"""Hostile words where no customs file brings them: articles, claims, tables of figures, baskets, live answers, names of folders."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.cli.test_hostile import ESCAPE, EVIL, FORGED, NAME, SCRIPT, TURNED, harmless, no_formula
from tests.live.playing import Play, comtrade_answer, comtrade_row, playing
from tidewaiter.cli import main

Capture = pytest.CaptureFixture[str]
WORDS = f"{EVIL}{ESCAPE}{SCRIPT}{TURNED}"
PAGE = re.compile(r"<[^>]*\son\w+\s*=|javascript:|<(script|iframe|object|embed|base|link|form)\b", re.IGNORECASE)


def no_line_of_its_own(text: str) -> None:
    assert not any(line.startswith("  2022-01  999,999,999") for line in text.splitlines()), text


# -- check -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / f"article{NAME.removesuffix('.csv')}.txt"
    told = f"China exported 1,300 patient monitors to North Korea in April 2022, {SCRIPT} said {WORDS}.\n"
    path.write_text(
        told + f"Exports of {WORDS} to North Korea rose 12 per cent to $98.1 million in April 2022.\n", encoding="utf-8"
    )
    return path


@pytest.mark.parametrize("form", ["table", "json", "html"])
def test_an_article_is_quoted_and_not_obeyed(article: Path, tmp_path: Path, capsys: Capture, form: str) -> None:
    claims = tmp_path / "claims.csv"
    code = main(
        ["check", str(article), "--date", "2022-05-27", "--publisher", WORDS, "--format", form, "--claims", str(claims)]
    )
    said = capsys.readouterr()
    assert code in (0, 1), said.err
    harmless(said.out)
    harmless(said.err)
    no_formula(claims.read_text(encoding="utf-8"))
    harmless(claims.read_text(encoding="utf-8"))
    if form == "json":
        assert any("monitors" in one["claim"].get("text", "") for one in json.loads(said.out)["claims"])
    if form == "html":
        assert not PAGE.search(said.out)
        assert "&lt;script" in said.out


FORM = "id,kind,reporter,partner,flow,goods,measure,unit,period,printed,publisher,published,text,address\n"


def listed(tmp_path: Path, **cells: str) -> Path:
    plain = {
        "id": "A", "kind": "amount", "reporter": "CHN", "partner": "PRK", "flow": "X", "goods": "monitors", "measure": "qty", "unit": "pieces",
        "period": "2022-04", "printed": "1,300", "publisher": "P", "published": "2022-05-27", "text": "t", "address": "https://example.org",
    }  # fmt: skip
    path = tmp_path / f"claims{NAME}"
    with path.open("w", encoding="utf-8", newline="", errors="surrogateescape") as file:
        writer = csv.DictWriter(file, FORM.strip().split(","))
        writer.writeheader()
        writer.writerow(plain)
        writer.writerow(plain | {"id": "B"} | cells)
    return path


@pytest.mark.parametrize(
    "cells",
    [
        {"text": WORDS + FORGED}, {"publisher": WORDS + FORGED}, {"address": f"javascript:{WORDS}"}, {"id": WORDS + FORGED},
        {"goods": f"Oil {SCRIPT}"}, {"publisher": TURNED + FORGED, "text": f"={FORGED}"},
    ],
    ids=lambda cells: ",".join(cells),
)  # fmt: skip
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_list_of_claims_is_quoted_and_not_obeyed(
    tmp_path: Path, capsys: Capture, cells: dict[str, str], form: str
) -> None:
    again = tmp_path / "again.csv"
    code = main(["check", str(listed(tmp_path, **cells)), "--keep-going", "--format", form, "--claims", str(again)])
    said = capsys.readouterr()
    assert code in (0, 1), said.err
    harmless(said.out)
    harmless(said.err)
    no_line_of_its_own(said.out)
    no_formula(again.read_text(encoding="utf-8"))
    if form == "json":
        json.loads(said.out)


@pytest.mark.parametrize(
    "name", ["reporter", "partner", "flow", "kind", "period", "printed", "unit", "measure", "published"]
)
def test_a_refused_claim_is_one_line(tmp_path: Path, capsys: Capture, name: str) -> None:
    code = main(["check", str(listed(tmp_path, **{name: WORDS + FORGED}))])
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    harmless(said.err)


FIGURES = "reporter,partner,flow,good,period,measure,unit,printed,step,sense,publisher,published,address\n"


@pytest.mark.parametrize("form", ["table", "json", "html"])
def test_a_table_of_figures_speaks_and_drives_nothing(
    article: Path, tmp_path: Path, capsys: Capture, form: str
) -> None:
    table = tmp_path / f"figures{NAME}"
    with table.open("w", encoding="utf-8", newline="") as file:
        file.write(FIGURES)
        csv.writer(file).writerow(
            [
                "CHN",
                "PRK",
                "X",
                "monitors",
                "2022-04",
                "qty",
                "pieces",
                "1300",
                "1",
                "",
                WORDS,
                "2022-05-20",
                f"javascript:alert(1){SCRIPT}",
            ]
        )
    code = main(["check", str(article), "--figures", str(table), "--only-figures", "--format", form])
    said = capsys.readouterr()
    if code == 2:  # a table may be refused for such words, in one line
        assert said.err.count("\n") == 1
    harmless(said.out)
    harmless(said.err)
    if form == "html":
        assert not PAGE.search(said.out)


# -- baskets -----------------------------------------------------------------------------------------------------------

BASKET = """
name = "own"
version = "1"
title = {title}
purpose = {purpose}
[[sources]]
id = "s"
title = {source}
publisher = {source}
date = "2022-01-01"
address = "javascript:alert(1)"
[[groups]]
id = "g"
title = {group}
context = {group}
synonyms = [{group}]
[[lines]]
code = "8703"
classification = "HS 2022"
group = "g"
source = "s"
reason = {reason}
"""


def basket(tmp_path: Path, **words: str) -> Path:
    plain = dict.fromkeys(("title", "purpose", "source", "group", "reason"), "words")
    path = tmp_path / f"own{NAME.removesuffix('.csv')}.toml"
    told = {name: json.dumps(text) for name, text in (plain | words).items()}
    path.write_text(BASKET.format(**told), encoding="utf-8")
    return path


@pytest.mark.parametrize("where", ["title", "purpose", "source", "group", "reason"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_basket_of_a_stranger_is_told_or_refused(tmp_path: Path, capsys: Capture, where: str, form: str) -> None:
    path = basket(tmp_path, **{where: f"{EVIL}{ESCAPE}{SCRIPT}{TURNED}{FORGED}"})
    other = basket(tmp_path.joinpath("x") if (tmp_path / "x").mkdir() else tmp_path / "x")
    for command in (
        ["show", str(path)],
        ["check", str(path)],
        ["diff", str(path), str(other)],
        ["diff", str(other), str(path)],
    ):
        code = main(["basket", *command, "--format", form])
        said = capsys.readouterr()
        harmless(said.out)
        harmless(said.err)
        if code == 2:
            assert said.err.count("\n") == 1
            assert said.out == ""
        elif form == "json":
            json.loads(said.out)
        else:
            no_line_of_its_own(said.out)


# -- plan, fetch, cube -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ["plan", "gacc", "--partner", WORDS + FORGED, "--from", "2022-01", "--to", "2022-01"],
        ["plan", "gacc", "--partner", "PRK", "--from", WORDS + FORGED, "--to", "2022-01"],
        ["plan", "gacc", "--partner", "PRK", "--from", "2022-01", "--to", "2022-01", "--flow", WORDS + FORGED],
        ["plan", WORDS + FORGED, "--partner", "PRK", "--from", "2022-01", "--to", "2022-01"],
        ["fetch", "comtrade", "--reporter", WORDS + FORGED, "--from", "2022-01", "--to", "2022-01"],
        ["fetch", "comtrade", "--reporter", "CHN", "--partner", WORDS + FORGED, "--from", "2022-01", "--to", "2022-01"],
        ["fetch", "comtrade", "--reporter", "CHN", "--codes", WORDS + FORGED, "--from", "2022-01", "--to", "2022-01"],
        ["fetch", "comtrade", "--reporter", "CHN", "--basket", WORDS + FORGED, "--from", "2022-01", "--to", "2022-01"],
        ["fetch", "census", "--from", WORDS + FORGED, "--to", "2022-01"],
        ["cube", WORDS + FORGED],
        ["cube", "--store", f"/nowhere/{WORDS}{FORGED}"],
        ["basket", "show", WORDS + FORGED],
        ["basket", "show", "grain", "--classification", WORDS],
        ["check", WORDS + FORGED],
        ["check", "x.txt", "--date", WORDS + FORGED],
    ],
    ids=lambda command: " ".join(command[:3])[:30],
)
def test_a_hostile_argument_is_refused_in_one_line(capsys: Capture, command: list[str]) -> None:
    try:
        code = main(command)
    except SystemExit as stop:
        code = int(stop.code or 0)
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.count("\n") == 1
    harmless(said.err)


def test_the_queries_of_a_plan_are_harmless_in_every_format(capsys: Capture) -> None:
    for form in ("text", "json", "csv"):
        assert (
            main(
                [
                    "plan",
                    "gacc",
                    "--partner",
                    "PRK",
                    "--from",
                    "2022-01",
                    "--to",
                    "2022-02",
                    "--detail",
                    "regime",
                    "--format",
                    form,
                ]
            )
            == 0
        )
        said = capsys.readouterr()
        harmless(said.out)
        if form == "csv":
            no_formula(said.out)


@pytest.mark.parametrize(
    "hostile",
    [
        comtrade_answer(
            [
                comtrade_row("202201", "300241", 10.0)
                | {"cmdDesc": WORDS + FORGED, "partnerDesc": WORDS, "qtyUnitAbbr": WORDS + FORGED}
            ]
        ),
        comtrade_answer([], error=WORDS + FORGED),
        Play((WORDS + FORGED).encode(), status=403, content="text/html"),
        Play((WORDS + FORGED).encode(), content="text/html"),
        Play(b"{}", status=400, headers={"X-Words": ESCAPE.replace("\x1b", "").replace("\x07", "")}),
        comtrade_answer([comtrade_row("202201", WORDS + FORGED, 10.0)]),
    ],
    ids=["words", "error", "refusal", "page", "bad request", "code"],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_hostile_answer_drives_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, hostile: Play, form: str
) -> None:
    books = tmp_path / "books"
    with playing(lambda *rest: hostile) as server:
        monkeypatch.setenv("TIDEWAITER_COMTRADE_URL", server.url)
        question = [
            "--reporter",
            "CHN",
            "--partner",
            "PRK",
            "--flow",
            "X",
            "--from",
            "2022-01",
            "--to",
            "2022-01",
            "--codes",
            "300241",
        ]
        code = main(["fetch", "comtrade", *question, "--store", str(books), "--format", form])
    said = capsys.readouterr()
    assert code in (0, 1, 2)
    harmless(said.out)
    harmless(said.err)
    no_line_of_its_own(said.out + said.err)
    if code == 2:
        assert said.err.count("\n") >= 1
        assert "Traceback" not in said.err
    if form == "json" and said.out:
        json.loads(said.out)
    if books.exists():
        for told in ("releases", "coverage"):
            main([told, "--store", str(books)])
            harmless(capsys.readouterr().out)


def test_a_cube_of_hostile_files_is_built_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    from tests.store.plain import rows, several, write
    from tidewaiter.sources import registry

    formats = several()
    monkeypatch.setattr(registry, "sources", lambda: formats)
    books = tmp_path / f"books{ESCAPE}{TURNED}"
    text = rows(
        period=["2022-01", "2022-02"],
        dataset=EVIL + ESCAPE,
        value=[5, 7],
        qty=3,
        qty_unit=TURNED + FORGED,
        classification="HS",
    )
    assert (
        main(["load", str(write(tmp_path / f"a{NAME}", text)), "--published", "2022-06-01", "--store", str(books)]) == 0
    )
    for command in (
        ["cube", "build"],
        ["cube"],
        ["cube", "--format", "json"],
        ["cube", "build", "--full", "--format", "json"],
    ):
        capsys.readouterr()
        assert main([*command, "--store", str(books)]) == 0
        said = capsys.readouterr()
        harmless(said.out + said.err)
        no_line_of_its_own(said.out)
        if "json" in command:
            json.loads(said.out)
