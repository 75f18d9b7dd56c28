"""The page of a scan in a real browser: accessible in both colour schemes, no wider than the screen, nothing asked of anybody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.brief.test_browser import browser, opened
from tests.findings.test_scan import rows, write
from tidewaiter.cli import main
from tidewaiter.store.store import Store

pytestmark = pytest.mark.browser
__all__ = ["browser"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Clean events, artefacts, sums that lack somebody, and proved zeros on one page."""
    place = tmp_path_factory.mktemp("page")
    store = Store(place / "store", create=True)
    store.load(write(place / "file.csv", rows()), published="2022-11-15", covers=("all",))
    other = [("IT", "KZ", "33051000", f"2022-0{number}", 500) for number in range(1, 10)]
    store.load(write(place / "other.csv", other), published="2022-11-15")
    question = f"scan --partner KGZ KAZ --month 2022-09 --channel spike sustained start record --format html --top 0 --store {place / 'store'}"
    assert main([*question.split(), "--out", str(place / "page.html")]) == 0
    return (place / "page.html").as_uri()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_finds_nothing(browser: Any, address: str, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page, told = opened(browser, address, width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    results = axe.run(page)
    assert told == []
    assert results.violations_count == 0, results.generate_report()
    page.context.close()


def test_it_is_no_wider_than_the_screen_and_its_list_leads_to_the_events(browser: Any, address: str) -> None:
    page, told = opened(browser, address, 1280)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in (320, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    targets = page.evaluate(
        "[...document.querySelectorAll('.found a')].map(a => !!document.querySelector(a.getAttribute('href')))"
    )
    assert targets
    assert all(targets)
    assert page.evaluate("document.querySelectorAll('svg.chart').length") == len(targets)
    assert told == []
    page.context.close()
