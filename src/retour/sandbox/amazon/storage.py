"""The storage beside the API: documents behind presigned addresses that lapse (contract 3, 6.1).

An address works for its method, its document and its content type until its moment has passed. It wants no token:
a request that brings one along is refused, as the real storage refuses two ways of signing at once.
"""

import asyncio
import hashlib
import hmac
import secrets
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from xml.sax.saxutils import escape

from aiohttp import web

from retour.sandbox.amazon.switches import AmazonSwitches

KEPT_DOCUMENTS = 2000
LARGEST_UPLOAD = 10 * 1024 * 1024
UPLOAD_LAPSES = timedelta(days=2)
_FORBIDDEN_HEADERS = ("x-amz-access-token", "Authorization")


@dataclass(frozen=True, slots=True)
class Document:
    """`chunks` makes the bytes anew for each download, so that a large report is never in memory."""

    document_id: str
    seller_id: str
    content_type: str
    chunks: Callable[[], Iterator[bytes]]
    gzip: bool


@dataclass(slots=True, eq=False)
class Upload:
    document_id: str
    seller_id: str
    content_type: str
    created_at: datetime
    body: bytes | None = None


class Storage:
    """Documents to fetch and places to upload to."""

    def __init__(self, switches: AmazonSwitches, now: Callable[[], datetime]) -> None:
        self._switches = switches
        self._now = now
        self._key = secrets.token_bytes(32)
        self._numbers = count(1)
        self._documents: dict[str, Document] = {}
        self._uploads: dict[str, Upload] = {}

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/storage/{document_id}", self._download, allow_head=False),
            web.put("/storage/{document_id}", self._put),
        ]

    def keep(self, seller_id: str, content_type: str, chunks: Callable[[], Iterator[bytes]]) -> str:
        """A new document's id; beyond a number of them the oldest are forgotten."""
        document_id = f"amzn1.spdoc.1.{next(self._numbers):08}.{secrets.token_hex(8)}"
        self._documents[document_id] = Document(document_id, seller_id, content_type, chunks, self._switches.gzip)
        while len(self._documents) > KEPT_DOCUMENTS:
            self._documents.pop(next(iter(self._documents)))
        return document_id

    def document(self, document_id: str, seller_id: str) -> Document | None:
        document = self._documents.get(document_id)
        return document if document and document.seller_id == seller_id else None

    def place(self, seller_id: str, content_type: str) -> Upload:
        """A place to upload one document to."""
        now = self._now()
        self._uploads = {key: one for key, one in self._uploads.items() if now - one.created_at < UPLOAD_LAPSES}
        document_id = f"amzn1.tortuga.1.{next(self._numbers):08}.{secrets.token_hex(8)}"
        self._uploads[document_id] = Upload(document_id, seller_id, content_type, now)
        return self._uploads[document_id]

    def uploaded(self, document_id: str, seller_id: str) -> bytes | None:
        """What was uploaded, unless it lapsed."""
        upload = self._uploads.get(document_id)
        if upload is None or upload.seller_id != seller_id or self._now() - upload.created_at >= UPLOAD_LAPSES:
            return None
        return upload.body

    def address(self, request: web.Request, method: str, document_id: str, *, encoded: bool = False) -> str:
        """A presigned address on the host that the request came to."""
        seconds = self._switches.url_seconds
        fields = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": f"{self._now():%Y%m%dT%H%M%S.%fZ}",
            "X-Amz-Expires": f"{seconds:g}",
            "X-Amz-SignedHeaders": "content-type%3Bhost" if method == "PUT" else "host",
        }
        if encoded:
            fields["response-content-encoding"] = "gzip"
        query = "&".join(f"{name}={value}" for name, value in fields.items())
        path = f"/storage/{document_id}?{query}"
        return f"{request.url.origin()}{path}&X-Amz-Signature={self._sign(method, path)}"

    async def _download(self, request: web.Request) -> web.StreamResponse:
        refusal = self._refusal(request)
        document = self._documents.get(request.match_info["document_id"])
        if refusal or document is None:
            return refusal or _error(404, "NoSuchKey", "The specified key does not exist.")
        response = web.StreamResponse(headers={"Content-Type": document.content_type})
        if document.gzip and "response-content-encoding" in request.query:
            response.headers["Content-Encoding"] = "gzip"
        await response.prepare(request)
        for chunk in _gzipped(document.chunks()) if document.gzip else document.chunks():
            await response.write(chunk)
            await asyncio.sleep(0)  # a fast reader would keep everybody else waiting
        await response.write_eof()
        return response

    async def _put(self, request: web.Request) -> web.StreamResponse:
        refusal = self._refusal(request)
        upload = self._uploads.get(request.match_info["document_id"])
        if refusal or upload is None:
            return refusal or _error(404, "NoSuchKey", "The specified key does not exist.")
        if request.headers.get("Content-Type") != upload.content_type:
            return _error(403, "SignatureDoesNotMatch", "The Content-Type is not the one that was signed.")
        try:
            body = await request.clone(client_max_size=LARGEST_UPLOAD).read()
        except RuntimeError:  # the switchboard has read it already
            body = await request.read()
        upload.body = body
        return web.Response()

    def _refusal(self, request: web.Request) -> web.Response | None:
        if any(name in request.headers for name in _FORBIDDEN_HEADERS):
            return _error(400, "InvalidArgument", "Only one auth mechanism allowed.")
        path, _, signature = request.raw_path.partition("&X-Amz-Signature=")
        if not hmac.compare_digest(signature.encode(), self._sign(request.method, path).encode()):
            return _error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.")
        signed_at = datetime.strptime(request.query["X-Amz-Date"], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        if self._now() - signed_at > timedelta(seconds=float(request.query["X-Amz-Expires"])):
            return _error(403, "AccessDenied", "Request has expired")
        return None

    def _sign(self, method: str, path: str) -> str:
        return hmac.new(self._key, f"{method} {path}".encode(), hashlib.sha256).hexdigest()


def _gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(level=6, wbits=31)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()


def _error(status: int, code: str, message: str) -> web.Response:
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'
    return web.Response(status=status, text=text, content_type="application/xml")
