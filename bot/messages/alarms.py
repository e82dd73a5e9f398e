"""What operators read about alarms in the chat."""

from __future__ import annotations

from collections.abc import Iterable

from bot.messages.durations import elapsed_text
from bot.messages.parts import Message, text_message
from bot.monitoring.alarms import Alarm
from bot.store.clock import now
from bot.texts import gettext


def alarm_message(active_alarms: Iterable[Alarm], lang: str) -> list[Message]:
    """Make the message that reports these alarms."""
    lines = [gettext("alarm.title", lang)]
    lines += [alarm_line(alarm, lang) for alarm in active_alarms]
    return [text_message("\n".join([*lines, gettext("alarm.more", lang)]))]


def alarm_line(alarm: Alarm, lang: str) -> str:
    """Say in one line what is wrong, and since when."""
    since = elapsed_text(now() - alarm.since, lang)
    return gettext("alarm.line_since", lang, what=alarm_name(alarm, lang), since=since)


def alarm_name(alarm: Alarm, lang: str) -> str:
    """Say in a few words what is wrong."""
    return gettext(f"alarm.{alarm.name}", lang)
