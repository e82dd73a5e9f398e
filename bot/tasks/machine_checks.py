"""What the watchdog examines beside the tables: disks, the broker, the log stream."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.queue.app import broker_connection
from bot.settings import Settings
from bot.telemetry import logs
from bot.texts.written import in_english

MIN_FREE_BYTES, MIN_FREE_SHARE = 1e9, 0.03  # of a disk; below either it is nearly full
MAX_BUFFERED_LOG_LINES = 500  # Redis has not taken any for a while


def disk_alarms(settings: Settings) -> dict[str, str]:
    """Return `disk_full` if a disk with pictures or the database is nearly full."""
    for folder in local_data_folders(settings):
        parents = (folder, *folder.absolute().parents)
        existing = next((path for path in parents if path.exists()), Path("/"))
        usage = shutil.disk_usage(existing)
        if usage.free < MIN_FREE_BYTES or usage.free < MIN_FREE_SHARE * usage.total:
            left = {
                "gigabytes": f"{usage.free / 1e9:.1f}",
                "share": f"{usage.free / usage.total:.0%}",
            }
            return {"disk_full": in_english("alarm_detail.disk_full.left", **left, folder=folder)}
    return {}


def local_data_folders(settings: Settings) -> list[Path]:
    """Return the folders of this machine that hold pictures or the database."""
    folders = [] if settings.s3_bucket else [settings.pictures_dir]
    if settings.database_url.startswith("sqlite:///"):
        folders.append(Path(settings.database_url.removeprefix("sqlite:///")).parent)
    return folders


def broker_alarms(settings: Settings) -> dict[str, str]:
    """Return `broker_away` if the broker takes no connection."""
    try:
        with broker_connection(settings, connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    except Exception as error:
        return {"broker_away": type(error).__name__}
    return {}


def log_stream_alarms() -> dict[str, str]:
    """Return `log_stream` if this process's log lines do not reach Redis."""
    waiting = logs.pending_lines()
    if waiting <= MAX_BUFFERED_LOG_LINES:
        return {}
    return {"log_stream": in_english("alarm_detail.log_stream.waiting", n=waiting)}
