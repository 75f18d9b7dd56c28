"""What a basket is, and reading one from TOML.

The shipped ones lie beside this file; a user's own is any TOML file of the same form, named by its path, or by its
name if it lies in a folder that ``TIDEWAITER_BASKETS`` lists.

Examples
--------
>>> covid = load_basket("medical-covid")
>>> [group.id for group in covid.groups][:3]
['respiration', 'monitors', 'masks']
"""

from __future__ import annotations

import os
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.codes import hs
from tidewaiter.codes.tables import read_bytes
from tidewaiter.errors import BadFile, InputError, UnknownName

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Basket", "Check", "Group", "Line", "NationalLine", "Source", "home_of", "list_baskets", "load_basket"]

_FLOWS = ("", "X", "M")


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where lines come from: who said so, when, where it can be read."""

    id: str
    title: str
    publisher: str
    date: str
    address: str
    note: str = ""


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a basket that is told as one good.

    ``context`` is one line on what the goods are for; ``synonyms`` are the words in which prose and press name them.
    ``flow`` is ``X`` or ``M``, seen from the country the basket is about, where the group holds for one way only.
    """

    id: str
    title: str
    context: str = ""
    synonyms: tuple[str, ...] = ()
    flow: str = ""


class NationalLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a country's own tariff below the six digits: CN8, China's eight digits.

    ``since`` is the first year known to have it, empty where that is not known.
    """

    scheme: str
    code: str
    name: str = ""
    since: str = ""
    verified: bool = False


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One code of a basket.

    Parameters
    ----------
    code
        Two, four or six digits; a chapter or heading stands for all its codes.
    classification
        The revision the code is meant in: ``HS 2017``.
    group
        Id of its group.
    reason
        Why it is in the basket: the goods meant.
    source
        Id of its source; the first one if empty.
    paragraph
        Where in the source.
    verified
        Whether the code was checked against the source's own text. A line that was not is shown as such.
    revisions
        HS revisions the line counts in, where it is not all: goods may leave a code at a revision.
    national
        Finer national lines.
    """

    code: str
    classification: str
    group: str
    reason: str
    source: str = ""
    paragraph: str = ""
    verified: bool = False
    revisions: tuple[int, ...] = ()
    national: tuple[NationalLine, ...] = ()


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A test that a basket carries: what it, or one of its groups, must and must not hold in a classification."""

    classification: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    group: str = ""


class Basket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named, versioned list of codes.

    ``checks`` are its own tests; :func:`tidewaiter.baskets.failures` runs them.
    """

    name: str
    version: str
    title: str
    purpose: str
    sources: tuple[Source, ...]
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    checks: tuple[Check, ...] = ()

    def group(self, group_id: str) -> Group:
        """Return a group by its id.

        Raises
        ------
        UnknownName
            If the basket has no such group.
        """
        for group in self.groups:
            if group.id == group_id:
                return group
        raise UnknownName(f"group of basket {self.name}", group_id, [group.id for group in self.groups])

    def source_of(self, line: Line) -> Source:
        """Return the source of a line."""
        return next((source for source in self.sources if source.id == line.source), self.sources[0])

    def lines_of(self, group_id: str) -> tuple[Line, ...]:
        """Return the lines of a group."""
        return tuple(line for line in self.lines if line.group == group_id)


def _shipped() -> dict[str, str]:
    """Return the names and file names of the baskets that come with the package."""
    from importlib.resources import files

    found = [entry.name for entry in files("tidewaiter.baskets").iterdir() if entry.name.endswith(".toml")]
    return {name.removesuffix(".toml"): name for name in sorted(found)}


def _own() -> dict[str, Path]:
    """Return the user's baskets by file name, from the folders that ``TIDEWAITER_BASKETS`` lists.

    Raises
    ------
    InputError
        If one of them is no folder: its baskets would be missing without a word.
    """
    from pathlib import Path

    folders = [Path(part) for part in os.environ.get("TIDEWAITER_BASKETS", "").split(os.pathsep) if part]
    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"TIDEWAITER_BASKETS lists {str(folder)!r}, which is not a folder; mend it or unset it")
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def list_baskets() -> list[str]:
    """Return the names of all baskets at hand, shipped ones and the user's own (by file name), sorted."""
    return sorted({*_shipped(), *_own()})


def home_of(name: str) -> str:
    """Return where a basket of :func:`list_baskets` comes from: ``shipped``, or the path of the user's file."""
    own = _own().get(name)
    return "shipped" if own is None else str(own)


def load_basket(name: str) -> Basket:
    """Read a basket.

    Parameters
    ----------
    name
        Name of a shipped basket or of one of the user's own, or the path of a TOML file.

    Returns
    -------
    Basket

    Raises
    ------
    UnknownName
        If there is no such basket.
    BadFile
        If the file cannot be read, or is not a basket.
    """
    if os.environ.get("TIDEWAITER_BASKETS"):
        own = _own()
        if name in own:
            return _load_file(str(own[name]))
    if name.endswith(".toml") or os.sep in name:
        return _load_file(name)
    try:
        # A name with other marks would leave the package's folder.
        return _load_shipped(f"{name}.toml" if name.replace("-", "").isalnum() else "-")
    except FileNotFoundError:
        # A file may have another name than the basket in it.
        for path in _own().values():
            basket = _load_file(str(path))
            if basket.name == name:
                return basket
        raise UnknownName("basket", name, list_baskets(), "Or give the path of a basket's TOML file") from None


def _load_file(path: str) -> Basket:
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except (OSError, ValueError) as error:
        raise BadFile(path, f"cannot read the basket: {getattr(error, 'strerror', None) or error}") from error
    return parse_basket(raw, path)


@lru_cache(maxsize=32)
def _load_shipped(file: str) -> Basket:
    return parse_basket(read_bytes(file, "tidewaiter.baskets"), file)


def parse_basket(raw: bytes, path: str) -> Basket:
    """Read a basket from the bytes of a TOML file and check it.

    Raises
    ------
    BadFile
        If it is not TOML, a field is missing or unknown, a code does not exist in its classification, a code is there
        twice, or a line names a group or source that is not there.
    """
    try:
        data = tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile(path, f"not valid TOML: {_one_line(error)}") from error
    except RecursionError as error:
        raise BadFile(path, "not valid TOML: brackets are nested too deep") from error
    try:
        basket = msgspec.convert(data, Basket)
    except msgspec.ValidationError as error:
        raise BadFile(path, f"not a basket: {_one_line(error)}; see docs/baskets.md") from error
    for problem in problems(basket):
        raise BadFile(path, _one_line(problem))
    return basket


def _one_line(said: object) -> str:
    """Write a message that may quote a file so that it stays on a line and cannot drive a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in str(said))


def _both_count(flow: str, revisions: tuple[int, ...], other_flow: str, other_revisions: tuple[int, ...]) -> bool:
    """Whether two lines count in one sum: for a flow both hold for, in a revision both count in."""
    apart = revisions and other_revisions and not set(revisions) & set(other_revisions)
    return not apart and (not flow or not other_flow or flow == other_flow)


def problems(basket: Basket) -> list[str]:
    """Return what is wrong with a basket, each in a sentence; empty if nothing is."""
    found = []
    if not basket.sources:
        found.append("a basket needs at least one source")
    if not basket.lines:
        found.append("a basket needs at least one line")
    groups, sources = {group.id: group for group in basket.groups}, {source.id for source in basket.sources}
    found += [f"group {g.id!r}: flow {g.flow!r} is not X, M or empty" for g in basket.groups if g.flow not in _FLOWS]
    if len(groups) < len(basket.groups):
        found.append("two groups have the same id")
    claimed: dict[tuple[int, str], list[tuple[str, tuple[int, ...]]]] = {}
    for line in basket.lines:
        name = f"line {line.code} ({line.classification})"
        if line.group not in groups:
            found.append(f"{name}: no group {line.group!r}; the groups are {', '.join(sorted(groups))}")
            continue
        if line.source and line.source not in sources:
            found.append(f"{name}: no source {line.source!r}; the sources are {', '.join(sorted(sources))}")
        try:
            revision = hs.revision_of(line.classification)
            if not hs.alive(line.code, revision) or len(hs.clean(line.code)) > 6:
                found.append(f"{name}: not a code of HS {revision}; see: tidewaiter codes show {line.code}")
                continue
        except InputError as error:
            found.append(f"{name}: {error}")
            continue
        code, flow = hs.clean(line.code), groups[line.group].flow
        wrong = [year for year in line.revisions if year not in hs.REVISIONS]
        if wrong:
            found.append(f"{name}: no HS revision {wrong[0]}; valid: {', '.join(map(str, hs.REVISIONS))}")
        for (year, held), owners in claimed.items():
            under = year == revision and (held.startswith(code) or code.startswith(held))
            if under and any(_both_count(flow, line.revisions, *owner) for owner in owners):
                found.append(f"{name}: {code} is in the basket already, under {held}; no code may be counted twice")
        claimed.setdefault((revision, code), []).append((flow, line.revisions))
        for national in line.national:
            if not (national.code.isascii() and national.code.isdigit() and 7 <= len(national.code) <= 10):
                found.append(f"{name}: national line {national.code!r} is not 7 to 10 digits")
            elif not national.code.startswith(code):
                found.append(f"{name}: national line {national.code} does not begin with {code}")
    for check in basket.checks:
        if check.group and check.group not in groups:
            found.append(f"check of {check.classification}: no group {check.group!r}")
        try:
            hs.revision_of(check.classification)
        except InputError as error:
            found.append(f"check: {error}")
    unused = set(groups) - {line.group for line in basket.lines}
    found += [f"group {group!r} has no line" for group in sorted(unused)]
    return found
