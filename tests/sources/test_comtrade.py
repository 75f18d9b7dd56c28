"""UN Comtrade in each of its forms, with the traps of each."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from tests.shared_data import shared
from tests.sources.reading import Read, read_bytes, read_path
from tidewaiter.errors import BadFile
from tidewaiter.period import month

_NAMES = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,partnerCode,"
    "partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,classificationSearchCode,"
    "isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,motDesc,qtyUnitCode,"
    "qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,"
    "isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,legacyEstimationFlag,isReported,isAggregate"
)
PLUS = _NAMES.split(",")


def record(**changes: Any) -> dict[str, Any]:
    """A row of China's monthly exports to North Korea, as the interface answers it."""
    row: dict[str, Any] = dict.fromkeys(PLUS)
    row |= {
        "typeCode": "C", "freqCode": "M", "refPeriodId": 20220401, "refYear": 2022, "refMonth": 4, "period": "202204",
        "reporterCode": 156, "reporterISO": "CHN", "reporterDesc": "China", "flowCode": "X", "flowDesc": "Export",
        "partnerCode": 408, "partnerISO": "PRK", "partnerDesc": "Dem. People's Rep. of Korea", "partner2Code": 0,
        "partner2ISO": "W00", "partner2Desc": "World", "classificationCode": "H6", "classificationSearchCode": "HS",
        "isOriginalClassification": True, "cmdCode": "010619", "cmdDesc": "Mammals, live", "aggrLevel": 6, "isLeaf": True,
        "customsCode": "C00", "customsDesc": "TOTAL CPC", "mosCode": "0", "motCode": 0, "motDesc": "TOTAL MOT",
        "qtyUnitCode": 5, "qtyUnitAbbr": "u", "qty": 1000.0, "isQtyEstimated": False, "altQtyUnitCode": -1,
        "altQtyUnitAbbr": "N/A", "altQty": 0.0, "isAltQtyEstimated": False, "netWgt": 3524.5, "isNetWgtEstimated": False,
        "grossWgt": 0.0, "isGrossWgtEstimated": False, "cifvalue": None, "fobvalue": 123456.0, "primaryValue": 123456.0,
        "legacyEstimationFlag": 0, "isReported": True, "isAggregate": False,
    }  # fmt: skip
    return row | changes


def answer(*rows: dict[str, Any], **envelope: Any) -> bytes:
    return json.dumps(
        {"elapsedTime": "0.2 secs", "count": len(rows), "data": list(rows), "error": ""} | envelope, indent=1
    ).encode()


def cell(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def plus(*rows: dict[str, Any], trailing: str = ",", encoding: str = "utf-8") -> bytes:
    lines = [",".join(PLUS)]
    lines += [",".join(f'"{cell(value)}"' for value in row.values()) + trailing for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def bulk(*rows: dict[str, Any]) -> bytes:
    left = [name for name in PLUS if not name.endswith(("ISO", "Desc", "Abbr")) and name not in ("aggrLevel", "isLeaf")]
    names = ["datasetCode", *("isnetWgtEstimated" if name == "isNetWgtEstimated" else name for name in left)]
    names = ["CIFValue" if name == "cifvalue" else "FOBValue" if name == "fobvalue" else name for name in names]
    lines = ["\t".join(names), *("\t".join(["20220456", *(cell(row[name]) for name in left)]) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


FORMS = {"answer": answer, "plus": plus, "bulk": bulk}


def read(form: str, *rows: dict[str, Any]) -> Read:
    return read_bytes(FORMS[form](*rows))


@pytest.mark.parametrize("form", FORMS)
def test_a_monthly_row_is_read_alike_in_every_form(form: str) -> None:
    found = read(form, record())
    assert found.source.name == {"answer": "comtrade-api", "plus": "comtrade-plus", "bulk": "comtrade-bulk"}[form]
    assert not found.rejects
    (row,) = found.rows
    assert row == {
        "dataset": "comtrade", "reporter": "CHN", "partner": "PRK", "flow": "X", "cmd_code": "010619",
        "classification": "HS 2022", "customs_regime": "", "mode_of_transport": "", "district": "",
        "period_start": month("2022-04"), "period_end": month("2022-04"), "value": 123456.0, "currency": "USD",
        "net_wgt_kg": 3524.5, "qty": 1000.0, "qty_unit": "items", "qty2": None, "qty2_unit": None,
    }  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_year_is_twelve_months_whatever_month_52_says(form: str) -> None:
    found = read(
        form, record(period="2021", refMonth=52, freqCode="A", partnerCode=0, partnerISO="W00", cmdCode="TOTAL")
    )
    (row,) = found.rows
    assert (row["period_start"], row["period_end"]) == (month("2021-01"), month("2021-12"))
    assert (row["partner"], row["cmd_code"]) == ("W00", "TOTAL")


@pytest.mark.parametrize("form", FORMS)
def test_thirty_two_rows_for_one_total_never_sum(form: str) -> None:
    parts = [
        record(customsCode=customs, motCode=mode, partner2Code=second, primaryValue=100.0 if customs == "C00" else 1.0)
        for customs in ("C00", "C01", "C06", "C20")
        for mode in (0, 1000, 2100, 3200)
        for second in (0, 156)
    ]
    found = read(form, *parts)
    assert not found.rejects
    assert found.total(customs_regime="", mode_of_transport="") == 100
    assert len(found.rows) == 16
    assert {row["mode_of_transport"] for row in found.rows} == {"", "1000", "2100", "3200"}
    assert any("16 rows by second partner were left out" in note for note in found.notes)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_recorded_is_null_and_never_zero(form: str) -> None:
    found = read(form, record(qtyUnitCode=-1, qty=0, netWgt=0, isNetWgtEstimated=True), record(netWgt=None, qty=0))
    assert [(row["qty"], row["qty_unit"], row["net_wgt_kg"]) for row in found.rows] == [(None, None, None)] * 2
    assert any("net weight" in note and "of zero beside a value" in note for note in found.notes)
    assert any("quantit" in note and "of zero beside a value" in note for note in found.notes)


@pytest.mark.parametrize("form", FORMS)
def test_estimates_and_conversions_are_told(form: str) -> None:
    found = read(
        form,
        record(isNetWgtEstimated=True, isQtyEstimated=True, isOriginalClassification=False, classificationCode="H5"),
    )
    assert found.rows[0]["classification"] == "HS 2017"
    assert sum("estimate" in note for note in found.notes) == 2
    assert any("converted" in note for note in found.notes)


@pytest.mark.parametrize("form", ["answer", "plus"])
def test_a_slip_between_the_two_koreas_is_refused(form: str) -> None:
    found = read(form, record(), record(partnerISO="KOR"), record(partnerCode=410))
    assert len(found.rows) == 1
    assert [one.value for one in found.rejects] == ["408 KOR", "410 PRK"]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"period": "202213"}, "period"), ({"period": "22"}, "period"), ({"period": "200052"}, "period"),
        ({"reporterCode": 9999}, "reporterCode"), ({"partnerCode": ""}, "partnerCode"), ({"flowCode": "Q"}, "flowCode"),
        ({"classificationCode": "EB02"}, "classificationCode"), ({"cmdCode": "1234567"}, "cmdCode"), ({"cmdCode": ""}, "cmdCode"),
        ({"primaryValue": "n/a"}, "primaryValue"), ({"primaryValue": "1e400"}, "primaryValue"), ({"qty": "many"}, "qty"),
        ({"netWgt": "3.5.1"}, "netWgt"), ({"qtyUnitCode": 77}, "qtyUnitCode"), ({"typeCode": "S"}, "typeCode"),
        ({"motCode": "by air"}, "motCode"), ({"partner2Code": "all"}, "partner2Code"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", FORMS)
def test_a_bad_cell_is_named(form: str, change: dict[str, Any], column: str) -> None:
    found = read(form, record(), record(**change), record(period="202205"))
    assert [one.column.lower() for one in found.rejects] == [column.lower()]
    assert found.rejects[0].line == (2 if form == "answer" else 3)
    assert len(found.rows) == 2


@pytest.mark.parametrize("form", ["answer", "plus"])
def test_an_answer_exactly_at_a_limit_is_refused(form: str) -> None:
    with pytest.raises(BadFile, match="exactly 500 rows"):
        read(form, *[record()] * 500)
    assert len(read(form, *[record()] * 499).rows) == 499
    assert len(read("bulk", *[record()] * 500).rows) == 500


def test_the_download_has_a_cell_more_than_its_header_and_may_be_latin_1() -> None:
    rows = [record(partnerCode=384, partnerISO="CIV", partnerDesc="Côte d'Ivoire")]
    for data in (plus(*rows, encoding="latin-1"), plus(*rows), plus(*rows, trailing="")):
        assert [row["partner"] for row in read_bytes(data).rows] == ["CIV"]


def test_a_mark_of_utf_8_and_words_of_any_script_change_nothing() -> None:
    # The first row of words is looked at for its number of cells: it may hold what Latin-1 has no letters for.
    rows = [record(cmdDesc="Masks – 口罩 Å\u0085"), record(period="202205")]
    for data in (plus(*rows), b"\xef\xbb\xbf" + plus(*rows), b"\xef\xbb\xbf" + plus(*rows, trailing="")):
        assert read_bytes(data).total() == 2 * 123456


def test_lost_zeros_are_restored_only_where_it_is_certain() -> None:
    found = read(
        "plus",
        record(cmdCode="10619"),
        record(cmdCode="101", classificationCode="H5"),
        record(cmdCode="341", classificationCode="S3"),
    )
    assert [row["cmd_code"] for row in found.rows] == ["010619", "0101", "341"]
    assert any("2 codes had lost their leading zero" in note for note in found.notes)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (answer(record(), count=2), "says it has 2 rows and has 1"),
        (answer(error="Invalid subscription key"), "is an error"),
        (json.dumps({"statusCode": 429, "message": "Rate limit is exceeded.\nTry again in 1 seconds."}).encode(), "is an error"),
        (answer(record())[:-30], "not whole JSON"),
        (answer(record()).replace(b'"data"', b'"data": 7, "dat"', 1), "not whole JSON"),
        (answer({"reporterCode": 156}), "no field"),
        (answer(record(qty={"a": 1})), "not a plain value"),
        (answer({"fileUrl": "x", "reporterCode": 156}), "list of bulk files"),
        (b'{"elapsedTime": ' + b"[" * 100_000, "not whole JSON"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said) as error:
        read_bytes(data)
    assert "\n" not in str(error.value)


def test_the_old_interface_in_both_its_widths() -> None:
    wide = (
        "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,Trade Flow,Reporter Code,Reporter,"
        "Reporter ISO,Partner Code,Partner,Partner ISO,Commodity Code,Commodity,Qty Unit Code,Qty Unit,Qty,Netweight (kg),"
        "Trade Value (US$),Flag\n"
        "H4,2015,201503,March 2015,6,1,2,Export,156,China,CHN,408,Dem. People's Rep. of Korea,PRK,630790,Made up,8,kg,5200,5200,77310,0\n"
        "H4,2015,201503,March 2015,6,1,2,Export,156,China,CHN,410,Dem. People's Rep. of Korea,PRK,630790,Made up,1,No Quantity,,,77310,6\n"
        "H4,2015,201503,March 2015,6,1,1,Import,156,China,CHN,410,Rep. of Korea,KOR,30110,\"Fish, live\",1,No Quantity,,12.5,40,4\n"
    )  # fmt: skip
    found = read_bytes(wide.encode())
    assert found.source.name == "comtrade-legacy"
    assert [one.line for one in found.rejects] == [3]
    masks, fish = found.rows
    assert (masks["flow"], masks["qty"], masks["qty_unit"], masks["classification"]) == ("X", 5200, "kg", "HS 2012")
    assert masks["period_start"] == masks["period_end"] == month("2015-03")
    assert (fish["flow"], fish["cmd_code"], fish["qty"], fish["net_wgt_kg"]) == ("M", "030110", None, 12.5)
    assert any("1 net weight is an estimate" in note for note in found.notes)


def test_a_field_that_is_not_there_is_named() -> None:
    with pytest.raises(BadFile, match="no column classificationcode"):
        read_bytes(plus(record()).replace(b"classificationCode", b"classification", 1))


def test_real_files_agree_with_an_independent_reading() -> None:
    found = read_path(shared("data", "comtrade", "comtrade_plus_TradeData_download.csv"))
    with shared("data", "comtrade", "comtrade_plus_TradeData_download.csv").open(
        encoding="latin-1", newline=""
    ) as file:
        rows = list(csv.reader(file))
    at = {column: place for place, column in enumerate(rows[0])}
    assert len(found.rows) == len(rows) - 1
    for flow in ("M", "X"):
        for iso in ("CHN", "DEU", "USA"):
            plain = [row for row in rows[1:] if row[at["flowCode"]] == flow and row[at["reporterISO"]] == iso]
            world = sum(float(row[at["primaryValue"]]) for row in plain if row[at["partnerISO"]] == "W00")
            rest = sum(float(row[at["primaryValue"]]) for row in plain if row[at["partnerISO"]] != "W00")
            assert found.total(flow=flow, reporter=iso, partner="W00") == world
            assert found.total(flow=flow, reporter=iso) - world == pytest.approx(rest, rel=1e-12)
    assert all(row["net_wgt_kg"] is None for row in found.rows)
    old = read_path(shared("data", "comtrade", "comtrade_legacy_download_2017.csv"))
    with shared("data", "comtrade", "comtrade_legacy_download_2017.csv").open(encoding="latin-1", newline="") as file:
        plain_rows = list(csv.DictReader(file))
    for code, flow in (("1", "M"), ("2", "X"), ("3", "RX")):
        assert old.total(flow=flow) == sum(
            float(row["Trade Value (US$)"]) for row in plain_rows if row["Trade Flow Code"] == code
        )
    assert {len(row["cmd_code"]) for row in old.rows} == {2}
    rounded = sum("E+" in row["Trade Value (US$)"] for row in plain_rows)
    assert any(f"{rounded} values are in scientific notation" in note for note in old.notes)
    told = json.loads(shared("data", "comtrade", "comtrade_v1_api_data_C_A_HS.json").read_bytes())
    api = read_path(shared("data", "comtrade", "comtrade_v1_api_data_C_A_HS.json"))
    assert [row["value"] for row in api.rows] == [one["primaryValue"] for one in told["data"]]
    with pytest.raises(BadFile, match="list of bulk files"):
        read_path(shared("data", "comtrade", "comtrade_v1_api_bulk_list_C_A_HS.json"))
