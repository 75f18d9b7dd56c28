"""A basket in the codes of one classification and year.

Each group is followed over the revisions as a set (:mod:`tidewaiter.codes.lineage`), so that codes which only exchange
goods with each other keep an exact seam, and no code is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tidewaiter.baskets.basket import Basket, Line
from tidewaiter.codes import hs, lineage

__all__ = ["ResolvedBasket", "ResolvedLine", "diff", "failures", "resolve", "unreported"]


class ResolvedLine(NamedTuple):
    """A line and the six-digit codes it stands for in the classification asked for.

    ``kind`` is ``exact``, ``primary`` or ``partial`` (see :mod:`tidewaiter.codes.lineage`), or ``none`` where nothing
    can be followed; ``note`` says why it is not exact.
    """

    line: Line
    codes: tuple[str, ...]
    kind: str
    note: str


class ResolvedBasket(NamedTuple):
    """A basket in the codes of one HS revision.

    Parameters
    ----------
    basket
        The basket.
    classification
        As asked for.
    revision
        The HS revision it rests on.
    lines
        Every line with its codes.
    groups
        Six-digit codes by group id, sorted; a code is in one group only.
    seams
        By group id, the seams crossed to get here.
    """

    basket: Basket
    classification: str
    revision: int
    lines: tuple[ResolvedLine, ...]
    groups: dict[str, tuple[str, ...]]
    seams: dict[str, tuple[lineage.Seam, ...]]

    @property
    def codes(self) -> tuple[str, ...]:
        """All six-digit codes, each once, sorted."""
        return tuple(sorted({code for codes in self.groups.values() for code in codes}))

    def headings(self) -> tuple[str, ...]:
        """The headings of which every code is in the basket: there a four-digit row may stand for them."""
        codes = set(self.codes)
        broken = {code[:4] for code in hs.codes_of(self.revision) if code not in codes}
        return tuple(sorted({code[:4] for code in codes} - broken))

    def codes_for(self, flow: str) -> tuple[str, ...]:
        """The codes of the groups that hold for a flow (``X`` or ``M``, seen from the country the basket is about)."""
        found = [self.groups[group.id] for group in self.basket.groups if group.flow in ("", flow)]
        return tuple(sorted({code for codes in found for code in codes}))

    def group_of(self, code: str, flow: str = "") -> str | None:
        """Return the id of the group a code or national line belongs to, by its first six digits."""
        for group in self.basket.groups:
            if code[:6] in self.groups[group.id] and (not flow or group.flow in ("", flow)):
                return group.id
        return None

    def caveats(self) -> tuple[str, ...]:
        """Every seam that is not exact, as a sentence, and every line that was not verified."""
        found = [
            f"{group}: {seam.words()}" for group, seams in self.seams.items() for seam in seams if seam.kind != "exact"
        ]
        loose = [row.line.code for row in self.lines if not row.line.verified]
        if loose:
            found.append(f"not checked against the source's own text: {', '.join(loose)}")
        return tuple(found)


def resolve(basket: Basket, classification: str | int = "HS 2022", year: int | None = None) -> ResolvedBasket:
    """Say which codes a basket means in a classification.

    Parameters
    ----------
    basket
        As loaded.
    classification
        ``HS 2017``, ``CN 2022``, or a publisher's name together with ``year``.
    year
        The year, if the classification does not say it; it wins if both do.

    Returns
    -------
    ResolvedBasket

    Raises
    ------
    InputError
        If no revision can be told from these.

    Examples
    --------
    >>> from tidewaiter.baskets import load_basket
    >>> resolve(load_basket("medical-covid"), "HS 2022").groups["vaccines"]
    ('300241',)
    >>> resolve(load_basket("medical-covid"), "GACC", 2021).groups["vaccines"]
    ('300220',)
    """
    revision = hs.revision_of(year if year is not None else classification)
    groups: dict[str, tuple[str, ...]] = {}
    seams: dict[str, tuple[lineage.Seam, ...]] = {}
    taken: dict[str, set[str]] = {"": set(), "X": set(), "M": set()}
    for group in basket.groups:
        codes: set[str] = set()
        crossed: list[lineage.Seam] = []
        lines = [line for line in basket.lines_of(group.id) if not line.revisions or revision in line.revisions]
        for name in sorted({line.classification for line in lines}):
            plan = lineage.stitch([line.code for line in lines if line.classification == name], name, revision)
            codes.update(plan.parts[revision])
            crossed += plan.seams
        # Where the goods of two groups are in one code of another revision, the first of them keeps it.
        others = taken[group.flow] | taken[""] if group.flow else set().union(*taken.values())
        groups[group.id] = tuple(sorted(codes - others))
        seams[group.id] = tuple(crossed)
        taken[group.flow] |= codes
    rows = tuple(_line(line, revision, set(groups[line.group])) for line in basket.lines)
    return ResolvedBasket(basket, str(classification), revision, rows, groups, seams)


def _line(line: Line, revision: int, group: set[str]) -> ResolvedLine:
    """Follow one line by itself, within the codes that its group was found to have."""
    if line.revisions and revision not in line.revisions:
        kept = ", ".join(map(str, line.revisions))
        return ResolvedLine(line, (), "none", f"counts in HS {kept} only")
    plan = lineage.stitch([line.code], line.classification, revision)
    codes = tuple(sorted(group.intersection(plan.parts[revision])))
    note = "; ".join(seam.words() for seam in plan.seams if seam.kind != "exact")
    if not codes:
        note = note or "its goods are in a code that an earlier group of the basket has"
    return ResolvedLine(line, codes, plan.kind if codes else "none", note)


def failures(basket: Basket) -> tuple[str, ...]:
    """Run the tests a basket carries.

    Returns
    -------
    tuple of str
        What failed, each as a sentence; empty if all passed, or it carries none.
    """
    found = []
    for check in basket.checks:
        resolved = resolve(basket, check.classification)
        held = set(resolved.groups[check.group] if check.group else resolved.codes)
        where = f"{check.group or 'the basket'} in {check.classification}"
        found += [f"{where} should have {code}" for code in check.has if code not in held]
        found += [f"{where} should not have {code}" for code in check.lacks if code in held]
    return tuple(found)


def unreported(resolved: ResolvedBasket, reported: Iterable[str]) -> tuple[ResolvedLine, ...]:
    """Return the lines of which a publisher reports no code at all.

    Parameters
    ----------
    resolved
        The basket in the publisher's classification.
    reported
        Every commodity code that occurs in the publisher's files, of any length.

    Returns
    -------
    tuple of ResolvedLine
        For these, silence says nothing: neither zero nor trade. A row of a heading reports a line only if the whole heading
        is in the basket; else it holds other goods too.
    """
    every = list(reported)
    seen = {code[:6] for code in every if len(code) >= 6}
    wholes = {code for code in every if len(code) == 4}.intersection(resolved.headings())
    return tuple(row for row in resolved.lines if not any(code in seen or code[:4] in wholes for code in row.codes))


def _key(basket: Basket, line: Line) -> tuple[str, int, str]:
    return hs.clean(line.code), hs.revision_of(line.classification), basket.group(line.group).flow


def diff(old: Basket, new: Basket) -> dict[str, list[str]]:
    """Compare two baskets line by line.

    Returns
    -------
    dict
        ``added``, ``removed`` and ``changed``: lines as sentences, sorted by code.
    """
    before = {_key(old, line): line for line in old.lines}
    after = {_key(new, line): line for line in new.lines}

    def told(line: Line) -> str:
        return f"{line.code} ({line.classification}, {line.group}): {line.reason}"

    changed = []
    for key in sorted(before.keys() & after.keys()):
        first, second = before[key], after[key]
        fields = [name for name in ("group", "reason", "paragraph", "verified", "national", "source")
                  if getattr(first, name) != getattr(second, name)]  # fmt: skip
        if fields:
            changed.append(f"{told(second)} [{', '.join(fields)} changed]")
    return {
        "added": [told(after[key]) for key in sorted(after.keys() - before.keys())],
        "removed": [told(before[key]) for key in sorted(before.keys() - after.keys())],
        "changed": changed,
    }
