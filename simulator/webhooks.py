"""Send webhooks to the bot: signed, from a few threads, redelivered if the channel wants it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Mapping
from typing import Any

import urllib3

from simulator import ids
from simulator.people import BOT
from simulator.state import State

Json = dict[str, Any]
THREADS = 8
LATE_MS = 2000  # LINE expects an answer within two seconds
GIVE_UP = urllib3.Timeout(connect=3, read=10)


class Job:
    """A webhook to send: `done` is set once the bot has answered or failed to."""

    def __init__(self, events: list[Json], url: str, attempt: int, epoch: object) -> None:
        self.events = events
        self.url = url
        self.attempt = attempt
        self.epoch = epoch
        self.done = threading.Event()
        self.result: Json = {}


def sign(secret: str, body: bytes) -> str:
    """Return the x-line-signature of a body: base64 of its HMAC-SHA256 under the channel secret.

    https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
    """
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def encode(events: list[Json]) -> bytes:
    """Encode a webhook as compact JSON in UTF-8."""
    body = {"destination": BOT, "events": events}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class Sender:
    """Post webhooks to the bot. Events are sent in order but, as with LINE, may arrive out of
    order.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self._http = urllib3.PoolManager(num_pools=4, maxsize=THREADS, retries=False)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._started = False
        self._closed = False
        self._start_lock = threading.Lock()

    def send(self, *events: Json, attempt: int = 0) -> Job | None:
        """Queue one webhook with these events. Returns None if there is no bot to send it to."""
        if not self.state.webhook_url or not self.state.settings.webhookActive:
            return None
        self._start()
        job = Job(list(events), self.state.webhook_url, attempt, self.state.epoch)
        self._jobs.put(job)
        return job

    def redeliver(self, event: Json, attempt: int = 1) -> Job | None:
        """Send an event again, unchanged except for `isRedelivery`."""
        return self.send(event | {"deliveryContext": {"isRedelivery": True}}, attempt=attempt)

    def post(
        self, body: bytes, headers: Mapping[str, str] | None = None, url: str | None = None
    ) -> Json:
        """Post these bytes now (to `url`, if not to the channel's webhook) -> {status, ms, error,
        body}; status 0: there was no answer. A header given as "" is left out.

        error is None or one of LINE's reasons: could_not_connect, request_timeout (also when an
        answer came, but after two seconds), error_status_code, unclassified.
        """
        everything = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "LineBotWebhook/2.0",
            "x-line-signature": sign(self.state.config.secret, body),
        }
        everything |= {name.lower(): value for name, value in (headers or {}).items()}
        everything = {name: value for name, value in everything.items() if value}
        started = time.monotonic()
        status, error, answer = 0, None, ""
        try:
            response = self._http.request(
                "POST",
                url or self.state.webhook_url,
                body=body,
                headers=everything,
                timeout=GIVE_UP,
                redirect=False,
            )
            status, answer = response.status, response.data[:2000].decode(errors="replace")
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            error = "could_not_connect"
        except urllib3.exceptions.TimeoutError:
            error = "request_timeout"
        except (urllib3.exceptions.LocationValueError, urllib3.exceptions.SSLError):
            error = "could_not_connect"
        except urllib3.exceptions.HTTPError:
            error = "unclassified"
        ms = round((time.monotonic() - started) * 1000)
        if error is None and not 200 <= status < 300:
            error = "error_status_code"
        if error is None and ms > LATE_MS:
            error = "request_timeout"
        return {"status": status, "ms": ms, "error": error, "body": answer}

    def close(self) -> None:
        """Stop the threads and close the connections to the bot."""
        self._closed = True
        if self._started:
            for _ in range(THREADS):
                self._jobs.put(None)
        self._http.clear()

    def _start(self) -> None:
        with self._start_lock:
            if self._started:
                return
            self._started = True
            for number in range(THREADS):
                threading.Thread(target=self._run, name=f"webhook-{number}", daemon=True).start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                self._deliver(job)
            finally:
                job.done.set()

    def _deliver(self, job: Job) -> None:
        with self.state.changed:
            if job.epoch is not self.state.epoch:
                return  # the simulator was reset meanwhile
            for event in job.events:
                self.state.tokens.renew(event.get("replyToken", ""))
            journal = self.state.deliveries
        # In the log before it leaves, so that nobody can see an answer to an unlogged webhook.
        entry = self.state.record(
            journal,
            {"at": ids.now_ms(), "events": job.events, "status": None, "ms": None, "error": None},
        )
        job.result = self.post(encode(job.events), url=job.url)
        self.state.amend(
            entry, status=job.result["status"], ms=job.result["ms"], error=job.result["error"]
        )
        if job.result["error"] and self.state.settings.redelivery:
            self._plan_redelivery(job)

    def _plan_redelivery(self, job: Job) -> None:
        pauses = self.state.settings.redeliveryMs
        if job.attempt >= len(pauses) or self._closed:
            return
        timer = threading.Timer(pauses[job.attempt] / 1000, self._redeliver_all, [job])
        timer.daemon = True
        timer.start()

    def _redeliver_all(self, job: Job) -> None:
        if self._closed or job.epoch is not self.state.epoch:
            return
        again = [event | {"deliveryContext": {"isRedelivery": True}} for event in job.events]
        self.send(*again, attempt=job.attempt + 1)
