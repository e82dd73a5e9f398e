"""W3C trace ids across web, queue and worker, and OpenTelemetry's spans, if they are wanted.

A webhook's traceparent, or a new one, is stored with the job (`jobs.trace`), goes along in the
headers of the broker's messages, and stands in each log line as `trace`. Spans are off, and their
library is not imported, unless OTEL_EXPORTER_OTLP_ENDPOINT says where they go.

W3C Recommendation "Trace Context", 3.2: traceparent is version-traceid-parentid-flags.
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
Kind = Literal["internal", "server", "client", "consumer"]
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_now: ContextVar[str | None] = ContextVar("traceparent", default=None)
_tracer: Tracer | None = None
_provider: TracerProvider | None = None


def read(header: object) -> str | None:
    """A traceparent in the form of version 00, or None where the header is none.

    Of a version that is not known yet, the part is taken that all versions share.
    """
    found = _FORM.fullmatch(header) if isinstance(header, str) and len(header) <= 255 else None
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    if (
        version == "ff"
        or (version == "00" and more)
        or not (int(trace_id, 16) and int(span_id, 16))
    ):
        return None
    return f"00-{trace_id}-{span_id}-{int(flags, 16) & 1:02x}"


def new() -> str:
    """A trace that begins here."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


def id_of(traceparent: str) -> str:
    """The trace's id, 32 hexadecimal digits."""
    return traceparent[3:35]


def follow(traceparent: str | None) -> None:
    """Go on with this trace in the context of now, its log lines among it; None: with none."""
    _now.set(traceparent)
    if traceparent:
        structlog.contextvars.bind_contextvars(trace=id_of(traceparent))
    else:
        structlog.contextvars.unbind_contextvars("trace")


def current() -> str | None:
    """The traceparent that whatever is called from here should be given."""
    return _now.get()


@contextmanager
def begun(header: object, name: str) -> Iterator[None]:
    """What came from outside with this traceparent, or without one, for the length of a `with`."""
    follow(read(header) or new())
    try:
        with span(name, "server"):
            yield
    finally:
        follow(None)


@contextmanager
def span(name: str, kind: Kind = "internal", **about: str | int | float | None) -> Iterator[None]:
    """A span of the current trace around a `with`; nothing at all while spans are off.

    about: attributes, never of a person. An exception is told by its type: what its text says is
    not ours to hand on.
    """
    if _tracer is None:
        yield
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode

    before = current()
    attributes = {f"efude.{key}": value for key, value in about.items() if value is not None}
    with _tracer.start_as_current_span(
        name,
        context=_as_context(before),
        kind=SpanKind[kind.upper()],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as it:
        told = it.get_span_context()
        _now.set(f"00-{told.trace_id:032x}-{told.span_id:016x}-{int(told.trace_flags) & 1:02x}")
        try:
            yield
        except BaseException as error:
            it.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            _now.set(before)


def _as_context(traceparent: str | None) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    # An empty context: what another library's spans left in this thread is not our parent.
    carrier = {HEADER: traceparent} if traceparent else {}
    return TraceContextTextMapPropagator().extract(carrier, Context())


def set_up(process: str, settings: Settings) -> None:
    """Send spans to OTEL_EXPORTER_OTLP_ENDPOINT over HTTP, if it is set; after a fork only.

    Raises SettingError when the library for it is not installed.
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


def close() -> None:
    """Send what waits, and make no more spans."""
    global _tracer, _provider
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        provider.shutdown()
