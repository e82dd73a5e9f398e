"""Takes the wish out of polite talk: 「母が九十になりまして、茅葺き屋根の家と水車をお願いします」.

People who speak politely to the bot do so of themselves; what is to be painted is named plainly. So
of a text with polite clauses those without politeness stay. A text that is polite throughout is
left as it is: 「犬がいます。海辺です。」
"""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import has_words

_POLITE = "(?:ます|です|ました|ません|でした|ございます|おります)"
_CUT = re.compile(  # where a polite clause ends
    "(?:"
    f"(?:まして|でして|くださって|いただいて)(?:です)?(?:ね|な|の|さ)?|"
    f"{_POLITE}(?:の?で(?!は)|から|が|し|けれど|けど|けれども|けども)(?:も)?(?:ね|な|の|さ)?|"
    f"{_POLITE}(?:か(?:ね|な)?|ね|な|よ)?(?:ー|え|ぇ)?(?:笑|w+)|"
    "ありがとうございま(?:す|した)(?:ね|よ)?|(?:です|ます)(?:か)?ね(?:え|ぇ|ー)?|"
    "(?:もん|もの)(?:です|だ|や|じゃ)?(?:から|で(?!し))|たいの?で(?!す)|たくて(?:です)?(?:ね)?"
    ")[、。 ]*|"
    f"{_POLITE}(?:か|ね|よ|の)*[。!！?？]+ *"
)
_TALK = re.compile(
    f"{_POLITE}|でしょう|ませ|ござい|存じ|申し|恐縮|恐れ入|失礼|すみません|すいません|お願い|"
    f"よろしく|"
    "もらえ|いただ|いかが|より$|の(?:とき|時)に$|(?:な|たら|れば|に)と$|ほしいと|欲しいと|"
    "何度も|できますと|思い切って$|こういうの|くださ|頂け|助か|うれし|嬉し|幸い|可能でし|"
    "お手すき|急ぎま|おまかせ|たいの?$|たく$"
)
_ASIDE = re.compile(
    f"{_POLITE}(?:ね|よ|か|の)*$|でしょうか|存じ|急ぎませ|お手すき|おまかせし|いかがですか|"
    f"恐れ入|恐縮|失礼|"
    "申し|すいません|すみません|嬉しい|うれしい|助かる|幸い|ござい|いただ|もらえ(?:る|たら|ん)"
)
_TAIL = re.compile(
    "(?:(?:など|なんか|とか|あたり|ちゅうの|っていうの|というの|みたいなの?|のようなもの|"
    "みたいなもの|こういうの|そんなの)"
    "(?:を|は|も|が)?|(?<=[るただいな])の(?:を|は|も|が)?|"
    "(?:を|は|も|って|が)(?:ひとつ|一つ|一枚|何枚か)?)?(?:です(?:ね|な)|ね|な|これ|それ)?$"
)
_SAID_TO_BE = re.compile("(?:だ|なん)?(?:そう(?:です|や|だ)?|って)(?:よ|ね|わ)*$")
_FILLER = re.compile(
    "^(?:(?:今日|今回|今度|今月|次|こんど)は|それで|で、|まあ|ええと|えっと|っと|あの)"
    "[、 ]?(?=.{4})"
)


def without_talk(rest: str) -> str:
    """Return the parts of a wish that are no polite talk; all of it if nothing else is said.

    rest: a cleaned text without its steering words.
    """
    parts = _parts(rest)
    if len(parts) < 2:
        return rest
    plain = [part for part, is_polite in parts if not is_polite and not _TALK.search(_bare(part))]
    is_talk = any(is_polite or _ASIDE.search(part) for part, is_polite in parts)
    if not is_talk or not plain or len(plain) == len(parts):
        return rest
    kept = "、".join(
        [*(_FILLER.sub("", part) for part in plain[:-1]), _FILLER.sub("", _bare(plain[-1]))]
    )
    return kept if has_words(kept) and morphology.nouns_of(kept) and len(kept) >= 2 else rest


def _parts(text: str) -> list[tuple[str, bool]]:
    """Return the clauses, and whether each is one that ends politely."""
    parts, start = [], 0
    for cut in _CUT.finditer(text):
        parts.append((text[start : cut.end()].strip("、。 "), True))
        start = cut.end()
    return parts + [(part, False) for part in re.split("[、。 ]+", text[start:]) if part]


def _bare(part: str) -> str:
    return _TAIL.sub("", _SAID_TO_BE.sub("", part)).strip("、。 ") or part
