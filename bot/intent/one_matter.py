"""What a text is about that has no word but those of one matter: progress, an order, a change.

A pattern of the whole sentence would have to know every order of its words; here each of them has
to be one that people use about that matter, and one has to name it. What names anything else,
「もっと花」, 「前の家に戻して」, is for other readers. Asked only where there is such a matter: a
picture that is being painted, that was just changed, or just painted. The words are in
one_matter.toml.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from bot.intent.calling_off import calls_off
from bot.prompt.japanese import morphology
from bot.prompt.japanese.kana import to_hiragana

_MAX_CHARS = 60
_FUNCTION = {"助詞", "助動詞", "補助記号", "空白", "感動詞", "接続詞", "記号"}
_NUMBERS = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_DROPS_IT = re.compile(  # said of what the last change brought: 「夜はなしで」
    "やめ|止め|(?<![はお])なし|無し|ナシ|しない(?:で|ほう|方)|違う|ちがう|失敗|(?:い|要)ら(?:ない|ん|へん)|"
    "(?:じゃ|では)な(?:い|く|かった)|(?:無|な)かったこと|却下|ボツ|没|間違|まちが|取り?消|キャンセル|撤回"
)
_MARKS = "、。!！ ….,"
_REASON = re.compile(
    f"[^{_MARKS}]{{1,14}}(?:し|から|ので|けど|けん|で|ない|すぎ|すぎる|かも|わ|な|ね|のに)ー?"
    f"[{_MARKS}]++(?=.)"
)
_WHY_BACK = re.compile(  # 「昼の絵のほうを使いたいので戻して」: of what is wanted back
    f"[^{_MARKS}]{{2,30}}?(?:ので|んで|から|けん|けど|さかい|のに)[{_MARKS}]*+"
    "(?=(?:やっぱり?)?(?:元|もと|前|まえ|さっき|戻|もど|(?:それ|そっち|そちら|あれ|あっち)(?:に|へ)(?:戻|もど)))"
)
_WHAT_FOR = re.compile(  # 「待ち受けにするから大きくきれいにして」
    f"^[^{_MARKS}]{{2,20}}?(?:から|ので|けん|さかい|たいし)[{_MARKS}]*+(?=.)"
)
_THEN_BACK = re.compile(  # 「変えた意味なかった、元に戻して」; 「家を消して、前のに」 orders both
    f"[^{_MARKS}]{{1,30}}(?<![てでにく])[{_MARKS}]++"
    "(?=(?:やっぱり?)?(?:元|もと|前|まえ|さっき|戻|もど))"
)
_AFTER_ALL = re.compile(  # 「虹やっぱなしで」
    "(?<=[^、。!！ …])(?:やっぱ(?:り|し)?|やはり)[、 ]?"
    "(?=(?:なし|無し|いらない|いらん|要らない|やめ|キャンセル))"
)
_KANA = re.compile("[ァ-ヶー]{2,}")
_HOW_MANY = re.compile("(?P<count>[1-4一二三四])(?:枚|つ|個|案|パターン|種類|バージョン)")


@dataclass(frozen=True)
class _Matter:
    """words: of which a text about it may consist. names: one of them names the matter. asks: how
    it is asked about, if that matters. but_not: what sounds alike."""

    words: frozenset[str]
    names: re.Pattern[str]
    asks: re.Pattern[str] | None
    but_not: re.Pattern[str] | None

    def is_all_of(self, text: str, prompt: str = "") -> bool:
        """Return whether a text is about this and nothing else, or about what prompt names."""
        return self.is_named_in(text) and not self.others_in(text, prompt)

    def is_named_in(self, text: str) -> bool:
        """Return whether a text, no long one, names the matter, whatever else it names."""
        if len(text) > _MAX_CHARS:
            return False
        is_named = self.names.search(text) and (self.asks is None or self.asks.search(text))
        return bool(is_named) and not (self.but_not and self.but_not.search(text))

    def others_in(self, text: str, prompt: str = "") -> list[str]:
        """Return the words of a text that are none of it, nor of prompt. Of a long text, all that
        it is."""
        if len(text) > _MAX_CHARS:
            return [text]
        return [
            word.text
            for word in morphology.tokenize(text)
            if word.part_of_speech not in _FUNCTION
            and word.lemma not in self.words
            and word.text not in self.words
            and not _is_in(prompt, word)
        ]


def _is_in(prompt: str, word: morphology.Word) -> bool:
    """Return whether a word is one of prompt, however it is spelled."""
    return bool(prompt) and any(
        word.lemma == named.lemma or morphology.spelled_in(named.text, word.text) == named.text
        for named in morphology.tokenize(prompt)
        if named.part_of_speech not in _FUNCTION
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("bot.intent").joinpath("one_matter.toml").read_text("utf-8"))


@cache
def _matter(name: str) -> _Matter:
    table = _table()[name]
    words = frozenset([*_table()["polite"], *table["words"]])
    names, asks, but_not = (_any_of(name, part) for part in ("names", "asks", "but_not"))
    assert names is not None
    return _Matter(words, names, asks, but_not)


@cache
def _any_of(name: str, part: str) -> re.Pattern[str] | None:
    patterns = _table()[name].get(part)
    return re.compile("|".join(patterns)) if patterns else None


def drops_order(words: str, prompt: str = "") -> bool:
    """Return whether a text takes back what was ordered and is not painted yet.

    prompt: of that; the text may name what it shows, 「白い猫キャンセルで」, 「猫やめる」.
    """
    words, subject = _AFTER_ALL.sub("", words), _subject(prompt)
    if _names_one_of_several(words, prompt):
        return False
    if calls_off(words, subject):
        return True
    words, drop = _spelled(_in_words_of(prompt, words)), _matter("drop")
    if not drop.is_named_in(words) or drop.others_in(words, prompt):
        return False
    named = drop.others_in(words)
    return not named or morphology.spelled_in(named[-1], subject) == named[-1]


def _names_one_of_several(words: str, prompt: str) -> bool:
    """Return whether a text names one of the things that a prompt has in a row, and not the
    others, which are still wanted: 「虹」 of 「滝と虹」."""
    joints = [
        word
        for word in morphology.tokenize(prompt)
        if (word.text in {"と", "や"} and word.part_of_speech == "助詞") or word.text == "、"
    ]
    starts = [0, *(joint.end for joint in joints)]
    ends = [*(joint.start for joint in joints), len(prompt)]
    things = [prompt[start:end] for start, end in zip(starts, ends, strict=True)]
    if len(things) < 2 or not all(map(morphology.is_noun_phrase, things)):
        return False
    named = [thing for thing in things if _subject(thing) in words]
    return len(named) == 1


def _subject(prompt: str) -> str:
    """Return the last noun of a prompt: 「猫」 of 「白い猫」."""
    nouns = morphology.nouns_of(prompt)
    return nouns[-1].text if nouns else prompt


def _in_words_of(prompt: str, words: str) -> str:
    """Return a text with the nouns of a prompt as that spells them: 「猫まだ」 for 「ねこまだ」,
    which the analyser takes for other words."""
    for noun in morphology.nouns_of(prompt):
        if noun.text not in words:
            kana = morphology.reading_of(noun.text)
            for typed in (kana, to_hiragana(kana)) if _KANA.fullmatch(kana) else ():
                words = words.replace(typed, noun.text)
        words = words.replace(f"{noun.text}まだ", f"{noun.text}、まだ")
    return words


def _any_word_of(prompt: str) -> str:
    """Return a regular expression of what a prompt names, the longest first."""
    names = {prompt, *(noun.text for noun in morphology.nouns_of(prompt))}
    return "(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + ")"


def asks_progress(words: str, prompt: str = "") -> bool:
    """Return whether a text asks, or complains, how far a picture is that is being painted.

    prompt: of that picture, which the text may name: 「猫まだ？」.
    """
    return _matter("progress").is_all_of(_spelled(_in_words_of(prompt, words)), prompt)


def wants_more(words: str) -> bool:
    """Return whether a text wants more pictures of what was painted: 「別のパターンも見たい」."""
    return _matter("more").is_all_of(_spelled(words))


def wants_finer(words: str) -> bool:
    """Return whether a text wants a picture larger and finer: 「もっときれいに大きくして」."""
    return _matter("finer").is_all_of(_WHAT_FOR.sub("", words))


def wants_resent(words: str, prompt: str = "") -> bool:
    """Return whether a text wants a picture sent once more as it is: 「もっかい送って」.

    prompt: of that picture, which the text may name.
    """
    return _matter("resend").is_all_of(_spelled(words), prompt)


def wants_no_change(words: str) -> bool:
    """Return whether a text wants a picture left as it is: 「やっぱり変えなくていい」."""
    return _matter("keep").is_all_of(_spelled(words))


def leaves_photo(words: str) -> bool:
    """Return whether a text wants nothing made of a photo: 「写真からは描かなくていい」."""
    return _matter("leave_photo").is_all_of(_spelled(words))


def wants_other_subject(words: str) -> bool:
    """Return whether a text wants a picture of something else and says not what: 「別のお題で」."""
    return _matter("other").is_all_of(_spelled(words))


def how_many_more(words: str) -> int:
    """Return how many pictures such a text wants, 1 to 4."""
    match = _HOW_MANY.search(_spelled(words))
    return _NUMBERS[match["count"]] if match else 1


def may_take_back(words: str) -> bool:
    """Return whether a text is worth asking what the last change was. Quick."""
    return _DROPS_IT.search(words) is not None or _matter("back").is_named_in(_spelled(words))


def takes_change_back(words: str, prompt: str, prompt_before: str) -> bool:
    """Return whether a text wants the last change undone.

    prompt, prompt_before: of the picture now, and of the one that was changed. The text may name
    what the change brought: 「夜にする前のに戻して」.
    """
    words, back = _spelled(_in_words_of(prompt, words)), _matter("back")
    if prompt_before:
        words = re.sub(f"(?<=[元前初き]の){_any_word_of(prompt_before)}", "やつ", words)
    others = back.others_in(_without_reason(words))
    named = [word for word in others if word in prompt and word not in prompt_before]
    if len(named) < len(others):
        return False
    return back.is_named_in(words) or (bool(named) and _DROPS_IT.search(words) is not None)


def _without_reason(words: str) -> str:
    """Return an order without why it is given, if that names no thing: 「なんか暗いし、戻して」.

    What is wanted back may be named: 「昼の絵を使いたいので戻して」.
    """
    if why := _WHY_BACK.match(words) or _THEN_BACK.match(words):
        return words[why.end() :]
    reason = _REASON.match(words)
    return words[reason.end() :] if reason and not morphology.nouns_of(reason[0]) else words


def is_of_choosing(words: str) -> bool:
    """Return whether words say nothing but that a picture is chosen: 「が一番かわいいです」."""
    others = _matter("choice").others_in(words)
    return all(re.fullmatch("[0-9]", word) for word in others)


def spelled_as_choice(words: str) -> str:
    """Return a text as choices are usually written: 「最後の」 for "the last one"."""
    for pattern, usual in _spellings("spelled_choice"):
        words = pattern.sub(usual, words)
    return words


def asks_erasure(words: str) -> Literal["erase.all", "erase.picture", "erase.photo"] | None:
    """Return what a text wants erased that names nothing but what the bot keeps.

    「文字を消して」 names a thing in the picture, and is a change.
    """
    if len(words) > _MAX_CHARS:
        return None
    for pattern, usual in _spellings("spelled_erase"):
        words = pattern.sub(usual, words)
    if not _matter("erase").is_all_of(words):
        return None
    if _finds("photo", words) and not _finds("beside_photo", words):
        return "erase.photo"
    return "erase.all" if _finds("all", words) else "erase.picture"


def _finds(part: str, words: str) -> bool:
    pattern = _any_of("erase", part)
    return pattern is not None and pattern.search(words) is not None


@lru_cache(maxsize=8)  # a message is asked about several matters
def _spelled(words: str) -> str:
    """Return a text as it is usually spelled where children and people in a hurry spell it else."""
    if len(words) > _MAX_CHARS:
        return words
    for pattern, usual in _spellings("spelled"):
        words = pattern.sub(usual, words)
    return words


@cache
def _spellings(name: str) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(typed), usual) for typed, usual in _table()[name].items()]
