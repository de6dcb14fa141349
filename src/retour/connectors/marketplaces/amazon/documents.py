"""Amazon's documents: where they lie, how they are packed, and in which letters they are written (contract 2.4, 3)."""

import codecs
import re
import zlib
from collections.abc import AsyncIterator, Iterator
from email.message import Message

from retour.connectors.errors import Refused, Transient, Unauthorized
from retour.connectors.http import Door
from retour.connectors.marketplaces.amazon import wire

_AT_ONCE = 256 * 1024
"""Unpacked bytes in memory at a time: a small file may unpack to a very large one."""
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding=[\"']([\w.:\-]+)")
_HEAD = 200
_JAPANESE = frozenset({"shift_jis", "windows-31j", "sjis"})


async def text(door: Door, document: wire.Document) -> AsyncIterator[str]:
    """A document's text, in pieces as it comes. No header of the API goes along, or the storage refuses. Raises
    Transient where it breaks off, or its address has lapsed: another one is to be asked for."""
    zipped = (document.compression_algorithm or "").upper() == "GZIP"
    try:
        async with door.stream(document.url) as stream:
            letters = Letters(stream.headers.get("Content-Type", ""))
            unpack = _Unzip() if zipped else None
            async for piece in stream.pieces:
                for part in unpack.pieces(piece) if unpack else (piece,):
                    if words := letters.read(part):
                        yield words
            if unpack and not unpack.ended:
                raise Transient("Amazon's document ends too early.")
            yield letters.read(b"", last=True)
    except (Unauthorized, Refused) as error:
        # What the storage refuses is its signed address, not this connection.
        raise Transient("Amazon's storage did not hand out a document.", code=error.code) from None


class _Unzip:
    """gzip, of one or several members."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def ended(self) -> bool:
        return self._inflate.eof

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            if self._inflate.eof:
                self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                yield self._inflate.decompress(packed, _AT_ONCE)
            except zlib.error:
                raise Transient("Amazon's document cannot be unpacked.") from None
            packed = self._inflate.unconsumed_tail or self._inflate.unused_data


class Letters:
    """Bytes to text: in the charset of the header, else of the XML declaration, else UTF-8, and from the first byte on
    that is none in windows-1252."""

    def __init__(self, content_type: str) -> None:
        head = Message()
        head["Content-Type"] = content_type or "text/plain"
        self._charset = _known(head.get_content_charset())
        self._decoder: codecs.IncrementalDecoder | None = None
        self._sure = True
        self._held = b""

    def read(self, part: bytes, *, last: bool = False) -> str:
        if self._decoder is None:
            self._held += part
            if len(self._held) < _HEAD and not last:
                return ""
            part, self._held = self._held, b""
            self._decoder = self._begun(part)
        if self._sure:
            return self._decoder.decode(part, last)
        before = self._decoder.getstate()
        try:
            return self._decoder.decode(part, last)
        except UnicodeDecodeError:
            held = before[0]
            self._decoder, self._sure = codecs.getincrementaldecoder("cp1252")("replace"), True
            return self._decoder.decode(held + part, last)

    def _begun(self, head: bytes) -> codecs.IncrementalDecoder:
        declared = _DECLARED.match(head[:_HEAD])
        charset = self._charset or _known(declared[1].decode("ascii") if declared else None)
        if head.startswith(codecs.BOM_UTF8):
            charset = "utf-8"
        if charset in (None, "utf-8"):
            self._sure = charset is not None
            return codecs.getincrementaldecoder("utf-8-sig")("replace" if self._sure else "strict")
        return codecs.getincrementaldecoder(charset or "utf-8")("replace")


def _known(charset: str | None) -> str | None:
    """Python's name of it; windows-31j is what Japan calls Shift_JIS."""
    if charset is None:
        return None
    if charset.lower() in _JAPANESE:
        return "cp932"
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return None
