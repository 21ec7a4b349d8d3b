"""Only a signed-in browser sees the staff page, and other sites cannot submit its forms."""

from dataclasses import replace

import pytest
from psycopg import sql
from psycopg_pool import AsyncConnectionPool
from support.clinic import SetClock, requests
from support.data_key import CIPHER
from support.patient_page import Patient
from support.staff_page import Staff, link_path, staff_of, with_staff_page

from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.database.connection import open_pool
from voice.settings import Settings

PATHS = ("/staff", "/staff/done", "/staff/undo", "/staff/sign-out")
HTTPS = {"public_base_url": "https://line.example"}


async def test_the_page_is_off_unless_it_is_set(line: Line) -> None:
    """When the page is off, none of its paths exist."""
    settings = line.settings.model_copy(update={"staff_page": "off"})
    app = create_app(replace(line, settings=settings))
    for path in (*PATHS, await link_path(line), "/staff/files/staff.css"):
        for method in ("GET", "POST"):
            assert (await Patient(app).opens(path, method)).status == 404
    assert Settings.load("demo").staff_page == "off"


async def test_a_stranger_sees_nothing(line: Line) -> None:
    """Without a valid session every page and form gets 403."""
    app = create_app(line)
    for cookies in ({}, {"staff": ""}, {"staff": "A" * 22}):
        stranger = Patient(app, cookies=dict(cookies))
        for path in PATHS:
            method = "GET" if path == "/staff" else "POST"
            answer = await stranger.opens(path, method)
            assert answer.status == 403
            assert "You are not signed in" in answer.text
            assert "555" not in answer.text
    assert len(await requests(line.clinic)) == 3


async def test_a_link_signs_in_one_browser_once(line: Line) -> None:
    """Opening the link, as mail filters do, does not use it up; the button does."""
    app, path = create_app(line), await link_path(line)
    filter_, first, second = Staff(app), Staff(app), Staff(app)
    for each in (filter_, filter_, first, second):
        assert "Sign in on this device" in (await each.opens(path)).text
    assert (await first.sends(path)).status == 303
    assert (await first.opens()).status == 200
    assert (await second.sends(path)).status == 404
    assert (await second.opens(path)).status == 404
    assert (await second.opens()).status == 403


async def test_the_session_is_a_new_token_and_stored_hashed(line: Line) -> None:
    """A new session replaces the old cookie, and the database holds no token."""
    staff, path = Staff(create_app(line)), await link_path(line)
    staff.browser.cookies["staff"] = "A" * 22
    await staff.opens(path)
    await staff.sends(path)
    session = staff.browser.cookies["staff"]
    assert session != "A" * 22
    async with line.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT hash FROM staff_session UNION SELECT hash FROM staff_link"
        )
        stored = [bytes(each) for (each,) in await rows.fetchall()]
    assert len(stored) == 2
    for token in (session, path.rpartition("/")[2]):
        assert token.encode() not in stored


@pytest.mark.parametrize("age", ["61 minutes", "3 days"])
async def test_a_link_ends_after_an_hour(line: Line, age: str) -> None:
    """Expired, unknown and used links look the same."""
    staff, path = Staff(create_app(line)), await link_path(line)
    await staff.opens(path)
    await _age(line, "staff_link", "made_at", age)
    old = await staff.sends(path)
    assert old.status == 404
    assert old.body == (await staff.opens("/staff/sign-in/" + "A" * 22)).body


async def test_a_session_ends(line: Line, staff: Staff) -> None:
    """A session ends after twelve hours, or when staff sign out."""
    await _age(line, "staff_session", "began_at", "11 hours 59 minutes")
    assert (await staff.opens()).status == 200
    await _age(line, "staff_session", "began_at", "12 hours 1 minute")
    assert (await staff.opens()).status == 403
    another = await staff_of(line)
    session = dict(another.browser.cookies)
    await another.opens()
    assert "You are signed out" in (await another.sends("/staff/sign-out")).text
    another.browser.cookies = session
    assert (await another.opens()).status == 403


async def _age(line: Line, table: str, column: str, age: str) -> None:
    async with line.pool.connection() as conn:
        statement = sql.SQL("UPDATE {} SET {} = now() - {}::interval")
        await conn.execute(statement.format(sql.Identifier(table), sql.Identifier(column), age))


@pytest.mark.parametrize(
    "forged",
    [
        {"key": ""}, {"key": "0" * 64}, {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"}, {"long": "x" * 20_000},
    ],
)  # fmt: skip
async def test_a_forged_form_has_no_effect(
    line: Line, staff: Staff, forged: dict[str, str]
) -> None:
    """A missing or wrong key, another site or a large body gets 403, also when signing in."""
    await staff.opens()
    path, stranger = await link_path(line), Staff(create_app(line))
    await stranger.opens(path)
    for each, target in ((staff, "/staff/done"), (staff, "/staff/undo"), (stranger, path)):
        key = forged.get("key", each.key)
        each.browser.more = {
            name: forged[name] for name in forged if name in {"origin", "sec-fetch-site"}
        }
        answer = await each.browser.sends(target, key=key, id="1", long=forged.get("long", ""))
        assert answer.status == 403
        assert "Nothing was changed" in answer.text
    assert len(await requests(line.clinic)) == 3
    stranger.browser.more = {}
    assert (await stranger.sends(path)).status == 303


async def test_over_https_the_cookie_is_secure_and_http_is_refused(line: Line) -> None:
    """The cookie is limited to these pages, this host and no scripts."""
    line = with_staff_page(line, **HTTPS)
    staff, path = Staff(create_app(line)), await link_path(line)
    staff.browser.more = {"x-forwarded-proto": "http"}
    assert (await staff.opens(path)).status == 403
    staff.browser.more = {"x-forwarded-proto": "https"}
    await staff.opens(path)
    given = (await staff.sends(path)).headers["set-cookie"].split("; ")
    assert {"HttpOnly", "Path=/staff", "SameSite=strict", "Secure"} <= set(given)
    assert "domain" not in "; ".join(given).lower()
    page = await staff.opens()
    assert page.status == 200
    assert "strict-transport-security" in page.headers
    staff.browser.more = {"x-forwarded-proto": "http"}
    refused = await staff.opens()
    assert (refused.status, "555" in refused.text) == (403, False)


async def test_every_answer_has_the_headers(line: Line, staff: Staff) -> None:
    """Pages, files, redirects, refusals and 404 have the headers."""
    for path in (*PATHS, "/staff/files/staff.css", "/staff/x", "/staff/sign-in/x"):
        for method in ("GET", "HEAD", "POST", "PUT"):
            answer = await staff.opens(path, method)
            assert answer.headers["content-security-policy"].startswith("default-src 'none';")
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
    page = await staff.opens()
    assert page.html.count('integrity="sha384-') == 2
    assert "style=" not in page.html
    assert "<script" not in page.html
    del line


async def test_behind_a_path_every_address_begins_with_it(line: Line) -> None:
    """Links and redirects include the path of PUBLIC_BASE_URL, which the proxy strips."""
    line = with_staff_page(line, public_base_url="https://clinic.example/line")
    staff, path = Staff(create_app(line)), await link_path(line)
    page = await staff.opens(path)
    assert f'action="/line{path}"' in page.html
    answer = await staff.sends(path)
    assert answer.headers["location"] == "/line/staff"
    assert "Path=/line/staff" in answer.headers["set-cookie"]
    assert all(to.startswith("/line/") for to in (await staff.opens()).links() if ":" not in to)


async def test_without_the_database_the_page_says_so(migrated: str, now: SetClock) -> None:
    """The answer is 503 and claims nothing uncertain."""
    async with open_pool(migrated, cipher=CIPHER, size=1) as gone:
        pass
    line = with_staff_page(line_on(Settings.load("demo"), gone, now))
    answer = await Staff(create_app(line)).opens()
    assert answer.status == 503
    assert "something went wrong" in answer.text


async def test_the_token_is_in_no_table_of_the_page(
    line: Line, database: AsyncConnectionPool
) -> None:
    """The recorded session id cannot be used to sign in."""
    staff = await staff_of(line)
    async with database.connection() as conn:
        rows = await conn.execute("SELECT session FROM staff_view")
        ((name,),) = await rows.fetchall()
    staff.browser.cookies["staff"] = name
    assert (await staff.opens()).status == 403
