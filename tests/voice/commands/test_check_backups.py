"""The check tells how old the last back-up is, and the last restore that was tried."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.command_line import Run

from voice.clock import utc_now
from voice.commands.backup import last_restore, list_backups, make_backup
from voice.commands.check_backups import look
from voice.database.sealed_file import write_new_key
from voice.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, migrated: str) -> Settings:
    """A line with a key and no back-up yet."""
    write_new_key(tmp_path / "key")
    changes = {
        "database_url": SecretStr(migrated),
        "backup_dir": tmp_path / "backups",
        "backup_key_file": str(tmp_path / "key"),
    }
    return Settings().model_copy(update=changes)


async def test_an_old_back_up_is_wrong_and_a_restore_long_ago_a_note(settings: Settings) -> None:
    """Each has its remedy."""
    now = utc_now()
    [(state, says)] = look(settings.model_copy(update={"backup_key_file": ""}), now)
    assert (state, "setup --only alerts" in says) == ("note", True)
    [(state, says)] = look(settings.model_copy(update={"backup_key_file": "/no/key"}), now)
    assert (state, "/no/key cannot be read" in says) == ("wrong", True)
    [(state, says)] = look(settings, now)
    assert (state, "run `screening-line backup` now" in says) == ("note", True)
    await make_backup(settings, now)
    fresh, tried = look(settings, now + timedelta(hours=30))
    assert fresh == ("ok", "the last one is 30 hours old")
    assert tried[0] == "note"
    assert "no restore has been tried here; try the newest one with" in tried[1]
    old, _ = look(settings, now + timedelta(days=3))
    assert old[0] == "wrong"
    assert "the last one is 3 days old; see why" in old[1]
    (settings.backup_dir / "last-restore").write_text(f"{now.isoformat()}\n")
    assert look(settings, now)[1] == ("ok", "the last restore was tried 0 hours ago")
    assert look(settings, now + timedelta(days=101))[1][0] == "note"


def test_a_drill_touches_nothing_and_is_remembered(
    live: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The back-up is loaded into a database of its own, while the line's stays in use."""
    monkeypatch.setenv("BACKUP_DIR", str(settings.backup_dir))
    monkeypatch.setenv("BACKUP_KEY_FILE", settings.backup_key_file)
    assert live("backup")[0] == 0
    [file] = list_backups(settings)
    before = utc_now()
    code, said = live("restore", "--drill", str(file))
    assert code == 0
    assert re.search(rf"{file.name} can be restored: it holds \d+ calls and \d+ visits\.", said)
    tried = last_restore(settings)
    assert tried is not None
    assert tried >= before
    assert "ok  back-ups: the last restore was tried 0 hours ago" in live("check")[1]
    file.write_bytes(file.read_bytes()[:-10])
    code, said = live("restore", "--drill", str(file))
    assert (code, last_restore(settings)) == (1, tried)
