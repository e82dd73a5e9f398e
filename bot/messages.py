"""The LINE messages that the bot sends, as the JSON objects that LINE takes.

Pure functions: each returns a list of one to five message objects, all of which fit into one
reply. Limits and shapes: Messaging API reference, "Message objects".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import cards, estimates, help_pages, readback, texts
from bot.cards import ACCENT, FAINT, INK, LINE_COLOR, words
from bot.prompt import MAX_PROMPT
from bot.texts import say
from inference.request import MAX_COUNT

Message = dict[str, Any]

MAX_TITLE = 60  # characters of the prompt that are said back with the picture


def picture(
    number: str,
    urls: Sequence[tuple[str, str]],
    *,
    lang: str = "ja",
    prompt: str | None = None,
    kept: Mapping[str, Any] | None = None,
    quote_token: str | None = None,
    seeds: Sequence[int] = (),
    again: bool = False,
    terms_url: str | None = None,
    sizes: Sequence[tuple[int, int]] | None = None,
) -> list[Message]:
    """One to four pictures, a text with the 受付番号 and the seeds, and buttons to go on from them.

    Four pictures leave room for one message more: the text then stands above the buttons. In a
    group, where it has to name whom they are for and only a text can, the pictures are in the
    bubbles instead, each above its buttons.

    urls: (original, preview) of each picture, https, at most 2,000 characters. prompt: said back,
    shortened. kept: the job's request, of which is told how it was read. quote_token: of the
    message that asked; an image cannot quote, so the text does. seeds: told for repeating.
    again: these pictures were delivered before. terms_url: the rules of use, told with them.
    sizes: for a group, (width, height) of each picture in pixels. Raises ValueError for no or too
    many pictures.
    """
    if not 1 <= len(urls) <= MAX_COUNT:
        raise ValueError(f"{len(urls)} pictures; one reply holds 1 to {MAX_COUNT} and their text.")
    images = [
        {"type": "image", "originalContentUrl": original, "previewImageUrl": preview}
        for original, preview in urls
    ]
    title = _short(prompt or "")
    lines = [say("picture.again", lang)] if again else []
    lines += [say("picture.titled", lang, prompt=title) if title else say("picture.untitled", lang)]
    blurred = bool(kept and kept.get("blurred"))
    if blurred:
        lines += [say("picture.blurred", lang)]
    if kept and (understood := readback.line(kept, lang)):
        lines += [understood]
    lines += [say("number.line", lang, number=number)]
    if seeds and not blurred:  # the same seed would be blurred again
        lines += [say("picture.seed", lang, seeds=", ".join(map(str, seeds)))]
    if len(images) == MAX_COUNT and not sizes:
        rules = (say("picture.rules", lang), terms_url) if terms_url else None
        return [*images, cards.going_on(number, len(images), lang, caption=lines, link=rules)]
    if terms_url:
        lines += [say("picture.terms", lang, terms_url=terms_url)]
    text = _text("\n".join(lines), quote_token)
    if len(images) == MAX_COUNT and sizes:
        shown = [(*each, *size) for each, size in zip(urls, sizes, strict=True)]
        return [text, cards.gallery(number, shown, lang)]
    return [*images, text, cards.going_on(number, len(images), lang)]


def ticket(
    number: str,
    *,
    lang: str = "ja",
    position: int | None = None,
    seconds: tuple[float, float] | None = None,
    ready: bool = False,
) -> list[Message]:
    """What is sent before the reply token dies: a tap on it brings a fresh one.

    A Flex bubble, whose button lasts however many messages follow and works on a PC, with a quick
    reply for the phone. position: 0 is being painted, 1 is next in line, None is not known.
    seconds: how long it will take, from and to, if that is known and long.
    ready: the picture is painted and waits for the tap.
    """
    suffix = "_ready" if ready else ""
    body = say(f"ticket.body{suffix}", lang)
    if not ready:
        body = _join(_position(position, seconds, lang), body, lang)
    flex = {
        "type": "flex",
        "altText": say(f"ticket.alt{suffix}", lang, number=number),
        "contents": _bubble(number, say(f"ticket.title{suffix}", lang), body, lang),
        "quickReply": _quick_reply(number, lang),
    }
    return [flex]


def ticket_in_group(
    number: str,
    *,
    lang: str = "ja",
    position: int | None = None,
    seconds: tuple[float, float] | None = None,
) -> list[Message]:
    """The same for a group, after a text that can name whom it is for (bot.naming)."""
    told = _join(say("waiting.group", lang), _position(position, seconds, lang), lang)
    [flex] = ticket(number, lang=lang, position=position, seconds=seconds)
    return [_text(told), flex]


def still_painting(
    number: str,
    *,
    lang: str = "ja",
    position: int | None = None,
    seconds: tuple[float, float] | None = None,
    quote_token: str | None = None,
) -> list[Message]:
    """It was asked for, but is not finished. position, seconds: as in `ticket`."""
    state = _position(position, seconds, lang)
    if position != 0:
        state = _join(say("waiting.state", lang), state, lang)
    text = f"{state}\n{say('waiting.again', lang)}"
    return _with_number(text, number, lang, quote_token, pick=True)


def failed(
    number: str,
    reason: str,
    *,
    lang: str = "ja",
    quote_token: str | None = None,
    terms_url: str | None = None,
) -> list[Message]:
    """It will not be painted. reason: a key of "failed" or a PaintError's code; others are told
    as "paint_failed". terms_url: as in `picture`."""
    key = f"failed.{reason}"
    sentence = say(key if texts.known(key) else "failed.paint_failed", lang)
    if terms_url:
        sentence += "\n" + say("picture.terms", lang, terms_url=terms_url)
    return _with_number(sentence, number, lang, quote_token)


def cancelled(number: str, lang: str = "ja", *, quote_token: str | None = None) -> list[Message]:
    """It was cancelled, as the person wished."""
    return [_text(say("command.cancelled", lang, number=number), quote_token)]


def too_late(number: str, lang: str = "ja", *, quote_token: str | None = None) -> list[Message]:
    """It is painted already and cannot be cancelled, but it can be received."""
    text = _text(say("command.too_late", lang, number=number), quote_token)
    return [text | {"quickReply": _quick_reply(number, lang)}]


def unknown_number(
    number: str, lang: str = "ja", *, quote_token: str | None = None
) -> list[Message]:
    """There is no such 受付番号 in this chat, or no longer."""
    return [_text(say("command.unknown_number", lang, number=number), quote_token)]


def nothing_waiting(lang: str = "ja", *, quote_token: str | None = None) -> list[Message]:
    """Something was to be received, cancelled or reported on, but there is nothing."""
    return [_text(say("command.nothing_waiting", lang), quote_token)]


def busy(
    kind: str,
    lang: str = "ja",
    *,
    seconds: float | None = None,
    free: tuple[float, float] | None = None,
    quote_token: str | None = None,
    **values: object,
) -> list[Message]:
    """A limit of the person or group is reached, and when it opens again. kind, values: as in
    `bot.limits.Reached`, seconds among them: of a cooldown. free: seconds, from and to, until there
    is a place, if that is known. Raises KeyError for an unknown kind."""
    if seconds is not None:
        values = {**values, "time": estimates.rounded(seconds, lang)}
    text = say(f"busy.{kind}", lang, **values)
    if free:
        text += "\n" + say("busy.soon", lang, when=estimates.between(free, lang))
    return [_text(text, quote_token)]


def ask_what(
    number: str, lang: str = "ja", kind: str = "user", *, quote_token: str | None = None
) -> list[Message]:
    """What is to be changed about this picture? kind: as in `welcome`."""
    lines = [say("going_on.ask", lang)]
    if kind != "user":
        lines += [say("going_on.ask_group", lang)]
    return _with_number("\n".join(lines), number, lang, quote_token)


def gone(lang: str = "ja", *, quote_token: str | None = None) -> list[Message]:
    """The picture to go on from has been erased."""
    return [_text(say("going_on.gone", lang), quote_token)]


def nothing_to_go_on(lang: str = "ja", *, quote_token: str | None = None) -> list[Message]:
    """Something was to be changed, but there is no picture of before."""
    return [_text(say("going_on.nothing", lang), quote_token)]


def prefix(kind: str, lang: str = "ja", *, word: str = "", most: int = 0) -> list[Message]:
    """What became of a group's word for the bot. kind: a key of "prefix"; word: the word that was
    set or cannot be; most: characters that it may have. Raises KeyError for an unknown kind."""
    key = f"prefix.{kind}"
    values = {"word": word, "most": most}
    wanted = texts.placeholders(texts.sentences(lang)[key])
    return [_text(say(key, lang, **{name: values[name] for name in wanted}))]


def language_chosen(language: str) -> list[Message]:
    """From now on this language is spoken here."""
    return [_text(say("language.chosen", language))]


def photo_ask(lang: str = "ja", *, several: bool = False) -> list[Message]:
    """A photo came: what is to be painted of it? several: it was not the only one."""
    sentence = say("photo.ask_several" if several else "photo.ask", lang)
    items = []
    for it in ("watercolour", "ukiyoe", "anime"):
        label, text = say(f"photo.{it}", lang), say(f"photo.{it}_text", lang)
        chip = {"type": "message", "label": label, "text": text}
        items.append({"type": "action", "action": chip})
    return [_text(sentence) | {"quickReply": {"items": items}}]


def photo_refused(code: str, lang: str = "ja") -> list[Message]:
    """A photo that cannot be painted from, and what to do. code: a photo's error_code."""
    key = f"failed.{code}"
    return [_text(say(key if texts.known(key) else "failed.photo_unavailable", lang))]


def problem(
    kind: str,
    lang: str = "ja",
    where: str = "user",
    *,
    quote_token: str | None = None,
    **values: object,
) -> list[Message]:
    """Nothing can be painted of what was sent. kind: a key of "problem", among them those of
    `Reading.problem`. where: as in `welcome`. values: for its placeholders. Raises KeyError for
    an unknown kind."""
    if kind == "too_long":
        values = {"limit": MAX_PROMPT, **values}
    text = _text(say(f"problem.{kind}", lang, **values), quote_token)
    return [text | {"quickReply": help_pages.chips(lang, where)}] if kind == "anything" else [text]


def small_talk(kind: str, lang: str = "ja", where: str = "user") -> list[Message]:
    """Thanks, praise, a greeting or a nod, answered. kind: a key of "talk"; where: as in `welcome`.
    Raises KeyError for an unknown kind."""
    text = say(f"talk.{kind}", lang)
    if kind != "hello":
        return [_text(text)]
    return [_text(text) | {"quickReply": help_pages.chips(lang, where)}]


def left(kind: str, lang: str = "ja", **values: object) -> list[Message]:
    """How many pictures are left today. kind: a key of "left"; values: for its placeholders."""
    return [_text(say(f"left.{kind}", lang, **values))]


def terms(lang: str = "ja", *, terms_url: str) -> list[Message]:
    """Where the rules of use are."""
    return [_text(say("help.terms", lang, terms_url=terms_url))]


def refused(category: str, lang: str = "ja", *, quote_token: str | None = None) -> list[Message]:
    """A prompt that moderation refuses: why, and what to do instead. category: one of
    `bot.moderation.CATEGORIES`. Raises KeyError for an unknown one."""
    return [_text(say(f"refused.{category}", lang), quote_token)]


def welcome(lang: str = "ja", kind: str = "user", *, terms_url: str | None = None) -> list[Message]:
    """The greeting at follow (kind "user") or join ("group", "room"), with the uses that the
    model's licence forbids. terms_url: the page that tells them in full."""
    greeting = say("greeting.user" if kind == "user" else "greeting.group", lang)
    terms = say("greeting.terms", lang, terms_url=terms_url or "")
    if not terms_url:  # the forbidden uses are told all the same
        terms = terms.splitlines()[0]
    return [_text(f"{greeting}\n\n{terms}")]


def help(lang: str = "ja", kind: str = "user", *, terms_url: str | None = None) -> list[Message]:
    """How it is used. kind: as in `welcome`."""
    return [help_pages.carousel(lang, kind, terms_url=terms_url)]


# --- Parts --------------------------------------------------------------------------------------


def _text(text: str, quote_token: str | None = None) -> Message:
    # Plain "text", not "textV2", in which the braces of a prompt would mean something.
    return {"type": "text", "text": text} | ({"quoteToken": quote_token} if quote_token else {})


def _with_number(
    sentence: str, number: str, lang: str, quote_token: str | None, *, pick: bool = False
) -> list[Message]:
    message = _text(f"{sentence}\n{say('number.line', lang, number=number)}", quote_token)
    return [message | ({"quickReply": _quick_reply(number, lang)} if pick else {})]


def _short(prompt: str) -> str:
    """The prompt on one line, cut at MAX_TITLE characters, never inside an emoji or an accent."""
    prompt = " ".join(prompt.split())
    if len(prompt) <= MAX_TITLE:
        return prompt
    return prompt[:MAX_TITLE].rstrip(" \u200d\ufe0f、。") + "…"


def _position(position: int | None, seconds: tuple[float, float] | None, lang: str) -> str:
    if position is None:
        return ""
    if position <= 1:
        told = say("position.next" if position == 1 else "position.now", lang)
    else:
        told = say("position.queued", lang, position=position)
    return _join(told, estimates.between(seconds, lang) if seconds else "", lang)


def _join(first: str, second: str, lang: str) -> str:
    return (" " if lang == "en" else "").join(filter(None, (first, second)))


def _pick(number: str, lang: str) -> Message:
    return {
        "type": "postback",
        "label": say("pick.label", lang),
        "data": f"pick:{number}",
        "displayText": say("pick.text", lang),
    }


def _quick_reply(number: str, lang: str) -> Message:
    return {"items": [{"type": "action", "action": _pick(number, lang)}]}


def _bubble(number: str, title: str, body: str, lang: str) -> Message:
    caption = words(say("number.caption", lang), "xs", FAINT, flex=0)
    shown = words(number, "lg", ACCENT, weight="bold", align="end")
    hint = words(say("ticket.hint", lang), "xxs", FAINT, wrap=True)
    button = {
        "type": "button",
        "style": "primary",
        "color": ACCENT,
        "action": _pick(number, lang),
    }
    return {
        "type": "bubble",
        "size": "kilo",
        "body": {
            "type": "box",
            "layout": "vertical",
            "spacing": "md",
            "paddingAll": "20px",
            "paddingBottom": "12px",
            "contents": [
                words(title, "md", INK, weight="bold", wrap=True),
                words(body, "sm", FAINT, wrap=True),
                {"type": "separator", "color": LINE_COLOR, "margin": "lg"},
                {"type": "box", "layout": "baseline", "contents": [caption, shown]},
            ],
        },
        "footer": {
            "type": "box",
            "layout": "vertical",
            "spacing": "md",
            "paddingAll": "20px",
            "paddingTop": "8px",
            "contents": [button, hint],
        },
    }
