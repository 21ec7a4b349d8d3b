"""A database that accepts everything and never responds while frozen, or that is stopped."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class FreezableProxy:
    """A proxy before PostgreSQL that passes everything on until it is frozen."""

    def __init__(self, real: Path) -> None:
        """`real` is the server's socket."""
        self._real = real
        self._flows = asyncio.Event()
        self._flows.set()
        self._stopped = False
        self._writers = set[asyncio.StreamWriter]()

    def freeze(self) -> None:
        """Stop passing responses on."""
        self._flows.clear()

    def stop(self) -> None:
        """Close every connection, and each new one at once, as when the server was killed."""
        self._stopped = True
        for writer in self._writers:
            writer.close()

    def thaw(self) -> None:
        """Pass on what waited, and everything after it."""
        self._flows.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        if self._stopped:
            writer.close()
            return
        self._writers.add(writer)
        from_server, to_server = await asyncio.open_unix_connection(self._real)
        await asyncio.gather(self._pass(reader, to_server), self._pass(from_server, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def freezable(dsn: str) -> AsyncGenerator[tuple[FreezableProxy, str]]:
    """A freezable proxy for the server of `dsn`, and the dsn that leads through it."""
    parts = conninfo_to_dict(dsn)
    port = parts.get("port") or 5432
    proxy = FreezableProxy(Path(str(parts["host"])) / f".s.PGSQL.{port}")
    with TemporaryDirectory(prefix="proxy") as folder:
        server = await asyncio.start_unix_server(proxy.serve, f"{folder}/.s.PGSQL.{port}")
        try:
            yield proxy, make_conninfo(dsn, host=folder)
        finally:
            proxy.thaw()
            server.close()
