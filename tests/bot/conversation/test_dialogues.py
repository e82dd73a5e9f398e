"""Whole dialogues, turn by turn, through the real routes: dialogues/*.txt.

A dialogue is a paragraph, a turn a line: what is written, a tab, what comes of it. Before a turn
all pictures that were asked for are delivered; with ~ before it, they are still being painted.
"[photo]" is a photo, "[asked:change]" a tap on the button with this data, "[join]" or
"[alone]" on that of the last picture. What comes is a list of
facts, separated by "; ", each of which has to hold:

    new, change, nothing    a job without or with one it goes back to; no job
    「…」                    the prompt of the job, whole
    says …                  the answer has these words
    count=4, styles=水彩風, letters=…, size=768x512, without=人物, way=fine,
    strength=0.4, photo, of=2
                            what else the job has: of is the picture of several that it starts from
    place=top, colour=red, face=brush, vertical=True, larger=1, plain
                            how its letters are, and that nothing else is painted
    resent                  the pictures come once more
    beside, guessed, alone  a button adds the thing to the picture before, paints it without that
                            picture, or neither
    cancelled, waiting=1    a job before was cancelled; so many jobs are to be painted
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot import jobs
from bot.jobs import CANCELLED
from bot.settings import Settings
from bot.store import message_refs
from bot.store.clock import now
from bot.store.outbox import RESEND
from tests.bot.conversation.test_router import HARUTO, Talk
from tests.bot.conversation.test_said import clear
from tests.bot.harness import AOI, House, event, in_group, stored

FILES = sorted(Path(__file__).with_name("dialogues").glob("*.txt"))
_IN_GROUP = re.compile("(?P<who>[ABC])(?P<how>[@>:]) (?P<text>.+)")
_USERS = {"A": AOI, "B": HARUTO, "C": "U" + "c" * 32}
FIRST_SEED = 10  # of a job's pictures, then one more each


class Dialogue:
    """Turns of a talk with one person, whose pictures are painted and delivered in between."""

    def __init__(self, talk: Talk) -> None:
        clear(talk.house)
        self._talk = talk
        self._unfinished: list[str] = []
        self._claimed: dict[str, jobs.Job] = {}
        self._photos = 0
        self._shown = 0  # messages with pictures in the group

    def turn(self, line: str) -> list[str]:
        """Say one line; return the facts of what comes of it."""
        if line.startswith("~"):
            self._begin()
        else:
            self._deliver()
        jobs_before, answers_before = len(self._talk.jobs), len(self._talk.answers)
        resent_before = self._resent
        self._say(line.removeprefix("~"))
        painted = self._talk.jobs[jobs_before:]
        self._unfinished += [job["id"] for job in painted]
        facts = [fact for job in painted for fact in _facts_of(job)] or ["nothing"]
        facts += [f"says {answer}" for answer in self._talk.answers[answers_before:]]
        facts += ["resent"] * (self._resent > resent_before)
        states = [self._talk.house.state(job_id) for job_id in self._unfinished]
        facts += [f"waiting={len(states) - states.count(CANCELLED)}"]
        if CANCELLED in states:
            facts.append("cancelled")
        return facts

    @property
    def _resent(self) -> int:
        return sum(row["kind"] == RESEND for row in self._talk.house.deliveries())

    def _say(self, text: str) -> None:
        if group := _IN_GROUP.fullmatch(text):
            self._say_in_group(**group.groupdict())
        elif text == "[photo]":
            self._photos += 1
            content = {"type": "line"}
            photo = {"type": "image", "id": f"p{self._photos}", "contentProvider": content}
            self._talk.tell(event(message=photo))
        elif text in {"[join]", "[alone]"}:
            data = f"{text.strip('[]')}:{self._talk.jobs[-1]['number']}:0"
            self._talk.tell(event(type="postback", postback={"data": data}))
        elif text.startswith("[asked:"):
            self._talk.tell(event(type="postback", postback={"data": text.strip("[]")}))
        else:
            self._talk.says(text)

    def _say_in_group(self, who: str, how: str, text: str) -> None:
        said = event(f"@絵筆 {text}" if how == "@" else text, source=in_group(_USERS[who]))
        if how == "@":
            bot = {"index": 0, "length": 3, "type": "user", "userId": "U0", "isSelf": True}
            said["message"]["mention"] = {"mentionees": [bot]}
        if how == ">":
            said["message"]["quotedMessageId"] = f"shown-{self._shown}"
        self._talk.tell(said)

    def _begin(self) -> None:
        for job_id in self._unfinished:
            if job_id not in self._claimed and (job := self._talk.house.claim(job_id)):
                self._claimed[job_id] = job

    def _deliver(self) -> None:
        self._unfinished = [
            job_id for job_id in self._unfinished if self._talk.house.state(job_id) != CANCELLED
        ]
        self._begin()
        for job_id in self._unfinished:
            job = self._claimed[job_id]
            assert job.request
            pictures = [
                stored(job, position)._replace(seed=FIRST_SEED + position)
                for position in range(job.request.count)
            ]
            with self._talk.house.database.write() as db:
                assert jobs.mark_drawn(db, job_id, "w", pictures, now())
            with self._talk.house.database.write() as db:
                assert jobs.claim_delivery(db, job_id, 30)
                jobs.mark_delivered(db, job_id)
                self._shown += 1
                kind = "image" if len(pictures) == 1 else "text"
                message_refs.record(db, job_id, [(f"shown-{self._shown}", {"type": kind})])
        self._unfinished.clear()


def _facts_of(job: dict[str, Any]) -> list[str]:
    request = job["request"]
    facts = ["change" if job["parent_id"] else "new", f"「{request['prompt']}」"]
    facts += [f"count={request.get('count') or 1}"]
    facts += [f"styles={'、'.join(request.get('styles') or [])}"]
    facts += [f"without={request.get('negative_prompt') or ''}"]
    facts += [f"way={request.get('way') or 'new'}", f"strength={request.get('strength')}"]
    letters = request.get("letters") or {}
    words = letters.get("text", "").replace("\n", "\\n")
    facts += [f"letters={words}", f"larger={letters.get('size', 0)}"]
    facts += [f"{how}={letters.get(how)}" for how in ("place", "colour", "face", "vertical")]
    facts += ["plain"] * bool(request.get("plain_key"))
    is_guessed = "guessed" if request.get("alone") else "alone"
    facts += ["beside" if request.get("beside") else is_guessed]
    facts += ["photo"] * bool(request.get("photo") or request.get("source"))
    if request.get("width"):
        facts.append(f"size={request['width']}x{request['height']}")
    if (seed := request.get("seed")) is not None:
        facts.append(f"of={seed - FIRST_SEED + 1}")
    return facts


def holds(wanted: str, facts: list[str]) -> bool:
    """Whether a wanted fact is among these. Of an answer, some words."""
    if words := wanted.removeprefix("says ") if wanted.startswith("says ") else "":
        return any(words in fact for fact in facts if fact.startswith("says "))
    return wanted in facts


@pytest.fixture
def talk(house: House, settings: Settings) -> Talk:
    return Talk(house, settings)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_dialogues(path: Path, talk: Talk) -> None:
    wrong = []
    for paragraph in path.read_text("utf-8").strip().split("\n\n"):
        dialogue = Dialogue(talk)
        for line in paragraph.splitlines():
            said, _, wanted = line.partition("\t")
            facts = dialogue.turn(said)
            if not all(holds(each, facts) for each in filter(None, wanted.split("; "))):
                told = "; ".join(_short(fact) for fact in facts)
                wrong.append(f"{said}: {told}, not {wanted}")
    assert not wrong, "\n".join(wrong)


def _short(fact: str) -> str:
    if not fact.startswith("says "):
        return fact
    first = json.loads(fact.removeprefix("says "))[0]
    return f"says {first.get('text') or first.get('altText') or first['type']}"
