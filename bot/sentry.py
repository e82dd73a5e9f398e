"""Errors to Sentry, if SENTRY_DSN says where; its library is not imported otherwise.

What is sent is put together from what may be known: which event it was, in which file and line, the
fields of the log line that name no person. The texts of exceptions, local variables, requests and
breadcrumbs never leave: any of them may quote what somebody wrote.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from bot import logs, tracing
from bot.settings import SettingError

if TYPE_CHECKING:
    from bot.settings import Settings

Event = dict[str, Any]

TAGS = ("process", "stage", "number", "job", "code", "chat_kind", "line_request_id", "trace")
_KEPT = (
    *("event_id", "timestamp", "level", "platform", "logger", "message", "exception", "tags"),
    *("release", "environment", "server_name", "sdk", "contexts"),
)
_FRAME = (
    *("filename", "function", "module", "lineno", "in_app"),
    *("pre_context", "context_line", "post_context"),  # lines of code
)


def set_up(process: str, settings: Settings) -> None:
    """Send what is logged as an error, and what ends the process; after a fork only.

    Raises SettingError when the library is not installed, or the address is none.
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
            integrations=[AtexitIntegration(callback=_nothing), ExcepthookIntegration()],
            before_send=_scrubbed,
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
    logs.on_error = _tell


def close() -> None:
    """Send what waits, for at most two seconds, and nothing from then on."""
    if logs.on_error is not None:
        import sentry_sdk

        logs.on_error = None
        sentry_sdk.get_client().close(2)
        sentry_sdk.get_global_scope().set_client(None)


def _tell(line: MutableMapping[str, Any]) -> None:
    """An error was logged."""
    import sentry_sdk
    from sentry_sdk.utils import event_from_exception

    record = line.get("_record")  # of another library: its text may say anything
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
        ids = {"trace_id": tracing.id_of(traceparent), "span_id": traceparent[36:52]}
        event["contexts"] = {"trace": ids}
    sentry_sdk.capture_event(event)  # type: ignore[arg-type]


def _exception(line: Mapping[str, Any]) -> BaseException | None:
    record = line.get("_record")
    found = line.get("exc_info") or (record.exc_info if record is not None else None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    return found if isinstance(found, BaseException) else None


def _scrubbed(event: Any, _hint: Any) -> Any:
    """Only what is known to be harmless, whoever put the event together."""
    kept = {name: event[name] for name in _KEPT if name in event}
    kept["contexts"] = {
        name: it for name, it in kept.get("contexts", {}).items() if name in {"trace", "runtime"}
    }
    if "trace" in kept["contexts"]:
        ids = kept["contexts"]["trace"]
        kept["contexts"]["trace"] = {it: ids[it] for it in ("trace_id", "span_id") if it in ids}
    kept["tags"] = {
        name: logs.unmarked(str(it)) for name, it in kept.get("tags", {}).items() if name in TAGS
    }
    errors = kept.get("exception", {}).get("values", [])
    kept["exception"] = {"values": [_bare(it) for it in errors]}
    return kept


def _bare(error: Mapping[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "value": "",
        "stacktrace": {
            "frames": [{key: it[key] for key in _FRAME if key in it} for it in frames],
        },
    }


def _nothing(_pending: int, _timeout: float) -> None:
    """Sentry would print to stderr that it sends what is left."""
