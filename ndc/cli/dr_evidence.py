"""``ndc dr evidence``, ``keys``, ``verify``: what others are given of a run, and its worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ndc import exits
from ndc.cli.carrying import RunArgument, opened_run, packing_of
from ndc.cli.options import answer, answer_json, current, say

OutputOption = Annotated[
    Path | None, typer.Option("--output", help="Write it into this one file, a .tar.gz.")
]
PackArgument = Annotated[Path, typer.Argument(help="A folder, or the file of --output.")]
KeysOption = Annotated[
    Path | None, typer.Option("--keys", help="Public keys that you trust; see `ndc dr keys`.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command("evidence", help="Sign the evidence of a run (--as), and write it into a file.")(
        evidence
    )
    app.command("keys", help="Print the public keys by which evidence is verified.")(keys)
    app.command("verify", help="Count a pack of evidence anew, by public keys alone.")(verify)


def evidence(context: typer.Context, run: RunArgument, output: OutputOption = None) -> None:
    """Pack what the run left, if it is not packed; sign it as whoever --as names."""
    options = current(context)
    packing = packing_of(context, opened_run(context, run))
    if not packing.is_packed:
        packing.pack()
    if options.operator is not None:
        say(f"signed by {options.operator}, key {packing.sign(options.operator, options.key)}")
    elif not packing.is_signed:
        say(f"nobody signed it: {options.command('dr', 'evidence', run)} --as OPERATOR")
    if output is not None:
        packing.write_archive(output)
    answer(str(output or packing.exhibits.pack))


def keys(context: typer.Context) -> None:
    """Print a line a key, as `ssh-keygen -Y verify` reads them (`--json`: whose, and what for)."""
    from access.secrets import Secrets
    from dr.live.signing import public_keys
    from dr.verifier.keys import PublicKeys
    from ndc.cli.declared import running

    environment, network = running(current(context))
    text = public_keys(network, Secrets(environment.paths.secrets))
    if current(context).as_json:
        answer_json([key.plain() for key in PublicKeys.read(text).known])
    else:
        answer(text.rstrip())


def verify(context: typer.Context, pack: PackArgument, keys: KeysOption = None) -> None:
    """Answer what it is worth; exit with 5 if it is not to be believed, 1 if not all is known."""
    from core import files
    from core.errors import PlanRefused
    from dr.verifier.contents import PackContents
    from dr.verifier.keys import PublicKeys
    from dr.verifier.verification import verified
    from dr.verifier.verification_text import verification_plain, verification_text

    contents = PackContents.read(pack)
    own = files.read_if_there(keys) if keys else contents.text("keys")
    if own is None:
        raise PlanRefused(
            f"there are no keys in {keys}",
            expected="a line a key, as ndc dr keys prints them",
            actual="no such file",
            next_step="ndc dr keys, on a machine of the environment",
        )
    verification = verified(contents, PublicKeys.read(own))
    if current(context).as_json:
        answer_json({**verification_plain(verification), "keys_of_the_pack": keys is None})
    else:
        answer(verification_text(verification))
    if keys is None:
        say("by keys that came with the pack: whoever made it may have made them; --keys FILE")
    if not verification.holds:
        raise typer.Exit(exits.NOT_BELIEVED.number)
    if verification.doubts or keys is None:
        raise typer.Exit(exits.NOT_ALL_KNOWN.number)
