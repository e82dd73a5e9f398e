"""Read the text of a setting from the environment: NAME, NAME_FILE, or the name it had before."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any

from bot.settings.values import SettingError

# Old name -> new name. The old names are read for one release, with a warning; drop them in 0.3.
RENAMED = {
    "ALARM_PUSHES": "MAX_ALARM_PUSHES_PER_MONTH",
    "DAILY_PICTURES": "MAX_PICTURES_PER_DAY",
    "GUIDANCE": "GUIDANCE_SCALE",
    "LOG_STREAM": "LOG_STREAM_MAX_LINES",
    "MODERATION_LISTS": "MODERATION_LISTS_PATH",
    "PUSH": "PUSH_ENABLED",
    "REPLY_TOKEN_LIFE": "REPLY_TOKEN_TTL_SECONDS",
    "S3_URL_DAYS": "S3_URL_EXPIRY_DAYS",
    "STEPS": "NUM_INFERENCE_STEPS",
    "STEP_TIMEOUT": "STEP_TIMEOUT_SECONDS",
    "SWEEP_SECONDS": "SWEEP_INTERVAL_SECONDS",
    "TICKET_AFTER": "TICKET_AFTER_SECONDS",
    "TINY_VAE": "TINY_VAE_MODEL",
}
_OLD_NAMES = {new: old for old, new in RENAMED.items()}


def read_fields(
    environ: Mapping[str, str], fields: Iterable[Field[Any]]
) -> tuple[dict[str, Any], list[str]]:
    """Read the settings that are set: values by the names of their fields, and what is wrong."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field in fields:
        name = field.name.upper()
        try:
            text = _current_or_old(environ, name)
            if text is not None:
                values[field.name] = field.metadata["read"](name, text)
            elif field.metadata["required"]:
                raise SettingError(f"{name} is not set. {field.metadata['help']}")
        except SettingError as error:
            problems.append(str(error))
    return values, problems


def _current_or_old(environ: Mapping[str, str], name: str) -> str | None:
    """Return the raw value of a setting, by its name or by the name it had before.

    Warns on stderr if only the old name is set; raises SettingError if both are and differ.
    """
    value = _raw(environ, name)
    old_name = _OLD_NAMES.get(name)
    old_value = _raw(environ, old_name) if old_name else None
    if old_value is None:
        return value
    if value is None:
        text = f"{old_name} is now called {name}; the old name will not be read from 0.3 on."
        sys.stderr.write(f"warning: {text}\n")  # the logs are configured by settings, later
        return old_value
    if value != old_value:
        raise SettingError(
            f"{old_name} is the old name of {name}, and both are set to different values; "
            f"remove {old_name}."
        )
    return value


def _raw(environ: Mapping[str, str], name: str) -> str | None:
    """Return the value of NAME or the content of NAME_FILE; None if not set or empty."""
    path = environ.get(f"{name}_FILE")
    if path and environ.get(name):
        raise SettingError(f"Both {name} and {name}_FILE are set; keep one.")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except OSError as error:
            raise SettingError(f"{name}_FILE cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise SettingError(f"{name}_FILE names a file that is not UTF-8 text.") from None
    return environ.get(name, "").strip() or None
