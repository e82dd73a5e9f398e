"""The commands pause, drain, resume and limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.queue.app import TaskMessage, make_celery
from bot.settings import Settings
from bot.store import bans
from tests.bot.cli.shell import Shell
from tests.bot.harness import GROUP, House, on_queues
from tests.bot.valkey import valkey


def test_pause_drain_and_resume(shell: Shell, house: House) -> None:
    house.add()
    paused = {"accepting": False, "draining": False, "changed": True, "drawing": 0, "queued": 1}
    assert shell.json("pause") == paused
    assert shell.json("drain") == {**paused, "draining": True}
    assert "already" in shell("drain")
    assert "drained" in shell("workers", status=1)
    assert "workers paint what waits" in shell("resume")
    assert [each["action"] for each in shell.json("audit")] == ["resume", "drain", "pause"]


def test_resume_wakes_the_workers_at_once(
    shell: Shell, environ: Callable[..., None], house: House, settings: Settings, tmp_path: Path
) -> None:
    """Nobody waits for the sweep, whose turn may be ten seconds away; without a broker, all do."""
    first, second = house.add(), house.add()
    with valkey(tmp_path / "valkey") as server:
        environ(BROKER_URL=server.url)
        app = make_celery(replace(settings, broker_url=server.url))
        shell("drain")
        assert on_queues(app) == []
        shell("resume")
        assert on_queues(app) == [TaskMessage("draw")] * 2
        shell("resume")
        assert on_queues(app) == [], "it was so already"
        assert None not in [house.job(each).published_at for each in (first, second)]
        shell("drain")
        server.stop()
        shell("resume")
    assert "broker cannot be reached" in shell.err
    assert [house.job(each).published_at for each in (first, second)] == [None, None]


def test_limits_by_command(shell: Shell, house: House) -> None:
    number = house.job(house.add(chat=GROUP)).number
    answer = shell.json("limits", number, "--daily", "5", "--cooldown", "10")
    assert answer["own"]["daily_pictures"] == 5
    assert answer["in_force"]["cooldown_seconds"] == 10
    assert answer["in_force"]["queued_per_person"] == 2
    mark = bans.fingerprint(GROUP)[:8]
    shell("limits", mark, "--daily", "")
    assert "cooldown_seconds   10        this chat" in shell("limits", GROUP)
    assert shell.json("limits", mark)["own"]["daily_pictures"] is None
    shell("limits", mark, "--daily", "-1", status=1)
    assert "daily_pictures is -1" in shell.err
    shell("limits", "C" + "0" * 32, "--daily", "1", status=1)
    assert "not known" in shell.err
    shell("limits", "0" * 64, status=1)
    assert "nobody" in shell.err
