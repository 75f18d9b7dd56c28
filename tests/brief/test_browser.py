"""The page in a real browser: accessible, no wider than the screen, whole on paper."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.brief.sample import evidence, sample
from tidewaiter.brief.write import write_brief
from tidewaiter.cli import main

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install -e '.[dev]')")
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium (apt-get install chromium)")
    with api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def written(story: str, out: Path) -> str:
    if story == "sample":
        write_brief(sample(), evidence(), out)
    else:
        assert main(["demo", story, "--out", str(out)]) == 0
    return (out / "brief.html").as_uri()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written("sample", tmp_path_factory.mktemp("page") / "brief")


@pytest.fixture(scope="module", params=["sample", "north-korea", "kyrgyzstan"])
def any_address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(request.param, tmp_path_factory.mktemp("page") / "brief")


def opened(browser: Any, address: str, width: int, scheme: str = "light") -> tuple[Any, list[str]]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: told.append(request.url) if request.url != address else None)
    page.goto(address)
    return page, told


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_finds_nothing(browser: Any, any_address: str, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page, told = opened(browser, any_address, width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    results = axe.run(page)
    assert told == []
    assert results.violations_count == 0, results.generate_report()
    page.context.close()


def test_no_page_is_wider_than_the_screen(browser: Any, any_address: str) -> None:
    page, told = opened(browser, any_address, 1280)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in (320, 360, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert told == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_marks_of_the_charts_stand_out(browser: Any, address: str, scheme: str) -> None:
    """WCAG: 4.5 for words on every ground they stand on, 3 for the marks that carry meaning."""
    page, _ = opened(browser, address, 1280, scheme)
    names = [
        "paper",
        "sheet",
        "band",
        "ink",
        "soft",
        "link",
        "asked",
        "bar",
        "merged",
        "bound",
        "clash",
        "event",
        "good",
        "warn",
        "bad",
        "curve",
    ]
    found = page.evaluate(
        "names => Object.fromEntries(names.map(n => [n, getComputedStyle(document.documentElement)"
        ".getPropertyValue('--' + n).trim()]))",
        names,
    )

    def light(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        high, low = sorted((light(found[one]), light(found[other])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for words in ("ink", "soft", "link", "good", "warn", "bad"):
        for ground in ("paper", "sheet", "band"):
            assert contrast(words, ground) >= 4.5, (words, ground)
    for mark in ("asked", "merged", "bound", "clash", "event", "curve"):
        for ground in ("paper", "band"):
            assert contrast(mark, ground) >= 3, (mark, ground)
    page.context.close()


def test_no_label_of_a_chart_is_cut_off(browser: Any, any_address: str) -> None:
    for width in (360, 1280):
        page, _ = opened(browser, any_address, width)
        cut = page.evaluate(
            """() => [...document.querySelectorAll('svg.chart')].filter(s => s.getClientRects().length).flatMap(s => {
                const box = s.viewBox.baseVal;
                return [...s.querySelectorAll('text')].map(t => [t.textContent, t.getBBox()])
                    .filter(([_, b]) => b.x < -1 || b.x + b.width > box.width + 1 || b.y < -2
                                        || b.y + b.height > box.height + 2)
                    .map(([t]) => s.querySelector('title').textContent + ': ' + t)})"""
        )
        assert cut == []
        page.context.close()


def test_the_table_scrolls_in_its_own_box(browser: Any, address: str) -> None:
    page, _ = opened(browser, address, 360)
    inner, outer = page.evaluate(
        "(() => {const s = document.querySelector('.scroll'); return [s.scrollWidth, s.clientWidth]})()"
    )
    assert inner > outer
    page.context.close()


def test_on_paper_nothing_is_hidden(browser: Any, address: str, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (apt-get install poppler-utils)")
    import subprocess

    page, _ = opened(browser, address, 1280)
    page.pdf(path=str(tmp_path / "brief.pdf"), prefer_css_page_size=True)
    page.context.close()
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "brief.pdf", "-"], capture_output=True, check=True).stdout
    words = re.sub(r"\s+", "", text.decode())
    for caveat in (c for section in sample().sections for s in section.sentences for c in s.caveats):
        assert re.sub(r"\s+", "", caveat)[:40] in words  # a page break may fall later in it
    assert "evidence/masks-sum.csv" in words
    assert "https://voakorea.com/amp/6577559.html" in words
