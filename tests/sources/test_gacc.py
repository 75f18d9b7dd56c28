"""China Customs' portal: every variant of its CSV, and everything it does to mislead."""

from __future__ import annotations

import csv
import io

import pytest

from tests.shared_data import shared
from tests.sources.reading import read_bytes, read_path
from tidewaiter.errors import BadFile
from tidewaiter.period import month

HEADER = ["数据年月", "贸易伙伴编码", "贸易伙伴名称", "商品编码", "商品名称", "第一数量", "第一计量单位", "第二数量", "第二计量单位", "人民币"]  # fmt: skip
ROW = ["202204", "109", "朝鲜", "63079010", "口罩", "3,195", "千个", "0", "?", "1,234,567"]
MORE = ["202204", "133", "韩国", "01061190", "其他灵长目", "12", "只", "340", "千克", "98"]


def portal(*rows: list[str], header: list[str] = HEADER, encoding: str = "gb18030", lead: str = "") -> bytes:
    lines = [",".join(f'"{cell}"' for cell in row) + "," for row in (header, *rows)]
    return (lead + "\n".join(lines) + "\n").encode(encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("lead", ["", "\n", "\r\n  \n"])
def test_a_row_is_read_as_it_is_printed(encoding: str, lead: str) -> None:
    read = read_bytes(portal(ROW, MORE, encoding=encoding, lead=lead), flow="X")
    assert read.source.name == "gacc-portal"
    assert not read.rejects
    masks, monkeys = read.rows
    assert masks["dataset"] == "gacc"
    assert (masks["reporter"], masks["partner"], masks["flow"], masks["cmd_code"]) == ("CHN", "PRK", "X", "63079010")
    assert masks["period_start"] == masks["period_end"] == month("2022-04")
    assert (masks["value"], masks["currency"]) == (1_234_567, "CNY")
    assert (masks["qty"], masks["qty_unit"]) == (3195, "thousand items")
    assert masks["qty2"] is None
    assert masks["qty2_unit"] is None
    assert masks["net_wgt_kg"] is None
    assert masks["customs_regime"] == masks["mode_of_transport"] == masks["district"] == ""
    assert (monkeys["partner"], monkeys["cmd_code"]) == ("KOR", "01061190")
    assert (monkeys["qty2"], monkeys["qty2_unit"], monkeys["net_wgt_kg"]) == (340, "kg", 340)


def test_columns_come_in_any_order_and_in_dollars() -> None:
    turned = list(reversed(HEADER))
    turned[0] = "美元"
    read = read_bytes(portal(list(reversed(ROW)), header=turned), flow="M")
    assert read.source.name == "gacc-portal-usd"
    (row,) = read.rows
    assert (row["dataset"], row["value"], row["currency"], row["partner"]) == ("gacc-usd", 1_234_567, "USD", "PRK")


def test_trade_mode_and_place_are_parts_not_totals() -> None:
    header = [*HEADER[:5], "贸易方式编码", "贸易方式名称", "注册地编码", "注册地名称", *HEADER[5:]]
    row = [*ROW[:5], "10", "一般贸易", "21", "辽宁省", *ROW[5:]]
    read = read_bytes(portal(row, header=header), flow="X")
    assert (read.rows[0]["customs_regime"], read.rows[0]["district"]) == ("10", "21")
    assert any("trade mode" in note and "total" in note for note in read.notes)
    assert any("place of registration" in note for note in read.notes)


def test_without_partners_or_goods_the_assumption_is_told() -> None:
    read = read_bytes(portal(["202204", "5"], header=["数据年月", "人民币"]), flow="M")
    assert (read.rows[0]["partner"], read.rows[0]["cmd_code"], read.rows[0]["qty"]) == ("W00", "TOTAL", None)
    assert sum("true only if the query was not limited" in note for note in read.notes) == 2


def test_the_flow_has_to_be_told() -> None:
    with pytest.raises(BadFile, match="--flow X or --flow M"):
        read_bytes(portal(ROW))


def test_a_run_of_months_stays_a_run() -> None:
    read = read_bytes(portal(["202001-202002", *ROW[1:]]), flow="X")
    assert (read.rows[0]["period_start"], read.rows[0]["period_end"]) == (month("2020-01"), month("2020-02"))


@pytest.mark.parametrize(
    ("place", "bad", "column"),
    [
        (0, "202213", "数据年月"), (0, "2022-04-01", "数据年月"), (0, "202004-202001", "数据年月"),
        (1, "888", "贸易伙伴编码"), (1, "", "贸易伙伴编码"), (3, "6307901", "商品编码"), (3, "1061190", "商品编码"),
        (5, "3,19", "第一数量"), (5, "-4", "第一数量"), (5, "nan", "第一数量"), (6, "箱子", "第一计量单位"),
        (9, "1,23", "人民币"), (9, "", "人民币"), (9, "=1+1", "人民币"), (9, "１２３", "人民币"), (9, "1234,567", "人民币"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_with_its_line(place: int, bad: str, column: str) -> None:
    row = list(ROW)
    row[place] = bad
    read = read_bytes(portal(MORE, row, ROW), flow="X")
    assert [(one.line, one.column) for one in read.rejects] == [(3, column)]
    assert bad in read.rejects[0].value
    assert len(read.rows) == 2


def test_a_slip_between_the_two_koreas_is_refused() -> None:
    slip = ["202204", "109", "韩国", *ROW[3:]]
    turned = ["202204", "133", "朝鲜", *ROW[3:]]
    read = read_bytes(portal(slip, ROW, turned), flow="X")
    assert [one.line for one in read.rejects] == [2, 4]
    assert "two different countries" in read.rejects[0].reason
    assert read.rejects[0].value == "109 韩国"
    assert [row["partner"] for row in read.rows] == ["PRK"]


def test_numbers_of_other_customs_services_are_not_taken_for_partners() -> None:
    # 408 is North Korea to the United Nations and Bolivia to China Customs: with the name beside it the slip shows.
    read = read_bytes(portal(["202204", "408", "朝鲜", *ROW[3:]]), flow="X")
    assert not read.rows
    assert read.rejects[0].value == "408 朝鲜"


def test_lines_are_counted_over_blank_lines_and_short_rows() -> None:
    good = portal(ROW).decode("gb18030")
    lines = good.splitlines(keepends=True)
    text = "\n" + lines[0] + lines[1] + "\n" + '"202204","109",\n' + lines[1] + lines[1].replace("109", "999")
    read = read_bytes(text.encode("gb18030"), flow="X")
    assert [(one.line, one.reason[:7]) for one in read.rejects] == [(5, "3 cells"), (7, "partner")]
    assert len(read.rows) == 2


def test_ten_thousand_rows_are_the_portals_limit() -> None:
    with pytest.raises(BadFile, match="exactly 10,000 rows"):
        read_bytes(portal(*[ROW] * 10_000), flow="X")
    assert len(read_bytes(portal(*[ROW] * 9_999), flow="X").rows) == 9_999
    assert any("several downloads" in note for note in read_bytes(portal(*[ROW] * 10_001), flow="X").notes)


def test_a_web_page_in_place_of_the_file_is_called_one() -> None:
    page = "\r\n<!DOCTYPE html>\n<html><head><title>查询失败</title></head></html>"
    with pytest.raises(BadFile, match="web page"):
        read_bytes(page.encode("gb18030"), flow="X")


def test_latin_1_bytes_are_not_read_as_chinese() -> None:
    # Valid GB18030 by chance, and still not the portal's header.
    text = "período,país,código,valor\n202204,Côte d'Ivoire,6307,12\n".encode("latin-1")
    text.decode("gb18030")
    with pytest.raises(BadFile, match="mapping"):
        read_bytes(text, flow="X")


def test_a_file_spoiled_in_the_middle_is_refused_with_its_line() -> None:
    data = portal(ROW, MORE)
    place = data.index("只".encode("gb18030"))
    spoiled = data[:place] + b"\xff\xff" + data[place + 2 :]
    with pytest.raises(BadFile, match="line 3: not GB18030 text"):
        read_bytes(spoiled, flow="X")
    mixed = portal(ROW, encoding="utf-8") + portal(MORE, encoding="gb18030").split(b"\n", 1)[1]
    with pytest.raises(BadFile, match="line 3: not UTF-8 text"):
        read_bytes(mixed, flow="X")


def test_every_cut_is_noticed_unless_it_is_between_rows() -> None:
    data = portal(ROW, MORE)
    whole = read_bytes(data, flow="X").rows
    header = data.index(b"\n") + 1
    for end in range(header, len(data)):
        try:
            read = read_bytes(data[:end], flow="X")
        except BadFile:
            continue
        if data[end - 1 : end] == b"\n":
            assert read.rows == whole[: len(read.rows)]
        else:
            assert read.rejects, data[:end]


def test_a_quantity_without_a_unit_is_left_out_and_told() -> None:
    row = [*ROW[:5], "77", "-", "1988203", "?", "1,000"]
    read = read_bytes(portal(row, MORE), flow="X")
    assert read.rows[0]["qty"] is None
    assert read.rows[0]["qty2"] is None
    assert any("no unit" in note and "line 2" in note for note in read.notes)


def test_a_zero_weight_beside_a_value_is_told() -> None:
    read = read_bytes(portal([*ROW[:5], "0", "千克", "0", "?", "55"], MORE), flow="M")
    assert read.rows[0]["qty"] == 0
    assert any("printed as zero beside a value" in note and "63079010" in note for note in read.notes)


@pytest.mark.parametrize("header", [["数据年月", "人民币", "美元"], ["商品编码", "人民币"], ["数据年月", "第一数量", "人民币"], ["数据年月", "国家", "人民币"]])  # fmt: skip
def test_a_header_that_does_not_say_enough_is_refused(header: list[str]) -> None:
    with pytest.raises(BadFile, match="line 1"):
        read_bytes(portal(["202204", "12019019", "1"][: len(header)], header=header), flow="X")


@pytest.mark.parametrize(
    ("name", "flow"),
    [
        ("gacc_soybean_2023.gb18030.csv", "M"), ("gacc_soybean_2024in.gb18030.csv", "M"),
        ("gacc_soybean_2024out.gb18030.csv", "X"), ("gacc_soybean_2025in.gb18030.csv", "M"),
        ("gacc_soybean_2025out.gb18030.csv", "X"), ("gacc_crude_imports_2023_utf8.csv", "M"),
        ("gacc_fuel_exports_2024_utf8.csv", "X"),
    ],
)  # fmt: skip
def test_real_files_agree_with_an_independent_reading(name: str, flow: str) -> None:
    path = shared("data", "gacc", name)
    text = path.read_bytes().decode("gb18030" if "gb18030" in name else "utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    read = read_path(path, flow=flow)
    assert not read.rejects
    assert len(read.rows) == len(rows)
    for row, plain in zip(read.rows, rows, strict=True):
        assert row["cmd_code"] == plain["商品编码"]
        assert row["value"] == int(plain["人民币"].replace(",", ""))
        assert row["qty"] == int(plain["第一数量"])
    named = {"阿根廷": "ARG", "巴西": "BRA", "美国": "USA"}
    if "贸易伙伴名称" in rows[0]:
        for chinese, code in named.items():
            printed = sum(int(one["人民币"].replace(",", "")) for one in rows if one["贸易伙伴名称"] == chinese)
            assert read.total(partner=code) == printed


def test_a_real_oddity_is_told() -> None:
    read = read_path(shared("data", "gacc", "gacc_crude_imports_2023_utf8.csv"), flow="M")
    assert any("no unit" in note and "1988203" in note for note in read.notes)


def test_a_partner_name_that_is_not_known_is_told_with_its_line() -> None:
    for code in ("402", "999"):
        read = read_bytes(portal(ROW, [ROW[0], code, "火星", *ROW[3:]]), flow="X")
        assert [note for note in read.notes if "1 partner name is not known" in note and "line 3, '火星'" in note]
    read = read_bytes(portal([ROW[0], "998", "火星", *ROW[3:]]), flow="X")
    assert [(one.line, one.column, one.value) for one in read.rejects] == [(2, "贸易伙伴编码", "998")]
