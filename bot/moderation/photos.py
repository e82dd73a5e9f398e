"""What is not done to a person in a photo: undressed, sexualised, humiliated.

A photo shows somebody real, so this is stricter than the lists. It looks at what a wish does (takes
off, opens, thins) and to what (clothes, intimate parts), whatever the words are: photo_words.toml
says of each word which concept it stands for, and `bot.moderation.photo_rules` relates them.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from bot.moderation.dialects import standardize
from bot.moderation.harmless_uses import without_harmless_uses
from bot.moderation.lookalikes import as_it_looks
from bot.moderation.normalize import fold, fold_letters
from bot.moderation.photo_rules import Concepts, is_humiliating, is_sexual
from bot.prompt import clean
from bot.prompt.japanese import morphology
from bot.prompt.japanese.kana import to_hiragana

_LETTERS_APART = re.compile(r"(?<!\w)\w(?:[^\w、。]{1,3}\w(?!\w)){2,40}+")
_KATAKANA_ONLY = re.compile(r"[^ぁ-ん]*[ァ-ヺー]{4}[^ぁ-ん]*")
_NOT_WANTED = "(?!.{0,4}?(?:じやな|ではな|しないで|せないで|えないよう|なしで))"
_WEAR = (
    "clothes|clothing|clothe|shirt|t-shirt|top|dress|skirt|pants|trousers|jeans|bra|outfit|blouse|"
    "suit|uniform|swimsuit|bikini|shorts|leggings|robe|towel|underwear|sweater"
)
_ENGLISH_UNDRESSING = re.compile(
    r"\b(?:remove|take|pull|strip|rip|tear|cut|delete|erase|lose|without|no|less|fewer|unbutton|"
    r"lift|lower|open|see[- ]?through|transparent|sheer|wet|tight|tiny)\b"
    rf"(?: (?:off|down|up|away|out|all|of|her|his|their|the|this|my|any|a|some|that)){{0,4}} "
    rf"(?:(?:woman|man|girl|boy|person|lady)(?:'s)? )?(?:{_WEAR})\b"
    rf"|\b(?:{_WEAR}) (?:transparent|see[- ]?through|sheer|shorter|tighter|smaller|wet|open|off|"
    r"down|disappear|vanish|gone|invisible)\b"
    r"|\b(?:make|show|bigger|larger|huge|big|enlarge)(?: (?:her|his|their|the|bigger|larger|huge|"
    r"more|a|bare)){0,3} (?:chest|butt|ass|hips|thighs|bust|skin|legs)\b"
)
_ENGLISH_HUMBLING = re.compile(
    r"\b(?:make|turn)(?: \w+){1,3} (?:into )?an? "
    r"(?:pig|monkey|slave|rat|cockroach|criminal|fool|idiot|joke)\b"
)
_KNITTED = re.compile("(?<=編)みぐるみ|(?<=あ)みぐるみ")  # a toy, and nobody's clothes
_BEAUTIFIED = re.compile(  # as photo booths do
    "(?:お?肌|はだ)(?:を|も|は)?(?:もっと)?(?:白|しろ)く|(?:目|め)(?:を|も)?(?:でか|でっか|大き|"
    "おっき)く|プリクラ(?:みたいに|風に|っぽく)?"
)
_ASKED = (
    "(?:ください|下さい|ほしい|欲しい|くれる|くれん?|もらえる|もらえ|いただけ|ちょうだい|みて|"
    "ます|ません|です|たい|けど|"
    "か|な|ね|よ|や|の|ん){0,5}"
)
_RETOUCH = re.compile(  # 「肌を綺麗に見せて」: said of a face, and bares nothing
    "(?:お?顔の)?(?:お?肌|はだ|お?顔|歯|髪(?:の毛)?|唇|目元|口元|毛穴)(?:の(?:色|つや|ツヤ|調子|"
    "質感|くすみ|荒れ))?"
    "(?:を|も|が|は|だけ)?、?(?:もっと|もう少し|少し|ちょっと){0,2}"
    "(?:(?:きれい|綺麗|キレイ|なめらか|滑らか|つるつる|ツルツル|すべすべ|スベスベ|つやつや|"
    "ツヤツヤ|もちもち|健康的|自然|"
    "ぴかぴか|つるん)[にと]?|(?:明る|白|美し|若々し)く)"
    "(?:見せて|し(?:て|たい)|(?:加工|補正|修正)(?:して)?|整えて|仕上げて|直して|なる|なり|でき|"
    "お願い|"
    "おねがい|見えるように)"
    f"{_ASKED}"
    "|美肌(?:に|加工|補正|モード|効果)?(?:で|を)?(?:して|かけて|お願い|加工|できる|"
    "仕上げて)?"
    f"{_ASKED}"
)
_WHOSE = (  # 「祖父の写真なんだけど」, 「写真の彼女の」
    "(?:[^、。!?服裸下脱着上胸]{1,8}の)?"
    "(?:お?写真(?:なんだ(?:けど)?|なんです(?:けど|が)?|だけど|ですが|で|の)、?)?"
    "(?:[^、。!?服裸下脱着上胸]{1,8}の)?"
)
_WORN_ON_HEAD = (
    "(?:メガネ|眼鏡|めがね|サングラス|グラサン|帽子|ぼうし|マスク|ヘルメット|イヤリング|ピアス)"
)
_TAKEN_OFF_HEAD = re.compile(
    f"{_WHOSE}{_WORN_ON_HEAD}(?:を|は|だけ)?(?:(?:外し|はずし|取っ|とっ)[たて]|(?:脱|ぬ)い[でだ])"
    "(?:感じ|姿|状態|とこ|ところ|風|顔|バージョン)?"
    "(?:に|で|を)?(?:して|できる|お願い|見たい|見せて|みて)?"
    f"{_ASKED}"
)


class PhotoWords(NamedTuple):
    """concepts: by lemma or spelling. phrases: of a folded text, by category."""

    concepts: dict[str, frozenset[str]]
    phrases: dict[str, re.Pattern[str]]


def classify_photo_wish(text: str) -> str | None:
    """Return the category, "sexual" or "deception", for which a wish about a photo is refused.

    text: as a person wrote it, of any length. Returns None if it may be painted. Never raises.
    """
    words = _photo_words()
    typed = clean(text)
    if is_retouch(typed):
        return None
    categories: set[str] = set()
    for view in _views(without_harmless_uses(_BEAUTIFIED.sub("", typed))):
        folded = _KNITTED.sub("", fold(view).text)
        categories.update(name for name, phrase in words.phrases.items() if phrase.search(folded))
        if _ENGLISH_UNDRESSING.search(view.lower()):
            categories.add("sexual")
        if _ENGLISH_HUMBLING.search(view.lower()):
            categories.add("deception")
        tokens = morphology.tokenize(view)
        concepts = [_concepts(token.lemma, token.text, words.concepts) for token in tokens]
        if is_sexual(tokens, concepts):
            categories.add("sexual")
        if is_humiliating(tokens, concepts):
            categories.add("deception")
    return min(categories, key=("sexual", "deception").index) if categories else None


def is_retouch(text: str) -> bool:
    """Return whether a cleaned text wants nothing but a face retouched, 「肌を綺麗に見せて」, or
    without glasses and the like."""
    words = text.rstrip("。!！?？〜~ー♪ ")
    return any(wish.fullmatch(words) for wish in (_RETOUCH, _TAKEN_OFF_HEAD))


def _views(text: str) -> dict[str, None]:
    """Return the text as typed, as it looks, with its letters together, and in hiragana."""
    looks = as_it_looks(text)
    joined = _LETTERS_APART.sub(lambda apart: re.sub(r"\W", "", apart[0]), looks)
    views = dict.fromkeys((text, looks, joined, standardize(looks)))
    if _KATAKANA_ONLY.fullmatch(joined):
        views[to_hiragana(joined)] = None
    return views


def _concepts(lemma: str, text: str, known: dict[str, frozenset[str]]) -> Concepts:
    none: Concepts = frozenset()
    return known.get(lemma, none) | known.get(text, none) | known.get(fold_letters(text), none)


@cache
def _photo_words() -> PhotoWords:
    table = tomllib.loads(files("bot.moderation").joinpath("photo_words.toml").read_text("utf-8"))
    concepts: dict[str, set[str]] = {}
    for concept, words in table["concepts"].items():
        for word in words:
            concepts.setdefault(word, set()).add(concept)
            if not re.search("[一-龠]", word):
                concepts.setdefault(fold_letters(word), set()).add(concept)
    phrases = {
        category: re.compile(f"(?:{'|'.join(map(re.escape, phrases))}){_NOT_WANTED}")
        for category, phrases in table["phrases"].items()
    }
    return PhotoWords({word: frozenset(each) for word, each in concepts.items()}, phrases)
