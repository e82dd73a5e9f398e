"""Texts that are no wish for a picture, but ask after one: 「まだ？」, 「受け取る」, a 受付番号."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.events import Mention, Span
from bot.prompt.cleaning import clean, cut
from bot.prompt.spoken import SMALL_TALK, Spoken, spoken, without_small_talk

Kind = Literal[
    Spoken,
    "pick",
    "number",
    "album_new",
    "album_close",
    "remove",
    "erase_yes",
]


@dataclass(frozen=True)
class Command:
    """A typed command. number: the 受付番号 in it, as "ABC-123", if there is one. loose: it is said
    as people say it to each other, too: 「遅い」."""

    kind: Kind
    number: str | None = None
    loose: bool = False


def command(
    text: str | None, mentions: Iterable[Mention] = (), emojis: Iterable[Span] = ()
) -> Command | None:
    """The command that the text is, or None if it is none. Never raises.

    A command fills the whole text, but for marks, emojis and a 受付番号 after it: 「まだ？」,
    「キャンセル ABC-123」. A 受付番号 alone is the command "number". Beside the words of WORDS,
    ordinary ways of saying the same are understood (bot.prompt.spoken).
    """
    whole = clean(cut(text or "", mentions, emojis))
    found = _read(_bare(whole))
    return found or _read(_bare(without_small_talk(whole)))


def _read(words: str) -> Command | None:
    short = words.upper().translate(_HYPHENS) if len(words) < 60 else ""
    if ahead := _NUMBER_AHEAD.match(short):  # 「4F7-K2M を消して」
        kind = _kind(_bare(words[ahead.end() :]).casefold())
        if kind:
            return Command(kind, f"{ahead['head']}-{ahead['tail']}")
    found = _NUMBER.search(short)
    if found is None:
        kind = _kind(words.casefold())
        return Command(kind, loose=words.casefold() not in _COMMANDS) if kind else None
    number = f"{found['head']}-{found['tail']}"
    before = _bare(words[: found.start()]).casefold()
    if not before:
        return Command("number", number)
    kind = _kind(before)
    return Command(kind, number) if kind and kind not in SMALL_TALK else None


def _kind(words: str) -> Kind | None:
    for said in (words, _POLITELY.sub("", words)):
        if kind := _COMMANDS.get(said) or spoken(said):
            return kind
    return None


WORDS: dict[Kind, str] = {
    "pick": "受け取る 受けとる うけとる 受取る 受取 受け取り うけとり 受け取ります receive",
    "status": "まだ まだですか まだかな まだかかりますか できた できました できましたか "
    "あとどれくらい いつできますか "
    "何番目 順番は まだ届かない status",
    "help": "ヘルプ へるぷ 使い方 使いかた つかいかた つかい方 使い方を教えて 何ができるの help",
    "cancel": "キャンセル きゃんせる やめる やめます やめて 取り消し 取消し 取消 中止 "
    "キャンセルして 取り消して やっぱりやめます もういいです さっきのはなしで cancel",
    "album": "アルバム あるばむ アルバム見せて アルバムみせて アルバムを見せて アルバムを見る "
    "アルバムを見たい アルバムを開く アルバムを開いて アルバムのリンク アルバムをください album",
    "album_new": "新しいアルバム アルバムを新しくして アルバムのリンクを変えて "
    "アルバムのリンクを変える アルバムのリンクを新しくして アルバムのリンクを作り直して new_album",
    "album_close": "アルバムを閉じて アルバムを閉じる アルバム閉じて アルバムをとじて close_album",
    "remove": "消して けして 削除 削除して この絵を消して 絵を消して この絵を削除して delete",
    "erase": "データを消して データをけして データ消して データを消す データを削除 "
    "データを削除して データを全部消して 私のデータを消して わたしのデータを消して "
    "でーたをけして でーたを消して 個人情報を消して erase_my_data delete_my_data",
    "left": "あと何枚描けますか 今日あと何枚描ける 残り何枚 1日何枚まで how_many_left",
    "terms": "ご利用の決まり 利用規約 規約 terms",
    "thanks": "ありがとう ありがとうございます おおきに thanks thank_you",
    "praise": "かわいい すごい 素敵です いい感じ nice",
    "hello": "こんにちは おはよう よろしくお願いします hello",
    "doubt": "違う いまいち なんか変です ちょっと違うかな",
    "remove_last": "さっきの絵を消して 今の絵を消して 最後の絵を削除して",
    "nod": "はい 了解です ごめんなさい おやすみ またね ok",
    "erase_yes": "はい、消して はい消して はい、けして はいけして はい、消してください "
    "はい、消します yes,_erase yes_erase yes,_erase_it",
}
_COMMANDS = {
    word.replace("_", " "): kind for kind, words in WORDS.items() for word in words.split()
}
# Six characters of Crockford's base32, at least one of them a digit: no ordinary word is a number.
_NUMBER = re.compile(
    r"(?:受付番号は?|番号|NO\.?|#)?[ :]?(?<![0-9A-Z])"
    r"(?=[A-Z-]*[0-9])(?P<head>[0-9A-HJKMNP-TV-Z]{3})-?(?P<tail>[0-9A-HJKMNP-TV-Z]{3})(?: ?です)?$"
)
_NUMBER_AHEAD = re.compile(
    r"(?:受付番号)?[ :]?(?=[A-Z-]*[0-9])"
    r"(?P<head>[0-9A-HJKMNP-TV-Z]{3})-?(?P<tail>[0-9A-HJKMNP-TV-Z]{3})(?![0-9A-Z])[ のをは、]*"
)
_POLITELY = re.compile(
    "(?:を|で)?(?:ください|下さい|お願い(?:します)?|おねがい(?:します)?|(?:もらえ|いただけ|頂け|"
    "くれ)(?:ますか|る)|"
    "ほしい(?:です)?|です|ね|よ)+$"
)
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


def _bare(text: str) -> str:
    """Without the marks, emojis and long-drawn vowels around it."""
    return re.sub(r"^[\W_]+|[\W_ー]+$", "", text)
