"""The map in docs/call-map.md matches the call."""

from support import call_map


def test_the_call_map_is_current() -> None:
    """The map is drawn by pressing every key; `make map` draws it again."""
    assert call_map.PAGE.read_text("utf-8") == call_map.written(), "Run `make map`."


def test_docs_show_the_flow_as_it_is_written() -> None:
    """The code shown in docs/architecture.md is in the program, word for word."""
    page = call_map.PAGE.with_name("architecture.md").read_text("utf-8")
    shown = page.split("```python\n")[1].split("```")[0]
    flow = call_map.PAGE.parents[1] / "voice" / "flows" / "safety.py"
    assert shown.strip() in flow.read_text("utf-8")
