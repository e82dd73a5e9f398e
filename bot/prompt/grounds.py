"""The ground of a picture, in the ways in which a prompt tells of it, and another in its place."""

from __future__ import annotations

import re

from bot import japanese
from bot.japanese import Word
from bot.prompt.one_of import being, segments

GROUND = "背景"
_IN_A_GROUND = {"名詞", "形容詞", "形状詞", "接尾辞", "接頭辞", "連体詞", "副詞"}


def grounded(prompt: str, ground: str) -> str:
    """The prompt before another ground: 「ピンク」, 「夕焼けの海」."""
    ground = re.sub(f"(?:の?{GROUND})$", "", ground) or ground
    parts = segments(prompt)
    for place, part in enumerate(parts):
        if (new := _in_part(part, ground, last=place > 0)) is not None:
            parts[place] = new
            return "、".join(dict.fromkeys(parts))
    return "、".join([*parts, f"{being(ground)}{GROUND}"])


def groundless(prompt: str) -> str:
    """The prompt without a word of its ground, as far as something else is left."""
    parts = []
    for place, it in enumerate(segments(prompt)):
        rest = _in_part(it, "", last=place > 0)
        parts.append(it if rest is None else re.sub("^[のにで]|[とに]$", "", rest))
    return "、".join(filter(None, parts)) or prompt


def _in_part(part: str, ground: str, *, last: bool) -> str | None:
    """A segment with another ground; None: it tells of none. last: it names nothing else."""
    new = f"{being(ground)}{GROUND}" if ground else ""
    if GROUND not in part:
        return None
    words = japanese.words(part)
    place = next((at for at, it in enumerate(words) if it.text.startswith(GROUND)), None)
    if place is None:
        return None
    start, end = words[place].start, words[place].end
    following = words[place + 1].text if place + 1 < len(words) else ""
    before = words[place - 1].text if place else ""
    if before == "を" and following == "に":  # 「海を背景に立つ犬」
        begin = _begin(words, place - 1)
        rest = re.sub("^にした", "", part[end:])
        return part[:begin] + (f"{ground}を{part[start:]}" if ground else rest.removeprefix("に"))
    if following in {"が", "は", "に", "も"} and not before:  # 「背景が青い犬」, 「背景は海」
        tail = _end(words, place + 2, following)
        rest = part[tail:]
        if not rest:
            return new
        return f"{new}の{rest}" if new else rest
    begin = _begin(words, place)
    if not following and not last and begin == 0:  # 「犬の背景」: what it is of stays
        begin = _described_from(words, place)
    return part[:begin] + new + part[end:]


def _begin(words: list[Word], place: int) -> int:
    """Where the words begin that say what a ground is of: 「夕日の沈む海の」."""
    at = place
    while at and (words[at - 1].kind in _IN_A_GROUND or words[at - 1].text in {"の", "な"}):
        at -= 1
    return words[at].start


def _described_from(words: list[Word], place: int) -> int:
    """Where the adjective before a word begins, if there is one."""
    before = words[place - 1] if place else None
    return before.start if before is not None and before.kind == "形容詞" else words[place].start


def _end(words: list[Word], place: int, joint: str) -> int:
    """Where it ends what is said of a ground after its 「が」, and its thing begins."""
    for at in range(place, len(words) - 1):
        it, following = words[at], words[at + 1]
        if joint == "に":
            done = it.kind in {"動詞", "助動詞"} and following.kind not in {
                "助動詞",
                "助詞",
                "動詞",
            }
        else:
            done = (it.kind == "形容詞" and following.kind in _IN_A_GROUND) or it.text in {
                "の",
                "な",
            }
            done = done or (it.text == "た" and following.kind == "名詞")
        if done:
            return it.end
    return words[-1].end
