"""Any other CSV through a mapping: proposed, checked, read, and nothing guessed while reading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.reading import gather
from tidewaiter.cli import main
from tidewaiter.errors import BadFile, TidewaiterError
from tidewaiter.period import month
from tidewaiter.sources.compressed import open_content
from tidewaiter.sources.mapped import MappedTable
from tidewaiter.sources.mapping import parse_mapping
from tidewaiter.sources.observation import Asked
from tidewaiter.sources.propose import propose_mapping
from tidewaiter.sources.registry import choose

TABLE = """Ky;Nuoc;Chieu;Ma HS;Tri gia (1000 USD);Luong;Don vi
04/2022;Korea, North;XK;01.06.19;1.234,5;3.195;chiec
04/2022;South Korea;NK;6307.90.10;77;;
05/2022;Laos;XK;TOTAL;0;12;kg
"""
MAPPING = """
schema = "tidewaiter/mapping/1"
dataset = "viet-nam-customs"
publisher = "Viet Nam Customs"
[file]
delimiter = ";"
decimal = ","
thousands = "."
[columns]
period = "Ky"
partner = "Nuoc"
flow = "Chieu"
cmd_code = "Ma HS"
value = "Tri gia (1000 USD)"
qty = "Luong"
qty_unit = "Don vi"
[constants]
reporter = "VNM"
currency = "USD"
[schemes]
partner = "name"
[words.flow]
XK = "X"
NK = "M"
[words.unit]
chiec = "items"
[multiply]
value = 1000
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "viet-nam.csv"
    path.write_text(TABLE)
    return path


def read(file: Path, text: str = MAPPING):  # type: ignore[no-untyped-def]
    source = MappedTable(text)
    with open_content(file) as stream:
        return gather(source, stream, str(file), Asked(mapping=text))


def test_a_strangers_table_is_read_as_the_mapping_says(file: Path) -> None:
    found = read(file)
    assert not found.rejects
    apes, goods, everything = found.rows
    assert (apes["dataset"], apes["reporter"], apes["partner"], apes["flow"]) == ("viet-nam-customs", "VNM", "PRK", "X")
    assert (apes["cmd_code"], apes["classification"], apes["value"], apes["currency"]) == (
        "010619",
        "HS",
        1_234_500,
        "USD",
    )
    assert (apes["qty"], apes["qty_unit"], apes["period_start"]) == (3195, "items", month("2022-04"))
    assert (goods["partner"], goods["cmd_code"], goods["classification"]) == ("KOR", "63079010", "viet-nam-customs")
    assert (goods["qty"], goods["qty_unit"]) == (None, None)
    assert (everything["cmd_code"], everything["value"], everything["qty_unit"]) == ("TOTAL", 0, "kg")


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("Korea, North", "Korea", "Nuoc"), ("04/2022;Korea", "13/2022;Korea", "Ky"), (";XK;01", ";??;01", "Chieu"),
        ("01.06.19", "1.06.19", "Ma HS"), ("1.234,5", "1.23,5", "Tri gia (1000 USD)"), ("1.234,5", "4458만", "Tri gia (1000 USD)"),
        ("chiec", "khoi", "Don vi"), ("3.195", "=3195", "Luong"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named(file: Path, old: str, new: str, column: str) -> None:
    file.write_text(TABLE.replace(old, new, 1))
    found = read(file)
    assert [(one.line, one.column) for one in found.rejects] == [(2, column)]
    assert len(found.rows) == 2


def test_rows_finer_than_an_observation_are_added_up_only_if_the_mapping_says_so(file: Path) -> None:
    row = TABLE.splitlines(keepends=True)[1]
    file.write_text(TABLE + row)
    assert len(read(file).rows) == 4
    found = read(file, MAPPING.replace("[file]", "[file]\nadd_up = true"))
    assert len(found.rows) == 3
    assert found.total(partner="PRK") == 2_469_000


def test_year_and_month_in_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("an,mois,pays,code,fob\n2021,12,PRK,0101,5\n2021,Jan,KOR,0101,6\n2021,13,KOR,0101,6\n")
    text = """
schema = "tidewaiter/mapping/1"
dataset = "table"
publisher = "Somebody"
columns = { year = "an", month = "mois", partner = "pays", cmd_code = "code", value = "fob" }
constants = { reporter = "FRA", flow = "X", currency = "EUR" }
schemes = { partner = "iso3" }
"""
    found = read(path, text)
    assert [row["period_start"] for row in found.rows] == [month("2021-12"), month("2021-01")]
    assert [(one.line, one.value) for one in found.rejects] == [(4, "2021 13")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('dataset = "viet-nam-customs"', 'dataset = "gacc"', "never blended"), ('dataset = "viet-nam-customs"', 'dataset = ""', "dataset"),
        ('publisher = "Viet Nam Customs"', 'publisher = " "', "publisher"), ('currency = "USD"', "", "currency"),
        ('partner = "name"', 'partner = "guess"', "schemes.partner"), ('partner = "name"', "", "schemes.partner is missing"),
        ('qty_unit = "Don vi"', "", "qty has no unit"), ('period = "Ky"', "", "no period"), ("mapping/1", "mapping/2", "schema"),
        ('reporter = "VNM"', 'reporter = ""', "constants.reporter is empty"), ('reporter = "VNM"', "", "reporter is neither"),
        ('decimal = ","', 'decimal = "."', "are the same"), ('delimiter = ";"', 'delimiter = "::"', "delimiter"),
        ("value = 1000", "value = -1", "above zero"), ('flow = "Chieu"', 'flaw = "Chieu"', "columns.flaw is unknown"),
        ("[file]", "[fyle]", "not a mapping"), ("[file]", "[file", "not TOML"), ("value = 1000", 'value = "many"', "not a mapping"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_used_says_why(old: str, new: str, said: str) -> None:
    assert old in MAPPING
    with pytest.raises(BadFile, match=said) as error:
        parse_mapping(MAPPING.replace(old, new, 1), "m.toml")
    assert "\n" not in str(error.value)


def test_a_constant_that_is_no_code_is_refused(file: Path) -> None:
    with pytest.raises(BadFile, match=r"constants\.reporter"):
        read(file, MAPPING.replace('"VNM"', '"Vietnam"'))
    file.write_text(TABLE.replace("Ma HS", "HS"))
    with pytest.raises(BadFile, match="no column 'Ma HS'"):
        read(file)


def test_what_is_proposed_is_a_mapping_once_it_is_filled_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        'Period,Country,Direction,HS code,Value (USD),Weight kg\n2022-04,North Korea,Export,010619,"1,234",5\n2022-05,Laos,Import,630790,77,0\n'
    )
    out = tmp_path / "table.toml"
    assert main(["mapping", "init", str(path), "--out", str(out)]) == 0
    assert main(["mapping", "init", str(path), "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["mapping", "check", str(out), str(path)]) == 2
    assert "dataset" in capsys.readouterr().err
    text = out.read_text()
    for key, value in (("dataset", "laos-table"), ("publisher", "Somebody"), ("reporter", "VNM")):
        assert f'{key} = ""' in text
        text = text.replace(f'{key} = ""', f'{key} = "{value}"')
    out.write_text(text)
    assert main(["mapping", "check", str(out), str(path), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "tidewaiter/mapping-check/1"
    assert (answer["rows"], answer["rejects"]) == (2, [])
    rows = read(path, text).rows
    assert [(row["partner"], row["flow"], row["value"], row["net_wgt_kg"]) for row in rows] == [
        ("PRK", "X", 1234, 5),
        ("LAO", "M", 77, 0),
    ]
    path.write_text(path.read_text().replace("630790", "30790"))
    assert main(["mapping", "check", str(out), str(path)]) == 1
    assert "line 3, column HS code" in capsys.readouterr().out


def test_a_number_that_is_two_countries_is_left_to_the_user() -> None:
    # 408 is North Korea to the United Nations and Bolivia to China Customs.
    text = propose_mapping(b"month,partner,code,value\n2022-04,408,0101,5\n2022-04,410,0101,5\n", "x")
    assert 'partner = ""    # fill in: ' in text
    assert "different countries" in text


def test_words_of_a_stranger_cannot_break_out_of_a_proposal() -> None:
    import tomllib

    head = b'month,partner,"value ""x\\",flow\n2022-04,"=cmd()\n[file]",5,"a""\n"\n2022-04,KOR,5,"1000 ""\n"\n'
    tomllib.loads(propose_mapping(head, "x"))


@given(st.binary(max_size=400))
def test_no_bytes_make_a_proposal_or_a_mapping_crash(data: bytes) -> None:
    for attempt in (lambda: propose_mapping(data, "x"), lambda: parse_mapping(data.decode("latin-1"), "x")):
        try:
            attempt()
        except TidewaiterError as error:
            said = str(error)
            assert "\n" not in said


def test_the_mapping_is_the_reader_where_one_is_given() -> None:
    assert choose(b"", "x", Asked(mapping=MAPPING)).dataset == "viet-nam-customs"
    assert choose(b"", "x", Asked(), "census").name == "census"
    assert choose("数据年月,人民币\n".encode(), "x", Asked()).name == "gacc-portal"


def test_the_formats_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "tidewaiter/sources/1"
    assert {"gacc-portal", "comtrade-api", "comext-bulk", "census", "hmrc", "brazil"} <= {
        one["name"] for one in answer["sources"]
    }
    assert main(["sources"]) == 0
    assert "mapping init" in capsys.readouterr().out


def test_a_mapped_file_is_loaded_and_read_again_from_its_bytes(file: Path, tmp_path: Path) -> None:
    from tidewaiter.store.doctor import rebuild_release
    from tidewaiter.store.files import write_lock
    from tidewaiter.store.store import Store

    mapping = tmp_path / "m.toml"
    mapping.write_text(MAPPING)
    where = ["--store", str(tmp_path / "store")]
    assert main(["load", str(file), "--mapping", str(tmp_path / "none.toml"), *where]) == 2
    assert main(["load", str(file), "--mapping", str(mapping), *where]) == 0
    store = Store(tmp_path / "store")
    (release,) = store.releases()
    assert (release.dataset, release.source, release.rows) == ("viet-nam-customs", "mapping", 3)
    mapping.unlink()
    with write_lock(store.folder):
        rebuild_release(store, release)
    assert store.releases()[0].rows == 3
