"""What the buttons under a picture do, and the words of people who have no button at hand."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.prompt import Reading
from bot.prompt.changes.undo import is_undo
from bot.prompt.japanese.cleaning import strip_endings, strip_trailing_marks
from bot.prompt.japanese.request_phrases import shorten_requests, strip_politeness
from bot.prompt.request.stored import Origin

_SIMILAR = re.compile("似|(?:こんな|同じ|おなじ|こういう|この)(?:感じ|風|雰囲気)|系")
_SEVERAL = re.compile("いっぱい|たくさん|沢山|(?:いろ|色)(?:いろ|々|んな)|候補|何枚も")
ACTION_PHRASES: dict[Origin, str] = {
    "again": "もう一度 もう一回 もういちど もういっかい もう1回 もう1度 もう一度描いて "
    "もう一回描いて 描き直して もっかい もっかい描いて もう1枚 もう一枚 やり直し やり直して "
    "やりなおして 描き直し 別の絵で 別の絵 別のやつ 別のも見たい 他のも見たい ほかのも見たい "
    "違うのも見たい 別バージョン 違う感じで "
    "別の感じで 別の感じ 違う雰囲気で 違うパターンも リトライ again "
    "おかわり お代わり おかわりで もういっちょ もう一丁 もう一発",
    "similar": "似た絵 もっと似た感じで 似たの 似てる絵 似たやつ 似た感じで 似たのもう1枚 "
    "似たのもう一枚 "
    "似た感じでもう1枚 似た絵を描いて 似た絵がほしい similar",
    "four": "4枚で 四枚で 4枚見せて 4枚見たい 4枚ほしい 4枚にして four",
    "fine": "高精細 高精細で 高精細に 高精細にして 高画質で 高画質にして 高解像度で "
    "高解像度にして 拡大 拡大して もっと細かく 大きく見たい 大きく見せて 大きくして見せて "
    "大きいサイズで 大きい画像で アップで でっかく見たい でかく見たい 大画面で "
    "きれいに仕上げる きれいに仕上げて 仕上げる 仕上げて "
    "finer",
    "change": "この絵を変える 絵を変える この絵を変えて この絵を変えたい 変えて 直して なおして "
    "修正して 変える 変えたい "
    "ここを変えて change",
}
_ONCE_MORE = re.compile("もう(?:一|1)[回度]|もっかい|似た(?:の|もの|やつ|感じ)")
ACTIONS = frozenset(ACTION_PHRASES)
_RESHAPED = frozenset({"again", "similar"})  # whose picture may get another shape
PICTURE_TAPS = frozenset({"choose", "details"})  # what makes no picture
_ACTION_BY_PHRASE = {
    phrase: action for action, phrases in ACTION_PHRASES.items() for phrase in phrases.split()
}
_MENDS = re.compile("直|なお|修正")
_MISSHAPEN = re.compile(  # 「手がおかしいので直して」: only another picture of the same mends that
    "(?!.{0,12}(?:文字|字|スペル|つづり|綴り|日付|名前))"
    "(?:(?:なんか|ちょっと|よく見ると)、?)?[^、。を]{0,16}?"
    "(?:(?:おかし|変|へん|ヘン|不自然|いびつ|きもちわる|気持ち悪|こわ|怖)(?:い|な|だ|かった)?|(?:崩れ|くずれ|ゆがん|歪ん|つぶれ|潰れ|溶け|とけ|切れ|"
    "ちぎれ|くっつい|消え|曲がっ|バグっ|破綻し|つなが(?:っ|り))[てで](?:い?る|ます|しまって(?:い)?る)?|"
    "(?:[0-9一二三四五六七八九十]{1,2}(?:本|個|つ|指)|多い|多すぎる|足りない|たりない)(?:も|しか)?(?:ある|あります|ない|い?る|見える|なって(?:い)?る)?)"
    "(?:人|子|の|ところ|とこ|部分|やつ)?(?:が|も)?(?:いる|いて|い(?:ます|ました)|ある|あり(?:ます|ました)|あって)?"
    "(?:です|なん|な|だ|や|じゃ)?(?:から|ので|んで|けん|けど|し|のを|ところを|のは)?[、。!！ ]*"
    "(?:もう一度|もう一回|もっかい|ちゃんと|きちんと|全部)?(?:(?:描き|かき|やり)?(?:直|なお)して|修正して)"
)
_POLITE_ENDINGS = (
    *("お願いします", "お願い", "おねがいします", "おねがい", "ください", "下さい", "ちょうだい"),
    *(
        "見たい",
        "みたい",
        "ほしい",
        "欲しい",
        "描いて",
        "見せて",
        "みせて",
        "です",
        "や",
        "な",
        "ね",
        "よ",
    ),
)


def find_action(text: str) -> Origin | None:
    """Return what the words of a button, in any politeness, ask for; None if they are none."""
    bare = strip_trailing_marks(shorten_requests(text)).casefold()
    plain = strip_endings(bare, _POLITE_ENDINGS)
    if (
        plain != bare
        and plain not in _ACTION_BY_PHRASE
        and plain.endswith(("を", "で", "が", "も"))
    ):
        plain = plain[:-1]
    return _ACTION_BY_PHRASE.get(bare) or _ACTION_BY_PHRASE.get(plain)


def finds_misshapen(text: str) -> bool:
    """Return whether a text wants mended what is drawn wrong: 「指が6本ある、直して」."""
    if not _MENDS.search(text):
        return False
    bare = strip_trailing_marks(shorten_requests(text))
    return _MISSHAPEN.fullmatch(strip_politeness(strip_endings(bare, _POLITE_ENDINGS))) is not None


def find_steered_action(text: str, reading: Reading) -> Origin | None:
    """Return what the words of a button ask for beside a number or a shape: 「似た絵をあと2枚」,
    「似たのを横長で」. reading: of that text."""
    width, height = reading.width, reading.height
    words, count = reading.prompt, reading.count
    if count == 1 and width is None:
        return None
    plain = Reading(words, count=count, width=width, height=height)
    if replace(reading, problem=None) != plain:
        return None
    if reading.problem == "only_controls" and (once_more := _ONCE_MORE.search(text)):
        words = once_more[0]  # 「もう一度、2枚で」 names nothing to paint
    action = find_action(words) or find_action(f"{words}で")  # 「似た感じで縦長」
    return action if width is None or action in _RESHAPED else None


def action_of_more(text: str) -> Origin:
    """Return what the button would be called for words that want more of a picture."""
    if _SIMILAR.search(text):
        return "similar"
    return "four" if _SEVERAL.search(text) else "again"


def is_action_phrase(text: str) -> bool:
    """Return whether the text is what a button under a picture says, or takes a change back."""
    return find_action(text) is not None or is_undo(text)
