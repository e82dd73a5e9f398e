"""「/状態」: how the bot is doing, in a few lines, for the operators' chats alone.

    python -m bot adminchat     prints a code that is good for ten minutes and one chat
    「/管理 CODE」               typed in a chat makes it an operators' chat
    「/状態」                    there: a free reply
    「/管理 解除」               there: it is one no more

In any other chat these words are words like any others, so that nobody learns anything by them.
"""

from __future__ import annotations

import re
import unicodedata

from bot import messages
from bot.conversation.context import EventContext, Replies
from bot.monitoring import alarms, stats
from bot.store import bans, flags, operator_chats
from bot.store import workers as worker_rows
from bot.store.clock import now
from bot.texts import gettext

PACE_WINDOW_SECONDS = 600.0  # over which pictures a minute are counted
_COMMANDS = re.compile(r"/(?:(状態|status)|(?:管理|admin) ?(\S+))")
_LEAVE_WORDS = {"解除", "off"}


def handle_text(ctx: EventContext) -> Replies | None:
    """Answer an operator; passes if the words are not an operator's, or not in their chat."""
    text = (ctx.event.text or "").strip()
    if text[:1] not in {"/", "\uff0f"}:  # the full-width slash
        return None
    match = _COMMANDS.fullmatch(" ".join(unicodedata.normalize("NFKC", text).split()).casefold())
    if match is None:
        return None
    status_word, code = match.groups()
    is_operators = operator_chats.is_operator_chat(ctx.db, ctx.chat_id)
    if status_word:
        return ctx.reply([messages.text_message(status_report(ctx))]) if is_operators else None
    if is_operators and code in _LEAVE_WORDS:
        operator_chats.remove_chat(ctx.db, bans.fingerprint(ctx.chat_id))
        return ctx.reply_sentence("state.left")
    if not is_operators and operator_chats.redeem_code(ctx.db, code):
        operator_chats.add_chat(ctx.db, ctx.chat_id, ctx.chat_kind)
        return ctx.reply_sentence("state.joined")
    return []  # nobody wishes for a picture of a code


def status_report(ctx: EventContext) -> str:
    """Report queue, workers, pace, push budget and alarms, a line each."""
    db, lang = ctx.db, ctx.language
    states, oldest = stats.count_by_state(db), stats.oldest_age(db)
    workers = worker_rows.all_workers(db)
    alive = sum(worker.process == "worker" and worker.alive for worker in workers)
    recent_jobs = stats.recent_jobs(db, now() - 2 * PACE_WINDOW_SECONDS)
    since = now() - PACE_WINDOW_SECONDS
    pictures = sum(job.picture_count for job in recent_jobs if (job.drawn_at or 0.0) > since)
    rate = f"{pictures / (PACE_WINDOW_SECONDS / 60):.1f}"
    oldest_text = messages.elapsed_text(oldest["queued"], lang)
    switched = flags.get_flags(db)
    lines = [
        gettext("state.title", lang),
        gettext("state.queue", lang, queued=states["queued"], oldest=oldest_text)
        if states["queued"]
        else gettext("state.queue_empty", lang),
        gettext("state.drawing", lang, drawing=states["drawing"], workers=alive),
        gettext("state.pace", lang, pictures=pictures, rate=rate),
        _push_budget(ctx, workers),
    ]
    lines += [] if switched.accepting else [gettext("state.paused", lang)]
    lines += [gettext("state.draining", lang)] if switched.draining else []
    return "\n".join([*lines, *_alarm_lines(ctx)])


def _alarm_lines(ctx: EventContext) -> list[str]:
    db, lang = ctx.db, ctx.language
    if active := alarms.list_active(db):
        lines = ["", gettext("state.alarms", lang)]
        lines += [messages.alarm_line(alarm, lang) for alarm in active]
    else:
        lines = ["", gettext("state.no_alarms", lang)]
    if cleared := alarms.take_cleared(db):
        names = [messages.alarm_name(alarm, lang) for alarm in cleared]
        lines += ["", gettext("state.over", lang)]
        lines += [gettext("alarm.line", lang, what=name) for name in names]
    return lines


def _push_budget(ctx: EventContext, workers: list[worker_rows.Worker]) -> str:
    budget = stats.push_budget(workers)
    if budget is None:
        return gettext("state.pushes_unknown", ctx.language)
    if budget.quota.remaining is None:
        return gettext("state.pushes_unlimited", ctx.language, used=budget.quota.used)
    reserve = ctx.settings.push_reserve
    return gettext("state.pushes", ctx.language, left=budget.quota.remaining, reserve=reserve)
