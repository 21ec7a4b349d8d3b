"""The order of the test files: a worker that began the longest one last would end alone."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LONGEST = (
    "voice/simulator/page", "voice/simulator/test_demo", "voice/flows/test_walk",
    "voice/flows/test_wording", "voice/patient_page/test_in_a_browser", "voice/test_web_processes",
    "voice/test_start_without_database", "voice/database", "voice/deletion", "voice/commands",
    "voice/calls", "voice/texts", "voice/flows",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, and keep the order of the others."""

    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(TESTS).as_posix()
        return next((n for n, each in enumerate(LONGEST) if path.startswith(each)), len(LONGEST))

    items.sort(key=place)
