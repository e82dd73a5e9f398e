"""What `make demo` says, in both languages."""

from __future__ import annotations

import socket

import pytest

from scripts import demo


@pytest.mark.parametrize(
    ("lang", "said"),
    [("ja_JP.UTF-8", "ポート {} は、ほかの"), ("C", "Port {} is taken by another")],
)
def test_a_port_in_use_is_told_in_the_shells_language(
    monkeypatch: pytest.MonkeyPatch, lang: str, said: str
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        for name in demo.PORTS:
            monkeypatch.setenv(name, port)
        monkeypatch.setenv("LANG", lang)
        problems = list(demo.taken_ports(demo.environment()))
    assert len(problems) == len(demo.PORTS)
    assert problems[0].startswith(said.format(port))
    assert problems[0].endswith(f"PORT={int(port) + 1000} make demo")


def test_it_greets_in_the_shells_language(monkeypatch: pytest.MonkeyPatch) -> None:
    assert demo.say("ready", url="http://x").startswith("絵筆 is ready. Open http://x")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert demo.say("ready", url="http://x").startswith("絵筆の準備ができました。http://x を")
