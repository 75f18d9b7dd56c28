"""Reading a file's bytes through the registry, as a load does, and adding it up."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import pyarrow as pa

from tidewaiter.sources.compressed import head_of, open_content
from tidewaiter.sources.observation import SCHEMA, Asked, Reject
from tidewaiter.sources.registry import Source, recognise


class Read(NamedTuple):
    source: Source
    rows: list[dict[str, Any]]
    rejects: list[Reject]
    notes: list[str]

    def total(self, measure: str = "value", **where: Any) -> float:
        return sum(
            row[measure] or 0 for row in self.rows if all(row[column] == value for column, value in where.items())
        )


def gather(source: Source, stream: BinaryIO, name: str, asked: Asked) -> Read:
    rows: list[dict[str, Any]] = []
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
            rows += batch.rows.to_pylist()
    return Read(source, rows, rejects, notes)


def read_bytes(data: bytes, *, flow: str = "", name: str = "file") -> Read:
    """Read a decompressed file."""
    source = recognise(data[:65_536], name)
    return gather(source, cast(BinaryIO, io.BytesIO(data)), name, Asked(flow=flow))


def read_path(path: Path, *, flow: str = "") -> Read:
    """Read a file as it lies on disk."""
    source = recognise(head_of(path), str(path))
    with open_content(path) as stream:
        return gather(source, stream, str(path), Asked(flow=flow))
