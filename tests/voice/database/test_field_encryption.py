"""What is stored about a person lies encrypted in the database and is read as before."""

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from support.data_key import CIPHER

from calendar_sync.private_fields import Lookup, Private, PrivateJson
from voice.database.field_encryption import FieldCipher

NUMBER = "+14255550123"


@pytest.fixture
def other() -> FieldCipher:
    """A cipher with another key."""
    return FieldCipher([bytes(32)])


def test_equal_numbers_are_stored_as_the_same_value() -> None:
    """So the database finds, joins and counts them."""
    assert CIPHER.seal(NUMBER) == CIPHER.seal(NUMBER) != CIPHER.seal("+14255550124")


def test_the_same_answer_of_two_callers_is_stored_as_different_values() -> None:
    """So nobody who knows one caller's answer sees who else gave it."""
    sealed = {CIPHER.seal("1", of) for of in ("CA1 safety.heart~0", "CA2 safety.heart~0")}
    assert len(sealed) == 2
    assert {CIPHER.open(each) for each in sealed} == {"1"}


def test_whose_a_text_is_cannot_be_shifted_into_the_text() -> None:
    """("a", "bc") and ("ab", "c") have different nonces, or two texts would share one."""
    nonces = {CIPHER.seal(text, of).split(":")[2][:16] for of, text in (("a", "bc"), ("ab", "c"))}
    assert len(nonces) == 2


def test_a_value_of_another_key_or_a_changed_one_is_not_opened(other: FieldCipher) -> None:
    """Nothing that a key did not seal is passed off as a text."""
    sealed = CIPHER.seal(NUMBER)
    assert other.open(sealed) == sealed
    changed = sealed[:-9] + ("A" if sealed[-9] != "A" else "B") + sealed[-8:]
    assert CIPHER.open(changed) == changed


@pytest.mark.parametrize(
    "text",
    ["", "enc1:", "enc1:x:y", f"enc1:{CIPHER.key_id}:", "enc1:é:%", f"enc1:{CIPHER.key_id}:é"],
)
def test_a_text_that_only_looks_sealed_is_read_as_it_is(text: str) -> None:
    """Whoever writes such a text, in a note for example, stops nothing."""
    assert CIPHER.open(text) == text


def test_an_earlier_key_still_opens(other: FieldCipher) -> None:
    """The first key seals, every key opens."""
    both = FieldCipher([bytes(32), bytes(range(32))])
    assert both.open(CIPHER.seal(NUMBER)) == NUMBER
    assert both.seal(NUMBER) == other.seal(NUMBER)


async def test_a_connection_seals_what_is_marked_and_reads_it_back(
    database: AsyncConnectionPool, migrated: str
) -> None:
    """In columns of text, arrays and JSON; another program sees nothing of it."""
    async with database.connection() as conn:
        await conn.execute("CREATE TEMP TABLE kept (a text, b text, c jsonb, d text[])")
        chart = PrivateJson([["Heart", "no"]], "chart 1")
        given = [Lookup(NUMBER), Private("Ann", "name 1"), chart, [Lookup(NUMBER)]]
        await conn.execute("INSERT INTO kept VALUES (%s, %s, %s, %s)", given)
        rows = await conn.execute(
            "SELECT a, b, c, d, row_to_json(kept)::text FROM kept WHERE a = %s AND a = ANY (d)",
            [Lookup(NUMBER)],
        )
        [(*read, raw)] = await rows.fetchall()
    assert read == [NUMBER, "Ann", [["Heart", "no"]], [NUMBER]]
    assert raw.count("enc1:") == 4
    assert not any(word in raw for word in ("4255550123", "Ann", "Heart"))
    async with await AsyncConnection.connect(migrated) as plain:
        rows = await plain.execute("SELECT %s, %s", [Lookup(NUMBER), Private("Ann", "name 1")])
        assert await rows.fetchone() == (NUMBER, "Ann")


async def test_an_absent_or_empty_text_stays_so(database: AsyncConnectionPool) -> None:
    """SQL asks whether a number is there."""
    async with database.connection() as conn:
        rows = await conn.execute("SELECT %s::text = '', %s::text IS NULL", [Lookup(""), None])
        assert await rows.fetchone() == (True, True)
