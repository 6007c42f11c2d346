"""The settings of one instance: which service it is, where it runs, where its data is."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Configuration(BaseModel):
    """The file /etc/ndc/reference-<service>.json."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """of the service, as in the inventory"""
    title: str
    """what citizens call it"""
    listen_port: int = Field(ge=1, le=65535)
    """on 127.0.0.1; citizens come through nginx"""
    site: str
    host: str
    dsn: str
    """libpq's connection string; a password lies in the ``passfile`` that it names"""
    measurements_kept_seconds: int = Field(default=86_400, ge=0)
    """how long a submission stays that holds nothing but a marker"""


def read_configuration(path: Path) -> Configuration:
    """Return what ``path`` holds, or raise pydantic's ValidationError."""
    return Configuration.model_validate_json(path.read_text("utf-8"))
