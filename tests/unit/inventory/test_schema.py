from __future__ import annotations

import json

from inventory.schema import schema_text
from tests.conftest import Golden
from tests.networks import ROOT

GENERATED = ROOT / "docs/generated/inventory.schema.json"


def test_the_schema_for_editors_is_the_one_of_the_models(golden: Golden) -> None:
    golden(GENERATED, schema_text())


def test_every_key_says_what_it_means_or_has_a_type_of_its_own() -> None:
    schema = json.loads(schema_text())

    assert schema["$defs"]["LinkEntry"]["properties"]["rtt_ms"]["description"]
    assert "required" not in schema, "a file may hold any of the sections"
