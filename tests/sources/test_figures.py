from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared_data import shared
from tidewaiter.errors import BadFile, TidewaiterError
from tidewaiter.period import Period
from tidewaiter.sources.figures import figure_bounds, goods, origins, read_figures, shipped_figures
from tidewaiter.sources.headings import eu27_headings

HEADER = "id,reporter,partner,flow,good,period,measure,unit,printed,step,sense,publisher,published,address\n"
ROW = "f1,CHN,PRK,X,masks,2022-04,qty,pieces,3195000,1000,,Reuters,2022-05-27,https://example.org/a\n"


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "figures.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_every_shipped_figure_has_a_publisher_a_date_and_an_address() -> None:
    figures = shipped_figures()
    assert len(figures) > 250
    assert len({figure.id for figure in figures}) == len(figures)
    for figure in figures:
        assert figure.origin.publisher
        assert figure.origin.family
        assert figure.origin.published_from <= figure.origin.published_to
        assert figure.origin.address.startswith("http")
        assert figure.bounds.lo <= figure.value <= figure.bounds.hi


def test_every_good_of_the_table_is_described() -> None:
    used = {figure.key.cmd.removeprefix("good:") for figure in shipped_figures()} - {"TOTAL"}
    assert used <= set(goods())
    assert all(good.part_of in ("", *goods()) for good in goods().values())


def test_rounding_is_an_interval() -> None:
    assert figure_bounds(1_400_000, 100_000).lo == 1_350_000
    assert figure_bounds(1_400_000, 100_000).hi == 1_450_000
    assert figure_bounds(58_000_000, 1_000_000, "more than").hi == math.inf
    assert figure_bounds(58_000_000, 1_000_000, "more than").lo == 58_000_000


def test_the_table_says_what_the_published_table_says() -> None:
    path = shared("data/figures/china_dprk_figures.csv")
    ours = {(f.key.reporter, f.key.flow, str(f.period), f.key.measure, f.value) for f in shipped_figures()}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            period = str(Period.parse(f"{row['period_start']}..{row['period_end']}"))
            measure = {"value_usd": "value", "quantity": "qty", "net_weight_kg": "net_wgt_kg"}[row["measure"]]
            assert (row["reporter"], row["flow"], period, measure, float(row["value"])) in ours


def test_the_headings_are_the_sums_of_the_published_file() -> None:
    import gzip
    from collections import defaultdict

    path = shared("data/comext/eu27_exports_sanctioned_cn8_monthly_2020_2022.csv.gz")
    sums: dict[tuple[str, str], float] = defaultdict(float)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["partner"] == "KG" and len(row["product_code"]) == 4:
                sums[row["product_code"], row["period"]] += float(row["value_eur"])
                counts[row["product_code"], row["period"]] += float(row["value_eur"]) > 0
    found = 0
    for heading in eu27_headings():
        if heading.partner != "KGZ":
            continue
        for number, value in heading.values.items():
            cell = (heading.code, f"{number // 12}-{number % 12 + 1:02d}")
            assert sums[cell] == value
            assert counts[cell] == heading.reporters[number]
            found += 1
    assert found == len(sums)


def test_a_readers_own_table(tmp_path: Path) -> None:
    (figure,) = read_figures(write(tmp_path, HEADER + ROW))
    assert figure.value == 3_195_000
    assert figure.bounds.hi == 3_195_500
    assert figure.origin.family == "Reuters"


@pytest.mark.parametrize(
    ("cell", "bad", "named"),
    [
        ("CHN", "China!", "reporter"),
        (",X,", ",Z,", "flow"),
        ("masks", "mosks", "good"),
        ("2022-04", "2022-13", "period"),
        ("2022-04", "2022-05..2022-04", "period"),
        ("qty", "weight", "measure"),
        ("pieces", "=cmd()", "unit"),
        ("3195000", "3.195.000", "printed"),
        ("3195000", "-5", "printed"),
        ("3195000", "nan", "printed"),
        (",1000,", ",fine,", "step"),
        ("2022-05-27", "yesterday", "published"),
        ("f1,", "../x,", "id"),
        ("Reuters", "", "publisher"),
    ],
)
def test_a_bad_cell_is_named_with_its_line(tmp_path: Path, cell: str, bad: str, named: str) -> None:
    path = write(tmp_path, HEADER + ROW + ROW.replace("f1", "f2").replace(cell, bad, 1).replace("f1", "f2"))
    if named == "id":
        path = write(tmp_path, HEADER + ROW.replace(cell, bad, 1))
    with pytest.raises(BadFile) as error:
        read_figures(path)
    assert f"column {named}" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"<html><body>error</body></html>",
        HEADER.encode(),
        HEADER.encode() + b"only,three,cells\n",
        HEADER.encode() + ROW.encode() * 2,
        HEADER.encode() + b'"unclosed\n' + ROW.encode(),
        HEADER.replace("partner", "reporter").encode() + ROW.encode(),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadFile) as error:
        read_figures(write(tmp_path, content))
    assert "figures.csv" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(BadFile):
            read_figures(path)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_mutation_of_a_table_is_a_traceback(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = bytearray((HEADER + ROW * 1).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("fuzz") / "figures.csv"
    path.write_bytes(bytes(text))
    try:
        figures = read_figures(path)
    except TidewaiterError as error:
        said = str(error)
    else:
        said = ""
        assert all(figure.bounds.lo <= figure.bounds.hi for figure in figures)
    assert "\n" not in said


def test_origins_of_one_family_are_told_apart_from_independent_ones() -> None:
    families = {origin.family for origin in origins().values()}
    assert {"Reuters", "VOA", "RFA", "Yonhap", "South China Morning Post"} <= families
    assert origins()["kbs_voa"].family == "VOA"
