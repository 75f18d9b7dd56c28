"""Settings: one TOML file and the environment.

The file is ``tidewaiter.toml`` in the working folder, or the one that ``TIDEWAITER_CONFIG`` names. The environment wins
over the file, an option on the command line wins over both.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tidewaiter.errors import BadConfig

__all__ = ["Config", "load_config"]


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings, with their defaults.

    Parameters
    ----------
    store
        Folder of the store (``TIDEWAITER_STORE``).
    comtrade_url, comext_url, census_url
        Addresses of the publishers' interfaces, should they move (``TIDEWAITER_COMTRADE_URL`` and so on).
    """

    store: str = "tidewaiter-store"
    comtrade_url: str = "https://comtradeapi.un.org"
    comext_url: str = "https://ec.europa.eu/eurostat/api/comext/dissemination"
    census_url: str = "https://api.census.gov/data"


def load_config(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings.

    Parameters
    ----------
    path
        The TOML file; by default the one ``TIDEWAITER_CONFIG`` names, else ``tidewaiter.toml`` where there is one.
    environ
        The environment; by default that of the process.

    Raises
    ------
    BadConfig
        If the file cannot be read, or has a setting that does not exist.

    Examples
    --------
    >>> load_config(environ={"TIDEWAITER_STORE": "books"}).store
    'books'
    """
    environ = os.environ if environ is None else environ
    named = environ.get("TIDEWAITER_CONFIG")
    file = path or (Path(named) if named else Path("tidewaiter.toml"))
    settings: dict[str, object] = {}
    if path or named or file.is_file():
        try:
            settings = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise BadConfig(f"cannot read the settings file {file}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadConfig(f"{file} is not valid TOML: {error}") from error
    for field in msgspec.structs.fields(Config):
        value = environ.get(f"TIDEWAITER_{field.name.upper()}")
        if value:
            settings[field.name] = value
    try:
        return msgspec.convert(settings, Config)
    except msgspec.ValidationError as error:
        valid = ", ".join(field.name for field in msgspec.structs.fields(Config))
        raise BadConfig(f"{file}: {error}; the settings are: {valid}") from error
