"""Wishes as children and people in a hurry type them: 「電車がみたーい」, 「ぞうさんほしい」.

What draws a word out is taken off, and what is asked for is told from the asking.
"""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology

_ORDER = re.compile(
    r"^(?P<subject>.+?)(?:の(?:絵|え|イラスト|画像))?(?:を|が|も|とか|で(?!ほし|欲し)|って|は)?"
    r"(?:(?:[描書画]い|かい|えがい)て(?!い?る|い?た|ん).{0,16}|(?<=[がを])(?:見|み)たい.{0,8}|(?:拝見|所望)し?(?:たい|いた?します|します).{0,6}|"
    r"(?:見せ|みせ|こしらえ|(?<=絵)(?:作っ|つくっ|出し|用意し))て(?!い?る|い?た).{0,10}|(?:ほし|欲し)い.{0,8}|(?:お|御)?(?:願|ねが)い.{0,16}|(?:頼|たの)(?:む|み|ん).{0,6}|"
    r"(?:ちょうだい|ください|下さい|頂戴|おくれ|希望|きぼう|きぼんぬ|よろしく|よろ|おなしゃす|オナシャス).{0,6}|"
    r"(?<=が)(?:いい|ええ|良い)(?:です|な|の|よ|ねん|わ)*)"
)
_MANNERS = re.compile(
    r"^(?:(?:すみません|すいません|恐れ入りますが?|可能(?:でしたら|なら|であれば)|できれば|できましたら|"
    r"よろしければ|よければ|お手数ですが|お忙しいところ|お時間(?:が)?(?:ある|あります)(?:とき|時)に|"
    r"ねえ|ねぇ|あのね|ぼくね|わたし(?:ね|は)|次は|つぎは|今度は|"
    r"どうか|なんか|じゃあ|では|やっぱり?)[、。 !！]*)+"
)
_NOT_TO_PAINT = re.compile(  # what is asked for, too, and is no picture
    "(?:返事|返信|連絡|返金|説明|案内|確認|対応|回答|教え|キャンセル|中止|取り?消し?|停止|削除|消去|解除|退会|"
    "再送|変更|訂正|修正|翻訳|登録|設定|料金|値段|規約|使い方|やり方|リンク|URL|アルバム|履歴|一覧|続き|"
    "おすすめ|アドバイス|相談|助け|助言|お金|休み|友達|彼氏|彼女|返して|静か|時間|電話|よろしく|これ|それ|あれ|"
    "どれ|全部|ぜんぶ|すべて|やつ|もの|こと|の|何|なに|なん|誰|だれ|いつ|どこ|また|もう一度|早く|あと|次|"
    "さっき|前)$|^(?:絵|画像|イラスト|写真)$|(?:この|その|あの|の|た)(?:絵|画像|イラスト|写真)$|(?:て|で|に|を|から|まで|ので|って)$"
)
_ROWS = {  # which kana end in the vowel that a small one draws out; 「ふぁ」 is a sound of its own
    "ぁ": "あかさたなはまやらわがざだばぱゃ",
    "ぃ": "いきしちにひみりぎじぢびぴ",
    "ぅ": "うくすつぬふむゆるぐずづぶぷゅ",
    "ぇ": "えけせてねへめれげぜでべぺ",
    "ぉ": "おこそとのほもよろをごぞどぼぽょ",
}
_SMALL = "|".join(f"(?<=[{row}]){small}" for small, row in _ROWS.items())
_SMALL_KATAKANA = _SMALL.translate({ord("ぁ") + at: ord("ァ") + at for at in range(0x56)})
_DRAWN_OUT = (
    (re.compile("[〜~]"), "ー"),
    (re.compile("(?<=[たしいせ])ー+(?=い)"), ""),  # 「みたーい」
    (  # 「いいー」, 「くじらぁ」
        re.compile(
            f"(?:{_SMALL}|(?<=[ぁ-ん])(?<![ぁぃぅぇぉ])ー)[ーぁぃぅぇぉ]*+(?=[。!！?？ ]*+$)"
        ),
        "",
    ),
    (
        re.compile(f"(?:(?<=[ァ-ヶ])ー(?=ー)|{_SMALL_KATAKANA})[ーァィゥェォ]*+(?=[。!！?？ ]*+$)"),
        "ー",
    ),
    (re.compile("(?<=[ぁ-ん])ー{2,}"), "ー"),
    (re.compile("([ぁ-ん])\\1{2,}"), "\\1"),
    (re.compile("(?<=ン)ん+$"), ""),
)
_DRAWING = re.compile("(?:[描書画]い|かい|えがい)て")
_KANA = re.compile("[ぁ-んー]{2,12}")  # 「ぷりんせす」, which the analyser takes apart
_PICTURE_OF = re.compile("^.{2,}(?:て(?:い)?る|っぽい|みたいな|している)(?:絵|イラスト)")
_THING = re.compile("[ァ-ヶー]{2,12}|[一-龠]{1,8}")  # no 「終わり」, which comes of a verb
_LAST = "。、!！?？♪☆ "


def relaxed(text: str) -> str:
    """Return a cleaned text without what draws its words out: 「みたーーい」 → 「みたい」."""
    for pattern, usual in _DRAWN_OUT:
        text = pattern.sub(usual, text)
    return text


def subject_of_order(text: str) -> str | None:
    """Return what a relaxed text asks to see, 「象」 in 「象が見たいな」.

    Returns None if it asks for nothing, or for what is no picture.
    """
    match = _ORDER.fullmatch(_MANNERS.sub("", text).rstrip(_LAST))
    if match is None:
        return None
    subject = match["subject"].strip("、 ")
    if not subject or _NOT_TO_PAINT.search(subject):
        return None
    is_unknown = _DRAWING.search(match[0]) is not None and _KANA.fullmatch(subject) is not None
    return subject if is_unknown or ends_in_name(subject) else None


def ends_in_name(text: str) -> bool:
    """Return whether the text ends in a noun."""
    words = morphology.tokenize(text)
    return bool(words) and words[-1].part_of_speech in {"名詞", "接尾辞"}


def names_a_picture(text: str) -> bool:
    """Return whether a text is a picture by its last word, 「消防車が火事を消してる絵」."""
    return _PICTURE_OF.fullmatch(text.rstrip(_LAST)) is not None


def is_one_thing(text: str) -> bool:
    """Return whether the text is one noun that the dictionary knows as a thing: 「ビル」."""
    if not _THING.fullmatch(text):
        return False
    words = morphology.analyze(text)
    return len(words) == 1 and words[0].part_of_speech()[:3] == ("名詞", "普通名詞", "一般")
