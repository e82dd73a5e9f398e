"""Categories of words that exclude each other: times of day, seasons, weather, sizes, faces ...

A new word replaces the old one of its category: 「夜にして」 makes
「夜の富士山」 of 「朝の富士山」. Parts of longer words are left alone:
「夜桜」 and 「雪だるま」 stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bot.prompt.japanese import morphology


@dataclass(frozen=True)
class Category:
    """Words that exclude each other.

    templates: each word as it occurs in a prompt -> the form in which another one replaces it:
    {noun} 「雨」, {attributive} 「雨の」, 「明るい」, {within} 「雨の中」.
    only_if_single: nothing is replaced where several of them occur, which are then what the
    picture shows. incoming_only: words that may replace others but are not replaced.
    """

    templates: dict[str, str]
    only_if_single: bool = False
    incoming_only: frozenset[str] = frozenset()


def _category(
    words: str,
    *,
    only_if_single: bool = False,
    incoming_only: str = "",
    forms: Mapping[str, str] | None = None,
) -> Category:
    """Build a category of words between blanks. forms: template -> its words; the rest: {noun}."""
    templates = dict.fromkeys(words.split(), "{noun}")
    for template, words_of_template in (forms or {}).items():
        templates |= dict.fromkeys(words_of_template.split(), template)
    return Category(templates, only_if_single, frozenset(incoming_only.split()))


def _falling(*things: str) -> str:
    verbs = ("降る", "降っている", "ふる", "ふっている", "舞う", "積もる", "積もった")
    return " ".join(
        f"{thing}{particle}{verb}" for thing in things for particle in "がの" for verb in verbs
    )


_RAINS, _SNOWS = _falling("雨"), _falling("雪", "粉雪")
_CATEGORIES = (
    _category(  # time of day
        "夜明け 早朝 朝 朝方 午前 昼間 真昼 昼 お昼 午後 夕方 夕暮れ 夕暮れ時 夕刻 黄昏 たそがれ "
        "深夜 真夜中 夜中 夜 月夜 日中",
        incoming_only="星空 夜景 夕焼け 朝焼け 夕日",
        forms={
            "{attributive}": "夕焼けの 朝焼けの 夕日の 朝日の 星空の",
            "{attributive}空": "夜空 夕空 夕焼け空 青空",
            "{attributive}空の下": "星空の下",
            "{attributive}景色": "夜景 夕景",
        },
    ),
    _category(  # season
        "早春 初春 春 晩春 初夏 夏 真夏 晩夏 初秋 秋 晩秋 初冬 冬 真冬",
        forms={"{attributive}": _SNOWS, "{attributive}景色": "雪景色 冬景色 春景色 秋景色"},
    ),
    _category(  # weather
        "晴れ 快晴 晴天 曇り くもり 曇天 雨 大雨 小雨 雨天 雷雨 雪 大雪 小雪 吹雪 嵐 台風 霧 "
        "雨上がり",
        forms={
            "{attributive}": f"晴れた 晴れ渡った 曇った {_RAINS} {_SNOWS}",
            "{attributive}空": "青空 曇り空 雨空 雪空",
            "{attributive}景色": "雪景色",
            "{within}": "雨の中 雪の中 吹雪の中 嵐の中 霧の中",
        },
    ),
    _category("明るい 暗い 薄暗い 真っ暗 真っ暗な 明るめの 暗めの"),
    _category(
        "大きい 大きな 小さい 小さな 巨大な でかい ちっちゃい ちいさい おおきい 大きめの 小さめの"
    ),
    _category("新しい 古い 古びた 真新しい"),
    _category("若い 老いた 年老いた 年をとった 幼い"),
    _category("暖かい あたたかい 寒い 涼しい 暑い"),
    _category("派手な 地味な"),
    _category("静かな にぎやかな 賑やかな"),
    _category("長い 短い"),
    _category("太い 細い"),
    _category("太った 痩せた やせた"),
    _category("高い 低い"),
    _category("広い 狭い"),
    _category("濃い 薄い 淡い 鮮やかな"),
    _category("かわいい 可愛い 怖い こわい かっこいい"),
    _category("楽しい 悲しい さびしい 寂しい"),
    _category("丸い 四角い 三角の 六角形の ハート型の ハート形の 星型の 星形の 円形の 楕円の"),
    _category(  # faces
        "笑顔 泣き顔 怒り顔 怒った顔 困り顔 困った顔 真顔 無表情 悲しい顔 驚いた顔 眠そうな顔",
        forms={"{attributive}": "笑っている 笑った 笑う 泣いている 泣く 怒っている 怒った"},
    ),
    _category("右向き 左向き 正面向き 後ろ向き 上向き 下向き"),
    _category(  # animals, where it is the one
        "犬 子犬 猫 子猫 うさぎ ウサギ 兎 鳥 小鳥 馬 牛 豚 羊 熊 くま クマ パンダ 虎 トラ ライオン "
        "象 ゾウ きりん キリン 猿 サル 狐 きつね キツネ 狸 たぬき タヌキ 狼 オオカミ 鹿 シカ リス "
        "ハムスター ペンギン カエル フクロウ イルカ クジラ 鯨 カメ 亀 魚 金魚 恐竜 ドラゴン",
        only_if_single=True,
    ),
    _category(  # people, where it is one
        "男の子 女の子 少年 少女 男性 女性 男の人 女の人 おじいちゃん おばあちゃん おじいさん "
        "おばあさん "
        "お父さん お母さん パパ ママ お兄さん お姉さん お兄ちゃん お姉ちゃん おじさん おばさん "
        "赤ちゃん 子ども 子供 大人 "
        "王子様 お姫様 王様 女王様 侍 忍者 殿様 武士 サンタ サンタさん サンタクロース 雪だるま",
        only_if_single=True,
    ),
    _category(  # where it is, where that is one place
        "森 林 海 海辺 浜辺 砂浜 海岸 山 川 川辺 湖 湖畔 草原 野原 花畑 砂漠 雪原 公園 庭 街 町 村 "
        "都会 部屋 教室 学校 図書館 カフェ 駅 宇宙 海中 水中 空中 月面 お城 城 神社 お寺 寺 遊園地",
        only_if_single=True,
        forms={
            "{noun}": "森の中 林の中 海の中 街の中 町の中 部屋の中 庭の中 公園の中 教室の中",
        },
    ),
)
STATE_CATEGORIES = _CATEGORIES[:-3]  # which a thing is in or under, and stays the thing that it is
ANIMATE_CATEGORIES = _CATEGORIES[-3:-1]
PLACE_CATEGORY = _CATEGORIES[-1]
SCENE_CATEGORIES = (*_CATEGORIES[:3], PLACE_CATEGORY)  # what a whole picture is in

_ATTRIBUTIVE = {  # before what it describes; else 「い」 stays, and a noun gets 「の」
    **{"晴れ": "晴れた", "赤": "赤い", "青": "青い", "黒": "黒い", "白": "白い"},
    **{"四角": "四角い", "丸": "丸い", "お昼": "昼の", "日中": "昼の"},
}
_WITHIN = {
    "晴れ": "晴れた空の下",
    "快晴": "晴れた空の下",
    "曇り": "曇り空の下",
    "くもり": "曇り空の下",
}
# Those that the dictionary takes for nouns.
_WITH_NA = frozenset(
    ("派手", "地味", "元気", "豪華", "優雅", "巨大", "自然", "不思議", "ポップ", "シンプル")
)
_NOUN = {"お昼": "昼", "くもり": "曇り", "晴れた": "晴れ"}


def attributive(word: str) -> str:
    """Return the form of a word before a noun that it describes: 「青い」, 「静かな」."""
    if word in _ATTRIBUTIVE:
        return _ATTRIBUTIVE[word]
    last = morphology.tokenize(word)[-1] if word else None
    if (
        last is None
        or word.endswith(("の", "な", "っぽい"))
        or last.part_of_speech in {"形容詞", "動詞", "助動詞"}
    ):
        return word
    if word in _WITH_NA or (last.part_of_speech == "形状詞" and not word.endswith("め")):
        return f"{word}な"
    return f"{word}の"


def _contains(category: Category, word: str) -> bool:
    known = word in category.templates or word in category.incoming_only
    return known or attributive(word) in category.templates


def category_of(word: str, categories: tuple[Category, ...] = _CATEGORIES) -> Category | None:
    """Return the category of a word. Returns None if it is in none of them."""
    return next((category for category in categories if _contains(category, word)), None)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _occurrences(category: Category, text: str) -> list[re.Match[str]]:
    """Return where words of the category occur in the text as words, in no compound."""
    words = morphology.tokenize(text)
    index_at_start = {word.start: index for index, word in enumerate(words)}
    index_at_end = {word.end: index for index, word in enumerate(words)}

    def stands_apart(match: re.Match[str]) -> bool:
        if match.start() not in index_at_start or match.end() not in index_at_end:
            return False
        if match[0].endswith(("の", "な", "い", "た", "る")):
            return True
        before = words[: index_at_start[match.start()]][-1:]
        after = words[index_at_end[match.end()] + 1 :][:1]
        joined_before = any(word.part_of_speech in {"名詞", "接頭辞"} for word in before)
        joined_after = any(word.part_of_speech in {"名詞", "接尾辞", "助動詞"} for word in after)
        return not joined_before and not joined_after

    pattern = _pattern(tuple(category.templates))
    return [match for match in pattern.finditer(text) if stands_apart(match)]


def replace_in_category(prompt: str, replacement: str) -> str | None:
    """Return the prompt with `replacement` instead of the words that it excludes.

    Returns None if the prompt has none of them.
    """
    replacement = _NOUN.get(replacement, replacement)
    category = category_of(replacement)
    if category is None:
        return None
    matches = _occurrences(category, prompt)
    others = [
        match
        for match in matches
        if _NOUN.get(match[0], match[0]) != replacement
        and attributive(match[0]) != attributive(replacement)
    ]
    if not others or (category.only_if_single and len({match[0] for match in matches}) > 1):
        return None
    if category not in SCENE_CATEGORIES:
        others = others[-1:]  # 「大きな木の下の小さい猫」: the one of the main subject
    forms = {
        "noun": replacement,
        "attributive": attributive(replacement),
        "within": _WITHIN.get(replacement, f"{replacement}の中"),
    }
    for match in reversed(others):
        template, end = category.templates[match[0]], match.end()
        if template == "{noun}" and prompt[end : end + 1] == "の":  # 「雨の街」 -> 「晴れた街」
            template, end = "{attributive}", end + 1
        elif template == "{noun}" and match[0] == attributive(match[0]):
            template = "{attributive}"
        prompt = prompt[: match.start()] + template.format(**forms) + prompt[end:]
    once = re.escape(forms["attributive"])
    return "、".join(dict.fromkeys(split_segments(re.sub(f"({once})(?:{once})+", r"\1", prompt))))


def shows_already(prompt: str, word: str) -> bool:
    """Return whether a prompt is of this time, season or weather already."""
    word = _NOUN.get(word, word)
    category = category_of(word, SCENE_CATEGORIES[:3])
    if category is None:
        return False
    shown = {_NOUN.get(match[0], match[0]) for match in _occurrences(category, prompt)}
    return {attributive(one) for one in shown} == {attributive(word)}


def names_living(prompt: str) -> bool:
    """Return whether a prompt names an animal or a person of the categories."""
    return any(word in prompt for category in ANIMATE_CATEGORIES for word in category.templates)


def split_segments(prompt: str) -> list[str]:
    """Return the parts of a prompt between its commas."""
    return [segment for segment in re.split("[、,]", prompt) if segment]
