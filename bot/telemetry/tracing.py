"""W3C trace ids across web, queue and worker, and optional OpenTelemetry spans.

A webhook's traceparent, or a new one, is stored with the job (`jobs.trace`), travels in the headers
of broker messages, and is the field `trace` of each log line. Without OTEL_EXPORTER_OTLP_ENDPOINT
spans are off and their library is not imported.

https://www.w3.org/TR/trace-context/#traceparent-header: version-traceid-parentid-flags.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal

import structlog

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

    from bot.settings import Settings

HEADER = "traceparent"
SpanKindName = Literal["internal", "server", "client", "consumer"]
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_now: ContextVar[str | None] = ContextVar("traceparent", default=None)
_tracer: Tracer | None = None
_provider: TracerProvider | None = None


def parse_traceparent(header: object) -> str | None:
    """Return a header as a traceparent of version 00; None if it is not a valid one.

    Of a later version, the part that all versions share is taken.
    """
    match = _FORM.fullmatch(header) if isinstance(header, str) and len(header) <= 255 else None
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    if (
        version == "ff"
        or (version == "00" and rest)
        or not (int(trace_id, 16) and int(span_id, 16))
    ):
        return None
    return f"00-{trace_id}-{span_id}-{int(flags, 16) & 1:02x}"


def new_traceparent() -> str:
    """Return the traceparent of a new trace."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


def trace_id(traceparent: str) -> str:
    """Return the trace id, 32 hexadecimal digits."""
    return traceparent[3:35]


def set_current(traceparent: str | None) -> None:
    """Set the current context's trace, also for its log lines; None ends it."""
    _now.set(traceparent)
    if traceparent:
        structlog.contextvars.bind_contextvars(trace=trace_id(traceparent))
    else:
        structlog.contextvars.unbind_contextvars("trace")


def current() -> str | None:
    """Return the current traceparent, to pass on to what is called; None if there is none."""
    return _now.get()


def records_spans() -> bool:
    """Return whether spans are on in this process."""
    return _tracer is not None


@contextmanager
def server_span(header: object, name: str) -> Iterator[None]:
    """Continue the trace of a request's traceparent header, or start one, for a `with` block."""
    set_current(parse_traceparent(header) or new_traceparent())
    try:
        with span(name, "server"):
            yield
    finally:
        set_current(None)


@contextmanager
def span(
    name: str, kind: SpanKindName = "internal", **fields: str | int | float | None
) -> Iterator[None]:
    """Record a span of the current trace around a `with` block; does nothing while spans are off.

    fields: attributes, never personal ones. Of an exception only the type is recorded, since its
    text may quote somebody.
    """
    if _tracer is None:
        yield
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode

    before = current()
    attributes = {f"efude.{key}": value for key, value in fields.items() if value is not None}
    with _tracer.start_as_current_span(
        name,
        context=_as_context(before),
        kind=SpanKind[kind.upper()],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as otel_span:
        ids = otel_span.get_span_context()
        _now.set(f"00-{ids.trace_id:032x}-{ids.span_id:016x}-{int(ids.trace_flags) & 1:02x}")
        try:
            yield
        except BaseException as error:
            otel_span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            _now.set(before)


def _as_context(traceparent: str | None) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    # An empty context, so that no other library's span becomes the parent.
    carrier = {HEADER: traceparent} if traceparent else {}
    return TraceContextTextMapPropagator().extract(carrier, Context())


def configure(process: str, settings: Settings) -> None:
    """Send spans to OTEL_EXPORTER_OTLP_ENDPOINT over HTTP, if it is set. Call after a fork only.

    Raises SettingError if OpenTelemetry is not installed.
    """
    global _tracer, _provider
    endpoint = settings.otel_exporter_otlp_endpoint
    if endpoint is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        from bot.settings import SettingError

        raise SettingError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed. Run: "
            "pip install -r bot/requirements-optional.txt -c constraints.txt"
        ) from None
    resource = Resource.create({"service.name": f"efude-{process}", "process.pid": os.getpid()})
    _provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", timeout=5)
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = _provider.get_tracer("efude")


def shutdown() -> None:
    """Send pending spans, and record no more."""
    global _tracer, _provider
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        provider.shutdown()
