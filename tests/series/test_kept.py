"""Panels kept on disk: the same as those laid out, never those of another state of the store."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tidewaiter.model import Measure
from tidewaiter.period import Period
from tidewaiter.series import kept
from tidewaiter.series.kept import KEPT, Slice, kept_list, kept_panels
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

SPAN = Period.parse("2020-01..2021-06")


def load(store: Store, folder: Path, name: str, factor: int, published: str) -> None:
    body = "".join(
        f"{who},KG,EXPORT,{code},{2020 + at // 12}-{at % 12 + 1:02},{factor * (at + 1) * (2 if who == 'DE' else 1)}\n"
        for who in ("DE", "FR")
        for code in ("87031010", "87032020", "8703")
        for at in range(18)
    )
    path = folder / name
    path.write_text(f"reporter,partner,flow,product_code,period,value_eur\n{body}", encoding="utf-8")
    store.load(path, published=published, covers=("all",))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store", create=True)
    load(made, tmp_path, "one.csv", 10, "2021-09-01")
    return made


def ask(view: View, **other: object) -> Slice:
    how = {"reporters": None, "partners": None, "flow": None, "digits": None, "codes": None, "together": True}
    return kept_panels(view, SPAN, measure=Measure.VALUE, dataset="comext", **{**how, **other})  # type: ignore[arg-type]


def same(one: Slice, other: Slice) -> bool:
    return len(one.panels) == len(other.panels) and all(
        all(
            np.array_equal(getattr(a, name), getattr(b, name), equal_nan=name in ("values", "share"))
            if isinstance(getattr(a, name), np.ndarray)
            else getattr(a, name) == getattr(b, name)
            for name in a.__struct_fields__
        )
        for a, b in zip(one.panels, other.panels, strict=True)
    )


@pytest.mark.parametrize("together", [True, False])
def test_what_is_read_back_is_what_was_laid_out(
    store: Store, monkeypatch: pytest.MonkeyPatch, *, together: bool
) -> None:
    first = ask(View(store), together=together)
    monkeypatch.setattr(kept, "panels", None)  # nothing is laid out again
    assert same(first, ask(View(store), together=together))
    assert {panel.digits for panel in first.panels} == {4, 8}
    if together:
        (lines,) = [panel for panel in first.panels if panel.digits == 8]
        assert lines.largest == ("DEU", "DEU")
        assert lines.share.tolist() == pytest.approx([2 / 3, 2 / 3])


def test_a_new_release_or_another_day_is_another_slice(store: Store, tmp_path: Path) -> None:
    before = ask(View(store))
    load(store, tmp_path, "two.csv", 70, "2021-10-01")
    after = ask(View(store))
    assert after.panels[0].values[0, 0] == 7 * before.panels[0].values[0, 0]
    assert same(ask(View(store, "2021-09-15")), before)
    assert ask(View(store), codes=["8703"]).folder != after.folder


def test_damage_is_made_good_and_a_shut_folder_is_no_hindrance(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(View(store))
    assert first.folder is not None
    for path in first.folder.iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert same(ask(View(store)), first)
    (first.folder / "count").unlink()
    assert same(ask(View(store)), first)

    def shut(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", shut)
    found = ask(View(store), digits=8)
    assert found.folder is None
    assert [panel.digits for panel in found.panels] == [8]


def test_the_oldest_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST", 3)
    for at in range(1, 9):
        ask(View(store), codes=["8703", f"8703{at}0{at}0"])
    assert len(list((store.folder / KEPT).iterdir())) <= 4


def test_a_list_is_made_once(store: Store) -> None:
    view = View(store)
    assert kept_list(view, "comext", "words", lambda: ["a", "b"]) == ["a", "b"]
    assert kept_list(view, "comext", "words", lambda: ["c"]) == ["a", "b"]
    assert kept_list(view, "comext", "others", lambda: ["c"]) == ["c"]
