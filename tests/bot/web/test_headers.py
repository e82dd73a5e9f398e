"""Security headers of every answer, and whose forwarded address is believed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from bot import gunicorn_conf
from bot.app import create_app
from bot.settings import Settings
from bot.web.headers import HEADERS, HSTS

PASSWORD = "a password of 32 random characters"


@contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    app.extensions["publisher"].close()
    app.extensions["database"].close()


def answers(client: FlaskClient) -> dict[str, tuple[int, dict[str, str]]]:
    """Every kind of answer: pages, files, errors, methods that are not allowed."""
    wanted = {
        **{f"GET {path}": client.get(path) for path in ("/terms", "/healthz", "/readyz")},
        **{f"GET {path}": client.get(path) for path in ("/", "/nothing", "/album/x", "/metrics")},
        **{f"GET {path}": client.get(path) for path in ("/pictures/x", "/picture/4F7-K2M/x")},
        "GET /admin/static/x": client.get("/admin/static/nothing.css"),
        "GET /admin/static": client.get("/admin/static/admin.css"),
        **{f"GET {path}": client.get(path) for path in ("/admin", "/admin/", "/admin/login")},
        **{f"GET {path}": client.get(path) for path in ("/admin/nothing", "/static/album.css")},
        "POST /callback": client.post("/callback", data=b"{}"),
        "GET /callback": client.get("/callback"),
        "POST /terms": client.post("/terms"),
        "PUT /admin/login": client.put("/admin/login"),
    }
    result = {what: (answer.status_code, dict(answer.headers)) for what, answer in wanted.items()}
    for answer in wanted.values():
        answer.close()
    return result


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://efude.example"])
def test_every_answer_has_them(settings: Settings, own_logs: None, url: str) -> None:
    expected = {*HEADERS, *(HSTS if url.startswith("https") else {})}
    with running(replace(settings, public_url=url, admin_password=PASSWORD)) as app:
        result = answers(app.test_client())
    wrong = {
        what: sorted(expected ^ (headers.keys() & {*HEADERS, *HSTS}))
        for what, (_, headers) in result.items()
        if expected != headers.keys() & {*HEADERS, *HSTS}
    }
    assert wrong == {}
    assert {200, 302, 400, 404, 405} <= {status for status, _ in result.values()}
    for what, (_, headers) in result.items():
        assert "default-src 'none'" in headers["Content-Security-Policy"], what


def test_an_error_of_ours_has_them_too(settings: Settings, own_logs: None) -> None:
    with running(settings) as app:

        def broken() -> str:
            raise RuntimeError("broken")

        app.add_url_rule("/broken", view_func=broken)
        answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert HEADERS.items() <= dict(answer.headers).items()


@pytest.mark.parametrize(("hops", "seen"), [(0, "127.0.0.1"), (1, "9.9.9.9"), (2, "8.8.8.8")])
def test_only_trusted_proxies_say_where_a_request_comes_from(
    settings: Settings, own_logs: None, hops: int, seen: str
) -> None:
    with running(replace(settings, trusted_proxies=hops)) as app:

        def where() -> str:
            return f"{request.remote_addr} {request.scheme} {request.host} {request.script_root}"

        app.add_url_rule("/where", view_func=where)
        forged = {
            "X-Forwarded-For": "7.7.7.7, 8.8.8.8, 9.9.9.9",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/evil",
            "X-Forwarded-Port": "444",
            "Forwarded": "for=7.7.7.7;proto=https;host=evil.example",
        }
        assert app.test_client().get("/where", headers=forged).text == f"{seen} http localhost "
        assert app.extensions["trusted_proxies"] == hops
    assert gunicorn_conf.forwarded_allow_ips == ""
    assert gunicorn_conf.secure_scheme_headers == {}
    assert gunicorn_conf.forwarder_headers == ""
    assert gunicorn_conf.control_socket_disable


def test_host_may_be_an_ipv6_address() -> None:
    addresses = {
        ("0.0.0.0", "8000"): "0.0.0.0:8000",
        ("::", "8000"): "[::]:8000",
        ("::1", "80"): "[::1]:80",
        ("[::1]", "80"): "[::1]:80",
        ("localhost", "80"): "localhost:80",
    }
    assert {address: gunicorn_conf._address(*address) for address in addresses} == addresses
