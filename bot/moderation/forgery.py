"""What is not written anew in a photo: the data of a document, 「生年月日だけ書き換えて」.

A photo may show a licence, a receipt or a school report, and nobody sees which. Data that stand on
documents alone are not changed in one; to hide them, 「住所をぼかして」, is nothing of the kind.
"""

from __future__ import annotations

import re

from bot.prompt import clean

_DATA = (
    "生年月日|有効期限|発行日|交付日|取得日|免許(?:証)?(?:の)?番号|証明書(?:の)?番号|"
    "マイナンバー|口座番号|カード番号|"
    "(?:預金|口座)?残高|診断(?:名|結果)|病名|学歴|職歴|成績|通知表|偏差値|(?:テストの?)?点数|"
    "合計金額|領収金額|"
    "(?:領収書|レシート|請求書|契約書|診断書|証明書|免許証?|保険証|学生証|身分証(?:明書)?|"
    "パスポート|通帳|合格通知|賞状)の"
    "(?!背景|色|ふち|フチ|明るさ|傷|写真(?!を別))"
    "(?:[^、。をはがに]{1,8})"
)
_REWRITTEN = (
    "(?:書き?換え|書き?替え|書きかえ|かきかえ|変え|かえ|替え|変更|改ざん|改竄|修正し|直し|なおし|"
    "(?:[0-9０-９一二三四五六七八九十百千万満]+(?:点|円|年|歳|才|月|日|つ)?|別|他|今日|来年|"
    "合格)(?:の(?:名前|人|日付|もの))?に(?:し|変え|かえ|書|増や|ふや|減ら))"
)
_FORGES = re.compile(
    f"(?:{_DATA})(?:と[^、。をはが]{{1,8}})?(?:だけ|のみ|のところ|の部分|のとこ)?(?:を|も|は|が)?"
    f"[^、。をは]{{0,8}}?{_REWRITTEN}"
)
_NOT = re.compile("(?:変え|かえ|替え|直さ|なおさ|し)(?:ない|ず|なくて)")


def forges(text: str) -> bool:
    """Return whether a wish about a photo writes anew what a document says. Never raises.

    text: as a person wrote it, of any length.
    """
    match = _FORGES.search(clean(text))
    return match is not None and not _NOT.match(match.string, match.end() - 2)
