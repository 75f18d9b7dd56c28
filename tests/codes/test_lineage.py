"""Every code of HS 2007 to 2022 is explained, and stitching neither loses nor repeats one."""

from __future__ import annotations

import csv
import gzip
import importlib.util
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shared_data import shared

from tidewaiter.codes import hs, lineage
from tidewaiter.errors import InputError, UnknownName

STEPS = list(zip(hs.REVISIONS, hs.REVISIONS[1:], strict=False))
step = st.sampled_from(STEPS)


def nomenclature(year: int) -> set[str]:
    with shared("data", "reference", f"hs{year}_nomenclature_comtrade.csv").open(encoding="utf-8-sig") as file:
        return {row["id"] for row in csv.DictReader(file) if len(row["id"]) == 6 and row["id"].isdigit()}


@pytest.mark.parametrize("year", hs.REVISIONS)
def test_the_table_has_the_codes_of_the_official_nomenclature(year: int) -> None:
    assert set(hs.codes_of(year)) == nomenclature(year)


def test_all_145_codes_that_vanish_and_370_that_appear_in_hs_2022_are_explained() -> None:
    old, new = set(hs.codes_of(2017)), set(hs.codes_of(2022))
    vanished, appeared = old - new, new - old
    assert (len(vanished), len(appeared)) == (145, 370)
    declared = set()
    for code in vanished:
        links = hs.successors(code, 2017)
        assert links, code
        assert all(hs.alive(link.code, 2022) for link in links)
        if all(link.basis == "declared" for link in links):
            assert all(len(link.note) > 40 for link in links)
            declared.add(code)
    assert declared == {"300219"}
    for code in appeared:
        links = hs.predecessors(code, 2022)
        assert links, code
        assert sum(link.main for link in links) == 1
        assert all(hs.alive(link.code, 2017) for link in links)


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_every_code_of_every_revision_has_a_past_and_a_future(before: int, after: int) -> None:
    assert all(hs.successors(code, before) for code in hs.codes_of(before))
    assert all(hs.predecessors(code, after) for code in hs.codes_of(after))


def test_links_agree_with_unsds_table_to_the_last_one() -> None:
    names = {2012: "2012 to 2007", 2017: "2017 to 2012", 2022: "2022 to 2017"}
    theirs: dict[int, set[tuple[str, str]]] = {year: set() for year in names}
    with shared("data", "reference", "hs_concordance_2022_2017_2012_2007.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            theirs[int(row["adjustment"][:4])].add((row["code.after"], row["code.before"]))
    for year in names:
        ours = {(code, link.code) for code in hs.codes_of(year) for link in hs.predecessors(code, year)}
        more = ours - theirs[year]
        assert not theirs[year] - ours
        assert (
            more
            == {
                2012: {("291616", "291636"), ("999999", "999999")},
                2017: set(),
                2022: {("382219", "300219"), ("911490", "911490"), ("854151", "854150"), ("854159", "854150")},
            }[year]
        )


@given(step, st.data())
def test_tracing_forth_and_back_never_loses_a_code(years: tuple[int, int], data: st.DataObject) -> None:
    before, after = years
    code = data.draw(st.sampled_from(hs.codes_of(before)))
    for link in hs.successors(code, before):
        assert code in [back.code for back in hs.predecessors(link.code, after)]
    code = data.draw(st.sampled_from(hs.codes_of(after)))
    for link in hs.predecessors(code, after):
        assert code in [ahead.code for ahead in hs.successors(link.code, before)]


@given(step, st.data())
def test_a_trace_to_the_newest_revision_ends_in_living_codes(years: tuple[int, int], data: st.DataObject) -> None:
    start = years[0]
    code = data.draw(st.sampled_from(hs.codes_of(start)))
    steps = lineage.trace(code, start, 2022)
    last = {one.after for one in steps if one.revision == 2022}
    assert last
    assert all(hs.alive(one, 2022) for one in last)
    back = {one.before for end in sorted(last)[:5] for one in lineage.trace(end, 2022, start)}
    assert code in back


@given(step, st.data())
def test_a_seam_is_what_it_says(years: tuple[int, int], data: st.DataObject) -> None:
    _, after = years
    codes = data.draw(st.sets(st.sampled_from(hs.codes_of(after)), min_size=1, max_size=12))
    joined = lineage.seam(codes, after)
    reach = {link.code for code in codes for link in hs.predecessors(code, after)}
    assert set(joined.later) == codes
    assert set(joined.earlier) | set(joined.left_out) == reach
    assert not set(joined.earlier) & set(joined.left_out)
    if joined.kind == "exact":
        # Nothing leaks either way: both sides hold the same goods.
        became = {s.code for code in joined.earlier for s in hs.successors(code, hs.REVISIONS[STEPS.index(years)])}
        assert became == codes
    assert (joined.kind == "partial") == bool(joined.left_out)


@given(step, st.data())
@settings(max_examples=50)
def test_stitched_totals_equal_the_sum_of_the_parts(years: tuple[int, int], data: st.DataObject) -> None:
    before, after = years
    halves = data.draw(st.lists(st.sampled_from(hs.codes_of(after)), min_size=2, max_size=10, unique=True))
    whole = lineage.stitch(halves, after, before)
    value = {code: n + 1 for n, code in enumerate(hs.codes_of(before))}
    summed = sum(value[code] for code in whole.parts[before])
    assert summed == sum(value[code] for code in set(whole.parts[before]))
    assert len(set(whole.parts[before])) == len(whole.parts[before])
    # Stitching codes together never holds less than each of them alone.
    for code in halves:
        assert set(lineage.stitch([code], after, before).parts[before]) <= set(whole.parts[before])


@given(step)
@settings(max_examples=6)
def test_all_codes_together_stitch_to_all_codes(years: tuple[int, int]) -> None:
    before, after = years
    plan = lineage.stitch(hs.codes_of(after), after, before)
    assert plan.parts[before] == hs.codes_of(before)
    assert len(plan.parts[before]) == len(set(plan.parts[before]))


@given(step, st.data())
def test_closed_groups_are_closed_and_within_the_limit(years: tuple[int, int], data: st.DataObject) -> None:
    before, after = years
    code = data.draw(st.sampled_from(hs.codes_of(after)))
    group = lineage.closed_group(code, after)
    if group is not None:
        assert len(set(group.earlier) | set(group.later)) <= 25
        assert code in group.later
        assert lineage.seam(group.later, after).kind == "exact"
        assert lineage.seam(group.later, after).earlier == group.earlier
        assert all(hs.alive(code, before) for code in group.earlier)


def test_known_descents() -> None:
    assert [link.code for link in hs.predecessors("300241", 2022)] == ["300220"]
    assert {link.code for link in hs.successors("382200", 2017)} == {"382212", "382219", "382290"}
    assert {link.code for link in hs.predecessors("382211", 2022)} == {"300211", "300213", "300214", "300215"}
    assert [link.code for link in hs.predecessors("382213", 2022)] == ["300620"]
    assert hs.predecessors("401512", 2022)[0] == ("401511", True, "UNSD conversion", "")
    assert hs.predecessors("854159", 2022)[0].basis == "declared"
    assert lineage.seam(["300241"], 2022).kind == "exact"
    assert lineage.stitch(["8703"], 2022).kind == "exact"
    assert lineage.closed_group("300241", 2022) == lineage.Group(2022, ("300220",), ("300241",))
    assert lineage.closed_group("854231", 2022) is None


def test_goods_are_followed_ahead_into_what_is_led_back_to_them() -> None:
    # 3822.19 took goods of heading 3002 too, and UNSD leads it back to 3822.00: it is followed, 3822.12 is not.
    reagents = lineage.seam_ahead(["382200"], 2022)
    assert (reagents.later, reagents.left_out) == (("382219", "382290"), ("382212",))
    assert (reagents.kind, reagents.basis) == ("partial", "declared")
    assert lineage.seam_ahead(["300220"], 2022).later == ("300241",)
    cars = [code for code in hs.codes_of(2012) if code.startswith("8703")]
    assert lineage.seam_ahead(cars, 2017).later == tuple(c for c in hs.codes_of(2017) if c.startswith("8703"))


@pytest.mark.parametrize(
    ("code", "revision", "basis"),
    [
        ("300241", 2022, "UNSD correlation"),
        ("382212", 2022, "UNSD conversion"),
        ("854159", 2022, "declared"),
        ("030749", 2017, "UNSD correlation, own number kept"),
        ("271020", 2012, "rule of thumb"),
    ],
)
def test_a_seam_names_who_chose_the_main_code(code: str, revision: int, basis: str) -> None:
    assert lineage.seam([code], revision).basis == basis


@pytest.mark.parametrize(
    ("code", "revision", "basis"),
    [
        ("030193", 2017, "UNSD correlation, own number kept"),
        ("030627", 2017, "rule of thumb"),
        ("010121", 2017, "UNSD correlation"),
        ("010290", 2012, "UNSD correlation, own number kept"),
        ("401511", 2022, "UNSD conversion"),
    ],
)
def test_a_seam_ahead_names_who_chose_the_main_code(code: str, revision: int, basis: str) -> None:
    assert lineage.seam_ahead([code], revision).basis == basis


def test_the_ends_of_the_tables_have_no_past_and_no_future() -> None:
    assert hs.predecessors("300220", 2007) == hs.predecessors("300241", 2017) == hs.predecessors("300220", 2022) == ()
    assert hs.successors("300241", 2022) == hs.successors("300220", 2022) == hs.successors("300241", 2017) == ()
    assert hs.predecessors("nothing", 2022) == hs.successors("nothing", 2012) == ()


def test_codes_that_keep_their_number_but_change_their_content_are_marked() -> None:
    changed = [code for code in hs.codes_of(2022) if 2022 in hs.life(code).changed]
    assert len(changed) == 1173
    assert {"701919", "911490"} <= set(changed)
    # 7019.19 of HS 2022 is a number given to other goods: nothing of it comes from 7019.19 of HS 2017.
    assert "701919" not in [link.code for link in hs.predecessors("701919", 2022)]
    assert hs.life("300241").changed == ()
    reused = [code for year in hs.REVISIONS[1:] for code in hs.codes_of(year) if year in hs.life(code).reused]
    assert reused == ["030319", "030329", "701919"]


def test_seams_of_electrical_goods_say_that_only_waste_left() -> None:
    joined = lineage.seam(["901920"], 2022)
    assert (joined.kind, joined.minor) == ("primary", True)
    assert "electrical waste" in joined.words()
    kinds = Counter(lineage.seam([code], 2022).kind for code in hs.codes_of(2022))
    assert kinds["exact"] > 4000
    assert kinds["partial"] < 120


def test_smartphones_are_a_new_code_with_a_named_predecessor() -> None:
    assert not hs.alive("85171300", 2021)
    assert hs.line_status("85171300", "CN 2021") == "not alive"
    assert hs.line_status("85171300", "CN 2022") == "prefix known, line not known"
    assert hs.life("851713").born == 2022
    assert hs.alive("TOTAL", 2022)
    assert hs.predecessors("851713", 2022)[0].code == "851712"
    assert hs.life("851712").died == 2022


@pytest.mark.parametrize(
    ("classification", "revision"),
    [("HS 2017", 2017), ("HS2017", 2017), ("H5", 2017), ("CN 2021", 2017), (2022, 2022), ("GACC 2025", 2022)],
)
def test_a_classification_names_its_revision(classification: str | int, revision: int) -> None:
    assert hs.revision_of(classification) == revision


@pytest.mark.parametrize(
    "text", ["HS", "SITC", "", "1999", "HS 1996", "H2", "HS 2015", "hs2023", "HS 2028", "2031", "HS ２０１７"]
)
def test_a_classification_without_a_table_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        hs.revision_of(text)


def test_unknown_and_dead_codes_are_refused_with_the_reason() -> None:
    with pytest.raises(UnknownName, match="unknown commodity code '300299'"):
        hs.life("300299")
    with pytest.raises(InputError, match=r"300220 is not a code of HS 2022; it is in HS 2007, 2012, 2017"):
        lineage.stitch(["300220"], "HS 2022")
    with pytest.raises(InputError, match="300220 is not a code of HS 2022"):
        lineage.seam(["300220", "300241"], 2022)
    with pytest.raises(InputError, match="300241 is not a code of HS 2017"):
        lineage.seam_ahead(["300241"], 2022)
    for bad in ("", "abc", "30 02 x", "1", "30０220"):
        with pytest.raises(InputError):
            hs.alive(bad, 2022)


@pytest.mark.parametrize("year", [2007, 2015, 2021, 2028])
def test_a_step_that_is_not_in_the_tables_is_refused(year: int) -> None:
    with pytest.raises(InputError):
        lineage.seam(["870321"], year)
    with pytest.raises(InputError):
        lineage.seam_ahead(["870321"], year)
    with pytest.raises(InputError):
        lineage.closed_group("870321", year)
    if year not in hs.REVISIONS:
        with pytest.raises(InputError, match="no HS revision"):
            lineage.trace("870321", 2022, year)


def test_the_shipped_tables_are_what_the_official_files_make(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    folder = shared("data", "reference")
    root = Path(__file__).resolve().parents[2]
    found = importlib.util.spec_from_file_location("build_hs_tables", root / "tools" / "build_hs_tables.py")
    assert found is not None
    assert found.loader is not None
    tool = importlib.util.module_from_spec(found)
    found.loader.exec_module(tool)
    tool.main(folder, tmp_path)
    package = root / "src" / "tidewaiter" / "codes"
    assert (tmp_path / "hs_lineage.tsv").read_bytes() == (package / "hs_lineage.tsv").read_bytes()
    unpacked = [gzip.decompress((where / "hs_text.tsv.gz").read_bytes()) for where in (tmp_path, package)]
    assert unpacked[0] == unpacked[1]
