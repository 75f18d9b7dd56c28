"""Tidewaiter reads customs statistics, says what is new, and proves every sentence."""

from __future__ import annotations

from tidewaiter._version import __version__

__all__ = ["__version__"]
