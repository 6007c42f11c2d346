"""A host's journal lies on its disk, whatever its golden image says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.unit.playbooks.conftest import Rendered

SETTINGS = "/etc/systemd/journald.conf.d"
IMAGE = Path(__file__).parents[3] / "toolchain/image/files" / SETTINGS.lstrip("/")


def test_of_all_that_journald_reads_the_last_word_is_to_keep_the_journal(
    rendered: Mapping[str, Rendered],
) -> None:
    for contents in rendered.values():
        texts = {path.name: path.read_text("utf-8") for path in IMAGE.glob("*.conf")}
        texts |= {
            path.rpartition("/")[2]: text
            for path, text in contents.texts().items()
            if path.startswith(SETTINGS)
        }

        # as systemd reads them: by name, and what is said later counts
        lines = [line for name in sorted(texts) for line in texts[name].splitlines()]
        storage = [line for line in lines if line.startswith("Storage=")]

        assert storage[-1] == "Storage=persistent", sorted(texts)
