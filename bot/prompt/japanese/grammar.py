"""What may stand before and after a steering word: marks, particles, and ways of asking.

A pattern takes a word only where it stands apart: after a blank, a mark or a particle, and before
a blank, a mark, 「描いて」 or the end. What is taken leaves a line feed, the seam, which cannot
otherwise occur in cleaned text, so that its neighbour stands apart in turn.
"""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import PICTOGRAPH

SEAM = "\n"
MARKS = rf"\n 、。,.!?・/|:;()「」『』【】\[\]~〜…※♪☆★♡♥{PICTOGRAPH}\ufe0f\u200d"

_MADE = (  # 描いて, 作って ... as a request
    "(?:[描書画]い|かい|えがい|作っ|つくっ|生成し|作成し|こしらえ|見せ|みせ|イラストにし|絵にし|"
    "画像にし)て"
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
    r"|(?<![てでにも])(?:ほしい|欲しい)(?:です|なあ?|の|よー?|ねん|わ)?"
    r"|きぼんぬ|たの(?:んます|みます)|頼んます"
    r"|(?:ください|下さい|くださーい|くらさい|ちょうだい|ちょーだい|頂戴|くれ(?:る|ませんか|へん|"
    r"ん)?)"
)
_CAN = (  # 描ける？ 描けますか
    r"(?:[描書画]け|かけ|作れ|つくれ)(?:る|ます|ません|ない|へん|たりする|たりします)(?:かな|"
    r"かなあ|の)?"
    r"|(?:描|書|か)(?:い|き)(?:たい|たって|とくれ|とって(?!も)(?:や|ね|な)?|といて|たってや|ましょう)(?:です)?"
    r"|(?:作り|つくり)たい(?:です|のですが|んですけど|んですが|んだけど|ねん)?(?=\W*$)"
)
_WISH = (
    r"が(?:見たい|みたい|作りたい|つくりたい|欲しい|ほしい|いい|良い|ええ)"
    r"(?:です|んだけど|んですけど|ねん|わ)?"
)
_TAIL = r"[よねなかやわのぁー~〜]*"
REQUEST_PHRASE = (
    rf"(?:(?:(?:の(?:絵|画像|イラスト|画))?(?:を|って|ば|は)?(?:{_MADE}{_GIVE}|{_CAN})"
    rf"|(?!^)(?:の(?:絵|画像|イラスト)を|を|で)?(?:{_PLEASE})|{_WISH}){_TAIL})"
)
LAUGHTER = r"(?:w{1,20}|笑|\(笑\))?"
MARK_OR_PARTICLE_BEFORE = rf"(?:^|(?<=[{MARKS}をでにはが]))"
MARK_BEFORE = rf"(?:^|(?<=[{MARKS}]))"
BOUNDARY_AFTER = rf"(?=(?:{REQUEST_PHRASE})? ?{LAUGHTER} ?(?:$|[{MARKS}]|横長で|縦長で|正方形で))"
POLITE_ENDING = (
    r"(?:でお願いします|でおねがいします|でお願い|で(?:いい|ええ|良い)(?:です|よ|から|ので|で)?"
    r"|に(?:して|しよう|なるように)?|がいい(?:です|な)?|くらいで|ぐらいで|で(?:す)?)?"
)
_NOUN_ENDING = re.compile(r"って|[ばはでが]|くれん?(?=\W*$)")  # of a noun, or of a request
_BY_PLEASE = re.compile(f"で(?:{_PLEASE})")
REQUEST_ENDING = re.compile(
    rf"(?<![「『(【\[]){REQUEST_PHRASE}(?= ?{LAUGHTER} ?(?:$|[{MARKS}]))[ 。、,!?~〜ー]*{LAUGHTER}"
)
_WANTED = re.compile(  # after what may be a particle: 「おにほしい」
    rf"(?<=[てでにも])(?:ほしい|欲しい)(?:です|ねん|[なのよわ])?(?= ?{LAUGHTER} ?(?:$|[{MARKS}]))"
)
LAUGHTER_BESIDE_TEXT = re.compile(
    rf"(?<=[^\x00-\x7f{MARKS}])(?:w{{2,20}}|\(笑\))(?=$|[{MARKS}])"
    rf"|{MARK_BEFORE}\(笑\)(?=[{MARKS}])|(?<=[{MARKS}])\(笑\)$"
)
GREETING = re.compile(  # only at the very beginning, and only before a mark
    r"^(?:ねえ+|ねぇ+|ねえねえ|ねぇねぇ|(?:ねー+)+|あの[うー]*|あのさあ?|え[ーっ]*と[ーね]*|"
    r"すみません|すいません|"
    r"こんにち[はわ]|こんばん[はわ]|おはよう?(?:ございます|さん)?|はじめまして|"
    r"お願い(?:が)?(?:あります|です|します)?|"
    r"おねしゃす|おなしゃす|拝啓|恐れ入りますが?|恐縮ですが|お手数(?:を|を?おかけ(?:しますが|"
    r"して))?(?:です|恐縮です)?(?:が|けど)?|失礼(?:いた)?します|(?:突然|たびたび|"
    r"何度も)すみません|"
    r"すみませんが|(?:いつも)?お世話に(?:なっております|なっています|なります)|お疲れ(?:さま|"
    r"様)です|"
    r"(?:いつも|先ほどは|さっきは)?ありがとう(?:ございます|ございました)?|"
    r"お忙しいところ(?:を)?(?:すみません|恐れ入ります|恐縮です|申し訳(?:ありません|"
    r"ございません))が?|"
    r"(?:初めて|はじめて)(?:使い(?:ます|ました)|利用(?:します|しました)|使って(?:み|い)ます|"
    r"です|なん?ですが?|なので|お願いします)|"
    r"おおきに|まいど|(?:ほな|じゃあ?|では)?(?:一つ|ひとつ|一丁|いっちょ)(?:頼む|頼みます|"
    r"たのむ|お願い(?:します)?|よろしく)(?:わ|で|ね|よ|や)?|"
    r"ほな|ほんで|せやな|あんな|(?:なあ)+|(?:なぁ)+|なー+|よし|さて|(?:ねえ)?絵筆(?:さん|ちゃん|"
    r"くん)?|"
    r"じゃあ?|では|あ|うーん|できれば|可能なら|よかったら|それと|あと|次は|つぎは|今度は)"
    rf"ー*+[{MARKS}][{MARKS}ー]*+"
)
FAREWELL = re.compile(  # the same at the very end
    rf"(?<=[{MARKS}])(?<![「『(【\[])(?:ありがとう(?:ございます)?|感謝(?:です|します)?|"
    rf"楽しみ(?:です|"
    rf"にして(?:い?ます|おります|るね?))?|"
    rf"待って(?:い?ます|るね?)|以上(?:です)?)[{MARKS}]*$"
)
SOFTENER = re.compile(  # says nothing of the picture, wherever it stands
    rf"(?:^|(?P<after>(?<=[{MARKS}])))(?<![「『(【\[])(?:もし)?(?:できれば|出来れば|可能(?:なら|"
    rf"であれば)|よければ|よかったら|"
    rf"すみませんが|恐れ入りますが|"
    r"やっぱり?+|やはり|次は|つぎは|今度は|こんどは)(?(after)|(?=[^\n]))"
)
_LABELS = (
    "(?:枚数|形|サイズ|向き|(?:アスペクト|縦横)比|比率|(?i:(?:aspect )?ratio|shape|style|subject)|"
    "画風|スタイル|絵柄|被写体|お題|テーマ|モチーフ|内容|描くもの|主題|"
    "プロンプト|(?:描いて|入れて)(?:ほしい|欲しい)もの|入れるもの|かくもの|描きたいもの)"
)
LABEL = re.compile(  # 「枚数：2枚」, 「お題：雪だるま」, 「【描くもの】車」, 「お題「雪だるま」」
    rf"{MARK_BEFORE}{_LABELS}(?:[:=] ?|(?:は|:)? ?「(?P<words>[^「」]{{1,200}})」)"
    rf"|[【\[<]{_LABELS}[】\]>][:=]? ?"
)


def take_request(match: re.Match[str]) -> str:
    """Return the seam for a REQUEST_ENDING, after what belongs to the noun before it.

    「ことば描いて」 asks for 「ことば」, 「そでお願い」 for 「そで」, 「くもでお願い」 for a
    cloud; 「はしくれ」 has no request.
    """
    if particle := _NOUN_ENDING.match(match[0]):
        end = match.start() + particle.end()
        segment = last_segment(match.string[:end])
        if _BY_PLEASE.match(match[0]) and morphology.joins_rather(segment, "で"):
            return SEAM
        is_apart = particle[0] in {"が", "って"}  # which are particles wherever they can be
        in_noun = (
            morphology.names_with(segment, particle[0])
            if is_apart
            else morphology.ends_in_noun(segment, len(particle[0]))
        )
        if in_noun:
            return particle[0] if particle[0] == match[0] else particle[0] + SEAM
    return SEAM


def take_wanted(text: str) -> str:
    """Return the text with the seam for each 「ほしい」 that follows a noun: 「ついたてほしい」.

    「笑ってほしい」 and 「ここにほしい」 stay.
    """
    if "ほしい" not in text and "欲しい" not in text:
        return text

    def take(match: re.Match[str]) -> str:
        segment = last_segment(match.string[: match.start()])
        return SEAM if morphology.ends_in_noun(segment, 1) else match[0]

    return _WANTED.sub(take, text)


def take_softener(match: re.Match[str]) -> str:
    """Return the seam for a SOFTENER, unless it is the beginning of a word: 「つぎはぎの服」."""
    after = match.string[match.end() : match.end() + 16]
    words = morphology.tokenize(match[0] + after)
    return SEAM if any(word.end == len(match[0]) for word in words) else match[0]


NUMERAL = r"(?:[0-9]{1,4}|[一二三四五六七八九十百千]{1,4})"
# Of pictures, which are capped: a number however great is none of the subject.
COUNT_NUMERAL = (
    r"(?:(?<![0-9])(?<![0-9],(?=[0-9]{3}))[0-9]++(?:,[0-9]{3})*+(?:[万億兆](?=[枚ま ]))?"
    r"|[〇零一二三四五六七八九十百千万億兆壱弐参]{1,12})"
)
_DIGITS: dict[str, int] = dict(
    zip("〇一二三四五六七八九零壱弐参", (*range(10), *range(4)), strict=True)
)


def numeral_value(numeral: str, default: int) -> int:
    """Return the number that a NUMERAL or a COUNT_NUMERAL means, or `default` if it cannot be
    read."""
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0 if ten else default)


_LOOSE = " 、,・。~〜※♪☆★♡♥\ufe0f\u200d" + "".join(
    chr(code)
    for first, last in re.findall("(.)(?:-(.))?", PICTOGRAPH)
    for code in range(ord(first), ord(last or first) + 1)
)
_KEPT_ORNAMENT = re.compile(
    rf"(?<![ 、,・。~〜※♪☆★♡♥{PICTOGRAPH}\ufe0f\u200d])"
    rf"([ 、,・。~〜※♪☆★♡♥{PICTOGRAPH}\ufe0f\u200d]*[{PICTOGRAPH}]\ufe0f?) ?、"
)
_PARTICLES = ("って", "を", "と")


def kept_particle(text: str, particle: str) -> str:
    """Return what stays of a particle at the end of the text: all of it if it is none."""
    if not particle or text.endswith("っと"):  # 「ざっと」, 「もっと」
        return particle
    return "" if morphology.ends_in_particle(last_segment(text), particle) else particle


def last_segment(text: str) -> str:
    """Return what stands after the last mark, at most 80 characters."""
    return re.split(f"[{MARKS}]", text[-80:])[-1]


def _joined(before: str, after: str) -> str:
    """Join what stood beside a seam. An emoji before a 「、」 belongs to what it follows."""
    head, tail = before.rstrip(_LOOSE), after.lstrip(_LOOSE)
    marks = before[len(head) :] + after[: len(after) - len(tail)]
    if head and (ornament := _KEPT_ORNAMENT.match(before, len(head))):
        head += ornament[1]
    particle = next((particle for particle in _PARTICLES if head.endswith(particle)), "")
    stem = head[: len(head) - len(particle)] + kept_particle(head, particle)
    return f"{stem}{'、' if '、' in marks else ' '}{tail}"


def close_seams(text: str) -> str:
    """Close the seams, and remove the particles and marks that are left over beside them."""
    parts = text.split(SEAM)
    text = parts[0]
    for part in parts[1:]:
        text = _joined(text, part)
    text = re.sub(r"[(「『【\[][ 、・/]*[)」』】\]]", " ", text)  # nothing is left in them
    text = re.sub("/[ /]*(?=/|$)", "", text)
    text = re.sub(" +", " ", text).strip(" 、,・。.!?~〜|")
    return text.removesuffix("を")
