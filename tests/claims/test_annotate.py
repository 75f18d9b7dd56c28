"""The annotated article: every character of the text, every verdict, nothing that runs, no wider than a phone."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tidewaiter.claims.annotate import render_article
from tidewaiter.claims.court import sit
from tidewaiter.claims.read import Reading, read_article
from tidewaiter.errors import InputError

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

TEXT = """Advertisement

How masks came back <script>alert(1)</script>

China exported 625 garments to North Korea in January, with a further 1,500 following in February. \u202eIt exported 80 & more.

China's exports to North Korea reached $98.1 million in April, the highest since February 2020. Shipments could reach "$5 million".

01:29
"""


class _Text(HTMLParser):
    """The text of the article as the page shows it."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.skip, self.told = 0, 0, []  # type: ignore[var-annotated]
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        classes = (dict(attrs).get("class") or "").split()
        if tag == "p" and "text" in classes:
            self.inside = 1
        if tag == "sup":
            self.skip = 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" and self.inside:
            self.inside = 0
            self.told.append("\n")
        if tag == "sup":
            self.skip = 0

    def handle_data(self, data: str) -> None:
        if self.inside and not self.skip:
            self.told.append(data)


def rendered(text: str = TEXT) -> tuple[Reading, str]:
    reading = read_article(text, "2022-05-27", publisher="<b>The Paper</b>")
    return reading, render_article(reading, sit(reading.claims, []))


def test_the_page_shows_every_character_of_the_prose_and_nothing_else() -> None:
    reading, page = rendered()
    parser = _Text()
    parser.feed(page)
    shown = "".join(parser.told).split("\n")
    prose = [reading.text[s.start : s.end] for s in reading.sentences if s.status != "furniture"]
    wanted = " ".join(prose).replace("\u202e", "\ufffd").split()
    assert " ".join(shown).split() == wanted


def test_strangers_text_is_text() -> None:
    _, page = rendered()
    parser = _Text()
    parser.feed(page)
    assert not {"script", "img", "iframe", "link", "object", "form"} & set(parser.tags)
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;The Paper&lt;/b&gt;" in page
    assert "\u202e" not in page
    assert "http" not in re.sub(r'http-equiv="[^"]*"', "", page)


def test_the_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    _, page = rendered()
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert style is not None
    assert policy is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert (
        policy[1].replace("&#39;", "'")
        == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_every_claim_has_a_note_and_a_number_in_the_text() -> None:
    reading, page = rendered()
    numbers = [int(found) for found in re.findall(r'<li id="n(\d+)"', page)]
    assert numbers == list(range(1, len(reading.claims) + 1))
    assert all(f'href="#n{number}" id="t{number}"' in page for number in numbers)
    assert all(claim.id for claim in reading.read)
    assert "not read" in page


def test_an_article_of_which_a_claim_was_not_judged_is_refused() -> None:
    reading, _ = rendered()
    with pytest.raises(InputError, match="no verdict on 1 claim"):
        render_article(reading, sit(reading.claims[1:], []))


@pytest.mark.parametrize("text", ["", "  \n ", "Advertisement", "No trade here.", "\ud800 odd", "x" * 5000])
def test_any_article_makes_a_page(text: str) -> None:
    reading = read_article(text, "2022-05-27")
    page = render_article(reading, sit(reading.claims, []))
    assert page.encode("utf-8", "strict")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_page_fits_and_asks_for_nothing(tmp_path: Path, width: int, scheme: str) -> None:
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install -e '.[dev]')")
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium (apt-get install chromium)")
    _, page = rendered(
        TEXT + "\n\n" + "China exported 5,000 tonnes of rice to North Korea in March, " + "W" * 400 + ".\n"
    )
    file = tmp_path / "article.html"
    file.write_text(page, encoding="utf-8")
    told: list[str] = []
    with api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        view = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
        view.on("console", lambda message: told.append(message.text))
        view.on("request", lambda request: told.append(request.url) if request.url != file.as_uri() else None)
        view.goto(file.as_uri())
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        assert view.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(20, 23, 26)" if scheme == "dark" else "rgb(255, 255, 255)"
        )
        browser.close()
    assert told == []
