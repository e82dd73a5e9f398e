"""What a person typed -> what to paint, or which command it is.

Nobody should have to learn flags: 「夜の富士山を横長で4枚、人物なしで描いてください」 is a whole
request. The words that steer (how many, which shape, what to leave out, which seed) are taken out
of the text; the rest is the prompt. Where it is unclear whether a word steers or belongs to the
picture, it stays in the prompt: a lost subject is worse than an ignored wish.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from bot.events import Mention, Span
from inference.request import MAX_COUNT, MAX_SEED

MAX_PROMPT = 1_000  # characters after cleaning; far more than the 77 tokens a model can read
LANDSCAPE, PORTRAIT, SQUARE = (768, 512), (512, 768), (512, 512)  # pixels, for a model of 512 x 512

Problem = Literal["empty", "too_long", "only_emoji", "only_controls"]


@dataclass(frozen=True)
class Reading:
    """A text as the bot understood it.

    prompt: what to paint; empty exactly when there is a problem. negative: what to leave out,
    joined by 「、」. count: 1 to 4 pictures, even if more were asked for. width, height: pixels of
    a model of 512 x 512, None if no shape was asked for. seed: 0 to 2**32 - 1. problem: why it
    cannot be painted as it stands. mentioned_self: the text mentions the bot.
    """

    prompt: str
    negative: str = ""
    count: int = 1
    width: int | None = None
    height: int | None = None
    seed: int | None = None
    problem: Problem | None = None
    mentioned_self: bool = False


@dataclass(frozen=True)
class Command:
    """A typed command. number: the 受付番号 in it, as "ABC-123", if there is one."""

    kind: Literal["pick", "status", "help", "cancel", "number"]
    number: str | None = None


def read(
    incoming_text: str | None, mentions: Iterable[Mention] = (), emojis: Iterable[Span] = ()
) -> Reading:
    """Read a message's text as a wish for a picture. Never raises.

    mentions, emojis: the spans LINE gave with the text; they are no part of the wish.
    """
    mentions, emojis = list(mentions), list(emojis)
    mentioned_self = any(mention.is_self for mention in mentions)
    text = clean(cut(incoming_text or "", mentions, emojis))
    if len(text) > MAX_PROMPT:
        return Reading("", problem="too_long", mentioned_self=mentioned_self)
    if not _has_words(text):
        problem: Problem = "only_emoji" if emojis or _has_symbols(text) else "empty"
        return Reading("", problem=problem, mentioned_self=mentioned_self)

    rest, wish = _take_steering_words(text)
    width, height = wish.size or (None, None)
    steering = ("、".join(wish.negatives), wish.count, width, height, wish.seed)
    if _has_words(rest):
        return Reading(rest, *steering, mentioned_self=mentioned_self)
    problem = "only_emoji" if emojis or _has_symbols(rest) else "only_controls"
    return Reading("", *steering, problem=problem, mentioned_self=mentioned_self)


def command(
    text: str | None, mentions: Iterable[Mention] = (), emojis: Iterable[Span] = ()
) -> Command | None:
    """The command that the text is, or None if it is none. Never raises.

    A command fills the whole text, but for marks, emojis and a 受付番号 after it: 「まだ？」,
    「キャンセル ABC-123」. A 受付番号 alone is the command "number".
    """
    words = _bare(clean(cut(text or "", mentions, emojis)))
    found = _NUMBER.search(words.upper().translate(_HYPHENS)) if len(words) < 60 else None
    if found is None:
        kind = _COMMANDS.get(words.casefold())
        return Command(kind) if kind else None
    number = f"{found['head']}-{found['tail']}"
    before = _bare(words[: found.start()]).casefold()
    if not before:
        return Command("number", number)
    kind = _COMMANDS.get(before)
    return Command(kind, number) if kind else None


# --- Cleaning -----------------------------------------------------------------------------------

_PICTOGRAPH = (  # roughly the characters of which emojis are made
    "\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"
)
_JOINER = re.compile(rf"(?<=[{_PICTOGRAPH}\ufe0f])\u200d(?=[{_PICTOGRAPH}])")
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_SELECTOR = re.compile(
    rf"[\ufe00-\ufe0e\U000e0100-\U000e01ef]|(?<![{_PICTOGRAPH}])\ufe0f(?!\u20e3)"
)
_BLANK_LETTERS = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")  # letters that show nothing


def cut(text: str, *groups: Iterable[Span]) -> str:
    """The text with a blank in place of each span (mentions, LINE emojis).

    LINE counts in UTF-16 code units (Messaging API documentation, "Character counting in a text").
    Spans beyond the text, overlapping ones, and halves of a surrogate pair do no harm.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    kept, position = [], 0
    for start, end in sorted((s.index, s.index + s.length) for group in groups for s in group):
        kept.append(units[2 * position : 2 * max(position, start)])
        position = max(position, end)
    kept.append(units[2 * position :])
    return " ".encode("utf-16-le").join(kept).decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """NFKC, without control and zero-width characters, white space collapsed and trimmed.

    The joiner and the colour selector inside an emoji stay: without them one emoji becomes several.
    """
    text = " ".join("".join(_visible(_BLANK_LETTERS.sub(" ", text))).split())
    text = text[: 5 * MAX_PROMPT]  # too long anyway, and NFKC makes up to 18 characters of one
    return " ".join(_SELECTOR.sub("", unicodedata.normalize("NFKC", text)).split())


def _visible(text: str) -> Iterable[str]:
    joiners = {match.start() for match in _JOINER.finditer(text)}
    for position, character in enumerate(text):
        match unicodedata.category(character):
            case "Cc" | "Zl" | "Zp":
                yield " " if character.isspace() else ""
            case "Cf":
                yield character if position in joiners else ""
            case "Cs" | "Co":
                yield ""
            case _:
                yield "" if character == "\ufffd" else character


def _has_words(text: str) -> bool:
    return any(unicodedata.category(c)[0] in "LN" for c in _KEYCAP.sub("", text))


def _has_symbols(text: str) -> bool:
    return bool(_KEYCAP.search(text)) or any(unicodedata.category(c) == "So" for c in text)


# --- Words that steer ---------------------------------------------------------------------------
# A pattern takes a word only where it stands apart: after a blank, a mark or a particle, and before
# a blank, a mark, 「描いて」 or the end. What is taken leaves a line feed, the seam, which cannot
# otherwise occur in cleaned text, so that its neighbour stands apart in turn.

_MARKS = r"\n 、。,.!?・/|:;()「」『』【】\[\]~…"
_ASK = (  # 描いてください and its kin
    r"(?:(?:の絵)?を)?(?:[描書]いて|かいて|えがいて|作って|つくって|生成して|見せて|お願い|おねがい)"
    r"(?:(?:いただけ|もらえ|くれ)(?:ますか|ませんか)|(?:ください|下さい)(?:ませ)?|"
    r"(?:ほしい|欲しい)(?:です)?|ちょうだい|頂戴|(?:いた|致)?します|もらえる|くれる|くれ)?[よねなか]?"
)
_BEFORE = rf"(?:^|(?<=[{_MARKS}をでにはが]))"
_AFTER = rf"(?=(?:{_ASK})? ?(?:$|[{_MARKS}]|横長で|縦長で|正方形で))"
_POLITE = r"(?:で(?:お願いします|おねがいします|お願い)?|に(?:して)?)?"
_PICTURE = r"(?:の?(?:サイズ|構図|画面|画像|絵|イラスト|写真))?"
_NUMERAL = r"(?:[0-9]{1,4}|[一二三四五六七八九十]{1,3})"

_ASKING = re.compile(rf"{_ASK}(?= ?(?:$|[\n。、,!?~]))[ 。、,!?~]*")
_SEED = re.compile(
    rf"(?<![a-z])(?:シード|しーど|seed)(?:値|番号)? ?[:=は]? ?(?P<seed>[0-9]{{1,20}})"
    rf" ?{_POLITE}{_AFTER}",
    re.IGNORECASE,
)
_COUNT = re.compile(  # 「2、3枚」 is three
    rf"(?<![0-9一二三四五六七八九十.第])(?:{_NUMERAL}[、,~-])?(?P<count>{_NUMERAL}) ?(?:枚|まい)"
    rf"(?:ほど|くらい|ぐらい|だけ)?{_PICTURE}{_POLITE}{_AFTER}"
)
_SHAPE = re.compile(
    rf"{_BEFORE}(?P<shape>横長|縦長|正方形|真四角|よこなが|たてなが){_PICTURE}{_POLITE}{_AFTER}"
    rf"|(?:^|(?<=[{_MARKS}]))(?P<leading>横長|縦長)で"
)
_SHAPES = {
    **dict.fromkeys(("横長", "よこなが"), LANDSCAPE),
    **dict.fromkeys(("縦長", "たてなが"), PORTRAIT),
    **dict.fromkeys(("正方形", "真四角"), SQUARE),
}
_DIGITS = {kanji: digit for digit, kanji in enumerate("一二三四五六七八九", 1)}

# Things that are themselves counted in 枚: 「花びら5枚」 is one picture.
_FLAT_THINGS = re.compile(
    "(?:花びら|花弁|葉|葉っぱ|羽|羽根|翼|皿|紙|布|板|窓|扉|鏡|札|シャツ|コイン|硬貨|カード|切手|"
    "ハンカチ|タオル|毛布|座布団|畳|瓦|せんべい|パン|トースト|クッキー|ピザ|チケット)[をがはに]? ?$"
)

# What people want left out. The first are understood even inside a run of characters, the second
# only after a blank, a mark or a particle; any other word only if it is short and stands alone.
_UNWANTED = (
    "登場人物|人物|人間|人影|文字|もじ|テキスト|字幕|背景|ロゴ|透かし|ウォーターマーク|サイン|署名|"
    "タイトル|動物|建物|建造物|電線|電柱|フレーム|枠線"
)
_UNWANTED_APART = f"{_UNWANTED}|人|ひと|字|雪|雲|色|影|枠|車|木|花|傘|線"
_UNWANTED_ALONE = "[一-鿿々]{1,3}|[ァ-ヶー]{1,12}|[A-Za-z]{1,20}"
_NOT_IN_IT = r"(?P<without>も?(?:なし|無し|ナシ|抜き|ぬき))"
_DO_NOT = r"[をはも]?(?:入れ|いれ|描か|かか|出さ)ないで(?:ください|下さい|ね)?"
_KNOWN_NEGATIVE = re.compile(
    rf"(?P<what>(?:{_UNWANTED}|{_BEFORE}(?:{_UNWANTED_APART}))(?:[とやも・](?:{_UNWANTED_APART}))*)"
    rf"(?:{_NOT_IN_IT}(?:で(?:お願いします)?|にして|の|(?=[^ぁ-ん]|$|{_ASK}))|{_DO_NOT}{_AFTER})"
)
_ANY_NEGATIVE = re.compile(
    rf"(?:^|(?<=[{_MARKS}]))(?P<what>{_UNWANTED_ALONE})(?:{_NOT_IN_IT}{_POLITE}|{_DO_NOT}){_AFTER}"
)
# Words that only look like 「〜なし」 or 「〜抜き」: 名無し, 洋なし, 栓抜き.
_WHOLE_WORDS = {
    *("名", "底", "宿", "家", "根", "首", "耳", "顔", "カオ", "種", "袖", "文", "洋", "和", "西洋"),
    *("栓", "釘", "毛", "息", "手", "骨", "型", "居", "生", "書", "染", "横", "勝", "油"),
}


@dataclass
class _Wish:
    count: int = 1
    size: tuple[int, int] | None = None
    seed: int | None = None
    negatives: list[str] = field(default_factory=list)

    def take_seed(self, match: re.Match[str]) -> str:
        self.seed = int(match["seed"]) % (MAX_SEED + 1)
        return "\n"

    def take_count(self, match: re.Match[str]) -> str:
        if _FLAT_THINGS.search(match.string[max(0, match.start() - 12) : match.start()]):
            return match[0]
        self.count = max(1, min(_value(match["count"]), MAX_COUNT))
        return "\n"

    def take_shape(self, match: re.Match[str]) -> str:
        self.size = _SHAPES[match["shape"] or match["leading"]]
        return "\n"

    def take_negative(self, match: re.Match[str]) -> str:
        if match["without"] and match["what"] in _WHOLE_WORDS:
            return match[0]
        known = match.re is _KNOWN_NEGATIVE
        what = re.findall(_UNWANTED_APART, match["what"]) if known else [match["what"]]
        self.negatives += [word for word in what if word not in self.negatives]
        return "\n"


def _take_steering_words(text: str) -> tuple[str, _Wish]:
    """The text without its steering words, and what they said."""
    wish = _Wish()
    for _ in range(4):  # what is taken may leave the word before it standing apart
        before = text
        text = _ASKING.sub("\n", text)
        text = _SEED.sub(wish.take_seed, text)
        text = _COUNT.sub(wish.take_count, text)
        text = _SHAPE.sub(wish.take_shape, text)
        text = _KNOWN_NEGATIVE.sub(wish.take_negative, text)
        if text == before:
            break
    known = list(wish.negatives)
    rest = _ANY_NEGATIVE.sub(wish.take_negative, text)
    if not _has_words(rest):
        rest, wish.negatives = text, known  # nothing else is there, so it is the subject
    return _mend(rest), wish


def _mend(text: str) -> str:
    """Close the seams, and take away the particle and the marks that hang loose at them."""
    text = re.sub(
        r"を?[ 、,・。]*\n[\n 、,・。]*", lambda seam: "、" if "、" in seam[0] else " ", text
    )
    return text.strip(" 、,・。.!")


def _value(numeral: str) -> int:
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0 if ten else MAX_COUNT)


# --- Commands -----------------------------------------------------------------------------------

_WORDS: dict[Literal["pick", "status", "help", "cancel"], str] = {
    "pick": "受け取る 受けとる うけとる 受取る 受取 受け取り うけとり 受け取ります receive",
    "status": "まだ まだですか まだかな まだかかりますか できた できました できましたか status",
    "help": "ヘルプ へるぷ 使い方 使いかた つかいかた つかい方 help",
    "cancel": "キャンセル きゃんせる やめる やめます やめて 取り消し 取消し 取消 中止 cancel",
}
_COMMANDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# Six characters of Crockford's base32, at least one of them a digit: no ordinary word is a number.
_NUMBER = re.compile(
    r"(?:受付番号は?|番号|NO\.?|#)?[ :]?(?<![0-9A-Z])"
    r"(?=[A-Z-]*[0-9])(?P<head>[0-9A-HJKMNP-TV-Z]{3})-?(?P<tail>[0-9A-HJKMNP-TV-Z]{3})(?: ?です)?$"
)
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


def _bare(text: str) -> str:
    """Without the marks, emojis and long-drawn vowels around it."""
    return re.sub(r"^[\W_]+|[\W_ー]+$", "", text)
