"""A web page to its words: the article's paragraphs, without menus, scripts and captions."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

__all__ = ["is_markup", "words_of"]

_LOOKS: Final = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body|article)\b",
    re.IGNORECASE | re.DOTALL,
)
_LEFT_OUT: Final = frozenset(
    ("script", "style", "noscript", "template", "head", "nav", "footer", "aside", "form", "button", "select", "svg", "figure",
     "iframe", "textarea", "dialog", "canvas", "object", "audio", "video")
)  # fmt: skip
_PARTS: Final = frozenset(
    ("p", "div", "section", "article", "main", "header", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "table", "tr",
     "blockquote", "pre", "dl", "dt", "dd", "br", "hr", "body", "html", "address", "details", "summary")
)  # fmt: skip


def is_markup(text: str) -> bool:
    """Whether a text is a web page.

    Examples
    --------
    >>> is_markup("<!DOCTYPE html><html>"), is_markup("Exports < imports")
    (True, False)
    """
    return _LOOKS.match(text) is not None


def words_of(text: str) -> str:
    r"""Return the words of a web page, a blank line between paragraphs; cells of a table are parted by ``|``.

    Where the page marks its article (one element ``article``), only that is kept.

    Examples
    --------
    >>> words_of("<html><nav>Home</nav><p>Exports <b>rose</b> 5&nbsp;%.<p>Imports &amp; more.</html>")
    'Exports rose 5\xa0%.\n\nImports & more.'
    """
    articles = len(re.findall(r"<article\b", text, re.IGNORECASE))
    page = _Page("article" if articles == 1 else "")
    page.feed(text)
    page.close()
    return page.words()


class _Page(HTMLParser):
    """Collects the words of the elements that hold an article."""

    def __init__(self, within: str) -> None:
        super().__init__(convert_charrefs=True)
        self.within = within
        self.inside = 0
        self.left_out: list[str] = []
        self.parts: list[list[str]] = [[]]

    def _next(self) -> None:
        if self.parts[-1]:
            self.parts.append([])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LEFT_OUT:
            self.left_out.append(tag)
        if tag == self.within:
            self.inside += 1
        if tag in _PARTS:
            self._next()
        elif tag in ("td", "th") and self.parts[-1]:
            self.parts[-1].append(" | ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.left_out:
            while self.left_out.pop() != tag:
                pass
        if tag == self.within and self.inside:
            self.inside -= 1
        if tag in _PARTS:
            self._next()

    def handle_data(self, data: str) -> None:
        if not self.left_out and (self.inside or not self.within):
            self.parts[-1].append(data)

    def words(self) -> str:
        told = (re.sub(r"[ \t\r\n\f]+", " ", "".join(part)).strip(" ") for part in self.parts)
        return "\n\n".join(part for part in told if part)
