"""`screening-line encrypt` encrypts a database that was plain, or had an earlier key."""

import base64
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from support.own_database import own_database

from voice.commands.encrypt import encrypt
from voice.database.connection import open_database, open_pool, prepare
from voice.database.data_key import DataKeyError, field_cipher
from voice.errors import DatabaseError
from voice.settings import Settings

NUMBER, OTHER = "+14255550123", "+14255550124"
ROWS = (
    "INSERT INTO call (sid, caller) VALUES ('CA1', '+14255550123'), ('CA2', NULL)",
    "INSERT INTO journal (call_sid, name, value) VALUES ('CA1', 'heart~0', '[2]')",
    """INSERT INTO booking (call_sid, step, during, state, expires_at, number, chart) VALUES
    ('CA1', 'h', tstzrange('2099-12-01 18:00Z', '2099-12-01 18:20Z'), 'booked', now(),
     '+14255550123', '[["Heart", "no"], ["Note", "\\"enc1: x\\""]]'),
    ('CA2', 'h', tstzrange('2099-12-02 18:00Z', '2099-12-02 18:20Z'), 'held', now(), NULL, '{}')""",
    "UPDATE booking SET written = '{0a1b2c,3d4e5f}' WHERE number IS NOT NULL",
    "INSERT INTO text_bar (number, why) VALUES ('+14255550123', 'opted out')",
)


@pytest.fixture(scope="module")
def encrypted(server: tuple[str, str]) -> Generator[str]:
    """The dsn of a database with tables, which nobody else is connected to."""
    with own_database(server, "_encrypt") as dsn:
        prepare(dsn)
        yield dsn


@pytest.fixture
def dsn(encrypted: str) -> str:
    """The same with a few rows, as a line without a data key left them."""
    with psycopg.connect(encrypted) as conn:
        conn.execute("TRUNCATE call, journal, booking, text_bar, data_key CASCADE")
        for statement in ROWS:
            conn.execute(statement)
    return encrypted


@pytest.fixture
def settings(dsn: str, tmp_path: Path) -> Settings:
    """A line whose key file does not exist yet."""
    return Settings.model_construct(
        database_url=SecretStr(dsn), data_key_file=str(tmp_path / "data.key")
    )


def keys(settings: Settings) -> list[str]:
    """The keys in the file."""
    return Path(settings.data_key_file).read_text("ascii").split()


def set_keys(settings: Settings, text: str) -> None:
    """Write something else into the file."""
    Path(settings.data_key_file).write_text(text, "utf-8")


def mode_of_key_file(settings: Settings) -> int:
    """Who may read it."""
    return Path(settings.data_key_file).stat().st_mode & 0o777


async def read(settings: Settings) -> list[object]:
    """What the line reads: the caller, the answer, the chart, digests, and who opted out."""
    async with (
        open_database(settings, alone=False) as dsn,
        open_pool(dsn, cipher=field_cipher(settings), size=1) as pool,
        pool.connection() as conn,
    ):
        rows = await conn.execute(
            "SELECT caller, value, chart, written, text_bar.number FROM call"
            " JOIN journal ON call_sid = sid JOIN booking ON booking.number = caller"
            " JOIN text_bar ON text_bar.number = caller"
        )
        return [list(row) for row in await rows.fetchall()]


def raw(dsn: str) -> str:
    """What whoever has the disk reads."""
    with psycopg.connect(dsn) as conn:
        rows = conn.execute(
            "SELECT (SELECT json_agg(call)::text FROM call)"
            " || (SELECT json_agg(journal)::text FROM journal)"
            " || (SELECT json_agg(booking)::text FROM booking)"
            " || (SELECT json_agg(text_bar)::text FROM text_bar)"
        )
        return str((rows.fetchone() or ("",))[0])


EXPECTED = [[NUMBER, "[2]", [["Heart", "no"], ["Note", '"enc1: x"']], ["0a1b2c", "3d4e5f"], NUMBER]]


async def test_a_plain_database_is_encrypted_and_reads_as_before(
    settings: Settings, dsn: str
) -> None:
    """Absent numbers and empty charts too; the key file is the owner's alone."""
    assert "Encrypted 7 values" in await encrypt(settings, new_key=True)
    assert mode_of_key_file(settings) == 0o600
    assert not any(word in raw(dsn) for word in ("5550123", "Heart", "[2]", "0a1b2c"))
    assert await read(settings) == EXPECTED


async def test_a_new_key_replaces_the_earlier_one(settings: Settings, dsn: str) -> None:
    """After it, the earlier key opens nothing and can go."""
    await encrypt(settings, new_key=True)
    before = raw(dsn)
    said = await encrypt(settings, new_key=True)
    assert "Encrypted 7 values" in said
    assert "The earlier keys open nothing here" in said
    first, second = keys(settings)
    assert raw(dsn) != before
    set_keys(settings, first)
    assert await read(settings) == EXPECTED
    set_keys(settings, second)
    with pytest.raises(DataKeyError, match="do not hold"):
        await read(settings)


async def test_encrypting_again_changes_nothing(settings: Settings, dsn: str) -> None:
    """A run that was interrupted, or repeated, does no harm."""
    await encrypt(settings, new_key=True)
    before = raw(dsn)
    assert "Encrypted 0 values" in await encrypt(settings, new_key=False)
    assert raw(dsn) == before


async def test_a_line_does_not_start_on_a_database_that_its_key_does_not_fit(
    settings: Settings, dsn: str
) -> None:
    """Plain with a key, sealed without one, sealed with the second one: each says what to do."""
    key = base64.b64encode(bytes(32)).decode()
    with_key = settings.model_copy(update={"data_key": SecretStr(key), "data_key_file": ""})
    without = settings.model_copy(update={"data_key_file": ""})
    with pytest.raises(DataKeyError, match="not encrypted yet"):
        await read(with_key)
    await encrypt(with_key, new_key=False)
    with pytest.raises(DataKeyError, match="do not hold"):
        await read(without)
    newer = base64.b64encode(bytes([1] * 32)).decode()
    with pytest.raises(DataKeyError, match="an earlier data key"):
        await read(with_key.model_copy(update={"data_key": SecretStr(f"{newer},{key}")}))
    assert "Heart" not in raw(dsn)


async def test_a_database_in_use_is_left_alone(settings: Settings, dsn: str) -> None:
    """What a running line looks up would be looked up in vain."""
    before = raw(dsn)
    with psycopg.connect(dsn), pytest.raises(DatabaseError, match="Stop the line first"):
        await encrypt(settings, new_key=True)
    assert raw(dsn) == before
    await encrypt(settings, new_key=False)
    assert await read(settings) == EXPECTED


async def test_a_database_of_an_unknown_key_is_left_alone(settings: Settings, dsn: str) -> None:
    """It would be sealed twice."""
    await encrypt(settings, new_key=True)
    before = raw(dsn)
    set_keys(settings, base64.b64encode(bytes(32)).decode())
    with pytest.raises(DataKeyError, match="do not hold"):
        await encrypt(settings, new_key=False)
    assert raw(dsn) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "holds no key"), ("short", "32 bytes"), ("ключ", "32 bytes"), (None, "cannot be read")],
)
async def test_a_key_file_that_cannot_be_used_is_named(
    settings: Settings, content: str | None, says: str
) -> None:
    """The message quotes nothing of it."""
    if content is not None:
        set_keys(settings, content)
    with pytest.raises(DataKeyError, match=says) as raised:
        await read(settings)
    assert not content or content not in str(raised.value)


async def test_no_key_or_two_places_for_keys_are_refused(settings: Settings) -> None:
    """The message says which setting to change."""
    with pytest.raises(DataKeyError, match="DATA_KEY_FILE is not set"):
        await encrypt(settings.model_copy(update={"data_key_file": ""}), new_key=True)
    with pytest.raises(DataKeyError, match="No data key is set"):
        await encrypt(settings.model_copy(update={"data_key_file": ""}), new_key=False)
    key = SecretStr(base64.b64encode(bytes(32)).decode())
    with pytest.raises(DataKeyError, match="both set"):
        await encrypt(settings.model_copy(update={"data_key": key}), new_key=False)


async def test_a_demo_needs_no_key(settings: Settings) -> None:
    """Its data is made up."""
    demo = settings.load("demo").model_copy(update={"data_key": SecretStr("x")})
    assert field_cipher(demo) is None
