"""Faults from outside: a proxy that counts the statements of another process on the wire, and kills or cuts there.

For SQLite there is no wire: the process tells its statements over a socket and waits for leave (`crash_child`), so that
the counting is done here all the same.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock, Thread


class Cut(Exception):
    """The connection is to be cut here."""


@dataclass
class Fault:
    """What happens at the `nth` statement (counted from 1), or after the reply to COMMIT was seen, before it is passed
    on. `kind` is `kill` (SIGKILL to the process), `cut` (the connection goes, the process lives) or `none`."""

    kind: str = "none"
    nth: int = 0
    only: str = ""
    """Count only statements that begin with this: how many others come before depends on what the store remembers."""
    after_commit: bool = False
    pid: int = 0
    look: Callable[[], None] = lambda: None
    """Called at the blow, while the process still waits."""
    ready: Callable[[], bool] = lambda: True
    """After COMMIT: whether this is the one that is meant (readers commit as well)."""
    count: int = 0
    struck: bool = False
    seen: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def statement(self, text: str) -> None:
        """A statement is about to be carried out."""
        with self._lock:
            self.seen.append(text)
            if not text.lstrip().upper().startswith(self.only):
                return
            self.count += 1
            if not self.after_commit and self.count == self.nth:
                self.strike()

    def committed(self) -> None:
        """COMMIT was carried out; its reply is not yet passed on."""
        with self._lock:
            if self.after_commit and not self.struck and self.ready():
                self.strike()

    def strike(self) -> None:
        """The blow. Raises `Cut` so that the proxy drops the connection."""
        if self.kind == "none":
            return
        self.struck = True
        self.look()
        if self.kind == "kill":
            os.kill(self.pid, signal.SIGKILL)
        raise Cut


class Proxy:
    """Listens on a port of its own and passes everything on to a database server."""

    def __init__(self, engine: str, address: tuple[str, int], fault: Fault) -> None:
        self.engine, self._address, self.fault = engine, address, fault
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._address)
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets += [client, server]
                pair = _Pair(self.engine, client, server, self.fault)
                Thread(target=pair.upwards, daemon=True).start()
                Thread(target=pair.downwards, daemon=True).start()

    def close(self) -> None:
        """End everything."""
        for one in (self._listener, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


class _Pair:
    """One connection: messages of the client are counted, everything is passed on."""

    def __init__(self, engine: str, client: socket.socket, server: socket.socket, fault: Fault) -> None:
        self.engine, self.client, self.server, self.fault = engine, client, server, fault
        self.committing = False

    def upwards(self) -> None:
        reader = self.client.makefile("rb")
        try:
            messages = _postgresql(reader) if self.engine == "postgresql" else _mariadb(reader)
            for raw, statement in messages:
                if statement is not None:
                    self.committing = statement.strip().upper() == "COMMIT"
                    self.fault.statement(statement)
                self.server.sendall(raw)
        except (Cut, OSError, ValueError, struct.error):
            pass
        self._end()

    def downwards(self) -> None:
        with suppress(Cut, OSError):
            while block := self.server.recv(65536):
                if self.committing:
                    self.committing = False
                    self.fault.committed()
                self.client.sendall(block)
        self._end()

    def _end(self) -> None:
        for one in (self.client, self.server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def _postgresql(reader):  # type: ignore[no-untyped-def]  # a generator of (bytes, statement or None)
    """Messages of the frontend: plain queries and executions of prepared ones are statements."""
    while True:  # start-up messages carry no type
        head = reader.read(8)
        length, code = struct.unpack("!ii", head)
        yield head + reader.read(length - 8), None
        if code >> 16 == 3:
            break
    text = ""
    while kind := reader.read(1):
        size = reader.read(4)
        body = reader.read(struct.unpack("!i", size)[0] - 4)
        if kind == b"P":
            text = body.split(b"\0")[1].decode()
        statement = {b"Q": body.rstrip(b"\0").decode(errors="replace"), b"E": text or "prepared"}.get(kind)
        yield kind + size + body, statement


def _mariadb(reader):  # type: ignore[no-untyped-def]  # the same
    """Packets of the client: a command is number 0, a query begins with 3."""
    while head := reader.read(4):
        body = reader.read(int.from_bytes(head[:3], "little"))
        statement = body[1:].decode(errors="replace") if head[3] == 0 and body[:1] == b"\3" else None
        yield head + body, statement
