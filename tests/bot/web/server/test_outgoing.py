"""An answer that its reader takes slowly, or not at all."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.web.server import outgoing
from bot.web.server.outgoing import Outgoing


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    one.setblocking(False)
    with one, other:
        yield one, other


def read_all(out: Outgoing, reader: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        out.flush()
        got += reader.recv(65536)
    return got


def test_bytes_and_files_arrive_in_order_and_nobody_waits(
    ends: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    head, tail = secrets.token_bytes(700_000), secrets.token_bytes(300_000)
    (tmp_path / "picture").write_bytes(content := secrets.token_bytes(1_500_000))
    out = Outgoing(ends[0])
    out.sendall(head)
    assert not out.is_empty
    assert 0 < out.kept_bytes < len(head)
    with (tmp_path / "picture").open("rb") as file:
        assert out.sendfile(file, offset=5, count=1_000_000) == 1_000_000
    assert out.send(tail) == len(tail)  # the file is closed by now, the part of it is not
    expected = head + content[5:1_000_005] + tail
    assert read_all(out, ends[1], len(expected)) == expected
    assert out.flush()
    assert out.kept_bytes == 0


def test_a_reader_that_is_gone_is_an_error_and_nothing_stays_open(
    ends: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    out = Outgoing(ends[0])
    (tmp_path / "picture").write_bytes(bytes(3_000_000))
    with (tmp_path / "picture").open("rb") as file:
        out.sendfile(file, count=3_000_000)
        out.sendfile(file, count=3_000_000)
    ends[1].close()
    with pytest.raises(OSError):
        out.flush()
    assert out.is_broken
    assert out.is_empty
    with pytest.raises(BrokenPipeError):
        out.sendall(b"more")


def test_a_file_that_became_shorter_ends_the_answer(
    ends: tuple[socket.socket, socket.socket], tmp_path: Path
) -> None:
    out = Outgoing(ends[0])
    (tmp_path / "picture").write_bytes(b"short")
    with (tmp_path / "picture").open("rb") as file, pytest.raises(BrokenPipeError):
        out.sendfile(file, count=50)


def test_a_thread_waits_for_a_reader_only_so_long(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "STALL_SECONDS", 0.1)
    out = Outgoing(ends[0])
    with pytest.raises(BrokenPipeError):
        out.sendall(bytes(outgoing.MAX_KEPT_BYTES + 2_000_000))
