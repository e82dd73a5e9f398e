"""Seeded fuzzing of the conversation and of photos, in this process: hostile texts, dead decoders.

No text may raise, and in a 1:1 chat each is answered by a sentence or by a job. A decoder that
hangs, dies or talks nonsense is a stand-in here, and each is a refusal with a sentence.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select

from bot.conversation.event_text import read_ahead
from bot.conversation.router import handle_event
from bot.line.events import parse_event
from bot.settings import Settings
from bot.store import schema
from bot.store.database import Database
from bot.texts import has_text
from inference.images.limits import ImageRefused
from inference.images.sandbox import ImageSandbox
from tests.bot.prompt.random_wishes import random_wishes

TEXTS, PHOTOS = 20_000, 12
LINE_MAX_CHARS = 10_000  # what LINE lets people type
_ALPHABETS = (
    "あいうえおかがきぐけげこさしすせそただちつてとなにぬねのはばぱまやゆよらりるれろわをんー",
    "🐱🎄👨\u200d👩\u200d👧🇯🇵❤\ufe0f👍🏽💥✨🏯",
    "".join(map(chr, (*range(32), *range(0x7F, 0xA0)))),
    "\u202a\u202e\u2066\u200b\u200d\ufeff\u3164\u00ad\u0301\u3099\u309a\ufffd\U000e0041",
    "、。，．・！？!?〜~…「」『』()[]{}<>:;/\\|@#$%^&*_=+-\"'`",
    "0123456789０１２３４５６７８９一二三四五六七八九十百千万枚案通",
    "㍿ﷺ㌔ｶﾞﾊﾟ①㈱",
    "絵写真描海山猫犬人物文字背景水彩油なしでをにのはが",
)
# Without 「/管理」: a wrong code of an operator is not answered, so that nobody learns of it.
_PIECES = (
    *("4枚", "横長", "人物なし", "文字は入れないで", "シード", "描いて", "お願いします", "水彩で"),
    *("データを消して", "まだ？", "もう一度", "助けて", "使い方", "受付番号", "4F7-K2M"),
    *("--ar 16:9", "(masterpiece:1.2)", "Negative prompt:", "合言葉を「", "」にして", "もっと"),
    *(
        "きれいに",
        "しない",
        "株式会社",
        "ない",
        "とか",
        "やっぱり",
        "、",
        "。",
        "\n",
        " ",
        "w",
        "笑",
    ),
)


def hostile_texts(chance: random.Random) -> Iterator[str]:
    """Yield texts for ever, of up to LINE_MAX_CHARS characters."""
    wishes = random_wishes(chance.randrange(2**32))
    while True:
        length = chance.choice((0, 1, 1, 2, 3, 10, 60, 300, 1000, 1001, 5000, LINE_MAX_CHARS))
        match chance.randrange(8):
            case 0:
                text = next(wishes)
            case 1:
                text = chance.choice(_ALPHABETS[0])  # one kana
            case 2:
                text = chance.choice(_PIECES) * length
            case 3:
                text = "".join(chance.choices(_PIECES, k=min(length, 400)))
            case 4:
                alphabet = chance.choice(_ALPHABETS)
                text = "".join(chance.choices(alphabet, k=length))
            case 5:
                text = "".join(chr(chance.randrange(0x110000)) for _ in range(min(length, 300)))
            case 6:
                wish = list(next(wishes))
                for _ in range(chance.randrange(1, 6)):
                    wish[chance.randrange(len(wish))] = chance.choice(chance.choice(_ALPHABETS))
                text = "".join(wish)
            case _:
                text = unicodedata.normalize("NFD", next(wishes)) * chance.choice((1, 2, 50))
        yield text[:LINE_MAX_CHARS]


def _event(text: str, number: int) -> dict[str, Any]:
    return {
        "type": "message",
        "mode": "active",
        "timestamp": 0,
        "source": {"type": "user", "userId": f"U{number:032x}"},
        "webhookEventId": f"01HFUZZ{number:019}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"{number:032x}",
        "message": {"type": "text", "id": str(number), "quoteToken": "q", "text": text},
    }


class _Talk:
    """The conversation with a database of its own, and what was answered."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'fuzz.db'}")
        self.database.migrate()
        self.settings = Settings(
            line_channel_secret="secret",
            line_channel_access_token="token",
            line_api_url="http://127.0.0.1:9",
            public_url="http://127.0.0.1:8000",
            broker_url="memory://",
            database_url=f"sqlite:///{folder / 'fuzz.db'}",
            pictures_dir=folder,
        )

    def say(self, text: str, number: int) -> str:
        """Say a text in a new 1:1 chat; return the answer, "painted" for a job, or "" """
        event = parse_event(json.dumps(_event(text, number)))
        ahead = read_ahead(event)
        with self.database.write() as db:
            replies = handle_event(db, event, self.settings, read_before=ahead)
            if any(reply.task == "draw" for reply in replies):
                return "painted"
            rows = db.execute(
                select(schema.deliveries.c.messages).where(
                    schema.deliveries.c.token == f"{number:032x}"
                )
            ).all()
        texts = [
            message.get("text") or message.get("altText") for row in rows for message in row[0]
        ]
        return "\n".join(filter(None, texts))


def fuzz_texts(seed: int, count: int, seconds: float) -> bool:
    """Say texts until the count or the time is reached, and print what came of it."""
    outcomes: Counter[str] = Counter()
    slowest, slowest_text = 0.0, ""
    end = time.monotonic() + seconds
    texts = hostile_texts(random.Random(seed))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        talk = _Talk(Path(folder))
        talk.say("猫", count + 1)  # dictionaries are loaded
        for number in range(count):
            text, since = next(texts), time.process_time()
            try:
                answer = talk.say(text, number)
            except Exception as error:
                print(f"  {type(error).__name__} for {text[:60]!r} ({len(text)} characters)")
                outcomes["raised"] += 1
                continue
            taken = time.process_time() - since
            if taken > slowest:
                slowest, slowest_text = taken, text
            if not answer:
                print(f"  no answer to {text[:60]!r} ({len(text)} characters)")
            outcomes["painted" if answer == "painted" else "answered" if answer else "silent"] += 1
            if time.monotonic() > end:
                break
        talk.database.close()
    print(
        f"{outcomes.total()} texts: {dict(outcomes)}; slowest {slowest:.2f} s of a core: ", end=""
    )
    print(f"{slowest_text[:20]!r}... ({len(slowest_text)} characters)")
    return not (outcomes["raised"] or outcomes["silent"])


_READ = "import sys; data = sys.stdin.buffer.read(); "
STAND_INS = {
    "sleeps": _READ + "import time; time.sleep(60)",
    "dies": _READ + "import os; os.abort()",
    "takes memory": _READ
    + "from inference.images import decoder_process as it; it._limit(); bytearray(2 * 1024**3)",
    "talks nonsense": _READ + "sys.stdout.buffer.write(bytes(100))",
    "says nothing": _READ + "sys.exit(0)",
    "hangs up": "import sys; sys.stdin.close()",
}


def fuzz_photos(seed: int, count: int, seconds: float) -> bool:
    """Have photos decoded by programs that misbehave, and print what came of it."""
    chance, outcomes = random.Random(seed), Counter[str]()
    slowest, end, wrong = 0.0, time.monotonic() + seconds, False
    for number in range(count):
        name = list(STAND_INS)[number % len(STAND_INS)]
        sandbox = ImageSandbox([sys.executable, "-c", STAND_INS[name]], seconds=2.0)
        since = time.monotonic()
        try:
            sandbox.shrink(chance.randbytes(chance.randrange(3_000_000)), 1536)
            outcomes[f"{name}: taken"] += 1
            wrong = True
        except ImageRefused as refused:
            outcomes[f"{name}: {refused.code}"] += 1
            wrong |= not has_text(f"failed.{refused.code.replace('image_', 'photo_', 1)}")
        except Exception as error:
            outcomes[f"{name}: {type(error).__name__}"] += 1
            wrong = True
        slowest = max(slowest, time.monotonic() - since)
        if time.monotonic() > end:
            break
    print(f"{outcomes.total()} photos: {dict(outcomes)}; slowest {slowest:.2f} s")
    return not wrong
