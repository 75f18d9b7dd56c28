"""The US Census Bureau, UK HMRC, Brazil, and every file that lies in the shared data."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.shared_data import ROOT, shared
from tests.sources.reading import read_bytes, read_path
from tidewaiter.errors import BadFile
from tidewaiter.period import month

IMPORTS = ["CTY_CODE", "CTY_NAME", "I_COMMODITY", "GEN_VAL_MO", "GEN_QY1_MO", "CON_VAL_MO", "UNIT_QY1", "AIR_VAL_MO", "AIR_WGT_MO", "COMM_LVL", "SUMMARY_LVL", "time", "I_COMMODITY"]  # fmt: skip
SALMON = ["4039", "NORWAY", "0302140003", "9000", "700", "8000", "KG", "8500", "650", "HS10", "DET", "2018-03", "0302140003"]  # fmt: skip


def answer(*rows: list[Any], header: list[str] = IMPORTS) -> bytes:
    return json.dumps([header, *rows]).encode()


def table(*rows: list[Any], header: list[str] = IMPORTS[:-1]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *(row[: len(header)] for row in rows)])
    return out.getvalue().encode()


@pytest.mark.parametrize("form", [answer, table])
def test_one_row_of_the_census_is_a_total_and_its_parts(form: Any) -> None:
    read = read_bytes(form(SALMON))
    assert read.source.name == "census"
    assert not read.rejects
    general, consumption, air = read.rows
    assert (general["reporter"], general["partner"], general["flow"], general["cmd_code"]) == (
        "USA",
        "NOR",
        "M",
        "0302140003",
    )
    assert (general["value"], general["qty"], general["qty_unit"], general["classification"]) == (
        9000,
        700,
        "kg",
        "HTS",
    )
    assert general["net_wgt_kg"] is None
    assert general["period_start"] == general["period_end"] == month("2018-03")
    assert (consumption["customs_regime"], consumption["value"], consumption["qty"]) == ("consumption", 8000, None)
    assert (air["mode_of_transport"], air["value"], air["net_wgt_kg"], air["qty"]) == ("air", 8500, 650, None)
    assert read.total(customs_regime="", mode_of_transport="") == 9000


def test_the_world_and_groups_never_sum_with_countries() -> None:
    def row(code: str, name: str, value: int, level: str) -> list[Any]:
        return [code, name, "030214", value, 0, value, "-", 0, 0, "HS6", level, "2018-03", "030214"]

    read = read_bytes(
        answer(
            row("-", "TOTAL FOR ALL COUNTRIES", 12, "DET"), row("4039", "NORWAY", 7, "DET"), row("5800", "KOREA, SOUTH", 5, "DET"),
            row("4XXX", "EUROPE", 7, "CGP"), row("0003", "EUROPEAN UNION", 0, "CGP"), row("0022", "OECD", 12, "CGP"),
        )
    )  # fmt: skip
    assert not read.rejects
    from tidewaiter.codes import all_areas

    countries = [
        row
        for row in read.rows
        if not all_areas()[row["partner"]].is_group and row["customs_regime"] == row["mode_of_transport"] == ""
    ]
    assert (
        sum(row["value"] for row in countries)
        == read.total(partner="W00", customs_regime="", mode_of_transport="")
        == 12
    )
    assert {row["partner"] for row in read.rows} == {"W00", "NOR", "KOR", "R_EUR", "EU", "OECD"}


def test_exports_keep_domestic_and_foreign_beside_their_total() -> None:
    header = ["CTY_CODE", "E_COMMODITY", "DF", "ALL_VAL_MO", "QTY_1_MO", "UNIT_QY1", "YEAR", "MONTH"]
    rows = [
        ["5700", "8542310001", mark, value, 3, "NO", "2022", "4"] for mark, value in (("-", 30), ("1", 20), ("2", 10))
    ]
    read = read_bytes(answer(*rows, header=header))
    assert [(row["flow"], row["value"]) for row in read.rows] == [("X", 30), ("DX", 20), ("RX", 10)]
    assert read.rows[0]["classification"] == "Schedule B"
    assert read.rows[0]["period_start"] == month("2022-04")


@pytest.mark.parametrize(
    ("place", "bad", "column"),
    [
        (0, "9999", "CTY_CODE"), (0, "5800", "CTY_CODE"), (0, "", "CTY_CODE"), (2, "30214", "I_COMMODITY"), (2, "302140003", "I_COMMODITY"),
        (3, "9,000", "GEN_VAL_MO"), (3, "", "GEN_VAL_MO"), (3, "null", "GEN_VAL_MO"), (4, "x", "GEN_QY1_MO"), (6, "PARSEC", "UNIT_QY1"),
        (7, "-", "AIR_VAL_MO"), (10, "CGP", "SUMMARY_LVL"), (11, "2018-00", "time"), (11, "2018", "time"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", [answer, table])
def test_a_bad_cell_of_the_census_is_named(form: Any, place: int, bad: str, column: str) -> None:
    row = list(SALMON)
    row[place] = bad
    read = read_bytes(form(SALMON, row, SALMON))
    assert [(one.line, one.column) for one in read.rejects] == [(2 if form is answer else 3, column)]
    assert len(read.rows) == 6


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (answer(header=["CTY_CODE", "I_COMMODITY", "GEN_VAL_MO"]), "no month"),
        (answer(header=["CTY_CODE", "I_COMMODITY", "time"]), "no monthly value"),
        (answer(["4039", "030214", "7", "2018-03"], header=["CTY_CODE", "I_COMMODITY", "GEN_QY1_MO", "time"]), "without their unit"),
        (answer(header=["CTY_CODE", "I_COMMODITY", "E_COMMODITY", "time", "GEN_VAL_MO"]), "two files"),
        (answer(SALMON, SALMON[:-1]), "cells where the header"),
        (answer(SALMON)[:-2], "not whole JSON"),
        (b'[["CTY_CODE","I_COMMODITY","time","GEN_VAL_MO"],7]', "not whole JSON"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        read_bytes(data)


@pytest.mark.parametrize("year", ["2018", "2019", "2020"])
def test_real_census_files_agree_with_an_independent_reading(year: str) -> None:
    path = shared("data", "census", f"us_imports_fish_hs6_monthly_{year}.csv.gz")
    plain: Counter[str] = Counter()
    air: Counter[str] = Counter()
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            plain[row["CTY_CODE"]] += int(row["GEN_VAL_MO"])
            air[row["CTY_CODE"]] += int(row["AIR_WGT_MO"])
    read = read_path(path)
    assert not read.rejects
    assert {len(code) for code in read.table.column("cmd_code").unique().to_pylist()} == {6}
    for code, partner in (
        ("-", "W00"),
        ("0003", "EU"),
        ("4039", "NOR"),
        ("5700", "CHN"),
        ("5XXX", "R_ASI"),
        ("1220", "CAN"),
    ):
        assert read.total(partner=partner, mode_of_transport="") == plain[code]
        assert read.total("net_wgt_kg", partner=partner, mode_of_transport="air") == air[code]


HMRC_EU = "comcode,record_type,cod_seq,cod_alpha,trade_ind,coo_seq,coo_alpha,nature_of_transaction,mode_of_transport,period_reference,suite_indicator,sitc,ip_comcode,no_of_consignments,stat_value,nett_mass,supp_unit\n"  # fmt: skip


def test_amendments_of_the_uk_are_changes_and_not_values() -> None:
    rows = (
        "870332190,0,004,DE,0,000,,001,010,0201706,000,78120,000000000,1.0,500.0,1200.0,1.0\n"
        "870332190,0,004,DE,0,000,,001,030,0201706,000,78120,000000000,1.0,250.0,600.0,0.0\n"
        "870332190,0,004,DE,0,000,,000,000,0991604,000,78120,000000000,0.0,-40.0,-7.0,0.0\n"
        "870332190,0,004,DE,0,000,,001,010,0201701,000,78120,000000000,0.0,-441.0,-4.0,0.0\n"
        "870332190,0,004,DE,0,000,,001,010,0201706,005,78120,000000000,1.0,999.0,1.0,0.0\n"
        "010121000,3,389,,0,000,,001,010,0201706,000,78120,000000000,1.0,7.0,0.0,0.0\n"
    )
    read = read_bytes((HMRC_EU + rows).encode(), flow="X")
    assert read.source.name == "hmrc"
    assert not read.rejects
    cars = [row for row in read.rows if row["cmd_code"] == "87033219"]
    assert [(row["mode_of_transport"], row["value"], row["net_wgt_kg"]) for row in cars] == [
        ("", 750, 1800),
        ("010", 500, 1200),
        ("030", 250, 600),
    ]
    assert {row["period_start"] for row in read.rows} == {month("2017-06")}
    assert {row["customs_regime"] for row in read.rows} == {""}
    assert next(row["partner"] for row in read.rows if row["cmd_code"] == "01012100") == "NAM"
    assert all(row["currency"] == "GBP" and row["qty"] is None for row in read.rows)
    for words in (
        "2 rows amend months before 2017-06",
        "1 row is excluded from general trade",
        "1 row holds trade whose details are suppressed",
        "1 supplementary",
    ):
        assert any(words in note for note in read.notes), words
    with pytest.raises(BadFile, match="--flow X or --flow M"):
        read_bytes((HMRC_EU + rows).encode())


def test_records_between_pipes_without_names() -> None:
    row = "701932000|66495|000|400|US|390|ZA|06/2017|437|EMA|400|US|400|US|0|001|040|00|000||000|001|000|2872|40|0"
    more = row.replace("701932000", "010121000").replace("2872", "128")
    data = "\n".join(["000000000|SMKI19|JUNE 2017|", row, more, "999999999|0000002|", ""]).encode()
    read = read_bytes(data)
    assert not read.rejects
    assert [(row["flow"], row["partner"], row["cmd_code"], row["value"]) for row in read.rows if row["mode_of_transport"] == ""] == [
        ("M", "USA", "70193200", 2872), ("M", "USA", "01012100", 128),
    ]  # fmt: skip
    with pytest.raises(BadFile, match="not --flow X"):
        read_bytes(data, flow="X")
    broken = read_bytes(data.replace(b"|2872|", b"|28x2|").replace(b"\n0101", b"\n|0101"))
    assert [(one.line, one.column) for one in broken.rejects] == [(2, "value"), (3, "")]


@pytest.mark.parametrize("name", ["uk_hmrc_smke19_exports_sample.csv", "uk_hmrc_smki19_imports_sample.csv", "uk_hmrc_smkm46_smkx46_arrivals_dispatches_sample.csv"])  # fmt: skip
def test_real_samples_of_the_uk_agree_with_an_independent_reading(name: str) -> None:
    with shared("data", "other", name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    read = read_path(shared("data", "other", name), flow="M")
    assert not read.rejects
    if "period_reference" in rows[0]:
        rows = [row for row in rows if row["period_reference"] == "0201706"]
    value = "value" if "value" in rows[0] else "stat_value"
    weight = "quantity_1" if "value" in rows[0] else "nett_mass"
    assert read.total(mode_of_transport="") == sum(float(row[value]) for row in rows)
    assert read.total("net_wgt_kg", mode_of_transport="") == sum(float(row[weight]) for row in rows)
    for code in {row["comcode"] for row in rows}:
        assert read.total(mode_of_transport="", cmd_code=code[:8]) == sum(
            float(row[value]) for row in rows if row["comcode"] == code
        )


BRAZIL = '"CO_ANO";"CO_MES";"CO_NCM";"CO_UNID";"CO_PAIS";"SG_UF_NCM";"CO_VIA";"CO_URF";"QT_ESTAT";"KG_LIQUIDO";"VL_FOB"'


def test_offices_are_added_up_and_states_and_ways_are_parts() -> None:
    rows = (
        '"2024";"02";"02023000";"10";"187";"MT";"07";"0230154";100;100;1000\n'
        '"2024";"02";"02023000";"10";"187";"MT";"07";"0817800";10;10;100\n'
        '"2024";"02";"02023000";"10";"187";"SP";"01";"0817800";1;1;10\n'
        '"2024";"02";"01061900";"11";"190";"SP";"04";"0817800";3;0;77\n'
        '"2024";"02";"30049099";"23";"190";"SP";"04";"0817800";5;2;70\n'
    )
    read = read_bytes((BRAZIL + "\n" + rows).encode(), flow="X")
    assert not read.rejects
    beef = {(row["district"], row["mode_of_transport"]): row for row in read.rows if row["cmd_code"] == "02023000"}
    assert {key: row["value"] for key, row in beef.items()} == {("", ""): 1110, ("MT", "07"): 1100, ("SP", "01"): 10}
    total = beef["", ""]
    assert (total["partner"], total["qty"], total["qty_unit"], total["net_wgt_kg"], total["currency"]) == (
        "PRK",
        111,
        "kg",
        111,
        "USD",
    )
    apes = next(row for row in read.rows if row["cmd_code"] == "01061900" and not row["district"])
    assert (apes["partner"], apes["qty"], apes["qty_unit"], apes["net_wgt_kg"]) == ("KOR", 3, "items", 0)
    assert next(row["qty"] for row in read.rows if row["cmd_code"] == "30049099") is None
    assert any("unit that is not known" in note for note in read.notes)
    assert any("zero beside a value" in note for note in read.notes)


def test_imports_of_brazil_show_by_their_freight() -> None:
    row = '"2024";"2";"02023000";"10";"589";"MT";"7";"0230154";22356;22356;89125;12;3\n'
    data = (BRAZIL + ';"VL_FRETE";"VL_SEGURO"\n' + row).encode()
    assert [(one["flow"], one["value"]) for one in read_bytes(data).rows] == [("M", 89125)] * 2
    with pytest.raises(BadFile, match="holds imports"):
        read_bytes(data, flow="X")
    with pytest.raises(BadFile, match="--flow X or --flow M"):
        read_bytes((BRAZIL + "\n" + row.replace(";12;3", "")).encode())


@pytest.mark.parametrize(("old", "new", "column"), [("589", "588", "CO_PAIS"), ('"02"', '"13"', "CO_MES"), ('"02023000"', '"2023000"', "CO_NCM"), ("89125", "89.125", "VL_FOB"), ('"MT"', '"Mato"', "SG_UF_NCM")])  # fmt: skip
def test_a_bad_cell_of_brazil_is_named(old: str, new: str, column: str) -> None:
    row = '"2024";"02";"02023000";"10";"589";"MT";"07";"0230154";22356;22356;89125\n'
    read = read_bytes((BRAZIL + "\n" + row + row.replace(old, new)).encode(), flow="X")
    assert [(one.line, one.column) for one in read.rejects] == [(3, column)]
    assert read.total(district="") == 89125


REFUSED = {
    "claims": "printed figures or statements", "figures": "printed figures or statements", "reference": "no column holds|none of Eurostat's",
    "events": "no trade data", "products.csv": "list of codes", "eu_export_sanctions_cn8_codes.csv": "list of codes",
    "countryCodes.txt": "not a table", "india_meidb_eidb_commodity_2024_01_usd.json": "financial year", "README.md": "not a table",
    "comtrade_v1_api_bulk_list_C_A_HS.json": "list of bulk files",
}  # fmt: skip


def test_every_shared_file_is_read_or_refused_for_its_reason() -> None:
    root = shared("data")
    read = refused = 0
    for path in sorted(root.rglob("*")):
        if (
            not path.is_file()
            or path.stat().st_size > 2_000_000
            or path.name.startswith(("us_imports_fish", "eurostat_databrowser"))
        ):
            continue  # the large ones have tests of their own
        reason = REFUSED.get(path.name) or REFUSED.get(path.relative_to(root).parts[0])
        if reason:
            with pytest.raises(BadFile, match=reason) as error:
                read_path(path, flow="M")
            assert "\n" not in str(error.value)
            refused += 1
        else:
            found = read_path(path, flow="M")
            assert found.table.num_rows
            assert not found.rejects
            read += 1
    assert read >= 16
    assert refused >= 25


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"), (b" \n\n", "is empty"), (b"\xff\xfea\x00", "UTF-16"), (b"%PDF-1.7", "PDF"), (b"PAR1\x00", "Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"), (b"BZh91AY&SY", "bzip2"), (b"<?xml version='1.0'?>", "XML"), (b'{"a": 1}', "JSON"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"), (b"hello", "not a table"), (b"code,text\n1,a\n", "list of codes"),
        (b"value,place\n1,a\n", "months or years"), (b"partner,period,value\nPRK,2022-04,1\n", "mapping"),
    ],
)  # fmt: skip
def test_what_is_no_format_is_told_for_what_it_is(data: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        read_bytes(data)


def test_a_file_is_recognised_by_what_is_in_it_and_not_by_its_name(tmp_path: Path) -> None:
    from tidewaiter.sources.registry import recognise, sources

    path = tmp_path / "gacc_soybean.csv"
    path.write_bytes(table(SALMON))
    assert read_path(path).source.name == "census"
    names = [source.name for source in sources()]
    assert len(set(names)) == len(names)
    for source in sources():
        assert source.title
        assert source.publisher
        assert source.address.startswith("http")
        assert source.attribution
    assert recognise(table(SALMON), "x").name == "census"


def test_every_format_and_every_field_of_a_mapping_has_its_place_in_the_documentation() -> None:
    from tidewaiter.sources.mapping import KEYS, MEASURES
    from tidewaiter.sources.registry import sources

    pages = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs/sources").glob("*.md")}
    for source in sources():
        assert f"`{source.name}`" in pages["index.md"]
        assert any(f"`{source.name}`" in text for name, text in pages.items() if name != "index.md"), source.name
    for field in (*KEYS, *MEASURES, "add_up", "missing", "delimiter", "encoding", "decimal", "thousands"):
        assert f"`{field}`" in pages["other.md"], field


def test_the_opening_record_of_the_uk_says_the_flow_and_a_second_one_must_not_contradict() -> None:
    row = "870332190|0|004|DE|0|000||001|010|0201706|000|78120|000000000|1|500|1200|1"
    opening, other = "000000000|SMKM46|JUNE 2017|", "000000000|SMKX46|JUNE 2017|"
    data = "\n".join([opening, row, row.replace("|500|", "|7|"), ""])
    read = read_bytes(data.encode())
    assert {one["flow"] for one in read.rows} == {"M"}
    assert not any("--flow" in note for note in read.notes)
    with pytest.raises(BadFile, match="not --flow X"):
        read_bytes(data.encode(), flow="X")
    with pytest.raises(BadFile, match="line 4: opens a set of exports"):
        read_bytes((data + "\n".join([other, row, ""])).encode())
    told = read_bytes((HMRC_EU + row.replace("|", ",") + "\n").encode(), flow="X")
    assert any("because --flow said so" in note for note in told.notes)


def test_a_list_of_units_is_called_a_list() -> None:
    with pytest.raises(BadFile, match="a list of codes and names"):
        read_bytes("qtyCode,qtyAbbr,qtyDescription\n2,m²,Area in square meters\n".encode())
