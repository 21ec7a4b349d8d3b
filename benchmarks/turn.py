"""What a signed, stored turn costs, as a multiple of a bare FastAPI endpoint in the same run.

Both servers run alone with uvicorn's usual loop and parser; their processor seconds are read from
the operating system, so the speed of this machine and of the client do not count. Rounds alternate,
and are long enough for a clock of processor time that ticks a hundred times a second.
"""

import asyncio
import os
import secrets
import statistics
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import psutil
import uvicorn
from fastapi import FastAPI, Response
from pydantic import SecretStr

from voice.app import create_app
from voice.bootstrap import open_line
from voice.dialogue import twiml
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.twilio_signature import sign

ROUNDS, REQUESTS, CONNECTIONS = 5, 1500, (1, 32)
TOKEN, PORTS = "benchmark", {"bare": 8101, "line": 8102}
TURN = "/voice/turn?at=greeting&turn=0&in=en"
GOAL = 5


async def serve(kind: str, folder: str) -> None:
    """One of the two servers, until it is ended."""
    settings = Settings.load("demo", PORTS[kind]).model_copy(
        update={"twilio_auth_token": SecretStr(TOKEN), "data_dir": Path(folder)}
    )
    if kind == "bare":
        app = FastAPI()

        @app.post("/voice/turn")
        @app.post("/voice/incoming")
        async def constant() -> Response:
            """The same number of bytes every time."""
            return Response(twiml.silence(), media_type="text/xml")

        await _run(app, kind)
        return
    async with open_line(settings, worker=False) as line:
        await _run(create_app(line), kind)


async def _run(app: FastAPI, kind: str) -> None:
    options = uvicorn.Config(app, port=PORTS[kind], access_log=False, log_level="error")
    await uvicorn.Server(options).serve()


def request(kind: str, path: str, sid: str) -> bytes:
    """One signed request with all the fields that Twilio sends."""
    fields = [*CallerId("+14255550123", call_sid=sid).fields("in-progress"), ("Digits", "1")]
    body = urlencode(fields)
    base = f"http://127.0.0.1:{PORTS[kind]}"
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {sign(base + path, fields, TOKEN)}\r\n\r\n{body}"
    ).encode()


async def load(kind: str, requests: list[bytes], connections: int) -> None:
    """Send all of them over so many connections, each waiting for its answers."""
    waiting = iter(requests)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORTS[kind])
        for sent in waiting:
            writer.write(sent)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))


async def measured(kind: str, server: psutil.Process, connections: int) -> float:
    """Processor seconds of the server for one request."""
    sids = ["CA" + secrets.token_hex(16) for _ in range(REQUESTS)]
    await load(kind, [request(kind, "/voice/incoming", sid) for sid in sids], connections)
    turns = [request(kind, TURN, sid) for sid in sids]
    before = sum(server.cpu_times()[:2])
    await load(kind, turns, connections)
    return (sum(server.cpu_times()[:2]) - before) / REQUESTS


async def answers(port: int) -> None:
    """Wait until a server listens."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


async def main() -> None:
    """Both, in turn, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103  # the engine runs as another user
        servers = {
            kind: await asyncio.create_subprocess_exec(
                sys.executable, __file__, kind, str(Path(folder) / "data"), env=os.environ
            )
            for kind in PORTS
        }
        try:
            for port in PORTS.values():
                await answers(port)
            processes = {kind: psutil.Process(server.pid) for kind, server in servers.items()}
            for connections in CONNECTIONS:
                cost: dict[str, list[float]] = {kind: [] for kind in PORTS}
                for _ in range(ROUNDS + 1):
                    for kind, process in processes.items():
                        cost[kind].append(await measured(kind, process, connections))
                bare, line = (statistics.median(cost[kind][1:]) for kind in PORTS)
                print(  # noqa: T201  # this is what it is for
                    f"{connections:>3} connections: a bare FastAPI endpoint {bare * 1e6:.0f} µs of"
                    f" processor, a signed and stored turn {line * 1e6:.0f} µs:"
                    f" {line / bare:.1f} times (goal: at most {GOAL})"
                )
        finally:
            for server in servers.values():
                server.terminate()
                await server.wait()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]) if len(sys.argv) > 1 else main())
