"""The zlib wrapping (RFC 1950) of a credential, pure and bounded.

Written stored, not packed: so small a payload grows by 5 to 11 bytes under compression and by 11 stored, a phone can
write it without a library (2 + 5 bytes of header, the data, its Adler-32), and one message has one form, so that
nobody can re-pack a code into a second text that is also good. Nothing is inflated to read one, so there is no bomb;
``inflate``, bounded to 4,096 bytes, is for what others packed.
"""

from __future__ import annotations

import zlib
from typing import Final

LARGEST: Final = 4096
_HEADER: Final = b"\x78\x01\x01"  # zlib, fastest; the last block, stored
_DATA_AT: Final = 7
_CHECKSUM_BYTES: Final = 4


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
    """The bytes that ``store`` wrapped; None for a stream of any other form."""
    data = packed[_DATA_AT:-_CHECKSUM_BYTES]
    return data if len(data) <= LARGEST and packed == store(data) else None
