#!/usr/bin/env bash
# aiolimiter 1.3.0: who asks for more waits until nobody asks for less, however long ago she asked.
# Guess: those who wait are served in the order in which they asked, or at least each in her turn.
# Seen: of those who wait, the smallest amount goes first. A picture that costs four of four waits for each small one that came after it;
#   while small ones keep coming faster than the rate, it is never painted. Without amounts the order is kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet aiolimiter==1.3.0
"$folder/venv/bin/python" - <<'PY'
import asyncio

from aiolimiter import AsyncLimiter


async def order(large):
    """Fill the limit, ask for one large picture, then for small ones, some always waiting; return who was served, in order."""
    limiter = AsyncLimiter(4, 0.4)  # ten small ones a second
    served = []

    async def ask(name, amount):
        await limiter.acquire(amount)
        served.append(name)

    await limiter.acquire(4)
    tasks = [asyncio.create_task(ask("large", large))]
    await asyncio.sleep(0)
    for number in range(30):
        tasks.append(asyncio.create_task(ask(f"small {number}", 1)))
        await asyncio.sleep(0)
        while sum(not task.done() for task in tasks[1:]) > 5:
            await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)
    return served


for large in (1, 4):
    served = asyncio.run(order(large))
    print(f"asked first for {large}: served as number {served.index('large') + 1} of {len(served)}")
    assert served.index("large") == (0 if large == 1 else 30), served
    served.remove("large")
    assert served == [f"small {number}" for number in range(30)]
PY
