"""The documented shape is the shape."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from tests.brief.sample import sample
from tidewaiter.brief import shape
from tidewaiter.brief.schema import brief_schema, main, schema_text
from tidewaiter.brief.write import render_json

DOCS = Path(__file__).parents[2] / "docs"


def test_the_schema_in_docs_is_up_to_date(tmp_path: Path) -> None:
    assert (DOCS / "brief.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "write it anew: python -m tidewaiter.brief.schema docs/brief.schema.json"
    )
    assert main([str(tmp_path / "s.json")]) == 0
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == json.loads(schema_text())


def test_brief_json_has_the_fields_of_the_schema() -> None:
    schema = brief_schema()
    found = json.loads(render_json(sample()))
    wanted = schema["$defs"]["Brief"]
    assert set(found) == set(wanted["properties"])
    assert set(wanted["required"]) <= set(found)
    assert found["schema"] == wanted["properties"]["schema"]["const"]


def test_every_struct_is_described_in_docs() -> None:
    text = (DOCS / "brief.md").read_text(encoding="utf-8")
    for name in shape.__all__:
        made = getattr(shape, name)
        if isinstance(made, type) and issubclass(made, msgspec.Struct):
            for field in msgspec.structs.fields(made):
                assert f"`{field.encode_name}`" in text, (
                    f"docs/brief.md does not say what {name}.{field.encode_name} is"
                )
