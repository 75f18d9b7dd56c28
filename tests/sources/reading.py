"""Reading a file's bytes through the registry, as a load does, and adding it up."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.sources.compressed import head_of, open_content
from tidewaiter.sources.observation import SCHEMA, Asked, Reject
from tidewaiter.sources.registry import Source, recognise


class Read(NamedTuple):
    source: Source
    table: pa.Table
    rejects: list[Reject]
    notes: list[str]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.table.to_pylist()

    def total(self, measure: str = "value", **where: str) -> float:
        mask = None
        for column, value in where.items():
            here = pc.equal(self.table.column(column), value)
            mask = here if mask is None else pc.and_(mask, here)
        amounts = self.table.column(measure)
        return pc.sum(amounts if mask is None else amounts.filter(mask)).as_py() or 0


def gather(source: Source, stream: BinaryIO, name: str, asked: Asked) -> Read:
    batches: list[pa.RecordBatch] = []
    rejects: list[Reject] = []
    notes: list[str] = []
    for batch in source.read(stream, name, asked):
        rejects += batch.rejects
        notes += batch.notes
        if batch.rows is not None:
            assert isinstance(batch.rows, pa.RecordBatch)
            assert batch.rows.schema == SCHEMA
            for field in SCHEMA:
                if not field.nullable:
                    assert batch.rows.column(field.name).null_count == 0, field.name
            batches.append(batch.rows)
    return Read(source, pa.Table.from_batches(batches, SCHEMA), rejects, notes)


def read_bytes(data: bytes, *, flow: str = "", name: str = "file") -> Read:
    """Read a decompressed file."""
    source = recognise(data[:65_536], name)
    return gather(source, cast(BinaryIO, io.BytesIO(data)), name, Asked(flow=flow))


def read_path(path: Path, *, flow: str = "") -> Read:
    """Read a file as it lies on disk."""
    source = recognise(head_of(path), str(path))
    with open_content(path) as stream:
        return gather(source, stream, str(path), Asked(flow=flow))
