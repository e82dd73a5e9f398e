"""The background of a picture: how a prompt describes it, and how to change or remove it."""

from __future__ import annotations

import re

from bot.prompt.changes.categories import attributive, split_segments
from bot.prompt.japanese import morphology
from bot.prompt.japanese.morphology import Word

BACKGROUND = "背景"
_IN_BACKGROUND_PHRASE = {"名詞", "形容詞", "形状詞", "接尾辞", "接頭辞", "連体詞", "副詞"}


def set_background(prompt: str, background: str) -> str:
    """Return the prompt with another background: 「ピンク」, 「夕焼けの海」."""
    background = re.sub(f"(?:の?{BACKGROUND})$", "", background) or background
    segments = split_segments(prompt)
    for index, segment in enumerate(segments):
        changed = _change_in_segment(segment, background, is_first=index == 0)
        if changed is not None:
            segments[index] = changed
            return "、".join(dict.fromkeys(segments))
    return "、".join([*segments, f"{attributive(background)}{BACKGROUND}"])


def remove_background(prompt: str) -> str:
    """Return the prompt without a word about its background, if something else is left."""
    segments = []
    for index, segment in enumerate(split_segments(prompt)):
        rest = _change_in_segment(segment, "", is_first=index == 0)
        segments.append(segment if rest is None else re.sub("^[のにで]|[とに]$", "", rest))
    return "、".join(filter(None, segments)) or prompt


def _change_in_segment(segment: str, background: str, *, is_first: bool) -> str | None:
    """Return a segment with another background. Returns None if it describes no background.

    background: "" removes it. is_first: the first segment also names the subject.
    """
    phrase = f"{attributive(background)}{BACKGROUND}" if background else ""
    if BACKGROUND not in segment:
        return None
    words = morphology.tokenize(segment)
    index = next((i for i, word in enumerate(words) if word.text.startswith(BACKGROUND)), None)
    if index is None:
        return None
    start, end = words[index].start, words[index].end
    following = words[index + 1].text if index + 1 < len(words) else ""
    before = words[index - 1].text if index else ""
    if before == "を" and following == "に":  # 「海を背景に立つ犬」
        first = _phrase_start(words, index - 1)
        if background:
            return f"{segment[:first]}{background}を{segment[start:]}"
        return segment[:first] + re.sub("^にした", "", segment[end:]).removeprefix("に")
    if following in {"が", "は", "に", "も"} and not before:  # 「背景が青い犬」, 「背景は海」
        rest = segment[_clause_end(words, index + 2, following) :]
        return f"{phrase}の{rest}" if phrase and rest else phrase or rest
    first = _phrase_start(words, index)
    if not following and is_first and first == 0:  # 「犬の背景」: the subject stays
        first = _adjective_start(words, index)
    return segment[:first] + phrase + segment[end:]


def _phrase_start(words: list[Word], index: int) -> int:
    """Return where the description of a background begins: 「夕日の沈む海の」."""
    while index and (
        words[index - 1].part_of_speech in _IN_BACKGROUND_PHRASE
        or words[index - 1].text in {"の", "な"}
    ):
        index -= 1
    return words[index].start


def _adjective_start(words: list[Word], index: int) -> int:
    """Return where the adjective before a word begins, or the word if there is none."""
    before = words[index - 1] if index else None
    has_adjective = before is not None and before.part_of_speech == "形容詞"
    return words[index - 1].start if has_adjective else words[index].start


def _clause_end(words: list[Word], index: int, particle: str) -> int:
    """Return where the clause after 「背景が」 ends and the thing that it describes begins."""
    for word, following in zip(words[index:], words[index + 1 :], strict=False):
        if particle == "に":
            ends = word.part_of_speech in {"動詞", "助動詞"}
            ends = ends and following.part_of_speech not in {"助動詞", "助詞", "動詞"}
        else:
            adjective = word.part_of_speech == "形容詞"
            ends = adjective and following.part_of_speech in _IN_BACKGROUND_PHRASE
            ends = ends or word.text in {"の", "な"}
            ends = ends or (word.text == "た" and following.part_of_speech == "名詞")
        if ends:
            return word.end
    return words[-1].end
