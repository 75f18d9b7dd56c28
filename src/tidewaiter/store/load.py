"""Loading: a publisher's file becomes a release, or leaves no trace.

The bytes are copied first and hashed on the way; what is read is that copy. Rows are checked by the reader, sorted and
written; then files get their names; then one row of the catalogue is committed, and the release exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import BadFile, InputError, StoreError
from tidewaiter.model import TOTAL
from tidewaiter.period import month_text
from tidewaiter.safe import counted, csv_text, plain
from tidewaiter.sources.compressed import companions, head_of, open_content
from tidewaiter.sources.observation import LINES, Asked, Reject
from tidewaiter.sources.registry import Source, choose
from tidewaiter.store.catalogue import Catalogue, Release
from tidewaiter.store.coverage import Rectangle, code_digits, covers_text, declared, proved
from tidewaiter.store.files import PART, copy_hashed, explain, place, put_back, write_lock
from tidewaiter.store.known import content_digest, known, own_id, superseded, undated_note
from tidewaiter.store.segments import Written, fresh_name, write_rows

__all__ = ["MOST_REJECTS", "Refused", "Told", "day_span", "load_file", "read_again"]

MOST_REJECTS: Final = 100_000
"""Bad rows after which ``--keep-going`` gives up too: such a file is of another format."""

_ENOUGH: Final = 1000
"""Bad rows that are gathered for the report of a refused file."""


class Refused(BadFile):
    """A file that has bad rows.

    Parameters
    ----------
    rejects
        The first of them, up to a thousand.
    """

    def __init__(self, path: str, rejects: Sequence[Reject], reason: str = "") -> None:
        self.rejects = tuple(rejects)
        first = self.rejects[0]
        some = "at least " if len(self.rejects) >= _ENOUGH else ""
        more = f" (and {some}{len(self.rejects) - 1} more bad cells)" if len(self.rejects) > 1 else ""
        super().__init__(
            path,
            f"nothing was loaded: {first.reason}{more}{reason}",
            line=first.line or None,
            column=first.column or None,
            value=first.value,
        )


class Told(msgspec.Struct, frozen=True):
    """What is told beside a file.

    Parameters
    ----------
    source
        Name of the format; recognised from the content if empty.
    published
        Day of publication, ``YYYY-MM-DD``, or ``DAY..DAY`` where it is known only to lie between two.
    flow
        ``X`` or ``M``, for formats that do not say it.
    covers
        Declarations of coverage (:func:`tidewaiter.store.coverage.covers_text`).
    keep_going
        Load the good rows of a file that has bad ones.
    mapping
        The text of a mapping (:mod:`tidewaiter.sources.mapping`), for a file of no known format.
    current
        The publisher was seen to say this now: where something else was loaded since the same content was, it has gone
        back, and the content is a release again.
    """

    source: str = ""
    published: str = ""
    flow: str = ""
    covers: tuple[str, ...] = ()
    keep_going: bool = False
    mapping: str = ""
    current: bool = False

    @property
    def asked(self) -> Asked:
        """What a reader has to know."""
        return Asked(self.flow, self.mapping)

    @property
    def kept(self) -> dict[str, str]:
        """What has to be kept to read the file again."""
        told = {"flow": self.flow, "mapping": self.mapping, "current": "1" if self.current else ""}
        return {key: value for key, value in told.items() if value}


def day_span(text: str, option: str = "--published") -> tuple[str, str]:
    """Read a day, or an interval of days, as its ends.

    Raises
    ------
    InputError
        If it is neither, or runs backwards.

    Examples
    --------
    >>> day_span("2023-01-21"), day_span("2023-01-01..2023-01-31")
    (('2023-01-21', '2023-01-21'), ('2023-01-01', '2023-01-31'))
    """
    first, dots, last = text.partition("..")
    try:
        ends = (date.fromisoformat(first).isoformat(), date.fromisoformat(last if dots else first).isoformat())
    except ValueError:
        raise InputError(f"{option}: not a date: {text!r}; write it as YYYY-MM-DD, for example 2023-01-21") from None
    if ends[0] > ends[1]:
        raise InputError(f"{option}: {text!r} runs backwards; write the earlier day first")
    return ends


def load_file(folder: Path, catalogue: Catalogue, path: Path, told: Told) -> Release:
    """Load a file as a release; a file that is there already, however packed, is left as it is.

    Content that is there with another date of publication becomes a release of its own beside the first: a publisher may go
    back to what it had published before.

    Raises
    ------
    BadFile
        If it cannot be read, or (:class:`Refused`) a row of it cannot be. Nothing of it is kept.
    StoreError
        If the store cannot be written. What was loaded before is untouched.
    """
    for text in told.covers:
        if plain(text) != text:
            raise InputError(f"--covers: {text!r} holds characters that no file of ours can; write it in plain text")
        covers_text(text)
    if told.flow not in ("", "X", "M", "RX", "RM"):
        raise InputError(f"--flow: not a flow: {told.flow!r}; valid: X (exports), M (imports), RX, RM")
    published = day_span(told.published) if told.published else ("", "")
    if published[0] > datetime.now(UTC).date().isoformat():
        raise InputError(f"--published: {published[0]} is still to come; tell the day the file was put out")
    head = b"" if told.source or told.mapping else head_of(path)
    reader = choose(head, str(path), told.asked, told.source)
    try:
        with write_lock(folder):
            sweep_parts(folder)
            part = folder / "raw" / f"incoming{PART}"
            try:
                identity, size = copy_hashed(path, part)
                content = content_digest(part, str(path))
                releases = catalogue.releases()
                same = known(releases, identity, content)
                there = _there(catalogue, releases, same, told)
                if there is not None:
                    put_back(folder, there.raw_name, part, identity)
                    return there
                return _add(folder, catalogue, path, part, (identity, content), size, reader, told, published, same)
            finally:
                sweep_parts(folder)
    except OSError as error:
        raise StoreError(explain(folder, error)) from error


def _there(catalogue: Catalogue, releases: Sequence[Release], same: Sequence[Release], told: Told) -> Release | None:
    """Return the release that a file is already, or None if it is to become one."""
    if not same:
        return None
    last = same[-1]
    if told.published:
        return next((one for one in same if one.published == told.published), None)
    if told.current:
        later = [one for one in releases if one.order > last.order]
        if superseded(catalogue, later, catalogue.spans(release=[last.seq])):
            return None
    return last


def sweep_parts(folder: Path) -> None:
    """Remove what a writer that was cut off left half written. Only for the holder of the lock."""
    for name in ("raw", "rows", "rejects"):
        for path in (folder / name).glob(f"*{PART}"):
            path.unlink(missing_ok=True)


_MEASURES = ("value", "net_wgt_kg", "qty", "qty2")


class _Reading:
    """Batches on their way from a reader to the store: rejects and notes are kept back."""

    def __init__(self, stream: Any, name: str, reader: Source, asked: Asked, keep_going: bool) -> None:
        self.rejects: list[Reject] = []
        self.notes: list[str] = []
        self._below, self._first = 0, ""
        self._source = (stream, name, reader, asked)
        self._keep_going = keep_going

    def __iter__(self) -> Iterator[Any]:
        stream, name, reader, asked = self._source
        for batch in reader.read(stream, name, asked):
            self.rejects.extend(batch.rejects)
            self.notes.extend(note for note in batch.notes if note not in self.notes)
            if self.rejects and not self._keep_going:
                if len(self.rejects) >= _ENOUGH:
                    return
                continue
            if len(self.rejects) > MOST_REJECTS:
                raise Refused(name, self.rejects[:_ENOUGH], f"; more than {MOST_REJECTS:,} bad cells")
            if batch.rows is not None:
                yield self._levels(batch.rows)
        if self._below:
            told = counted(self._below, "cells below zero, read as not recorded")
            self.notes.append(f"{told}: a correction is no level of trade (the first: {self._first})")

    def _levels(self, rows: Any) -> Any:
        """Take amounts below zero for not recorded: what is added up by then holds them, a level cannot be one."""
        for measure in _MEASURES:
            column = rows.column(measure)
            below = pc.fill_null(pc.less(column, 0.0), False)
            count = pc.sum(below).as_py() or 0
            if not count:
                continue
            if not self._below:
                at = pc.index(below, True).as_py()
                row = {name: rows.column(name)[at].as_py() for name in ("partner", "flow", "cmd_code", "period_start")}
                spot = f"{row['partner']} {row['flow']} {row['cmd_code']} {month_text(row['period_start'])}"
                self._first = f"{spot}, {measure} {column[at].as_py():,.12g}"
            self._below += count
            rows = rows.set_column(
                rows.schema.get_field_index(measure), rows.schema.field(measure), pc.if_else(below, None, column)
            )
        return rows


def _add(
    folder: Path,
    catalogue: Catalogue,
    path: Path,
    raw: Path,
    hashes: tuple[str, str],
    size: int,
    reader: Source,
    told: Told,
    published: tuple[str, str],
    same: Sequence[Release],
) -> Release:
    now = datetime.now(UTC)
    name, content = hashes
    identity = own_id(content, told.published or now.isoformat()) if same else name
    written, reading = read_again(folder, raw, str(path), identity, reader, told)
    retrieved = now.date().isoformat()
    _not_before(written, published[1] or retrieved, str(path))
    notes = list(reading.notes)
    beside = companions(raw)
    if beside:
        some = ", ".join(plain(one) for one in beside[:6]) + (", ..." if len(beside) > 6 else "")
        notes.append(f"not read: {counted(len(beside), 'files')} beside the table in the archive ({some})")
    if written.repeated:
        twice = counted(written.repeated, "rows stand in the file twice")
        notes.append(f"{twice}, word for word; counted once")
    rectangles, covering = coverage_of(written, reading, reader, told, published[1] or retrieved)
    notes += covering
    if same:
        notes.append(
            f"the same content is there as release {same[-1].id[:12]} (published {same[-1].published or 'undated'}); this is"
            " a vintage of its own: if that date was wrong, withdraw that release"
        )
    if not told.published:
        dated = [one for one in catalogue.releases() if one.dated]
        over = [] if told.current else superseded(catalogue, dated, written.spans_list())
        note = undated_note(folder, written.segments, over) if over else ""
        notes += [note] if note else []
    release = Release(
        id=identity,
        source=reader.name,
        dataset=written.contents.dataset,
        publisher=reader.publisher,
        file=plain(path.name),
        published=told.published,
        loaded=now.isoformat(timespec="seconds"),
        rows=written.count,
        bytes=size,
        first=min(first for first, _ in written.contents.periods),
        last=max(last for _, last in written.contents.periods),
        new=True,
        published_from=published[0],
        published_to=published[1] or retrieved,
        asked=told.kept,
        covers=told.covers,
        measures=tuple(sorted(written.contents.measures)),
        digits=tuple(sorted({code_digits(code) for code in written.contents.codes})),
        hidden=tuple(sorted(code for code in written.contents.codes if not code.isdigit() and code != TOTAL)),
        notes=tuple(notes),
        rejected=len(reading.rejects),
        keep_going=told.keep_going,
        raw="" if identity == name else name,
        content=content,
    )
    if reading.rejects:
        report = folder / "rejects" / f"{identity}.csv{PART}"
        report.parent.mkdir(exist_ok=True)
        report.write_text(rejects_csv(reading.rejects), encoding="utf-8")
        place(report, report.with_suffix(""))
    for file in written.files:
        place(file, file.with_suffix(""))
    place(raw, raw.with_name(name))
    try:
        return catalogue.add(release, named(written), written.spans_list(), rectangles)
    except Exception:
        for file in written.files:
            file.with_suffix("").unlink(missing_ok=True)
        raise


def _not_before(written: Written, published: str, name: str) -> None:
    """Refuse a date of publication before months that the file has."""
    last = max(end for _, end in written.contents.periods)
    if month_text(last) > published[:7]:
        if month_text(last) > datetime.now(UTC).date().isoformat():
            raise BadFile(name, f"has rows of {month_text(last)}, a month that has not begun; nothing was loaded")
        raise BadFile(
            name, f"has rows of {month_text(last)}, so it was not published by {published}; nothing was loaded"
        )


def named(written: Written) -> list[Any]:
    """Return the segments with the names their files get."""
    return [msgspec.structs.replace(one, file=one.file.removesuffix(PART)) for one in written.segments]


def read_again(
    folder: Path, raw: Path, name: str, identity: str, reader: Source, told: Told
) -> tuple[Written, _Reading]:
    """Read the raw bytes of a release and write its rows, as part files.

    Raises
    ------
    BadFile
        If it cannot be read; named as ``name``, not as the copy inside the store.
    """
    try:
        with open_content(raw) as stream:
            reading = _Reading(stream, name, reader, told.asked, told.keep_going)
            written = write_rows(reading, folder / "rows", fresh_name(identity), reader.complete_over or None)
    except Refused:
        raise
    except BadFile as error:
        raise BadFile(name, error.reason, line=error.line, column=error.column, value=error.value) from error
    if reading.rejects and not told.keep_going:
        raise Refused(name, reading.rejects)
    if not written.count:
        if reading.rejects:
            raise Refused(name, reading.rejects, "; no good row is left")
        raise BadFile(name, "no row in it, only a header")
    if written.clashes:
        more = f" (and {len(written.clashes) - 1} more such pairs)" if len(written.clashes) > 1 else ""
        lines = _lines_of(raw, name, reader, told, written.clash)
        where = f"lines {', '.join(f'{one:,}' for one in lines[:4])} tell" if len(lines) > 1 else "two rows tell"
        raise BadFile(name, f"{where} one cell differently{more}; which holds cannot be told", value=written.clashes[0])
    return written, reading


def _lines_of(raw: Path, name: str, reader: Source, told: Told, cell: Mapping[str, Any]) -> list[int]:
    """Read a file again to find the lines of one cell; none where its reader makes a row of more than a line."""
    found: list[int] = []
    token = LINES.set(True)
    try:
        with open_content(raw) as stream:
            for batch in reader.read(stream, name, told.asked):
                if batch.rows is None or len(batch.lines) != batch.rows.num_rows:
                    continue
                same: Any = None
                for column, word in cell.items():
                    here = pc.fill_null(pc.equal(batch.rows.column(column).cast(_kind(word)), word), word == "")
                    same = here if same is None else pc.and_(same, here)
                found += [batch.lines[at] for at in pc.indices_nonzero(same).to_pylist()]
    finally:
        LINES.reset(token)
    return found


def _kind(word: Any) -> Any:
    return pa.string() if isinstance(word, str) else pa.int32()


def coverage_of(
    written: Written, reading: _Reading, reader: Source, told: Told, published: str
) -> tuple[tuple[Rectangle, ...], list[str]]:
    """Return what a file's silence means: what was declared and what its format proves."""
    rectangles = declared(told.covers, written.contents)
    last = (date.fromisoformat(published).year * 12 + date.fromisoformat(published).month - 1) - 1
    for one in rectangles:
        end = one.last + one.length - 1
        if end > last:
            raise InputError(
                f"--covers: {month_text(end)} was not over when the file was published ({published});"
                " name months before that"
            )
    if reader.complete_over:
        rows = written.rows_of_combinations(reader.complete_over)
        rectangles += proved(rows, reader.complete_over, written.contents)
    if reading.rejects and rectangles:
        return (), [
            f"{counted(len(reading.rejects), 'cells were rejected')}, so a row that is not there proves no zero"
        ]
    return rectangles, []


def rejects_csv(rejects: Sequence[Reject]) -> str:
    """Write rejects as a table: line, column, value, reason."""
    rows = [(one.line or "", one.column, one.value, one.reason) for one in rejects]
    return csv_text([("line", "column", "value", "reason"), *rows])
