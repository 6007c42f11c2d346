"""The JSON Schema of a declared file, for editors: made from the models, so that it is true."""

from __future__ import annotations

import json

from inventory.model import Inventory


def schema_text() -> str:
    """Return the schema as JSON. A file may hold any sections, so it requires none."""
    schema = Inventory.model_json_schema()
    del schema["required"]
    schema["title"] = "A file of declared inventory"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
