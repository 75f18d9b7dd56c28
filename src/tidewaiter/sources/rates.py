"""Monthly exchange rates to the US dollar, each from a stated, dated table.

The shipped table holds the monthly averages of the Federal Reserve's release G.5 for the yuan, the euro and the pound. Nothing is
ever stored in dollars: a conversion is made when a number is read, and says which table made it. A month that the table
does not have is not converted; no neighbouring month stands in for it.

Source: Board of Governors of the Federal Reserve System, G.5 Foreign Exchange Rates, averages of daily noon buying rates in
New York, https://www.federalreserve.gov/releases/g5/.
"""

from __future__ import annotations

import csv
import math
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec

from tidewaiter.errors import BadFile, InputError, NoData
from tidewaiter.model import Interval
from tidewaiter.period import month, month_text

__all__ = ["Rate", "Rates", "read_rates", "shipped_rates"]

COLUMNS = ("currency", "month", "rate", "sense")
SENSES = ("units per dollar", "dollars per unit")


class Rate(msgspec.Struct, frozen=True):
    """One month's rate as printed, and what its last digit leaves open.

    Parameters
    ----------
    currency
        ISO 4217.
    month
        Month number (:mod:`tidewaiter.period`).
    printed
        The rate as printed: its digits are its precision.
    sense
        ``units per dollar`` or ``dollars per unit``.
    """

    currency: str
    month: int
    printed: str
    sense: str

    @property
    def dollars(self) -> float:
        """US dollars for one unit of the currency."""
        rate = float(self.printed)
        return rate if self.sense == "dollars per unit" else 1 / rate

    @property
    def bounds(self) -> Interval:
        """US dollars for one unit, as far as the printed digits say."""
        digits = len(self.printed.partition(".")[2])
        rate, half = float(self.printed), 0.5 * 10.0**-digits
        low, high = rate - half, rate + half
        return Interval(low, high) if self.sense == "dollars per unit" else Interval(1 / high, 1 / low)


class Rates(msgspec.Struct, frozen=True):
    """A table of rates with its source.

    Examples
    --------
    >>> table = shipped_rates()
    >>> round(table.dollars(42_800_000, "EUR", month("2022-09")))
    42367720
    >>> table.dollars(100.0, "USD", month("1955-01"))
    100.0
    """

    source: str
    address: str
    rates: dict[tuple[str, int], Rate]

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the table, the dollar first."""
        return ("USD", *sorted({currency for currency, _ in self.rates}))

    def rate(self, currency: str, number: int) -> Rate:
        """Return one month's rate.

        Raises
        ------
        NoData
            If the table does not have that month of that currency; says which it has.
        """
        found = self.rates.get((currency, number))
        if found is not None:
            return found
        months = sorted(m for c, m in self.rates if c == currency)
        if not months:
            have = f"it has {', '.join(self.currencies)}"
        else:
            have = f"it has {currency} from {month_text(months[0])} to {month_text(months[-1])}"
        raise NoData(
            f"no rate of {currency} for {month_text(number)} in {self.source}; {have}. Give a table of your own with --rates FILE"
        )

    def dollars(self, value: float, currency: str, number: int) -> float:
        """Convert a value of one month into US dollars.

        Raises
        ------
        NoData
            If there is no rate for that month.
        """
        return value if currency == "USD" else value * self.rate(currency, number).dollars


def read_rates(path: Path) -> Rates:
    """Read a table of rates: CSV with the columns ``currency,month,rate,sense``.

    Raises
    ------
    BadFile
        If it cannot be read; names the line, the column and the value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(str(path), f"cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from error
    return Rates(source=path.name, address="", rates=_table(text, str(path)))


@cache
def shipped_rates() -> Rates:
    """Return the monthly averages of the Federal Reserve's G.5."""
    text = resources.files("tidewaiter.sources").joinpath("tables", "rates.csv").read_text(encoding="utf-8")
    return Rates(
        source="Federal Reserve G.5, monthly averages",
        address="https://www.federalreserve.gov/releases/g5/",
        rates=_table(text, "rates.csv"),
    )


def _table(text: str, name: str) -> dict[tuple[str, int], Rate]:
    reader = csv.DictReader(text.splitlines())
    if reader.fieldnames is None or sorted(reader.fieldnames) != sorted(COLUMNS):
        raise BadFile(name, f"a table of rates has the columns {', '.join(COLUMNS)}", line=1)
    found: dict[tuple[str, int], Rate] = {}
    for line, row in enumerate(reader, 2):
        currency = (row["currency"] or "").strip().upper()
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
            raise BadFile(name, "not a currency of three letters", line=line, column="currency", value=currency)
        try:
            number = month((row["month"] or "").strip())
        except InputError as error:
            raise BadFile(name, str(error), line=line, column="month") from error
        printed = (row["rate"] or "").strip()
        try:
            rate = float(printed)
        except ValueError:
            rate = math.nan
        if not (math.isfinite(rate) and rate > 0) or not set(printed) <= set("0123456789."):
            raise BadFile(name, "not a rate above zero in plain digits", line=line, column="rate", value=printed)
        sense = (row["sense"] or "").strip()
        if sense not in SENSES:
            raise BadFile(name, f"valid: {', '.join(SENSES)}", line=line, column="sense", value=sense)
        if (currency, number) in found:
            raise BadFile(name, f"a second rate of {currency} for {month_text(number)}", line=line)
        found[currency, number] = Rate(currency, number, printed, sense)
    return found
