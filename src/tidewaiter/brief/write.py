"""Put a brief on disk so that nothing of it is ever half written.

Everything is written and synced in a temporary folder beside the target first; only then are the files moved into
place, each by an atomic rename, and a failure half way puts the old ones back. A folder that is not an earlier brief
of ours is never touched.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from tidewaiter.brief.check import check_brief, evidence_file
from tidewaiter.brief.html import render_html
from tidewaiter.brief.markdown import render_markdown
from tidewaiter.brief.shape import Brief
from tidewaiter.errors import OutputError
from tidewaiter.safe import csv_text

__all__ = ["render_json", "write_brief"]

_MARKER = "brief.json"
_FAMILY = "tidewaiter/brief/"


def write_brief(brief: Brief, evidence: Mapping[str, Sequence[Sequence[str]]], out: Path) -> list[Path]:
    """Write ``brief.html``, ``brief.md``, ``brief.json`` and ``evidence/*.csv`` into a folder.

    Parameters
    ----------
    brief
        The composed brief.
    evidence
        File name (``.csv`` may be left out) to rows of cells, the header first. Every proof the brief names must be
        among them; further ones are written too.
    out
        The folder: new, empty, or an earlier brief of ours (known by its ``brief.json``). Other files in it stay as
        they are; CSV files of an earlier brief in ``evidence/`` that the new one does not have are removed last.

    Returns
    -------
    list of Path
        The files, ``brief.html`` first, then Markdown, JSON and the evidence by name.

    Raises
    ------
    OutputError
        If the brief does not hold together, a name is no file name, the folder is somebody else's or a file, or it
        cannot be written. What stood there before is then still there, whole.
    """
    out = Path(out)
    proofs = _proofs(evidence)
    check_brief(brief, proofs.keys())
    texts = {f"evidence/{name}": csv_text(rows) for name, rows in sorted(proofs.items())}
    texts |= {"brief.md": render_markdown(brief), "brief.html": render_html(brief), _MARKER: render_json(brief)}
    with _told(out):
        target = out.resolve()
        old = _claim(target, out, texts)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent))
        try:
            _fill(fresh, texts)
            _into_place(fresh, target, list(texts))
            for name in old - texts.keys():
                (target / name).unlink(missing_ok=True)
            _sync(target / "evidence")
            _sync(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    order = ["brief.html", "brief.md", _MARKER, *sorted(name for name in texts if name.startswith("evidence/"))]
    return [out / name for name in order]


def render_json(brief: Brief) -> str:
    """Write a brief as JSON, in the shape of ``docs/brief.schema.json``."""
    return msgspec.json.format(msgspec.json.encode(brief), indent=2).decode() + "\n"


def _proofs(evidence: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, Sequence[Sequence[str]]]:
    proofs: dict[str, Sequence[Sequence[str]]] = {}
    folded: dict[str, str] = {}
    for given, rows in evidence.items():
        name = evidence_file(given)
        if name.lower() in folded:
            raise OutputError(
                f"evidence names {folded[name.lower()]!r} and {given!r} are one file on some systems; rename one"
            )
        folded[name.lower()] = given
        proofs[name] = rows
    return proofs


def _claim(target: Path, out: Path, texts: Mapping[str, str]) -> set[str]:
    """Make sure that the folder may be written; return the proofs of an earlier brief in it, as relative names."""
    if target.exists() and not target.is_dir():
        raise OutputError(f"{out} is a file; give a folder with --out, or move the file away")
    if not target.exists() or not any(target.iterdir()):
        return set()
    if not _ours(target / _MARKER):
        raise OutputError(
            f"{out} is not empty and holds no brief of ours (no {_MARKER} with schema {_FAMILY}...); "
            "give a new or empty folder with --out"
        )
    folder = target / "evidence"
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise OutputError(f"{out / 'evidence'} is not a folder; move it away or give another folder with --out")
    for name in texts:
        if (target / name).is_dir():
            raise OutputError(f"{out / name} is a folder; move it away or give another folder with --out")
    return {f"evidence/{path.name}" for path in folder.glob("*.csv") if path.is_file()} if folder.exists() else set()


def _ours(marker: Path) -> bool:
    """Whether a file is the JSON of a brief of ours, of any version."""
    try:
        found = json.loads(marker.read_bytes())
    except (FileNotFoundError, IsADirectoryError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and str(found.get("schema", "")).startswith(_FAMILY)


def _fill(folder: Path, texts: Mapping[str, str]) -> None:
    """Write every file and make sure that it is on the disk."""
    folder.chmod(0o777 & ~_umask())  # mkdtemp makes it for one's own eyes only; this one is going to be the brief
    (folder / "evidence").mkdir()
    for name, text in texts.items():
        with (folder / name).open("x", encoding="utf-8", newline="", errors="replace") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    _sync(folder / "evidence")
    _sync(folder)


def _into_place(fresh: Path, target: Path, names: Sequence[str]) -> None:
    """Move the files: the whole folder at once where there is none yet, else one by one, with a way back."""
    if not target.exists() or not any(target.iterdir()):
        fresh.replace(target)  # a rename onto an empty folder is atomic
        _sync(target.parent)
        return
    (target / "evidence").mkdir(exist_ok=True)
    kept = fresh / "before"
    (kept / "evidence").mkdir(parents=True)
    moved: list[str] = []
    try:
        for name in names:
            if (target / name).exists():
                # A link, so that the old file stays in place until the very moment the new one takes it.
                _keep(target / name, kept / name)
            moved.append(name)
            (fresh / name).replace(target / name)
    except BaseException:
        for name in moved:
            if (kept / name).exists():
                (kept / name).replace(target / name)
            else:
                (target / name).unlink(missing_ok=True)
        raise


def _keep(source: Path, copy: Path) -> None:
    try:
        os.link(source, copy)
    except OSError:
        shutil.copy2(source, copy)  # some file systems have no links


def _sync(folder: Path) -> None:
    """Ask for the names in a folder to be on the disk; systems that cannot do it for folders say so at ``open``."""
    with contextlib.suppress(PermissionError, FileNotFoundError, IsADirectoryError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def _told(out: Path) -> Iterator[None]:
    """Turn what the system says into one line with the next step."""
    try:
        yield
    except OSError as error:
        step = {
            errno.ENOSPC: "make room on the disk or give another folder with --out",
            errno.EDQUOT: "make room in the quota or give another folder with --out",
            errno.ENAMETOOLONG: "give a shorter name with --out",
        }.get(error.errno or 0, "give a folder that you may write to with --out")
        reason = error.strerror or type(error).__name__
        raise OutputError(f"cannot write {out}: {reason}; nothing was left half written; {step}") from error
    except ValueError as error:  # a NUL in the path
        raise OutputError(f"cannot write {str(out)!r}: {error}; give another folder with --out") from error
