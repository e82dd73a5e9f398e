"""What moderation overrules an intent by: cries for help, and harm to others.

No cry for help is the wish that it sounds like, and what would be refused is not asked about.
"""

from __future__ import annotations

import re

from bot.conversation import generate, image_to_image
from bot.conversation.context import EventContext
from bot.intent import Decision
from bot.intent.kinds import CRY_KINDS, group_of
from bot.intent.misheard import asks_who_reads, tells_of_heartbreak
from bot.intent.rules import asks_about_data
from bot.moderation import Judgement, harm
from bot.moderation.cries import SURE, may_tell_of_harm, weigh_cry
from bot.moderation.distress import find_cry, is_farewell
from bot.moderation.photos import classify_photo_wish

_TALK = frozenset({"talk", "none", "insult"})
_WORN = re.compile(
    "服|ふく|下着|したぎ|水着|みずぎ|ズボン|スカート|パンツ|シャツ|ドレス|制服|着物|浴衣|着て(?:い)?る(?:もの|やつ)|身につけ"
)
_NAMES_A_PICTURE = re.compile("(?:絵|イラスト|画像)(?:を描いて)?[。！!]?$|描いて")


def may_be_picture_of_sorrow(ctx: EventContext, decision: Decision) -> bool:
    """Return whether what sounds like a cry names a picture, 「誰にも言えない夢の絵」, or sounds so
    to one classifier of two: it is asked about. What moderation hears as a cry stays one."""
    is_cry = decision.action == "answer" and group_of(decision.kind) == "cry"
    if not is_cry:
        return False
    if find_cry(ctx.text) is None and _NAMES_A_PICTURE.search(ctx.text_without_small_talk):
        return True
    share = ctx.intent.probability(*CRY_KINDS)
    return weigh_cry(ctx.text, share, is_intent=True) == "ask"


def is_harm_and_no_cry(ctx: EventContext, decision: Decision) -> bool:
    """Return whether what sounds like a cry is harm to somebody else, 「担任が車にはねられる」, to
    all who listen but the intent, and not surely a cry to that."""
    is_cry = decision.action == "answer" and group_of(decision.kind) == "cry"
    if not is_cry or not ctx.settings.moderation or find_cry(ctx.text) is not None:
        return False
    judgement = harm.judge(ctx.text, "words")
    is_elsewhere = judgement.action == "refuse" and judgement.category != "self_harm"
    return is_elsewhere and ctx.intent.probability(*CRY_KINDS) < SURE


def is_refused_anyway(ctx: EventContext, decision: Decision) -> bool:
    """Return whether what is unclear would be refused as a wish: then it is not asked about."""
    if decision.action != "ask" or not ctx.settings.moderation or ctx.recent_photo is not None:
        return False
    judge = generate.moderation_of(ctx)
    judgement = judge.judge(ctx.reading.prompt, ctx.reading.negative, words=ctx.text)
    return judgement.action == "refuse" and judgement.category != "self_harm"


def is_unwelcome(ctx: EventContext, decision: Decision) -> bool:
    """Return whether what sounds like small talk is nothing but sexual, 「すっぽんぽん」: nobody is
    thanked for it. 「エロい絵になってる」 is a complaint."""
    is_talk = decision.action == "answer" and decision.kind.partition(".")[0] in _TALK
    if not is_talk or decision.kind == "talk.complaint" or not ctx.settings.moderation:
        return False
    return generate.moderation_of(ctx).classify(ctx.text) in {"sexual", "minors"}


def hears_cry(ctx: EventContext, decision: Decision) -> bool:
    """Return whether moderation hears a cry for help. What is a wish by its words is judged when it
    is to be painted, but for a farewell: 「今夜死ぬので、最後に花の絵を」."""
    if not ctx.settings.moderation:
        return False
    if decision.action == "answer" and group_of(decision.kind) == "erase":
        return find_cry(ctx.text) is not None  # 「自分を消したい」; 「私の写真消して」 is none
    if _bares_person_in_photo(ctx):
        return False
    words = ctx.text_without_small_talk
    if (asks_who_reads(words) or tells_of_heartbreak(words)) and not find_cry(ctx.text):
        return False
    if is_farewell(ctx.text) or harm.judge(ctx.text, "words") == Judgement("refuse", "self_harm"):
        return True
    if decision.action == "paint":
        return False
    share = ctx.intent.probability(*CRY_KINDS)
    if find_cry(ctx.text) is not None and weigh_cry(ctx.text, share) == "cry":
        return True
    return generate.moderation_of(ctx).classify(ctx.text) == "self_harm"


def _bares_person_in_photo(ctx: EventContext) -> bool:
    """Return whether words after a photo are sexual and tell nothing that was done to somebody:
    「裸になったらどう見えるかな」 is no cry for help, 「裸を撮られた」 is one."""
    if ctx.recent_photo is None or may_tell_of_harm(ctx.text):
        return False
    return generate.moderation_of(ctx).classify(ctx.text) == "sexual"


def harms_person_in_photo(ctx: EventContext, decision: Decision) -> bool:
    """Return whether words after a photo harm the person in it: they are refused, not asked about
    nor answered as something else."""
    if not ctx.settings.moderation or ctx.recent_photo is None or decision.action == "paint":
        return False
    if _bares_person_in_photo(ctx):
        return True
    is_elsewhere = decision.action == "answer" and group_of(decision.kind) in {"cry", "erase"}
    undresses = _WORN.search(ctx.text) and classify_photo_wish(ctx.text) == "sexual"
    if is_elsewhere and group_of(decision.kind) == "erase" and undresses:
        return True  # 「この子の服だけ消して」 erases no photo
    is_question = asks_about_data(ctx.text) and classify_photo_wish(ctx.text) is None
    return not (is_elsewhere or is_question) and image_to_image.is_harmful(ctx.text)
