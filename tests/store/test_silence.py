"""Covered silence of whole panels follows the rules of single cells."""

from __future__ import annotations

import numpy as np
import pytest

from tests.store.conftest import store as store
from tests.store.plain import load, rows
from tidewaiter.model import TOTAL, Flow, Measure, SeriesKey
from tidewaiter.period import Period
from tidewaiter.store.cells import _not_alive, silence_is_zero
from tidewaiter.store.silence import doubtful_silence
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

MONTHS = np.arange(Period.parse("2021-10").start, Period.parse("2022-03").end + 1)
CODES = [
    TOTAL,
    "27",
    "2709",
    "270900",
    "27090000",
    "27101100",
    "87",
    "8703",
    "870323",
    "87032390",
    "8517",
    "85171300",
    "8806",
    "99",
    "9903",
]
PARTNERS = ["PRK", "DEU", "_QY"]


@pytest.fixture
def view(store: Store) -> View:
    text = rows(
        dataset="gacc", partner=["PRK", "DEU", "_QY", "DEU", "DEU"], period=["2021-11", "2021-12", "2022-01", "2022-02", "2022-03"],
        cmd_code=["87032390", "27SSSSSS", "870323", "85171300", "9903"], value=[1, 2, 3, 4, 5],
    )  # fmt: skip
    load(store, text, kind="full", covers=["all"])
    return View(store)


@pytest.mark.parametrize("flow", ["X", "M"])
def test_a_panel_says_of_each_cell_what_the_cell_says(view: View, flow: str) -> None:
    partners = [partner for partner in PARTNERS for _ in CODES]
    codes = CODES * len(PARTNERS)
    covered = np.ones((len(codes), len(MONTHS)), bool)
    found = doubtful_silence(view, ("gacc", "CHN", flow), partners, codes, MONTHS, covered)
    for at, (partner, code) in enumerate(zip(partners, codes, strict=True)):
        key = SeriesKey("gacc", "CHN", partner, Flow(flow), code, "", Measure.VALUE, "")
        for column, month in enumerate(MONTHS.tolist()):
            dead = bool(_not_alive(code, month // 12))
            assert bool(found[at, column]) or dead or silence_is_zero(view, key, month), (partner, code, month)
            assert not found[at, column] or not silence_is_zero(view, key, month), (partner, code, month)
    assert found.any()
    assert not found.all()


def test_nothing_is_asked_where_nothing_is_covered(view: View) -> None:
    covered = np.zeros((2, len(MONTHS)), bool)
    assert not doubtful_silence(view, ("gacc", "CHN", "X"), ["PRK", "PRK"], ["2709", "27"], MONTHS, covered).any()
