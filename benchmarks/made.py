"""Made-up customs data with the shape of the real: gravity between countries, Zipf products, some 70 % of months empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pv
from isal import igzip

__all__ = ["PARTNERS", "REPORTERS", "series", "write_csv", "write_year"]

REPORTERS = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "GR",
    "ES",
    "FI",
    "FR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
]
PARTNERS = [
    "AM",
    "BY",
    "GE",
    "KG",
    "KZ",
    "RU",
    "UZ",
    "US",
    "CN",
    "JP",
    "KR",
    "IN",
    "BR",
    "CA",
    "MX",
    "CH",
    "NO",
    "GB",
    "TR",
    "UA",
    "EG",
    "ZA",
    "AU",
    "NZ",
    "ID",
    "MY",
    "TH",
    "VN",
    "PH",
    "SG",
    "SA",
    "AE",
    "IL",
    "IR",
    "IQ",
    "PK",
    "BD",
    "LK",
    "NG",
    "KE",
    "GH",
    "MA",
    "DZ",
    "TN",
    "LY",
    "AR",
    "CL",
    "PE",
    "CO",
    "EC",
]


def series(
    reporters: int, partners: int, products: int, months: int, seed: int = 1, draws: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield, reporter by reporter, the rows of all its series: numbers of partner, product, month, and a value.

    The chance that a month has trade is the product of the sizes of both countries and of the product; sizes fall as those
    of countries and products do. One ``seed`` is one world; ``draws`` are other months of it.
    """
    rng = np.random.default_rng(seed)
    size = 1 / np.arange(1, reporters + 1) ** 0.6
    pull = 1 / np.arange(1, partners + 1) ** 0.7
    share = rng.permutation(1 / np.arange(1, products + 1) ** 0.8)
    scale = 0.30 * partners * products / _expected(1.0, pull, share)
    if draws is not None:
        rng = np.random.default_rng([seed, draws])
    for reporter in range(reporters):
        chance = np.minimum(0.97, scale * (size[reporter] ** 0.3) * np.outer(pull, share))
        alive = rng.random((partners, products, months)) < chance[:, :, None]
        partner, product, month = np.nonzero(alive)
        level = np.log(2e6 * size[reporter] * np.outer(pull, share) / share.mean())[partner, product]
        value = np.round(np.exp(level + rng.normal(0, 1.2, len(partner)))) + 1
        yield {"reporter": reporter, "partner": partner, "product": product, "month": month, "value": value}


def _expected(size: float, pull: Any, share: Any) -> float:
    return float((size * np.outer(pull, share)).sum())


def write_csv(path: Path, rows: int, months: int = 36) -> int:
    """Write about so many rows as Eurostat's plain table, gzipped, in no order; return how many there are."""
    products = 3000
    partners = min(len(PARTNERS), max(1, round(rows / (len(REPORTERS) * products * months * 0.14))))
    return _written(path, rows, 2020, products, months, series(len(REPORTERS), partners, products, months))


def write_year(path: Path, rows: int, year: int, months: int = 12) -> int:
    """Write about so many rows of a year of one world, as :func:`write_csv` does; years of as many rows have the same codes."""
    products = max(20, round(rows / (len(REPORTERS) * len(PARTNERS) * months * 0.14)))
    world = series(len(REPORTERS), len(PARTNERS), products, months, draws=year)
    return _written(path, 2 * rows, year, products, months, world)


def _written(path: Path, rows: int, year: int, products: int, months: int, world: Iterator[dict[str, Any]]) -> int:
    rng = np.random.default_rng(2)
    codes = np.sort(rng.choice(96_049_000, products, replace=False) + 1_011_000)
    labels = {
        "product_code": pa.array([f"{code:08d}" for code in codes]),
        "period": pa.array([f"{year + m // 12}-{m % 12 + 1:02d}" for m in range(months)]),
        "partner": pa.array(PARTNERS),
        "reporter": pa.array(REPORTERS),
    }
    count = 0
    with igzip.open(path, "wb", compresslevel=1) as file:
        header = True
        for part in world:
            order = rng.permutation(len(part["partner"]))
            size = min(len(order), rows - count)
            order = order[:size]
            table = pa.table(
                {
                    "reporter": pa.repeat(REPORTERS[part["reporter"]], size),
                    "partner": labels["partner"].take(pa.array(part["partner"][order])),
                    "flow": pa.repeat("EXPORT", size),
                    "product_code": labels["product_code"].take(pa.array(part["product"][order])),
                    "period": labels["period"].take(pa.array(part["month"][order])),
                    "value_eur": pa.array(part["value"][order].astype(np.int64)),
                }
            )
            pv.write_csv(table, file, pv.WriteOptions(include_header=header, quoting_style="none"))
            header = False
            count += size
            if count >= rows:
                break
    return count
