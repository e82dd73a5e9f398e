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

MAX_CLOCK_SKEW_SECONDS = 5.0  # of this clock: leases and reply tokens are measured by it


def check_broker(settings: Settings) -> str:
    """Check whether the broker can be reached and never drops messages. Raises CheckFailed."""
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
            f"{where} cannot be reached ({type(error).__name__})", _remedy(error)
        ) from None
    finally:
        connection.release()
        app.close()
    if policy not in {None, "noeviction"}:
        raise CheckFailed(
            f"{where} may throw messages away: its maxmemory-policy is {policy}",
            "Set maxmemory-policy noeviction.",
        )
    return f"{where} in {(time.monotonic() - started) * 1000:.0f} ms"


def check_encryption(settings: Settings) -> str:
    """Return what crosses a network unencrypted; a private network is a reason, so this passes."""
    if names := encryption.unencrypted_settings(settings):
        return (
            f"warning: {', '.join(names)} lead to other machines unencrypted; use https, rediss "
            "or amqps unless that network is yours alone"
        )
    return "nothing leaves this machine unencrypted to LINE, the broker or the pictures' store"


def _remedy(error: BaseException) -> str:
    """Tell a certificate that nobody vouches for from a server that is away."""
    cause: BaseException | None = error
    while cause is not None:
        if "CERTIFICATE_VERIFY_FAILED" in str(cause):
            return (
                "Its certificate is not trusted: name the authority's file by BROKER_CA_FILE, or "
                "the server by the name in its certificate."
            )
        cause = cause.__cause__ or cause.__context__
    return "Start it, or correct BROKER_URL. Nothing is lost: jobs stand in the database."


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


def check_database(database: Database) -> str:
    """Check whether the database can be written, in the newest form. Raises CheckFailed."""
    started = time.monotonic()
    if not sqlite_file_exists(database):
        raise CheckFailed(
            f"there is no {database.url.database}",
            "Be in the right folder, check DATABASE_URL, or make it: python -m bot migrate",
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
            f"{database.url.render_as_string()} cannot be used ({type(error).__name__})",
            "Start it, or correct DATABASE_URL; a disk that is full or read-only looks so, too.",
        ) from None
    if outdated:
        raise _outdated()
    ms = (time.monotonic() - started) * 1000
    return f"{database.url.get_backend_name()}, newest form, writes in {ms:.0f} ms"


def sqlite_file_exists(database: Database) -> bool:
    """Return whether SQLite's file exists: opening it would create it. True for PostgreSQL."""
    return not database.sqlite or Path(database.url.database or "").exists()


def _outdated() -> CheckFailed:
    return CheckFailed("its tables are of an older form", "Run: python -m bot migrate")


def check_storage(settings: Settings) -> str:
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
            answer = http_get(
                link, "Start web: it serves the pictures. See the line of the public URL."
            )
        finally:
            storage.delete(key)
    except StorageError as error:
        remedy = "Mend what it names; a picture is given up after MAX_ATTEMPTS tries to store it."
        raise CheckFailed(str(error), remedy) from None
    if answer.status != 200 or answer.data != data:
        raise CheckFailed(
            f"a picture's link answers {answer.status} or other bytes",
            "web and worker must share PICTURES_DIR: one machine, one folder, or use S3_BUCKET.",
        )
    return f"{result}; fetched through web"


def _secure(settings: Settings, link: str) -> None:
    if not link.startswith("https://") and not is_local(settings.line_api_url):
        raise CheckFailed(
            "links to pictures are not https, and LINE shows no others",
            "Give PUBLIC_URL, S3_PUBLIC_URL or S3_ENDPOINT_URL an https address.",
        )


def check_disk(settings: Settings) -> str:
    """Check whether there is room. Raises CheckFailed."""
    if full := machine_checks.disk_alarms(settings):
        raise CheckFailed(
            full["disk_full"],
            "Look with df -h and du -sh; RETENTION_DAYS, or a bucket (S3_BUCKET), frees room.",
        )
    places = machine_checks.local_data_folders(settings)
    return f"room enough under {' and '.join(map(str, places))}" if places else "nothing lies here"


def check_clock(settings: Settings, database: Database) -> str:
    """Compare this machine's clock with LINE's and the database server's. Raises CheckFailed."""
    try:
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request("GET", f"{settings.line_api_url}/v2/bot/info", timeout=TIMEOUT)
            date = answer.headers.get("Date")
    except urllib3.exceptions.HTTPError:
        date = None
    # A Date has whole seconds: on average it is half a second old.
    line_time = email.utils.parsedate_to_datetime(date).timestamp() + 0.5 if date else None
    skews = {} if line_time is None else {"LINE": now() - line_time}
    if not database.sqlite:
        with suppress(Exception), database.read() as db:  # the check of the database reports it
            skews["the database"] = database.clock_skew(db) or 0.0
    if not skews:
        raise CheckFailed(
            "nobody told the time", "See the lines of the LINE token and the database."
        )
    who, worst = max(skews.items(), key=lambda pair: abs(pair[1]))
    if abs(worst) > MAX_CLOCK_SKEW_SECONDS:
        raise CheckFailed(
            f"this clock is {worst:+.0f} s off {who}",
            "Let the machine keep time (chrony, systemd-timesyncd): leases and tokens count by it.",
        )
    return f"within {abs(worst):.1f} s of {' and '.join(skews)}"


def check_inbox(database: Database) -> str:
    """Check that no event of LINE waits for long, or was set aside. Raises CheckFailed."""
    try:
        if not sqlite_file_exists(database):
            raise FileNotFoundError
        with database.read() as db:
            backlog = inbox.backlog(db)
    except Exception:
        raise CheckFailed("unknown", "See the line of the database.") from None
    if backlog.oldest_age > INBOX_OLD_SECONDS:
        raise CheckFailed(
            f"{backlog.waiting} events wait to be read, the oldest for {backlog.oldest_age:.0f} s",
            "Is a courier alive, and the broker there? Start one: python -m bot courier",
        )
    if backlog.parked:
        raise CheckFailed(
            f"{backlog.parked} events could not be handled and were set aside",
            "Look with: python -m bot inbox",
        )
    return f"{backlog.waiting} events wait, none was set aside"


def check_workers(database: Database, settings: Settings) -> str:
    """Check whether worker, courier and clock are alive. Raises CheckFailed."""
    try:
        if not sqlite_file_exists(database):
            raise FileNotFoundError
        with database.read() as db:
            rows, last_seen = worker_rows.all_workers(db), liveness.last_seen(db)
    except Exception:
        raise CheckFailed("unknown", "See the line of the database.") from None
    alive = [row.process for row in rows if row.alive]
    for process in ("worker", "courier"):
        if process not in alive:
            raise CheckFailed(f"no {process} is alive", f"Start one: python -m bot {process}")
    if (
        silent := liveness.seconds_since_tick(
            last_seen, worker_rows.oldest_courier_start(rows), settings.sweep_interval_seconds
        )
    ) is not None:
        raise CheckFailed(
            f"the clock has not ticked for {silent:.0f} s",
            "Start it: python -m bot clock. If it runs, see the line of the broker.",
        )
    workers, couriers = alive.count("worker"), alive.count("courier")
    return f"{workers} worker, {couriers} courier alive; the clock ticks"
