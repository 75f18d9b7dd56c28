"""Printed numbers in the written form of claims: digits, scale words, 10^4 scripts, ``-fold``."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

__all__ = ["default_step", "printed_number"]

_SCALES: Final[dict[str, int]] = {
    "": 0, "k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "b": 9, "billion": 9, "trillion": 12,
    "千": 3, "천": 3, "万": 4, "萬": 4, "만": 4, "億": 8, "亿": 8, "억": 8,
}  # fmt: skip
_WORDS: Final[dict[str, tuple[int, int]]] = {
    "none": (0, 0), "zero": (0, 0), "nil": (0, 0), "doubled": (2, 1), "double": (2, 1), "twice": (2, 1), "twofold": (2, 1),
    "tripled": (3, 1), "triple": (3, 1), "threefold": (3, 1), "quadrupled": (4, 1), "fourfold": (4, 1), "fivefold": (5, 1),
    "sixfold": (6, 1), "sevenfold": (7, 1), "eightfold": (8, 1), "ninefold": (9, 1), "tenfold": (10, 10),
    "twentyfold": (20, 10), "hundredfold": (100, 100), "a hundredfold": (100, 100), "thousandfold": (1000, 1000),
}  # fmt: skip
_PART = re.compile(r"(\d{1,3}(?:[,  ]\d{3})+|\d+)(\.\d+)?\s*([^\d\s.,%]*)\s*", re.ASCII)


def printed_number(text: str) -> tuple[float, float] | None:
    """Return a printed number in plain units and the unit of its last non-zero digit; None if it is no number.

    Examples
    --------
    >>> printed_number("1.4 million"), printed_number("-82.4%"), printed_number("US$266,891")
    ((1400000.0, 100000.0), (-82.4, 0.1), (266891.0, 1.0))
    >>> printed_number("4,458만"), printed_number("2억 5,000만"), printed_number("hundredfold")
    ((44580000.0, 10000.0), (250000000.0, 10000000.0), (100.0, 100.0))
    >>> printed_number("a lot") is None
    True
    """
    text = text.strip().lower().replace(" ", " ")
    if text in _WORDS:
        return float(_WORDS[text][0]), float(_WORDS[text][1])
    text = re.sub(r"^([-−–+]?)\s*(us\$|\$|€|£|¥|usd|eur)\s*", r"\1", text)
    text = re.sub(r"\s*(per cent|percent|%|-?fold|times|倍|배)$", "", text)
    sign = -1 if text[:1] in ("-", "−", "–") else 1
    rest = text.lstrip("-−–+").strip()
    total, step, last, at = Decimal(0), Decimal(0), Decimal(0), 0
    while at < len(rest):
        found = _PART.match(rest, at)
        if found is None or found[3] not in _SCALES:
            return None
        scale = Decimal(10) ** _SCALES[found[3]]
        digits = re.sub(r"\D", "", found[1])
        decimals = found[2] or ""
        number = Decimal(digits + decimals)
        # Parts go down: 2억 5,000만 is read, 5,000만 2억 is not.
        if at and (not total or number * scale >= last):
            return None
        total, last, at = total + number * scale, scale, found.end()
        step = _last_digit(digits, decimals) * scale if number else step
    return (float(sign * total), float(step)) if rest else None


def _last_digit(digits: str, decimals: str) -> Decimal:
    if decimals:
        return Decimal(1).scaleb(-(len(decimals) - 1))
    return Decimal(10) ** (len(digits) - len(digits.rstrip("0")))


def default_step(printed: str, value: float, step: float, *, counted: bool) -> float:
    """Return the step of a number for which none was told.

    Pieces and kilograms below ten thousand, printed in digits alone, are printed as they were counted.

    Examples
    --------
    >>> default_step("1,000", 1000.0, 1000.0, counted=True), default_step("98 million", 98e6, 1e6, counted=False)
    (1.0, 1000000.0)
    """
    plain = re.fullmatch(r"[\d,  ]+", printed.strip()) is not None
    return 1.0 if counted and plain and 0 < value < 10_000 else step
