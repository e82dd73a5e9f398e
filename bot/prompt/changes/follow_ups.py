"""Parses what only the picture before explains: 「やっぱり犬で」, 「黄色」, 「ろうそくは30本」.

Said first, each would be a wish of its own or nothing at all. What stands for itself,
「夜にして」, is read by bot.prompt.changes.parser.
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
from bot.prompt.changes.step_parser import DEGREE
from bot.prompt.changes.steps import PICTURE_ASPECTS, Change, ChangeStep
from bot.prompt.changes.undo import is_undo
from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import strip_marks
from bot.prompt.request.reading import Reading, read

_MAX_CHARS = 30
_TAKEN = (  # how it ends: 「…にして」, 「…がよかったな」, 「…でお願いします」
    "(?:に(?:して|する|しよう|変えて|かえて)?|で(?:いい|ええ|よい)?|(?:の(?:ほう|方))?が(?:いい|良い|ええ|よか|よかった|良かった))?"
    "(?:お願い(?:します)?|おねがい(?:します)?|ください|下さい|頼む|たのむ|よろしく)?"
    "(?:です|だ|や|で|かも|かな|ねん|な|ね|よ|(?<=[いすだで])わ)*+[。!！〜]*"
)
_SECOND_THOUGHT = re.compile(
    "(?:(?:あ|え|いや|ん|うーん|ごめん|すみません|待って|まって)[ー、。!！… ]*+)*+"
    f"やっぱ(?:り|し(?!ろ))?(?:さ|ね)?[、 ]*(?P<into>[^、。をはがも]{{1,10}}?){_TAKEN}"
)
_BARE = re.compile(f"(?P<words>[^、。をはが]{{1,14}}?){_TAKEN}")
_TOPIC = re.compile(
    f"(?P<what>[^、。をはがもで]{{1,10}})は(?P<into>[^、。をはがもで]{{1,8}}?){_TAKEN}"
)
_SCENE = re.compile(  # 「ソファで寝てるとこ」: somebody does so, and it says not who
    f"(?P<scene>[^、。がはも]{{3,20}}?[てで]い?る)(?:とこ(?:ろ)?|感じ|様子|姿|絵){_TAKEN}"
)
_TOGETHER = re.compile(  # 「2匹とも寝てる」
    "(?:みんな|全員|両方|[2-9二三四五](?:人|匹|羽|頭|つ)|ふたり)とも?(?P<doing>[^、。はがも]{1,10}[てで]い?る)(?:の|とこ(?:ろ)?)?"
)
_ALSO_THERE = re.compile("(?P<what>[^、。をはがも]{1,10}?)(?:も(?:ある|いる|おる)|あり(?:で)?)")
_FULL_OF = re.compile(
    "(?P<what>[^、。をはがも]{1,10}?)を?"
    "(?:いっぱい|たくさん|もりもり|山盛り|多め|おおめ|たっぷり|大盛り)"
)
_BACKDROP = re.compile(
    f"(?P<what>[^、。をはがも]{{1,10}}?)を?(?:バック|背景)に{_TAKEN}"
)  # 「夕日バックに」
_PLACE = re.compile(  # of the picture's subject
    "(?:雲|海|湖|川|水|波|森|木|林|山|丘|空|草原|花畑|芝生|砂浜|岩|雪|氷|桜|紅葉|ひまわり|葉っぱ|葉|月|皿|星|虹|街|町|都会|橋|線路|道|屋根|窓|"
    "机|テーブル|椅子|ソファー?|ベッド|布団|こたつ|棚|お皿|かご|箱|ベンチ|ブランコ|船|電車|車|お城|家|富士山|火山|太陽|夕日|地球)"
    "の(?:上|下|中|前|横|隣|そば|底|奥|ほとり|近く|向こう)"
)
_MOMENT = re.compile("[^、。をはがも]{2,8}の(?:瞬間|シーン|場面)")
_LOOKS = re.compile("[^、。をはがもの]{2,8}(?:顔|表情|ポーズ|格好|髪型|服装)")  # 「怒ってる顔」
_MORE = re.compile(
    "[^、。をはがも]{1,6}感|迫力|元気|勢い|色気|ボリューム|(?P<sound>[ぁ-んァ-ヶ]{2})(?P=sound)"
)
_EFFECTS = re.compile(
    "湯気|霧|煙|水しぶき|木漏れ日|影|光|炎|火の粉|花びら|紙吹雪|足跡|口から火|夕日|朝日|反射|"
    "後ろ姿|横顔|全身|上半身|(?:顔)?アップ|俯瞰|逆光|シルエット"
)
_SET_AT = re.compile(  # 「庭に花」; 「月にうさぎ」 is a picture of its own
    "(?:庭|地面|空|背景|後ろ|うしろ|奥|手前|足元|頭|手|首|肩|背中|膝|屋根|窓|机|テーブル|壁|床|周り|まわり|横|隣|"
    "左|右|上|下|真ん中|胸|耳|口)に(?P<what>[^、。をはがも]{1,8})"
)
_STYLED = re.compile("[^、。をはがも]{1,6}(?:風|調|っぽい|テイスト|タッチ)")  # 「洋風」
_PUT = re.compile(  # 「花瓶に入れて」, and not what
    "(?P<where>[^、。をはがも]{1,10})に(?P<verb>入れ|いれ|乗せ|のせ|飾っ|かざっ|置い|おい|座らせ|入っ|乗っ|座っ)て"
    f"{_TAKEN}"
)
_ASPECT_WITH_LOOK = re.compile(  # 「紫の空」
    "(?P<look>[^、。をはがも]{1,6}?[いな]|[^、。をはがも]{1,6}(?=の))の?"
    "(?P<what>背景|空|髪|髪型|服|目|瞳|表情|床|壁|地面|雰囲気|屋根|煙突|窓|ドア|扉|しっぽ|耳|鼻|口|毛|たてがみ|翼|角|"
    "ひげ|眉毛|まつげ|前髪|ほっぺ|襟|袖|線|輪郭|影|余白)"
)
_IS_PUT = {
    **dict.fromkeys(("入れ", "いれ", "入っ"), "入った"),
    **dict.fromkeys(("乗せ", "のせ", "乗っ"), "乗った"),
    **dict.fromkeys(("飾っ", "かざっ"), "飾った"),
    **dict.fromkeys(("置い", "おい"), "置いた"),
    **dict.fromkeys(("座らせ", "座っ"), "座った"),
}
_KANA_COLOURS = {
    **{"あか": "赤", "あお": "青", "くろ": "黒", "しろ": "白", "きいろ": "黄色", "みどり": "緑"},
    **{
        "むらさき": "紫",
        "ちゃいろ": "茶色",
        "みずいろ": "水色",
        "ぴんく": "ピンク",
        "おれんじ": "オレンジ",
    },
}
_OUTSIDE = {"外", "そと", "時間", "窓の外"}
_NOT_INTO = re.compile(
    "元|もと|.{0,4}前|今|いま|変更|まえ|最初|さっき|それ|これ|あれ|どれ|なし|無し|やめ|いい|大丈夫"
)


def parse_follow_up(text: str, prompt: str, prompt_before: str) -> Change | None:
    """Return the change of a picture that a cleaned text is, since that picture is there.

    prompt, prompt_before: of the picture, and of the one that it is a change of; empty if it is
    none. Returns None for any other text. Never raises.
    """
    words = strip_marks(text)
    if len(words) > _MAX_CHARS or not prompt or is_undo(words) or parse_choice(words):
        return None  # 「最後の」 is one of several
    if category_of(words, SCENE_CATEGORIES[:3]) is not None:
        return _one(ChangeStep("become", replacement=words))
    if match := _BACKDROP.fullmatch(words):
        return _one(ChangeStep("swap", "背景", match["what"]))
    if match := _SECOND_THOUGHT.fullmatch(words):
        return _instead(match["into"], prompt, prompt_before)
    if (match := _BARE.fullmatch(words)) and (
        change := _of_a_word(_usual(match["words"]), prompt, prompt_before)
    ):
        return change
    if match := _TOPIC.fullmatch(words):
        if match["what"] == "色" and _are_colours(match["into"]):
            return _coloured(match["into"], prompt, "")
        return _of_part(match["what"].removesuffix("の色"), match["into"], prompt)
    if match := _SCENE.fullmatch(words):
        return _does(match["scene"], prompt)
    if match := _TOGETHER.fullmatch(words):
        return _one(ChangeStep("add", match["doing"]))
    if match := _PUT.fullmatch(words):
        return _is_put(match["where"], _IS_PUT[match["verb"]], prompt)
    return None


def _usual(words: str) -> str:
    """Return words with colours and numbers in kanji: 「くろ」, 「2ひき」."""
    words = _KANA_COLOURS.get(words, words)
    return re.sub("(?<=[0-9一二三四五])[ひぴび]き$", "匹", words)


def _of_a_word(typed: str, prompt: str, prompt_before: str) -> Change | None:
    """Return the change that a word is: a colour, of what was just added or the subject, a time,
    what there is much of, a place, how one looks at it."""
    words = DEGREE.sub("", typed)
    if read(words).problem == "only_controls":
        return None  # 「油絵風」
    if words != typed and _MORE.fullmatch(words):  # 「もっと迫力」
        return _one(ChangeStep("become", replacement=words))
    if attributes.is_quantity(words):
        return _one(ChangeStep("become", replacement=words))
    if category_of(words, SCENE_CATEGORIES[:3]) is not None:
        return _one(ChangeStep("become", replacement=words))
    if (match := _ALSO_THERE.fullmatch(words)) and morphology.is_noun_phrase(match["what"]):
        return _one(ChangeStep("add", match["what"]))
    if words.endswith("の") and _is_plain(words.removesuffix("の")):
        return _said_of_subject(words, prompt)  # 「江戸時代の」
    if match := _FULL_OF.fullmatch(words):
        return _one(ChangeStep("add", f"たくさんの{match['what']}"))
    kinds = (_EFFECTS, _PLACE, _MOMENT, _LOOKS, _STYLED)
    is_set = (at := _SET_AT.fullmatch(words)) and morphology.is_noun_phrase(at["what"])
    is_seen = is_set or any(kind.fullmatch(words) for kind in kinds)
    if is_seen or attributes.is_view(words):
        return _one(ChangeStep("add", words))
    if (look := _ASPECT_WITH_LOOK.fullmatch(words)) and attributes.is_description(look["look"]):
        return _one(ChangeStep("swap", look["what"], look["look"]))
    if _are_colours(words):
        return _coloured(words, prompt, prompt_before)
    return None


def _is_plain(words: str) -> bool:
    """Return whether words name a thing and point at no picture: 「さっき」."""
    return morphology.is_noun_phrase(words) and not _NOT_INTO.match(words)


def _are_colours(words: str) -> bool:
    return all(map(attributes.is_colour, re.split("[とや]", words)))


def _instead(into: str, prompt: str, prompt_before: str) -> Change | None:
    """Return the change of what the last one brought, or of what excludes this: 「やっぱり雪」."""
    into = _usual(into)
    is_thing = morphology.is_noun_phrase(into)
    if _NOT_INTO.match(into) or parse_choice(into):
        return None
    if attributes.is_colour(into):
        return _coloured(into, prompt, prompt_before)
    if attributes.is_quantity(into) or replace_in_category(prompt, into) is not None:
        return _one(ChangeStep("become", replacement=into))
    if not is_thing:
        return None
    head = attributes.head_noun(into) or into
    if head != into and head in prompt:  # 「やっぱりガラスの花瓶」
        described = attributes.describe(prompt, head, into.removesuffix(head))
        return _one(ChangeStep("rewrite", prompt, described))
    brought = _brought(prompt, prompt_before) if prompt_before else _subject(prompt)
    if brought is None or not morphology.is_noun_phrase(brought):
        return None
    return _one(ChangeStep("rewrite", brought, into))


def _coloured(colour: str, prompt: str, prompt_before: str) -> Change:
    """Return the change of the colour of what the last change brought, or else of the subject."""
    brought = _brought(prompt, prompt_before)
    if not brought or not _is_coloured(brought):
        brought = prompt
    return _one(ChangeStep("rewrite", brought, attributes.set_colour(brought, colour)))


def _is_coloured(brought: str) -> bool:
    """Return whether a part of a prompt can have a colour: 「リボン」, not 「海の上」, 「2匹」."""
    is_no_thing = any(kind.fullmatch(brought) for kind in (_PLACE, _MOMENT, _MORE, _EFFECTS))
    return (
        morphology.is_noun_phrase(brought)
        and not is_no_thing
        and not attributes.is_quantity(brought)
    )


def _of_part(what: str, into: str, prompt: str) -> Change | None:
    """Return the change of a part of the picture: 「鼻はにんじん」, 「ろうそくは30本」."""
    if not morphology.is_noun_phrase(what) or _NOT_INTO.match(into):
        return None
    if attributes.is_quantity(into):
        step = ChangeStep("swap", what, into)
        return _one(step if what in prompt else ChangeStep("add", f"{into}の{what}"))
    if attributes.is_colour(into):
        colour = attributive(into)
        step = ChangeStep("swap", what, into)
        is_there = what in prompt or what in PICTURE_ASPECTS
        return _one(step if is_there else ChangeStep("add", f"{colour}{what}"))
    if what in _OUTSIDE and category_of(into, SCENE_CATEGORIES[:3]) is not None:
        return _one(ChangeStep("become", replacement=into))
    is_part = what in PICTURE_ASPECTS and morphology.is_noun_phrase(into)
    return _one(ChangeStep("swap", what, into)) if is_part else None


def _does(scene: str, prompt: str) -> Change | None:
    """Return the change by which the subject of a prompt does something."""
    words = morphology.tokenize(scene)
    is_of_verb = any(word.part_of_speech == "動詞" for word in words)
    is_placed = any(word.text in {"で", "に", "を", "と"} for word in words[1:-1])
    if not (is_of_verb and is_placed) or words[0].part_of_speech not in {"名詞", "接頭辞"}:
        return None
    return _said_of_subject(scene, prompt)


def _is_put(where: str, verb: str, prompt: str) -> Change | None:
    return (
        _said_of_subject(f"{where}に{verb}", prompt) if morphology.is_noun_phrase(where) else None
    )


def _said_of_subject(words: str, prompt: str) -> Change | None:
    subject = split_segments(prompt)[0]
    if not morphology.is_noun_phrase(attributes.with_last_colour(subject)):
        return None
    return _one(ChangeStep("rewrite", subject, f"{words}{subject}"))


def _subject(prompt: str) -> str | None:
    """Return what a prompt of one thing that does not live is of, else None: 「富士山」."""
    head = attributes.head_noun(prompt) if morphology.is_noun_phrase(prompt) else None
    return None if head is None or category_of(head, ANIMATE_CATEGORIES) else head


def _brought(prompt: str, prompt_before: str) -> str | None:
    """Return the one part of a prompt that the one before had not. Returns None if it is none, or
    several."""
    before = split_segments(prompt_before)
    brought = [segment for segment in split_segments(prompt) if segment not in before]
    return brought[0] if before and len(brought) == 1 else None


def _one(step: ChangeStep) -> Change:
    return Change(True, (step,), Reading("", problem="empty"))
