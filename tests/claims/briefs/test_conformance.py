"""What a brief says, the court that judges others does not contradict: two ways to the same numbers, held against each other."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.brief.test_customs import CARS, COVERS, EU
from tests.brief.test_truth import HEADER, THAI
from tests.claims.briefs.reading import STATED, Judged, caveats_of, checked, judged, own_sentences, words
from tidewaiter.claims.court import sit
from tidewaiter.claims.form import read_claims
from tidewaiter.claims.read import read_article
from tidewaiter.claims.read.briefs import brief_in
from tidewaiter.claims.written import to_csv, to_toml
from tidewaiter.cli import main

PRESS = ("--partner", "PRK")
QUESTIONS = {
    "demo": ("demo",),
    "headings": ("demo", "kyrgyzstan"),
    "year": ("brief", *PRESS, "--from", "2021-01", "--to", "2021-12"),
    "ten months": ("brief", *PRESS, "--from", "2022-01", "--to", "2022-10"),
    "three years": ("brief", *PRESS, "--from", "2020-01", "--to", "2022-12"),
    "later": ("brief", *PRESS, "--from", "2023-01", "--to", "2023-06"),
    "month": ("brief", *PRESS, "--from", "2022-03", "--to", "2022-03", "--basket", "medical-covid"),
    "imports": ("brief", *PRESS, "--flow", "M", "--from", "2022-01", "--to", "2022-12"),
    "grain": ("brief", *PRESS, "--from", "2022-01", "--to", "2022-12", "--basket", "grain"),
    "as known": ("brief", *PRESS, "--from", "2022-01", "--to", "2022-04", "--as-of", "2022-06-01"),
    "changed heading": ("brief", "--partner", "GEO", "--from", "2022-10", "--to", "2022-11"),
    "over new year": ("brief", "--partner", "UZB", "--from", "2021-12", "--to", "2022-02"),
    "long": ("brief", "--partner", "KAZ", "--from", "2020-01", "--to", "2022-11"),
}
FORMATS = ("brief.md", "brief.html", "brief.json")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("briefs")
    for name, arguments in QUESTIONS.items():
        assert main([*arguments, "--out", str(folder / name)]) == 0
    return {name: folder / name for name in QUESTIONS}


@pytest.fixture(scope="module")
def courts(written: dict[str, Path]) -> dict[str, Judged]:
    def one(folder: Path) -> Judged:
        return judged(words(folder, "brief.md"), json.loads((folder / "brief.json").read_text(encoding="utf-8")))

    return {name: one(folder) for name, folder in written.items()}


@pytest.mark.parametrize("name", QUESTIONS)
def test_nothing_of_a_brief_is_contradicted_or_passed_over(
    written: dict[str, Path], courts: dict[str, Judged], name: str
) -> None:
    brief = json.loads((written[name] / "brief.json").read_text(encoding="utf-8"))
    found = courts[name]
    assert not found.formless
    borne = caveats_of(brief)
    for claim, verdict in found.pairs:
        assert verdict.verdict != "contradicted", (claim, verdict)
        if verdict.verdict == "not read":
            assert any(word in verdict.why for word in STATED), (claim.text, verdict.why)
        elif verdict.verdict == "unsafe":
            # The brief says so itself: in the sentence, or as the caveat of it.
            own = borne[found.sentences[claim.id]]
            assert "code" in own.lower(), (claim.text, own)
        elif verdict.verdict == "cannot tell":
            assert verdict.settle, (claim, verdict)
    counts = found.counts
    assert counts["supported"] + counts["within rounding"] >= 0.75 * len(found.pairs), counts


def test_nearly_every_number_of_all_briefs_is_read_and_stands(courts: dict[str, Judged]) -> None:
    counts = sum((found.counts for found in courts.values()), Counter[str]())
    every = counts.total()
    assert every > 1000
    assert counts["supported"] + counts["within rounding"] > 0.9 * every, counts
    assert counts["not read"] < 0.07 * every, counts
    assert counts["cannot tell"] < 0.03 * every, counts


@pytest.mark.parametrize("name", ["demo", "headings"])
def test_every_format_says_the_same_to_the_court(written: dict[str, Path], name: str) -> None:
    told = {}
    for file in FORMATS:
        found = checked(written[name], file)
        assert any("Read as a brief" in line for line in found["notes"]), file
        told[file] = found["counts"]
    assert told["brief.md"] == told["brief.json"]
    assert told["brief.html"] == told["brief.md"]


def test_a_brief_from_a_store_is_judged_on_that_store(tmp_path: Path) -> None:
    file, books, out = tmp_path / "eu.csv", tmp_path / "books", tmp_path / "out"
    file.write_text(EU + CARS)
    assert main(["load", str(file), "--store", str(books), "--published", "2023-01-21", "--covers", COVERS]) == 0
    question = ("--partner", "KGZ", "--from", "2022-09", "--to", "2022-09", "--store", str(books))
    assert main(["brief", *question, "--out", str(out)]) == 0
    for name in FORMATS:
        found = checked(out, name, "--store", str(books))
        verdicts = Counter(one["verdict"]["verdict"] for one in found["claims"])
        assert verdicts["supported"] > 8, (name, verdicts)
        assert set(verdicts) <= {"supported", "not read"}, (name, verdicts)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("US$98.1 million", "US$48.1 million"),
        ("96 times the US$2,769", "69 times the US$2,769"),
        ("94,840 thermometers in", "64,840 thermometers in"),
        ("higher than in every month from February 2020", "higher than in every month from January 2020"),
        ("after none in 2020 and 2021 according", "after none in 2020 to some in 2021 according"),
        ("none in January 2022 and March and April 2022", "none in January and February 2022"),
        ("US$256,891 that RFA printed", "US$257,891 that RFA printed"),
        ("RFA printed US$256,891", "RFA printed US$266,891"),
        ("reported on 16 May 2022: 392,920", "reported on 16 May 2022: 392,921"),
    ],
)
def test_what_is_changed_in_a_brief_is_found_out_by_the_command(
    written: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], true: str, false: str
) -> None:
    text = words(written["demo"], "brief.md")
    assert true in text
    page = tmp_path / "false.md"
    lines = [line for line in text.replace(true, false).splitlines() if false in line or line.startswith("*China: ")]
    page.write_text("\n".join(lines), encoding="utf-8")
    code = main(["check", str(page)])
    said = capsys.readouterr().out
    # Words that no sentence of a brief has are no longer read, and are listed.
    assert code == 1 or ("to some" in false and "NOT READ" in said), said


def test_words_copied_from_a_page_are_read_as_its_brief(written: dict[str, Path]) -> None:
    """A browser gives the numbers of the sources right behind the full stop, and no marks."""
    brief = json.loads((written["demo"] / "brief.json").read_text(encoding="utf-8"))
    lines = ["China: exports to North Korea · COVID-19 medical supplies · January–April 2022"]
    lines += [f"{one}1 12 3–6" if one.endswith(".") else one for one in own_sentences(brief)]
    found = judged("\n".join(lines), brief)
    assert found.counts["supported"] > 100
    assert not found.counts["contradicted"]
    assert all(
        any(word in verdict.why for word in STATED) for _, verdict in found.pairs if verdict.verdict == "not read"
    )


def test_spans_are_places_in_the_text(written: dict[str, Path]) -> None:
    text = words(written["demo"], "brief.md")
    reading = read_article(text)
    assert all(claim.span is not None and text[slice(*claim.span)] == claim.text for claim in reading.claims)
    assert all(one.start < one.end for one in reading.sentences)


@pytest.mark.parametrize(
    "text", ["", "x", "Exports: to · 2022", "Narnia: exports to Oz · January 2022", "China: exports to North Korea"]
)
def test_what_is_no_brief_is_read_as_prose(text: str) -> None:
    assert brief_in(text) is None


HOSTILE = (
    "China exported " + " to North Korea in April 2022" * 120, "((" * 1400, "i, May 2022: printed as " * 120,
    "China exported 5 a to North Korea in April 2022 (" + "x printed " * 280 + "), after none in 2021",
    "5 a in April 2022, " + "1 times the " * 240, "A, value: " + "1 in April 2022, " * 170 + "!", "\\" * 2000, "China exported " + "1 and " * 400,
    "China exported 5 a to North Korea in May 2022" + " (a printed (b) " * 180 + ".", "China exported 5 a to North Korea in May 2022" + "; none" * 400,
    "China exported 5." + "1" * 60 + "x", "China exported 5. " + "1 " * 5000 + "x", "a" + " " * 200_000 + "b", "x" * 1_000_000, "1 a in May 2022, " * 60_000,
    "(" * 100_000, "- " * 50_000, "\\" * 100_001,
)  # fmt: skip


@pytest.mark.parametrize("line", HOSTILE)
def test_a_hostile_line_is_read_in_bounded_time(line: str) -> None:
    before = time.process_time()
    reading = read_article(f"China: exports to North Korea · January–April 2022\n\n{line}\n")
    assert time.process_time() - before < 20  # a hang, not a speed
    assert reading.sentences


@pytest.mark.parametrize("suffix", [".csv", ".toml"])
def test_what_was_read_of_a_brief_can_be_corrected_by_hand_and_checked_again(
    written: dict[str, Path], tmp_path: Path, suffix: str
) -> None:
    claims = read_article(words(written["month"], "brief.md")).claims
    path = tmp_path / f"claims{suffix}"
    path.write_text(to_csv(claims) if suffix == ".csv" else to_toml(claims), encoding="utf-8")
    again = read_claims(path)
    assert len(again) == len(claims) > 50
    assert [one.verdict for one in sit(again).verdicts] == [one.verdict for one in sit(claims).verdicts]


def test_a_brief_from_a_readers_own_table_is_judged_on_it(tmp_path: Path) -> None:
    """Another pair, goods in the reader's own words, a total in conflict."""
    own = tmp_path / "own.csv"
    own.write_text(f"{HEADER}\n{THAI}", encoding="utf-8")
    question = ("--reporter", "THA", "--partner", "MMR", "--from", "2022-01", "--to", "2022-02", "--figures", str(own))
    assert main(["brief", *question, "--out", str(tmp_path / "out")]) == 0
    for name in FORMATS:
        found = checked(tmp_path / "out", name, "--figures", str(own))["claims"]
        verdicts = Counter(one["verdict"]["verdict"] for one in found)
        assert verdicts["supported"] >= 12, verdicts
        assert set(verdicts) <= {"supported", "cannot tell", "not read"}, verdicts
        assert any(one["claim"]["subject"]["goods"] == "Sunflower oil" for one in found if "subject" in one["claim"])
