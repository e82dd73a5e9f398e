"""What connections are counted by, and which makes room for a new one."""

from __future__ import annotations

import socket

from gunicorn.config import Config

from bot.web.server.connection import Connection, State, peer_of, to_give_way


def connection(state: State, since: float, *, answers: int = 0, data: bytes = b"") -> Connection:
    with socket.socket() as sock:
        item = Connection(Config(), sock, ("192.0.2.1", 5), ("192.0.2.2", 80))
    item.state, item.since, item.answers = state, since, answers
    item.buffer.data += data
    return item


def test_peers_are_addresses_and_of_ipv6_networks() -> None:
    peers = {
        ("192.0.2.1", 5): "192.0.2.1",
        ("::ffff:192.0.2.1", 5, 0, 0): "192.0.2.1",
        ("2001:db8:1:2:3:4:5:6", 5, 0, 0): "2001:db8:1:2::/64",
        ("fe80::1%eth0", 5, 0, 2): "fe80::/64",
        "": "unknown",
    }
    assert {client: peer_of(client) for client in peers} == peers


def test_who_waits_longest_makes_room_and_kept_alive_ones_last() -> None:
    working = connection(State.WORKING, 1.0)
    idle = connection(State.READING, 2.0, answers=1)
    second = connection(State.READING, 3.0, answers=1, data=b"GET")
    slow = connection(State.READING, 4.0)
    reader = connection(State.WRITING, 5.0)
    leaving = connection(State.LINGERING, 6.0)
    everybody = [working, idle, second, slow, reader, leaving]
    order = []
    while (chosen := to_give_way(everybody)) is not None:
        order.append(chosen)
        everybody.remove(chosen)
    assert order == [leaving, second, slow, reader, idle]
    assert everybody == [working]
