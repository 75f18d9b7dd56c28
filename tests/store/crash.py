"""A writer that is killed at a chosen moment: ``python -m tests.store.crash STORE FOLDER MOMENT STEP...``.

It counts the calls into C code (every write, rename, sync and commit is one) and kills itself with SIGKILL at the one asked
for; with moment 0 it prints how many there were. Each step prints a line when it is reported as done.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.store.plain import several
from tidewaiter.sources import registry
from tidewaiter.store.doctor import compact, examine
from tidewaiter.store.store import Store


def steps(store: Path, folder: Path, wanted: Sequence[str]) -> None:
    for step in wanted:
        if step == "compact":
            compact(Store(store))
        elif step == "doctor":
            examine(Store(store), rebuild=True)
        elif step == "cube":
            from tidewaiter.store.cube_build import build

            build(Store(store))
        else:
            Store(store, create=True).load(folder / step, published=f"2022-0{step[0]}-01")
        print("done", step, flush=True)


def main(store: str, folder: str, moment: int, wanted: Sequence[str]) -> None:
    formats = several()
    registry.sources = lambda: formats  # type: ignore[assignment]
    import pyarrow.dataset

    seen = 0

    def watch(frame: Any, event: str, argument: Any) -> None:
        nonlocal seen
        if event == "c_call":
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    assert pyarrow.dataset
    sys.setprofile(watch)
    try:
        steps(Path(store), Path(folder), wanted)
    finally:
        sys.setprofile(None)
    print("calls", seen, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:])
