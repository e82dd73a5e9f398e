"""The bubble under finished pictures: what they show, how that was read, and chips to go on.

Several pictures stand in it as thumbnails; a tap on one chooses it.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.chips import chip_rows, picture_chip
from bot.messages.parts import (
    ACCENT_COLOR,
    MUTED_COLOR,
    TEXT_COLOR,
    Message,
    box,
    flex_text,
)
from bot.messages.prompt_summary import fallback_lines, notes, subject, summary_items
from bot.prompt import StoredRequest
from bot.texts import gettext
from bot.texts.graphemes import cut

MAX_TITLE_CHARS = 60  # of the prompt, shown with the picture
ONE_CHIPS = ("again", "similar", "four", "fine", "change", "favourite", "send", "details")
CHOSEN_CHIPS = ("similar", "fine", "change", "favourite", "send", "details")
JOIN_CHIP, ALONE_CHIP = "join", "alone"  # first, of a thing named alone after another picture
ALL_CHIPS = ("again", "four", "details")
Thumbnail = tuple[str, tuple[int, int]]  # address of the preview, (width, height) in pixels


def picture_card(
    number: str,
    thumbnails: Sequence[Thumbnail],
    lang: str,
    *,
    prompt: str = "",
    request: StoredRequest | None = None,
    above: Sequence[str] = (),
    can_refine: bool = True,
    terms_url: str | None = None,
) -> Message:
    """Make the bubble under one to four pictures of a job.

    thumbnails: shown from two pictures on. above: small lines before the subject. can_refine:
    whether the model paints it larger. terms_url: linked below.
    """
    count = len(thumbnails)
    lines = [flex_text(line, "xs", MUTED_COLOR, wrap=True) for line in above]
    lines += [flex_text(title(prompt, request, lang), "sm", TEXT_COLOR, **_TITLE)]
    lines += _small_lines(request, count, lang)
    if terms_url:
        text = gettext("picture.rules", lang)
        action = {"type": "uri", "label": text[:40], "uri": terms_url}
        lines += [flex_text(text, "xs", ACCENT_COLOR, action=action)]
    if count > 1:
        lines += [*_grid(number, thumbnails, lang)]
        lines += [flex_text(gettext("going_on.choose_hint", lang), "xxs", MUTED_COLOR, wrap=True)]
        actions = [each for each in ALL_CHIPS if each != "four" or count < len(_NUMERALS)]
    else:
        actions = [each for each in ONE_CHIPS if each != "fine" or can_refine]
    if request and (request.beside or request.alone):
        actions.insert(0, JOIN_CHIP if request.beside else ALONE_CHIP)
    chips = [picture_chip(action, number, 0, lang) for action in actions]
    return bubble([*lines, *chip_rows(chips)])


def chosen_card(number: str, position: int, lang: str, *, can_refine: bool = True) -> Message:
    """Make the bubble of one picture of several that somebody chose. position: from 0."""
    chosen = gettext("going_on.chosen", lang, nth=position + 1)
    lines = [
        flex_text(chosen, "sm", TEXT_COLOR, **_TITLE),
        flex_text(gettext("going_on.chosen_hint", lang), "xs", MUTED_COLOR, wrap=True),
    ]
    actions = [each for each in CHOSEN_CHIPS if each != "fine" or can_refine]
    chips = [picture_chip(action, number, position, lang) for action in actions]
    return bubble([*lines, *chip_rows(chips)])


def title(
    prompt: str, request: StoredRequest | None, lang: str, *, key: str = "picture.title"
) -> str:
    """Say the subject on one line, cut at MAX_TITLE_CHARS, never inside an emoji. key: of the
    sentence in bot.texts."""
    words = " ".join(subject(prompt, request.styles if request else ()).split())
    if not words:
        return gettext("picture.untitled", lang)
    if len(words) > MAX_TITLE_CHARS:
        words = cut(words, MAX_TITLE_CHARS).rstrip(" 、。") + "…"
    return gettext(key, lang, prompt=words)


def bubble(contents: Sequence[Message]) -> Message:
    """Make a bubble of the width that the chips are laid out for."""
    return {
        "type": "bubble",
        "size": "kilo",
        "body": box(
            contents, spacing="5px", paddingAll="12px", paddingTop="10px", paddingBottom="10px"
        ),
    }


_TITLE = {"weight": "bold", "wrap": True, "maxLines": 2}
_NUMERALS = ("1", "2", "3", "4")


def _small_lines(request: StoredRequest | None, count: int, lang: str) -> list[Message]:
    if request is None:
        return []
    read = (", " if lang == "en" else "・").join(summary_items(request, lang))
    lines = [flex_text(read, "xxs", MUTED_COLOR, wrap=True, maxLines=2)] if read else []
    remarks = [*notes(request, lang), *fallback_lines(request, count, lang)]
    if request.blurred:
        remarks = [gettext("picture.blurred", lang), *remarks]
    return lines + [flex_text(line, "xs", MUTED_COLOR, wrap=True, maxLines=5) for line in remarks]


def _grid(number: str, thumbnails: Sequence[Thumbnail], lang: str) -> list[Message]:
    """Lay out four thumbnails two by two, as LINE does with the pictures; fewer in one row."""
    made = [_thumbnail(number, position, each, lang) for position, each in enumerate(thumbnails)]
    rows = [made[:2], made[2:]] if len(made) == len(_NUMERALS) else [made]
    return [
        {"type": "box", "layout": "horizontal", "spacing": "4px", "contents": row} for row in rows
    ]


def _thumbnail(number: str, position: int, thumbnail: Thumbnail, lang: str) -> Message:
    url, (width, height) = thumbnail
    image = {
        "type": "image",
        "url": url,
        "size": "full",
        "aspectRatio": f"{width}:{min(width, height)}",  # a tall one shows its middle
        "aspectMode": "cover",
        "animated": False,
    }
    numeral = flex_text(_NUMERALS[position], "xxs", "#FFFFFF", weight="bold", align="center")
    badge = {
        **box([numeral], backgroundColor="#22263ACC", cornerRadius="9px", width="18px"),
        "position": "absolute",
        "offsetTop": "4px",
        "offsetStart": "4px",
    }
    label = gettext("going_on.nth", lang, n=position + 1)
    action = {
        "type": "postback",
        "label": label,
        "data": f"choose:{number}:{position}",
        "displayText": label,
    }
    return {**box([image, badge], cornerRadius="6px", flex=1), "action": action}
