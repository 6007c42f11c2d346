"""Between the engine's property values and plain ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.provider.experimental.property_value import PropertyValue

from stacks.diff import Value

Properties = dict[str, PropertyValue]


def to_properties(plain: Mapping[str, Any]) -> Properties:
    """Return strings, numbers and nested mappings as the engine wants them."""
    return {key: _property(value) for key, value in plain.items()}


def from_properties(properties: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Return plain values, without what the engine adds for itself."""
    return {key: _plain(value) for key, value in properties.items() if not key.startswith("__")}


def _property(value: Value | Mapping[str, Any]) -> PropertyValue:
    match value:
        case bool() | None | str():
            return PropertyValue(value)
        case int() | float():
            return PropertyValue(float(value))
        case _:
            return PropertyValue(to_properties(value))


def _plain(value: PropertyValue) -> Any:
    inner = value.value
    if isinstance(inner, Mapping):
        return from_properties(inner)
    if isinstance(inner, float) and inner.is_integer():
        return int(inner)
    return inner
