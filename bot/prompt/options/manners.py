"""The words for how carefully, how freely, and how much anew to paint."""

from __future__ import annotations

import re
from typing import Literal

from bot.prompt.japanese.grammar import BOUNDARY_AFTER, MARK_OR_PARTICLE_BEFORE

_DEGREE = (
    "ちょっと|ちょい|なるべく|できるだけ|できる限り|とにかく|すごく|めっちゃ|超|もっと|"
    "もう少し|かなり"
)
_BEFORE_REQUEST = "(?=(?:[描書画]い|かい|えがい|作っ|つくっ|仕上げ|生成し)て)"
_MORE_OR_LESS = "もっと|もう少し|なるべく|できるだけ"
_EFFORT: dict[Literal["quick", "careful"], str] = {
    "quick": "速く|速め|早め|はやめ|早く|はやく|急いで|急ぎ|いそいで|いそぎ|ざっと|ざっくり|さっと|"
    "さくっと|すぐに|すぐ|手早く|てばやく|簡単に|かんたんに|雑に|ラフに|低画質|はよう?|なるはや|"
    "ぱぱっと|パパッと|"
    "ささっと|サクッと|大急ぎ|超特急|スピード重視",
    "careful": "きれいに|綺麗に|キレイに|美しく|丁寧に|ていねいに|じっくり|細かく|こまかく|"
    "しっかり|本気|全力|高精細|高品質|最?高画質|高解像度|(?:ハイ|高)クオリティ|"
    "じっくり時間を?かけて|時間を?かけて|"
    "(?:きれい|キレイ|綺麗|丁寧|ていねい)め|気合を?入れて|こだわって|細部まで(?:丁寧に|きれいに|"
    "こだわって)",
}
_FIDELITY: dict[Literal["free", "faithful"], str] = {
    "free": "自由な発想|いい感じに|いいかんじに|よしなに|自由に|じゆうに|おまかせ|お任せ|"
    "好きなように|好きに|ゆるく|"
    "(?:大胆に)?アレンジして|"
    "適当に|てきとうに|自由なアレンジ",
    "faithful": f"(?:(?:(?:元|もと)の?(?:写真|画像)|プロンプト|文章|文|言葉|ことば|指示|"
    f"説明)に(?:{_MORE_OR_LESS})?)?(?:忠実に|ちゅうじつに)|(?:元|もと)の?(?:写真|画像|絵)に"
    f"(?:{_MORE_OR_LESS})?近く|言葉通りに?|ことばどおりに?|"
    f"言葉どおりに?|"
    "指示通りに?|指示どおりに?|文章通りに?|(?:書いた|言った|言われた|書いてある)(?:通り|とおり)に?|"
    "指定(?:通り|どおり)に?|その通りに|きっちり|厳密に",
}
_STRENGTH = {
    0.35: "(?:ほんの)?(?:少し|すこし|ちょっと|ちょっぴり|軽く|わずかに)(?:だけ)?"
    "(?:変え|かえ|変化させ|アレンジし)て|(?:あまり|あんまり|なるべく|できるだけ|ほとんど)(?:変え|"
    "かえ)"
    "(?:ないで|ずに)|変化[はを]?(?:少なめ|小さめ|控えめ|ひかえめ)(?:で|に(?:して)?)?",
    0.55: "(?:半分|ほどほど|そこそこ|ある程度|まあまあ)(?:くらい|ぐらい|に)?"
    "(?:変え|かえ|変化させ)て",
    0.8: "(?:大きく|おおきく|がらっと|ガラッと|がらりと|ガラリと|思い切り|思いきり|"
    "おもいきり|思いっきり|大胆に|かなり|すごく|全然違う感じに)(?:変え|かえ|変化させ)て|"
    "変化[はを]?(?:大きめ|多め|強め)(?:で|に(?:して)?)?",
}


def _manner(words: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:{_DEGREE})?(?:{words}){_BEFORE_REQUEST}|{MARK_OR_PARTICLE_BEFORE}(?:{_DEGREE})?(?:{words})(?:[でに]|"
        rf"め(?:に|で))?(?:して)?{BOUNDARY_AFTER}"
    )


EFFORTS = {level: _manner(words) for level, words in _EFFORT.items()}
FIDELITIES = {level: _manner(words) for level, words in _FIDELITY.items()}
STRENGTHS = {
    amount: re.compile(
        rf"{MARK_OR_PARTICLE_BEFORE}{words}(?:ください|下さい|ほしい(?:です)?|みて|ね|な)*{BOUNDARY_AFTER}"
    )
    for amount, words in _STRENGTH.items()
}
