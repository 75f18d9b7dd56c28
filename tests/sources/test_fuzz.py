"""Files that are wrong in any way: an error in one line, rejects by their place, or the truth; never a traceback, a hang, a part."""

from __future__ import annotations

import io
import math
import random
import zipfile
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import shared
from tests.sources.mutations import POISON, mutate, poisoned, restructure
from tests.sources.reading import Read, gather, read_bytes
from tests.sources.specimens import OTHERS, TEXTS
from tidewaiter.codes import all_areas, all_units
from tidewaiter.errors import BadFile, TidewaiterError
from tidewaiter.sources.compressed import companions, head_of, open_content
from tidewaiter.sources.observation import Asked
from tidewaiter.sources.registry import recognise, sources

ALL = {**TEXTS, **OTHERS}


def check(data: bytes, flow: str) -> Read | None:
    """Read a file, and hold what came of it to what a reader promises; None if it was refused."""
    try:
        found = read_bytes(data, flow=flow)
    except TidewaiterError as error:
        said = str(error)
        assert said
        assert "\n" not in said
        return None
    for reject in found.rejects:
        assert reject.reason
        assert reject.line >= 0
    for row in found.rows:
        assert row["partner"] in all_areas()
        assert row["reporter"] in all_areas()
        assert 1900 * 12 <= row["period_start"] <= row["period_end"] < 2200 * 12
        assert row["cmd_code"]
        assert "\n" not in row["cmd_code"]
        assert (row["value"] is None) or row["currency"]
        for measure in ("value", "net_wgt_kg", "qty", "qty2"):
            assert row[measure] is None or math.isfinite(row[measure])
        for quantity in ("qty", "qty2"):
            assert (row[quantity] is None) or row[f"{quantity}_unit"] in all_units()
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_the_specimens_are_what_they_are_called(name: str) -> None:
    assert recognise(TEXTS[name], name).name == name
    found = check(TEXTS[name], "M" if name == "brazil" else "X")
    assert found is not None
    assert found.table.num_rows
    assert not found.rejects


@pytest.mark.parametrize("name", ALL)
def test_mutations_of_the_specimens(name: str, soak: bool) -> None:
    dice = random.Random(f"{name}")
    for _ in range(6000 if soak else 25):
        check(mutate(ALL[name], dice), dice.choice(("", "X", "M")))


@pytest.mark.parametrize("name", ALL)
def test_what_spreadsheets_and_people_make_of_the_specimens(name: str, soak: bool) -> None:
    dice = random.Random(f"{name} restructured")
    for _ in range(3000 if soak else 20):
        check(restructure(ALL[name], dice), dice.choice(("", "X", "M")))


@pytest.mark.parametrize("name", TEXTS)
def test_a_cell_that_no_table_means_changes_nothing_or_is_refused(name: str, soak: bool) -> None:
    # Where the column is one that the reader keeps, a row of it must not come out, whatever Python takes for a number.
    data = TEXTS[name].lstrip(b"\n")
    flow = "M" if name == "brazil" else "X"
    whole = read_bytes(data, flow=flow)
    dice = random.Random(f"{name} poisoned")
    for _ in range(2000 if soak else 3 * len(POISON)):
        spoilt, bad = poisoned(data, dice)
        found = check(spoilt, flow)
        if found is None or found.rejects:
            continue
        assert found.table.equals(whole.table) or found.notes != whole.notes, (bad, found.notes)


@pytest.mark.parametrize("name", TEXTS)
def test_a_header_with_a_column_renamed_dropped_or_twice(name: str) -> None:
    lines = TEXTS[name].lstrip(b"\n").split(b"\n")
    for mark in (b",", b";", b"\t"):
        cells = lines[0].split(mark)
        if len(cells) < 3:
            continue
        for at, cell in enumerate(cells):
            for changed in (
                [*cells[:at], cell[:-2] + b"zz" + cell[-1:], *cells[at + 1 :]],
                [*cells[:at], *cells[at + 1 :]],
                [*cells[: at + 1], *cells[at:]],
            ):
                for flow in ("X", "M"):
                    check(b"\n".join([mark.join(changed), *lines[1:]]), flow)


def test_a_column_that_no_header_check_asked_for_is_named_all_the_same() -> None:
    from tidewaiter.sources._blocks import blocks
    from tidewaiter.sources._sheet import Sheet

    (block,) = blocks(cast(BinaryIO, io.BytesIO(b"a,b\n1,2\n")), "some.csv")
    with pytest.raises(BadFile, match=r"some\.csv, line 1: no column nett_mass"):
        Sheet(block).number("nett_mass")


@pytest.mark.parametrize(
    "parts",
    [
        ("gacc", "gacc_soybean_2023.gb18030.csv"), ("comtrade", "comtrade_v1_api_data_C_A_HS.json"), ("comtrade", "comtrade_plus_TradeData_download.csv"),
        ("comext", "eurostat_easy_comext_relational_view_codes.csv"), ("other", "us_census_imports_hs_rows.csv"),
        ("other", "uk_hmrc_smki19_imports_sample.csv"), ("comext", "eu_total_trade_monthly_2019_2024.csv.gz"),
    ],
)  # fmt: skip
def test_mutations_of_the_real_files(parts: tuple[str, str], soak: bool) -> None:
    with open_content(shared("data", *parts)) as stream:
        data = stream.read(12_000)
    data = data if parts[1].endswith("json") else data[: data.rindex(b"\n") + 1]
    dice = random.Random(parts[1])
    for _ in range(700 if soak else 8):
        check(mutate(data, dice), "M")


@pytest.mark.parametrize("name", TEXTS)
def test_no_cut_inside_a_row_is_taken_for_its_end(name: str) -> None:
    data = TEXTS[name]
    flow = "M" if name == "brazil" else "X"
    start = data.index(b"\n", 2) + 1
    for end in range(start + 1, len(data), 1 if len(data) < 400 else 3):
        if data[end - 1 : end] in (b"\n", b"\r") or data[end : end + 1] == b"\n":
            continue
        found = check(data[:end], flow)
        assert found is None or found.rejects, data[end - 30 : end]


@pytest.mark.parametrize("name", ["comtrade-api", "census json", "comext-workbook"])
def test_no_cut_of_an_answer_is_read_at_all(name: str) -> None:
    data = OTHERS[name].rstrip()
    for end in range(1, len(data), max(1, len(data) // 150)):
        assert check(data[:end], "X") is None


def test_a_file_read_as_what_it_is_not_is_refused_or_all_rejects() -> None:
    for source in sources():
        for name, data in ALL.items():
            if name.split(" ")[0].removesuffix("-usd") == source.name.removesuffix("-usd"):
                continue
            try:
                found = gather(source, cast(BinaryIO, io.BytesIO(data)), name, Asked(flow="X"))
            except TidewaiterError as error:
                said = str(error)
                assert "\n" not in said
            else:
                assert found.table.num_rows == 0 or source.name.split("-")[0] == name.split("-")[0], (source.name, name)


@given(st.binary(max_size=300), st.sampled_from(sorted(ALL)))
def test_bytes_after_a_header_are_told_as_what_they_are(tail: bytes, name: str) -> None:
    head = ALL[name][: ALL[name].find(b"\n", 2) + 1]
    check(head + tail, "X")


def test_formulas_of_a_stranger_do_not_get_into_a_row() -> None:
    # Names from files begin with = + - @; a row keeps codes of our tables only, so none of them can come out again.
    for name, data in TEXTS.items():
        for formula in (b"=HYPERLINK(1)", b"@SUM(1)"):
            for cell in set(
                data.replace(b'"', b"")
                .replace(b"\r", b"")
                .split(b"\n")[1]
                .replace(b";", b",")
                .replace(b"\t", b",")
                .split(b",")
            ):
                if len(cell) > 1:
                    found = check(data.replace(cell, formula, 1), "M" if name == "brazil" else "X")
                    for row in found.rows if found else ():
                        assert not any(
                            isinstance(value, str) and value[:1] in ("=", "+", "-", "@") for value in row.values()
                        )


def archives(dice: random.Random) -> bytes:
    """Pack a table as people and villains do: beside papers, in archives in archives, under paths that lead out, as a bomb."""
    import py7zr

    from tests.sources.test_compressed import WRAPPINGS, outside, zipped

    table = TEXTS[dice.choice(("census", "comext-table", "hmrc"))]
    kind = dice.randrange(8)
    wrap = WRAPPINGS[dice.choice(sorted(WRAPPINGS))]
    if kind == 0:
        return wrap(WRAPPINGS[dice.choice(sorted(WRAPPINGS))](table))
    if kind == 1:
        return zipped(
            table,
            dice.choice(
                ("../../x.csv", "/etc/passwd", "C:\\x.csv", "a\x01b", "=cmd.csv", "\u202ex.csv", "x" * 300, ".")
            ),
        )
    if kind == 2:
        return outside(table, dice.choice(("../../x.csv", "/etc/passwd", "..", "a/../../b")))
    if kind == 3:
        return wrap(bytes(dice.choice((100_000, 3_000_000))))
    if kind == 4:
        return wrap(table + table[table.index(b"\n", 2) + 1 :] * 3000)
    out = io.BytesIO()
    beside = [
        ("readme.txt", b"read me"),
        ("licence.pdf", b"%PDF-1.7"),
        ("b.csv", table),
        ("folder/", b""),
        ("../notes.md", b"#"),
    ]
    members = [("a.csv", table), *dice.sample(beside, dice.randrange(len(beside)))]
    dice.shuffle(members)
    if kind == 5:
        with py7zr.SevenZipFile(out, "w") as seven:
            for name, content in members:
                if not name.endswith("/"):
                    seven.writestr(content, name.removeprefix("../"))
    else:
        with zipfile.ZipFile(
            out, "w", dice.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
        ) as archive:
            for name, content in members:
                archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("built", [False, True], ids=["damaged", "built"])
def test_an_archive_of_anything_is_an_error_or_a_file(tmp_path: Path, soak: bool, built: bool) -> None:
    from tests.sources.test_compressed import WRAPPINGS

    dice = random.Random(7)
    path = tmp_path / "file"
    wrapped = [wrap(TEXTS["census"] * 20) for wrap in WRAPPINGS.values()]
    for _ in range(3000 if soak else 40):
        data = archives(dice) if built else dice.choice(wrapped)
        path.write_bytes(data if built and dice.randrange(2) else mutate(data, dice))
        try:
            head_of(path)
            companions(path)
        except TidewaiterError as error:
            said = str(error)
            assert "\n" not in said
            assert "\x1b" not in said
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
