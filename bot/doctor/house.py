"""What all processes share: broker, database, storage, disk, time, and each other."""

from __future__ import annotations

import email.utils
import secrets
import time
from pathlib import Path

import urllib3
from sqlalchemy import text

from bot import heard, pulse, watchdog
from bot.database import Database, now
from bot.doctor.finding import PATIENCE, Ill, at_home, get
from bot.queue import make_celery
from bot.settings import Settings
from bot.storage import StorageError, new_key, new_secret, open_storage

SKEW = 5.0  # seconds by which this clock may differ: leases and reply tokens are counted by it


def broker(settings: Settings) -> str:
    """Whether the broker takes a connection, and keeps what it is given. Raises Ill."""
    app = make_celery(settings)
    started = time.monotonic()
    connection = app.connection_for_write()
    where = connection.as_uri()  # without the password
    try:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=3)
        policy = _eviction(connection)
    except Exception as error:
        raise Ill(
            f"{where} cannot be reached ({type(error).__name__})",
            "Start it, or correct BROKER_URL. Nothing is lost: jobs stand in the database.",
        ) from None
    finally:
        connection.release()
        app.close()
    if policy not in {None, "noeviction"}:
        raise Ill(
            f"{where} may throw messages away: its maxmemory-policy is {policy}",
            "Set maxmemory-policy noeviction.",
        )
    return f"{where} in {(time.monotonic() - started) * 1000:.0f} ms"


def _eviction(connection: object) -> str | None:
    """Redis' rule for when memory is short; None for another broker, or where it is not told."""
    client = getattr(getattr(connection, "default_channel", None), "client", None)
    if client is None or not hasattr(client, "config_get"):
        return None
    try:
        found = client.config_get("maxmemory-policy")
    except Exception:  # a hosted Redis may forbid CONFIG
        return None
    return str(found.get("maxmemory-policy") or "") or None


def database(database: Database) -> str:
    """Whether the database can be written, in the newest form. Raises Ill."""
    started = time.monotonic()
    if not exists(database):
        raise Ill(
            f"there is no {database.url.database}",
            "Be in the right folder, check DATABASE_URL, or make it: python -m bot migrate",
        )
    behind = False
    try:
        behind = database.behind()
        with database.write() as db:
            db.execute(text("DELETE FROM unsent WHERE message_id = 'doctor'"))
    except Exception as error:
        if behind:
            raise _older() from None
        raise Ill(
            f"{database.url.render_as_string()} cannot be used ({type(error).__name__})",
            "Start it, or correct DATABASE_URL; a disk that is full or read-only looks so, too.",
        ) from None
    if behind:
        raise _older()
    ms = (time.monotonic() - started) * 1000
    return f"{database.url.get_backend_name()}, newest form, writes in {ms:.0f} ms"


def exists(database: Database) -> bool:
    """Whether there is a file, for SQLite: opening one that is not there would make it."""
    return not database.sqlite or Path(database.url.database or "").exists()


def _older() -> Ill:
    return Ill("its tables are of an older form", "Run: python -m bot migrate")


def storage(settings: Settings) -> str:
    """Whether pictures can be stored, fetched by their links, and deleted. Raises Ill."""
    try:
        storage = open_storage(settings)
        said = storage.check()
        if settings.s3_bucket:  # its check has fetched by link already
            link = storage.url(new_key(new_secret(), 0, "original", "png"))
            _secure(settings, link)
            return said
        key = new_key(new_secret(), 0, "original", "png")
        data = secrets.token_bytes(64)
        storage.put(key, data, "image/png")
        try:
            link = storage.url(key)
            _secure(settings, link)
            answer = get(link, "Start web: it serves the pictures. See the line of the public URL.")
        finally:
            storage.delete(key)
    except StorageError as error:
        remedy = "Mend what it names; a picture is given up after MAX_ATTEMPTS tries to store it."
        raise Ill(str(error), remedy) from None
    if answer.status != 200 or answer.data != data:
        raise Ill(
            f"a picture's link answers {answer.status} or other bytes",
            "web and worker must share PICTURES_DIR: one machine, one folder, or use S3_BUCKET.",
        )
    return f"{said}; fetched through web"


def _secure(settings: Settings, link: str) -> None:
    if not link.startswith("https://") and not at_home(settings.line_api_url):
        raise Ill(
            "links to pictures are not https, and LINE shows no others",
            "Give PUBLIC_URL, S3_PUBLIC_URL or S3_ENDPOINT_URL an https address.",
        )


def disk(settings: Settings) -> str:
    """Whether there is room. Raises Ill."""
    if full := watchdog.disks(settings):
        raise Ill(
            full["disk_full"],
            "Look with df -h and du -sh; RETENTION_DAYS, or a bucket (S3_BUCKET), frees room.",
        )
    places = watchdog.places(settings)
    return f"room enough under {' and '.join(map(str, places))}" if places else "nothing lies here"


def clock(settings: Settings, database: Database) -> str:
    """This machine's clock beside LINE's, and the database's where that is elsewhere."""
    try:
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request("GET", f"{settings.line_api_url}/v2/bot/info", timeout=PATIENCE)
            date = answer.headers.get("Date")
    except urllib3.exceptions.HTTPError:
        date = None
    # A Date has whole seconds: on the average it is half a second old.
    told = email.utils.parsedate_to_datetime(date).timestamp() + 0.5 if date else None
    skews = {} if told is None else {"LINE": now() - told}
    if not database.sqlite:
        try:
            with database.read() as db:
                skews["the database"] = database.skew(db) or 0.0
        except Exception:
            told = None  # the line of the database says it
    if not skews:
        raise Ill("nobody told the time", "See the lines of the LINE token and the database.")
    who, worst = max(skews.items(), key=lambda it: abs(it[1]))
    if abs(worst) > SKEW:
        raise Ill(
            f"this clock is {worst:+.0f} s off {who}",
            "Let the machine keep time (chrony, systemd-timesyncd): leases and tokens count by it.",
        )
    return f"within {abs(worst):.1f} s of {' and '.join(skews)}"


def workers(database: Database, settings: Settings) -> str:
    """Whether worker, courier and clock are alive. Raises Ill."""
    try:
        if not exists(database):
            raise FileNotFoundError
        with database.read() as db:
            found, last = pulse.all_workers(db), heard.read(db)
    except Exception:
        raise Ill("unknown", "See the line of the database.") from None
    alive = [it.process for it in found if it.alive]
    for process in ("worker", "courier"):
        if process not in alive:
            raise Ill(f"no {process} is alive", f"Start one: python -m bot {process}")
    if (
        silent := heard.silence(last, pulse.listening_since(found), settings.sweep_seconds)
    ) is not None:
        raise Ill(
            f"the clock has not ticked for {silent:.0f} s",
            "Start it: python -m bot clock. If it runs, see the line of the broker.",
        )
    workers, couriers = alive.count("worker"), alive.count("courier")
    return f"{workers} worker, {couriers} courier alive; the clock ticks"
