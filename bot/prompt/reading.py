"""A text as a wish for a picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.events import Mention, Span
from bot.prompt.cleaning import MAX_PROMPT, clean, cut, has_symbols, has_words
from bot.prompt.steering import take_steering_words
from bot.prompt.styles import only_styles, styles

_ANYTHING = re.compile(  # names nothing to paint: 「適当に何か」, 「絵」
    "(?:とりあえず|適当に|てきとうに|ランダムに?|今日の気分で|暇だから|ひまだから|また|、| )*"
    "(?:(?:何|なに|なん)(?:か|でも)(?:いい|良い|おまかせ|一つ|ひとつ|好きなもの|面白いもの|"
    "かわいいもの)?|"
    "好きなもの|好きなの|絵|お絵描き|お絵かき|画像|イラスト|ちょうだい|ください|よろしく|お願い|"
    "おねがい)"
    "(?:です|で|から|ので|けど|を|も|よ|ね|や|、| )*"
)
Problem = Literal["empty", "too_long", "only_emoji", "only_controls", "anything"]


@dataclass(frozen=True)
class Reading:
    """A text as the bot understood it.

    prompt: what to paint; empty exactly when there is a problem. negative: what to leave out,
    joined by 「、」. count: 1 to 4 pictures, even if more were asked for. width, height: pixels of
    a model of 512 x 512, None if no shape was asked for. seed: 0 to 2**32 - 1. problem: why it
    cannot be painted as it stands. mentioned_self: the text mentions the bot. styles: labels of
    bot.prompt.styles. effort: more or fewer steps than usual. fidelity: how closely the words are
    followed. strength: 0 to 1, how far a picture that is given may change; None if not said.
    """

    prompt: str
    negative: str = ""
    count: int = 1
    width: int | None = None
    height: int | None = None
    seed: int | None = None
    problem: Problem | None = None
    mentioned_self: bool = False
    styles: tuple[str, ...] = ()
    effort: Literal["quick", "careful"] | None = None
    fidelity: Literal["free", "faithful"] | None = None
    strength: float | None = None


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
    if not has_words(text):
        problem: Problem = "only_emoji" if emojis or has_symbols(text) else "empty"
        return Reading("", problem=problem, mentioned_self=mentioned_self)

    rest, wish = take_steering_words(text)
    width, height = wish.size or (None, None)
    painted = has_words(rest) and not only_styles(rest)
    if not painted:
        problem = "only_emoji" if emojis or has_symbols(rest or text) else "only_controls"
    elif _ANYTHING.fullmatch(rest):
        painted, problem = False, "anything"
    return Reading(
        rest if painted else "",
        "、".join(wish.negatives),
        wish.count or 1,
        width,
        height,
        wish.seed,
        None if painted else problem,
        mentioned_self,
        tuple(label for label in styles() if label in wish.styles),
        wish.effort,
        wish.fidelity,
        wish.strength,
    )
