"""What is about one matter and nothing else, whatever the classifier says (bot.intent.one_matter).

Progress and cancelling while a picture is painted, the same picture once more, and that it, or a
photo, is left as it is.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.conversation.context import EventContext
from bot.conversation.variations import takes_last_change_back
from bot.intent import Decision
from bot.intent.misheard import asks_meanwhile, is_patient
from bot.intent.one_matter import (
    asks_progress,
    drops_order,
    leaves_photo,
    wants_no_change,
    wants_resent,
)
from bot.intent.remarks import thanks_for_it
from bot.moderation.distress import find_cry
from bot.prompt.changes.parser import settles

_UNSURE_TALK = {
    *("talk.chat", "talk.greeting", "talk.night", "talk.complaint", "none"),
    *("question.knowledge", "question.human", "question.operator"),
}
_PARTS = (
    "目|口|耳|手|足|しっぽ|羽|翼|髪|星|雪|雨|花|花びら|光|月|雲|湯気|煙|火|旗|灯り|明かり|鳥|魚|虫"
)
_SCENE = re.compile(f"(?:(?:{_PARTS})が)?[^、。はが?？!！]{{1,14}}[てで]い?る(?:の|とこ(?:ろ)?)?")
_OWN_DOINGS = re.compile(  # what people say of themselves and of the bot
    "待って|まって|見て|みて|思って|おもって|知って|しって|使って|つかって|楽しん|やって|困って|疲れて|つかれて|"
    "生きて|泣いて|ないて|悩んで|仕事|会社|勉強|学校|バイト|電車|家に|うちに|[描書か]いて|作って|考えて|覚えて|"
    "忘れて|分かって|わかって|できて|出来て|何|なに|誰|だれ|どこ|どう|いつ|なんで|まだ|もう"
)


_HURRIES = re.compile(
    "(?:もっと|ちょっと|少し|できるだけ|なるべく|とにかく)?(?:早く|はやく|はよ|急いで|いそいで|急ぎ|巻き)"
    "(?:で|して|描いて|かいて|しろ|てや|お願い(?:します)?|ください|下さい|ほしい|る|ます|ね|よ|な|や|ー|〜|!|！)*"
)
_GOES_ON = re.compile(  # 「やっぱやめない」
    "(?:やっぱり?|やっぱし|いや)?[、 ]?(?:やめ|止め|キャンセルし|取り消さ)"
    "(?:ない|なくて(?:いい|大丈夫)?)"
    "(?:で|です|わ|ね|よ|から|!|！)*"
)


def decide_while_painting(ctx: EventContext) -> Decision | None:
    """Return what a text wants of the picture that is being painted: that it is cancelled, or how
    far it is. Returns None for any other, and for a cry for help."""
    if not ctx.is_waiting or ctx.last_picture is None or find_cry(ctx.text):
        return None
    words, request = ctx.text_without_small_talk, ctx.last_picture.job.request
    if _HURRIES.fullmatch(words) or _GOES_ON.fullmatch(words):
        return Decision("answer", "status")
    if asks_meanwhile(words):
        return Decision("answer", "question.slow")
    prompt = request.prompt if request else ""
    if drops_order(words, prompt):
        return Decision("answer", "cancel")
    if is_patient(words):
        return Decision("answer", "status")
    asks = not ctx.reading.steers_picture and asks_progress(words, prompt)
    return Decision("answer", "status") if asks else None


def asks_for_same_again(ctx: EventContext) -> Decision | None:
    """Return that a text wants the last picture sent once more, 「もっかい送って」, or None."""
    if ctx.recent_photo is not None or not ctx.is_addressed or find_cry(ctx.text):
        return None
    request = ctx.last_picture.job.request if ctx.last_picture else None
    prompt = request.prompt if request else ""
    if not wants_resent(ctx.text_without_small_talk, prompt) or takes_last_change_back(ctx):
        return None
    return Decision("answer", "resend")


def may_tell_of_picture(ctx: EventContext, decision: Decision) -> bool:
    """Return whether what sounds like talk may be of the last picture: 「雪降ってる」.

    It is asked about then, which costs nothing.
    """
    is_talk = decision.action == "answer" and decision.kind in _UNSURE_TALK
    return is_talk and is_scene_alone(ctx)


def is_scene_alone(ctx: EventContext) -> bool:
    """Return whether a text says what is done and not by whom, in a 1:1 chat with a picture."""
    if not ctx.is_private or ctx.last_picture is None or ctx.is_waiting:
        return False
    words = ctx.text_without_small_talk
    is_scene = _SCENE.fullmatch(words) and not _OWN_DOINGS.search(words)
    return bool(is_scene) and ctx.recent_photo is None and find_cry(ctx.text) is None


def is_content(ctx: EventContext) -> Decision | None:
    """Return that a text says the last picture is done, 「これで完成！ありがとう」, or thanks for
    it, 「四枚も描いてくれてありがとう」, or None."""
    is_open = ctx.recent_photo is None and not ctx.is_waiting and ctx.is_addressed
    if not is_open or not ctx.situation.has_picture or find_cry(ctx.text):
        return None
    is_thanks = "ありがと" in ctx.text or "サンキュ" in ctx.text
    is_settled = thanks_for_it(ctx.text) or thanks_for_it(ctx.text_without_small_talk)
    is_settled = is_settled or (is_thanks and settles(ctx.text))
    return Decision("answer", "talk.thanks") if is_settled else None


def leaves_as_it_is(ctx: EventContext) -> Literal["picture", "photo"] | None:
    """Return what a text wants left as it is: 「やっぱり変えなくていい」, 「写真は使わないで」.

    Where it was asked what to change, 「やっぱりいいや」 says so, too.
    """
    words = ctx.text_without_small_talk
    if not ctx.is_addressed or ctx.is_waiting or find_cry(ctx.text):
        return None
    if ctx.recent_photo is not None:
        return "photo" if leaves_photo(words) else None
    if not ctx.situation.has_picture or is_content(ctx):
        return None
    if ctx.situation.is_asked:
        return "picture" if wants_no_change(words) or drops_order(words) else None
    is_kept = wants_no_change(words) or settles(words)
    return "picture" if is_kept and not takes_last_change_back(ctx) else None
