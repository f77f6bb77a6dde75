"""One window for each person: a second start hands its files to the first.

The first start listens on a local socket whose name only its user's programs find; a second one connects, sends one
line of JSON, waits for a word that it was heard, and ends.
"""

import getpass
import hashlib
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.paths import preferences_file

_PATIENCE = 2000
"""Milliseconds for the other side to answer."""
_LONGEST = 1 << 20
"""Bytes of one message; what is longer is not read."""
_HEARD = b"heard\n"


def name() -> str:
    """Of the socket: another for each user, and for each folder of preferences."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user in the system's table
        user = ""
    return "hific-studio-" + hashlib.sha256(f"{user}\n{preferences_file()}".encode()).hexdigest()[:16]


def hand_over(paths: Sequence[Path], socket_name: str) -> bool:
    """Whether a window that runs already took the files, with none of which it only comes to the front."""
    socket = QLocalSocket()
    socket.connectToServer(socket_name)
    if not socket.waitForConnected(_PATIENCE):
        return False
    socket.write(json.dumps([str(path.absolute()) for path in paths]).encode() + b"\n")
    socket.flush()
    heard = b""
    while len(heard) < len(_HEARD) and socket.waitForReadyRead(_PATIENCE):
        heard += bytes(socket.readAll().data())
    socket.disconnectFromServer()
    return heard == _HEARD


class Instance(QObject):
    """Hears later starts."""

    asked = Signal(object)
    """A list of paths; empty where the window shall only come to the front."""

    def __init__(self, socket_name: str) -> None:
        super().__init__()
        self._said: dict[QLocalSocket, bytes] = {}
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)
        if not self._server.listen(socket_name):
            # nobody answered on it before: what is there was left behind by a crash
            QLocalServer.removeServer(socket_name)
            self._server.listen(socket_name)

    @property
    def listening(self) -> bool:
        """Whether later starts find this one."""
        return self._server.isListening()

    def close(self) -> None:
        """Later starts are on their own."""
        self._server.newConnection.disconnect(self._connected)
        self._server.close()
        for socket in list(self._said):
            self._forget(socket)

    def _connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._said[socket] = b""
            # read as it comes, so that nobody can make the window wait
            socket.readyRead.connect(partial(self._read, socket))
            socket.disconnected.connect(partial(self._forget, socket))
            self._read(socket)

    def _forget(self, socket: QLocalSocket) -> None:
        if self._said.pop(socket, None) is not None:
            socket.readyRead.disconnect()
            socket.disconnected.disconnect()
            socket.abort()
            socket.deleteLater()

    def _read(self, socket: QLocalSocket) -> None:
        if socket not in self._said:
            return
        self._said[socket] += bytes(socket.read(_LONGEST + 1 - len(self._said[socket])).data())
        said = self._said[socket]
        if len(said) > _LONGEST:
            self._forget(socket)
        elif said.endswith(b"\n"):
            self._said[socket] = b""
            paths = _paths(said)
            if paths is not None:
                socket.write(_HEARD)
                socket.flush()
                self.asked.emit(paths)


def _paths(line: bytes) -> list[Path] | None:
    try:
        names = json.loads(line)
    except ValueError:
        return None
    if isinstance(names, list) and all(isinstance(each, str) for each in names):
        return [Path(each) for each in names]
    return None
