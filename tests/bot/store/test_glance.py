"""One look at a chat: each thing that is there is seen, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from bot.jobs import limits
from bot.store import bans, chat_defaults, chats, flags, glance, pending_edits, people, photos
from bot.store.chat_defaults import ChatDefaults
from bot.store.schema import unsent
from tests.bot.harness import AOI, GROUP, House

REN = "U" + "5" * 32
EMPTY = glance.Glance(
    chat=None,
    defaults=ChatDefaults(),
    limits=dict.fromkeys(limits.CHAT_LIMITS),
    asked_at=None,
    has_question=False,
    has_photo=False,
    has_job=False,
    has_flags=False,
    is_banned=False,
    was_unsent=False,
)


def seen(house: House, chat: str = AOI, user: str | None = AOI) -> glance.Glance:
    with house.database.read() as db:
        return glance.take(db, chat, user, "m1")


def test_of_a_new_chat_nothing_is_known(house: House) -> None:
    assert seen(house) == EMPTY
    assert seen(house, user=None) == EMPTY


@pytest.mark.parametrize(
    "what",
    ["has_question", "has_photo", "has_job", "has_flags", "is_banned", "was_unsent", "asked_at"],
)
def test_what_is_there_is_seen_where_it_counts(house: House, what: str) -> None:
    with house.database.write() as db:
        match what:
            case "has_question":
                pending_edits.start(db, GROUP, AOI, "job", None)
            case "has_photo":
                photos.add(db, message_id="m2", chat_id=GROUP, user_id=AOI, fetch=False)
            case "has_flags":
                flags.set_flag(db, flags.DRAINING, False)
            case "is_banned":
                bans.ban(db, GROUP)
            case "was_unsent":
                db.execute(insert(unsent).values(message_id="m1", at=1.0))
            case "asked_at":
                people.enqueue_profile(db, GROUP, AOI, None)
    if what == "has_job":
        house.add(chat=GROUP, user=AOI)
    found = seen(house, GROUP, AOI)
    changed: dict[str, Any] = {what: 0.0 if what == "asked_at" else True}
    expected = EMPTY._replace(**changed)
    assert found._replace(chat=None) == expected
    everywhere, in_chat = {"has_flags", "was_unsent"}, {"is_banned"}
    assert seen(house, AOI, AOI) == (expected if what in everywhere else EMPTY)
    of_another = seen(house, GROUP, REN)._replace(chat=None)
    assert of_another == (expected if what in everywhere | in_chat else EMPTY)


def test_a_question_to_somebody_without_an_id_is_seen(house: House) -> None:
    with house.database.write() as db:
        pending_edits.start(db, GROUP, None, "job", None)
    assert seen(house, GROUP, None).has_question


def test_a_chats_own_settings_are_seen(house: House) -> None:
    own = {"queued_per_person": 1, "queued_per_group": 2, "daily_pictures": 3}
    with house.database.write() as db:
        chats.touch(db, GROUP, "group")
        limits.set_overrides(db, GROUP, own | {"cooldown_seconds": 2.5})
        chat_defaults.put(db, GROUP, ChatDefaults("水彩風", "縦長"))
        language = chats.touch(db, GROUP, "group")
        chats.mark_unreachable(db, GROUP)
    found = seen(house, GROUP)
    assert found.chat is not None
    assert found.chat[:2] == (language, False)
    assert found.defaults == ChatDefaults("水彩風", "縦長")
    with house.database.read() as db:
        assert found.limits == limits.chat_overrides(db, GROUP) == own | {"cooldown_seconds": 2.5}
