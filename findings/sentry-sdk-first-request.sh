#!/usr/bin/env bash
# sentry-sdk 2.75.0 with Flask 3.1.3 and APScheduler 3.11.3: what fails in the background is filed under whoever came first.
# Guess: an error in a background thread is reported without a user, or with the one that the thread itself has set.
# Seen: threading.Thread.start() gives the thread the scope of the request that happens to start it, for as long as it lives. A
#   scheduler or a worker that is started with the first request reports every error, hours later and for other people's wishes,
#   with Alice's id and URL. A ThreadPoolExecutor has the scope of each call; ThreadingIntegration(propagate_scope=False) gives none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sentry-sdk==2.75.0 flask==3.1.3 apscheduler==3.11.3
cat > "$folder/bot.py" <<'PY'
import logging, queue, sys, threading, time
from concurrent.futures import ThreadPoolExecutor

import sentry_sdk
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.transport import Transport

logging.disable()
events = []


class Kept(Transport):
    """Keep what would be sent."""

    def capture_envelope(self, envelope):
        events.extend(filter(None, (item.get_event() for item in envelope.items)))


sentry_sdk.init(
    "http://key@localhost/1",
    transport=Kept,
    send_default_pii=True,
    integrations=[ThreadingIntegration(propagate_scope=False)] if sys.argv[1] == "alone" else [],
)
app = Flask(__name__)
wishes = queue.Queue()
pool = ThreadPoolExecutor(1)
scheduler = BackgroundScheduler()
errors = sentry_sdk.capture_message


def paint():
    while True:
        errors(f"worker: cannot paint for {wishes.get()}")
        wishes.task_done()


@app.get("/wish/<name>")
def wish(name):
    sentry_sdk.set_user({"id": name})
    if not scheduler.running:
        scheduler.start()
        threading.Thread(target=paint, daemon=True).start()
    pool.submit(errors, f"pool: cannot paint for {name}").result()
    wishes.put(name)
    wishes.join()
    return "painted"


for name in "alice", "bob":
    app.test_client().get(f"/wish/{name}")
scheduler.add_job(errors, args=["scheduler: cannot tidy up at night"])
pool.submit(errors, "pool: cannot tidy up at night").result()
while not any(event["message"].startswith("scheduler") for event in events):
    time.sleep(0.05)
for event in events:
    user, url = event.get("user", {}).get("id"), event.get("request", {}).get("url")
    print(f"{event['message']} | user: {user} | {url}")
scheduler.shutdown()
PY
"$folder/venv/bin/python" - "$folder" <<'PY'
import subprocess, sys

ALICE = "user: alice | http://localhost/wish/alice"
BOB = "user: bob | http://localhost/wish/bob"
NOBODY = "user: None | None"


def run(how):
    """Give, for each event, its message and who it is filed under."""
    output = subprocess.check_output([sys.executable, f"{sys.argv[1]}/bot.py", how], text=True)
    print(f"{how}:\n{output}")
    return dict(line.split(" | ", 1) for line in output.splitlines())


expected = {
    "pool: cannot paint for alice": ALICE,
    "worker: cannot paint for alice": ALICE,
    "pool: cannot paint for bob": BOB,
    "worker: cannot paint for bob": ALICE,
    "pool: cannot tidy up at night": NOBODY,
    "scheduler: cannot tidy up at night": ALICE,
}
assert run("defaults") == expected
assert run("alone") == dict.fromkeys(expected, NOBODY)
PY
