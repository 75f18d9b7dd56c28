from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.plain import several
from tidewaiter.sources import registry
from tidewaiter.store.store import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A new store that reads the plain formats of the tests, beside the shipped ones."""
    formats = several()
    monkeypatch.setattr(registry, "sources", lambda: formats)
    return Store(tmp_path / "store", create=True)
