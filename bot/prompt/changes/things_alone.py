"""Tells of a thing named alone whether it belongs to a picture: 「味噌」 to ramen, 「麦わら帽子」.

Said first, each is a wish of its own, and after most pictures it stays one: 「犬」 after an apple.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bot.prompt.changes import attributes
from bot.prompt.changes.categories import names_living, split_segments
from bot.prompt.changes.steps import Change, ChangeStep
from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import NUMERAL
from bot.prompt.request.reading import Reading

_BELONGINGS = Path(__file__).with_name("belongings.txt")
_WORN = re.compile(  # by whoever is in the picture, or hung on what is
    "(?:麦わら|とんがり|シルク|ニット|毛糸の)?(?:帽子|ハット|キャップ)|首輪|鈴|リード|蝶ネクタイ|ネクタイ|リボン|マフラー|手袋|"
    "長?靴|ブーツ|ランドセル|リュック|王冠|冠|花冠|花かんむり|ティアラ|マント|サングラス|メガネ|眼鏡|猫耳|うさ耳|浴衣|"
    "着物|ドレス|エプロン|ワンピース|スーツ|制服|ピアス|イヤリング|ネックレス|お面|法被|はちまき|兜|鎧|風船|日傘|傘"
)
_GROUND = re.compile(  # where what drives, or lives, may be
    "(?:海|川|湖)(?:沿い|辺|岸)(?:の道)?|[^、のをはが]{1,4}(?:道|道路|街道|峠|坂道)|坂道|高速道路|トンネル|サーキット"
)
_DRIVES = re.compile("車|カー|バイク|トラック|バス|タクシー|自転車|チャリ|電車|列車")
_SCENE = re.compile(  # of more than a name: 「夜の水族館」, 「公園のベンチ」
    "[のなだいたる、][^の、]{0,6}(?:町|街|村|都|城|寺|神社|公園|ベンチ|庭|畑|森|林|丘|川|海|湖|池|島|浜|岸|港|駅|道|橋|空|原|"
    "谷|館|園|校|屋|店|室|家|教室|広場|市場|商店街|牧場|遊園地|温泉|風呂|旅館|カフェ|窓辺|縁側|ベランダ|屋上|渓谷|運河|路地|風景|"
    "景色|夜景|並木|祭り|結婚式|校庭|プール|川辺|海辺|テラス|広間|路|通り)$"
)
_IN_SCENES = re.compile(  # what may come into any of them
    "虹|(?:打ち上げ)?花火|満月|三日月|お?月|太陽|流れ星|星|入道雲|雲|雪|鯉のぼり|オーロラ|飛行機雲|夕日|風船|気球|"
    "提灯|灯籠|街灯|ガス灯|ベンチ|紙吹雪|花吹雪|桜吹雪|花びら|落ち葉|蛍|ホタル|シャボン玉|しゃぼん玉|ちょうちょ|蝶々?|とんぼ|トンボ|"
    "小鳥|かもめ|カモメ|つばめ|ツバメ|煙突?|煙突の(?:煙|けむり)|けむり|旗|国旗|屋台|人力車|自転車|"
    "(?:お|ご)?(?:じい|ばあ|父|母|兄|姉)(?:ちゃん|さん)|子ども(?:たち)?|子供(?:たち)?|カップル|親子|家族|旅人|人影"
)
_FLAT = re.compile(  # parts that are counted as pictures are
    "(?:チーズ|ハム|海苔|のり|ベーコン|レタス|パン|クッキー|せんべい|葉|葉っぱ|花びら|皿|手紙|写真|紙|旗|羽|羽根|布団|毛布|座布団|畳|窓)$"
)
_KANA_COUNTERS = {
    **dict.fromkeys(("ほん", "ぼん", "ぽん"), "本"),
    **dict.fromkeys(("ひき", "びき", "ぴき"), "匹"),
    **{
        "こ": "個",
        "まい": "枚",
        "にん": "人",
        "だい": "台",
        "わ": "羽",
        "さつ": "冊",
        "とう": "頭",
    },
}
_COUNTED = re.compile(  # 「チーズ2枚」, 「いちごみっつ」
    "(?P<what>[^、。をはが0-9]{1,10}?)(?:を|は)?"
    f"(?P<count>(?:{NUMERAL})(?:[匹人名頭羽体台本個つ輪枚切皿杯房粒冊着艘隻]|{'|'.join(_KANA_COUNTERS)})|"
    "ひとつ|ふたつ|みっつ|よっつ|いつつ|ひとり|ふたり)"
)
_KANA = re.compile("[ぁ-んー]{2,6}")
_NO_THING = re.compile(  # before a number that is of the picture's subject
    "もう|あと|さらに|やっぱ|ぜんぶ|全部|みんな|それ|これ|ここ|まだ|さっき|もっと|ちょうど|合計|だいたい|たった|せめて|"
    "やはり|じゃあ|では|なら|ほか|他|別|次|今度|全員"
)
_MAX_COUNTED = 12  # characters of a thing and its number


def belongs(thing: str, prompt: str) -> bool:
    """Return whether a thing that is named alone is of the picture with this prompt."""
    if thing in prompt or not split_segments(prompt):
        return False
    if _WORN.fullmatch(thing):
        return _WORN.search(_subject(prompt)) is None
    if _GROUND.fullmatch(thing):
        return bool(_DRIVES.search(_subject(prompt))) or names_living(prompt)
    if _SCENE.search(split_segments(prompt)[0]) and _IN_SCENES.fullmatch(thing):
        return True
    return any(
        thing in parts and any(_is_of(subject, prompt) for subject in subjects)
        for subjects, parts in _belongings()
    )


def parse_counted(words: str, prompt: str) -> Change | None:
    """Return the change of how many there are of a thing in a picture: 「チーズ2枚」.

    Returns None if the words ask for something else: 「犬2匹」 after a cat.
    """
    match = _COUNTED.fullmatch(words) if len(words) <= _MAX_COUNTED else None
    if match is None or not _names_thing(match["what"]):
        return None
    what = morphology.spelled_in(prompt, match["what"])
    count = _in_kanji(match["count"])
    if what in prompt:
        if count.endswith("枚") and not _FLAT.search(what):
            return None
        if attributes.is_quantity(count):
            return _one(ChangeStep("swap", what, count))
        return _one(ChangeStep("rewrite", what, f"{count}の{what}"))
    if count.endswith("枚") and not (_FLAT.search(what) or belongs(what, prompt)):
        return None  # pictures
    is_other_creature = count.endswith(("匹", "頭", "羽", "人")) and names_living(prompt)
    return None if is_other_creature else _one(ChangeStep("add", f"{count}の{what}"))


def _names_thing(words: str) -> bool:
    """Return whether words can be a thing: the analyser takes 「かもめ」 apart."""
    if _NO_THING.match(words) or morphology.ends_in_particle(words, "も"):
        return False
    return _KANA.fullmatch(words) is not None or morphology.is_noun_phrase(words)


def _in_kanji(count: str) -> str:
    for kana, kanji in _KANA_COUNTERS.items():
        if count.endswith(kana) and re.fullmatch(NUMERAL, count.removesuffix(kana)):
            return count.removesuffix(kana) + kanji
    return count


def _one(step: ChangeStep) -> Change:
    return Change(True, (step,), Reading("", problem="empty"))


def _subject(prompt: str) -> str:
    return split_segments(prompt)[0]


def _is_of(subject: str, prompt: str) -> bool:
    """Return whether a prompt's first part ends in that: 「味噌ラーメン」, 「黒い車」."""
    return any(segment.endswith(subject) for segment in split_segments(prompt)[:2])


@cache
def _belongings() -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
    lines = _BELONGINGS.read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((tuple(of.split()), frozenset(parts.split())) for of, parts in pairs)
