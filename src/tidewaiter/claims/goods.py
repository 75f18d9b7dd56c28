"""What a claim's goods are made of, and what contains them: names, codes, baskets."""

from __future__ import annotations

import re
from functools import cache

from tidewaiter.codes.units import unit as known_unit
from tidewaiter.codes.units import unit_by_scheme
from tidewaiter.errors import InputError
from tidewaiter.model import Flow, Measure
from tidewaiter.sources.figures import good_named, good_of
from tidewaiter.sources.figures import goods as named_goods

__all__ = ["canonical_unit", "codes_of", "contains", "is_code", "named", "phrase", "resolve_goods", "way_of"]

_CODE = re.compile(r"\d{2,10}\Z", re.ASCII)


def is_code(goods: str) -> bool:
    """Whether goods are given as a commodity code."""
    return bool(_CODE.match(goods))


def resolve_goods(text: str) -> str:
    """Return goods in the one form that claims and evidence share.

    Raises
    ------
    InputError
        If it is no good that is known, no code of 2 to 10 digits and no basket.

    Examples
    --------
    >>> resolve_goods("9019.20"), resolve_goods("TOTAL"), resolve_goods("masks"), resolve_goods("8703")
    ('respiration', 'total', 'masks', '8703')
    """
    text = text.strip()
    digits = re.sub(r"[. ]", "", text)
    if text.lower() == "total":
        return "total"
    if is_code(digits):
        return _by_code().get(digits, digits)
    if text.startswith("basket:"):
        from tidewaiter.baskets import list_baskets

        name = text[7:].partition("/")[0]
        if name in list_baskets():
            return text
        raise InputError(f"no basket {name!r}; valid: {', '.join(list_baskets())}")
    own = good_named(text)
    if own is not None:
        return own
    raise InputError(
        f"not goods that are known: {text!r}; write total, a commodity code of digits, basket:NAME, one of these, or words of your own: "
        f"{', '.join(named_goods())}"
    )


@cache
def _by_code() -> dict[str, str]:
    """Return the goods that a single code stands for."""
    return {good.codes: good.id for good in named_goods().values() if is_code(good.codes)}


def named(goods: str) -> bool:
    """Whether goods are named in words."""
    return goods in named_goods()


def phrase(goods: str) -> str:
    """Return goods as a sentence names them.

    Examples
    --------
    >>> phrase("masks"), phrase("8703"), phrase("total")
    ('face masks', 'goods of code 8703', 'goods of all kinds')
    """
    if goods in named_goods():
        return named_goods()[goods].phrase
    if goods.startswith("basket:"):
        return f"the goods of {goods[7:]}"
    own = good_of(f"good:{goods}") if not is_code(goods) else None
    return own.phrase if own else f"goods of code {goods}"


def way_of(flow: Flow) -> str:
    """Return a flow as evidence names it after its goods."""
    return {"X": ", exports", "M": ", imports", "X+M": ", exports and imports together"}.get(flow.value, "")


def codes_of(goods: str, reporter: str) -> tuple[str, ...]:
    """Return the codes under which a reporter counts goods; empty where that is not known.

    Named goods have codes of six digits or fewer everywhere, and of eight in China's tariff.
    """
    if is_code(goods):
        return (goods,)
    if goods in named_goods():
        codes = tuple(named_goods()[goods].codes.split())
        return codes if reporter == "CHN" or all(len(code) <= 6 for code in codes) else ()
    return ()


def contains(whole: str, part: str) -> bool:
    """Whether all of ``part`` is counted in ``whole``.

    Examples
    --------
    >>> contains("total", "masks"), contains("masks-wider", "masks"), contains("87", "8703"), contains("8703", "87")
    (True, True, True, False)
    """
    if whole == part:
        return False
    if whole == "total":
        return True
    table = named_goods()
    at = part
    while at in table:
        at = table[at].part_of
        if at == whole:
            return True
    if named(whole) and named(part):
        return False
    above = (whole,) if is_code(whole) else tuple(table[whole].codes.split()) if whole in table else ()
    below = (part,) if is_code(part) else tuple(table[part].codes.split()) if part in table else ()
    return bool(above and below) and all(any(code.startswith(one) for one in above) for code in below)


@cache
def canonical_unit(measure: Measure, unit: str) -> tuple[Measure, str, float]:
    """Return the measure, the base unit, and how many base units one of ``unit`` is.

    A currency is its own base. A quantity counted by weight is a net weight.

    Examples
    --------
    >>> canonical_unit(Measure.QUANTITY, "tonnes"), canonical_unit(Measure.QUANTITY, "pairs")
    ((<Measure.NET_WEIGHT: 'net_wgt_kg'>, 'kg', 1000.0), (<Measure.QUANTITY: 'qty'>, 'items', 2.0))
    """
    if measure is Measure.VALUE:
        return measure, unit, 1.0
    try:
        found = unit_by_scheme("words", unit) or known_unit(unit)
    except InputError:
        found = None
    if found is None or found.is_none:
        return measure, unit, 1.0
    if found.dimension == "mass":
        return Measure.NET_WEIGHT, found.base, found.factor
    return Measure.QUANTITY, found.base, found.factor
