"""Take a picture of a brief for the README: ``python -m tests.brief.picture demo/brief.html docs/pictures/brief.png``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def take(page: Path, picture: Path) -> None:
    """Write the top of a page as a desktop shows it, down to the charts side by side, as PNG."""
    from playwright.sync_api import sync_playwright

    picture.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 1180, "height": 1500}, color_scheme="light")
        view.goto(page.resolve().as_uri())
        bottom = view.evaluate("document.querySelector('#glance').getBoundingClientRect().bottom")
        view.screenshot(path=picture, full_page=True, clip={"x": 0, "y": 0, "width": 1180, "height": bottom + 28})
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
