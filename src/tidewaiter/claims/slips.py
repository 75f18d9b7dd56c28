"""Slips of the hand: a digit changed, dropped, doubled, two swapped, a power of ten lost."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from tidewaiter.claims.model import Said

__all__ = ["digit_slip", "slip_of"]


def digit_slip(said: Said, value: float) -> str:
    """Return the slip that leads from a number to the printed one, empty if no single slip does.

    Parameters
    ----------
    said
        What was printed.
    value
        What should have been printed, in the same unit.

    Examples
    --------
    >>> from tidewaiter.claims.hedges import said
    >>> digit_slip(said("256,891", 256891, 1), 266891)
    'one digit differs from'
    >>> digit_slip(said("1.60 million", 1_600_000, 10_000), 10_600_000)
    'two digits are swapped, and a power of ten moved, in'
    >>> digit_slip(said("98 million", 98e6, 1e6), 105e6), digit_slip(said("26.8", 26.8, 0.1), -28.6)
    ('', '')
    """
    return slip_of(said, value)[0]


def slip_of(said: Said, value: float) -> tuple[str, float]:
    """Return the slip as :func:`digit_slip` does, and the number as it was before it: rounded, where it was rounded."""
    # A rise is no mistyped fall.
    if value * said.value <= 0:
        return "", 0.0
    printed = _significant(abs(said.value), said.step)
    for other, form in _forms(abs(value), len(printed)):
        slip = _slip(printed, other)
        if not slip:
            continue
        # The digits tell the slip; the size tells whether the point moved too.
        shift = round(math.log10(abs(value) / abs(said.value)))
        length = len(other) - len(printed)
        if slip != "one digit is lost from" and slip != "one digit too many in":
            if abs(shift) > 1:
                continue
            return (slip if not shift or (not length and shift == 0) else _moved(slip)), form
        if abs(shift) <= 1:
            return slip, form
    return "", 0.0


def _moved(slip: str) -> str:
    head, _, tail = slip.rpartition(" ")
    return f"{head}, and a power of ten moved, {tail}"


def _significant(value: float, step: float) -> str:
    """Return the digits of a number down to its step."""
    number = Decimal(repr(value))
    if step:
        number = (number / Decimal(repr(step))).to_integral_value()
    text = "".join(str(digit) for digit in number.as_tuple().digits)
    return text.lstrip("0") or "0"


def _forms(value: float, digits: int) -> list[tuple[str, float]]:
    """Return the digits of a number as they may be printed, all or rounded to about as many as the other has; and each number.

    Examples
    --------
    >>> _forms(189.96, 3)
    [('18996', 189.96), ('19', 190.0), ('190', 190.0), ('1900', 190.0)]
    """
    number = Decimal(repr(value)).normalize()
    whole = len(number.as_tuple().digits)
    forms = {"".join(map(str, number.as_tuple().digits)): float(number)}
    for count in (digits - 1, digits, digits + 1):
        if 2 <= count < whole:
            last = number.adjusted() - count + 1
            rounded = number.quantize(Decimal(1).scaleb(last), ROUND_HALF_UP)
            forms.setdefault(str(int(rounded.scaleb(-last))), float(rounded))
    return [(text, form) for text, form in forms.items() if len(text) >= 2]


def _slip(one: str, other: str) -> str:
    if len(one) < 3 and len(other) < 3:
        return ""
    padded = max(len(one), len(other))
    left, right = one.ljust(padded, "0"), other.ljust(padded, "0")
    if left == right:
        return ""
    wrong = [place for place in range(padded) if left[place] != right[place]]
    if len(wrong) == 2:
        first, second = wrong
        if left[first] == right[second] and left[second] == right[first]:
            return "two digits are swapped in"
    if len(wrong) == 1 and padded >= 4 and wrong[0] < len(one):
        return "one digit differs from"
    if (
        len(other) == len(one) + 1
        and len(other) >= 4
        and any(other[:i] + other[i + 1 :] == one for i in range(len(other)))
    ):
        return "one digit is lost from"
    if len(one) == len(other) + 1 and len(one) >= 4 and any(one[:i] + one[i + 1 :] == other for i in range(len(one))):
        return "one digit too many in"
    return ""
