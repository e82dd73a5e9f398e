"""Send errors to Sentry if SENTRY_DSN is set; the library is not imported otherwise.

An event is built from an allow-list: the log event, file and line, and log fields that name no
person. Exception texts, local variables, requests and breadcrumbs are never sent, since any of them
may quote what somebody wrote.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from bot.settings import SettingError
from bot.telemetry import logs, tracing

if TYPE_CHECKING:
    from bot.settings import Settings

Event = dict[str, Any]

TAGS = ("process", "stage", "number", "job", "code", "chat_kind", "line_request_id", "trace")
_EVENT_KEYS = (
    *("event_id", "timestamp", "level", "platform", "logger", "message", "exception", "tags"),
    *("release", "environment", "server_name", "sdk", "contexts"),
)
_FRAME_KEYS = (
    *("filename", "function", "module", "lineno", "in_app"),
    *("pre_context", "context_line", "post_context"),  # lines of code
)


def configure(process: str, settings: Settings) -> None:
    """Send logged errors and uncaught exceptions, if SENTRY_DSN is set. Call after a fork only.

    Raises SettingError if the library is not installed or the DSN is invalid.
    """
    if settings.sentry_dsn is None:
        return
    try:
        import sentry_sdk
        from sentry_sdk.integrations.atexit import AtexitIntegration
        from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    except ImportError:
        raise SettingError(
            "SENTRY_DSN is set, but sentry-sdk is not installed. Run: "
            "pip install -r bot/requirements-optional.txt -c constraints.txt"
        ) from None
    try:
        sentry_sdk.init(
            dsn=settings.sentry_dsn,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[AtexitIntegration(callback=_print_nothing), ExcepthookIntegration()],
            before_send=_scrub,
            include_local_variables=False,
            max_breadcrumbs=0,
            max_request_body_size="never",
            auto_session_tracking=False,
            send_client_reports=False,
            shutdown_timeout=2,
        )
    except ValueError as error:  # sentry_sdk.utils.BadDsn
        raise SettingError(f"SENTRY_DSN is no DSN of Sentry's ({type(error).__name__}).") from None
    sentry_sdk.set_tag("process", process)
    logs.on_error = _capture


def shutdown() -> None:
    """Send pending events for at most two seconds, then stop sending."""
    if logs.on_error is not None:
        import sentry_sdk

        logs.on_error = None
        sentry_sdk.get_client().close(2)
        sentry_sdk.get_global_scope().set_client(None)


def _capture(line: MutableMapping[str, Any]) -> None:
    """Send one log line of level error or above."""
    import sentry_sdk
    from sentry_sdk.utils import event_from_exception

    record = line.get("_record")  # of another library: its text may quote anything
    event: Event = {}
    error = _exception(line)
    if error is not None:
        options = sentry_sdk.get_client().options
        event = dict(event_from_exception(error, client_options=options)[0])
    event["level"] = "fatal" if line.get("level") == "critical" else "error"
    event["logger"] = "efude" if record is None else record.name
    event["message"] = str(line.get("event")) if record is None else f"{record.name} logs an error"
    event["tags"] = {name: str(line[name]) for name in TAGS if line.get(name) is not None}
    if traceparent := tracing.current():
        ids = {"trace_id": tracing.trace_id(traceparent), "span_id": traceparent[36:52]}
        event["contexts"] = {"trace": ids}
    sentry_sdk.capture_event(event)  # type: ignore[arg-type]


def _exception(line: Mapping[str, Any]) -> BaseException | None:
    record = line.get("_record")
    exc_info = line.get("exc_info") or (record.exc_info if record is not None else None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    return error if isinstance(error, BaseException) else None


def _scrub(event: Any, _hint: Any) -> Any:
    """Keep only the allow-listed parts of an event, whoever built it."""
    kept = {name: event[name] for name in _EVENT_KEYS if name in event}
    kept["contexts"] = {
        name: context
        for name, context in kept.get("contexts", {}).items()
        if name in {"trace", "runtime"}
    }
    if "trace" in kept["contexts"]:
        ids = kept["contexts"]["trace"]
        kept["contexts"]["trace"] = {key: ids[key] for key in ("trace_id", "span_id") if key in ids}
    kept["tags"] = {
        name: logs.mask_secrets(str(tag))
        for name, tag in kept.get("tags", {}).items()
        if name in TAGS
    }
    errors = kept.get("exception", {}).get("values", [])
    kept["exception"] = {"values": [_scrubbed_exception(error) for error in errors]}
    return kept


def _scrubbed_exception(error: Mapping[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "value": "",
        "stacktrace": {
            "frames": [
                {key: frame[key] for key in _FRAME_KEYS if key in frame} for frame in frames
            ],
        },
    }


def _print_nothing(_pending: int, _timeout: float) -> None:
    """Replace Sentry's message on stderr about pending events."""
