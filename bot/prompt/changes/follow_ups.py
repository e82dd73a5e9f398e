"""Parses what only the picture before explains: 「やっぱり犬で」, 「ろうそくは30本」.

Said first, each would be a wish of its own or nothing at all. What stands for itself, 「夜にして」,
is read by bot.prompt.changes.parser, a word alone by `fragments`.
"""

from __future__ import annotations

import re

from bot.prompt.changes import attributes
from bot.prompt.changes.categories import (
    ANIMATE_CATEGORIES,
    SCENE_CATEGORIES,
    attributive,
    category_of,
    replace_in_category,
    split_segments,
)
from bot.prompt.changes.choices import parse_choice
from bot.prompt.changes.fragments import (
    POINTS_ELSEWHERE,
    are_colours,
    brought_by_last,
    coloured,
    in_kanji,
    names_subject,
    of_part,
    one_step,
    parse_fragment,
    said_of_subject,
)
from bot.prompt.changes.named_only import parse_named_only
from bot.prompt.changes.parser import parse_change
from bot.prompt.changes.respelled import as_usually_said
from bot.prompt.changes.step_parser import NOT_BUT
from bot.prompt.changes.steps import Change, ChangeStep
from bot.prompt.changes.things_alone import belongs, parse_counted
from bot.prompt.changes.undo import is_undo
from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import strip_marks

_MAX_CHARS = 30
_TAKEN = (  # how it ends: 「…にして」, 「…がよかったな」, 「…でお願いします」
    "(?:に(?:して|する|しよう|変えて|かえて)?|で(?:いい|ええ|よい)?|(?:の(?:ほう|方))?が(?:いい|"
    "良い|ええ|よか|よかった|良かった))?"
    "(?:お願い(?:します)?|おねがい(?:します)?|ください|下さい|頼む|たのむ|よろしく)?"
    "(?:です|だ|や|で|かも|かな|(?<=い)か|ねん|な|ね|よ|(?<=[いすだで])わ)*+[。!！〜]*"
)
_SECOND_THOUGHT = re.compile(
    "(?:(?:あ|え|いや|ん|うーん|ごめん|すみません|待って|まって)[ー、。!！… ]*+){0,4}+"
    f"やっぱ(?:り|し(?!ろ))?(?:さ|ね)?[、 ]*(?P<into>[^、。をはがも]{{1,10}}?){_TAKEN}"
)
_BARE = re.compile(f"(?P<words>[^、。をはが]{{1,14}}?){_TAKEN}")
_TOPIC = re.compile(
    f"(?P<what>[^、。をはがもで]{{1,10}})は(?P<into>[^、。をはがもで]{{1,8}}?){_TAKEN}"
)
_TWO_LOOKS = re.compile(  # 「帽子は紫で星柄」
    f"(?P<what>[^、。をはがもで]{{1,10}})は(?P<colour>[^、。をはがもで]{{1,5}})"
    f"で(?P<more>[^、。をはがもで]{{1,8}}?){_TAKEN}"
)
_ANY_TOPIC = re.compile(
    f"(?P<what>[^、。をはがもで]{{1,10}})は(?P<into>[^、。をはがも]{{1,8}}?){_TAKEN}"
)
_NO_PART = re.compile(
    "次|つぎ|今度|こんど|今|今日|明日|昨日|今夜|これ|それ|あれ|ここ|私|わたし|僕|ぼく|俺|おれ|"
    "うち|名前|"
    "(?:うちの|私の|僕の).*|みんな|パパ|ママ|主人|(?:夕|朝|昼|晩)?(?:ご飯|ごはん|飯)"
)
_LEAD = re.compile(  # what is said before a correction
    "^(?:(?:あ|え|ん|うーん|違うわ?|ちがうわ?|ちゃうわ?|ごめん|すまん)[ーっ、。!！… ]++|"
    "いや[ー、。!！… ]*+(?!し)|待って(?!い?る)|まって(?!い?る)|"
    "(?:ちょっと|少し)?(?:数が)?(?:多|少な)(?:すぎ|過ぎ|い)(?:た|る|ます|ました)?(?:かな|かも|わ|"
    "な|ね)?[、。 ]+|[、。! ])++(?=.)"
)
_CORRECTS = re.compile("待って|まって|違う|ちがう|ちゃう|いや|ごめん|すまん")
_PART_ONLY = re.compile(
    "(?P<what>[^、。をはがも]{1,6})だけ(?P<colour>[^、。をはがも]{1,5}?)(?:で|に(?:して)?)?"
)
_RATHER_DOES = re.compile(  # 「走ってるほうがいいかな」
    f"(?P<does>[^、。がはも]{{2,12}}[てで]い?る)(?:の)?(?:ほう|方){_TAKEN}"
)
_SOMEBODY_DOES = re.compile(  # 「猫が丸まってる」 under a cat
    "(?P<who>[^、。をはが]{1,8})が(?P<does>[^、。がはも]{2,14}[てで]い?る)(?:とこ(?:ろ)?|"
    "ように?(?:して)?|感じ(?:に|で)?)?"
)
_ONLY = re.compile(  # 「一人だけ青い傘」
    "(?:(?:先頭|真ん中|右|左|手前|奥|端|前|後ろ|うしろ)(?:の)?(?:やつ|子|人|方|ほう)?|"
    "[1-9一二三四](?:人|匹|羽|頭|台|本|個|つ)|ひとり|ひとつ)"
    "(?:だけ|のみ)(?P<what>[^、。をはがもに]{2,10})"
)
_RATHER_NONE = re.compile(  # 「マスクない方がマシ」
    "(?!私|わたし|あたし|僕|ぼく|俺|おれ|自分|うち)(?P<what>[^、。を]{1,10}?)(?:は|が)?(?:い|お|"
    "おら)?(?:ない|ん|らん|へん)(?:の)?(?:ほう|方)が"
    "(?:いい|良い|ええ|よか|よろし|マシ|まし|好き|自然|すっきり)[^、。?？]{0,6}"
)
_DISLIKED = re.compile(  # 「ピーマンやだ」 under a pizza
    "(?P<what>[^、。をはが]{1,10}?)(?:は|が|って)?(?:いや|嫌|イヤ|ヤ|や)だ(?:な|よ|わ|ー|〜|"
    "もん|です)*"
)
_KATAKANA = re.compile("[ァ-ヶ]$")
_SCENE = re.compile(  # 「ソファで寝てるとこ」: somebody does so, and it says not who
    f"(?P<scene>[^、。がはも]{{3,20}}?[てで]い?る)(?:とこ(?:ろ)?|感じ|様子|姿|絵){_TAKEN}"
)
_BARE_SCENE = re.compile("[^、。がはも]{3,20}[てで]い?る")
_TOGETHER = re.compile(  # 「2匹とも寝てる」
    "(?:みんな|全員|両方|[2-9二三四五](?:人|匹|羽|頭|つ)|"
    "ふたり)とも?(?P<doing>[^、。はがも]{1,10}[てで]い?る)(?:の|とこ(?:ろ)?)?"
)
_BACKDROP = re.compile(
    f"(?P<what>[^、。をはがも]{{1,10}}?)を?(?:バック|背景)に{_TAKEN}"
)  # 「夕日バックに」
_PUT = re.compile(  # 「花瓶に入れて」, and not what
    "(?P<where>[^、。をはがも]{1,10})に(?P<verb>入れ|いれ|乗せ|のせ|飾っ|かざっ|置い|おい|座らせ|"
    "入っ|乗っ|座っ)て"
    f"{_TAKEN}"
)
_IS_PUT = {
    **dict.fromkeys(("入れ", "いれ", "入っ"), "入った"),
    **dict.fromkeys(("乗せ", "のせ", "乗っ"), "乗った"),
    **dict.fromkeys(("飾っ", "かざっ"), "飾った"),
    **dict.fromkeys(("置い", "おい"), "置いた"),
    **dict.fromkeys(("座らせ", "座っ"), "座った"),
}


def parse_follow_up(text: str, prompt: str, prompt_before: str) -> Change | None:
    """Return the change of a picture that a cleaned text is, since that picture is there.

    prompt, prompt_before: of the picture, and of the one that it is a change of; empty if it is
    none. Returns None for any other text. Never raises.
    """
    lead = _LEAD.match(text)
    words = _without_marks(text[lead.end() :] if lead else text)
    if (
        len(words) > _MAX_CHARS
        or not split_segments(prompt)
        or is_undo(words)
        or parse_choice(words)
    ):
        return None  # 「最後の」 is one of several
    if words in {prompt, split_segments(prompt)[0]}:
        return None  # the same wish once more
    if named := parse_named_only(words, prompt):
        return named
    if category_of(words, SCENE_CATEGORIES[:3]) is not None:
        return one_step(ChangeStep("become", replacement=words))
    usual = as_usually_said(words)
    if (match := NOT_BUT.match(usual)) and match["what"] in prompt:
        return parse_change(usual)  # 「狐やなくて狸やった」
    if match := _BACKDROP.fullmatch(words):
        return one_step(ChangeStep("swap", "背景", match["what"]))
    if (match := _SECOND_THOUGHT.fullmatch(words)) and (
        gone := re.fullmatch("(?P<what>.+?)(?:なし|無し|抜き|いらない|いらん)", match["into"])
    ):
        is_brought = bool(prompt_before) and gone["what"] not in prompt_before
        return None if is_brought else _without(gone["what"], prompt)  # it is taken back
    if match := _SECOND_THOUGHT.fullmatch(words):
        return _instead(match["into"], prompt, prompt_before)
    if match := _BARE.fullmatch(usual):
        bare = in_kanji(match["words"])
        change = parse_counted(bare, prompt) or parse_fragment(bare, prompt, prompt_before)
        if change is not None:
            return change
        if described := _described_anew(bare, prompt):
            return described
        if belongs(bare, prompt):
            return one_step(ChangeStep("add", bare))
    if lead and _CORRECTS.search(lead[0]) and (instead := _instead(words, prompt, prompt_before)):
        return instead  # 「まって、猫」
    if (match := _PART_ONLY.fullmatch(words)) and attributes.is_colour(match["colour"]):
        return of_part(match["what"], match["colour"], prompt)
    if match := _RATHER_DOES.fullmatch(words):
        return said_of_subject(match["does"], prompt)
    if (match := _SOMEBODY_DOES.fullmatch(words)) and names_subject(match["who"], prompt):
        return said_of_subject(match["does"], prompt)
    if match := _ONLY.fullmatch(words):
        return one_step(ChangeStep("add", words))
    if match := _RATHER_NONE.fullmatch(words):
        return _without(match["what"], prompt)
    if (match := _DISLIKED.fullmatch(words)) and (
        match["what"] in prompt or belongs(match["what"], prompt)
    ):
        return one_step(ChangeStep("remove", match["what"]))
    if match := _TOPIC.fullmatch(words):
        if usual.endswith("を消して"):
            return parse_change(usual)  # 「作者名は入れなくていい」
        if match["what"] == "色" and are_colours(match["into"]):
            return coloured(match["into"], prompt, "")
        return of_part(match["what"].removesuffix("の色"), in_kanji(match["into"]), prompt)
    if match := _TWO_LOOKS.fullmatch(words):
        return _of_two_looks(in_kanji(match["colour"]), match["more"], match["what"])
    if match := _SCENE.fullmatch(words):
        return _does(match["scene"], prompt)
    if match := _TOGETHER.fullmatch(words):
        return one_step(ChangeStep("add", match["doing"]))
    if match := _PUT.fullmatch(words):
        return _is_put(match["where"], _IS_PUT[match["verb"]], prompt)
    return None


def _without_marks(text: str) -> str:
    """Return a text without marks at its ends, with the long vowel of 「マフラー」."""
    words = strip_marks(text)
    return (
        f"{words}ー"
        if re.search(f"{re.escape(words)}ー", text) and _KATAKANA.search(words)
        else words
    )


def parse_scene(text: str, prompt: str) -> Change | None:
    """Return the change that a text is if it is no talk: 「ほうきで飛んでる」, 「傘は葉っぱ」.

    It says not who does so: the subject of the picture. Returns None for any other text.
    """
    words = strip_marks(text)
    if len(words) > _MAX_CHARS or not split_segments(prompt):
        return None
    if match := _BARE_SCENE.fullmatch(words):
        return _does(match[0], prompt)
    topic = _ANY_TOPIC.fullmatch(words)
    if topic is None or _NO_PART.fullmatch(topic["what"]):
        return None
    if not all(map(morphology.is_noun_phrase, topic.groups())):
        return None
    return one_step(ChangeStep("add", f"{topic['into']}の{topic['what']}"))  # 「傘は葉っぱ」


def _of_two_looks(colour: str, more: str, what: str) -> Change | None:
    if not attributes.is_colour(colour) or not morphology.is_noun_phrase(more):
        return None
    return one_step(ChangeStep("add", f"{attributive(colour)}{more}の{what}"))


def _instead(into: str, prompt: str, prompt_before: str) -> Change | None:
    """Return the change of what the last one brought, or of what excludes this: 「やっぱり雪」."""
    into = in_kanji(into)
    is_thing = morphology.is_noun_phrase(into)
    if POINTS_ELSEWHERE.match(into) or parse_choice(into):
        return None
    if attributes.is_colour(into):
        return coloured(into, prompt, prompt_before)
    if attributes.is_quantity(into) or replace_in_category(prompt, into) is not None:
        return one_step(ChangeStep("become", replacement=into))
    if not is_thing:
        return None
    head = attributes.head_noun(into) or into
    if head != into and head in prompt:  # 「やっぱりガラスの花瓶」
        described = attributes.describe(prompt, head, into.removesuffix(head))
        return one_step(ChangeStep("rewrite", prompt, described))
    brought = brought_by_last(prompt, prompt_before) if prompt_before else _subject(prompt)
    if brought is None or not morphology.is_noun_phrase(brought):
        return None
    return one_step(ChangeStep("rewrite", brought, into))


def _described_anew(words: str, prompt: str) -> Change | None:
    """Return the change that the subject with another look is: 「しろいねこ」 after 「猫」."""
    head = attributes.head_noun(split_segments(prompt)[0])
    if head is None or not morphology.is_noun_phrase(words):
        return None
    last = morphology.tokenize(words)[-1]
    look = words[: last.start]
    is_it = bool(look) and morphology.spelled_in(prompt, last.text) == head
    if not is_it or not attributes.is_description(look.rstrip("のな")):
        return None
    return one_step(ChangeStep("become", replacement=f"{look}{head}"))


def _without(what: str, prompt: str) -> Change | None:
    """Return the change that takes away what is in a prompt, or what may be in any picture."""
    what = morphology.spelled_in(prompt, what)
    is_there = what in prompt or what in {"人", "人物", "文字", "字", "背景"}
    return one_step(ChangeStep("remove", what)) if is_there else None


def _does(scene: str, prompt: str) -> Change | None:
    """Return the change by which the subject of a prompt does something."""
    words = morphology.tokenize(scene)
    is_of_verb = any(word.part_of_speech == "動詞" for word in words)
    is_placed = any(word.text in {"で", "に", "を", "と"} for word in words[1:-1])
    if not (is_of_verb and is_placed) or words[0].part_of_speech not in {"名詞", "接頭辞"}:
        return None
    return said_of_subject(scene, prompt)


def _is_put(where: str, verb: str, prompt: str) -> Change | None:
    return said_of_subject(f"{where}に{verb}", prompt) if morphology.is_noun_phrase(where) else None


def _subject(prompt: str) -> str | None:
    """Return what a prompt of one thing that does not live is of, else None: 「富士山」."""
    head = attributes.head_noun(prompt) if morphology.is_noun_phrase(prompt) else None
    return None if head is None or category_of(head, ANIMATE_CATEGORIES) else head
