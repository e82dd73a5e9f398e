"""Where an HTTP/1.1 request ends, found as its bytes arrive.

The head is read by gunicorn's own parser, once it is there; of the body only the end is searched.
https://www.rfc-editor.org/rfc/rfc9112#section-6
"""

from __future__ import annotations

import re
from typing import Any

from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_CHUNK_LINE_BYTES = 1024  # a size in hexadecimal digits, and extensions that nobody uses
MAX_TRAILER_BYTES = 8 * 1024


_SIZE = re.compile(rb"[0-9a-fA-F]{1,16}", re.ASCII)


class Refused(Exception):
    """A request that no thread gets to see. status: what to answer, with `str()` as the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class PreparedRequest:
    """A request that has arrived, in the place of gunicorn's parser of a socket.

    body: all of it, which can be read from the request as well.
    """

    def __init__(self, request: Any, body: bytes) -> None:
        self.request, self.body = request, body

    def __next__(self) -> Any:
        """Return the request."""
        return self.request

    def finish_body(self, deadline: float | None = None) -> bool:
        """Return whether another request may follow: its first byte is known, the body is cut."""
        return True


class RequestBuffer:
    """The bytes of one connection that no request has taken yet."""

    def __init__(self, config: Any, client: Any) -> None:
        self._config, self._client = config, client
        self.data = bytearray()
        self._begin()

    def _begin(self) -> None:
        self._searched = 0  # bytes without the end of the head
        self._parser: RequestParser | None = None
        self._request: Any = None
        self._body_end: int | None = None  # None: chunked, and not found yet
        self._scanned = 0  # where the next line with a chunk's size begins
        self._is_chunked = False
        self._chunks: list[tuple[int, int]] = []

    def expects_continue(self) -> bool:
        """Return whether the client waits for `100 Continue`, and take that from the request."""
        if self._request is None or not self._request._expected_100_continue:
            return False
        self._request._expected_100_continue = False
        return True

    def feed(self, data: bytes) -> PreparedRequest | None:
        """Add what has arrived; return the request once it is whole, else None.

        Bytes after it stay for the next one; `feed(b"")` asks for that. Raises Refused.
        """
        self.data += data
        if self._parser is None and not self._read_head():
            return None
        if not self._has_body():
            return None
        request = PreparedRequest(self._request, self._take_body())
        self._begin()
        return request

    def _read_head(self) -> bool:
        """Parse the head if all of it is there, and find out how the body is framed."""
        if self._searched == 0 and self.data[:2] == b"\r\n":
            del self.data[:2]  # one empty line before a request is ignored: RFC 9112, section 2.2
        end = self.data.find(b"\r\n\r\n", max(0, self._searched - 3))
        if end < 0:
            self._searched = len(self.data)
        if (len(self.data) if end < 0 else end) > MAX_HEAD_BYTES:
            raise Refused(431, f"The head of a request may have {MAX_HEAD_BYTES:,} bytes.")
        if end < 0:
            return False
        head = bytes(self.data[: end + 4])
        del self.data[: end + 4]
        self._parser = RequestParser(self._config, iter((head,)), self._client)
        try:
            self._request = next(self._parser)
        except (ParseException, OSError, StopIteration):
            raise Refused(400, "The head of the request cannot be read.") from None
        reader = self._request.body.reader
        self._is_chunked = isinstance(reader, ChunkedReader)
        if not self._is_chunked:
            self._body_end = reader.length
        return True

    def _has_body(self) -> bool:
        if self._body_end is None:
            self._scan_chunks()
        if max(self._body_end or 0, self._scanned) > MAX_BODY_BYTES:
            raise Refused(413, f"The body of a request may have {MAX_BODY_BYTES:,} bytes.")
        return self._body_end is not None and len(self.data) >= self._body_end

    def _take_body(self) -> bytes:
        """Cut the body from what has arrived, and give it to the request without its framing."""
        assert self._parser is not None
        end = self._body_end or 0
        spans = self._chunks if self._is_chunked else [(0, end)]
        body = b"".join(bytes(self.data[start:stop]) for start, stop in spans)
        del self.data[:end]
        self._parser.unreader.unread(body)
        self._request.body = Body(LengthReader(self._parser.unreader, len(body)))
        return body

    def _scan_chunks(self) -> None:
        """Go on from chunk to chunk; https://www.rfc-editor.org/rfc/rfc9112#section-7.1."""
        while (end := self.data.find(b"\r\n", self._scanned)) >= 0:
            if end - self._scanned > MAX_CHUNK_LINE_BYTES:
                break
            line = bytes(self.data[self._scanned : end])
            digits = line.partition(b";")[0].rstrip(b" \t")
            ends_well = self.data[self._scanned - 2 : self._scanned] == b"\r\n"
            if not _SIZE.fullmatch(digits) or (self._chunks and not ends_well):
                raise Refused(400, "The chunks of the request's body cannot be read.")
            if (size := int(digits, 16)) == 0:
                self._find_trailer_end(end)
                return
            self._chunks.append((end + 2, end + 2 + size))
            self._scanned = end + 2 + size + 2
            if self._scanned > MAX_BODY_BYTES:
                return
        if len(self.data) - self._scanned > MAX_CHUNK_LINE_BYTES:
            raise Refused(400, "The chunks of the request's body cannot be read.")

    def _find_trailer_end(self, size_line_end: int) -> None:
        end = self.data.find(b"\r\n\r\n", size_line_end)
        if end >= 0:
            self._body_end = end + 4
        elif len(self.data) - size_line_end > MAX_TRAILER_BYTES:
            raise Refused(431, f"The trailer of a request may have {MAX_TRAILER_BYTES:,} bytes.")
