"""Panels kept beside the rows they were laid out from, so that the next question of the same slice is answered at once.

Disposable: a folder ``scan`` of the store, a folder in it for each slice, named by all that decides what is in it: the
segments of the releases that count, the months, the names asked for, and the version of the program. What cannot be read
is made anew; where nothing can be written, nothing is kept. The oldest go when there are too many.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from tidewaiter._version import __version__
from tidewaiter.model import Measure
from tidewaiter.period import Period
from tidewaiter.series.panel import SeriesPanel, panels
from tidewaiter.store.view import View

__all__ = ["KEPT", "Slice", "kept_list", "kept_panels", "numbered"]

KEPT: Final = "scan"
"""Folder of a store."""
_FORM: Final = 3
_MOST: Final = 24
_MOST_BYTES: Final = 2_000_000_000
_MOST_CELLS: Final = 60_000_000
_TEXTS: Final = ("reporters", "partners", "codes", "units", "largest")
_ARRAYS: Final = ("values", "states", "changed", "added", "partial", "lacking", "share")


class Slice(msgspec.Struct, frozen=True):
    """The panels of a slice, and the folder where what is learnt from them can be kept; None where it cannot."""

    panels: tuple[SeriesPanel, ...]
    folder: Path | None


class _Head(msgspec.Struct):
    dataset: str
    flow: str
    measure: str
    digits: int
    first: int
    last: int
    words: dict[str, list[str]]


def kept_panels(
    view: View,
    period: Period,
    *,
    measure: Measure,
    dataset: str,
    reporters: Sequence[str] | None,
    partners: Sequence[str] | None,
    flow: str | None,
    digits: int | None,
    codes: Iterable[str] | None,
    together: bool,
) -> Slice:
    """Return what :func:`tidewaiter.series.panel.panels` returns, from the disk if it was asked for before.

    Raises
    ------
    NoData
        If the slice has no row.
    """
    some = None if codes is None else sorted(set(codes))
    asked = [period.start, period.end, measure.value, reporters, partners, flow, digits, some, together]
    folder = view.store.folder / KEPT / _key(view, dataset, asked)
    found = _read(folder)
    if found is None:
        found = panels(
            view, period, measure=measure, datasets=[dataset], reporters=reporters, partners=partners, flow=flow,
            digits=digits, codes=some, together=together,
        )  # fmt: skip
        if not _write(folder, found):
            return Slice(found, None)
    with contextlib.suppress(OSError):
        os.utime(folder)
    return Slice(found, folder)


def kept_list(view: View, dataset: str, name: str, make: Callable[[], list[str]]) -> list[str]:
    """Return a list of words about a dataset, made once for each state of the store."""
    folder = view.store.folder / KEPT / _key(view, dataset, [name])
    try:
        return msgspec.json.decode((folder / "list.json").read_bytes(), type=list[str])
    except (OSError, msgspec.DecodeError):
        found = make()
        with contextlib.suppress(OSError), _Filling(folder) as part:
            (part / "list.json").write_bytes(msgspec.json.encode(found))
        return found


def _key(view: View, dataset: str, asked: Any) -> str:
    """Name a slice by all that decides what is in it."""
    seqs = [release.seq for release in view.releases]
    there = set(seqs)
    rows = [
        (one.release, one.file, one.row_group)
        for one in view.store.catalogue.segments(dataset=dataset)
        if one.release in there
    ]
    told = msgspec.json.encode([_FORM, __version__, dataset, seqs, sorted(rows), asked])
    return hashlib.sha256(told).hexdigest()[:24]


def _read(folder: Path) -> tuple[SeriesPanel, ...] | None:
    try:
        found = []
        for at in range(int((folder / "count").read_text())):
            head = msgspec.json.decode((folder / f"{at}.json").read_bytes(), type=_Head)
            arrays = {name: np.load(folder / f"{at}.{name}.npy", allow_pickle=False) for name in _ARRAYS}
            texts = {}
            for name in _TEXTS:
                words = np.array(head.words[name], dtype=object)
                texts[name] = tuple(words[np.load(folder / f"{at}.{name}.npy", allow_pickle=False)].tolist())
            found.append(
                SeriesPanel(
                    dataset=head.dataset, flow=head.flow, measure=Measure(head.measure), digits=head.digits,
                    period=Period(head.first, head.last), **texts, **arrays,
                )
            )  # fmt: skip
        return tuple(found) or None
    except (OSError, ValueError, KeyError, IndexError, EOFError, msgspec.DecodeError):
        return None


def _write(folder: Path, found: Sequence[SeriesPanel]) -> bool:
    """Keep panels; False where that cannot be done."""
    if sum(panel.states.size for panel in found) > _MOST_CELLS:
        return False
    try:
        with _Filling(folder) as part:
            for at, panel in enumerate(found):
                words = {}
                for name in _TEXTS:
                    numbers, words[name] = numbered(getattr(panel, name))
                    np.save(part / f"{at}.{name}.npy", numbers)
                for name in _ARRAYS:
                    np.save(part / f"{at}.{name}.npy", getattr(panel, name))
                head = _Head(
                    panel.dataset, panel.flow, panel.measure.value, panel.digits,
                    panel.period.start, panel.period.end, words,
                )  # fmt: skip
                (part / f"{at}.json").write_bytes(msgspec.json.encode(head))
            (part / "count").write_text(str(len(found)))
    except OSError:
        return False
    return folder.is_dir()


def numbered(texts: Sequence[str]) -> tuple[Any, list[str]]:
    """Return the place of each text in the list of those that occur, and that list."""
    words: dict[str, int] = {}
    places = np.fromiter((words.setdefault(text, len(words)) for text in texts), np.int32, len(texts))
    return places, list(words)


class _Filling:
    """A folder that gets its name when it is whole, and then makes room by letting the oldest go."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._part = folder.with_name(f"{folder.name}.{os.getpid()}.part")

    def __enter__(self) -> Path:
        self._folder.parent.mkdir(exist_ok=True)
        _thin(self._folder.parent)
        shutil.rmtree(self._part, ignore_errors=True)
        self._part.mkdir()
        return self._part

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                # A damaged one makes way; where another writer was faster, what it wrote is as good.
                shutil.rmtree(self._folder, ignore_errors=True)
                with contextlib.suppress(OSError):
                    self._part.rename(self._folder)
        finally:
            shutil.rmtree(self._part, ignore_errors=True)


def _thin(folder: Path) -> None:
    """Let the slices go that were not asked for longest, and what a crash left."""
    every = sorted((one for one in folder.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime, reverse=True)
    bytes_ = 0
    for at, one in enumerate(every):
        bytes_ += sum(path.stat().st_size for path in one.iterdir())
        if at >= _MOST or bytes_ > _MOST_BYTES:
            shutil.rmtree(one, ignore_errors=True)
