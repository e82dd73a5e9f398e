"""Takes a thing out of a prompt: 「家と白い猫」 without 「猫」 is 「家」.

What is forbidden in the picture as well is for bot.prompt.changes.apply.
"""

from __future__ import annotations

import re

from bot.prompt.changes.backgrounds import BACKGROUND, remove_background
from bot.prompt.changes.categories import split_segments
from bot.prompt.japanese import morphology


def remove_thing(prompt: str, target: str) -> str:
    """Return a prompt without a thing, and without what is said of it; as it is if that is all."""
    if target == BACKGROUND:
        return remove_background(prompt)
    first, *others = split_segments(prompt) or [prompt]
    first = _without_clause(first, target)
    kept = ["" if first == target else _without_thing(first, target) or first]
    kept += [_without_thing(segment, target) for segment in others]
    return "、".join(filter(None, kept)) or prompt


def _without_thing(segment: str, target: str) -> str:
    """Return 「家と白い猫」 without 「猫」: what is said of a thing goes with it."""
    joints = [
        word
        for word in morphology.tokenize(segment)
        if word.text in {"と", "や"} and word.part_of_speech == "助詞"
    ]
    starts = [0, *(joint.end for joint in joints)]
    ends = [*(joint.start for joint in joints), len(segment)]
    kept = [
        (start, end)
        for start, end in zip(starts, ends, strict=True)
        if not _is_of(segment[start:end], target)
    ]
    if len(kept) == len(starts):
        return segment
    return "と".join(segment[start:end] for start, end in kept)


def _without_clause(segment: str, target: str) -> str:
    """Return 「海」 for 「海で鳥が3羽飛んでる」 and 「鳥が飛んでる海」 without 「鳥」."""
    match = re.fullmatch(
        rf"(?:(?P<place>[^、がと]{{1,10}})[でに])?(?:[^、がでにと]{{0,5}}の)?{re.escape(target)}(?:たち|の群れ)?が"
        r"[^、が]{0,8}?(?:[てで]い?[るた]|いる|おる|ある)(?P<of>[^、]{0,12})",
        segment,
    )
    kept = (match["of"] or match["place"] or "") if match else ""
    return kept if kept and morphology.is_noun_phrase(kept) else segment


def _is_of(words: str, target: str) -> bool:
    """Return whether words name that thing, with what describes it: 「白い猫」."""
    if not words.endswith(target):
        return False
    described = morphology.tokenize(words)[:-1]
    first = next((word.start for word in described if word.part_of_speech != "連体詞"), None)
    rest = target if first is None else words[first:]  # 「大きな舟」
    is_apart = morphology.is_word_start(words, len(words) - len(target))
    return words == target or (is_apart and morphology.is_noun_phrase(rest))
