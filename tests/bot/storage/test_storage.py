"""Both storages: the folder on a real disk, S3 over HTTP against a server process."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import urllib3
from flask import Flask
from flask.testing import FlaskClient

from bot.settings import Settings
from bot.storage import (
    FolderStorage,
    S3Storage,
    Storage,
    StorageError,
    new_key,
    new_secret,
    open_storage,
)
from bot.storage import folder as folder_module
from bot.storage.s3 import _from_answer
from bot.web import pictures

pytestmark = [pytest.mark.slow, pytest.mark.core]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
HTTP = urllib3.PoolManager(retries=urllib3.Retry(connect=0))


def make(**values: Any) -> Settings:
    return Settings(line_channel_secret="s", line_channel_access_token="t", **values)


def key(index: int = 0, ext: str = "png") -> str:
    return new_key(new_secret(), index, "original", ext)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The base URL of a moto server in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "MOTO_S3_CUSTOM_ENDPOINTS": f"http://127.0.0.1:{port}"},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                if HTTP.request("GET", f"{url}/moto-api/", timeout=2).status == 200:
                    break
            assert server.poll() is None, "the S3 server did not start"
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example-secret")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def bucket(s3_server: str, credentials: None) -> Settings:
    """Settings with an empty bucket, readable by the key's holder only."""
    name = f"efude-{os.urandom(6).hex()}"
    assert HTTP.request("PUT", f"{s3_server}/{name}").status == 200
    return make(s3_bucket=name, s3_endpoint_url=s3_server)


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "var" / "pictures", "https://bot.example.jp/")


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "folder":
        storage: Storage = request.getfixturevalue("folder")
        return storage
    return S3Storage(request.getfixturevalue("bucket"))


def failure(call: Any) -> StorageError:
    with pytest.raises(StorageError) as caught:
        call()
    assert not re.search(r"p/[\w-]{22}", str(caught.value)), "a key is a secret"
    return caught.value


# Keys


def test_keys_are_unguessable_and_say_nothing() -> None:
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", secret) for secret in secrets)
    secret = "a" * 32
    assert new_key(secret, 3, "original", "png") == f"p/{secret}/3-original.png"
    assert new_key(secret, 3, "preview", ".JPEG") == f"p/{secret}/3-preview.jpg"


@pytest.mark.parametrize(
    ("secret", "index", "kind", "ext"),
    [
        ("a" * 21, 0, "original", "png"),
        ("../" + "a" * 30, 0, "original", "png"),
        ("a" * 22, -1, "original", "png"),
        ("a" * 22, 0, "thumbnail", "png"),
        ("a" * 22, 0, "original", "svg"),
        ("a" * 22, 0, "original", "png\n"),
        ("あ" * 22, 0, "original", "png"),
    ],
)
def test_other_keys_are_not_made(secret: str, index: int, kind: Any, ext: str) -> None:
    with pytest.raises(ValueError, match="new_key"):
        new_key(secret, index, kind, ext)


SECRET = "s" * 22
FOREIGN = [
    "",
    "..",
    "/etc/passwd",
    f"p/{SECRET}/../../x.png",
    f"p/{SECRET}/0-original.png.json",
    f"p/{SECRET}/0-original.png/",
    f"p/{SECRET}/.0-original.png",
    f"p/{SECRET}/0-original.PNG",
    f"p/{SECRET}/0-original.png\n",
    f"p/{SECRET}/0-original.png\0",
    f"p//{SECRET}/0-original.png",
    f"/p/{SECRET}/0-original.png",
    f"p/{SECRET[:-1]}/0-original.png",
    f"p/{SECRET}/０-original.png",
]


def test_foreign_keys_touch_nothing(storage: Storage) -> None:
    for foreign in FOREIGN:
        calls: list[Callable[[], object]] = [
            partial(storage.put, foreign, PNG, "image/png"),
            partial(storage.get, foreign),
            partial(storage.url, foreign),
            partial(storage.delete, foreign),
        ]
        for call in calls:
            with pytest.raises(ValueError, match="key of a picture"):
                call()


# What both do


def test_put_get_delete(storage: Storage) -> None:
    mine, other = key(), key(ext="jpg")
    storage.put(mine, PNG, "image/png", {"seed": "42", "model": "豆"})
    storage.put(other, b"jpeg", "image/jpeg")
    assert storage.get(mine) == PNG
    storage.put(mine, PNG + b"2", "image/png")
    storage.put(mine, PNG + b"2", "image/png")
    assert storage.get(mine) == PNG + b"2"
    storage.delete(mine)
    storage.delete(mine)
    error = failure(lambda: storage.get(mine))
    assert (error.reason, error.permanent) == ("missing", True)
    assert storage.get(other) == b"jpeg"


def test_deleting_what_never_was(storage: Storage) -> None:
    storage.delete(key())


def test_the_ending_tells_the_type(storage: Storage) -> None:
    for wrong in ("image/jpeg", "text/html", "image/png; charset=x"):
        with pytest.raises(ValueError, match="image/png"):
            storage.put(key(), PNG, wrong)


def test_metadata_names_fit_everywhere(storage: Storage) -> None:
    for name in ("Seed", "a b", "x\r\ny", "", "種"):
        with pytest.raises(ValueError, match="metadata name"):
            storage.put(key(), PNG, "image/png", {name: "1"})


def test_many_threads(storage: Storage) -> None:
    keys = [key(index) for index in range(16)]

    def there_and_back(mine: str) -> bool:
        storage.put(mine, mine.encode(), "image/png")
        job = storage.get(mine)
        storage.delete(mine)
        return job == mine.encode()

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(there_and_back, keys))


def test_open_storage_goes_by_the_bucket(tmp_path: Path) -> None:
    assert isinstance(open_storage(make(pictures_dir=tmp_path)), FolderStorage)
    assert isinstance(open_storage(make(s3_bucket="b")), S3Storage)


def test_a_folder_costs_no_boto3(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from bot.storage import open_storage, new_key;"
        "from bot.settings import Settings;"
        "s = open_storage(Settings(line_channel_secret='s', line_channel_access_token='t',"
        "pictures_dir=Path(sys.argv[1])));"
        "s.check();"
        "found = {'boto3', 'botocore'} & set(sys.modules); sys.exit(str(found) if found else 0)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=60)


# The folder


def test_a_folder_keeps_a_note_beside_each_picture(folder: FolderStorage) -> None:
    mine = key()
    folder.put(mine, PNG, "image/png", {"model": "豆"})
    note = json.loads((folder.path / f"{mine}.json").read_text(encoding="utf-8"))
    assert note == {"content_type": "image/png", "metadata": {"model": "豆"}}
    assert folder.url(mine) == f"https://bot.example.jp/pictures/{mine}"


def test_delete_leaves_nothing_behind(folder: FolderStorage) -> None:
    secret = new_secret()
    mine, sister = (new_key(secret, index, "original", "png") for index in (1, 11))
    folder.put(mine, PNG, "image/png")
    folder.put(sister, PNG, "image/png")
    killed = folder.picture_path(mine).with_name(".1-original.png.0123")
    killed.write_bytes(b"half")
    folder.delete(mine)
    names = {path.name for path in folder.picture_path(mine).parent.iterdir()}
    assert names == {"11-original.png", "11-original.png.json"}
    folder.delete(sister)
    assert list((folder.path / "p").iterdir()) == []


def test_a_killed_write_never_shows_half_a_picture(folder: FolderStorage) -> None:
    """A process writes one picture again and again, and is killed in mid-write."""
    mine = key()
    program = (
        "import sys; from pathlib import Path; from bot.storage import FolderStorage;"
        "s = FolderStorage(Path(sys.argv[1]), 'http://x'); n = 0\n"
        "while True:\n"
        "    n = n % 9 + 1\n"
        "    s.put(sys.argv[2], str(n).encode() * 3_000_000, 'image/png'); print(n, flush=True)"
    )
    arguments = [sys.executable, "-c", program, str(folder.path), mine]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for _ in range(6):
            assert writer.stdout.readline()
            data = folder.get(mine)
            assert len(data) == 3_000_000
            assert len(set(data)) == 1
        writer.kill()
    data = folder.get(mine)
    assert len(data) == 3_000_000
    assert len(set(data)) == 1


def test_deleting_sisters_does_not_disturb_a_write(folder: FolderStorage) -> None:
    secret = new_secret()
    mine, sister = (new_key(secret, index, "original", "png") for index in (0, 1))
    done = threading.Event()

    def come_and_go() -> None:
        while not done.is_set():
            folder.delete(sister)
            time.sleep(0.0005)

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for _ in range(100):
            folder.put(mine, PNG, "image/png")
            assert folder.get(mine) == PNG
            folder.delete(mine)
    finally:
        done.set()
        thread.join()


def test_folder_check_reports(folder: FolderStorage) -> None:
    assert re.fullmatch(
        rf"folder {folder.path}: wrote, read and deleted in \d+ ms; [\d.]+ GB free",
        str(folder.check()),
    )
    assert list((folder.path / "p").iterdir()) == []


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("not a folder")
    storage = FolderStorage(tmp_path / "pictures", "http://x")
    error = failure(storage.check)
    assert (error.reason, error.permanent) == ("denied", True)
    assert "PICTURES_DIR" in str(error)


def test_a_full_disk_is_transient(folder: FolderStorage) -> None:
    """A real ENOSPC: /dev/full stands where the draft would be opened."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with (
        pytest.raises(StorageError) as caught,
        folder_module._disk_errors(folder.path),
        open("/dev/full", "wb") as full,
    ):
        full.write(PNG * 10)
    assert (caught.value.reason, caught.value.permanent) == ("full", False)
    assert os.strerror(errno.ENOSPC) in str(caught.value)


# GET /pictures


@pytest.fixture
def web(folder: FolderStorage) -> FlaskClient:
    app = Flask(__name__)
    pictures.init_app(app, folder)
    return app.test_client()


@pytest.mark.parametrize("ext", ["png", "jpg"])
def test_a_picture_is_served(web: FlaskClient, folder: FolderStorage, ext: str) -> None:
    mine = key(ext=ext)
    content_type = {"png": "image/png", "jpg": "image/jpeg"}[ext]
    folder.put(mine, PNG, content_type)
    with web.get(f"/pictures/{mine}") as answer:
        assert answer.status_code == 200
        assert answer.data == PNG
        assert answer.headers["Content-Type"] == content_type
        assert answer.headers["Content-Length"] == str(len(PNG))
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Disposition"] == "inline"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        etag = answer.headers["ETag"]
    with web.get(f"/pictures/{mine}", headers={"If-None-Match": etag}) as answer:
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    with web.get(f"/pictures/{mine}", headers={"Range": "bytes=10-19"}) as answer:
        assert (answer.status_code, answer.data) == (206, PNG[10:20])
        assert answer.headers["Content-Range"] == f"bytes 10-19/{len(PNG)}"
    with web.get(f"/pictures/{mine}", headers={"Range": "bytes=999999-"}) as answer:
        assert answer.status_code == 416
    with web.head(f"/pictures/{mine}") as answer:
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["Content-Length"] == str(len(PNG))
    assert web.post(f"/pictures/{mine}").status_code == 405


@pytest.mark.parametrize("foreign", [each for each in FOREIGN if each.isprintable()])
def test_nothing_else_is_served(web: FlaskClient, folder: FolderStorage, foreign: str) -> None:
    mine = f"p/{SECRET}/0-original.png"
    folder.put(mine, PNG, "image/png")
    (folder.path / "x.png").write_bytes(PNG)
    answer = web.get(f"/pictures/{foreign}")
    # Werkzeug mends "//" by a redirect to the one slash; what is there is judged again.
    assert answer.status_code in (404, 308)
    assert PNG not in answer.data


def test_encoded_traversal_is_not_served(web: FlaskClient, folder: FolderStorage) -> None:
    folder.put(key(), PNG, "image/png")
    for path in ("..%2f..%2fetc%2fpasswd", f"p%2f{SECRET}%2f..%2f..%2f..%2fx", "p/%00"):
        assert web.get(f"/pictures/{path}").status_code == 404


def test_a_deleted_picture_is_gone(web: FlaskClient, folder: FolderStorage) -> None:
    mine = key()
    folder.put(mine, PNG, "image/png")
    folder.delete(mine)
    answer = web.get(f"/pictures/{mine}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_a_relative_folder_is_relative_to_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    storage = FolderStorage(Path("var/pictures"), "http://x")
    mine = key()
    storage.put(mine, PNG, "image/png")
    app = Flask(__name__)
    pictures.init_app(app, storage)
    with app.test_client().get(f"/pictures/{mine}") as answer:
        assert answer.data == PNG


def test_a_bucket_serves_its_own(bucket: Settings) -> None:
    app = Flask(__name__)
    pictures.init_app(app, S3Storage(bucket))
    assert app.test_client().get(f"/pictures/{key()}").status_code == 404
    assert app.blueprints == {}


# S3


def test_a_presigned_link_is_fetched_with_plain_http(bucket: Settings) -> None:
    storage = S3Storage(bucket)
    mine = key()
    storage.put(mine, PNG, "image/png", {"seed": "42", "model": "豆 100%\r\n"})
    link = storage.url(mine)
    assert len(link) <= 2000
    assert f"X-Amz-Expires={7 * 24 * 3600}" in link
    answer = HTTP.request("GET", link)
    assert (answer.status, answer.data) == (200, PNG)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["x-amz-meta-seed"] == "42"
    assert answer.headers["x-amz-meta-model"] == "%E8%B1%86%20100%25%0D%0A"
    plain = link.partition("?")[0]
    assert plain == f"{bucket.s3_endpoint_url}/{bucket.s3_bucket}/{mine}", "path style"
    assert HTTP.request("GET", plain).status == 403, "nobody else can read the bucket"


def test_a_picture_is_saved_from_a_bucket_under_a_name(bucket: Settings) -> None:
    storage, mine = S3Storage(bucket), key()
    storage.put(mine, PNG, "image/png")
    answer = HTTP.request("GET", storage.download_url(mine, "efude-4F7-K2M-1"))
    assert (answer.status, answer.data) == (200, PNG)
    reported = answer.headers["Content-Disposition"]
    assert reported == 'attachment; filename="efude-4F7-K2M-1.png"'


@pytest.mark.parametrize(
    ("endpoint", "presigned"),
    [(None, True), ("https://store.example.com", True), ("http://store:9000", False)],
)
@pytest.mark.usefixtures("credentials")
def test_with_a_public_address_the_store_itself_must_be_within_reach(
    endpoint: str | None, presigned: bool
) -> None:
    public = "https://pictures.example.com"
    storage = S3Storage(make(s3_bucket="b", s3_endpoint_url=endpoint, s3_public_url=public))
    link = storage.download_url(key(), "efude")
    assert link.startswith(public) is not presigned
    assert ("response-content-disposition" in link) is presigned


def test_a_file_has_a_plain_name(storage: Storage) -> None:
    for name in ("", "a b", 'a"b', "a/b", "絵", "a" * 41, "a\n"):
        with pytest.raises(ValueError, match="name"):
            storage.download_url(key(), name)


def test_links_live_as_long_as_set(bucket: Settings) -> None:
    settings = make(
        s3_bucket=bucket.s3_bucket, s3_endpoint_url=bucket.s3_endpoint_url, s3_url_expiry_days=2
    )
    assert "X-Amz-Expires=172800" in S3Storage(settings).url(key())


def test_a_public_link_is_fetched_with_plain_http(bucket: Settings, s3_server: str) -> None:
    import boto3

    public = f"{s3_server}/{bucket.s3_bucket}"
    settings = make(s3_bucket=bucket.s3_bucket, s3_endpoint_url=s3_server, s3_public_url=public)
    storage = S3Storage(settings)
    error = failure(storage.check)
    assert (error.reason, error.permanent) == ("misconfigured", True)
    assert "S3_PUBLIC_URL" in str(error)

    everyone = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket.s3_bucket}/*",
    }
    with contextlib.closing(
        boto3.Session().client("s3", endpoint_url=s3_server, region_name="us-east-1")
    ) as client:
        policy = json.dumps({"Version": "2012-10-17", "Statement": [everyone]})
        client.put_bucket_policy(Bucket=bucket.s3_bucket, Policy=policy)
    mine = key()
    storage.put(mine, PNG, "image/png")
    assert storage.url(mine) == f"{public}/{mine}"
    answer = HTTP.request("GET", storage.url(mine))
    assert (answer.status, answer.data) == (200, PNG)
    assert "links public" in str(storage.check())


def test_s3_check_reports_and_cleans_up(bucket: Settings) -> None:
    import boto3

    assert re.fullmatch(
        rf"bucket {bucket.s3_bucket}: wrote, read, fetched and deleted in \d+ ms; "
        r"links presigned, 7 days",
        str(S3Storage(bucket).check()),
    )
    with contextlib.closing(
        boto3.Session().client("s3", endpoint_url=bucket.s3_endpoint_url, region_name="us-east-1")
    ) as client:
        assert client.list_objects_v2(Bucket=bucket.s3_bucket)["KeyCount"] == 0


def test_a_link_too_long_for_line_is_an_error(
    bucket: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "t" * 1800)
    error = failure(lambda: S3Storage(bucket).url(key()))
    assert (error.reason, error.permanent) == ("misconfigured", True)
    assert "S3_PUBLIC_URL" in str(error)


def test_no_such_bucket(bucket: Settings) -> None:
    storage = S3Storage(make(s3_bucket="not-there", s3_endpoint_url=bucket.s3_endpoint_url))
    for call in (lambda: storage.put(key(), PNG, "image/png"), storage.check):
        error = failure(call)
        assert (error.reason, error.permanent) == ("misconfigured", True)
        assert "S3_BUCKET" in str(error)


def test_no_credentials(bucket: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    storage = S3Storage(bucket)
    for call in (lambda: storage.put(key(), PNG, "image/png"), lambda: storage.url(key())):
        error = failure(call)
        assert (error.reason, error.permanent) == ("denied", True)
        assert "AWS_ACCESS_KEY_ID" in str(error)


def test_wrong_credentials(bucket: Settings) -> None:
    """The server checks signatures against its own IAM from now on, for this test only."""
    base = str(bucket.s3_endpoint_url)
    HTTP.request("POST", f"{base}/moto-api/reset-auth", body=b"0")
    try:
        error = failure(lambda: S3Storage(bucket).put(key(), PNG, "image/png"))
    finally:
        HTTP.request("POST", f"{base}/moto-api/reset-auth", body=b"Infinity")
    assert (error.reason, error.permanent) == ("denied", True)
    assert "InvalidAccessKeyId" in str(error)
    assert "AWS_ACCESS_KEY_ID" in str(error)


@pytest.mark.parametrize(
    ("status", "code", "reason", "permanent"),
    [
        (403, "AccessDenied", "denied", True),
        (403, "SignatureDoesNotMatch", "denied", True),
        (403, "SomethingNew", "denied", True),
        (400, "ExpiredToken", "denied", True),
        (301, "PermanentRedirect", "misconfigured", True),
        (400, "AuthorizationHeaderMalformed", "misconfigured", True),
        (404, "NoSuchKey", "missing", True),
        (500, "InternalError", "unavailable", False),
        (503, "SlowDown", "unavailable", False),
        (400, "RequestTimeout", "unavailable", False),
        (429, "TooManyRequests", "unavailable", False),
        (405, "MethodNotAllowed", "misconfigured", True),
    ],
)
def test_answers_of_other_servers(status: int, code: str, reason: str, permanent: bool) -> None:
    """Answers that no server here gives, in the form in which botocore hands them on."""
    error = _from_answer(
        "b", {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    )
    assert (error.reason, error.permanent) == (reason, permanent)
    assert code in str(error)


def test_a_hung_server_times_out(credentials: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connects, never answers
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = make(s3_bucket="b", s3_endpoint_url=url)
        storage = S3Storage(settings, timeout=(0.5, 0.5), attempts=2)
        for call in (
            lambda: storage.put(key(), PNG, "image/png"),
            lambda: storage.get(key()),
            lambda: storage.delete(key()),
        ):
            started = time.monotonic()
            error = failure(call)
            assert (error.reason, error.permanent) == ("unavailable", False)
            assert 0.9 < time.monotonic() - started < 20, "two tries of half a second, a pause"


def test_a_refused_port_is_transient(credentials: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    storage = S3Storage(make(s3_bucket="b", s3_endpoint_url=url), attempts=1)
    error = failure(lambda: storage.put(key(), PNG, "image/png"))
    assert (error.reason, error.permanent) == ("unavailable", False)


def test_a_bucket_name_that_cannot_be(credentials: None) -> None:
    storage = S3Storage(make(s3_bucket="No Such/Name", s3_endpoint_url="http://127.0.0.1:9"))
    error = failure(lambda: storage.put(key(), PNG, "image/png"))
    assert (error.reason, error.permanent) == ("misconfigured", True)
    assert "S3_BUCKET" in str(error)


def test_aws_itself_is_addressed_by_bucket_name_and_region(
    credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Presigning is arithmetic; no call leaves this machine."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    mine = key()
    link = S3Storage(make(s3_bucket="my-bucket")).url(mine)
    assert link.startswith(f"https://my-bucket.s3.ap-northeast-1.amazonaws.com/{mine}?")
    assert "ap-northeast-1%2Fs3%2Faws4_request" in link
    dotted = S3Storage(make(s3_bucket="my.bucket")).url(mine)
    assert dotted.startswith(f"https://s3.ap-northeast-1.amazonaws.com/my.bucket/{mine}?")
