"""Recognises that somebody turns to another matter: 「全然関係ないけど、紅葉の京都」.

It says nothing of the picture, but that it is none of the last photo or picture.
"""

from __future__ import annotations

import re

_IT = (
    "(?:(?:これ|それ|さっきの?|今の|いまの|"
    "(?:この|その|さっきの|今の|送った)?(?:写真|写メ|絵|画像|話)(?:の(?:こと|話))?))"
)
_BUT = (  # or a mark
    "(?:(?:な)?(?:ん|の)?(?:だ|です|や)?(?:けれど(?:も)?|けど|けん|が)(?:さ|ね)?|"
    "(?:な)?(?:ん|の)?で(?=[、。 ])|"
    "(?=[、。,.!?〜~… ]))"
)
_MATTER = "(?:話題?|はなし|わだい)"
_QUITE = "(?:全然|ぜんぜん|全く|まったく|ちょっと|特に|あまり|あんまり|また)?"
_NONE = "(?:なく(?:て)?|なしで|なしに)"
_LEAVE = "(?:おい|置い|ほっ|ほうっ|放っ)(?:といて|ておいて|とき)"
_ENOUGH = "(?:とりあえず|いったん)?(?:いい|ええ|良い)(?:から|ので|けん|として|さかい)"
_ASIDE = re.compile(
    "(?:"
    rf"{_IT}とは?{_QUITE}(?:関係|かんけい)は?{_NONE}"
    rf"|(?:全然|ぜんぜん|全く|まったく)(?:関係|かんけい)は?{_NONE}"
    rf"|(?:関係|かんけい)は?{_NONE}(?=[、。,.!?〜~… ])"  # not 「関係なく咲く花」
    rf"|(?:{_IT}とは?)?{_QUITE}(?:関係|かんけい)は?"
    rf"(?:ない|無い|あれへん|ありません)(?:話|こと)?{_BUT}"
    rf"|{_QUITE}{_MATTER}[はがを]?(?:変わ|かわ|変え|違|ちが|飛|それ)"
    rf"(?:る|り(?:ます)?|って|ります|ます|て|う|ぶ)?{_BUT}"
    rf"|(?:全然|ぜんぜん|全く|まったく)(?:違う|ちがう|別の|べつの)(?:話|こと|の|お願い)?(?:な)?(?:ん(?:だ|です)|で)(?:けど|が)?"
    rf"|(?:別件|べっけん)(?:で(?=[、 ])|{_BUT})"
    r"|(?:余談|よだん)(?:で(?=[、 ])|(?:なん|の)?(?:だ|です)(?:けれど(?:も)?|けど|が)(?:さ|ね)?)"
    r"|ところで|それより(?:も|さ)?|それはそうと|そういえば|そんなことより"
    rf"|{_IT}は?(?:もう|やっぱり?|やはり)*(?:さておき|{_LEAVE}|{_ENOUGH}|"
    r"(?:いい|ええ|結構|けっこう)(?:や|わ|です)(?=[、。 ])|"
    r"忘れて(?:いいから|ください|くれ|(?=[、。 ])))"
    rf"|{_IT}とは?{_QUITE}(?:別|べつ|違う|ちがう)(?:の?(?:話|件|こと|お願い|やつ))?"
    rf"(?:に(?=[、 ])|{_BUT})"
    rf"|{_IT}(?:じゃ|では)なく(?:て)?"
    r")(?P<mark>[、。,.!?〜~… ]*)(?=[^、。,.!?〜~… ])"
)
_POINTER = re.compile(
    "(?:これ|それ|こいつ|この(?:子|こ|人|ひと|犬|猫|写真|画像|絵)|その(?:子|人|写真|画像|絵)|(?:さっき|今|送った)の?(?:写真|画像|絵))"
)
_OF_IT = re.compile(  # 「水彩にして」, 「背景を海に」: what is done to what there is
    "(?:に|く|風に|っぽく)(?:(?:して|変えて|かえて|直して)(?:ください|下さい|ほしい|欲しい|くれる|もらえる|ね|よ)*|"
    "(?:でき|(?:変え|かえ)られ)(?:る|ます)(?:か|かな)?)[。!！?？]*$"
)
_MEDIUM = re.compile("(?:写真|絵|画像)(?:じゃ|では)なくて?(?!.*(?:描|か)いて)")  # 「…水彩画がいい」


def without_aside(text: str) -> str:
    """Return a cleaned text without the words with which it turns to another matter."""
    match = _ASIDE.match(text)
    return text[match.end() :] if match else text


def turns_to_another(text: str) -> bool:
    """Return whether a cleaned text turns to another matter, and asks for it.

    「話変わるけど、これ水彩にして」 is still about what there is.
    """
    rest = without_aside(text)
    is_of_it = _POINTER.match(rest) or _OF_IT.search(rest) or _MEDIUM.match(text)
    return rest != text and not is_of_it
