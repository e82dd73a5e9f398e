#!/usr/bin/env bash
# tuspy 1.1.0: with `store_url` two pictures of the same size that begin alike are one upload.
# Guess: the fingerprint, "a unique fingerprint for the uploaded file" as its documentation has it, tells files apart that differ anywhere; what
#   has been uploaded whole is not resumed.
# Seen: it is the size and the first 64 KiB. A cat and a dog above the same meadow, which comes first in a BMP, are one: of the dog not a byte
#   is sent, upload() returns as if all were well, and the dog's address is the cat's, for ever. Without store_url both are sent.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tuspy==1.1.0 tinydb==4.9.0 requests==2.34.2 pillow==13.0.0
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image, ImageDraw
from tusclient.client import TusClient
from tusclient.storage.filestorage import FileStorage

STORED, SIZES, SENT = {}, {}, []


class Tus(BaseHTTPRequestHandler):
    """The core of a tus server, with creation."""

    def answer(self, status, **headers):
        self.send_response(status)
        for name, value in {"Tus-Resumable": "1.0.0", "Content-Length": "0", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def do_POST(self):
        path = f"/files/{uuid.uuid4()}"
        STORED[path], SIZES[path] = b"", self.headers["Upload-Length"]
        self.answer(201, Location=path)

    def do_HEAD(self):
        self.answer(200, Upload_Offset=str(len(STORED[self.path])), Upload_Length=SIZES[self.path])

    def do_PATCH(self):
        assert int(self.headers["Upload-Offset"]) == len(STORED[self.path])
        STORED[self.path] += self.rfile.read(int(self.headers["Content-Length"]))
        SENT.append(self.path)
        self.answer(204, Upload_Offset=str(len(STORED[self.path])))

    def log_message(self, *_):
        pass


def draw(name, top, animal="#a05000"):
    """Draw an animal that begins so many rows from the top, on a meadow under the sky."""
    image = Image.new("RGB", (400, 300), "skyblue")
    pen = ImageDraw.Draw(image)
    pen.rectangle([0, 200, 400, 300], fill="green")
    pen.ellipse([150, top, 250, top + 90], fill=animal)
    image.save(name)


draw("cat.bmp", 50)
draw("dog.bmp", 50, "#202020")
draw("low cat.bmp", 200)
server = ThreadingHTTPServer(("127.0.0.1", 0), Tus)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = TusClient(f"http://127.0.0.1:{server.server_port}/files/")


def uploaded(names, **options):
    """Upload the files one after the other; return which of them is what the server has at the address of each."""
    urls = {}
    SENT.clear()
    for name in names:
        uploader = client.uploader(name, chunk_size=100_000, **options)
        uploader.upload()
        urls[name] = uploader.url
    contents = {open(name, "rb").read(): name for name in names}
    print("addresses that got bytes:", len(set(SENT)))
    return {name: contents[STORED["/files/" + url.rpartition("/")[2]]] for name, url in urls.items()}


NAMES = ["cat.bmp", "dog.bmp", "low cat.bmp"]
plain = uploaded(NAMES)
print("without store_url:", plain)
stored = uploaded(NAMES, store_url=True, url_storage=FileStorage("urls.json"))
print("with store_url:   ", stored)
server.shutdown()
assert plain == {name: name for name in NAMES}
assert stored == {"cat.bmp": "cat.bmp", "dog.bmp": "cat.bmp", "low cat.bmp": "low cat.bmp"} and len(set(SENT)) == 2
PY
