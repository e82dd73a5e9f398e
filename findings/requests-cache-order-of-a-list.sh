#!/usr/bin/env bash
# requests-cache 1.3.3: two POSTs whose JSON is the same list in another order are one request.
# Guess: ["cat", "dog"] and ["dog", "cat"] are two bodies with an answer each: in JSON the order of an object's keys means nothing, that
#   of a list does. The cache does tell {"words": ["cat", "dog"]} from {"words": ["dog", "cat"]}.
# Seen: where the list is the whole body, the second gets the first's answer from the cache, in the first's order: the cat has the
#   translation of the dog. So it is with numbers, and with ?word=cat&word=dog in the address; lists of objects are told apart. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet requests-cache==1.3.3 requests==2.34.2
"$folder/venv/bin/python" - <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from requests_cache import CachedSession

JAPANESE = {"cat": "猫", "dog": "犬"}


def translated(value):
    """Return the same JSON with each word of the dictionary in Japanese."""
    if isinstance(value, list):
        return [translated(item) for item in value]
    if isinstance(value, dict):
        return {key: translated(item) for key, item in value.items()}
    return JAPANESE.get(value, value)


class Translator(BaseHTTPRequestHandler):
    def answer(self, value):
        data = json.dumps(translated(value)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def do_GET(self):
        self.answer(parse_qs(urlsplit(self.path).query)["word"])

    def log_message(self, *_):
        pass


def second(session, url, first_body, second_body):
    """Send two bodies; return the answer to the second, the right one, and whether it came from the cache."""
    session.post(url, json=first_body)
    answer = session.post(url, json=second_body)
    return answer.json(), translated(second_body), answer.from_cache


server = ThreadingHTTPServer(("127.0.0.1", 0), Translator)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/translate"
BODIES = {
    "words": (["cat", "dog"], ["dog", "cat"]),
    "objects": ([{"id": 1, "word": "cat"}, {"id": 2, "word": "dog"}], [{"id": 2, "word": "dog"}, {"id": 1, "word": "cat"}]),
    "within an object": ({"words": ["cat", "dog"]}, {"words": ["dog", "cat"]}),
    "other words": (["cat", "cat"], ["dog", "dog"]),
    "numbers": ([1, 2], [2, 1]),
}
for name, bodies in BODIES.items():
    with CachedSession(backend="memory", allowable_methods=("GET", "POST")) as session:
        answer, right, from_cache = second(session, url, *bodies)
    print(f"{name}: asked {bodies[1]}, answered {answer}, from the cache: {from_cache}")
    assert (answer == right) is (not from_cache) is (name not in ("words", "numbers")), name
    if from_cache:
        assert answer == translated(bodies[0])
with CachedSession(backend="memory") as session:
    answers = [session.get(url, params={"word": words}) for words in (["cat", "dog"], ["dog", "cat"])]
print("addresses:", *(f"{answer.request.url.partition('?')[2]} {answer.json()}" for answer in answers))
assert [answer.from_cache for answer in answers] == [False, True] and answers[1].json() == ["猫", "犬"]
server.shutdown()
PY
