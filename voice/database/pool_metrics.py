"""The connection pools' own figures for Prometheus, so that a lost connection is seen."""

import asyncio
from collections.abc import Mapping

from prometheus_client import Gauge
from psycopg_pool import AsyncConnectionPool

CONNECTIONS = Gauge(
    "screening_line_connections",
    "Database connections of a pool: open (size), free (available), and asked for (waiting).",
    ["pool", "figure"],
    multiprocess_mode="livesum",
)
_FIGURES = {"size": "pool_size", "available": "pool_available", "waiting": "requests_waiting"}
_EVERY = 2.0
"""Seconds between two readings."""


def measure(pools: Mapping[str, AsyncConnectionPool]) -> None:
    """Read the pools, each by its name."""
    for name, pool in pools.items():
        stats = pool.get_stats()
        for figure, key in _FIGURES.items():
            CONNECTIONS.labels(name, figure).set(stats.get(key, 0))


async def keep_measuring(pools: Mapping[str, AsyncConnectionPool]) -> None:
    """Read them again and again, until cancelled."""
    while True:
        measure(pools)
        await asyncio.sleep(_EVERY)
