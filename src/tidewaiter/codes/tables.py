"""Reading the tables that lie beside the code.

:mod:`pkgutil` instead of :mod:`importlib.resources`, which costs 10 ms to import, as much as reading a table.
"""

from __future__ import annotations

from pkgutil import get_data

__all__ = ["read_bytes", "read_lines"]


def read_bytes(name: str, package: str = "tidewaiter.codes") -> bytes:
    """Return a file of a package.

    Raises
    ------
    FileNotFoundError
        If the package has no such file.
    """
    raw = get_data(package, name)
    if raw is None:
        raise FileNotFoundError(name)
    return raw


def read_lines(name: str) -> list[str]:
    """Return the lines of a table, comments left out; the first one names the columns."""
    return [line for line in read_bytes(name).decode("utf-8").split("\n") if line and line[0] != "#"]
