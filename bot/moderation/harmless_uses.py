"""Where an alarming word is part of something harmless: 「切腹もなか」, 「裸の銀杏」.

What is sold or sung under a name, trees and things without leaves or cover, and sayings. Each is
looked for as it is built, not word by word; the word beside it, 「裸の銀杏と裸の女」, counts.
"""

from __future__ import annotations

import re
from functools import lru_cache

_EDIBLE = (
    "もなか|最中|まんじゅう|饅頭|だんご|団子|せんべい|煎餅|プリン(?!プリン)|アイス|ソフトクリーム|パフェ|ケーキ|クッキー|"
    "サブレ|チョコ|キャンディ|キャラメル|あめ玉|飴|ゼリー|グミ|ようかん|羊羹|大福|どら焼き|たい焼き|ドーナツ|ラーメン|"
    "らーめん|カレー|うどん|そば|パスタ|丼|バーガー|コロッケ|ピザ|鍋|サワー|カクテル|ジュース|ソーダ|ドリンク|ビール|"
    "コーヒー|地ビール|焼酎|味噌|醤油|ソース|唐辛子"
)
_OF_SOMEBODY = (
    "の?(?:男|女|人|子|娘|少女|少年|美女|美人|彼|妻|姉|妹|母|父|おねえ|お姉|おんな|おとこ|モデル|"
    "アイドル)"
)
_ALARMING = (
    "(?:切腹|処刑[場台人]?|斬首|打ち首|首切り|首なし|生首|死体|ゾンビ|血まみれ|血みどろ|血の池|血染め|流血|鮮血|拷問|"
    "殺人鬼?|殺戮|虐殺|惨殺|内臓|臓物|乳房|乳首|おっぱい|オッパイ|お?尻|自爆|爆弾|毒|地獄|悪魔|ギロチン|骸骨|ガイコツ|"
    "人[食喰]い|首[吊つ]り|心中|麻薬|覚醒剤|放火|強盗|暴力|はらわた|脳みそ|目玉|火あぶり|断頭台|怨霊|呪い)"
)
_NAMED = re.compile(
    f"{_ALARMING}(?:の?(?:{_EDIBLE}|チャーシュー)|ソング|(?:の)?テーマ曲|行進曲"
    "|地蔵|観音|塚|坂(?!本|田|井|口)|岬|岩|峠|沼|滝|橋(?!本)|池(?!田)|神社|博物館|資料館|展(?:示|覧会)?|役の俳優)"
    f"(?!{_OF_SOMEBODY})"
    f"|{_ALARMING}[^、。]{{0,8}}?(?:という|っていう|ていう|って)(?:名前?|題名?|タイトル|曲名|銘柄|商品名)の"
    "|生(?=首飾り)首(?=飾り)"
)
_LIKENED = re.compile(  # 「生首みたいなキャベツ」, 「乳房の形の雲」
    f"{_ALARMING}(?:みたい(?:な|に)|のよう(?:な|に)|の形[のを]|[型形]の)"
    "(?![^、。]{0,6}?(?:男|女|人|子|娘|少女|少年|美女|彼|妻|姿|体|顔))"
)
_THINGS = (
    "木々?|樹|大木|古木|巨木|枯れ木|小枝|枝|幹|街路樹|並木|銀杏|イチョウ|いちょう|桜|柿|梅|柳|ポプラ|ケヤキ|欅|白樺|"
    "ブナ|楓|カエデ|落葉樹|林|森|山|山肌|丘|岩|岩山|大地|土|畑|球根|大根|人参|にんじん|芋|栗|麦|電球|電線|配線|鉄骨|"
    "骨組み|柱|壁|車体|自転車|本|基板|赤鬼|青鬼|小鬼|鬼|カッパ|河童|雷様|雷さま|かみなりさま|かかし|カカシ|案山子|"
    "雪だるま|ロボット|キューピー|キューピー人形|石膏像|マネキン|おもちゃ|ぬいぐるみ|たぬき|タヌキ|きつね|子犬|子猫|犬|猫|ネコ|ねこ|スフィンクス猫?|モルモット|惑星|鳥|人形|"
    "いぬ|ひよこ|ヒナ|雛|豚|ブタ|子豚|羊|カピバラ|ねずみ|ネズミ|サル|猿|ペンギン|亀"
)
_BARE = re.compile(
    "(?:裸|はだか|ハダカ|丸裸|まる裸|真っ裸|素っ裸|すっぱだか|はだかんぼう?|はだかん坊|裸ん坊|裸んぼ|すっぽんぽん)"
    f"(?:の(?:ままの?|まま並ぶ|まま立つ)?|になった|になる)(?:{_THINGS})"
    f"(?![一-龠ァ-ヺ]|さん|くん|ちゃん|みたい|のよう|っぽ|な人|{_OF_SOMEBODY})"
)
_DROPS = re.compile(  # of fruit, petals and tears
    "(?:実|房|枝|花びら|花|葉|木|皿|箸|口|手|袋|目|弁当|おにぎり|鍋|卵|豆|粒|飴|アイス|涙|しずく|雫|歯|乳歯|ボタン|うろこ|ペンキ)"
    "(?:から|が|の粒が|の実が)[^、。胸乳尻]{0,6}?(?:ポロリ|ぽろり)"
)
_SAYINGS = re.compile(
    "人を食った(?=よう|顔|態度|話|笑|表情|返事|答|性格|目つき|感じ|名前|せりふ|セリフ|ポーズ)"
    "|目玉?が飛び出る(?:よう|ほど|くらい)?(?:な|の|に)?(?:値段|高い|高価)"
    "|心臓が口から飛び出(?:す|る|し)"
    "|鼻をへし折(?=られて|る気|ってや|ってく)|腹を切る覚悟|自腹を切"
)
_PATTERNS = (_NAMED, _LIKENED, _BARE, _DROPS, _SAYINGS)


@lru_cache(maxsize=16)  # a message is looked at several times
def find_harmless_uses(text: str) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of each harmless use in a text. text: as `clean` leaves it."""
    return tuple(match.span() for pattern in _PATTERNS for match in pattern.finditer(text))


def without_harmless_uses(text: str) -> str:
    """Return a text without its harmless uses. text: as `clean` leaves it."""
    for start, end in sorted(find_harmless_uses(text), reverse=True):
        text = text[:start] + text[end:]
    return text
