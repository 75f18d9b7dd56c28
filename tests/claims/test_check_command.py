"""The command: exit codes, forms of output, errors of one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tidewaiter.cli import main

HEAD = "id,kind,reporter,partner,flow,goods,period,printed,published,publisher\n"
TRUE = "T,amount,CHN,PRK,X,total,2022-08,71.5 million,2022-09-25,The Example Herald\n"
FALSE = "F,amount,CHN,PRK,X,total,2022-08,17.5 million,2022-09-25,The Example Herald\n"


def write(folder: Path, *rows: str) -> str:
    path = folder / "claims.csv"
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return str(path)


def test_the_exit_code_tells_whether_anything_is_contradicted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", write(tmp_path, TRUE)]) == 0
    assert "SUPPORTED" in capsys.readouterr().out
    assert main(["check", write(tmp_path, TRUE, FALSE)]) == 1
    assert "CONTRADICTED" in capsys.readouterr().out
    assert main(["check", write(tmp_path, TRUE.replace("CHN", "nowhere"))]) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert not told.out


def test_json_has_the_documented_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write(tmp_path, TRUE, FALSE), "--format", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["schema", "counts", "claims", "together", "notes"]
    assert answer["schema"] == "tidewaiter/check/1"
    assert answer["counts"]["supported"] == answer["counts"]["contradicted"] == 1
    verdict = answer["claims"][1]["verdict"]
    assert set(verdict) == {
        "verdict", "why", "found", "unit", "evidence", "reading", "now", "now_why", "now_found", "settle", "conflicts", "given",
    }  # fmt: skip
    assert verdict["evidence"][0]["words"]


def test_figures_of_ones_own_are_evidence_and_shipped_ones_can_be_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "reporter,partner,flow,good,period,measure,unit,printed,publisher,published,address\n"
        "KGZ,CHN,M,total,2023-05,value,USD,1234000000,The Daily,2023-07-01,https://example.org\n",
        encoding="utf-8",
    )
    claim = "K,amount,KGZ,CHN,M,total,2023-05,1.23 billion,2023-07-10,The Example Herald\n"
    assert main(["check", write(tmp_path, claim), "--figures", str(own)]) == 0
    assert "SUPPORTED" in capsys.readouterr().out
    assert (
        main(["check", write(tmp_path, claim.replace("The Example Herald", "The Daily")), "--figures", str(own)]) == 0
    )
    assert "CANNOT TELL" in capsys.readouterr().out
    assert main(["check", write(tmp_path, FALSE), "--figures", str(own), "--only-figures"]) == 0


def test_what_was_read_is_written_to_be_corrected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article = tmp_path / "article.txt"
    article.write_text(
        "BEIJING, June 20 - China's exports to North Korea fell 85.2 per cent in May to US$14.51 million from April.\n",
        encoding="utf-8",
    )
    read, out = tmp_path / "read.toml", tmp_path / "out.json"
    code = main(
        ["check", str(article), "--date", "2022-06-20", "--publisher", "The Example Herald", "--claims", str(read),
         "--format", "json", "--out", str(out)]
    )  # fmt: skip
    capsys.readouterr()
    assert code == 0
    first = json.loads(out.read_text(encoding="utf-8"))
    assert first["counts"]["supported"] == 2
    assert main(["check", str(read), "--format", "json", "--out", str(out)]) == 0
    again = json.loads(out.read_text(encoding="utf-8"))
    assert [one["verdict"] for one in again["claims"]] == [one["verdict"] for one in first["claims"]]


def test_an_article_without_a_publisher_is_no_witness_for_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures that an article prints are in the tables under its publisher: not telling who it is must not help it."""
    from tidewaiter.sources.figures import shipped_figures

    head = HEAD.replace("goods,", "goods,measure,unit,")
    rows = [
        f"{figure.id},{'none' if not figure.value else 'amount'},CHN,PRK,{figure.key.flow.value},"
        f"{figure.key.cmd.removeprefix('good:').lower()},{figure.key.measure.value},{figure.key.unit},{figure.period},"
        f"{figure.printed if figure.value else ''},2022-05-27,\n"
        for figure in shipped_figures()
        if figure.origin.id == "scmp"
    ]
    path = tmp_path / "claims.csv"
    path.write_text(head + "".join(rows), encoding="utf-8")
    assert main(["check", str(path), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "South China Morning Post" in answer["notes"][0]
    for one in answer["claims"]:
        assert all(item["family"] != "South China Morning Post" for item in one["verdict"]["evidence"])
    assert answer["counts"]["cannot tell"] > 10


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nothere.csv"], "nothere.csv"),
        (["{claims}", "--date", "yesterday"], "yesterday"),
        (["{claims}", "--figures", "nothere.csv"], "nothere.csv"),
        (["{claims}", "--store", "nothere"], "nothere"),
        (["{claims}", "--claims", "out.xlsx"], "out.xlsx"),
        (["{claims}", "--out", "/nothere/out.txt"], "/nothere/out.txt"),
    ],
)
def test_errors_are_one_line_that_names_the_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    filled = [one.replace("{claims}", write(tmp_path, TRUE)) for one in arguments]
    assert main(["check", *filled]) == 2
    told = capsys.readouterr().err
    assert named in told
    assert told.count("\n") == 1


def test_a_kind_without_what_it_needs_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write(tmp_path, "X,change,CHN,PRK,X,total,2022-08,5,2022-09-25,The Example Herald\n")]) == 2
    told = capsys.readouterr().err
    assert "claim X" in told
    assert "base" in told
