"""jobs: the newest of them. job NUMBER: the whole life of one picture."""

from __future__ import annotations

from typing import Any, NamedTuple

import click

from bot import audit, jobs
from bot.commands import show
from bot.commands.causes import cause
from bot.commands.desk import Desk
from bot.database import now
from bot.figures import STATES
from bot.jobs import Job
from bot.life import Life, read, timeline


@click.command("jobs")
@click.option("--state", "-s", multiple=True, type=click.Choice(STATES), help="Only these.")
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 10_000))
@show.json_option
@click.pass_obj
def listing(desk: Desk, state: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List jobs, the newest first."""
    with desk.database.read() as db:
        found = jobs.newest(db, state, limit)
    if as_json:
        show.as_json_text([_in_short(job) for job in found])
        return
    heads = ("NUMBER", "STATE", "AGE", "STEP", "TRIES", "CHAT", "CODE")
    rows = [
        (
            job.number,
            job.state,
            show.length(now() - job.created_at),
            f"{job.step}/{job.steps}" if job.state == jobs.DRAWING and job.steps else "",
            job.attempts,
            job.chat_kind,
            job.error_code,
        )
        for job in found
    ]
    show.table(heads, rows)


@click.command("job")
@click.argument("number")
@click.option("--reveal", is_flag=True, help="Show prompt, ids and keys; that is written down.")
@show.json_option
@click.pass_obj
def single(desk: Desk, number: str, reveal: bool, as_json: bool) -> None:
    """Tell the whole life of the picture with this 受付番号."""
    job = desk.job(number)
    if reveal:
        with desk.database.write() as db:
            audit.note(db, "reveal", job.number)
    with desk.database.read() as db:
        life = Told(read(db, job), reveal)
    if as_json:
        show.as_json_text(life.as_json())
    else:
        life.tell()


class Told(NamedTuple):
    """A job's life, as it is told here."""

    life: Life
    reveal: bool

    def _id(self, line_id: str | None) -> str | None:
        return line_id if self.reveal else show.masked(line_id)

    def _key(self, key: str) -> str:
        return key if self.reveal else "p/…/" + key.rpartition("/")[2]

    def _request(self) -> dict[str, Any]:
        request = self.life.job.request
        return dict(request or {}) if self.reveal else show.hidden(request)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        job = self.life.job
        return {
            **_in_short(job),
            "event_id": job.event_id,
            "user": self._id(job.user_id),
            "chat": self._id(job.chat_id),
            "language": job.language,
            "request": self._request(),
            "lease_owner": job.lease_owner,
            "lease_until": show.iso(job.lease_until),
            "deliver_at": show.iso(job.deliver_at),
            "deliver_tries": job.deliver_tries,
            "timeline": [
                {"at": show.iso(it.at), "what": it.what, "seconds": it.took}
                for it in timeline(self.life)
            ],
            "tries": [
                {
                    "attempt": it.number,
                    "worker": it.worker,
                    "began_at": show.iso(it.began_at),
                    "ended_at": show.iso(it.ended_at),
                    "outcome": it.outcome,
                    "code": it.error_code,
                    "step": it.step,
                    "steps": it.steps,
                }
                for it in self.life.attempts
            ],
            "pictures": [
                {
                    "key": self._key(it.key),
                    "preview_key": self._key(it.preview_key),
                    "bytes": it.size,
                    "width": it.width,
                    "height": it.height,
                    "seed": it.seed,
                }
                for it in self.life.pictures
            ],
            "deliveries": [
                {
                    "kind": it.kind,
                    "way": it.way,
                    "state": it.state,
                    "tries": it.tries,
                    "doubt": it.doubt,
                    "price": it.price,
                    "line_request_id": it.line_request_id,
                    "code": it.error_code,
                    "created_at": show.iso(it.created_at),
                    "sent_at": show.iso(it.sent_at),
                    "next_at": show.iso(it.next_at),
                }
                for it in self.life.deliveries
            ],
            "causes": {code: cause(code)._asdict() for code in self.life.codes()},
        }

    def tell(self) -> None:
        """For people."""
        job = self.life.job
        request = self._request()
        click.secho(f"{job.number}  {job.state}", bold=True)
        click.echo(f"job      {job.id}")
        click.echo(f"event    {job.event_id}")
        who = self._id(job.user_id) or "unknown or erased"
        click.echo(f"asked by {who} in {job.chat_kind} {self._id(job.chat_id) or 'erased'}")
        wish = ", ".join(f"{name}={it}" for name, it in request.items() if it not in (None, "", []))
        click.echo(f"request  {wish or 'erased'}")
        if job.lease_owner:
            left = (job.lease_until or 0) - now()
            step = f", step {job.step} of {job.steps}" if job.steps else ""
            click.echo(f"held by  {job.lease_owner}, lease {left:+.0f} s{step}")
        click.echo()
        show.table(
            ("WHEN", "TOOK", "WHAT"),
            [(show.clock(it.at), show.length(it.took), it.what) for it in timeline(self.life)],
        )
        if self.life.pictures:
            click.echo()
            show.table(
                ("PICTURE", "SIZE", "BYTES", "SEED"),
                [
                    (self._key(it.key), f"{it.width}x{it.height}", show.amount(it.size), it.seed)
                    for it in self.life.pictures
                ],
            )
        if self.life.deliveries:
            click.echo()
            show.table(
                ("MESSAGE", "WAY", "STATE", "TRIES", "LINE'S REQUEST ID", "CODE"),
                [
                    (it.kind, it.way, it.state, it.tries, it.line_request_id, it.error_code)
                    for it in self.life.deliveries
                ],
            )
        for code in self.life.codes():
            click.echo()
            click.secho(code, fg="red")
            click.echo(f"  {cause(code).means}\n  {cause(code).do}".replace("NUMBER", job.number))


def _in_short(job: Job) -> dict[str, Any]:
    return {
        "number": job.number,
        "job": job.id,
        "state": job.state,
        "chat_kind": job.chat_kind,
        "attempts": job.attempts,
        "step": job.step,
        "steps": job.steps,
        "code": job.error_code,
        "created_at": show.iso(job.created_at),
        "finished_at": show.iso(job.finished_at),
    }


COMMANDS = (listing, single)
