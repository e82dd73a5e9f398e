#!/usr/bin/env bash
# respx 0.23.1: a route for the address of a server without a slash answers for all its paths.
# Guess: get("https://example.com") is the route of the front page, as get("https://example.com/") is: httpx requests "/" for both, and
#   a route for "https://example.com/album" is for that path alone.
# Seen: without the slash every path of the server gets the front page, and routes that are added after it are never asked: the album
#   that should be missing is there with 200. With the slash what has no route is, as guessed, an error that names the request.
#   Scheme and host are told apart in both, but a route without a port answers for https://example.com:8443 too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet respx==0.23.1 httpx==0.28.1
"$folder/venv/bin/python" - <<'PY'
import httpx
import respx

PATHS = ["", "/", "/album", "/album/cat.png?size=s", "/nowhere"]


def answers(front, base="https://example.com"):
    """Return what each path is answered, with a route for the front page, one for the album and one for its picture."""
    with respx.mock(assert_all_called=False) as router:
        router.get(front).respond(200, text="front")
        album = router.get("https://example.com/album").respond(404, text="album")
        router.get("https://example.com/album/cat.png").respond(200, text="cat")
        found = []
        for path in PATHS:
            try:
                found.append(httpx.get(base + path).text)
            except AssertionError:
                found.append(None)
        return found, album.call_count


assert httpx.URL("https://example.com").raw_path == httpx.URL("https://example.com/").raw_path == b"/"
slash, plain = answers("https://example.com/"), answers("https://example.com")
print("with the slash:", dict(zip(PATHS, slash[0], strict=True)))
print("without it:", dict(zip(PATHS, plain[0], strict=True)))
assert slash == (["front", "front", "album", "cat", None], 1), slash
assert plain == (["front"] * 5, 0), plain
others = ("https://example.com:8443", "http://example.com", "https://www.example.com")
elsewhere = {base: (answers("https://example.com/", base)[0], answers("https://example.com", base)[0]) for base in others}
for base, (with_slash, without) in elsewhere.items():
    print(f"{base}: with the slash {with_slash}, without it {without}")
assert elsewhere.pop("https://example.com:8443") == (slash[0], plain[0]), elsewhere
assert set(map(str, elsewhere.values())) == {str(([None] * 5, [None] * 5))}, elsewhere
PY
