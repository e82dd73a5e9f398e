"""The finished pictures, as LINE's photos that can be saved, and the one bubble under them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.parts import Message, flex_message, numbered_text, text_message
from bot.messages.picture_card import chosen_card, picture_card, title
from bot.messages.prompt_summary import summary_text
from bot.prompt import StoredRequest
from bot.texts import gettext
from bot.texts.graphemes import cut
from inference.request import MAX_COUNT

MAX_ALT_SUMMARY_CHARS = 300


def picture_messages(
    number: str,
    urls: Sequence[tuple[str, str]],
    *,
    lang: str,
    prompt: str | None = None,
    request: StoredRequest | None = None,
    quote_token: str | None = None,
    sizes: Sequence[tuple[int, int]] = (),
    addressee: str | None = None,
    is_addressed: bool = False,
    resent: bool = False,
    can_refine: bool = True,
    terms_url: str | None = None,
) -> list[Message]:
    """Make one to four pictures and the bubble under them.

    A reply holds five messages, so four pictures leave no room for another; fewer come after a text
    that says whom they are for, if is_addressed. Only a text can quote, or mention somebody.

    urls: (original, preview) of each picture, https, at most 2,000 characters. prompt: shown,
    shortened. request: summarized. quote_token: of the message that asked. sizes: (width, height)
    of each picture in pixels, else square. addressee: name of who asked, said in the bubble where
    no text can say it. resent: they were delivered before. can_refine: whether the model paints
    them larger. terms_url: the terms of use, linked from a chat's first pictures. Raises ValueError
    for no or too many pictures.
    """
    if not 1 <= len(urls) <= MAX_COUNT:
        raise ValueError(f"{len(urls)} pictures; one reply holds 1 to {MAX_COUNT} and their text.")
    images = [
        {"type": "image", "originalContentUrl": original, "previewImageUrl": preview}
        for original, preview in urls
    ]
    has_room = len(images) < MAX_COUNT
    opening = gettext("picture.again" if resent else "picture.untitled", lang)
    above = []
    if not has_room and addressee:
        above += [gettext("picture.addressee", lang, name=cut(addressee, 30))]
    if resent and not (has_room and is_addressed):
        above += [opening]
    card = picture_card(
        number,
        [(preview, sizes[place] if sizes else (1, 1)) for place, (_, preview) in enumerate(urls)],
        lang,
        prompt=prompt or "",
        request=request,
        above=above,
        can_refine=can_refine,
        terms_url=terms_url,
    )
    alt_text = " ".join([*above, _alt_text(number, lang, prompt, request)])
    messages = [*images, flex_message(alt_text, card)]
    if is_addressed and has_room:
        return [text_message(opening, quote_token=quote_token), *messages]
    return messages


def chosen_picture(
    number: str, position: int, lang: str, *, can_refine: bool = True
) -> list[Message]:
    """Answer who chose one picture of several. position: from 0."""
    alt_text = gettext("going_on.chosen", lang, nth=position + 1)
    alt_text = f"{alt_text} {gettext('going_on.alt', lang, number=number)}"
    return [flex_message(alt_text, chosen_card(number, position, lang, can_refine=can_refine))]


def picture_details(
    number: str,
    lang: str,
    *,
    request: StoredRequest | None = None,
    seeds: Sequence[int] = (),
    steps: int | None = None,
    size: tuple[int, int] | None = None,
) -> list[Message]:
    """Tell what a picture can be painted again with, so that the text can be sent back to the bot.

    seeds: of each picture that is meant. size: (width, height) in pixels.
    """
    lines = []
    if request and request.prompt:
        lines += [gettext("picture.titled", lang, prompt=request.prompt)]
    lines += [summary_text(request, lang)] if request else []
    if seeds and not (request and request.blurred):  # the same seed would be blurred again
        lines += [gettext("picture.seed", lang, seeds=", ".join(map(str, seeds)))]
    if steps:
        lines += [gettext("picture.steps", lang, steps=steps)]
    if size:
        lines += [gettext("picture.size", lang, width=size[0], height=size[1])]
    return [numbered_text("\n".join(filter(None, lines)), number, lang)]


def _alt_text(number: str, lang: str, prompt: str | None, request: StoredRequest | None) -> str:
    """Say in words what the bubble shows, for notifications and where there is no Flex."""
    summary = summary_text(request, lang) if request else ""
    parts = [
        title(prompt or "", request, lang, key="picture.titled"),
        cut(summary, MAX_ALT_SUMMARY_CHARS),
        gettext("going_on.alt", lang, number=number),
    ]
    return "\n".join(filter(None, parts))
