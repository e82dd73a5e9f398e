"""Reads which of several pictures is meant: 「3番」, 「左上のやつ」, 「最後の」.

They are shown two by two, the first at the top left, and then in a row, the first at the left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import strip_marks

_NUMBERS = {
    **dict.fromkeys(
        ("1", "一", "ひとつ", "いち", "①", "最初", "いちばん最初", "はじめ", "先頭"), 0
    ),
    **dict.fromkeys(("2", "二", "ふたつ", "に"), 1),
    **dict.fromkeys(("3", "三", "みっつ", "さん"), 2),
    **dict.fromkeys(("4", "四", "よっつ", "よん", "よ"), 3),
}
LAST = -1
_SIDE = "左|ひだり|右|みぎ"
_ROW = "上|うえ|下|した"
_PART = "(?:側|がわ|の(?:ほう|方|段|列)|段|列)?"
_NTH = "(?:番目?|段目|枚目|つ目|個目|ばんめ?|まいめ|番め)"
_PLACE = (  # 「左上」, 「上の段の右」, 「下の段の1番目」, 「左から2番目」, 「一番右」
    rf"(?:一番|いちばん)?(?:(?P<row>{_ROW})(?:{_PART}|から(?P<nth_row>[12一二]){_NTH})の?"
    rf"(?:(?P<side>{_SIDE}){_PART}|(?<=の)(?P<nth>[12一二]){_NTH})"
    rf"|(?P<side_first>{_SIDE}){_PART}の?(?P<row_last>{_ROW}){_PART})"
    rf"|(?P<from>{_SIDE})から(?P<nth_from>[1-4一二三四]|に|さん){_NTH}"
    rf"|(?:一番|いちばん|1番|最も)(?P<end>{_SIDE})(?:側|がわ|端|はし)?|(?P<edge>左|右)(?:端|はし)"
)
_THING = "(?:の(?:やつ|ヤツ|絵|画像|イラスト|写真|もの|子|方|ほう|案|デザイン|パターン|の)?)"
_WHICH = re.compile(
    rf"(?:(?P<place>{_PLACE})(?P<of_place>{_THING}|$|(?=が|で|を|は|、|かな|かも|に(?:して、|"
    rf"します|"
    rf"しよう|する|決め|き)))"
    r"|(?P<first>(?:一番|いちばん)?(?:最初|はじめ))(?=の|が|で|$)"
    r"|(?P<last>(?:一番|いちばん|1番)?(?:最後|ラスト))(?=の|が|で|$)"
    rf"|(?:最後|後ろ|うしろ|末尾)から(?P<nth_last>[1-4一二三四]|に|さん){_NTH}"
    r"|(?P<number>[1-4二三四]|一(?!番(?!目|が|の|で|$)))(?:番[目め]?|枚[目め]|[つ個こ][目め]|"
    r"ばんめ?|まいめ)"
    r"|(?P<bare>[1-4])(?=$|の(?:ほう|方|やつ|絵)|も(?!う|っと)|が(?:いい|好き|良い|ええ|よか)|"
    r"で(?:お願い|頼|いい|ええ|い[きく]|行|決|、|$)|か(?:な|も)|に(?:します|する|しよう|決め|"
    r"して)|です|"
    r"だな)"
    r"|(?P<kana>ひとつ|ふたつ|みっつ|よっつ|いち|に|さん|よん|よ(?=ばん))(?:ばん|まい)?め"
    r"|(?:No\.?|#|№) ?(?P<hash>[1-4]))"
    rf"(?P<thing>{_THING})?"
)
_TAKEN = re.compile(
    "(?:だけ)?(?:で|に|を|は|が)?(?:一番|いちばん|1番|断然|やっぱり?)?(?:お願い(?:します)?|"
    "おねがい(?:します)?|いい(?:な|です|かな|ね|感じ)*|良い(?:です)?|"
    "好き(?:です|かな|だな)*|すき|気に入った|気に入りました|気に入ってます|お気に入り|気になる|"
    "ええ|よか|一番|いちばん|かわいい|可愛い|"
    "素敵|すてき|最高|きれい|綺麗|かっこいい|して|します|する|しよう|決めた|決めました|決まり|"
    "採用|選ぶ|選びます|選んで|頼(?:む|みます)|たのむ|いく(?!ら|つ)|いきます|よろしく|もら(?:う|います|おう|いたい|"
    "っとく)|いただ(?:く|きます)|頂(?:く|きます)|ください|ちょうだい|ほしい|欲しい|使いたい|使う|"
    "使います)?"
    "(?:です|ます|だ|かな|ね|な|よ|けん|さかい|わ|ばい|たい|べ|で|から|!|。)*"
)
_BOTH = re.compile(
    rf"(?P<a>[1-4])(?:{_NTH})?(?:と|、|も)[、 ]?(?P<b>[1-4])(?:{_NTH})?(?:の(?:やつ|絵|方|ほう))?"
    rf"(?:も)?(?:両方|どっちも|どちらも)?(?:{_TAKEN.pattern}|(?:で|が|の?どっちか|、)*(?:迷|まよ|"
    rf"悩|なや)[^、。]{{0,8}})"
)
_JOINT = re.compile(
    "に(?:して|決めて)(?=[^、。! くほみねなよもだや])|"
    "が(?:近い|惜しい|好み)(?:なん|ん)?(?:です|だ)?(?:けど|が)[、 ]?|"
    "で(?:いく|いき(?:ます|たい))(?:わ|ね|な|よ|です)*[、。 ]*(?:ほんで|それで|で|そして|"
    "あと)?[、 ]?|"
    "(?:(?:に(?:して|する|します|しよう|決めて|決めた|決めました)|[がで](?:いい|良い|ええ|好き|"
    "すき|お願い(?:します)?)|"
    "(?<=[番目])(?:かな|です|だな|やな))(?:です|かな|な|ね|よ|わ)*[、。! ]+)|"
    "(?:だけ)?(?:と(?=似|同じ|おなじ|近い)|に(?=似|近)|を(?:もと|元|基|ベース|下敷き|土台)に"
    "(?:して)?[、 ]?|を|は|も(?!う|っと|"
    "っかい)|に(?=[^、。]{1,12}(?:足し|入れ|いれ|つけ|付け|追加|加え|乗せ|のせ))|から|で(?!っか|"
    "か[いく])|が|、|"
    " )+"
)
_OF_IT = re.compile("(?<=[子つ絵案]の)[^、。をはが]{1,10}[をはが]")
_OTHERS = re.compile(
    "(?:と|や)[1-4一二三四](?:番目?|枚目)?以外|以外"
)  # 「1番以外で」 is none of it
_SPELLINGS = (
    *(
        (re.compile(f"{old}(?=番|枚目|つ目|ばん)"), new)
        for old, new in zip("壱弐参肆", "1234", strict=True)
    ),
    (
        re.compile(
            "(?<=みぎ|うえ|した)っ(?:かわ|ちょ|ぽ)|(?<=ひだり)っ(?:かわ|ちょ|ぽ)|"
            "(?<=[左右上下ぎりえた])っ?かわ(?!い)"
        ),
        "側",
    ),
    (
        re.compile("(?<=[左右上下])んと(?=こ)|(?<=[左右上下うえしたみぎひだり])ん(?=ほう|方|やつ)"),
        "の",
    ),
    (re.compile("(?<=[の側がわ])[ 　、](?=[左右上下]|みぎ|ひだり|うえ|した)"), ""),
    (re.compile("(?<=やつ|ほう|番目)ば(?=[^んらか])"), "を"),
    (re.compile("(?<=[左右上下])ば(?=もら|くれ|くだ|ちょう|選|えら|お願|たの|頼|送)"), "を"),
    (re.compile("^(いち|に|さん|よん)ー+ばん"), r"\1ばんめ"),
    (re.compile("^([上下])の(?:2|二|に)枚の?(?:うち|中|なか)?の?(左|右)"), r"\1の\2"),
    (  # 「4番以外はボツ」
        re.compile(
            "^((?:[1-4一二三四](?:番目?|枚目)?))以外(?:は|が|、)?(?:全部|ぜんぶ|みんな|もう)?"
            "(?:ボツ|ぼつ|没|いらない|いらん|要らない|なし|ナシ|却下|ダメ|だめ|微妙|イマイチ|"
            "いまいち|捨て(?:て|る|ます)?|消して|好きじゃない)"
            "(?:です|だ|で|かな|ね|な|よ|わ)*[。!！]*$"
        ),
        r"\1にする",
    ),
    (
        re.compile(
            "^(?:やっぱ(?:り|し)?[、 ]?)?[1-4一二三四](?:番目?|枚目)?(?:じゃ|では|や)な(?:く|"
            "くて|しに)[、 ]?(?=[1-4一二三四])"
        ),
        "",
    ),
)
_DEGREE = re.compile(
    "もっと|もう(?:少し|すこし|ちょ)|ちょっと|ちょい|少し(?!前)|全体|(?:大き|おっき|でか|でっか)"
    "[くい]"
    "(?:見|み|し|出|映)"
)


_TOO_FAR = re.compile(  # 「5番」, 「6枚目のやつがいい」
    f"(?:[5-9五六七八九十]|[1-9][0-9])(?:番[目め]?|枚[目め]|[つ個][目め])"
    f"(?:{_THING})?{_TAKEN.pattern}"
    f"|(?:0|ゼロ|[5-9])(?:番[目め]?|枚目)?(?:で|がいい)?{_TAKEN.pattern}"
)
_ASKS_WHICH = re.compile(  # 「この中だとどれが一番いいと思う？」
    "(?:(?:この|その)?(?:[2-4二三四]枚|中|なか|うち)(?:の(?:中|なか|うち))?"
    "(?:で|だと|なら|だったら|から)?[、 ]?)?"
    "(?:(?:あなた|君|きみ|絵筆(?:さん|ちゃん)?|AI|自分|あんた|プロ|そっち)"
    "(?:的に|的|なら|だったら|としては|は|の)?[、 ]?)?"
    "(?:(?:どれ|どの(?:絵|やつ|子|方|ほう|[^、。をはが]{1,5})|どっち|何(?:番目?|枚目))(?:が|を|"
    "は|に|で|の)?"
    "(?:一番|いちばん|特に)?(?:お?(?:すすめ|ススメ|薦め|勧め)|オススメ|いい(?!から)|良い|よい|"
    "ええ|よか|好き|すき|"
    "可愛い|かわいい|きれい|綺麗|かっこいい|人気|よさそう|良さそう|うま[いく]|上手|選[んぶべ]|"
    "自信|よくでき|気に入っ|推し|"
    "ベスト|おもしろい|面白い)[^、。]{0,12}?|"
    "(?:お?(?:すすめ|ススメ|薦め|勧め)|オススメ|イチオシ|一押し|推し)"
    "(?:の(?:絵|やつ|番号)?)?(?:は|って|を)?(?:どれ|どの(?:絵|やつ)|何番|ある|教えて|"
    "選んで)?[^、。]{0,6}?)"
    "(?:[?？]|か|かな|かね|かしら|と?思う|と?思います|の|ん|です|なん|ある|教えて|(?<=どれ)|"
    "(?<=は))[?？。〜ー]*"
)
_MAX_LEFT_CHARS = 40
_LEAVES_CHOICE = (
    re.compile(  # 「どれでもかまわんよ、任せる」, 「1と4で悩んでる、どっちがいいと思う？」
        "(?:代わりに|かわりに|あんた|あなた|えふで|絵筆|プロ|そっち|AI).{0,16}?(?:選ん|えらん|決め|"
        "きめ)[でて]|"
        "(?:どれ|なん|何)でも[^、。をに]{0,8}[、。 ]*(?:お?任せ|おまかせ|まかせ)|"
        "[1-4](?:番)?(?:と|か)[1-4](?:番)?[^、。]{0,6}(?:悩|迷)[^?？]{0,12}(?:どっち|どちら)"
        "[^、。]{0,6}(?:いい|ええ|良い|好き)"
    )
)
_BY_LOOKS = re.compile(  # 「月がいちばん大きいやつ」
    "(?P<look>[^、。?？]{2,24}?)(?:やつ|ヤツ|奴|方|ほう|子|のん?|(?<!の)絵)"
    "(?:(?:が|で|に|を)?(?:いい|良い|ええ|よか|好き|すき|気に入った|お願い(?:します)?|"
    "おねがい(?:します)?|する|します|"
    "決めた|決定|選ぶ|選びます|ください|ほしい|欲しい)?(?:です|かな|[なねよわだや])*)[。!！〜ー]*"
)
_MOST = re.compile("(?:一番|いちばん|最も|もっとも|1番)(?!目|め|星|の|が|を|は|に|で)")
_OF_ALL = re.compile("この世|世界|日本|人生|今まで|宇宙|もっと|もう少し|もうちょ")


@dataclass(frozen=True)
class Choice:
    """Which picture is meant. position: from 0, or from the end: LAST, LAST - 1. rest: what else is
    said, of that picture; empty if it is only chosen. by_place: 「左上」, which may be a place in
    the picture, too."""

    position: int
    rest: str = ""
    by_place: bool = False


def parse_choice(text: str) -> Choice | None:
    """Return which of several pictures a cleaned text begins with. Returns None if it names none.

    「左上に月」 names a place in the picture, not a picture. Never raises.
    """
    bare = strip_marks(_as_usually_spelled(text))
    match = _WHICH.match(bare)
    if match is None or _OTHERS.match(bare, match.end()):
        return None
    position, by_place = _position_of(match), match["place"] is not None
    rest = bare[match.end() :]
    if _TAKEN.fullmatch(rest):
        return Choice(position, by_place=by_place)
    wanted = _after_joint(bare, match.end())
    names_it = re.search("の(?:やつ|ヤツ|絵|画像|子|方|ほう)$", match[0])
    if wanted is None:
        return Choice(position, rest, by_place) if names_it else None
    return Choice(position, wanted, by_place) if wanted else None


def _as_usually_spelled(text: str) -> str:
    """Return a text with places and numbers as most people write them: 「参番」, 「みぎっかわ」."""
    for pattern, usual in _SPELLINGS:
        text = pattern.sub(usual, text)
    return text


def parse_both(text: str) -> tuple[int, int] | None:
    """Return the positions of two pictures that a text chooses, 「1と3がいい」, or None."""
    match = _BOTH.fullmatch(strip_marks(_as_usually_spelled(text)))
    if match is None or match["a"] == match["b"]:
        return None
    return int(match["a"]) - 1, int(match["b"]) - 1


def names_one_too_far(text: str) -> bool:
    """Return whether a text only names a picture after the fourth, of which there is never one:
    「5番」."""
    return _TOO_FAR.fullmatch(strip_marks(_as_usually_spelled(text))) is not None


def asks_which(text: str) -> bool:
    """Return whether a text asks which of several pictures to take, 「どれがおすすめ？」, or leaves
    that to the bot: 「かわりに選んで」."""
    if _ASKS_WHICH.fullmatch(text):
        return True
    return len(text) <= _MAX_LEFT_CHARS and _LEAVES_CHOICE.search(text) is not None


def chooses_by_looks(text: str) -> bool:
    """Return whether a text names one of several pictures by what it shows most of: 「月がいちばん
    大きいやつ」. Which one that is, only who sees them knows."""
    match = _BY_LOOKS.fullmatch(text)
    return bool(match and _MOST.search(match["look"]) and not _OF_ALL.search(match["look"]))


def _after_joint(text: str, end: int) -> str | None:
    """Return what a text says after 「3番|を」 or 「右上の|に」, where the picture's name ends.

    Returns None if no particle stands there: 「2番の|にじ」.
    """
    if joint := _JOINT.match(text, end):
        return text[joint.end() :]
    if _DEGREE.match(text, end):  # 「右下の|もうちょい寄って」, 「1枚目|もっと明るく」
        return text[end:]
    if _OF_IT.match(text, end):  # 「右上の子の|しっぽを紫に」
        return text[end:]
    if text[end - 1] != "の" or text[end : end + 1] != "に":
        return None
    word = next(word for word in morphology.tokenize(text) if word.end > end)
    is_particle = word.part_of_speech in {"助詞", "助動詞"} and word.end == end + 1
    return text[end + 1 :] if is_particle else None


def _position_of(match: re.Match[str]) -> int:
    if match["place"]:
        return _position_of_place(match)
    if match["nth_last"]:
        return LAST - _NUMBERS[match["nth_last"]]
    if match["last"]:
        return LAST
    if match["first"]:
        return 0
    return _NUMBERS[match["number"] or match["bare"] or match["kana"] or match["hash"]]


def _position_of_place(match: re.Match[str]) -> int:
    if end := match["end"] or match["edge"]:
        return LAST if _is_right(end) else 0
    if match["from"]:
        nth = _NUMBERS[match["nth_from"]]
        return LAST - nth if _is_right(match["from"]) else nth
    is_lower = (match["row"] or match["row_last"])[0] in "下し"
    if match["nth_row"]:  # 「上から2番目」 is the lower row, 「下から2番目」 the upper one
        is_lower = is_lower != (_NUMBERS[match["nth_row"]] == 1)
    side = match["side"] or match["side_first"]
    column = _is_right(side) if side else _NUMBERS[match["nth"]]
    return 2 * is_lower + column


def _is_right(side: str) -> bool:
    return side[0] in "右み"
