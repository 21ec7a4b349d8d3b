"""Refused requests are counted, and logged at most once a minute."""

import time

import pytest
from structlog.testing import capture_logs

from voice import refusals


def test_a_flood_of_refusals_writes_one_line_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first refusal is logged at once, and later ones are summed up by reason."""
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(refusals, "_LOG", refusals._Log())  # noqa: SLF001  # a fresh one
    before = refusals.REFUSED.labels("not HTTP")._value.get()  # noqa: SLF001  # as the library keeps it
    with capture_logs() as logs:
        for _ in range(1000):
            refusals.refused("not HTTP")
        clock[0] += 61
        refusals.refused("head too large")
    assert [line["counts"] for line in logs] == [
        {"not HTTP": 1},
        {"not HTTP": 999, "head too large": 1},
    ]
    assert refusals.REFUSED.labels("not HTTP")._value.get() == before + 1000  # noqa: SLF001
