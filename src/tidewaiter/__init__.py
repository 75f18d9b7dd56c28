"""Tidewaiter reads customs statistics, says what is new, and proves every sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tidewaiter._version import __version__

if TYPE_CHECKING:
    from tidewaiter.claims.court import check

__all__ = ["__version__", "check"]

_HOMES = {"check": "tidewaiter.claims.court"}


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for."""
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
