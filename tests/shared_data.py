"""Where the shared data lie, for tests that read them; absent data skip a test and say so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared(*parts: str) -> Path:
    """Return a path below the shared folder, or skip the calling test."""
    named = os.environ.get("TIDEWAITER_SHARED")
    places = [Path(named)] if named else []
    places += [ROOT / up / "shared" for up in ("..", "../..", "../../..")]
    for place in places:
        path = place.joinpath(*parts)
        if path.exists():
            return path.resolve()
    pytest.skip(f"shared data not here: {'/'.join(parts)}; set TIDEWAITER_SHARED to the folder that has them")
