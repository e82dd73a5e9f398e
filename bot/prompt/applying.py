"""A wish with a change applied to it: what becomes of its prompt, and of what else it says."""

from __future__ import annotations

import re
from dataclasses import replace

from bot import japanese
from bot.prompt import describing
from bot.prompt.changes import ATTRIBUTES, Change, Step
from bot.prompt.cleaning import MAX_PROMPT
from bot.prompt.grounds import GROUND, grounded, groundless
from bot.prompt.one_of import GROUNDS, PLACES, being, one_of, replaced, segments
from bot.prompt.reading import Reading, read
from bot.prompt.styles import only_styles, without_styles

_WORN_AND_SHOWN = {"服", "服装", "髪型", "表情"}  # become the thing itself: 「着物」, 「笑顔」


def apply(wanted: Change, old: Reading) -> Reading:
    """The old wish, changed. Its `problem` is "too_long" when it grew beyond MAX_PROMPT."""
    prompt, negatives = old.prompt, [it for it in old.negative.split("、") if it]
    said = wanted.wishes
    if said.styles:  # another style takes the place of the one there was
        kept = [without_styles(it) for it in segments(prompt) if not only_styles(it)]
        prompt = "、".join([*kept, *said.styles])
    for step in wanted.steps:
        prompt = _apply(step, prompt, negatives)
    for words in wanted.loose:
        subject = read(words)
        prompt = _append(prompt, subject.prompt or words)
        said = _merged(said, subject)
    for it in said.negative.split("、"):
        if it and it not in negatives:
            negatives.append(it)
        prompt = _without(prompt, it) if it else prompt
    size = (said.width, said.height) if said.width else (old.width, old.height)
    changed = replace(
        old,
        prompt=prompt,
        negative="、".join(negatives),
        count=said.count if said.count > 1 else old.count,
        width=size[0],
        height=size[1],
        seed=old.seed if said.seed is None else said.seed,
        styles=said.styles or old.styles,
        effort=said.effort or old.effort,
        fidelity=said.fidelity or old.fidelity,
        strength=old.strength if said.strength is None else said.strength,
    )
    return replace(changed, prompt="", problem="too_long") if len(prompt) > MAX_PROMPT else changed


def _apply(step: Step, prompt: str, negatives: list[str]) -> str:
    what, into = step.what, step.into
    for it in (into, what if step.kind == "add" else ""):
        if it in negatives:
            negatives.remove(it)
    match step.kind:
        case "about":
            return prompt
        case "mirror":
            return describing.mirrored(prompt)
        case "add":
            return _append(prompt, what)
        case "remove":
            if what not in negatives:
                negatives.append(what)
            return _without(prompt, what)
        case "become":
            return _become(prompt, into)
    if what in ATTRIBUTES:
        return _attribute(prompt, what, into)
    if what not in prompt:
        if what not in negatives:
            negatives.append(what)
        return _append(prompt, into)
    return _swap(prompt, what, into)


def _attribute(prompt: str, what: str, into: str) -> str:
    """What every picture has becomes so: 「背景」, 「髪」, 「季節」."""
    if ATTRIBUTES[what]:  # it has words of its own, of which one takes the other's place
        return _become(prompt, into)
    if what == GROUND:
        whole = one_of(into, GROUNDS)
        lit = whole is not None and whole is not PLACES and GROUND not in prompt
        changed = replaced(prompt, into) if lit else None  # 「昼の富士山」, 「背景を夜に」
        return changed or grounded(prompt, into)
    if what in prompt and describing.is_state(into) and into not in _WORN_AND_SHOWN:
        return describing.described(prompt, what, into)
    shown = into if what in _WORN_AND_SHOWN and not describing.is_state(into) else ""
    shown = shown or (into if into.endswith(what) else f"{being(into)}{what}")
    told = re.search(rf"[^、のとがをにで]*{re.escape(what)}(?=[のとをがに、]|$)", prompt)
    if told:
        return prompt[: told.start()] + shown + prompt[told.end() :]
    first, *others = segments(prompt)
    return "、".join([first, *(it for it in others if what not in it), shown])


def _swap(prompt: str, what: str, into: str) -> str:
    """Something that is in the prompt becomes something else, or otherwise."""
    if describing.is_colour(what) and describing.is_colour(into):
        return describing.coloured(prompt, into)
    if (group := one_of(into)) and group is one_of(what):
        return replaced(prompt, into) or prompt.replace(what, into)
    if describing.is_number(into) or describing.is_side(into) or _describes(what, into):
        return describing.described(prompt, what, into)
    if into != what and into.endswith(what):  # 「車を赤い車に」
        return describing.described(prompt, what, into.removesuffix(what))
    if group is PLACES:  # 「犬を公園に」
        return _become(prompt, into)
    return prompt.replace(what, into)


def _describes(what: str, into: str) -> bool:
    if into.endswith(what):
        return False
    words = japanese.words(into)
    return describing.is_state(into) or (bool(words) and words[-1].kind == "形容詞")


def _become(prompt: str, into: str) -> str:
    """The picture, or what it is of, becomes so."""
    if describing.is_number(into):
        return describing.numbered(prompt, into.removesuffix("の"))
    if describing.is_side(into):
        return describing.placed(prompt, into)
    if describing.is_colour(into):
        return describing.coloured(prompt, into)
    if into.endswith(GROUND) and into != GROUND:
        return _attribute(prompt, GROUND, into.removesuffix(GROUND).removesuffix("の"))
    several = into.split("の")
    if len(several) > 1 and all(one_of(it, GROUNDS[:3]) for it in several):  # 「冬の朝」
        for it in several:
            prompt = replaced(prompt, it) or _append(prompt, it)
        return prompt
    if (changed := replaced(prompt, into)) is not None:
        return changed
    if into in prompt and into.endswith("い") and f"とても{into}" not in prompt:
        return prompt.replace(into, f"とても{into}", 1)  # 「もっと明るく」, a second time
    if (what := _named_again(prompt, into)) is not None:
        how = into.removesuffix(what)
        changed = replaced(prompt, how.removesuffix("の"))
        return changed or describing.described(prompt, what, how)
    return _append(prompt, into)


def _named_again(prompt: str, into: str) -> str | None:
    """The thing of the prompt that is said to become otherwise: 「青い車に」."""
    words = japanese.words(into)
    if len(words) < 2 or words[-1].kind != "名詞":
        return None
    what = words[-1].text
    there = what in {it.text for it in japanese.words(prompt)}
    return what if there and describing.is_state(into.removesuffix(what).rstrip("のな")) else None


def _without(prompt: str, what: str) -> str:
    if what == GROUND:
        return groundless(prompt)
    thing = re.escape(what)
    rest = [
        re.sub(rf"^{thing}[とや]|[とや]{thing}$", "", it) for it in segments(prompt) if it != what
    ]
    return "、".join(filter(None, rest)) or prompt


def _append(prompt: str, words: str) -> str:
    return prompt if words in segments(prompt) else f"{prompt}、{words}"


def _merged(said: Reading, more: Reading) -> Reading:
    """What the steering words of two parts said together; the later ones count."""
    return replace(
        said,
        negative="、".join(filter(None, (said.negative, more.negative))),
        count=more.count if more.count > 1 else said.count,
        width=more.width or said.width,
        height=more.height or said.height,
        seed=said.seed if more.seed is None else more.seed,
        styles=more.styles or said.styles,
        effort=more.effort or said.effort,
        fidelity=more.fidelity or said.fidelity,
    )
