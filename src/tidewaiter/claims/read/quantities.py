"""Amounts as prose prints them: money, weights, pieces, per cent, multiples, parts of a whole, each with its hedge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from tidewaiter.claims.hedges import FRACTIONS, HEDGES, ORDERS, said, said_fraction, said_order
from tidewaiter.claims.model import Said
from tidewaiter.claims.read.lexicon import Lexicon
from tidewaiter.claims.read.numerals import Number, number_at, parse_number
from tidewaiter.claims.read.tokens import Token
from tidewaiter.model import Interval

__all__ = ["Quantity", "quantity_at"]

_CURRENCIES: Final = {
    "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "¥": "", "₩": "KRW",
    "krw": "KRW", "rmb": "CNY", "cny": "CNY", "jpy": "JPY", "₽": "RUB", "rub": "RUB", "₹": "INR", "nt$": "TWD",
    "hk$": "HKD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "s$": "SGD", "nz$": "NZD", "r$": "BRL",
}  # fmt: skip
_MONEY_WORDS: Final = [
    ("us dollars", "USD"), ("usd", "USD"), ("eur", "EUR"), ("US$", "USD"), ("cny", "CNY"), ("krw", "KRW"), ("jpy", "JPY"), ("u.s. dollars", "USD"), ("american dollars", "USD"), ("dollars", "USD"), ("dollar", "USD"),
    ("US dollars", "USD"), ("U.S. dollars", "USD"), ("yuan", "CNY"), ("chinese yuan", "CNY"), ("renminbi", "CNY"),
    ("rmb", "CNY"), ("won", "KRW"), ("korean won", "KRW"), ("south korean won", "KRW"), ("yen", "JPY"), ("euros", "EUR"), ("euro", "EUR"),
    ("pounds sterling", "GBP"), ("roubles", "RUB"), ("rubles", "RUB"), ("rupees", "INR"),
]  # fmt: skip
_UNITS: Final = [
    *((word, ("weight", "kg", 1)) for word in ("kg", "kgs", "kilogram", "kilograms", "kilogramme", "kilogrammes", "kilo", "kilos")),
    *((word, ("weight", "t", 1)) for word in ("tonne", "tonnes", "ton", "tons", "metric ton", "metric tons", "metric tonnes", "t")),
    *((word, ("weight", "g", 1)) for word in ("gram", "grams")),
    *((word, ("count", "items", 1)) for word in ("piece", "pieces", "unit", "units", "items")),
    *((word, ("count", "pairs", 1)) for word in ("pair", "pairs")),
    *((word, ("count", "sets", 1)) for word in ("set", "sets")),
    *((word, ("count", "portions", 1)) for word in ("dose", "doses")),
    *((word, ("odd", word, 1)) for word in (
        "barrels", "barrel", "bpd", "litres", "liters", "litre", "bushels", "cubic metres", "cubic meters", "bcm",
        "carats", "ounces", "troy ounces", "pounds", "lbs", "square metres", "square meters", "metres", "meters", "m",
        "km", "kilometres", "kilometers", "miles", "megawatts", "mw", "twh", "gwh", "kwh", "containers", "teu", "teus",
        "boxes", "packs", "bottles", "cartons", "dozen", "head", "carloads", "truckloads", "cargoes", "wagons", "bcf",
    )),
]  # fmt: skip
_FOLDS: Final = {
    "twofold": 2, "threefold": 3, "fourfold": 4, "fivefold": 5, "sixfold": 6, "sevenfold": 7, "eightfold": 8,
    "ninefold": 9, "tenfold": 10, "twentyfold": 20, "thirtyfold": 30, "fiftyfold": 50, "hundredfold": 100,
    "thousandfold": 1000, "twice": 2, "thrice": 3,
}  # fmt: skip
_UNSAID_HEDGES: Final = ("as much as", "as many as", "as little as", "as few as", "an average of", "on average", "well over", "well above",
                         "far more than", "much more than", "a projected", "an expected", "potentially", "half as much as",
                         "not even", "barely", "nowhere near", "anything but")  # fmt: skip
_EITHER: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}\Z", re.ASCII)
_PER: Final = {
    "tonne": "t", "ton": "t", "metric ton": "t", "kg": "kg", "kilogram": "kg", "kilo": "kg", "piece": "piece", "unit": "piece",
    "item": "piece", "pair": "pair", "set": "set", "dose": "dose",
}  # fmt: skip


class Quantity(NamedTuple):
    """A quantity as printed.

    ``kind`` is ``money``, ``weight``, ``count``, ``number`` (no unit), ``percent``, ``times``, ``part`` (of a whole),
    ``price`` (money a piece or kilogram) or ``odd`` (recognised, but no unit of customs statistics). ``value`` and
    ``step`` are in ``unit``; ``first`` and ``last`` are tokens.
    """

    kind: str
    value: Decimal
    step: Decimal
    unit: str
    hedge: str
    first: int
    last: int
    bounds: Interval | None = None
    why: str = ""
    scaled: bool = False
    printed: str = ""

    def said(self, sign: int = 1) -> Said:
        """Return the number as a claim holds it; ``sign`` is -1 for a fall.

        Its ``printed`` is the number without its unit, in digits where it was printed in words, so that the written
        form of claims reads the same from it.
        """
        if self.printed in FRACTIONS and sign > 0 and not self.hedge:
            return said_fraction(self.printed)
        if self.printed in FRACTIONS and not self.hedge:
            return said(f"-{plain(self.value)}", -float(self.value), float(self.value) / 5)
        if self.printed in ORDERS:
            return said_order(self.printed)
        if self.bounds is not None:
            low, high = self.bounds.lo, self.bounds.hi
            bounds = Interval(low, high) if sign > 0 else Interval(-high, -low)
            return Said(self.printed, bounds.lo, 0.0, bounds)
        printed = self.printed
        if not printed or (printed in FRACTIONS):
            printed = plain(self.value)
        return said(printed if sign > 0 else f"-{printed}", sign * float(self.value), float(self.step), self.hedge)


def plain(value: Decimal) -> str:
    """Write a number in digits alone.

    Examples
    --------
    >>> plain(Decimal("2.50E+6")), plain(Decimal("0.50"))
    ('2500000', '0.5')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_FORM_SCALES: Final = frozenset(("thousand", "million", "billion", "trillion", "bn", "mn", "m", "k", "b"))


def _printed(row: Sequence[Token], number: Number) -> str:
    """Return a number as printed where the written form of claims can read that, else in digits."""
    part = row[number.first : number.last]
    if part[0].kind == "number" and len(part) == 1:
        return part[0].text
    if part[0].kind == "number" and len(part) == 2 and part[1].low in _FORM_SCALES:
        return f"{part[0].text} {part[1].low}"
    return plain(number.value)


@cache
def _books() -> tuple[
    Lexicon[str], Lexicon[str], Lexicon[tuple[str, str, Decimal]], Lexicon[str], Lexicon[str], Lexicon[str]
]:
    fractions = {name.replace(" ", mark): name for name in FRACTIONS for mark in (" ", "-")}
    for name in list(fractions):
        if name.startswith(("a ", "a-", "an ", "an-")):
            fractions["one" + name[name.index(name[1 if name[1] in " -" else 2]) :]] = fractions[name]
    return (
        Lexicon([(word, word) for word in HEDGES if word not in ("", "exceeding")] + [(word, "?" + word) for word in _UNSAID_HEDGES]),
        Lexicon(_MONEY_WORDS),
        Lexicon([(word, (kind, unit, Decimal(factor))) for word, (kind, unit, factor) in _UNITS]),
        Lexicon(fractions.items()),
        Lexicon([(word, word) for word in ORDERS if word not in ("a couple", "a few", "a handful", "several")]),
        Lexicon(_PER.items()),
    )  # fmt: skip


def quantity_at(row: Sequence[Token], at: int, *, ranges: bool = True) -> Quantity | None:
    """Read the longest quantity that begins at a token, its hedge included.

    Examples
    --------
    >>> from tidewaiter.claims.read.tokens import tokens
    >>> for text in ("nearly US$98.1 million", "1,140kg", "more than 137 per cent", "a hundredfold", "a fifth of", "3-4%"):
    ...     q = quantity_at(tokens(text), 0)
    ...     print(q.kind, q.value, q.unit, repr(q.hedge))
    money 98100000.0 USD 'nearly'
    weight 1140 kg ''
    percent 137 % 'more than'
    times 100 times ''
    part 20.0 % ''
    percent 3 % ''
    """
    hedges, *_ = _books()
    place, hedge, why = at, "", ""
    while place < len(row):
        found = hedges.at(row, place)
        if found is None:
            if (
                row[place].low == "a"
                and place > at
                and hedge
                and place + 1 < len(row)
                and row[place + 1].low == "total"
            ):
                place += 3 if row[place + 2 : place + 3] and row[place + 2].low == "of" else 1
                continue
            break
        if hedge:
            why = "two words of rounding beside one number"
        hedge = found[0]
        place += found[1]
    if hedge.startswith("?"):
        why, hedge = f"what {hedge[1:]!r} leaves open is not in the table of rounding words", ""
    ranged = _range(row, at, ranges) if place == at else None
    read = ranged or _core(row, place)
    if read is None:
        return None
    if place > at:
        read = read._replace(first=at)
        if read.bounds is not None and hedge and read.kind != "part":
            why = why or "a word of rounding beside a range"
        elif hedge and read.kind == "part":
            read = read._replace(hedge=hedge, printed="", bounds=None, step=read.value / 5)
        elif hedge:
            read = read._replace(hedge=hedge)
    low = row[read.last].low if read.last < len(row) else ""
    after = row[read.last + 1].low if read.last + 1 < len(row) else ""
    if low == "or" and after in ("more", "less", "so", "fewer"):
        post = {"more": "at least", "so": "about", "less": "at most", "fewer": "at most"}[after]
        why = why or ("two words of rounding beside one number" if hedge or read.bounds else "")
        read = read._replace(last=read.last + 2, hedge=post)
    if not read.scaled and read.kind in ("money", "weight", "count", "number", "price"):
        printed = [token.text for token in row[place : read.last] if token.kind == "number"]
        if any(_EITHER.match(one) for one in printed):
            why = why or "a point before three digits: thousands or decimals is not said"
    return read._replace(why=why or read.why)


def _core(row: Sequence[Token], at: int) -> Quantity | None:
    if at >= len(row):
        return None
    _, _, _, fractions, orders, _ = _books()
    token = row[at]
    whole = fractions.at(row, at)
    if whole is not None:
        read = said_fraction(whole[0])
        after = at + whole[1]
        if after < len(row) and row[after].low in (
            "month",
            "year",
            "quarter",
            "week",
            "time",
            "straight",
            "consecutive",
            "successive",
            "day",
        ):
            return None
        if (after < len(row) and row[after].low == "a") or (
            whole[0] == "half" and row[at].low == "half" and after < len(row) and row[after].low == "million"
        ):
            whole = None
        else:
            return Quantity(
                "part",
                Decimal(str(round(read.value, 6))),
                Decimal(0),
                "%",
                "",
                at,
                after,
                read.bounds,
                printed=whole[0],
            )
    order = orders.at(row, at)
    if order is not None and at + order[1] < len(row) and row[at + order[1]].low == "of":
        read = said_order(order[0])
        made = _with_unit(row, Number(Decimal(read.value), Decimal(0), at, at + order[1] + 1), at, read.bounds)
        return made._replace(printed=order[0])
    if token.low in _FOLDS:
        value = Decimal(_FOLDS[token.low])
        step = value if value in (10, 100, 1000) else Decimal(1)
        return Quantity("times", value, step, "times", "", at, at + 1)
    if token.kind == "word" and token.low.endswith("fold") and (fold := parse_number(token.low[:-4])) is not None:
        step = fold[0] if str(fold[0]).strip("0") == "1" and fold[0] >= 10 else Decimal(1)
        return Quantity("times", fold[0], step, "times", "", at, at + 1)
    if (
        token.low in ("a", "an")
        and at + 1 < len(row)
        and row[at + 1].low.endswith("fold")
        and row[at + 1].low != "fold"
    ):
        inner = _core(row, at + 1)
        return None if inner is None else inner._replace(first=at)
    if token.kind == "currency" or (token.low in ("rmb", "usd") and at + 1 < len(row) and row[at + 1].kind == "number"):
        return _money(row, at)
    number = number_at(row, at)
    return None if number is None else _with_unit(row, number, at, None)


def _rounded(read: Quantity) -> Quantity:
    """Take money and tonnes to be rounded to the last digit that is not zero: only pieces and kilograms are counted."""
    step = read.step
    if step == 1 and read.value:
        while read.value % (step * 10) == 0:
            step *= 10
    return read._replace(step=step)


def _money(row: Sequence[Token], at: int) -> Quantity | None:
    unit = _CURRENCIES.get(row[at].low.replace(".", "").replace(" ", "").replace("\u00a0", ""), "")
    number = number_at(row, at + 1, money=True)
    if number is None:
        return None
    why = "" if unit else "the sign ¥ stands for yuan and for yen"
    read = Quantity("money" if unit else "odd", number.value, number.step, unit, "", at, number.last, why=why,
                    scaled=number.scaled, printed=_printed(row, number))  # fmt: skip
    return _priced(row, _rounded(read))


def _priced(row: Sequence[Token], read: Quantity) -> Quantity:
    """Turn money into a price where ``a tonne``, ``per kg`` or ``each`` follows."""
    *_, per = _books()
    place = read.last
    low = row[place].low if place < len(row) else ""
    if low in ("each", "apiece"):
        return read._replace(kind="price", unit=f"{read.unit}/piece", last=place + 1)
    if low in ("a", "per", "an"):
        found = per.at(row, place + 1) if place + 1 < len(row) else None
        if found is not None:
            return read._replace(kind="price", unit=f"{read.unit}/{found[0]}", last=place + 1 + found[1])
        if low == "per" or (
            place + 1 < len(row)
            and row[place + 1].low in ("barrel", "month", "day", "year", "head", "litre", "liter")
            and not (place + 2 < len(row) and row[place + 2].low in ("earlier", "ago", "before", "prior"))
        ):
            return read._replace(
                kind="odd", why="a rate per something that customs does not count", last=min(place + 2, len(row))
            )
    return read


def _with_unit(row: Sequence[Token], number: Number, at: int, bounds: Interval | None) -> Quantity:
    _, money, units, *_ = _books()
    place = number.last
    hyphen = place + 1 < len(row) and row[place].text in ("-", "‑") and row[place].start == row[place - 1].end
    word = place + 1 if hyphen else place
    low = row[word].low if word < len(row) else ""
    base = Quantity(
        "number",
        number.value,
        number.step,
        "",
        "",
        at,
        place,
        bounds,
        scaled=number.scaled,
        printed=_printed(row, number),
    )
    if low in ("%", "percent", "pct") or (low == "per" and word + 1 < len(row) and row[word + 1].low == "cent"):
        last = word + (2 if low == "per" else 1)
        if last < len(row) and row[last].low in ("point", "points"):
            return base._replace(kind="odd", last=last + 1, why="percentage points")
        step = _rounded(base).step
        return base._replace(kind="percent", unit="%", step=step, last=last)
    if low == "percentage" and word + 1 < len(row) and row[word + 1].low in ("point", "points"):
        return base._replace(kind="odd", last=word + 2, why="percentage points")
    if low in ("times", "fold"):
        step = number.step
        if number.value >= 10 and set(str(int(number.value))[1:]) == {"0"} and step >= 1:
            step = Decimal(10) ** (len(str(int(number.value))) - 1)
        return base._replace(kind="times", unit="times", step=step, last=word + 1)
    if word < len(row):
        coin = money.at(row, word)
        if coin is not None:
            return _priced(row, _rounded(base._replace(kind="money", unit=coin[0], last=word + coin[1])))
        unit = units.at(row, word)
        if unit is not None and not (row[word].low in ("t", "m") and not row[word - 1].touches(row[word])):
            kind, name, _ = unit[0]
            last = word + unit[1]
            why = f"{name} are no unit of this claim form" if kind == "odd" else ""
            if hyphen and kind != "weight":
                return base._replace(kind="odd", last=last, why="a measure used as an adjective")
            made = base._replace(kind=kind, unit=name, last=last, why=why)
            return _rounded(made) if name == "t" else made
        if hyphen and row[word].kind == "word":
            return base._replace(kind="odd", last=word + 1, why="a number used as an adjective")
    if (
        place < len(row)
        and row[place].kind == "word"
        and row[place - 1].touches(row[place])
        and row[place - 1].kind == "number"
    ):
        return base._replace(kind="odd", last=place + 1, why=f"a number with {row[place].text[:20]!r} attached")
    if number.loose and row[place - 1].low == "m" and (place >= len(row) or row[place].kind != "word"):
        return base._replace(kind="odd", why="m may be million or metres")
    return base


def _range(row: Sequence[Token], at: int, spoken: bool) -> Quantity | None:
    """Read ``between 3 and 4 million``, ``3-4%``, ``3 million to 4 million tonnes``."""
    between = row[at].low == "between"
    place = at + 1 if between else at
    if place >= len(row):
        return None
    currency = row[place] if row[place].kind == "currency" else None
    first = number_at(row, place + (1 if currency else 0), money=currency is not None)
    if first is None or first.last >= len(row):
        return None
    join = row[first.last].low
    if between:
        if join != "and":
            return None
    elif join not in ("-", "–", "to") or (join == "to" and not spoken):
        return None
    after = first.last + 1
    if currency is not None and after < len(row) and row[after].kind == "currency":
        if row[after].low != currency.low:
            return None
        after += 1
    second = number_at(row, after, money=currency is not None)
    if second is None:
        return None
    if currency is not None:
        unit = _CURRENCIES.get(currency.low, "")
        end = Quantity(
            "money" if unit else "odd", second.value, second.step, unit, "", at, second.last, scaled=second.scaled
        )
        end = _priced(row, end)
    else:
        end = _with_unit(row, second, at, None)
    if not between and end.kind in ("number", "odd") and join == "to":
        return None
    scale = (
        second.value / _bare(row, second) if not first.scaled and second.scaled and _bare(row, second) else Decimal(1)
    )
    low = first.value * scale
    factor = end.value / second.value if second.value else Decimal(1)
    low *= factor
    if not low < end.value:
        return None
    step = min(first.step * scale * factor, end.step)
    return end._replace(
        value=low, step=step, first=at, printed=f"{plain(low)} to {plain(end.value)}",
        bounds=Interval(float(low), float(end.value)),
    )  # fmt: skip


def _bare(row: Sequence[Token], number: Number) -> Decimal:
    """Return the digits of a scaled number without their scale."""
    from tidewaiter.claims.read.numerals import digits

    read = digits(row[number.first].text) if row[number.first].kind == "number" else None
    return read[0] if read else Decimal(0)
