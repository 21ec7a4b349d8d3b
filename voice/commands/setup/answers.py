"""What is set so far: answers of this run, the environment, and `.env`."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, TypeAdapter, ValidationError

from voice.commands.setup import env_file
from voice.setting_errors import explain
from voice.settings import Settings


@dataclass(slots=True)
class Answers:
    """The settings by their names in lower case; each new one is written at once.

    In a dry run nothing is written, and `changed` keeps what would have been.
    """

    file: Path = Path(".env")
    dry_run: bool = False
    changed: dict[str, str] = field(default_factory=dict[str, str])

    def get(self, name: str) -> str:
        """The value as it is written, "" if there is none. The environment wins over the file."""
        return self.from_environment(name) or self._answered().get(name, "")

    def has(self, *names: str) -> bool:
        """Whether each was answered; an empty value in the file is an answer, namely "none"."""
        answered = self._answered()
        return all(name in answered or self.from_environment(name) for name in names)

    def put(self, name: str, value: str) -> None:
        """Store an answer. Raises ValueError, which shows a right value, and EnvFileError."""
        value = value.strip()
        parsed(name, value)
        env_file.with_setting("", name.upper(), value)
        if self._answered().get(name) == value:
            return
        if not self.dry_run:
            env_file.write(self.file, name.upper(), value)
        self.changed[name] = value

    def settings(self) -> Settings:
        """The settings with these answers; what is missing or wrong has its default."""
        known = {name: parsed(name, value) for name, value in self.changed.items()}
        return Settings.load_only((), "live").model_copy(update=known)

    def shown_changes(self) -> list[str]:
        """What this run set, one `NAME=value` each, without any secret."""
        return [
            f"{name.upper()}={'(secret)' if is_secret(name) and value else value}"
            for name, value in self.changed.items()
        ]

    @staticmethod
    def from_environment(name: str) -> str:
        """The value in the environment, "" if there is none."""
        return os.environ.get(name.upper(), "") or os.environ.get(name, "")

    def _answered(self) -> dict[str, str]:
        stored = {name.lower(): value for name, value in env_file.read(self.file).items()}
        return {**stored, **self.changed}


def is_secret(name: str) -> bool:
    """Whether the setting's value must not be shown."""
    return Settings.model_fields[name].annotation is SecretStr


def parsed(name: str, value: str) -> Any:  # noqa: ANN401  # of the setting's type
    """The setting's value, its default for "". Raises ValueError as `Settings` would explain it."""
    known = Settings.model_fields[name]
    if not value:
        return known.default
    annotated: Any = Annotated[known.annotation, *known.metadata, Field()]
    kind: TypeAdapter[Any] = TypeAdapter(annotated)
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        first = {**error.errors()[0], "loc": (name,)}
        said = explain(first, Settings.model_fields).strip()
        raise ValueError(said) from None
