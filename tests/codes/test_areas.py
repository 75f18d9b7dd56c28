"""Every publisher's names and codes of countries lead to one table, and nothing is guessed."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared_data import shared

from tidewaiter.codes import areas
from tidewaiter.errors import InputError, NoData, UnknownName
from tidewaiter.period import month


def rows(*parts: str) -> list[dict[str, str]]:
    path = shared("data", *parts)
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    "text", ["PRK", "prk", "KP", "North Korea", " north  KOREA ", "DPRK", "DPR Korea", "朝鲜", "북한"]
)
def test_a_country_is_found_however_it_is_typed(text: str) -> None:
    assert areas.area(text).code == "PRK"


def test_no_name_belongs_to_two_areas() -> None:
    seen: dict[str, str] = {}
    for found in areas.all_areas().values():
        for text in {found.code, found.name, found.official, found.zh, found.ko, *found.aliases} - {""}:
            assert seen.setdefault(text.casefold(), found.code) == found.code, text


def test_no_publishers_code_belongs_to_two_areas() -> None:
    for scheme in ("m49", "iso2", "gacc", "census", "eurostat"):
        seen: dict[str, str] = {}
        for found in areas.all_areas().values():
            codes = getattr(found, scheme)
            for code in codes if isinstance(codes, tuple) else [codes]:
                if code:
                    assert seen.setdefault(code, found.code) == found.code, (scheme, code)


@pytest.mark.parametrize("text", ["Korea", "408", "133", "Nowhere", ""])
def test_what_is_unknown_or_ambiguous_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UnknownName) as caught:
        areas.area(text)
    assert "\n" not in str(caught.value)
    assert repr(text) in str(caught.value)


def test_a_misspelling_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="did you mean Kyrgyzstan"):
        areas.area("Kyrgystan")


@given(st.sampled_from(sorted(areas.all_areas())), st.booleans())
def test_every_code_and_name_leads_back_to_its_area(code: str, upper: bool) -> None:
    found = areas.all_areas()[code]
    for text in (found.code, found.name, *found.aliases):
        assert areas.area(text.upper() if upper else text).code == code
    for scheme in ("m49", "iso2", "gacc", "census", "eurostat", "iso3"):
        theirs = areas.to_scheme(scheme, code)
        assert theirs is None or areas.by_scheme(scheme, theirs) == code


def test_all_of_comtrades_areas_are_known() -> None:
    for table in ("comtrade_partners_m49.csv", "comtrade_reporters_m49.csv"):
        missing = [r["id"] for r in rows("reference", table) if areas.by_scheme("m49", r["id"]) is None]
        assert not missing


def test_all_of_gaccs_partners_are_known_except_its_tariff_rates() -> None:
    listed = rows("reference", "gacc_partner_codes.csv")
    missing = {r["COUNTRY_CODE"] for r in listed if areas.by_scheme("gacc", r["COUNTRY_CODE"]) is None}
    assert missing == {"801", "802"}
    for row in listed:
        if row["COUNTRY_CODE"] not in missing:
            assert areas.by_scheme("gacc_name", row["COUN_C_NAME"]) == areas.by_scheme("gacc", row["COUNTRY_CODE"])


def test_all_areas_of_the_customs_files_are_known() -> None:
    for year in (2018, 2019, 2020):
        found = {r["CTY_CODE"] for r in rows("census", f"us_imports_fish_hs6_monthly_{year}.csv.gz")}
        assert {c for c in found if areas.by_scheme("census", c) is None} <= {"CTY_CODE"}
    eu = rows("comext", "eu_total_trade_monthly_2019_2024.csv.gz")
    assert not {c for r in eu for c in (r["reporter_code"], r["partner_code"]) if not areas.by_scheme("eurostat", c)}
    labels = rows("comext", "eurostat_easy_comext_relational_view_labels.csv")
    found = {r["REPORTER"] for r in labels if r["REPORTER"] != "REPORTER"}
    assert not {x for x in found if areas.by_scheme("eurostat_label", x) is None}
    aggregates = {areas.by_scheme("eurostat_label", x) for x in found if x.startswith("Euro")}
    assert aggregates == {"EU", "EU27", "EA", "EA20"}


@pytest.mark.parametrize(
    ("scheme", "code", "ours"),
    [("m49", "004", "AFG"), ("m49", "0", "W00"), ("m49", "840", "USA"), ("m49", "490", "S19"), ("gacc", "133", "KOR"),
     ("census", "-", "W00"), ("census", "0003", "EU"), ("eurostat", "GB", "GBR"), ("eurostat", "XI", "XNI"),
     ("gacc_name", "中国台湾", "TWN"), ("gacc_name", "俄罗斯联邦", "RUS"), ("eurostat_label", "Korea", None),
     ("eurostat_label", "Congo (Democratic Republic of)", "COD"),
     ("eurostat_label", "China (Taiwan)", None), ("eurostat_label", "Saint Martin (Dutch part)", None)],
)  # fmt: skip
def test_publishers_codes(scheme: str, code: str, ours: str | None) -> None:
    assert areas.by_scheme(scheme, code) == ours


def test_membership_is_dated() -> None:
    assert len(areas.members("EU", month("2013-06"))) == 27
    assert len(areas.members("EU", month("2013-07"))) == 28
    assert len(areas.members("EU28", month("2022-01"))) == 28
    assert areas.members("EU", month("2020-02")) == areas.members("EU27", month("2020-02"))
    assert areas.members("EAEU", month("2015-07")) == ("ARM", "BLR", "KAZ", "RUS")
    assert "KGZ" in areas.members("EAEU", month("2015-08"))
    assert areas.members("PRK", month("2022-01")) == ("PRK",)
    for group, spans in areas._memberships().items():
        assert areas.all_areas()[group].is_group
        assert all(code in areas.all_areas() for codes, _, _ in spans for code in codes)


def test_unknown_membership_is_said_not_guessed() -> None:
    with pytest.raises(NoData, match="not in the table"):
        areas.members("OPEC", month("2022-01"))
    with pytest.raises(NoData, match="no members in 2014-12"):
        areas.members("EAEU", month("2014-12"))
    with pytest.raises(InputError, match="unknown code scheme"):
        areas.by_scheme("fips", "KN")


def test_an_empty_cell_is_no_area_and_least_of_all_the_world() -> None:
    for scheme in areas.SCHEMES:
        assert areas.by_scheme(scheme, " ") is None


@pytest.mark.parametrize(
    ("number", "whose"), [("417", "Kyrgyzstan (KGZ) to the UN"), ("5790", "North Korea (PRK) to the US Census Bureau")]
)
def test_a_number_is_told_whose_it_is_and_no_name_alike_in_digits(number: str, whose: str) -> None:
    with pytest.raises(UnknownName) as refused:
        areas.area(number)
    told = str(refused.value)
    assert whose in told
    assert "give an ISO code" in told
    assert "did you mean" not in told


def test_one_number_is_two_countries_to_two_publishers() -> None:
    with pytest.raises(UnknownName, match=r"North Korea \(PRK\) to the UN, Bolivia \(BOL\) to China Customs"):
        areas.area("408", "reporter")
