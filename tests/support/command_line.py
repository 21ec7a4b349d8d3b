"""Fixtures to run `screening-line` in a folder without settings."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.data_key import DATA_KEY
from support.live_settings import LIVE

from voice import clinical_signoff
from voice.cli import main
from voice.settings import Settings

UNSIGNED = """[[signature]]
language = "en"
version = "draft"
sha256 = ""
signed_by = ""
licence = ""
date = ""
"""
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    data_dir: Path,
) -> Run:
    """Run `screening-line` with these arguments; returns the exit code and all output.

    The folder has no `.env`, only DATA_DIR is set, and nobody has signed the wording.
    """
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    (tmp_path / "signatures.toml").write_text(UNSIGNED)
    monkeypatch.setattr(clinical_signoff, "FILE", tmp_path / "signatures.toml")

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["screening-line", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        code = ended.value.code
        if isinstance(code, str):
            return 1, seen.out + seen.err + code
        return code or 0, seen.out + seen.err

    return run


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, run: Run, migrated: str) -> Run:
    """Run it with a live line's settings on the test database; no outside service answers."""
    nowhere = {"PUBLIC_BASE_URL": "http://127.0.0.1:9", "TWILIO_API_URL": "http://127.0.0.1:9"}
    for name, value in {**LIVE, **nowhere, "DATABASE_URL": migrated, "DATA_KEY": DATA_KEY}.items():
        monkeypatch.setenv(name, value)
    return run
