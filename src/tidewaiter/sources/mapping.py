"""A mapping: what the columns of anybody's CSV mean, in TOML, so that a file of no known format can be read.

Nothing is guessed while a file is read: every key of an observation is a column or a constant of the mapping, every code has
a scheme, every word that is no code of it is translated by the mapping or refused with its row.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec

from tidewaiter.codes.areas import SCHEMES
from tidewaiter.codes.units import UNIT_SCHEMES
from tidewaiter.errors import BadFile

__all__ = ["KEYS", "MEASURES", "Mapping", "Shape", "parse_mapping", "read_mapping"]

SCHEMA: Final = "tidewaiter/mapping/1"
KEYS: Final = (
    "reporter", "partner", "flow", "cmd_code", "classification", "customs_regime", "mode_of_transport", "district", "period", "year",
    "month", "currency", "qty_unit", "qty2_unit",
)  # fmt: skip
MEASURES: Final = ("value", "net_wgt_kg", "qty", "qty2")
_OURS: Final = frozenset({"gacc", "gacc-usd", "comtrade", "comext", "census", "hmrc", "brazil", "press"})
_ENCODINGS: Final = ("utf-8", "gb18030", "latin-1", "cp1252", "shift_jis", "euc_kr", "cp1251")


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the file is written.

    ``add_up`` adds rows that share every key (a file finer than an observation); without it two rows of one cell that
    differ are refused by the store.
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    add_up: bool = False
    missing: tuple[str, ...] = ()


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a file's columns mean.

    Parameters
    ----------
    columns
        From a key or measure to the name of its column.
    constants
        From a key to the one value it has in the whole file.
    schemes
        For ``reporter`` and ``partner`` whose codes they are, for ``unit`` whose unit names.
    words
        For ``flow``, ``reporter``, ``partner``, ``unit``, ``cmd_code``: from a word of the file to ours.
    multiply
        From a measure to what its numbers are multiplied with: 1000 for thousands of dollars or for tonnes.
    """

    schema: str
    dataset: str
    publisher: str
    address: str = ""
    attribution: str = ""
    file: Shape = Shape()
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    schemes: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}
    multiply: dict[str, float] = {}


def parse_mapping(text: str, name: str) -> Mapping:
    """Read a mapping.

    Raises
    ------
    BadFile
        If it is not TOML, a field is unknown, or something that every row needs is neither a column nor a constant.
    """
    try:
        found = msgspec.convert(tomllib.loads(text), Mapping)
    except tomllib.TOMLDecodeError as error:
        raise BadFile(name, f"not TOML ({str(error).splitlines()[0]})") from error
    except msgspec.ValidationError as error:
        raise BadFile(name, f"not a mapping: {error}") from error
    except RecursionError as error:
        raise BadFile(name, "not a mapping: nested too deeply") from error
    for problem in _problems(found):
        raise BadFile(name, problem)
    return found


def read_mapping(path: Path) -> str:
    """Return the text of a mapping that can be used.

    Raises
    ------
    BadFile
        If it cannot be read, or used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFile(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadFile(str(path), "not UTF-8 text, so it is no mapping") from error
    parse_mapping(text, str(path))
    return text


def _problems(one: Mapping) -> list[str]:
    """Return what is wrong with a mapping, the gravest first."""
    found = []
    if one.schema != SCHEMA:
        found.append(f"schema is {one.schema!r}, not {SCHEMA!r}")
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,31}", one.dataset):
        found.append(f"dataset {one.dataset!r}: write small letters, digits and dashes, such as viet-nam-customs")
    if one.dataset in _OURS:
        found.append(
            f"dataset {one.dataset!r} is that of a format that is read by itself; datasets are never blended, so name another"
        )
    if not one.publisher.strip():
        found.append("publisher is empty: say who publishes the file")
    for table, valid in (
        ("columns", {*KEYS, *MEASURES}), ("constants", set(KEYS) - {"year", "month"}), ("multiply", set(MEASURES)),
        ("schemes", {"reporter", "partner", "unit"}), ("words", {"flow", "reporter", "partner", "unit", "cmd_code"}),
    ):  # fmt: skip
        given: dict[str, Any] = getattr(one, table)
        found += [f"{table}.{key} is unknown; valid: {', '.join(sorted(valid))}" for key in given if key not in valid]
        found += [f"{table}.{key} is empty: fill it in or take it out" for key, value in given.items() if value == ""]
    told = {*one.columns, *one.constants}
    for key in ("reporter", "partner", "flow", "cmd_code"):
        if key not in told:
            found.append(f"{key} is neither in columns nor in constants")
    if "period" not in told and not {"year", "month"} <= told:
        found.append("no period: name the column period, or the columns year and month")
    if not set(MEASURES) & one.columns.keys():
        found.append(f"no measure in columns; at least one of {', '.join(MEASURES)}")
    if "value" in one.columns and "currency" not in told:
        found.append("value has no currency: write constants.currency, such as USD, or name its column")
    for quantity in ("qty", "qty2"):
        if quantity in one.columns and f"{quantity}_unit" not in told:
            found.append(f"{quantity} has no unit: write constants.{quantity}_unit, or name its column")
    for key in sorted(one.columns.keys() & one.constants.keys()):
        found.append(f"{key} is both in columns and in constants; keep one")
    for key, schemes in (("reporter", SCHEMES), ("partner", SCHEMES), ("unit", UNIT_SCHEMES)):
        if key in one.schemes and one.schemes[key] not in schemes:
            found.append(f"schemes.{key} {one.schemes[key]!r} is unknown; valid: {', '.join(schemes)}")
    for key in ("reporter", "partner"):
        if key in one.columns and key not in one.schemes and key not in one.words:
            found.append(f"schemes.{key} is missing: whose codes are in the column? valid: {', '.join(SCHEMES)}")
    if one.file.encoding not in _ENCODINGS:
        found.append(f"file.encoding {one.file.encoding!r} is unknown; valid: {', '.join(_ENCODINGS)}")
    if one.file.delimiter not in (",", ";", "\t", "|"):
        found.append("file.delimiter has to be a comma, a semicolon, a tab or a bar")
    if one.file.decimal not in (".", ",") or one.file.thousands not in ("", ",", ".", " ", "'"):
        found.append("file.decimal has to be . or , and file.thousands empty or one of , . ' and a blank")
    if one.file.decimal == one.file.thousands:
        found.append("file.decimal and file.thousands are the same")
    found += [f"multiply.{key} has to be above zero" for key, factor in one.multiply.items() if not 0 < factor < 1e12]
    return found
