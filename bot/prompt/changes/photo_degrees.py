"""Whether a picture shall keep closer to its photo: 「もっと元の写真に近く」, 「変えすぎ」."""

from __future__ import annotations

import re
from typing import Literal

Degree = Literal["closer", "freer"]
STEP = 0.2  # of the steps that paint the photo anew
LEAST, MOST = 0.2, 0.95
_MAX_CHARS = 40
_END = (
    "(?:です|ます|ました|なあ?|ね|よ|か(?:な|も)?|気が?します|気がする|けど|から|ので|わ|"
    "[、。!！…〜ー]){0,5}"
)
_ASK = (
    "(?:ください|下さい|ほしい|です|お願い(?:します)?|くれる|もらえる|もらえますか|ね|よ|"
    "[?？。!！]){0,4}"
)
_MORE = "(?:もっと|もう少し|もうちょっと|もうちょい|ちょっと|少し|できれば)?"
_CLOSER = re.compile(
    f"(?:(?:全然|あまり|あんまり)?(?:似て|にて)(?:い?ない|へん|ません)(?:から|ので|けん|し)?、?)?{_MORE}(?:本人|写真|実物|元|もと)?に?(?:似せ|寄せ|近づけ|似るように)"
    f"(?:して|て){_ASK}"
    f"|{_MORE}(?:元|もと)の(?:写真の?)?[^、。をはが]{{0,6}}(?:に|へ){_MORE}(?:近づけて|寄せて|近く(?:して)?|似せて|忠実に(?:して)?){_ASK}"
    f"|(?:ちょっと|少し|なんか|さすがに)?(?:変え|変わり|やり|加工し|いじり|盛り|アニメ|絵になり)すぎ(?:た|てる|ている|だ)?{_END}"
    f"|(?:ちょっと|なんか)?(?:顔|表情|毛色|柄|見た目|雰囲気|形|体型)が(?:全然|だいぶ|なんか)?(?:別の?|別人|違|ちが|変わっ|かわっ|似てな)[^、。?？]{{0,22}}"
    f"|(?:もはや|なんか|これ|完全に)?(?:別人|別の(?:人|犬|猫|子))(?:に(?:なって|見え)[^、。]{{0,8}}|や|だ|じゃん|やん)?{_END}"
    f"|{_MORE}(?:水彩|油絵|絵|アニメ|イラスト|加工|変化|効果)(?:っぽさ|感|らしさ)?(?:を|は|が)?{_MORE}(?:弱く|弱め|抑え(?:て|め)|控えめ|薄く|減らして|軽め|軽く)"
    f"(?:に|で)?(?:して)?{_ASK}"
    f"|(?:原[形型]|面影|元の感じ)(?:を|が|は)?{_MORE}(?:残して|わかるように(?:して)?|留めて|とどめて){_ASK}"
)
_FREER = re.compile(
    f"{_MORE}(?:大胆に|思いっ?きり|派手に|がっつり|ガラッと|がらっと|大きく|どんどん)(?:変えて|変化させて|アレンジして|崩して|いじって){_ASK}"
    f"|{_MORE}(?:絵|イラスト)(?:っぽく|らしく|みたいに|寄りに|の感じに|っぽさを?(?:出して|強く)?)(?:して)?{_ASK}"
    f"|(?:まだ)?(?:ちょっと|少し|かなり)?(?:写真|実写)(?:っぽい|ぽい|のまま|すぎる|感が?(?:強い|ある)|と変わらない|そのまま){_END}"
    f"|(?:あまり|あんまり|全然|ほとんど)(?:変わって(?:い?ない|へん|ません)|変わらない){_END}"
    f"|{_MORE}(?:水彩|油絵|アニメ|加工|変化|効果)(?:っぽさ|感|らしさ)?(?:を|は|が)?{_MORE}(?:強く|強め|出して|増やして|濃く|足りない)"
    f"(?:に|で)?(?:して)?{_ASK}"
    f"|{_MORE}(?:変えて|崩して|アレンジして)(?:も)?(?:いい|ええ|大丈夫){_END}"
)


def wanted_degree(text: str) -> Degree | None:
    """Return whether a text wants a picture closer to its photo, or freer. None: neither.

    text: cleaned; it says nothing else.
    """
    if len(text) > _MAX_CHARS:
        return None
    if _CLOSER.fullmatch(text):
        return "closer"
    return "freer" if _FREER.fullmatch(text) else None


def shifted(strength: float, degree: Degree) -> float:
    """Return the strength one step closer to the photo, or freer, within what makes a picture."""
    step = -STEP if degree == "closer" else STEP
    return round(max(LEAST, min(MOST, strength + step)), 2)
