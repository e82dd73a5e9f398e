"""Changes as people type them in a hurry: 「雪降らせて」, 「夜バージョン」, 「背景海に」.

The particle is left out, or there is no verb of changing. `bot.prompt.changes.parser` has the
sentences with all their particles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.prompt.changes.attributes import is_colour, is_quantity
from bot.prompt.changes.categories import STATE_CATEGORIES, category_of
from bot.prompt.changes.one_more import parse_one_more
from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import NUMERAL

ShortKind = Literal["swap", "become", "add", "more", "recolour"]


@dataclass(frozen=True)
class ShortChange:
    """kind: "swap" target for replacement, "become" and "add" replacement, "more" of target by
    replacement, such as 「2匹」, "recolour" target, or the subject, into any other
    colour. whole, is_order: as those of a ChangeStep.
    """

    kind: ShortKind
    target: str = ""
    replacement: str = ""
    whole: str = ""
    is_order: bool = False


_ASPECT = "背景|空|髪の毛|髪型|髪|服装|服|目|瞳|表情|床|壁|地面|季節|時間帯|時間|天気|場所|色"
_ENDING = (
    "(?:も)?(?:が|を|で|に)?(?:見たい|みたい|ほしい|欲しい|いい|見せて|みせて|作って|描いて|して)?"
)
_VERSION = re.compile(
    rf"(?P<into>[^、]{{1,12}}?)の?(?:バージョン|ばーじょん|ヴァージョン|バ-ジョン|(?i:ver)\.?|版){_ENDING}"
)
_OTHER_COLOUR = re.compile(
    rf"(?:(?P<before>[^、の]{{1,6}})の)?(?:色違い|色ちがい|いろちがい|別の色|違う色|ちがう色|別カラー)"
    rf"(?:の(?P<after>[^、]{{1,6}}?))?{_ENDING}"
)
_COLOUR_OF = re.compile(  # 「傘の色変えて」: into any other
    "(?P<what>[^、をはがも]{1,10}?)の色(?:だけ|も)?(?:を|も)?"
    "(?:(?:変え|かえ|替え|変更し|チェンジし)て(?:みて)?|変更|チェンジ)"
)
_FACING = re.compile(
    "(?:(?P<front>こっち|こちら|正面|カメラ目線)|(?P<side>後ろ|うしろ|右|左|上|下|横))(?:を|の?ほうを?|の?方を?)?"
    "(?:(?:向|む)(?:かせ|い)て(?:いる|る)?|見て|みて)"
)
SET_UP = (  # 「テントを立てて」: verbs by which a thing comes into a picture
    "立てて|たてて|建てて|灯して|ともして|吊るして|つるして|敷いて|しいて|飾って|"
    "かざって|植えて|うえて|差して|さして|かぶらせて|被らせて|抱かせて|貼って|はって|巻きつけて"
)
_ADDED = re.compile(
    "(?P<what>[^、を]{1,12}?)(?:とか|でも|なんか|など)?(?P<how>かぶせて|被せて|着せて|持たせて|履かせて|はかせて|かけさせて|かけて|つけて|"
    "付けて|つけさせて|降らせて|咲かせて|飛ばせて|飛ばして|浮かべて|散らして|並べて|足して|たして|追加して|追加|"
    "入れて|いれて|加えて|置いて|乗せて|のせて|生やして|はやして|生えさせて|巻いて|巻かせて|"
    f"{SET_UP}|"
    "描き足して|描き入れて|上げて|(?<!て)あげて|打ち上げて|出して|だして|プラス|プラスで|"
    "(?:入れ|いれ|足し|たし|加え|つけ|付け|描き足し|追加し|かぶせ|被せ|着せ|持たせ)たい)"
)
_FALLING = {"降らせて": "が降る", "咲かせて": "が咲く"}
_ASPECT_INTO = re.compile(
    rf"(?P<what>{_ASPECT})(?:だけ|のみ)?(?P<into>(?!だけ|のみ)[^、をはがも]{{1,10}}?)(?:(?P<ku>く)(?:して|する)?|に(?:して|する|変えて|かえて)?|"
    r"で|がいい)"
)
_BARE_ASPECT = re.compile(
    "(?P<what>背景|季節|時間帯|天気|屋根|髪色|髪型|服装)(?P<into>[^、をはがも]{1,10})"
)
_NO_ASPECT = {
    "画",
    "色",
    "紙",
    "なし",
    "透明",
    "透過",
    "美術",
    "画像",
    "素材",
    "写真",
    "絵",
    "雨",
    "図",
    "予報",
}
_COLOUR_INTO = re.compile(
    r"(?P<what>[^、をはがも]{1,8}?)(?P<into>(?:真っ)?[赤青白黒緑紫茶桃金銀黄](?:色)?|ピンク(?:色)?|オレンジ(?:色)?|"
    r"水色|グレー|虹色)(?:く(?:して)?|に(?:して|変えて)?|で)"
)
_IN_A_WORD = re.compile(  # 「猫大きく」, 「桜もっと満開に」
    "(?P<head>(?:[^、をはがもで]|(?<=[子こ]ど)も|も(?=っと|う[少ち])){2,14}?)(?P<how>[くに])(?P<verb>して|する|変えて|かえて|変更(?:して)?|チェンジ)?"
)
_DEGREE_WITHIN = re.compile(
    "^(?:もっと|もう少し|もうちょっと|もうちょい|も少し|ちょっと|ちょい|少し|すこし|すごく|かなり|めっちゃ|超)"
)
_WHOLE = {"全体", "全体的", "全部", "ぜんたい", "ぜんぶ", "絵", "絵全体"}
_IS_NO_LOOK = {  # before 「に」 it says where or how, not what something becomes
    *(
        "一緒",
        "今",
        "自由",
        "上",
        "下",
        "左",
        "右",
        "中",
        "隣",
        "横",
        "前",
        "後ろ",
        "手前",
        "奥",
        "間",
        "次",
    ),
    *(
        "最後",
        "最初",
        "他",
        "ほか",
        "別",
        "逆",
        "特",
        "本当",
        "順番",
        "代わり",
        "ため",
        "為",
        "よう",
        "様",
    ),
    *(
        "方",
        "ほう",
        "所",
        "ところ",
        "時",
        "頃",
        "もの",
        "こと",
        "そば",
        "近く",
        "周り",
        "まわり",
        "そこ",
        "ここ",
    ),
    *("みたい", "そう", "なし", "一つ", "ひとつ", "先", "後", "外", "内", "側", "的", "風", "用"),
}
_SHORT_THINGS = set(
    "犬猫海山森川空夜朝昼雪雨花桜龍竜鳥馬牛豚虎熊狐狼兎魚亀蛇猿鬼城船車月星春夏秋冬滝湖島街町村池庭駅橋塔嵐霧雷虹"
    "赤青白黒緑紫金銀黄茶"
)
_TURNED = re.compile("向きを?(?P<side>右|左|正面|後ろ|上|下)(?:向き)?に(?:して|変えて|かえて)?")
_BARE_LOOK = re.compile("(?P<into>[^、をはがも]{1,5})に")
_MAX_CHARS = 28


def parse_short_change(words: str) -> ShortChange | None:
    """Return the change that a part of a sentence without its particles is. Returns None if it is
    none. words: without what makes them polite."""
    if len(words) > _MAX_CHARS:
        return None
    if match := _OTHER_COLOUR.fullmatch(words):
        colour = match["before"] or match["after"] or ""
        if is_colour(colour):
            return ShortChange("become", replacement=colour)
        return None if colour else ShortChange("recolour")
    if (match := _COLOUR_OF.fullmatch(words)) and morphology.is_noun_phrase(match["what"]):
        return ShortChange("recolour", match["what"])
    if (match := _VERSION.fullmatch(words)) and morphology.is_noun_phrase(match["into"]):
        return ShortChange("become", replacement=match["into"])
    if match := _FACING.fullmatch(words):
        side = (match["side"] or "正面").replace("うしろ", "後ろ")
        return ShortChange("become", replacement=f"{side}向き")
    if more := parse_one_more(words):
        return ShortChange("more", *more)
    if (
        (match := _ADDED.fullmatch(words))
        and "枚" not in match["what"]
        and all(map(morphology.is_noun_phrase, match["what"].split("に", 1)))  # 「空に虹」
    ):
        what = match["what"]
        return ShortChange("add", replacement=what + _FALLING.get(match["how"], ""))
    if match := _TURNED.fullmatch(words):
        return ShortChange("become", replacement=f"{match['side']}向き")
    match = _BARE_LOOK.fullmatch(words)
    if match and (category_of(match["into"], STATE_CATEGORIES) or is_colour(match["into"])):
        return ShortChange("become", replacement=match["into"])  # 「夜に」
    return _of_aspect(words) or _without_particle(words) or _in_a_word(words) or _caused(words)


def _of_aspect(words: str) -> ShortChange | None:
    """Read 「背景夜」, 「季節秋」: what every picture has, and what it becomes, nothing else."""
    match = _BARE_ASPECT.fullmatch(words)
    if match is None or match["into"] in _NO_ASPECT:
        return None
    into = match["into"]
    is_known = into in _SHORT_THINGS or is_colour(into) or category_of(into, STATE_CATEGORIES)
    if is_known or (match["what"] == "背景" and len(into) > 1 and _is_thing(into)):
        return ShortChange("swap", match["what"], into)
    return None


def _is_thing(words: str) -> bool:
    return "枚" not in words and morphology.is_noun_phrase(words)


def _without_particle(words: str) -> ShortChange | None:
    """Read 「背景海に」, 「髪青くして」, 「りんご青に」."""
    for pattern in (_ASPECT_INTO, _COLOUR_INTO):
        match = pattern.fullmatch(words)
        if match is None or not morphology.is_word_start(words, match.start("into")):
            continue
        into = match["into"]
        if words.endswith("で") and not morphology.is_noun_phrase(into):
            continue  # 「空飛んで」
        if "ku" in match.re.groupindex and match["ku"] and not into.endswith("い"):
            into += "い"
        if match["what"] in _WHOLE:
            return ShortChange("become", replacement=into)
        if is_colour(match["what"]) or not morphology.is_noun_phrase(match["what"]):
            continue
        return ShortChange("swap", match["what"], into)
    return None


def _in_a_word(words: str) -> ShortChange | None:
    """Read 「猫大きく」, 「猫犬に」, 「背景もっと暗く」: a thing, and what it becomes."""
    match = _IN_A_WORD.fullmatch(words)
    if match is None:
        return None
    head, is_adjective = match["head"], match["how"] == "く"
    if (
        is_quantity(head)
        or head[0].isdecimal()
        or head.endswith(("なし", "風"))
        or words.endswith("よろしく")
    ):
        return None  # 「5匹に」, 「3Dキャラに」, 「少女漫画風に」
    for word in morphology.tokenize(words)[1:]:
        what, into = head[: word.start], _DEGREE_WITHIN.sub("", head[word.start :])
        if not into or not _is_thing(what) or is_colour(what):
            continue
        if category_of(what, STATE_CATEGORIES) or what in _IS_NO_LOOK or re.match(NUMERAL, what):
            continue  # 「朝早く」, 「二重に」
        if word.part_of_speech == "接尾辞" and into not in _SHORT_THINGS:
            continue  # 「誕生|日カードに」
        if is_adjective:
            tokens = morphology.tokenize(f"{into}い")
            is_good = into in {"よ", "良", "な", "無", "よろし"}  # 「かっこよく」, 「影なくして」
            if is_good or len(tokens) != 1 or tokens[0].part_of_speech != "形容詞":
                continue
            into = tokens[0].lemma if is_colour(tokens[0].lemma) else f"{into}い"  # 「くろく」
        elif into in _IS_NO_LOOK or not _is_look(into) or morphology.ends_in_noun(head, len(into)):
            continue  # 「海水浴に」
        elif len(into) == 1 and into not in _SHORT_THINGS:
            continue  # 「着物姿に」
        if what in _WHOLE:
            return ShortChange("become", replacement=into)
        if into != head[word.start :] and not (is_adjective or _states(into)):
            into = f"{into}の{what}"  # 「桜もっと満開に」
        whole = f"{into}{what}" if is_adjective else head
        return ShortChange("swap", what, into, whole, is_order=match["verb"] is not None)
    return None


def _states(words: str) -> bool:
    return (
        is_colour(words) or is_quantity(words) or category_of(words, STATE_CATEGORIES) is not None
    )


def _is_look(words: str) -> bool:
    """Return whether something can become it: 「雪山」, 「3匹」, 「ふわふわ」."""
    tokens = morphology.tokenize(words)
    is_manner = len(tokens) == 1 and tokens[0].part_of_speech in {"副詞", "形状詞"}
    return is_manner or _is_thing(words)


def _caused(words: str) -> ShortChange | None:
    """Read 「笑わせて」, 「座らせて」: what it does is written in the verb's plain form."""
    tokens = morphology.analyze(words)
    if len(tokens) != 3 or tokens[2].surface() != "て":
        return None
    verb, causes = tokens[0], tokens[1]
    if verb.part_of_speech()[0] != "動詞" or causes.dictionary_form() not in {"せる", "させる"}:
        return None
    return ShortChange("become", replacement=verb.dictionary_form())
