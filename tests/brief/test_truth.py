"""Briefs on questions that the shipped stories do not ask: nothing said of another country, another date or another good."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tidewaiter.cli import main

HEADER = "reporter,partner,flow,good,period,measure,unit,printed,step,sense,publisher,published,address"
THAI = """THA,MMR,X,masks,2021,qty,pieces,0,,,Reuters,2022-02-25,https://example.net/e
THA,MMR,X,masks,2022-01,qty,pieces,1200000,100000,,Reuters,2022-02-25,https://example.net/e
THA,MMR,X,total,2022-01,value,USD,371500000,,,Bangkok Post,2022-02-20,https://example.org/b
THA,MMR,X,total,2022-02,value,USD,402000000,1000000,,Bangkok Post,2022-03-20,https://example.org/c
THA,MMR,X,total,2022-02,value,USD,412000000,1000000,,The Irrawaddy,2022-03-25,https://example.net/c
THA,MMR,X,sunflower oil,2022-01..2022-02,value,EUR,3400000,100000,more than,Gazeta,2022-03-21,https://example.org/a
VNM,MMR,X,total,2022-02,value,USD,27000000,1000000,,Vietnam News,2022-03-26,https://example.net/h
"""


def brief(out: Path, *arguments: str) -> dict[str, Any]:
    assert main(["brief", *arguments, "--out", str(out)]) == 0
    found: dict[str, Any] = json.loads((out / "brief.json").read_text(encoding="utf-8"))
    return found


def table(path: Path, rows: str = THAI) -> Path:
    path.write_text(f"{HEADER}\n{rows}", encoding="utf-8")
    return path


def texts(found: dict[str, Any]) -> list[str]:
    return [sentence["text"] for section in found["sections"] for sentence in section["sentences"]]


def test_another_pair_is_told_nothing_of_china(tmp_path: Path) -> None:
    own = table(tmp_path / "own.csv")
    asked = ("--reporter", "THA", "--partner", "MMR", "--from", "2022-01", "--to", "2022-02", "--figures", str(own))
    for more in ((), ("--basket", "medical-covid")):
        found = brief(tmp_path / "brief", *asked, *more)
        page = (tmp_path / "brief" / "brief.md").read_text(encoding="utf-8")
        assert "China" not in page
        assert "1.2 million face masks" in page
    assert any("Sunflower oil" in line for line in found["not_known"])  # named, though it is in no group of the basket


def test_a_good_in_the_readers_own_words_has_a_section(tmp_path: Path) -> None:
    own = table(tmp_path / "own.csv")
    found = brief(
        tmp_path / "brief", "--reporter", "THA", "--partner", "MMR", "--from", "2022-01", "--to", "2022-02",
        "--figures", str(own),
    )  # fmt: skip
    (section,) = [s for s in found["sections"] if s["title"] == "Sunflower oil"]
    assert section["sentences"][0]["text"] == (
        "Thailand exported more than EUR 3.4 million worth of sunflower oil to Myanmar in January–February 2022."
    )
    assert section["charts"][0]["runs"][0]["label"] == "≥ EUR 3.4 million"


def test_figures_on_another_pair_are_said_to_be_of_no_use(tmp_path: Path) -> None:
    own = table(tmp_path / "own.csv")
    found = brief(tmp_path / "brief", "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09", "--figures", str(own))
    assert any("own.csv" in line and "nothing on this pair" in line for line in found["not_known"])


def test_what_had_not_happened_yet_is_not_told(tmp_path: Path) -> None:
    asked = ("--partner", "PRK", "--from", "2022-01", "--to", "2022-03", "--basket", "medical-covid")
    found = brief(tmp_path / "then", *asked, "--as-of", "2022-05-01")
    page = (tmp_path / "then" / "brief.md").read_text(encoding="utf-8")
    assert "12 May 2022" not in page
    assert "fever" not in page
    assert found["events"][-1]["first"] <= "2022-05-01"
    assert "12 May 2022" in [event["when"] for event in brief(tmp_path / "now", *asked)["events"]]


def test_a_figure_of_a_longer_run_is_not_called_absent(tmp_path: Path) -> None:
    found = brief(tmp_path / "brief", "--partner", "PRK", "--from", "2022-01", "--to", "2022-04", "--basket", "grain")
    assert "Rice: printed only for January–October 2022, not for January–April 2022 alone." in found["not_known"]
    found = brief(tmp_path / "brief", "--partner", "PRK", "--from", "2022-01", "--to", "2022-10", "--basket", "grain")
    assert any("27,350,000 kg" in text or "27.35 million kg" in text for text in texts(found))


def test_no_good_is_named_twice_among_what_is_not_known(tmp_path: Path) -> None:
    found = brief(
        tmp_path / "brief", "--partner", "PRK", "--from", "2022-07", "--to", "2022-09", "--basket", "medical-covid"
    )
    names = [line.split(":")[0] for line in found["not_known"]]
    assert len(set(names)) == len(names)
    titles = {section["title"] for section in found["sections"]}
    assert not titles & set(names)
    assert "Therapeutic respiration equipment as a whole" in names  # a part of it was told
    assert not {"Reagent test kits", "Test reagents and kits"} <= set(names)


def test_a_change_of_codes_is_borne_in_mind_only_where_a_comparison_crosses_it(tmp_path: Path) -> None:
    asked = ("--partner", "PRK", "--basket", "medical-covid")
    found = brief(tmp_path / "a", *asked, "--from", "2022-01", "--to", "2022-04")
    assert any("300241" in line for line in found["caveats"])
    found = brief(tmp_path / "b", *asked, "--from", "2023-01", "--to", "2023-02")
    assert not any("300241" in line or "wider line" in line for line in found["caveats"])


def test_the_table_holds_every_figure_that_a_sentence_rests_on(tmp_path: Path) -> None:
    assert main(["demo", "--out", str(tmp_path / "brief")]) == 0
    found = json.loads((tmp_path / "brief" / "brief.json").read_text(encoding="utf-8"))
    listed = {row["id"] for row in found["table"]}
    for file in (tmp_path / "brief" / "evidence").iterdir():
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["kind"] == "figure" and re.match(r"F\d", row["row"]):
                    assert row["row"] in listed, (file.name, row)


@pytest.mark.parametrize("story", ["north-korea", "kyrgyzstan"])
def test_what_is_drawn_stands_in_the_table(tmp_path: Path, story: str) -> None:
    assert main(["demo", story, "--out", str(tmp_path / "brief")]) == 0
    found = json.loads((tmp_path / "brief" / "brief.json").read_text(encoding="utf-8"))
    listed: dict[str, list[tuple[str, str]]] = {}
    for row in found["table"]:
        first, _, last = row["period"].partition(" to ")
        first, last = (first, last or first) if len(first) > 4 else (f"{first}-01", f"{first}-12")
        listed.setdefault(row["good"], []).append((first, last))
    for section in found["sections"]:
        for chart in section["charts"]:
            for cell in chart["cells"]:
                if cell["state"] in ("value", "conflict"):
                    spans = listed[chart["title"]]
                    assert any(first <= cell["month"] <= last for first, last in spans), (chart["title"], cell)


@pytest.mark.parametrize("story", ["north-korea", "kyrgyzstan"])
def test_the_headline_says_nothing_that_no_sentence_proves(tmp_path: Path, story: str) -> None:
    assert main(["demo", story, "--out", str(tmp_path / "brief")]) == 0
    found = json.loads((tmp_path / "brief" / "brief.json").read_text(encoding="utf-8"))
    proved = " ".join(texts(found)) + " ".join(event["when"] for event in found["events"])
    numbers = re.findall(r"\d[\d,.]*\d|\d", f"{found['headline']} {found['standfirst']}")
    assert len(numbers) > 3
    for number in numbers:
        assert re.search(rf"(?<![\d,.]){re.escape(number)}(?![\d])", proved), number


def test_at_least_is_never_drawn_as_a_number(tmp_path: Path) -> None:
    """May 2020 was printed as "more than 58 million"; the totals around it leave it under 62."""
    assert main(["demo", "--out", str(tmp_path / "brief")]) == 0
    found = json.loads((tmp_path / "brief" / "brief.json").read_text(encoding="utf-8"))
    (total,) = [section["charts"][0] for section in found["sections"] if section["id"] == "total"]
    (may,) = [cell for cell in total["cells"] if cell["month"] == "2020-05"]
    assert (may["lo"], may["label"]) == (58_000_000, "")
    assert 58_000_000 < may["hi"] < 62_000_000
    assert "58 m–" in (tmp_path / "brief" / "brief.md").read_text(encoding="utf-8")


def test_a_long_period_is_told_by_its_ends(tmp_path: Path) -> None:
    found = brief(
        tmp_path / "brief", "--partner", "KGZ", "--from", "2020-01", "--to", "2022-11", "--basket", "vehicles"
    )
    (months,) = [text for text in texts(found) if text.startswith("Cars (8703), value:")]
    assert months == (
        "Cars (8703), value: between EUR 41,544 (April 2020) and EUR 42.8 million (September 2022) in the 35 months known "
        "with trade."
    )
    assert found["sections"][0]["charts"][0]["cells"][0]["month"] == "2020-01"  # the file begins here
    assert any("finer codes" in line for line in found["caveats"])


def test_events_of_the_reader_are_marked(tmp_path: Path) -> None:
    found = brief(
        tmp_path / "brief", "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09",
        "--event", "2022-06-15=<b>A road opens</b>", "--event", "2021=nothing".replace("2021", "2021-05"),
    )  # fmt: skip
    told = {event["what"]: event for event in found["events"]}
    assert told["<b>A road opens</b>"]["first"] == "2022-06-15"
    assert (told["nothing"]["first"], told["nothing"]["last"]) == ("2021-05-01", "2021-05-31")
    marked = {event["label"] for chart in found["sections"][0]["charts"] for event in chart["events"]}
    assert "<b>A road opens</b>" in marked
    assert "<b>A road" not in (tmp_path / "brief" / "brief.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "event", ["nonsense", "2022-02-30=x", "2022-13=x", "2022=x", "2022-05-12=", "=x", "2022-05-12=a\nb"]
)
def test_an_event_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], event: str) -> None:
    code = main(["brief", "--partner", "KGZ", "--from", "2022-09", "--to", "2022-09", "--event", event,
                 "--out", str(tmp_path / "brief")])  # fmt: skip
    _, err = capsys.readouterr()
    assert (code, err.count("\n")) == (2, 1)
    assert not (tmp_path / "brief").exists()


@pytest.mark.parametrize("arguments", [[], ["brief"], ["nonsense"], ["brief", "--bogus"], ["brief", "--format", "xml"]])
def test_a_mistyped_command_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    _, err = capsys.readouterr()
    assert stop.value.code == 2
    assert err.startswith("tidewaiter: ")
    assert err.count("\n") == 1
    assert "--help" in err
