"""What a verifier says to the text of a credential, pure: the text, the keys, the lists and the time go in.

In this order, each step before the next is tried: prefix, length, base45, bounded zlib, strict CBOR, ``kid``, the
listed key's algorithm, the signature, and only then the payload: issuer, tier and windows of the key, issue and expiry
(±120 s between honest clocks), the holder's proof, the status. A refusal tells nothing of the payload but which
credential it is (``Reference``), and that only where the signature holds.

Without a network: tier 0 is taken on any list or none; tiers 1 and 2 need a status list and a key list that have not
expired. How old the status list is goes with every yes: green, amber, red.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from codes import base45, cose, deflate, holder_proof, status_list, strict_cbor
from codes.credential import LONGEST, PREFIX, Credential, Reference, read_claims
from codes.status_list import Freshness, StatusList
from codes.trust_list import CLOCK_SECONDS, ListedKey, TrustList

Reason = Literal[
    "malformed",  # not the text of a credential
    "too-long",  # more than a code holds
    "bad-deflate",  # its zlib wrapping is broken, too large, or not in the one form
    "bad-cbor",  # not a COSE_Sign1 in strict CBOR
    "unknown-key",  # no listed key has this hint and this algorithm
    "bad-signature",  # changed, or made by somebody else
    "bad-claims",  # genuine, but not the claims of one tier
    "wrong-issuer",  # the key may not sign for this portal
    "tier-not-allowed",  # the key may not sign this tier
    "key-not-valid",  # signed outside the key's window, or the key is over
    "not-yet",  # issued in the future
    "expired",
    "proof-missing",  # a phone copy without the proof of its device: a photograph of stored data
    "proof-wrong",  # a proof that its device did not make
    "proof-stale",  # a screenshot: the proof is a minute old
    "keys-too-old",  # the list of keys is past its date
    "list-missing",  # no status list of this name is here
    "list-too-old",  # the status list has expired
    "revoked",
    "suspended",
]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Refused:
    """No. ``reference`` says which credential it is where its signature holds, and nothing about whose."""

    reason: Reason
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """Genuine and within its time, proof included; its status has not been looked at."""

    credential: Credential
    key: ListedKey
    proven_at: int | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """Yes. ``list_age`` is in seconds, None where there was no list (tier 0 only)."""

    credential: Credential
    freshness: Freshness
    list_age: float | None


def verify(text: str, *, keys: TrustList, lists: Mapping[str, StatusList], now: float) -> Accepted | Refused:
    """The whole verdict, as an unplugged counter gives it."""
    opened = open_text(text, keys=keys, now=now)
    if isinstance(opened, Refused):
        return opened
    return judge_status(opened.credential, keys=keys, lists=lists, now=now)


def open_text(text: str, *, keys: TrustList, now: float) -> Opened | Refused:
    """Everything but the status: for a server, which knows the status better than any list."""
    if not text.startswith(PREFIX):
        return Refused("malformed")
    if len(text) > LONGEST:
        return Refused("too-long")
    data = base45.decode(text[len(PREFIX) :])
    if data is None:
        return Refused("malformed")
    proof, packed = holder_proof.split(text, data)
    message = deflate.unstore(packed)
    if message is None:
        return Refused("bad-deflate")
    try:
        signed = cose.read_sign1(message)
    except strict_cbor.Unreadable:
        return Refused("bad-cbor")
    made = makers(signed, keys)
    return made if isinstance(made, Refused) else _open(signed, made, proof, now)


def makers(signed: cose.Sign1, keys: TrustList) -> list[ListedKey] | Refused:
    """The listed keys that made this signature: usually one, more where one key is listed for several issuers or
    windows. The hint may also name a key that did not; every one of them is tried."""
    hinted = [key for key in keys.named(signed.kid) if key.key.alg == signed.alg]
    if not hinted:
        return Refused("unknown-key")
    to_be_signed = signed.to_be_signed
    made = [key for key in hinted if key.key.verify(signed.signature, to_be_signed)]
    return made or Refused("bad-signature")


def _open(signed: cose.Sign1, made: list[ListedKey], proof: holder_proof.Proof | None, now: float) -> Opened | Refused:
    try:
        credential = read_claims(strict_cbor.decode(signed.payload))
    except strict_cbor.Unreadable:
        return Refused("bad-claims")
    if credential is None or signed.kind:
        return Refused("bad-claims")
    objections = [_key_objects(credential, key, now) for key in made]
    reason = None if None in objections else objections[0]
    reason = reason or _time_objects(credential, now) or _proof_objects(credential, proof, now)
    if reason is not None:
        return Refused(reason, credential.reference)
    return Opened(credential, made[objections.index(None)], proof.at if proof is not None else None)


def _key_objects(credential: Credential, key: ListedKey, now: float) -> Reason | None:
    if credential.issuer != key.issuer:
        return "wrong-issuer"
    if credential.tier not in key.tiers:
        return "tier-not-allowed"
    if not key.signed_in_time(credential.issued_at) or not key.still_good(now):
        return "key-not-valid"
    return None


def _time_objects(credential: Credential, now: float) -> Reason | None:
    if credential.issued_at > now + CLOCK_SECONDS:
        return "not-yet"
    return "expired" if now >= credential.expires_at + CLOCK_SECONDS else None


def _proof_objects(credential: Credential, proof: holder_proof.Proof | None, now: float) -> Reason | None:
    if credential.holder_key is None:
        return None if proof is None else "proof-wrong"
    if proof is None:
        return "proof-missing"
    if not proof.made_by(credential.holder_key):
        return "proof-wrong"
    return None if proof.fresh(now) else "proof-stale"


def judge_status(
    credential: Credential, *, keys: TrustList, lists: Mapping[str, StatusList], now: float
) -> Accepted | Refused:
    """What the lists at hand say of a credential that is genuine and within its time."""
    listed = lists.get(credential.uri)
    freshness: Freshness = "red"
    age, told = None, None
    if listed is not None:
        freshness, age, told = listed.freshness(now), now - listed.issued_at, _status_objects(listed, credential.index)
    reason = told or (_lists_object(keys, listed, freshness, now) if credential.tier else None)
    return Accepted(credential, freshness, age) if reason is None else Refused(reason, credential.reference)


def _lists_object(keys: TrustList, listed: StatusList | None, freshness: Freshness, now: float) -> Reason | None:
    """What stands against relying on the lists at hand, which more than tier 0 must."""
    if keys.too_old(now):
        return "keys-too-old"
    if listed is None:
        return "list-missing"
    return "list-too-old" if freshness == "red" else None


def _status_objects(listed: StatusList, index: int) -> Reason | None:
    """A number that has no meaning here is no yes; neither is a place outside the list."""
    status = listed.status(index)
    if status == status_list.VALID:
        return None
    return "suspended" if status == status_list.SUSPENDED else "revoked"
