"""Recognises that the last change is to be taken back: 「元に戻して」, 「前のほうがよかった」."""

from __future__ import annotations

import re

from bot.prompt.japanese.cleaning import strip_marks
from bot.prompt.japanese.respell import in_kanji

_BEFORE = (
    "(?:さっき|先ほど|さきほど|先程|前|まえ|元|もと|ひとつ前|一つ前|1つ前|"
    "変える前|変更前|直す前|(?:一番|いちばん)?(?:最初|さいしょ|はじめ|初め))"
)
_PICTURE = "(?:絵|やつ|もの|状態|画像|感じ|まま)"
_BACK = "(?:戻して|もどして|戻す|戻し|もどす|直して|戻りたい|戻したい|戻せる|戻せます|戻ります)"
_POLITE = (
    "(?:ください|下さい|ほしい|欲しい|くれる|くれ(?!る)|もらえる|もらえます|お願い|です|ます|"
    "します|"
    "(?:いただけ|頂け|もらえ|くれ)(?:ます|ません|ない|る)(?:でしょう)?か|"
    "けろ|けれ|けさい|くんろ|おくれ|ちょうだい|ちょ|ほしか|ほしいわ|んか|へん|か(?!な)|かな|ね|"
    "よ|な|や)*+"
)
_TAKE_BACK = "(?:なし|無し|ナシ|取り?消し?|キャンセル|やめ|なかったこと|戻し|忘れ)"
_WAS_BETTER = (
    "いー*$|"
    "(?:良う|よう|よろしゅう)ございまし?[たす]|よろしかった|"
    "(?:よ|良)(?:かった|い)|[えい]がった|よがった|いい|ええ|よか|好き|すき|好み|まし|マシ"
)
_UNDO = re.compile(
    "^(?:(?:やっぱり?|やはり|ごめん|すみません|うーん|いや|いえ)[、 ]*+)*+(?:"
    rf"{_BEFORE}の?{_PICTURE}?(?:に|へ)(?:{_BACK}|して){_POLITE}"
    rf"|{_BACK}{_POLITE}"
    r"|(?:(?:戻|もど)そう?(?:や|よ|か|ぜ|ー)*[、。!！ ]*){1,2}"
    rf"(?:{_BEFORE}の?{_PICTURE}?の?(?:ほう|方)が[^、。?？]{{1,10}})?"
    rf"|(?:元通り|もとどおり|元どおり)(?:に(?:して|戻して)?)?{_POLITE}"
    rf"|{_BEFORE}の?{_PICTURE}?の?(?:ほう|方)?が(?:{_WAS_BETTER})"
    "(?:です|だった|でした|やった|だけど|けど|んや|ん|の|に|わ|か(?!な|も)|かな|かも|だ(?!った|"
    "け)|や(?!った)|な|あ|ぁ|ね|よ|ー)*+"
    rf"|(?:さっき|先ほど|さきほど|先程|今|いま|直前|最後)の?(?:変更|変えたの|修正|変化|編集|"
    rf"指示)[はを、]?{_TAKE_BACK}"
    rf"(?:にして|して|て|で|に)?{_POLITE}"
    rf"|(?:変更|変えるの|修正)[はを、]?{_TAKE_BACK}(?:にして|して|て|で)?{_POLITE}"
    r"|[^、。]{0,6}(?:増やさ|ふやさ|変え|かえ|足さ|入れ|いれ|つけ|し|せ|いじら|触ら|動かさ|"
    r"消さ)(?:ない|ん|へん)(?:ほう|方)が"
    r"(?:よかった|良かった|[えい]がった|よがった|マシ|まし)[^、。?？]{0,8}"
    rf"|(?:一手|ワンステップ|ひとつ|(?:一|1)[つ回個])(?:だけ|前[にへ])?{_BACK}{_POLITE}"
    "|アンドゥ(?:で|して)?"
    "|(?i:(?:(?:please|pls|can you|could you) )?(?:undo|revert)"
    "(?: it| that| this| the (?:last )?change)?(?: please| pls| plz)?)"
    ")"
)
_RATHER_BEFORE = re.compile(  # 「やっぱり前のやつで」, without a verb
    rf"やっぱ(?:り|し)?[、 ]?{_BEFORE}の{_PICTURE}?(?:で|に|がいい|でお願い)?{_POLITE}"
)
_ONE_BEFORE = re.compile(  # 「ひとつまえの」, with nothing behind it
    "(?:やっぱ(?:り|し)?[、 ]?)?(?:(?:ひと|一|1)つ|(?:いっ|一|1)[こ個回コ])(?:前|まえ)の?"
    "(?:の|やつ|絵)?(?:で|に|へ|がいい)?"
    rf"{_POLITE}|(?:やっぱ(?:り|し)?[、 ]?)?(?:元|もと|変える前|変更前|直す前)の"
    rf"(?:やつ|絵)?(?:で|に)?{_POLITE}"
)
_SIGN = re.compile(  # ↩️, ⏪, 🔙して
    "(?:[↩⏪⏮🔙]\ufe0f?|◀\ufe0f?◀\ufe0f?)++(?:で|に)?(?:戻)?(?:して|お願い(?:します)?|"
    "おねがい(?:します)?|ください|よろしく)?[!！。]?"
)
_FIRST = re.compile("(?:いちばん|一番)?(?:最初|さいしょ|はじめ|初め)|もともと|元々")
_MAX_CHARS = 40


def means_first(text: str) -> bool:
    """Return whether a text that takes back means the picture before all changes: 「最初のに」."""
    return _FIRST.search(text) is not None


def is_undo(text: str) -> bool:
    """Return whether a cleaned text asks for the picture before the last change. Never raises."""
    if _SIGN.fullmatch(text):
        return True
    bare = in_kanji(strip_marks(text))
    if len(bare) > _MAX_CHARS:
        return False
    return any(pattern.fullmatch(bare) for pattern in (_UNDO, _RATHER_BEFORE, _ONE_BEFORE))
