"""The page passes axe's rules, fits narrow screens, and loads nothing from other hosts."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.async_api import Page, expect
from support.browser import Opens, Visitor

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def violations(page: Page) -> list[str]:
    """The violations that axe-core finds, each with its first element."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags},"
        " resultTypes: ['violations'], preload: false})",
        RULES,
    )
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found["violations"]]


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1440)])
async def test_everybody_can_use_it(opens: Opens, scheme: str, width: int) -> None:
    """Names, landmarks and AA contrast are right before, during and after a call."""
    visitor = await opens(
        "sound=captions&speed=2&caller=known",
        color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce",
    )  # fmt: skip
    page = visitor.page
    await page.locator(".event.booking").first.click()
    await expect(page.locator("#note")).to_be_visible()
    assert await violations(page) == []
    await (await (await visitor.calls()).hears("BodyFix")).presses("1")
    await visitor.hears("safety")
    assert await violations(page) == []
    await page.locator("#call").click()
    await expect(page.locator("#after")).to_be_visible()
    await expect(page.locator("#calls li")).to_contain_text("The caller hung up")
    await (await visitor.texts("C")).texts("STOP")
    await expect(page.locator("#texts-none")).to_contain_text("Staff are asked")
    for closed in await page.locator("summary").all():
        await closed.click()
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_nothing_is_asked_elsewhere(visitor: Visitor) -> None:
    """Every request goes to the local line, and the policy allows no other."""
    page, asked = visitor.page, list[str]()
    page.on("request", lambda request: asked.append(request.url))
    came = await page.reload()
    await expect(page.locator(".week")).to_be_visible()
    assert came
    policy = came.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert len(asked) > 8
    assert {urlsplit(url).hostname for url in asked} == {"127.0.0.1"}
