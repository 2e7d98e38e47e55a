"""SM2 signatures with SM3 (GB/T 32918.2-2016), only where the extra ``sm`` is installed.

COSE registers no number for them. The one used here is private (RFC 9053 §8: below -65536) and means: curve
sm2p256v1, digest e = SM3(Z || Sig_structure) with the usual signer id 1234567812345678, signature ``r || s`` in 64
bytes. It is bound to a key by the signed key list, so that no message can choose it.

The library writes a few lines to stderr for each signature that does not hold; limit the rate before it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Final

ALG: Final = -132918  # private use; after GB/T 32918
CURVE: Final = -132918  # private use as a COSE curve: sm2p256v1
SECRET_BYTES: Final = 96  # the number, then its point: the library has no way from one to the other

# GB/T 32918.5-2017: the field and the two numbers of the curve y² = x³ + ax + b.
_FIELD: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A: Final = _FIELD - 3
_B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93


def _library() -> Any:
    """The library of the extra; ``ValueError`` where it is not installed."""
    try:
        return importlib.import_module("gmssl_fast")
    except ImportError:
        raise ValueError("SM2 signatures need the extra sm") from None


@dataclass(frozen=True, slots=True)
class Verifier:
    """One public point, ready to check signatures."""

    handle: Any

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether the point's owner made the 64 bytes over this message."""
        return bool(self.handle.verify(message, signature))


def verifier(point: bytes) -> Verifier:
    """The verifier of ``x || y``. ``ValueError`` if that is no point of the curve, or the extra is missing."""
    x, y = int.from_bytes(point[:32], "big"), int.from_bytes(point[32:], "big")
    if len(point) != 64 or max(x, y) >= _FIELD or (y * y - (x * x + _A) * x - _B) % _FIELD:
        raise ValueError("not a point of the SM2 curve")
    return Verifier(_library().SM2(public_key=point.hex()))


def generate() -> bytes:
    """A fresh key, 96 secret bytes."""
    made = _library().SM2.generate()
    return bytes.fromhex(made.private_key_hex + made.public_key_hex[-128:])


def sign(secret: bytes, message: bytes) -> bytes:
    """64 bytes ``r || s``."""
    made: bytes = _library().SM2(private_key=secret[:32].hex(), public_key=secret[32:].hex()).sign(message)
    return made
