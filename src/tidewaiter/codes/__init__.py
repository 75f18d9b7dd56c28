"""Codes turned into words: countries and groups, units, the Harmonized System and how its codes descend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidewaiter.codes.areas import Area, all_areas, area, area_name, by_scheme, members, to_scheme
    from tidewaiter.codes.breaks import Break, start_of, stop_of
    from tidewaiter.codes.hs import (
        REVISIONS,
        Life,
        Link,
        alive,
        codes_of,
        life,
        line_status,
        predecessors,
        revision_of,
        successors,
    )
    from tidewaiter.codes.lineage import Group, Seam, Step, Stitch, closed_group, seam, seam_ahead, stitch, trace
    from tidewaiter.codes.texts import search, standard_unit, text_of
    from tidewaiter.codes.units import Unit, UnitBreak, all_units, convert, unit, unit_breaks, unit_by_scheme

_HOMES = {
    "areas": ("Area", "all_areas", "area", "area_name", "by_scheme", "members", "to_scheme"),
    "breaks": ("Break", "start_of", "stop_of"),
    "hs": ("REVISIONS", "Life", "Link", "alive", "codes_of", "life", "line_status", "predecessors", "revision_of",
           "successors"),
    "lineage": ("Group", "Seam", "Step", "Stitch", "closed_group", "seam", "seam_ahead", "stitch", "trace"),
    "texts": ("search", "standard_unit", "text_of"),
    "units": ("Unit", "UnitBreak", "all_units", "convert", "unit", "unit_breaks", "unit_by_scheme"),
}  # fmt: skip

__all__ = [
    "REVISIONS",
    "Area",
    "Break",
    "Group",
    "Life",
    "Link",
    "Seam",
    "Step",
    "Stitch",
    "Unit",
    "UnitBreak",
    "alive",
    "all_areas",
    "all_units",
    "area",
    "area_name",
    "by_scheme",
    "closed_group",
    "codes_of",
    "convert",
    "life",
    "line_status",
    "members",
    "predecessors",
    "revision_of",
    "seam",
    "seam_ahead",
    "search",
    "standard_unit",
    "start_of",
    "stitch",
    "stop_of",
    "successors",
    "text_of",
    "to_scheme",
    "trace",
    "unit",
    "unit_breaks",
    "unit_by_scheme",
]


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"tidewaiter.codes.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
