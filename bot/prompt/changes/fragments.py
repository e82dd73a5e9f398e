"""Parses a word or a part alone for what it says of a picture: 「黄色」, 「赤い屋根」.

Said first, each would be a wish of its own. `follow_ups` has what is said in sentences.
"""

from __future__ import annotations

import re

from bot.prompt.changes import attributes
from bot.prompt.changes.categories import (
    SCENE_CATEGORIES,
    attributive,
    category_of,
    names_living,
    split_segments,
)
from bot.prompt.changes.step_parser import DEGREE
from bot.prompt.changes.steps import PICTURE_ASPECTS, Change, ChangeStep
from bot.prompt.japanese import morphology
from bot.prompt.request.reading import Reading, read

_ALSO_THERE = re.compile("(?P<what>[^、。をはがも]{1,10}?)(?:も(?:ある|いる|おる)|あり(?:で)?)")
_FULL_OF = re.compile(
    "(?P<what>[^、。をはがも]{1,10}?)を?"
    "(?:いっぱい|たくさん|もりもり|山盛り|多め|おおめ|たっぷり|大盛り)"
)
_PLACE = re.compile(  # of the picture's subject
    "(?:雲|海|湖|川|水|波|森|木|林|山|丘|空|草原|花畑|芝生|砂浜|岩|雪|氷|桜|紅葉|ひまわり|"
    "葉っぱ|葉|月|皿|星|虹|街|町|都会|橋|線路|道|屋根|窓|"
    "机|テーブル|椅子|ソファー?|ベッド|布団|こたつ|棚|お皿|かご|箱|ベンチ|ブランコ|船|電車|車|"
    "お城|家|富士山|火山|太陽|夕日|地球)"
    "の(?:上|下|中|前|横|隣|そば|間|底|奥|ほとり|近く|向こう)"
)
_MOMENT = re.compile("[^、。をはがも]{2,10}[のた](?:瞬間|シーン|場面)")
_SOUNDS = re.compile(
    "(?:もこ|ふわ|きら|キラ|ぴか|ピカ|つや|もふ|モフ|ふさ|ぷる|とろ|ほか|ごつ|とげ|にこ|ニコ|"
    "ぷん|さら|くる|まる|ぽか|ふか){2}"
)
_LOOKS = re.compile("[^、。をはがもの]{2,8}(?:顔|表情|ポーズ|格好|髪型|服装)")  # 「怒ってる顔」
_MORE = re.compile(
    "[^、。をはがも]{1,6}感|迫力|元気|勢い|色気|ボリューム|(?P<sound>[ぁ-んァ-ヶ]{2})(?P=sound)"
)
_EFFECTS = re.compile(
    "湯気|霧|煙|水しぶき|木漏れ日|影|光|炎|火の粉|花びら|紙吹雪|足跡|口から火|夕日|朝日|反射|"
    "後ろ姿|横顔|全身|上半身|(?:顔)?アップ|俯瞰|逆光|シルエット"
)
_SET_AT = re.compile(  # 「庭に花」; 「月にうさぎ」 is a picture of its own
    "(?:庭|地面|空|背景|後ろ|うしろ|奥|手前|足元|頭|手|首|肩|背中|膝|屋根|窓|机|テーブル|壁|床|"
    "周り|まわり|横|隣|"
    "左|右|上|下|真ん中|胸|耳|口)に(?P<what>[^、。をはがも]{1,8})"
)
_SPOTS = re.compile(
    "(?:足元|頭|手|首|肩|背中|膝|胸|耳|口|後ろ|隣|横|手前|奥|周り)(?:の(?:上|下|横|そば))?"
)
_STYLED = re.compile("[^、。をはがも]{1,6}(?:風|調|っぽい|テイスト|タッチ)")  # 「洋風」
_WORN = re.compile(  # 「ピンクのワンピース」
    "[^、。をはがも]{1,8}[いなの](?:ワンピース|ドレス|スカート|ズボン|シャツ|セーター|着物|浴衣|"
    "マント|コート|制服|帽子|"
    "リボン|マフラー|メガネ|眼鏡|靴|エプロン|首輪|髪飾り)"
)
_HAIR_AND_HATS = re.compile(
    "ショートカット|ショートヘア|ロングヘア|おさげ|三つ編み|ポニーテール|ツインテール|おかっぱ|"
    "金髪|黒髪|茶髪|銀髪|"
    "(?:麦わら|とんがり|シルク|ニット)帽子?|(?:シルク)?ハット|サングラス|メガネ|眼鏡|リボン|"
    "マフラー"
)
_ASPECT_WITH_LOOK = re.compile(  # 「赤い屋根」; 「青い空」 is a picture of its own
    "(?P<look>[^、。をはがも]{1,6}?[いな]|[^、。をはがも]{1,6}(?=の))の?"
    "(?P<what>背景|髪|髪型|服|目|瞳|表情|床|壁|地面|雰囲気|屋根|煙突|窓|ドア|扉|しっぽ|耳|鼻|口|"
    "毛|たてがみ|翼|角|"
    "ひげ|眉毛|まつげ|前髪|ほっぺ|襟|袖|線|輪郭|影|余白)"
)
_KANA_COLOURS = {
    **{"あか": "赤", "あお": "青", "くろ": "黒", "しろ": "白", "きいろ": "黄色", "みどり": "緑"},
    **{
        "むらさき": "紫",
        "きんいろ": "金色",
        "ぎんいろ": "銀色",
        "ちゃいろ": "茶色",
        "みずいろ": "水色",
        "ぴんく": "ピンク",
        "おれんじ": "オレンジ",
    },
}
_OUTSIDE = {"外", "そと", "時間", "窓の外"}
POINTS_ELSEWHERE = re.compile(
    "元|もと|.{0,4}前|今|いま|変更|まえ|最初|さっき|それ|これ|あれ|どれ|なし|無し|やめ|いい|大丈夫"
)


def parse_fragment(typed: str, prompt: str, prompt_before: str) -> Change | None:
    """Return the change that a word is: a colour, of what was just added or the subject, a time,
    what there is much of, a place, how one looks at it."""
    words = DEGREE.sub("", typed)
    if not words:
        return None  # 「もう少し」
    if read(words).problem == "only_controls":
        return None  # 「油絵風」
    if words != typed and _MORE.fullmatch(words):  # 「もっと迫力」
        return one_step(ChangeStep("become", replacement=words))
    if attributes.is_quantity(words):
        brought = brought_by_last(prompt, prompt_before) or ""  # 「ペンギン」, 「四羽」
        if names_living(brought) and not names_living(split_segments(prompt)[0]):
            return one_step(ChangeStep("swap", brought, words))
        return one_step(ChangeStep("become", replacement=words))
    if category_of(words, SCENE_CATEGORIES[:3]) is not None:
        return one_step(ChangeStep("become", replacement=words))
    if (match := _ALSO_THERE.fullmatch(words)) and morphology.is_noun_phrase(match["what"]):
        return one_step(ChangeStep("add", match["what"]))
    if words.endswith("の") and attributes.is_colour(words.removesuffix("の")):
        return coloured(words.removesuffix("の"), prompt, prompt_before)  # 「ピンクの」
    if words.endswith("の") and _is_plain(words.removesuffix("の")):
        return said_of_subject(words, prompt)  # 「江戸時代の」
    time, _, thing = words.partition("で")  # 「夜で花火」
    if category_of(time, SCENE_CATEGORIES[:3]) and morphology.is_noun_phrase(thing):
        steps = (ChangeStep("become", replacement=time), ChangeStep("add", thing))
        return Change(True, steps, Reading("", problem="empty"))
    if match := _FULL_OF.fullmatch(words):
        return one_step(ChangeStep("add", f"たくさんの{match['what']}"))
    if words.endswith("と") and morphology.ends_in_particle(words, "と"):
        thing = words.removesuffix("と")  # 「桜と」
        return one_step(ChangeStep("add", thing)) if morphology.is_noun_phrase(thing) else None
    if part := _part_and_look(words, prompt):
        return part
    kinds = (_EFFECTS, _PLACE, _MOMENT, _LOOKS, _STYLED, _SOUNDS)
    is_set = (at := _SET_AT.fullmatch(words)) and morphology.is_noun_phrase(at["what"])
    is_seen = is_set or any(kind.fullmatch(words) for kind in kinds)
    if is_seen or attributes.is_view(words):
        return one_step(ChangeStep("add", words))
    if _HAIR_AND_HATS.fullmatch(words) and names_living(prompt):
        return one_step(ChangeStep("add", words))
    if _WORN.fullmatch(words) and names_living(prompt) and morphology.is_noun_phrase(words):
        return one_step(ChangeStep("add", words))
    if (look := _ASPECT_WITH_LOOK.fullmatch(words)) and attributes.is_description(look["look"]):
        return one_step(ChangeStep("swap", look["what"], look["look"]))
    if are_colours(words):
        return coloured(words, prompt, prompt_before)
    return None


def in_kanji(words: str) -> str:
    """Return words with colours and numbers in kanji: 「くろ」, 「2ひき」."""
    words = _KANA_COLOURS.get(words, words)
    return re.sub("(?<=[0-9一二三四五])[ひぴび]き$", "匹", words)


def _is_plain(words: str) -> bool:
    """Return whether words name a thing and point at no picture: 「さっき」."""
    return morphology.is_noun_phrase(words) and not POINTS_ELSEWHERE.match(words)


def _part_and_look(words: str, prompt: str) -> Change | None:
    """Return the change of a part, named with its look alone: 「カップ白」, 「波高く」."""
    tokens = morphology.tokenize(words)
    what, look = words[: tokens[-1].start], tokens[-1]
    is_part = len(tokens) > 1 and morphology.is_noun_phrase(what)
    if not is_part or (what.startswith("背景") and what != "背景"):
        return None  # 「背景|ミントグリーン」
    if attributes.is_colour(look.text):
        return of_part(what, look.text, prompt)
    is_manner = look.part_of_speech == "形容詞" and look.text.endswith("く")
    if not is_manner or what in prompt or what in PICTURE_ASPECTS:
        return None
    return one_step(ChangeStep("add", f"{look.text.removesuffix('く')}い{what}"))


def are_colours(words: str) -> bool:
    """Return whether words are one colour or several: 「赤と黄色」."""
    return all(map(attributes.is_colour, re.split("[とや]", words)))


def coloured(colour: str, prompt: str, prompt_before: str) -> Change:
    """Return the change of the colour of what the last change brought, or else of the subject."""
    brought = brought_by_last(prompt, prompt_before)
    if not brought or not _is_coloured(brought):
        brought = prompt
    return one_step(ChangeStep("rewrite", brought, attributes.set_colour(brought, colour)))


def _is_coloured(brought: str) -> bool:
    """Return whether a part of a prompt can have a colour: 「リボン」, not 「海の上」, 「2匹」."""
    is_no_thing = any(kind.fullmatch(brought) for kind in (_PLACE, _MOMENT, _MORE, _EFFECTS))
    return (
        morphology.is_noun_phrase(brought)
        and not is_no_thing
        and not attributes.is_quantity(brought)
    )


def of_part(what: str, into: str, prompt: str) -> Change | None:
    """Return the change of a part of the picture: 「鼻はにんじん」, 「ろうそくは30本」."""
    if not morphology.is_noun_phrase(what) or POINTS_ELSEWHERE.match(into):
        return None
    if attributes.is_quantity(into):
        step = ChangeStep("swap", what, into)
        return one_step(step if what in prompt else ChangeStep("add", f"{into}の{what}"))
    if attributes.is_colour(into):
        step = ChangeStep("swap", what, into)
        is_there = what in prompt or what in PICTURE_ASPECTS
        head = attributes.head_noun(what) or what
        coloured_part = ChangeStep("add", attributes.describe(what, head, into))
        return one_step(step if is_there else coloured_part)
    if attributes.is_position(into) or _SPOTS.fullmatch(into):
        return one_step(ChangeStep("add", f"{into}に{what}"))
    if what in _OUTSIDE and category_of(into, SCENE_CATEGORIES[:3]) is not None:
        return one_step(ChangeStep("become", replacement=into))
    if attributes.is_description(into) and not into.endswith("く"):
        is_there = what in prompt or what in PICTURE_ASPECTS
        described = ChangeStep("add", f"{attributive(into)}{what}")
        return one_step(ChangeStep("swap", what, into) if is_there else described)
    is_part = what in PICTURE_ASPECTS and morphology.is_noun_phrase(into)
    return one_step(ChangeStep("swap", what, into)) if is_part else None


def said_of_subject(words: str, prompt: str) -> Change | None:
    """Return the change by which words describe the subject of a prompt; None if it is none."""
    subject = split_segments(prompt)[0]
    if not morphology.is_noun_phrase(attributes.with_last_colour(subject)):
        return None
    return one_step(ChangeStep("rewrite", subject, f"{words}{subject}"))


def brought_by_last(prompt: str, prompt_before: str) -> str | None:
    """Return the one part of a prompt that the one before had not. Returns None if it is none, or
    several."""
    before = split_segments(prompt_before)
    brought = [segment for segment in split_segments(prompt) if segment not in before]
    return brought[0] if before and len(brought) == 1 else None


def one_step(step: ChangeStep) -> Change:
    """Return the change of this step alone."""
    return Change(True, (step,), Reading("", problem="empty"))


def names_subject(who: str, prompt: str) -> bool:
    """Return whether somebody is whom a prompt of one is of: 「ねこ」 of 「白い猫」."""
    head = attributes.head_noun(split_segments(prompt)[0])
    return head is not None and morphology.spelled_in(prompt, who) == head
