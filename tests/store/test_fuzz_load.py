"""Spoilt files through a whole load: a release that adds up, or an error in one line and not a byte left behind."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from tests.sources.mutations import mutate, poisoned, restructure
from tests.sources.specimens import OTHERS, TEXTS
from tests.store.test_store import tree
from tidewaiter.errors import TidewaiterError
from tidewaiter.store.doctor import examine
from tidewaiter.store.store import Store

ALL = {**TEXTS, **OTHERS}


@pytest.mark.parametrize("name", ALL)
def test_a_spoilt_file_is_loaded_whole_or_leaves_no_trace(tmp_path: Path, name: str, soak: bool) -> None:
    dice = random.Random(f"{name} loaded")
    store = Store(tmp_path / "store", create=True)
    path = tmp_path / "file"
    loaded = 0
    for _ in range(300 if soak else 8):
        kind = dice.randrange(3)
        data = (
            poisoned(ALL[name], dice)[0]
            if kind == 0 and name in TEXTS
            else (mutate if kind == 1 else restructure)(ALL[name], dice)
        )
        path.write_bytes(gzip.compress(data) if dice.randrange(3) == 0 else data)
        before, held = tree(store.folder), len(store.releases())
        keep_going = bool(dice.randrange(2))
        try:
            release = store.load(path, flow=dice.choice(("", "X", "M")), keep_going=keep_going, published="2024-01-01")
        except TidewaiterError as error:
            said = str(error)
            assert said
            assert "\n" not in said
            assert tree(store.folder) == before
            assert len(store.releases()) == held
            continue
        assert release.rows > 0
        assert keep_going or not release.rejected
        if release.new:
            loaded += 1
            spans = store.catalogue.spans(release=[release.seq])
            assert sum(one.rows for one in spans) == release.rows
            assert sum(one.rows for one in store.catalogue.segments(release=[release.seq])) == release.rows
    assert len(store.releases()) == loaded
    health = examine(store)
    assert health.well
    assert not health.rebuilt
    assert not health.swept
