"""Pictures in a bucket of anything that speaks S3: AWS, Cloudflare R2, MinIO, Garage ..."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import urllib3

from bot.storage.base import (
    CACHE_CONTROL,
    MAX_URL,
    Reason,
    StorageError,
    content_type_of,
    file_name,
    new_key,
    new_secret,
    validate_content_type,
    validate_key,
    validate_metadata,
)
from bot.texts.sentence import Sentence

if TYPE_CHECKING:
    from bot.settings import Settings


class S3Storage:
    """Keeps pictures in S3_BUCKET; credentials and region come from AWS_* as boto3 reads them.

    With S3_PUBLIC_URL a link is that address and the key, good for ever. Without it links are
    presigned for S3_URL_EXPIRY_DAYS (7 at most, a limit of the signature), after which LINE's
    users see no picture any more. A link signed with temporary credentials dies with them,
    whatever it says.

    `timeout` is (connect, read) in seconds for each of at most `attempts` tries of a call. The
    client is made at the first call, hence after a fork, and anew in a forked child; thread-safe.
    """

    def __init__(
        self, settings: Settings, *, timeout: tuple[float, float] = (3, 20), attempts: int = 3
    ) -> None:
        if not settings.s3_bucket:
            raise ValueError("S3_BUCKET is not set.")
        self._bucket = settings.s3_bucket
        self._endpoint = settings.s3_endpoint_url
        self._public = settings.s3_public_url
        self._url_seconds = settings.s3_url_expiry_days * 24 * 3600
        self._timeout = timeout
        self._attempts = attempts
        self._lock = threading.Lock()
        self._cached_client: Any = None
        self._pid = 0

    def put(
        self, key: str, data: bytes, content_type: str, metadata: Mapping[str, str] | None = None
    ) -> None:
        """Store the picture; see Storage.put."""
        with self._errors():
            self._client().put_object(
                Bucket=self._bucket,
                Key=validate_key(key),
                Body=data,
                ContentType=validate_content_type(key, content_type),
                ContentDisposition="inline",
                CacheControl=CACHE_CONTROL,
                Metadata=_ascii(metadata),
            )

    def url(self, key: str) -> str:
        """Return the public or presigned address; made without a call to the network."""
        if self._public:
            return f"{self._public.rstrip('/')}/{validate_key(key)}"
        link = self._presigned(key)
        if len(link) > MAX_URL:
            raise StorageError(
                Sentence("storage_error.long_link", length=len(link), longest=MAX_URL),
                permanent=True,
                reason="misconfigured",
            )
        return link

    def download_url(self, key: str, name: str) -> str:
        """Return a presigned address that names the file; see Storage.download_url.

        With S3_PUBLIC_URL and a store spoken to by plain http, as inside one's own network, phones
        may not reach the store itself: then it is the public address, which names none.
        """
        saved = f'attachment; filename="{file_name(key, name)}"'
        if self._public and (self._endpoint or "https:").startswith("http:"):
            return self.url(key)
        return self._presigned(key, ResponseContentDisposition=saved)

    def _presigned(self, key: str, **parameters: str) -> str:
        with self._errors():
            link: str = self._client().generate_presigned_url(
                "get_object",
                Params={"Bucket": self._bucket, "Key": validate_key(key), **parameters},
                ExpiresIn=self._url_seconds,
            )
        return link

    def get(self, key: str) -> bytes:
        """Return the picture's bytes; see Storage.get."""
        with self._errors():
            answer = self._client().get_object(Bucket=self._bucket, Key=validate_key(key))
            with contextlib.closing(answer["Body"]) as body:
                data: bytes = body.read()
        return data

    def delete(self, key: str) -> None:
        """Delete the picture; see Storage.delete. A bucket with versions keeps the old ones."""
        try:
            with self._errors():
                self._client().delete_object(Bucket=self._bucket, Key=validate_key(key))
        except StorageError as error:
            if error.reason != "missing":  # Google's S3 gateway says 404 where others say 204
                raise

    def check(self) -> Sentence:
        """Write, read, fetch by link as LINE would, and delete; see Storage.check."""
        started = time.monotonic()
        key = new_key(new_secret(), 0, "original", "png")
        data = secrets.token_bytes(64)
        self.put(key, data, content_type_of(key))
        try:
            if self.get(key) != data:
                raise StorageError(
                    Sentence("storage_error.bucket_other_bytes", bucket=self._bucket),
                    permanent=True,
                    reason="misconfigured",
                )
            self._fetch(self.url(key), data)
        finally:
            self.delete(key)
        ms = (time.monotonic() - started) * 1000
        links = (
            Sentence("storage.links_public")
            if self._public
            else Sentence("storage.links_presigned", days=self._url_seconds // 86400)
        )
        return Sentence("storage.bucket", bucket=self._bucket, ms=f"{ms:.0f}", links=links)

    def _fetch(self, link: str, data: bytes) -> None:
        connect, read = self._timeout
        timeout = urllib3.Timeout(connect=connect, read=read)
        try:
            with urllib3.PoolManager(retries=False) as pool:
                answer = pool.request("GET", link, timeout=timeout)
        except urllib3.exceptions.HTTPError as error:
            raise StorageError(
                Sentence("storage_error.link_unreachable", error=type(error).__name__),
                permanent=False,
                reason="unavailable",
            ) from None
        if answer.status != 200 or answer.data != data:
            raise StorageError(
                Sentence("storage_error.link_wrong", status=answer.status),
                permanent=True,
                reason="misconfigured",
            )

    def _client(self) -> Any:
        with self._lock:
            if self._cached_client is None or self._pid != os.getpid():
                # Imported here: a process that keeps pictures in a folder never pays for it.
                import boto3
                from botocore.config import Config

                connect, read = self._timeout
                config: dict[str, Any] = {
                    "connect_timeout": connect,
                    "read_timeout": read,
                    "retries": {"mode": "standard", "total_max_attempts": self._attempts},
                    "signature_version": "s3v4",
                    "max_pool_connections": 16,
                }
                # "virtual" and not the default, which signs links for the world-wide host: AWS
                # answers those with a redirect while a bucket of another region is young. A name
                # with dots fits no certificate. Others than AWS seldom have a host for each bucket.
                path_style = self._endpoint or "." in self._bucket
                config["s3"] = {"addressing_style": "path" if path_style else "virtual"}
                if self._endpoint:
                    # Some refuse the checksum trailers that boto3 sends by default.
                    config["request_checksum_calculation"] = "when_required"
                    config["response_checksum_validation"] = "when_required"
                # A session of our own: boto3's default session is not thread-safe.
                session = boto3.Session()
                self._cached_client = session.client(
                    "s3",
                    endpoint_url=self._endpoint,
                    region_name=session.region_name or "us-east-1",
                    config=Config(**config),
                )
                self._pid = os.getpid()
            return self._cached_client

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        # Not a mapping of all errors there are: what is unknown to it is told by HTTP status.
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            raise _from_answer(self._bucket, error.response) from None
        except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
            raise _from_failure(self._endpoint, error) from None


# Codes that call for a change of settings or rights; what to do is in the texts, storage_hint.
_MISCONFIGURED = frozenset(
    (
        *("NoSuchBucket", "InvalidBucketName", "PermanentRedirect"),
        *("AuthorizationHeaderMalformed", "IllegalLocationConstraintException"),
    )
)
_DENIED = frozenset(
    (
        *("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "ExpiredToken"),
        "RequestTimeTooSkewed",
    )
)


def _from_answer(bucket: str, response: Mapping[str, Any]) -> StorageError:
    """Return the error by its code, then by its HTTP status.

    The store's own message is left out: it may name the key.
    """
    code = str(response.get("Error", {}).get("Code", "?"))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    kind: Reason
    if code in _MISCONFIGURED:
        kind, permanent, hint = "misconfigured", True, code
    elif code in _DENIED or status in (401, 403):
        kind, permanent, hint = "denied", True, code if code in _DENIED else "AccessDenied"
    elif status == 404:
        kind, permanent, hint = "missing", True, "missing"
    elif status in (408, 429) or status >= 500 or code in ("RequestTimeout", "SlowDown"):
        kind, permanent, hint = "unavailable", False, "unavailable"
    else:
        kind, permanent, hint = "misconfigured", True, "other"
    what_to_do = Sentence(f"storage_hint.{hint}")
    message = Sentence(
        "storage_error.answered", bucket=bucket, status=status, code=code, hint=what_to_do
    )
    return StorageError(message, permanent=permanent, reason=kind)


def _from_failure(endpoint: str | None, error: Exception) -> StorageError:
    """Return the error of a missing answer: of the network (transient) or of boto3 (permanent)."""
    from botocore import exceptions as boto

    kind = type(error).__name__
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return StorageError(
            Sentence("storage_error.no_credentials", error=kind),
            permanent=True,
            reason="denied",
        )
    network = (
        boto.HTTPClientError,
        boto.ConnectionError,
        boto.IncompleteReadError,
        boto.CredentialRetrievalError,  # the cloud's own metadata service did not answer
    )
    if isinstance(error, (*network, urllib3.exceptions.HTTPError)):
        return StorageError(
            Sentence("storage_error.unreachable", where=endpoint or "S3", error=kind),
            permanent=False,
            reason="unavailable",
        )
    reason = re.sub(r"p/[\w-]{22,}", "p/…", str(error))
    return StorageError(
        Sentence("storage_error.boto_refuses", reason=reason),
        permanent=True,
        reason="misconfigured",
    )


def _ascii(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Percent-encode the values as UTF-8: metadata is sent in HTTP headers."""
    valid = validate_metadata(metadata)
    return {name: quote(value, safe="/:,=+@") for name, value in valid.items()}
