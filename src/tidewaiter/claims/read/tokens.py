"""Text to tokens, in one linear pass; every token knows where it stands."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["Token", "tokens"]

_TOKEN: Final = re.compile(
    r"""(?P<name>https?://[^\s]{1,2000}|www\.[^\s]{1,2000}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64})
    |(?P<ref>\[[0-9]{1,3}\]|[\u00ad\u200b-\u200d\ufeff]+)
    |(?P<date>(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?(?![\w-]))
    |(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![\w:]))
    |(?P<ordinal>[0-9]{1,4}(?:st|nd|rd|th)\b)
    |(?P<currency>(?:US|U\.S\.)[ \u00a0]?\$|(?:NT|HK|A|C|S|AU|CA|NZ|R)?\$|[€£¥₩₽₹]|(?:RMB|USD|EUR|CNY|JPY|KRW|GBP|RUB)(?=\s?[0-9]))
    |(?P<odd>[0-9]+(?:[.,][0-9]+)*(?:[/:][0-9]|-[0-9]+-)[0-9/:.\-]*|(?<![0-9.,])[0-9]{1,3}(?:[ ][0-9]{3})+(?![0-9.,]))
    |(?P<number>[0-9]{1,3}(?:[\u00a0\u202f\u2009][0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:[.,][0-9]+)*)
    |(?P<scale>(?<=[0-9万萬億亿兆만억조천千])[万萬億亿兆만억조천千])
    |(?P<poss>['’]s\b|(?<=s)['’](?=\s))
    |(?P<abbr>(?:[A-Z]\.){2,})
    |(?P<model>[^\W\d_]{1,30}-?[0-9][\w-]*)
    |(?P<word>[^\W\d_]+(?:[\u00ad\u200b-\u200d][^\W\d_]+)*(?:['’](?!s\b)[^\W\d_]+)*)
    |(?P<mark>\S)
    """,
    re.VERBOSE,
)


_PLAIN: Final = str.maketrans({"’": "'", "‑": "-", "‐": "-", **dict.fromkeys("\u00ad\u200b\u200c\u200d")})
_FOLDED: Final = str.maketrans(
    {chr(0xFF01 + k): chr(0x21 + k) for k in range(94)} | {"−": "-", "﹣": "-", "￥": "¥", "￦": "₩"}
)
"""Full-width signs and the minus sign, each one character for one, so that places stay."""


class Token(NamedTuple):
    """One token.

    ``kind`` is ``word``, ``number`` (digits with separators as printed), ``scale`` (万, 억), ``currency``, ``poss``
    (``'s``), ``abbr`` (``U.S.``), ``mark`` (punctuation), or one of those that hold digits and are no amount: ``date``
    (ISO), ``clock`` (``01:29``), ``ordinal`` (``3rd``), ``model`` (``Covid-19``), ``name`` (an address) and ``odd``
    (``2019/20``, ``555-01-99``, ``3 200``).
    """

    kind: str
    text: str
    low: str
    start: int
    end: int

    def touches(self, other: Token) -> bool:
        """Whether the other follows without a space."""
        return self.end == other.start


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Cut text into tokens.

    Parameters
    ----------
    text
        The whole article.
    start, end
        The part to cut; positions of the tokens are those of the article.

    Examples
    --------
    >>> [(t.kind, t.text) for t in tokens("U.S. sold 1,140kg of Covid-19 kits")][:4]
    [('abbr', 'U.S.'), ('word', 'sold'), ('number', '1,140'), ('word', 'kg')]
    """
    stop = len(text) if end is None else end
    if not text.isascii():
        text = _folded(text)
    return [
        Token(
            found.lastgroup or "mark",
            found[0],
            found[0].lower() if found[0].isascii() else found[0].lower().translate(_PLAIN),
            found.start(),
            found.end(),
        )
        for found in _TOKEN.finditer(text, start, stop)
        if found.lastgroup != "ref"
    ]


@lru_cache(maxsize=2)
def _folded(text: str) -> str:
    return text.translate(_FOLDED)
