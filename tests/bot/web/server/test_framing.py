"""Where a request ends, however its bytes are cut."""

from __future__ import annotations

import random

import pytest
from gunicorn.config import Config

from bot.web.server.framing import (
    MAX_BODY_BYTES,
    MAX_CHUNK_LINE_BYTES,
    MAX_HEAD_BYTES,
    Refused,
    RequestBuffer,
)

HEAD = b"POST /callback HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
# What comes in, and the path and body that a thread shall see.
WHOLE = {
    b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n": ("/a", b""),
    b"\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n": ("/a", b""),
    b"GET /a HTTP/1.0\r\n\r\n": ("/a", b""),
    HEAD + b"Content-Length: 5\r\n\r\nhello": ("/callback", b"hello"),
    HEAD + b"Content-Length: 4\r\n\r\n\r\n\r\n": ("/callback", b"\r\n\r\n"),
    HEAD + b"Content-Length: 0\r\n\r\n": ("/callback", b""),
    CHUNKED + b"5\r\nhello\r\n0\r\n\r\n": ("/callback", b"hello"),
    CHUNKED + b"0\r\n\r\n": ("/callback", b""),
    CHUNKED + b"0\r\nX-Check: 1\r\n\r\n": ("/callback", b""),
    CHUNKED + b"3;a=b\r\n0\r\n\r\n2 \r\nab\r\n00\r\n\r\n": ("/callback", b"0\r\nab"),
    CHUNKED + b"1\r\na\r\n" + b"A\r\n" + b"0123456789\r\n0\r\n\r\n": ("/callback", b"a0123456789"),
}
REFUSED = {
    b"GET /\x1b[31m HTTP/1.1\r\n\r\n": 400,
    b"\x16\x03\x01\x02\x00\x01\r\n\r\n": 400,  # TLS at a port without it
    HEAD + b"Content-Length: -1\r\n\r\n": 400,
    HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello": 400,
    HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello": 400,
    HEAD + b"Transfer-Encoding: gzip\r\n\r\n": 400,
    HEAD + b"X: a\x00b\r\n\r\n": 400,
    HEAD + f"Content-Length: {MAX_BODY_BYTES + 1}\r\n\r\n".encode(): 413,
    HEAD + b"X: " + b"x" * MAX_HEAD_BYTES: 431,
    CHUNKED + b"-1\r\n": 400,
    CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n": 400,
    CHUNKED + b"5_0\r\n": 400,
    CHUNKED + b"\r\nhello": 400,
    CHUNKED + b"5\r\nhelloXX0\r\n\r\n": 400,
    CHUNKED + b"f" * (MAX_CHUNK_LINE_BYTES + 9): 400,
    CHUNKED + b"1;" + b"x" * MAX_CHUNK_LINE_BYTES + b"\r\na": 400,
    CHUNKED + b"FFFFFFFFFFFF\r\n": 413,
    CHUNKED + b"0\r\nX: " + b"x" * 9000: 431,
}


def buffer() -> RequestBuffer:
    return RequestBuffer(Config(), ("192.0.2.1", 5))


def pieces(data: bytes, chance: random.Random) -> list[bytes]:
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(12)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def test_a_request_is_whole_with_its_last_byte_and_not_before() -> None:
    wrong = []
    for data, expected in WHOLE.items():
        item = buffer()
        early = [item.feed(data[at : at + 1]) for at in range(len(data) - 1)]
        request = item.feed(data[-1:])
        if any(early) or request is None:
            wrong.append(data)
            continue
        seen = next(request)
        if (seen.path, seen.body.read()) != expected or item.data:
            wrong.append(data)
    assert wrong == []


def test_requests_that_come_together_are_told_apart_however_they_are_cut() -> None:
    chance = random.Random(13)
    for _ in range(300):
        chosen = chance.choices(list(WHOLE), k=chance.randrange(1, 5))
        item = buffer()
        seen = []
        for piece in [*pieces(b"".join(chosen), chance), *[b""] * len(chosen)]:
            if (request := item.feed(piece)) is not None:
                read = next(request)
                seen.append((read.path, read.body.read()))
                assert request.finish_body()
        assert seen == [WHOLE[data] for data in chosen]
        assert not item.data


def test_what_no_thread_gets_to_see_is_refused_with_a_sentence() -> None:
    wrong = []
    for data, status in REFUSED.items():
        for step in (len(data), 1000):
            item = buffer()
            try:
                for at in range(0, len(data), step):
                    item.feed(data[at : at + step])
                wrong.append((data[-40:], "not refused"))
            except Refused as error:
                if error.status != status or not str(error).endswith("."):
                    wrong.append((data[-40:], str(error)))
    assert wrong == []


def test_a_chunked_body_may_be_as_long_as_another_and_no_longer() -> None:
    for size, fits in ((MAX_BODY_BYTES - 100, True), (MAX_BODY_BYTES + 1, False)):
        body = b"".join(b"4000\r\n" + b"x" * 0x4000 + b"\r\n" for _ in range(size // 0x4000 - 2))
        rest = size - len(body) - 20
        body += b"%x\r\n" % rest + b"x" * rest + b"\r\n0\r\n\r\n"
        item = buffer()
        if fits:
            assert item.feed(CHUNKED + body) is not None
        else:
            body += b""
            with pytest.raises(Refused) as refused:
                item.feed(CHUNKED + body[:-5] + b"100\r\n" + b"x" * 0x100 + b"\r\n0\r\n\r\n")
            assert refused.value.status == 413


def test_a_client_that_asks_whether_to_go_on_is_told_once() -> None:
    item = buffer()
    assert item.feed(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n") is None
    assert item.expects_continue()
    assert not item.expects_continue()
    assert item.feed(b"ok") is not None
