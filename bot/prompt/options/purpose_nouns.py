"""What a picture is made into, said as its noun: 「羊の年賀状」, 「猫で名刺を」, 「壁紙に桜」.

The model paints no card with letters on it: it gets what is on the card, 「羊」, and the program
makes the rest. What is itself a thing in the picture stays: 「机の上の名刺」, 「年賀状を書く人」.
"""

from __future__ import annotations

import re

from bot.prompt.japanese import morphology
from bot.prompt.japanese.grammar import MARKS
from bot.prompt.options.media import DESK, PERSON, PHONE, Purpose

_DAY = (
    "お?誕生日?|バースデ[ーイィ]|クリスマス|Xマス|グリーティング|メッセージ|サンキュー|サンクス|"
    "ウェディング|バレンタイン|ハロウィン|(?:母|父|敬老)の日|お祝い|お礼|"
    "(?:結婚|出産|入学|卒業|就職|成人|還暦|開店|引っ?越し|新築|合格|内定|退職)(?:お?祝い|記念)?"
)
_NOUNS: dict[Purpose, str] = {
    Purpose.DESKTOP: f"{DESK}用?の?(?:壁紙|背景|待ち受け)",
    Purpose.WALLPAPER: "壁紙|(?:待ち受け|待受け?|まちうけ)(?:画面|画像)?|(?:ロック|ホーム)画面",
    Purpose.ICON: "アイコン(?:画像|写真)?|プロフィール(?:画像|写真)|プロフ(?:画像|写真|画)|"
    "アバター|トプ画",
    Purpose.HEADER: "ヘッダー(?:画像)?",
    Purpose.THUMBNAIL: "サムネイル(?:画像)?|サムネ(?:画像)?",
    Purpose.NEW_YEAR_CARD: "年賀状|年賀(?:はがき|ハガキ|葉書)",
    Purpose.CARD: f"(?:{_DAY})(?:用の?|の)?カード|ポストカード|名刺|招待状|"
    "(?:[暑寒]中お?見舞い|残暑お?見舞い|喪中|絵)?の?(?:はがき|ハガキ|葉書)|(?:[暑寒]中|残暑)お?見舞い状?",
    Purpose.STAMP: "スタンプ",
}
_NOUN = "(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _NOUNS.items()) + ")"
_OF = (  # whose it is, and where it will be seen
    f"(?:(?:LINE|ライン|らいん|インスタ(?:グラム)?|X|Twitter|ツイッター|SNS|Discord|ディスコード|Slack|"
    f"YouTube|ユーチューブ|ブログ|note|{PHONE}|会社|お?店|仕事|自分|来年|今年|お?正月|新年|新しい|"
    f"[0-9]{{4}}年|令和[0-9]{{1,2}}年|アカウント|チャンネル|{_DAY}|結婚式)(?:用|向け)?の?){{0,3}}"
)
_FOR = f"(?:(?:{PERSON})(?:さん|ちゃん|くん|様)?(?:への?|に(?:送る|出す|あげる|渡す)|宛ての?|の))?"
_MADE = f"{_OF}{_NOUN}"
_DRAWN = "(?:の?(?:絵|画像|イラスト|デザイン))?"
_WANTED = "(?:ほしい|欲しい|おくれ|くれ|ちょうだい|作りたい|つくりたい|デザインしたい)?"
_HOPE = (  # 「…作りたいんだけど」
    r"(?:を|が)?(?:(?:作り|つくり|し|描き)?たい|ほしい|欲しい|作って|つくって|作る|つくる|作成|"
    r"お願い(?:します)?)(?:です|ん(?:です|だ)?けど|の?ですが|ので|から|な|よ|ー)*"
)
_FITS = (
    "(?:(?:でき|出来|使え|なり)そうな|でき[るた]|使[うえ]る?|つかう|する|なる|ぴったりな|合う)"
    "(?:(?:よう|みたい)な)?"
)
_THING = "(?:絵|画像|イラスト|やつ|もの)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<subject>.+?)の(?P<how>[^のをにでが]{{1,8}}[いな]){_MADE}{_DRAWN}{_WANTED}[でにをも]?",
        rf"(?P<subject>.+?){_DRAWN}の{_MADE}{_DRAWN}{_WANTED}[でにをも]?",
        rf"(?P<subject>.+?){_DRAWN}で{_MADE}(?:に{_FITS}{_THING}|{_HOPE}|って?)?"
        r"(?:(?:を|って)?(?:作|つく)れ(?:る|ます)(?:か|かな)?)?",
        rf"(?P<subject>.+?)を{_MADE}に{_FITS}{_THING}",
        rf"{_FOR}{_MADE}に{_FITS}(?P<subject>.+)",
        rf"{_FOR}{_MADE}(?:用|向け|むけ)(?:の|に|で)(?P<subject>.+)",
        rf"{_FOR}{_MADE}に(?:は)?(?P<drawn>.+)",
    )
)
_FIRST = re.compile(  # 「名刺、ラーメンで」, 「壁紙作りたい！桜で」
    rf"{_FOR}{_MADE}{_DRAWN}(?:{_HOPE})?[で]?[{MARKS}]+(?P<subject>.+)"
)
_HINTS = (  # of which one is in each noun: quicker than the pattern
    *(
        "壁紙",
        "背景",
        "待ち受け",
        "待受",
        "まちうけ",
        "画面",
        "アイコン",
        "プロフ",
        "アバター",
        "トプ画",
    ),
    *(
        "ヘッダー",
        "サムネ",
        "年賀",
        "カード",
        "名刺",
        "見舞い",
        "はがき",
        "ハガキ",
        "葉書",
        "招待状",
    ),
    "スタンプ",
)
_MAY_BE = re.compile("|".join(_NOUNS.values()))
_NO_SUBJECT = re.compile(  # how many there are, from whom, of which kind: not what is on it
    "(?:の(?:束|山)|たくさん|大量|山積み|複数|昔|時代|最近|今日|毎年|人気|おすすめ|普通|定番|理想|好み|本物|"
    "ほか|他|別|同じ|から|へ|より|まで|[0-9一二三四五六七八九十何](?:枚|通|個)|風|系|調|[一-龠]的|用|向け|感じ|"
    "サイズ|無料|有料|最初|最後|前回|今回|先ほど|さっき|これ|それ|縦|横|縦長|横長)$"
    f"|^(?:この|その|あの|どの|さっき|今の|いまの|写真)|^(?:{_OF})$"
)
_PLACE = re.compile("の(?:上|下|中|横|隣|となり|そば|前|後ろ|うしろ|裏|表|周り|まわり|手元)$")
_PERSON = re.compile(f"(?:お?(?:{PERSON}))(?:さん|ちゃん|くん|様)?")
_JOINT = re.compile("(?<=.)(?:で|がいい)$")
_AS_PICTURE = re.compile("(?<=.)の(?:絵|イラスト|画像)$")
_NO_PICTURE = re.compile(
    "(?:人|人々|者|方法|ところ|所|様子|職人|やり方|作り方|サイズ|値段|アプリ)$"
)
_MOVES = {"走る", "眠る", "寝る", "笑う", "泣く", "踊る", "歩く", "泳ぐ", "怒る", "跳ねる", "咲く"}
_MOVES |= {"飛ぶ", "座る", "歌う", "舞う", "光る"}
_NO_NOUNS = {"助詞", "助動詞", "動詞", "副詞", "接続詞", "補助記号", "連体詞"}
_MAX_CHARS = 60  # of a segment that is read
_SPLIT = re.compile(f"([{MARKS}]+)")
_CARDS = {Purpose.NEW_YEAR_CARD, Purpose.CARD}


def extract_purpose_noun(text: str) -> tuple[str, Purpose | None]:
    """Return the text without the noun that says what its picture is made into, and that.

    text: without its other steering words. Returns the text itself and None if it names nothing
    of the kind, or nothing but that.
    """
    if not any(hint in text for hint in _HINTS):
        return text, None
    first = _FIRST.fullmatch(text) if len(text) <= 2 * _MAX_CHARS else None
    if first is not None and (kind := _kind(first)) is not None:
        subject = _JOINT.sub("", first["subject"].strip())
        if _is_shown(subject, kind) and not _MAY_BE.search(subject):
            return subject, kind
    parts = _SPLIT.split(text)
    for index in range(0, len(parts), 2):
        subject, found = _from_segment(parts[index])
        if found is not None:
            parts[index] = subject
            return "".join(parts), found
    return text, None


def _from_segment(segment: str) -> tuple[str, Purpose | None]:
    if len(segment) > _MAX_CHARS or not _MAY_BE.search(segment):
        return segment, None
    for form in _FORMS:
        match = form.fullmatch(segment)
        if match is None or (kind := _kind(match)) is None:
            continue
        words = match.groupdict()
        drawn = words.get("drawn")
        subject = drawn or match["subject"]
        if _is_shown(subject, kind) and (drawn is None or _may_be_drawn_on(drawn)):
            return (words.get("how") or "") + _AS_PICTURE.sub("", subject), kind
    return segment, None


def _kind(match: re.Match[str]) -> Purpose | None:
    return next((kind for kind in _NOUNS if match.groupdict().get(kind)), None)


def _is_shown(subject: str, kind: Purpose) -> bool:
    """Return whether these words can be what is on the card."""
    if _NO_SUBJECT.search(subject) or _NO_PICTURE.search(subject):
        return False
    if kind in _CARDS and (_PERSON.fullmatch(subject) or _PLACE.search(subject)):
        return False  # 「孫の年賀状」 is his, 「机の上の名刺」 a thing; 「海の中の壁紙」 is none
    words = morphology.tokenize(subject)
    return bool(words) and words[-1].part_of_speech not in _NO_NOUNS


def _may_be_drawn_on(words: str) -> bool:
    """Return whether 「年賀状に…」 says what to draw on it, not what is done to it:
    「はがきに切手を貼る手」, 「スタンプに囲まれた猫」."""
    first, *others = morphology.tokenize(words)
    if first.part_of_speech in {"動詞", "助詞", "助動詞"} and first.lemma not in _MOVES:
        return False
    return all(word.text not in {"を", "に"} for word in others)
