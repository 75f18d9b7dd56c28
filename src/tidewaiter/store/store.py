"""A folder of releases: loading files into it, and what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tidewaiter.errors import InputError, StoreError
from tidewaiter.period import Period
from tidewaiter.store.catalogue import Catalogue, Release
from tidewaiter.store.files import MARK, explain, write_lock

__all__ = ["Release", "Store"]

_PARTS: Final = ("raw", "rows")


class Store:
    """A folder of releases.

    Parameters
    ----------
    folder
        Where it is.
    create
        Make it if it is not there.

    Raises
    ------
    StoreError
        If it is not there, not a store, or cannot be opened.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        self.catalogue = Catalogue(folder)
        try:
            if create:
                if folder.exists() and not (folder / MARK).is_file() and any(folder.iterdir()):
                    raise StoreError(f"{folder} is not a store and not empty; name another folder with --store")
                if not self._whole():
                    for part in _PARTS:
                        (folder / part).mkdir(parents=True, exist_ok=True)
                    (folder / MARK).touch()
                    with write_lock(folder):
                        self.catalogue.create()
            elif not (folder / MARK).is_file():
                raise StoreError(f"{folder} is not a store; load a file first: tidewaiter load FILE --store {folder}")
        except OSError as error:
            raise StoreError(explain(folder, error)) from error

    def _whole(self) -> bool:
        return (
            (self.folder / MARK).is_file()
            and all((self.folder / part).is_dir() for part in _PARTS)
            and self.catalogue.path.is_file()
            and self.catalogue.path.stat().st_size > 0
        )

    def releases(self, as_of: str | None = None) -> tuple[Release, ...]:
        """Return the releases in use, the earliest published first.

        Parameters
        ----------
        as_of
            Only those that were out by this day for certain: published by then, or, where the date of publication was
            not told, loaded by then.
        """
        found = self.catalogue.releases()
        return found if as_of is None else tuple(one for one in found if one.published_to <= as_of)

    def release(self, name: str) -> Release:
        """Find a release in use by the beginning of its id.

        Raises
        ------
        InputError
            If there is none, or more than one.
        """
        found = [one for one in self.releases() if name and one.id.startswith(name.lower())]
        if len(found) != 1:
            what = "no release" if not found else f"{len(found)} releases"
            raise InputError(f"{what} with the id {name!r}; tidewaiter releases lists them")
        return found[0]

    def load(
        self,
        path: Path,
        *,
        source: str | None = None,
        published: str = "",
        flow: str = "",
        covers: Sequence[str] = (),
        keep_going: bool = False,
        mapping: str = "",
        current: bool = False,
    ) -> Release:
        """Load a file as a release; a file that is there already is left as it is (``new`` is False).

        Packed otherwise it is the same file. Told with another date of publication it is a release of its own.

        Parameters
        ----------
        source, published, flow, covers, keep_going, mapping, current
            As in :class:`tidewaiter.store.load.Told`.

        Raises
        ------
        BadFile
            If the file, or any row of it, cannot be read. Nothing of it is kept.
        StoreError
            If the store cannot be written. What was loaded before is untouched.
        """
        from tidewaiter.store.load import Told, load_file

        told = Told(source or "", published, flow, tuple(covers), keep_going, mapping, current)
        return load_file(self.folder, self.catalogue, path, told)

    def withdraw(self, name: str) -> Release:
        """Take a release out of use, such as one loaded with the wrong flow. Its bytes stay; it can be loaded again."""
        from datetime import UTC, datetime

        with write_lock(self.folder):
            found = self.release(name)
            self.catalogue.withdraw(found.seq, datetime.now(UTC).isoformat(timespec="seconds"))
        return found

    def discard(self) -> None:
        """Remove a store that was made for a load that did not happen, if nothing was ever loaded into it."""
        if not self.catalogue.releases(withdrawn=True):
            for name in ("catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", MARK):
                (self.folder / name).unlink(missing_ok=True)
            for part in _PARTS:
                for left in (self.folder / part).iterdir():
                    left.unlink()
                (self.folder / part).rmdir()
            self.folder.rmdir()

    def observations(
        self,
        *,
        partner: str | None = None,
        flow: str | None = None,
        digits: int | None = None,
        codes: Sequence[str] | None = None,
        period: Period | None = None,
        as_of: str | None = None,
    ) -> Any:
        """Return rows as an Arrow table, each with the id of its release: of a cell, the newest release's row.

        See :meth:`tidewaiter.store.view.View.rows`, which this calls.
        """
        from tidewaiter.store.view import View

        view = View(self, as_of)
        return view.rows(partners=partner, flow=flow, digits=digits, codes=codes, period=period)
