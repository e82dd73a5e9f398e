"""Applies a change to an earlier reading: to its prompt and to its other wishes."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.prompt.changes import attributes
from bot.prompt.changes.backgrounds import BACKGROUND, set_background
from bot.prompt.changes.categories import (
    PLACE_CATEGORY,
    SCENE_CATEGORIES,
    attributive,
    category_of,
    replace_in_category,
    shows_already,
    split_segments,
)
from bot.prompt.changes.removal import remove_thing
from bot.prompt.changes.steps import PICTURE_ASPECTS, Change, ChangeStep
from bot.prompt.changes.targets import PATTERNS
from bot.prompt.japanese import morphology
from bot.prompt.japanese.cleaning import MAX_PROMPT
from bot.prompt.options.styles import is_only_styles, remove_styles
from bot.prompt.request.reading import Reading, read

_MATERIAL = re.compile(
    "(?:木|金|銀|銅|鉄|石|ガラス|紙|布|革|竹|氷|レンガ|プラスチック|粘土|毛糸|陶器)製?"
)
_LIKE = re.compile("(?P<look>.+?(?:みたいな|っぽい|ふうの|風の|のような))(?:の|ん|やつ|感じ)?")
_WORN_AND_SHOWN = {"服", "服装", "髪型", "表情"}  # become the thing itself: 「着物」, 「笑顔」


def apply_change(change: Change, reading: Reading) -> Reading:
    """Return the earlier reading, changed.

    Its `problem` is "too_long" if the prompt grew beyond MAX_PROMPT.
    """
    prompt = reading.prompt
    negatives = [thing for thing in reading.negative.split("、") if thing]
    controls = change.controls
    if controls.styles:  # another style replaces the earlier one
        segments = split_segments(prompt)
        kept = [remove_styles(segment) for segment in segments if not is_only_styles(segment)]
        prompt = "、".join([*kept, *controls.styles])
    for step in change.steps:
        prompt = _apply_step(step.in_prompt(prompt), prompt, negatives)
    for words in change.additions:
        addition = read(words)
        prompt = _append(prompt, _without_also(addition.prompt) or words)
        controls = _merged(controls, replace(addition, strength=None))
    for thing in controls.negative.split("、"):
        if thing and thing not in negatives:
            negatives.append(thing)
        prompt = remove_thing(prompt, thing) if thing else prompt
    changed = _merged(reading, controls)
    changed = replace(changed, prompt=prompt, negative="、".join(negatives))
    return replace(changed, prompt="", problem="too_long") if len(prompt) > MAX_PROMPT else changed


def _apply_step(step: ChangeStep, prompt: str, negatives: list[str]) -> str:
    target, replacement = step.target, step.replacement
    for thing in (replacement, target if step.kind == "add" else ""):
        if thing in negatives:
            negatives.remove(thing)
    match step.kind:
        case "about":
            return prompt
        case "rewrite":
            return prompt.replace(target, replacement, 1)
        case "mirror":
            return attributes.mirror(prompt)
        case "add":
            return _append(prompt, target)
        case "remove":
            if target not in negatives:
                negatives.append(target)
            return remove_thing(prompt, target)
        case "become":
            return _become(prompt, replacement)
        case "more":
            return attributes.add_quantity(prompt, target, replacement)
        case "recolour" if target in prompt:
            return attributes.recolour(prompt, target)
        case "recolour":
            return _append(prompt, f"{attributive(attributes.other_colour(target))}{target}")
    if target in PICTURE_ASPECTS:
        return _change_aspect(prompt, target, replacement)
    if target not in prompt and attributes.is_quantity(replacement):
        return _append(prompt, f"{replacement.removesuffix('の')}の{target}")  # 「人を二人にして」
    if target not in prompt and attributes.is_position(replacement):
        return _append(prompt, f"{replacement}に{target}")  # 「うさぎを中央に」
    of, _, part = target.partition("の")
    if target not in prompt and part in PATTERNS:  # 「毛布の柄を星柄に」
        return _append(prompt, f"{replacement.removesuffix(part)}{part}の{of}")
    if target not in prompt and part and of in prompt and not _describes(target, replacement):
        return _append(prompt, f"{replacement}の{part}")  # 「兜の飾りを三日月に」
    is_shown = target in prompt and (attributes.is_colour(target) or _stands_apart(prompt, target))
    if not is_shown and _describes(target, replacement):
        thing = target.removesuffix("だけ")
        return _append(prompt, f"{attributive(replacement)}{thing}")  # 「カーテンを緑に」
    if target not in prompt and (look := _LIKE.fullmatch(replacement)):
        return _append(prompt, f"{look['look']}{target}")  # 「器を古い染付みたいなのに」
    if target not in prompt:
        if target not in negatives and not replacement.endswith(target):
            negatives.append(target)
        return _append(prompt, replacement)
    return _swap(prompt, target, replacement)


def _change_aspect(prompt: str, target: str, replacement: str) -> str:
    """Change what every picture has: 「背景」, 「髪」, 「季節」."""
    if PICTURE_ASPECTS[target]:  # it has words of its own, of which one replaces the other
        return _become(prompt, replacement)
    if target == BACKGROUND:
        category = category_of(replacement, SCENE_CATEGORIES)
        if category is not None and category is not PLACE_CATEGORY and BACKGROUND not in prompt:
            changed = replace_in_category(prompt, replacement)  # 「昼の富士山」, 「背景を夜に」
            return changed or set_background(prompt, replacement)
        return set_background(prompt, replacement)
    if (
        target in prompt
        and attributes.is_description(replacement)
        and replacement not in _WORN_AND_SHOWN
    ):
        return attributes.describe(prompt, target, replacement)
    shown = (
        replacement
        if target in _WORN_AND_SHOWN and not attributes.is_description(replacement)
        else ""
    )
    shown = shown or (
        replacement if replacement.endswith(target) else f"{attributive(replacement)}{target}"
    )
    match = re.search(
        rf"(?:^|(?<=[、のとがをにで]))[^、のとがをにで]*?{re.escape(target)}(?=[のとをがに、]|$)",
        prompt,
    )
    if match:
        return prompt[: match.start()] + shown + prompt[match.end() :]
    first, *others = split_segments(prompt)
    return "、".join([first, *(segment for segment in others if target not in segment), shown])


def _swap(prompt: str, target: str, replacement: str) -> str:
    """Change something in the prompt into something else, or describe it otherwise."""
    if attributes.is_colour(target) and attributes.is_colour(replacement):
        return attributes.set_colour(prompt, replacement)
    category = category_of(replacement)
    if category and category is category_of(target):
        return replace_in_category(prompt, replacement) or prompt.replace(target, replacement)
    if (
        attributes.is_quantity(replacement)
        or attributes.is_position(replacement)
        or _describes(target, replacement)
    ):
        return attributes.describe(prompt, target, replacement)
    if replacement != target and replacement.endswith(target):  # 「車を赤い車に」
        return attributes.describe(prompt, target, replacement.removesuffix(target))
    if category is PLACE_CATEGORY:  # 「犬を公園に」
        return _become(prompt, replacement)
    return prompt.replace(target, replacement)


def _stands_apart(prompt: str, target: str) -> bool:
    """Return whether a prompt has a thing as a word, not as the first part of another: 「月」 is
    none in 「お月見」."""
    ends = {word.end for word in morphology.tokenize(prompt)}
    return any(match.end() in ends for match in re.finditer(re.escape(target), prompt))


def _describes(target: str, replacement: str) -> bool:
    if replacement.endswith(target):
        return False
    if _MATERIAL.fullmatch(replacement) and not _MATERIAL.fullmatch(target):
        return True
    words = morphology.tokenize(replacement)
    return attributes.is_description(replacement) or (
        bool(words) and words[-1].part_of_speech == "形容詞"
    )


def _become(prompt: str, replacement: str) -> str:
    """Change the picture, or its subject, as a whole."""
    if shows_already(prompt, replacement):
        return prompt
    if attributes.is_quantity(replacement):
        return attributes.set_quantity(prompt, replacement.removesuffix("の"))
    if attributes.is_position(replacement):
        return attributes.set_position(prompt, replacement)
    if attributes.is_colour(replacement):
        return attributes.set_colour(prompt, replacement)
    if replacement.endswith(BACKGROUND) and replacement != BACKGROUND:
        return _change_aspect(
            prompt, BACKGROUND, replacement.removesuffix(BACKGROUND).removesuffix("の")
        )
    words = replacement.split("の")
    if len(words) > 1 and all(category_of(word, SCENE_CATEGORIES[:3]) for word in words):
        for word in words:  # 「冬の朝」
            prompt = replace_in_category(prompt, word) or _append(prompt, word)
        return prompt
    if (changed := replace_in_category(prompt, replacement)) is not None:
        return changed
    if (
        replacement in prompt
        and replacement.endswith("い")
        and f"とても{replacement}" not in prompt
    ):
        return prompt.replace(
            replacement, f"とても{replacement}", 1
        )  # 「もっと明るく」, a second time
    if (target := _named_again(prompt, replacement)) is not None:
        description = replacement.removesuffix(target)
        changed = replace_in_category(prompt, description.removesuffix("の"))
        return changed or attributes.describe(prompt, target, description)
    return _append(prompt, replacement)


def _named_again(prompt: str, replacement: str) -> str | None:
    """Return the thing of the prompt that is described anew, 「青い車に」, or None."""
    words = morphology.tokenize(replacement)
    if len(words) < 2 or words[-1].part_of_speech != "名詞":
        return None
    target = words[-1].text
    if target not in {word.text for word in morphology.tokenize(prompt)}:
        return None
    described = attributes.is_description(replacement.removesuffix(target).rstrip("のな"))
    return target if described else None


def _without_also(words: str) -> str:
    """Return 「手袋」 for 「手袋も」, 「ハーレーっぽい」 for 「ハーレーっぽいやつ」."""
    words = re.sub("(?<=[いたなる])(?:やつ|ヤツ|もの)$", "", words)
    tokens = morphology.tokenize(words)
    if len(tokens) == 2 and tokens[1].text == "に" and tokens[0].part_of_speech == "形状詞":
        return tokens[0].text  # 「コミカルに」
    is_of_noun = len(tokens) > 1 and tokens[-2].part_of_speech in {"名詞", "接尾辞"}
    is_also = is_of_noun and tokens[-1].text == "も" and morphology.ends_in_particle(words, "も")
    return words.removesuffix("も") if is_also else words


def _append(prompt: str, words: str) -> str:
    return prompt if words in split_segments(prompt) else f"{prompt}、{words}"


def _merged(earlier: Reading, later: Reading) -> Reading:
    """Return the earlier reading with what the steering words of the later one said."""
    has_size = bool(later.width)
    return replace(
        earlier,
        negative="、".join(filter(None, (earlier.negative, later.negative))),
        count=later.count if later.count > 1 else earlier.count,
        width=later.width if has_size else earlier.width,
        height=later.height if has_size else earlier.height,
        seed=earlier.seed if later.seed is None else later.seed,
        styles=later.styles or earlier.styles,
        effort=later.effort or earlier.effort,
        fidelity=later.fidelity or earlier.fidelity,
        strength=earlier.strength if later.strength is None else later.strength,
        purpose=later.purpose or earlier.purpose,
        letters=later.letters or earlier.letters,
        capped=later.capped,
    )
