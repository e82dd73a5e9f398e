"""Every limit has a sentence for whom it stops, and stands on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.texts import LANGUAGES, placeholders, sentences
from scripts import limits_table
from scripts.limits_table import PEOPLE, REQUESTS
from tests import ROOT

CONSTANT = re.compile(
    r"^((?:MAX|MIN)_[A-Z_]+)\b(?:, ((?:MAX|MIN)_[A-Z_]+)\b)?[^=\n]*=", re.MULTILINE
)
# Rooms whose bounds concern how messages look, operators and processes, and nobody in a chat.
ELSEWHERE = (
    "bot/messages",
    "bot/telemetry",
    "bot/monitoring",
    "bot/operations",
    "bot/web/admin",
    "bot/cli",
)
TRAINING = ("bot/moderation/harm/train.py", "bot/intent/train.py", "bot/moderation/edit_lists.py")
# Bounds that stop nobody: what is beyond is done later, in parts, or shortened.
INNER = {
    "bot.conversation.erasure": {"MAX_JOBS_AT_ONCE"},  # files go at once; the sweep: the others
    "bot.conversation.intent_overrides": {
        *("MAX_DOUBT", "MAX_DOUBT_OF_NAME", "MAX_COMMAND_OF_NAME"),  # probabilities
    },
    "bot.conversation.repainting": {"MAX_STEPS_BACK"},  # of more changes it goes back so far
    "bot.prompt.options.letters": {"MAX_SIZE"},  # larger letters stay so large
    "bot.intent.features": {"MAX_CHARS"},  # beginning and end of a long text are looked at
    "bot.jobs.loading_animation": {"MAX_ANIMATED_SECONDS", "MAX_ANIMATIONS"},
    "bot.jobs.wait_time": {"MIN_SAMPLES", "MIN_WAIT_SECONDS"},
    "bot.line.events": {"MAX_SPANS", "MAX_DATA", "MAX_MODE", "MAX_TYPE"},  # above LINE's own
    "bot.line.transport": {"MAX_CLOCK_SAMPLE_SECONDS"},
    "bot.line.webhook_body": {"MAX_ID"},  # above LINE's own
    "bot.moderation.appeals": {"MAX_CHARS"},
    "bot.prompt.request.default_wishes": {"MAX_CHARS"},
    "bot.prompt.translation.emoji": {"MAX_THINGS"},
    "bot.prompt.pasted.parameters": {"MAX_NEGATIVE_THINGS"},
    "bot.prompt.request.several": {"MAX_WISHES"},  # more of them are one wish of many things
    "bot.queue.connection": {"MAX_RECONNECT_SECONDS"},
    "bot.queue.publisher": {"MAX_WAITING", "MAX_BATCH"},  # the sweep wakes for the others
    "bot.storage.base": {"MAX_URL"},
    "bot.store.appeals": {"MAX_APPEALS"},
    "bot.tasks.animations": {"MAX_WAITING", "MAX_PER_SECOND"},  # the clock starts the others' later
    "bot.tasks.database_checks": {
        *("MAX_CLOCK_SKEW_SECONDS", "MIN_FAILURES", "MIN_FAILURE_SHARE"),
    },
    "bot.tasks.fetch_photo": {"MAX_FETCHES", "MAX_SIDE"},  # larger ones are made smaller
    "bot.tasks.lease": {"MAX_RENEW_INTERVAL_SECONDS"},
    "bot.tasks.machine_checks": {"MAX_BUFFERED_LOG_LINES", "MIN_FREE_BYTES", "MIN_FREE_SHARE"},
    "bot.tasks.offers": {"MAX_OFFERS"},
    "bot.tasks.patience": {"MAX_WAIT_SECONDS"},  # then the job goes back to the queue
    "bot.tasks.profiles": {"MAX_NAME_CHARS", "MAX_LANGUAGE_CHARS"},
    "bot.tasks.read_inbox": {"MAX_TRIES"},  # then it is parked, and an operator is told
    "bot.tasks.sending": {"MAX_TRIES"},  # a day of them
    "bot.tasks.sweep": {"MAX_TRANSACTION_SECONDS"},
    "bot.tasks.watchdog": {"MAX_INTERVAL_SECONDS"},
    "bot.web.group_commit": {"MAX_BODY_BYTES", "MAX_GROUP"},  # the others go another way
    "bot.web.metrics": {"MAX_AGE_SECONDS"},
    "bot.web.rejections": {"MAX_PARSED_BYTES"},
    "bot.web.server.outgoing": {"MAX_KEPT_BYTES"},  # the rest waits in its file
    "bot.web.webhook": {"MAX_BODY_BYTES"},  # as bot.web.server.framing
    "inference.request": {"MAX_SEED", "MAX_SIDE", "MIN_SIDE"},  # shapes are chosen within them
}
# Settings with a number that bound no person's wishes but how the house works.
OPERATORS = {
    *("port", "trusted_proxies", "s3_url_expiry_days", "engine_slots", "torch_threads"),
    *("num_inference_steps", "guidance_scale", "reply_token_ttl_seconds", "lease_seconds"),
    *("step_timeout_seconds", "sweep_interval_seconds", "max_alarm_pushes_per_month"),
    *("log_stream_max_lines", "metrics_port"),
    "min_age_years",  # said in the greeting and the terms; nobody is asked for it
}


def constants() -> Iterator[tuple[str, str]]:
    """Every bound of the rooms that people and strangers meet: (module, name)."""
    files = [*(ROOT / "bot").rglob("*.py"), ROOT / "inference" / "request.py"]
    for path in sorted([*files, ROOT / "inference" / "images" / "limits.py"]):
        place = path.relative_to(ROOT).as_posix()
        if place.startswith(ELSEWHERE) or place in TRAINING:
            continue
        module = place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for match in CONSTANT.finditer(path.read_text(encoding="utf-8")):
            yield from ((module, name) for name in match.groups() if name)


def test_every_limit_has_a_sentence_for_whom_it_stops() -> None:
    """In both languages: a new limit has to be put on the page, with what is said."""
    known = [sentences(language) for language in LANGUAGES]
    wrong = [
        f"{limit.where} has no sentence {key}"
        for limit in PEOPLE
        for key in limit.said or ("at all",)
        if not all(key in each for each in known)
    ]
    assert wrong + [limit.where for limit in REQUESTS if not limit.said] == []


def test_no_limit_is_missing() -> None:
    """What is bounded in the code, or by a setting, is on the page or stops nobody."""
    listed = {limit.where for limit in (*PEOPLE, *REQUESTS)}
    bounds = set(constants())
    forgotten = [
        f"{module}:{name}"
        for module, name in sorted(bounds)
        if f"{module}:{name}" not in listed and name not in INNER.get(module, ())
    ]
    gone = [
        f"{module}:{name}"
        for module, names in INNER.items()
        for name in names
        if (module, name) not in bounds
    ]
    assert (forgotten, gone) == ([], [])


def test_no_setting_is_missing() -> None:
    listed = {limit.where.lower() for limit in PEOPLE}
    numbers = {
        item.name for item in fields(Settings) if re.search(r"\b(?:int|float)\b", str(item.type))
    }
    assert numbers - listed - OPERATORS == set()
    assert numbers >= OPERATORS


def test_every_sentence_about_a_number_belongs_to_a_limit() -> None:
    """The other way round: no sentence tells of a bound that is not on the page."""
    keys = {key for limit in PEOPLE for key in limit.said}
    elsewhere = {"daily.some", "left.some"}  # answers to a question, with the same number
    bounded = {
        key for key, text in sentences("ja").items() if placeholders(text) & {"limit", "most"}
    }
    assert bounded - keys - elsewhere == set()


@pytest.mark.parametrize(
    ("key", "where", "unit"),
    [
        ("failed.photo_too_large", "inference.images.limits:MAX_BYTES", 1_000_000),
        ("failed.photo_too_large", "inference.images.limits:MAX_PIXELS", 1_000_000),
        ("failed.photo_too_small", "inference.images.limits:MIN_SIDE", 1),
    ],
)
def test_numbers_in_a_sentence_are_those_of_the_code(key: str, where: str, unit: int) -> None:
    [value] = [limit.value for limit in PEOPLE if limit.where == where]
    assert isinstance(value, int)
    assert str(value // unit) in sentences("en")[key]
    shown = {str(value // unit), f"{value // 10_000:,}万"}
    assert any(each in sentences("ja")[key] for each in shown)


def test_the_page_is_up_to_date(tmp_path: Path) -> None:
    assert limits_table.main(["--check"]) == 0, "run: python -m scripts.limits_table"
    page = tmp_path / "limits.md"
    page.write_text(f"{limits_table.BEGIN}old\n{limits_table.END}", encoding="utf-8")
    assert limits_table.main(["--check"], page) == 1
    assert limits_table.main([], page) == limits_table.main(["--check"], page) == 0
