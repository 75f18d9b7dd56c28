"""Shipped baskets resolve in every revision, count nothing twice, and a broken one is refused in a line."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared_data import shared

from tidewaiter.baskets import Basket, Group, Line, diff, failures, list_baskets, load_basket, resolve, unreported
from tidewaiter.baskets.basket import problems
from tidewaiter.cli import main
from tidewaiter.codes import hs
from tidewaiter.errors import BadFile, TidewaiterError, UnknownName

SHIPPED = (
    "chpl", "critical-minerals", "dprk-luxury", "dprk-sectoral", "fertiliser", "grain", "medical-covid",
    "refined-oil", "vehicles",
)  # fmt: skip

OWN = """
name = "own"
version = "1"
title = "My goods"
purpose = "A test"

[[sources]]
id = "me"
title = "My list"
publisher = "Me"
date = "2024-01-01"
address = "https://example.org/list"

[[groups]]
id = "wigs"
title = "Wigs"

[[lines]]
code = "6704"
classification = "HS 2022"
group = "wigs"
reason = "wigs, false beards and eyelashes"
"""


def test_all_baskets_are_there() -> None:
    assert set(SHIPPED) <= set(list_baskets())


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("classification", ["HS 2012", "HS 2017", "HS 2022"])
def test_every_basket_resolves_in_every_revision(name: str, classification: str) -> None:
    basket = load_basket(name)
    found = resolve(basket, classification)
    assert found.codes
    assert all(hs.alive(code, classification) for code in found.codes)
    assert all(found.groups[group.id] for group in basket.groups)
    for row in found.lines:
        assert row.codes or row.note
        assert row.kind in ("exact", "primary", "partial", "none")
        assert (row.kind == "none") == (not row.codes)
    for flow in ("X", "M"):
        inside = [code for g in basket.groups if g.flow in ("", flow) for code in found.groups[g.id]]
        assert len(inside) == len(set(inside)), "no code counted twice"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_line_says_why_and_from_where(name: str) -> None:
    basket = load_basket(name)
    assert basket.name == name
    for line in basket.lines:
        assert len(line.reason) > 2
        source = basket.source_of(line)
        assert source.address.startswith("http")
        assert len(source.date) == 10
    own = resolve(basket, basket.lines[0].classification)
    assert all(row.kind == "exact" for row in own.lines if row.line.classification == basket.lines[0].classification
               and not row.line.revisions)  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_every_basket_passes_the_tests_it_carries(name: str) -> None:
    basket = load_basket(name)
    assert basket.checks
    assert not failures(basket)


def test_a_test_that_fails_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.toml"
    check = '\n[[checks]]\nclassification = "HS 2022"\nhas = ["010121"]\nlacks = ["670411"]\n'
    path.write_text(OWN + check, encoding="utf-8")
    assert failures(load_basket(str(path))) == (
        "the basket in HS 2022 should have 010121",
        "the basket in HS 2022 should not have 670411",
    )
    assert main(["basket", "check", str(path)]) == 1
    assert "should have 010121" in capsys.readouterr().out
    path.write_text(OWN + check.replace("HS 2022", "SITC"), encoding="utf-8")
    with pytest.raises(BadFile, match="check: no HS revision"):
        load_basket(str(path))


def test_the_medical_basket_has_the_nine_groups() -> None:
    basket = load_basket("medical-covid")
    assert [group.id for group in basket.groups] == [
        "respiration", "monitors", "masks", "garments", "thermometers", "reagents", "vaccines", "disinfectant",
        "apparatus",
    ]  # fmt: skip
    assert all(group.context and group.synonyms for group in basket.groups)


@pytest.mark.parametrize(
    ("year", "group", "codes"),
    [
        (2021, "vaccines", {"300220"}),
        (2022, "vaccines", {"300241"}),
        (2021, "reagents", {"300215", "382100", "382200"}),
        (2022, "reagents", {"382100", "382219", "382290"}),
        (2022, "masks", {"630790", "902000"}),
    ],
)
def test_groups_follow_their_goods(year: int, group: str, codes: set[str]) -> None:
    assert set(resolve(load_basket("medical-covid"), "GACC", year).groups[group]) == codes


def test_the_priority_list_is_the_published_one() -> None:
    with shared("data", "reference", "common_high_priority_list_2024_02_23.csv").open(encoding="utf-8-sig") as file:
        listed = {row["hs6_2022"]: "tier-" + row["tier"].replace(".", "").lower() for row in csv.DictReader(file)}
    basket = load_basket("chpl")
    assert {line.code: line.group for line in basket.lines} == listed
    assert len(listed) == 50


def test_sanctions_lines_carry_their_paragraph_and_what_is_not_verified_is_marked() -> None:
    for name in ("dprk-sectoral", "dprk-luxury"):
        for line in load_basket(name).lines:
            assert line.paragraph
            assert line.source.startswith("unscr-")
    sectoral = load_basket("dprk-sectoral")
    # Resolution 2397 prints its chapters in paragraphs 6 and 7; the others name goods only.
    for line in sectoral.lines:
        assert line.verified == (line.source == "unscr-2397" and line.paragraph in ("paragraph 6", "paragraph 7"))
    assert not any(line.verified for line in load_basket("dprk-luxury").lines)
    found = resolve(sectoral, "HS 2017")
    assert "270112" in found.codes_for("X")
    assert "270112" not in found.codes_for("M")
    assert {"X", "M"} == {g.flow for g in sectoral.groups}


def test_a_publishers_gaps_are_named() -> None:
    found = resolve(load_basket("medical-covid"), "CN 2022")
    missing = [row.line.code for row in unreported(found, ["90192010", "6307", "300241", "9020"])]
    assert "901920" not in missing
    assert "300220" not in missing  # six digits, under its number of HS 2022
    assert "630790" in missing  # 6307 holds cleaning cloths and life jackets too
    assert "902000" not in missing  # 9020 has no other code
    assert "902511" in missing
    assert not unreported(resolve(load_basket("vehicles"), 2022), ["8703"])
    assert not unreported(resolve(load_basket("vehicles"), 2022), ["87032110"])
    assert unreported(resolve(load_basket("vehicles"), 2022), ["8704"])


def test_a_basket_says_which_seams_are_weak() -> None:
    found = resolve(load_basket("medical-covid"), "HS 2022")
    assert any(text.startswith("respiration: HS 2022") for text in found.caveats())
    assert any("not checked against the source" in text for text in found.caveats())
    assert not resolve(load_basket("vehicles"), "HS 2012").caveats()
    assert resolve(load_basket("vehicles"), "HS 2012").headings() == ("8703",)
    assert resolve(load_basket("medical-covid"), 2022).group_of("63079010") == "masks"


def test_a_line_that_is_not_exact_says_why_and_an_exact_one_says_nothing() -> None:
    rows = {row.line.code: row for row in resolve(load_basket("medical-covid"), "HS 2022").lines}
    assert (rows["300220"].kind, rows["300220"].note) == ("exact", "")
    assert rows["401511"].kind == "primary"
    assert "401511 -> 401512, primary" in rows["401511"].note


def test_a_users_basket_is_read_from_its_path_and_from_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    assert load_basket(str(path)).title == "My goods"
    monkeypatch.setenv("TIDEWAITER_BASKETS", str(tmp_path))
    assert "own" in list_baskets()
    assert resolve(load_basket("own"), 2012).headings() == ("6704",)


def test_own_baskets_are_told_from_shipped_ones_and_found_by_either_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hair.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "grain.toml").write_text(OWN.replace('"own"', '"grain"'), encoding="utf-8")
    monkeypatch.setenv("TIDEWAITER_BASKETS", str(tmp_path))
    assert load_basket("hair") == load_basket("own")
    assert load_basket("grain").title == "My goods"
    assert main(["basket", "list"]) == 0
    out = capsys.readouterr().out
    assert f"[{tmp_path / 'grain.toml'}]" in out
    assert "calls itself own" in out
    monkeypatch.setenv("TIDEWAITER_BASKETS", str(tmp_path / "nowhere"))
    assert main(["basket", "list"]) == 2
    assert "which is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "6704"', 'code = "6799"', "not a code of HS 2022"),
        ('code = "6704"', 'code = "x"', "not a commodity code"),
        ('code = "6704"', 'code = "67\\n04"', "67 04"),
        ('version = "1"', 'version = "1"\n"a\\n\\u001bb" = 1', "unknown field"),
        ('version = "1"', "version = " + "[" * 5000, "nested too deep"),
        ('group = "wigs"', 'group = "hats"', "no group 'hats'"),
        ('classification = "HS 2022"', 'classification = "SITC"', "no HS revision"),
        ('version = "1"', "", "version"),
        ('version = "1"', 'versoin = "1"', "unknown field `versoin`"),
        ('reason = "wigs, false beards and eyelashes"', 'reason = "a"\nsource = "you"', "no source 'you'"),
        ('title = "Wigs"', 'title = "Wigs"\nflow = "in"', "not X, M or empty"),
        ('name = "own"', "name = ", "not valid TOML"),
        (
            'reason = "wigs',
            'national = [{scheme = "GACC", code = "67050010"}]\nreason = "wigs',
            "does not begin with 6704",
        ),
        ('reason = "wigs', 'national = [{scheme = "GACC", code = "67"}]\nreason = "wigs', "not 7 to 10 digits"),
        ('reason = "wigs', 'national = [{scheme = "GACC", code = "6704110x"}]\nreason = "wigs', "not 7 to 10 digits"),
        ('classification = "HS 2022"', 'classification = "HS 2015"', "there is no revision"),
        ('reason = "wigs', 'revisions = [2015]\nreason = "wigs', "no HS revision 2015"),
    ],
)
def test_a_broken_basket_is_refused_in_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        load_basket(str(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_code_under_another_of_the_basket_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    line = '\n[[lines]]\ncode = "670411"\nclassification = "HS 2022"\ngroup = "wigs"\nreason = "wigs"\n'
    path.write_text(OWN + line, encoding="utf-8")
    with pytest.raises(BadFile, match="no code may be counted twice"):
        load_basket(str(path))


TWO_WAYS = OWN.replace(
    "[[lines]]",
    """[[groups]]
id = "sold"
title = "Sold"
flow = "X"

[[groups]]
id = "bought"
title = "Bought"
flow = "M"

[[lines]]""",
)


def line(code: str, group: str, more: str = "") -> str:
    return f'\n[[lines]]\ncode = "{code}"\nclassification = "HS 2022"\ngroup = "{group}"\nreason = "goods"\n{more}'


@pytest.mark.parametrize(
    ("lines", "fine"),
    [
        (line("1006", "sold") + line("1006", "bought"), True),  # one way each
        (line("1006", "sold") + line("1006", "bought") + line("100630", "sold"), False),
        (line("6704", "sold") + line("1006", "bought"), False),  # 6704 counts both ways already
        (line("1006", "sold") + line("10", "bought") + line("100610", "bought"), False),
        (line("1006", "sold", "revisions = [2012]") + line("100630", "sold", "revisions = [2017, 2022]")
         + line("01", "bought"), True),
        (line("1006", "sold", "revisions = [2012, 2017]") + line("100630", "sold", "revisions = [2017, 2022]")
         + line("01", "bought"), False),
    ],
)  # fmt: skip
def test_a_code_counts_once_for_each_way_and_revision(tmp_path: Path, lines: str, fine: bool) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TWO_WAYS + lines, encoding="utf-8")
    if not fine:
        with pytest.raises(BadFile, match="no code may be counted twice"):
            load_basket(str(path))
        return
    for classification in ("HS 2012", "HS 2017", "HS 2022"):
        found = resolve(load_basket(str(path)), classification)
        for flow in ("X", "M"):
            codes = [code for g in found.basket.groups if g.flow in ("", flow) for code in found.groups[g.id]]
            assert len(codes) == len(set(codes)) == len(found.codes_for(flow))


def test_goods_that_meet_in_one_code_of_another_revision_count_once_for_each_way(tmp_path: Path) -> None:
    # In HS 2012 all of 3002.1 was one code: the group for both ways has it, the one for sales has nothing left.
    path = tmp_path / "own.toml"
    lines = (line("300212", "wigs") + line("300213", "sold") + line("300214", "bought")).replace("HS 2022", "HS 2017")
    path.write_text(TWO_WAYS + lines, encoding="utf-8")
    found = resolve(load_basket(str(path)), "HS 2012")
    assert "300210" in found.groups["wigs"]
    assert found.groups["sold"] == found.groups["bought"] == ()
    for flow in ("X", "M"):
        assert found.codes_for(flow).count("300210") == 1
    apart = resolve(load_basket(str(path)), "HS 2017")
    assert (apart.groups["sold"], apart.groups["bought"]) == (("300213",), ("300214",))


def test_an_unknown_basket_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean medical-covid"):
        load_basket("medical-covd")
    with pytest.raises(BadFile, match="cannot read"):
        load_basket(str(tmp_path / "none.toml"))


@given(st.binary(max_size=200))
def test_no_bytes_make_a_traceback(raw: bytes) -> None:
    from tidewaiter.baskets.basket import parse_basket

    with pytest.raises(TidewaiterError):
        parse_basket(raw, "x.toml")


def test_differences_of_two_versions_are_listed() -> None:
    old = load_basket("vehicles")
    line = old.lines[0]
    new = msgspec.structs.replace(
        old, lines=(msgspec.structs.replace(line, reason="cars"), msgspec.structs.replace(line, code="8704"))
    )
    found = diff(old, new)
    assert [len(found[key]) for key in ("added", "removed", "changed")] == [1, 0, 1]
    assert found["added"][0].startswith("8704")
    assert diff(old, old) == {"added": [], "removed": [], "changed": []}


def test_the_example_of_the_manual_is_a_basket(tmp_path: Path) -> None:
    manual = (Path(__file__).resolve().parents[2] / "docs" / "baskets.md").read_text(encoding="utf-8")
    path = tmp_path / "hair.toml"
    path.write_text(manual.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    assert resolve(load_basket(str(path)), "HS 2012").headings() == ("6704",)


@given(st.data(), st.sampled_from([2007, 2012, 2017, 2022]), st.sampled_from([2007, 2012, 2017, 2022]))
def test_no_code_is_ever_counted_twice(data: st.DataObject, written: int, asked: int) -> None:
    codes = data.draw(st.lists(st.sampled_from(hs.codes_of(written)), min_size=2, max_size=12, unique=True))
    home = {code: data.draw(st.sampled_from("abc")) for code in codes}
    source = load_basket("grain").sources[0]
    basket = Basket(
        "random", "1", "Random", "Test", (source,),
        tuple(Group(name, name) for name in sorted(set(home.values()))),
        tuple(Line(code, f"HS {written}", home[code], "drawn") for code in codes),
    )  # fmt: skip
    assert not problems(basket)
    found = resolve(basket, asked)
    counted = [code for group in found.groups.values() for code in group]
    assert len(counted) == len(set(counted)) == len(found.codes)
    assert all(hs.alive(code, asked) for code in counted)
    if written == asked:
        assert found.groups == {name: tuple(sorted(c for c in codes if home[c] == name)) for name in found.groups}
    for row in found.lines:
        assert set(row.codes) <= set(found.groups[row.line.group])
