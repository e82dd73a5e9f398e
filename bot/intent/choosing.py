"""Which of several pictures a text means, in whatever words: 「どれもいいけど左下かなあ」.

bot.prompt.changes.choices reads what begins with a number or a place. Here the words around it may
be any that people use of that matter, and the pictures may be called what they show: 「2番目の猫」.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import lru_cache

from bot.intent.one_matter import is_of_choosing, spelled_as_choice
from bot.prompt.changes.choices import LAST, Choice, parse_choice
from bot.prompt.changes.parser import parse_change
from bot.prompt.changes.steps import PICTURE_ASPECTS
from bot.prompt.japanese import morphology
from bot.prompt.japanese.kana import to_hiragana

_MAX_CHARS = 60
_MAX_NAME_CHARS = 12
_LONG_NAME = 3  # kana, from which a name in them is no other word
_JAPANESE = {  # what is not so written, as it would be
    "iii": "3", "ii": "2", "iv": "4", "first": "1番", "second": "2番", "third": "3番",
    "fourth": "4番", "one": "1番", "two": "2番", "three": "3番", "four": "4番", "last": "最後",
    "ひだり": "左", "みぎ": "右", "うえ": "上", "した": "下", "left": "左", "right": "右",
    "top": "上", "upper": "上", "bottom": "下", "lower": "下",
}  # fmt: skip
_ENGLISH_ONE = re.compile(  # is none of them
    "(?<=first|third|right|which) one|(?<=second|fourth|bottom) one|(?<=last|left|this|that) one|"
    "(?<=top) one|(?<=lower|upper) one"
)
_NOT_JAPANESE = re.compile("|".join(_JAPANESE))
_NAME = re.compile(  # one picture, wherever a text names it
    "(?P<side>[左右])(?:の|、|側|ほう|方| )*(?P<row>[上下])|"
    "(?P<row_first>[上下])(?:の|、|側|段|ほう|方| )*(?P<side_last>[左右])|"
    "(?P<end>最初|はじめ|最後)|"
    "(?<![0-9第年月])(?<![0-9][.])(?P<number>[1-4](?![0-9年月日時分秒円点位人匹羽歳才回%./]|枚(?!目)|個(?!目)|つ(?!目|め))"
    "|[一二三四](?=番目|枚目|[つ個][目め])|[二三四](?=番))"
    "(?:番目?|枚目|[つ個][目め])?"
)
_LEAD = re.compile(  # 「じゃ2で」, 「やっぱり4枚目」
    "(?:(?:じゃ|ほな|ほんなら|ほんだら|そしたら|それなら|では|なら|やっぱ(?:り|し)?|やはり|うー*ん|んー*|えー*っ?と|"
    "そうだな|ぁ|よし|よっしゃ|まあ|あ)[、。! ]*)+"
)
_NTH = re.compile(
    r"(?<![0-9.])(?:(?:一番|いちばん)?(?:[左右上下]|ひだり|みぎ|うえ|した|(?:最初|最後)(?=[のが]))|"
    r"(?:[1-4一二三四]|いち|に|さん|よん)(?:番|枚目|つ目|個目|ばん|まいめ)|(?:ひと|ふた|みっ|よっ)つ[め目]|No\.?[1-4])"
)
_BARE = re.compile(
    r"(?<![0-9.])[1-4](?=(?:推し|一択|かな|で(?:す|$|よろ|お願い|頼)|が(?:いい|好)|に(?:し|決)|$|[!。]))"
)
_OF_ONE = re.compile(  # 「1枚目の背景を花畑に」; 「2人目の背景」 is a place in it
    f"(?<=[1-4一二三四](?:枚目|番目|つ目))の(?={'|'.join(sorted(PICTURE_ASPECTS))})|"
    "(?<=[1-4一二三四]番)の(?=背景)|(?<=[左右][上下])の(?=背景)|(?<=[上下][左右])の(?=背景)"
)
_TWO = re.compile("[1-4一二三四](?:番目?|枚目)?[とか、,][1-4一二三四]")
_LONE_ONLY = re.compile("(?<=[番目])だけ(?=[^をでにはがの、。 ])")
_ORDERS = re.compile(
    "(?:[てでくに]|たい|ほしい|欲しい|お願い(?:します)?|頼む|ください|下さい|ちょうだい|くれ.{0,6}|もら.{0,6}|"
    "[いだ](?:から|ので|けど|し))[、。!！]*(?:[てでくにしから].{0,12})?$"
)
_GIVES_IT = re.compile(  # 「2番目の犬に帽子」; 「3枚目に惚れた」 gives it nothing
    "を|に(?!ある|おる|いる|し|決|き[めま]|惚れ|ほれ|一票|投票|一目|ひとめ|やられ|心|ハート|惹かれ|ひかれ|なり|1票)"
)
_TAKES_NAMED = re.compile(  # after its name
    "(?:の(?:やつ|ヤツ|絵|子|方|ほう)?)?"
    "(?:(?:で|に|が|を)?(?:決定|決まり|決めた|決めました|する|します|しよう?か?な?|いい|ええ|よか|採用|一択|お願い(?:します)?|"
    "おねがい(?:します)?|いく|いきます|頼む|ちょうだい|ください)|で|かな|やな|だな)?"
    "(?:です|だ|や|よ|な|ね|わ|かな|かも|で|[!。…ー〜~wｗ🎉✨♪☆ ])*"
)
_IT = "それ|これ|こっち|そっち|こちら|そちら|(?:その|この)(?:子|こ|コ|やつ|絵|方|ほう|1枚|一枚)"
_NAMED_AGAIN = "(?:[1-4一二三四](?:番目?|枚目)?|[左右上下]{2})(?:の(?:子|やつ|絵|方|ほう))?"
_TAKES_IT = re.compile(  # 「かわいすぎる、|それで」, 「優しい顔してるので|3で」
    "(?:(?<=[、。!！?？…〜~・ しで])|(?<=から)|(?<=けん)|(?<=けど)|(?<=さかい))"
    "(?:だから|なので|やから|もう|やっぱり?|じゃ|では|なら|ほな|絶対|ぜひ|[、 ]){0,3}"
    f"(?:(?:{_IT}|{_NAMED_AGAIN})(?:だけ)?(?:(?:[でにをが]|一択|いっとこ)?"
    "(?:お願い|おねがい|決|き[めま]|し(?:ます|たい|よ|と|て)|する|いい|いく|いき|行|ほし|欲し|くだ|下さ|"
    "ちょう|頂戴|頼|たの|もら|貰|いただ|頂|採用|使|よろ|オナ|おな|好き).{0,10}"
    "|(?:で|に|一択)[。!！ー〜~♪☆wｗ]{0,4})"
    "|(?:決まり|きまり|決定|けってい|決めた|採用)(?:です|だ|で|ね|わ|ー){0,3}[。!！♪☆]{0,4})$"
)
_LIKE_IT = re.compile("^(?:似|近い|同じ|おなじ)|[0-9一二三四]枚|もう(?:一|1)|[?？]$")
_FAREWELL = re.compile("最後の?(?:絵|の|もの)?に")  # 「これが最後の絵になるね」
_PET = re.compile(
    "(?:ワン|わん|ニャン|にゃん)(?:こ|コ|ちゃん)|お花|お城|お山|お魚|うさちゃん|くまちゃん"
)
_RECOLOURS = re.compile(
    "を(?:真っ)?(?:[赤青白黒緑紫茶金銀]|黄色?|ピンク|オレンジ|水色)(?:色|く|に|、|$)"
)
_HONORIFIC = "(?:ちゃん|さん|くん|君|たん)?"


@lru_cache(maxsize=4)  # several handlers ask the same of a message
def parse_choice_among(text: str, prompt: str) -> Choice | None:
    """Return which of several pictures of prompt a cleaned text means. Returns None if it means
    none of them, or several. Never raises.

    What is said of the picture beside that it is chosen is its rest, as of parse_choice.
    """
    if len(text) > _MAX_CHARS or _FAREWELL.search(text):
        return parse_choice(text)
    words = spelled_as_choice(text).strip(" ")
    words = _called_pictures(words[_end(_LEAD, words) :].strip(" "), prompt)
    words = _LONE_ONLY.sub("を", _OF_ONE.sub("を", words))
    choice = parse_choice(words)
    if choice is None:
        return _named_among_words(words)
    if is_of_choosing(choice.rest) or _only_tells(choice.rest):
        return replace(choice, rest="")
    return replace(choice, rest=re.sub("^に(?=[^似])", "", choice.rest))


def parse_choice_once(text: str) -> Choice | None:
    """Return the picture that a text names, whatever it says around it, for what is surely about
    choosing. Of several it is the last: 「1と迷ったけど4やな」.

    Returns None if it names none, or says what shall be done with it.
    """
    words = _in_japanese(text)
    names = list(_NAME.finditer(words))
    if not names or "以外" in words or _GIVES_IT.match(words, names[-1].end()):
        return None
    return _named(names[-1])


def parse_choice_at_end(text: str) -> Choice | None:
    """Return the picture that the end of a text takes, of several that it names or after a reason:
    「1は怖いし3は暗いし…4にする」, 「全員一致で4に決定」. Returns None if it ends otherwise."""
    words = _in_japanese(text)
    names = list(_NAME.finditer(words))
    if not names or not names[-1].start() or not _TAKES_NAMED.fullmatch(words, names[-1].end()):
        return None
    return _named(names[-1])


def _in_japanese(text: str) -> str:
    """Return a text with names of pictures as they are written in Japanese; empty if too long."""
    words = unicodedata.normalize("NFKC", text[: _MAX_CHARS + 1]).casefold()
    words = _ENGLISH_ONE.sub("", words)
    words = _NOT_JAPANESE.sub(lambda match: _JAPANESE[match[0]], words)
    return words if len(words) <= _MAX_CHARS else ""


def _named(name: re.Match[str]) -> Choice:
    if end := name["end"]:
        return Choice(LAST if end == "最後" else 0)
    if number := name["number"]:
        return Choice("一二三四".find(number) if number in "一二三四" else int(number) - 1)
    is_right = (name["side"] or name["side_last"]) == "右"
    return Choice(2 * ((name["row"] or name["row_first"]) == "下") + is_right, by_place=True)


def _only_tells(rest: str) -> bool:
    """Return whether it is only told how the picture is, 「2番めんこい」, or that it is taken,
    「左上にしよ」. What is ordered, 「2番が暗いから明るくして」, is more."""
    if not rest:
        return False
    if takes := _TAKES_IT.search(rest):
        rest = rest[: takes.start()].rstrip("、。!！ ")
        return not rest or not (_GIVES_IT.match(rest) or parse_change(rest))
    if _ORDERS.search(rest) or _LIKE_IT.search(rest) or _GIVES_IT.match(rest):
        return False
    return parse_change(rest) is None


def _end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _called_pictures(text: str, prompt: str) -> str:
    """Return a text with 「のやつ」 for what all of the pictures show: 「2番目の猫」."""
    nouns = morphology.nouns_of(prompt)
    if not nouns or "の" not in text:
        return text
    before, _, after = text.partition("の")
    if kana := _in_kana(prompt, after) or _in_kana(
        nouns[-1].text, after
    ):  # 「3番のしんかんせん」, which is taken apart
        return f"{before}のやつ{after.removeprefix(kana)}"
    for word in morphology.tokenize(after)[:3]:
        called = after[: word.end]
        is_shown = (
            morphology.spelled_in(prompt, called) in prompt
            or called.endswith(nouns[-1].text)
            or _PET.fullmatch(called) is not None
        )
        if is_shown and called and not called.startswith(("の", "や")):
            rest = re.sub(f"^{_HONORIFIC}", "", after[word.end :])
            is_part = not called.endswith(nouns[-1].text)
            if is_part and _RECOLOURS.match(rest):  # 「4番のバイクを赤く」, of a cat on it
                return f"{before}を{called}{rest}"
            return f"{before}のやつ{rest}"
    return text


def _in_kana(name: str, text: str) -> str:
    """Return the name of a thing as a text begins with it in kana, or ""."""
    reading = morphology.reading_of(name)
    kana = (reading, to_hiragana(reading)) if len(reading) >= _LONG_NAME else ()
    return next((name for name in kana if text.startswith(name)), "")


def _named_among_words(text: str) -> Choice | None:
    """Return the one picture that a text names which says nothing else of any."""
    starts = sorted(match.start() for match in (*_NTH.finditer(text), *_BARE.finditer(text)))
    found = [(start, *named) for start in starts if (named := _named_at(text, start))]
    if not found:
        return None
    if _TWO.search(text) and "けど" not in text:
        return None
    compares = "けど" in text or "より" in text  # 「2と3で迷うけど2」
    start, choice, end = found[-1] if compares else found[0]
    is_one = compares or len({named.position for _, named, _ in found}) == 1
    around: tuple[str, ...] = (text[:start], text[end:])
    if is_one:  # 「2番かな、うん、2番」
        again = [text[at:to] for at, named, to in found if named.position == choice.position]
        around = tuple(_without_any(words, again) for words in around)
    is_all = all(map(is_of_choosing, around))
    return choice if is_one and is_all else None


def _without_any(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, "")
    return text


def _named_at(text: str, start: int) -> tuple[Choice, int] | None:
    """Return which picture is named there, and where its name ends."""
    for end in range(min(len(text), start + _MAX_NAME_CHARS), start, -1):
        choice = parse_choice(text[start:end])
        if choice is not None and not choice.rest:
            return choice, end
    return None
