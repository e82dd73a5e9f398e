"""Going on from a picture: the buttons under it, words about it, and quoting it.

A button holds the picture's 受付番号 and position: as long as the job is kept, it works, after any
restart and in that chat only. What comes of it is a job like any other, with that one as parent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import jobs, messages, showing
from bot.database import now
from bot.jobs import CANCELLED, DELIVERED, DRAWN, FAILED, WAITING, Job
from bot.prompt import Reading, read, reading_of
from bot.prompt.applying import apply
from bot.prompt.asking import shortened
from bot.prompt.changes import Change, change, may_change, parse
from bot.prompt.grammar import value
from bot.queue import Wake
from bot.turn import Turn
from bot.wishes import draw
from inference.request import MAX_COUNT

# What the buttons do, and how people write it who have no button at hand.
WORDS = {
    "again": "もう一度 もう一回 もういちど もういっかい もう1回 もう1度 もう一度描いて "
    "もう一回描いて 描き直して もっかい もっかい描いて もう1枚 もう一枚 やり直し やり直して "
    "やりなおして 描き直し 別の絵 別のやつ 別のも見たい 他のも見たい ほかのも見たい 違うのも見たい "
    "別バージョン 違う感じで 違うパターンも リトライ again",
    "similar": "似た絵 もっと似た感じで 似たの 似てる絵 似たやつ 似た感じで 似たのもう1枚 "
    "似たのもう一枚 "
    "似た感じでもう1枚 似た絵を描いて 似た絵がほしい similar",
    "four": "4枚で 四枚で 4枚見せて 4枚見たい 4枚ほしい 4枚にして four",
    "fine": "高精細 高精細で 高精細に 高精細にして 高画質で 高画質にして 高解像度で "
    "高解像度にして 拡大して もっと細かく finer",
    "change": "この絵を変える 絵を変える この絵を変えて この絵を変えたい 変えて 直して なおして "
    "修正して 変える 変えたい "
    "ここを変えて change",
}
ACTIONS = frozenset(WORDS)
_BY_WORD = {word: action for action, words in WORDS.items() for word in words.split()}
_POLITELY = re.compile(
    "(?:を|で)?(?:(?:お願い|おねがい)(?:します)?|ください|下さい|ちょうだい|描いて|見せて|みせて|"
    "です|や|な|ね|よ)+$"
)

SIMILAR_STRENGTH = 0.5  # of the steps are painted anew: the composition stays, the rest varies
LAST_WITHIN = 3600.0  # seconds for which 「もっと明るく」 means the picture of before
SPOKEN_OF_WITHIN = 24 * 3600.0  # for which 「さっきの」 does
_SAME_SEED = re.compile(  # 「さっきと同じシードで、犬」: another picture from it
    r"(?:(?:さっき|先ほど|今|前|最後|直前|それ|これ)(?:の(?:絵|やつ)?)?と)?同じシード(?:で|"
    r"を使って)[、 ]?(?P<wish>.+)"
)
_NTH = re.compile("(?P<nth>[1-4一二三四])(?:枚|番|つ)目の?(?:絵)?(?:だけ)?(?:を|は|から|で|、| )+")
_BACK = re.compile(
    "(?:やっぱり?、?)?(?:さっき|前|元|もと|ひとつ前|一つ前|1つ前)の?(?:絵|やつ|の|もの|"
    "状態)?(?:に|へ)"
    "(?:戻して|もどして|戻す|直して)(?:ください|下さい|ほしい|くれる|ね|よ|くれ)*"
)
_ANEW = re.compile("描いて|かいて|えがいて|作って|つくって")


@dataclass(frozen=True)
class Picture:
    """A job, and which of its pictures is meant; None: all of them. shown: the bot showed it."""

    job: Job
    position: int | None = None
    shown: bool = False


def quoted(turn: Turn) -> Picture | None:
    """The picture that this message quotes: a message of the bot's, or the wish it came from."""
    message_id = turn.event.quoted_message_id
    if not message_id:
        return None
    if found := showing.of_message(turn.db, message_id):
        job = jobs.get(turn.db, found[0])
        if job is None or job.chat_id != turn.chat_id:
            return None
        position = found[1]
        if position is None and (asked := _asked(turn)) and asked.job.id == job.id:
            position = asked.position
        return Picture(job, position, shown=True)
    wish = jobs.by_message(turn.db, message_id, turn.chat_id)
    return Picture(wish) if wish else None


def tapped(turn: Turn, action: str, rest: str) -> list[Wake]:
    """A button under a picture. rest: "4F7-K2M:0", of which picture."""
    number, _, place = rest.partition(":")
    job = jobs.by_number(turn.db, number, turn.chat_id)
    if job is None:
        return turn.say(messages.gone(turn.language))
    position = int(place) if place.isdecimal() and len(place) == 1 else None
    return _act(turn, action, Picture(job, position))


def said(turn: Turn, text: str, reading: Reading, picture: Picture | None) -> list[Wake] | None:
    """Words that may be about a picture; None: they are a wish of their own.

    reading: the text as a wish. picture: the one that the message quotes.
    """
    asked = _asked(turn)
    if picture is None and (found := _NTH.match(text)):
        on = _nth(turn, asked or _last(turn, SPOKEN_OF_WITHIN), found["nth"])
        if on is not None and (rest := text[found.end() :]):
            text, picture = rest, on
            reading = read(rest)
    if asked:
        showing.forget_asked(turn.db, turn.chat_id, turn.event.user_id)
    action = _action(text)
    meant = picture or asked
    if action:
        on = meant or _last(turn, SPOKEN_OF_WITHIN)
        if on is not None:
            return _act(turn, action, on)
        return (
            None
            if action == "four" and reading.problem
            else turn.say(messages.nothing_to_go_on(turn.language))
        )
    if meant:
        if change(text) is None:
            if picture is None and _ANEW.search(text):
                return None  # asked what to change, they thought better of it
            if not asked and not _spoken_to(turn):
                return []  # 「かわいい！」, among people
        return _change(turn, meant, parse(text))
    if picture is None and _BACK.fullmatch(_bare(text)):
        return _back(turn)
    if picture is None and (found := _SAME_SEED.match(text)):
        last = asked or _last(turn, SPOKEN_OF_WITHIN)
        if last is not None and not _gone(last.job):
            return draw(turn, _same(turn, last, read(found["wish"])))
    looks_so = reading.problem == "only_controls" or may_change(text)
    wanted = change(text) if looks_so else None
    if wanted is None:
        return None
    last = _last(turn, SPOKEN_OF_WITHIN if wanted.refers else LAST_WITHIN)
    if last is None:
        return turn.say(messages.nothing_to_go_on(turn.language)) if wanted.refers else None
    if not wanted.refers and not wanted.fits((last.job.request or {}).get("prompt") or ""):
        return None
    return _change(turn, last, wanted)


def last(turn: Turn) -> Picture | None:
    """The person's last picture in this chat, if it is from the last day."""
    return _last(turn, SPOKEN_OF_WITHIN)


def _nth(turn: Turn, on: Picture | None, nth: str) -> Picture | None:
    """One of several pictures, as people count: 「2枚目」. None: there are not so many."""
    if on is None:
        return None
    position = value(nth, 0) - 1
    there = {it.position for it in jobs.pictures_of(turn.db, on.job.id)}
    return Picture(on.job, position, shown=True) if position in there else None


def _back(turn: Turn) -> list[Wake]:
    """The picture of before the last change, painted once more: the same words and seed."""
    on = _last(turn, SPOKEN_OF_WITHIN)
    before = jobs.get(turn.db, on.job.parent_id) if on and on.job.parent_id else None
    if before is None or before.request is None or _gone(before):
        return turn.say(messages.nothing_to_go_on(turn.language))
    reading = _same(turn, Picture(before), reading_of(before.request))
    more = {"way": "change", **_start_of(before.request)}
    return draw(turn, reading, parent_id=before.parent_id, more=more)


def asks(turn: Turn) -> bool:
    """Whether the person was asked what to change about a picture, and has not answered yet."""
    return _asked(turn) is not None


def is_action(text: str) -> bool:
    """Whether the text is what a button under a picture says."""
    return _action(text) is not None


def _action(text: str) -> str | None:
    bare = _bare(shortened(text)).casefold()
    return _BY_WORD.get(bare) or _BY_WORD.get(_POLITELY.sub("", bare))


def _bare(text: str) -> str:
    return re.sub(r"[\s。、!?！？〜~ー]+$", "", text)


def _spoken_to(turn: Turn) -> bool:
    return turn.private or any(it.is_self for it in turn.event.mentions)


def _asked(turn: Turn) -> Picture | None:
    found = showing.asked(turn.db, turn.chat_id, turn.event.user_id)
    job = jobs.get(turn.db, found[0]) if found else None
    return Picture(job, found[1]) if found and job else None


def _last(turn: Turn, within: float) -> Picture | None:
    """The person's last picture in this chat, or what is to become it."""
    person = turn.event.user_id
    if not person:
        return None
    states = (*jobs.UNFINISHED, DRAWN, WAITING, DELIVERED)
    job = jobs.latest(turn.db, turn.chat_id, person, states, now() - within)
    return Picture(job) if job else None


def _gone(job: Job) -> bool:
    return job.request is None or job.erase_at is not None or job.state in {CANCELLED, FAILED}


def _act(turn: Turn, action: str, on: Picture) -> list[Wake]:
    """Do what a button says with a picture."""
    job = on.job
    if _gone(job):
        return turn.say(messages.gone(turn.language))
    if job.state in jobs.UNFINISHED:
        return turn.bring(job)
    stored = jobs.pictures_of(turn.db, job.id)
    if not stored or job.request is None:
        return turn.say(messages.gone(turn.language))
    if action == "change":
        showing.ask(turn.db, turn.chat_id, turn.event.user_id, job.id, on.position)
        quote = turn.event.quote_token or job.quote_token
        content = messages.ask_what(job.number, turn.language, turn.kind, quote_token=quote)
        return turn.say(content, about=job)
    picture = next((it for it in stored if it.position == on.position), stored[0])
    reading = reading_of(job.request)
    more = {"way": action, **_start_of(job.request)}
    match action:
        case "again":
            reading = replace(reading, seed=None)
        case "four":
            reading = replace(reading, seed=None, count=MAX_COUNT)
        case "similar":
            more = {"way": action, "source": picture.key}
            reading = replace(reading, seed=None, count=1, strength=SIMILAR_STRENGTH)
        case "fine":
            more["larger"] = picture.key
            reading = replace(reading, seed=picture.seed, count=1, effort="careful")
    return draw(turn, reading, parent_id=job.id, more=more)


def _change(turn: Turn, on: Picture, wanted: Change) -> list[Wake]:
    """Paint the picture's prompt, changed, from the same seed."""
    job = on.job
    if _gone(job) or job.request is None:
        return turn.say(messages.gone(turn.language))
    reading = _same(turn, on, reading_of(job.request))
    more = {"way": "change", **_start_of(job.request)}
    return draw(turn, apply(wanted, reading), parent_id=job.id, more=more)


def _start_of(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The picture or photo that a job's picture started from, as its request keeps it."""
    return {name: value for name in ("source", "photo") if (value := kept.get(name))}


def _same(turn: Turn, on: Picture, reading: Reading) -> Reading:
    """The reading with the seed of the picture that is meant, which is known once it is painted."""
    stored = jobs.pictures_of(turn.db, on.job.id)
    if not stored:
        return reading
    if on.position is None:
        return replace(reading, seed=stored[0].seed)
    picture = next((it for it in stored if it.position == on.position), stored[0])
    return replace(reading, seed=picture.seed, count=1)
