"""The command line: one file per group of commands, each imported only when its command runs."""

from __future__ import annotations

from tidewaiter.cli.app import main

__all__ = ["main"]
