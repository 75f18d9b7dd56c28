"""Revised bases: levels of an earlier period that a later release must hold, by the rates that publishers printed.

A newspaper rarely prints a revised level; it prints this year's level and the rise over last year's, which together tell
what last year's has become. These are no figures that anybody printed, so that they never judge a claim; they explain
a rate that does not fit the level first released. The largest of the revisions is how far an older figure is taken to
have moved at most (``tidewaiter.claims.evidence.REVISION``).
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from tidewaiter.model import Figure, Flow, Interval, Measure, Origin, SeriesKey
from tidewaiter.period import Period
from tidewaiter.sources.figures import good_key

__all__ = ["DATASET", "revised_bases"]

DATASET = "press, implied"
"""The dataset of levels that were not printed but follow from what was."""


@cache
def revised_bases() -> tuple[Figure, ...]:
    """Return the revised bases of the shipped table.

    Examples
    --------
    >>> [str(one.period) for one in revised_bases()]
    ['2022-01..2022-02', '2022-11', '2022']
    """
    table = resources.files("tidewaiter.sources").joinpath("tables", "press_vintages.csv")
    found = []
    for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
        key = SeriesKey(
            DATASET, row["reporter"], row["partner"], Flow(row["flow"]), good_key(row["good"]), "words",
            Measure(row["measure"]), row["unit"],
        )  # fmt: skip
        origin = Origin(
            row["id"], row["publisher"], "", row["address"], row["published"], row["published"], family=row["family"]
        )
        bounds = Interval(float(row["lo"]), float(row["hi"]))
        value = float(row["value"])
        found.append(Figure(row["id"], key, Period.parse(row["period"]), "", value, bounds, origin, row["basis"]))
    return tuple(found)
