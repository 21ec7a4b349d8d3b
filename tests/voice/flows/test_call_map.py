"""The map in the README is the call as it is."""

from support import call_map


def test_the_map_in_the_readme_is_current() -> None:
    """Drawn by pressing every key; `make map` draws it anew."""
    assert call_map.README.read_text("utf-8") == call_map.written(), "Run `make map`."


def test_the_readme_shows_the_story_as_it_is_written() -> None:
    """The piece of code in the README stands in the program, to the letter."""
    shown = call_map.README.read_text("utf-8").split("```python\n")[1].split("```")[0]
    story = call_map.README.with_name("voice") / "flows" / "safety.py"
    assert shown.strip() in story.read_text("utf-8")
