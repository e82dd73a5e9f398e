"""How it is said that somebody's clothes come off: looked for before what costs more."""

from __future__ import annotations

import re

_IN_OTHER_WORDS = {"イエロー": "黄色", "ピエロ": "道化師", "ぴえろ": "道化師", "チェロ": "楽器"}
_SPELLS_ANOTHER = re.compile("イエロー|(?:ピエロ|ぴえろ)(?![いく])|チェロ")


def in_other_words(text: str) -> str:
    """Return a text without loan words in which, by their kana, 「エロ」 is spelled."""
    return _SPELLS_ANOTHER.sub(lambda match: _IN_OTHER_WORDS[match[0]], text)


BARES = re.compile(
    "脱|ぬ[がぎぐげい]|はだけ|露出|透け|すけ|裸|はだか|(?:服|衣装|着物|シャツ|スカート|ドレス).{0,3}(?:な[しくい]|無|消|取|とっ|剥|はぎ)|"
    "着て(?:い)?(?:ない|ません)|肌|ヌード|エロ|エッチ|えっち|nude|naked"
)
STRIPS = re.compile(
    "(?:脱|ぬ)(?:が[せさしす]|ぎかけ)|"
    "(?:服|衣装|着物|浴衣|袴|帯|紐|鎧|よろい|甲冑|ローブ|薄衣|スカート|ズボン|シャツ|ブラウス|ワンピース|ドレス|水着|ビキニ|タオル|ボタン|"
    "下着|パンツ|"
    "ふく|すかーと|みずぎ|したぎ).{0,6}"
    "(?:消し|取[っれる]|と[っれ]|外[しれさ]|はず[しれ]|溶[かけ]|とか[しす]|透[けか]|すけ|破[りれっ]|剥[いがぎ]|"
    "はが|めく|まく|ずら|下ろ|おろ|な[くい]|無[くい]|落ち|ほど[けい]|流さ)"
)
TAKES_OFF = re.compile("(?<![をき靴子ト袋殻])脱(?:い[でだ]|ぐ|ご|ぎ(?!捨て))")  # what, is not said
