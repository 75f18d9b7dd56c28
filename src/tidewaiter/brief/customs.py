"""A brief from a customs service's own rows: a group's headings summed over the members that reported."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tidewaiter.brief.gather import Asked, Evidence, _basket_groups, _codes, heading_subject, lives_of
from tidewaiter.codes import area_name, members
from tidewaiter.model import Figure, Flow, Origin
from tidewaiter.series.book import Book
from tidewaiter.sources.headings import Heading, heading_figures
from tidewaiter.sources.registry import get
from tidewaiter.store.store import Release, Store

__all__ = ["from_store"]

HEADING = 4
"""Digits of the codes that a brief is told in; finer rows hold the same goods again and are left alone."""


def from_store(asked: Asked, folder: Path) -> Evidence | None:
    """Answer from the store's rows, if it has any of the pair in the period.

    Without a reporter, or with a group as the reporter, the members' rows are summed month by month; the number of
    members that reported trade travels with every sum.
    """
    store = Store(folder)
    table = store.observations(
        partner=asked.partner, flow=asked.flow.value, digits=HEADING, codes=_wanted(asked), as_of=asked.as_of
    )
    if not table.num_rows:
        return None
    reporter, inside = _reporters(asked, set(table["reporter"].to_pylist()))
    if not reporter:
        return None
    cells: dict[tuple[str, int], dict[str, float]] = {}
    for who, code, month, value in zip(
        *(table[name].to_pylist() for name in ("reporter", "cmd_code", "period_start", "value")), strict=True
    ):
        if who in inside and value is not None:
            cells.setdefault((code, month), {})[who] = value
    if not any(month in asked.period.months for _, month in cells):
        return None
    release = {one.id: one for one in store.releases(asked.as_of)}[table["release"].to_pylist()[-1]]
    origin = _origin(release)
    figures: list[Figure] = []
    codes = sorted({code for code, month in cells if month in asked.period.months})
    for code in codes:
        months = {month: by for (one, month), by in cells.items() if one == code}
        heading = Heading(
            asked.partner,
            code,
            {month: sum(by.values()) for month, by in months.items()},
            {month: sum(value > 0 for value in by.values()) for month, by in months.items()},
        )
        for figure in heading_figures(heading, origin):
            key = msgspec.structs.replace(figure.key, reporter=reporter, flow=Flow(asked.flow))
            note = _note(reporter, months[figure.period.start])
            figures.append(msgspec.structs.replace(figure, key=key, note=note))
    subjects = tuple(heading_subject(code, figures) for code in codes)
    _, title, _ = _basket_groups(asked.basket_file)
    return Evidence(
        "customs",
        reporter,
        Book(figures, lives=lives_of(codes)),
        subjects,
        (),
        title,
        (get(release.source).attribution,),
    )


def _wanted(asked: Asked) -> list[str] | None:
    codes = _codes(asked.basket_file)
    return None if codes is None else sorted(codes)


def _reporters(asked: Asked, there: set[str]) -> tuple[str, set[str]]:
    """Resolve the reporter: one country, or a group by its members; EU27 where none was named and members are there."""
    wanted = asked.reporter or "EU27"
    if wanted in there:
        return wanted, {wanted}
    inside = set(members(wanted, asked.period.end)) & there if _is_group(wanted) else set()
    if inside:
        return wanted, inside
    if not asked.reporter and len(there) == 1:
        return next(iter(there)), there
    return "", set()


def _is_group(code: str) -> bool:
    from tidewaiter.codes import area

    return area(code, "reporter").is_group


def _note(reporter: str, by: dict[str, float]) -> str:
    """Say who reported: how many of a group, and the three largest."""
    if len(by) == 1 and reporter in by:
        return ""
    selling = {who: value for who, value in by.items() if value > 0}
    largest = sorted(selling, key=lambda who: -selling[who])[:3]
    named = ", ".join(f"{area_name(who)} {selling[who]:.0f}" for who in largest)
    of = "the 27 EU countries" if reporter == "EU27" else f"the members of {reporter}"
    return f"reported by {len(selling)} of {of}" + (f"; largest: {named}" if named else "")


def _origin(release: Release) -> Origin:
    source = get(release.source)
    day = release.published or release.loaded[:10]
    return Origin(
        id=release.id[:12],
        publisher=source.publisher,
        title=source.title,
        address=source.address,
        published_from=day,
        published_to=day,
        note=f"file {release.file}, SHA-256 {release.id}"
        + ("" if release.published else "; date of loading, the date of publication was not told"),
        family=source.publisher,
    )
