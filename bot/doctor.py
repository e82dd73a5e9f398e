"""Is all well? Each check tries the real thing and says what it found, or what mends it."""

from __future__ import annotations

import email.utils
import importlib.util
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from sqlalchemy import text

from bot import heard, pulse, watchdog
from bot.database import Database, now
from bot.line import LineClient, LineError
from bot.queue import make_celery
from bot.settings import Settings
from bot.signature import sign
from bot.storage import StorageError, new_key, new_secret, open_storage

PATIENCE = urllib3.Timeout(connect=3.0, read=8.0)
SKEW = 5.0  # seconds by which this clock may differ: leases and reply tokens are counted by it
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Finding:
    """A green or a red line. remedy: what to do, where it is red."""

    name: str
    ok: bool
    says: str
    remedy: str = ""


class Ill(Exception):
    """A check failed. says: what was found. remedy: what mends it."""

    def __init__(self, says: str, remedy: str) -> None:
        super().__init__(says)
        self.says, self.remedy = says, remedy


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn; what one of them raises is a red line, and the next goes on."""
    line = LineClient(settings)
    database = Database(settings.database_url)
    checks: list[tuple[str, Callable[[], str]]] = [
        ("LINE token", lambda: _token(line)),
        ("webhook endpoint", lambda: _webhook(settings, line)),
        ("public URL", lambda: _public_url(settings)),
        ("signature secret", lambda: _secret(settings, line)),
        ("broker", lambda: _broker(settings)),
        ("database", lambda: _database(database)),
        ("storage", lambda: _storage(settings)),
        ("disk", lambda: _disk(settings)),
        ("model files", lambda: _model(settings)),
        ("device", lambda: _device(settings)),
        ("clock", lambda: _clock(settings, database)),
        ("workers", lambda: _workers(database, settings)),
    ]
    try:
        for name, check in checks:
            try:
                yield Finding(name, True, check())
            except Ill as ill:
                yield Finding(name, False, ill.says, ill.remedy)
            except Exception as error:
                remedy = "Nobody expected that: run it again, and report it if it stays."
                yield Finding(name, False, f"the check failed ({type(error).__name__})", remedy)
    finally:
        database.close()


def _token(line: LineClient) -> str:
    try:
        info = line.bot_info()
    except LineError as error:
        raise Ill(str(error), _of_line(error)) from None
    if info.chat_mode == "chat":
        raise Ill(
            f"{info.basic_id} is in chat mode, in which LINE's own chat answers",
            "Official Account Manager, Settings, Response settings: turn chat off, webhooks on.",
        )
    return f"it is {info.display_name} ({info.basic_id})"


def _of_line(error: LineError) -> str:
    if error.code == "unauthorized":
        return "Issue a token (console, Messaging API) and set LINE_CHANNEL_ACCESS_TOKEN."
    return "Check LINE_API_URL, the network and DNS; LINE's own state is on its status page."


_SAID_ABOVE = "See the line of the LINE token."


def _webhook(settings: Settings, line: LineClient) -> str:
    wanted = f"{settings.public_url}/callback"
    where = "LINE Developers console, Messaging API"
    try:
        endpoint = line.webhook_endpoint()
    except LineError as error:
        raise Ill(f"LINE does not tell ({error.code})", _SAID_ABOVE) from None
    if endpoint is None:
        raise Ill("no webhook URL is set at LINE", f"{where}: set {wanted}")
    if endpoint.url.rstrip("/") != wanted:
        raise Ill(
            f"LINE sends webhooks to {endpoint.url}, and PUBLIC_URL says {wanted}",
            f"{where}: set {wanted}; or correct PUBLIC_URL.",
        )
    if not endpoint.active:
        raise Ill(
            "LINE sends no webhooks: they are switched off", f'{where}: turn "Use webhook" on.'
        )
    return endpoint.url


def _public_url(settings: Settings) -> str:
    url = settings.public_url
    if urlsplit(url).scheme != "https" and not _at_home(settings.line_api_url):
        raise Ill(f"{url} is not https", "LINE takes https alone: put a certificate before it.")
    started = time.monotonic()
    answer = _get(f"{url}/readyz", "Start web, and check PUBLIC_URL, DNS, proxy and certificate.")
    try:
        status = json.loads(answer.data)["status"]
    except (ValueError, KeyError, TypeError):
        raise Ill(
            f"{url} answers {answer.status}, but not as Efude does",
            "Something else is at this address: check PUBLIC_URL and the proxy.",
        ) from None
    if answer.status != 200:
        raise Ill(f"web answers {answer.status}: {status}", "See the line of the database.")
    return f"{url} answers in {(time.monotonic() - started) * 1000:.0f} ms"


def _at_home(url: str) -> bool:
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def _get(url: str, remedy: str) -> urllib3.BaseHTTPResponse:
    try:
        with urllib3.PoolManager(retries=False) as pool:
            return pool.request("GET", url, timeout=PATIENCE, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        host = urlsplit(url).netloc
        raise Ill(f"{host} cannot be reached ({type(error).__name__})", remedy) from None


def _secret(settings: Settings, line: LineClient) -> str:
    """First whether web has our secret, then whether LINE has it."""
    body = b'{"destination":"U00000000000000000000000000000000","events":[]}'
    signature = sign(settings.line_channel_secret, body)
    headers = {"x-line-signature": signature, "content-type": "application/json"}
    url = f"{settings.public_url}/callback"
    try:
        with urllib3.PoolManager(retries=False) as pool:
            ours = pool.request("POST", url, body=body, headers=headers, timeout=PATIENCE)
    except urllib3.exceptions.HTTPError as error:
        remedy = "See the line of the public URL."
        raise Ill(f"web cannot be asked ({type(error).__name__})", remedy) from None
    if ours.status != 200:
        raise Ill(
            f"web answers {ours.status} to what is signed with our LINE_CHANNEL_SECRET",
            "web has another one: give all processes the same settings, and restart web.",
        )
    try:
        test = line.test_webhook()
    except LineError as error:
        raise Ill(f"LINE cannot be asked for a test ({error.code})", _SAID_ABOVE) from None
    if not test.success:
        raise Ill(
            f"a webhook that LINE sent as a test ended with {test.status} {test.reason}",
            "400 means another secret: set LINE_CHANNEL_SECRET from the console, Basic settings. "
            "Else see the lines of the webhook endpoint and the public URL.",
        )
    return "web takes what LINE signs"


def _broker(settings: Settings) -> str:
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


def _database(database: Database) -> str:
    started = time.monotonic()
    if not _exists(database):
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


def _exists(database: Database) -> bool:
    """Whether there is a file, for SQLite: opening one that is not there would make it."""
    return not database.sqlite or Path(database.url.database or "").exists()


def _older() -> Ill:
    return Ill("its tables are of an older form", "Run: python -m bot migrate")


def _storage(settings: Settings) -> str:
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
            answer = _get(
                link, "Start web: it serves the pictures. See the line of the public URL."
            )
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
    if not link.startswith("https://") and not _at_home(settings.line_api_url):
        raise Ill(
            "links to pictures are not https, and LINE shows no others",
            "Give PUBLIC_URL, S3_PUBLIC_URL or S3_ENDPOINT_URL an https address.",
        )


def _disk(settings: Settings) -> str:
    if full := watchdog.disks(settings):
        raise Ill(
            full["disk_full"],
            "Look with df -h and du -sh; RETENTION_DAYS, or a bucket (S3_BUCKET), frees room.",
        )
    places = watchdog.places(settings)
    return f"room enough under {' and '.join(map(str, places))}" if places else "nothing lies here"


def _model(settings: Settings) -> str:
    name = settings.model
    folder = Path(name) if name else ROOT / "inference" / "mame"
    if name and not folder.exists():
        if name.startswith((".", "/", "~")) or name.count("/") != 1:
            raise Ill(f"there is no folder {name}", "Correct MODEL: a folder, or a hub id.")
        return _on_hub(settings, name)
    if not (folder / "model_index.json").is_file():
        raise Ill(
            f"{folder} has no model_index.json",
            "MODEL must be a folder in diffusers' layout; for mame, check the repository out anew.",
        )
    weights = [*folder.rglob("*.safetensors"), *folder.rglob("*.bin")]
    pointers = [it for it in weights if it.stat().st_size < 1024]
    if not weights or pointers:
        raise Ill(
            f"{folder} has no weights" if not weights else f"{pointers[0]} is too small to be real",
            "Copy the model anew; where Git LFS is used: git lfs pull",
        )
    size = sum(it.stat().st_size for it in weights) / 1e6
    return f"{folder}: {len(weights)} files of weights, {size:.0f} MB"


def _on_hub(settings: Settings, name: str) -> str:
    if importlib.util.find_spec("huggingface_hub") is None:
        return f"{name} is on the hub; no worker runs on this machine (no huggingface_hub)"
    from huggingface_hub import try_to_load_from_cache

    if isinstance(try_to_load_from_cache(name, "model_index.json"), str):
        return f"{name}, downloaded"
    gated = "" if settings.hf_token else " If it is gated, a worker needs HF_TOKEN."
    return f"{name} is not on this machine yet: a worker downloads it as it starts.{gated}"


_ASK_TORCH = """
import sys, torch
wanted = sys.argv[1] or ("cuda" if torch.cuda.is_available() else "cpu")
device = torch.device(wanted)
torch.zeros(1, device=device).add_(1).item()
print(device, torch.cuda.get_device_name(device) if device.type == "cuda" else "")
"""


def _device(settings: Settings) -> str:
    """In a process of its own: torch is heavy, and this program may run where it is not."""
    if importlib.util.find_spec("torch") is None:
        return "no torch here: this machine paints nothing, which is right for web and courier"
    command = [sys.executable, "-c", _ASK_TORCH, settings.device or ""]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Ill("torch did not answer in 120 s", "Look at the driver: nvidia-smi") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1][:200]
        raise Ill(
            f"{settings.device or 'the device'} cannot be used: {last}",
            "Correct DEVICE, or mend the driver (nvidia-smi); without DEVICE, it is chosen.",
        )
    return done.stdout.strip()


def _clock(settings: Settings, database: Database) -> str:
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


def _workers(database: Database, settings: Settings) -> str:
    try:
        if not _exists(database):
            raise FileNotFoundError
        with database.read() as db:
            found, last = pulse.all_workers(db), heard.read(db)
    except Exception:
        raise Ill("unknown", "See the line of the database.") from None
    alive = [it.process for it in found if it.alive]
    began = [it.started_at for it in found if it.alive and it.process == "courier"]
    for process in ("worker", "courier"):
        if process not in alive:
            raise Ill(f"no {process} is alive", f"Start one: python -m bot {process}")
    if (silent := heard.silence(last, min(began), settings.sweep_seconds)) is not None:
        raise Ill(
            f"the clock has not ticked for {silent:.0f} s",
            "Start it: python -m bot clock. If it runs, see the line of the broker.",
        )
    workers, couriers = alive.count("worker"), alive.count("courier")
    return f"{workers} worker, {couriers} courier alive; the clock ticks"
