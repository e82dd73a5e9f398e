"""The page docs/limits.md, generated from the limits in the code and the sentences in bot.texts.

A limit without a sentence for whom it stops fails a test (tests/test_limits_table.py).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from bot.settings import Settings
from scripts import generated_pages

PAGE = Path(__file__).parent.parent / "docs" / "limits.md"
BEGIN = (
    "<!-- Made by `python -m scripts.limits_table`; change scripts/limits_table.py instead. -->\n"
)
END = "<!-- The end of what is made. -->\n"


class Limit(NamedTuple):
    """A limit that stops somebody.

    where: "NAME" of a setting, or "module:NAME". what: what it bounds, {} being its value. said:
    keys of bot.texts, or an answer of HTTP in words.
    """

    where: str
    what: str
    said: tuple[str, ...]

    @property
    def value(self) -> object:
        """The value that is in force without settings."""
        module, _, name = self.where.rpartition(":")
        if module:
            return getattr(import_module(module), name)
        return next(item.default for item in fields(Settings) if item.name == name.lower())


_DECODER, _IMAGES = "inference.images.decoder_process", "inference.images.limits"
_SERVER = "bot.web.server"

# Who writes or taps in a chat.
PEOPLE = (
    Limit("MAX_QUEUED_PER_PERSON", "{} wishes at once of one person", ("ticket.lined_up",)),
    Limit("MAX_QUEUED_PER_GROUP", "{} wishes at once in a group", ("ticket.lined_up",)),
    Limit(
        "MAX_EXTRA_QUEUED", "{} wishes more that wait their turn", ("busy.waiting", "busy.group")
    ),
    Limit("MAX_PICTURES_PER_DAY", "{} pictures a day of Japan", ("busy.daily", "busy.daily_left")),
    Limit("COOLDOWN_SECONDS", "{} s between two wishes", ("busy.cooldown",)),
    Limit("inference.request:MAX_COUNT", "{} pictures of one wish", ("reading.capped",)),
    Limit("MAX_ATTEMPTS", "{} attempts at a picture", ("failed.too_many_attempts",)),
    Limit(
        "bot.prompt.japanese.cleaning:MAX_PROMPT",
        "{} characters of a wish",
        ("problem.too_long",),
    ),
    Limit("bot.line.events:MAX_TEXT", "{} characters of a message", ("problem.too_long",)),
    Limit(
        "bot.prompt.options.letters:MAX_LETTERS",
        "{} letters over a picture",
        ("problem.letters_too_long", "fallback.letters"),
    ),
    Limit(f"{_IMAGES}:MAX_BYTES", "{} bytes of a photo", ("failed.photo_too_large",)),
    Limit(f"{_IMAGES}:MAX_PIXELS", "{} pixels of a photo", ("failed.photo_too_large",)),
    Limit(f"{_IMAGES}:MAX_SIDE", "{} pixels of its longer side", ("failed.photo_too_large",)),
    Limit(f"{_IMAGES}:MIN_SIDE", "{} pixels of its shorter side", ("failed.photo_too_small",)),
    Limit(f"{_IMAGES}:MAX_RATIO", "{} times the shorter side", ("failed.photo_too_narrow",)),
    Limit(f"{_DECODER}:CPU_SECONDS", "{} s of decoding a photo", ("failed.photo_too_costly",)),
    Limit(f"{_DECODER}:MEMORY_BYTES", "{} bytes of memory for it", ("failed.photo_too_costly",)),
    Limit(
        "bot.tasks.fetch_photo:MAX_DECODINGS",
        "{} decodings that were begun and not ended",
        ("failed.photo_too_costly",),
    ),
    Limit(
        "bot.tasks.fetch_photo:DOWNLOAD_SECONDS",
        "{} s for LINE to hand a photo over",
        ("failed.photo_unavailable", "failed.photo_gone"),
    ),
    Limit(
        "bot.conversation.image_to_image:MAX_RECENT_PHOTOS",
        "{} photos within ten minutes",
        ("photo.too_many",),
    ),
    Limit(
        "bot.store.pending_questions:ANSWER_SECONDS",
        "{} s for an answer to a question",
        ("asked.late", "erase.late"),
    ),
    Limit(
        "bot.conversation.groups:MIN_PREFIX_CHARS",
        "{} characters of a group's word for the bot at least",
        ("prefix.length",),
    ),
    Limit("bot.conversation.groups:MAX_PREFIX_CHARS", "{} characters of a group's word for the bot",
          ("prefix.length",)),
    Limit("bot.jobs.favourites:MAX_FAVOURITES", "{} favourites of a chat", ("keep.full",)),
    Limit("TICKET_AFTER_SECONDS", "{} s until a picture needs a tap", ("ticket.body",)),
    Limit(
        "PUSH_RESERVE",
        "{} pushes that are kept: the picture that would need one of them waits",
        ("kept.offer",),
    ),
    Limit(
        "RETENTION_DAYS", "{} days until it is erased", ("going_on.gone", "command.unknown_number")
    ),
    Limit(
        "bot.conversation.job_status:RESEND_WITHIN_SECONDS",
        "{} s for which 「まだ？」 shows the last picture again",
        ("command.nothing_waiting",),
    ),
)  # fmt: skip

# Who connects to web: LINE, browsers, strangers.
REQUESTS = (
    Limit(f"{_SERVER}.framing:MAX_HEAD_BYTES", "{} bytes of a head", ("431, and the bound",)),
    Limit(f"{_SERVER}.framing:MAX_BODY_BYTES", "{} bytes of a body", ("413, and the bound",)),
    Limit(f"{_SERVER}.framing:MAX_CHUNK_LINE_BYTES", "{} bytes of a chunk's line", ("400",)),
    Limit(f"{_SERVER}.framing:MAX_TRAILER_BYTES", "{} bytes of a trailer", ("431, and the bound",)),
    Limit(f"{_SERVER}.worker:REQUEST_SECONDS", "{} s for head and body", ("408, and why",)),
    Limit(
        f"{_SERVER}.worker:MAX_PER_PEER",
        "{} connections of one address",
        ("503 “There are too many connections. Try again.” to the slowest",),
    ),
    Limit(
        "bot.gunicorn_conf:worker_connections",
        "{} connections",
        ("503 “There are too many connections. Try again.” to the slowest",),
    ),
    Limit(
        f"{_SERVER}.worker:MAX_HELD_BYTES",
        "{} bytes in memory of all requests and answers",
        ("503 “There are too many requests. Try again.” to the largest",),
    ),
    Limit(f"{_SERVER}.worker:ANSWER_SECONDS", "{} s to take an answer", ("the connection ends",)),
    Limit(f"{_SERVER}.outgoing:STALL_SECONDS", "{} s without taking any", ("the connection ends",)),
    Limit("bot.line.webhook_body:MAX_EVENTS", "{} events of a webhook", ("400 “not a webhook”",)),
    Limit(
        "bot.web.admin.security:LOGIN_RATE_LIMIT",
        "{} logins of one address",
        ("429 “Too many tries. Wait a minute, then try again.”",),
    ),
    Limit("bot.web.admin.security:IDLE_SECONDS", "{} s without a click", ("the login",)),
    Limit("bot.web.admin.security:MAX_SESSION_SECONDS", "{} s after the login", ("the login",)),
)


def table() -> str:
    """Return both tables as Markdown."""
    return (
        "\n".join(
            [
                *("| Limit, as set without settings | Set by | Said to whom it stops |",),
                *("|---|---|---|", *_rows(PEOPLE), ""),
                *("| Limit of requests | Answer |", "|---|---|"),
                *(f"| {_what(limit)} | {', '.join(limit.said)} |" for limit in REQUESTS),
            ]
        )
        + "\n"
    )


def _rows(limits: tuple[Limit, ...]) -> Iterator[str]:
    for limit in limits:
        setting = "" if ":" in limit.where else f"`{limit.where}`"
        said = ", ".join(f"`{key}`" for key in limit.said)
        yield f"| {_what(limit)} | {setting} | {said} |"


def _what(limit: Limit) -> str:
    value = limit.value
    shown = f"{value:,.10g}" if isinstance(value, int | float) else str(value)
    return limit.what.replace("{}", shown)


def main(arguments: list[str] | None = None, page: Path = PAGE) -> int:
    """Write the tables, or with --check only compare them. Returns 1 if they are stale."""
    parser = argparse.ArgumentParser(prog="python -m scripts.limits_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it is stale")
    check = parser.parse_args(arguments).check
    new = generated_pages.replace_section(page.read_text(encoding="utf-8"), BEGIN, END, table())
    return generated_pages.write_or_check(page, new, "scripts.limits_table", check=check)


if __name__ == "__main__":
    raise SystemExit(main())
