"""Eurostat in its six forms: groups beside members, levels beside levels, silence that is no zero."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from tests.shared_data import shared
from tests.sources.reading import read_bytes, read_path
from tests.sources.test_compressed import seven
from tidewaiter.errors import BadFile
from tidewaiter.period import month

BULK = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,PRODUCT_BEC5,PRODUCT_SECTION,"
    "FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT\n"
)
OLD_BULK = (
    "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA2002,PRODUCT_CPA2008,"
    "PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_SECTION,FLOW,STAT_REGIME,SUPP_UNIT,PERIOD,VALUE_IN_EUROS,QUANTITY_IN_KG,SUP_QUANTITY\n"
)
SDMX = "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE,OBS_FLAG\r\n"


def bulk(*rows: tuple[str, str, str, int, int, str, int, int, int]) -> bytes:
    lines = [
        f"{reporter},{partner},E,{product},78120,2910,2910,510,.....,17,{flow},{procedure},{unit},202209,{value},{value},{kg},{quantity}\n"
        for reporter, partner, product, flow, procedure, unit, value, kg, quantity in rows
    ]
    return (BULK + "".join(lines)).encode()


def test_a_bulk_file_has_a_total_over_procedures_and_the_parts_that_are_not_normal() -> None:
    data = bulk(
        ("AT", "KG", "87032410", 2, 1, "PST", 100, 2000, 4), ("AT", "KG", "87032410", 2, 2, "PST", 10, 200, 1),
        ("AT", "KG", "01061900", 1, 1, "NO_SU", 7, 0, 0), ("DE", "QY", "27SSSSSS", 2, 1, "NO_SU", 5, 3, 0),
        ("DE", "KG", "87032410", 2, 1, "PST", 30, 600, 2),
    )  # fmt: skip
    read = read_bytes(data)
    assert read.source.name == "comext-bulk"
    assert not read.rejects
    assert read.total(customs_regime="") == 152
    parts = [row for row in read.rows if row["customs_regime"]]
    assert [(row["customs_regime"], row["value"], row["qty"]) for row in parts] == [("2", 10, 1)]
    car = next(row for row in read.rows if row["reporter"] == "AUT" and row["cmd_code"] == "87032410")
    assert (car["value"], car["net_wgt_kg"], car["qty"], car["qty_unit"], car["flow"]) == (110, 2200, 5, "items", "X")
    assert car["period_start"] == month("2022-09")
    assert {row["cmd_code"] for row in read.rows} == {"87032410", "01061900", "27SSSSSS"}
    assert any("hidden" in note and "27SSSSSS" in note for note in read.notes)
    assert any("zero beside a value" in note for note in read.notes)
    assert next(row for row in read.rows if row["partner"] == "_QY")["qty"] is None


@pytest.mark.parametrize("wrap", ["7z", "zip", "plain"])
def test_the_bulk_file_is_read_inside_its_archive(tmp_path: Path, wrap: str) -> None:
    data = bulk(
        *[("AT", "KG", f"{code:08d}", 2, 1, "NO_SU", code, 1, 0) for code in range(1_01_01_00, 1_01_01_00 + 500)]
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("full_202209.dat", data)
    path = tmp_path / "full_v2_202209"
    path.write_bytes({"7z": seven(data), "zip": out.getvalue(), "plain": data}[wrap])
    read = read_path(path)
    assert len(read.rows) == 500
    assert read.total() == sum(range(1_01_01_00, 1_01_01_00 + 500))
    assert all(row["cmd_code"].startswith("0101") for row in read.rows)


def test_the_older_bulk_header_and_a_printed_total() -> None:
    rows = (
        "001,FR,0003,NL,I,99RRR100,00151,0122,0143,.....,111,01,1,1,A,200101,2580,600,1\n"
        "001,FR,0003,NL,I,22042100,00151,0122,0143,.....,111,01,1,1,A,200101,70,600,1\n"
        "001,FR,0003,NL,I,22042100,00151,0122,0143,.....,111,01,1,4,A,200101,75,650,1\n"
    )
    read = read_bytes((OLD_BULK + rows).encode())
    assert not read.rejects
    assert read.total(customs_regime="", cmd_code="22042100") == 75  # as it is printed, not 70 and not 145
    assert read.total(customs_regime="") == 2655
    assert all(row["qty"] is None for row in read.rows)
    assert any("unit that is not known" in note for note in read.notes)


def test_a_reporters_month_in_two_places_is_refused_and_never_told_twice() -> None:
    rows = [("AT", "KG", "87032410", 2, 1, "PST", 1, 1, 1), ("DE", "KG", "87032410", 2, 1, "PST", 1, 1, 1)]
    from tidewaiter.sources import _blocks

    data = bulk(*rows, rows[0])
    assert len(read_bytes(data).rows) == 2  # in one block it is still put together
    size = _blocks.BLOCK
    try:
        blocks = _blocks.blocks.__kwdefaults__
        blocks["size"] = 120
        with pytest.raises(BadFile, match="stand in two places"):
            read_bytes(data)
    finally:
        blocks["size"] = size


def sdmx(*rows: str, header: str = SDMX) -> bytes:
    return (header + "".join(f"ESTAT:DS-045409(1.0),15/09/26 11:00:00,{row}\r\n" for row in rows)).encode()


def test_the_indicators_of_a_cell_make_one_row() -> None:
    read = read_bytes(
        sdmx(
            "M,DE,KG,8703,2,QUANTITY_IN_100KG,2022-09,90212.63,", "M,DE,KG,87032410,2,VALUE_IN_EUROS,2022-09,11909236,",
            "M,DE,KG,8703,2,VALUE_IN_EUROS,  2022-09,31462661,", "A,DE,WORLD,TOTAL,1,VALUE_IN_EUROS,2021,5,p",
            "M,EU27_2020,KG,8703,2,VALUE_IN_EUROS,2022-09,42800000,", "M,FR,KG,0101,2,VALUE_IN_EUROS,2022-09,,c",
            "M,FR,KG,0101,2,VALUE_IN_EUROS,2022-10,:,", "M,FR,KG,0101,2,SUPPLEMENTARY_QUANTITY,2022-10,4,",
        )
    )  # fmt: skip
    assert read.source.name == "comext-sdmx"
    assert not read.rejects
    cells = {(row["reporter"], row["cmd_code"]): row for row in read.rows}
    assert len(read.rows) == len(cells) == 4
    cars = cells["DEU", "8703"]
    assert (cars["value"], cars["currency"]) == (31_462_661, "EUR")
    assert cars["net_wgt_kg"] == pytest.approx(9_021_263)
    assert cells["DEU", "87032410"]["net_wgt_kg"] is None
    assert cells["DEU", "87032410"]["classification"] == "CN"
    assert cells["EU27", "8703"]["value"] == 42_800_000
    year = cells["DEU", "TOTAL"]
    assert (year["period_start"], year["period_end"], year["partner"]) == (month("2021-01"), month("2021-12"), "W00")
    assert any("1 cell is confidential" in note for note in read.notes)
    assert any("2 observations are empty" in note for note in read.notes)
    assert any("supplementary" in note for note in read.notes)


def test_codes_with_labels_in_the_cell_or_beside_it() -> None:
    inside = sdmx(
        "M:Monthly,DE:Germany,KP:North Korea (Democratic People’s Republic of Korea),8703:Cars,2:EXPORT,VALUE_IN_EUROS:Value,2022-09,7,",
        header="DATAFLOW,LAST UPDATE,freq:FREQ,reporter:REPORTER,partner:PARTNER,product:PRODUCT,flow:FLOW,indicators:INDICATORS,TIME_PERIOD:TIME,OBS_VALUE,OBS_FLAG\r\n",
    )  # fmt: skip
    beside = (
        "STRUCTURE,STRUCTURE_ID,freq,Frequency,reporter,REPORTER,partner,PARTNER,product,PRODUCT,flow,FLOW,indicators,INDICATORS,"
        "TIME_PERIOD,OBS_VALUE\r\n"
        'dataflow,ESTAT:DS-045409(1.0),M,Monthly,DE,Germany,KP,North Korea,8703,"Cars, other",2,EXPORT,VALUE_IN_EUROS,Value,2022-09,7\r\n'
    )
    for data in (inside, beside.encode()):
        (row,) = read_bytes(data).rows
        assert (row["reporter"], row["partner"], row["cmd_code"], row["flow"], row["value"]) == (
            "DEU",
            "PRK",
            "8703",
            "X",
            7,
        )


def test_two_values_of_one_cell_are_refused() -> None:
    with pytest.raises(BadFile, match=r"two things of one value: 'DEU X KGZ 8703: 1\.0 and 2\.0'"):
        read_bytes(sdmx("M,DE,KG,8703,2,VALUE_IN_EUROS,2022-09,1,", "M,DE,KG,8703,2,VALUE_IN_EUROS,2022-09,2,"))
    assert len(read_bytes(sdmx(*["M,DE,KG,8703,2,VALUE_IN_EUROS,2022-09,1,"] * 2)).rows) == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("M,Z9,KG,8703,2,VALUE_IN_EUROS,2022-09,1,", "reporter"), ("M,DE,?,8703,2,VALUE_IN_EUROS,2022-09,1,", "partner"),
        ("M,DE,KG,Cars,2,VALUE_IN_EUROS,2022-09,1,", "product"), ("M,DE,KG,8703,3,VALUE_IN_EUROS,2022-09,1,", "flow"),
        ("M,DE,KG,8703,2,VALUE_IN_PESOS,2022-09,1,", "indicators"), ("M,DE,KG,8703,2,VALUE_IN_EUROS,2022-13,1,", "TIME_PERIOD"),
        ("M,DE,KG,8703,2,VALUE_IN_EUROS,2022-09,1 000,", "OBS_VALUE"), ("M,DE,KG,870,2,VALUE_IN_EUROS,2022-09,1,", "product"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named(row: str, column: str) -> None:
    read = read_bytes(sdmx("M,DE,KG,8703,2,VALUE_IN_EUROS,2022-09,1,", row))
    assert [(one.line, one.column) for one in read.rejects] == [(3, column)]
    assert len(read.rows) == 1


EASY = "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR\r\n"


def test_easy_comext_with_codes_and_with_labels() -> None:
    rows = (
        '"Belgium (incl. Luxembourg \'LU\' -> 1998)","Kyrgyzstan","8703-Motor cars","2-EXPORT","T-Total","202408-Aug. 2024",7\r\n'
        '"European Union - 27 countries (AT, BE, BG)","Kyrgyzstan","TOTAL-Total","1-IMPORT","1-Normal","202352-Jan.-Dec. 2023",9\r\n'
        '"Germany","Kyrgyzstan","Total","EXPORT","Total","Sep. 2024",:\r\n'
        '"Germany","Kyrgyzstan","Motor cars","EXPORT","Total","Sep. 2024",3\r\n'
    )
    read = read_bytes((EASY + rows).encode())
    cars, union = read.rows
    assert (cars["reporter"], cars["cmd_code"], cars["flow"], cars["customs_regime"]) == ("BEL", "8703", "X", "")
    assert (union["reporter"], union["flow"], union["customs_regime"]) == ("EU27", "M", "1")
    assert (union["period_start"], union["period_end"]) == (month("2023-01"), month("2023-12"))
    assert [(one.line, one.column, one.value) for one in read.rejects] == [(5, "PRODUCT", "Motor cars")]
    assert any("1 cell is not available" in note for note in read.notes)


def test_groups_of_reporters_keep_codes_of_their_own() -> None:
    header = "reporter_code,is_aggregate,partner_code,flow,period,value_eur,source_folder\n"
    rows = "DE,0,KG,X,2022-09,30,a\nFR,0,KG,X,2022-09,12,a\nEU27_2020,1,KG,X,2022-09,42,a\nEU27_2020,0,KG,X,2022-10,1,a\nDE,1,KG,X,2022-10,1,a\n"
    read = read_bytes((header + rows).encode())
    assert [row["reporter"] for row in read.rows] == ["DEU", "FRA", "EU27"]
    assert [one.line for one in read.rejects] == [5, 6]


def workbook(*, product: str = "Cars [87032410]", cells: tuple[object, ...] = (400_000, ":")) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Summary"
    sheet = book.create_sheet("Sheet 1")
    for row in (
        ["Data extracted on 21/01/2023 20:19:52 from [ESTAT]"], ["Dataset: ", "EU trade since 1988 by HS2-4-6 and CN8"], [],
        ["PRODUCT [PRODUCT]", None, product], ["FLOW", None, "EXPORT"], ["INDICATORS", None, "VALUE_IN_EUROS"], [],
        ["TIME", "TIME", "2022-08", "2022-09"], ["FREQ (Labels)", "FREQ (Labels)", "Monthly", "Monthly"],
        ["REPORTER (Labels)", "PARTNER (Labels)", "", ""], ["Germany (incl. German Democratic Republic 'DD' from 1991)", "Kyrgyzstan", *cells],
        [], ["Special value"], [":", "not available"],
    ):  # fmt: skip
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sheet_of_the_workbook() -> None:
    read = read_bytes(workbook())
    assert read.source.name == "comext-workbook"
    (row,) = read.rows
    assert (row["reporter"], row["partner"], row["cmd_code"], row["classification"]) == ("DEU", "KGZ", "87032410", "CN")
    assert (row["value"], row["currency"], row["period_start"], row["net_wgt_kg"]) == (
        400_000,
        "EUR",
        month("2022-08"),
        None,
    )
    assert any("1 cell is not available" in note for note in read.notes)


def test_a_workbook_that_is_none_is_refused() -> None:
    assert [one.reason for one in read_bytes(workbook(product="Cars")).rejects] == ["not a cmd_code that is known"]
    assert [one.value for one in read_bytes(workbook(cells=("many", 3))).rejects] == ["many"]
    book = openpyxl.Workbook()
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(BadFile, match="none of Eurostat's"):
        read_bytes(out.getvalue())
    whole = workbook()
    for end in range(100, len(whole), len(whole) // 20):
        with pytest.raises(BadFile):
            read_bytes(whole[:end])


def test_the_real_tables_agree_with_an_independent_reading() -> None:
    path = shared("data", "comext", "eu_total_trade_monthly_2019_2024.csv.gz")
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    read = read_path(path)
    assert len(read.rows) == len(rows)
    for partner, code in (("KG", "KGZ"), ("RU", "RUS")):
        for group, name in (("EU27_2020", "EU27"), ("EU_V", "EU")):
            printed = sum(
                int(row["value_eur"])
                for row in rows
                if row["partner_code"] == partner and row["reporter_code"] == group
            )
            assert read.total(partner=code, reporter=name) == printed
    members = {row["reporter"] for row in read.rows} - {"EU27", "EU", "EA", "EA20"}
    plain = {(row["flow"], row["partner_code"], row["period"]): Counter[str]() for row in rows}
    for row in rows:
        plain[row["flow"], row["partner_code"], row["period"]][row["is_aggregate"]] += int(row["value_eur"])
    assert sum(row["value"] for row in read.rows if row["reporter"] in members) == sum(
        one["0"] for one in plain.values()
    )
    for name in ("codes", "labels"):
        path = shared("data", "comext", f"eurostat_easy_comext_relational_view_{name}.csv")
        with path.open(newline="") as text:
            easy = list(csv.DictReader(text))
        found = read_path(path)
        assert not found.rejects
        assert [row["value"] for row in found.rows] == [int(row["VALUE_IN_EUR"]) for row in easy]
        assert sum(row["reporter"] in ("EU", "EU27", "EA", "EA20") for row in found.rows)  == sum(row["REPORTER"].startswith(("European Union", "Euro area")) for row in easy)  # fmt: skip


def test_the_real_workbook_agrees_with_the_xml_in_it() -> None:
    path = shared("data", "comext", "eurostat_databrowser_export_sample.xlsx")
    read = read_path(path)
    assert not read.rejects
    plain = Counter[str]()
    count = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode() if name.startswith("xl/worksheets/sheet") else ""
            code = re.search(r"<t[^>]*>[^<]*\[(\d{8})\]</t>", text)
            for value in re.findall(r'<c r="[A-Z]+\d+"(?: s="\d+")?(?: t="n")?><v>([^<]+)</v>', text) if code else ():
                plain[code[1]] += float(value)  # type: ignore[index,assignment]
                count += 1
    assert len(read.rows) == count > 9000
    for code, total in plain.items():
        assert read.total(cmd_code=code) == pytest.approx(total, abs=0.5)
