"""The operator's commands, on a real database and with the simulator in LINE's place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from bot import jobs
from bot.cli import output
from bot.jobs import parse_number
from bot.line import Quota
from bot.line.errors import Code
from bot.monitoring import liveness
from bot.operations import error_codes
from bot.operations.budget import summarize_budget
from bot.settings import Settings
from bot.storage import FolderStorage
from bot.store import audit, bans, outbox, schema, workers
from bot.store.clock import now
from bot.tasks import heartbeat
from bot.tasks.delivery import Courier
from bot.texts import sentences
from inference.models.choices import fingerprint
from tests import ROOT
from tests.bot.cli.shell import Shell
from tests.bot.harness import AOI, GROUP, WISH, House, Line

REN = "U" + "e" * 32


def test_jobs_are_listed_newest_first_and_by_state(shell: Shell, house: House) -> None:
    old, new = house.add(), house.add()
    house.change(old, created_at=now() - 100)
    painted = house.drawn(chat=GROUP)
    assert [each["job"] for each in shell.json("jobs")] == [painted, new, old]
    assert [each["job"] for each in shell.json("jobs", "-s", "queued", "-n", "1")] == [new]
    text = shell("jobs", "--state", "drawn")
    assert house.job(painted).number in text
    assert house.job(new).number not in text
    assert text.splitlines()[0].startswith("NUMBER")


def test_a_list_shows_nobody_and_no_words(shell: Shell, house: House) -> None:
    house.drawn()
    for printed in (shell("jobs"), shell("jobs", "--json"), shell("workers", status=1)):
        assert AOI not in printed
        assert WISH not in printed


def test_the_whole_life_of_a_picture(
    shell: Shell, house: House, line: Line, courier: Courier, storage: FolderStorage
) -> None:
    job_id = house.add(token=line.token())
    house.paint(job_id, storage)
    courier.deliver(job_id)
    job = house.job(job_id)
    life = shell.json("job", job.number.lower().replace("-", ""))
    assert (life["number"], life["state"], life["attempts"]) == (job.number, "delivered", 1)
    happened = [each["what"] for each in life["timeline"]]
    assert happened[0] == "queued"
    assert {"taken by worker w (attempt 1)", "painted", "stored", "finished"} <= set(happened)
    assert "result sent by reply" in happened
    took = {each["what"]: each["seconds"] for each in life["timeline"]}
    assert job.drawing_at is not None
    assert took["taken by worker w (attempt 1)"] == pytest.approx(job.drawing_at - job.created_at)
    [picture] = life["pictures"]
    assert (picture["seed"], picture["width"], picture["bytes"]) == (7, 64, 3)
    [delivery] = life["deliveries"]
    assert delivery["line_request_id"] == house.deliveries(job_id)[0]["line_request_id"]
    text = shell("job", job.number)
    assert delivery["line_request_id"] in text
    assert "0-original.png" in text


def test_a_job_is_masked_unless_it_is_revealed_which_is_written_down(
    shell: Shell, house: House
) -> None:
    job = house.job(house.drawn())
    for printed in (shell("job", job.number), shell("job", job.number, "--json")):
        for personal in (AOI, WISH, job.secret):
            assert personal not in printed
    assert house.rows(schema.audit) == []
    for each in ([], ["--json"]):
        printed = shell("job", job.number, "--reveal", *each)
        for personal in (AOI, WISH, job.secret):
            assert personal in printed
        assert "reveal" in shell.err
        assert AOI not in shell.err
    [entry, _] = house.rows(schema.audit)
    assert (entry["action"], entry["about"]) == ("reveal", job.number)
    assert entry["who"] == audit.current_operator()


def test_what_painted_a_job_is_told_and_who_would_paint_it_otherwise(
    shell: Shell, house: House
) -> None:
    job_id = house.drawn()
    ours, theirs = "tiny, float32, torch 2.13.0", "tiny, bfloat16, torch 2.13.0"
    house.change(job_id, request=replace(house.request(job_id), painted_with=ours).to_json())
    with house.database.write() as db:
        row = workers.Worker("h:2", "worker", "h", 2, now(), now(), {"numerics": theirs})
        workers.save(db, row)
    number = house.job(job_id).number
    life = shell.json("job", number)
    assert life["painted_with"] == {"fingerprint": fingerprint(ours), "words": ours}
    [other] = life["painted_otherwise"]
    assert other == {"by": "worker h:2", "fingerprint": fingerprint(theirs), "words": theirs}
    text = shell("job", number)
    assert f"painted  with {fingerprint(ours)}: {ours}" in text
    assert f"worker h:2, {fingerprint(theirs)}: {theirs}" in text


def test_a_failure_is_explained(shell: Shell, house: House) -> None:
    job_id = house.add()
    house.claim(job_id)
    with house.database.write() as db:
        assert jobs.fail(db, job_id, "out_of_memory", owner="w")
    number = house.job(job_id).number
    text = shell("job", number)
    assert error_codes.explain("out_of_memory").meaning in text
    assert error_codes.explain("out_of_memory").remedy in text
    assert "out_of_memory" in shell.json("job", number)["causes"]


def test_who_holds_a_job_is_told(shell: Shell, house: House) -> None:
    job_id = house.add()
    house.claim(job_id, "host:1/aa")
    with house.database.write() as db:
        jobs.renew_lease(db, job_id, "host:1/aa", 30, step=3, steps=20)
    number = house.job(job_id).number
    assert "host:1/aa" in shell("job", number)
    assert "step 3 of 20" in shell("job", number)
    assert "3/20" in shell("jobs")


def test_an_erased_job_is_shown_without_what_it_was(shell: Shell, house: House) -> None:
    job_id = house.drawn()
    with house.database.write() as db:
        jobs.mark_erased(db, job_id)
    text = shell("job", house.job(job_id).number)
    assert "erased" in text
    assert "unknown or erased" in text


@pytest.mark.parametrize(("number", "says"), [("4F7-K2M", "no job"), ("ひみつ", "受付番号")])
def test_a_number_that_is_none(shell: Shell, number: str, says: str) -> None:
    shell("job", number, status=1)
    assert says in shell.err


def test_numbers_as_people_type_them() -> None:
    expected = {"4f7k2m": "4F7-K2M", " 4F7-K2M ": "4F7-K2M", "oil-000": "011-000", "4F7-K2": None}
    assert {typed: parse_number(typed) for typed in expected} == expected


def test_every_code_that_a_job_or_a_delivery_can_have_is_explained() -> None:
    answer = {key.removeprefix("failed.") for key in sentences("ja") if key.startswith("failed.")}
    assert (
        answer | set(get_args(Code)) | {"busy", "erased", "tried_too_often"}
        <= error_codes.known_codes()
    )
    assert "logs" in error_codes.explain("no such code").remedy


def test_workers_tell_what_they_paint(shell: Shell, house: House) -> None:
    shell("workers", status=1)
    about = {"model": "mame", "device": "cpu", "slots": 4, "active": 1}
    beat = heartbeat.Heartbeat(house.database, "worker", lambda: about)
    beat.write()
    job_id = house.add()
    owner = f"{beat.id}/aa"
    house.claim(job_id, owner)
    with house.database.write() as db:
        jobs.renew_lease(db, job_id, owner, 30, step=5, steps=20)
    [result] = shell.json("workers")
    assert (result["process"], result["pid"], result["alive"]) == ("worker", os.getpid(), True)
    assert (result["model"], result["slots"]) == ("mame", 4)
    assert result["memory"] > 1_000_000
    number = house.job(job_id).number
    assert result["paints"] == [{"number": number, "step": 5, "steps": 20, "attempt": 1}]
    assert f"{number} (5/20)" in shell("workers")


def test_a_worker_that_loads_its_model_says_so(shell: Shell, house: House) -> None:
    """It lives, and paints nothing yet."""
    heartbeat.Heartbeat(house.database, "worker", lambda: {"loading": "fetching"}).write()
    house.set(schema.workers, schema.workers.c.pid == os.getpid(), started_at=now() - 90)
    shown = shell("workers", status=1)
    assert "loading its model for 90 s" in shown
    assert "it paints as soon as that is done" in shown
    assert "No worker is alive" not in shown
    [result] = shell.json("workers", status=1)
    assert (result["state"], result["alive"], result["loading"]) == ("loading", False, "fetching")
    assert "alive" in shell("health", "worker")


def test_a_silent_worker_is_no_living_one(shell: Shell, house: House) -> None:
    heartbeat.Heartbeat(house.database, "worker", dict).write()
    house.set(schema.workers, schema.workers.c.pid == os.getpid(), seen_at=now() - 60)
    assert "SILENT" in shell("workers", status=1)
    assert shell.json("workers", status=1)[0]["alive"] is False


def test_health_asks_for_the_process_of_this_host(shell: Shell, house: House) -> None:
    shell("health", "worker", status=1)
    heartbeat.Heartbeat(house.database, "worker", dict).write()
    assert "alive" in shell("health", "worker")
    shell("health", "courier", status=1)
    house.set(schema.workers, schema.workers.c.pid == os.getpid(), host="another")
    shell("health", "worker", status=1)


def test_health_of_the_clock_is_seen_by_couriers(shell: Shell, house: House) -> None:
    shell("health", "clock")  # nobody listens, so nobody knows
    heartbeat.Heartbeat(house.database, "courier", dict).write()
    shell("health", "clock")  # it has only just begun to listen
    house.set(schema.workers, schema.workers.c.pid == os.getpid(), started_at=now() - 600)
    shell("health", "clock", status=1)
    with house.database.write() as db:
        liveness.record_tick(db)
    shell("health", "clock")


def test_a_ban_by_number_and_its_end(shell: Shell, house: House) -> None:
    job = house.job(house.add(chat=GROUP, user=REN))
    done = shell.json("ban", job.number, "--reason", "spam")
    assert done == {
        "fingerprint": bans.fingerprint(REN),
        "kind": "person",
        "state": "banned",
        "changed": True,
    }
    assert shell.json("ban", REN)["changed"] is False
    with house.database.read() as db:
        assert bans.is_banned(db, REN, AOI)
        assert not bans.is_banned(db, None, GROUP)
        assert not bans.is_banned(db, AOI, AOI)
    assert "spam" in shell("bans")
    mark = bans.fingerprint(REN)[:8]
    assert "free again" in shell("unban", mark)
    assert "was not banned" in shell("unban", REN)
    with house.database.read() as db:
        assert not bans.is_banned(db, REN, AOI)
    assert [each["action"] for each in shell.json("audit")] == ["unban", "ban"]
    whole = json.dumps([house.rows(schema.bans), house.rows(schema.audit)])
    assert REN not in whole


def test_a_chat_is_banned_with_all_who_are_in_it(shell: Shell, house: House) -> None:
    job = house.job(house.add(chat=GROUP, user=REN))
    assert shell.json("ban", job.number, "--chat")["kind"] == "chat"
    with house.database.read() as db:
        assert bans.is_banned(db, AOI, GROUP)
        assert not bans.is_banned(db, REN, REN)


def test_whose_an_erased_job_was_is_not_known(shell: Shell, house: House) -> None:
    job_id = house.add()
    with house.database.write() as db:
        jobs.mark_erased(db, job_id)
    shell("ban", house.job(job_id).number, status=1)
    assert "erased" in shell.err


def test_a_person_is_erased_everywhere_and_a_ban_stays(
    shell: Shell, house: House, storage: FolderStorage
) -> None:
    alone, in_group = house.add(chat=REN, user=REN), house.add(chat=GROUP, user=REN)
    other = house.add(chat=GROUP, user=AOI)
    for job_id in (alone, other):
        house.paint(job_id, storage)
    with house.database.read() as db:
        key = jobs.pictures_of(db, alone)[0].key
        kept = jobs.pictures_of(db, other)[0].key
    with house.database.write() as db:
        of_other = {"chat_id": GROUP, "user_id": REN, "job_id": other, "at": now()}
        db.execute(schema.changing.insert().values(**of_other))
    shell("ban", REN)
    done = shell.json("erase", house.job(alone).number, "--yes")
    assert (done["jobs"], done["left"]) == (2, 0)
    assert not storage.picture_path(key).exists()
    assert storage.picture_path(kept).exists()
    for job_id in (alone, in_group):
        assert house.job(job_id).erased_at is not None
        assert house.job(job_id).request is None
    assert house.job(other).user_id == AOI
    everything = json.dumps([house.rows(table) for table in schema.metadata.sorted_tables])
    assert REN not in everything
    with house.database.read() as db:
        assert bans.is_banned(db, REN, REN)


def test_erasing_asks_first(
    shell: Shell, house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    job_id = house.add()
    answer = tmp_path / "answer"
    answer.write_text("n\n", encoding="utf-8")
    with answer.open(encoding="utf-8") as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        shell("erase", AOI, status=1)
    assert "Erase 1 job of the person" in shell.err
    assert "Nothing was done" in shell.err
    assert house.job(job_id).erase_at is None


def test_what_the_storage_does_not_let_go_is_left_to_the_sweep(
    shell: Shell, house: House, settings: Settings, storage: FolderStorage
) -> None:
    settings.pictures_dir.write_text("not a folder", encoding="utf-8")
    job_id = house.drawn()
    shell("erase", AOI, "--yes", status=1)
    assert "sweep" in shell.err
    with house.database.read() as db:
        assert jobs.due_erasures(db) == [job_id]


def test_quota(shell: Shell, environ: Callable[..., None], line: Line) -> None:
    environ(LINE_API_URL=line.base_url, PUSH_RESERVE="30")
    line.set_quota(200, used=150)
    result = shell.json("quota")
    assert (result["limit"], result["used"], result["left"]) == (200, 150, 50)
    assert result["pictures_may_push"] == 20
    assert "20" in shell("quota").splitlines()[-1]
    environ(PUSH_ENABLED="off")
    assert shell.json("quota")["pictures_may_push"] == 0
    line.fault("*", "401", times=1)
    shell("quota", status=1)
    assert "LINE_CHANNEL_ACCESS_TOKEN" in shell.err


def test_a_plan_without_limit(settings: Settings) -> None:

    assert summarize_budget(Quota(None, 7), settings)["pictures_may_push"] is None
    assert summarize_budget(Quota(10, 9), settings)["pictures_may_push"] == 0


def test_what_is_wrong_is_told_without_a_trace(
    shell: Shell, environ: Callable[..., None], tmp_path: Path
) -> None:
    environ(DATABASE_URL=f"sqlite:///{tmp_path / 'nowhere.db'}")
    shell("jobs", status=1)
    assert "migrate" in shell.err
    assert not (tmp_path / "nowhere.db").exists()
    shell("paint", status=2)
    assert "No such command" in shell.err
    environ(DATABASE_URL="mysql://x")
    shell("jobs", status=2)
    assert "DATABASE_URL" in shell.err


def test_an_older_database_is_not_read(
    shell: Shell, environ: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "empty.db").touch()
    environ(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}")
    shell("jobs", status=1)
    assert "older form" in shell.err


def test_help_names_every_command(shell: Shell) -> None:
    text = shell("--help")
    for name in ("doctor", "job ", "jobs", "logs", "workers", "ban", "quota", "erase", "migrate"):
        assert name in text


def test_a_shell_completes_commands_and_states() -> None:
    script = """
        set -e
        eval "$(efude completion bash)"
        COMP_WORDS=(efude jo) COMP_CWORD=1; _efude_completion efude; echo "${COMPREPLY[*]}"
        COMP_WORDS=(efude jobs --state dr) COMP_CWORD=3; COMPREPLY=()
        _efude_completion efude; echo "${COMPREPLY[*]}"
    """
    path = f"{ROOT / 'scripts'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["job jobs", "drawing drawn"], done.stderr


def test_columns_are_as_wide_as_a_terminal_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    apart = "か\u3099"  # が, as macOS writes it
    output.print_table(("A", "B"), [("絵筆", 1), ("x", 2), (apart, 3)])
    assert capsys.readouterr().out.splitlines()[1:] == ["絵筆  1", "x     2", f"{apart}    3"]


def test_deliveries_of_a_job_are_in_order(house: House) -> None:
    job_id = house.add()
    with house.database.write() as db:
        first = outbox.add_reply(db, "ticket", token="a", token_at=1, job_id=job_id)
        second = outbox.add_reply(db, "result", token="b", token_at=2, job_id=job_id)
    with house.database.read() as db:
        assert [each.id for each in outbox.of_job(db, job_id)] == [first, second]
