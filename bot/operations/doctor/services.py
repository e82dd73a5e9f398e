"""Checks of what all processes share: broker, database, storage, disk, clock and workers."""

from __future__ import annotations

import email.utils
import secrets
import time
from contextlib import suppress
from pathlib import Path

import urllib3
from sqlalchemy import text

from bot.monitoring import liveness
from bot.operations.doctor.finding import TIMEOUT, CheckFailed, http_get, is_local
from bot.queue.app import make_celery
from bot.settings import Settings
from bot.storage import StorageError, new_key, new_secret, open_storage
from bot.store import inbox
from bot.store import workers as worker_rows
from bot.store.clock import now
from bot.store.database import Database
from bot.tasks import machine_checks
from bot.tasks.database_checks import INBOX_OLD_SECONDS
from bot.telemetry import encryption, log_stream
from bot.texts.sentence import Sentence
from bot.texts.written import Written

MAX_CLOCK_SKEW_SECONDS = 5.0  # of this clock: leases and reply tokens are measured by it


def check_broker(settings: Settings) -> Sentence:
    """Check whether the broker can be reached and never drops messages. Raises CheckFailed."""
    _check_certificate_files(settings)
    app = make_celery(settings)
    started = time.monotonic()
    connection = app.connection_for_write()
    where = settings.broker.where
    try:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=3)
        policy = _eviction(connection)
        _ping_as_the_log_does(settings)
    except Exception as error:
        raise CheckFailed(
            Sentence("doctor.unreachable", host=where, error=type(error).__name__), _remedy(error)
        ) from None
    finally:
        connection.release()
        app.close()
    if policy not in {None, "noeviction"}:
        raise CheckFailed(
            Sentence("doctor.broker_evicts", where=where, policy=policy),
            Sentence("doctor.broker_evicts_remedy"),
        )
    return Sentence("doctor.broker_fine", where=where, ms=_ms_since(started))


def _check_certificate_files(settings: Settings) -> None:
    broker = settings.broker
    for file in filter(None, (broker.ca_file, broker.certificate, broker.key)):
        try:
            Path(file).read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CheckFailed(
                Sentence("doctor.broker_file", file=file, error=reason),
                Sentence("doctor.broker_file_remedy"),
            ) from None


def _ms_since(started: float) -> str:
    return f"{(time.monotonic() - started) * 1000:.0f}"


def check_encryption(settings: Settings) -> Sentence:
    """Return what crosses a network unencrypted; a private network is a reason, so this passes."""
    if names := encryption.unencrypted_settings(settings):
        return Sentence("doctor.unencrypted", names=", ".join(names))
    return Sentence("doctor.encrypted")


def _remedy(error: BaseException) -> Sentence:
    """Tell a certificate that nobody vouches for from a server that is away."""
    cause: BaseException | None = error
    while cause is not None:
        if "CERTIFICATE_VERIFY_FAILED" in str(cause):
            return Sentence("doctor.broker_certificate")
        cause = cause.__cause__ or cause.__context__
    return Sentence("doctor.broker_remedy")


def _ping_as_the_log_does(settings: Settings) -> None:
    """Connect by redis-py alone, as the log stream and the limit of logins do."""
    if settings.broker.is_redis:
        with log_stream.connect(settings) as client:
            client.ping()


def _eviction(connection: object) -> str | None:
    """Return Redis' maxmemory-policy; None for another broker, or if Redis does not tell."""
    client = getattr(getattr(connection, "default_channel", None), "client", None)
    if client is None or not hasattr(client, "config_get"):
        return None
    try:
        config = client.config_get("maxmemory-policy")
    except Exception:  # a hosted Redis may forbid CONFIG
        return None
    return str(config.get("maxmemory-policy") or "") or None


def check_database(database: Database) -> Sentence:
    """Check whether the database can be written, in the newest form. Raises CheckFailed."""
    started = time.monotonic()
    if not sqlite_file_exists(database):
        raise CheckFailed(
            Sentence("doctor.no_database", file=database.url.database),
            Sentence("doctor.no_database_remedy"),
        )
    outdated = False
    try:
        outdated = database.needs_migration()
        with database.write() as db:
            db.execute(text("DELETE FROM unsent WHERE message_id = 'doctor'"))
    except Exception as error:
        if outdated:
            raise _outdated() from None
        raise CheckFailed(
            Sentence(
                "doctor.database_broken",
                url=database.url.render_as_string(),
                error=type(error).__name__,
            ),
            Sentence("doctor.database_broken_remedy"),
        ) from None
    if outdated:
        raise _outdated()
    kind = database.url.get_backend_name()
    return Sentence("doctor.database_fine", kind=kind, ms=_ms_since(started))


def sqlite_file_exists(database: Database) -> bool:
    """Return whether SQLite's file exists: opening it would create it. True for PostgreSQL."""
    return not database.sqlite or Path(database.url.database or "").exists()


def _outdated() -> CheckFailed:
    return CheckFailed(Sentence("doctor.old_tables"), Sentence("doctor.old_tables_remedy"))


def check_storage(settings: Settings) -> Sentence:
    """Check whether a picture can be stored, fetched by link and deleted. Raises CheckFailed."""
    try:
        storage = open_storage(settings)
        result = storage.check()
        if settings.s3_bucket:  # its check has fetched a picture by its link
            link = storage.url(new_key(new_secret(), 0, "original", "png"))
            _secure(settings, link)
            return result
        key = new_key(new_secret(), 0, "original", "png")
        data = secrets.token_bytes(64)
        storage.put(key, data, "image/png")
        try:
            link = storage.url(key)
            _secure(settings, link)
            answer = http_get(link, Sentence("doctor.serve_pictures"))
        finally:
            storage.delete(key)
    except StorageError as error:
        raise CheckFailed(error.said, Sentence("doctor.storage_remedy")) from None
    if answer.status != 200 or answer.data != data:
        raise CheckFailed(
            Sentence("doctor.other_picture", status=answer.status),
            Sentence("doctor.other_picture_remedy"),
        )
    return Sentence("doctor.storage_through_web", result=result)


def _secure(settings: Settings, link: str) -> None:
    if not link.startswith("https://") and not is_local(settings.line_api_url):
        raise CheckFailed(
            Sentence("doctor.links_no_https"), Sentence("doctor.links_no_https_remedy")
        )


def check_disk(settings: Settings) -> Sentence:
    """Check whether there is room. Raises CheckFailed."""
    if full := machine_checks.disk_alarms(settings):
        raise CheckFailed(
            Written("alarm_detail.disk_full", full["disk_full"]), Sentence("doctor.disk_remedy")
        )
    places = machine_checks.local_data_folders(settings)
    if not places:
        return Sentence("doctor.disk_nothing")
    return Sentence("doctor.disk_fine", folders=_join(*places))


def _join(first: object, *others: object) -> object:
    """Write two names with an "and" between them; one as it is."""
    return Sentence("doctor.and", first=first, second=_join(*others)) if others else first


def check_clock(settings: Settings, database: Database) -> Sentence:
    """Compare this machine's clock with LINE's and the database server's. Raises CheckFailed."""
    try:
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request("GET", f"{settings.line_api_url}/v2/bot/info", timeout=TIMEOUT)
            date = answer.headers.get("Date")
    except urllib3.exceptions.HTTPError:
        date = None
    # A Date has whole seconds: on average it is half a second old.
    line_time = email.utils.parsedate_to_datetime(date).timestamp() + 0.5 if date else None
    skews: dict[object, float] = {} if line_time is None else {"LINE": now() - line_time}
    if not database.sqlite:
        with suppress(Exception), database.read() as db:  # the check of the database reports it
            skews[Sentence("doctor.the_database")] = database.clock_skew(db) or 0.0
    if not skews:
        raise CheckFailed(Sentence("doctor.no_time"), Sentence("doctor.see_token_and_database"))
    who, worst = max(skews.items(), key=lambda pair: abs(pair[1]))
    if abs(worst) > MAX_CLOCK_SKEW_SECONDS:
        raise CheckFailed(
            Sentence("doctor.clock_off", seconds=f"{worst:+.0f}", who=who),
            Sentence("doctor.clock_off_remedy"),
        )
    return Sentence("doctor.clock_fine", seconds=f"{abs(worst):.1f}", who=_join(*skews))


def check_inbox(database: Database) -> Sentence:
    """Check that no event of LINE waits for long, or was set aside. Raises CheckFailed."""
    try:
        if not sqlite_file_exists(database):
            raise FileNotFoundError
        with database.read() as db:
            backlog = inbox.backlog(db)
    except Exception:
        raise CheckFailed(Sentence("doctor.unknown"), Sentence("doctor.see_database")) from None
    if backlog.oldest_age > INBOX_OLD_SECONDS:
        raise CheckFailed(
            Sentence(
                "doctor.inbox_old", waiting=backlog.waiting, seconds=f"{backlog.oldest_age:.0f}"
            ),
            Sentence("doctor.inbox_old_remedy"),
        )
    if backlog.parked:
        raise CheckFailed(
            Sentence("doctor.inbox_parked", parked=backlog.parked),
            Sentence("doctor.inbox_parked_remedy"),
        )
    return Sentence("doctor.inbox_fine", waiting=backlog.waiting)


def check_workers(database: Database, settings: Settings) -> Sentence:
    """Check whether worker, courier and clock are alive. Raises CheckFailed."""
    try:
        if not sqlite_file_exists(database):
            raise FileNotFoundError
        with database.read() as db:
            rows, last_seen = worker_rows.all_workers(db), liveness.last_seen(db)
    except Exception:
        raise CheckFailed(Sentence("doctor.unknown"), Sentence("doctor.see_database")) from None
    alive = [row.process for row in rows if row.alive]
    loading = [row for row in rows if row.state == "loading"]
    for process in ("worker", "courier"):
        if process == "worker" and loading and process not in alive:
            seconds = f"{max(0.0, now() - loading[0].started_at):.0f}"
            raise CheckFailed(
                Sentence("doctor.worker_loading", seconds=seconds),
                Sentence("doctor.worker_loading_remedy"),
            )
        if process not in alive:
            raise CheckFailed(
                Sentence("doctor.no_process", process=process),
                Sentence("doctor.no_process_remedy", process=process),
            )
    if (
        silent := liveness.seconds_since_tick(
            last_seen, worker_rows.oldest_courier_start(rows), settings.sweep_interval_seconds
        )
    ) is not None:
        raise CheckFailed(
            Sentence("doctor.clock_silent", seconds=f"{silent:.0f}"),
            Sentence("doctor.clock_silent_remedy"),
        )
    workers, couriers = alive.count("worker"), alive.count("courier")
    return Sentence("doctor.workers_fine", workers=workers, couriers=couriers)
