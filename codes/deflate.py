"""The zlib wrapping (RFC 1950) of a credential, pure and bounded.

Written stored, not packed: so small a payload grows by 5 to 11 bytes under compression and by 11 stored, a phone can
write it without a library (2 + 5 bytes of header, the data, its Adler-32), and one message has one form, so that
nobody can re-pack a code into a second text that is also good. Read by zlib itself, at most 4,096 bytes of it.
"""

from __future__ import annotations

import zlib
from typing import Final

LARGEST: Final = 4096
OVERHEAD: Final = 11
FIRST: Final = 0x78  # the first byte of every stream, which no holder's proof begins with
_HEADER: Final = b"\x78\x01\x01"


def store(data: bytes) -> bytes:
    """One final stored block. ``ValueError`` above 4,096 bytes."""
    if len(data) > LARGEST:
        raise ValueError("too large for a code")
    size = len(data)
    return b"".join(
        (
            _HEADER,
            size.to_bytes(2, "little"),
            (size ^ 0xFFFF).to_bytes(2, "little"),
            data,
            zlib.adler32(data).to_bytes(4, "big"),
        )
    )


def inflate(packed: bytes) -> bytes | None:
    """The bytes of any zlib stream that ends, has nothing after it, and holds no more than 4,096; else None."""
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(packed, LARGEST)
    except zlib.error:
        return None
    return data if stream.eof and not stream.unused_data else None


def unstore(packed: bytes) -> bytes | None:
    """As ``inflate``, but only in the one form that ``store`` writes."""
    data = inflate(packed)
    return data if data is not None and store(data) == packed else None
