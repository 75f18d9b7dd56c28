"""The JSON Schema of ``brief.json``, made from the struct: ``python -m tidewaiter.brief.schema [FILE]``.

Run with the file ``docs/brief.schema.json`` after a change of :mod:`tidewaiter.brief.shape`; a test holds them equal.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from tidewaiter.brief.shape import SCHEMA, Brief

__all__ = ["brief_schema", "main", "schema_text"]


def brief_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12); the field ``schema`` must be the one word this version writes."""
    made = msgspec.json.schema(Brief)
    made["$defs"]["Brief"]["properties"]["schema"] = {"const": SCHEMA}
    for entry in made["$defs"].values():
        if "description" in entry:
            # Python 3.13 strips the indentation of docstrings when it compiles them, older versions do not.
            entry["description"] = inspect.cleandoc(entry["description"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA, **made}


def schema_text() -> str:
    """Return the schema as the file holds it."""
    return json.dumps(brief_schema(), indent=2, ensure_ascii=False) + "\n"


def main(argv: list[str]) -> int:
    """Print the schema, or write it to the file named."""
    if argv:
        Path(argv[0]).write_text(schema_text(), encoding="utf-8")
    else:
        sys.stdout.write(schema_text())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
