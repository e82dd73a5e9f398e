"""Writes what is only added to a picture as a prompt has it: 「雪積もらせて」 -> 「雪が積もる」.

For what no step of a change is. A prompt describes; it gives no orders.
"""

from __future__ import annotations

import re

from bot.prompt.changes.categories import attributive, names_living
from bot.prompt.japanese import morphology

_MAX_CHARS = 30
_CAUSES = {"せる", "させる"}
_OF_HANDS = {  # with a thing, so that whoever is caused to has it: 「松明もたせて」
    *(
        "持つ",
        "着る",
        "履く",
        "穿く",
        "被る",
        "掛ける",
        "咥える",
        "抱く",
        "背負う",
        "食べる",
        "飲む",
        "読む",
    ),
    *("繋ぐ", "握る", "振る", "弾く", "吹く", "組む", "伸ばす", "広げる", "担ぐ", "引く", "さす"),
}
_PLACING = {  # 「スポットライト当てて」: the thing is there, and no more is said
    *(
        "当てる",
        "照らす",
        "出す",
        "加える",
        "描く",
        "付ける",
        "飾る",
        "置く",
        "足す",
        "並べる",
        "居る",
        "おる",
        "添える",
    ),
}
_TOPIC = re.compile(  # 「髪は赤みのあるブラウンで」
    "(?P<what>[^、。をはがもで]{1,8})は(?P<look>[^、。をはてで]{1,16}?)(?:だけ)?(?:で|です|だよ|"
    "だ)?"
)
_NO_LOOKS = re.compile(
    "(?:まま|いい|大丈夫|OK|どう|何|なに|無理|ダメ|好き|嫌い|違う|別|後|あと|今度|な[いし])$"
)
_COMPLAINT = re.compile(  # 「怖すぎだろw」, beside what shall be changed
    "(?:それ|これ|ちょっと|なんか|いや|え|さすがに){0,2}[^、。を]{1,10}?(?:すぎ|過ぎ)"
    "(?:る|た|だ|ます|ました|ちゃった|なんだ|なの)?(?:べ|ろ|でしょ|でしょう|やろ|やん|じゃん|わ|"
    "な|ね|よ|けど|ので|から|かな|かも|[wｗ笑!！])*"
)


_REASON = re.compile(  # 「祖母に似せたくて」
    "[^、。を]{2,16}(?:たくて|たいので|んだから|ますので)|"
    "[^、。をが]{1,10}(?:は|も)(?:そのまま|今のまま|変えず)(?:で|に|にして)?"
)


def is_complaint(part: str) -> bool:
    """Return whether a part of a sentence says only that there is too much of something, or why
    somebody wants it otherwise."""
    return (_COMPLAINT.fullmatch(part) or _REASON.fullmatch(part)) is not None


def as_added(words: str, *, typed: str) -> str:
    """Return what a part of a sentence adds to a prompt, as nouns and what describes them.

    words: without what makes them polite, as typed has it. Returns anything else as it was typed.
    Never raises.
    """
    if len(words) > _MAX_CHARS:
        return typed
    if topic := _TOPIC.fullmatch(words):
        return _of_topic(topic["what"], topic["look"]) or typed
    return _of_order(words) or (words if words.endswith(("て", "で")) else typed)


def _of_topic(what: str, look: str) -> str | None:
    last = morphology.tokenize(look)[-1]
    is_look = last.part_of_speech in {"名詞", "接尾辞", "形状詞"} and not _NO_LOOKS.search(look)
    if not is_look or not morphology.is_noun_phrase(what):
        return None
    return look if names_living(look) else f"{attributive(look)}{what}"


def _of_order(words: str) -> str | None:
    """Return 「雪が積もる」 of 「雪積もらせて」, 「スポットライト」 of 「スポットライト当てて」."""
    tokens = morphology.tokenize(words)
    if len(tokens) < 3 or tokens[-1].text not in {"て", "で"}:
        return None
    causes = tokens[-2].lemma in _CAUSES
    at = len(tokens) - (3 if causes else 2)
    verb = tokens[at]
    if at < 1 or verb.part_of_speech != "動詞":
        return None
    particle = tokens[at - 1]
    is_object = particle.part_of_speech == "助詞"
    if is_object and particle.text not in {"を", "も", "が"}:
        return None
    what = words[: particle.start if is_object else verb.start]
    if not morphology.is_noun_phrase(what):
        return None
    if verb.lemma in _PLACING:
        return what
    if causes:
        does = morphology.analyze(words)[at].dictionary_form()
        return f"{what}{'を' if verb.lemma in _OF_HANDS else 'が'}{does}"
    return None
