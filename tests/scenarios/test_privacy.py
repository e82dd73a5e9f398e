"""The logs tell what happened, and nothing of what people wrote or who they are.

Every story is checked for that when it ends (see conftest.py); this one goes where logs talk most.
"""

from __future__ import annotations

import json

from tests.scenarios.events import body, message_event
from tests.scenarios.house import House
from tests.scenarios.privacy import leaks, personal_words


def test_trouble_does_not_make_the_logs_talk(house: House) -> None:
    """Forged, broken and refused things, errors of LINE's, and what was taken back."""
    simulator, mio = house.simulator, house.person("みお")
    group, rin = house.group()
    forged, strange = (
        message_event(mio, "偽物の手紙をください"),
        message_event(mio, "奇妙な形の手紙です"),
    )
    strange["source"] = {"type": "user", "userId": ["not", "a", "text"]}
    strange["message"]["mention"] = {"mentionees": "奇妙な形の手紙です"}
    simulator.raw(body(forged), signature="bm9uZQ==")
    simulator.raw(json.dumps(body(strange)))
    simulator.raw('{"events": [{"text": "途中で切れた手紙')
    simulator.settings(replyTokenTtl=0)
    simulator.fault("push", "400")
    simulator.fault("loading", "401")
    simulator.send(mio, "こっそり描いてほしい絵")
    simulator.send(group, "@絵筆 みんなに内緒の絵", user=rin)
    taken_back = simulator.send(mio, "やっぱりやめたい絵", wait=True)
    simulator.unsend(mio, taken_back.id, wait=True)
    house.settle()

    words = personal_words(house)
    assert {mio, group, rin, "こっそり描いてほしい絵"} <= words
    words |= {"偽物の手紙をください", "奇妙な形の手紙です", "途中で切れた手紙"}
    number = house.job(group)["number"]
    for name in ("worker", "courier"):
        assert any(number in line for line in house.log_lines(name)), f"{name} tells of the job"
    assert leaks(house, words) == []
