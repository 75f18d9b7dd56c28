"""Codes turned into words: countries and groups, units, the Harmonized System and how its codes descend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidewaiter.codes.areas import Area, all_areas, area, area_name, by_scheme, members, to_scheme

__all__ = ["Area", "all_areas", "area", "area_name", "by_scheme", "members", "to_scheme"]

_HOME = {
    "Area": "areas",
    "all_areas": "areas",
    "area": "areas",
    "area_name": "areas",
    "by_scheme": "areas",
    "members": "areas",
    "to_scheme": "areas",
}


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for."""
    from importlib import import_module

    if name in _HOME:
        return getattr(import_module(f"tidewaiter.codes.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
