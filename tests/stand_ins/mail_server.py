"""A mail server on loopback that accepts and keeps every message, without TLS."""

import socketserver
import threading
from email import message_from_bytes
from email.message import Message
from types import TracebackType
from typing import Self


class MailServer:
    """Listens while its context lasts."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.logins: list[str] = []

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.mail = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """SMTP_URL."""
        return f"smtp-plain://line:s3cret@127.0.0.1:{self._server.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: "_Server"  # pyright: ignore[reportIncompatibleVariableOverride]  # it is always ours

    def handle(self) -> None:
        self._say("220 mail")
        while line := self.rfile.readline():
            match line.split()[0].upper():
                case b"EHLO":
                    self._say("250-mail")
                    self._say("250 AUTH PLAIN")
                case b"AUTH":
                    self.server.mail.logins.append(line.decode().strip())
                    self._say("235 welcome")
                case b"DATA":
                    self._say("354 go on")
                    self.server.mail.messages.append(message_from_bytes(self._data()))
                    self._say("250 kept")
                case b"QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _data(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return b"".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    mail: MailServer
    daemon_threads = True
    allow_reuse_address = True
