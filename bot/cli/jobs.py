"""jobs: the newest of them. job NUMBER: the whole life of one picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import click

from bot import jobs
from bot.cli import output
from bot.cli.context import CliContext
from bot.cli.language import command_language, duration, headings, name_of, say, say_of_pages
from bot.jobs import Job
from bot.monitoring.stats import STATES
from bot.operations import formatting, numerics
from bot.operations.error_codes import explain
from bot.operations.timeline import JobHistory, list_events, read_history
from bot.store import audit
from bot.store.clock import now
from bot.texts.written import COMMAS


@click.command("jobs")
@click.option("--state", "-s", multiple=True, type=click.Choice(STATES), help="Only these.")
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 10_000))
@output.json_option
@click.pass_obj
def listing(ctx: CliContext, state: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List jobs, the newest first."""
    with ctx.database.read() as db:
        listed = jobs.newest(db, state, limit)
    if as_json:
        output.print_json([_summary(job) for job in listed])
        return
    rows = [
        (
            job.number,
            name_of("job_state", job.state),
            duration(now() - job.created_at),
            f"{job.step}/{job.steps}" if job.state == jobs.DRAWING and job.steps else "",
            job.attempts,
            name_of("admin.kind", job.chat_kind),
            job.error_code,
        )
        for job in listed
    ]
    columns = ("number", "state", "age", "step", "tries", "chat", "code")
    output.print_table(headings(*columns), rows)


@click.command("job")
@click.argument("number")
@click.option("--reveal", is_flag=True, help="Show prompt, ids and keys; that is written down.")
@output.json_option
@click.pass_obj
def single(ctx: CliContext, number: str, reveal: bool, as_json: bool) -> None:
    """Tell the whole life of the picture with this 受付番号."""
    job = ctx.find_job(number)
    if reveal:
        with ctx.database.write() as db:
            audit.record(db, "reveal", job.number)
    with ctx.database.read() as db:
        report = JobReport(read_history(db, job), reveal)
    if as_json:
        output.print_json(report.as_json())
    else:
        report.print()


class JobReport(NamedTuple):
    """A job's history as the command shows it; without `reveal`, what is personal is masked."""

    history: JobHistory
    reveal: bool

    def _id(self, line_id: str | None) -> str | None:
        return line_id if self.reveal else formatting.mask_line_id(line_id)

    def _key(self, key: str) -> str:
        return key if self.reveal else "p/…/" + key.rpartition("/")[2]

    def _request(self) -> dict[str, Any]:
        request = self.history.job.request
        return request.to_json() if self.reveal and request else formatting.redact_request(request)

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        job = self.history.job
        return {
            **_summary(job),
            "event_id": job.event_id,
            "user": self._id(job.user_id),
            "chat": self._id(job.chat_id),
            "language": job.language,
            "request": self._request(),
            "painted_with": numerics.as_json(job.request.painted_with if job.request else ""),
            "painted_otherwise": [
                {"by": str(other.who), **(numerics.as_json(other.words) or {})}
                for other in self.history.other_numerics
            ],
            "lease_owner": job.lease_owner,
            "lease_until": formatting.iso_time(job.lease_until),
            "deliver_at": formatting.iso_time(job.deliver_at),
            "deliver_tries": job.deliver_tries,
            "timeline": [
                {"at": formatting.iso_time(event.at), "what": event.text, "seconds": event.seconds}
                for event in list_events(self.history)
            ],
            "tries": [
                {
                    "attempt": attempt.number,
                    "worker": attempt.worker,
                    "began_at": formatting.iso_time(attempt.began_at),
                    "ended_at": formatting.iso_time(attempt.ended_at),
                    "outcome": attempt.outcome,
                    "code": attempt.error_code,
                    "step": attempt.step,
                    "steps": attempt.steps,
                }
                for attempt in self.history.attempts
            ],
            "pictures": [
                {
                    "key": self._key(picture.key),
                    "preview_key": self._key(picture.preview_key),
                    "bytes": picture.size,
                    "width": picture.width,
                    "height": picture.height,
                    "seed": picture.seed,
                }
                for picture in self.history.pictures
            ],
            "deliveries": [
                {
                    "kind": delivery.kind,
                    "way": delivery.way,
                    "state": delivery.state,
                    "tries": delivery.tries,
                    "doubt": delivery.doubt,
                    "price": delivery.price,
                    "line_request_id": delivery.line_request_id,
                    "code": delivery.error_code,
                    "created_at": formatting.iso_time(delivery.created_at),
                    "sent_at": formatting.iso_time(delivery.sent_at),
                    "next_at": formatting.iso_time(delivery.next_at),
                }
                for delivery in self.history.deliveries
            ],
            "causes": {
                code: {"means": explain(code).meaning, "do": explain(code).remedy}
                for code in self.history.error_codes()
            },
        }

    def print(self) -> None:
        """Print the report for people."""
        job, lang = self.history.job, command_language()
        click.secho(f"{job.number}  {name_of('job_state', job.state)}", bold=True)
        output.print_fields([(say(f"job.{name}"), text) for name, text in self._about()])
        click.echo()
        events = [
            (formatting.format_local_time(event.at), duration(event.seconds), event.text)
            for event in list_events(self.history, lang)
        ]
        output.print_table(headings("when", "took", "what"), events)
        if self.history.pictures:
            click.echo()
            self._print_pictures()
        if self.history.deliveries:
            click.echo()
            self._print_deliveries()
        for code in self.history.error_codes():
            click.echo()
            click.secho(code, fg="red")
            help_ = explain(code, lang)
            click.echo(f"  {help_.meaning}\n  {help_.remedy}".replace("NUMBER", job.number))

    def _print_pictures(self) -> None:
        pictures = [
            (
                self._key(picture.key),
                f"{picture.width}x{picture.height}",
                formatting.format_bytes(picture.size),
                picture.seed,
            )
            for picture in self.history.pictures
        ]
        output.print_table(headings("picture", "size", "bytes", "seed"), pictures)

    def _print_deliveries(self) -> None:
        messages = [
            (
                name_of("delivery_kind", delivery.kind),
                name_of("delivery_way", delivery.way),
                name_of("admin.delivery_state", delivery.state),
                delivery.tries,
                delivery.line_request_id,
                delivery.error_code,
            )
            for delivery in self.history.deliveries
        ]
        columns = ("message", "way", "state", "tries", "request_id", "code")
        output.print_table(headings(*columns), messages)

    def _about(self) -> Iterator[tuple[str, str]]:
        """Yield what is known of the job: a name in the texts' table command.job, and the text."""
        job, lang = self.history.job, command_language()
        yield "id", job.id
        yield "event", job.event_id
        who = self._id(job.user_id) or say("job.unknown")
        chat = self._id(job.chat_id) or say("job.erased")
        yield (
            "asked_by",
            say("job.asked_in", who=who, kind=name_of("admin.kind", job.chat_kind), chat=chat),
        )
        fields = [
            f"{name_of('request_field', name)}={_plain(value)}"
            for name, value in self._request().items()
            if value not in (None, "", []) and name != "painted_with"
        ]
        yield "request", COMMAS[lang].join(fields) or say("job.erased")
        for name, line in numerics.lines(job.request, self.history.other_numerics):
            yield name, line.in_language(lang)
        if job.lease_owner:
            lease = {"owner": job.lease_owner, "seconds": f"{(job.lease_until or 0) - now():+.0f}"}
            if job.steps:
                yield "held_by", say("job.lease_at_step", **lease, step=job.step, steps=job.steps)
            else:
                yield "held_by", say("job.lease", **lease)


def _plain(value: object) -> object:
    return (
        say_of_pages(f"settings.{'on' if value else 'off'}") if isinstance(value, bool) else value
    )


def _summary(job: Job) -> dict[str, Any]:
    return {
        "number": job.number,
        "job": job.id,
        "state": job.state,
        "chat_kind": job.chat_kind,
        "attempts": job.attempts,
        "step": job.step,
        "steps": job.steps,
        "code": job.error_code,
        "created_at": formatting.iso_time(job.created_at),
        "finished_at": formatting.iso_time(job.finished_at),
    }


COMMANDS = (listing, single)
