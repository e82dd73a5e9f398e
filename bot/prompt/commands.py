"""Texts that are no wish for a picture, but ask after one: 「まだ？」, 「受け取る」, a 受付番号."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.events import Mention, Span
from bot.prompt.cleaning import clean, cut

Kind = Literal[
    "pick",
    "status",
    "help",
    "cancel",
    "number",
    "album",
    "album_new",
    "album_close",
    "remove",
    "erase",
    "erase_yes",
]


@dataclass(frozen=True)
class Command:
    """A typed command. number: the 受付番号 in it, as "ABC-123", if there is one."""

    kind: Kind
    number: str | None = None


def command(
    text: str | None, mentions: Iterable[Mention] = (), emojis: Iterable[Span] = ()
) -> Command | None:
    """The command that the text is, or None if it is none. Never raises.

    A command fills the whole text, but for marks, emojis and a 受付番号 after it: 「まだ？」,
    「キャンセル ABC-123」. A 受付番号 alone is the command "number".
    """
    words = _bare(clean(cut(text or "", mentions, emojis)))
    short = words.upper().translate(_HYPHENS) if len(words) < 60 else ""
    if ahead := _NUMBER_AHEAD.match(short):  # 「4F7-K2M を消して」
        kind = _COMMANDS.get(_bare(words[ahead.end() :]).casefold())
        if kind:
            return Command(kind, f"{ahead['head']}-{ahead['tail']}")
    found = _NUMBER.search(short)
    if found is None:
        kind = _COMMANDS.get(words.casefold())
        return Command(kind) if kind else None
    number = f"{found['head']}-{found['tail']}"
    before = _bare(words[: found.start()]).casefold()
    if not before:
        return Command("number", number)
    kind = _COMMANDS.get(before)
    return Command(kind, number) if kind else None


WORDS: dict[Kind, str] = {
    "pick": "受け取る 受けとる うけとる 受取る 受取 受け取り うけとり 受け取ります receive",
    "status": "まだ まだですか まだかな まだかかりますか できた できました できましたか status",
    "help": "ヘルプ へるぷ 使い方 使いかた つかいかた つかい方 help",
    "cancel": "キャンセル きゃんせる やめる やめます やめて 取り消し 取消し 取消 中止 cancel",
    "album": "アルバム あるばむ アルバム見せて アルバムみせて アルバムを見せて アルバムを見る "
    "アルバムを見たい アルバムを開く アルバムを開いて アルバムのリンク アルバムをください album",
    "album_new": "新しいアルバム アルバムを新しくして アルバムのリンクを変えて "
    "アルバムのリンクを変える アルバムのリンクを新しくして アルバムのリンクを作り直して new_album",
    "album_close": "アルバムを閉じて アルバムを閉じる アルバム閉じて アルバムをとじて close_album",
    "remove": "消して けして 削除 削除して この絵を消して 絵を消して この絵を削除して delete",
    "erase": "データを消して データをけして データ消して データを消す データを削除 "
    "データを削除して データを全部消して 私のデータを消して わたしのデータを消して "
    "でーたをけして でーたを消して 個人情報を消して erase_my_data delete_my_data",
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
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


def _bare(text: str) -> str:
    """Without the marks, emojis and long-drawn vowels around it."""
    return re.sub(r"^[\W_]+|[\W_ー]+$", "", text)
