"""Hostile values in every place of every route: whatever is answered, it is no 5xx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from bot.web.admin.security import safe_redirect_target
from tests import ROOT
from tests.bot.web.admin.browser import AdminBrowser

VALUES = (
    *("", "0", "-1", "1e9", "NaN", "١٢", "9" * 19, "9" * 400, "-" + "9" * 30, "0x10"),
    *("\0", "a\0b", "\r\nX-Evil: 1", "\x1b[31m", "\x9b31m", "\u202eevil", "\ud7ff", "💥" * 40),
    *("../../etc/passwd", "%00", "%s%n", "' OR 1=1 --", "{{7*7}}", "[1", "//evil/x"),
    *("x" * 5000, "[]", "4F7-K2M"),
)
SKIPPED = {"static", "admin.log_stream", "admin.logout"}  # a file; it follows the log; it ends


def parameters() -> list[str]:
    """Every name that the views ask a query or a form for, found in their source."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "bot" / "web").rglob("*.py"))
    request = r"(?:args|form)(?:\.get(?:list)?\(|\[)\s*\"(\w+)\""
    return sorted({*re.findall(request, source), *re.findall(r"form\.get\(\"(\w+)\"", source)})


def test_the_parameters_are_found() -> None:
    assert {"skip", "next", "before", "state", "number", "who", "level"} <= set(parameters())


def addresses(rule: Rule) -> Iterator[tuple[str, dict[str, str]]]:
    """The address with each value in its path, and with each value in its query."""
    ordinary = re.sub(r"<int:\w+>", "0", rule.rule)
    ordinary = re.sub(r"<[^>]+>", "4F7-K2M", ordinary)
    for value in VALUES:
        if "<" in rule.rule:
            yield (
                re.sub(r"<[^>]+>", quote(value.encode("utf-8", "surrogatepass"), ""), rule.rule),
                {},
            )
        yield ordinary, dict.fromkeys(parameters(), value)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_value_makes_an_error_of_ours(admin: AdminBrowser) -> None:
    app: Flask = admin.application
    pages: Flask = app.extensions["admin"]
    pages.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule in [*app.url_map.iter_rules(), *pages.url_map.iter_rules()]:
        if rule.endpoint in SKIPPED:
            continue
        for path, values in addresses(rule):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                if method == "GET":
                    answer = admin.get(path, query_string=values)
                else:
                    answer = admin.post(path, data=values)
                if answer.status_code >= 500:
                    wrong.append((method, path[:60], str(values)[-60:], answer.status_code))
                answer.close()
    assert admin.get("/admin/").status_code == 200
    assert wrong == []


def test_after_the_login_nobody_is_sent_elsewhere_or_into_an_error() -> None:
    wrong = [
        target
        for target in (
            *("https://evil", "//evil", "/admin\\@evil", "/admin\r\nSet-Cookie: a=b", "/admin\0"),
            *("/admin\x1b", "/admin\u2028", "/adm", "", None, "/admin//[", "\t/admin"),
        )
        if safe_redirect_target(target) not in (None, "/admin//[")
    ]
    assert wrong == []
    assert safe_redirect_target("/admin/people?skip=50") == "/admin/people?skip=50"
