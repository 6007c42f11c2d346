"""Every role with secret files is read for them: what nobody places, its program waits for."""

from __future__ import annotations

from tests.networks import ROOT


def test_every_role_with_secrets_is_named_among_those_that_have_some() -> None:
    roles = ROOT / "playbooks/roles"
    secretive = {path.parts[-3] for path in roles.glob("*/templates/secrets.yml.j2")}

    text = (ROOT / "playbooks/group_vars/all.yml").read_text("utf-8")
    (line,) = [one for one in text.splitlines() if one.startswith("ndc_secretive:")]
    named = line.partition("[")[2].removesuffix("]").split(", ")

    assert secretive == {*named}
    assert len(named) == len(secretive)
