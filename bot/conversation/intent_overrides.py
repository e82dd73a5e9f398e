"""What overrules an intent: the last picture, a photo, and the shape of the words.

A classifier sees little but the text. These readers see what it is said about: 「ねこ消して」 under
a picture with a cat is a change.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.conversation.context import EventContext
from bot.conversation.misheard_overrides import what_is_misheard
from bot.conversation.picture_refs import PictureRef
from bot.conversation.several_pictures import choice_in
from bot.conversation.subject_overrides import asks_what_can_be_painted
from bot.intent import PAINTED_KINDS, Decision, Situation, classify, decide
from bot.intent.between_people import ruled_between_people
from bot.intent.calling_off import calls_off
from bot.intent.erasures import (
    is_drawn_thing,
)
from bot.intent.kinds import COMMAND_KINDS, CRY_KINDS, NEVER_PAINTED_KINDS, group_of
from bot.intent.one_matter import (
    wants_other_subject,
)
from bot.intent.remarks import (
    drops_wish,
    is_misdrawn,
    tells_glad_news,
    tells_news,
    tells_season,
    tells_what_becomes_of_it,
)
from bot.intent.rules import asks_openly, ruled_complaint, ruled_question
from bot.moderation.distress import find_cry
from bot.moderation.harm import judge
from bot.prompt import clean
from bot.prompt.changes.looks import parse_remark
from bot.prompt.changes.parser import parse_change
from bot.prompt.changes.steps import PICTURE_ASPECTS, ChangeStep
from bot.prompt.changes.typed import ShortChange, parse_short_change
from bot.prompt.japanese import morphology
from bot.prompt.japanese.request_phrases import order_of_ability
from bot.prompt.request.plain_orders import (
    ends_in_name,
    is_one_thing,
    names_a_picture,
    relaxed,
    subject_of_order,
)
from bot.prompt.translation.english import is_order_to_draw

MAX_DOUBT = 0.3  # of what must not be painted, up to which a pattern decides what is unclear
MAX_DOUBT_OF_NAME = 0.15  # of a cry and the like, up to which what is named is painted
MAX_COMMAND_OF_NAME = 0.2  # of a command, the same
LIKELY_PICTURE = 0.9  # of a wish, from which what sounds like news is a picture
LIKELY_SCENE = 0.6  # of a wish, from which what some creature does is a picture
SURE_OTHER = 0.5  # from which words are what they seem, whatever they change
_CRIES_AND_ERASURES = tuple(
    kind for kind in NEVER_PAINTED_KINDS if group_of(kind) in {"cry", "erase"}
)
_SCENE = re.compile(
    "(?P<who>[^、。!?はをに]{1,14}?)が(?P<does>[^、。!?]{2,20}?[てで](?:い?る|いく|"
    "い?た)(?:ところ|とこ)?)"
)
_NEAR = re.compile(  # of whom one tells news, or in whose hands one is
    "私|わたし|あたし|僕|ぼく|俺|おれ|自分|うち|父|母|親|兄|姉|弟|妹|息子|娘|孫|夫|妻|嫁|旦那|"
    "主人|彼|彼女|家族|"
    "ママ|パパ|じい|ばあ|祖|おじ|おば|いとこ|先生|担任|先輩|後輩|部長|課長|上司|社長|店長|同僚|"
    "友達|友だち|友人|親友|"
    "隣|近所|みんな|皆|誰|だれ|あいつ|やつ|奴|ここ|今日|昨日|明日|さっき|今|もう|人が|電車が|"
    "バスが|雨が|雪が|風が"
)
_TAKES_BACK = re.compile("取り?消し?|とりけし|キャンセル|撤回")
_IS_QUESTION = re.compile(r"[?？]|(?:です|ます|の|ん)か(?:ね|な)?[。！!]?$")
_NO_THING = re.compile(  # of a picture's things
    "(?:絵|画像|イラスト|写真|写メ|作品|データ|情報|履歴|アカウント|アルバム|グループ|友達|"
    "友だち|電話|お金|"
    "全部|ぜんぶ|全て|すべて|これ|それ|あれ|やつ|もの|こと|さっき|今の)$"
)


def by_rule(ctx: EventContext, decision: Decision) -> Decision:
    """Return what a text is that is nothing but a complaint, 「おもんな」, or a question about the
    bot, 「アルバムはどこ」. What is to be erased, and a cry for help, stays that."""
    words, group = ctx.text_without_small_talk, group_of(decision.kind)
    is_answer = decision.action == "answer"
    if not find_cry(ctx.text) and (misheard := what_is_misheard(ctx, decision)):
        return misheard
    if is_answer and (group == "erase" or find_cry(ctx.text)):
        return decision
    if ctx.situation.has_picture and not is_answer and tells_what_becomes_of_it(words):
        return Decision("answer", "talk.thanks")
    if is_answer and group == "cry" and tells_glad_news(words):
        return Decision("answer", "talk.congratulation")
    if is_answer and group == "cry" and tells_season(words):
        return Decision("answer", "talk.chat")
    if ctx.situation.has_picture and ctx.recent_photo is None and wants_other_subject(words):
        return Decision("answer", "question.ideas")
    is_talk = is_answer and group in {"talk", "cry"}
    kind = ruled_complaint(words, has_picture=ctx.situation.has_picture)
    is_of_drawing = ctx.situation.has_picture and is_misdrawn(words)  # 「指が溶けてて怖い」
    if kind is not None and (not is_talk or kind == "talk.bored" or is_of_drawing):
        return Decision("answer", kind)
    if drops_wish(words) and (group in {"wish", "command"} or not is_answer):
        return Decision("answer", "cancel")
    if ctx.situation.has_picture and not is_answer and _regrets_order(words):
        return Decision("answer", "cancel")
    last = None if ctx.recent_photo else ctx.quoted or ctx.last_picture
    if last and (remark := parse_remark(words)):
        if decision.action == "paint" and not _is_shown_by(last, remark):
            return Decision("answer", "talk.complaint")
        is_for_bot = ctx.is_private or ctx.mentions_bot
        if decision.kind == "talk.complaint" and is_for_bot and _is_shown_by(last, remark):
            return Decision("paint", "change")
    is_likely = ctx.intent.probability("wish") >= LIKELY_PICTURE
    if decision == Decision("paint", "wish") and tells_news(words) and not is_likely:
        return Decision("answer", "talk.chat")
    if decision == Decision("paint", "wish") and asks_openly(words):
        return Decision("ask", "wish")
    if decision.action == "paint":
        return decision
    kind = ruled_question(words)
    is_unsure = group == "cry" and is_answer and not words.endswith(("?", "？"))
    if kind is None or is_unsure or (kind == "help" and is_talk):
        return decision
    is_same = decision == Decision("answer", "status") and kind == "question.slow"
    return decision if is_same else Decision("answer", kind)


def _regrets_order(words: str) -> bool:
    """Return whether a text takes back an order that is painted by now: 「間違えた、取り消し」."""
    return _TAKES_BACK.search(words) is not None and calls_off(words)


def _is_shown_by(picture: PictureRef, remark: ShortChange) -> bool:
    """Return whether a picture shows what a remark is on, 「空が暗いかな」, so that it can be
    painted otherwise; 「文字が小さいかな」 is mostly on nothing."""
    prompt = picture.job.request.prompt if picture.job.request else ""
    is_shown = morphology.spelled_in(prompt, remark.target) in prompt
    return bool(remark.replacement) and (is_shown or remark.target in PICTURE_ASPECTS)


def is_plain_wish(ctx: EventContext, decision: Decision) -> bool:
    """Return whether an unclear text asks for a picture in so many words, 「ぞうさんほしい」, or is
    a wish once what draws it out is gone, 「おほしさまー」. What may be a cry stays unclear."""
    if decision.action == "paint" or decision.kind in {"change", "more", "choice", "undo"}:
        return False
    talks = decision.action == "answer"
    if group_of(decision.kind) in {"cry", "erase"}:
        return False
    if is_order_to_draw(clean(ctx.event.text or "")):
        return ctx.intent.probability(*_CRIES_AND_ERASURES) <= MAX_DOUBT
    if talks and (
        group_of(decision.kind) != "talk" or not decision.kind.startswith(("talk", "no"))
    ):
        return False
    if ctx.situation.photo_asked or find_cry(ctx.text) or ctx.reading.problem:
        return False
    words = relaxed(ctx.text_without_small_talk)
    subject = subject_of_order(words)
    if subject is not None and asks_what_can_be_painted(words, subject):
        return False
    if subject is None:
        return not talks and _is_named(ctx, words)
    if ctx.intent.probability(*_CRIES_AND_ERASURES) > MAX_DOUBT or ruled_question(words):
        return False
    return decide(classify(subject, Situation())) == Decision("paint", "wish")


def _is_named(ctx: EventContext, words: str) -> bool:
    """Return whether a text that asks for nothing names something to paint."""
    intent = ctx.intent if words == ctx.text else classify(words, ctx.situation)
    if decide(intent) == Decision("paint", "wish"):
        return True
    if names_a_picture(words) and intent.probability(*NEVER_PAINTED_KINDS) <= MAX_DOUBT:
        return True
    if _is_scene(ctx, words) and intent.probability("wish") >= LIKELY_SCENE:
        return intent.probability(*NEVER_PAINTED_KINDS) <= MAX_DOUBT
    is_doubted = intent.probability(*NEVER_PAINTED_KINDS) > MAX_DOUBT_OF_NAME
    if intent.likeliest != "wish" or is_doubted:
        return False
    if intent.probability(*COMMAND_KINDS) > MAX_COMMAND_OF_NAME:
        return False
    is_sure = intent.probability("wish") >= SURE_OTHER and ends_in_name(ctx.reading.prompt)
    return is_sure or is_one_thing(ctx.reading.prompt)


def _is_scene(ctx: EventContext, words: str) -> bool:
    """Return whether a text tells what somebody does who is far from who writes, and no harm:
    「河童がきゅうりを冷やしてる」, not 「父が酒を飲んでる」."""
    match = _SCENE.fullmatch(words.rstrip("。！!"))
    if match is None or _NEAR.search(words) or ctx.situation.has_picture:
        return False
    nouns = morphology.nouns_of(match["who"])
    is_named = bool(nouns) and nouns[-1].end == len(match["who"])
    is_harmless = not ctx.settings.moderation or judge(ctx.text, "words").action == "paint"
    return is_named and is_harmless


def is_between_people(ctx: EventContext) -> Literal["talk", "ask"] | None:
    """Return whether a text is, or may be, what people say to each other. What the bot has asked
    for, or what is said about a picture, is not."""
    if ctx.situation.is_asked or ctx.reading.purpose is not None or ctx.reading.seed is not None:
        return None
    if ctx.is_private and ctx.quoted is not None:
        return None
    reading = ctx.reading
    says_how = reading.styles or reading.width or reading.negative or reading.letters
    return ruled_between_people(ctx.text_without_small_talk, names_look=bool(says_how))


def changes_in_a_word(ctx: EventContext, kind: str) -> bool:
    """Return whether what sounds like talk changes something of the last picture: 「空青く」."""
    last = ctx.quoted or ctx.last_picture
    if last is None or last.job.request is None or group_of(kind) not in {"talk", "insult", "none"}:
        return False
    prompt = last.job.request.prompt
    if kind == "talk.sorry" and ctx.text_without_small_talk != ctx.text:
        sorry_for = parse_change(ctx.text_without_small_talk)  # 「ごめん自転車いらないや」
        return sorry_for is not None and any(step.target in prompt for step in sorry_for.steps)
    change = parse_short_change(ctx.text_without_small_talk)
    if change is None or change.kind != "swap":
        return False
    target = morphology.spelled_in(prompt, change.target)
    return target in PICTURE_ASPECTS or target in prompt


def changes_what_is_shown(ctx: EventContext) -> bool:
    """Return whether a text takes away, changes or adds a thing in so many words: 「ねこ消して」
    under a picture with 「白い猫」, 「人も入れたい」. It is no question, and no cry."""
    last = ctx.quoted or ctx.last_picture
    words = ctx.text_without_small_talk
    asks_ability = order_of_ability(words) != words
    is_question = _IS_QUESTION.search(words) and not asks_ability
    is_question = is_question or ruled_question(words) is not None  # 「印刷したら荒くならない？」
    is_elsewhere = ctx.recent_photo is not None or not ctx.is_private or is_question
    if last is None or last.job.request is None or is_elsewhere:
        return False
    likeliest = ctx.intent.likeliest
    is_sure = ctx.intent.probability(likeliest) >= SURE_OTHER and likeliest not in PAINTED_KINDS
    change = parse_change(words)
    if is_sure or change is None or ctx.intent.probability(*CRY_KINDS) > MAX_DOUBT:
        return False
    prompt = last.job.request.prompt
    if not change.steps and not change.additions and change.controls.negative:
        # 「人はいらないかな」
        return all(map(is_drawn_thing, change.controls.negative.split("、")))
    return bool(change.steps) and all(
        _is_shown(step, prompt) or (asks_ability and step.kind == "become") for step in change.steps
    )


def _is_shown(step: ChangeStep, prompt: str) -> bool:
    if step.kind == "add":
        return not _NO_THING.search(step.target)
    if step.kind not in {"swap", "remove", "about", "more"} or _NO_THING.search(step.target):
        return False
    if step.kind == "remove" and is_drawn_thing(step.target):
        return True
    return bool(step.target) and morphology.spelled_in(prompt, step.target) in prompt


def points_at_one_of_several(ctx: EventContext) -> bool:
    """Return whether a text orders something of one of several pictures, 「右上のを大きくして」,
    where there are not so many: what to change is asked then."""
    if ctx.last_picture is None or ctx.recent_photo is not None:
        return False
    choice = choice_in(ctx, ctx.text_without_small_talk, ctx.quoted)
    return choice is not None and bool(choice.rest) and parse_change(choice.rest) is not None
