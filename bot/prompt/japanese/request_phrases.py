"""Shortens ways of asking to the word that asks.

「描いていただいてもよろしいでしょうか」, 「描いてもらえへんやろか」 and 「描いてほしいなと思って」
are each 「描いて」 with nothing but auxiliary words after it, in whatever number and dialect. The
tokenizer recognises auxiliary words, so they need not be listed; `bot.prompt.japanese.grammar` then
reads the short form.
"""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import MARKS
from bot.prompt.japanese.morphology import Word

_MAX_TAIL_CHARS = 32  # after the word that asks
_MAX_ORDER_CHARS = 80
_ASKING_WORD = re.compile(
    r"(?:[描書画]い|かい|えがい|作っ|つくっ|生成し|作成し|こしらえ|出し|見せ|みせ|仕上げ)て"
    r"|(?:(?:ない|(?<=[かさたらまばがわれせけてべめ])ん)で|ずに|(?:消し|除い|省い|抜い|はずし|"
    r"外し|やめ)て)"
    r"|(?P<please>お願い|おねがい|御願い|頼ん(?=で)|頼(?=め))"
    r"|(?P<can>(?:描|書|か)(?=く(?:の|こと)(?:って|は|を|も)?(?:でき|出来|可能|お願い|頼)))"
)
_AUXILIARY_LEMMAS = {  # by their normal form, beside every particle and auxiliary
    *("貰う", "頂く", "呉れる", "下さる", "遣る", "見る", "為る", "致す", "出来る"),
    *("御座る", "願う", "御", "願い", "描く", "書く", "かく"),
    *("欲しい", "良い", "宜しい", "嬉しい", "有り難い", "幸い", "大丈夫", "可能", "結構", "頂戴"),
    *("助かる", "思う", "申し上げる", "存じる", "存ずる", "頼む", "こと", "事"),
    *("くださる", "ください", "頂ける", "貰える"),
}
# A statement about others: 「祖母に手紙を書いてもらった」.
_STORY_ENDING = re.compile(
    "(?:もらっ|くれ|いただい|頂い|み)た(?!ら|り)|(?:もら|貰)う$|(?:いただ|頂)く$|(?:あげ|や|み)る$|"
    "(?:もらっ|くれ|いただい|頂い)て$"
)
_POLITE = re.compile(
    "ます|ませ|です|でしょ|た[いく]|いい|ええ|良い|よろし|か$|かしら$|ない$|れば|まっせ|思"
)
# What the tokenizer does not take for auxiliary words: dialects, typing errors, fashions.
_IRREGULAR_TAIL = re.compile(
    "(?:けろ|けれ|くんろ|ちょ[ーう]?だ?い?|んか|えや|や|よ?[ぁぃぇぉっ]+|つか[あぁ]さい|"
    "おくんなまし|おくんなはれ|"
    "クダサイ|クレメンス|くれめんす|くだだい|くだしあ|くだしい|くだっさい|くださいな|"
    "くださいませ|ほしす|"
    "くれんね|くれんかね|ほしかとよ|ほしかばい|ほしかー?|もろて(?:ええ|ほしい)?|くれなはれ|"
    "なはれ|しまっせ|しやす|でー*す)"
    "[ー〜~よねなさや]*"
)
_MARK = re.compile(f"[{MARKS}]|$")
_CAN_BE = re.compile(
    "([くに])(?:でき(?:る|ます|ませ|ない|ん|へん)?|なら(?:ない|ん|へん)|なり(?:ます|ませ))"
    "(?:か|かな|の|ん|ですか)*[?？]?$"
)
_CAN_DO = re.compile(  # 「消せますか」 asks to do it
    "(?:(?P<godan>消|け|足|外|ぼか|増や|減ら|動か|直|伸ば|ずら|移|散ら|飛ば|出)せ"
    "|(?P<ichidan>入れ|いれ|付け|つけ|変え|かえ|替え|加え|かぶせ|被せ|着せ|乗せ|のせ|持たせ|並べ)ら?れ"
    "|(?P<rare>取|と)れ)(?:る|ます|ません|ない|へん|ん)(?:でしょう|です)?(?:か|かな|の|ん)*[?？]?$"
)
_IN_DIALECT = re.compile(  # 「変えてもろてええ？」, 「帽子かぶせたって」
    "(?:て(?:もろ|もらっ|いただい)て(?:も)?(?:ええ|いい|よか|かまへん|構へん|かまわん)(?:です|やろ)?(?:か|かな|の|ん)*"
    "|(?<=[しけせれえ])たって(?:や|くれ|ください|な)?)[?？]?$"
)
_TAIL_IN_DIALECT = re.compile(  # 「灯してけれ」, 「乗せてくれんね」
    "(?<=[てで])(?:け(?:ろ|れ|さい|らい)|くん(?:ろ|ない|さい|しゃい|なせ)|くれ(?:や|い|んね|んかね?|んかの[うぉ]?|へん)|"
    "つか[あぁー]?さい|おくれ(?:やす)?|おくんな(?:はれ|まし)|くだはれ|く(?:れ|り)なはれ|くだされ|ちょ(?:ーだい|んまげ)?|"
    "たもれ|ほし(?:か|い(?:べ|わ|ばい|とよ|っちゃ|んよ|んじゃ))|ほしかばい|ごせ|ごしない|たも)"
    "(?:な|ね|よ|や|の|のう|け)?[?？]?$"
)
_POLITE_LEMMAS = {"上げる", "あげる", "やる", "置く", "おく", "ほしい"}


def shorten_requests(text: str) -> str:
    """Return the text with each way of asking cut to its first word.

    These are 「描いて」, 「お願い」, 「入れないで」. Only phrases before a mark or at the end of a
    text are cut. Never raises.
    """
    for head in reversed(list(_ASKING_WORD.finditer(text))):
        end = _MARK.search(text, head.end(), head.end() + _MAX_TAIL_CHARS + 1)
        assert end is not None  # the end of what is searched is one
        tail = text[head.end() : end.start()]
        if tail and len(tail) <= _MAX_TAIL_CHARS and _is_only_asking(head, tail):
            word = f"{head[0]}いて" if head["can"] else head[0].removesuffix("頼ん")
            if head[0] in {"頼ん", "頼"}:
                word = "お願い"
            text = text[: head.start()] + word + text[end.start() :]
    return text


def strip_politeness(text: str) -> str:
    """Return an order without what makes it polite: 「明るくしてもらえへん」 -> 「明るくして」."""
    if len(text) > _MAX_ORDER_CHARS:
        return text
    text = _TAIL_IN_DIALECT.sub("", _IN_DIALECT.sub("て", order_of_ability(text)))
    words = morphology.tokenize(text)
    for te in re.finditer("[てで](?=.)", text):
        tail = [word for word in words if word.end > te.end()]
        if tail[0].start < te.end() or tail[0].text.startswith(("て", "た")):
            continue  # 「立てて」
        if all(is_auxiliary(word) or word.lemma in _POLITE_LEMMAS for word in tail):
            return text[: te.end()]
    return text


def order_of_ability(text: str) -> str:
    """Return an order for the question whether it can be done: 「髭足せますか」 -> 「髭足して」."""
    match = _CAN_DO.search(text)
    if match is None:
        return _CAN_BE.sub(r"\1して", text)
    if stem := match["godan"]:
        order = f"{stem}して"
    else:
        order = f"{match['ichidan']}て" if match["ichidan"] else f"{match['rare']}って"
    return text[: match.start()] + order


def _is_only_asking(head: re.Match[str], tail: str) -> bool:
    if _IRREGULAR_TAIL.fullmatch(tail):
        return True
    if _STORY_ENDING.search(tail) or (head["please"] and not _POLITE.search(tail)):
        return False
    start = head.end() - head.start()
    words = [word for word in morphology.tokenize(head[0] + tail) if word.end > start]
    if not words or (words[0].start < start and not (head["please"] or head["can"])):
        return False
    return all(map(is_auxiliary, words)) and words[-1].lemma not in {"こと", "事", "描く", "書く"}


def is_auxiliary(word: Word) -> bool:
    return word.part_of_speech in {"助詞", "助動詞", "感動詞"} or word.lemma in _AUXILIARY_LEMMAS
