"""What the page may never do, whatever stands in the brief."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.brief.sample import sample
from tidewaiter.brief.html import render_html, web_address
from tidewaiter.brief.shape import ChartCell, ChartRun, Sentence
from tidewaiter.errors import OutputError


class Page(HTMLParser):
    """Elements with their attributes, text by element, and the ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.elements if name in attrs]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(render_html(sample()))


def test_no_script_no_handler_no_inline_style(page: Page) -> None:
    assert not {"script", "iframe", "object", "embed", "link", "img", "form", "base"} & {
        tag for tag, _ in page.elements
    }
    for _, attrs in page.elements:
        assert not [name for name in attrs if name.startswith("on") or name == "style" or name == "src"]


def test_text_from_files_is_text(page: Page) -> None:
    whole = "".join(page.texts)
    for text in ("<script>alert(1)</script>", "<script>alert(2)</script>", "<script>alert(4)</script>", "<b>a month</b>",
                 "<img src=x onerror=alert(3)>"):  # fmt: skip
        assert text in whole


def test_nothing_is_fetched_from_outside(page: Page) -> None:
    text = render_html(sample())
    css = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert css
    assert "@import" not in css[1]
    assert "url(" not in css[1]
    for tag, attrs in page.elements:
        for name in ("src", "srcset", "poster", "data", "xlink:href"):
            assert name not in attrs
        if "href" in attrs:
            assert tag == "a"
        if attrs.get("fill", "").startswith("url("):  # type: ignore[union-attr]
            assert str(attrs["fill"]).startswith("url(#")


def test_policy_allows_this_style_sheet_and_nothing_else(page: Page) -> None:
    policy = next(a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    css = re.search(r"<style>(.*?)</style>", render_html(sample()), re.DOTALL)
    assert css
    digest = base64.b64encode(hashlib.sha256(css[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_links_lead_somewhere_or_nowhere(page: Page) -> None:
    idents = page.values("id")
    assert len(idents) == len(set(idents))
    outside = 0
    for tag, attrs in page.elements:
        href = attrs.get("href")
        if tag != "a" or href is None:
            continue
        if href.startswith("#"):
            assert href[1:] in idents
        elif href.startswith("evidence/"):
            assert re.fullmatch(r"evidence/[A-Za-z0-9._-]+\.csv", href)
        else:
            assert re.match(r"https?://", href)
            assert attrs.get("rel") == "noreferrer"
            outside += 1
    assert outside > 10
    for ident in re.findall(r'aria-labelledby="([^"]+)"', render_html(sample())):
        assert set(ident.split()) <= set(idents)


def test_every_sentence_has_its_proof_and_sources(page: Page) -> None:
    brief = sample()
    hrefs = page.values("href")
    sentences = [s for section in brief.sections for s in section.sentences]
    sentences += [*brief.curves[0].sentences, *brief.conflicts]
    for sentence in sentences:
        assert f"evidence/{sentence.evidence}" in hrefs
    whole = " ".join(page.texts)
    for text in [
        *(s.text for s in sentences),
        *(c for s in sentences for c in s.caveats),
        *brief.not_known,
        *brief.caveats,
    ]:
        assert text in whole


def test_each_chart_has_a_title_and_a_description() -> None:
    brief = sample()
    text = render_html(brief)
    charts = re.findall(r'<svg viewBox="[^"]+" role="img".*?</svg>', text, re.DOTALL)
    expected = sum(len(s.charts) for s in brief.sections) + len(brief.curves)
    # The total and the curve come in a wide and a narrow drawing; each good's first chart also stands among those at a glance.
    glance = sum(bool(s.charts) for s in brief.sections if s.id != "total")
    assert len(charts) == expected + 2 + glance
    for chart in charts:
        assert re.search(r"<title id=[^>]+>[^<]+</title><desc id=[^>]+>[^<]+</desc>", chart)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//example.org/x", "http://", "https://u:p@example.org",
     "http://[::1", "https://example.org/a b", "https://example.org/\"onclick=1", "ftp://example.org", "", "http://h:99999/"],
)  # fmt: skip
def test_addresses_that_stay_text(address: str) -> None:
    assert web_address(address) is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_anywhere_leaves_the_page_as_it_is(text: str) -> None:
    brief = sample()
    section = brief.sections[0]
    hostile = Sentence(text, text, text, "x.csv", caveats=(text,))
    chart = msgspec.structs.replace(section.charts[0], title=text, unit=text, alt=text, source_line=text)
    chart = msgspec.structs.replace(chart, runs=(ChartRun("2022-01", "2022-02", 1.0, text),))
    changed = msgspec.structs.replace(
        brief, headline=text, standfirst=text, made_with=text, key_points=(text,), statements=(), conflicts=(), curves=(),
        sections=(msgspec.structs.replace(section, title=text, context=text, sentences=(hostile,), charts=(chart,)),),
        caveats=(text,), not_known=(text,),
    )  # fmt: skip
    plain = msgspec.structs.replace(
        changed, headline="x", standfirst="x", made_with="x", key_points=("x",), caveats=("x",), not_known=("x",),
        sections=(msgspec.structs.replace(
            section, title="x", context="x", sentences=(Sentence("x", "x", "x", "x.csv", caveats=("x",)),),
            charts=(msgspec.structs.replace(chart, title="x", unit="x", alt="x", source_line="x",
                                            runs=(ChartRun("2022-01", "2022-02", 1.0, "x"),)),)),),
    )  # fmt: skip

    def bones(page: Page) -> list[str]:
        # A language is declared round a foreign text, and an empty text leaves its element out: neither is a breach.
        return [
            tag for tag, attrs in page.elements if tag in ("a", "svg", "style", "script", "iframe", "rect", "section")
        ]

    got, wanted = bones(Page(render_html(changed))), bones(Page(render_html(plain)))
    assert got == wanted


def test_references_that_lead_nowhere_are_refused() -> None:
    brief = sample()
    with pytest.raises(OutputError, match="key point 'nope'"):
        render_html(msgspec.structs.replace(brief, key_points=("nope",)))
    with pytest.raises(OutputError, match="source 'scmp'"):
        render_html(msgspec.structs.replace(brief, sources=brief.sources[1:]))
    with pytest.raises(OutputError, match="tidewaiter/brief/9"):
        render_html(msgspec.structs.replace(brief, schema_="tidewaiter/brief/9"))


def test_a_chart_with_a_month_left_out_is_refused() -> None:
    brief = sample()
    section = brief.sections[1]
    chart = section.charts[0]
    for cells, words in (
        (chart.cells[:3] + chart.cells[4:], "does not follow"),
        ((ChartCell("2022-01", "zero", 0, None),), "state zero"),
        ((ChartCell("2022-01", "value", 5, 4),), "no range"),
        ((ChartCell("2022-13", "value", 5, 5),), "not a month"),
    ):
        broken = msgspec.structs.replace(section, charts=(msgspec.structs.replace(chart, cells=cells),))
        with pytest.raises(OutputError, match=words):
            render_html(msgspec.structs.replace(brief, sections=(broken,), key_points=()))


def test_an_almost_empty_brief_is_a_page() -> None:
    brief = msgspec.structs.replace(
        sample(), key_points=(), sections=(), curves=(), statements=(), not_known=("Everything.",), conflicts=(), events=(),
        table=(), sources=(), caveats=(), context=(),
    )  # fmt: skip
    page = Page(render_html(brief))
    assert "Everything." in page.texts
    for href in page.values("href"):
        assert href[1:] in page.values("id")
