"""Keys of access: from the environment only, never from a file, never in a message."""

from __future__ import annotations

import os
from collections.abc import Mapping

from tidewaiter.errors import InputError

__all__ = ["KEYS", "key_of"]

KEYS = {"comtrade": "TIDEWAITER_COMTRADE_KEY", "census": "TIDEWAITER_CENSUS_KEY"}
"""The environment variable of each source that knows keys."""


def key_of(source: str, environ: Mapping[str, str] | None = None) -> str:
    """Return the key for a source, or nothing.

    Raises
    ------
    InputError
        If it holds what no key holds; the message does not print it.
    """
    name = KEYS.get(source, "")
    value = (os.environ if environ is None else environ).get(name, "").strip()
    if value and not (value.isascii() and value.replace("-", "").replace("_", "").isalnum()):
        raise InputError(f"{name} does not look like a key (letters, digits, - and _ only); it is not printed here")
    return value
