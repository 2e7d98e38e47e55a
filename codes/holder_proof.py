"""The proof of a phone copy, pure: a fresh signature of the holder's device, so that a screenshot dies in a minute.

A phone keeps the text of its credential (``GZ1:…``, with ``cnf``) and shows it with a proof in front::

    GZ1: base45(proof) base45(credential)

    proof, 70 bytes = 105 characters:
        1 byte    50, the letter P
        5 bytes   unix seconds, big-endian
        64 bytes  r || s, ES256 by the device key over the ASCII bytes of
                  yima-proof-1|<unix seconds in decimal>|<the text that the phone keeps>

70 is even, so base45 of the two joined is the two texts joined: a phone puts 105 characters between ``GZ1:`` and the
rest of the text it keeps, and decodes nothing. The browser's WebCrypto signs in this very form (``{name: "ECDSA",
hash: "SHA-256"}`` gives ``r || s``).

A proof is good while ``time - 15 <= now < time + 60``: a picture of it is refused at the age of 60 s. The 15 s are for
a phone whose clock is fast; the ±120 s that issue and expiry allow do not apply here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from codes import base45, cose
from codes.credential import PREFIX

BYTES: Final = 70
CHARACTERS: Final = 105
EARLY_SECONDS: Final = 15
LATE_SECONDS: Final = 60
_MARK: Final = b"P"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof taken apart, and the text it speaks of; nothing has been verified yet."""

    at: int
    signature: bytes
    text: str

    def made_by(self, key: cose.PublicKey) -> bool:
        """Whether this device made it, over this text and time."""
        return key.verify(self.signature, message(self.text, self.at))

    def fresh(self, now: float) -> bool:
        """Whether it is good at ``now``."""
        return self.at - EARLY_SECONDS <= now < self.at + LATE_SECONDS


def message(text: str, at: int) -> bytes:
    """What the device signs."""
    return f"yima-proof-1|{at}|{text}".encode("ascii")


def show(text: str, device: cose.Signer, at: int) -> str:
    """The text with a fresh proof, as a phone shows it. ``ValueError`` if it is not the text of a credential."""
    if not text.startswith(PREFIX) or not 0 <= at < 1 << 40:
        raise ValueError("a proof is made for the text of a credential at a time")
    proof = _MARK + at.to_bytes(5, "big") + device.sign(message(text, at))
    return PREFIX + base45.encode(proof) + text[len(PREFIX) :]


def split(text: str, data: bytes) -> tuple[Proof | None, bytes]:
    """The proof in front of a credential, if there is one, and the bytes of the bare credential. ``data`` is what
    base45 made of ``text`` after its prefix."""
    if data[:1] != _MARK or len(data) <= BYTES:
        return None, data
    bare = PREFIX + text[len(PREFIX) + CHARACTERS :]
    return Proof(int.from_bytes(data[1:6], "big"), data[6:BYTES], bare), data[BYTES:]
