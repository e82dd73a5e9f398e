"""What a text asks for by naming it: 「富士山って描ける？」, and 「じゃあパンダは？」."""

from __future__ import annotations

import re

from bot.conversation.context import EventContext
from bot.conversation.picture_refs import is_gone
from bot.intent import Decision, Situation, classify, decide
from bot.intent.kinds import group_of
from bot.intent.rules import ruled_question
from bot.moderation.distress import find_cry
from bot.prompt import Reading
from bot.prompt.changes.placed import names_thing_at_place
from bot.prompt.changes.steps import PICTURE_ASPECTS
from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import strip_marks

_MAX_THING_CHARS = 12  # of a thing alone, which may be one of the picture before
_NO_THING = re.compile(
    "(?:絵|画像|イラスト|写真|データ|アルバム|グループ|友達|電話|お金|全部|これ|それ|あれ|どれ|やつ|もの|こと|さっき|"
    "今の|明日|今日|昨日|あなた|君|きみ|お前|おまえ|あんた|絵筆|[1-4]番?|次|他|ほか|別)$"
)
_CAN_PAINT = re.compile("(?:[描書]|か)け(?:る|ます|たり)")
_LOOSE_PARTICLE = re.compile("(?<=.)(?:とか|なんか|って|も|は)$")
_ANOTHER = re.compile(
    "(?:それ)?(?:じゃあ?|では|なら|ほんなら|ほな|そしたら|んじゃ|"
    "だったら)[、 ]?(?P<what>[^、。をはが]{1,12}?)"
    "(?:は|だと|とか|だったら|なら|も)[?？]+"
)
_GENERAL = re.compile(  # 「何が描ける？」, 「漫画も描ける？」
    "(?:何|なに|なん|どんな|どう|どこ|他|ほか|写真|動画)|(?:漫画|マンガ|アニメ|文字|字|絵|人|"
    "人物|顔|"
    "人の顔|似顔絵|ロゴ|イラスト|壁紙|アイコン|実在の人|有名人|キャラ|キャラクター|版権|エロ)$"
)


_OF_OTHERS = re.compile(
    "(?:有名|人気|版権|公式|実在|二次創作|アニメ|漫画|マンガ|ゲーム|芸能|映画|好きな|他人)(?:な|の)?(?:[^、。]{0,6}[のな])?"
    "(?:キャラ(?:クター)?|人物?|アニメ|漫画|マンガ|もの|作品|主人公)(?:とか|なんか|って|も|は)?"
)


def asks_what_can_be_painted(words: str, subject: str) -> bool:
    """Return whether a question that sounds like an order asks what can be painted at all:
    「有名なアニメのキャラって描いてもらえますか」."""
    asks = words.endswith(("?", "？", "か", "の", "かな"))
    return asks and (_OF_OTHERS.fullmatch(subject) or _GENERAL.fullmatch(subject)) is not None


def names_another_subject(ctx: EventContext, decision: Decision) -> str | None:
    """Return what a text names instead of what was painted: 「パンダ」 of 「じゃあパンダは？」.

    Returns None if that is what the bot is about, 「じゃあ料金は？」, or nothing to paint.
    """
    match = _ANOTHER.fullmatch(ctx.text_without_small_talk)
    is_after = ctx.situation.has_picture and ctx.recent_photo is None and ctx.is_private
    if match is None or not is_after or find_cry(ctx.text) or group_of(decision.kind) == "erase":
        return None
    what = match["what"]
    if what in PICTURE_ASPECTS or _NO_THING.search(what) or _GENERAL.match(what):
        return None
    if ruled_question(f"{what}は?") or not morphology.is_noun_phrase(what):
        return None
    return what if decide(classify(what, Situation())) == Decision("paint", "wish") else None


def names_a_subject(ctx: EventContext, decision: Decision) -> bool:
    """Return whether 「富士山って描ける？」 asks for that picture, not what the bot can do."""
    is_unclear = decision.action == "ask" and group_of(decision.kind) == "wish"
    if not is_unclear and decision.kind != "question.abilities":
        return False
    subject = _LOOSE_PARTICLE.sub("", ctx.reading.prompt)
    if not _CAN_PAINT.search(ctx.text_without_small_talk) or _GENERAL.match(subject):
        return False
    words = morphology.tokenize(subject)
    return bool(words) and words[-1].part_of_speech in {"名詞", "接尾辞"}


def picture_beside(ctx: EventContext, reading: Reading) -> str:
    """Return which picture of before a thing alone may be meant for, as a button holds it:
    「麦わら帽子」 after a house. Returns "" if the text says more, or if there is no picture."""
    picture = ctx.meant_picture if ctx.is_private and ctx.event.type == "message" else None
    if picture is None or ctx.recent_photo is not None or is_gone(picture.job):
        return ""
    before, thing = picture.job.request, reading.prompt
    is_alone = strip_marks(ctx.text) == strip_marks(thing) and len(thing) <= _MAX_THING_CHARS
    is_thing = morphology.is_noun_phrase(thing) or names_thing_at_place(thing)
    if before is None or not is_alone or not is_thing:
        return ""
    if thing in before.prompt:
        return ""
    number, position = picture.job.number, picture.position
    return number if position is None else f"{number}:{position}"
