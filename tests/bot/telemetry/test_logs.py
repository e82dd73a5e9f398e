"""Logs: one form for all, nothing personal."""

from __future__ import annotations

import json
import logging
import traceback
import warnings
from typing import Any

import pytest
import structlog

from bot.telemetry import logs


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def in_json() -> Any:
    """Set logging up and return a logger; in the test, since stdout is another in a fixture."""
    logs.configure("web", "json")
    structlog.configure(cache_logger_on_first_use=False)
    return structlog.get_logger("test")


def test_one_line_of_json_an_event(own_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    log = in_json()
    log.info("絵", number="4F7-K2M", strange=object)
    logging.getLogger("lib").warning("from %s", "a library")
    first, second = lines(capsys)
    assert (first["event"], first["number"], first["level"]) == ("絵", "4F7-K2M", "info")
    assert second["event"] == "from a library"
    for line in (first, second):
        assert line["process"] == "web"
        assert isinstance(line["pid"], int)
        assert str(line["timestamp"]).endswith("Z")


def test_who_wrote_what_is_masked(own_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    log = in_json()
    personal = ("prompt", "text", "user_id", "chat_id", "token", "reply_token", "to", "secret")
    log.info("x", **dict.fromkeys(personal, "private"))
    with structlog.contextvars.bound_contextvars(user_id="private"):
        log.warning("x")
    written = capsys.readouterr().out
    assert "private" not in written
    assert written.count("***") == len(personal) + 1


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_shows_no_variables(
    capsys: pytest.CaptureFixture[str], own_logs: None, form: str
) -> None:
    logs.configure("web", form)
    structlog.configure(cache_logger_on_first_use=False)
    prompt = "".join(["ひみつ", "の願い"])
    try:
        raise RuntimeError("boom") if prompt else AssertionError
    except RuntimeError:
        structlog.get_logger("x").exception("failed")
        logging.getLogger("y").exception("failed too")
    written = capsys.readouterr().out
    assert written.count("boom") >= 2
    assert prompt not in written


def test_libraries_keep_quiet(own_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    log = in_json()
    for name in ("urllib3.connectionpool", "linebot.v3", "botocore.auth", "celery", "kombu.x"):
        logging.getLogger(name).info("GET /v2/bot/profile/U123")
        logging.getLogger(name).debug("Authorization: Bearer x")
    log.debug("nobody asked")
    assert lines(capsys) == []


def test_warnings_go_the_same_way(own_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    in_json()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    [line] = lines(capsys)
    assert "old" in str(line["event"])


def test_ids_and_header_tokens_are_masked_wherever_they_stand(
    own_logs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    log = in_json()
    someone, group = "U" + "0a" * 16, "C" + "1b" * 16
    log.warning(f"of {someone}", error=f"no {group}", headers={"Authorization": "Bearer a.b-c="})
    logging.getLogger("lib").error("GET /profile/%s", someone)
    written = capsys.readouterr().out
    for personal in (someone, group, "a.b-c"):
        assert personal not in written
    assert written.count("U***") == 2
    job = "0a" * 16
    log.info("x", job=job)
    assert lines(capsys)[0]["job"] == job, "our own ids stay"


def test_libraries_with_handlers_of_their_own_go_the_same_way(
    own_logs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    in_json()
    for name in ("diffusers", "transformers", "gunicorn.error"):
        library = logging.getLogger(name)
        library.addHandler(logging.StreamHandler())  # as these do when they are imported
        library.propagate = False
        logging.getLogger(f"{name}.part").warning("old option")
    written = capsys.readouterr()
    assert written.err == ""
    entries = [json.loads(line) for line in written.out.splitlines()]
    assert [entry["event"] for entry in entries] == ["old option"] * 3


def test_the_clock_says_shortly_that_the_broker_is_away(
    own_logs: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """As celery.beat logs it: at each tick, with its stack in the text and the trace beside it."""
    in_json()
    try:
        raise ConnectionRefusedError("no broker: 100% sure")
    except ConnectionRefusedError as error:
        logging.getLogger("celery.beat").error(
            "Message Error: %s\n%s", error, traceback.format_stack(), exc_info=True
        )
    [line] = capsys.readouterr().out.splitlines()
    entry = json.loads(line)
    assert entry["event"] == "Message Error: no broker: 100% sure"
    assert "exception" not in entry
    logging.getLogger("celery.beat").error("plain 100%")
    assert json.loads(capsys.readouterr().out)["event"] == "plain 100%"


def test_gunicorn_speaks_the_same_way(own_logs: None, capsys: pytest.CaptureFixture[str]) -> None:
    from gunicorn.config import Config
    from gunicorn.glogging import Logger

    from bot import gunicorn_conf

    gunicorn = Logger(Config())
    gunicorn_conf.on_starting(None)
    structlog.configure(cache_logger_on_first_use=False)
    gunicorn.error("Worker timeout (pid:%s)", 7)
    Logger(Config()).error("after a fork")
    written = capsys.readouterr()
    assert written.err == ""
    entries = [json.loads(line) for line in written.out.splitlines()]
    assert [entry["event"] for entry in entries] == ["Worker timeout (pid:7)", "after a fork"]
    assert {entry["process"] for entry in entries} == {"web"}
