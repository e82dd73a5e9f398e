"""Seeded fuzzing: hostile webhooks, heads, forms, texts, and decoders of photos that misbehave.

`make fuzz`. Ends with 1 if anything was answered by 5xx, if an unsigned body was taken, if a good
webhook afterwards is not served, if a text raised or was not answered, or if a photo was refused
without a sentence. Bounded in time, whatever the machine: what cannot be sent in it is left out.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import quote

import psutil

from benchmarks.fuzz_forms import fuzz_forms
from benchmarks.fuzz_texts import PHOTOS, TEXTS, fuzz_photos, fuzz_texts
from benchmarks.house import MeasuredHouse, house
from benchmarks.load import HOST, request, webhook

SEED, COUNT, SECONDS = 13, 10_000, 160.0
SHARES = {"web": 0.4, "forms": 0.15, "texts": 0.35, "photos": 0.1}  # of the time
PASSWORD = "a password of 32 random characters"
WORDS = (
    *("", "夜の富士山、浮世絵風", "\0", "\u202e", "\ud800", "💥" * 300, "４枚" * 900, "a" * 5000),
    *(
        "、" * 2500,
        "しない" * 1500,
        "株式会社" * 1200,
        "㍿" * 1250,
        "\r\n\x1b[31m",
        "-1",
        "9" * 400,
    ),
)
LEAVES: tuple[Any, ...] = (*WORDS, None, True, -1, 2**63, 1e308, 10**400, [], {}, [[]], {"": None})
NAMES = (
    *("type", "message", "text", "id", "source", "userId", "groupId", "replyToken", "mention"),
    *("mentionees", "index", "length", "timestamp", "webhookEventId", "deliveryContext", "events"),
    *("postback", "data", "contentProvider", "quotedMessageId", "unsend", "members", "joined"),
)


def hostile_body(chance: random.Random) -> bytes:
    """Return a webhook in which something is wrong, or bytes that are none."""
    kind = chance.random()
    if kind < 0.1:
        return chance.randbytes(chance.randrange(300))
    if kind < 0.13:
        return b"[" * chance.randrange(1, 100_000)
    document = json.loads(webhook())
    for _ in range(chance.randrange(1, 6)):
        _damage(document, chance)
    body = json.dumps(document, ensure_ascii=chance.random() < 0.5)
    data = bytearray(body.encode("utf-8", "surrogatepass"))
    if kind < 0.25:
        for _ in range(chance.randrange(1, 5)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _damage(document: Any, chance: random.Random) -> None:
    node = document
    while isinstance(node, dict | list) and node:
        key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
        if chance.random() < 0.4 or not isinstance(node[key], dict | list):
            if isinstance(node, dict) and chance.random() < 0.2:
                node[chance.choice(NAMES)] = deepcopy(chance.choice(LEAVES))
            else:
                node[key] = deepcopy(chance.choice(LEAVES))
            return
        node = node[key]


def hostile_requests(secret: str, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield kinds and bytes of requests for ever: most are signed webhooks."""
    while True:
        body = hostile_body(chance)
        kind = chance.random()
        if kind < 0.85:
            yield "signed", request(secret, body)
        elif kind < 0.9:
            yield "unsigned", request("not the secret", webhook())
        elif kind < 0.95:
            head = bytearray(request(secret, body))
            head[chance.randrange(min(200, len(head)))] = chance.randrange(256)
            yield "damaged", bytes(head)
        else:
            word = quote(chance.choice(WORDS).encode("utf-8", "surrogatepass"), safe="")
            form = f"password={word}&csrf_token={word}".encode()
            path = chance.choice(("/admin/login?next=", "/album/", "/picture/4F7-K2M/", "/?x="))
            yield (
                "form",
                f"POST {path}{word[:4000]} HTTP/1.1\r\nHost: {HOST}\r\n".encode()
                + b"Content-Type: application/x-www-form-urlencoded\r\n"
                + f"Content-Length: {len(form)}\r\n\r\n".encode()
                + form,
            )


def ask(port: int, data: bytes) -> str:
    """Send one request by a connection of its own; return the status, "none" without an answer."""
    try:
        with socket.create_connection((HOST, port), timeout=20) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            answer = sock.recv(4096)
    except OSError:
        return "none"
    return answer[9:12].decode("ascii", "replace") if answer.startswith(b"HTTP/1.1 ") else "none"


def run(place: MeasuredHouse, seed: int, count: int, seconds: float) -> int:
    """Send requests until the count or the time is reached; print what came of it."""
    statuses: Counter[tuple[str, str]] = Counter()
    slowest, port = 0.0, place.ports["web"]
    before, end = place.resident("web"), time.monotonic() + seconds
    requests = hostile_requests(place.secret, random.Random(seed))
    for _ in range(count):
        kind, data = next(requests)
        since = time.monotonic()
        status = ask(port, data)
        slowest = max(slowest, time.monotonic() - since)
        statuses[kind, status] += 1
        if time.monotonic() > end:
            break
    good = ask(port, request(place.secret, webhook()))
    print(f"{statuses.total()} requests, seed {seed}; the next good webhook: {good}")
    for (kind, status), number in sorted(statuses.items()):
        print(f"  {kind:<9} {status:<5} {number}")
    print(f"slowest {slowest:.2f} s; memory {before:.0f} MB, then {place.resident('web'):.0f} MB")
    wrong = [
        kind
        for kind, status in statuses
        if status.startswith("5") or (kind == "unsigned" and status == "200")
    ]
    return int(good != "200" or bool(wrong))


def main() -> int:
    """Fuzz a web process of this machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--texts", type=int, default=TEXTS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    seed, seconds = options.seed, {name: options.seconds * share for name, share in SHARES.items()}
    with house("broker", "web") as place, place.set("web", ADMIN_PASSWORD=PASSWORD):
        failed = run(place, seed, options.count, seconds["web"])
        are_good = [fuzz_forms(place.ports["web"], PASSWORD, WORDS, seed, seconds["forms"])]
        print(f"memory of web: {place.resident('web'):.0f} MB")
    are_good.append(fuzz_texts(seed, options.texts, seconds["texts"]))
    are_good.append(fuzz_photos(seed, PHOTOS, seconds["photos"]))
    print(f"memory of this process: {psutil.Process().memory_info().rss / 1e6:.0f} MB")
    return int(failed or not all(are_good))


if __name__ == "__main__":
    raise SystemExit(main())
