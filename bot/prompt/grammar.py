"""What stands before and after a word that steers: marks, particles, and ways of asking.

A pattern takes a word only where it stands apart: after a blank, a mark or a particle, and before
a blank, a mark, 「描いて」 or the end. What is taken leaves a line feed, the seam, which cannot
otherwise occur in cleaned text, so that its neighbour stands apart in turn.
"""

from __future__ import annotations

import re

from bot.prompt.cleaning import PICTOGRAPH

SEAM = "\n"
MARKS = rf"\n 、。,.!?・/|:;()「」『』【】\[\]~〜…※♪☆★♡♥{PICTOGRAPH}\ufe0f\u200d"

_MADE = (  # 描いて, 作って ... as a request
    "(?:[描書画]い|かい|えがい|作っ|つくっ|生成し|作成し|見せ|みせ|イラストにし|絵にし|画像にし)て"
)
_GIVE = (  # ... ください, くれませんか, ほしいな, や (Kansai) ...
    r"(?:(?:いただけ|頂け|もらえ|もらい|くれ)(?:ますか|ませんか|ますでしょうか|ないでしょうか|"
    r"ないですか|ないか|ない|たら(?:うれしい|嬉しい|助かる|幸い)(?:です)?|たい(?:です)?|"
    r"へんかな|へんか|へん|んか|る|や|よ)?"
    r"|(?:くださ|下さ|くらさ|くだちゃ)ー?い(?:ますか|ませんか|ませ)?|くださいますか"
    r"|(?:ほし|欲し)(?:い|ー|か)(?:のですが|んですが|んですけど|んだけど|です|ねん|わ)?"
    r"|ちょうだい|ちょーだい|頂戴|おくれやす|おくれ|みて(?:ください|くれる)?|みせて|ほしか"
    r"|(?:いた|致)?します|(?:いた|致)?しますか|ー?な|や|んか|けろ|くり|け|さい)?"
)
_PLEASE = (
    r"(?:よろしく)?(?:お願い|おねがい|御願い)(?:できますか|できませんか|(?:いた|"
    r"致)?しま[ー〜~]*す|したいです|"
    r"です)?|よろしく(?:です|頼む|たのむ)?|頼(?:む|みます|んだ)(?:わ|で)?|たのむ(?:わ|で)?"
    r"|プリーズ|ぷりーず|(?i:please|plz|pls)|希望(?:です|します)?|[おオ][なねナネ]しゃーす|"
    r"[おオ][なねナネ](?:しゃ|シャ)[すス]"
    r"|きぼんぬ|たの(?:んます|みます)|頼んます"
    r"|(?:ください|下さい|くださーい|くらさい|ちょうだい|ちょーだい|頂戴|くれ(?:る|ませんか|へん|"
    r"ん)?)"
)
_CAN = (  # 描ける？ 描けますか
    r"(?:[描書画]け|かけ|作れ|つくれ)(?:る|ます|ません|ない|へん|たりする|たりします)(?:かな|"
    r"かなあ|の)?"
    r"|(?:描|書|か)(?:い|き)(?:たい|たって|とくれ|といて|たってや|ましょう)(?:です)?"
)
_WISH = r"が(?:見たい|みたい|欲しい|ほしい|いい|良い|ええ)(?:です|んだけど|んですけど|ねん|わ)?"
_TAIL = r"[よねなかやわのぁー~〜]*"
ASK = (
    rf"(?:(?:(?:の(?:絵|画像|イラスト|画))?(?:を|って|ば|は)?(?:{_MADE}{_GIVE}|{_CAN})"
    rf"|(?!^)(?:の(?:絵|画像|イラスト)を|を|で)?(?:{_PLEASE})|{_WISH}){_TAIL})"
)
LAUGH = r"(?:w{1,20}|笑|\(笑\))?"
BEFORE = rf"(?:^|(?<=[{MARKS}をでにはが]))"
APART = rf"(?:^|(?<=[{MARKS}]))"
AFTER = rf"(?=(?:{ASK})? ?{LAUGH} ?(?:$|[{MARKS}]|横長で|縦長で|正方形で))"
POLITE = (
    r"(?:でお願いします|でおねがいします|でお願い|で(?:いい|ええ|良い)(?:です|よ|から|ので|で)?"
    r"|に(?:して|しよう|なるように)?|がいい(?:です|な)?|くらいで|ぐらいで|で(?:す)?)?"
)
ASKING = re.compile(rf"(?<![「『(【\[]){ASK}(?= ?{LAUGH} ?(?:$|[{MARKS}]))[ 。、,!?~〜ー]*{LAUGH}")
LAUGHING = re.compile(rf"(?<=[^\x00-\x7f{MARKS}])(?:w{{2,20}}|\(笑\))(?=$|[{MARKS}])")
GREETING = re.compile(  # only at the very beginning, and only before a mark
    r"^(?:ねえ+|ねぇ+|ねえねえ|ねぇねぇ|(?:ねー+)+|あの[うー]*|あのさあ?|え[ーっ]*と[ーね]*|"
    r"すみません|すいません|"
    r"こんにち[はわ]|こんばん[はわ]|おはよう?(?:ございます|さん)?|はじめまして|"
    r"お願い(?:が)?(?:あります|です|します)?|"
    r"おねしゃす|おなしゃす|拝啓|恐れ入りますが?|恐縮ですが|失礼(?:いた)?します|(?:突然|たびたび|"
    r"何度も)すみません|"
    r"すみませんが|(?:いつも)?お世話に(?:なっております|なっています|なります)|お疲れ(?:さま|"
    r"様)です|"
    r"(?:いつも|先ほどは|さっきは)?ありがとう(?:ございます|ございました)?|"
    r"お忙しいところ(?:を)?(?:すみません|恐れ入ります|恐縮です|申し訳(?:ありません|"
    r"ございません))が?|"
    r"ほな|ほんで|せやな|あんな|(?:なあ)+|(?:なぁ)+|なー+|よし|さて|(?:ねえ)?絵筆(?:さん|ちゃん|くん)?|"
    r"じゃあ?|では|あ|うーん|できれば|可能なら|よかったら|それと|あと|次は|つぎは|今度は)"
    rf"[{MARKS}ー]+"
)
FAREWELL = re.compile(  # the same at the very end
    rf"(?<=[{MARKS}])(?<![「『(【\[])(?:ありがとう(?:ございます)?|感謝(?:です|します)?|楽しみ(?:です|"
    rf"にして(?:い?ます|おります|るね?))?|"
    rf"待って(?:い?ます|るね?)|以上(?:です)?)[{MARKS}]*$"
)
SOFTENER = re.compile(  # says nothing of the picture, wherever it stands
    rf"{APART}(?<![「『(【\[])(?:もし)?(?:できれば|出来れば|可能(?:なら|であれば)|よければ|よかったら|"
    rf"すみませんが|恐れ入りますが|"
    r"やっぱり?|やはり|次は|つぎは|今度は|こんどは)(?=[^\n])"
)
LABEL = re.compile(  # 「枚数：2枚」, 「お題：雪だるま」
    rf"{APART}(?:枚数|形|サイズ|向き|比率|画風|スタイル|絵柄|被写体|お題|テーマ|モチーフ|内容|"
    rf"描くもの|主題|"
    r"プロンプト)[:=] ?"
)
NUMERAL = r"(?:[0-9]{1,4}|[一二三四五六七八九十]{1,3})"
_DIGITS = {kanji: digit for digit, kanji in enumerate("一二三四五六七八九", 1)}


def value(numeral: str, many: int) -> int:
    """The number that a NUMERAL says; `many` for what cannot be read."""
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0 if ten else many)


def mend(text: str) -> str:
    """Close the seams, and take away the particle and the marks that hang loose at them."""
    loose = rf" 、,・。~〜※♪☆★♡♥{PICTOGRAPH}\ufe0f\u200d"
    text = re.sub(
        rf"(?:[をと]|って)?[{loose}]*\n[\n{loose}]*",
        lambda seam: "、" if "、" in seam[0] else " ",
        text,
    )
    text = re.sub(r"[(「『【\[][ 、・/]*[)」』】\]]", " ", text)  # nothing is left in them
    text = re.sub("/[ /]*(?=/|$)", "", text)
    text = re.sub(" +", " ", text).strip(" 、,・。.!?~〜")
    return re.sub("を$", "", text)
