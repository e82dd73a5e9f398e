"""What the bot asks before it acts, and the answers: is this a wish, shall this be erased?

The question costs nothing. A tap or 「はい」 does it; any other message stands for itself.
"""

from __future__ import annotations

import re
from dataclasses import replace

import structlog

from bot import jobs, messages
from bot.conversation import album, answers, erasure, generate, help, image_to_image, variations
from bot.conversation.context import EventContext, Replies
from bot.conversation.picture_refs import is_gone
from bot.intent.kinds import KINDS, QUESTION_KINDS, group_of
from bot.moderation.appeals import is_appeal
from bot.prompt import Command
from bot.prompt.changes.photo_phrases import parse_quoted_photo_change
from bot.prompt.commands.spoken import says_no
from bot.prompt.japanese.cleaning import strip_marks
from bot.queue.app import TaskMessage
from bot.store import appeals, pending_questions, photos
from bot.store.pending_questions import Question

log = structlog.get_logger(__name__)

_IS_STATE = re.compile("[てで]い?(?:る|ます)(?:の|とこ(?:ろ)?)?$")  # 「雪降ってる」
LIKELY_TOPIC = 0.1  # from which unclear words may ask for a topic
_TOPICS_OFFERED = 2
LIKELY_PAINTED = 0.3  # from which unclear words may be of the last picture
_YES = frozenset(
    """
    はい うん ええ おう 描いて かいて 描く お願い お願いします おねがい おねがいします そう そうです
    そうだよ そうして それで それでお願いします いいよ いいです ok yes yep sure please 消して 消す
    はい消して はいお願いします はい描いて はいはい うんうん よろしく 頼む せや んだ ほい
    """.split()  # noqa: SIM905 one to a line would be a page
)


def ask_whether_wish(ctx: EventContext) -> Replies:
    """Ask whether the text is to be painted, and keep it until the answer."""
    has_photo = ctx.situation.photo_asked
    may_change = not has_photo and _may_change_picture(ctx)
    _keep(ctx, Question("wish", ctx.text, ctx.event.message_id))
    question = messages.wish_question(
        ctx.text,
        ctx.language,
        has_photo=has_photo,
        may_change=may_change,
        topics=_likely_topics(ctx),
    )
    return ctx.reply(question)


def _likely_topics(ctx: EventContext) -> list[str]:
    """Return what unclear words may ask instead, the likeliest first: one tap answers it."""
    kinds = [kind for kind in KINDS if group_of(kind) in {"command", "question", "erase"}]
    likely = sorted(kinds, key=ctx.intent.probability, reverse=True)[:_TOPICS_OFFERED]
    topics = (
        kind.removeprefix("question.").replace(".", "_")
        for kind in likely
        if ctx.intent.probability(kind) >= LIKELY_TOPIC
    )
    return [topic for topic in topics if messages.topic_sentence(topic, ctx.language)]


def _may_change_picture(ctx: EventContext) -> bool:
    """Return whether words may as well say something of the last picture: 「花びら舞ってる」."""
    last = ctx.quoted or ctx.last_picture
    if last is None or is_gone(last.job):
        return False
    if _IS_STATE.search(ctx.text_without_small_talk):
        return True
    return ctx.intent.probability("wish", "change", "more", "choice") >= LIKELY_PAINTED


def offer_wish(ctx: EventContext, wish: str, *, shown: str) -> Replies:
    """Offer to paint what nobody asked for in words. shown: the wish as the person reads it."""
    _keep(ctx, Question("wish", wish, ctx.event.message_id))
    return ctx.reply(messages.wish_question(shown, ctx.language))


def ask_whether_erase(ctx: EventContext, kind: str) -> Replies:
    """Ask whether the last picture, or the last photo, is to be erased."""
    if kind == "erase.photo":
        photo = ctx.recent_photo or ctx.last_photo
        if photo is None:
            return ctx.reply_sentence("asked.no_photo")
        _keep(ctx, Question("erase.photo", target=photo.message_id))
        return ctx.reply(messages.erase_photo_question(ctx.language))
    ref = ctx.quoted or ctx.last_picture
    if ref is None or ref.job.erase_at is not None:
        return ctx.reply_sentence("remove.which")
    _keep(ctx, Question("erase.picture", target=ref.job.number))
    return ctx.reply(messages.erase_picture_question(ref.job.number, ctx.language))


def ask_about_oneself(ctx: EventContext) -> Replies:
    """Ask whether the person's data shall be erased, or whether they are in need."""
    lines = ctx.settings.support_lines
    return ctx.reply(messages.oneself_question(ctx.language, support_lines=lines))


def handle_postback(ctx: EventContext) -> Replies | EventContext | None:
    """Answer a tap on one of the question's buttons, or hand on what it asks instead."""
    if ctx.postback is None or ctx.postback[0] != messages.ASKED_ACTION:
        return None
    choice = ctx.postback[1]
    if choice.startswith(messages.ABOUT_PREFIX):
        return _ask_instead(ctx, choice.removeprefix(messages.ABOUT_PREFIX))
    if choice == "help":
        return help.handle_command(replace(ctx, meant=Command("help")).with_mention())
    if choice == "everything":
        return erasure.handle_command(replace(ctx, meant=Command("erase")).with_mention())
    question = pending_questions.get(ctx.db, ctx.chat_id, ctx.event.user_id)
    if question is None:
        return ctx.reply_sentence("asked.late")
    pending_questions.clear(ctx.db, ctx.chat_id, ctx.event.user_id)
    if choice == "appeal":
        return _appeal(ctx, question)
    if choice == "keep":
        return ctx.reply_sentence("erase.kept")
    if choice == "change" and question.about == "wish":
        return _change_last(_as_asked(ctx, question))
    return _do(ctx, question, from_photo=choice == "photo")


def _ask_instead(ctx: EventContext, topic: str) -> Replies | EventContext:
    """Answer a question of this topic, or hand on the words of its command."""
    pending_questions.clear(ctx.db, ctx.chat_id, ctx.event.user_id)
    if f"question.{topic}" in QUESTION_KINDS:
        return answers.answer(ctx.with_mention(), f"question.{topic}")
    words = messages.topic_sentence(topic, ctx.language)
    if words is None:
        return ctx.reply_sentence("asked.late")
    event = replace(ctx.event, message_type="text", text=words, mentions=())
    return ctx.with_event(event).with_mention()


def handle_reply(ctx: EventContext) -> Replies | None:
    """Answer 「はい」 or 「いいえ」 while a question is open, and 「違います」 after a refusal.

    Passes on anything else.
    """
    if is_appeal(ctx.text) and ctx.is_addressed:
        question = pending_questions.get(ctx.db, ctx.chat_id, ctx.event.user_id)
        if question is not None and question.about == "refused":
            pending_questions.clear(ctx.db, ctx.chat_id, ctx.event.user_id)
            return _appeal(ctx, question)
    words = strip_marks(ctx.text.replace("、", "").replace(" ", "")).casefold()
    is_no = bool(words) and len(words) < 12 and says_no(words)
    if words not in _YES and not is_no:
        return None
    question = pending_questions.get(ctx.db, ctx.chat_id, ctx.event.user_id)
    if question is None or question.about == "refused":
        return None
    if question.about == "letters" and not is_no:
        return None  # no answer to which words
    pending_questions.clear(ctx.db, ctx.chat_id, ctx.event.user_id)
    if is_no:
        is_wish = question.about in {"wish", "photo"}
        if question.about == "letters":
            return ctx.reply_sentence("going_on.kept")
        return ctx.reply_sentence("asked.no" if is_wish else "erase.kept")
    return _do(ctx, question, from_photo=question.about == "wish" and ctx.situation.photo_asked)


def _appeal(ctx: EventContext, question: Question) -> Replies:
    """Hand a refusal that is said to be mistaken to the operators."""
    if question.about != "refused":
        return ctx.reply_sentence("asked.late")
    appeals.add(ctx.db, ctx.chat_id, ctx.event.user_id, question.text, question.target)
    log.info("refusal.appealed", category=question.target, event_id=ctx.event.id)
    return ctx.reply_sentence("asked.appealed")


def _keep(ctx: EventContext, question: Question) -> None:
    pending_questions.ask(ctx.db, ctx.chat_id, ctx.event.user_id, question)


def _do(ctx: EventContext, question: Question, *, from_photo: bool) -> Replies:
    """Do what was asked about."""
    if question.about == "letters":
        return ctx.reply_sentence("asked.late")
    if question.about in {"wish", "photo"}:
        wish = _as_asked(ctx, question)
        photo = wish.recent_photo if from_photo else None
        if question.about == "photo":
            photo = photos.by_message(ctx.db, question.target, ctx.chat_id)
            if photo is None:
                return ctx.reply_sentence("asked.late")
        if photo:
            change = parse_quoted_photo_change(wish.text_without_small_talk)
            return image_to_image.paint_from_photo(wish, photo, change)
        return generate.handle_text(wish)
    if question.about == "erase.photo":
        job_ids = jobs.unsend(ctx.db, question.target)
        erased = ctx.reply_sentence("asked.photo_erased")
        return erased + _erase_tasks(ctx, job_ids)
    remove = Command("remove", number=question.target)
    return album.handle_command(replace(ctx, meant=remove)) or []


def _as_asked(ctx: EventContext, question: Question) -> EventContext:
    """Return the context of the text that was asked about, now that it is confirmed."""
    event = replace(
        ctx.event,
        message_type="text",
        text=question.text,
        mentions=(),
        emojis=(),
        message_id=question.message_id,
    )
    return replace(ctx.with_event(event).with_mention(), is_confirmed=True)


def _change_last(ctx: EventContext) -> Replies:
    """Change the person's last picture by the text that was asked about."""
    picture = ctx.meant_picture
    if picture is None:
        return ctx.reply(messages.no_previous_picture(ctx.language))
    return variations.change_picture(ctx, picture, ctx.text_without_small_talk)


def _erase_tasks(ctx: EventContext, job_ids: list[str]) -> Replies:
    due_photos = photos.due_erasures(ctx.db)
    return [TaskMessage("erase", job_id) for job_id in job_ids] + [
        TaskMessage("erase_photo", photo_id) for photo_id in due_photos
    ]
