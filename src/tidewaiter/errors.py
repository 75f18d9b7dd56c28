"""The whole exception tree; this module imports nothing.

::

    TidewaiterError
    ├── InputError            what the user typed or the file they gave cannot be used
    │   ├── UnknownName       a name that is in no table; carries the valid ones
    │   ├── BadFile           a file that cannot be read as what it claims to be
    │   └── BadConfig         a setting that cannot be used
    ├── NoData                the question is fine, there is nothing to answer it with
    ├── StoreError            the store is missing, locked, full, read-only or damaged
    ├── SourceError           a live source refused, cut off or capped an answer
    └── OutputError           the result cannot be written where it was asked for

Every one of them is told to the user as a single line, with exit code 2. The line names the value, what would
have been valid, and the next step.
"""

from __future__ import annotations

__all__ = [
    "BadConfig",
    "BadFile",
    "InputError",
    "NoData",
    "OutputError",
    "SourceError",
    "StoreError",
    "TidewaiterError",
    "UnknownName",
]


class TidewaiterError(Exception):
    """Root of all errors that Tidewaiter raises on purpose."""


class InputError(TidewaiterError):
    """What was asked for cannot be understood."""


class UnknownName(InputError):
    """A name that is in none of the tables.

    Parameters
    ----------
    kind
        What sort of name it is: ``"partner"``, ``"basket"``.
    name
        The name as given.
    valid
        The names that would have been valid, all of them; the message shows the nearest.
    hint
        The next step, a whole sentence.
    """

    def __init__(self, kind: str, name: str, valid: list[str] | None = None, hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.valid = valid or []
        text = f"unknown {kind} {name!r}"
        if self.valid:
            text += f"; {_nearest(name, self.valid)}"
        if hint:
            # A hint that is not a sentence of its own goes on with the line.
            text += f"{'. ' if hint[:1].isupper() else '; '}{hint}"
        super().__init__(text)


class BadFile(InputError):
    """A file that cannot be read; names the place and the value where it can.

    Parameters
    ----------
    path
        The file, as the user named it.
    reason
        Why, in words.
    line, column, value
        Where it went wrong, as far as known.
    """

    def __init__(
        self, path: str, reason: str, *, line: int | None = None, column: str | None = None, value: str | None = None
    ) -> None:
        self.path = path
        self.reason = reason
        self.line = line
        self.column = column
        self.value = value
        place = path
        if line is not None:
            place += f", line {line}"
        if column is not None:
            place += f", column {column}"
        shown = "" if value is None else f": {_short(value)}"
        super().__init__(f"{place}: {reason}{shown}")


class BadRows(BadFile):
    """Several rows of a file that cannot be read, each told by itself.

    Parameters
    ----------
    path
        The file, as the user named it.
    problems
        One for each bad row.
    rows
        How many rows the file has.
    advice
        What to do next.
    """

    def __init__(self, path: str, problems: tuple[BadFile, ...], rows: int, advice: str) -> None:
        self.problems = problems
        super().__init__(path, f"{len(problems)} of {rows} rows cannot be read, the first: {problems[0]}; {advice}")


class BadConfig(InputError):
    """A setting that is unknown or has an impossible value."""


class NoData(TidewaiterError):
    """Nothing is known about what was asked; silence is never taken for zero."""


class StoreError(TidewaiterError):
    """The store cannot be opened, read or written."""


class SourceError(TidewaiterError):
    """A live source did not give a usable answer."""


class OutputError(TidewaiterError):
    """The result cannot be written."""


def _short(value: str, limit: int = 80) -> str:
    """Quote a value from a file so that it fits on a line and cannot drive a terminal."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 4] + "...'"


def _nearest(name: str, valid: list[str], limit: int = 8) -> str:
    """List what does exist, the likeliest first."""
    import difflib

    if len(valid) <= limit:
        return "valid: " + ", ".join(sorted(valid))
    lowered: dict[str, str] = {}
    for candidate in valid:
        lowered.setdefault(candidate.lower(), candidate)
    near = [lowered[hit] for hit in difflib.get_close_matches(name.lower(), lowered, n=4, cutoff=0.5)]
    if near:
        return "did you mean " + " or ".join(near) + f"? ({len(valid)} are known)"
    return f"{len(valid)} are known, among them " + ", ".join(sorted(valid)[:limit])
