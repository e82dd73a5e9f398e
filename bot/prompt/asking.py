"""Ways of asking, however long, cut down to the word that asks.

「描いていただいてもよろしいでしょうか」, 「描いてもらえへんやろか」 and 「描いてほしいなと思って」
are each 「描いて」 with nothing but helping words after it, in whatever number and dialect. The
analyser knows a helping word when it sees one, so they need not be listed; `bot.prompt.grammar`
then reads the short form.
"""

from __future__ import annotations

import re

from bot import japanese
from bot.japanese import Word
from bot.prompt.grammar import MARKS

_LONGEST = 32  # characters after the word that asks
_LONGEST_ORDER = 80
_HEAD = re.compile(
    r"(?:[描書画]い|かい|えがい|作っ|つくっ|生成し|作成し|出し|見せ|みせ|仕上げ)て"
    r"|(?:(?:ない|(?<=[かさたらまばがわれせけてべめ])ん)で|ずに|(?:消し|除い|省い|抜い|はずし|"
    r"外し|やめ)て)"
    r"|(?P<please>お願い|おねがい|御願い|頼ん(?=で)|頼(?=め))"
    r"|(?P<can>(?:描|書|か)(?=く(?:の|こと)(?:って|は|を|も)?(?:でき|出来|可能|お願い|頼)))"
)
_HELPS = {  # by their normal form, beside every particle and auxiliary
    *("貰う", "頂く", "呉れる", "下さる", "遣る", "見る", "為る", "致す", "出来る"),
    *("御座る", "願う", "御", "願い", "描く", "書く", "かく"),
    *("欲しい", "良い", "宜しい", "嬉しい", "有り難い", "幸い", "大丈夫", "可能", "結構", "頂戴"),
    *("助かる", "思う", "申し上げる", "存じる", "存ずる", "頼む", "こと", "事"),
    *("くださる", "ください", "頂ける", "貰える"),
}
# Said of others, it tells a story: 「祖母に手紙を書いてもらった」.
_TOLD = re.compile(
    "(?:もらっ|くれ|いただい|頂い|み)た(?!ら|り)|(?:もら|貰)う$|(?:いただ|頂)く$|(?:あげ|や|み)る$|"
    "(?:もらっ|くれ|いただい|頂い)て$"
)
_POLITE = re.compile(
    "ます|ませ|です|でしょ|た[いく]|いい|ええ|良い|よろし|か$|かしら$|ない$|れば|まっせ|思"
)
# What the analyser does not take for helping words: dialects, slips of the finger, fashions.
_ODD = re.compile(
    "(?:けろ|けれ|くんろ|ちょ[ーう]?だ?い?|んか|えや|や|よ?[ぁぃぇぉっ]+|つか[あぁ]さい|"
    "おくんなまし|おくんなはれ|"
    "クダサイ|クレメンス|くれめんす|くだだい|くだしあ|くだしい|くだっさい|くださいな|"
    "くださいませ|ほしす|"
    "くれんね|くれんかね|ほしかとよ|ほしかばい|ほしかー?|もろて(?:ええ|ほしい)?|くれなはれ|"
    "なはれ|しまっせ|しやす|でー*す)"
    "[ー〜~よねなさや]*"
)
_MARK = re.compile(f"[{MARKS}]|$")


def shortened(text: str) -> str:
    """The text with each way of asking cut down to its first word: 「描いて」, 「お願い」,
    「入れないで」. Only where it ends at a mark, or the text does. Never raises."""
    for head in reversed(list(_HEAD.finditer(text))):
        end = _MARK.search(text, head.end())
        assert end is not None  # the end of the text is one
        tail = text[head.end() : end.start()]
        if tail and len(tail) <= _LONGEST and _only_asks(head, tail):
            word = f"{head[0]}いて" if head["can"] else head[0].removesuffix("頼ん")
            if head[0] in {"頼ん", "頼"}:
                word = "お願い"
            text = text[: head.start()] + word + text[end.start() :]
    return text


def plain_order(text: str) -> str:
    """An order without what makes it polite: 「明るくしてもらえへん」 -> 「明るくして」."""
    if len(text) > _LONGEST_ORDER:
        return text
    text = _CAN_BE.sub(r"\1して", text)
    found = japanese.words(text)
    for te in re.finditer("[てで](?=.)", text):
        tail = [it for it in found if it.end > te.end()]
        if tail[0].start < te.end():
            continue
        if all(_helps(it) or it.lemma in _KIND for it in tail):
            return text[: te.end()]
    return text


_CAN_BE = re.compile("([くに])でき(?:る|ます|ませ|ない|ん|へん)?(?:か|かな|の|ん|ですか)*$")
_KIND = {"上げる", "あげる", "やる", "置く", "おく", "ほしい"}


def _only_asks(head: re.Match[str], tail: str) -> bool:
    if _ODD.fullmatch(tail):
        return True
    if _TOLD.search(tail) or (head["please"] and not _POLITE.search(tail)):
        return False
    start = head.end() - head.start()
    found = [it for it in japanese.words(head[0] + tail) if it.end > start]
    if not found or (found[0].start < start and not (head["please"] or head["can"])):
        return False
    return all(map(_helps, found)) and found[-1].lemma not in {"こと", "事", "描く", "書く"}


def _helps(word: Word) -> bool:
    return word.kind in {"助詞", "助動詞", "感動詞"} or word.lemma in _HELPS
