"""The commands as a user runs them: what they write, what they say, and what they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tidewaiter.cli import main

KOREA = ["brief", "--reporter", "CHN", "--partner", "PRK", "--from", "2022-01", "--to", "2022-04"]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def test_demo_writes_the_brief_and_its_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "demo"
    code, said, err = told(capsys, "demo", "--out", str(out))
    assert (code, err) == (0, "")
    assert "North Korea" in said
    assert {"brief.html", "brief.md", "brief.json", "evidence"} <= {path.name for path in out.iterdir()}
    brief = json.loads((out / "brief.json").read_text(encoding="utf-8"))
    assert brief["schema"] == "tidewaiter/brief/1"
    code, _, _ = told(capsys, "demo", "--out", str(out))
    assert code == 0


def test_names_may_be_written_as_people_write_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "brief"
    code, said, _ = told(
        capsys, "brief", "--reporter", "china", "--partner", "North Korea", "--from", "2022-10", "--to", "2022-10",
        "--out", str(out), "--format", "json",
    )  # fmt: skip
    assert code == 0
    assert json.loads(said)["schema"] == "tidewaiter/brief-written/1"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--reporter", "Atlantis"], "Atlantis"),
        (["--partner", "Nowhere"], "Nowhere"),
        (["--basket", "covid-19"], "covid-19"),
        (["--from", "2022-13"], "2022-13"),
        (["--to", "April"], "April"),
        (["--to", "2021-12"], "2021-12"),
        (["--from", "2009-01", "--to", "2009-12"], "2009"),
        (["--partner", "FRA"], "FRA"),
        (["--flow", "Z"], "Z"),
        (["--as-of", "soon"], "soon"),
        (["--as-of", "1999-01-01"], "1999-01-01"),
        (["--figures", "no-such-file.csv"], "no-such-file.csv"),
        (["--basket", "no-such-basket.toml"], "no-such-basket.toml"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    out = tmp_path / "brief"
    code, said, err = told(capsys, *KOREA, *arguments, "--out", str(out))
    assert (code, said) == (2, "")
    assert err.startswith("tidewaiter: ")
    assert err.count("\n") == 1
    assert named in err
    assert not out.exists()
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_demo_names_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = told(capsys, "demo", "atlantis", "--out", str(tmp_path / "x"))
    assert code == 2
    assert "north-korea" in err
    assert "kyrgyzstan" in err


def test_a_file_in_the_way_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "taken"
    out.write_text("mine")
    code, _, err = told(capsys, "demo", "--out", str(out))
    assert code == 2
    assert "taken" in err
    assert out.read_text() == "mine"


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    code, _, err = told(capsys, "demo", "--out", str(tmp_path))
    assert code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    assert err.count("\n") == 1


def test_an_unwritable_place_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if os.geteuid() == 0:
        place = Path("/proc/tidewaiter-brief")
    else:
        tmp_path.chmod(0o500)
        place = tmp_path / "brief"
    code, _, err = told(capsys, "demo", "--out", str(place))
    assert code == 2
    assert err.count("\n") == 1
    assert str(place) in err


def test_the_module_runs_and_a_usage_error_is_exit_2() -> None:
    done = subprocess.run([sys.executable, "-m", "tidewaiter", "brief"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--partner" in done.stderr
    assert "Traceback" not in done.stderr
