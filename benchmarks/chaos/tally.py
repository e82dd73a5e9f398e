"""What became of every wish, asked of the database and of the chats."""

from __future__ import annotations

import re
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from benchmarks.chaos.channel import Wish
from bot.store.schema import deliveries, jobs, pictures
from simulator.client import Msg, SimulatorClient
from tests.scenarios.house import House

KEY = re.compile(r"p/[\w-]{22,}/\d+-original\.\w+")
# A courier that is killed after an unsend reads on when it is back; a call may be under way.
TAKEN_BACK_SECONDS = 2.0


@dataclass
class Tally:
    """Numbers of wishes by what became of them; the texts name those that went wrong."""

    jobs: int = 0
    came: int = 0  # the picture came, by itself or after a tap
    told: int = 0  # no picture, and the chat was told why
    taken_back: int = 0
    waiting: list[str] = field(default_factory=list)  # painted, and nobody has fetched it
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    not_taken: list[str] = field(default_factory=list)  # webhooks that were never answered by 200
    shown_late: list[str] = field(default_factory=list)  # after they were taken back
    unanswered: list[str] = field(default_factory=list)  # wishes in chats without any answer
    dead_links: list[str] = field(default_factory=list)
    rooms_to_ask: list[str] = field(default_factory=list)  # where something has not come


def rooms_of(wishes: Iterable[Wish]) -> list[str]:
    """Return the chats of these wishes, each once."""
    return list(dict.fromkeys(wish.room for wish in wishes))


def shown_pictures(messages: Mapping[str, Sequence[Msg]]) -> dict[str, list[Msg]]:
    """Return the bubbles of each picture, by its key."""
    shown = defaultdict(list)
    for bubbles in messages.values():
        for bubble in bubbles:
            if bubble.image and (result := KEY.search(bubble.image["original"])):
                shown[result[0]].append(bubble)
    return shown


def count(house: House, simulator: SimulatorClient, wishes: Sequence[Wish]) -> Tally:
    """Return what became of the wishes. Everything must have settled before."""
    messages = {room: simulator.bot_messages(room) for room in rooms_of(wishes)}
    shown = shown_pictures(messages)
    keys = {row["job_id"]: row["key"] for row in house.rows(pictures, pictures.c.position == 0)}
    by_event = {row["event_id"]: row for row in house.rows(jobs)}
    again = Counter(row["job_id"] for row in house.rows(deliveries, deliveries.c.kind == "again"))
    results = defaultdict(list)
    for row in house.rows(deliveries, deliveries.c.kind == "result"):
        results[row["job_id"]].append(row)
    tally = Tally(jobs=len(wishes))
    for wish in wishes:
        job = by_event.get(wish.asked.id)
        bubbles = shown.get(keys.get(job["id"], ""), []) if job else []
        name = _name(wish, job, messages[wish.room])
        judge(tally, wish, job, bubbles, messages=messages[wish.room], name=name)
        if job and len(bubbles) > 1 + again[job["id"]] + asked_in_doubt(results[job["id"]]):
            tally.doubled.append(f"{name}, shown {len(bubbles)} times")
    erased = {row["id"] for row in by_event.values() if row["erase_at"] is not None}
    kept = {key for job, key in keys.items() if job not in erased}
    for key in sorted(kept & set(shown)):
        image = shown[key][0].image
        if image and not _serves(image["original"]):
            tally.dead_links.append(key)
    return tally


def asked_in_doubt(results: Sequence[Any]) -> int:
    """Return how many results were sent because somebody asked after a reply in doubt.

    results: rows of deliveries. Nobody knows whether that reply arrived: who asks later, or taps
    the offer, may see it twice.
    """
    doubts = [row["created_at"] for row in results if row["state"] == "uncertain"]
    return sum(
        row["state"] == "sent" and row["token_at"] is not None and row["token_at"] > min(doubts)
        for row in results
        if doubts
    )


def judge(
    tally: Tally, wish: Wish, job: Any, bubbles: list[Msg], *, messages: Sequence[Msg], name: str
) -> None:
    """Count what became of one wish. job: its row. bubbles: its picture's. messages: the bot's in
    the chat. name: what it is called where something is wrong.
    """
    if wish.asked.taken_at is None:
        tally.not_taken.append(name)
        return
    if wish.deed.what == "taken back":
        tally.taken_back += 1
        unsent_at = wish.more.taken_at if wish.more else None
        late = (unsent_at or time.time()) + TAKEN_BACK_SECONDS
        if any(bubble.at / 1000 > late for bubble in bubbles):
            tally.shown_late.append(name)
    elif bubbles:
        tally.came += 1
    elif job and job["state"] == "failed" and _was_told(job, messages):
        tally.told += 1
    elif job and job["state"] in {"drawn", "waiting"}:
        tally.waiting.append(name)
    else:
        tally.lost.append(name)
    if wish.deed.what != "taken back" and not bubbles and not (job and job["state"] == "failed"):
        tally.rooms_to_ask += [] if wish.room in tally.rooms_to_ask else [wish.room]
    if not messages and wish.deed.what != "taken back":
        tally.unanswered.append(name)


def _was_told(job: Any, messages: Sequence[Msg]) -> bool:
    """Return whether the chat was told the 受付番号, by more than a ticket for it."""
    return any(
        job["number"] in f"{bubble.text}{bubble.alt_text}" and not ticket_of(bubble)
        for bubble in messages
    )


def ticket_of(bubble: Msg) -> str | None:
    """Return the postback data of 「受け取る」, if the bubble offers a picture."""
    data = [str(action.get("data", "")) for action in bubble.actions()]
    return next((each for each in data if each.startswith("pick:")), None)


def _name(wish: Wish, job: Any, messages: Sequence[Msg]) -> str:
    last = messages[-1].text or messages[-1].alt_text or "" if messages else ""
    sentence = "" if job else f"; event {wish.asked.id}; last words: {last[:60]!r}"
    return f"wish {wish.deed.number} ({wish.deed.what}, {wish.deed.text}): {_about(job)}{sentence}"


def _about(job: Any) -> str:
    if job is None:
        return "no job"
    code = f", {job['error_code']}" if job["error_code"] else ""
    return f"{job['number']} {job['state']}, attempts {job['attempts']}{code}"


def _serves(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=10) as response:
        return bool(response.status == 200)
    return False
