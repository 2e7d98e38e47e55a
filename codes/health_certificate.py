"""The EU's health certificate (``HC1:``), read only so that public test vectors judge the parts that credentials are
made of: base45, bounded zlib, CBOR, COSE_Sign1, keys by hint, windows. No counter takes one.

The same stages as ``codes/verdict.py`` with the same functions, but relaxed: what other issuers wrote may be packed,
untagged, in longer forms, with a header that is not protected. A protected ``kid`` outranks an unprotected one
(ehn-dcc-development/hcert-spec, ``hcert_spec.md``; vectors CO20 to CO23).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from codes import base45, cose, deflate, strict_cbor
from codes.credential import LONGEST
from codes.trust_list import CLOCK_SECONDS
from codes.verdict import Reason, Refused

PREFIX: Final = "HC1:"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is certified, where the signature holds."""

    content: dict[object, object]


def read_certificate(text: str, *, keys: Mapping[bytes, Sequence[cose.PublicKey]], now: float) -> Certificate | Refused:
    """The certificate, or why not. ``keys`` by their 8-byte hint."""
    if not text.startswith(PREFIX):
        return Refused("malformed")
    if len(text) > LONGEST:
        return Refused("too-long")
    packed = base45.decode(text[len(PREFIX) :])
    if packed is None:
        return Refused("malformed")
    message = deflate.inflate(packed)
    if message is None:
        return Refused("bad-deflate")
    try:
        signed = cose.read_sign1(message, relaxed=True)
    except strict_cbor.Unreadable:
        return Refused("bad-cbor")
    objection = _signature_objects(signed, keys)
    return _opened(signed, now) if objection is None else Refused(objection)


def _signature_objects(signed: cose.Sign1, keys: Mapping[bytes, Sequence[cose.PublicKey]]) -> Reason | None:
    hinted = [key for key in keys.get(signed.kid, ()) if key.alg == signed.alg]
    if not hinted:
        return "unknown-key"
    made = any(key.verify(signed.signature, signed.to_be_signed) for key in hinted)
    return None if made else "bad-signature"


def _opened(signed: cose.Sign1, now: float) -> Certificate | Refused:
    try:
        claims = strict_cbor.decode(signed.payload, relaxed=True)
    except strict_cbor.Unreadable:
        return Refused("bad-claims")
    match claims:
        case {4: int(expires) | float(expires), 6: int(issued) | float(issued), -260: {1: dict(certificate)}}:
            if issued > now + CLOCK_SECONDS:
                return Refused("not-yet")
            if now >= expires + CLOCK_SECONDS:
                return Refused("expired")
            return Certificate(certificate)
    return Refused("bad-claims")
