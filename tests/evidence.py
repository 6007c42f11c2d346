"""A pack of evidence of a switchover between stub servers, and ways to change it afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from access.clients.signatures import sign
from access.secrets import Secrets
from access.signing_key import SigningKey
from core.runs.journal import Request, Wish
from core.runs.plan import RunName
from dr.live.carrier import Carrier
from dr.live.exhibits import Exhibits
from dr.live.packing import Packing
from dr.live.run_folder import RunFolder
from dr.live.signing import EVIDENCE, ID_MOMENT, Signing, public_keys
from dr.planning.planner import Occasion, plan_switchover
from dr.planning.request import Move
from dr.verifier.contents import PackContents
from dr.verifier.keys import PublicKeys
from dr.verifier.verification import Verification, verified
from inventory.names import OperatorName, SiteName
from tests.rehearsals import SERVICE
from tests.stubs.network import StubNetwork

RUN = RunName("20300101-000002-move")
SIGNER = OperatorName("an")

Change = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack, and what else an operator of its environment has."""

    files: dict[str, bytes]
    keys: str
    secrets: Secrets

    @property
    def contents(self) -> PackContents:
        """What lies in it."""
        return PackContents(self.files)

    def verified(self, keys: str | None = None) -> Verification:
        """Return what it is worth by ``keys``; None: by those of its environment."""
        return verified(self.contents, PublicKeys.read(self.keys if keys is None else keys))

    def changed(self, name: str, change: Change) -> Packed:
        """Return it with one file changed, and nothing signed anew."""
        return Packed({**self.files, name: change(self.files[name])}, self.keys, self.secrets)

    def signed(self, by: str = SIGNER) -> Packed:
        """Return it signed anew, by the key of ``by``, as who made it could."""
        inside = {n: c for n, c in self.files.items() if not n.startswith("manifest.json")}
        manifest: dict[str, Any] = json.loads(self.files["manifest.json"])
        manifest["files"] = {n: {"sha256": sha256(c).hexdigest()} for n, c in inside.items()}
        text = json.dumps(manifest)
        signature = sign(text, self.secrets.operator_key(OperatorName(by)), EVIDENCE)
        own = {"manifest.json": text.encode(), "manifest.json.sig": signature.encode()}
        return Packed({**inside, **own}, self.keys, self.secrets)

    def sworn(self, **changes: object) -> Packed:
        """Return it with another testimony, signed by the key that the probe's host holds."""
        name = f"testimony-{SERVICE}.json"
        statement = json.dumps({**json.loads(self.files[name]), **changes})
        key = SigningKey.kept_at(self.secrets.path("key-of-the-probe"))
        own = {
            name: statement.encode(),
            f"{name}.sig": key.signature(statement, "ndc-probe").encode(),
        }
        return Packed({**self.files, **own}, self.keys, self.secrets)

    def without(self, name: str) -> Packed:
        """Return it without one file."""
        left = {one: content for one, content in self.files.items() if one != name}
        return Packed(left, self.keys, self.secrets)


def packed(stub: StubNetwork, root: Path) -> Packed:
    """Return the pack of a switchover that ``SIGNER`` asked for and signed."""
    with stub.live() as live:
        network, secrets = live.network, stub.on.secrets
        first = stub.world.truth.at(SERVICE).placements[0]
        live.doors.records.swap_placement(SERVICE, None, first)
        now = live.clock.now()
        plan = plan_switchover(
            network,
            live.eye().observe(SERVICE),
            Move(SERVICE, SiteName("ndc02")),
            Occasion(RUN, now, SIGNER),
        )
        folder = RunFolder.create(root, plan)
        signing = Signing(network, secrets, folder)
        start = Request(f"{now:{ID_MOMENT}}-start", Wish.START, SIGNER)
        folder.keep_start(signing.signed(start, None))
        carrier = Carrier(live, folder, signing)
        carrier.carry()
        carrier.report()
        exhibits = Exhibits(folder)
        Packing(network, secrets, exhibits, live.clock).sign(SIGNER, None)
        files = {path.name: path.read_bytes() for path in exhibits.pack.iterdir()}
        return Packed(files, public_keys(network, secrets), secrets)
