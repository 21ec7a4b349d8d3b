"""Error messages for wrong settings."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic.fields import FieldInfo


def explain(error: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> str:
    """One line for one wrong setting: its name, what is wrong, and what a right value looks like.

    Shows a value only where the setting cannot be a secret.
    """
    name = str(error["loc"][0]) if error["loc"] else ""
    field = fields.get(name.lower())
    if field is None:
        return f"  {name.upper()} is not a setting; look for its right name in .env.example"
    return f"  {name.upper()}: {_what(error, field)}"


def _what(error: Mapping[str, Any], field: FieldInfo) -> str:
    kind, value = error["type"], error.get("input")
    if kind == "value_error":
        return str(error.get("ctx", {}).get("error", ""))
    if field.annotation is int:
        limits = [limit for each in field.metadata for limit in _limits(each)]
        return f"{value!r} cannot be used; write a whole number from {min(limits)} to {max(limits)}"
    if kind == "literal_error":
        choices = " or ".join(map(str, get_args(field.annotation)))
        return f"{value!r} is not one of its values; write {choices}"
    return f"cannot be used ({field.description}); see .env.example"


def _limits(rule: object) -> list[int]:
    return [getattr(rule, name) for name in ("ge", "le") if hasattr(rule, name)]
