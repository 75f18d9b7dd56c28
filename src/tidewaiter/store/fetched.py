"""Live answers into a store: asked, judged, split at caps, kept as releases, gone on with after a break.

A journal beside the catalogue holds one small file a question: what was asked, when, and what became of it. It is written after
the release it speaks of, so a break between the two asks once more and finds the release already there. An answer at a cap is
never kept. An empty answer is told as what it is: it says neither zero nor not yet released.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tidewaiter.errors import BadFile, SourceError, StoreError
from tidewaiter.sources.live.ask import Ask, Worth
from tidewaiter.sources.live.http import Line
from tidewaiter.store.store import Store

__all__ = ["Entry", "Fetched", "Journal", "fetch"]

_FOLDER = "fetched"
_SLACK = 0.005


class Entry(msgspec.Struct, frozen=True):
    """What became of one question.

    Parameters
    ----------
    outcome
        ``loaded``, ``known`` (its bytes were there already), ``empty``, ``split``, ``checked``, ``refused``.
    when
        UTC, ISO 8601.
    release
        Id of the release, where there is one.
    values
        Value of the rows by slice, as printed, to hold parts against totals.
    """

    identity: str
    label: str
    outcome: str
    when: str
    release: str = ""
    rows: int = 0
    values: dict[str, float] = {}
    note: str = ""


class Fetched(msgspec.Struct, frozen=True):
    """The result of a run: every question with its outcome, what was left out as fresh, and what does not add up."""

    entries: tuple[Entry, ...]
    fresh: int
    requests: int
    warnings: tuple[str, ...]

    def count(self, outcome: str) -> int:
        """Count the questions with an outcome."""
        return sum(entry.outcome == outcome for entry in self.entries)


class Journal:
    """What was asked before, one file a question."""

    def __init__(self, store: Store) -> None:
        self.folder = store.folder / _FOLDER

    def _path(self, identity: str) -> Path:
        return self.folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:40]}.json"

    def read(self, identity: str) -> Entry | None:
        """Return what became of a question, or None; a damaged note counts as none."""
        try:
            entry = msgspec.json.decode(self._path(identity).read_bytes(), type=Entry)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        except OSError as error:
            raise StoreError(f"the journal of fetched answers cannot be read ({error.strerror})") from error
        return entry if entry.identity == identity else None

    def write(self, entry: Entry) -> None:
        """Note what became of a question, whole or not at all."""
        path = self._path(entry.identity)
        try:
            self.folder.mkdir(exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                file.write(msgspec.json.encode(entry))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            raise StoreError(f"the journal of fetched answers cannot be written ({error.strerror})") from error


def fetch(
    store: Store,
    asks: Iterable[Ask],
    line: Line,
    *,
    max_age: timedelta = timedelta(hours=24),
    refresh: bool = False,
    tell: Callable[[str], None] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Fetched:
    """Ask, and keep the answers as releases.

    Parameters
    ----------
    max_age
        A question that was answered less than this long ago is not asked again: that is how a broken run goes on.
    refresh
        Ask all of them again; a changed answer becomes a new vintage.
    tell
        Is called with a line of text for every question.

    Raises
    ------
    SourceError
        If the publisher refuses, or gives no answer. What was loaded before stays loaded.
    """
    say = tell or (lambda text: None)
    journal = Journal(store)
    waiting: list[tuple[Ask, str]] = [(ask, "") for ask in asks][::-1]
    entries: list[Entry] = []
    sums: dict[str, list[tuple[str, dict[str, float]]]] = {}
    fresh = 0
    with tempfile.TemporaryDirectory(prefix="tidewaiter-") as folder:
        while waiting:
            ask, family = waiting.pop()
            known = journal.read(ask.identity)
            usable = known is not None and not refresh and now() - datetime.fromisoformat(known.when) < max_age
            if usable and known is not None and known.outcome != "refused":
                entry, fresh = known, fresh + 1
                say(f"{ask.label}: answered {known.when}, {known.outcome}")
            else:
                entry = _ask(store, ask, line, Path(folder), now(), check=family.startswith("total "))
                journal.write(entry)
                say(f"{ask.label}: {_words(entry)}")
            entries.append(entry)
            if family:
                sums.setdefault(family.removeprefix("total "), []).append((family, entry.values))
            if entry.outcome == "split":
                checks = ask.checks()
                mine = ask.identity if checks else family
                waiting.extend((part, mine) for part in reversed(ask.parts()))
                waiting.extend((check, f"total {mine}") for check in checks)
    labels = {entry.identity: entry.label for entry in entries}
    return Fetched(tuple(entries), fresh, line.requests, tuple(_gaps(sums, labels)))


def _ask(store: Store, ask: Ask, line: Line, folder: Path, when: datetime, *, check: bool) -> Entry:
    """Get one answer and do with it what it is worth."""
    answer = line.get(ask.request(), folder / ask.file)
    stamp = when.isoformat(timespec="seconds")
    try:
        look = ask.look(answer.path, answer.status)
        if look.worth is Worth.CAPPED:
            if ask.parts():
                return Entry(ask.identity, ask.label, "split", stamp, note=look.note)
            return Entry(
                ask.identity, ask.label, "refused", stamp, rows=look.rows,
                note="the answer is at the publisher's limit and cannot be asked for in smaller parts; it was not kept",
            )  # fmt: skip
        if look.worth is Worth.EMPTY:
            return Entry(ask.identity, ask.label, "empty", stamp)
        if check:
            return Entry(ask.identity, ask.label, "checked", stamp, rows=look.rows, values=look.values)
        try:
            release = store.load(answer.path, covers=(ask.covers(),), current=True)
        except BadFile as error:
            where = str(error).removeprefix(str(answer.path)).lstrip(",: ")
            raise SourceError(f"{ask.label}: the answer cannot be used ({where}); nothing of it is kept") from error
        outcome = "loaded" if release.new else "known"
        return Entry(ask.identity, ask.label, outcome, stamp, release.id, look.rows, look.values)
    finally:
        answer.path.unlink(missing_ok=True)


def _words(entry: Entry) -> str:
    return {
        "loaded": f"{entry.rows:,} rows, release {entry.release[:12]}",
        "known": f"{entry.rows:,} rows, the same as before (release {entry.release[:12]})",
        "empty": "no rows; the answer does not say whether nothing was traded or nothing is released yet",
        "split": "at the publisher's limit; asked again in smaller parts",
        "checked": "the total, to hold the parts against",
        "refused": entry.note,
    }[entry.outcome]


def _gaps(sums: dict[str, list[tuple[str, dict[str, float]]]], labels: dict[str, str]) -> Iterable[str]:
    """Hold the parts of every split question against the total of its slice."""
    for family, asked in sums.items():
        total: dict[str, float] = {}
        parts: dict[str, float] = {}
        for name, values in asked:
            into = total if name.startswith("total ") else parts
            for where, value in values.items():
                into[where] = into.get(where, 0.0) + value
        for where in sorted(total | parts):
            whole, added = total.get(where), parts.get(where, 0.0)
            if whole is None:
                yield f"{labels.get(family, family)}: no total came for {where}, so the parts could not be held against it"
            elif abs(whole - added) > _SLACK * abs(whole):
                yield (
                    f"{labels.get(family, family)}: the parts of {where} come to {added:,.0f}, its total is {whole:,.0f}:"
                    " some codes are missing or withheld"
                )
