"""What a code says, and finding a code from a word in English, Chinese or Korean.

Texts are those of UN Comtrade's nomenclatures, the newest that a code has. Words that people use and the nomenclature
does not (*ventilator*, *drone*) are in ``terms.tsv``. Both are read when first asked for.
"""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from typing import NamedTuple

from tidewaiter.codes import hs
from tidewaiter.codes.tables import read_bytes, read_lines

__all__ = ["Hit", "search", "standard_unit", "terms_of", "text_of"]


class Hit(NamedTuple):
    """A code that a search found, and by what: ``term`` (a word people use), ``text`` (the nomenclature's) or ``code``."""

    code: str
    text: str
    found_by: str
    words: str
    revisions: tuple[int, ...]


@lru_cache(maxsize=1)
def _texts() -> dict[str, tuple[str, str]]:
    raw = read_bytes("hs_text.tsv.gz")
    rows = (line.split("\t") for line in gzip.decompress(raw).decode("utf-8").splitlines())
    return {code: (text, unit) for code, unit, text in rows}


@lru_cache(maxsize=1)
def _terms() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return code, classification and words."""
    rows = [line.split("\t") for line in read_lines("terms.tsv")][1:]
    return tuple((row[0], row[1], tuple(word for cell in row[2:] for word in cell.split("|") if word)) for row in rows)


def text_of(code: str) -> str:
    """Return the text of a code of two, four or six digits (more are cut); empty if no revision has it.

    Examples
    --------
    >>> text_of("300241")[:9], text_of("8703")[:14]
    ('Vaccines,', 'Motor cars and')
    """
    return _texts().get(hs.clean(code)[:6], ("", ""))[0].lstrip("- ")


def standard_unit(code: str) -> str:
    """Return the World Customs Organization's standard unit of a six-digit code, as UN Comtrade abbreviates it.

    Examples
    --------
    >>> standard_unit("870380"), standard_unit("300241"), standard_unit("640391")
    ('u', 'kg', '2u')
    """
    return _texts().get(hs.clean(code)[:6], ("", ""))[1]


def terms_of(code: str) -> tuple[str, ...]:
    """Return the words people use for a code, in English, Chinese and Korean."""
    return tuple(word for own, _, words in _terms() if own == code for word in words)


def search(words: str, limit: int = 20) -> tuple[Hit, ...]:
    """Find codes by words.

    Parameters
    ----------
    words
        One or more words; in the Latin script each, or its singular, must begin a word of the text, in Chinese and Korean
        the whole must occur. Two or more digits find the codes that begin with them.
    limit
        Most hits to return.

    Returns
    -------
    tuple of Hit
        Words people use first, then texts; living codes before dead ones.

    Examples
    --------
    >>> [hit.code for hit in search("ventilator")], search("呼吸机")[0].code
    (['901920'], '901920')
    >>> search("face masks")[0].code, [hit.code for hit in search("3002.4")]
    ('630790', ['300241', '300242', '300249'])
    """
    plain = " ".join(words.split()).casefold()
    digits = re.sub(r"[. ]", "", plain)
    if digits.isascii() and digits.isdigit():
        return _by_digits(digits)[:limit]
    if not any(sign.isalnum() for sign in plain):
        return ()
    wanted = [re.compile(r"\b" + _stem(word)) for word in plain.split()]

    def fits(text: str) -> bool:
        folded = text.casefold()
        return plain in folded if not plain.isascii() else all(one.search(folded) for one in wanted)

    hits: dict[str, Hit] = {}
    for exact in (True, False):
        for code, _, names in _terms():
            found = [name for name in names if (name.casefold() == plain if exact else fits(name))]
            if found and code not in hits:
                hits[code] = Hit(code, text_of(code), "term", ", ".join(found), _revisions(code))
    rest = [Hit(code, text.lstrip("- "), "text", words, _revisions(code)) for code, (text, _) in _texts().items()
            if code not in hits and fits(text)]  # fmt: skip
    rest.sort(key=lambda hit: (hit.revisions[-1:] != (hs.REVISIONS[-1],), len(hit.code) == 2, hit.code))
    return (*hits.values(), *rest)[:limit]


def _stem(word: str) -> str:
    """Return the beginning that singular and plural share, as a pattern; short words stay whole."""
    if word.isascii() and word.isalpha() and len(word) > 4 and word[-1] == "s" and word[-2:] not in ("ss", "us", "is"):
        word = word[:-3] if word.endswith("ies") else word[:-1]
    return re.escape(word)


def _by_digits(digits: str) -> tuple[Hit, ...]:
    """Return the codes that begin with some digits; of a longer one, the six digits it lies under."""
    found = sorted(code for code in _texts() if code.startswith(digits[:6]))
    hits = [Hit(code, text_of(code), "code", digits, _revisions(code)) for code in found if len(digits) > 1]
    hits = [hit for hit in hits if hit.revisions]  # chapter 77 is kept free and has no code
    hits.sort(key=lambda hit: (hit.revisions[-1:] != (hs.REVISIONS[-1],), hit.code))
    return tuple(hits)


def _revisions(code: str) -> tuple[int, ...]:
    return tuple(year for year in hs.REVISIONS if hs.alive(code, year))
