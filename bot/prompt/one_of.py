"""What a picture shows one of: a time of day, a season, the weather, a colour, a number, a side ...

Said anew, it takes the place of what there was: 「朝の富士山」 and 「夜にして」 make
「夜の富士山」. Words count where they are words: 「夜桜」 and 「雪だるま」 stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bot import japanese


@dataclass(frozen=True)
class Group:
    """Words that exclude each other. words: as they stand in a prompt, each with the form in which
    another takes its place: {noun} 「雨」, {being} 「雨の」, 「明るい」. lone: nothing is replaced
    where several of them stand, which is then what the picture is of.
    """

    words: dict[str, str]
    lone: bool = False
    more: frozenset[str] = frozenset()  # which may come in, but do not go


def _group(
    words: str, *, lone: bool = False, more: str = "", forms: Mapping[str, str] | None = None
) -> Group:
    """forms: words by the form in which another takes the place of theirs; else {noun}."""
    written = {word: form for form, those in (forms or {}).items() for word in those.split()}
    return Group(dict.fromkeys(words.split(), "{noun}") | written, lone, frozenset(more.split()))


def _falling(*what: str) -> str:
    falls = ("降る", "降っている", "ふる", "ふっている", "舞う", "積もる", "積もった")
    return " ".join(f"{it}{joint}{fall}" for it in what for joint in "がの" for fall in falls)


_RAINS, _SNOWS = _falling("雨"), _falling("雪", "粉雪")
_GROUPS = (
    _group(  # time of day
        "夜明け 早朝 朝 朝方 午前 昼間 真昼 昼 お昼 午後 夕方 夕暮れ 夕暮れ時 夕刻 黄昏 たそがれ "
        "深夜 真夜中 夜中 夜 月夜 日中",
        more="星空 夜景 夕焼け 朝焼け 夕日",
        forms={
            "{being}": "夕焼けの 朝焼けの 夕日の 朝日の 星空の",
            "{being}空": "夜空 夕空 夕焼け空 青空",
            "{being}空の下": "星空の下",
            "{being}景色": "夜景 夕景",
        },
    ),
    _group(  # season
        "早春 初春 春 晩春 初夏 夏 真夏 晩夏 初秋 秋 晩秋 初冬 冬 真冬",
        forms={"{being}": _SNOWS, "{being}景色": "雪景色 冬景色 春景色 秋景色"},
    ),
    _group(  # weather
        "晴れ 快晴 晴天 曇り くもり 曇天 雨 大雨 小雨 雨天 雷雨 雪 大雪 小雪 吹雪 嵐 台風 霧 "
        "雨上がり",
        forms={
            "{being}": f"晴れた 晴れ渡った 曇った {_RAINS} {_SNOWS}",
            "{being}空": "青空 曇り空 雨空 雪空",
            "{being}景色": "雪景色",
            "{among}": "雨の中 雪の中 吹雪の中 嵐の中 霧の中",
        },
    ),
    _group("明るい 暗い 薄暗い 真っ暗 真っ暗な 明るめの 暗めの"),
    _group(
        "大きい 大きな 小さい 小さな 巨大な でかい ちっちゃい ちいさい おおきい 大きめの 小さめの"
    ),
    _group("新しい 古い 古びた 真新しい"),
    _group("若い 老いた 年老いた 年をとった 幼い"),
    _group("暖かい あたたかい 寒い 涼しい 暑い"),
    _group("派手な 地味な"),
    _group("静かな にぎやかな 賑やかな"),
    _group("長い 短い"),
    _group("太い 細い"),
    _group("太った 痩せた やせた"),
    _group("高い 低い"),
    _group("広い 狭い"),
    _group("濃い 薄い 淡い 鮮やかな"),
    _group("かわいい 可愛い 怖い こわい かっこいい"),
    _group("楽しい 悲しい さびしい 寂しい"),
    _group("丸い 四角い 三角の 六角形の ハート型の ハート形の 星型の 星形の 円形の 楕円の"),
    _group(  # faces
        "笑顔 泣き顔 怒り顔 怒った顔 困り顔 困った顔 真顔 無表情 悲しい顔 驚いた顔 眠そうな顔",
        forms={"{being}": "笑っている 笑った 笑う 泣いている 泣く 怒っている 怒った"},
    ),
    _group("右向き 左向き 正面向き 後ろ向き 上向き 下向き"),
    _group(  # animals, where it is the one
        "犬 子犬 猫 子猫 うさぎ ウサギ 兎 鳥 小鳥 馬 牛 豚 羊 熊 くま クマ パンダ 虎 トラ ライオン "
        "象 ゾウ きりん キリン 猿 サル 狐 きつね キツネ 狸 たぬき タヌキ 狼 オオカミ 鹿 シカ リス "
        "ハムスター ペンギン カエル フクロウ イルカ クジラ 鯨 カメ 亀 魚 金魚 恐竜 ドラゴン",
        lone=True,
    ),
    _group(  # where it is, where that is one place
        "森 林 海 海辺 浜辺 砂浜 海岸 山 川 川辺 湖 湖畔 草原 野原 花畑 砂漠 雪原 公園 庭 街 町 村 "
        "都会 部屋 教室 学校 図書館 カフェ 駅 宇宙 海中 水中 空中 月面 お城 城 神社 お寺 寺 遊園地",
        lone=True,
        forms={
            "{noun}": "森の中 林の中 海の中 街の中 町の中 部屋の中 庭の中 公園の中 教室の中",
        },
    ),
)
STATES = _GROUPS[:-2]  # which a thing is in or under, and stays the thing that it is
PLACES = _GROUPS[-1]
GROUNDS = (*_GROUPS[:3], PLACES)  # what a whole picture is in

_BEING = {  # before what it describes; else 「い」 stays, and a noun gets 「の」
    **{"晴れ": "晴れた", "赤": "赤い", "青": "青い", "黒": "黒い", "白": "白い"},
    **{"四角": "四角い", "丸": "丸い", "お昼": "昼の", "日中": "昼の"},
}
_AMONG = {
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


def being(word: str) -> str:
    """The word as it describes a noun that follows it: 「青い」, 「静かな」, 「ピンクの」."""
    if word in _BEING:
        return _BEING[word]
    last = japanese.words(word)[-1] if word else None
    if last is None or word.endswith(("の", "な")) or last.kind in {"形容詞", "動詞", "助動詞"}:
        return word
    if word in _WITH_NA or (last.kind == "形状詞" and not word.endswith("め")):
        return f"{word}な"
    return f"{word}の"


def _in(group: Group, word: str) -> bool:
    return word in group.words or word in group.more or being(word) in group.words


def one_of(word: str, groups: tuple[Group, ...] = _GROUPS) -> Group | None:
    """The group that a word is in."""
    return next((it for it in groups if _in(it, word)), None)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _found(group: Group, text: str) -> list[re.Match[str]]:
    """Where a word of the group stands in the text as a word, in no compound."""
    words = japanese.words(text)
    at = {it.start: place for place, it in enumerate(words)}
    ends = {it.end: place for place, it in enumerate(words)}

    def apart(match: re.Match[str]) -> bool:
        if match.start() not in at or match.end() not in ends:
            return False
        if match[0].endswith(("の", "な", "い", "た", "る")):
            return True
        before, after = words[: at[match.start()]][-1:], words[ends[match.end()] + 1 :][:1]
        return not any(it.kind in {"名詞", "接頭辞"} for it in before) and not any(
            it.kind in {"名詞", "接尾辞", "助動詞"} for it in after
        )

    return [it for it in _pattern(tuple(group.words)).finditer(text) if apart(it)]


def replaced(prompt: str, into: str) -> str | None:
    """The prompt with `into` in the place of what excludes it; None: there is nothing of that."""
    into = _NOUN.get(into, into)
    group = one_of(into)
    if group is None:
        return None
    found = _found(group, prompt)
    others = [it for it in found if _NOUN.get(it[0], it[0]) != into and being(it[0]) != being(into)]
    if not others or (group.lone and len({it[0] for it in found}) > 1):
        return None
    if group not in GROUNDS:
        others = others[-1:]  # 「大きな木の下の小さい猫」: that of what the picture is of
    forms = {"noun": into, "being": being(into), "among": _AMONG.get(into, f"{into}の中")}
    for match in reversed(others):
        form, end = group.words[match[0]], match.end()
        if form == "{noun}" and prompt[end : end + 1] == "の":  # 「雨の街」 -> 「晴れた街」
            form, end = "{being}", end + 1
        elif form == "{noun}" and match[0] == being(match[0]):
            form = "{being}"
        prompt = prompt[: match.start()] + form.format(**forms) + prompt[end:]
    once = re.escape(forms["being"])
    return "、".join(dict.fromkeys(segments(re.sub(f"({once})(?:{once})+", r"\1", prompt))))


def segments(prompt: str) -> list[str]:
    """The parts of a prompt, between its commas."""
    return [it for it in re.split("[、,]", prompt) if it]
