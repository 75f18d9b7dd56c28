"""Cells of customs files as evidence (in the making)."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter.claims.bench import Bench
from tidewaiter.claims.model import Claim


class Customs:
    """A store's cells."""

    def __init__(self, store: object) -> None:
        self.store = store

    def benches(self, claims: Sequence[Claim]) -> dict[str, Sequence[Bench]]:
        """Return benches."""
        return {}
