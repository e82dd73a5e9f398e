#!/usr/bin/env bash
# taskiq 0.13.0: the exponential backoff of SmartRetryMiddleware is none, and most brokers do not wait at all.
# Guess: default_delay=5 with use_delay_exponent=True waits 5, 10, 20, 40, 80 seconds, whatever broker or source waits.
# Seen: sent by the broker the waits are 5, 10, 30, 120, 600 (each is the last one times the number of the retry, for the
#   last one became the task's own delay), by a schedule_source 5, 10, 15, 20, 25. Jitter adds up likewise. And the broker's
#   wait is only a label: InMemoryBroker and the Redis brokers of taskiq-redis do not read it, so all retries come at once.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet taskiq==0.13.0
"$folder/venv/bin/python" - <<'PY'
import asyncio
import logging
from datetime import UTC, datetime

from taskiq import InMemoryBroker, ScheduleSource, SmartRetryMiddleware

logging.disable()


class Broker(InMemoryBroker):
    """Notes the delay of each message."""

    def __init__(self):
        super().__init__(await_inplace=True)
        self.delays, self.runs = [], 0

    async def kick(self, message):
        if "delay" in message.labels:
            self.delays.append(float(message.labels["delay"]))
        await super().kick(message)


class Source(ScheduleSource):
    """Notes in how many seconds a retry is due, and sends it without waiting."""

    def __init__(self, broker):
        self.broker, self.delays = broker, []

    async def get_schedules(self):
        return []

    async def add_schedule(self, schedule):
        self.delays.append(float(round((schedule.time - datetime.now(UTC)).total_seconds())))
        kicker = self.broker.find_task(schedule.task_name).kicker().with_labels(**schedule.labels)
        await kicker.kiq(*schedule.args, **schedule.kwargs)


async def paint(scheduled=False, **options):
    broker = Broker()
    waits = source = Source(broker) if scheduled else broker
    broker.add_middlewares(
        SmartRetryMiddleware(
            default_retry_count=6,
            default_delay=5,
            max_delay_exponent=86400,
            schedule_source=source if scheduled else None,
            **options,
        )
    )

    @broker.task(retry_on_error=True)
    async def draw(wish):
        broker.runs += 1
        raise OSError(wish)

    await broker.startup()
    begun = asyncio.get_running_loop().time()
    await draw.kiq("a cat")
    lasted = asyncio.get_running_loop().time() - begun
    await broker.shutdown()
    assert broker.runs == 6, broker.runs
    assert sum(waits.delays) > 20 > lasted, lasted
    return waits.delays


seen = {
    "by the broker": asyncio.run(paint(use_delay_exponent=True)),
    "by a schedule source": asyncio.run(paint(scheduled=True, use_delay_exponent=True)),
    "by the broker, constant": asyncio.run(paint()),
}
for name, delays in seen.items():
    print(f"{name}: {delays}")
assert list(seen.values()) == [[5, 10, 30, 120, 600], [5, 10, 15, 20, 25], [5] * 5], seen
jittered = asyncio.run(paint(use_jitter=True))
print("constant with jitter:", jittered)
assert jittered == sorted(jittered) and len(set(jittered)) == 5
PY
