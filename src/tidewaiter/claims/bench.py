"""What a claim is judged on: printed figures, or the cells of one customs dataset. The two are never blended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from tidewaiter.claims.evidence import CellName, Item
from tidewaiter.claims.model import Claim, Subject
from tidewaiter.ledger import Ledger, Row
from tidewaiter.model import Measure
from tidewaiter.period import Period

__all__ = ["Bench"]


class Bench(Protocol):
    """A body of evidence; see :class:`tidewaiter.claims.evidence.Press` for what each method returns."""

    @property
    def today(self) -> Bench:
        """The same evidence, whenever it was published."""

    @property
    def everybody(self) -> Bench:
        """The same evidence, the claim's own reporting included: to explain a slip, never to judge."""

    @property
    def body(self) -> object:
        """What tells two bodies of evidence apart."""

    def ledger(
        self,
        claim: Claim,
        subjects: Iterable[Subject],
        cells: Iterable[CellName],
        *,
        doubting: bool,
        extra: Sequence[Row] = (),
    ) -> Ledger:
        """Return the ledger of what bears on some series or cells."""

    def prepare(self, cells: Iterable[CellName], parts: Iterable[tuple[Subject, Period]]) -> None:
        """Fetch cells that will be asked for, and the :meth:`parts` of some series, all at once."""

    def item(self, row: str) -> Item | None:
        """Return a piece of evidence."""

    def frames(self, claim: Claim) -> Iterator[tuple[Measure, str]]:
        """Yield the measures in which the goods of a claim are known."""

    def stands_by(self, claim: Claim) -> bool:
        """Whether it is one voice against one: the claim's own reporting printed it for exactly its cells, one other another."""

    def printed(self, subject: Subject, period: Period) -> list[Item]:
        """Return what was published for exactly a series and a period, at any time."""

    def goods_near(self, subject: Subject) -> tuple[str, ...]:
        """Return goods that hold those of a series or are held by them."""

    def parts(self, subject: Subject, period: Period) -> list[tuple[str, Item]]:
        """Return the goods right under those of a series, each with its sum over a period, where that is cheap to have."""

    def wider(self, claim: Claim, goods: str, before: Period) -> list[Item]:
        """Return evidence of trade in wider goods that overlaps a period."""
