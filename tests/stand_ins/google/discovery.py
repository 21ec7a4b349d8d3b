"""What Google's API description allows: paths, parameters, bodies, scopes.

Source of everything here: calendar.v3.json, the discovery document that google-api-python-client
ships. Known difference: Google ignores fields of a body that it does not know, and read-only ones;
here both are refused, because a client that sends them is wrong.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import unquote

from stand_ins.google.refusals import Refusal, broken

_FILE = "discovery_cache/documents/calendar.v3.json"
SCOPE = "https://www.googleapis.com/auth/"


@cache
def document() -> dict[str, Any]:
    """The API description that the installed client was made from."""
    text = resources.files("googleapiclient").joinpath(_FILE).read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


@dataclass(frozen=True)
class Method:
    """One method of the API, such as "events.insert"."""

    name: str
    verb: str
    path: re.Pattern[str]
    says: dict[str, Any]

    def parameters(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """The parsed query. Raises Refusal for an unknown parameter."""
        known = {**document()["parameters"], **self.says.get("parameters", {})}
        read: dict[str, Any] = {}
        for name, values in query.items():
            rule = known.get(name)
            if rule is None or rule["location"] != "query":
                raise broken("invalidParameter", f"Unknown parameter {name} of {self.name}.")
            if len(values) > 1 and not rule.get("repeated"):
                raise broken("invalidParameter", f"{name} is given more than once.")
            several = [_value(name, rule, value) for value in values]
            read[name] = several if rule.get("repeated") else several[0]
        return read

    def check_body(self, body: Any) -> None:  # noqa: ANN401  # whatever was sent
        """Raises Refusal unless the body fits the method's request schema."""
        schema = self.says.get("request")
        if schema is None:
            if body is not None:
                raise broken("badRequest", f"{self.name} takes no body.")
            return
        if not isinstance(body, dict):
            raise broken("parseError", "Parse Error")
        _check(f"calendar.{self.name}", schema["$ref"], _schema(schema["$ref"]), body)

    def check_scopes(self, scopes: frozenset[str]) -> None:
        """Raises Refusal unless one of the token's scopes is sufficient."""
        if not {scope.removeprefix(SCOPE) for scope in self.says["scopes"]} & scopes:
            message = "Request had insufficient authentication scopes."
            raise Refusal(403, "insufficientPermissions", message)


def find(verb: str, path: str) -> tuple[Method, dict[str, str]]:
    """The method and the path's values. Raises Refusal for an unknown path."""
    for method in _methods():
        if method.verb == verb and (found := method.path.fullmatch(path)):
            return method, {key: unquote(value) for key, value in found.groupdict().items()}
    raise Refusal(404, "notFound", f"No method answers {verb} {path}.", rule=True)


@cache
def _methods() -> tuple[Method, ...]:
    found: list[Method] = []
    for resource, parts in document()["resources"].items():
        for name, says in parts["methods"].items():
            path = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", says["path"])
            pattern = re.compile("/" + document()["servicePath"] + path)
            found.append(Method(f"{resource}.{name}", says["httpMethod"], pattern, says))
    return tuple(found)


def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = document()["schemas"][name]
    return schema


def _value(name: str, rule: dict[str, Any], text: str) -> object:
    if "enum" in rule and text not in rule["enum"]:
        raise broken("invalidParameter", f"Invalid value {text!r} of {name}.")
    if rule["type"] == "boolean":
        if text not in {"true", "false"}:
            raise broken("invalidParameter", f"Invalid boolean {text!r} of {name}.")
        return text == "true"
    if rule["type"] == "integer":
        number = int(text) if text.lstrip("-").isdecimal() else None
        low, high = int(rule.get("minimum", -(2**31))), int(rule.get("maximum", 2**31 - 1))
        if number is None or not low <= number <= high:
            raise broken("invalidParameter", f"Invalid integer {text!r} of {name}.")
        return number
    if rule.get("format") == "date-time" and not _has_offset(text):
        raise broken("badRequest", "Bad Request")  # facts of the guide: offset is mandatory
    return text


def _has_offset(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text))


_TYPES: dict[str, type] = {"string": str, "boolean": bool, "integer": int, "number": float}


def _check(method: str, where: str, schema: dict[str, Any], value: Any) -> None:  # noqa: ANN401  # JSON
    if "$ref" in schema:
        schema = {**_schema(schema["$ref"]), "description": schema.get("description", "")}
    if "Read-only." in schema.get("description", "") and schema["type"] != "object":
        raise broken("invalid", f"{where} is read-only.")
    if value is None and method.endswith(".patch"):
        return
    if schema["type"] == "object":
        _check_object(method, where, schema, value)
    elif schema["type"] == "array":
        if not isinstance(value, list):
            raise broken("invalid", f"{where} is no list.")
        for each in value:
            _check(method, f"{where}[]", schema["items"], each)
    elif schema["type"] != "any" and type(value) is not _TYPES[schema["type"]]:
        raise broken("invalid", f"{where} is no {schema['type']}.")
    elif "enum" in schema and value not in schema["enum"]:
        raise broken("invalid", f"Invalid value of {where}.")


def _check_object(method: str, where: str, schema: dict[str, Any], value: Any) -> None:  # noqa: ANN401  # JSON
    if not isinstance(value, dict):
        raise broken("invalid", f"{where} is no object.")
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name, part in value.items():
        rule = properties.get(name, others)
        if rule is None:
            raise broken("invalid", f"Unknown field {where}.{name}.")
        _check(method, f"{where}.{name}", rule, part)
    for name, rule in properties.items():
        if method in rule.get("annotations", {}).get("required", []) and name not in value:
            raise broken("required", f"Missing {name}: {where}.")
