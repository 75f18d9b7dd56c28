"""``load`` of several files, of archives with papers beside the table, of files without a date, and onto a full disk."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources import test_gacc
from tests.sources.specimens import TEXTS
from tests.store.mounts import small_disk
from tests.store.test_store import HEADER, ROWS, tree
from tidewaiter.cli import main
from tidewaiter.store.doctor import examine
from tidewaiter.store.store import Store

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Five files: one good, one with a bad row, one that is not there, the first again, one good."""
    good, bad, other = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "other.csv"
    good.write_text(HEADER + ROWS)
    bad.write_text(HEADER + "DE,KG,EXPORT,8703,2022-10,x\nDE,ZZ,EXPORT,8703,2022-10,5\n")
    other.write_text(HEADER + "DE,KG,EXPORT,8703,2022-11,5\n")
    return [str(path) for path in (good, bad, tmp_path / "gone.csv", good, other)]


def test_the_rest_is_tried_where_one_is_refused(tmp_path: Path, files: list[str], capsys: Capture) -> None:
    where = ["--store", str(tmp_path / "books")]
    assert main(["load", *files, *where]) == 2
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "5 files: 2 loaded, 1 already there, 2 refused"
    assert "other.csv: loaded: 1 row of comext" in said.out
    refused = said.err.splitlines()
    assert len(refused) == 2
    assert "bad.csv, line 2, column value_eur" in refused[0]
    assert "gone.csv: cannot be read (No such file or directory)" in refused[1]
    assert [one.rows for one in Store(tmp_path / "books").releases()] == [5, 1]


def test_as_json_every_file_has_its_outcome(tmp_path: Path, files: list[str], capsys: Capture) -> None:
    assert main(["load", *files, "--store", str(tmp_path / "books"), "--format", "json"]) == 2
    shape = json.loads(capsys.readouterr().out)
    assert shape["schema"] == "tidewaiter/load/1"
    assert [one["outcome"] for one in shape["files"]] == ["loaded", "refused", "refused", "already there", "loaded"]
    assert shape["files"][0]["release"] == shape["files"][3]["release"] == shape["releases"][0]["id"]
    assert "value_eur" in shape["files"][1]["reason"]


def test_stop_leaves_the_rest_untried(tmp_path: Path, files: list[str], capsys: Capture) -> None:
    assert main(["load", *files, "--stop", "--store", str(tmp_path / "books")]) == 2
    assert "5 files: 1 loaded, 1 refused, 3 not tried" in capsys.readouterr().out


def test_what_is_wrong_with_the_question_is_told_once(tmp_path: Path, files: list[str], capsys: Capture) -> None:
    for wrong in (
        ["--published", "soon"],
        ["--covers", "countries=all"],
        ["--source", "gacc-website"],
        ["--flow", "in"],
    ):
        assert main(["load", files[0], files[4], *wrong, "--store", str(tmp_path / "books")]) == 2
        said = capsys.readouterr()
        assert said.err.count("\n") == 1, said.err
        assert said.out == ""
        assert not (tmp_path / "books").exists()


def test_the_report_of_several_files_names_the_file_of_each_cell(
    tmp_path: Path, files: list[str], capsys: Capture
) -> None:
    second = tmp_path / "worse.csv"
    second.write_text(HEADER + "DE,KG,SIDEWAYS,8703,2022-10,1\n")
    report = tmp_path / "report.csv"
    assert main(["load", files[1], str(second), "--report", str(report), "--store", str(tmp_path / "books")]) == 2
    rows = list(csv.DictReader(io.StringIO(report.read_text(encoding="utf-8"))))
    assert [(Path(row["file"]).name, row["line"], row["column"]) for row in rows] == [
        ("bad.csv", "2", "value_eur"), ("bad.csv", "3", "partner"), ("worse.csv", "2", "flow"),
    ]  # fmt: skip
    assert not (tmp_path / "books").exists()


@pytest.mark.parametrize("kind", ["zip", "7z"])
def test_papers_beside_the_table_of_an_archive_are_named_and_not_read(
    tmp_path: Path, kind: str, capsys: Capture
) -> None:
    import py7zr

    path = tmp_path / f"download.{kind}"
    members = {
        "docs/README.txt": b"read me",
        "LICENCE": b"free",
        "codes.pdf": b"%PDF-1.7",
        "data/eu.csv": (HEADER + ROWS).encode(),
    }
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
    else:
        with py7zr.SevenZipFile(path, "w") as seven:
            for name, content in members.items():
                seven.writestr(content, name)
    assert main(["load", str(path), "--store", str(tmp_path / "books")]) == 0
    out = capsys.readouterr().out
    assert "5 rows of comext" in out
    assert "not read: 3 files beside the table in the archive (" in out
    assert all(name in out for name in ("docs/README.txt", "LICENCE", "codes.pdf"))
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("readme.md", "one.csv", "two.csv"):
            archive.writestr(name, HEADER + ROWS)
    assert main(["load", str(tmp_path / "two.zip"), "--store", str(tmp_path / "books")]) == 2
    assert "holds 2 files (one.csv, two.csv); unpack it and load them one by one" in capsys.readouterr().err


def values(folder: Path, as_of: str | None = None) -> dict[str, float]:
    table = Store(folder).observations(as_of=as_of)
    return dict(
        zip(
            (f"{one // 12}-{one % 12 + 1:02d}" for one in table["period_start"].to_pylist()),
            table["value"].to_pylist(),
            strict=True,
        )
    )


def test_a_file_without_a_date_stands_under_those_that_have_one(tmp_path: Path, capsys: Capture) -> None:
    books, dated, undated = tmp_path / "books", tmp_path / "dated.csv", tmp_path / "undated.csv"
    dated.write_text(HEADER + "DE,KG,EXPORT,8703,2022-08,10\nDE,KG,EXPORT,8703,2022-09,20\n")
    undated.write_text(
        HEADER + "DE,KG,EXPORT,8703,2022-08,10\nDE,KG,EXPORT,8703,2022-09,99\nDE,KG,EXPORT,8703,2022-10,30\n"
    )
    assert main(["load", str(dated), "--published", "2022-12-01", "--store", str(books)]) == 0
    assert main(["load", str(undated), "--store", str(books)]) == 0
    out = capsys.readouterr().out
    assert "undated, so dated releases hold where both have a cell: 2 cells, 1 of them with another value" in out
    assert "load it again with --published DATE" in out
    assert values(books) == {"2022-08": 10, "2022-09": 20, "2022-10": 30}
    assert values(books, "2023-01-01") == {"2022-08": 10, "2022-09": 20}
    # The order of loading makes no difference.
    again = tmp_path / "again"
    for file, told in ((undated, []), (dated, ["--published", "2022-12-01"])):
        assert main(["load", str(file), *told, "--store", str(again)]) == 0
    assert values(again) == values(books)
    # Dated, it has its place.
    assert main(["load", str(undated), "--published", "2023-02-01", "--store", str(books)]) == 0
    assert values(books) == {"2022-08": 10, "2022-09": 99, "2022-10": 30}
    assert values(books, "2023-01-01") == {"2022-08": 10, "2022-09": 20}


def test_a_file_cannot_be_published_before_its_months(tmp_path: Path, files: list[str], capsys: Capture) -> None:
    assert main(["load", files[0], "--published", "2022-08-31", "--store", str(tmp_path / "books")]) == 2
    assert "has rows of 2022-09, so it was not published by 2022-08-31" in capsys.readouterr().err
    assert not (tmp_path / "books").exists()
    assert main(["load", files[0], "--published", "2022-09-30", "--store", str(tmp_path / "books")]) == 0


def big(rows: int) -> str:
    """Return a table that does not pack well."""
    numbers = (
        f"DE,KG,EXPORT,{number * 7919 % 90000000 + 10000000},2022-{number % 12 + 1:02d},{number * number % 999983}"
        for number in range(rows)
    )
    return HEADER + "\n".join(numbers) + "\n"


_LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from tidewaiter.cli import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("limit", [4_000, 700_000], ids=["the first write", "the raw file"])
def test_a_disk_that_takes_no_more_is_told_and_nothing_is_left(tmp_path: Path, limit: int) -> None:
    books, file = tmp_path / "books", tmp_path / "big.csv"
    (tmp_path / "small.csv").write_text(HEADER + ROWS)
    assert main(["load", str(tmp_path / "small.csv"), "--store", str(books)]) == 0
    before = tree(books)
    file.write_text(big(30_000))
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(limit), "load", str(file), "--store", str(books)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert f"no room to write to the store {books} (" in done.stderr
    assert "MB free); nothing was loaded. Free space, and repeat" in done.stderr
    assert done.stderr.count("\n") == 1
    assert tree(books) == before
    assert examine(Store(books)).intact == 1
    assert main(["load", str(file), "--store", str(books)]) == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 6) as folder:
        yield folder


def test_a_full_disk_at_any_moment_leaves_the_store_as_it_was(tmp_path: Path, disk: Path, capsys: Capture) -> None:
    file = tmp_path / "big.csv"
    file.write_text(big(30_000))
    (tmp_path / "small.csv").write_text(HEADER + ROWS)
    books = disk / "books"
    assert main(["load", str(tmp_path / "small.csv"), "--store", str(books)]) == 0
    before = tree(books)
    ballast = disk / "ballast"
    refused = loaded = 0
    for left in (
        0,
        8,
        40,
        100,
        400,
        900,
        1200,
        1400,
        1600,
        1900,
        2400,
    ):  # kilobytes free: at the first write, ..., in the catalogue, none
        ballast.unlink(missing_ok=True)
        free = shutil.disk_usage(disk).free
        ballast.write_bytes(bytes(max(free - left * 1024, 0)))
        code = main(["load", str(file), "--store", str(books)])
        said = capsys.readouterr()
        ballast.unlink()
        if code:
            refused += 1
            assert "no room to write to the store" in said.err
            assert "MB free" in said.err
            assert said.err.count("\n") == 1
            assert tree(books) == before
            assert len(Store(books).releases()) == 1
        else:
            loaded += 1
            release = Store(books).releases()[-1]
            assert release.rows == 30_000
            Store(books).withdraw(release.id)
            examine(Store(books))
            before = tree(books)
            break
    assert refused >= 5
    assert loaded == 1


def test_a_first_load_onto_a_full_disk_leaves_nothing(tmp_path: Path, disk: Path, capsys: Capture) -> None:
    (tmp_path / "small.csv").write_text(HEADER + ROWS)
    free = shutil.disk_usage(disk).free
    (disk / "ballast").write_bytes(bytes(free))
    assert main(["load", str(tmp_path / "small.csv"), "--store", str(disk / "books")]) == 2
    said = capsys.readouterr().err
    assert f"no room to write to the store {disk / 'books'} (" in said
    assert "0.0 MB free" in said
    (disk / "ballast").unlink()
    assert main(["load", str(tmp_path / "small.csv"), "--store", str(disk / "books")]) == 0


def test_one_of_a_thing_is_told_in_the_singular(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "brazil.csv"
    path.write_bytes(TEXTS["brazil"])
    one = tmp_path / "one.csv"
    one.write_text(HEADER + "DE,KG,EXPORT,8703,2022-11,5\nDE,KG,EXPORT,8703,2022-11,5\n")
    assert main(["load", str(one), "--store", str(tmp_path / "books")]) == 0
    out = capsys.readouterr().out
    assert ": loaded: 1 row of comext" in out
    assert "  1 row stands in the file twice, word for word; counted once" in out


@pytest.mark.parametrize("form", ["comext-table", "gacc-portal"])
def test_two_rows_of_one_cell_are_named_by_line_and_value(tmp_path: Path, form: str, capsys: Capture) -> None:
    path = tmp_path / "twice.csv"
    if form == "comext-table":
        path.write_text(
            HEADER + "DE,KG,EXPORT,8703,2022-01,5\nDE,KG,EXPORT,8703,2022-02,6\nDE,KG,EXPORT,8703,2022-01,7\n"
        )
        said = "lines 2, 4 tell one cell differently; which holds cannot be told: 'comext, DEU, X, KGZ, 8703, HS, 2022-01: value 5 and value 7'"
    else:
        row = test_gacc.ROW
        path.write_bytes(test_gacc.portal(row, test_gacc.MORE, [*row[:-1], "7"]))
        said = "lines 2, 4 tell one cell differently"
    assert main(["load", str(path), "--flow", "X", "--store", str(tmp_path / "books")]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("HTS Number,Year,Country,January,February\n87032301,2023,Germany,1,2\n", "a table with a column for each month"),
        ("code,2023-01,2023-02\n8703,1,2\n", "a table with a column for each month"),
        ("freq,reporter,product\\TIME_PERIOD\t2023-01 \nM,DE,8703\t4 \n", "Eurostat's TSV, with a column for each month"),
        (HEADER.replace(",", ";") + "DE;KG;EXPORT;8703;2022-01;5\n", "but with semicolons between its cells: a spreadsheet has saved it"),
        (HEADER.replace(",", "\t") + "DE\tKG\tEXPORT\t8703\t2022-01\t5\n", "but with tabs between its cells"),
        (HEADER + "DE,KG,EXPORT,8703,2099-01,5\n", "has rows of 2099-01, a month that has not begun"),
    ],
)  # fmt: skip
def test_a_table_turned_into_another_is_called_what_it_is(
    tmp_path: Path, text: str, said: str, capsys: Capture
) -> None:
    path = tmp_path / "file.csv"
    path.write_text(text)
    assert main(["load", str(path), "--store", str(tmp_path / "books")]) == 2
    assert said in capsys.readouterr().err


def test_a_day_that_is_still_to_come_is_no_date_of_publication(
    tmp_path: Path, files: list[str], capsys: Capture
) -> None:
    assert main(["load", files[0], "--published", "2199-01-01", "--store", str(tmp_path / "books")]) == 2
    assert "still to come" in capsys.readouterr().err
