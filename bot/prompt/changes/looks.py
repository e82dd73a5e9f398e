"""Looks named without a verb, and remarks that mean one: 「夜の雰囲気で横長」, 「空が暗いかな」.

After a picture a look says what that one shall be like: 「赤い空で2枚」. A thing that is named so,
「赤い車で2枚」, is none, and asks for another picture. A remark is wished away: what is said to be
too dark shall be lighter.
"""

from __future__ import annotations

import re

from bot.prompt.changes.attributes import is_colour, is_description
from bot.prompt.changes.steps import PICTURE_ASPECTS
from bot.prompt.changes.typed import ShortChange
from bot.prompt.japanese import morphology

_FEELING = "感じ|雰囲気|ふんいき|ムード|トーン"
_LOOK = re.compile(
    f"(?:(?P<feeling>[^、]{{1,8}}?)(?:っぽい|な|の)?(?:{_FEELING})"
    "|(?P<how>[^、の]{1,6}?)の?(?P<what>背景|空|髪の毛|髪|服|目|瞳|表情|床|壁|地面))"
    "[でに](?:して)?、?(?P<rest>[^、]*)"
)
_NO_FEELING = re.compile(  # says not which
    "(?:いい|良い|よい|別|べつ|他|ほか|同じ|おなじ|似|前|まえ|元|もと|今|いま|さっき|最初|"
    "どんな|そんな|こんな|この|その|あの)"
)
_OPPOSITES = dict(  # stems of adjectives, and what a picture becomes instead
    pair.split(":")
    for pair in """
    小さ:大きい ちいさ:大きい 大き:小さい おおき:小さい でか:小さい 暗:明るい くら:明るい
    明る:暗い あかる:暗い 薄:濃い うす:濃い 濃:薄い 細:太い ほそ:太い 太:細い ふと:細い
    長:短い なが:短い 短:長い みじか:長い 狭:広い 広:狭い 低:高い 高:低い 遠:近い 近:遠い
    寂し:にぎやかな さびし:にぎやかな 少な:多い すくな:多い 多:少ない
    読みにく: よみにく: 見にく: 見づら: 読みづら: 見えにく:
    """.split()  # noqa: SIM905 one to a line would be a page
)
_ALONE = re.compile("小|ちい|大|おおき|でか|暗|くら|明|あか|薄|濃")  # said of a whole picture
_DEGREE = (
    "(?:ちょっと|ちょい|少し|すこし|少々|やや|なんか|何か|なんだか|若干|だいぶ|かなり|結構|"
    "けっこう)"
)
_ONCE_MORE = re.compile(  # 「縦でもう一枚」: the shape says what is another about it
    "(?<=.[でにく])[、 ]?(?:もう(?:一|1|いち|いっ)(?:枚|まい|度|ど|回|かい))"
    "(?:だけ|を)?(?:お願い(?:します)?|ください|ちょうだい|描いて|見せて|ほしい)?(?:です|な|ね)?$"
)
_ALSO = re.compile("^(?:あと(?![で1-9一二三四数])|それと|ついでに)[、 ]?(?=.)")
_THEN_SHAPED = re.compile("(?<=して)(?=(?:[縦横]長?|正方形)(?:で|に|$))")
FEELING_SUFFIX = re.compile("(?:な|の)?(?:感じ|雰囲気|ふんいき|イメージ)$")
_NAMES_LOOK = re.compile(  # what a picture is like, and no thing in it
    f"(?:{_FEELING}|風|調|版|タッチ|バージョン|スタイル|テイスト|仕上げ|系|色|色味|方|ほう|やつ|"
    f"もの|絵|"
    "イラスト|画像|写真|構図|サイズ|向き|比率|画面|アングル|光|影|線|季節|時間|天気)$"
)
_STEM = "|".join(sorted(_OPPOSITES, key=len, reverse=True))
_REMARK = re.compile(
    f"(?:全体的?に、?)?(?:(?P<before>{_DEGREE})、?)?(?:(?P<what>[^、がはもを]{{1,10}}?)(?:(?:が|"
    f"は|も|って)、?|(?=(?:{_STEM})(?:い|かった)?(?:すぎ|過ぎ))))?(?P<within>{_DEGREE})?、?"
    f"(?P<stem>{_STEM})(?P<too>(?:い|かった)?(?:すぎ(?:る|ます|た|ました)?|過ぎ(?:る|ます|た|"
    f"ました)?)|い|かった)"
    "(?:です|なあ?|ね|よ|よう)*(?P<hedge>かな[ぁあ]?|かも|(?:気|感じ)が(?:する|します)|"
    "(?:よう)?(?:に|と)思(?:う|います)|ように感じます|けど|んだけど|んですが)?"
    "(?:です|だけど|けど|ね|な|よ|しれません|しれない)*[wｗ笑!！]*"
)


def parse_look(words: str) -> tuple[ShortChange, str] | None:
    """Return the look that a part of a sentence begins with, and what stands behind it.

    Returns None if it begins with none.
    """
    match = _LOOK.fullmatch(words)
    if match is None:
        return None
    if feeling := match["feeling"]:
        is_look = morphology.is_noun_phrase(feeling) or is_description(feeling)
        if _NO_FEELING.match(feeling) or not is_look:
            return None
        return ShortChange("become", replacement=feeling), match["rest"]
    if not is_description(match["how"]):
        return None
    word = words[match.start("how") : match.end("what")]
    is_one_word = len(morphology.tokenize(word)) == 1  # 「金髪」 is no 「金の髪」
    return ShortChange("swap", match["what"], word if is_one_word else match["how"]), match["rest"]


def names_other_thing(words: str, prompt: str) -> bool:
    """Return whether words name a thing that is not in the prompt: 「水墨画風の猫」 of a mountain.

    What only says how a picture looks, 「やさしい雰囲気」, names none.
    """
    if not morphology.is_noun_phrase(words):
        return False
    last_word = morphology.tokenize(words)[-1].text
    is_look = last_word in PICTURE_ASPECTS or _NAMES_LOOK.search(words) is not None
    return last_word not in prompt and not is_look


def parse_remark(words: str) -> ShortChange | None:
    """Return what a remark on a picture wishes: 「もっと大きい」 of what is a bit small.

    Its replacement is empty where nothing can be painted otherwise, 「字が読みにくい」. Returns
    None if the words are no remark. words: with their hedges, 「かな」.
    """
    match = _REMARK.fullmatch(words)
    if match is None:
        return None
    replacement = _OPPOSITES[match["stem"]]
    is_remark = match["before"] or match["within"] or match["hedge"] or "ぎ" in match["too"]
    if replacement and not is_remark:
        return None  # 「空が暗い」 may be what to paint
    what = match["what"] or ""
    if what and not morphology.is_noun_phrase(what):
        return None
    if not what and not _ALONE.match(match["stem"]):
        return None  # 「ちょっと寂しいな」, 「ちょっと高いかな」
    if what in {"", "全体", "全体的", "色", "絵", "これ", "この絵"}:
        return ShortChange("become", replacement=replacement)
    return ShortChange("swap", what, replacement)


def straightened(text: str) -> str:
    """Return a change without 「もう一枚」 after it, and 「あと」 before it.

    A shape after 「して」 stands apart: 「版画にして、縦で」.
    """
    return _THEN_SHAPED.sub("、", _ALSO.sub("", _ONCE_MORE.sub("", text)))


def as_in_prompt(words: str, ku: str | None) -> str:
    """Return words as a prompt has them: 「明るく」 -> 「明るい」, 「静かな感じ」 -> 「静か」.

    ku: the 「く」 that followed the words, if it did.
    """
    if ku is None:
        return FEELING_SUFFIX.sub("", words) or words
    tokens = morphology.tokenize(words + "く")
    adjective = bool(tokens) and tokens[-1].part_of_speech in {"形容詞", "助動詞", "接尾辞"}
    if len(tokens) == 1 and adjective and is_colour(tokens[0].lemma):
        return tokens[0].lemma  # 「あおく」
    return words + ("い" if adjective else "く")
