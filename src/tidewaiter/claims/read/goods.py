"""Goods as prose names them."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from tidewaiter.claims.read.lexicon import Lexicon

__all__ = ["Named", "goods_lexicon"]

_CODE: Final = re.compile(r"[0-9]{2,6}\Z", re.ASCII)


_NARROWER: Final = frozenset(
    (
        "fish", "squid", "crab", "lead", "lead ore", "iron", "steel", "metals", "nuts", "fruit", "vegetables", "diesel", "petrol", "gasoline",
        "naphtha", "kerosene", "jet fuel", "fuel oil", "gas oil", "lubricants", "gems", "pearls", "capacitors", "transistors", "diodes",
        "optical sights", "navigation instruments", "lathes", "oscilloscopes", "test equipment", "syringes", "needles", "gowns", "goggles", "rye", "millet",
        "aluminium", "gallium", "germanium", "clothing", "apparel", "electronic components", "electronics", "wheat flour", "garments",
        "monitors", "magnesia", "phosphate", "potassium chloride", "ammonium sulphate", "tapestries", "carpets", "rugs", "bone china", "snowmobiles",
        "jet skis", "condensates", "semiconductor", "semiconductors", "processor", "microchip", "indium", "unwrought germanium", "neodymium",
        "dysprosium", "silver ore", "gold ore", "cable", "cables", "monitor", "router", "base station", "octopus", "clams", "natural gas", "lpg",
        "respirator", "copper", "cnc", "spirits",
    )
)  # fmt: skip
"""Words of codes and groups that hold more, or less, than the word says: a number told of diesel is none of all light oils."""


class Named(NamedTuple):
    """Goods that words name: ``goods`` as a claim holds them, what a bare number counts, and what was decided."""

    goods: str
    unit: str
    note: str


@cache
def goods_lexicon() -> Lexicon[Named]:
    """Return every phrase that names goods.

    The reader's own table comes first, then the names of the figures' table, then the words people use for codes, then
    the synonyms of basket groups. A phrase that two baskets use for different goods is left out: it would be a guess.

    Examples
    --------
    >>> from tidewaiter.claims.read.tokens import tokens
    >>> book = goods_lexicon()
    >>> book.at(tokens("crude oil"), 0)[0].goods, book.at(tokens("Non-invasive ventilators"), 0)[0].goods
    ('2709', 'ventilators-non-invasive')
    """
    found: dict[str, Named] = {}
    for phrase, named in (*_own(), *_figures(), *_terms(), *_baskets()):
        found.setdefault(phrase, named)
    return Lexicon(found.items())


def _own() -> list[tuple[str, Named]]:
    text = resources.files("tidewaiter.claims.read").joinpath("goods.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")][1:]
    return [
        (phrase, Named(goods, unit, note.strip()))
        for goods, unit, phrases, note in ((*row, "", "")[:4] for row in rows)
        for phrase in phrases.split("|")
    ]


def _figures() -> list[tuple[str, Named]]:
    from tidewaiter.sources.figures import goods

    return [(good.phrase.lower(), Named(good.id, "", "")) for good in goods().values() if good.id != "total"]


def _terms() -> list[tuple[str, Named]]:
    from tidewaiter.codes.texts import _terms

    meant: dict[str, set[str]] = {}
    for code, _, words in _terms():
        for word in words:
            if word.isascii() and _CODE.match(code) and word.lower() not in _NARROWER:
                meant.setdefault(word if word.isupper() else word.lower(), set()).add(code)
    return [(word, Named(codes.pop(), "", "")) for word, codes in meant.items() if len(codes) == 1]


def _baskets() -> list[tuple[str, Named]]:
    from tidewaiter.baskets import list_baskets, load_basket
    from tidewaiter.errors import InputError

    meant: dict[str, set[str]] = {}
    for name in list_baskets():
        try:
            basket = load_basket(name)
        except InputError:
            continue
        for group in basket.groups:
            for word in group.synonyms:
                if word.isascii() and "(" not in word and word not in _NARROWER:
                    meant.setdefault(word if word.isupper() else word.lower(), set()).add(f"basket:{name}/{group.id}")
    found = [(word, one.pop()) for word, one in meant.items() if len(one) == 1]
    return [(word, Named(name, "", f"{word} are read as the group {name[7:]}")) for word, name in found]
